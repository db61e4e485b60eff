"""Keep of all samples what a recording is judged by: half seconds, largest values, repeats.

The samples come in pieces; memory grows by a row of figures for each half second.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gait.analysis.faults.axis_figures import Axes, AxisCount
from gait.arrays import BoolArray, FloatArray, IntArray
from gait.units import STANDARD_GRAVITY

__all__ = ["SLICE_S", "Rests", "Slices", "Survey"]

SLICE_S = 0.5
"""Length of a slice, s (chosen: a stand of a second holds one whatever its phase)."""

REST_SHARE = 0.03
"""Scatter of a resting slice as a share of the busiest tenth's (chosen: 0.05 g where a run has 1.7)."""

REST_LEAST_M_S2, REST_LEAST_RAD_S = 0.05 * STANDARD_GRAVITY, 0.05
"""Scatter, m/s2 and rad/s, that is rest however little the busiest slices move (chosen: noise of a usual
sensor, and the sway of a stand)."""

GRAVITY_NEAR = 0.07
"""Relative difference within which rests agree, and within which they read gravity (chosen: offsets of
uncalibrated sensors reach 0.06 g)."""

REST_ROWS = 5
"""Rows of a slice from which it may be a rest (chosen: fewer scatter too little by chance)."""

HELD_ROWS, HELD_MOVING = 5, 0.3
"""Rows of a slice by which repeats are counted; its scatter, as a share of the busiest tenth's, from which it
moves (chosen: at rest a coarse sensor repeats itself)."""

FROZEN_RAD_S = 0.1
"""rad/s (chosen: a held rate above this is no rest's offset)."""

STRAIGHT_M_S2 = 0.012
"""Distance from the line between its neighbours, times two, up to which a row was made from them (chosen: two
decimals are rounded by 0.01; the noise of a sensor at 100 Hz alone is 0.02 and more)."""


@dataclass(frozen=True)
class Rests:
    """Half seconds in which the sensor was still: (k,) start, s; (k, 3) mean of acc and of gyr."""

    start_s: FloatArray
    acc: FloatArray
    gyr: FloatArray

    def __len__(self) -> int:
        return len(self.start_s)

    @cached_property
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
    held
        (k, 6) whether an axis, of acc and then of gyr, keeps one value; False without numbers.
    """

    start_s: FloatArray
    force: FloatArray
    shaken: FloatArray
    fastest: FloatArray
    held: BoolArray


class Survey:
    """Takes in samples piece by piece; see the properties for what comes out."""

    def __init__(self) -> None:
        self._slices: list[FloatArray] = []
        self._whole: FloatArray | None = None
        self._resting: Rests | None = None
        self._open: tuple[FloatArray, FloatArray, FloatArray | None] | None = None
        self._acc = AxisCount()
        self._gyr = AxisCount()
        self.zero_rows = 0
        self.fingerprint = 0

    def add(self, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None) -> None:
        """Take in what follows: (n,) s, (n, 3) m/s2, (n, 3) rad/s or None."""
        if len(time_s) == 0:
            return
        # Each channel in one piece of memory, whatever the reader's layout: sums over rows of three are slow.
        force = np.ascontiguousarray(acc.T)
        rate = None if gyr is None else np.ascontiguousarray(gyr.T)
        self._acc.add(force)
        if rate is not None:
            self._gyr.add(rate)
        self.zero_rows += int(np.count_nonzero(~force.any(axis=0)))
        self.fingerprint = zlib.crc32(force.data.cast("B"), self.fingerprint)
        self._cut(time_s, force, rate)

    def _cut(self, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None) -> None:
        """Note the half seconds that (n,) s, (3, n) m/s2 and (3, n) rad/s complete."""
        if self._open is not None:
            time_s = np.concatenate([self._open[0], time_s])
            acc = np.concatenate([self._open[1], acc], axis=1)
            both = gyr is not None and self._open[2] is not None
            gyr = np.concatenate([self._open[2], gyr], axis=1) if both else None
        number = np.floor(time_s / SLICE_S)
        start = np.flatnonzero(np.r_[True, np.diff(number) != 0])
        last = int(start[-1])
        turns = None if gyr is None else gyr[:, last:].copy()
        self._open = (time_s[last:].copy(), acc[:, last:].copy(), turns)
        self._whole = self._resting = None
        if len(start) > 1:
            rate = None if gyr is None else gyr[:, :last]
            self._slices.append(_figures(time_s[:last], acc[:, :last], rate, start[:-1]))

    def let_go(self) -> None:
        """Forget the half seconds, 160 bytes each, once nothing more is asked of them; the counts stay."""
        self._slices, self._open = [], None
        self._whole = self._resting = None

    def held(self, gyroscope: bool = False) -> float:
        """Return the share of rows that repeat the row before while the sensor moves; NaN without any."""
        return self._share_moving(12 if gyroscope else 11)

    @property
    def straight(self) -> float:
        """Share of the rows, while the sensor moves, that lie on a line between their neighbours; or NaN."""
        return self._share_moving(19)

    def _share_moving(self, column: int) -> float:
        """Return rows counted in a column over all rows of the half seconds that move; NaN without any."""
        table = self._table()
        long_enough = table[1] >= HELD_ROWS
        if not long_enough.any():
            return float("nan")
        busy = float(np.percentile(table[8][long_enough], 90))
        moving = long_enough & (table[8] > HELD_MOVING * busy)
        return float(table[column][moving].sum() / max(table[1][moving].sum(), 1.0))

    def _table(self) -> FloatArray:
        """Return (20, k) as `_figures`, of all half seconds so far."""
        if self._whole is None:
            parts = list(self._slices)
            if self._open is not None and len(self._open[0]):
                parts.append(_figures(*self._open, np.zeros(1, dtype=np.intp)))
            self._whole = np.concatenate(parts, axis=1) if parts else np.empty((20, 0))
            if self._slices:
                # They are in the table: no second copy.
                self._slices = [self._whole[:, : sum(part.shape[1] for part in self._slices)]]
        return self._whole

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
        top = table[10]
        top = np.sort(top[np.isfinite(top)])
        return float(top[int(0.95 * (len(top) - 1))]) if len(top) else float("nan")

    @property
    def shaken_m_s2(self) -> float:
        """Scatter of the acceleration in the busiest tenth of the half seconds, in the file's unit."""
        table = self._table()
        return float(np.percentile(table[8], 90)) if table.shape[1] else 0.0

    @property
    def slices(self) -> Slices:
        """Half seconds of `HELD_ROWS` rows and more, in order."""
        table = self._table()
        long_enough = table[1] >= HELD_ROWS
        force = np.sqrt(np.einsum("ij,ij->j", table[2:5], table[2:5]) + table[8] ** 2)
        start_s, shaken, fastest = (table[row][long_enough] for row in (0, 8, 10))
        return Slices(start_s, force[long_enough], shaken, fastest, table[13:19, long_enough].T > 0.0)

    @property
    def frozen_s(self) -> float:
        """Seconds in which all samples stay the same without being a rest."""
        table = self._table()
        return SLICE_S * float(_frozen(table).sum())

    @property
    def rests(self) -> Rests:
        """Half seconds at rest, judged by the scatter against the busiest ones: in whatever unit."""
        if self._resting is None:
            self._resting = self._rests()
        return self._resting

    def _rests(self) -> Rests:
        table = self._table()
        sound = (table[1] >= REST_ROWS) & ~_frozen(table)
        if not sound.any():
            return Rests(np.empty(0), np.empty((0, 3)), np.empty((0, 3)))
        quiet = sound & (table[8] <= _rest_limit(table[8][sound], REST_LEAST_M_S2))
        if np.isfinite(table[9][sound]).any():
            quiet &= table[9] <= _rest_limit(table[9][sound], REST_LEAST_RAD_S)
        return Rests(table[0][quiet], table[2:5, quiet].T, table[5:8, quiet].T)


