"""Rests of a shoe, and the gyroscope's offset that they show.

A shoe that stands on the ground does not turn: what the gyroscope reads then is its offset. It holds for the
strides behind the rest, so that live and saved data agree.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gait.analysis.grid import GRID_HZ
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["Rests"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

REST_S = 1.0
STEP_S = 0.5
"""Rests are looked for in windows of this length, at these steps of session time."""

SWING_OF_RATE = 3.0 * DEG
"""rad/s between the largest and the smallest reading of an axis in a rest: noise, and no sway."""

MOST_OFFSET = 6.0 * DEG
"""rad/s: what gyroscopes of wearables read at rest at most."""

NEAR_G = 0.05
"""Relative deviation of the acceleration's size from g in a rest."""


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
        size, step = round(REST_S * GRID_HZ), round(STEP_S * GRID_HZ)
        start = -(-first // step) * step if self._next is None else max(self._next, -(-first // step) * step)
        while start + size <= first + len(acc):
            part = slice(start - first, start - first + size)
            offset = self._offset(acc[part], gyr[part])
            if offset is not None:
                self._known_at.append(start + size)
                self._offsets.append(offset)
            start += step
        self._next = start

    def _offset(self, acc: FloatArray, gyr: FloatArray) -> FloatArray | None:
        if (np.ptp(gyr, axis=0) > SWING_OF_RATE).any():
            return None
        mean: FloatArray = gyr.mean(axis=0)
        size = np.sqrt(np.einsum("ij,ij->i", acc, acc)) / STANDARD_GRAVITY
        calm = np.abs(size - 1.0).max() < NEAR_G and float(np.abs(mean).max()) < MOST_OFFSET
        return mean if calm else None

    def forget_before(self, index: int) -> None:
        """Keep only what strides from a grid index on may need."""
        known = int(np.searchsorted(self._known_at, index, side="right"))
        drop = max(known - 1, 0)
        self._known_at, self._offsets = self._known_at[drop:], self._offsets[drop:]

    def at(self, index: IntArray) -> FloatArray:
        """(n, 3) offsets in force at grid indices, rad/s; zero before the first rest."""
        table = np.vstack([np.zeros((1, 3)), *self._offsets])
        return table[np.searchsorted(self._known_at, index, side="right")]
