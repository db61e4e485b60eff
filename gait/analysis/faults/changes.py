"""A sensor that reads otherwise from some stride on: the strides then have two levels.

Whatever the run, its strides' mean force is one g (`closure`), those of a walk too. Where that holds in one
part and not in the other, a unit, a full scale, a sign, the axes, a lag or the clock changed between the two.
Without a gyroscope the sizes of the force are left: a runner who changes the speed changes the time of the
strides as well, a unit changes nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gait.analysis.faults.closure import (
    Cause,
    Closed,
    closed_strides,
    explained,
    gravity_of_strides,
    stride_spans,
)
from gait.analysis.faults.offset import offset_of
from gait.analysis.faults.parts import CUT_THERE, Part
from gait.analysis.faults.survey import Rests
from gait.analysis.faults.unclosed import EXPLAINED
from gait.analysis.faults.units_and_axes import TIMES
from gait.analysis.results import Fault
from gait.analysis.strides.stride_batch import StrideBatch
from gait.arrays import FloatArray, IntArray
from gait.recording.model import Recording
from gait.sentences import sentence
from gait.units import STANDARD_GRAVITY

__all__ = ["change_spans", "changed_parts", "changed_unit"]

LEAST_STRIDES = 5
"""Strides of either part (chosen: fewer have no steady scatter)."""

SOUND, OFF = 0.05, 0.06
"""Misclosure of the part that is right, at most, and of the other one, at least, relative, beside its noise:
sound halves of 20 recordings of Fukuchi 2017 (10.7717/peerj.3298), half of them with a change from 2.5 to 4.5
m/s, lie within 0.018; gyroscopes with axes exchanged or turned from half-way on beyond 0.07 but for one of
35."""

SIGMAS, SCATTER = 4.0, 0.6
"""Standard errors between two levels at least; robust scatter within either part as a share of the difference
at most (chosen: many places of a change are tried, and the parts must be apart by more than they scatter)."""

COARSE_HZ, COARSE_OFF = 60.0, 0.15
"""Samples a second below which strides close less well, and the misclosure that is told then (chosen: sound
coarse strides close worse than `OFF`)."""

UNSTEADY, STEADY, LEFT, LEFT_TIMES = 0.05, 0.03, 0.45, 2.0
"""Scatter of the strides' gravity in a part and elsewhere, and share of the stance's force that is
unexplained in it and how many times the share elsewhere, from which it is wrong though its gravity is about
one g by chance (chosen: sound strides agree within `SOUND`, and a change must stand out from the rest of its
own run)."""

CLIPPED = 0.2
"""Share of clipped strides from which those explain that force is missing (chosen: medians of a part then
begin to be affected)."""

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Shares of a stride's samples whose force is compared (chosen: swing, stance and what lies between)."""

LEVEL, LEVEL_SPREAD, RHYTHM = 1.45, 1.18, 0.035
"""Factor between two parts' forces from which a unit changed, how far the factors of `QUANTILES` may differ,
and difference of the strides' times, relative, that goes with it (chosen on 15 runners of Fukuchi 2017: from
2.5 to 4.5 m/s the forces grow 1.5 to 2.4 times while the strides get shorter by 9 to 16 %, from 3.5 to 4.5
m/s 1.2 to 1.6 times and 3 to 9 %)."""

LOOKED_AT = 32
"""Strides whose forces are looked at (chosen: medians of so many scatter little, and the work is bounded)."""

LEAST_SAMPLES = 8
"""Samples of a stride from which its force is looked at (chosen: quantiles of fewer are single samples)."""

REST_NEAR = 0.12
"""Relative difference from one g within which a rest says that a part is right (chosen: as
`gait.analysis.faults.units_and_axes.REST_WRONG`)."""


@dataclass(frozen=True)
class _Half:
    """Strides before or behind a cut: their misclosure's size, its standard error, and how they look."""

    level: float
    error: float
    cause: Cause

    @property
    def off(self) -> float:
        return abs(self.level - 1.0)


def _all_running(batch: StrideBatch) -> StrideBatch:
    """Return the strides without their kind: where a sensor changes, a run can look like walking."""
    return replace(batch, walking=np.zeros(len(batch)))


