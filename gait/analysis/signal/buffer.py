"""The grid samples that a detector looks back on."""

from __future__ import annotations

import numpy as np

from gait.analysis.signal.resample import GRID_HZ, GridBlock
from gait.arrays import BoolArray, FloatArray

__all__ = ["SampleBuffer", "sample_rows"]

KEPT_S = 8.0
"""Samples of the last so many seconds stay whatever is asked for (chosen: three of the longest strides)."""

DROPPED_S = 20.0
"""Samples are dropped in pieces of at least so long (chosen: moving the rest then costs nothing beside the
analysis)."""


class SampleBuffer:
    """Consecutive grid samples of one gap-free segment.

    Attributes
    ----------
    first
        Grid index of the first sample: its session time is ``first / GRID_HZ``.

    Notes
    -----
    Each channel lies in one piece of memory, as sums over three columns are slow. There is room behind the
    samples, so that a packet costs what it brings and not what is held.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all samples."""
        self.first = 0
        self._begin = self._end = 0
        self._has_gyr = False
        self._signals: FloatArray = np.empty((7, 0))
        self._flags: BoolArray = np.empty((2, 0), dtype=bool)

    def __len__(self) -> int:
        return self._end - self._begin

    @property
    def end(self) -> int:
        """Grid index behind the last sample."""
        return self.first + len(self)

    @property
    def acc(self) -> FloatArray:
        """(n, 3) specific force, m/s2, sensor frame."""
        return self._signals[:3, self._begin : self._end].T

    @property
    def gyr(self) -> FloatArray:
        """(n, 3) angular rate, rad/s, sensor frame; (0, 3) for an accelerometer alone."""
        return self._signals[4:, self._begin : self._end].T if self._has_gyr else np.empty((0, 3))

    @property
    def peak(self) -> FloatArray:
        """(n,) as in `GridBlock`."""
        return self._signals[3, self._begin : self._end]

    @property
    def clipped(self) -> BoolArray:
        """(n,) as in `GridBlock`."""
        return self._flags[0, self._begin : self._end]

    @property
    def bridged(self) -> BoolArray:
        """(n,) as in `GridBlock`."""
        return self._flags[1, self._begin : self._end]

    def append(self, block: GridBlock) -> None:
        """Add the samples that follow."""
        if len(self) == 0:
            self.first = block.first
            self._has_gyr = block.gyr is not None
        self._make_room(len(block))
        there = slice(self._end, self._end + len(block))
        self._end = there.stop
        self._signals[:3, there] = block.acc.T
        self._signals[3, there] = block.peak
        if block.gyr is not None:
            self._signals[4:, there] = block.gyr.T
        self._flags[0, there], self._flags[1, there] = block.clipped, block.bridged

    def _make_room(self, samples: int) -> None:
        """Move the samples to the start of a larger array where so many more do not fit."""
        if self._end + samples <= self._signals.shape[1]:
            return
        held = slice(self._begin, self._end)
        # What is dropped comes in pieces of `DROPPED_S`: with place for as much the array is moved as rarely.
        columns = len(self) + samples + round(DROPPED_S * GRID_HZ)
        signals, flags = np.empty((7 if self._has_gyr else 4, columns)), np.empty((2, columns), dtype=bool)
        signals[:, : len(self)] = self._signals[: len(signals), held]
        flags[:, : len(self)] = self._flags[:, held]
        self._signals, self._flags = signals, flags
        self._begin, self._end = 0, len(self)

    def drop(self, samples: int) -> None:
        """Forget so many of the first samples."""
        self.first += samples
        self._begin += samples

    def trim(self, oldest: int) -> None:
        """Forget samples before a grid index, once they are many."""
        samples = min(oldest, self.end - round(KEPT_S * GRID_HZ)) - self.first
        if samples >= round(DROPPED_S * GRID_HZ):
            self.drop(samples)

    def shock(self, start_s: FloatArray, stop_s: FloatArray) -> tuple[BoolArray, FloatArray]:
        """Return whether any sample of each span clipped, and its largest raw acceleration.

        Parameters
        ----------
        start_s, stop_s
            (n,) s of session time.

        Returns
        -------
        (n,) flags and (n,) m/s2.
        """
        if len(start_s) == 0:
            return np.empty(0, dtype=bool), np.empty(0)
        limit = len(self.peak)
        low = np.clip(np.nan_to_num(start_s) * GRID_HZ - self.first, 0, limit - 2).astype(np.intp)
        high = np.clip(np.nan_to_num(stop_s) * GRID_HZ - self.first, low + 1, limit - 1).astype(np.intp)
        edges = np.stack([low, high], axis=1).ravel()
        return np.maximum.reduceat(self.clipped, edges)[::2], np.maximum.reduceat(self.peak, edges)[::2]

    def missing_s(self, time_s: FloatArray, reach_s: float) -> FloatArray:
        """Return (n,) s within `reach_s` of each time that were bridged or not recorded.

        Parameters
        ----------
        time_s
            (n,) s of session time; NaN gives NaN.
        """
        finite = np.isfinite(time_s)
        middle = np.rint(np.where(finite, time_s, 0.0) * GRID_HZ).astype(np.intp) - self.first
        span = round(reach_s * GRID_HZ)
        low = np.clip(middle - span, 0, len(self.bridged))
        high = np.clip(middle + span + 1, 0, len(self.bridged))
        there = high - low
        if self.bridged.any():
            count = np.concatenate([[0], np.cumsum(self.bridged)])
            there = there - (count[high] - count[low])
        missing = (2 * span + 1 - there) / GRID_HZ
        return np.where(finite, missing, np.nan)

    def silent_s(self, time_s: FloatArray, reach_s: float) -> FloatArray:
        """Return (n,) s from each time to the furthest bridged sample within `reach_s`; 0 where none is."""
        out = np.zeros(len(time_s))
        bridged = np.flatnonzero(self.bridged)
        if len(bridged) == 0:
            return out
        at = np.nan_to_num(time_s) * GRID_HZ - self.first
        reach = reach_s * GRID_HZ
        first = np.searchsorted(bridged, at - reach)
        last = np.searchsorted(bridged, at + reach, side="right") - 1
        near = last >= first
        ends = np.stack([bridged[np.minimum(first, len(bridged) - 1)], bridged[np.maximum(last, 0)]])
        out[near] = np.abs(ends - at).max(axis=0)[near] / GRID_HZ
        return out


def sample_rows(values: FloatArray, at: FloatArray) -> FloatArray:
    """Return (n, k) linear interpolations of (n, m) rows at fractional columns; ends are held."""
    at = np.clip(np.nan_to_num(at), 0.0, values.shape[1] - 1.001)
    low = at.astype(np.intp)
    share = at - low
    rows = np.arange(len(values))[:, None]
    out: FloatArray = values[rows, low] * (1.0 - share) + values[rows, low + 1] * share
    return out
