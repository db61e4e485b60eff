"""A shoe with an accelerometer alone: from grid blocks to strides.

Landings are shocks that a fitted classifier tells from others; the first of them give the foot's axes. A
runner's contacts are read from the signals about the landing by a model that was fitted on real motion. A
walker's foot rests after its landing and pushes off at the largest force before the next landing. The rest
tells walking from running; the push-off gives a rough contact time.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gait.analysis.signal.filters import gaussian
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.accelerometer_contacts import NEAR_S, Contacts, read_contacts, with_doubt
from gait.analysis.strides.contact_model import load
from gait.analysis.strides.detector import Detector
from gait.analysis.strides.landing_model import load_landing, off_gravity
from gait.analysis.strides.shoe.accelerometer_stances import (
    AFTER_S,
    BEFORE_S,
    IC_ANCHOR_S,
    TC_ANCHOR_S,
    FootAxes,
    foot_axes,
    stances_about,
)
from gait.analysis.strides.shoe.landings import Landing, LandingFinder
from gait.analysis.strides.stride_batch import STRIDE_MOST_S, StrideBatch, empty_batch, is_walking
from gait.arrays import BoolArray, FloatArray, IntArray
from gait.frames import Side
from gait.units import STANDARD_GRAVITY

__all__ = ["MODEL", "ShoeAccDetector"]


MODEL = "shoe_accelerometer"
"""File of coefficients."""

LEARN_LANDINGS = 10
"""A runner's landings from which the foot's axes are learnt (chosen: their mean scatters by a third of one
landing; strides are held back so long at the start)."""

LEARN_LEAST = 2
"""Landings that suffice where no more come (chosen: one stride)."""

LEARN_MOST_S = 30.0
"""s behind the first landing after which the axes are taken from what there is (chosen: a live view that
waits longer would seem broken)."""

USUAL_CONTACT_S = (0.190, 0.310)
"""s; contact times of most of the real recordings that the model was fitted on. Beyond them are motions
stretched to joggers' paces, and virtual sprinters."""

STANCE_LEAST_S = 0.05
"""s of the shortest stance, and of the shortest swing (chosen: half of a sprinter's stance)."""

WALK_PUSH_SHARE = (0.40, 0.75)
"""Part of a walker's stride in which the push-off lies (chosen: walkers leave the ground at 0.6 to 0.65)."""

WALK_SD_S = (0.03, 0.05)
"""One sigma of a walker's contact and push-off (chosen: a shock and a peak, not fitted)."""

PUSH_SMOOTH_S = 0.012
"""s; one sigma of the smoothing in which a walker's push-off is a peak (chosen: as for shocks,
`gait.analysis.strides.shoe.landings.HIT_SMOOTH_S`)."""

MISSING_MOST_S = 0.05
"""s about an event that may be missing for the last contact of a run to be given (chosen: the larger part of
an impact and of what leads to it is there)."""

SWING_S, SWING_G = 0.15, 0.35
"""Behind the last toe-off of a run, for so long, the force differs from gravity by so many g half of the time
(chosen: a swing does, a foot that stands does not, `gait.analysis.strides.shoe.landings.CLEAR`)."""

HELD_S = 3.0
"""s of samples kept before the oldest landing that waits (chosen: longer than the longest stride)."""


