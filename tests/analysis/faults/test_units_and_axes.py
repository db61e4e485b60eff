"""Units and broken axes by what standing still, the fastest turns and each axis show."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.faults.survey import Survey
from gait.analysis.faults.units_and_axes import ALL, ANGLES, TIMES, broken_axes, gyr_offset, unit_faults
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
    assert broken_axes(recording, _survey(recording), 100.0) == []


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
        (fault,) = broken_axes(one, _survey(one), 100.0)
        assert fault.kind == kind
        assert kind == "zero_rows" or set(ANGLES) <= set(fault.spoils)
    assert fault.value == 5.0


def test_a_dead_gyroscope_axis_tells_no_contact() -> None:
    """Contact times come from the turns too, so they are withheld with the angles."""
    recording = _recording()
    one = Recording("shoe", "left", TIME_S, recording.acc, recording.gyr * [1.0, 1.0, 0.0])
    (fault,) = broken_axes(one, _survey(one), 100.0)
    assert set(TIMES) <= set(fault.spoils)


@pytest.mark.parametrize("both", [True, False])
def test_rows_that_repeat_a_slower_sensor(both: bool) -> None:
    """Every sample four times: told with the true rate; of the gyroscope alone the peak is not spoilt."""
    recording = _recording()
    held = np.arange(len(TIME_S)) // 4 * 4
    one = Recording(
        "shoe", "left", TIME_S, recording.acc[held] if both else recording.acc, recording.gyr[held]
    )
    (fault,) = broken_axes(one, _survey(one), 100.0)
    assert fault.kind == "held_samples"
    assert re.search(r"7[45] % of the rows .* about 2[56] Hz, not 100", fault.what)
    assert ("peak_acc_g" in fault.spoils) == both
    twice = Recording("shoe", "left", TIME_S, recording.acc[held // 2 * 2], recording.gyr[held // 2 * 2])
    (slower,) = broken_axes(twice, _survey(twice), 400.0)
    assert slower.spoils == ()


def test_a_coarse_sensor_at_rest_repeats_itself_and_is_sound() -> None:
    """Only where it moves are repeats looked at."""
    recording = _recording()
    coarse = Recording("shoe", "left", TIME_S, np.round(recording.acc), np.round(recording.gyr, 1))
    assert broken_axes(coarse, _survey(coarse), 100.0) == []


def test_a_file_filled_up_is_told_and_is_no_rest() -> None:
    """The last sample, over and over: a hung sensor, not a second of standing in another unit."""
    recording = _recording()
    acc, gyr = recording.acc.copy(), recording.gyr.copy()
    acc[1500:], gyr[1500:] = [20.0, 5.0, 1.0], [3.0, 0.0, 1.0]
    one = Recording("shoe", "left", TIME_S, acc, gyr)
    survey = _survey(one)
    assert survey.rests.start_s.max() < 5.0
    assert survey.frozen_s == pytest.approx(5.0, abs=0.5)
    assert [fault.kind for fault in broken_axes(one, survey, 100.0)] == ["frozen"]


def test_a_limit_at_both_ends_is_no_overflow() -> None:
    """At a low rate a clipped axis steps from end to end of its range; its samples lie at the ends."""
    swings = np.zeros((len(TIME_S), 3))
    swings[600::9, 0], swings[601::9, 0] = 200.0, -200.0
    limit = 8.0 * STANDARD_GRAVITY
    acc = np.clip(_recording().acc + swings, -limit, limit)
    one = Recording("shoe", "left", TIME_S, acc, _recording().gyr)
    assert _survey(one).acc.wraps.max() > 3
    assert broken_axes(one, _survey(one), 100.0) == []


def test_an_overflow_at_a_low_rate() -> None:
    """A sample that wraps round at 8 g lands behind the limit; one that stops there is no overflow."""
    peaks = np.zeros((len(TIME_S), 3))
    peaks[600::37, 2] = np.linspace(95.0, 145.0, len(peaks[600::37]))
    peaks[601::37, 2] = 70.0
    acc = 0.3 * _recording().acc + peaks
    for scale, kinds in ((8.0, ["acc_overflow"]), (16.0, [])):
        limit = scale * STANDARD_GRAVITY
        one = Recording("shoe", "left", TIME_S, (acc + limit) % (2.0 * limit) - limit, _recording().gyr)
        assert [fault.kind for fault in broken_axes(one, _survey(one), 100.0)] == kinds
    both_ways = np.clip(acc - 2.0 * np.roll(peaks, 1, axis=0), -limit / 2.0, limit / 2.0)
    one = Recording("shoe", "left", TIME_S, both_ways, _recording().gyr)
    assert broken_axes(one, _survey(one), 100.0) == []
