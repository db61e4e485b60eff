"""A shoe with an accelerometer alone: from grid blocks to strides.

On a standing foot the accelerometer reads gravity, in the same direction of the sensor each time; that
direction is what it reads just behind the shocks of landing. Flat instants are where the reading is nearest
to it. The landing is the sharpest rise of the reading before a flat instant, the push-off its highest
smooth peak behind; without a gyroscope the strike is not known, and what it does to the timing of the rise
goes into the uncertainty.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gait.analysis.signal.filters import gaussian, gaussian_slope, local_maxima, reach
from gait.analysis.signal.orientation import gather
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.cues import Cue, fuse, peak_time
from gait.analysis.strides.detector import Detector
from gait.analysis.strides.shoe.midstance import StanceFinder
from gait.analysis.strides.stride_batch import StrideBatch, empty_batch, is_walking
from gait.arrays import FloatArray, IntArray
from gait.frames import Side
from gait.units import STANDARD_GRAVITY

__all__ = ["ShoeAccDetector"]


LEARN_S = 10.0
"""Seconds of movement from which the foot's vertical is learnt; strides are held back so long."""

_MOVING_G = 0.3
_SMOOTH_S = 0.006
_PUSH_SMOOTH_S = 0.012
_COST_SMOOTH_S = 0.015
_SWAY_SMOOTH_S = 0.040
STILL_LIMIT_G2 = 2.0
"""Squared deviation from gravity, g2, that a flat instant can have."""
STANCE_AFTER_S = (0.045, 0.130)
"""s behind the sharpest jerk of a stride in which the foot is on the ground, whatever the speed."""
STANCE_WITHIN_S = (0.045, 0.220)
"""s behind it in which the quietest instant of the stance lies."""
MOVING_G = 0.8

SHRINK = 0.85
"""Factor on the fused uncertainty: the spreads of the cues are rounded up."""

IC_CUES = {"rise": Cue(-0.008, 0.016), "onset": Cue(-0.004, 0.016)}
"""The instep feels a heel landing some 15 ms late and a forefoot landing at once."""
TC_CUES = {"push": Cue(-0.002, 0.050)}
"""On thirteen real runners (Fukuchi 2017) the push leads toe-off by up to 80 ms at 2.5 m/s, by 5 at 4.5."""


@dataclass(frozen=True)
class _Swings:
    start: IntArray
    stop: IntArray
    tc: FloatArray
    tc_sd: FloatArray
    ic: FloatArray
    ic_sd: FloatArray

    def __len__(self) -> int:
        return len(self.start)


