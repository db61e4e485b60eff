"""Forward swings of a shank: the axis it swings about, and the cycles from one swing to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.filters import gaussian, local_maxima, reach
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.stride_batch import STRIDE_LEAST_S, STRIDE_MOST_S
from gait.arrays import FloatArray, IntArray
from gait.units import DEG

__all__ = ["Span", "SwingAxis", "SwingFinder"]

Span = tuple[int, int]
"""Grid indices of two fastest forward swings that bound a cycle."""

LEARN_S = 8.0
"""Seconds of movement from which the swing axis is learnt (chosen: some ten strides; strides are held back so
long at the start)."""

LEARN_LEAST_S = 1.0
"""Seconds of movement that suffice where the recording ends before `LEARN_S` (chosen: more than a stride)."""

LEARN_MOST_S = 300.0
"""Seconds within which that movement comes: what moved longer ago, before a long rest, is forgotten (chosen:
longer than a stand at the start)."""

AXIS_SHARE = 0.6
"""Share of the turning about one axis below which the movement is not a leg's (chosen: a third for each axis
would be no axis at all, and a shank's swing is near a single axis)."""

SWING_SHARE = 0.5
"""A swing turns at least this share of the fast swings seen while learning (chosen: slow running after fast,
and no smaller movement of a stance)."""

SWING_LEAST = 100.0 * DEG
"""rad/s below which nothing is a swing (chosen: a third of a walking shank's 300 deg/s)."""

_SMOOTH_S = 0.040
"""s; one sigma of the smoothing of the swing's rate (chosen: a landing's shocks are gone, a swing stays)."""
_RADIUS_S = 0.25
"""s on each side of a swing with nothing faster (chosen: less than half a fast runner's stride)."""


@dataclass(frozen=True)
class SwingAxis:
    """Axis of the forward swing in the sensor frame.

    Attributes
    ----------
    direction
        (3,) unit vector; the rate about it is positive while the shank swings forward.
    share
        Share of the turning that is about it.
    least
        rad/s that a usual swing reaches at least.
    """

    direction: FloatArray
    share: float
    least: float


class SwingFinder:
    """Finds the axis once and then every cycle, each once and in order, whatever the chunking.

    Attributes
    ----------
    axis
        None until it is learnt.
    current
        Grid index of the last swing found, or None.
    opens
        Grid index at which the segment begins, or None before its first samples.
    """

    def __init__(self) -> None:
        self.axis: SwingAxis | None = None
        self.new_segment()

    def new_segment(self) -> None:
        """Forget the swings, which must not reach across a gap; the axis stays."""
        self.current: int | None = None
        self._moves_at: int | None = None
        self._judged = -1
        self.opens: int | None = None

    def find(self, buffer: SampleBuffer, *, final: bool) -> list[Span]:
        """Return the cycles that the buffer completes.

        Parameters
        ----------
        final
            Whether the segment ends with the buffer.
        """
        if self.opens is None:
            self.opens = buffer.first
        while self.axis is None:
            before = buffer.first
            self.axis = self._learn(buffer, final=final)
            if self.axis is None and buffer.first == before:
                return []
        return self._spans(buffer, self.axis, final=final)

    def needed(self, buffer: SampleBuffer) -> int:
        """Return the grid index before which no sample is needed: a rest before or behind movement is not."""
        if self.axis is None:
            looked_at, since = LEARN_MOST_S, self._moves_at
        else:
            looked_at, since = STRIDE_MOST_S, self.current
        return buffer.end if since is None else max(since, buffer.end - round(looked_at * GRID_HZ))

    def _learn(self, buffer: SampleBuffer, *, final: bool) -> SwingAxis | None:
        """Return the axis, or None where there is too little movement; drops movement without an axis."""
        slow = gaussian(buffer.gyr, _SMOOTH_S)
        norm = np.sqrt(np.einsum("ij,ij->i", slow, slow))
        usable = len(norm) if final else len(norm) - reach(_SMOOTH_S)
        moving = np.flatnonzero(norm[: max(usable, 0)] > SWING_LEAST)
        moving = _together(moving, len(norm))
        self._moves_at = buffer.first + int(moving[0]) if len(moving) else None
        wanted = round(LEARN_S * GRID_HZ)
        if len(moving) < (LEARN_LEAST_S * GRID_HZ if final else wanted):
            return None
        rates = slow[moving]
        values, vectors = np.linalg.eigh(rates.T @ rates)
        if values[2] < AXIS_SHARE * values.sum():
            # Without a dominant axis no leg swings here; later samples are tried again.
            buffer.drop(int(moving[-1]))
            return None
        axis = vectors[:, 2]
        along = rates @ axis
        # The forward swing is a shank's fastest turn, walking and running, so it gives the skew its sign.
        if np.mean(along**3) < 0:
            axis, along = -axis, -along
        least = max(SWING_LEAST, SWING_SHARE * float(np.percentile(along, 98)))
        return SwingAxis(axis, float(values[2] / values.sum()), least)

    def _spans(self, buffer: SampleBuffer, axis: SwingAxis, *, final: bool) -> list[Span]:
        forward = gaussian(buffer.gyr, _SMOOTH_S) @ axis.direction
        usable = len(forward) if final else len(forward) - reach(_SMOOTH_S)
        ends = (buffer.first == self.opens, final)
        peaks = local_maxima(forward[: max(usable, 0)], _RADIUS_S, ends=ends) + buffer.first
        spans = []
        for index in peaks[peaks > self._judged].tolist():
            self._judged = index
            height = float(forward[index - buffer.first])
            # Walking swings at half the speed of running.
            if height < 0.5 * axis.least or height < SWING_LEAST:
                continue
            if self.current is not None:
                length = (index - self.current) / GRID_HZ
                if length < STRIDE_LEAST_S and height <= float(forward[self.current - buffer.first]):
                    continue
                if STRIDE_LEAST_S <= length <= STRIDE_MOST_S:
                    spans.append((self.current, index))
            self.current = index
        return spans


def _together(moving: IntArray, end: int) -> IntArray:
    """Return the first movement of `LEARN_S` within `LEARN_MOST_S`; without one, what may still become one.

    Parameters
    ----------
    moving
        (k,) indices of samples that move.
    end
        Number of samples.
    """
    wanted, most = round(LEARN_S * GRID_HZ), round(LEARN_MOST_S * GRID_HZ)
    spans = moving[wanted - 1 :] - moving[: max(len(moving) - wanted + 1, 0)]
    near = np.flatnonzero(spans < most)
    if len(near):
        return moving[near[0] : near[0] + wanted]
    return moving[moving >= end - most][:wanted]
