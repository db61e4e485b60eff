"""Foot-flat on signals whose flat instants are known: found, each once, whatever the pieces."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.shoe.midstance import StanceFinder, shock_before, stillness
from gait.analysis.strides.stride_batch import STRIDE_LEAST_S, STRIDE_MOST_S
from gait.units import STANDARD_GRAVITY

LENGTH = 140
"""Grid samples of a stride: 0.7 s."""
FLATS = np.arange(200, 3000, LENGTH)


def _signals(flats: np.ndarray = FLATS, swing_rad_s: float = 8.0) -> tuple[np.ndarray, np.ndarray]:
    """A foot that turns fastest half-way between flat instants, with a shock 70 ms before each of them."""
    n = int(flats[-1]) + 400
    index = np.arange(n)
    gyr = np.zeros((n, 3))
    inside = (index >= flats[0]) & (index <= flats[-1])
    phase = np.interp(index, flats, np.arange(len(flats)))
    gyr[inside, 1] = swing_rad_s * np.sin(np.pi * phase[inside])
    acc = np.tile([0.0, 0.0, STANDARD_GRAVITY], (n, 1))
    for flat in flats:
        acc[flat - 14, 2] += 60.0
    return acc, gyr


def test_a_sensor_at_rest_costs_nothing() -> None:
    """Gravity alone and no turning is cost 0; one g more, or 100 deg/s, is cost 1."""
    rest = np.tile([0.0, 0.0, STANDARD_GRAVITY], (200, 1))
    turn = np.tile([0.0, np.radians(100.0), 0.0], (200, 1))
    assert stillness(rest, np.zeros((200, 3))) == pytest.approx(0.0, abs=1e-12)
    assert stillness(2.0 * rest, np.zeros((200, 3)))[100] == pytest.approx(1.0)
    assert stillness(rest, turn)[100] == pytest.approx(1.0)


def test_a_shock_is_seen_for_the_time_after_it() -> None:
    """Within 140 ms behind a shock its jerk counts, before it and later none does."""
    acc = np.tile([0.0, 0.0, STANDARD_GRAVITY], (400, 1))
    acc[200, 2] += 60.0
    shock = shock_before(acc)
    assert shock[190] == shock[240] == pytest.approx(0.0, abs=1e-9)
    assert shock[204:226].min() > 100.0


def test_every_stride_is_found_between_its_flat_instants() -> None:
    """Each pair of neighbouring flat instants is a stride, to a grid sample.

    The first and the last instant lie in a longer stand, where any instant is as flat.
    """
    acc, gyr = _signals()
    found = np.array(StanceFinder().find(0, acc, gyr, final=True))
    off = np.abs(found - np.array(list(pairwise(FLATS)))).ravel()
    assert off[1:-1].max() <= 1
    assert off.max() <= 20


@pytest.mark.parametrize("size", [37, 400])
def test_pieces_make_no_difference(size: int) -> None:
    """Fed as they come, the same strides come out, each once."""
    acc, gyr = _signals()
    finder, found = StanceFinder(), []
    for end in [*range(size, len(acc), size), len(acc)]:
        found += finder.find(0, acc[:end], gyr[:end], final=end == len(acc))
    assert found == StanceFinder().find(0, acc, gyr, final=True)
    assert finder.needed == found[-1][1]


def test_standing_still_is_no_stride() -> None:
    """A foot that hardly turns between two shocks makes none."""
    assert StanceFinder().find(0, *_signals(swing_rad_s=0.5), final=True) == []


def test_the_bounds_of_a_stride_hold() -> None:
    """Steps faster than anybody's are not all taken; a pause of 3 s is not bridged."""
    fast = StanceFinder().find(0, *_signals(np.arange(200, 1200, 60)), final=True)
    assert min(stop - start for start, stop in fast) > STRIDE_LEAST_S * GRID_HZ
    paused = np.r_[np.arange(200, 1000, LENGTH), np.arange(1500, 2400, LENGTH)]
    spans = StanceFinder().find(0, *_signals(paused), final=True)
    assert max(stop - start for start, stop in spans) <= STRIDE_MOST_S * GRID_HZ
    assert len(spans) == len(paused) - 2
