"""Figures over all samples, against numpy over the whole, in whatever pieces they come."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.faults.survey import Survey
from gait.units import STANDARD_GRAVITY

RATE_HZ = 100.0
TIME_S = np.arange(0.0, 20.0, 1.0 / RATE_HZ)


def _samples() -> tuple[np.ndarray, np.ndarray]:
    """Rest for 5 s at 1.02 g, then shaking, with a clipped axis, a held one and rows of zeros."""
    rng = np.random.default_rng(6)
    moving = (TIME_S >= 5.0)[:, None]
    acc = rng.normal(0.0, 15.0, (len(TIME_S), 3)) * moving
    acc += np.array([0.0, 0.0, 1.02 * STANDARD_GRAVITY])
    acc[:, 0] = np.clip(acc[:, 0], -20.0, 20.0)
    acc[1000:1003] = 0.0
    gyr = rng.normal(0.0, 6.0, (len(TIME_S), 3)) * np.where(moving, 1.0, 1e-3)
    gyr[600:900, 1] = 1.25
    return acc, gyr


def _surveyed(*cuts: int) -> Survey:
    acc, gyr = _samples()
    survey = Survey()
    for part in np.split(np.arange(len(TIME_S)), list(cuts)):
        survey.add(TIME_S[part], acc[part], gyr[part])
    return survey


@pytest.mark.parametrize("cuts", [(), (777,), (1, 2, 3, 640, 1001, 1999)])
def test_axes_are_what_numpy_says(cuts: tuple[int, ...]) -> None:
    """Largest magnitude, samples that repeat it, longest hold and spread of each axis."""
    acc, _ = _samples()
    survey = _surveyed(*cuts)
    assert survey.samples == len(acc)
    np.testing.assert_allclose(survey.acc.top, np.abs(acc).max(axis=0))
    np.testing.assert_allclose(survey.acc.spread, acc.std(axis=0))
    repeats = np.diff(acc[:, 0]) == 0.0
    assert survey.acc.piled[0] == (repeats & (np.abs(acc[1:, 0]) >= 20.0 * 0.999)).sum() > 20
    assert survey.acc.piled[1] == 0
    assert survey.gyr is not None
    assert survey.gyr.longest_hold[1] == 300
    assert survey.zero_rows == 3


def test_the_layout_makes_no_difference() -> None:
    """Rows or channels in one piece of memory: the same figures and the same fingerprint."""
    acc, gyr = _samples()
    rows, channels = Survey(), Survey()
    rows.add(TIME_S, np.ascontiguousarray(acc), np.ascontiguousarray(gyr))
    channels.add(TIME_S, np.asfortranarray(acc), np.asfortranarray(gyr))
    assert rows.fingerprint == channels.fingerprint
    np.testing.assert_array_equal(rows.slices.force, channels.slices.force)
    np.testing.assert_array_equal(rows.acc.spread, channels.acc.spread)


def test_what_is_read_early_is_right_later() -> None:
    """Figures that are asked for between two pieces do not stay as they were."""
    acc, gyr = _samples()
    survey, whole = Survey(), _surveyed()
    for part in np.split(np.arange(len(TIME_S)), [333, 1200]):
        survey.add(TIME_S[part], acc[part], gyr[part])
        assert len(survey.rests) <= 10
        assert survey.slices.start_s[-1] <= TIME_S[part][-1]
    np.testing.assert_array_equal(survey.slices.start_s, whole.slices.start_s)
    np.testing.assert_allclose(survey.rests.gyr, whole.rests.gyr)


def test_pieces_make_no_difference() -> None:
    """Rests, the busiest half seconds and the wraps are the same however the samples came."""
    whole, parts = _surveyed(), _surveyed(3, 90, 505, 1234)
    np.testing.assert_allclose(whole.rests.start_s, parts.rests.start_s)
    np.testing.assert_allclose(whole.rests.acc, parts.rests.acc)
    assert whole.shaken_m_s2 == pytest.approx(parts.shaken_m_s2)
    assert whole.fast_turns_rad_s == pytest.approx(parts.fast_turns_rad_s)
    np.testing.assert_allclose(whole.acc.wraps, parts.acc.wraps)


def test_standing_still_is_found_and_read() -> None:
    """The first five seconds, ten half seconds, with the gravity that they read; the shaking is none."""
    rests = _surveyed().rests
    assert len(rests) == 10
    assert rests.gravity == pytest.approx(1.02 * STANDARD_GRAVITY, rel=1e-6)
    assert _surveyed().shaken_m_s2 > 20.0


def test_no_samples_tell_nothing() -> None:
    """No gyroscope, no rest, no rate."""
    survey = Survey()
    survey.add(np.empty(0), np.empty((0, 3)), None)
    assert (survey.samples, survey.gyr, len(survey.rests)) == (0, None, 0)
    assert np.isnan(survey.rests.gravity)
    assert np.isnan(survey.fast_turns_rad_s)


def test_the_fingerprint_tells_samples_apart() -> None:
    """The same samples give the same, one changed value another."""
    acc, _ = _samples()
    first, again, other = Survey(), Survey(), Survey()
    first.add(TIME_S, acc, None)
    again.add(TIME_S, acc, None)
    acc[7, 1] += 1e-6
    other.add(TIME_S, acc, None)
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_a_limit_holds_on_and_a_smooth_peak_does_not() -> None:
    """Of equal smooth peaks none counts; of peaks cut off at 0.9 all samples at the cut but the first do."""
    time_s = np.arange(0.0, 20.0, 1.0 / 208.0)
    smooth = 6.0 * np.sin(2.0 * np.pi * time_s) ** 3
    for gyr, low, high in ((smooth, 0, 0), (np.clip(smooth, -5.4, 5.4), 100, 2000)):
        survey = Survey()
        acc = np.tile([0.0, 0.0, 9.80665], (len(time_s), 1))
        turning = np.column_stack([gyr, 0.1 * gyr, 0.0 * gyr])
        for start in range(0, len(time_s), 97):
            part = slice(start, start + 97)
            survey.add(time_s[part], acc[part], turning[part])
        assert low <= survey.gyr.piled[0] <= high
