"""Forward swings of a shank, on rates whose axis and times are known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.resample import GridBlock
from gait.analysis.strides.shank.swings import SwingFinder

AXIS = np.array([2.0, -1.0, 2.0]) / 3.0
PEAKS = np.arange(300, 3600, 140)


def _rates(peaks: np.ndarray = PEAKS, top_rad_s: float = 8.0) -> np.ndarray:
    """Fast forward turns at the peaks, slow backward ones between, about one axis; a little about another."""
    index = np.arange(int(peaks[-1]) + 300)
    along = np.full(len(index), -1.5)
    for peak in peaks:
        along += top_rad_s * np.exp(-0.5 * ((index - peak) / 14.0) ** 2)
    still = (index < peaks[0] - 60) | (index > peaks[-1] + 60)
    across = 0.3 * np.sin(index / 11.0)
    rates = along[:, None] * AXIS + across[:, None] * np.cross(AXIS, [0.0, 0.0, 1.0])
    return np.where(still[:, None], 0.0, rates)


def _found(rates: np.ndarray, size: int) -> tuple[SwingFinder, list[tuple[int, int]]]:
    finder, buffer, spans = SwingFinder(), SampleBuffer(), []
    for first in range(0, len(rates), size):
        part = rates[first : first + size]
        n = len(part)
        flags = np.zeros(n, dtype=bool)
        buffer.append(
            GridBlock(first=first, acc=part, gyr=part, clipped=flags, peak=np.zeros(n), bridged=flags)
        )
        spans += finder.find(buffer, final=first + size >= len(rates))
    return finder, spans


def test_axis_and_sense_of_the_swing() -> None:
    """The axis within 3 deg, and the fast turn is the forward one."""
    finder, _ = _found(_rates(), 4000)
    assert np.degrees(np.arccos(finder.axis.direction @ AXIS)) < 3.0
    assert finder.axis.share > 0.9


@pytest.mark.parametrize("size", [61, 500, 4000])
def test_every_cycle_once_whatever_the_pieces(size: int) -> None:
    """Cycles run from peak to peak, to a grid sample."""
    _, spans = _found(_rates(), size)
    assert np.abs(np.array(spans) - np.array(list(pairwise(PEAKS)))).max() <= 1


def test_a_pause_is_no_cycle_and_slow_turns_are_no_swing() -> None:
    """Three seconds between two swings are not bridged; turns below 100 deg/s make nothing."""
    paused = np.r_[np.arange(300, 2400, 140), np.arange(3000, 4500, 140)]
    _, spans = _found(_rates(paused), 5000)
    assert len(spans) == len(paused) - 2
    assert _found(_rates(top_rad_s=1.6), 4000)[1] == []


def test_a_rest_is_not_needed_and_old_movement_is_forgotten() -> None:
    """Before the axis is learnt, movement of the last five minutes is kept; behind a swing, a stride."""
    burst = np.zeros((400 * 200, 3))
    burst[1000:1400] = 5.0 * AXIS
    finder, buffer = SwingFinder(), SampleBuffer()
    needed = []
    for first in range(0, len(burst), 2000):
        part, flags = burst[first : first + 2000], np.zeros(2000, dtype=bool)
        buffer.append(GridBlock(first, part, part, flags, np.zeros(2000), flags))
        finder.find(buffer, final=False)
        needed.append(finder.needed(buffer))
    assert 980 < needed[0] < 1010
    assert needed[28] == needed[0]
    assert needed[-1] == buffer.end
    finder, spans = _found(_rates(), 500)
    assert finder.current == spans[-1][1]
