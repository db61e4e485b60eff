"""A shank with gyroscope: from grid blocks to strides.

The shank swings forward once a stride, about one axis. Each cycle from swing to swing is levelled by itself,
anchors of its contacts are found in the pitch rate, and a model that was fitted on real motion refines them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.filters import running_max
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.contact_model import ContactModel, Refined, load
from gait.analysis.strides.detector import ALIGNED_SCORE, Alignment, Detector
from gait.analysis.strides.shank.attitude import attitude, segment_axes
from gait.analysis.strides.shank.cycles import Cycles, ahead_of, measure_cycles, opening_cycle
from gait.analysis.strides.shank.swings import Span, SwingFinder
from gait.analysis.strides.stride_batch import StrideBatch, empty_batch
from gait.arrays import FloatArray
from gait.frames import MOVEMENTS, Side
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["MODEL", "USUAL_CONTACT_S", "ShankDetector"]


MODEL = "shank_gyroscope"
"""File of coefficients."""

STAND_S = 0.8
"""s without turning that are a rest (chosen: longer than any stance)."""
STAND_RATE = 6.0 * DEG
"""rad/s above which nothing turns in a rest, the gyroscope's bias included (chosen: as the largest offset of
a shoe's, `gait.analysis.strides.shoe.gyro_bias.MOST_OFFSET`)."""

USUAL_CONTACT_S = (0.180, 0.270)
"""s; contact times of most of the recordings that the model was fitted on (all: 163-314 ms); beyond them it
extrapolates. Runners left out, stretched to joggers' paces, need more room from 270 ms told on."""

WALKING_SD_S = (0.015, 0.040)
"""s; standard uncertainty of a walker's initial and terminal contact (chosen: no real walker has truth)."""

LEAST_PHASE_S = 0.05
"""s that a stance and a swing last at least (chosen: half of what a sprinter's stance lasts)."""

NEAR_S = 0.08
"""s about an event within which bridged samples make it doubtful (chosen: most of its snippet)."""

MISSING_MOST_S = 0.06
"""s of it that may be missing for the contact of a cycle that the start cuts to be given (chosen: less than
`NEAR_S`, so that part of the event's course is there)."""

NOTHING_LANDED = (-1, float("nan"), float("nan"))

HELD_S = 3.0
"""s of samples kept before the oldest cycle that waits (chosen: longer than the longest stride)."""


@dataclass(frozen=True)
class _Contacts:
    """Event times of n cycles, s from each row's start, and one sigma, s."""

    ic: FloatArray
    ic_sd: FloatArray
    tc: FloatArray
    tc_sd: FloatArray
    next_ic: FloatArray
    next_sd: FloatArray
    doubt: dict[str, FloatArray]


