"""Units of one sensor: what standing still and the fastest turns contradict."""

from __future__ import annotations

import numpy as np

from gait.analysis.faults.survey import Survey
from gait.analysis.results import Fault
from gait.arrays import FloatArray
from gait.recording.model import Recording
from gait.sentences import sentence
from gait.units import DEG, STANDARD_GRAVITY

__all__ = [
    "ALL",
    "ANGLES",
    "LARGER_SCALE",
    "REST_OFF",
    "RHYTHM",
    "SHAKEN_M_S2",
    "TIMES",
    "gyr_offset",
    "unit_faults",
]

ANGLES = (
    "strike_angle_deg",
    "pronation_excursion_deg",
    "pronation_rate_dps",
    "circumduction_cm",
    "stride_length_m",
    "speed_m_s",
    "shank_angle_deg",
    "frontal_excursion_deg",
    "tibial_peak_g",
)
"""Metrics that need the attitude of the sensor."""

TIMES = ("contact_ms", "flight_ms", "step_ms", "duty_factor", "vertical_oscillation_cm")
RHYTHM = ("cadence_spm", "stride_ms")
ALL = (*RHYTHM, *TIMES, "peak_acc_g", *ANGLES)

REST_OFF, REST_WRONG, NO_GRAVITY = 0.07, 0.12, 0.08
"""Relative error of gravity at rest that is worth a word, that is another unit, and the share of one g below
which gravity was taken out (chosen: offsets of uncalibrated sensors reach 0.06 g)."""

NEAR_RATIO, UNIT_NEAR = (0.8, 1.25), 0.04
"""Gravity at rest over 9.81 m/s2 that no usual unit explains and an offset may; relative distance within
which a ratio is a unit's (chosen: offsets of usual sensors reach a fifth of g, scale errors 0.04)."""

COUNTS_FROM, COUNTS_SHAKEN = 30.0, 0.3
"""Gravity at rest over 9.81 m/s2 from which values are counts, and scatter of the busiest half seconds over
gravity below which zero is not in their middle (chosen: a running leg's is 1.2 and more)."""

LEG_MOST_DPS, LEG_LEAST_DPS, LEG_LEAST_RAD_S = 4000.0, 32.0, 3.0
"""No leg turns faster, and a running leg's rates in rad/s stay below the second; what turns less than the
third in rad/s is no leg (chosen: the fastest kicks reach 2500 deg/s, and a trunk turns by 40 deg/s and
more)."""

OFFSET_MOST_DPS, OFFSET_SHARE = 8.0, 3.0
"""Rate at rest that the analysis takes out by itself (chosen: as
`gait.analysis.strides.shoe.gyro_bias.MOST_OFFSET` on each axis), and how many times it the fastest turns are
at least, so that it is no rest of a slow turning."""

LEAST_RESTS, OFFSET_STEADY = 2, 0.3
"""Half seconds of rest from which an offset is told, and how far they differ from it, relative (chosen: a
second, in which a slow turning would change)."""

SHAKEN_M_S2 = 1.1 * STANDARD_GRAVITY
"""Scatter of the acceleration within half a second, m/s2, from which a leg runs (chosen: the slowest have 1.2
g and more)."""

LARGER_SCALE = sentence("choose a larger full scale: a running foot needs 2000 deg/s")


def unit_faults(recording: Recording, survey: Survey) -> list[Fault]:
    """Return what standing still and the fastest turns say of the units."""
    name = recording.name
    out: list[Fault] = []
    rests = survey.rests
    if len(rests):
        out += _rest_faults(name, rests.gravity, survey.shaken_m_s2)
    fast = survey.fast_turns_rad_s / DEG
    rate = gyr_offset(survey) / DEG
    offset = float(np.linalg.norm(rate))
    if fast > LEG_MOST_DPS:
        out.append(_gyr_unit(name, fast, too_fast=True))
    elif survey.shaken_m_s2 > SHAKEN_M_S2 and LEG_LEAST_RAD_S < fast < LEG_LEAST_DPS:
        out.append(_gyr_unit(name, fast, too_fast=False))
    elif offset > OFFSET_MOST_DPS and fast > OFFSET_SHARE * offset:
        out.append(_offset(name, rate))
    return out


def gyr_offset(survey: Survey) -> FloatArray:
    """Return the (3,) rate that the gyroscope reads at rest, rad/s; NaN without a second of rest."""
    rests = survey.rests
    if survey.gyr is None or len(rests) < LEAST_RESTS:
        return np.full(3, np.nan)
    # A sensor that is turned slowly by hand shows another rate in each half second.
    middle: FloatArray = np.median(rests.gyr, axis=0)
    steady = np.abs(rests.gyr - middle).max(axis=1) < OFFSET_STEADY * max(float(np.linalg.norm(middle)), DEG)
    return middle if steady.mean() > 0.5 else np.full(3, np.nan)


def _offset(name: str, rate: FloatArray) -> Fault:
    offset = float(np.linalg.norm(rate))
    text = sentence("standing still the gyroscope reads {rate:.0f} deg/s, not 0", rate=offset)
    todo = sentence(
        "calibrate the gyroscope, or take what it reads at rest from gyr_x, gyr_y and gyr_z (gait doctor "
        "does with -o)"
    )
    return Fault("gyr_offset", name, "clear", text, ANGLES, todo, offset, by_axis=tuple(rate.tolist()))


