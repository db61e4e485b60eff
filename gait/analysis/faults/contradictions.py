"""Does a sensor's recording contradict itself? Each contradiction by its cause, with what it spoils.

Looked at: seconds of standing, which read 9.81 m/s2; rates that a leg reaches; axes that end at a limit, hold
still or wrap round; rows of zeros; the strides' gravity (`closure`); the sense of the foot's roll.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gait.analysis.faults.closure import Cause, causes, closed_strides
from gait.analysis.faults.placement import foot_odds
from gait.analysis.faults.survey import Survey
from gait.analysis.faults.units_and_axes import (
    ALL,
    ANGLES,
    REST_OFF,
    RHYTHM,
    TIMES,
    broken_axes,
    unit_faults,
)
from gait.analysis.results import Certainty, Fault
from gait.analysis.session.stride_table import TURN_DEG
from gait.analysis.strides.detector import Alignment
from gait.analysis.strides.stride_batch import StrideBatch
from gait.recording.model import Recording
from gait.sentences import sentence
from gait.units import STANDARD_GRAVITY

__all__ = ["Evidence", "faults_of", "no_strides", "units_confirmed"]

LEAST_S = 10.0
"""s: a shorter recording without a stride is called short, not wrong."""

CLOSED_WITHIN, DOUBTFUL, CLOSED_SIGMAS = 0.06, 0.04, 3.0
"""Misclosure of gravity, relative, from which something is wrong; from which it may be (causes are
no more than named); and standard errors beyond either. Sound runs at 100 Hz and more close within 0.03."""

LAG_PIVOT, STEADY = 0.75, 0.05
"""A lag that gravity does not show must explain the stance this much better, among strides that agree within
the second (relative)."""

MIRROR_OFF = 0.15
"""Misclosure from which axes of the wrong hand explain it, where turning them closes it: one value fits by
chance only."""

NO_GRAVITY_LEFT = -0.7
"""Gravity over whole strides less one g, relative, below which it was taken out."""

FAR_OFF = 0.12
"""Misclosure, relative, from which what a lag or the gyroscope's scale spoils is withheld (chosen)."""

LOST_CLOSURE = 0.5
"""Misclosure of the swings, relative, from which too few strides to be judged are told wrong (chosen)."""

CLIPPED_SHARE, CLIPPED_OFF = 0.05, 0.3
"""Share of clipped strides from which a misclosure is put down to that, and the largest that it explains."""

STANCE_LEFT, LAG_NEAR = 0.38, 5.0
"""Share of the stance's force that a wrong scale leaves unexplained at most; by how much a lag may fit worse
beyond (chosen on 8 recordings of Fukuchi 2017: scales leave 0.35 but for one, lags 0.3 to 0.9)."""

LAG_LEAST_S, LAG_LEAST_SAMPLES, LAG_MARGIN = 0.008, 0.7, 4.0
"""Smallest lag that is told, s and samples, and by how much its fit must be better than no lag's."""

MARGIN = 1.2
"""Difference of misfits from which the best cause is likely; below, another cannot be told from it."""

CLOCK_AGREES = 0.03
"""Relative difference of the clock's error by the header and by the strides that is one cause."""

OTHER_WAY_DEG, OTHER_WAY_DPS = 1.0, 115.0
"""Pronation and its fastest rate below which the foot rolls the other way round: in 148 recordings 13 runners
(Fukuchi 2017, 10.7717/peerj.3298) roll by 5 to 29 deg at 150 deg/s and more, under the other foot's name by
0.4 deg and 86 deg/s at most. How a foot swings sideways does not tell the sides."""

OTHER_PLACE_ODDS = 0.5
"""Log odds from which a sensor sits on the other segment: no runner left out of the fit is beyond 0 where
foot or shank is given rightly, and 99.7 % are beyond this where not."""

PLACES_FROM_HZ = 45.0
"""Samples a second below which a landing's course is too coarse to tell them."""


@dataclass(frozen=True)
class Evidence:
    """Samples and strides of one sensor that the checks look at.

    Attributes
    ----------
    recording
        All but the samples.
    samples
        With the samples within `closure.stride_spans` at least.
    survey
        Figures over all samples.
    rate_hz
        Fitted from the times.
    batch
        Running and walking strides that feel like a leg's.
    alignment
        How the sensor sits.
    """

    recording: Recording
    samples: Recording
    survey: Survey
    rate_hz: float
    batch: StrideBatch
    alignment: Alignment


