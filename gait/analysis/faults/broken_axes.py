"""Axes of one sensor that no leg moves so: at a limit, held, wrapping round, filled up; and rows of zeros."""

from __future__ import annotations

import numpy as np

from gait.analysis.faults.axis_figures import LARGEST_STEPS, Axes
from gait.analysis.faults.survey import Survey
from gait.analysis.faults.units_and_axes import ALL, ANGLES, LARGER_SCALE, SHAKEN_M_S2, TIMES
from gait.analysis.results import Fault
from gait.recording.model import Recording
from gait.sentences import sentence
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["acc_cut_off", "broken_axes"]

PILED, PILED_FROM_DPS = 8, 150.0
"""Samples at an axis' largest value from which it is a limit, and the least rate, deg/s, that is one (chosen:
noise does not repeat a largest value so often, and no gyroscope's range is smaller)."""

ACC_PILED_SHARE = 0.1
"""Share of the samples that repeat an axis' largest value from which an accelerometer is cut off too much for
a landing to show, where it is shaken as on a leg (chosen: measured on 13 runners at 2 g it is 0.17 to
0.65)."""

WRAPS = 3
"""Jumps through the whole range from which they are an overflow (chosen: single ones are damaged samples)."""

FULL_SCALES_G, BOTH_ENDS, JUMPS, JUMP_SIZE = (2.0, 4.0, 8.0, 16.0, 32.0), 0.94, 8, 1.28
"""Usual full scales of accelerometers; share of one that both ends of an axis come to, steps larger than it
and their median over it, from which the axis wraps round: hard landings of sound shanks at 100 Hz (Fukuchi
2017) step by 1.2 times the largest magnitude, wrapped ones by 1.3 to 2."""

FROZEN_S = 2.0
"""s that all samples stay the same from which it is told (chosen: longer than a packet that is sent
twice)."""

AT_END, AT_END_SHARE = 3.0, 0.12
"""Samples at the very end of an axis, and share of its jumps, beyond which they stop at a limit (chosen:
an overflow leaves an end at once)."""

REPEATED_SHARE, FRESH_HZ = 0.25, 70.0
"""Share of the moving rows that repeat the one before from which they were filled up, and the true rate below
which that spoils what depends on the course of a stride (chosen: noise repeats few, and a stance then has a
dozen samples)."""

STRAIGHT_SHARE = 0.4
"""Share of the moving rows on a line between their neighbours from which they were filled up (chosen: twice
as many rows as samples give a half, a sensor's own samples a fiftieth)."""

HELD_SHARE, DEAD_SHARE = 0.25, 1e-4
"""An axis that holds one value for this share of the samples, or scatters by this share of the others
(chosen: no axis of a leg rests for so long, nor is without noise)."""


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
    if survey.straight >= STRAIGHT_SHARE:
        out.append(_filled_up(name, survey.straight, rate_hz))
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


def _filled_up(name: str, share: float, rate_hz: float) -> Fault:
    """Return the fault of rows that were made on straight lines between the samples of a slower sensor."""
    fresh_hz = (1.0 - share) * rate_hz
    text = sentence(
        "{share:.0f} % of the rows lie on straight lines between others: it samples at about {hz:.0f} Hz, "
        "not {rate:.0f}",
        share=100.0 * share,
        hz=fresh_hz,
        rate=rate_hz,
    )
    todo = sentence("export the samples at the sensor's own rate, not resampled")
    spoils = (*TIMES, "peak_acc_g", *ANGLES) if fresh_hz < FRESH_HZ else ()
    return Fault("interpolated", name, "clear", text, spoils, todo, share)


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
        overflowing |= inside.any(axis=0) & (axes.jumps >= JUMPS) & (axes.jump >= JUMP_SIZE) & few
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