class ShankDetector(Detector):
    """Strides of one shank.

    Parameters
    ----------
    side
        Leg; decides the sense of frontal movement.
    """

    knows_doubt = True

    def __init__(self, side: Side) -> None:
        super().__init__()
        self._sign = MOVEMENTS[("pronation", side)].sign
        self._model = load(MODEL)
        self._swings = SwingFinder()
        self._stand: FloatArray | None = None
        self._stood_at = 0
        self._new_segment()

    @property
    def alignment(self) -> Alignment:
        """How far one axis dominates the movement (0 at two thirds, 1 at all of it), and whether it stood."""
        axis = self._swings.axis
        if axis is None:
            return Alignment(stood=self._stand is not None)
        score = float(np.clip(3.0 * axis.share - 2.0, 0.0, 1.0))
        if self._stand is None or score < ALIGNED_SCORE:
            return Alignment(score=score, stood=self._stand is not None)
        return Alignment(
            score=score, stood=True, axes=((-np.inf, segment_axes(axis.direction, self._stand)),)
        )

    def _new_segment(self) -> None:
        self._swings.new_segment()
        self._held: list[Span] = []
        self._landed = NOTHING_LANDED
        self._opened = False

    def _oldest_needed(self) -> int:
        wanted = self._held[0][0] if self._held else self._swings.needed(self._buffer)
        return wanted - round(HELD_S * GRID_HZ)

    def _note_stand(self) -> None:
        """Note gravity's direction in the first long rest: the standing shank's long axis."""
        if self._stand is not None:
            return
        rate = np.sqrt(np.einsum("ij,ij->i", self._buffer.gyr, self._buffer.gyr))
        half = round(0.5 * STAND_S * GRID_HZ)
        quiet = np.flatnonzero(running_max(rate, half, half, outside=np.inf) < STAND_RATE)
        if len(quiet) == 0:
            return
        rest = self._buffer.acc[quiet[0] - half : quiet[0] + half + 1].mean(axis=0)
        if abs(np.linalg.norm(rest) / STANDARD_GRAVITY - 1.0) < 0.1:
            self._stand = rest / np.linalg.norm(rest)
            self._stood_at = self._buffer.first + int(quiet[0]) + half

    def _find(self, *, final: bool) -> list[StrideBatch]:
        self._note_stand()
        self._held += self._swings.find(self._buffer, final=final)
        ready = [span for span in self._held if final or span[1] + ahead_of(span) < self._buffer.end]
        self._held = self._held[len(ready) :]
        if not ready:
            return []
        opening = [] if self._opened else self._opening(ready[0])
        self._opened = True
        return [*opening, self._measure(ready, self._buffer)]

    def _opening(self, span: Span) -> list[StrideBatch]:
        """Return the stride of the cycle that the segment's start cuts, where its contact was measured."""
        axis = self._swings.axis
        assert axis is not None
        completed = opening_cycle(self._buffer, span, axis.direction)
        if self._buffer.first != self._swings.opens or completed is None:
            return []
        buffer, before = completed
        stride = self._measure([before], buffer)
        seen = len(stride) and buffer.missing_s(stride.ic_s, NEAR_S)[0] <= MISSING_MOST_S
        if seen and stride.ic_s[0] > self._buffer.first / GRID_HZ:
            return [stride]
        self._landed = NOTHING_LANDED
        return []

    def _measure(self, spans: list[Span], buffer: SampleBuffer) -> StrideBatch:
        """Return the strides of cycles from swing to swing; each ends with the landing behind its cycle."""
        axis = self._swings.axis
        assert axis is not None
        cycles = measure_cycles(buffer, spans, axis.direction)
        begin = np.array([span[0] for span in spans]) / GRID_HZ
        events = contacts(self._model, cycles, begin, buffer)
        ic, ic_sd = self._handed_on(
            spans, begin + events.ic, events.ic_sd, begin + events.next_ic, events.next_sd
        )
        tc, next_ic = begin + events.tc, begin + events.next_ic
        n = len(spans)
        # A rest is used for later strides only, so that live and saved data agree.
        stand = np.full((n, 3), np.nan)
        if self._stand is not None:
            stand[np.array([span[0] for span in spans]) >= self._stood_at] = self._stand
        held = attitude(
            cycles.force, cycles.vertical, ic - begin, events.tc, axis.direction, stand, self._sign
        )
        clipped, peak = buffer.shock(ic, tc)
        batch = replace(
            empty_batch(n),
            ic_s=ic,
            tc_s=tc,
            next_ic_s=next_ic,
            ic_sd_s=ic_sd,
            tc_sd_s=events.tc_sd,
            contact_sd_s=self._contact_sd(tc - ic, events, cycles),
            walking=cycles.walking.astype(float),
            shank_angle_deg=held.angle_deg,
            frontal_excursion_deg=held.frontal_deg,
            axial_peak_g=held.axial_peak_g,
            peak_acc_g=peak / STANDARD_GRAVITY,
            clipped=clipped,
        )
        return batch.take((tc > ic + LEAST_PHASE_S) & (next_ic > tc + LEAST_PHASE_S))

    def _contact_sd(self, contact_s: FloatArray, events: _Contacts, cycles: Cycles) -> FloatArray:
        """Return (n,) standard uncertainty of contact time, s."""
        beyond = np.maximum(USUAL_CONTACT_S[0] - contact_s, contact_s - USUAL_CONTACT_S[1])
        terms = {**events.doubt, "beyond": np.maximum(beyond, 0.0)}
        fitted = self._model.spread["contact"].of(terms)
        return np.where(cycles.walking, np.hypot(*WALKING_SD_S), fitted)

    def _handed_on(
        self,
        spans: list[Span],
        own: FloatArray,
        own_sd: FloatArray,
        after: FloatArray,
        after_sd: FloatArray,
    ) -> tuple[FloatArray, FloatArray]:
        """Return each cycle's contact: the landing that the cycle before ended with, where there is one.

        All (n,) in s: `own` contact at a cycle's start and `after` at its end, with their standard
        uncertainties.
        """
        starts, stops = (np.array(edge) for edge in zip(*spans, strict=True))
        follows = starts == np.r_[self._landed[0], stops[:-1]]
        ic = np.where(follows, np.r_[self._landed[1], after[:-1]], own)
        ic_sd = np.where(follows, np.r_[self._landed[2], after_sd[:-1]], own_sd)
        self._landed = (int(stops[-1]), float(after[-1]), float(after_sd[-1]))
        return ic, ic_sd


def contacts(model: ContactModel, cycles: Cycles, begin_s: FloatArray, buffer: SampleBuffer) -> _Contacts:
    """Return the refined event times of cycles; a walker's are the anchors themselves.

    Parameters
    ----------
    begin_s
        (n,) s of session time of the rows' first samples.
    """
    signals = model.signals(cycles.signals)
    landing = _refined(model, "ic", signals, cycles.landing_s)
    after = _refined(model, "ic", signals, cycles.next_landing_s)
    leaving = _refined(model, "tc", signals, cycles.toe_off.running_s)
    walking = cycles.walking
    missing, next_missing, tc_missing = (
        buffer.missing_s(begin_s + event.time_s, NEAR_S) for event in (landing, after, leaving)
    )
    ic_sd, next_sd = (
        model.spread["ic"].of({"split": event.split_s, "shift": event.shift_s, "missing": lost})
        for event, lost in ((landing, missing), (after, next_missing))
    )
    doubt = {"slow": cycles.toe_off.slow_s, "tc_split": leaving.split_s, "tc_shift": leaving.shift_s}
    tc_sd = model.spread["tc"].of({**doubt, "missing": tc_missing})
    doubt = {**doubt, "missing": np.hypot(missing, tc_missing)}
    return _Contacts(
        np.where(walking, cycles.landing_s, landing.time_s),
        np.where(walking, WALKING_SD_S[0], ic_sd),
        np.where(walking, cycles.toe_off.walking_s, leaving.time_s),
        np.where(walking, WALKING_SD_S[1], tc_sd),
        np.where(walking, cycles.next_landing_s, after.time_s),
        np.where(walking, WALKING_SD_S[0], next_sd),
        {**doubt, "ic_split": landing.split_s, "ic_shift": landing.shift_s},
    )


def _refined(model: ContactModel, event: str, signals: FloatArray, anchor_s: FloatArray) -> Refined:
    """Return the refined times of an event; NaN where there is no anchor."""
    finite = np.isfinite(anchor_s)
    refined = model.refine(event, signals, np.where(finite, anchor_s, 0.0))
    return Refined(
        *(np.where(finite, part, np.nan) for part in (refined.time_s, refined.split_s, refined.shift_s))
    )
