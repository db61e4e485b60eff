"""A shank with an accelerometer alone: from grid blocks to strides.

Without a gyroscope nothing can be turned into the world, but two directions of the sensor are known: along
the shank, where the mean specific force points, and across it, where the slow movement is largest. The
shock of landing is the sharpest event of a stride. Before it the forward swing is braked; contact reverses
that. After it the specific force along the shank carries the body, and falls through zero as the ground
lets go.

References
----------
Kiernan et al. 2023, PMC10255839 (axial and forward rules compared); Aubol & Milner 2020,
J Biomech 105 (minimum before the axial peak); Bach et al. 2022,
10.1101/2022.02.14.480318 (data and the accuracy to reach).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gait.analysis.signal.filters import gaussian, gaussian_slope, local_maxima, reach
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.cues import Cue, fuse
from gait.analysis.strides.detector import Detector
from gait.analysis.strides.stride_batch import StrideBatch, empty_batch, is_walking
from gait.arrays import FloatArray, IntArray
from gait.frames import Side
from gait.units import STANDARD_GRAVITY

__all__ = ["ShankAccDetector"]


LEARN_S = 8.0
_MOVING_G = 0.3
_SMOOTH_S = 0.006
_HIT_SMOOTH_S = 0.020
_SLOW_S = 0.020
_RADIUS_S = 0.25
HIT_SHARE = 0.35
"""A landing's jerk reaches this share of the usual one."""
HIT_ABOVE = 2.0
"""A landing stands out of the median jerk by this factor: in noise nothing does."""
HIT_LEAST_G_S = 12.0
"""g/s of smoothed jerk below which nothing is a landing: gentle walking reaches 15."""
STRIDE_S = (0.42, 2.4)

CONTACT_SHARE = (0.18, 0.75)
"""Contact time as a share of the stride: sprinters touch for 0.2, slow walkers for 0.7."""
RUNNING_SHARE, QUICKEST_WALK_S = 0.5, 0.80
"""Half the stride on the ground is walking, and nobody walks at more than 150 steps a minute: together they
are a contact whose end was not found."""
WALKING_STRIDE_S = 0.95
"""s of a stride from which it is walking where contact time is not known (cadence below 126 spm)."""

_BEFORE_S, _AFTER_S = 0.12, 0.60

SHRINK = 0.85
"""Factor on the fused uncertainty: the spreads of the cues are rounded up."""

IC_CUES = {"reversal": Cue(0.003, 0.008), "onset": Cue(-0.012, 0.012)}
TC_CUES = {"release": Cue(0.002, 0.011)}


@dataclass(frozen=True)
class _Landings:
    hit: IntArray
    ic: FloatArray
    ic_sd: FloatArray
    tc: FloatArray
    tc_sd: FloatArray

    def __len__(self) -> int:
        return len(self.hit)


