"""Do the sensors of a session share a clock, and are they two? Looked at before anything is compared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gait.analysis.faults.units_and_axes import RHYTHM
from gait.analysis.results import Fault
from gait.analysis.strides.stride_batch import StrideBatch
from gait.arrays import FloatArray
from gait.frames import Side
from gait.sentences import sentence

__all__ = ["SensorTimes", "pair_faults"]

BETWEEN = ("step_ms", "flight_ms", "vertical_oscillation_cm")
"""Metrics that need both feet in one time."""

OF_BOTH = ("contact_ms", "duty_factor", "stride_length_m", "speed_m_s")
"""Metrics that a clock, or another run, changes as well."""

LEAST_OVERLAP = 0.2
"""Share of the shorter recording in which two sensors of one run must both be there (chosen: two sensors that
are started and stopped by hand miss less than that)."""

MISSED_SHARE, MISSED_S = 0.1, 5.0
"""Share and seconds of the longer recording that the shorter one may miss (chosen: two sensors are started
and stopped by hand, one after the other)."""

STEPS = 8
"""Steps from which left and right are compared (chosen: their median errs by less than half of their
scatter)."""

STEP_OFF, SAME_CONTACT_S = 0.055, 0.020
"""A step's distance from half a stride, as a share of the stride, that no sound pair of legs has while
contact times agree within the second. Step times of healthy runners differ by 0.7 %
(10.3389/fspor.2019.00036); with an amputated or injured leg by 5 %."""

STEP_WANDERS = 0.02
"""Robust scatter of the step's share, above which the two clocks drift or the legs do not belong together
(chosen: three times the 0.7 % of healthy runners, `STEP_OFF`)."""

TOGETHER = 0.04
"""Distance of a step from none, as a share of the stride, within which two sensors are on one leg (chosen:
some 28 ms, beyond the error of contacts)."""

RHYTHMS_APART = 0.02
"""Relative difference of two sensors' strides over the same time that no runner has (chosen: both legs take
the same number of strides, and clocks differ by 0.001)."""

SAME_LEG_S = 0.06
"""s (chosen: contacts of one leg from two sensors lie nearer than this, those of two legs further apart)."""


@dataclass(frozen=True)
class SensorTimes:
    """Figures to judge pairs by: name, leg, span of time (s), samples' fingerprint, running strides.

    ``reads_gyr`` is whether a gyroscope told the strides.
    """

    name: str
    side: Side
    span: tuple[float, float]
    fingerprint: int
    batch: StrideBatch
    reads_gyr: bool = True


def pair_faults(sensors: list[SensorTimes]) -> tuple[Fault, ...]:
    """Return what contradicts itself between the sensors of a session."""
    out: list[Fault] = []
    for first, other in combinations(sensors, 2):
        fault = _same_file(first, other) or _apart(first, other)
        fault = fault or _two_rhythms(first, other)
        if fault is None:
            fault = _legs(first, other) if first.side != other.side else _one_leg(first, other)
        fault = fault or _cut_short(first, other)
        if fault is not None and fault.kind not in {earlier.kind for earlier in out}:
            out.append(fault)
    return tuple(out)


def _same_file(first: SensorTimes, other: SensorTimes) -> Fault | None:
    if first.fingerprint != other.fingerprint:
        return None
    text = sentence(
        "{one} and {other} are the same samples: one file was given twice", one=first.name, other=other.name
    )
    todo = sentence("give each sensor's own file")
    return Fault("same_file", "", "clear", text, (), todo, refuses=True)


def _apart(first: SensorTimes, other: SensorTimes) -> Fault | None:
    """Return a fault where two spans of time hardly overlap: two runs, or two clocks."""
    start, stop = max(first.span[0], other.span[0]), min(first.span[1], other.span[1])
    shorter = min(first.span[1] - first.span[0], other.span[1] - other.span[0])
    if stop - start >= LEAST_OVERLAP * shorter:
        return None
    apart = max(start - stop, 0.0)
    days = apart / 86400.0
    far = sentence("{n:.0f} days", n=days) if days > 2.0 else sentence("{n:.0f} s", n=apart)
    text = sentence(
        "{one} and {other} were not recorded at the same time: their clocks are {far} apart",
        one=first.name,
        other=other.name,
        far=far,
    )
    todo = sentence("give both files times of one clock, or analyse them one by one")
    return Fault("no_overlap", "", "clear", text, (), todo, apart, refuses=True)


def _two_rhythms(first: SensorTimes, other: SensorTimes) -> Fault | None:
    """Return a fault where the strides of two sensors differ in length while both run."""
    low, high = max(first.span[0], other.span[0]), min(first.span[1], other.span[1])
    lengths = [
        (batch.next_ic_s - batch.ic_s)[(batch.ic_s >= low) & (batch.next_ic_s <= high)]
        for batch in (first.batch, other.batch)
    ]
    if min(map(len, lengths)) < STEPS:
        return None
    ratio = float(np.median(lengths[1]) / np.median(lengths[0]))
    if abs(np.log(ratio)) < RHYTHMS_APART:
        return None
    text = sentence(
        "{one} and {other} take strides of {first:.0f} and {second:.0f} ms at the same time: they are of two "
        "runners, of two runs, or a clock is off",
        one=first.name,
        other=other.name,
        first=1e3 * float(np.median(lengths[0])),
        second=1e3 * float(np.median(lengths[1])),
    )
    todo = sentence("give both feet's files of one run, or analyse them one by one")
    return Fault("two_rhythms", "", "likely", text, (*RHYTHM, *BETWEEN, *OF_BOTH), todo, ratio)


def _cut_short(first: SensorTimes, other: SensorTimes) -> Fault | None:
    """Return the fault of one sensor that was there for part of the other's run only."""
    short, long = sorted((first, other), key=lambda sensor: sensor.span[1] - sensor.span[0])
    length_s = long.span[1] - long.span[0]
    shared = min(short.span[1], long.span[1]) - max(short.span[0], long.span[0])
    missed = length_s - shared
    if missed < max(MISSED_SHARE * length_s, MISSED_S):
        return None
    text = sentence(
        "{short} was there for {n:.0f} of the {whole:.0f} s of {long}: what differs between them may differ "
        "between parts of the run",
        short=short.name,
        long=long.name,
        n=shared,
        whole=length_s,
    )
    todo = sentence("give the whole recording of both sensors, or read left against right with care")
    return Fault("cut_short", "", "clear", text, (), todo, missed)


