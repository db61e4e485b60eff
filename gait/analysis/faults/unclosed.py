"""Strides that do not close: which of the sensors, the clock or the axes is off, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gait.analysis.faults.closure import Cause, Closed, causes, closed_strides, explained
from gait.analysis.faults.evidence import Evidence
from gait.analysis.faults.exchanged_axes import (
    Order,
    exchanged,
    mirrored,
    order_of,
    signed_order_of,
    turned,
)
from gait.analysis.faults.offset import offset_of
from gait.analysis.faults.units_and_axes import ALL, ANGLES, REST_OFF, RHYTHM, TIMES
from gait.analysis.results import Certainty, Fault
from gait.arrays import FloatArray
from gait.sentences import sentence
from gait.units import STANDARD_GRAVITY

__all__ = ["EXPLAINED", "LAG_MARGIN", "closure_faults"]

CLOSED_WITHIN, DOUBTFUL, CLOSED_SIGMAS = 0.06, 0.04, 3.0
"""Misclosure of gravity, relative, from which something is wrong; from which it may be (causes are no more
than named); and standard errors beyond either (chosen: sound runs at 100 Hz and more close within 0.03)."""

LAG_PIVOT, STEADY = 0.75, 0.05
"""A lag that gravity does not show must explain the stance this much better, among strides that agree within
the second, relative (chosen: a quarter is no chance)."""

MIRROR_OFF = 0.15
"""Misclosure from which axes of the wrong hand explain it, where turning them closes it (chosen: nearer to 0
the one value fits by chance only)."""

NO_GRAVITY_LEFT = -0.7
"""Gravity over whole strides less one g, relative, below which it was taken out (chosen: some is left)."""

LOST_CLOSURE = 0.5
"""Misclosure of the swings, relative, from which too few strides to be judged are told wrong (chosen: half of
gravity is missing, which no chance does)."""

CLIPPED_SHARE, CLIPPED_LESS, CLIPPED_MORE = 0.05, 0.3, 0.23
"""Share of clipped strides from which a misclosure is put down to that, and how much less and more gravity it
explains: on real motion (Fukuchi 2017, 10.7717/peerj.3298; 30 placements on 10 runners, cut at 6 to 10 g) it
took 0 to 0.19 g away and added 0.01 g, once 0.10; a real shoe at 100 Hz, cut at 16 g, reads 0.21 g more."""

STANCE_LEFT, LAG_NEAR = 0.38, 5.0
"""Share of the stance's force that a wrong scale leaves unexplained at most; by how much a lag may fit worse
beyond (chosen on 8 recordings of Fukuchi 2017: scales leave 0.35 but for one, lags 0.3 to 0.9)."""

LAG_LEAST_S, LAG_LEAST_SAMPLES, LAG_MARGIN = 0.008, 0.7, 4.0
"""Smallest lag that is told, s and samples, and by how much its fit must be better than no lag's (chosen:
smaller ones move contacts by less than their intervals)."""

MARGIN = 1.2
"""Difference of misfits from which the best cause is likely, not any of some (chosen: clearly ahead)."""

LAG_OR_SCALE = 3.3
"""The same between a lag and a scale of the gyroscope: of 18 feet (10 of Fukuchi 2017, 10.7717/peerj.3298)
with lags of 20 and 30 ms and scales of 0.9 to 1.2 none is named wrongly beyond it; 6 of 36 lags of 30 ms lie
below."""

EXPLAINED: dict[str, dict[str, float]] = {
    "shoe": {"acc": -18.0, "gyr": -15.0, "lag": -12.0},
    "shank": {"acc": -11.8, "gyr": -11.8, "lag": -11.0},
}
"""Placement -> cause -> misfit above which not even that cause explains the strides, as with exchanged axes.

