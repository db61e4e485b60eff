"""Units and axes of one sensor: what standing still, the fastest turns and each axis' range contradict."""

from __future__ import annotations

import numpy as np

from gait.analysis.faults.survey import LARGEST_STEPS, Axes, Survey
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
    "acc_cut_off",
    "broken_axes",
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

PILED, PILED_FROM_DPS = 8, 150.0
"""Samples at an axis' largest value from which it is a limit, and the least rate, deg/s, that is one (chosen:
noise does not repeat a largest value so often, and no gyroscope's range is smaller)."""

ACC_PILED_SHARE = 0.1
"""Share of the samples that repeat an axis' largest value from which an accelerometer is cut off too much for
a landing to show, where it is shaken as on a leg (chosen: measured on 13 runners at 2 g it is 0.17 to
0.65)."""

WRAPS = 3
"""Jumps through the whole range from which they are an overflow (chosen: single ones are damaged samples)."""

FULL_SCALES_G, BOTH_ENDS, JUMPS = (2.0, 4.0, 8.0, 16.0, 32.0), 0.94, 8
"""Usual full scales of accelerometers; share of one that both ends of an axis come to, and steps larger than
it, from which the axis wraps round (chosen: within a chip's scale error, and more than damaged samples)."""

FROZEN_S = 2.0
"""s that all samples stay the same from which it is told (chosen: longer than a packet that is sent
twice)."""

AT_END, AT_END_SHARE = 3.0, 0.12
"""Samples at the very end of an axis, and share of its jumps, beyond which they stop at a limit (chosen: an
overflow leaves an end at once)."""

REPEATED_SHARE, FRESH_HZ = 0.25, 70.0
"""Share of the moving rows that repeat the one before from which they were filled up, and the true rate below
which that spoils what depends on the course of a stride (chosen: noise repeats few, and a stance then has a
dozen samples)."""

HELD_SHARE, DEAD_SHARE = 0.25, 1e-4
"""An axis that holds one value for this share of the samples, or scatters by this share of the others
(chosen: no axis of a leg rests for so long, nor is without noise)."""


def unit_faults(recording: Recording, survey: Survey) -> list[Fault]:
    """Return what standing still and the fastest turns say of the units."""
    name = recording.name
    out: list[Fault] = []
    rests = survey.rests
    if len(rests):
        out += _rest_faults(name, rests.gravity)
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


def _rest_faults(name: str, gravity: float) -> list[Fault]:
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
    if abs(ratio - 1.0) <= REST_WRONG:
        text = sentence(
            "standing still reads {read:.2f} m/s2, not {g:.2f}: the accelerometer is {ratio:.2f} times off",
            read=gravity,
            g=STANDARD_GRAVITY,
            ratio=ratio,
        )
        todo = sentence("calibrate the accelerometer, or divide it by that factor (gait doctor does with -o)")
        return [Fault("acc_scale", name, "likely", text, ("peak_acc_g", *ANGLES), todo, ratio)]
    ratio, unit = _unit_name(ratio, ACC_UNITS)
    text = sentence(
        "standing still reads {read:.1f}, not {g:.2f} m/s2: the accelerometer is in {unit}",
        read=gravity,
        g=STANDARD_GRAVITY,
        unit=unit,
    )
    todo = sentence("divide acc_x, acc_y and acc_z by {factor:.4g} (gait doctor does with -o)", factor=ratio)
    return [Fault("acc_unit", name, "clear", text, ALL, todo, ratio, refuses=True)]


def _unit_name(ratio: float, units: tuple[tuple[float, str], ...]) -> tuple[float, str]:
    """Return factor and words of the unit that a ratio to m/s2 is; the ratio itself where none is near."""
    near = min(units, key=lambda unit: abs(np.log(ratio / unit[0])))
    if abs(np.log(ratio / near[0])) < 0.04:
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


def acc_cut_off(recording: Recording, survey: Survey) -> tuple[Fault, ...]:
    """Return the fault of an accelerometer at its limit for so long that no stride shows; else nothing."""
    share = float(survey.acc.piled.max()) / max(survey.samples, 1)
    if share < ACC_PILED_SHARE or survey.shaken_m_s2 < SHAKEN_M_S2:
        return ()
    most = float(survey.acc.top[survey.acc.piled.argmax()]) / STANDARD_GRAVITY
    text = sentence(
        "the accelerometer ends at {most:.1f} g and stands there for {share:.0f} % of the time, so that no "
        "stride shows",
        most=most,
        share=100.0 * share,
    )
    todo = sentence("choose a larger full scale: a running foot needs 16 g")
    return (Fault("acc_cut_off", recording.name, "clear", text, ALL, todo, most),)


