"""Is this a running foot or shank? The gate that every running number passes.

Strides are judged by the bout: impacts, swing, symmetry of the two halves of the stride, regularity, contact,
stride length and speed must all suit a leg on the ground. What fails is no gait: its strides are dropped, so
that bouts, metrics and findings count the same strides.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from gait.analysis.session.activity import JOIN_S, STILL_SD_G, settled
from gait.analysis.signal.movement import Movement
from gait.analysis.strides.stride_batch import StrideBatch
from gait.arrays import BoolArray, FloatArray, IntArray
from gait.frames import Placement
from gait.recording.model import Recording
from gait.sentences import sentence
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["Verdict", "awake", "bout_numbers", "judge", "looked_at"]

MOST_STRIDES, BOUT_STRIDES = 600, 12
"""Strides whose samples are looked at: in all, and at most in one bout (chosen: they bound time and memory,
whatever the length of the run)."""

RUN_PEAK_G: dict[Placement, float] = {"shoe": 4.2, "shank": 3.7}
"""Largest acceleration of a running stride, g, median of a bout, at least. Shoes of treadmill runs at 2.5 m/s
(Fukuchi 2017, 10.7717/peerj.3298, sampled at 50-400 Hz) reach 6.5, shanks 4.2; a pocket's phone 2 to 3."""

RUN_RMS_G: dict[Placement, float] = {"shoe": 1.25, "shank": 1.0}
"""Root mean square of (norm - 1 g) over a stride, at least (chosen between what was measured on those
runners, shoes 1.6 and more, shanks 1.15, and a phone in a pocket, 1.0)."""

RUN_TURN_DPS = 380.0
"""Fastest rate of a running stride, deg/s, at least (chosen between those runners, who reach 480 and more,
and a thigh with 250 to 350)."""

WALK_RMS_G, WALK_TURN_DPS, WALK_NEAR_ONE = 0.42, 230.0, 0.28
"""As above for walking (chosen between a foot, 0.67 g and 540 deg/s, or a shank, 300 deg/s, and a pocket, 0.3
g and 200 deg/s). The norm is within 0.2 g of one for this share of the stride at least (feet and shanks 0.37;
not in pedalling)."""

FLOATING_G, FLOATING_SHARE = 0.4, 0.15
"""A trunk falls freely twice a stride: its norm is below the first for more than this share (chosen: twice
the most of legs, which is 0.07)."""

ALIKE_HALVES = 0.72
"""Correlation of the norm with itself half a stride on, from which both steps are felt alike: a trunk or a
thigh (chosen: well above feet and shanks, which stay below 0.5)."""

IMPULSIVE, ROUND = 1.75, 2.3
"""(peak - 1 g) over the root mean square of a leg, at least, and the most of a soft movement that goes round
once a stride (chosen: above the 1.4 of a sine, such as pedalling or shaking)."""

CADENCE_SPM = (118.0, 260.0)
"""Slowest and fastest running (chosen: slower is walking, and published methods accept up to 4.75 steps a
second, with some room for the error of a stride)."""

WALK_CADENCE_SPM, NEAR_ONE_G = 132.0, 0.36
"""A slower cadence whose norm is within 0.2 g of one for this share of the stride is walking (chosen: feet
and shanks of walkers have 0.37 and more)."""

IRREGULAR = 0.3
"""Robust relative scatter of stride times in a bout above which it is no gait (chosen: three times the most
of a run, 0.1)."""

CONTACT_S, WIDEST_S = (0.07, 0.50), 0.110
"""Contact time of running, s, and the widest 95 % half-width of it that still is a measurement (chosen: wider
than the 0.163 to 0.314 s of the fit's runners, for sprinters and slow joggers; an interval wider than that
says nothing of a runner)."""

LEAST_SHARE = 0.19
"""Contact's share of the stride below which nobody runs (chosen: sprinters at 9 m/s touch for 0.22 of it)."""

LENGTH_M, SPEED_M_S, CLOSED = (0.8, 7.0), 1.2, 0.12
"""Stride length and least speed of running; looked at where gravity closes within the last, relative (chosen:
with room beyond the strides of sprinters; slower than 1.2 m/s people walk)."""