Of true causes in 23 recordings without standing (15 of Fukuchi 2017, 10.7717/peerj.3298, and 8 virtual ones)
nine in ten lie below, of exchanged axes of the gyroscope three in four above."""

WELL_CLOSED, FITS_WELL = 0.015, {"shoe": -16.0, "shank": -13.5}
"""Misclosure, relative, and misfit within which no other order of the axes is looked for: sound recordings
lie below (12 of Fukuchi 2017, 10.7717/peerj.3298: -17 and -14 at most)."""

SHANK_CLOSED = 0.03
"""Misclosure of a shank, relative, beside its noise, from which other orders of its axes are looked for:
sound ones lie within 0.023 (18 shanks, 10 of Fukuchi 2017)."""

HEIGHT_OFF, HEIGHT_GRAVITY, COARSE_HZ = 0.035, 0.02, 60.0
"""Misclosure of a foot's height, in g T2, and of gravity, relative, that are told together, and samples a
second below which they are not: 154 sound feet (100 of Fukuchi 2017, 10.7717/peerj.3298) leave 0.023 at
most; a slope of 8 % alone is 0.035, and leaves gravity as it is."""

GRAVITY_BEATEN = 4.0
"""`MARGIN` between a scale of the gyroscope and gravity taken out (chosen: the scale is clearly ahead)."""

CLOCK_AGREES = 0.03
"""Relative difference of a clock's error by header and by strides that is one (chosen: as runs close)."""


def closure_faults(evidence: Evidence) -> list[Fault]:
    """Return what the strides' gravity contradicts, by its likeliest cause."""
    strides = closed_strides(evidence.batch, evidence.samples)
    if strides is None:
        lost = evidence.samples.gyr is not None and evidence.alignment.closure_error > LOST_CLOSURE
        return [_few_strides(evidence)] if lost and len(evidence.batch) else []
    return _faults_of_strides(evidence, strides)


def _faults_of_strides(evidence: Evidence, strides: Closed) -> list[Fault]:
    rests = evidence.survey.rests
    rest_scale = rests.gravity / STANDARD_GRAVITY if len(rests) else None
    if rest_scale is not None and abs(rest_scale - 1.0) > REST_OFF:
        rest_scale = None
    none = explained(strides, "none", 1.0)
    more = 1.0 + none.gravity - (rest_scale or 1.0)
    off = abs(more)
    noise = CLOSED_SIGMAS * 1.25 * none.scatter / np.sqrt(len(strides))
    closes = off <= CLOSED_WITHIN + noise
    doubtful = closes and off > DOUBTFUL + noise and evidence.batch.clipped.mean() < CLIPPED_SHARE
    # Of strides that close, a scale is told only where the header shows it too.
    scales = not closes or doubtful or _clock_error(evidence) is not None
    explanations = causes(strides, rest_scale, none, scales=scales)
    others = [cause for cause in explanations if cause.name != "none" and _counts(cause, evidence.rate_hz)]
    fits = off < WELL_CLOSED and none.misfit < FITS_WELL[evidence.recording.placement]
    # A shank's gravity closes in some other order by chance: its own must not close.
    fits |= evidence.recording.placement == "shank" and off < SHANK_CLOSED + noise
    order = None if fits else order_of(strides, explanations, (rest_scale or 1.0) - 1.0)
    likely = _axes_or_offset(
        evidence, strides, order, explanations, (rest_scale or 1.0) - 1.0, signed=not fits
    )
    if likely:
        return likely
    if closes:
        return _closed_faults(evidence, none, others, off - noise, doubtful=doubtful)
    clipped = evidence.batch.clipped
    if none.gravity < NO_GRAVITY_LEFT and not _turns_too_far(none, others):
        return [_no_gravity(evidence, 1.0 + none.gravity)]
    if -CLIPPED_LESS < more < CLIPPED_MORE and clipped.mean() > CLIPPED_SHARE:
        return _quiet_faults(evidence, none, others)
    of_hand = [cause for cause in others if cause.name == "mirror" and off > MIRROR_OFF]
    if of_hand and abs(of_hand[0].gravity) < CLOSED_WITHIN:
        return [mirrored(evidence.recording.name)]
    # Where the scale is known from a rest, and no order of the axes closes, a poor fit has one cause left.
    open_cause = rest_scale is None or order is not None
    return [
        _closure_fault(evidence, strides, none, others, open_cause=open_cause)
        if others
        else _unlike(evidence, none)
    ]


