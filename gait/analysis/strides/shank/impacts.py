"""Impacts of a shank without gyroscope: the axes of the movement, and the shock of each landing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.filters import gaussian, gaussian_slope, local_maxima, reach
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.landing_model import LandingModel
from gait.analysis.strides.shank.push_off import landings_of
from gait.analysis.strides.silences import due_in_silence, hidden_landing
from gait.analysis.strides.stride_batch import STRIDE_LEAST_S
from gait.arrays import FloatArray, IntArray
from gait.units import STANDARD_GRAVITY

__all__ = ["ImpactFinder", "ShankAxes", "shock_jerk"]


LEARN_S = 8.0
"""Seconds of movement from which the axes are learnt (chosen: some ten strides; strides are held back so long
at the start)."""

LEARN_LEAST_S = 1.5
"""Seconds of movement that suffice where the recording ends before `LEARN_S` (chosen: some two strides)."""

HIT_SHARE = 0.35
"""A landing's jerk reaches this share of the usual one (chosen: a third, for the landings of a run
differ)."""

HIT_ABOVE = 2.0
"""A landing stands out of the median jerk by this factor (chosen: in noise nothing does)."""

HIT_LEAST_G_S = 12.0
"""g/s of smoothed jerk below which nothing is a landing (chosen: gentle walking reaches 15)."""

DUE_SHARE = 0.6
"""Share of what a landing reaches that suffices a stride behind the one before (chosen: where the sensor is
clipped or noisy, half of the landings of some runners stay below twice the median jerk)."""

LATE_S, BEFORE_S = (0.13, 0.22), (0.11, 0.04)
"""s behind and before the shock in which forward force is compared (chosen: late stance, where the leg is
pushed forward, and the end of the swing, where it is braked)."""

ABOUT = 0.15
"""Share of a stride by which the first and the last may differ from the one beside, for a shock at an end to
be a landing (chosen: what is larger and lies outside would not show)."""

STANCE_S = 0.60
"""s behind a landing that its stance may take (chosen: longer than the longest stance of running)."""

_MOVING_G = 0.3
"""g by which the force differs from gravity in movement (chosen: six times the scatter of a sensor at rest,
`gait.analysis.session.activity.STILL_SD_G`)."""
_BUSY_S = 0.25
"""s; one sigma of the mean of that difference (chosen: part of a stride, so that a swing counts too)."""
_SMOOTH_S = 0.006
"""s; one sigma of the smoothing of the jerk (chosen: an impact lasts some 20 ms)."""
_HIT_SMOOTH_S = 0.020
"""s; one sigma of the smoothing of a landing's jerk (chosen: its impacts become one)."""
_SLOW_S = 0.020
"""s; one sigma of the smoothing of slow forces (chosen: as long as an impact)."""
_RADIUS_S = 0.25
"""s on both sides of a landing in which nothing is larger (chosen: less than half a fast runner's stride)."""


@dataclass(frozen=True)
class ShankAxes:
    """Axes of the movement in the sensor frame.

    Attributes
    ----------
    along
        (3,) where the mean specific force points: up the shank.
    forward
        (3,) across it, where the slow movement is largest; positive in late stance.
    place_g
        Norm of the mean specific force, g: 1 near the knee, more toward the ankle, which circles it.
    """

    along: FloatArray
    forward: FloatArray
    place_g: float


Turned = Callable[[FloatArray, IntArray, ShankAxes], bool]
"""Of (m, 3) m/s2 and the (n,) rows of landings with their stances in it: whether forward is backward."""


