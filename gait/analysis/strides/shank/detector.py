"""A shank with gyroscope: from grid blocks to strides.

The shank never stands still in running, but it swings forward once a stride, about one axis. From one
forward swing to the next the movement of steady running repeats, so the mean acceleration is zero and the
mean specific force is gravity: that levels each stride without any rest.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d

from gait.analysis.signal.buffer import sample_rows
from gait.analysis.signal.filters import gaussian, local_maxima, reach
from gait.analysis.signal.orientation import apply, closure_gravity, gather, motion, orientations
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.cues import fuse
from gait.analysis.strides.detector import Alignment, Detector
from gait.analysis.strides.shank.contact import IC_CUES, TC_CUES, landing_cues, leaving_cues
from gait.analysis.strides.stride_batch import StrideBatch, empty_batch, is_walking
from gait.arrays import FloatArray
from gait.frames import MOVEMENTS, Side
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["ShankDetector"]


LEARN_S = 8.0
"""Seconds of movement from which the swing axis is learnt; strides are held back so long at the start."""

AXIS_SHARE = 0.6
"""Share of the turning about one axis below which the movement is not a leg's."""

SWING_SHARE = 0.5
"""A swing turns at least this share of the fast swings seen while learning."""

SWING_LEAST = 100.0 * DEG
"""rad/s below which nothing is a swing."""

STRIDE_S = (0.42, 2.4)
"""s between two swings of a stride."""

MID_STANCE = 0.35
"""Share of the stance at which the shank stands upright on average (it leans back at contact, forward at
push-off); the frontal plane is taken from there where nobody stood still."""

STAND_S = 0.8
STAND_RATE = 6.0 * DEG
"""A rest: no rate above this, rad/s (gyroscope bias included), for so long."""

LANDING_SHARE = 0.42
"""Share of a cycle, from one fastest forward swing to the next, within which contact follows that swing."""

TO_SETTLE = 10
"""Grid points behind the swing's end that a landing needs to be timed."""

_SWING_SMOOTH_S = 0.040
_RADIUS_S = 0.25
_SMOOTH_S = 0.006