def _closed_faults(
    evidence: Evidence, none: Cause, others: list[Cause], off: float, *, doubtful: bool
) -> list[Fault]:
    """Return the faults of strides whose gravity closes within `off`, relative, beside its noise."""
    if _height_off(evidence, none, max(off, abs(none.gravity))):
        return [_of_height(evidence, none)]
    quiet = _quiet_faults(evidence, none, others)
    return quiet or ([_not_closed(evidence, none, others)] if doubtful and others else [])


def _height_off(evidence: Evidence, none: Cause, off: float) -> bool:
    """Return whether a foot does not come back to its height, and no slope explains it."""
    fine = evidence.rate_hz > COARSE_HZ and float(evidence.batch.clipped.mean()) < CLIPPED_SHARE
    return fine and off > HEIGHT_GRAVITY and abs(none.height) > HEIGHT_OFF


def _of_height(evidence: Evidence, none: Cause) -> Fault:
    text = sentence(
        "gravity over whole strides is {g:.3f} g, and the foot does not come back to its height: the order, "
        "a sign or the scale of single axes is wrong",
        g=1.0 + none.gravity,
    )
    todo = sentence("check the order and signs of the axes, then the full scales and the sample rate")
    return Fault("not_closed", evidence.recording.name, "likely", text, (*TIMES, *ANGLES), todo)


def _axes_or_offset(
    evidence: Evidence,
    strides: Closed,
    order: Order | None,
    explanations: Sequence[Cause],
    aim: float,
    *,
    signed: bool,
) -> list[Fault]:
    """Return exchanged axes, or an offset of the gyroscope, where these explain the strides.

    With ``signed``, single signs of the gyroscope are looked at too.
    """
    if order is not None and order.sure:
        return [exchanged(evidence.recording.name, order)]
    signed_order = signed_order_of(strides, explanations, aim) if signed else None
    if signed_order is not None:
        return [turned(evidence.recording.name, signed_order)]
    most = EXPLAINED[evidence.recording.placement]["gyr"]
    offset = offset_of(strides, list(explanations), most, aim)
    return [] if offset is None else [_offset(evidence, offset)]


def _turns_too_far(none: Cause, others: list[Cause]) -> bool:
    """Return whether the gyroscope's scale explains strides that seem to have no gravity."""
    return any(c.name == "gyr" and none.misfit - c.misfit > GRAVITY_BEATEN for c in others)


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
    text = sentence(
        "the few strides found do not close: a unit, a full scale or the order of the axes is wrong"
    )
    todo = sentence("check units, full scales and axes; stand still for 3 s at the start next time")
    return Fault("not_closed", evidence.recording.name, "likely", text, ALL, todo)


def _not_closed(evidence: Evidence, none: Cause, others: list[Cause]) -> Fault:
    cause_text = _cause_text(others[0])
    if len(others) > 1:
        cause_text = sentence("{one} or {other}", one=cause_text, other=_cause_text(others[1]))
    gravity = 1.0 + none.gravity
    text = sentence("gravity over whole strides is {g:.3f} g: perhaps {cause}", g=gravity, cause=cause_text)
    todo = sentence("check the gyroscope's full scale, filters that delay it, and the sample rate")
    return Fault("not_closed", evidence.recording.name, "cannot tell", text, (*TIMES, *ANGLES), todo)