def faults_of(evidence: Evidence) -> tuple[Fault, ...]:
    """Return every contradiction of one sensor; a fault is not told twice by its consequences."""
    units = unit_faults(evidence.recording, evidence.survey)
    broken = broken_axes(evidence.recording, evidence.survey, evidence.rate_hz)
    found = [*units, *broken]
    told = ("gyr_", "acc_unit", "acc_gravity", "acc_dead", "acc_overflow", "held_samples")
    if not any(fault.kind.startswith(told) for fault in found):
        moved = _closure_faults(evidence)
        found += moved or _placed_faults(evidence)
    return tuple(found)


def units_confirmed(evidence: Evidence) -> bool:
    """Return whether gravity was seen, at rest or over closed strides: else an error of scale may hide."""
    return len(evidence.survey.rests) > 0 or closed_strides(evidence.batch, evidence.samples) is not None


def _closure_faults(evidence: Evidence) -> list[Fault]:
    """Return what the strides' gravity contradicts, by its likeliest cause."""
    strides = closed_strides(evidence.batch, evidence.samples)
    if strides is None:
        lost = evidence.samples.gyr is not None and evidence.alignment.closure_error > LOST_CLOSURE
        return [_few_strides(evidence)] if lost and len(evidence.batch) else []
    rests = evidence.survey.rests
    rest_scale = rests.gravity / STANDARD_GRAVITY if len(rests) else None
    if rest_scale is not None and abs(rest_scale - 1.0) > REST_OFF:
        rest_scale = None
    found = causes(strides, rest_scale)
    none = next(cause for cause in found if cause.name == "none")
    off = abs(1.0 + none.gravity - (rest_scale or 1.0))
    noise = CLOSED_SIGMAS * 1.25 * none.scatter / np.sqrt(len(strides))
    others = [cause for cause in found if cause.name != "none" and _counts(cause, evidence.rate_hz)]
    if off <= CLOSED_WITHIN + noise:
        quiet = _quiet_faults(evidence, none, others)
        doubtful = off > DOUBTFUL + noise and evidence.batch.clipped.mean() < CLIPPED_SHARE
        return quiet or ([_not_closed(evidence, none, others)] if doubtful and others else [])
    clipped = evidence.batch.clipped
    if none.gravity < NO_GRAVITY_LEFT:
        return [_no_gravity(evidence, 1.0 + none.gravity)]
    if off < CLIPPED_OFF and clipped.mean() > CLIPPED_SHARE:
        return _quiet_faults(evidence, none, others)
    turned = [cause for cause in others if cause.name == "mirror" and off > MIRROR_OFF]
    if turned and abs(turned[0].gravity) < CLOSED_WITHIN:
        return [_mirrored(evidence)]
    return [_closure_fault(evidence, others, off) if others else _unlike(evidence, none)]


def _quiet_faults(evidence: Evidence, none: Cause, others: list[Cause]) -> list[Fault]:
    """Return a clock or a lag that gravity alone does not show: by the header, and by the stance."""
    slow = _clock_error(evidence)
    for cause in others:
        if cause.name == "gyr" and slow and abs(cause.value / slow - 1.0) < 2.0 * CLOCK_AGREES:
            return [_clock(evidence, cause, "clear")]
        better = none.misfit - cause.misfit > LAG_MARGIN and cause.pivot < LAG_PIVOT * none.pivot
        if cause.name == "lag" and better and none.scatter < STEADY:
            return [_lag(evidence, cause, "likely")]
    return []


def _few_strides(evidence: Evidence) -> Fault:
    what = sentence(
        "the few strides found do not close: a unit, a full scale or the order of the axes is wrong"
    )
    todo = sentence("check units, full scales and axes; stand still for 3 s at the start next time")
    return Fault("not_closed", evidence.recording.name, "likely", what, ALL, todo)


def _not_closed(evidence: Evidence, none: Cause, others: list[Cause]) -> Fault:
    said = _said(others[0])
    if len(others) > 1:
        said = sentence("{one} or {other}", one=said, other=_said(others[1]))
    gravity = 1.0 + none.gravity
    what = sentence("gravity over whole strides is {g:.3f} g: perhaps {cause}", g=gravity, cause=said)
    todo = sentence("check the gyroscope's full scale, filters that delay it, and the sample rate")
    return Fault("not_closed", evidence.recording.name, "cannot tell", what, (*TIMES, *ANGLES), todo)


def _unlike(evidence: Evidence, none: Cause) -> Fault:
    what = sentence(
        "gravity over whole strides is {g:.2f} g: accelerometer and gyroscope do not belong together, as "
        "with swapped axes or two devices",
        g=1.0 + none.gravity,
    )
    todo = sentence("check the order and signs of the axes, and that both are of one sensor")
    return Fault("not_closed", evidence.recording.name, "likely", what, (*TIMES, *ANGLES), todo)


