"""From the sensor's own times to a uniform grid, in chunks of any size.

All signal processing runs at `GRID_HZ`, on instants that are whole multiples of the grid's period in session
time. The value at an instant depends only on the samples next to it, so any chunking gives the same grid.
Rates above the grid's are smoothed by a short symmetric kernel first; lower and uneven rates are
interpolated by a cubic (Catmull-Rom slopes on the actual times), which keeps sub-sample timing. A short
silence is bridged by a straight line and marked. At a longer one the grid ends, and a new segment starts
behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gait.arrays import BoolArray, FloatArray

__all__ = ["GAP_S", "GRID_HZ", "GridBlock", "GridStream", "longest_step_s"]


GRID_HZ = 200.0
"""Hz. Stride timing needs 200 Hz (see Mitschke 2017, 10.3390/app7070659 on sampling rates); events are
placed between grid points by interpolation."""

GAP_S = 0.06
"""s. A longer silence between two samples is a gap: the impact of a contact fits into it."""

GAP_SAMPLES = 3.5
"""A silence must also be this many nominal periods, so that slow sensors are not all gaps."""

BRIDGE_S = 0.16
"""s. Silences up to this, and the sample period that goes on beside them, are filled by straight lines and
marked: radio drops a few packets so long, and the rest of the stride is worth keeping. Longer ones end the
segment (chosen: half of a running swing)."""

GAP_MOST_S = 2.0
"""A longer silence is a gap whatever rate is stated: no stride is longer."""

CLIP_SHARE = 0.985
"""Share of full scale from which a sample counts as clipped (offset and scale errors of the chip)."""

LEAST_BLOCK = 10
"""Instants, 50 ms, that a block has at least: what is done once a block costs most."""

_CACHE_ROWS = 8192
"""Instants that are interpolated at a time: they stay in the processor's cache."""

_RATE_SAMPLES = 200
"""Samples looked at for the nominal rate where the recording does not state it."""


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
    """

    first: int
    acc: FloatArray
    gyr: FloatArray | None
    clipped: BoolArray
    peak: FloatArray
    bridged: BoolArray

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
    """

    def __init__(
        self, *, has_gyr: bool, rate_hz: float | None, acc_limit: float | None, gyr_limit: float | None
    ) -> None:
        self._channels = 6 if has_gyr else 3
        self._rate_hz = rate_hz
        self._limits = (acc_limit, gyr_limit)
        self._time = np.empty(0)
        self._data = np.empty((self._channels, 0))
        self._next: int | None = None

    @property
    def rate_hz(self) -> float | None:
        """Nominal rate; None until it is known."""
        return self._rate_hz

    def push(self, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None) -> list[GridBlock]:
        """Return the grid blocks that the new samples complete: each a new segment or its continuation.

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

    def flush(self) -> list[GridBlock]:
        """Return what is left at the end of the recording."""
        return self._drain(final=True)

    def _drain(self, *, final: bool) -> list[GridBlock]:
        if self._rate_hz is None:
            if len(self._time) < _RATE_SAMPLES and not final:
                return []
            if len(self._time) < 2:
                return []
            self._rate_hz = 1.0 / float(np.median(np.diff(self._time[:_RATE_SAMPLES])))
        gap = max(longest_step_s(1.0 / self._rate_hz), BRIDGE_S + 1.0 / self._rate_hz)
        cuts = np.flatnonzero(np.diff(self._time) > gap) + 1
        blocks: list[GridBlock] = []
        start = 0
        for cut in [*cuts.tolist(), None]:
            stop = len(self._time) if cut is None else cut
            closed = final or cut is not None
            block, used = self._segment(self._time[start:stop], self._data[:, start:stop], closed=closed)
            if block is not None:
                blocks.append(block)
            if cut is None:
                start += used
            else:
                start = stop
                self._next = None
        self._time = self._time[start:].copy()
        self._data = self._data[:, start:].copy()
        return blocks

    def _segment(self, time: FloatArray, data: FloatArray, *, closed: bool) -> tuple[GridBlock | None, int]:
        """Return the grid of one gap-free run; how many samples at its start are no longer needed."""
        assert self._rate_hz is not None
        half = _smoothing_half_width(self._rate_hz)
        edge = half + 2
        if len(time) < 2 * edge + 2:
            return None, 0
        inner = time[half : len(time) - half]
        # Instants with two samples on each side: slopes are central everywhere.
        low, high = inner[1], inner[-2]
        first = int(np.ceil(low * GRID_HZ - 1e-9)) if self._next is None else self._next
        last = int(np.ceil(high * GRID_HZ - 1e-9)) - 1
        if last - first + 1 < (1 if closed else LEAST_BLOCK):
            return None, 0
        smooth = _smooth(data, half)
        instants = np.arange(first, last + 1)
        at = instants / GRID_HZ
        index = np.clip(np.searchsorted(inner, at, side="right") - 1, 1, len(inner) - 3)
        values = _cubic(inner, smooth, index, at)
        bridged = inner[index + 1] - inner[index] > longest_step_s(1.0 / self._rate_hz)
        if bridged.any():
            values[:, bridged] = _straight(inner, smooth, index[bridged], at[bridged])
        raw = index + half
        clipped, peak = self._peaks(data, raw)
        gyr = values[3:].T if self._channels == 6 else None
        self._next = last + 1
        keep_from = int(np.searchsorted(inner, (last + 1) / GRID_HZ, side="right")) - 1
        used = 0 if closed else max(0, keep_from - edge - 1)
        return GridBlock(first, values[:3].T, gyr, clipped, peak, bridged), used

    def _peaks(self, data: FloatArray, raw: npt.NDArray[np.intp]) -> tuple[BoolArray, FloatArray]:
        acc_limit, gyr_limit = self._limits
        acc, gyr = data[:3], data[3:]
        norm = np.sqrt(acc[0] ** 2 + acc[1] ** 2 + acc[2] ** 2)
        over = np.zeros(data.shape[1], dtype=bool)
        for channels, limit in ((acc, acc_limit), (gyr, gyr_limit)):
            for channel in channels:
                over |= np.abs(channel) >= CLIP_SHARE * (np.inf if limit is None else limit)
        # At most five samples lie within one grid period at any rate in use; two cover 400 Hz.
        reach = max(1, int(np.ceil((self._rate_hz or GRID_HZ) / GRID_HZ)))
        peak = norm[raw]
        clipped = over[raw]
        for step in range(1, reach + 1):
            ahead = np.minimum(raw + step, len(norm) - 1)
            peak = np.maximum(peak, norm[ahead])
            clipped = clipped | over[ahead]
        return clipped, peak


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