def change_spans(batch: StrideBatch) -> FloatArray:
    """Return (k, 2) spans, s, of the strides whose samples are looked at here."""
    rows = _ended(batch)
    own = np.stack([batch.ic_s[rows], batch.next_ic_s[rows]], axis=1)
    return np.concatenate([stride_spans(_all_running(batch)), own])


def _ended(batch: StrideBatch) -> IntArray:
    """Return rows of `LOOKED_AT` strides at most whose end is known, spread over the recording."""
    rows = np.flatnonzero(np.isfinite(batch.next_ic_s))
    return (
        rows if len(rows) == 0 else rows[np.unique(np.linspace(0, len(rows) - 1, LOOKED_AT).astype(np.intp))]
    )


def changed_parts(
    name: str, batch: StrideBatch, samples: Recording, span: tuple[float, float], rate_hz: float
) -> tuple[Part, ...]:
    """Return the part before or behind a change by which a sensor that is right elsewhere is off.

    Parameters
    ----------
    name
        The sensor's, such as ``left shoe``.
    samples
        With the samples within `change_spans` at least.
    span
        First and last time of the recording, s.
    rate_hz
        Samples a second.
    """
    strides = closed_strides(_all_running(batch), samples)
    if strides is None or len(strides) < 2 * LEAST_STRIDES:
        return ()
    gravity = gravity_of_strides(strides)
    cut = _cut(gravity)
    halves = tuple(_half(strides, gravity, rows) for rows in (np.arange(cut), np.arange(cut, len(gravity))))
    wrong = int(_strangeness(halves[1]) > _strangeness(halves[0]))
    rows = strides.rows[:cut] if wrong == 0 else strides.rows[cut:]
    if halves[1 - wrong].off > SOUND or not _differs(halves[wrong], halves[1 - wrong], rate_hz):
        return ()
    if halves[wrong].level < 1.0 and batch.clipped[rows].mean() > CLIPPED:
        return ()
    most = EXPLAINED[samples.placement]["gyr"]
    if offset_of(strides, [half.cause for half in halves], most) is not None:
        return ()  # an offset of the whole recording closes strides of either part unevenly
    before, behind = strides.rows[cut - 1 : cut + 1].tolist()
    low, high = (span[0], float(batch.ic_s[behind])) if wrong == 0 else (float(batch.end_s[before]), span[1])
    return (_part(name, low, high, halves[wrong].level, halves[1 - wrong].level),)


def _cut(gravity: FloatArray) -> int:
    """Return the first stride behind the cut that leaves the least absolute scatter about both medians."""
    places = range(LEAST_STRIDES, len(gravity) - LEAST_STRIDES + 1)

    def left(cut: int) -> float:
        return sum(
            float(np.abs(part - np.median(part, axis=0)).sum()) for part in (gravity[:cut], gravity[cut:])
        )

    return min(places, key=left)


def _half(strides: Closed, gravity: FloatArray, rows: IntArray) -> _Half:
    own = replace(
        strides,
        start=strides.start[rows],
        stop=strides.stop[rows],
        stance=strides.stance[rows],
        rows=strides.rows[rows],
    )
    level = float(np.median(gravity[rows]))
    scatter = 1.48 * float(np.median(np.abs(gravity[rows] - level)))
    return _Half(level, 1.25 * scatter / float(np.sqrt(len(rows))), explained(own, "none", 1.0))


def _strangeness(half: _Half) -> float:
    return half.off + half.cause.scatter


def _differs(wrong: _Half, right: _Half, rate_hz: float) -> bool:
    """Return whether one part's strides are off and the other's not."""
    between = abs(wrong.level - right.level)
    if rate_hz < COARSE_HZ:
        return wrong.off > COARSE_OFF and between > SIGMAS * np.hypot(wrong.error, right.error)
    off = wrong.off > OFF + 2.0 * wrong.error and between > SIGMAS * float(np.hypot(wrong.error, right.error))
    scatter = max(wrong.cause.scatter, right.cause.scatter)
    rough = wrong.cause.scatter > UNSTEADY and right.cause.scatter < STEADY
    unlike = wrong.cause.pivot > max(LEFT, LEFT_TIMES * right.cause.pivot)
    return (off and scatter < SCATTER * between) or (unlike and (rough or wrong.off > SOUND))


