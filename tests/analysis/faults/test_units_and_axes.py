"""Units and broken axes by what standing still, the fastest turns and each axis show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.faults.units_and_axes import ALL, ANGLES, gyr_offset, unit_faults
from gait.doctor.corrections import mended as corrected
from gait.recording.model import Recording, Session
from gait.units import DEG, STANDARD_GRAVITY
from tests.analysis.faults.shaken import TIME_S, shaken, surveyed


def _units(**scales: float):
    recording = shaken(**scales)
    return unit_faults(recording, surveyed(recording))


def test_sound_units_and_axes_have_no_fault() -> None:
    """Nothing is said of what is right."""
    recording = shaken()
    assert unit_faults(recording, surveyed(recording)) == []


@pytest.mark.parametrize("offset", [np.array([12.0, -5.0, 30.0]), np.array([0.0, 9.0, 0.0])])
def test_what_the_gyroscope_reads_at_rest(offset) -> None:
    """More than the analysis takes out by itself is told, to a part in a hundred, and spoils the angles."""
    sound = shaken()
    recording = replace(sound, gyr=sound.gyr + offset * DEG)
    (fault,) = unit_faults(recording, surveyed(recording))
    assert (fault.kind, fault.spoils, fault.refuses) == ("gyr_offset", ANGLES, False)
    assert fault.value == pytest.approx(float(np.linalg.norm(offset)), rel=0.01)
    np.testing.assert_allclose(gyr_offset(surveyed(recording)), offset * DEG, atol=0.01)
    (mended,) = corrected(Session("t", (recording,)), (fault,)).recordings
    np.testing.assert_allclose(mended.gyr, sound.gyr, atol=0.01)
    small = replace(sound, gyr=sound.gyr + 4.0 * DEG)
    assert unit_faults(small, surveyed(small)) == []


def test_a_sensor_that_is_turned_by_hand_has_no_offset() -> None:
    """Rests at other rates each are a slow turning, and one rest is too few."""
    sound = shaken()
    slow = np.where(sound.time_s < 5.0, 30.0 * DEG * np.sin(sound.time_s), 0.0)
    turned = replace(sound, gyr=sound.gyr + slow[:, None])
    assert unit_faults(turned, surveyed(turned)) == []
    moving = sound.time_s >= 5.0
    short = replace(sound, time_s=sound.time_s[moving], acc=sound.acc[moving], gyr=sound.gyr[moving])
    assert not np.isfinite(gyr_offset(surveyed(short))).any()


@pytest.mark.parametrize(
    ("scale", "kind", "words"),
    [
        (1.0 / STANDARD_GRAVITY, "acc_unit", "g instead"),
        (3.28084, "acc_unit", "feet/s2"),
        (2.0, "acc_unit", "twice"),
        (1.10, "acc_scale", "1.10 times off"),
    ],
)
def test_the_accelerometers_unit(scale: float, kind: str, words: str) -> None:
    """Its name, and the factor to divide by, to a part in a hundred; a unit refuses, a scale does not."""
    (fault,) = _units(acc_scale=scale)
    assert (fault.kind, fault.refuses) == (kind, kind == "acc_unit")
    assert words in fault.what
    assert fault.value == pytest.approx(scale, rel=0.01)
    assert fault.spoils == ALL or kind == "acc_scale"


def test_gravity_taken_out_is_named() -> None:
    """Rest that reads nothing is linear acceleration."""
    recording = shaken()
    linear = Recording(
        "shoe", "left", TIME_S, recording.acc - [0.0, 0.0, STANDARD_GRAVITY - 0.02], recording.gyr
    )
    (fault,) = unit_faults(linear, surveyed(linear))
    assert (fault.kind, fault.refuses) == ("acc_gravity", True)


@pytest.mark.parametrize(("scale", "value"), [(16.4, 16.4), (DEG, DEG)])
def test_the_gyroscopes_unit(scale: float, value: float) -> None:
    """Raw counts are too fast for a leg, rad/s too slow for one that runs."""
    (fault,) = _units(gyr_scale=scale)
    assert (fault.kind, fault.refuses) == ("gyr_unit", True)
    assert fault.value == pytest.approx(value)