class ImpactFinder:
    """Learns the axes once and then finds every landing's shock, each once, whatever the chunking.

    Parameters
    ----------
    turned
        Second opinion on the sense of the forward axis; None keeps the first.
    due_share
        As `DUE_SHARE`; with 1 every landing has to stand out by itself.
    landing
        Tells landings from push-offs; None takes every shock for a landing.

    Attributes
    ----------
    axes
        None until they are learnt.
    judged
        Grid index up to which shocks have been looked for.
    opens
        Grid index at which the segment begins, or None before its first samples.
    """

    def __init__(
        self,
        turned: Turned | None = None,
        due_share: float = DUE_SHARE,
        landing: LandingModel | None = None,
    ) -> None:
        self.axes: ShankAxes | None = None
        self._turned, self._due_share, self._landing = turned, due_share, landing
        self._jerk: FloatArray = np.empty(0)
        self._least = 0.0
        self._stride = 0
        self.new_segment()

    def new_segment(self) -> None:
        """Forget the shocks, which must not reach across a gap; the axes stay."""
        self.judged = -1
        self.opens: int | None = None
        self._last: tuple[int, float] | None = None
        self._first: int | None = None

    def find(self, buffer: SampleBuffer, *, final: bool) -> list[int]:
        """Return the grid indices of the shocks that the buffer completes.

        Parameters
        ----------
        final
            Whether the segment ends with the buffer.
        """
        if self.opens is None:
            self.opens = buffer.first
        if self.axes is None:
            self.axes = self._learn(buffer, final=final)
        return [] if self.axes is None else self._shocks(buffer, final=final)

    def landings(self, buffer: SampleBuffer, shocks: list[int]) -> IntArray:
        """Return the grid indices of the landings of shocks that `find` gave, `STANCE_S` behind them.

        Parameters
        ----------
        buffer
            Samples that `find` was given last.
        """
        rows = np.array(shocks, dtype=np.intp) - buffer.first
        return self._landings_of(buffer, self._jerk, rows) + buffer.first

    def _landings_of(self, buffer: SampleBuffer, jerk: FloatArray, shocks: IntArray) -> IntArray:
        """Return those of the (m,) shocks, rows of (n,) jerk in g/s, that are landings and no push-offs."""
        if self._landing is None:
            return shocks
        return landings_of(buffer.acc, jerk, buffer.bridged, shocks, self._landing)

    def _learn(self, buffer: SampleBuffer, *, final: bool) -> ShankAxes | None:
        force = buffer.acc / STANDARD_GRAVITY
        busy = gaussian(np.abs(np.sqrt(np.einsum("ij,ij->i", force, force)) - 1.0), _BUSY_S)
        usable = len(busy) if final else len(busy) - reach(_BUSY_S)
        moving = np.flatnonzero(busy[: max(usable, 0)] > _MOVING_G)
        wanted = round(LEARN_S * GRID_HZ)
        if len(moving) < (LEARN_LEAST_S * GRID_HZ if final else wanted):
            return None
        moving = moving[:wanted]
        mean = force[moving].mean(axis=0)
        place = float(np.linalg.norm(mean))
        along = mean / place
        slow = gaussian(force, _SLOW_S)[moving]
        across = slow - np.outer(slow @ along, along)
        forward = np.linalg.eigh(across.T @ across)[1][:, 2]
        jerk = shock_jerk(buffer.acc)
        shown = jerk[moving]
        peaks = shown[local_maxima(shown, _RADIUS_S)]
        usual = float(np.median(peaks)) if len(peaks) else 0.0
        self._least = max(HIT_LEAST_G_S, HIT_SHARE * usual, HIT_ABOVE * float(np.median(shown)))
        hits = local_maxima(jerk[: moving[-1] + 1], _RADIUS_S)
        hits = hits[jerk[hits] > self._least]
        self._stride = int(np.median(np.diff(hits))) if len(hits) > 1 else 0
        complete = hits + round(STANCE_S * GRID_HZ) <= moving[-1]
        hits[complete] = self._landings_of(buffer, jerk, hits[complete])
        axes = ShankAxes(along, forward * _sense(force @ forward, hits), place)
        turned = self._turned is not None and self._turned(buffer.acc, hits[complete], axes)
        return ShankAxes(along, -axes.forward, place) if turned else axes

    def _shocks(self, buffer: SampleBuffer, *, final: bool) -> list[int]:
        jerk = self._jerk = shock_jerk(buffer.acc)
        usable = len(jerk) if final else len(jerk) - reach(_HIT_SMOOTH_S) - reach(_SMOOTH_S)
        assert self.opens is not None
        ends = (buffer.first == self.opens, final)
        peaks = local_maxima(jerk[: max(usable, 0)], _RADIUS_S, ends=ends) + buffer.first
        out = []
        for index in peaks[peaks > self.judged].tolist():
            self.judged = index
            height = float(jerk[index - buffer.first])
            last = self._last
            if height < self._least and not (
                last is not None
                and height >= max(self._due_share * self._least, HIT_LEAST_G_S)
                and self._is_a_stride(index - last[0])
            ):
                continue
            if last is not None and (index - last[0]) / GRID_HZ < STRIDE_LEAST_S and height <= last[1]:
                continue
            late = index + round(_RADIUS_S * GRID_HZ) >= buffer.end
            if late and last is not None and not self._is_a_stride(index - last[0]):
                continue
            if index - self.opens < round(_RADIUS_S * GRID_HZ):
                self._first = index
            else:
                out += self._with_the_hidden(index, buffer)
            self._last = (out[-1] if self._first is None else index, height)
        return out

    def _with_the_hidden(self, index: int, buffer: SampleBuffer) -> list[int]:
        """Return a shock with a landing that a silence before it hides.

        Where the shock only follows a landing in the silence, that landing takes its place.
        """
        if self._last is None:
            return self._with_the_first(index)
        last = self._last[0]
        hidden = hidden_landing(buffer, last, index, self._stride)
        due = due_in_silence(buffer, last, index, self._stride)
        index = index if due is None else due
        self._stride = index - (last if hidden is None else hidden)
        return [*([] if hidden is None else [hidden]), *self._with_the_first(index)]

    def _with_the_first(self, index: int) -> list[int]:
        """Return a shock, and before it that at the segment's start if a stride lies between the two."""
        first, self._first = self._first, None
        return [first, index] if first is not None and self._is_a_stride(index - first) else [index]

    def _is_a_stride(self, length: int) -> bool:
        """Return whether so many grid points between two shocks are about those of the stride before."""
        return abs(length - self._stride) < ABOUT * self._stride


def shock_jerk(acc: FloatArray) -> FloatArray:
    """Return (n,) smoothed norm of the jerk, g/s, of (n, 3) specific force, m/s2."""
    slope = gaussian_slope(acc, _SMOOTH_S) / STANDARD_GRAVITY
    return gaussian(np.sqrt(np.einsum("ij,ij->i", slope, slope)), _HIT_SMOOTH_S)


def _sense(across: FloatArray, hits: IntArray) -> float:
    """Return 1 or -1: the sense of (m,) force across the shank, g, that makes it point forward."""
    inside = (hits + round(LATE_S[1] * GRID_HZ) < len(across)) & (hits >= round(BEFORE_S[0] * GRID_HZ))
    hits = hits[inside]
    if len(hits) == 0:
        return 1.0
    late = across[hits[:, None] + np.arange(*(round(s * GRID_HZ) for s in LATE_S))[None, :]].mean(axis=1)
    brake = across[hits[:, None] - np.arange(*(round(s * GRID_HZ) for s in BEFORE_S[::-1]))[None, :]]
    return 1.0 if float(np.median(late - brake.mean(axis=1))) >= 0 else -1.0
