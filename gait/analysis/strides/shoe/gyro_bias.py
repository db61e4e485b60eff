"""Rests of a shoe, and the gyroscope's offset that they show.

A shoe that stands on the ground does not turn: what the gyroscope reads then is its offset. It holds for the
strides behind the rest, so that live and saved data agree.
"""

from __future__ import annotations

import numpy as np

from gait.analysis.signal.resample import GRID_HZ
from gait.arrays import FloatArray, IntArray
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["Rests"]


STEP_S = 0.5
"""s; rests are looked for in windows of two such steps of session time (chosen: a second is longer than any
stance of running and most of walking)."""

SWING_OF_RATE = 3.0 * DEG
"""rad/s between the largest and the smallest reading of an axis in a rest (chosen: noise of usual gyroscopes,
and no sway)."""

MOST_OFFSET = 6.0 * DEG
"""rad/s that gyroscopes of wearables read at rest at most (chosen: beyond it the foot turns slowly)."""

NEAR_G = 0.05
"""Relative deviation of the acceleration's norm from g in a rest (chosen: offsets and scale of a usual
accelerometer)."""


class Rests:
    """Gyroscope offsets in the order in which rests end; windows are judged once, whatever the chunks."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._known_at: list[int] = []
        self._offsets: list[FloatArray] = []

    def look(self, first: int, acc: FloatArray, gyr: FloatArray) -> None:
        """Judge the windows that the signals complete.

        Parameters
        ----------
        first
            Grid index of the first sample.
        acc, gyr
            (n, 3) m/s2 and rad/s, sensor frame.
        """
        step = round(STEP_S * GRID_HZ)
        start = -(-first // step) * step
        start = start if self._next is None else max(self._next, start)
        # A window is two steps: the extremes of the steps give those of the windows.
        steps = (first + len(acc) - start) // step
        self._next = start + max(steps - 1, 0) * step
        if steps < 2:
            return
        part = slice(start - first, start - first + steps * step)
        turns = gyr[part].reshape(steps, step, 3)
        high, low = turns.max(axis=1), turns.min(axis=1)
        swing = np.maximum(high[1:], high[:-1]) - np.minimum(low[1:], low[:-1])
        still = (swing <= SWING_OF_RATE).all(axis=1)
        if not still.any():
            return
        size = np.sqrt(np.einsum("ij,ij->i", acc[part], acc[part])) / STANDARD_GRAVITY
        off = np.abs(size - 1.0).reshape(steps, step).max(axis=1)
        total = turns.sum(axis=1)
        mean = (total[1:] + total[:-1]) / (2 * step)
        still &= (np.maximum(off[1:], off[:-1]) < NEAR_G) & (np.abs(mean).max(axis=1) < MOST_OFFSET)
        rests = np.flatnonzero(still)
        self._known_at += (start + (rests + 2) * step).tolist()
        self._offsets += list(mean[rests])

    def forget_before(self, index: int) -> None:
        """Keep only what strides from a grid index on may need."""
        count = int(np.searchsorted(self._known_at, index, side="right"))
        drop = max(count - 1, 0)
        self._known_at, self._offsets = self._known_at[drop:], self._offsets[drop:]

    def at(self, index: IntArray) -> FloatArray:
        """Return (n, 3) offsets in force at grid indices, rad/s; zero before the first rest."""
        table = np.vstack([np.zeros((1, 3)), *self._offsets])
        return table[np.searchsorted(self._known_at, index, side="right")]
