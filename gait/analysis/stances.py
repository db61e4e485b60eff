"""Where the foot stands still: the flat instant of each stance, and the strides between them.

A foot on the ground turns slowly and its accelerometer reads little more than gravity; nowhere else in a
stride do both hold. The sum of both deviations has one deep minimum a stance, however the sensor is mounted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gait.analysis.grid import GRID_HZ
from gait.analysis.kernels import gaussian, local_maxima, reach
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["StanceFinder", "stillness", "turning"]

FloatArray = npt.NDArray[np.float64]

RATE_SCALE = 100.0 * DEG
"""rad/s that weigh as much as one g of unexplained acceleration."""

STILL_LIMIT = 6.0
"""Largest cost of a flat instant: about 1.5 g and 200 deg/s at once, which fast mid-stances reach."""

_SMOOTH_S = 0.010
_TURN_SMOOTH_S = 0.040
_RADIUS_S = 0.20

STANCE_APART_S = 0.42
"""Flat instants of one foot cannot lie nearer: 4.75 steps/s is the fastest published cadence."""

STRIDE_MAX_S = 2.4
"""Longer than this is not a stride (slow walking stays below 2 s)."""

MOVING = 150.0 * DEG
"""rad/s a segment must reach between two stances to have made a step."""

RESTING = 100.0 * DEG
"""rad/s below which it did not move between two minima: they are one stance."""


def stillness(acc: FloatArray, gyr: FloatArray) -> FloatArray:
    """(n,) cost, 0 for a sensor at rest."""
    rate = np.einsum("ij,ij->i", gyr, gyr) / RATE_SCALE**2
    excess = np.sqrt(np.einsum("ij,ij->i", acc, acc)) / STANDARD_GRAVITY - 1.0
    return gaussian(rate + excess**2, _SMOOTH_S)


def turning(_acc: FloatArray, gyr: FloatArray) -> FloatArray:
    """(n,) smoothed size of the angular rate, rad/s."""
    return gaussian(np.sqrt(np.einsum("ij,ij->i", gyr, gyr)), _TURN_SMOOTH_S)


@dataclass
class StanceFinder:
    """Finds flat instants in signals that come in pieces.

    The same instants come out whatever the pieces: a minimum is judged only by what lies within fixed
    distances of it, and in order.

    Parameters
    ----------
    cost, movement
        Functions of acc and gyr (n, 3) that give (n,): what is smallest on a standing foot, and how much the
        segment moves.
    limit
        Largest cost of a flat instant.
    moving, resting
        Movement above which a step was made between two instants, and below which they are one stance.
    doubt
        A minimum is doubted if its cost exceeds the first number plus the second times its neighbours'.
    """

    cost: Callable[[FloatArray, FloatArray], FloatArray]
    movement: Callable[[FloatArray, FloatArray], FloatArray]
    limit: float = STILL_LIMIT
    moving: float = MOVING
    resting: float = RESTING
    doubt: tuple[float, float] = (1.0, 4.0)
    _kept: tuple[int, float] | None = None
    _judged: int = -1
    _doubtful: tuple[int, float] | None = None

    def find(self, first: int, acc: FloatArray, gyr: FloatArray, *, final: bool) -> list[tuple[int, int]]:
        """Strides, as pairs of flat instants (absolute grid indices), that the signals complete.

        Parameters
        ----------
        first
            Grid index of the first sample; the signals reach back at least a stride before what was judged.
        final
            No more will come in this segment.
        """
        cost = self.cost(acc, gyr)
        turn = self.movement(acc, gyr)
        margin = 0 if final else reach(_TURN_SMOOTH_S)
        usable = len(cost) - margin
        found = local_maxima(-cost[:usable], _RADIUS_S)
        found = found[(cost[found] < self.limit) & (found + first > self._judged)]
        strides: list[tuple[int, int]] = []
        for index in found.tolist():
            self._judged = index + first
            strides += self._take(index + first, float(cost[index]), first, turn)
        if final:
            strides += self._settle(first, turn)
        return strides

    def _take(self, index: int, cost: float, first: int, turn: FloatArray) -> list[tuple[int, int]]:
        out: list[tuple[int, int]] = []
        if self._doubtful is not None:
            # A poor minimum between two good ones is a pause of the swing, not a stance.
            if self._doubtful[1] > self.doubt[0] + self.doubt[1] * cost:
                self._doubtful = None
            else:
                out += self._settle(first, turn)
        if self._kept is None:
            self._kept = (index, cost)
            return out
        if cost > self.doubt[0] + self.doubt[1] * self._kept[1]:
            self._doubtful = (index, cost)
            return out
        return out + self._join(index, cost, first, turn)

    def _settle(self, first: int, turn: FloatArray) -> list[tuple[int, int]]:
        if self._doubtful is None:
            return []
        index, cost = self._doubtful
        self._doubtful = None
        return self._join(index, cost, first, turn)

    def _join(self, index: int, cost: float, first: int, turn: FloatArray) -> list[tuple[int, int]]:
        assert self._kept is not None
        start, start_cost = self._kept
        low = max(start - first, 0)
        peak = float(turn[low : index - first + 1].max())
        if (index - start) / GRID_HZ < STANCE_APART_S and peak > self.resting and cost >= start_cost:
            return []
        self._kept = (index, cost)
        near = (index - start) / GRID_HZ < STANCE_APART_S
        if near or peak < self.moving or (index - start) / GRID_HZ > STRIDE_MAX_S:
            return []
        return [(start, index)]

    @property
    def needed(self) -> int | None:
        """Grid index before which nothing is needed any more; None before the first stance."""
        return None if self._kept is None else self._kept[0]
