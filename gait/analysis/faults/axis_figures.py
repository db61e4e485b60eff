"""Figures of each axis over all samples: largest values, limits held, jumps, repeats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gait.arrays import BoolArray, FloatArray

__all__ = ["LARGEST_STEPS", "Axes", "AxisCount"]

WRAP = 1.9
"""A step from one end of the range to the other, in largest magnitudes (chosen: a little less than two, the
whole range)."""

PILED_SHARE = 0.999
"""Share of an axis' largest value from which a sample counts as at the same limit (chosen: a thousandth
allows for rounding and calibration)."""

LARGEST_STEPS = 50
"""Largest steps between neighbours that are kept for each axis (chosen: a gyroscope that overflows has
more)."""


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
    jump
        Median of those steps over the largest magnitude; 0 without any.
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
    jump: FloatArray
    ends: FloatArray


class AxisCount:
    """Running figures of the three channels of one kind, each in one piece of memory."""

    def __init__(self) -> None:
        self.top = np.zeros(3)
        self.low, self.high = np.full(3, np.inf), np.full(3, -np.inf)
        self.piled, self.ends = np.zeros(3), np.zeros(3)
        self.hold = np.zeros(3)
        self.running = np.zeros(3)
        self.total = np.zeros(3)
        self.squares = np.zeros(3)
        self.count = 0
        self.steps: FloatArray = np.zeros((3, 0))
        self.last: FloatArray | None = None

    def add(self, values: FloatArray) -> None:
        """Take in (3, n) channels that follow."""
        size = np.abs(values)
        limit = np.maximum(size.max(axis=1), self.top)
        near = size >= (PILED_SHARE * limit)[:, None]
        same_top = self.top >= PILED_SHARE * limit
        joined = values if self.last is None else np.concatenate([self.last[:, None], values], axis=1)
        step = np.diff(joined, axis=1)
        np.abs(step, out=step)
        repeats = step == 0.0
        piled = np.count_nonzero(repeats & near[:, near.shape[1] - repeats.shape[1] :], axis=1)
        self.piled = np.where(same_top, self.piled, 0.0) + piled
        self.ends = np.where(same_top, self.ends, 0.0) + np.count_nonzero(near, axis=1)
        self.top = limit
        self.low = np.minimum(self.low, values.min(axis=1))
        self.high = np.maximum(self.high, values.max(axis=1))
        self.total += values.sum(axis=1)
        self.squares += np.einsum("ij,ij->i", values, values)
        self.count += values.shape[1]
        self._count_holds(repeats)
        self._keep_largest(step)
        self.last = values[:, -1].copy()

    def _keep_largest(self, step: FloatArray) -> None:
        """Keep the `LARGEST_STEPS` of each axis; only rows with a step above the smallest kept are sorted."""
        if self.steps.shape[1] == LARGEST_STEPS:
            step = step[:, (step > self.steps.min(axis=1)[:, None]).any(axis=0)]
        both = np.concatenate([self.steps, step], axis=1)
        top = min(LARGEST_STEPS, both.shape[1])
        if top:
            self.steps = np.partition(both, both.shape[1] - top, axis=1)[:, -top:]

    def _count_holds(self, same: BoolArray) -> None:
        for axis, held in enumerate(same):
            edges = np.flatnonzero(~held)
            if len(edges) == 0:
                self.running[axis] += len(held)
                self.hold[axis] = max(self.hold[axis], self.running[axis])
                continue
            inner = float(np.diff(edges).max(initial=1)) - 1.0
            self.hold[axis] = max(self.hold[axis], self.running[axis] + edges[0], inner)
            self.running[axis] = len(held) - 1 - edges[-1]
            self.hold[axis] = max(self.hold[axis], self.running[axis])

    def axes(self) -> Axes:
        """Return the figures of all samples so far."""
        mean = self.total / max(self.count, 1)
        spread = np.sqrt(np.maximum(self.squares / max(self.count, 1) - mean**2, 0.0))
        wraps = (self.steps > WRAP * self.top[:, None]).sum(axis=1).astype(float)
        large = self.steps > self.top[:, None]
        jumps = large.sum(axis=1).astype(float)
        jump = [
            float(np.median(steps[own])) / max(top, 1e-9) if own.any() else 0.0
            for steps, own, top in zip(self.steps, large, self.top.tolist(), strict=True)
        ]
        return Axes(
            top=self.top.copy(),
            piled=self.piled.copy(),
            longest_hold=self.hold + 1.0,
            spread=spread,
            wraps=wraps,
            low=self.low,
            high=self.high,
            jumps=jumps,
            jump=np.array(jump),
            ends=self.ends.copy(),
        )
