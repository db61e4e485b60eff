"""Does a sensor's recording contradict itself? Each contradiction by its cause, with what it spoils.

Looked at: seconds of standing, which read 9.81 m/s2; rates that a leg reaches; axes that end at a limit, hold
still or wrap round; rows of zeros; the strides' gravity (`closure`); the sense of the foot's roll.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gait.analysis.faults.broken_axes import broken_axes
from gait.analysis.faults.closure import closed_strides, gravity_of_strides
from gait.analysis.faults.evidence import Evidence
from gait.analysis.faults.parts import halves_of, other_part, uncovered
from gait.analysis.faults.placement import foot_odds
from gait.analysis.faults.unclosed import closure_faults
from gait.analysis.faults.units_and_axes import (
    ALL,
    ANGLES,
    LARGER_SCALE,
    unit_faults,
)
from gait.analysis.results import Fault
from gait.analysis.session.stride_table import TURN_DEG
from gait.analysis.strides.stride_batch import StrideBatch
from gait.recording.model import Recording
from gait.sentences import sentence
from gait.units import DEG

__all__ = ["Evidence", "faults_of", "no_strides", "units_confirmed", "unscaled"]

LEAST_S = 10.0
"""s (chosen: a shorter recording without a stride is called short, not wrong)."""

OTHER_WAY_DEG, OTHER_WAY_DPS = 1.0, 115.0
"""Pronation and its fastest rate below which the foot rolls the other way round: in 148 recordings 13 runners
(Fukuchi 2017, 10.7717/peerj.3298) roll by 5 to 29 deg at 150 deg/s and more, under the other foot's name by
0.4 deg and 86 deg/s at most. How a foot swings sideways does not tell the sides."""

SURE_CLOSURE = 0.1
"""Misclosure of the swings, relative, up to which the roll tells the side (chosen: the rate's scale is then
right to a tenth); beyond, only that it is none."""

UNSCALED, UNSCALED_SCATTER = 0.12, 0.12
"""Misclosure of the strides, relative, from which no movement is judged, and their scatter that allows it
(chosen: twice `gait.analysis.faults.unclosed.CLOSED_WITHIN`)."""

SIDE_SPOILS = ("strike_angle_deg", "pronation_excursion_deg", "pronation_rate_dps", "circumduction_cm")
"""Metrics that the sense of left and right enters."""

OTHER_PLACE_ODDS = 0.5
"""Log odds from which a sensor sits on the other segment. Measured on the runners left out of the fit: none
is beyond 0 where foot or shank is given rightly, and 99.7 % are beyond this where not."""

PLACES_FROM_HZ = 45.0
"""Samples a second below which a landing's course is too coarse to tell foot from shank (chosen: a feature
every 25 ms needs one sample at least)."""


def faults_of(evidence: Evidence) -> tuple[Fault, ...]:
    """Return every contradiction of one sensor; a fault is not told twice by its consequences."""
    units = unit_faults(evidence.recording, evidence.survey)
    broken = broken_axes(evidence.recording, evidence.survey, evidence.rate_hz)
    parts = [part.fault for part in evidence.parts]
    # What a part explains is no fault of the whole: held rows of a gyroscope that stopped.
    stopped: tuple[str, ...] = (
        ("held_samples", "gyr_dead") if any(part.kind == "gyr_part" for part in parts) else ()
    )
    if any(part.kind == "axis_part" for part in parts):
        stopped += ("acc_dead", "gyr_dead")
    broken = [fault for fault in broken if fault.kind not in stopped]
    zeros = any(fault.kind == "zero_rows" for fault in broken)
    parts = [fault for fault in parts if not (zeros and fault.kind == "acc_part")]
    faults = [*units, *_set_aside(broken, evidence), *parts]
    # An accelerometer that is off at rest is off over strides too, by a size that is no factor's.
    stronger_kinds = (
        "gyr_",
        "acc_unit",
        "acc_scale",
        "acc_gravity",
        "acc_dead",
        "acc_overflow",
        "held_samples",
    )
    if not any(fault.kind.startswith(stronger_kinds) for fault in faults):
        moved = closure_faults(evidence)
        faults += moved or _placed_faults(evidence)
    if not faults:
        faults += uncovered(evidence.recording.name, evidence.survey, evidence.batch, evidence.parts)
    return tuple(faults)


def _set_aside(faults: list[Fault], evidence: Evidence) -> list[Fault]:
    """Return the faults; of a gyroscope that was set aside for its limit, with that said."""
    if not evidence.alignment.accelerometer_alone or evidence.survey.gyr is None:
        return faults
    most = float(evidence.survey.gyr.top.max()) / DEG
    text = sentence(
        "the gyroscope ends at {most:.0f} deg/s, and the leg turns faster for so long that the accelerometer "
        "alone tells the strides",
        most=most,
    )
    saturated = Fault("gyr_saturated", evidence.recording.name, "clear", text, ANGLES, LARGER_SCALE, most)
    return [*(fault for fault in faults if fault.kind != saturated.kind), saturated]


def units_confirmed(evidence: Evidence) -> bool:
    """Return whether gravity was seen, at rest or over closed strides: else an error of scale may hide."""
    return len(evidence.survey.rests) > 0 or closed_strides(evidence.batch, evidence.samples) is not None


def unscaled(recording: Recording, batch: StrideBatch, samples: Recording) -> tuple[Fault, ...]:
    """Return the fault of strides that feel unlike a leg's while their gravity is not one g; else nothing.

    Over whole periods of any movement, a pocket's too, the mean force is one g: what the movement feels like
    is judged only where that holds.

    Parameters
    ----------
    batch, samples
        All strides that were found, and the samples within `closure.stride_spans` of them.
    """
    strides = closed_strides(batch, samples)
    if strides is None:
        return ()
    gravity = gravity_of_strides(strides)
    level = float(np.median(gravity))
    scatter = 1.48 * float(np.median(np.abs(gravity - level)))
    if abs(level - 1.0) < UNSCALED or scatter > UNSCALED_SCATTER * level:
        return ()
    text = sentence(
        "gravity over whole strides is {g:.2f} g: a unit, a full scale or the axes are wrong, and before "
        "that is mended it cannot be told whether it sits on a leg",
        g=level,
    )
    todo = sentence("check units, full scales and axes; stand still for 3 s at the start next time")
    return (Fault("not_closed", recording.name, "cannot tell", text, ALL, todo, level),)


def no_strides(recording: Recording, duration_s: float) -> Fault:
    """Return the fault of a sensor that is shaken as on a running leg without a stride.

    Parameters
    ----------
    duration_s
        s from the first to the last sample: a few strides in a few seconds prove neither a run nor a fault.
    """
    if duration_s < LEAST_S:
        text = sentence("its {s:.0f} s are too short to tell strides from other movement", s=duration_s)
        todo = sentence("record {s:.0f} s of running or more", s=LEAST_S)
        return Fault("too_short", recording.name, "cannot tell", text, ALL, todo)
    text = sentence("it is shaken as on a running leg, but acceleration and turning fit no stride together")
    todo = sentence("check the axes' order and signs, units and placement; nothing is told of it")
    return Fault("no_strides", recording.name, "cannot tell", text, ALL, todo)


def _placed_faults(evidence: Evidence) -> list[Fault]:
    """Return what the movement and the foot's angles say of place and side."""
    recording, batch = evidence.recording, evidence.batch
    run = batch.take(batch.walking < 0.5)
    if len(run) < 5:
        return []
    sure = evidence.alignment.closure_error <= SURE_CLOSURE
    faults = _other_place(evidence)
    if recording.placement == "shoe" and not faults:
        faults = _other_side(recording, run) if sure else _no_roll(recording, run)
    halves = halves_of(run)
    return faults or [
        fault
        for second, half in enumerate(halves)
        for fault in _exchanged(evidence, half, run, second=bool(second), sure=sure)
    ]


