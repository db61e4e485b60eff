"""Landings that a filled silence hides: by the length of the strides about it."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.resample import GridBlock
from gait.analysis.strides.silences import due_in_silence, hidden_landing


def _silent(first: int, start: int, stop: int) -> SampleBuffer:
    """1000 grid points from ``first`` on; those of [start, stop) were filled."""
    bridged = (np.arange(first, first + 1000) >= start) & (np.arange(first, first + 1000) < stop)
    flags, buffer = np.zeros(1000, dtype=bool), SampleBuffer()
    buffer.append(GridBlock(first, np.zeros((1000, 3)), None, flags, np.zeros(1000), bridged))
    return buffer


@pytest.mark.parametrize(
    ("silence", "next_at", "landing"),
    [
        ((335, 345), 480, 340),
        ((330, 332), 480, 340),
        ((300, 310), 480, None),
        ((335, 345), 340, None),
        ((335, 345), 620, None),
    ],
)
def test_between_two_landings(silence: tuple[int, int], next_at: int, landing: int | None) -> None:
    """Two strides of 140 points apart and silent within 60 ms of the middle: there, and nowhere else."""
    assert hidden_landing(_silent(100, *silence), 200, next_at, 140) == landing


def test_the_first_stride_hides_none() -> None:
    """Without a stride before nobody knows how long one is."""
    assert hidden_landing(_silent(0, 0, 1000), 200, 480, 0) is None


@pytest.mark.parametrize(
    ("silence", "shock", "landing"),
    [((335, 345), 370, 340), ((335, 345), 350, None), ((335, 345), 420, None), ((300, 310), 370, None)],
)
def test_a_shock_behind_a_silence(silence: tuple[int, int], shock: int, landing: int | None) -> None:
    """A push-off 0.15 s behind the landing that was due in the silence stands for it; a landing does not."""
    assert due_in_silence(_silent(100, *silence), 200, shock, 140) == landing