ACC_UNITS = (
    (1.0 / STANDARD_GRAVITY, sentence("g instead of m/s2")),
    (1000.0 / STANDARD_GRAVITY, sentence("thousandths of g instead of m/s2")),
    (3.28084, sentence("feet/s2 instead of m/s2")),
    (100.0, sentence("cm/s2 instead of m/s2")),
    (STANDARD_GRAVITY, sentence("m/s2 multiplied by 9.81 once more")),
    (0.5, sentence("half of m/s2, as with another full scale")),
    (2.0, sentence("twice m/s2, as with another full scale")),
    (4.0, sentence("four times m/s2, as with another full scale")),
    (0.25, sentence("a quarter of m/s2, as with another full scale")),
)
"""Factor on m/s2 -> what the unit then is."""

GYR_UNITS = (
    (16.4, sentence("raw counts ({n:g} a deg/s)", n=16.4)),
    (32.8, sentence("raw counts ({n:g} a deg/s)", n=32.8)),
    (65.5, sentence("raw counts ({n:g} a deg/s)", n=65.5)),
    (131.0, sentence("raw counts ({n:g} a deg/s)", n=131.0)),
    (1000.0, sentence("thousandths of deg/s")),
    (57.2958, sentence("deg/s multiplied by 57.3 once more")),
)
USUAL_FAST_DPS = 900.0
"""Fastest rate of a running leg, deg/s, to a factor of two, by which units are guessed (chosen: amid the 600
to 1500 that occur)."""


def _rest_faults(name: str, gravity: float, shaken: float) -> list[Fault]:
    ratio = gravity / STANDARD_GRAVITY
    if abs(ratio - 1.0) <= REST_OFF:
        return []
    if ratio < NO_GRAVITY:
        text = sentence(
            "standing still reads {read:.2f} m/s2, not {g:.2f}: gravity was taken out of the acceleration",
            read=gravity,
            g=STANDARD_GRAVITY,
        )
        todo = sentence("export the raw accelerometer, not 'linear' or 'user' acceleration")
        return [Fault("acc_gravity", name, "clear", text, ALL, todo, ratio, refuses=True)]
    if abs(ratio - 1.0) <= REST_WRONG or (NEAR_RATIO[0] < ratio < NEAR_RATIO[1] and not _is_unit(ratio)):
        text = sentence(
            "standing still reads {read:.2f} m/s2, not {g:.2f}: the accelerometer is {ratio:.2f} times off, "
            "or has an offset of {offset:.1f} m/s2",
            read=gravity,
            g=STANDARD_GRAVITY,
            ratio=ratio,
            offset=abs(gravity - STANDARD_GRAVITY),
        )
        todo = sentence("calibrate the accelerometer in six positions: one position does not tell which")
        times = TIMES if abs(ratio - 1.0) > REST_WRONG else ()
        return [Fault("acc_scale", name, "likely", text, (*times, "peak_acc_g", *ANGLES), todo, ratio)]
    if ratio > COUNTS_FROM and shaken < COUNTS_SHAKEN * gravity and not _is_unit(ratio):
        text = sentence(
            "standing still reads {read:.0f}, not {g:.2f} m/s2, and running changes it by {share:.0f} % "
            "only: raw counts, perhaps from zero up, whose middle was not taken away",
            read=gravity,
            g=STANDARD_GRAVITY,
            share=100.0 * shaken / gravity,
        )
        todo = sentence("export calibrated data; else take the counts of 0 g from each axis, then scale them")
        return [Fault("acc_unit", name, "clear", text, ALL, todo, refuses=True)]
    ratio, unit = _unit_name(ratio, ACC_UNITS)
    text = sentence(
        "standing still reads {read:.1f}, not {g:.2f} m/s2: the accelerometer is in {unit}",
        read=gravity,
        g=STANDARD_GRAVITY,
        unit=unit,
    )
    todo = sentence("divide acc_x, acc_y and acc_z by {factor:.4g} (gait doctor does with -o)", factor=ratio)
    return [Fault("acc_unit", name, "clear", text, ALL, todo, ratio, refuses=True)]


def _is_unit(ratio: float) -> bool:
    """Return whether a ratio to m/s2 is that of a usual unit or full scale."""
    return bool(min(abs(np.log(ratio / factor)) for factor, _ in ACC_UNITS) < UNIT_NEAR)


def _unit_name(ratio: float, units: tuple[tuple[float, str], ...]) -> tuple[float, str]:
    """Return factor and words of the unit that a ratio to m/s2 is; the ratio itself where none is near."""
    near = min(units, key=lambda unit: abs(np.log(ratio / unit[0])))
    if abs(np.log(ratio / near[0])) < UNIT_NEAR:
        return near
    return ratio, sentence("another unit, {ratio:.3g} times m/s2", ratio=ratio)


def _gyr_unit(name: str, fast: float, *, too_fast: bool) -> Fault:
    if too_fast:
        factor, unit = min(GYR_UNITS, key=lambda choice: abs(np.log(fast / choice[0] / USUAL_FAST_DPS)))
        text = sentence(
            "the gyroscope reads {fast:.0f} deg/s; no leg turns faster than {most:.0f}: {unit}",
            fast=fast,
            most=LEG_MOST_DPS,
            unit=unit,
        )
        todo = sentence(
            "divide gyr_x, gyr_y and gyr_z by {factor:g} if that is its scale; gait doctor checks it",
            factor=factor,
        )
        return Fault("gyr_unit", name, "clear", text, ALL, todo, factor, refuses=True)
    text = sentence(
        "the gyroscope reads {fast:.1f} deg/s at most while the leg runs: it is in rad/s", fast=fast
    )
    todo = sentence(
        "multiply gyr_x, gyr_y and gyr_z by {factor:.5f} (gait doctor does with -o)", factor=1.0 / DEG
    )
    return Fault("gyr_unit", name, "clear", text, ALL, todo, DEG, refuses=True)
