"""A shank with an accelerometer alone: from grid blocks to strides.

Without a gyroscope nothing can be turned into the world, but two directions of the sensor are known: along
the shank, where the mean specific force points, and across it, where the slow movement is largest. The shock
of landing is the sharpest event of a stride.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.accelerometer_contacts import Contacts, fits_turned, read_contacts, with_doubt
from gait.analysis.strides.contact_model import load
from gait.analysis.strides.detector import Detector
from gait.analysis.strides.landing_model import load_landing
from gait.analysis.strides.shank.accelerometer_contact import (
    AFTER_S,
    BEFORE_S,
    IC_ANCHOR_S,
    ODD,
    TC_ANCHOR_S,
    Stances,
    rule_contacts,
    stances_about,
)
from gait.analysis.strides.shank.impacts import ImpactFinder, ShankAxes
from gait.analysis.strides.stride_batch import (
    STRIDE_LEAST_S,
    STRIDE_MOST_S,
    StrideBatch,
    empty_batch,
    is_walking,
)
from gait.arrays import BoolArray, FloatArray, IntArray
from gait.frames import Side
from gait.units import STANDARD_GRAVITY

__all__ = ["MODEL", "ShankAccDetector"]


MODEL = "shank_accelerometer"
"""File of coefficients."""

NEAR_KNEE_G = (0.88, 1.15)
"""Mean force along the shank, g, of sensors so near the knee that the rules hold (chosen on two runners)."""

AGREE_S = 0.045
"""s within which rules and model agree on both contacts; else the model stands (chosen: where they differ by
more, the rules have taken another feature)."""

LIVELY_G = 0.45
"""Median deviation of the specific force from g in a window about a landing (chosen between a real walker,
0.2, and the slowest runners, from 0.5)."""

AT_THE_LIMIT = 0.98
"""Share of the largest last step to toe-off from which the step was stopped and did not arrive, so that no
end of contact is given (chosen: all but at the limit). Measured on sensors drawn at random on unseen runners,
it turns down 3 strides in 100, and the worst recording errs by 47 ms in place of 120; of faultless sensors it
turns down none."""

CONTACT_SHARE = (0.20, 0.75)
"""Contact time as a share of the stride (chosen: sprinters touch for 0.22, slow walkers for 0.7)."""

RUNNING_SHARE, QUICKEST_WALK_S = 0.5, 0.80
"""Half the stride on the ground is walking, and nobody walks at more than 150 steps a minute (chosen: the two
together are a contact whose end was not seen)."""

WALKING_STRIDE_S = 0.95
"""s of a stride from which it is walking where contact time is not known (chosen: cadence below 126 spm)."""

USUAL_CONTACT_S = (0.180, 0.310)
"""s; contact times of most of the real recordings that the model was fitted on. Beyond them are motions
stretched to joggers' paces, and virtual sprinters."""

SHOCK_S = 0.12
"""s behind contact that are stance in any case, where its end is not known (chosen: a sprinter's)."""

HELD_S = 3.0
"""s of samples kept before the oldest landing that waits (chosen: longer than the longest stride)."""


