"""Anchors of a shank's contacts on curves drawn by hand, and the signs of a walker."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.shank.contact import (
    LANDING_OFFSET_S,
    TOE_OFF_OFFSET_S,
    is_walker,
    landing_anchor,
    toe_off_anchor,
)
from gait.units import STANDARD_GRAVITY


def _rate(*corners: tuple[float, float], seconds: float = 1.1) -> np.ndarray:
    """(1, L) rad/s through (time, deg/s) corners."""
    at = np.arange(0.0, seconds, 1.0 / GRID_HZ)
    time, rate = zip(*corners, strict=True)
    return np.radians(np.interp(at, time, rate))[None, :]


RUNNING = _rate(
    (0, 600),
    (0.05, 600),
    (0.15, -300),
    (0.36, 0),
    (0.42, -400),
    (0.46, -400),
    (0.66, 600),
    (0.75, 600),
    (0.85, -300),
)
"""A forward swing, the landing, the pause at 0.36 s, the backward swing, and the next forward swing."""


def test_the_landing_is_behind_the_end_of_the_forward_swing() -> None:
    """The rate falls through zero at 0.1167 s; the anchor lies the offset behind it, within a millisecond."""
    found = landing_anchor(RUNNING, np.array([0]), np.array([60]))
    assert found == pytest.approx(0.05 + 0.1 * 600 / 900 + LANDING_OFFSET_S, abs=0.001)


def test_without_an_end_of_the_swing_there_is_no_landing() -> None:
    """A leg that swings on has not landed: NaN."""
    assert np.isnan(landing_anchor(_rate((0, 600), (1.1, 500)), np.array([0]), np.array([60]))).all()


def test_toe_off_is_before_half_of_the_backward_swing() -> None:
    """Half of the fastest rate is passed at 0.39 s, whatever came before the pause."""
    found = toe_off_anchor(RUNNING, np.array([0.139]), np.array([140]))
    assert found.running_s == pytest.approx(0.39 + TOE_OFF_OFFSET_S, abs=0.002)
    assert found.fastest_s == pytest.approx(0.44, abs=0.01)


def test_a_slow_pause_is_doubtful() -> None:
    """The same toe-off behind a pause that fades away over 0.1 s more is more doubtful by about as much."""
    slow = _rate(
        (0, 600), (0.05, 600), (0.15, -300), (0.26, 0), (0.42, -400), (0.46, -400), (0.66, 600), (1.1, 600)
    )
    cycle, landing = np.array([140]), np.array([0.139])
    sharp = toe_off_anchor(RUNNING, landing, cycle).slow_s[0]
    assert toe_off_anchor(slow, landing, cycle).slow_s[0] - sharp == pytest.approx(0.05, abs=0.02)


def test_a_walker_is_told_by_two_of_three_signs() -> None:
    """A walker turns slowly, leaves late in the cycle and stays near 1 g; a runner does none of it."""
    walk = _rate((0, 350), (0.05, 350), (0.13, -110), (0.6, -60), (0.88, -170), (1.2, 350), seconds=1.6)
    gravity = np.full_like(walk, STANDARD_GRAVITY)
    landing = np.array([0.13])
    toe_off = toe_off_anchor(walk, landing, np.array([240]))
    assert is_walker(walk, gravity, landing, toe_off.fastest_s, np.array([240])).all()
    assert toe_off.walking_s == pytest.approx(0.88, abs=0.03)
    toe_off = toe_off_anchor(RUNNING, landing, np.array([140]))
    heavy = np.full_like(RUNNING, 2.0 * STANDARD_GRAVITY)
    assert not is_walker(RUNNING, heavy, landing, toe_off.fastest_s, np.array([140])).any()
    assert not is_walker(RUNNING, heavy / 2.0, landing, toe_off.fastest_s, np.array([140])).any()