def _not_explained(evidence: Evidence, none: Cause, best: Cause) -> Fault:
    text = sentence(
        "gravity over whole strides is {g:.2f} g: perhaps {cause}, or axes of one sensor are exchanged",
        g=1.0 + none.gravity,
        cause=_cause_text(best),
    )
    todo = sentence("check the order and signs of the axes, then the full scales and the sample rate")
    return Fault("not_closed", evidence.recording.name, "cannot tell", text, (*TIMES, *ANGLES), todo)


def _offset(evidence: Evidence, offset: FloatArray) -> Fault:
    size = float(np.linalg.norm(offset))
    text = sentence(
        "from stride to stride the foot or shank comes back to its tilt, and the gyroscope does not: it "
        "reads {rate:.0f} deg/s too much",
        rate=size,
    )
    todo = sentence(
        "calibrate the gyroscope, and stand still for 3 s at the start (gait doctor takes it out with -o)"
    )
    name = evidence.recording.name
    return Fault("gyr_offset", name, "likely", text, ANGLES, todo, size, by_axis=tuple(offset.tolist()))


def _unlike(evidence: Evidence, none: Cause) -> Fault:
    text = sentence(
        "gravity over whole strides is {g:.2f} g: accelerometer and gyroscope do not belong together, as "
        "with swapped axes or two devices",
        g=1.0 + none.gravity,
    )
    todo = sentence("check the order and signs of the axes, and that both are of one sensor")
    return Fault("not_closed", evidence.recording.name, "likely", text, (*TIMES, *ANGLES), todo)


def _no_gravity(evidence: Evidence, left: float) -> Fault:
    text = sentence(
        "over whole strides {g:.2f} g are left of gravity: it was taken out of the acceleration", g=left
    )
    todo = sentence("export the raw accelerometer, not 'linear' or 'user' acceleration")
    return Fault("acc_gravity", evidence.recording.name, "likely", text, ALL, todo, left, refuses=True)


def _counts(cause: Cause, rate_hz: float) -> bool:
    """Return whether a cause is large enough to be one."""
    if cause.name == "lag":
        return abs(cause.value) > max(LAG_LEAST_S, LAG_LEAST_SAMPLES / rate_hz)
    return cause.name == "mirror" or abs(cause.value - 1.0) > 0.03


def _closure_fault(
    evidence: Evidence, strides: Closed, none: Cause, explanations: list[Cause], *, open_cause: bool
) -> Fault:
    """Return the fault of strides whose gravity is off, by its likeliest cause.

    A cause that fits poorly may be exchanged axes; a lag is not without `open_cause`.
    """
    best = explanations[0]
    slow = _clock_error(evidence)
    same_clock = [
        c for c in explanations if c.name == "gyr" and slow and abs(c.value / slow - 1.0) < CLOCK_AGREES
    ]
    if same_clock:
        return _clock(evidence, same_clock[0], "clear")
    best = _lag_if_unexplained(best, explanations)
    axes = _axes_beside(strides, best) if best.name == "lag" else ""
    most = EXPLAINED[evidence.recording.placement].get(best.name)
    if (open_cause or best.name != "lag") and most is not None and best.misfit > most:
        return _not_explained(evidence, none, best)
    explanations = [best, *(cause for cause in explanations if cause is not best)]
    beside = [cause for cause in explanations[1:] if cause.name != best.name]
    of_gyroscope = {best.name, *(cause.name for cause in beside[:1])} == {"lag", "gyr"}
    margin = LAG_OR_SCALE if of_gyroscope else MARGIN
    close = [cause for cause in beside[:1] if cause.misfit - best.misfit < margin]
    other = _cause_text(close[0]) if close else ""
    sure: Certainty = "cannot tell" if close else "likely"
    if of_gyroscope:
        sure = "likely"  # both spoil the same: what they spoil is withheld, whichever it is
    if best.name == "lag":
        fault = _lag(evidence, best, sure, other or axes)
        rhythm = RHYTHM if close and close[0].name == "gyr" and not _clock_agrees(evidence) else ()
        return replace(fault, spoils=(*rhythm, *fault.spoils))
    if best.name == "mirror":
        return mirrored(evidence.recording.name)
    if best.name == "gyr":
        return _clock(evidence, best, sure, other)
    text = sentence("gravity over whole strides is {g:.2f} g: {cause}", g=best.value, cause=_cause_text(best))
    text = _or(text, other)
    todo = sentence(
        "check unit and full scale of the accelerometer; stand still for 3 s at the start next time"
    )
    return Fault("acc_scale", evidence.recording.name, sure, text, ("peak_acc_g", *ANGLES), todo, best.value)


