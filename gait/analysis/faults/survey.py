"""Keep of all samples what a recording is judged by: half seconds, largest values, repeats.

The samples come in pieces; memory grows by a row of figures for each half second.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from gait.arrays import BoolArray, FloatArray, IntArray
from gait.units import STANDARD_GRAVITY

__all__ = ["LARGEST_STEPS", "SLICE_S", "Axes", "Rests", "Slices", "Survey"]

SLICE_S = 0.5
"""Length of a slice, s: a stand of a second holds one whatever its phase."""

REST_SHARE = 0.03
"""Scatter of a resting slice as a share of the busiest tenth's (0.05 g where a run has 1.7; chosen)."""

REST_LEAST_M_S2, REST_LEAST_RAD_S = 0.05 * STANDARD_GRAVITY, 0.05
"""Scatter, m/s2 and rad/s, that is rest however little the busiest slices move."""

WRAP = 1.9
"""A step from one end of the range to the other, in largest magnitudes."""

GRAVITY_NEAR = 0.07
"""Relative difference within which rests agree, and within which they read gravity."""

PILED_SHARE = 0.999
"""Share of an axis' largest value from which a sample counts as at the same limit."""

HELD_ROWS, HELD_MOVING = 5, 0.3
"""Rows of a slice by which repeats are counted; its scatter, as a share of the busiest tenth's, from which it
moves: at rest a coarse sensor repeats itself."""

FROZEN_RAD_S = 0.1
"""A held rate above this is no rest's offset."""

LARGEST_STEPS = 50
"""Largest steps between neighbours that are kept for each axis: a gyroscope that overflows has more."""


@dataclass(frozen=True)
class Rests:
    """Half seconds in which the sensor was still: (k,) start, s; (k, 3) mean of acc and of gyr."""

    start_s: FloatArray
    acc: FloatArray
    gyr: FloatArray

    def __len__(self) -> int:
        return len(self.start_s)

    @property
    def gravity(self) -> float:
        """Norm of the specific force at rest, in the file's unit; NaN without a rest.

        Rests that agree are one group. The first one counts, as people stand still before the run, unless as
        many others read 9.81 m/s2.
        """
        if not len(self):
            return float("nan")
        norm = np.linalg.norm(self.acc, axis=1)
        near = np.abs(norm / STANDARD_GRAVITY - 1.0) < GRAVITY_NEAR
        first = np.abs(norm / max(float(norm[0]), 1e-9) - 1.0) < GRAVITY_NEAR
        group = near if near.any() and near.sum() >= first.sum() else first
        return float(np.median(norm[group]))


@dataclass(frozen=True)
class Slices:
    """Half seconds of a recording, in the file's units: (k,) each.

    Attributes
    ----------
    start_s
        First sample, s.
    force, shaken
        Root mean square and scatter of the specific force, m/s2.
    fastest
        Largest norm of the rate, rad/s; NaN without numbers.
    """

    start_s: FloatArray
    force: FloatArray
    shaken: FloatArray
    fastest: FloatArray


@dataclass(frozen=True)
class Axes:
    """Figures of the three axes of one kind of channel over the whole recording, (3,) each.

    Attributes
    ----------
    top
        Largest magnitude.
    piled
        Samples within a thousandth of it, on either side, that repeat the one before: a limit holds on, the
        smooth peaks of even strides do not.
    longest_hold
        Longest run of the same value, samples.
    spread
        Standard deviation.
    wraps
        Steps between neighbours of more than `WRAP` times the largest magnitude.
    low, high
        Smallest and largest value.
    jumps
        Steps between neighbours of more than the largest magnitude.
    ends
        Samples within a thousandth of the largest magnitude: a limit has many, a sample that wraps round few.
    """

    top: FloatArray
    piled: FloatArray
    longest_hold: FloatArray
    spread: FloatArray
    wraps: FloatArray
    low: FloatArray
    high: FloatArray
    jumps: FloatArray
    ends: FloatArray


