"""Units and axes of one sensor: what standing still, the fastest turns and each axis' range contradict."""

from __future__ import annotations

import numpy as np

from gait.analysis.faults.survey import Axes, Survey
from gait.analysis.results import Fault
from gait.recording.model import Recording
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["ALL", "ANGLES", "REST_OFF", "RHYTHM", "SHAKEN_M_S2", "TIMES", "broken_axes", "unit_faults"]

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
which gravity was taken out. Offsets of uncalibrated sensors reach 0.06 g."""

LEG_MOST_DPS, LEG_LEAST_DPS = 4000.0, 32.0
"""No leg turns faster (the fastest kicks: 2500), and a running leg's rates in rad/s stay below the second; a
trunk turns by 40 deg/s and more."""

SHAKEN_M_S2 = 1.1 * STANDARD_GRAVITY
"""Scatter of the acceleration within half a second from which a leg runs: 1.2 g and more in the slowest."""

PILED, PILED_FROM_DPS = 8, 150.0
"""Samples at an axis' largest value from which it is a limit, and the least rate that is one."""

WRAPS = 3
"""Jumps through the whole range from which they are an overflow."""

HELD_SHARE, DEAD_SHARE = 0.25, 1e-4
"""An axis that holds one value for this share of the samples, or scatters by this share of the others."""


def unit_faults(recording: Recording, survey: Survey) -> list[Fault]:
    """Return what standing still and the fastest turns say of the units."""
    name = recording.name
    out: list[Fault] = []
    rests = survey.rests
    if len(rests):
        out += _rest_faults(name, rests.gravity)
    fast = survey.fast_turns_rad_s / DEG
    if fast > LEG_MOST_DPS:
        out.append(_gyr_unit(name, fast, too_fast=True))
    elif survey.shaken_m_s2 > SHAKEN_M_S2 and 0.0 < fast < LEG_LEAST_DPS:
        out.append(_gyr_unit(name, fast, too_fast=False))
    return out


ACC_UNITS = (
    (1.0 / STANDARD_GRAVITY, "g instead of m/s2"),
    (1000.0 / STANDARD_GRAVITY, "thousandths of g instead of m/s2"),
    (3.28084, "feet/s2 instead of m/s2"),
    (100.0, "cm/s2 instead of m/s2"),
    (STANDARD_GRAVITY, "m/s2 multiplied by 9.81 once more"),
    (0.5, "half of m/s2, as with another full scale"),
    (2.0, "twice m/s2, as with another full scale"),
    (4.0, "four times m/s2, as with another full scale"),
    (0.25, "a quarter of m/s2, as with another full scale"),
)
"""Factor on m/s2 -> what the unit then is."""

GYR_UNITS = (
    (16.4, "raw counts (16.4 a deg/s)"),
    (32.8, "raw counts (32.8 a deg/s)"),
    (65.5, "raw counts (65.5 a deg/s)"),
    (131.0, "raw counts (131 a deg/s)"),
    (1000.0, "thousandths of deg/s"),
    (57.2958, "deg/s multiplied by 57.3 once more"),
)
USUAL_FAST_DPS = 900.0
"""Fastest rate of a running leg, deg/s, to a factor of two: what units are guessed by."""


def _rest_faults(name: str, gravity: float) -> list[Fault]:
    ratio = gravity / STANDARD_GRAVITY
    if abs(ratio - 1.0) <= REST_OFF:
        return []
    if ratio < NO_GRAVITY:
        what = f"standing still reads {gravity:.2f} m/s2, not 9.81: gravity was taken out of the acceleration"
        todo = "export the raw accelerometer, not 'linear' or 'user' acceleration"
        return [Fault("acc_gravity", name, "clear", what, ALL, todo, ratio, refuses=True)]
    if abs(ratio - 1.0) <= REST_WRONG:
        what = (
            f"standing still reads {gravity:.2f} m/s2, not 9.81: the accelerometer is {ratio:.2f} times off"
        )
        todo = "calibrate the accelerometer, or divide it by that factor (gait doctor does with -o)"
        return [Fault("acc_scale", name, "likely", what, ("peak_acc_g", *ANGLES), todo, ratio)]
    ratio, unit = _unit_name(ratio, ACC_UNITS)
    what = f"standing still reads {gravity:.1f}, not 9.81 m/s2: the accelerometer is in {unit}"
    todo = f"divide acc_x, acc_y and acc_z by {ratio:.4g} (gait doctor does with -o)"
    return [Fault("acc_unit", name, "clear", what, ALL, todo, ratio, refuses=True)]