def _frozen(table: FloatArray) -> BoolArray:
    """Return (k,) slices whose rows all repeat one sample that is no rest: it turns, or reads no gravity."""
    same: BoolArray = (table[1] >= HELD_ROWS) & (table[11] >= table[1] - 1.0)
    if not same.any():
        return same
    turns = np.linalg.norm(table[5:8], axis=0)
    held = same & (table[12] >= table[1] - 1.0) & (turns > FROZEN_RAD_S)
    off = np.abs(np.linalg.norm(table[2:5], axis=0) / STANDARD_GRAVITY - 1.0) > GRAVITY_NEAR
    out: BoolArray = off & (held | (same & np.isnan(turns)))
    return out


def _rest_limit(scatter: FloatArray, least: float) -> float:
    return max(REST_SHARE * float(np.nanpercentile(scatter, 90)), min(least, float(np.nanmax(scatter))))


def _figures(time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None, start: IntArray) -> FloatArray:
    """Return (20, k) figures of half seconds.

    Start, count, means of acc and gyr, scatter of both, largest rate, repeats of both, held axes, and rows on
    a line between their neighbours.

    Parameters
    ----------
    time_s, acc, gyr
        (n,) s, (3, n) m/s2 and (3, n) rad/s or None.
    start
        (k,) first sample of each slice.
    """
    count = np.diff(np.r_[start, len(time_s)])
    rate = np.full((3, len(time_s)), np.nan) if gyr is None else gyr
    sums = [np.add.reduceat(values, start, axis=1) for values in (acc, acc**2, rate, rate**2)]
    mean, turn = sums[0] / count, sums[2] / count
    scatter = [
        np.sqrt(np.maximum(squares / count - middle**2, 0.0).sum(axis=0))
        for squares, middle in ((sums[1], mean), (sums[3], turn))
    ]
    top = np.sqrt(np.maximum.reduceat(np.einsum("ij,ij->j", rate, rate), start))
    moves = [_moves(values, start) for values in (acc, rate)]
    same = [count - 1.0 - np.add.reduceat(moved.any(axis=0).astype(np.int32), start) for moved in moves]
    held = [~np.logical_or.reduceat(moved, start, axis=1) for moved in moves]
    straight = np.add.reduceat(_on_lines(acc), start)
    return np.vstack([time_s[start], count, mean, turn, *scatter, top, *same, *held, straight])


def _moves(values: FloatArray, start: IntArray) -> BoolArray:
    """Return (3, n) where (3, n) values differ from the sample before in the same slice; NaN always does."""
    out = np.zeros(values.shape, dtype=bool)
    np.not_equal(values[:, 1:], values[:, :-1], out=out[:, 1:])
    out[:, start] = False
    return out


def _on_lines(acc: FloatArray) -> IntArray:
    """Return (n,) 1 for samples half-way between both their neighbours, and not the same as these."""
    out = np.zeros(acc.shape[1], dtype=np.intp)
    if len(out) > 2:
        step = np.diff(acc, axis=1)
        bend = np.abs(np.diff(step, axis=1)).max(axis=0)
        out[1:-1] = (bend < STRAIGHT_M_S2) & (step[:, 1:] != 0.0).any(axis=0)
    return out