class ShankAccDetector(Detector):
    """Strides of one shank without gyroscope; the side makes no difference."""

    def __init__(self, _side: Side) -> None:
        super().__init__()
        self._axes: FloatArray | None = None
        self._least = 0.0
        self._new_segment()

    def _new_segment(self) -> None:
        self._judged = -1
        self._waiting: list[int] = []
        self._last: _Landings | None = None
        self._last_hit: tuple[int, float] | None = None

    def _oldest_needed(self) -> int:
        if self._axes is None:
            return self._buffer.first
        return (self._waiting[0] if self._waiting else self._judged) - round(3.0 * GRID_HZ)

    def _find(self, *, final: bool) -> list[StrideBatch]:
        if self._axes is None and not self._learn(final=final):
            return []
        self._waiting += self._hits(final=final)
        # A landing is measured once the samples of its whole stance are there.
        ready = [
            hit
            for hit in self._waiting
            if final or hit + round((_AFTER_S + 0.1) * GRID_HZ) < self._buffer.end
        ]
        self._waiting = self._waiting[len(ready) :]
        if not ready:
            return []
        return [self._strides(self._measure(np.array(ready, dtype=np.intp)))]

    def _learn(self, *, final: bool) -> bool:
        force = self._buffer.acc / STANDARD_GRAVITY
        busy = gaussian(np.abs(np.sqrt(np.einsum("ij,ij->i", force, force)) - 1.0), 0.25)
        usable = len(busy) if final else len(busy) - reach(0.25)
        moving = np.flatnonzero(busy[: max(usable, 0)] > _MOVING_G)
        wanted = round(LEARN_S * GRID_HZ)
        if len(moving) < wanted and not final:
            return False
        moving = moving[:wanted]
        if len(moving) < 1.5 * GRID_HZ:
            return False
        along = force[moving].mean(axis=0)
        along /= np.linalg.norm(along)
        slow = gaussian(force, _SLOW_S)[moving]
        across = slow - np.outer(slow @ along, along)
        vectors = np.linalg.eigh(across.T @ across)[1]
        self._axes = np.stack([along, vectors[:, 2]])
        jerk = self._jerk()[moving]
        peaks = jerk[local_maxima(jerk, _RADIUS_S)]
        usual = float(np.median(peaks)) if len(peaks) else 0.0
        self._least = max(HIT_LEAST_G_S, HIT_SHARE * usual, HIT_ABOVE * float(np.median(jerk)))
        self._orient(moving)
        return True

    def _orient(self, moving: IntArray) -> None:
        """Sense of the across axis: forward, which is where it points in late stance."""
        assert self._axes is not None
        jerk = self._jerk()[: moving[-1] + 1]
        hits = local_maxima(jerk, _RADIUS_S)
        hits = hits[(jerk[hits] > self._least) & (hits + round(0.28 * GRID_HZ) < len(self._buffer.acc))]
        if len(hits) == 0:
            return
        late = hits[:, None] + np.arange(round(0.13 * GRID_HZ), round(0.22 * GRID_HZ))[None, :]
        if float(np.median((self._buffer.acc[late] @ self._axes[1]).mean(axis=1))) < 0:
            self._axes = np.stack([self._axes[0], -self._axes[1]])

    def _jerk(self) -> FloatArray:
        """(n,) smoothed size of the jerk, g/s."""
        slope = gaussian_slope(self._buffer.acc, _SMOOTH_S) / STANDARD_GRAVITY
        return gaussian(np.sqrt(np.einsum("ij,ij->i", slope, slope)), _HIT_SMOOTH_S)

    def _hits(self, *, final: bool) -> list[int]:
        jerk = self._jerk()
        usable = len(jerk) if final else len(jerk) - reach(_HIT_SMOOTH_S) - reach(_SMOOTH_S)
        peaks = local_maxima(jerk[: max(usable, 0)], _RADIUS_S) + self._buffer.first
        out = []
        for index in peaks[peaks > self._judged].tolist():
            self._judged = index
            height = float(jerk[index - self._buffer.first])
            if height < self._least:
                continue
            last = self._last_hit
            if last is not None and (index - last[0]) / GRID_HZ < STRIDE_S[0] and height <= last[1]:
                continue
            self._last_hit = (index, height)
            out.append(index)
        return out

    def _measure(self, hit: IntArray) -> _Landings:
        assert self._axes is not None
        span = np.arange(-round(_BEFORE_S * GRID_HZ), round(_AFTER_S * GRID_HZ))
        at = np.clip(hit[:, None] - self._buffer.first + span[None, :], 0, len(self._buffer.acc) - 1)
        force = self._buffer.acc[at] / STANDARD_GRAVITY
        along, across = (force @ axis for axis in self._axes)
        origin = round(_BEFORE_S * GRID_HZ)
        ic = {
            "reversal": _reversal(gaussian(across, _SMOOTH_S, axis=1), origin),
            "onset": _onset(gaussian_slope(force, _SMOOTH_S, axis=1), origin),
        }
        zero = (hit - origin) / GRID_HZ
        ic_time, ic_sd = fuse(ic, IC_CUES, {}, SHRINK)
        tc_time, tc_sd = fuse({"release": _release(along, origin)}, TC_CUES, {}, SHRINK)
        return _Landings(hit, zero + ic_time, ic_sd, zero + tc_time, tc_sd)

    def _strides(self, landings: _Landings) -> StrideBatch:
        both = landings if self._last is None else _join(self._last, landings)
        self._last = _Landings(*(getattr(both, name)[-1:] for name in both.__dataclass_fields__))
        n = len(both) - 1
        if n < 1:
            return empty_batch()
        ic, tc, next_ic = both.ic[:-1], both.tc[:-1], both.ic[1:]
        stride = next_ic - ic
        share = (tc - ic) / stride
        # Where the force never falls through zero (fast running) the end of contact is not known.
        known = (share > CONTACT_SHARE[0]) & (share < CONTACT_SHARE[1])
        known &= (share < RUNNING_SHARE) | (stride > QUICKEST_WALK_S)
        tc = np.where(known, tc, np.nan)
        real = (stride > STRIDE_S[0]) & (stride < STRIDE_S[1])
        clipped, peak = self._buffer.shock(ic - 0.02, tc)
        batch = replace(
            empty_batch(n),
            ic_s=ic,
            tc_s=tc,
            next_ic_s=next_ic,
            ic_sd_s=both.ic_sd[:-1],
            tc_sd_s=both.tc_sd[:-1],
            walking=np.where(known, is_walking(share, stride), stride > WALKING_STRIDE_S).astype(float),
            axial_peak_g=np.full(n, np.nan),
            peak_acc_g=peak / STANDARD_GRAVITY,
            clipped=clipped,
            turn_deg=np.zeros(n),
        )
        return batch.take(real)


