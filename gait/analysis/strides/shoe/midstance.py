"""Find foot-flat, the instant of each stance at which the foot stands still, and the strides between.

A foot on the ground turns slowly and its accelerometer reads little more than gravity. The swing has such an
instant too, at its turning point, but no shock shortly before it. Stillness over the shock behind it has one
deep minimum a stance, however the sensor is mounted.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from gait.analysis.signal.filters import gaussian, gaussian_slope, reach, running_max
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.stride_batch import STRIDE_LEAST_S, STRIDE_MOST_S
from gait.arrays import BoolArray, FloatArray, IntArray
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["LOOKS_AHEAD_S", "StanceFinder", "shock_before", "stillness"]


RATE_SCALE = 100.0 * DEG
"""rad/s that weigh as much as one g of unexplained acceleration (chosen: a foot that turns at 100 deg/s is as
little still as a foot that is pushed by one g)."""

STILL_LIMIT = 10.0
"""Largest stillness cost of a flat instant (chosen: about 2 g and 250 deg/s at once, as in the fastest)."""

STILL_FLOOR = 0.5
"""Cost below which the shock decides between two instants (chosen: the turning point of a swing can be as
still)."""

LOOKS_AHEAD_S = 0.015
"""Smoothing of cost and leaving, s, at most (chosen: it bounds how far behind a sample a decision looks)."""

_SMOOTH_S = 0.010
"""s; one sigma of the smoothing of stillness (chosen: a small part of a stance)."""
_TURN_SMOOTH_S = 0.040
"""s; one sigma of the smoothing of the turning rate (chosen: a sixth of a stance)."""
_SHOCK_SMOOTH_S = 0.008
"""s; one sigma of the smoothing of shocks (chosen: an impact lasts some 20 ms)."""

SHOCK_S = 0.14
"""s before a flat instant within which its landing lies (chosen: the flat part of a stance begins within
that)."""

SHOCK_LEAST = 80.0
"""g/s of jerk below which no shock counts (chosen: walking is told by stillness alone)."""

_APART = round(STRIDE_LEAST_S * GRID_HZ)
_TURN_REACH = reach(_TURN_SMOOTH_S)
"""Samples: the shortest stride, and how far the smoothing of the turning rate looks."""

LOOKS_BACK = _APART + round(SHOCK_S * GRID_HZ) + _TURN_REACH
"""Samples before the last stance that what comes behind it can hang on."""

ALIKE = 2.0
"""An instant at most so many times worse than the last one is believed once the foot pushes off (chosen:
costs of neighbouring stances are within that, a swing's turning point seldom is)."""

DUE_SHARE = (0.85, 1.5)
"""When the next flat instant is due, in stride lengths behind the last one (chosen: neighbouring strides
differ by less, and below two strides)."""

PUSH_SHARE = 0.45
"""Share of the last swing's fastest movement at which the foot has left the ground or is about to (chosen:
well above what moves in stance, reached before the swing is at its fastest)."""

MOVING = 150.0 * DEG
"""rad/s a segment must reach between two stances to have made a step (chosen: half of a slow walker's
push-off)."""

TWICE = (1.7, 2.3)
"""Ratio of a stride to the one before at which a stance was missed between (chosen: two, with the variation
of neighbouring strides)."""

DOUBT = 8.0
"""A minimum this many times worse than both its neighbours is a pause in a long swing and no stance (chosen:
neighbouring stances are within `ALIKE`)."""


def stillness(acc: FloatArray, gyr: FloatArray) -> FloatArray:
    """Return (n,) cost, 0 for a sensor at rest."""
    rate = np.einsum("ij,ij->i", gyr, gyr) / RATE_SCALE**2
    excess = np.sqrt(np.einsum("ij,ij->i", acc, acc)) / STANDARD_GRAVITY - 1.0
    return gaussian(rate + excess**2, _SMOOTH_S)


def shock_before(acc: FloatArray) -> FloatArray:
    """Return (n,) largest jerk, g/s, in the `SHOCK_S` up to each instant."""
    slope = gaussian_slope(acc, _SHOCK_SMOOTH_S) / STANDARD_GRAVITY
    size = np.sqrt(np.einsum("ij,ij->i", slope, slope))
    return running_max(size, round(SHOCK_S * GRID_HZ) - 1, 0)


class _After:
    """Samples that have come of the `_APART` behind each minimum.

    Attributes
    ----------
    lower
        Samples from the one behind each minimum to the first that undercuts it; `_APART` where none does.
    whole
        Whether all of them have come.
    """

    def __init__(
        self, minima: npt.NDArray[np.intp], rank: FloatArray, leaving: FloatArray, usable: int
    ) -> None:
        at = minima[:, None] + np.arange(1, _APART + 1)
        come = at < usable
        at = np.minimum(at, usable - 1)
        lower = come & (rank[at] < rank[minima][:, None])
        self.lower: list[int] = np.where(lower.any(axis=1), lower.argmax(axis=1), _APART).tolist()
        self.whole: list[bool] = come[:, -1].tolist()
        self._fastest = np.maximum.accumulate(np.where(come, leaving[at], -np.inf), axis=1)

    def faster(self, place: int, push: float) -> int:
        """Return the samples from behind a minimum to the first that turns faster than `push`, rad/s."""
        return int(self._fastest[place].searchsorted(push, side="right"))


class StanceFinder:
    """Finds flat instants in signals that come in pieces.

    The same instants come out whatever the pieces: minima are judged in order, each as soon as it can be. It
    is a flat instant if nothing within `STRIDE_LEAST_S` on either side is lower; one that comes when it is
    due and is as deep as the last is believed as soon as the foot is seen to push off.
    """

    def __init__(self) -> None:
        self._found: int | None = None
        self._kept: tuple[int, float] | None = None
        self._doubtful: tuple[int, float] | None = None
        self._judged = -1
        self._origin: int | None = None
        self._lengths = (0, 0)
        self._rank = self._cost = self._moved = np.empty(0)
        self._busy: IntArray = np.zeros(1, dtype=np.intp)
        self._bridged: BoolArray = np.empty(0, dtype=bool)
        self._first = 0
        self._push = np.inf
        self._steady = False

    def find(
        self,
        first: int,
        acc: FloatArray,
        gyr: FloatArray,
        *,
        final: bool,
        bridged: BoolArray | None = None,
    ) -> list[tuple[int, int]]:
        """Return strides, as pairs of flat instants (absolute grid indices), that the signals complete.

        Parameters
        ----------
        first
            Grid index of the first sample; the signals reach back at least a stride before what was judged.
        final
            No more will come in this segment.
        bridged
            Where the signals are lines across a silence; None where nowhere.
        """
        skip = 0 if self._kept is None else max(self._kept[0] - LOOKS_BACK - first, 0)
        first, acc, gyr = first + skip, acc[skip:], gyr[skip:]
        self._bridged = np.zeros(len(acc), dtype=bool) if bridged is None else bridged[skip:]
        cost = stillness(acc, gyr)
        rate = np.sqrt(np.einsum("ij,ij->i", gyr, gyr))
        moved, leaving = gaussian(rate, _TURN_SMOOTH_S), gaussian(rate, _SMOOTH_S)
        rank = (cost + STILL_FLOOR) / np.maximum(shock_before(acc), SHOCK_LEAST) ** 2
        self._rank, self._cost, self._moved, self._first = rank, cost, moved, first
        self._busy = np.concatenate([[0], np.cumsum(moved >= MOVING)])
        usable = len(cost) - (0 if final else reach(LOOKS_AHEAD_S))
        if self._origin is None:
            self._origin = first
        strides: list[tuple[int, int]] = []
        minima = self._minima(rank, cost, usable)
        after = _After(minima, rank, leaving, usable)
        for place, index in enumerate(minima.tolist()):
            if self._found is not None and index + first - self._found <= _APART:
                continue
            verdict = self._verdict(index, float(rank[index]), after, place, final=final)
            if verdict is None:
                break
            self._judged = index + first
            if verdict:
                self._found = index + first
                strides += self._take(index + first, float(rank[index]))
        return strides + (self._settle() if final else [])

    def _minima(self, rank: FloatArray, cost: FloatArray, usable: int) -> npt.NDArray[np.intp]:
        """Return the rows of (n,) rank that nothing in the time before undercuts, nor the next row."""
        if usable < 3:
            return np.empty(0, dtype=np.intp)
        lowest = -running_max(-rank[:usable], _APART, 0)
        is_low = (rank[: usable - 1] <= lowest[:-1]) & (rank[: usable - 1] < rank[1:usable])
        is_low &= cost[: usable - 1] < STILL_LIMIT
        start = 2 if self._first == self._origin else _APART
        is_low[:start] = False
        minima = np.flatnonzero(is_low)
        return minima[minima + self._first > self._judged]

    def _verdict(self, index: int, rank: float, after: _After, place: int, *, final: bool) -> bool | None:
        """Return whether a minimum is a flat instant; None while samples are missing to tell.

        `index`: row of the signals; `rank`: its stillness cost, less where a shock lies before;
        `place`: its place in `after`.
        """
        lower = after.lower[place]
        if self._like_the_last(index + self._first, rank) and after.faster(place, self._push) < lower:
            return True
        if lower < _APART:
            return False
        return True if final or after.whole[place] else None

    def _like_the_last(self, index: int, rank: float) -> bool:
        """Return whether a minimum, by grid index and cost, comes when due and is as deep as the last."""
        if self._kept is None or not self._steady:
            return False
        start, depth = self._kept
        due = DUE_SHARE[0] * self._lengths[1] <= index - start <= DUE_SHARE[1] * self._lengths[1]
        return due and rank <= ALIKE * depth

    def _take(self, index: int, rank: float) -> list[tuple[int, int]]:
        """Return the strides that end at a flat instant, by its grid index and cost; doubtful ones wait."""
        out: list[tuple[int, int]] = []
        if self._doubtful is not None:
            if self._doubtful[1] > DOUBT * rank:
                self._doubtful = None
            else:
                out += self._settle()
        if self._kept is None:
            self._kept = (index, rank)
        elif rank > DOUBT * self._kept[1]:
            self._doubtful = (index, rank)
        else:
            out += self._join(index, rank)
        return out

    def _settle(self) -> list[tuple[int, int]]:
        if self._doubtful is None:
            return []
        index, rank = self._doubtful
        self._doubtful = None
        return self._join(index, rank)

    def _join(self, index: int, rank: float) -> list[tuple[int, int]]:
        """Return the strides up to a flat instant, by its grid index and cost, a missed stance between."""
        assert self._kept is not None
        start = self._kept[0]
        self._kept = (index, rank)
        edges = [start, *self._missed(start, index), index]
        strides = []
        for low, high in pairwise(edges):
            # The end is left out: smoothing there needs samples that have not come yet.
            begin, end = max(low - self._first, 0), max(high - self._first - _TURN_REACH, 1)
            moves = self._busy[begin] < self._busy[end]
            if moves and (high - low) / GRID_HZ <= STRIDE_MOST_S:
                strides.append((low, high))
                self._lengths = (self._lengths[1], high - low)
                self._push = PUSH_SHARE * float(np.maximum.reduce(self._moved[begin:end]))
        self._steady = bool(strides) and strides[-1][1] == index
        return strides

    def _missed(self, start: int, index: int) -> list[int]:
        """Return the stance, if any, that was missed half-way in a stride of twice the usual length."""
        length = index - start
        earlier, later = self._lengths
        if (
            not 0 < max(earlier, later) < 1.2 * min(earlier, later)
            or not TWICE[0] * later < length < TWICE[1] * later
        ):
            return []
        low, high = start + round(0.4 * length), start + round(0.6 * length)
        part = slice(max(low - self._first, 0), high - self._first)
        best = int(self._rank[part].argmin()) if high - low == len(self._rank[part]) else -1
        if best >= 0 and self._cost[part][best] < STILL_LIMIT:
            return [low + best]
        # Within a silence no sample shows a still foot.
        return [start + length // 2] if self._bridged[part].any() else []

    @property
    def needed(self) -> int | None:
        """Grid index before which nothing is needed any more; None before the first stance."""
        return None if self._kept is None else self._kept[0]
