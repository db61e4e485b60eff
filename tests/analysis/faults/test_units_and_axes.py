"""Units and broken axes by what standing still, the fastest turns and each axis show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.faults.survey import Survey
from gait.analysis.faults.units_and_axes import ALL, ANGLES, gyr_offset, unit_faults
from gait.doctor.corrections import mended as corrected
from gait.recording.model import Recording, Session
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


@pytest.mark.parametrize("offset", [np.array([12.0, -5.0, 30.0]), np.array([0.0, 9.0, 0.0])])
def test_what_the_gyroscope_reads_at_rest(offset) -> None:
    """More than the analysis takes out by itself is told, to a part in a hundred, and spoils the angles."""
    sound = _recording()
    recording = replace(sound, gyr=sound.gyr + offset * DEG)
    (fault,) = unit_faults(recording, _survey(recording))
    assert (fault.kind, fault.spoils, fault.refuses) == ("gyr_offset", ANGLES, False)
    assert fault.value == pytest.approx(float(np.linalg.norm(offset)), rel=0.01)
    np.testing.assert_allclose(gyr_offset(_survey(recording)), offset * DEG, atol=0.01)
    (mended,) = corrected(Session("t", (recording,)), (fault,)).recordings
    np.testing.assert_allclose(mended.gyr, sound.gyr, atol=0.01)
    small = replace(sound, gyr=sound.gyr + 4.0 * DEG)
    assert unit_faults(small, _survey(small)) == []


def test_a_sensor_that_is_turned_by_hand_has_no_offset() -> None:
    """Rests at other rates each are a slow turning, and one rest is too few."""
    sound = _recording()
    slow = np.where(sound.time_s < 5.0, 30.0 * DEG * np.sin(sound.time_s), 0.0)
    turned = replace(sound, gyr=sound.gyr + slow[:, None])
    assert unit_faults(turned, _survey(turned)) == []
    moving = sound.time_s >= 5.0
    short = replace(sound, time_s=sound.time_s[moving], acc=sound.acc[moving], gyr=sound.gyr[moving])
    assert not np.isfinite(gyr_offset(_survey(short))).any()


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