TOLD_SHARE = 0.1
"""Share of the strides that must be turned down, where others are kept, for a sensor to be said to look like
something else (chosen: a few odd steps between walking and running do not make a phone of a shoe)."""

ENOUGH = 6
"""Strides in a bout from which a sensor's running is believed beside much that was turned down (chosen: some
four seconds of running)."""

POCKET = sentence("a phone in a pocket, or a sensor on the trunk or the arm")
PEDALS = sentence("pedalling")
SHAKEN = sentence("a sensor that is shaken or carried")
WALK = sentence("walking")
JUMPS = sentence("jumping or hopping")


@dataclass(frozen=True)
class Feel:
    """Medians over strides of what the samples of a bout show.

    Attributes
    ----------
    peak_g, rms_g
        Largest norm, and root mean square of (norm - 1 g).
    turn_dps
        Fastest rate; NaN without a gyroscope.
    halves
        Correlation of the norm with itself half a stride on.
    floating, near_one
        Shares of the stride with the norm below `FLOATING_G`, and within 0.2 g of one.
    """

    peak_g: float
    rms_g: float
    turn_dps: float
    halves: float
    floating: float
    near_one: float


@dataclass(frozen=True)
class Verdict:
    """Result of the gate for one sensor.

    Attributes
    ----------
    batch
        The strides that stay; ``walking`` is their bout's kind.
    leg
        (n,) for the strides given: whether the accelerometer alone feels like a leg's.
    looks_like
        Why strides were dropped, in words; empty where none were.
    """

    batch: StrideBatch
    leg: BoolArray
    looks_like: str = ""


def awake(batch: StrideBatch, movement: Movement) -> StrideBatch:
    """Return the strides without those in a still second: turning alone is no step."""
    still = movement.spread_g(0.5 * (batch.ic_s + batch.end_s)) < STILL_SD_G
    return batch.take(~still) if still.any() else batch


def bout_numbers(batch: StrideBatch) -> FloatArray:
    """Return (n,) number of the bout that each stride belongs to: same kind, without a pause."""
    if len(batch) == 0:
        return np.empty(0)
    kind = np.array(settled(batch.walking > 0.5))
    cut = (batch.ic_s[1:] - batch.end_s[:-1] >= JOIN_S) | (kind[1:] != kind[:-1])
    out: FloatArray = np.r_[0, np.cumsum(cut)].astype(float)
    return out


def looked_at(batch: StrideBatch) -> FloatArray:
    """Return (k, 2) spans, s, of the strides whose samples the gate needs: a few of each bout."""
    rows = _chosen(bout_numbers(batch), batch.complete)
    return np.stack([batch.ic_s[rows] - 0.03, batch.next_ic_s[rows]], axis=1)


