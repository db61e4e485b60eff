"""A shoe with gyroscope: from grid blocks to strides.

The unit of work is a *swing*, from one flat instant of the foot to the next: it holds a terminal contact and
the following initial contact. A stride is a stance between two swings.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gait.analysis.signal.buffer import sample_rows
from gait.analysis.signal.filters import gaussian, reach
from gait.analysis.signal.orientation import Windows, apply, closure_gravity, gather, motion, orientations
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.cues import fuse
from gait.analysis.strides.detector import Alignment, Detector
from gait.analysis.strides.shoe.contact import DRIFT_SPREAD, IC_CUES, TC_CUES, contact_cues, foot_pose
from gait.analysis.strides.shoe.foot_path import circumduction_cm, turn_deg
from gait.analysis.strides.shoe.gyro_bias import Rests
from gait.analysis.strides.shoe.midstance import STRIDE_MAX_S, StanceFinder, stillness, turning, turning_now
from gait.analysis.strides.shoe.mounting import (
    RESUPINATION_SHARE,
    Mounting,
    blend,
    levels,
    mounting_cues,
    solve_mounting,
)
from gait.analysis.strides.shoe.swings import HALF_S, Swings, both_ends, join, take
from gait.analysis.strides.stride_batch import StrideBatch, empty_batch, is_walking
from gait.arrays import FloatArray, IntArray
from gait.frames import MOVEMENTS, Side
from gait.units import STANDARD_GRAVITY

__all__ = ["ShoeDetector"]


CALIBRATION_SWINGS = 8
"""Swings that are held back at the start until the mounting is known from them."""

FIRST_REVIEW, LATER_REVIEWS = 32, 128
"""After so many swings the mounting is looked at again, the first time and from then on."""

REVIEWED = 32
"""Swings, spread over those since the last time, that a review looks at."""

AXES_ROUNDS = 2
"""Rounds of finding the axes with the roll that the last ones show."""

MOST_ROLL_DEG = 11.5
"""deg of inward roll from which a foot rolls back no further: who lands far inverted leaves less so."""

SLIP_DEG = 15.0
"""Change of the flat foot's vertical in the sensor frame, deg, that counts as a different mounting."""

SLIP_RUN = 5
"""Swings in a row that must agree on it."""

IDLE_S = 5.0
"""Without a swing for so long, what is held for calibration is used as it is."""

_FLAT_SMOOTH_S = 0.010
_ROLL_SMOOTH_S = 0.006

GAIT_SCORE = 0.15
"""Alignment score below which the movement has no common axis: it is not gait."""

SHRINK = 0.68
"""Factor on the fused uncertainty of a contact: the spreads are rounded up. With it 95 % intervals of contact
time hold the truth of 97 % of the strides of virtual runners (2.5-5.5 m/s, -15..30 deg, 104-416 Hz)."""

STRIKE_SD_DEG = 2.0
"""deg, one sigma between runners: long axis of the foot against the axes found (Falbriard 2020: 1.6-5.9)."""

FLAT_SHARE = (0.35, 0.50)
"""Part of the stance whose median pitch is the flat reference (contract)."""