def _reversal(across: FloatArray, origin: int) -> FloatArray:
    """Last minimum of the forward specific force before the shock, s from the row's start."""
    first, last = origin - 14, origin + 1
    part = across[:, first - 1 : last + 1]
    inner = (part[:, 1:-1] < part[:, :-2]) & (part[:, 1:-1] <= part[:, 2:])
    # Only a dip as deep as half the deepest counts: noise makes shallow ones.
    low = part[:, 1:-1].min(axis=1, keepdims=True)
    inner &= part[:, 1:-1] <= 0.5 * low
    width = inner.shape[1]
    index = width - 1 - inner[:, ::-1].argmax(axis=1)
    rows = np.arange(len(part))
    before, here, after = part[rows, index], part[rows, index + 1], part[rows, index + 2]
    bend = before - 2.0 * here + after
    with np.errstate(divide="ignore", invalid="ignore"):
        offset = np.clip(np.nan_to_num(0.5 * (before - after) / bend), -0.5, 0.5)
    return np.where(inner.any(axis=1), (first + index + offset) / GRID_HZ, np.nan)


def _onset(jerk: FloatArray, origin: int) -> FloatArray:
    """Where the jerk rises through a third of its peak, s from the row's start."""
    size = np.sqrt(np.einsum("nij,nij->ni", jerk, jerk))
    top = size[:, origin - 8 : origin + 9].max(axis=1, keepdims=True)
    part = size[:, origin - 16 : origin + 5]
    above = part >= top / 3.0
    index = np.maximum(above.argmax(axis=1), 1)
    rows = np.arange(len(part))
    low, high = part[rows, index - 1], part[rows, index]
    share = np.clip((top[:, 0] / 3.0 - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)
    time: FloatArray = (origin - 16 + index - 1 + share) / GRID_HZ
    return time


def _release(along: FloatArray, origin: int) -> FloatArray:
    """Where the force along the shank falls through zero after carrying the body, s from the row's start."""
    slow = gaussian(along, _SLOW_S, axis=1)
    start = origin + round(0.04 * GRID_HZ)
    load = start + slow[:, start : origin + round(0.30 * GRID_HZ)].argmax(axis=1)
    fine = gaussian(along, 0.010, axis=1)
    columns = np.arange(fine.shape[1] - 1)[None, :]
    down = (fine[:, :-1] >= 0.0) & (fine[:, 1:] < 0.0) & (columns >= load[:, None])
    index = down.argmax(axis=1)
    rows = np.arange(len(fine))
    upper, lower = fine[rows, index], fine[rows, index + 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        time = (index + upper / (upper - lower)) / GRID_HZ
    return np.where(down.any(axis=1), time, np.nan)


def _join(first: _Landings, second: _Landings) -> _Landings:
    return _Landings(
        *(
            np.concatenate([getattr(first, name), getattr(second, name)])
            for name in first.__dataclass_fields__
        )
    )
