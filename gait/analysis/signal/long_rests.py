"""Long rests of a sensor, found in its samples before they are brought to the grid.

A sensor of 26 Hz gives eight grid points a sample, which cost as much in a night on the shelf as in a run.
From the middle of a long rest no stride hangs on anything, so those grid points need not be made. What
surrounds movement stays: `LEAD_S` behind it, in which the last strides are decided, and `TAIL_S` before it,
in which the gyroscope's offset is read.
"""

from __future__ import annotations

import numpy as np

from gait.arrays import BoolArray, FloatArray, IntArray
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["LEAD_S", "LEAST_S", "TAIL_S", "LongRests"]


CELL_S = 1.0
"""s of session time that are judged at once (chosen: the window in which a shoe's offsets are looked for)."""

CELL_POINTS = 200
"""Grid points in a cell: `CELL_S` of the grid, by definition."""

ROWS_LEAST = 8
"""Samples that a cell must hold (chosen: fewer do not show stillness)."""

LEAD_S = 12.0
"""s of a rest that are kept behind movement. Chosen: a shoe's detector waits 8.4 s for another swing before
it takes its axes from what it has."""

TAIL_S = 32.0
"""s of a rest that are kept before movement. Chosen: the guard of the gyroscope keeps 30 s for the
accelerometer alone."""

LEAST_S = 16.0
"""s that are left out at least (chosen: beginning anew costs as much as a second or two)."""

SWING_RAD_S = 3.0 * DEG
"""rad/s between the largest and the smallest reading of an axis within three seconds: as much as a shoe's
detector takes for noise in one (chosen: stricter than `gait.analysis.strides.shoe.gyro_bias` by the longer
span)."""

OFFSET_RAD_S = 6.0 * DEG
"""rad/s that gyroscopes of wearables read at rest at most (chosen: beyond it the foot turns slowly)."""

NEAR_G = 0.05
"""Relative deviation of the acceleration's norm from g (chosen: offset and scale of usual ones)."""

OVERSHOOT = 0.3
"""Share of the range of the samples beside it by which an interpolated value may lie outside it, on either
side (exact bound: Catmull-Rom weights are below 4/27 on each of the two outer differences, however uneven
the times)."""

_AROUND = (-1, 0, 1)
"""Cells by which one is judged (chosen: a window of a second that begins in it at a whole or a half second,
and the samples that are interpolated there)."""


