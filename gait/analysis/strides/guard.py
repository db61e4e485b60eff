"""A gyroscope that stands at its limit for too long gives way to the accelerometer beside it.

A foot turns at 600 to 1,200 deg/s. A gyroscope of 500 deg/s reads a plateau instead, which hides the foot's
axes and contacts. Some recordings then showed no stride, others contact times that were 10 ms too long. The
model of the accelerometer alone is as accurate on these recordings as on others, so it finds the strides from
there on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gait.analysis.signal.resample import GRID_HZ, GridBlock
from gait.analysis.strides.detector import Alignment, Detector
from gait.analysis.strides.stride_batch import StrideBatch
from gait.arrays import BoolArray, IntArray
from gait.frames import Placement
from gait.units import DEG

__all__ = ["AT_LIMIT_SHARE", "GyroscopeGuard", "Plateaus"]


AT_LIMIT_SHARE: dict[Placement, float] = {"shoe": 0.25, "shank": 0.45}
"""Share of the time at the gyroscope's limit from which the accelerometer alone is read.

Of 13 runners (Fukuchi 2017) with gyroscopes of 200 to 650 deg/s the first shoes fall silent at 0.30, and
contacts err by 5 ms and more beyond 0.5; a shank's by 6 beyond 0.5, where the first fall silent. Without
gyroscope both err by 3 to 6 ms throughout (docs/accuracy.md)."""

WINDOW = round(4.0 * GRID_HZ)
"""Grid points over which that share is taken (chosen: some five strides)."""

SEGMENT_LEAST = round(1.0 * GRID_HZ)
"""Grid points over which it is taken at least where a segment ends before a window (chosen: a stride)."""

TOP_SHARE, FLAT_SHARE = 0.9, 0.002
"""A rate stands at its limit where it is at least the one share of the largest seen, and changes by less than
the other from one grid point to the next (chosen: the top of a swing does so at one or two points)."""

LIMIT_LEAST = 150.0 * DEG
"""rad/s (chosen: no gyroscope's limit is below, the usual least being 250 deg/s)."""

KEPT_S = 30.0
"""s of samples that are kept for the accelerometer alone to begin with, at most (chosen: it bounds memory,
and holds more strides than axes are learnt from)."""

LEAD_S = 3.0
"""s before the last stride that it begins with (chosen: some four strides, from which it learns the axes)."""

DROPPED = round(20.0 * GRID_HZ)
"""Grid points before those that are kept from which they are forgotten (chosen: forgetting costs a copy)."""

OVERLAP_S = 0.1
"""s by which its first stride may begin before the last one ended (chosen: more than the two differ by where
both time the same landing, less than half a stride)."""


class Plateaus:
    """Finds where a gyroscope stands at its limit, whatever the sizes of the blocks."""

    def __init__(self) -> None:
        self._top = np.zeros(3)
        self._last = np.full(3, np.nan)

    def find(self, block: GridBlock) -> BoolArray:
        """Return (n,) whether a rate stands at the largest seen so far."""
        assert block.gyr is not None
        flat = np.zeros(len(block), dtype=bool)
        for axis, rate in enumerate(block.gyr.T):
            size = np.abs(rate)
            # All others lie below the share of the largest seen, and none of them is the largest.
            high = np.flatnonzero(size >= TOP_SHARE * max(self._top[axis], LIMIT_LEAST))
            if len(high):
                before = np.where(high > 0, rate[high - 1], self._last[axis])
                top = np.maximum(np.maximum.accumulate(size[high]), self._top[axis])
                still = np.abs(rate[high] - before) <= FLAT_SHARE * top
                flat[high[still & (size[high] >= TOP_SHARE * top) & (top > LIMIT_LEAST)]] = True
            self._top[axis] = max(self._top[axis], float(size.max()))
        self._last = block.gyr[-1].copy()
        return flat


class GyroscopeGuard(Detector):
    """Strides that a gyroscope's detector finds, or the accelerometer's where the gyroscope is cut off.

    Parameters
    ----------
    inner
        Detector that uses the gyroscope.
    alone
        Makes the detector that uses the accelerometer alone.
    share
        As `AT_LIMIT_SHARE`.
    """

    def __init__(self, inner: Detector, alone: Callable[[], Detector], share: float) -> None:
        super().__init__()
        self.knows_doubt, self.can_resume = inner.knows_doubt, inner.can_resume
        self._inner, self._make_alone, self._share = inner, alone, share
        self._alone: Detector | None = None
        self._gave = False
        self._plateaus = Plateaus()
        self._new_segment()

    @property
    def alignment(self) -> Alignment:
        """Mounting as known from the gyroscope so far."""
        if self._alone is None:
            return self._inner.alignment
        with_gyr = self._inner.alignment if self._gave else Alignment()
        return replace(with_gyr, accelerometer_alone=True)

    @property
    def samples_held(self) -> int:
        """Number of samples in both detectors' buffers and of those kept for the second."""
        alone = 0 if self._alone is None else self._alone.samples_held
        return self._inner.samples_held + alone + sum(map(len, self._kept))

    def feed(self, block: GridBlock) -> list[StrideBatch]:
        """Return the strides that `block`, which continues the one before, completes."""
        if self._alone is not None:
            return self._new(self._alone.feed(_without_gyr(block)))
        if block.resumes:
            self._rested(block.first)
        cut = self._cut_off_at(block)
        if cut is None:
            return self._with_gyr(block)
        out = self._with_gyr(_part(block, 0, cut))
        alone, again = self._give_way()
        if cut < len(block):
            again += alone.feed(_without_gyr(_part(block, cut, len(block))))
        return out + self._new(again)

    def end_segment(self) -> list[StrideBatch]:
        """Return the strides left when the recording ends or a gap begins."""
        length, at_limit = self._seen
        out: list[StrideBatch] = []
        if self._alone is None and at_limit > self._share * max(length, SEGMENT_LEAST):
            # Too short for a whole window.
            out = self._give_way()[1]
        out += (self._inner if self._alone is None else self._alone).end_segment()
        out = self._new(out)
        self._new_segment()
        return out

    def _find(self, *, final: bool) -> list[StrideBatch]:
        return self.end_segment() if final else []

    def _new_segment(self) -> None:
        self._kept: list[GridBlock] = []
        self._window = (-1, 0)
        self._seen = (0, 0)
        self._ended_s = -np.inf

    def _oldest_needed(self) -> int:
        return self._buffer.first

    def _rested(self, first: int) -> None:
        """Count what was left out before a grid index as grid points below the limit."""
        last = self._kept[-1]
        self._seen = (self._seen[0] + first - last.first - len(last), self._seen[1])
        self._kept.clear()

    def _with_gyr(self, block: GridBlock) -> list[StrideBatch]:
        """Return the gyroscope's strides, and keep the samples behind the last one."""
        batches = self._inner.feed(block)
        for batch in batches:
            self._gave = True
            self._ended_s = max(self._ended_s, float(np.nanmax(batch.end_s)))
        self._kept.append(block)
        oldest = self._oldest(self._kept)
        while self._kept[0].first + len(self._kept[0]) <= oldest:
            self._kept.pop(0)
        passed = oldest - self._kept[0].first
        if passed > DROPPED:
            self._kept[0] = _copied(_part(self._kept[0], passed, len(self._kept[0])))
        return batches

    def _oldest(self, kept: list[GridBlock]) -> int:
        """Return the grid index from which the accelerometer alone would begin."""
        end = kept[-1].first + len(kept[-1])
        oldest = end - round(KEPT_S * GRID_HZ)
        if np.isfinite(self._ended_s):
            oldest = max(oldest, round((self._ended_s - LEAD_S) * GRID_HZ))
        return oldest

    def _new(self, batches: list[StrideBatch]) -> list[StrideBatch]:
        """Return the strides behind those that were given with the gyroscope."""
        if np.isfinite(self._ended_s) and self._alone is not None:
            batches = [batch.take(batch.ic_s > self._ended_s - OVERLAP_S) for batch in batches]
        return [batch for batch in batches if len(batch)]

    def _cut_off_at(self, block: GridBlock) -> int | None:
        """Return the samples of a block to the end of the first window that is cut off; None for none."""
        at_limit = self._plateaus.find(block)
        self._seen = (self._seen[0] + len(block), self._seen[1] + int(at_limit.sum()))
        if not at_limit.any() and self._window[1] == 0:
            return None
        index = block.first + np.arange(len(block))
        return self._first_window(index // WINDOW, at_limit, index)

    def _first_window(self, window: IntArray, at_limit: BoolArray, index: IntArray) -> int | None:
        """Return the samples to the end of the first whole window with too many at the limit; None without.

        (n,) number of each sample's window, whether the sample stands at the limit, and its grid
        index.
        """
        number, before = self._window
        first = int(window[0])
        counts = np.bincount(window - first, at_limit).astype(int)
        if number == first:
            counts[0] += before
        self._window = (int(window[-1]), int(counts[-1]))
        complete = (int(index[-1]) + 1) // WINDOW - first
        over = np.flatnonzero(counts[:complete] > self._share * WINDOW)
        return (first + int(over[0]) + 1) * WINDOW - int(index[0]) if len(over) else None

    def _give_way(self) -> tuple[Detector, list[StrideBatch]]:
        """Return the accelerometer's detector, and its strides of the samples that are kept."""
        alone = self._alone = self._make_alone()
        self.knows_doubt, self.can_resume = alone.knows_doubt, alone.can_resume
        kept, self._kept = self._kept, []
        oldest = self._oldest(kept)
        out: list[StrideBatch] = []
        for block in kept:
            part = _part(block, max(oldest - block.first, 0), len(block))
            out += alone.feed(_without_gyr(part)) if len(part) else []
        return alone, out


def _part(block: GridBlock, start: int, stop: int) -> GridBlock:
    """Return some of a block's instants."""
    there = slice(start, stop)
    return GridBlock(
        block.first + start,
        block.acc[there],
        None if block.gyr is None else block.gyr[there],
        block.clipped[there],
        block.peak[there],
        block.bridged[there],
        block.resumes and start == 0,
    )


def _copied(block: GridBlock) -> GridBlock:
    """Return a block that does not hold on to the one it was part of."""
    gyr = None if block.gyr is None else block.gyr.copy()
    return GridBlock(
        block.first, block.acc.copy(), gyr, block.clipped.copy(), block.peak.copy(), block.bridged.copy()
    )


def _without_gyr(block: GridBlock) -> GridBlock:
    return replace(block, gyr=None)