def _unit_name(ratio: float, units: tuple[tuple[float, str], ...]) -> tuple[float, str]:
    """Return factor and words of the unit that a ratio to m/s2 is; the ratio itself where none is near."""
    near = min(units, key=lambda unit: abs(np.log(ratio / unit[0])))
    if abs(np.log(ratio / near[0])) < 0.04:
        return near
    return ratio, f"another unit, {ratio:.3g} times m/s2"


def _gyr_unit(name: str, fast: float, *, too_fast: bool) -> Fault:
    if too_fast:
        factor, unit = min(GYR_UNITS, key=lambda one: abs(np.log(fast / one[0] / USUAL_FAST_DPS)))
        what = f"the gyroscope reads {fast:.0f} deg/s; no leg turns faster than {LEG_MOST_DPS:.0f}: {unit}"
        todo = f"divide gyr_x, gyr_y and gyr_z by {factor:g} if that is its scale; gait doctor checks it"
        return Fault("gyr_unit", name, "clear", what, ALL, todo, factor, refuses=True)
    what = f"the gyroscope reads {fast:.1f} deg/s at most while the leg runs: it is in rad/s"
    todo = "multiply gyr_x, gyr_y and gyr_z by 57.29578 (gait doctor does with -o)"
    return Fault("gyr_unit", name, "clear", what, ALL, todo, DEG, refuses=True)


def broken_axes(recording: Recording, survey: Survey) -> list[Fault]:
    """Return limits, overflows, dead and held axes of both sensors, and rows of zeros."""
    name = recording.name
    out: list[Fault] = []
    samples = max(survey.samples, 1)
    for kind, axes, word in (("acc", survey.acc, "accelerometer"), ("gyr", survey.gyr, "gyroscope")):
        if axes is None:
            continue
        dead = _dead(axes, samples)
        spoils: tuple[str, ...] = ANGLES if kind == "gyr" else (*TIMES, "peak_acc_g", *ANGLES)
        if dead:
            what = f"{_axis_names(dead)} of the {word} {'does' if len(dead) == 1 else 'do'} not move"
            todo = "record again; if it stays so, the sensor is broken"
            out.append(Fault(f"{kind}_dead", name, "clear", what, spoils, todo))
        elif (overflow := (axes.wraps >= WRAPS) & (axes.wraps > axes.piled)).any():
            times = int(axes.wraps[overflow].max())
            what = f"the {word} jumps through its whole range {times} times: it overflows"
            todo = "choose a larger full scale"
            out.append(Fault(f"{kind}_overflow", name, "clear", what, (*spoils, "peak_acc_g"), todo))
        elif kind == "gyr" and (limit := _limit_dps(axes)):
            what = f"the gyroscope ends at {limit:.0f} deg/s, and the leg turns faster"
            todo = "choose a larger full scale: a running foot needs 2000 deg/s"
            out.append(Fault("gyr_saturated", name, "clear", what, ANGLES, todo, limit))
    if survey.zero_rows:
        share = 100.0 * survey.zero_rows / samples
        what = f"{survey.zero_rows} rows ({share:.1f} %) of the accelerometer are zero on all axes"
        spoils = (*TIMES, *ANGLES) if share > 1.0 else ()
        todo = "leave those rows out (gait doctor does with -o): gravity makes zeros impossible"
        out.append(Fault("zero_rows", name, "clear", what, spoils, todo, float(survey.zero_rows)))
    return out


def _dead(axes: Axes, samples: int) -> list[int]:
    """Axes that stay the same while another one moves."""
    held = axes.longest_hold > max(HELD_SHARE * samples, 20.0)
    still = axes.spread <= DEAD_SHARE * axes.spread.max()
    dead = np.flatnonzero(held | still)
    return [] if len(dead) == 3 and axes.spread.max() > 0.0 else dead.tolist()


def _axis_names(axes: list[int]) -> str:
    return "all axes" if len(axes) == 3 else " and ".join("xyz"[axis] for axis in axes)


def _limit_dps(axes: Axes) -> float:
    """Rate that an axis stops at, deg/s; 0 where none does."""
    at = (axes.piled >= PILED) & (axes.top / DEG > PILED_FROM_DPS)
    return float(axes.top[at].max()) / DEG if at.any() else 0.0
