"""What all trackers share: the buffer of grid samples they look back on."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt

from gait.analysis.batch import StrideBatch
from gait.analysis.grid import GRID_HZ, GridBlock

__all__ = ["Tracker", "sample_rows"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_TRIM_S = 20.0
"""Samples are dropped in pieces of at least so long, so that dropping costs nothing."""


class Tracker(ABC):
    """Strides of one sensor out of grid blocks: in order, each once and final.

    Subclasses find strides in the buffer; the same ones whatever the sizes of the blocks.
    """

    def __init__(self) -> None:
        self.slips: list[tuple[float, float]] = []
        self._empty_buffer()

    @property
    @abstractmethod
    def score(self) -> float | None:
        """Alignment score, 0 to 1; None where nothing was or can be aligned."""

    @abstractmethod
    def _find(self, *, final: bool) -> list[StrideBatch]:
        """Strides that the buffer completes."""

    @abstractmethod
    def _new_segment(self) -> None:
        """Forget what must not reach across a gap."""

    @abstractmethod
    def _oldest_needed(self) -> int:
        """Grid index before which no sample is needed any more."""

    def _empty_buffer(self) -> None:
        self._first = 0
        self._acc = np.empty((0, 3))
        self._gyr: FloatArray = np.empty((0, 3))
        self._clipped = np.empty(0, dtype=bool)
        self._peak = np.empty(0)

    @property
    def _end(self) -> int:
        return self._first + len(self._acc)

    def feed(self, block: GridBlock) -> list[StrideBatch]:
        """Strides that `block`, which continues the one before, completes."""
        if len(self._acc) == 0:
            self._first = block.first
        self._acc = np.concatenate([self._acc, block.acc])
        if block.gyr is not None:
            self._gyr = np.concatenate([self._gyr, block.gyr])
        self._clipped = np.concatenate([self._clipped, block.clipped])
        self._peak = np.concatenate([self._peak, block.peak])
        out = self._find(final=False)
        self._trim()
        return [batch for batch in out if len(batch)]

    def end_segment(self) -> list[StrideBatch]:
        """Strides left when the recording ends or a gap begins."""
        out = self._find(final=True) if len(self._acc) else []
        self._empty_buffer()
        self._new_segment()
        return [batch for batch in out if len(batch)]

    def _trim(self) -> None:
        drop = min(self._oldest_needed(), self._end - round(8.0 * GRID_HZ)) - self._first
        if drop < round(_TRIM_S * GRID_HZ):
            return
        self._first += drop
        self._acc = self._acc[drop:].copy()
        self._gyr = self._gyr[drop:].copy()
        self._clipped, self._peak = self._clipped[drop:].copy(), self._peak[drop:].copy()

    def _shock(self, start_s: FloatArray, stop_s: FloatArray) -> tuple[BoolArray, FloatArray]:
        """Whether any sample of each span clipped, and the largest raw acceleration in it, m/s2."""
        if len(start_s) == 0:
            return np.empty(0, dtype=bool), np.empty(0)
        limit = len(self._peak)
        low = np.clip(np.nan_to_num(start_s) * GRID_HZ - self._first, 0, limit - 2).astype(np.intp)
        high = np.clip(np.nan_to_num(stop_s) * GRID_HZ - self._first, low + 1, limit - 1).astype(np.intp)
        edges = np.stack([low, high], axis=1).ravel()
        return np.maximum.reduceat(self._clipped, edges)[::2], np.maximum.reduceat(self._peak, edges)[::2]


def sample_rows(values: FloatArray, at: FloatArray) -> FloatArray:
    """(n, k) linear interpolation of (n, m) rows at fractional columns; ends are held."""
    at = np.clip(np.nan_to_num(at), 0.0, values.shape[1] - 1.001)
    low = at.astype(np.intp)
    share = at - low
    rows = np.arange(len(values))[:, None]
    out: FloatArray = values[rows, low] * (1.0 - share) + values[rows, low + 1] * share
    return out
