"""Where the foot stands still: the flat instant of each stance, and the strides between them.

A foot on the ground turns slowly and its accelerometer reads little more than gravity. The swing has such an
instant too, at its turning point, but no shock shortly before it. Stillness over the shock behind it has one
deep minimum a stance, however the sensor is mounted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d

from gait.analysis.grid import GRID_HZ
from gait.analysis.kernels import gaussian, gaussian_slope, local_maxima, reach
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["STRIDE_MAX_S", "StanceFinder", "shock_before", "stillness", "turning"]

FloatArray = npt.NDArray[np.float64]

RATE_SCALE = 100.0 * DEG
"""rad/s that weigh as much as one g of unexplained acceleration."""

STILL_LIMIT = 10.0
"""Largest stillness cost of a flat instant: about 2 g and 250 deg/s at once, as in the fastest."""

STILL_FLOOR = 0.5
"""Cost below which the shock decides between two instants: the turning point of a swing can be as still."""

_SMOOTH_S = 0.010
_TURN_SMOOTH_S = 0.040
_SHOCK_SMOOTH_S = 0.008

SHOCK_S = 0.14
"""s before a flat instant within which its landing lies (the flat part of a stance begins within that)."""

SHOCK_LEAST = 80.0
"""g/s of jerk below which no shock counts: walking is told by stillness alone."""

STANCE_APART_S = 0.42
"""Flat instants of one foot cannot lie nearer: 4.75 steps/s is the fastest published cadence."""

STRIDE_MAX_S = 2.4
"""Longer than this is not a stride (slow walking stays below 2 s)."""

MOVING = 150.0 * DEG
"""rad/s a segment must reach between two stances to have made a step."""

TWICE = (1.7, 2.3)
"""Ratio of a stride to the one before at which a stance was missed between."""

DOUBT = 8.0
"""A minimum this many times worse than both its neighbours is a pause in a long swing, not a stance."""


def stillness(acc: FloatArray, gyr: FloatArray) -> FloatArray:
    """(n,) cost, 0 for a sensor at rest."""
    rate = np.einsum("ij,ij->i", gyr, gyr) / RATE_SCALE**2
    excess = np.sqrt(np.einsum("ij,ij->i", acc, acc)) / STANDARD_GRAVITY - 1.0
    return gaussian(rate + excess**2, _SMOOTH_S)


def turning(_acc: FloatArray, gyr: FloatArray) -> FloatArray:
    """(n,) smoothed size of the angular rate, rad/s."""
    return gaussian(np.sqrt(np.einsum("ij,ij->i", gyr, gyr)), _TURN_SMOOTH_S)


def shock_before(acc: FloatArray) -> FloatArray:
    """(n,) largest jerk, g/s, in the `SHOCK_S` up to each instant."""
    slope = gaussian_slope(acc, _SHOCK_SMOOTH_S) / STANDARD_GRAVITY
    size = np.sqrt(np.einsum("ij,ij->i", slope, slope))
    width = round(SHOCK_S * GRID_HZ)
    out: FloatArray = maximum_filter1d(size, width, mode="nearest", origin=(width - 1) // 2)
    return out


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
    moving
        Movement above which a step was made between two instants.
    """

    cost: Callable[[FloatArray, FloatArray], FloatArray]
    movement: Callable[[FloatArray, FloatArray], FloatArray]
    limit: float = STILL_LIMIT
    moving: float = MOVING
    _kept: tuple[int, float] | None = None
    _doubtful: tuple[int, float] | None = None
    _judged: int = -1
    _origin: int | None = None
    _lengths: tuple[int, int] = (0, 0)

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
        moved = self.movement(acc, gyr)
        rank = (cost + STILL_FLOOR) / np.maximum(shock_before(acc), SHOCK_LEAST) ** 2
        self._rank, self._cost, self._first = rank, cost, first
        usable = len(cost) - (0 if final else reach(_TURN_SMOOTH_S))
        if self._origin is None:
            self._origin = first
        ends = (first == self._origin, final)
        found = local_maxima(-rank[: max(usable, 0)], STANCE_APART_S, ends=ends)
        found = found[(cost[found] < self.limit) & (found + first > self._judged)]
        strides: list[tuple[int, int]] = []
        for index in found.tolist():
            self._judged = index + first
            strides += self._take(index + first, float(rank[index]), first, moved)
        return strides + (self._settle(first, moved) if final else [])

    def _take(self, index: int, rank: float, first: int, moved: FloatArray) -> list[tuple[int, int]]:
        out: list[tuple[int, int]] = []
        if self._doubtful is not None:
            if self._doubtful[1] > DOUBT * rank:
                self._doubtful = None
            else:
                out += self._settle(first, moved)
        if self._kept is None:
            self._kept = (index, rank)
        elif rank > DOUBT * self._kept[1]:
            self._doubtful = (index, rank)
        else:
            out += self._join(index, rank, first, moved)
        return out

    def _settle(self, first: int, moved: FloatArray) -> list[tuple[int, int]]:
        if self._doubtful is None:
            return []
        index, rank = self._doubtful
        self._doubtful = None
        return self._join(index, rank, first, moved)

    def _join(self, index: int, rank: float, first: int, moved: FloatArray) -> list[tuple[int, int]]:
        assert self._kept is not None
        start = self._kept[0]
        self._kept = (index, rank)
        edges = [start, *self._missed(start, index), index]
        strides = []
        for low, high in pairwise(edges):
            peak = float(moved[max(low - first, 0) : high - first + 1].max())
            if peak >= self.moving and (high - low) / GRID_HZ <= STRIDE_MAX_S:
                strides.append((low, high))
                self._lengths = (self._lengths[1], high - low)
        return strides

    def _missed(self, start: int, index: int) -> list[int]:
        """A stance that lies half-way in what is twice as long as the stride before; at most one."""
        length = index - start
        one, two = self._lengths
        if not 0 < max(one, two) < 1.2 * min(one, two) or not TWICE[0] * two < length < TWICE[1] * two:
            return []
        low, high = start + round(0.4 * length), start + round(0.6 * length)
        part = slice(max(low - self._first, 0), high - self._first)
        best = int(self._rank[part].argmin()) if high - low == len(self._rank[part]) else -1
        return [low + best] if best >= 0 and self._cost[part][best] < self.limit else []

    def __post_init__(self) -> None:
        self._rank = self._cost = np.empty(0)
        self._first = 0

    @property
    def needed(self) -> int | None:
        """Grid index before which nothing is needed any more; None before the first stance."""
        return None if self._kept is None else self._kept[0]