def _legs(first: SensorTimes, other: SensorTimes) -> Fault | None:
    """Return the fault of steps that are not half a stride; its value is how late the right clock is."""
    if first.side == "right":
        first, other = other, first
    share, contact = _step_shares(first.batch, other.batch)
    if len(share) < STEPS:
        return None
    if float(np.median(np.minimum(share, 1.0 - share))) < TOGETHER:
        return _together(first, other)
    middle = float(np.median(share))
    scatter = 1.48 * float(np.median(np.abs(share - middle)))
    # What one clock's lead does to a step it undoes in the next: the share of both lies as far from a half.
    off = abs(middle - 0.5)
    if off < STEP_OFF and scatter < STEP_WANDERS * 2.5:
        return None
    if contact > SAME_CONTACT_S and scatter < STEP_WANDERS * 2.5:
        return None
    stride = float(np.nanmedian(first.batch.next_ic_s - first.batch.ic_s))
    lead_ms = 1e3 * (middle - 0.5) * stride
    text = sentence(
        "{one} and {other}: contact and stride agree, but steps are {first:.0f} and {second:.0f} % of a "
        "stride: their clocks are likelier {ms:.0f} ms apart than the legs",
        one=first.name,
        other=other.name,
        first=100.0 * middle,
        second=100.0 * (1.0 - middle),
        ms=abs(lead_ms),
    )
    if scatter >= STEP_WANDERS * 2.5:
        text = sentence(
            "{one} and {other}: steps wander between the strides: their clocks run differently",
            one=first.name,
            other=other.name,
        )
    todo = sentence("start both sensors on one clock, or hit them together once before the run")
    return Fault("two_clocks", "", "likely", text, BETWEEN, todo, lead_ms)


