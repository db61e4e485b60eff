"""The foot pod's bytes, read back by another program's decoder."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.live.foot_pod.rsc import (
    FEATURE,
    FEATURES,
    LOCATION,
    MEASUREMENT,
    Measurement,
    encode,
    encode_location,
)


@cache
def decoders() -> dict[int, Any]:
    """Decoder by characteristic; the package loads slowly."""
    from bluetooth_sig.gatt.characteristics import (
        RSCFeatureCharacteristic,
        RSCMeasurementCharacteristic,
        SensorLocationCharacteristic,
    )

    return {
        MEASUREMENT: RSCMeasurementCharacteristic(),
        FEATURE: RSCFeatureCharacteristic(),
        LOCATION: SensorLocationCharacteristic(),
    }


def read_back(number: int, value: bytes) -> Any:
    """What the decoder of PyPI's bluetooth-sig makes of a characteristic's bytes."""
    return decoders()[number].parse_value(bytearray(value))


@given(
    st.floats(0.0, 255.0),
    st.floats(0.0, 255.0),
    st.booleans(),
    st.none() | st.floats(0.0, 600.0),
    st.none() | st.floats(0.0, 4e8),
)
def test_another_decoder_reads_what_was_meant(
    speed: float, cadence: float, running: bool, stride: float | None, distance: float | None
) -> None:
    """Every field comes back to within half of its step; a field left out is left out."""
    got = read_back(MEASUREMENT, encode(Measurement(speed, cadence, running, stride, distance)))
    assert got.instantaneous_speed == pytest.approx(speed, abs=0.5 / 256 + 1e-9)
    assert got.instantaneous_cadence == pytest.approx(cadence, abs=0.5)
    assert got.is_running is running
    for field, meant, step in (
        (got.instantaneous_stride_length, stride, 0.01),
        (got.total_distance, distance, 0.1),
    ):
        assert (field is None) == (meant is None)
        assert meant is None or field == pytest.approx(meant, abs=0.5 * step + 1e-6)


def test_a_field_never_runs_over() -> None:
    """A sprinter's 300 steps a minute are told as 255, and not as 44; no number is refused."""
    assert encode(Measurement(10.0, 300.0, running=True))[3] == 255
    assert encode(Measurement(1e9, 0.0, running=True))[1:3] == b"\xff\xff"
    with pytest.raises(ValueError, match="not a number"):
        encode(Measurement(math.nan, 170.0, running=True))


def test_features_and_location_are_the_lists() -> None:
    """The feature bits are those of the fields sent; a shoe's sensor sits on the shoe's top."""
    got = read_back(FEATURE, FEATURES)
    assert got.instantaneous_stride_length_supported
    assert got.total_distance_supported
    assert got.walking_or_running_status_supported
    assert not got.calibration_procedure_supported
    assert not got.multiple_sensor_locations_supported
    assert int(read_back(LOCATION, encode_location("shoe"))) == 1
    assert int(read_back(LOCATION, encode_location("shank"))) == 0