class _AxisCount:
    """Running figures of the channels of one kind, three columns."""

    def __init__(self) -> None:
        self.top = np.zeros(3)
        self.low, self.high = np.full(3, np.inf), np.full(3, -np.inf)
        self.piled, self.ends = np.zeros(3), np.zeros(3)
        self.hold = np.zeros(3)
        self.running = np.zeros(3)
        self.total = np.zeros(3)
        self.squares = np.zeros(3)
        self.count = 0
        self.steps: FloatArray = np.zeros((0, 3))
        self.last: FloatArray | None = None

    def add(self, values: FloatArray) -> None:
        size = np.abs(values)
        limit = np.maximum(size.max(axis=0), self.top)
        near = size >= PILED_SHARE * limit
        same_top = self.top >= PILED_SHARE * limit
        joined = values if self.last is None else np.concatenate([self.last[None], values])
        step = np.abs(np.diff(joined, axis=0))
        repeats = step == 0.0
        piled = (repeats & near[len(near) - len(repeats) :]).sum(axis=0)
        self.piled = np.where(same_top, self.piled, 0.0) + piled
        self.ends = np.where(same_top, self.ends, 0.0) + near.sum(axis=0)
        self.top = limit
        self.low = np.minimum(self.low, values.min(axis=0))
        self.high = np.maximum(self.high, values.max(axis=0))
        self.total += values.sum(axis=0)
        self.squares += (values**2).sum(axis=0)
        self.count += len(values)
        self._count_holds(repeats)
        self._keep_largest(step)
        self.last = values[-1].copy()

    def _keep_largest(self, step: FloatArray) -> None:
        """Keep the `LARGEST_STEPS` of each axis; only rows with a step above the smallest kept are sorted."""
        if len(self.steps) == LARGEST_STEPS:
            step = step[(step > self.steps.min(axis=0)).any(axis=1)]
        both = np.concatenate([self.steps, step])
        top = min(LARGEST_STEPS, len(both))
        if top:
            self.steps = np.partition(both, len(both) - top, axis=0)[-top:]

    def _count_holds(self, same: BoolArray) -> None:
        for axis in range(3):
            edges = np.flatnonzero(~same[:, axis])
            if len(edges) == 0:
                self.running[axis] += len(same)
                self.hold[axis] = max(self.hold[axis], self.running[axis])
                continue
            inner = float(np.diff(edges).max(initial=1)) - 1.0
            self.hold[axis] = max(self.hold[axis], self.running[axis] + edges[0], inner)
            self.running[axis] = len(same) - 1 - edges[-1]
            self.hold[axis] = max(self.hold[axis], self.running[axis])

    def axes(self) -> Axes:
        mean = self.total / max(self.count, 1)
        spread = np.sqrt(np.maximum(self.squares / max(self.count, 1) - mean**2, 0.0))
        wraps = (self.steps > WRAP * self.top).sum(axis=0).astype(float)
        jumps = (self.steps > self.top).sum(axis=0).astype(float)
        return Axes(
            top=self.top.copy(),
            piled=self.piled.copy(),
            longest_hold=self.hold + 1.0,
            spread=spread,
            wraps=wraps,
            low=self.low,
            high=self.high,
            jumps=jumps,
            ends=self.ends.copy(),
        )


