"""Parts of a recording in which a sensor stopped, changed its unit, or was exchanged for another one.

Medians over a whole run pass over what begins half-way. So half seconds are looked at by themselves: a leg
that is shaken as in running turns, and over two seconds the specific force is one g in the mean at least, as
the body does not fall for so long. Side and place are looked at in each half of the strides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gait.analysis.faults.survey import SLICE_S, Survey
from gait.analysis.faults.units_and_axes import LEG_LEAST_DPS, SHAKEN_M_S2
from gait.analysis.results import Fault
from gait.analysis.strides.stride_batch import StrideBatch
from gait.arrays import BoolArray, FloatArray
from gait.sentences import sentence
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["CUT_THERE", "Part", "halves_of", "other_part", "spoilt_parts", "uncovered", "without_parts"]

CUT_THERE = sentence(
    "nothing is told of that part; mend it by itself, or leave it out (gait doctor does with -o)"
)

LEAST_S = 3.0
"""s that a part lasts from which it is told (chosen: a drop or a knock is over sooner)."""

LEAST_FORCE = 0.6
"""Share of one g below which the root mean square of the specific force over `FALL_S` is no body's (chosen:
on average a body on earth feels one g)."""

FALL_S = 2.0
"""s (chosen: nobody falls for so long)."""

BESIDE_S = 1.0
"""s beside a part within which a stride may lean on its samples (chosen: longer than a stride of running)."""

HALF_STRIDES = 12
"""Running strides of a half from which it is looked at by itself (chosen: as many as make a median good to a
third of their spread)."""

BLOCK_STRIDES = 10
"""Strides of a block (chosen: enough for a median, and 7 s)."""

UNCOVERED_S, UNCOVERED_SHARE, STRIDE_MARGIN_S = 6.0, 0.25, 1.0
"""s, and share of the shaken time, without a stride from which that is told; s about a stride that it covers
(chosen: starts, turns and drills of a run stay below)."""


@dataclass(frozen=True)
class Part:
    """A fault within [start_s, end_s) of session time."""

    fault: Fault
    start_s: float
    end_s: float


def spoilt_parts(name: str, survey: Survey) -> tuple[Part, ...]:
    """Return the parts in which a sensor reads what no leg does, while it is sound elsewhere.

    Parameters
    ----------
    name
        The sensor's, such as ``left shoe``.
    """
    rows = survey.slices
    if len(rows.start_s) == 0:
        return ()
    rest = survey.rests.gravity
    # Where the unit of the whole file is another one, `unit_faults` tells that.
    least = LEAST_FORCE * min(STANDARD_GRAVITY, rest)
    light = _too_light(rows.force, least)
    out = [_acc_part(name, rows.start_s[part], rows.force[part]) for part in _runs(light)]
    shaken = rows.shaken > SHAKEN_M_S2
    still = (
        shaken & ~(rows.fastest > LEG_LEAST_DPS * DEG) if survey.gyr is not None else np.zeros(0, dtype=bool)
    )
    # Where the whole run turns so little, the unit is told by `unit_faults`.
    if still.any() and (shaken & ~still).sum() * SLICE_S >= LEAST_S:
        spans = _runs(_joined(still, shaken))
        out += [_gyr_part(name, rows.start_s[part], rows.fastest[part][still[part]]) for part in spans]
    return (*out, *_held_axes(name, survey))


def _held_axes(name: str, survey: Survey) -> list[Part]:
    """Return the parts in which one axis or two of a sensor keep one value while the leg is shaken."""
    rows = survey.slices
    shaken = rows.shaken > SHAKEN_M_S2
    out = []
    for kind, first in (("acc", 0), ("gyr", 3)):
        own = rows.held[:, first : first + 3]
        for axis in range(3):
            wanted = shaken & own[:, axis] & ~own.all(axis=1)
            if not wanted.any() or (shaken & ~own[:, axis]).sum() * SLICE_S < LEAST_S:
                continue  # the axis of the whole recording is told by `units_and_axes`
            for part in _runs(_joined(wanted, shaken)):
                low, high = float(rows.start_s[part][0]), float(rows.start_s[part][-1]) + SLICE_S
                text = sentence(
                    "from {low:.0f} to {high:.0f} s {axis} of the {sensor} does not move",
                    low=low,
                    high=high,
                    axis="xyz"[axis],
                    sensor=sentence("accelerometer") if kind == "acc" else sentence("gyroscope"),
                )
                fault = Fault("axis_part", name, "clear", text, (), CUT_THERE, low, span_s=(low, high))
                out.append(Part(fault, low, high))
    return out


def _too_light(force: FloatArray, least: float) -> BoolArray:
    """Return (k,) True for half seconds within `FALL_S` whose force, m/s2, is less than gravity's."""
    count = round(FALL_S / SLICE_S)
    out = np.zeros(len(force), dtype=bool)
    if len(force) < count:
        return out
    mean = np.sqrt(np.convolve(force**2, np.ones(count) / count, mode="valid"))
    for at in np.flatnonzero(mean < least):
        out[at : at + count] = True
    # The window reaches over the edge of the part by some half seconds that are sound by themselves.
    return out & (force < least)


