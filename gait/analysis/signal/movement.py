"""How much a sensor moves, second by second: what tells rest from movement without the samples."""

from __future__ import annotations

import numpy as np

from gait.analysis.signal.resample import GRID_HZ, GridBlock
from gait.arrays import FloatArray, IntArray
from gait.units import STANDARD_GRAVITY

__all__ = ["Movement"]

LEAST_SAMPLES = 2
"""Samples of a second below which nothing is said of it (chosen: a single sample has no spread)."""


class Movement:
    """Sums of the size of the acceleration in each second; 32 bytes a second."""

    def __init__(self) -> None:
        self._count = 0
        self._second: IntArray = np.empty(64, dtype=np.intp)
        self._sums: FloatArray = np.empty((64, 3))

    def add(self, block: GridBlock) -> None:
        """Add grid samples; those of earlier blocks come first."""
        squares = np.einsum("ij,ij->i", block.acc, block.acc) / STANDARD_GRAVITY**2
        points = round(GRID_HZ)
        first, end = block.first // points, block.first + len(block)
        start = np.maximum(np.arange(first, (end - 1) // points + 1) * points - block.first, 0)
        count = np.diff(start, append=len(block)).astype(float)
        sums = (count, np.add.reduceat(np.sqrt(squares), start), np.add.reduceat(squares, start))
        self.add_sums(first, np.stack(sums, axis=1))

    def add_sums(self, first: int, sums: FloatArray) -> None:
        """Add count, sum and sum of squares, g, of seconds that follow one another.

        Parameters
        ----------
        first
            The first of them, s of session time; none before the last one added.
        sums
            (n, 3).
        """
        if self._count and self._second[self._count - 1] == first:
            self._sums[self._count - 1] += sums[0]
            first, sums = first + 1, sums[1:]
        end = self._count + len(sums)
        while end > len(self._second):
            self._second = np.concatenate([self._second, np.empty_like(self._second)])
            self._sums = np.concatenate([self._sums, np.empty_like(self._sums)])
        self._second[self._count : end] = np.arange(first, first + len(sums))
        self._sums[self._count : end] = sums
        self._count = end

    def spread_g(self, time_s: FloatArray) -> FloatArray:
        """Return (n,) standard deviations of the acceleration's size, g, in the seconds of (n,) times.

        NaN where a second holds fewer than two samples.
        """
        out = np.full(len(time_s), np.nan)
        second = np.floor(time_s)
        at = np.searchsorted(self._second[: self._count], second)
        seen = at < self._count
        seen[seen] = self._second[at[seen]] == second[seen]
        count, total, squares = self._sums[at[seen]].T
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.sqrt(np.maximum(squares / count - (total / count) ** 2, 0.0))
        out[seen] = np.where(count >= LEAST_SAMPLES, spread, np.nan)
        return out
