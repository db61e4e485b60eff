"""Axes that no leg moves so: limits, dead and held axes, overflows, rows filled up; hard runs are sound."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.faults.broken_axes import broken_axes
from gait.analysis.faults.units_and_axes import ANGLES, TIMES
from gait.recording.model import Recording
from gait.units import DEG, STANDARD_GRAVITY
from tests.analysis.faults.shaken import TIME_S, shaken, surveyed


def test_a_sound_recording_has_no_fault() -> None:
    """Neither sensor ends, hangs or repeats itself."""
    recording = shaken()
    assert broken_axes(recording, surveyed(recording), 100.0) == []


def test_limits_dead_axes_overflows_and_zeros() -> None:
    """Each by its own name, with what it spoils."""
    recording = shaken()
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
        (fault,) = broken_axes(one, surveyed(one), 100.0)
        assert fault.kind == kind
        assert kind == "zero_rows" or set(ANGLES) <= set(fault.spoils)
    assert fault.value == 5.0


def test_a_dead_gyroscope_axis_tells_no_contact() -> None:
    """Contact times come from the turns too, so they are withheld with the angles."""
    recording = shaken()
    one = Recording("shoe", "left", TIME_S, recording.acc, recording.gyr * [1.0, 1.0, 0.0])
    (fault,) = broken_axes(one, surveyed(one), 100.0)
    assert set(TIMES) <= set(fault.spoils)


@pytest.mark.parametrize("both", [True, False])
def test_rows_that_repeat_a_slower_sensor(both: bool) -> None:
    """Every sample four times: told with the true rate; of the gyroscope alone the peak is not spoilt."""
    recording = shaken()
    held = np.arange(len(TIME_S)) // 4 * 4
    one = Recording(
        "shoe", "left", TIME_S, recording.acc[held] if both else recording.acc, recording.gyr[held]
    )
    (fault,) = broken_axes(one, surveyed(one), 100.0)
    assert fault.kind == "held_samples"
    assert re.search(r"7[45] % of the rows .* about 2[56] Hz, not 100", fault.what)
    assert ("peak_acc_g" in fault.spoils) == both
    twice = Recording("shoe", "left", TIME_S, recording.acc[held // 2 * 2], recording.gyr[held // 2 * 2])
    (slower,) = broken_axes(twice, surveyed(twice), 400.0)
    assert slower.spoils == ()


def test_a_coarse_sensor_at_rest_repeats_itself_and_is_sound() -> None:
    """Only where it moves are repeats looked at."""
    recording = shaken()
    coarse = Recording("shoe", "left", TIME_S, np.round(recording.acc), np.round(recording.gyr, 1))
    assert broken_axes(coarse, surveyed(coarse), 100.0) == []


def test_a_file_filled_up_is_told_and_is_no_rest() -> None:
    """The last sample, over and over: a hung sensor, not a second of standing in another unit."""
    recording = shaken()
    acc, gyr = recording.acc.copy(), recording.gyr.copy()
    acc[1500:], gyr[1500:] = [20.0, 5.0, 1.0], [3.0, 0.0, 1.0]
    one = Recording("shoe", "left", TIME_S, acc, gyr)
    survey = surveyed(one)
    assert survey.rests.start_s.max() < 5.0
    assert survey.frozen_s == pytest.approx(5.0, abs=0.5)
    assert [fault.kind for fault in broken_axes(one, survey, 100.0)] == ["frozen"]


def test_a_limit_at_both_ends_is_no_overflow() -> None:
    """At a low rate a clipped axis steps from end to end of its range; its samples lie at the ends."""
    swings = np.zeros((len(TIME_S), 3))
    swings[600::9, 0], swings[601::9, 0] = 200.0, -200.0
    limit = 8.0 * STANDARD_GRAVITY
    acc = np.clip(shaken().acc + swings, -limit, limit)
    one = Recording("shoe", "left", TIME_S, acc, shaken().gyr)
    assert surveyed(one).acc.wraps.max() > 3
    assert broken_axes(one, surveyed(one), 100.0) == []


def test_an_overflow_at_a_low_rate() -> None:
    """A sample that wraps round at 8 g lands behind the limit; one that stops there is no overflow."""
    peaks = np.zeros((len(TIME_S), 3))
    peaks[600::37, 2] = np.linspace(95.0, 145.0, len(peaks[600::37]))
    peaks[601::37, 2] = 70.0
    acc = 0.3 * shaken().acc + peaks
    for scale, kinds in ((8.0, ["acc_overflow"]), (16.0, [])):
        limit = scale * STANDARD_GRAVITY
        one = Recording("shoe", "left", TIME_S, (acc + limit) % (2.0 * limit) - limit, shaken().gyr)
        assert [fault.kind for fault in broken_axes(one, surveyed(one), 100.0)] == kinds
    both_ways = np.clip(acc - 2.0 * np.roll(peaks, 1, axis=0), -limit / 2.0, limit / 2.0)
    one = Recording("shoe", "left", TIME_S, both_ways, shaken().gyr)
    assert broken_axes(one, surveyed(one), 100.0) == []


def test_hard_landings_at_a_low_rate_are_no_overflow() -> None:
    """Steps between both ends of 16 g, most of them little larger than 16 g: a shank that lands hard."""
    rng = np.random.default_rng(4)
    one = shaken()
    acc = one.acc.copy()
    for at in range(40, len(acc) - 40, 37):
        acc[at, 0] = STANDARD_GRAVITY * rng.uniform(9.0, 15.6)
        acc[at + 1, 0] = acc[at, 0] - STANDARD_GRAVITY * rng.uniform(14.0, 19.0)
    acc[100, 0], acc[900, 0] = 15.9 * STANDARD_GRAVITY, -15.6 * STANDARD_GRAVITY
    hard = replace(one, acc=acc)
    assert "acc_overflow" not in {fault.kind for fault in broken_axes(hard, surveyed(hard), 100.0)}


def test_rows_on_lines_between_samples() -> None:
    """Three rows made between two samples: the true rate is told."""
    one = shaken()
    fine = np.arange(one.time_s[0], one.time_s[-1], 0.0025)
    acc = np.column_stack([np.interp(fine, one.time_s, column) for column in one.acc.T])
    filled = replace(one, time_s=fine, acc=acc, gyr=None)
    (fault,) = broken_axes(filled, surveyed(filled), 400.0)
    assert fault.kind == "interpolated"
    assert "about 100 Hz" in fault.what
    assert fault.spoils == ()