def _exchanged(
    evidence: Evidence, half: StrideBatch, run: StrideBatch, *, second: bool, sure: bool
) -> list[Fault]:
    """Return the fault of a half of the run that was recorded at another place than the rest."""
    name, placement = evidence.recording.name, evidence.recording.placement
    todo = sentence(
        "cut the file where the sensors were exchanged, and give each part its own name (gait doctor leaves "
        "that part out with -o)"
    )

    def elsewhere(strides: StrideBatch) -> bool:
        return bool(_other_place(replace(evidence, batch=strides)))

    if elsewhere(half):
        low, high = _span(other_part(run, second=second, is_other=elsewhere), half)
        text = sentence(
            "from about {low:.0f} to {high:.0f} s it moves about its landings as no shoe does",
            low=low,
            high=high,
        )
        if placement == "shank":
            text = sentence(
                "from about {low:.0f} to {high:.0f} s it moves about its landings as no shank does",
                low=low,
                high=high,
            )
        return [Fault("exchanged", name, "likely", text, ALL[2:], todo, low, span_s=(low, high))]
    if placement == "shoe" and sure and _rolls_out(half):
        low, high = _span(other_part(run, second=second, is_other=_rolls_out), half)
        text = sentence(
            "from about {low:.0f} to {high:.0f} s the foot rolls the other way round: another foot's sensor, "
            "or a sign that turned",
            low=low,
            high=high,
        )
        return [Fault("exchanged", name, "likely", text, SIDE_SPOILS, todo, low, span_s=(low, high))]
    return []