class ShoeAccDetector(Detector):
    """Strides of one shoe without gyroscope; the side makes no difference."""

    knows_doubt = True

    def __init__(self, _side: Side) -> None:
        super().__init__()
        self._model, self._landing = load(MODEL), load_landing(MODEL)
        self._axes: FootAxes | None = None
        self._new_segment()

    def _new_segment(self) -> None:
        self._finder = LandingFinder(self._landing)
        self._waiting: list[Landing] = []
        self._last: tuple[Contacts, BoolArray] | None = None

    def _oldest_needed(self) -> int:
        oldest = self._waiting[0].index if self._waiting else self._finder.needed
        return min(oldest, self._finder.needed) - round(HELD_S * GRID_HZ)

    def _find(self, *, final: bool) -> list[StrideBatch]:
        self._waiting += self._finder.find(self._buffer, final=final)
        self._learn(final=final)
        ready = self._ready(final=final)
        self._waiting = self._waiting[len(ready) :]
        out = [self._strides(*self._measure(ready))] if ready else []
        if final and self._last is not None:
            out.append(self._batch(self._last[0], np.array([np.nan]), self._last[1]))
        return out

    def _learn(self, *, final: bool) -> None:
        """Take the foot's axes from the first landings of a run, once."""
        if self._axes is not None:
            return
        seen = [landing.index for landing in self._waiting if landing.running][:LEARN_LANDINGS]
        if not seen:
            return
        complete = seen[-1] + round(AFTER_S * GRID_HZ) < self._buffer.end
        late = self._buffer.end - seen[0] > round(LEARN_MOST_S * GRID_HZ)
        if late:
            limit = seen[0] + round((LEARN_MOST_S - AFTER_S) * GRID_HZ)
            seen, complete = [index for index in seen if index < limit], False
        if (len(seen) == LEARN_LANDINGS and complete) or ((final or late) and len(seen) >= LEARN_LEAST):
            self._axes = foot_axes(self._buffer.acc, np.array(seen, dtype=np.intp) - self._buffer.first)
        elif final or late:
            self._waiting = [
                landing for landing in self._waiting if not landing.running or landing.index > seen[-1]
            ]

    def _ready(self, *, final: bool) -> list[Landing]:
        """Return the landings whose whole stance is there, in order."""
        until = self._buffer.end - round((AFTER_S + 0.1) * GRID_HZ)
        out = []
        for landing in self._waiting:
            if (landing.running and self._axes is None) or not (final or landing.index < until):
                break
            out.append(landing)
        return out

    def _measure(self, landings: list[Landing]) -> tuple[Contacts, BoolArray]:
        """Return the contacts and (n,) whether they are a runner's."""
        shocks = np.array([landing.index for landing in landings], dtype=np.intp)
        running = np.array([landing.running for landing in landings])
        walked = _walked(shocks)
        if self._axes is None:
            return walked, running
        stances = stances_about(self._buffer.acc, self._buffer.first, shocks, self._axes)
        contacts, moves = read_contacts(
            self._model, stances.signals, stances.start_s, BEFORE_S + IC_ANCHOR_S, TC_ANCHOR_S
        )
        contacts = with_doubt(self._model, contacts, moves, self._buffer, USUAL_CONTACT_S)
        return walked.choose(contacts, running), running

    def _strides(self, contacts: Contacts, running: BoolArray) -> StrideBatch:
        """Return the strides of all landings but the last; `running` is (n,), one for each contact."""
        if self._last is not None:
            contacts = self._last[0].followed_by(contacts)
            running = np.concatenate([self._last[1], running])
        self._last = contacts.last(), running[-1:]
        next_ic = np.where(np.diff(contacts.ic) < STRIDE_MOST_S, contacts.ic[1:], np.nan)
        return self._batch(contacts.but_last(), next_ic, running[:-1])

    def _batch(self, contacts: Contacts, next_ic: FloatArray, running: BoolArray) -> StrideBatch:
        """Return strides; a last stride, without a next contact, only if its whole stance was recorded."""
        n = len(contacts)
        if n == 0:
            return empty_batch()
        ic, stride = contacts.ic, next_ic - contacts.ic
        tc = np.where(running, contacts.tc, self._pushed_off(ic, stride))
        clipped, peak = self._buffer.shock(ic - 0.02, np.where(np.isfinite(tc), tc, ic + STANCE_LEAST_S))
        batch = replace(
            empty_batch(n),
            ic_s=ic,
            tc_s=tc,
            next_ic_s=next_ic,
            ic_sd_s=contacts.ic_sd,
            tc_sd_s=contacts.tc_sd,
            contact_sd_s=contacts.both_sd,
            walking=is_walking((tc - ic) / stride, stride),
            peak_acc_g=peak / STANDARD_GRAVITY,
            clipped=clipped,
        )
        ends = np.isnan(next_ic)
        seen = np.maximum(*(self._buffer.missing_s(event, NEAR_S) for event in (ic, tc))) < MISSING_MOST_S
        inside = (tc > ic + STANCE_LEAST_S) & (ends | (next_ic > tc + STANCE_LEAST_S))
        return batch.take(inside & (~ends | (running & seen & self._left(tc))))

    def _left(self, tc: FloatArray) -> BoolArray:
        """Return (n,) whether the foot moves behind its toe-off: behind the last contact it may stand."""
        off = off_gravity(self._buffer.acc)
        span = np.arange(round(SWING_S * GRID_HZ))
        start = np.rint(np.nan_to_num(tc) * GRID_HZ).astype(np.intp) - self._buffer.first
        rows = np.clip(start[:, None] + span[None, :], 0, len(off) - 1)
        left: BoolArray = np.median(off[rows], axis=1) > SWING_G
        return left

    def _pushed_off(self, ic: FloatArray, stride: FloatArray) -> FloatArray:
        """Return (n,) s at which a walker pushes off: the largest force in that part of the stride."""
        size = np.sqrt(np.einsum("ij,ij->i", self._buffer.acc, self._buffer.acc))
        push = gaussian(size, PUSH_SMOOTH_S)
        out = np.full(len(ic), np.nan)
        for row in np.flatnonzero(np.isfinite(stride)):
            low, high = (
                round((ic[row] + share * stride[row]) * GRID_HZ) - self._buffer.first
                for share in WALK_PUSH_SHARE
            )
            if 0 <= low < high <= len(push):
                out[row] = (self._buffer.first + low + int(push[low:high].argmax())) / GRID_HZ
        return out


def _walked(shocks: IntArray) -> Contacts:
    """Return the contacts of a walker's (n,) shocks, grid indices; push-offs wait for the next landing."""
    n, (ic_sd, tc_sd) = len(shocks), WALK_SD_S
    return Contacts(
        shocks / GRID_HZ + IC_ANCHOR_S,
        np.full(n, ic_sd),
        np.full(n, np.nan),
        np.full(n, tc_sd),
        np.full(n, np.hypot(ic_sd, tc_sd)),
    )