def _together(first: SensorTimes, other: SensorTimes) -> Fault:
    """Return the fault of two feet that land at once; their times do not tell its cause."""
    text = sentence(
        "{one} and {other} land at the same time, as no two feet of a runner do: their clocks are half a "
        "stride apart, both sat on one leg, or one recording was given as both feet",
        one=first.name,
        other=other.name,
    )
    todo = sentence("start both sensors on one clock; if both files are one foot's, give each foot's own")
    return Fault("same_leg", "", "likely", text, BETWEEN, todo)


def _step_shares(first: StrideBatch, other: StrideBatch) -> tuple[FloatArray, float]:
    """Return steps between the legs as shares of the stride, and the difference of contact times, s."""
    if len(first) == 0 or len(other) == 0:
        return np.empty(0), 0.0
    at = np.searchsorted(other.ic_s, first.ic_s, side="right")
    follow = np.where(at < len(other), other.ic_s[np.minimum(at, len(other) - 1)], np.nan)
    share = (follow - first.ic_s) / (first.next_ic_s - first.ic_s)
    share = share[(share > 0.0) & (share <= 1.0)]
    contact = [_contact_s(batch) for batch in (first, other)]
    gap = abs(contact[0] - contact[1])
    return share, 0.0 if np.isnan(gap) else gap


def _one_leg(first: SensorTimes, other: SensorTimes) -> Fault | None:
    """Return a fault where shoe and shank of one leg do not land at the same time."""
    if len(first.batch) < STEPS or len(other.batch) < STEPS:
        return None
    right = np.clip(np.searchsorted(other.batch.ic_s, first.batch.ic_s), 1, len(other.batch) - 1)
    both = np.stack([other.batch.ic_s[right - 1], other.batch.ic_s[right]]) - first.batch.ic_s
    lead = both[np.abs(both).argmin(axis=0), np.arange(len(first.batch))]
    middle = float(np.median(lead))
    if abs(middle) < SAME_LEG_S:
        return None
    if first.reads_gyr and not other.reads_gyr and abs(middle - _contact_s(first.batch)) < SAME_LEG_S:
        return _landing_or_push_off(first, other, middle)
    text = sentence(
        "{one} and {other} land {ms:.0f} ms apart: their clocks are not one",
        one=first.name,
        other=other.name,
        ms=1e3 * abs(middle),
    )
    todo = sentence("give both files times of one clock, or analyse them one by one")
    return Fault("leg_clocks", "", "likely", text, ("shank_angle_deg", "tibial_peak_g"), todo, 1e3 * middle)


def _contact_s(batch: StrideBatch) -> float:
    """Return the median contact time, s; NaN without one."""
    return float(np.nanmedian(batch.tc_s - batch.ic_s)) if np.isfinite(batch.tc_s).any() else float("nan")


def _landing_or_push_off(first: SensorTimes, other: SensorTimes, late_s: float) -> Fault:
    """Return the fault of an accelerometer alone that lands when the foot of its leg leaves the ground."""
    text = sentence(
        "{other} lands {ms:.0f} ms behind {one}, about when the foot leaves the ground: without a gyroscope "
        "its push-offs may be taken for landings, or their clocks are not one",
        one=first.name,
        other=other.name,
        ms=1e3 * late_s,
    )
    todo = sentence("use a sensor with a gyroscope there, or give both files times of one clock")
    return Fault("leg_clocks", "", "cannot tell", text, ("shank_angle_deg", "tibial_peak_g"), todo)