def _span(part: StrideBatch, half: StrideBatch) -> tuple[float, float]:
    """Return first and last time, s, of the part that was found, else of the half."""
    part = part if len(part) else half
    return float(part.ic_s[0]), float(part.end_s[-1])


def _other_place(evidence: Evidence) -> list[Fault]:
    """Return the fault of a shank given as a shoe, or the other way round."""
    name, placement = evidence.recording.name, evidence.recording.placement
    odds = foot_odds(evidence.batch, evidence.samples) if evidence.rate_hz > PLACES_FROM_HZ else None
    if odds is None or (odds if placement == "shoe" else -odds) > -OTHER_PLACE_ODDS:
        return []
    other = "shank" if placement == "shoe" else "shoe"
    text = sentence("it moves about its landings as no shank does: this looks like a shoe's sensor")
    if other == "shank":
        text = sentence("it moves about its landings as no shoe does: this looks like a shank's sensor")
    todo = sentence(
        "say --placement {other}, or name the file like {side}_{other}.csv",
        other=other,
        side=evidence.recording.side,
    )
    return [Fault("other_placement", name, "likely", text, ALL[2:], todo)]


def _other_side(recording: Recording, run: StrideBatch) -> list[Fault]:
    """Return the fault of one foot given as the other, by straight strides: in turns feet roll either way."""
    if not _rolls_out(run):
        return []
    left = recording.side == "right"
    text = sentence(
        "the foot rolls the other way round: this looks like the right foot, or the sign of the acceleration "
        "is turned"
    )
    if left:
        text = sentence(
            "the foot rolls the other way round: this looks like the left foot, or the sign of the "
            "acceleration is turned"
        )
    todo = sentence(
        "say --side {side}, or name the file like {side}_shoe.csv", side="left" if left else "right"
    )
    return [Fault("other_side", recording.name, "likely", text, SIDE_SPOILS, todo)]


def _rolls_out(run: StrideBatch) -> bool:
    """Return whether the foot does not roll inwards, by straight strides."""
    run = run.take(np.abs(np.nan_to_num(run.turn_deg)) <= TURN_DEG)
    if np.isfinite(run.strike_angle_deg).sum() < 5:
        return False
    rolled, rate = (
        float(np.median(values[np.isfinite(values)]))
        for values in (run.pronation_excursion_deg, run.pronation_rate_dps)
    )
    return rolled < OTHER_WAY_DEG and rate < OTHER_WAY_DPS


def _no_roll(recording: Recording, run: StrideBatch) -> list[Fault]:
    """Return the fault of a foot that does not roll inwards, of angles too rough to tell the side."""
    if not _rolls_out(run):
        return []
    text = sentence(
        "the foot does not roll inwards as it stands: it is the other foot, or its angles do not hold"
    )
    todo = sentence("check which foot it is, and the range of the sensors")
    spoils = ("pronation_excursion_deg", "pronation_rate_dps", "circumduction_cm")
    return [Fault("no_roll", recording.name, "likely", text, spoils, todo)]
