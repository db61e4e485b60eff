"""Figures over all samples of a recording that the analysis needs, gathered piece by piece.

The same comes out whatever the pieces, and the memory it takes does not grow with the recording: the steps
between samples are counted in bins of a microsecond, and only silences and the largest values are kept.
"""

from __future__ import annotations

import numpy as np

from gait.analysis.engine import plateau_range_g
from gait.analysis.signal.resample import GAP_S, longest_step_s
from gait.arrays import FloatArray

__all__ = ["Census", "Tops"]


BIN_S = 1e-6
"""Width of a bin, s (chosen: the sixth decimal of recorded times)."""

TICK_S = 1e-9
"""Steps are added up in whole nanoseconds (chosen: their sum then does not depend on the order)."""

SAME_STEP = 2.5
"""A step of more usual steps than this is a hole, which says nothing of the rate (chosen: a lost sample makes
two)."""

UNEVEN = 1.5
"""Ratio of the 99th percentile of the steps to their median above which the samples are unevenly spaced
(chosen: half-way to the two steps of a lost sample)."""

PILED = 3
"""Values kept for each axis, as `gait.analysis.engine.PLATEAU_SAMPLES`."""


class Census:
    """Number, rate, gaps and evenness of samples, from their times in pieces of any size.

    Notes
    -----
    ``start_s`` and ``end_s`` are NaN while there is no sample.
    """

    def __init__(self) -> None:
        self.samples = 0
        self.start_s = self.end_s = float("nan")
        bins = round(GAP_S / BIN_S) + 1
        self._counts = np.zeros(bins, dtype=np.int64)
        self._ticks = np.zeros(bins, dtype=np.int64)
        self._silences: list[FloatArray] = []

    def add(self, time_s: FloatArray) -> None:
        """Take in the times that follow.

        Parameters
        ----------
        time_s
            (n,) s of session time, increasing, also from call to call.
        """
        if len(time_s) == 0:
            return
        edges = time_s if self.samples == 0 else np.concatenate([[self.end_s], time_s])
        if self.samples == 0:
            self.start_s = float(time_s[0])
        self.samples += len(time_s)
        self.end_s = float(time_s[-1])
        step_s = np.diff(edges)
        wide = step_s > GAP_S
        if wide.any():
            self._silences.append(np.stack([edges[:-1][wide], edges[1:][wide]], axis=1))
            step_s = step_s[~wide]
        ticks = np.rint(step_s / TICK_S)
        at = (ticks * (TICK_S / BIN_S) + 1e-4).astype(np.intp)
        if len(at) == 0:
            return
        # Only the bins about the sensor's own step are touched: a slow one's lies far up.
        low, top = int(at.min()), int(at.max()) + 1
        at -= low
        self._counts[low:top] += np.bincount(at, minlength=top - low)
        self._ticks[low:top] += np.bincount(at, ticks, top - low).astype(np.int64)

    @property
    def silences(self) -> FloatArray:
        """(k, 2) start and end, s, of all steps of more than `GAP_S`."""
        return np.concatenate([np.empty((0, 2)), *self._silences])

    def step_s(self, share: float) -> float:
        """Return the step that `share` of all steps do not exceed, s; NaN without steps."""
        if self.samples < 2:
            return float("nan")
        rank = int(share * (self.samples - 2))
        total = np.cumsum(self._counts)
        if rank < total[-1]:
            index = int(np.searchsorted(total, rank, side="right"))
            return float(self._ticks[index] / self._counts[index] * TICK_S)
        return float(np.sort(np.diff(self.silences, axis=1)[:, 0])[rank - total[-1]])

    @property
    def rate_hz(self) -> float:
        """Mean sample rate without the holes, Hz; NaN for fewer than two samples."""
        limit = SAME_STEP * self.step_s(0.5)
        if not np.isfinite(limit):
            return float("nan")
        last = min(int(limit / BIN_S) + 1, len(self._counts))
        wide = np.diff(self.silences, axis=1)[:, 0]
        wide = wide[wide <= limit]
        span = float(self._ticks[:last].sum()) * TICK_S + float(np.sort(wide).sum())
        return float(self._counts[:last].sum() + len(wide)) / span

    @property
    def uneven(self) -> bool:
        """True where the samples are not evenly spaced."""
        return self.samples > 11 and self.step_s(0.99) > UNEVEN * self.step_s(0.5)

    def gaps(self, rate_hz: float | None) -> tuple[tuple[float, float], ...]:
        """Return (start_s, end_s) of silences that the engine does not bridge.

        Parameters
        ----------
        rate_hz
            Nominal rate; None to take the usual step.
        """
        nominal_s = 1.0 / rate_hz if rate_hz else self.step_s(0.5)
        silences = self.silences
        wide = silences[:, 1] - silences[:, 0] > longest_step_s(nominal_s)
        return tuple((start, stop) for start, stop in silences[wide].tolist())


class Tops:
    """The largest accelerations of each axis, from samples in pieces: enough to see a plateau."""

    def __init__(self) -> None:
        self._tops = np.zeros((PILED, 3))

    def add(self, acc: FloatArray) -> None:
        """Take in (n, 3) specific force, m/s2."""
        both = np.concatenate([self._tops, np.abs(acc)])
        self._tops = np.partition(both, len(both) - PILED, axis=0)[-PILED:]

    @property
    def range_g(self) -> float | None:
        """Full scale, g, if samples pile up just below one that sensors have; else None."""
        return plateau_range_g(self._tops)