def _joined(wanted: BoolArray, looked_at: BoolArray) -> BoolArray:
    """Return (k,) `wanted`, and what lies between two wanted ones where all of `looked_at` is wanted."""
    out = wanted.copy()
    places = np.flatnonzero(wanted)
    for low, high in pairwise(places.tolist()):
        if not (looked_at[low:high] & ~wanted[low:high]).any():
            out[low:high] = True
    return out


def _runs(wanted: BoolArray) -> list[slice]:
    """Return the runs of True that last `LEAST_S` and more."""
    edges = np.flatnonzero(np.diff(np.r_[0, wanted.astype(np.int8), 0]))
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [slice(low, high) for low, high in pairs if (high - low) * SLICE_S >= LEAST_S]


def _acc_part(name: str, start_s: FloatArray, force: FloatArray) -> Part:
    low, high = float(start_s[0]), float(start_s[-1]) + SLICE_S
    text = sentence(
        "from {low:.0f} to {high:.0f} s the accelerometer reads {read:.2f} m/s2, less than gravity alone: it "
        "stopped, or its unit or scale changed",
        low=low,
        high=high,
        read=float(np.sqrt((force**2).mean())),
    )
    return Part(Fault("acc_part", name, "clear", text, (), CUT_THERE, low, span_s=(low, high)), low, high)


def _gyr_part(name: str, start_s: FloatArray, fastest: FloatArray) -> Part:
    low, high = float(start_s[0]), float(start_s[-1]) + SLICE_S
    finite = fastest[np.isfinite(fastest)]
    text = sentence(
        "from {low:.0f} to {high:.0f} s the gyroscope reads {most:.1f} deg/s at most, while the leg is "
        "shaken as in running: it stopped, or its unit changed",
        low=low,
        high=high,
        most=float(finite.max()) / DEG if len(finite) else 0.0,
    )
    return Part(Fault("gyr_part", name, "clear", text, (), CUT_THERE, low, span_s=(low, high)), low, high)


def without_parts(batch: StrideBatch, parts: Iterable[Part]) -> StrideBatch:
    """Return the strides that do not lean on samples of a spoilt part."""
    keep = np.ones(len(batch), dtype=bool)
    for part in parts:
        keep &= (batch.ic_s > part.end_s + BESIDE_S) | (batch.end_s < part.start_s - BESIDE_S)
    return batch if keep.all() else batch.take(keep)


def halves_of(run: StrideBatch) -> tuple[StrideBatch, ...]:
    """Return the first and the second half of running strides; empty where they are too few."""
    middle = len(run) // 2
    if middle < HALF_STRIDES:
        return ()
    rows = np.arange(len(run))
    return run.take(rows < middle), run.take(rows >= middle)


def other_part(run: StrideBatch, *, second: bool, is_other: Callable[[StrideBatch], bool]) -> StrideBatch:
    """Return the strides from the start, or up to the end, that are of another place than the others.

    Blocks of strides are looked at one by one; the cut is where most of them are as they should be then.

    Parameters
    ----------
    second
        Whether the other place's strides come last.
    is_other
        Whether some strides are of another place.
    """
    starts = range(0, len(run) - BLOCK_STRIDES + 1, BLOCK_STRIDES // 2)
    rows = np.arange(len(run))
    other = np.array([is_other(run.take((rows >= at) & (rows < at + BLOCK_STRIDES))) for at in starts])
    late = other if second else ~other
    right = [int((~late[:cut]).sum() + late[cut:].sum()) for cut in range(len(late) + 1)]
    # The block at the cut holds strides of both places.
    cut = int(np.argmax(right)) * (BLOCK_STRIDES // 2) + (0 if second else BLOCK_STRIDES)
    return run.take(rows >= cut) if second else run.take(rows < cut)


def uncovered(name: str, survey: Survey, batch: StrideBatch, parts: Iterable[Part]) -> list[Fault]:
    """Return the fault of a leg that is shaken as in running for long without a stride, beside strides."""
    if len(batch) == 0:
        return []
    rows = survey.slices
    shaken = rows.shaken > SHAKEN_M_S2
    for part in parts:
        shaken &= (rows.start_s < part.start_s - BESIDE_S) | (rows.start_s > part.end_s + BESIDE_S)
    inside = np.searchsorted(batch.ic_s - STRIDE_MARGIN_S, rows.start_s, side="right") - 1
    covered = (inside >= 0) & (rows.start_s <= batch.end_s[np.maximum(inside, 0)] + STRIDE_MARGIN_S)
    alone = shaken & ~covered
    seconds = float(alone.sum()) * SLICE_S
    if seconds < UNCOVERED_S or alone.sum() < UNCOVERED_SHARE * shaken.sum():
        return []
    first = float(rows.start_s[alone][0])
    text = sentence(
        "for {s:.0f} s (from {first:.0f} s on) it is shaken as on a running leg, and no stride fits",
        s=seconds,
        first=first,
    )
    todo = sentence(
        "nothing is told of that part; look whether the sensor, its clock or the movement changed"
    )
    return [Fault("uncovered", name, "cannot tell", text, (), todo, seconds)]