class ShoeDetector(Detector):
    """Strides of one shoe out of grid blocks, in order, each once and final.

    Parameters
    ----------
    side
        Leg; decides the sense of pronation.
    """

    def __init__(self, side: Side) -> None:
        super().__init__()
        self._sign = MOVEMENTS[("pronation", side)].sign
        self.mountings: list[tuple[float, Mounting]] = []
        self.slips: list[tuple[float, float]] = []
        self._mounting: Mounting | None = None
        self._rests = Rests()
        self._review_after = FIRST_REVIEW
        self._new_segment()

    @property
    def alignment(self) -> Alignment:
        """How the sensor sits: scores and closures over the recording, the axes in use now."""
        if not self.mountings:
            return Alignment(slips=tuple(self.slips))
        used = [one for _, one in self.mountings]
        newest = used[-1]
        return Alignment(
            score=float(np.mean([one.score for one in used])),
            matrix=newest.matrix if newest.aligned else None,
            closure_error=float(np.median([one.closure_error for one in used])),
            newest_closure_error=newest.closure_error,
            slips=tuple(self.slips),
        )

    def _new_segment(self) -> None:
        self._finder = StanceFinder(stillness, turning, turning_now)
        self._held: list[tuple[int, int]] = []
        self._since_review: list[Swings] = []
        self._last: Swings | None = None
        self._off: list[bool] = []

    def _find(self, *, final: bool) -> list[StrideBatch]:
        self._rests.look(self._buffer.first, self._buffer.acc, self._buffer.gyr)
        self._held += self._finder.find(self._buffer.first, self._buffer.acc, self._buffer.gyr, final=final)
        out: list[StrideBatch] = []
        while self._held:
            if self._mounting is None:
                count = self._calibration_count(final=final)
                if count == 0:
                    break
                self._calibrate(self._held[:count])
            room = self._review_after - sum(len(one) for one in self._since_review)
            swings = self._measure(self._held[:room])
            cut = self._slip_at(swings)
            if cut is not None:
                swings = take(swings, slice(0, cut))
            self._held = self._held[len(swings) :]
            out.append(self._strides(swings))
            self._since_review.append(swings)
            self._review(slipped=cut is not None)
        return out

    def _calibration_count(self, *, final: bool) -> int:
        """How many of the held swings to calibrate on; 0 to wait for more."""
        spans = np.array(self._held[:CALIBRATION_SWINGS])
        pauses = np.flatnonzero(spans[1:, 0] - spans[:-1, 1] > IDLE_S * GRID_HZ)
        if len(pauses):
            return int(pauses[0]) + 1
        if len(spans) == CALIBRATION_SWINGS:
            return CALIBRATION_SWINGS
        now = self._buffer.first + len(self._buffer.acc)
        idle = now - spans[-1, 1] > (IDLE_S + STRIDE_MAX_S + 1.0) * GRID_HZ
        return len(spans) if final or idle else 0

    def _calibrate(self, spans: list[tuple[int, int]]) -> None:
        windows, quaternion, turned = self._integrate(spans)
        self._mounting = self._solve(windows, quaternion, turned)
        self.mountings.append((spans[0][0] / GRID_HZ, self._mounting))

    def _solve(
        self, windows: Windows, quaternion: FloatArray, turned: FloatArray, inward_deg: float | None = None
    ) -> Mounting:
        flat = _around(self._buffer.acc, windows.start)
        cues = mounting_cues(windows, turned, flat)
        if inward_deg is not None:
            return solve_mounting(windows, quaternion, cues, self._sign, _rolls_back_deg(inward_deg))
        found = solve_mounting(windows, quaternion, cues, self._sign)
        # How far the foot rolls inward, seen with these axes, tells how far it rolls back, and so the axes.
        for _ in range(AXES_ROUNDS):
            inward = self._rolled_inward_deg(windows, quaternion, turned, found)
            found = solve_mounting(windows, quaternion, cues, self._sign, _rolls_back_deg(inward))
        return found

    def _rolled_inward_deg(
        self, windows: Windows, quaternion: FloatArray, turned: FloatArray, mounting: Mounting
    ) -> float:
        """Median roll from contact to the flat instant, deg, eversion positive."""
        level = levels(mounting, closure_gravity(windows, turned))
        moved = motion(windows, quaternion, turned, level)
        pose = foot_pose(windows, quaternion, moved, mounting.matrix, level)
        ic, _ = fuse(contact_cues(windows, moved, pose).ic, IC_CUES, {})
        at = np.column_stack([ic * GRID_HZ, windows.length - 1.0])
        roll = self._sign * sample_rows(pose.roll_deg, at)
        return float(np.median(roll[:, 1] - roll[:, 0]))

    def _integrate(self, spans: list[tuple[int, int]]) -> tuple[Windows, FloatArray, FloatArray]:
        edges = np.array(spans, dtype=np.intp) - self._buffer.first
        windows = gather(self._buffer.acc, self._buffer.gyr, edges[:, 0], edges[:, 1] + 1)
        windows.gyr[:] -= self._rests.at(windows.start + self._buffer.first)[:, None, :]
        quaternion = orientations(windows)
        return windows, quaternion, apply(quaternion, windows.acc)

    def _measure(self, spans: list[tuple[int, int]]) -> Swings:
        assert self._mounting is not None
        mounting = self._mounting
        windows, quaternion, turned = self._integrate(spans)
        level = levels(mounting, closure_gravity(windows, turned))
        moved = motion(windows, quaternion, turned, level)
        pose = foot_pose(windows, quaternion, moved, mounting.matrix, level)
        cues = contact_cues(windows, moved, pose)
        drift = np.linalg.norm(moved.drift, axis=1)
        ic, ic_sd = fuse(cues.ic, IC_CUES, {"geometry": DRIFT_SPREAD * drift}, SHRINK)
        tc, tc_sd = fuse(cues.tc, TC_CUES, {}, SHRINK)
        start = windows.start + self._buffer.first
        begin = start / GRID_HZ
        ends = moved.position[np.arange(len(start)), windows.length - 1]
        lean = _lean_deg(_around(self._buffer.acc, windows.start), mounting)
        return Swings(
            start,
            start + windows.length - 1,
            begin + tc,
            tc_sd,
            begin + ic,
            ic_sd,
            both_ends(pose.pitch_deg, windows.length),
            both_ends(self._sign * pose.roll_deg, windows.length),
            both_ends(np.degrees(self._eversion_rate(windows, mounting)), windows.length),
            np.hypot(ends[:, 0], ends[:, 1]),
            circumduction_cm(moved, windows, self._sign),
            turn_deg(quaternion, windows, mounting),
            drift,
            lean,
            lean > SLIP_DEG,
            np.full(len(start), mounting.aligned),
            np.full(len(start), mounting.score > GAIT_SCORE),
        )

    def _eversion_rate(self, windows: Windows, mounting: Mounting) -> FloatArray:
        along = windows.gyr @ mounting.matrix[0]
        return self._sign * gaussian(along, _ROLL_SMOOTH_S, axis=1)

    def _slip_at(self, swings: Swings) -> int | None:
        """Swings to keep if a run of changed leans completes among them."""
        for index, off in enumerate(swings.slipped.tolist()):
            self._off = [*self._off, off][-SLIP_RUN:]
            if len(self._off) == SLIP_RUN and all(self._off):
                self._off = []
                return index + 1
        return None

    def _review(self, *, slipped: bool) -> None:
        """Follow slow changes; start anew after a slip."""
        seen = sum(len(one) for one in self._since_review)
        if not slipped and seen < self._review_after:
            return
        self._review_after = LATER_REVIEWS
        assert self._mounting is not None
        recent = self._since_review[-1] if slipped else None
        start = np.concatenate([one.start for one in self._since_review])
        stop = np.concatenate([one.stop for one in self._since_review])
        if slipped:
            start, stop = start[-SLIP_RUN:], stop[-SLIP_RUN:]
        inward = float(np.median(np.concatenate([_inward_deg(one) for one in self._since_review])))
        self._since_review = []
        chosen = np.unique(np.linspace(0, len(start) - 1, REVIEWED).astype(int))
        spans = list(zip(start[chosen].tolist(), stop[chosen].tolist(), strict=True))
        windows, quaternion, turned = self._integrate(spans)
        fresh = self._solve(windows, quaternion, turned, None if slipped else inward)
        when = spans[0][0] / GRID_HZ
        if slipped:
            assert recent is not None
            self.slips.append((when, float(np.median(recent.lean[-SLIP_RUN:]))))
            self._mounting = fresh
        else:
            self._mounting = blend(self._mounting, fresh)
        self.mountings.append((when, self._mounting))

    def _strides(self, swings: Swings) -> StrideBatch:
        """Stances between consecutive swings, the last one of the call before included."""
        both = swings if self._last is None else join(self._last, swings)
        self._last = take(swings, slice(len(swings) - 1, None)) if len(swings) else self._last
        n = len(both) - 1
        if n < 1:
            return empty_batch()
        before, after = take(both, slice(0, n)), take(both, slice(1, None))
        ic, tc, next_ic = before.ic, after.tc, after.ic
        stride = next_ic - ic
        paused = after.start - before.stop > round(1.0 * GRID_HZ)
        real = (
            ~paused
            & before.plausible
            & after.plausible
            & (tc > ic + 0.05)
            & (next_ic > tc + 0.05)
            & (stride < 2.4)
            & np.isfinite(stride)
        )
        angle, excursion, rate = self._attitude(before, after)
        aligned = before.aligned & after.aligned & ~before.slipped & ~after.slipped
        clipped, peak = self._buffer.shock(ic - 0.02, tc)
        nothing = np.full(n, np.nan)
        duty = (tc - ic) / stride
        batch = replace(
            empty_batch(n),
            ic_s=ic,
            tc_s=tc,
            next_ic_s=next_ic,
            ic_sd_s=before.ic_sd,
            tc_sd_s=after.tc_sd,
            walking=is_walking(duty, stride),
            strike_angle_deg=np.where(aligned, angle, nothing),
            strike_sd_deg=np.full(n, STRIKE_SD_DEG),
            pronation_excursion_deg=np.where(aligned, excursion, nothing),
            pronation_rate_dps=np.where(aligned, rate, nothing),
            circumduction_cm=np.where(aligned, after.circum_cm, nothing),
            stride_length_m=after.length_m,
            peak_acc_g=peak / STANDARD_GRAVITY,
            clipped=clipped,
            turn_deg=after.turn_deg,
            drift_m_s=after.drift,
            slipped=before.slipped | after.slipped,
        )
        return batch.take(real)

    def _attitude(self, before: Swings, after: Swings) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Strike angle, pronation excursion (deg) and peak rate (deg/s) of each stance."""
        half = round(HALF_S * GRID_HZ)
        pitch = np.hstack([before.pitch[:, :half], after.pitch[:, half + 1 :]])
        roll = np.hstack([before.roll[:, :half], after.roll[:, half + 1 :]])
        rate = np.hstack([before.side_rate[:, :half], after.side_rate[:, half + 1 :]])
        # Column `half` is the flat instant; those before belong to the swing that ends there.
        ic_at = half + (before.ic - before.stop / GRID_HZ) * GRID_HZ
        tc_at = half + (after.tc - after.start / GRID_HZ) * GRID_HZ
        stance = tc_at - ic_at
        flat_at = ic_at[:, None] + stance[:, None] * np.linspace(*FLAT_SHARE, 7)[None, :]
        flat = np.median(sample_rows(pitch, flat_at), axis=1)
        angle = sample_rows(pitch, ic_at[:, None])[:, 0] - flat
        early = ic_at[:, None] + stance[:, None] * np.linspace(0.0, 0.65, 40)[None, :]
        excursion = sample_rows(roll, early).max(axis=1) - sample_rows(roll, ic_at[:, None])[:, 0]
        return angle, excursion, sample_rows(rate, early).max(axis=1)

    def _oldest_needed(self) -> int:
        wanted = [self._buffer.end]
        if self._held:
            wanted.append(self._held[0][0])
        if self._since_review:
            wanted.append(int(self._since_review[0].start[0]))
        oldest = min(wanted) - round(3.0 * GRID_HZ)
        self._rests.forget_before(oldest)
        return oldest


def _rolls_back_deg(inward_deg: float) -> float:
    """What a foot rolls outward while its heel comes off, deg, of how far it rolled inward."""
    return RESUPINATION_SHARE * float(np.clip(inward_deg, 0.0, MOST_ROLL_DEG))


def _inward_deg(swings: Swings) -> FloatArray:
    """(n,) roll from contact to the flat instant that ends each swing, deg, eversion positive."""
    half = round(HALF_S * GRID_HZ)
    at = half + (swings.ic - swings.stop / GRID_HZ) * GRID_HZ
    roll = sample_rows(swings.roll, np.column_stack([at, np.full(len(at), float(half))]))
    return roll[:, 1] - roll[:, 0]


def _around(acc: FloatArray, index: IntArray) -> FloatArray:
    """(n, 3) specific force smoothed about each index."""
    half = reach(_FLAT_SMOOTH_S)
    span = np.arange(-half, half + 1)
    weight = np.exp(-0.5 * (span / (_FLAT_SMOOTH_S * GRID_HZ)) ** 2)
    at = np.clip(index[:, None] + span[None, :], 0, len(acc) - 1)
    out: FloatArray = np.einsum("k,nkj->nj", weight / weight.sum(), acc[at])
    return out


def _lean_deg(flat: FloatArray, mounting: Mounting) -> FloatArray:
    size = np.maximum(np.linalg.norm(flat, axis=1), 1e-12)
    out: FloatArray = np.degrees(np.arccos(np.clip(flat @ mounting.rest / size, -1.0, 1.0)))
    return out