def broken_axes(recording: Recording, survey: Survey, rate_hz: float) -> list[Fault]:
    """Return limits, overflows, dead and held axes of both sensors, repeated rows, and rows of zeros.

    Parameters
    ----------
    rate_hz
        Rows a second.
    """
    name = recording.name
    out: list[Fault] = _held_rows(name, survey, rate_hz)
    if survey.frozen_s >= FROZEN_S:
        text = sentence(
            "for {s:.0f} s all samples stay the same and read no gravity: the sensor hung, or the file was "
            "filled up",
            s=survey.frozen_s,
        )
        todo = sentence("leave those rows out (gait doctor does with -o)")
        out.append(Fault("frozen", name, "clear", text, (), todo, survey.frozen_s))
    samples = max(survey.samples, 1)
    for kind, axes in (("acc", survey.acc), ("gyr", survey.gyr)):
        if axes is None:
            continue
        dead = _dead(axes, samples)
        word = sentence("accelerometer") if kind == "acc" else sentence("gyroscope")
        spoils: tuple[str, ...] = (*TIMES, *ANGLES) if kind == "gyr" else (*TIMES, "peak_acc_g", *ANGLES)
        if dead:
            text = _dead_text(dead, word)
            todo = sentence("record again; if it stays so, the sensor is broken")
            out.append(Fault(f"{kind}_dead", name, "clear", text, spoils, todo))
        elif times := _overflows(axes, kind):
            text = sentence(
                "the {sensor} jumps through its whole range {n} times: it overflows", sensor=word, n=times
            )
            if times >= LARGEST_STEPS:
                text = sentence(
                    "the {sensor} jumps through its whole range {n} times and more: it overflows",
                    sensor=word,
                    n=times,
                )
            todo = sentence("choose a larger full scale")
            out.append(Fault(f"{kind}_overflow", name, "clear", text, (*spoils, "peak_acc_g"), todo))
        elif kind == "gyr" and (limit := _limit_dps(axes)):
            text = sentence("the gyroscope ends at {most:.0f} deg/s, and the leg turns faster", most=limit)
            out.append(Fault("gyr_saturated", name, "clear", text, ANGLES, LARGER_SCALE, limit))
    if survey.zero_rows:
        share = 100.0 * survey.zero_rows / samples
        text = sentence(
            "{n} rows ({share:.1f} %) of the accelerometer are zero on all axes",
            n=survey.zero_rows,
            share=share,
        )
        spoils = (*TIMES, *ANGLES) if share > 1.0 else ()
        todo = sentence("leave those rows out (gait doctor does with -o): gravity makes zeros impossible")
        out.append(Fault("zero_rows", name, "clear", text, spoils, todo, float(survey.zero_rows)))
    return out


def _overflows(axes: Axes, kind: str) -> int:
    """Return how often an axis jumps through its range; 0 where it does not.

    At a low rate a sample that wraps round lands behind the limit and not at it: then an accelerometer's axis
    comes close to a usual full scale at both ends, without holding there, and jumps by more than that scale.
    """
    # A limit on both sides is jumped between too, but its samples lie at the very ends.
    few = axes.ends <= np.maximum(AT_END, AT_END_SHARE * axes.jumps)
    overflowing = (axes.wraps >= WRAPS) & (axes.wraps > axes.piled) & few
    if kind == "acc":
        scale = np.array(FULL_SCALES_G)[:, None] * STANDARD_GRAVITY
        ends = np.minimum(axes.high, -axes.low)
        inside = (axes.top <= 1.001 * scale) & (ends >= BOTH_ENDS * scale)
        overflowing |= inside.any(axis=0) & (axes.jumps >= JUMPS) & few
    return int(np.maximum(axes.wraps, axes.jumps)[overflowing].max()) if overflowing.any() else 0


def _held_rows(name: str, survey: Survey, rate_hz: float) -> list[Fault]:
    """Return the fault of rows that repeat the row before: the samples of a slower sensor, filled up."""
    shares = {
        kind: survey.held(gyroscope=kind == "gyr") for kind in ("acc", "gyr") if kind == "acc" or survey.gyr
    }
    share = max((share for share in shares.values() if np.isfinite(share)), default=0.0)
    if share < REPEATED_SHARE:
        return []
    fresh_hz = (1.0 - share) * rate_hz
    word = sentence("accelerometer") if shares["acc"] >= REPEATED_SHARE else sentence("gyroscope")
    text = sentence(
        "{share:.0f} % of the rows of the {sensor} repeat the row before: it samples at about {hz:.0f} Hz, "
        "not {rate:.0f}",
        share=100.0 * share,
        sensor=word,
        hz=fresh_hz,
        rate=rate_hz,
    )
    todo = sentence("export the samples at the sensor's own rate (gait doctor leaves repeats out with -o)")
    of_acc = ("peak_acc_g",) if shares["acc"] >= REPEATED_SHARE else ()
    spoils = (*TIMES, *of_acc, *ANGLES) if fresh_hz < FRESH_HZ else ()
    return [Fault("held_samples", name, "clear", text, spoils, todo, share)]


def _dead(axes: Axes, samples: int) -> list[int]:
    """Return the axes that stay the same while another one moves."""
    held = axes.longest_hold > max(HELD_SHARE * samples, 20.0)
    still = axes.spread <= DEAD_SHARE * axes.spread.max()
    dead = np.flatnonzero(held | still)
    return [] if len(dead) == 3 and axes.spread.max() > 0.0 else dead.tolist()


def _dead_text(axes: list[int], sensor: str) -> str:
    """Return which axes of a sensor do not move, in words."""
    if len(axes) == 3:
        return sentence("no axis of the {sensor} moves", sensor=sensor)
    names = ["xyz"[axis] for axis in axes]
    if len(axes) == 1:
        return sentence("{axis} of the {sensor} does not move", axis=names[0], sensor=sensor)
    return sentence(
        "{axis} and {other} of the {sensor} do not move", axis=names[0], other=names[1], sensor=sensor
    )


def _limit_dps(axes: Axes) -> float:
    """Return the rate that an axis stops at, deg/s; 0 where none does."""
    at = (axes.piled >= PILED) & (axes.top / DEG > PILED_FROM_DPS)
    return float(axes.top[at].max()) / DEG if at.any() else 0.0
