"""Anchors of contacts: the first dip is the push-off, the first maximum the forward turn."""

from __future__ import annotations

import numpy as np

from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.shoe.anchors import IC_OFFSETS_S, TC_OFFSETS_S, Anchors, find_anchors

LENGTH = 140


def bell(middle_s: float, width_s: float) -> np.ndarray:
    """A bell curve on one swing's grid."""
    at = np.arange(LENGTH + 20) / GRID_HZ
    return np.exp(-0.5 * ((at - middle_s) / width_s) ** 2)


def anchors_of(rate: np.ndarray, up_acc: np.ndarray) -> Anchors:
    """Anchors of one swing whose pitch is the integral of its rate."""
    pitch = np.degrees(np.cumsum(rate)) / GRID_HZ
    return find_anchors(rate[None, :], up_acc[None, :], pitch[None, :], np.array([LENGTH]))


def swing(snap: float, landing: float) -> tuple[np.ndarray, np.ndarray]:
    """Push-off at 150 ms, snap of the foot at 230, forward turn at 440, contact at 560 ms."""
    rate = -9.0 * bell(0.15, 0.030) - snap * bell(0.23, 0.020) + 11.0 * bell(0.44, 0.045)
    rate += landing * bell(0.60, 0.018) - 4.0 * bell(0.56, 0.012)
    return rate, 60.0 * bell(0.575, 0.010)


def test_a_deeper_second_dip_is_not_the_push_off() -> None:
    """A snap of the foot in swing that is half as deep again moves terminal contact by less than 3 ms."""
    plain, snapping = anchors_of(*swing(0.0, 0.0)), anchors_of(*swing(13.0, 0.0))
    assert abs(plain.tc_s[0] - snapping.tc_s[0]) < 0.003
    assert abs(plain.tc_s[0] - (0.15 + TC_OFFSETS_S["push"])) < 0.03
    assert plain.left[0]
    assert snapping.left[0]


def test_a_forefoot_landing_s_second_maximum_is_not_the_forward_turn() -> None:
    """A rebound after contact, higher than the forward turn, moves initial contact by less than 8 ms."""
    plain, rebounding = anchors_of(*swing(0.0, 0.0)), anchors_of(*swing(0.0, 16.0))
    assert abs(plain.ic_s[0] - rebounding.ic_s[0]) < 0.008
    assert abs(plain.ic_s[0] - 0.56) < 0.03
    assert plain.landed[0]
    assert plain.ic_spread_s[0] < 0.04


def test_a_foot_that_stays_where_it_is_shows_neither() -> None:
    """A sway of 20 deg/s is no push-off and no landing."""
    still = anchors_of(0.35 * bell(0.3, 0.05) - 0.35 * bell(0.15, 0.05), np.zeros(LENGTH + 20))
    assert not still.left[0]
    assert not still.landed[0]


def test_cues_have_an_offset_each() -> None:
    """The weights of the mean and the offsets name the same cues."""
    assert set(TC_OFFSETS_S) == {"push", "tilt"}
    assert set(IC_OFFSETS_S) == {"drop", "turned", "rise"}