def _chosen(number: FloatArray, complete: BoolArray) -> IntArray:
    """Return rows of some whole strides of each bout."""
    bouts = np.unique(number)
    most = int(np.clip(MOST_STRIDES // max(len(bouts), 1), 3, BOUT_STRIDES))
    rows = []
    for bout in bouts:
        own = np.flatnonzero((number == bout) & complete)
        if len(own) == 0:
            continue
        rows.append(own[np.linspace(0, len(own) - 1, min(most, len(own))).astype(np.intp)])
    return np.concatenate(rows) if rows else np.empty(0, dtype=np.intp)


def judge(batch: StrideBatch, samples: Recording, closure_error: float = 0.0, scale: float = 1.0) -> Verdict:
    """Return the strides of bouts that suit a leg, and why the others do not.

    Parameters
    ----------
    batch
        All strides of a sensor.
    samples
        With the samples within `looked_at` at least.
    closure_error
        How far the strides' gravity is off, relative: lengths are looked at only where it closes.
    scale
        What the accelerometer reads of one g, where its unit is in doubt.
    """
    number = bout_numbers(batch)
    rows = _chosen(number, batch.complete)
    kind = np.array(settled(batch.walking > 0.5), dtype=bool)
    kept, leg = np.zeros(len(batch), dtype=bool), np.zeros(len(batch), dtype=bool)
    why: Counter[str] = Counter()
    for bout in np.unique(number):
        own = number == bout
        feel = feel_of(batch.take(rows[own[rows]]), samples, scale)
        if not kind[own][0] and _is_walk(batch.take(own), feel):
            kind[own] = True
        legs = _unlike_a_leg(feel, samples.placement, walking=bool(kind[own][0]))
        leg[own] = not legs
        reason = legs or _unlike_gait(batch.take(own), feel, closure_error, walking=bool(kind[own][0]))
        kept[own] = not reason
        if reason:
            why[reason] += int(own.sum())
    runs = max((int((number == bout).sum()) for bout in np.unique(number[kept])), default=0)
    if kept.any() and runs < ENOUGH and kept.sum() < 0.25 * len(kept):
        kept[:] = False
    batch = replace(batch, walking=kind.astype(float))
    reported = why and (not kept.any() or why.total() >= TOLD_SHARE * len(kept))
    return Verdict(batch.take(kept), leg, why.most_common(1)[0][0] if reported else "")


def feel_of(strides: StrideBatch, samples: Recording, scale: float = 1.0) -> Feel:
    """Return what the samples of some strides show; NaN where there are too few."""
    low = np.searchsorted(samples.time_s, strides.ic_s - 0.03)
    high = np.searchsorted(samples.time_s, strides.next_ic_s - 0.03)
    rows = [
        _one_feel(samples, slice(start, stop), scale)
        for start, stop in zip(low.tolist(), high.tolist(), strict=True)
        if stop - start >= 8
    ]
    if not rows:
        return Feel(*[float("nan")] * 6)
    return Feel(*np.median(np.array(rows), axis=0).tolist())


def _one_feel(samples: Recording, rows: slice, scale: float) -> tuple[float, ...]:
    norm = np.linalg.norm(samples.acc[rows], axis=1) / (STANDARD_GRAVITY * scale)
    turn_dps = np.nan if samples.gyr is None else np.linalg.norm(samples.gyr[rows], axis=1).max() / DEG
    even = np.interp(np.linspace(0.0, 1.0, 64, endpoint=False), np.linspace(0.0, 1.0, len(norm)), norm)
    even -= even.mean()
    halves = float(even @ np.roll(even, 32)) / max(float(even @ even), 1e-12)
    rms = float(np.sqrt(((norm - 1.0) ** 2).mean()))
    floating, near = float((norm < FLOATING_G).mean()), float((np.abs(norm - 1.0) < 0.2).mean())
    return float(norm.max()), rms, float(turn_dps), halves, floating, near


def _is_walk(strides: StrideBatch, feel: Feel) -> bool:
    stride = strides.next_ic_s - strides.ic_s
    if not np.isfinite(stride).any():
        return False
    cadence = 120.0 / float(np.nanmedian(stride))
    return cadence < WALK_CADENCE_SPM and feel.near_one > NEAR_ONE_G


def _unlike_a_leg(feel: Feel, placement: Placement, *, walking: bool) -> str:
    """Return what the accelerometer's feel suits instead of a leg; empty for a leg."""
    if not np.isfinite(feel.peak_g):
        return sentence("{what} (too few samples to tell a step)", what=SHAKEN)
    soft = feel.rms_g < RUN_RMS_G[placement] or feel.peak_g < RUN_PEAK_G[placement]
    if walking and soft:
        return _unlike_a_walking_leg(feel)
    if feel.floating > FLOATING_SHARE or feel.halves > ALIKE_HALVES:
        return sentence("{what}: both steps of a stride feel alike", what=POCKET)
    smooth = feel.peak_g - 1.0 < IMPULSIVE * feel.rms_g
    round_movement = soft and feel.halves < 0.0 and feel.peak_g - 1.0 < ROUND * feel.rms_g
    if smooth or round_movement:
        movement = PEDALS if soft or feel.rms_g < 2.0 else SHAKEN
        return sentence("{what}: a movement without impacts", what=movement)
    return _soft(feel, placement) if soft else ""


def _soft(feel: Feel, placement: Placement) -> str:
    """Return the kind of a movement with small impacts, in words with their size."""
    if placement == "shoe":
        return sentence(
            "{what} (peaks of {g:.1f} g where a running shoe feels 6 and more)", what=POCKET, g=feel.peak_g
        )
    return sentence(
        "{what} (peaks of {g:.1f} g where a running shank feels 4 and more)", what=POCKET, g=feel.peak_g
    )


def _unlike_a_walking_leg(feel: Feel) -> str:
    if feel.rms_g < WALK_RMS_G or feel.halves > ALIKE_HALVES:
        return sentence(
            "{what}: it feels {g:.1f} g where a walking foot feels {least:.1f} and more",
            what=POCKET,
            g=feel.rms_g,
            least=0.6,
        )
    if feel.floating > FLOATING_SHARE:
        return sentence(
            "{what}: it falls freely for {n:.0f} % of the time, which no walking foot does",
            what=JUMPS,
            n=100.0 * feel.floating,
        )
    if feel.near_one > WALK_NEAR_ONE:
        return ""
    return sentence("{what}: a movement without a stance", what=PEDALS)


def _unlike_gait(strides: StrideBatch, feel: Feel, closure_error: float, *, walking: bool) -> str:
    """Return what swing, rhythm, contact, length or speed suit instead of gait; empty for gait."""
    least = WALK_TURN_DPS if walking else RUN_TURN_DPS
    if feel.turn_dps < least:
        return sentence(
            "{what}: it turns by {most:.0f} deg/s at most, a leg by {least:.0f} and more",
            what=POCKET,
            most=feel.turn_dps,
            least=least,
        )
    stride = (strides.next_ic_s - strides.ic_s)[strides.complete]
    if len(stride) == 0:
        return ""
    middle = float(np.median(stride))
    scatter = 1.48 * float(np.median(np.abs(stride - middle))) / middle
    if len(strides) >= 5 and scatter > IRREGULAR:
        return sentence(
            "{what}: the time from step to step varies by {n:.0f} %", what=SHAKEN, n=100.0 * scatter
        )
    if walking:
        return ""
    if not CADENCE_SPM[0] < 120.0 / middle < CADENCE_SPM[1]:
        return sentence("{what} or another movement: {n:.0f} steps a minute", what=WALK, n=120.0 / middle)
    return _unlike_contact(strides) or _unlike_running_length(strides, closure_error)


def _unlike_contact(strides: StrideBatch) -> str:
    contact = (strides.tc_s - strides.ic_s)[np.isfinite(strides.tc_s)]
    if len(contact) == 0:
        return ""
    finite = np.isfinite(strides.tc_s)
    half = 1.96 * float(np.median(np.hypot(strides.ic_sd_s[finite], strides.tc_sd_s[finite])))
    if half > WIDEST_S:
        return sentence("{what}: contact cannot be told within {ms:.0f} ms", what=SHAKEN, ms=1e3 * half)
    middle = float(np.median(contact))
    if not CONTACT_S[0] < middle < CONTACT_S[1]:
        return sentence(
            "{what} or another movement: no contact of {ms:.0f} ms is running", what=PEDALS, ms=1e3 * middle
        )
    share = float(np.nanmedian((strides.tc_s - strides.ic_s) / (strides.next_ic_s - strides.ic_s)))
    if share < LEAST_SHARE:
        return sentence(
            "{what}: a foot that is on the ground for {n:.0f} % of its stride does not run",
            what=SHAKEN,
            n=100.0 * share,
        )
    return ""


def _unlike_running_length(strides: StrideBatch, closure_error: float) -> str:
    """Return in words a length or speed that is no runner's; empty for running, or without closure."""
    length = strides.stride_length_m
    if closure_error > CLOSED or not np.isfinite(length).any():
        return ""
    metres = float(np.nanmedian(length))
    pace = length / (strides.next_ic_s - strides.ic_s)
    speed = float(np.nanmedian(pace)) if np.isfinite(pace).any() else SPEED_M_S + 1.0
    if LENGTH_M[0] < metres < LENGTH_M[1] and speed > SPEED_M_S:
        return ""
    return sentence("movement on the spot or on pedals: {m:.2f} m a stride", m=metres)
