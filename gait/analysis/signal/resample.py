"""From the sensor's own times to a uniform grid, in chunks of any size.

All signal processing runs at `GRID_HZ`, on instants that are whole multiples of the grid's period in session
time. The value at an instant depends only on the samples next to it, so any chunking gives the same grid.
Rates above the grid's are smoothed by a short symmetric kernel first; lower and uneven rates are
interpolated by a cubic (Catmull-Rom slopes on the actual times), which keeps sub-sample timing. A short
silence is bridged by a straight line and marked. At a longer one the grid ends, and a new segment starts
behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gait.analysis.signal.long_rests import LongRests
from gait.arrays import BoolArray, FloatArray

__all__ = ["GAP_S", "GRID_HZ", "GridBlock", "GridStream", "longest_step_s"]


GRID_HZ = 200.0
"""Hz. Stride timing needs 200 Hz (see Mitschke 2017, 10.3390/app7070659 on sampling rates); events are
placed between grid points by interpolation."""

GAP_S = 0.06
"""s. A longer silence between two samples is a gap (chosen: the impact of a contact fits into it)."""

GAP_SAMPLES = 3.5
"""A silence must also be this many nominal periods (chosen: slow sensors are not all gaps, and two lost
samples are none)."""

BRIDGE_S = 0.16
"""s. Silences up to this, and the sample period that goes on beside them, are filled by straight lines and
marked: radio drops a few packets so long, and the rest of the stride is worth keeping. Longer ones end the
segment (chosen: half of a running swing)."""

GAP_MOST_S = 2.0
"""A longer silence, s, is a gap whatever rate is stated (chosen: no stride of running is longer)."""

CLIP_SHARE = 0.985
"""Share of full scale from which a sample counts as clipped (chosen: offset and scale errors of the chip
lower its limit by a per cent or so)."""

LEAST_BLOCK = 10
"""Instants, 50 ms, that a block has at least (chosen: the work done once a block costs most)."""

_CACHE_ROWS = 8192
"""Instants that are interpolated at a time (chosen: they stay in the processor's cache)."""

_RATE_SAMPLES = 200
"""Samples looked at for the nominal rate where the recording does not state it (chosen: a median of so many
is good to a sample's jitter)."""


@dataclass(frozen=True)
class GridBlock:
    """Consecutive grid instants of one gap-free segment.

    Attributes
    ----------
    first
        Index of the first instant: its session time is ``first / GRID_HZ``.
    acc, gyr
        (n, 3) m/s2 and rad/s, sensor frame; ``gyr`` None for an accelerometer alone.
    clipped
        (n,) True where a sample next to the instant was at full scale.
    peak
        (n,) largest raw acceleration among the samples next to the instant, m/s2.
    bridged
        (n,) True where the instant lies in a silence that was filled by a straight line.
    resumes
        True where a long rest was left out before it: the segment goes on, and nothing moved between.
    """

    first: int
    acc: FloatArray
    gyr: FloatArray | None
    clipped: BoolArray
    peak: FloatArray
    bridged: BoolArray
    resumes: bool = False

    def __len__(self) -> int:
        return len(self.acc)


def longest_step_s(period_s: float) -> float:
    """Return the longest step between two samples that is no gap, s, for a nominal sample period.

    Examples
    --------
    >>> longest_step_s(1 / 208), round(longest_step_s(1 / 25), 3)
    (0.06, 0.14)
    """
    return min(max(GAP_S, GAP_SAMPLES * period_s), GAP_MOST_S)


class GridStream:
    """Turns samples, as they come, into grid blocks.

    Parameters
    ----------
    has_gyr
        Whether the sensor has a gyroscope.
    rate_hz
        Nominal rate; None to take it from the first samples.
    acc_limit, gyr_limit
        Full scale, m/s2 and rad/s; None where unknown.
    may_leave_out
        Asked whether long rests may be left out (`gait.analysis.signal.long_rests`); None for never. Where
        they may, what comes in a rest is held back until it is known how long the rest is.
    """

    def __init__(
        self,
        *,
        has_gyr: bool,
        rate_hz: float | None,
        acc_limit: float | None,
        gyr_limit: float | None,
        may_leave_out: Callable[[], bool] | None = None,
    ) -> None:
        self._channels = 6 if has_gyr else 3
        self._rate_hz = rate_hz
        self._limits = (acc_limit, gyr_limit)
        self._time = np.empty(0)
        self._data = np.empty((self._channels, 0))
        self._next: int | None = None
        self._resumes = False
        self._may_leave_out = may_leave_out
        self._rests = LongRests() if has_gyr and may_leave_out is not None else None

    @property
    def rate_hz(self) -> float | None:
        """Nominal rate; None until it is known."""
        return self._rate_hz

    def push(self, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None) -> list[GridBlock]:
        """Return the grid blocks that the new samples complete: each a new segment or its continuation.

        Parameters as of `blocks`.
        """
        return list(self.blocks(time_s, acc, gyr))

    def flush(self) -> list[GridBlock]:
        """Return what is left at the end of the recording."""
        return list(self.last_blocks())

    def blocks(self, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None) -> Iterator[GridBlock]:
        """Yield what `push` returns; whether a rest may be left out is asked when what precedes it was taken.

        Parameters
        ----------
        time_s, acc, gyr
            (n,), (n, 3), (n, 3): increasing times, also across calls.
        """
        # Each channel in one piece of memory, whatever the reader's layout: what follows works on channels.
        data = np.concatenate([acc.T] if gyr is None else [acc.T, gyr.T])
        self._time = np.concatenate([self._time, time_s])
        self._data = np.concatenate([self._data, data], axis=1)
        return self._drain(final=False)

    def last_blocks(self) -> Iterator[GridBlock]:
        """Yield what is left at the end of the recording."""
        return self._drain(final=True)

    def _drain(self, *, final: bool) -> Iterator[GridBlock]:
        if self._rate_hz is None:
            if len(self._time) < _RATE_SAMPLES and not final:
                return
            if len(self._time) < 2:
                return
            self._rate_hz = 1.0 / float(np.median(np.diff(self._time[:_RATE_SAMPLES])))
        gap = max(longest_step_s(1.0 / self._rate_hz), BRIDGE_S + 1.0 / self._rate_hz)
        cuts = np.flatnonzero(np.diff(self._time) > gap) + 1
        start = 0
        for cut in [*cuts.tolist(), None]:
            stop = len(self._time) if cut is None else cut
            time, data = self._time[start:stop], self._data[:, start:stop]
            yield from self._segment(time, data, closed=final or cut is not None)
            if cut is None:
                start += 0 if final else self._passed(time)
            else:
                start = stop
                self._next, self._resumes = None, False
        self._time = self._time[start:].copy()
        self._data = self._data[:, start:].copy()

    def _segment(self, time: FloatArray, data: FloatArray, *, closed: bool) -> Iterator[GridBlock]:
        """Yield the grid of one gap-free run, without the middles of long rests if these may be left out."""
        if self._rests is None or self._may_leave_out is None:
            yield from self._block(time, data, None, closed=closed)
            return
        assert self._rate_hz is not None
        self._rests.add(time, data, longest_step_s(1.0 / self._rate_hz))
        if closed:
            self._rests.close()
        for start, stop in self._rests.spans:
            yield from self._block(time, data, start, closed=True)
            self._leave_out(stop)
        self._rests.spans.clear()
        until = self._rests.until if self._may_leave_out() else None
        yield from self._block(time, data, until, closed=closed)
        self._leave_out(self._rests.passed)

    def _leave_out(self, stop: int | None) -> None:
        """Go on at a grid index, if there is a rest up to there that may be left out."""
        assert self._may_leave_out is not None
        if stop is not None and self._next is not None and self._next < stop and self._may_leave_out():
            self._next, self._resumes = stop, True

    def _passed(self, time: FloatArray) -> int:
        """Return how many samples at the start of a run that goes on are no longer needed."""
        assert self._rate_hz is not None
        if self._next is None:
            return 0
        edge = 2 * _smoothing_half_width(self._rate_hz) + 2
        return max(0, int(np.searchsorted(time, self._next / GRID_HZ, side="right")) - edge - 2)

    def _block(
        self, time: FloatArray, data: FloatArray, until: int | None, *, closed: bool
    ) -> Iterator[GridBlock]:
        """Yield the next block of a gap-free run, up to grid index `until`, if there is any."""
        assert self._rate_hz is not None
        half = _smoothing_half_width(self._rate_hz)
        if len(time) < 2 * (half + 2) + 2:
            return
        # Instants with two samples on each side: slopes are central everywhere.
        low, high = time[half + 1], time[-half - 2]
        first = int(np.ceil(low * GRID_HZ - 1e-9)) if self._next is None else self._next
        last = int(np.ceil(high * GRID_HZ - 1e-9)) - 1
        if until is not None and until <= last:
            last, closed = until - 1, True
        if last - first + 1 < (1 if closed else LEAST_BLOCK):
            return
        about = self._about(time, first, last)
        self._next = last + 1
        resumes, self._resumes = self._resumes, False
        yield self._on_grid(time[about], data[:, about], np.arange(first, last + 1), resumes=resumes)

    def _about(self, time: FloatArray, first: int, last: int) -> slice:
        """Return the samples of a run that the instants from one grid index to another hang on."""
        assert self._rate_hz is not None
        edge = 2 * _smoothing_half_width(self._rate_hz) + 3
        begin = int(np.searchsorted(time, first / GRID_HZ)) - edge
        end = int(np.searchsorted(time, last / GRID_HZ)) + max(edge, self._reach + 1)
        return slice(max(begin, 0), end)

    @property
    def _reach(self) -> int:
        """Samples behind an instant whose largest is its peak."""
        # At most five samples lie within one grid period at any rate in use; two cover 400 Hz.
        return max(1, int(np.ceil((self._rate_hz or GRID_HZ) / GRID_HZ)))

    def _on_grid(
        self, time: FloatArray, data: FloatArray, instants: npt.NDArray[np.intp], *, resumes: bool
    ) -> GridBlock:
        """Return the block at some grid indices."""
        assert self._rate_hz is not None
        half = _smoothing_half_width(self._rate_hz)
        inner = time[half : len(time) - half]
        smooth = _smooth(data, half)
        at = instants / GRID_HZ
        # How often each sample is the last before an instant: few searches where the sensor is slow.
        begins = np.searchsorted(at, inner)
        index = np.repeat(np.arange(len(inner)), np.diff(begins, append=len(at)))
        index = np.clip(index, 1, len(inner) - 3)
        values = _cubic(inner, smooth, index, at)
        wide = np.diff(inner) > longest_step_s(1.0 / self._rate_hz)
        bridged = wide[index] if wide.any() else np.zeros(len(index), dtype=bool)
        if bridged.any():
            values[:, bridged] = _straight(inner, smooth, index[bridged], at[bridged])
        clipped, peak = self._peaks(data, index + half)
        gyr = values[3:].T if self._channels == 6 else None
        return GridBlock(int(instants[0]), values[:3].T, gyr, clipped, peak, bridged, resumes)

    def _peaks(self, data: FloatArray, raw: npt.NDArray[np.intp]) -> tuple[BoolArray, FloatArray]:
        acc_limit, gyr_limit = self._limits
        acc, gyr = data[:3], data[3:]
        norm = np.sqrt(acc[0] ** 2 + acc[1] ** 2 + acc[2] ** 2)
        over = np.zeros(data.shape[1], dtype=bool)
        for channels, limit in ((acc, acc_limit), (gyr, gyr_limit)):
            for channel in channels:
                over |= np.abs(channel) >= CLIP_SHARE * (np.inf if limit is None else limit)
        peak = norm.copy()
        for step in range(1, self._reach + 1):
            np.maximum(peak[:-step], norm[step:], out=peak[:-step])
        if not over.any():
            return np.zeros(len(raw), dtype=bool), peak.take(raw)
        clipped = over.copy()
        for step in range(1, self._reach + 1):
            clipped[:-step] |= over[step:]
        return clipped.take(raw), peak.take(raw)


def _smoothing_half_width(rate_hz: float) -> int:
    """Return the half-width in samples of the binomial-like kernel that keeps what the grid can hold."""
    return max(0, int(np.ceil(rate_hz / GRID_HZ - 1.2)))


def _smooth(data: FloatArray, half: int) -> FloatArray:
    """Return the triangular moving average of (k, n) channels, `half` samples shorter at each end."""
    if half == 0:
        return data
    weights = np.concatenate([np.arange(1, half + 2), np.arange(half, 0, -1)]).astype(float)
    weights /= weights.sum()
    length = data.shape[1] - 2 * half
    out: FloatArray = weights[0] * data[:, :length]
    for offset in range(1, 2 * half + 1):
        out += weights[offset] * data[:, offset : offset + length]
    return out


def _cubic(time: FloatArray, values: FloatArray, index: npt.NDArray[np.intp], at: FloatArray) -> FloatArray:
    """Return (k, m) cubic Hermite values of (k, n) channels at `at`, from samples ``index`` to the next."""
    out = np.empty((len(values), len(at)))
    for low in range(0, len(at), _CACHE_ROWS):
        part = slice(low, low + _CACHE_ROWS)
        rows = index[part]
        weights = _weights(time, rows, at[part])
        around = [rows + ahead for ahead in (-1, 0, 1, 2)]
        for channel, row in enumerate(values):
            total = row.take(around[0]) * weights[0]
            for ahead in (1, 2, 3):
                total += row.take(around[ahead]) * weights[ahead]
            out[channel, part] = total
    return out


def _straight(
    time: FloatArray, values: FloatArray, index: npt.NDArray[np.intp], at: FloatArray
) -> FloatArray:
    """Return (k, m) values of (k, n) channels at `at`, on lines between ``index`` and ``index + 1``."""
    share = (at - time[index]) / (time[index + 1] - time[index])
    out: FloatArray = values[:, index] * (1.0 - share) + values[:, index + 1] * share
    return out


def _weights(time: FloatArray, index: npt.NDArray[np.intp], at: FloatArray) -> tuple[FloatArray, ...]:
    """Return (m,) weights of the four samples about each instant, so that a channel costs four products."""
    t0, t1 = time[index], time[index + 1]
    step = t1 - t0
    u = (at - t0) / step
    slope0 = step / (t1 - time[index - 1])
    slope1 = step / (time[index + 2] - t0)
    u2 = u * u
    u3 = u2 * u
    h00, h10, h01, h11 = 2 * u3 - 3 * u2 + 1, u3 - 2 * u2 + u, 3 * u2 - 2 * u3, u3 - u2
    return -h10 * slope0, h00 - h11 * slope1, h01 + h10 * slope0, h11 * slope1