def _no_gravity(evidence: Evidence, left: float) -> Fault:
    what = sentence(
        "over whole strides {g:.2f} g are left of gravity: it was taken out of the acceleration", g=left
    )
    todo = sentence("export the raw accelerometer, not 'linear' or 'user' acceleration")
    return Fault("acc_gravity", evidence.recording.name, "likely", what, ALL, todo, left, refuses=True)


def _counts(cause: Cause, rate_hz: float) -> bool:
    """Return whether a cause is large enough to be one."""
    if cause.name == "lag":
        return abs(cause.value) > max(LAG_LEAST_S, LAG_LEAST_SAMPLES / rate_hz)
    return cause.name == "mirror" or abs(cause.value - 1.0) > 0.03


def _closure_fault(evidence: Evidence, found: list[Cause], off: float) -> Fault:
    """Return the fault of strides whose gravity is off by `off`, relative, by its likeliest cause."""
    best = found[0]
    slow = _clock_error(evidence)
    same_clock = [c for c in found if c.name == "gyr" and slow and abs(c.value / slow - 1.0) < CLOCK_AGREES]
    if same_clock:
        return _clock(evidence, same_clock[0], "clear")
    best = _lag_if_unexplained(best, found)
    found = [best, *(cause for cause in found if cause is not best)]
    beside = [cause for cause in found[1:] if cause.name != best.name]
    sure: Certainty = "cannot tell" if beside and beside[0].misfit - best.misfit < MARGIN else "likely"
    other = _said(beside[0]) if sure == "cannot tell" else ""
    if off > FAR_OFF and best.name == "lag" and all(cause.name in ("lag", "gyr") for cause in found):
        sure = "likely"  # both spoil the same: what they spoil is withheld, whichever it is
    if best.name == "lag":
        return _lag(evidence, best, sure, other)
    if best.name == "mirror":
        return _mirrored(evidence)
    if best.name == "gyr":
        return _clock(evidence, best, sure, other)
    what = sentence("gravity over whole strides is {g:.2f} g: {cause}", g=best.value, cause=_said(best))
    what = _or(what, other)
    todo = sentence(
        "check unit and full scale of the accelerometer; stand still for 3 s at the start next time"
    )
    return Fault("acc_scale", evidence.recording.name, sure, what, ("peak_acc_g", *ANGLES), todo, best.value)


def _lag_if_unexplained(best: Cause, found: list[Cause]) -> Cause:
    """Return the best lag where the best cause leaves the stance unexplained: lags move the stance itself."""
    lags = [cause for cause in found if cause.name == "lag" and cause.misfit - best.misfit < LAG_NEAR]
    return lags[0] if lags and best.name in ("gyr", "acc") and best.pivot > STANCE_LEFT else best


def _or(what: str, other: str) -> str:
    """Return what was found with its other possible cause, where there is one."""
    return sentence("{what}, or {other}", what=what, other=other) if other else what


def _mirrored(evidence: Evidence) -> Fault:
    what = sentence(
        "the gyroscope turns against the accelerometer: the axes are left-handed or a sign is turned"
    )
    todo = sentence("turn the sign of gyr_x, gyr_y and gyr_z (gait doctor does with -o)")
    return Fault("mirrored", evidence.recording.name, "likely", what, (*TIMES, *ANGLES), todo, -1.0)


def _said(cause: Cause) -> str:
    if cause.name == "lag" and cause.value > 0:
        return sentence("the gyroscope is {ms:.0f} ms late", ms=1e3 * cause.value)
    if cause.name == "lag":
        return sentence("the gyroscope is {ms:.0f} ms early", ms=-1e3 * cause.value)
    if cause.name == "mirror":
        return sentence("its axes are left-handed")
    if cause.name == "acc":
        return sentence("the accelerometer reads {n:.2f} times too much", n=cause.value)
    return sentence("the gyroscope (or the clock) reads {n:.2f} times too much", n=cause.value)


def _lag(evidence: Evidence, cause: Cause, sure: Certainty, other: str = "") -> Fault:
    what = _or(sentence("{lag} against the accelerometer", lag=_said(cause)), other)
    todo = sentence("switch off filters that delay one of them; gait doctor shifts it back with -o")
    return Fault("gyr_lag", evidence.recording.name, sure, what, (*TIMES, *ANGLES), todo, 1e3 * cause.value)


def _clock_error(evidence: Evidence) -> float | None:
    """How many times too much time the stamps show by the header's rate; None where they agree."""
    stated = evidence.recording.rate_hz
    if not stated or not np.isfinite(evidence.rate_hz):
        return None
    ratio = stated / evidence.rate_hz
    return ratio if abs(ratio - 1.0) > CLOCK_AGREES else None