class ShankDetector(Detector):
    """Strides of one shank.

    Parameters
    ----------
    side
        Leg; decides the sense of frontal movement.
    """

    def __init__(self, side: Side) -> None:
        super().__init__()
        self._sign = MOVEMENTS[("pronation", side)].sign
        self._axis: FloatArray | None = None
        self._share = 0.0
        self._least = 0.0
        self._stand: FloatArray | None = None
        self._stood_at = 0
        self._new_segment()

    @property
    def alignment(self) -> Alignment:
        """How far one axis dominates the movement (0 at two thirds, 1 at all of it), and whether it stood."""
        score = float(np.clip(3.0 * self._share - 2.0, 0.0, 1.0)) if self._axis is not None else None
        return Alignment(score=score, stood=self._stand is not None)

    def _new_segment(self) -> None:
        self._judged = -1
        self._swing: int | None = None
        self._held: list[tuple[int, int]] = []
        self._landed = (-1, np.nan, np.nan)

    def _oldest_needed(self) -> int:
        if self._axis is None:
            return self._buffer.first
        wanted = self._held[0][0] if self._held else self._swing
        return (self._buffer.end if wanted is None else wanted) - round(3.0 * GRID_HZ)

    def _note_stand(self) -> None:
        """Direction of gravity in the first long rest: the standing shank's long axis."""
        if self._stand is not None:
            return
        size = np.sqrt(np.einsum("ij,ij->i", self._buffer.gyr, self._buffer.gyr))
        calm = maximum_filter1d(size, 2 * round(0.5 * STAND_S * GRID_HZ) + 1, mode="constant", cval=np.inf)
        quiet = np.flatnonzero(calm < STAND_RATE)
        if len(quiet) == 0:
            return
        half = round(0.5 * STAND_S * GRID_HZ)
        rest = self._buffer.acc[quiet[0] - half : quiet[0] + half + 1].mean(axis=0)
        if abs(np.linalg.norm(rest) / STANDARD_GRAVITY - 1.0) < 0.1:
            self._stand = rest / np.linalg.norm(rest)
            self._stood_at = self._buffer.first + int(quiet[0]) + half

    def _find(self, *, final: bool) -> list[StrideBatch]:
        self._note_stand()
        while self._axis is None:
            before = self._buffer.first
            if not self._learn(final=final) and self._buffer.first == before:
                return []
        self._held += self._spans(final=final)
        ready = [span for span in self._held if span[1] + _behind(span) < self._buffer.end]
        self._held = [] if final else self._held[len(ready) :]
        return [self._measure(ready)] if ready else []

    def _learn(self, *, final: bool) -> bool:
        slow = gaussian(self._buffer.gyr, _SWING_SMOOTH_S)
        size = np.sqrt(np.einsum("ij,ij->i", slow, slow))
        usable = len(size) if final else len(size) - reach(_SWING_SMOOTH_S)
        moving = np.flatnonzero(size[: max(usable, 0)] > SWING_LEAST)
        wanted = round(LEARN_S * GRID_HZ)
        if len(moving) < wanted and not final:
            return False
        moving = moving[:wanted]
        if len(moving) < GRID_HZ:
            return False
        rates = slow[moving]
        values, vectors = np.linalg.eigh(rates.T @ rates)
        axis = vectors[:, 2]
        along = rates @ axis
        # Forward swing is the fastest turn of a shank, in walking and in running.
        if np.percentile(along, 98) < -np.percentile(along, 2):
            axis, along = -axis, -along
        if values[2] < AXIS_SHARE * values.sum():
            # No axis: not a leg that swings. Look again at later samples.
            self._skip(moving[-1])
            return False
        self._axis = axis
        self._share = float(values[2] / values.sum())
        self._least = max(SWING_LEAST, SWING_SHARE * float(np.percentile(along, 98)))
        return True

    def _skip(self, until: int) -> None:
        """Forget samples up to a buffer position."""
        self._buffer.drop(int(until))

    def _spans(self, *, final: bool) -> list[tuple[int, int]]:
        assert self._axis is not None
        forward = gaussian(self._buffer.gyr, _SWING_SMOOTH_S) @ self._axis
        usable = len(forward) if final else len(forward) - reach(_SWING_SMOOTH_S)
        peaks = local_maxima(forward[: max(usable, 0)], _RADIUS_S)
        # Walking swings at half the speed of running: the limit follows the last swing.
        spans = []
        for index in (peaks + self._buffer.first)[peaks + self._buffer.first > self._judged].tolist():
            self._judged = index
            height = float(forward[index - self._buffer.first])
            if height < 0.5 * self._least or height < SWING_LEAST:
                continue
            if self._swing is not None:
                length = (index - self._swing) / GRID_HZ
                if length < STRIDE_S[0] and height <= float(forward[self._swing - self._buffer.first]):
                    continue
                if STRIDE_S[0] <= length <= STRIDE_S[1]:
                    spans.append((self._swing, index))
            self._swing = index
        return spans

    def _measure(self, spans: list[tuple[int, int]]) -> StrideBatch:
        """Strides of cycles from swing to swing, each looked at as far as the landing behind it."""
        assert self._axis is not None
        edges = np.array(spans, dtype=np.intp) - self._buffer.first
        cycle = edges[:, 1] - edges[:, 0]
        behind = np.array([_behind(span) for span in spans], dtype=np.intp)
        windows = gather(self._buffer.acc, self._buffer.gyr, edges[:, 0], edges[:, 1] + behind)
        quaternion = orientations(windows)
        turned = apply(quaternion, windows.acc)
        up = closure_gravity(replace(windows, length=cycle + 1), turned)
        up /= np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-12)
        moved = motion(windows, quaternion, turned, _level(up, -self._axis))
        first, end = landing_cues(moved, np.zeros_like(cycle), cycle * LANDING_SHARE)
        second, _ = landing_cues(moved, cycle, cycle + behind - TO_SETTLE)
        tc, tc_sd = fuse(leaving_cues(moved, end, cycle), TC_CUES, {})
        own, own_sd = fuse(first, IC_CUES, {})
        after, after_sd = fuse(second, IC_CUES, {})
        begin = np.array([span[0] for span in spans]) / GRID_HZ
        ic, ic_sd = self._handed_on(spans, begin + own, own_sd, begin + after, after_sd)
        inverse = quaternion * np.array([1.0, -1.0, -1.0, -1.0])
        seen = apply(inverse, np.broadcast_to(up[:, None, :], windows.acc.shape))
        # A rest tells only of the strides behind it, so that live and saved data agree.
        known = edges[:, 0] + self._buffer.first >= self._stood_at
        lean, frontal, axial = self._attitude(windows.acc, seen, ic - begin, tc, known)
        tc, after = begin + tc, begin + after
        clipped, peak = self._buffer.shock(ic - 0.02, tc)
        n = len(spans)
        batch = replace(
            empty_batch(n),
            ic_s=ic,
            tc_s=tc,
            next_ic_s=after,
            ic_sd_s=ic_sd,
            tc_sd_s=tc_sd,
            walking=is_walking((tc - ic) / (after - ic), after - ic),
            shank_angle_deg=lean,
            frontal_excursion_deg=frontal,
            axial_peak_g=axial,
            peak_acc_g=peak / STANDARD_GRAVITY,
            clipped=clipped,
            turn_deg=np.zeros(n),
        )
        return batch.take((tc > ic + 0.05) & (after > tc + 0.05))

    def _handed_on(
        self,
        spans: list[tuple[int, int]],
        own: FloatArray,
        own_sd: FloatArray,
        after: FloatArray,
        after_sd: FloatArray,
    ) -> tuple[FloatArray, FloatArray]:
        """Each cycle's contact: the landing that the cycle before ended with, where there is one."""
        starts, stops = (np.array(edge) for edge in zip(*spans, strict=True))
        follows = starts == np.r_[self._landed[0], stops[:-1]]
        ic = np.where(follows, np.r_[self._landed[1], after[:-1]], own)
        ic_sd = np.where(follows, np.r_[self._landed[2], after_sd[:-1]], own_sd)
        self._landed = (int(stops[-1]), float(after[-1]), float(after_sd[-1]))
        return ic, ic_sd

    def _attitude(
        self,
        acc: FloatArray,
        seen: FloatArray,
        ic: FloatArray,
        tc: FloatArray,
        after: npt.NDArray[np.bool_],
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Shank angle at contact and frontal excursion, deg, and the axial peak behind contact, g.

        Parameters
        ----------
        acc
            (n, L, 3) specific force, sensor frame.
        seen
            (n, L, 3) world vertical in the sensor frame.
        ic, tc
            (n,) s from the row's start.
        after
            (n,) whether the rest that told of the long axis came before.
        """
        assert self._axis is not None
        middle = _vectors_at(seen, (ic + MID_STANCE * (tc - ic)) * GRID_HZ)
        known = after & (self._stand is not None)
        stand = np.zeros(3) if self._stand is None else self._stand
        long_axis = np.where(known[:, None], stand, middle)
        left = -self._axis[None, :] + long_axis * (long_axis @ self._axis)[:, None]
        left /= np.linalg.norm(left, axis=1, keepdims=True)
        forward = np.cross(left, long_axis)
        pitch = np.degrees(np.arcsin(np.clip(np.einsum("nij,nj->ni", seen, forward), -1.0, 1.0)))
        roll = self._sign * np.degrees(
            np.arctan2(np.einsum("nij,nj->ni", seen, left), np.einsum("nij,nj->ni", seen, long_axis))
        )
        at_ic = (ic * GRID_HZ)[:, None]
        lean = sample_rows(pitch, at_ic)[:, 0]
        early = at_ic + ((tc - ic) * GRID_HZ)[:, None] * np.linspace(0.0, 0.65, 30)[None, :]
        frontal = sample_rows(roll, early).max(axis=1) - sample_rows(roll, at_ic)[:, 0]
        shock = at_ic + np.arange(-4, 15)[None, :]
        axial = sample_rows(np.einsum("nij,nj->ni", acc, long_axis), shock).max(axis=1) / STANDARD_GRAVITY
        return np.where(known, lean, np.nan), frontal, axial


def _behind(span: tuple[int, int]) -> int:
    """Grid points behind a cycle within which its next landing lies and can be timed."""
    return round(LANDING_SHARE * (span[1] - span[0])) + TO_SETTLE


def _level(up: FloatArray, left: FloatArray) -> FloatArray:
    """(n, 3, 3) world axes seen from each first sample."""
    y = left[None, :] - up * (up @ left)[:, None]
    y /= np.linalg.norm(y, axis=1, keepdims=True)
    return np.stack([np.cross(y, up), y, up], axis=1)


def _vectors_at(values: FloatArray, at: FloatArray) -> FloatArray:
    """(n, 3) vectors of (n, L, 3) rows at the nearest sample to each `at`."""
    index = np.clip(np.nan_to_num(at).round().astype(np.intp), 0, values.shape[1] - 1)
    out: FloatArray = values[np.arange(len(values)), index]
    return out