class ShoeAccDetector(Detector):
    """Strides of one shoe without gyroscope; the side makes no difference."""

    def __init__(self, _side: Side) -> None:
        super().__init__()
        self._up: FloatArray | None = None
        self._new_segment()

    def _new_segment(self) -> None:
        self._finder = StanceFinder(self._cost, self._sway, self._leaving, STILL_LIMIT_G2, MOVING_G)
        self._last: _Swings | None = None

    def _oldest_needed(self) -> int:
        if self._up is None:
            return self._buffer.first
        needed = self._finder.needed
        return (self._buffer.end if needed is None else needed) - round(3.0 * GRID_HZ)

    def _excess(self, acc: FloatArray) -> FloatArray:
        assert self._up is not None
        off = acc / STANDARD_GRAVITY - self._up
        excess: FloatArray = np.einsum("ij,ij->i", off, off)
        return excess

    def _cost(self, acc: FloatArray, _gyr: FloatArray) -> FloatArray:
        return gaussian(self._excess(acc), _COST_SMOOTH_S)

    def _sway(self, acc: FloatArray, _gyr: FloatArray) -> FloatArray:
        return gaussian(np.sqrt(self._excess(acc)), _SWAY_SMOOTH_S)

    def _leaving(self, acc: FloatArray, _gyr: FloatArray) -> FloatArray:
        return gaussian(np.sqrt(self._excess(acc)), _COST_SMOOTH_S)

    def _find(self, *, final: bool) -> list[StrideBatch]:
        if self._up is None and not self._learn(final=final):
            return []
        spans = self._finder.find(self._buffer.first, self._buffer.acc, self._buffer.gyr, final=final)
        return [self._strides(self._measure(spans))] if spans else []

    def _learn(self, *, final: bool) -> bool:
        force = gaussian(self._buffer.acc, _COST_SMOOTH_S) / STANDARD_GRAVITY
        size = np.sqrt(np.einsum("ij,ij->i", force, force))
        busy = gaussian(np.abs(size - 1.0), 0.25)
        usable = len(busy) if final else len(busy) - reach(0.25)
        moving = np.flatnonzero(busy[: max(usable, 0)] > _MOVING_G)
        wanted = round(LEARN_S * GRID_HZ)
        if len(moving) < wanted and not final:
            return False
        moving = moving[:wanted]
        if len(moving) < 1.5 * GRID_HZ:
            return False
        slope = gaussian_slope(self._buffer.acc, _SMOOTH_S) / STANDARD_GRAVITY
        jerk = gaussian(np.sqrt(np.einsum("ij,ij->i", slope, slope)), 0.020)
        hits = local_maxima(jerk[: moving[-1] + 1], 0.25)
        hits = hits[jerk[hits] > 0.35 * np.median(jerk[hits])] if len(hits) else hits
        after = hits[:, None] + np.arange(*(round(limit * GRID_HZ) for limit in STANCE_AFTER_S))[None, :]
        after = after[after[:, -1] < len(force)] if len(hits) else after
        if len(after) == 0:
            return False
        up = np.median(np.median(force[after], axis=1), axis=0)
        self._up = up / np.linalg.norm(up)
        self._refine(hits)
        return True

    def _refine(self, hits: IntArray) -> None:
        """Take the vertical from the quietest instant behind each landing; twice, as that moves with it."""
        reach_s = np.arange(*(round(limit * GRID_HZ) for limit in STANCE_WITHIN_S))
        at = hits[:, None] + reach_s[None, :]
        at = at[at[:, -1] < len(self._buffer.acc)]
        if len(at) < 3:
            return
        smooth = gaussian(self._buffer.acc, _COST_SMOOTH_S)
        for _ in range(2):
            quiet = at[np.arange(len(at)), self._cost(self._buffer.acc, self._buffer.acc)[at].argmin(axis=1)]
            up = np.median(smooth[quiet], axis=0)
            self._up = up / np.linalg.norm(up)

    def _measure(self, spans: list[tuple[int, int]]) -> _Swings:
        edges = np.array(spans, dtype=np.intp) - self._buffer.first
        windows = gather(self._buffer.acc, self._buffer.acc, edges[:, 0], edges[:, 1] + 1)
        force = windows.acc / STANDARD_GRAVITY
        size = np.sqrt(np.einsum("nij,nij->ni", force, force))
        at = np.arange(size.shape[1])[None, :]
        length = windows.length[:, None]
        slope = gaussian_slope(force, _SMOOTH_S, axis=1)
        jerk = np.sqrt(np.einsum("nij,nij->ni", slope, slope))
        rise = gaussian_slope(size, _SMOOTH_S, axis=1)
        late = (at > 0.5 * length) & (at < length - 4)
        hit = np.where(late, gaussian(jerk, 0.010, axis=1), -np.inf).argmax(axis=1)
        about = (at >= hit[:, None] - 6) & (at <= hit[:, None] + 4)
        steep = np.where(about, rise, -np.inf).argmax(axis=1)
        ic, ic_sd = fuse({"rise": peak_time(rise, steep), "onset": _onset(jerk, hit)}, IC_CUES, {}, SHRINK)
        push = gaussian(size, _PUSH_SMOOTH_S, axis=1)
        tc, tc_sd = fuse({"push": peak_time(push, _first_peak(push, windows.length))}, TC_CUES, {}, SHRINK)
        begin = (windows.start + self._buffer.first) / GRID_HZ
        return _Swings(
            windows.start + self._buffer.first,
            windows.start + self._buffer.first + windows.length - 1,
            begin + tc,
            tc_sd,
            begin + ic,
            ic_sd,
        )

    def _strides(self, swings: _Swings) -> StrideBatch:
        both = swings if self._last is None else _join(self._last, swings)
        self._last = _Swings(*(getattr(both, name)[-1:] for name in both.__dataclass_fields__))
        n = len(both) - 1
        if n < 1:
            return empty_batch()
        ic, tc, next_ic = both.ic[:-1], both.tc[1:], both.ic[1:]
        stride = next_ic - ic
        paused = both.start[1:] - both.stop[:-1] > round(1.0 * GRID_HZ)
        real = ~paused & (tc > ic + 0.05) & (next_ic > tc + 0.05) & (stride < 2.4)
        clipped, peak = self._buffer.shock(ic - 0.02, tc)
        batch = replace(
            empty_batch(n),
            ic_s=ic,
            tc_s=tc,
            next_ic_s=next_ic,
            ic_sd_s=both.ic_sd[:-1],
            tc_sd_s=both.tc_sd[1:],
            walking=is_walking((tc - ic) / stride, stride),
            peak_acc_g=peak / STANDARD_GRAVITY,
            clipped=clipped,
            turn_deg=np.zeros(n),
        )
        return batch.take(real)


def _onset(jerk: FloatArray, hit: IntArray) -> FloatArray:
    """Where the jerk rises through a third of its peak before the impact, s from the row's start."""
    rows = np.arange(len(hit))
    span = np.arange(-12, 3)
    at = np.clip(hit[:, None] + span[None, :], 0, jerk.shape[1] - 1)
    part = jerk[rows[:, None], at]
    level = part.max(axis=1) / 3.0
    below = part < level[:, None]
    index = part.shape[1] - 1 - below[:, ::-1].argmax(axis=1)
    index = np.where(below.any(axis=1), np.minimum(index, part.shape[1] - 2), 0)
    low, high = part[rows, index], part[rows, index + 1]
    share = np.clip((level - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)
    time: FloatArray = (at[rows, index] + share) / GRID_HZ
    return time


def _first_peak(push: FloatArray, length: IntArray) -> IntArray:
    """The first prominent maximum behind the flat instant: the push-off."""
    at = np.arange(1, push.shape[1] - 1)[None, :]
    inner = (push[:, 1:-1] >= push[:, :-2]) & (push[:, 1:-1] > push[:, 2:])
    early = (at > 6) & (at < 0.55 * length[:, None])
    top = np.where(early, push[:, 1:-1], -np.inf).max(axis=1, keepdims=True)
    found = inner & early & (push[:, 1:-1] >= 0.6 * top)
    return np.where(found.any(axis=1), found.argmax(axis=1), (0.3 * length).astype(int)) + 1


def _join(first: _Swings, second: _Swings) -> _Swings:
    return _Swings(
        *(
            np.concatenate([getattr(first, name), getattr(second, name)])
            for name in first.__dataclass_fields__
        )
    )