def _clock(evidence: Evidence, cause: Cause, sure: Certainty, other: str = "") -> Fault:
    name, stated = evidence.recording.name, evidence.recording.rate_hz
    if sure == "clear" and stated:
        what = sentence(
            "the clock is off: the stamps give {stamps:.1f} Hz, the header {stated:g} Hz, and the "
            "gyroscope's turns fit gravity only with the header's",
            stamps=evidence.rate_hz,
            stated=stated,
        )
        factor = stated / evidence.rate_hz
        todo = sentence("divide time_s by {factor:.4f} (gait doctor does with -o)", factor=factor)
        return Fault("clock", name, sure, what, ALL, todo, factor)
    what = sentence(
        "the gyroscope turns {n:.2f} times as far as gravity does: its scale or the clock is off",
        n=cause.value,
    )
    what = _or(what, other)
    todo = sentence("check the gyroscope's full scale and the sample rate; state rate_hz in the file")
    spoils = (*RHYTHM, *TIMES, *ANGLES)
    return Fault("gyr_scale", name, sure, what, spoils, todo, cause.value)


def no_strides(recording: Recording, duration_s: float) -> Fault:
    """Return the fault of a sensor that is shaken as on a running leg without a stride.

    Parameters
    ----------
    duration_s
        s from the first to the last sample: a few strides in a few seconds prove neither a run nor a fault.
    """
    if duration_s < LEAST_S:
        what = sentence("its {s:.0f} s are too short to tell strides from other movement", s=duration_s)
        todo = sentence("record {s:.0f} s of running or more", s=LEAST_S)
        return Fault("too_short", recording.name, "cannot tell", what, ALL, todo)
    what = sentence("it is shaken as on a running leg, but acceleration and turning fit no stride together")
    todo = sentence("check the axes' order and signs, units and placement; nothing is told of it")
    return Fault("no_strides", recording.name, "cannot tell", what, ALL, todo)


def _placed_faults(evidence: Evidence) -> list[Fault]:
    """Return what the movement and the foot's angles say of place and side."""
    recording, batch = evidence.recording, evidence.batch
    run = batch.take(batch.walking < 0.5)
    if len(run) < 5:
        return []
    return _other_place(evidence) or (_other_side(recording, run) if _has_angles(evidence) else [])


def _other_place(evidence: Evidence) -> list[Fault]:
    """Return the fault of a shank given as a shoe, or the other way round."""
    name, given = evidence.recording.name, evidence.recording.placement
    odds = foot_odds(evidence.batch, evidence.samples) if evidence.rate_hz > PLACES_FROM_HZ else None
    if odds is None or (odds if given == "shoe" else -odds) > -OTHER_PLACE_ODDS:
        return []
    other = "shank" if given == "shoe" else "shoe"
    what = sentence("it moves about its landings as no shank does: this looks like a shoe's sensor")
    if other == "shank":
        what = sentence("it moves about its landings as no shoe does: this looks like a shank's sensor")
    todo = sentence(
        "say --placement {other}, or name the file like {side}_{other}.csv",
        other=other,
        side=evidence.recording.side,
    )
    return [Fault("other_placement", name, "likely", what, ALL[2:], todo)]


def _has_angles(evidence: Evidence) -> bool:
    """Return whether the foot's angles are there to be judged."""
    return evidence.recording.placement == "shoe" and evidence.alignment.closure_error <= 0.1


def _other_side(recording: Recording, run: StrideBatch) -> list[Fault]:
    """Return the fault of one foot given as the other, by straight strides: in turns feet roll either way."""
    run = run.take(np.abs(np.nan_to_num(run.turn_deg)) <= TURN_DEG)
    if np.isfinite(run.strike_angle_deg).sum() < 5:
        return []
    rolled, rate = (
        float(np.median(values[np.isfinite(values)]))
        for values in (run.pronation_excursion_deg, run.pronation_rate_dps)
    )
    if rolled >= OTHER_WAY_DEG or rate >= OTHER_WAY_DPS:
        return []
    left = recording.side == "right"
    what = sentence(
        "the foot rolls the other way round: this looks like the right foot, or the sign of the acceleration "
        "is turned"
    )
    if left:
        what = sentence(
            "the foot rolls the other way round: this looks like the left foot, or the sign of the "
            "acceleration is turned"
        )
    todo = sentence(
        "say --side {side}, or name the file like {side}_shoe.csv", side="left" if left else "right"
    )
    spoils = ("strike_angle_deg", "pronation_excursion_deg", "pronation_rate_dps", "circumduction_cm")
    return [Fault("other_side", recording.name, "likely", what, spoils, todo)]