class LongRests:
    """Tells which grid points lie so far within a rest that they need not be made.

    The cells of a rest turn by no more than `SWING_RAD_S`, read gravity alone, and have no silence in them.

    Attributes
    ----------
    spans
        [start, stop) grid indices to leave out, in order, of rests that are over; whoever uses them empties
        the list.
    """

    def __init__(self) -> None:
        self.spans: list[tuple[int, int]] = []
        self._last_s = -np.inf
        self._forget()

    def _forget(self) -> None:
        self._number: IntArray = np.empty(0, dtype=np.intp)
        self._cells: FloatArray = np.empty((14, 0))
        self._from: int | None = None
        self._judged: int | None = None

    def add(self, time_s: FloatArray, data: FloatArray, longest_step_s: float) -> None:
        """Take in samples of a gap-free segment; those that were taken in before are passed over.

        Parameters
        ----------
        time_s
            (n,) s of session time, increasing.
        data
            (6, n) acceleration, m/s2, and rate, rad/s.
        longest_step_s
            Longest step between two samples that is no silence, s.
        """
        seen = int(np.searchsorted(time_s, self._last_s, side="right"))
        if seen == len(time_s):
            return
        time_s, data, before = time_s[seen:], data[:, seen:], self._last_s
        number = np.floor(time_s / CELL_S).astype(np.intp)
        start = np.flatnonzero(np.diff(number, prepend=number[0] - 1))
        silent = np.diff(time_s, prepend=before) > longest_step_s
        cells = np.empty((14, len(start)))
        np.minimum.reduceat(data, start, axis=1, out=cells[:6])
        np.maximum.reduceat(data, start, axis=1, out=cells[6:12])
        cells[12] = np.diff(start, append=len(time_s))
        cells[13] = np.maximum.reduceat(silent, start)
        self._last_s = float(time_s[-1])
        self._append(number[start], cells)
        self._judge()

    def _append(self, number: IntArray, cells: FloatArray) -> None:
        """Put cells behind those that wait; the first may go on with the last of these."""
        if len(self._number) and self._number[-1] == number[0]:
            last = self._cells[:, -1]
            np.minimum(cells[:6, 0], last[:6], out=cells[:6, 0])
            np.maximum(cells[6:12, 0], last[6:12], out=cells[6:12, 0])
            cells[12:, 0] += last[12:]
            self._number, self._cells = self._number[:-1], self._cells[:, :-1]
        if self._judged is None:
            self._judged = int(number[0]) + 1
        self._number = np.concatenate([self._number, number])
        self._cells = np.concatenate([self._cells, cells], axis=1)

    def _judge(self) -> None:
        """Judge the cells that can be judged: those with a complete one on each side."""
        count = len(self._number) - len(_AROUND)
        if count < 1:
            return
        still = _still(self._number[:-1], self._cells[:, :-1])
        number = self._number[1 : 1 + count]
        edges = np.flatnonzero(np.diff(np.r_[self._from is not None, still].astype(np.int8)))
        for edge in edges.tolist():
            if still[edge]:
                self._from = int(number[edge])
            else:
                self._end(int(self._number[edge]) + 1)
        self._judged = int(number[-1]) + 1
        self._number, self._cells = self._number[count:], self._cells[:, count:]

    def _end(self, stop: int) -> None:
        """Note what can be left out of the rest that ends before cell `stop`."""
        assert self._from is not None
        span = self._middle(stop)
        if span is not None:
            self.spans.append(span)
        self._from = None

    def _middle(self, stop: int) -> tuple[int, int] | None:
        """Return the grid indices to leave out of the rest in hand if it ends before a cell, or None."""
        if self._from is None:
            return None
        low = self._from * CELL_POINTS + round(LEAD_S / CELL_S) * CELL_POINTS
        high = stop * CELL_POINTS - round(TAIL_S / CELL_S) * CELL_POINTS
        return (low, high) if high - low >= LEAST_S / CELL_S * CELL_POINTS else None

    @property
    def until(self) -> int | None:
        """Grid index before which points can be made now; None before the first sample."""
        if self._judged is None:
            return None
        start = self._judged if self._from is None else self._from
        return (start + round(LEAD_S / CELL_S)) * CELL_POINTS

    @property
    def passed(self) -> int | None:
        """Grid index before which no point is needed of a rest that goes on; None of a short one."""
        span = None if self._judged is None else self._middle(self._judged)
        return None if span is None else span[1]

    def close(self) -> None:
        """End the segment: a rest that goes on is over."""
        if self._from is not None and self._judged is not None:
            self._end(self._judged)
        self._forget()


def _still(number: IntArray, cells: FloatArray) -> BoolArray:
    """Return (k,) whether each cell but the first and the last is of a rest.

    Parameters
    ----------
    number, cells
        (k + 2,) and (14, k + 2): number of each, and smallest and largest readings, samples and silences.
    """
    count = len(number) - 2
    beside = [slice(1 + step, 1 + step + count) for step in _AROUND]
    low = np.minimum.reduce([cells[:6, part] for part in beside])
    high = np.maximum.reduce([cells[6:12, part] for part in beside])
    swing, middle = high - low, 0.5 * (high + low)
    rows = np.minimum.reduce([cells[12, part] for part in beside])
    silent = np.maximum.reduce([cells[13, part] for part in beside])
    grown = 1.0 + 2.0 * OVERSHOOT
    size = np.sqrt((middle[:3] ** 2).sum(axis=0)) / STANDARD_GRAVITY
    reach = 0.5 * grown * np.sqrt((swing[:3] ** 2).sum(axis=0)) / STANDARD_GRAVITY
    still: BoolArray = np.abs(size - 1.0) + reach < NEAR_G
    still &= (grown * swing[3:] < SWING_RAD_S).all(axis=0)
    still &= (np.abs(middle[3:]) + 0.5 * grown * swing[3:] < OFFSET_RAD_S).all(axis=0)
    still &= (number[2:] - number[:count] == 2) & (rows >= ROWS_LEAST) & (silent == 0.0)
    return still