def _part(name: str, low: float, high: float, read: float, right: float) -> Part:
    """Return the part up to or from the change of level."""
    text = sentence(
        "from {low:.0f} to {high:.0f} s gravity over whole strides is {read:.2f} g, and {right:.2f} g "
        "elsewhere: a unit, a full scale, a sign, the axes, a lag or the clock changed",
        low=low,
        high=high,
        read=read,
        right=right,
    )
    fault = Fault("changed_part", name, "clear", text, (), CUT_THERE, low, span_s=(low, high))
    return Part(fault, low, high)


def changed_unit(
    name: str, batch: StrideBatch, samples: Recording, rests: Rests, span: tuple[float, float]
) -> tuple[tuple[Part, ...], tuple[Fault, ...]]:
    """Return the part, or the fault, of an accelerometer alone whose forces change while the rhythm stays.

    Parameters
    ----------
    name, batch, samples, span
        As in `changed_parts`.
    rests
        They say which part is right; without one neither is believed.
    """
    if samples.gyr is not None:
        return (), ()
    rows, forces = _forces(batch, samples)
    if len(rows) < 2 * LEAST_STRIDES:
        return (), ()
    cut = _cut(forces)
    factors = np.exp(np.median(forces[cut:], axis=0) - np.median(forces[:cut], axis=0))
    factor = float(np.exp(np.log(factors).mean()))
    stride = np.log((batch.next_ic_s - batch.ic_s)[rows])
    rhythm = float(abs(np.median(stride[cut:]) - np.median(stride[:cut])))
    if abs(np.log(factor)) < np.log(LEVEL) or factors.max() > LEVEL_SPREAD * factors.min() or rhythm > RHYTHM:
        return (), ()
    at = float(batch.end_s[rows[cut - 1]]), float(batch.ic_s[rows[cut]])
    wrong = _part_off(rests, at[1])
    if wrong is None:
        return (), (_unit_fault(name, at[1], factor),)
    low, high = (span[0], at[1]) if wrong == 0 else (at[0], span[1])
    fault = replace(_unit_fault(name, at[1], factor), spoils=(), todo=CUT_THERE, span_s=(low, high))
    return (Part(fault, low, high),), ()


def _forces(batch: StrideBatch, samples: Recording) -> tuple[IntArray, FloatArray]:
    """Return (k,) rows of some strides and (k, q) logarithms of the `QUANTILES` of their force, g."""
    rows, forces = [], []
    size = np.linalg.norm(samples.acc, axis=1) / STANDARD_GRAVITY
    for row in _ended(batch).tolist():
        low, high = np.searchsorted(samples.time_s, [batch.ic_s[row], batch.next_ic_s[row]])
        if high - low >= LEAST_SAMPLES:
            rows.append(row)
            forces.append(np.log(np.maximum(np.quantile(size[low:high], QUANTILES), 1e-3)))
    return np.array(rows, dtype=np.intp), np.array(forces).reshape(-1, len(QUANTILES))


def _part_off(rests: Rests, change_s: float) -> int | None:
    """Return 0 or 1 for the part whose rests, or whose other part's, say that it is off; None without any."""
    near = np.abs(np.linalg.norm(rests.acc, axis=1) / STANDARD_GRAVITY - 1.0) < REST_NEAR
    behind = rests.start_s > change_s
    right = [bool(near[part].mean() > 0.5) if part.any() else None for part in (~behind, behind)]
    if right[0] == right[1]:
        return None
    if right[0] is None:
        return 0 if right[1] else 1
    return 1 if right[0] else 0


def _unit_fault(name: str, change_s: float, factor: float) -> Fault:
    text = sentence(
        "from {low:.0f} s on the accelerometer reads {n:.2f} times what it read before, at the same rhythm: "
        "its unit or full scale changed",
        low=change_s,
        n=factor,
    )
    todo = sentence("cut the file there, and see which part reads 9.81 m/s2 at rest")
    return Fault("changed_part", name, "clear", text, (*TIMES, "peak_acc_g"), todo, change_s)