def _axes_beside(strides: Closed, lag: Cause) -> str:
    """Return in words the signs and order of a foot's axes that explain its strides as well as a lag."""
    order = signed_order_of(strides, [explained(strides, "none", 1.0)]) if strides.rests else None
    if order is None or order.misfit > lag.misfit + LAG_OR_SCALE:
        return ""
    return sentence("the axes of the gyroscope belong into the order {order}", order=order.words)


def _lag_if_unexplained(best: Cause, explanations: list[Cause]) -> Cause:
    """Return the best lag where the best cause leaves the stance unexplained: lags move the stance itself."""
    lags = [cause for cause in explanations if cause.name == "lag" and cause.misfit - best.misfit < LAG_NEAR]
    return lags[0] if lags and best.name in ("gyr", "acc") and best.pivot > STANCE_LEFT else best


def _or(text: str, other: str) -> str:
    """Return what was found with its other possible cause, where there is one."""
    return sentence("{what}, or {other}", what=text, other=other) if other else text


def _cause_text(cause: Cause) -> str:
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
    text = _or(sentence("{lag} against the accelerometer", lag=_cause_text(cause)), other)
    todo = sentence("switch off filters that delay one of them; gait doctor shifts it back with -o")
    if other:
        todo = sentence("check the gyroscope's full scale, filters that delay it, and the sample rate")
    size_ms = None if other else 1e3 * cause.value
    return Fault("gyr_lag", evidence.recording.name, sure, text, (*TIMES, *ANGLES), todo, size_ms)


def _clock_error(evidence: Evidence) -> float | None:
    """Return how many times too much time the stamps show by the header's rate; None where they agree."""
    stated = evidence.recording.rate_hz
    if not stated or not np.isfinite(evidence.rate_hz):
        return None
    ratio = stated / evidence.rate_hz
    return ratio if abs(ratio - 1.0) > CLOCK_AGREES else None


def _clock_agrees(evidence: Evidence) -> bool:
    """Return whether the header states the rate that the stamps show."""
    return bool(evidence.recording.rate_hz) and _clock_error(evidence) is None


def _clock(evidence: Evidence, cause: Cause, sure: Certainty, other: str = "") -> Fault:
    name, stated = evidence.recording.name, evidence.recording.rate_hz
    if sure == "clear" and stated:
        text = sentence(
            "the clock is off: the stamps give {stamps:.1f} Hz, the header {stated:g} Hz, and the "
            "gyroscope's turns fit gravity only with the header's",
            stamps=evidence.rate_hz,
            stated=stated,
        )
        factor = stated / evidence.rate_hz
        todo = sentence("divide time_s by {factor:.4f} (gait doctor does with -o)", factor=factor)
        return Fault("clock", name, sure, text, ALL, todo, factor)
    text = sentence(
        "the gyroscope turns {n:.2f} times as far as gravity does: its scale or the clock is off",
        n=cause.value,
    )
    text = _or(text, other)
    todo = sentence("check the gyroscope's full scale and the sample rate; state rate_hz in the file")
    spoils = (*RHYTHM, *TIMES, *ANGLES)
    return Fault("gyr_scale", name, sure, text, spoils, todo, None if other else cause.value)
