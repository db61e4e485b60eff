"""Undoes what a diagnosis found: units, sign, sides, clock rate, lag, zero rows, two clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from gait.analysis.faults.exchanged_axes import order_of_value
from gait.analysis.results import Fault
from gait.arrays import BoolArray, FloatArray
from gait.frames import Side
from gait.recording.model import Recording, Session
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["CORRECTIONS", "can_mend", "mended"]


GRAVITY_NEAR = 0.07
"""Relative difference of a norm from one g within which a sensor that holds it may rest (chosen: as
`gait.analysis.faults.survey.GRAVITY_NEAR`)."""

LONGEST_HOLD = 25
"""Rows (chosen: what holds one value for longer is a sensor at rest)."""

ALIKE = 0.05
"""Difference of the shares of fresh rows up to which both sensors were filled up together (chosen: both
sensors were filled up together, so the shares are one but for the ends)."""


EDGE_S, BESIDE_S, LEAST_ROWS = 6.0, 0.5, 100
"""s from either end within which a part that was found by its strides reaches to the end; s that a part's
times are known to; rows that are left at least (chosen: some eight strides; strides lie within their samples;
half a second of rows)."""

PARTS = ("acc_part", "gyr_part", "changed_part", "exchanged", "axis_part")
"""Kinds of faults of a part of the recording, which is left out where its times are known."""

SIZED = ("acc_unit", "acc_scale", "gyr_unit", "gyr_scale", "gyr_lag", "clock")
"""Kinds of faults that are undone by their size: without one, more than one cause explains what was found."""

USUAL_RATIOS, RATIO_NEAR = (
    (0.125, 0.25, 0.5, 2.0, 4.0, 8.0, 1 / STANDARD_GRAVITY, 3.28084, STANDARD_GRAVITY),
    0.05,
)
"""Factors between usual full scales and between usual units, and the relative distance from one (chosen). A
clock may be off by any other factor, a filter makes a gyroscope seem to turn less, and an offset makes an
accelerometer seem to read more: to divide by such a factor would hide that."""


def _acc(recording: Recording, fault: Fault) -> Recording:
    return replace(recording, acc=recording.acc / _factor(fault))


def _gyr(recording: Recording, fault: Fault) -> Recording:
    if recording.gyr is None:
        return recording
    return replace(recording, gyr=recording.gyr / _factor(fault))


def _offset(recording: Recording, fault: Fault) -> Recording:
    """Return the recording without the offset of its gyroscope."""
    if recording.gyr is None or len(fault.by_axis) != 3:
        return recording
    return replace(recording, gyr=recording.gyr - DEG * np.array(fault.by_axis))


def _order(recording: Recording, fault: Fault) -> Recording:
    """Return the recording with one sensor's axes in the order of the other's."""
    if fault.by_axis and recording.gyr is not None:
        columns = [abs(round(place)) - 1 for place in fault.by_axis]
        return replace(recording, gyr=recording.gyr[:, columns] * np.sign(fault.by_axis))
    order = order_of_value(fault.value or 123.0)
    if order.of_acc:
        return replace(recording, acc=recording.acc[:, order.columns])
    if recording.gyr is None:
        return recording
    return replace(recording, gyr=order.sign * recording.gyr[:, order.columns])


def _clock(recording: Recording, fault: Fault) -> Recording:
    start = recording.time_s[0]
    return replace(recording, time_s=start + (recording.time_s - start) / _factor(fault))


def _lag(recording: Recording, fault: Fault) -> Recording:
    """Return samples that both sensors saw: the gyroscope's of the time the accelerometer's belong to."""
    if recording.gyr is None or fault.value is None:
        return recording
    lag_s = 1e-3 * fault.value
    time_s = recording.time_s
    inside = (time_s + lag_s >= time_s[0]) & (time_s + lag_s <= time_s[-1])
    gyr = np.column_stack([np.interp(time_s[inside] + lag_s, time_s, recording.gyr[:, k]) for k in range(3)])
    return replace(recording, time_s=time_s[inside], acc=recording.acc[inside], gyr=gyr)


def _side(recording: Recording, _fault: Fault) -> Recording:
    other: Side = "right" if recording.side == "left" else "left"
    return replace(recording, side=other)


def _placement(recording: Recording, _fault: Fault) -> Recording:
    return replace(recording, placement="shank" if recording.placement == "shoe" else "shoe")


def _other_hand(recording: Recording, _fault: Fault) -> Recording:
    """Return the mirror image: turning the gyroscope alone makes the other foot of left-handed axes."""
    turn = np.array([-1.0, 1.0, 1.0])
    gyr = None if recording.gyr is None else -recording.gyr * turn
    return replace(recording, acc=recording.acc * turn, gyr=gyr)


def _zeros(recording: Recording, _fault: Fault) -> Recording:
    kept = ~(recording.acc == 0.0).all(axis=1)
    gyr = None if recording.gyr is None else recording.gyr[kept]
    return replace(recording, time_s=recording.time_s[kept], acc=recording.acc[kept], gyr=gyr)


def _fresh(recording: Recording, _fault: Fault) -> Recording:
    """Return the rows that are no repeats; of a sensor that repeats itself alone, values between its own."""
    acc, gyr = _first_rows(recording.acc), None if recording.gyr is None else _first_rows(recording.gyr)
    if gyr is None or abs(acc.mean() - gyr.mean()) < ALIKE:
        kept = acc if gyr is None else acc | gyr
        rates = None if recording.gyr is None else recording.gyr[kept]
        return replace(recording, time_s=recording.time_s[kept], acc=recording.acc[kept], gyr=rates)
    time_s = recording.time_s
    return replace(
        recording, acc=_between(time_s, recording.acc, acc), gyr=_between(time_s, recording.gyr, gyr)
    )


def _thawed(recording: Recording, _fault: Fault) -> Recording:
    """Return the samples without those that stay the same for long and read no gravity."""
    same = np.r_[False, (np.diff(recording.acc, axis=0) == 0.0).all(axis=1)]
    at = np.flatnonzero(~same)
    count = np.diff(np.append(at, len(same)))
    norm = np.linalg.norm(recording.acc[at], axis=1) / STANDARD_GRAVITY
    kept = ~np.repeat((count > LONGEST_HOLD) & (np.abs(norm - 1.0) > GRAVITY_NEAR), count)
    gyr = None if recording.gyr is None else recording.gyr[kept]
    return replace(recording, time_s=recording.time_s[kept], acc=recording.acc[kept], gyr=gyr)


def _without_part(recording: Recording, fault: Fault) -> Recording:
    """Return the samples outside the part that a fault spoils, which becomes a gap."""
    if fault.span_s is None:
        return recording
    low, high = fault.span_s[0] - BESIDE_S, fault.span_s[1] + BESIDE_S
    first, last = recording.time_s[0] + EDGE_S, recording.time_s[-1] - EDGE_S
    # Samples before the first stride, or behind the last, are treated as those of the nearest stride.
    kept = (recording.time_s < low) if high > last else (recording.time_s > high)
    if low > first and high <= last:
        kept |= recording.time_s < low
    if kept.sum() < LEAST_ROWS:
        return recording
    gyr = None if recording.gyr is None else recording.gyr[kept]
    return replace(recording, time_s=recording.time_s[kept], acc=recording.acc[kept], gyr=gyr)


def _first_rows(values: FloatArray) -> BoolArray:
    """Return (n,) rows that do not repeat the one before.

    A sensor that repeats itself for long is at rest, and its rows are kept.
    """
    fresh = np.r_[True, (np.diff(values, axis=0) != 0.0).any(axis=1)]
    at = np.flatnonzero(fresh)
    long = np.diff(np.append(at, len(fresh))) > LONGEST_HOLD
    out: BoolArray = fresh | np.repeat(long, np.diff(np.append(at, len(fresh))))
    return out


def _between(time_s: FloatArray, values: FloatArray | None, fresh: BoolArray) -> FloatArray:
    """Return (n, 3) values interpolated between the rows that are not repeats."""
    assert values is not None
    return np.column_stack([np.interp(time_s, time_s[fresh], values[fresh, axis]) for axis in range(3)])


CORRECTIONS: dict[str, Callable[[Recording, Fault], Recording]] = {
    "acc_unit": _acc,
    "acc_scale": _acc,
    "gyr_unit": _gyr,
    "gyr_scale": _gyr,
    "gyr_offset": _offset,
    "mirrored": _gyr,
    "left_handed": _other_hand,
    "axes_exchanged": _order,
    "gyr_lag": _lag,
    "clock": _clock,
    "other_side": _side,
    "other_placement": _placement,
    "zero_rows": _zeros,
    "held_samples": _fresh,
    "frozen": _thawed,
    "acc_part": _without_part,
    "gyr_part": _without_part,
    "changed_part": _without_part,
    "exchanged": _without_part,
    "axis_part": _without_part,
}
"""Kind of fault -> what undoes it on one recording."""


def can_mend(fault: Fault) -> bool:
    """Return whether a fault can be undone: its kind can, and its cause is known."""
    if fault.certainty == "cannot tell" or (fault.kind in PARTS and fault.span_s is None):
        return False
    if fault.kind in SIZED and fault.value is None:
        return False
    if fault.kind == "axes_exchanged" and fault.value is None and not fault.by_axis:
        return False
    if fault.kind in ("gyr_scale", "acc_scale"):
        ratios = np.log(np.array(USUAL_RATIOS) / abs(fault.value or 1.0))
        return bool(np.abs(ratios).min() < RATIO_NEAR)
    return fault.kind in CORRECTIONS or fault.kind == "two_clocks"


def mended(session: Session, faults: Iterable[Fault]) -> Session:
    """Return the session with every fault undone that can be."""
    mendable = [fault for fault in faults if can_mend(fault)]
    recordings = []
    for recording in session.recordings:
        corrected = recording
        for fault in mendable:
            if fault.sensor == recording.name and fault.kind in CORRECTIONS:
                corrected = CORRECTIONS[fault.kind](corrected, fault)
        recordings.append(corrected)
    for fault in mendable:
        if fault.kind == "two_clocks" and fault.value is not None:
            recordings = [
                replace(recording, time_s=recording.time_s - 1e-3 * fault.value)
                if recording.side == "right"
                else recording
                for recording in recordings
            ]
    recordings = _sides_apart(recordings, session.recordings)
    return replace(session, recordings=tuple(_in_order(recordings)))


def _sides_apart(recordings: list[Recording], before: tuple[Recording, ...]) -> list[Recording]:
    """Return recordings with distinct places: if one sensor's side was corrected, the other's is too."""
    names = [recording.name for recording in recordings]
    turned = [
        names.count(recording.name) > 1 and recording.name == old.name
        for recording, old in zip(recordings, before, strict=True)
    ]
    return [
        replace(recording, side="right" if recording.side == "left" else "left") if turn else recording
        for recording, turn in zip(recordings, turned, strict=True)
    ]


def _in_order(recordings: list[Recording]) -> list[Recording]:
    """Move a session's times to 0 or later and sort its sensors: shoes first, left first."""
    start = min(float(recording.time_s[0]) for recording in recordings)
    shifted = [replace(recording, time_s=recording.time_s - min(start, 0.0)) for recording in recordings]
    return sorted(shifted, key=lambda recording: (recording.placement != "shoe", recording.side))


def _factor(fault: Fault) -> float:
    return fault.value or 1.0