class ShankAccDetector(Detector):
    """Strides of one shank without gyroscope; the side makes no difference."""

    def __init__(self, _side: Side) -> None:
        super().__init__()
        self._model = load(MODEL)
        self._impacts = ImpactFinder(self._turned, landing=load_landing(MODEL))
        self._new_segment()

    def _new_segment(self) -> None:
        self._impacts.new_segment()
        self._waiting: list[int] = []
        self._last: tuple[Contacts, BoolArray] | None = None

    def _oldest_needed(self) -> int:
        if self._impacts.axes is None:
            return self._buffer.first
        oldest = self._waiting[0] if self._waiting else self._impacts.judged
        return oldest - round(HELD_S * GRID_HZ)

    def _find(self, *, final: bool) -> list[StrideBatch]:
        self._waiting += self._impacts.find(self._buffer, final=final)
        # A landing is measured once the samples of its whole stance are there.
        ready = [
            hit for hit in self._waiting if final or hit + round((AFTER_S + 0.1) * GRID_HZ) < self._buffer.end
        ]
        self._waiting = self._waiting[len(ready) :]
        axes = self._impacts.axes
        if not ready or axes is None:
            return []
        landings = self._impacts.landings(self._buffer, ready)
        stances = stances_about(self._buffer.acc, self._buffer.first, landings, axes)
        return [self._strides(*self._measure(stances))]

    def _turned(self, acc: FloatArray, shocks: IntArray, axes: ShankAxes) -> bool:
        """Return whether the forward axis points backward, by landings at (n,) rows of `acc`."""
        stances = stances_about(acc, 0, shocks, axes)
        return fits_turned(
            self._model, stances.signals, stances.start_s, BEFORE_S + IC_ANCHOR_S, TC_ANCHOR_S, ODD
        )

    def _measure(self, stances: Stances) -> tuple[Contacts, BoolArray]:
        """Return the contacts and (n,) whether they move as lively as a runner."""
        norm = np.sqrt(np.einsum("nij,nij->ni", stances.force, stances.force))
        lively = np.median(np.abs(norm - 1.0), axis=1) > LIVELY_G
        contacts, moves = read_contacts(
            self._model, stances.signals, stances.start_s, BEFORE_S + IC_ANCHOR_S, TC_ANCHOR_S
        )
        contacts = with_doubt(self._model, contacts, moves, self._buffer, USUAL_CONTACT_S)
        lost = np.abs(moves["tc_shift"]) > AT_THE_LIMIT * self._model.events["tc"].most_s
        contacts = replace(contacts, tc=np.where(lost, np.nan, contacts.tc))
        knee = NEAR_KNEE_G[0] < stances.place_g < NEAR_KNEE_G[1]
        if lively.all() and not knee:
            return contacts, lively
        rule = rule_contacts(stances)
        with np.errstate(invalid="ignore"):
            agree = (np.abs(rule.ic - contacts.ic) < AGREE_S) & (np.abs(rule.tc - contacts.tc) < AGREE_S)
        return rule.choose(contacts, lively & ~(agree & knee)), lively

    def _strides(self, landings: Contacts, lively: BoolArray) -> StrideBatch:
        if self._last is not None:
            landings = self._last[0].followed_by(landings)
            lively = np.concatenate([self._last[1], lively])
        self._last = landings.last(), lively[-1:]
        n = len(landings) - 1
        if n < 1:
            return empty_batch()
        ic, tc, next_ic = landings.ic[:-1], landings.tc[:-1], landings.ic[1:]
        # A push-off told as one of its own falls onto its landing: no stride lies between.
        stride = np.where(next_ic > ic, next_ic - ic, np.nan)
        share = (tc - ic) / stride
        # Where the force never falls through zero the rules give no end of contact.
        plausible = (share > CONTACT_SHARE[0]) & (share < CONTACT_SHARE[1])
        plausible &= (share < RUNNING_SHARE) | (stride > QUICKEST_WALK_S)
        slow = stride > WALKING_STRIDE_S
        plausible &= ~(lively[:-1] & slow)
        tc = np.where(plausible, tc, np.nan)
        clipped, peak = self._buffer.shock(ic, np.where(plausible, tc, ic + SHOCK_S))
        batch = replace(
            empty_batch(n),
            ic_s=ic,
            tc_s=tc,
            next_ic_s=next_ic,
            ic_sd_s=landings.ic_sd[:-1],
            tc_sd_s=np.where(plausible, landings.tc_sd[:-1], np.nan),
            contact_sd_s=np.where(plausible, landings.both_sd[:-1], np.nan),
            walking=np.where(plausible, is_walking(share, stride), slow).astype(float),
            axial_peak_g=np.full(n, np.nan),
            peak_acc_g=peak / STANDARD_GRAVITY,
            clipped=clipped,
        )
        assert self._impacts.opens is not None
        there = ic >= self._impacts.opens / GRID_HZ
        return batch.take(there & (stride > STRIDE_LEAST_S) & (stride < STRIDE_MOST_S))