class Survey:
    """Takes in samples piece by piece; see the properties for what comes out."""

    def __init__(self) -> None:
        self._slices: list[FloatArray] = []
        self._open: tuple[FloatArray, FloatArray, FloatArray | None] | None = None
        self._acc = _AxisCount()
        self._gyr = _AxisCount()
        self.zero_rows = 0
        self.fingerprint = 0
        self._turns: list[FloatArray] = []

    def add(self, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None) -> None:
        """Take in what follows: (n,) s, (n, 3) m/s2, (n, 3) rad/s or None."""
        if len(time_s) == 0:
            return
        self._acc.add(acc)
        if gyr is not None:
            self._gyr.add(gyr)
        self.zero_rows += int((acc == 0.0).all(axis=1).sum())
        self.fingerprint = zlib.crc32(np.ascontiguousarray(acc.T).data.cast("B"), self.fingerprint)
        self._cut(time_s, acc, gyr)

    def _cut(self, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None) -> None:
        if self._open is not None:
            time_s = np.concatenate([self._open[0], time_s])
            acc = np.concatenate([self._open[1], acc])
            gyr = None if gyr is None or self._open[2] is None else np.concatenate([self._open[2], gyr])
        number = np.floor(time_s / SLICE_S)
        start = np.flatnonzero(np.r_[True, np.diff(number) != 0])
        last = int(start[-1])
        self._open = (time_s[last:].copy(), acc[last:].copy(), None if gyr is None else gyr[last:].copy())
        if len(start) > 1:
            self._slices.append(_rows(time_s[:last], acc[:last], gyr, start[:-1]))

    def let_go(self) -> None:
        """Forget the half seconds, 100 bytes each, once nothing more is asked of them; the counts stay."""
        self._slices, self._open = [], None

    def held(self, gyroscope: bool = False) -> float:
        """Return the share of rows that repeat the row before while the sensor moves; NaN without any."""
        table = self._table()
        table = table[table[:, 1] >= HELD_ROWS]
        if len(table) == 0:
            return float("nan")
        moving = table[:, 8] > HELD_MOVING * float(np.percentile(table[:, 8], 90))
        counted = table[moving]
        return float(counted[:, 12 if gyroscope else 11].sum() / max(counted[:, 1].sum(), 1.0))

    def _table(self) -> FloatArray:
        parts = list(self._slices)
        if self._open is not None and len(self._open[0]):
            parts.append(_rows(*self._open, np.zeros(1, dtype=np.intp)))
        return np.concatenate(parts) if parts else np.empty((0, 13))

    @property
    def samples(self) -> int:
        """Number of samples."""
        return self._acc.count

    @property
    def acc(self) -> Axes:
        """Figures of the accelerometer's axes, m/s2."""
        return self._acc.axes()

    @property
    def gyr(self) -> Axes | None:
        """Figures of the gyroscope's axes, rad/s; None without one."""
        return self._gyr.axes() if self._gyr.count else None

    @property
    def fast_turns_rad_s(self) -> float:
        """Norm of the rate that half of the busiest tenth of the half seconds reach, rad/s; NaN without."""
        table = self._table()
        top = table[:, 10]
        top = np.sort(top[np.isfinite(top)])
        return float(top[int(0.95 * (len(top) - 1))]) if len(top) else float("nan")

    @property
    def shaken_m_s2(self) -> float:
        """Scatter of the acceleration in the busiest tenth of the half seconds, in the file's unit."""
        table = self._table()
        return float(np.percentile(table[:, 8], 90)) if len(table) else 0.0

    @property
    def slices(self) -> Slices:
        """Half seconds of `HELD_ROWS` rows and more, in order."""
        table = self._table()
        table = table[table[:, 1] >= HELD_ROWS]
        force = np.sqrt((table[:, 2:5] ** 2).sum(axis=1) + table[:, 8] ** 2)
        return Slices(table[:, 0], force, table[:, 8], table[:, 10])

    @property
    def frozen_s(self) -> float:
        """Seconds in which all samples stay the same without being a rest."""
        table = self._table()
        return SLICE_S * float(_frozen(table).sum()) if len(table) else 0.0

    @property
    def rests(self) -> Rests:
        """Half seconds at rest, judged by the scatter against the busiest ones: in whatever unit."""
        table = self._table()
        table = table[table[:, 1] >= 5]
        if len(table) == 0:
            return Rests(np.empty(0), np.empty((0, 3)), np.empty((0, 3)))
        table = table[~_frozen(table)]
        if len(table) == 0:
            return Rests(np.empty(0), np.empty((0, 3)), np.empty((0, 3)))
        quiet = table[:, 8] <= _rest_limit(table[:, 8], REST_LEAST_M_S2)
        if np.isfinite(table[:, 9]).any():
            quiet &= table[:, 9] <= _rest_limit(table[:, 9], REST_LEAST_RAD_S)
        return Rests(table[quiet, 0], table[quiet, 2:5], table[quiet, 5:8])


def _frozen(table: FloatArray) -> BoolArray:
    """Return (k,) slices whose rows all repeat one sample that is no rest: it turns, or reads no gravity."""
    long_enough = table[:, 1] >= HELD_ROWS
    same = long_enough & (table[:, 11] >= table[:, 1] - 1.0)
    turns = np.linalg.norm(table[:, 5:8], axis=1)
    held = same & (table[:, 12] >= table[:, 1] - 1.0) & (turns > FROZEN_RAD_S)
    off = np.abs(np.linalg.norm(table[:, 2:5], axis=1) / STANDARD_GRAVITY - 1.0) > GRAVITY_NEAR
    out: BoolArray = off & (held | (same & np.isnan(turns)))
    return out


def _rest_limit(scatter: FloatArray, least: float) -> float:
    return max(REST_SHARE * float(np.nanpercentile(scatter, 90)), min(least, float(np.nanmax(scatter))))


def _rows(time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None, start: IntArray) -> FloatArray:
    """Return (k, 13) start, count, mean acc and gyr, scatter of both, largest rate, repeats of both."""
    count = np.diff(np.r_[start, len(time_s)])
    rate = np.full((len(time_s), 3), np.nan) if gyr is None else gyr[: len(time_s)]
    sums = [np.add.reduceat(values, start, axis=0) for values in (acc, acc**2, rate, rate**2)]
    mean, turn = sums[0] / count[:, None], sums[2] / count[:, None]
    scatter = [
        np.sqrt(np.maximum(squares / count[:, None] - middle**2, 0.0).sum(axis=1))
        for squares, middle in ((sums[1], mean), (sums[3], turn))
    ]
    top = np.maximum.reduceat(np.sqrt(np.einsum("ij,ij->i", rate, rate)), start)
    same = [_repeats(values, start) for values in (acc, rate)]
    return np.column_stack([time_s[start], count, mean, turn, scatter[0], scatter[1], top, *same])


def _repeats(values: FloatArray, start: IntArray) -> FloatArray:
    """Return (k,) rows of each slice that repeat all axes of the row before in the same slice."""
    same = np.r_[0.0, (np.diff(values, axis=0) == 0.0).all(axis=1)]
    same[start] = 0.0
    out: FloatArray = np.add.reduceat(same, start)
    return out
