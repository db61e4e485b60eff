"""Units and broken axes by what standing still, the fastest turns and each axis show."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.faults.survey import Survey
from gait.analysis.faults.units_and_axes import ALL, ANGLES, broken_axes, unit_faults
from gait.recording.model import Recording
from gait.units import DEG, STANDARD_GRAVITY

TIME_S = np.arange(0.0, 20.0, 0.01)


def _recording(acc_scale: float = 1.0, gyr_scale: float = 1.0) -> Recording:
    """Five seconds at rest, then shaking and turns of some 900 deg/s, times the factors."""
    rng = np.random.default_rng(8)
    moving = (TIME_S >= 5.0)[:, None]
    acc = rng.normal(0.0, 15.0, (len(TIME_S), 3)) * moving + np.array([0.0, 0.0, STANDARD_GRAVITY])
    gyr = 190.0 * DEG * rng.normal(size=(len(TIME_S), 3)) * moving
    return Recording("shoe", "left", TIME_S, acc_scale * acc, gyr_scale * gyr)


def _survey(recording: Recording) -> Survey:
    survey = Survey()
    survey.add(recording.time_s, recording.acc, recording.gyr)
    return survey


def _units(**scales: float):
    recording = _recording(**scales)
    return unit_faults(recording, _survey(recording))


def test_sound_units_and_axes_have_no_fault() -> None:
    """Nothing is said of what is right."""
    recording = _recording()
    assert unit_faults(recording, _survey(recording)) == []
    assert broken_axes(recording, _survey(recording)) == []


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
    recording = _recording()
    linear = Recording(
        "shoe", "left", TIME_S, recording.acc - [0.0, 0.0, STANDARD_GRAVITY - 0.02], recording.gyr
    )
    (fault,) = unit_faults(linear, _survey(linear))
    assert (fault.kind, fault.refuses) == ("acc_gravity", True)


@pytest.mark.parametrize(("scale", "value"), [(16.4, 16.4), (DEG, DEG)])
def test_the_gyroscopes_unit(scale: float, value: float) -> None:
    """Raw counts are too fast for a leg, rad/s too slow for one that runs."""
    (fault,) = _units(gyr_scale=scale)
    assert (fault.kind, fault.refuses) == ("gyr_unit", True)
    assert fault.value == pytest.approx(value)


def test_limits_dead_axes_overflows_and_zeros() -> None:
    """Each by its own name, with what it spoils."""
    recording = _recording()
    limit = 200.0 * DEG
    every_400th = np.arange(len(TIME_S))[:, None] % 400 == 7
    spoilt = {
        "gyr_saturated": (recording.acc, np.clip(recording.gyr, -limit, limit)),
        "gyr_dead": (recording.acc, recording.gyr * [1.0, 0.0, 1.0]),
        "acc_overflow": ((recording.acc + 20.0) % 40.0 - 20.0, recording.gyr),
        "zero_rows": (np.where(every_400th, 0.0, recording.acc), recording.gyr),
    }
    for kind, (acc, gyr) in spoilt.items():
        one = Recording("shoe", "left", TIME_S, acc, gyr)
        (fault,) = broken_axes(one, _survey(one))
        assert fault.kind == kind
        assert kind == "zero_rows" or set(ANGLES) <= set(fault.spoils)
    assert fault.value == 5.0
