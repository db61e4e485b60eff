"""Undoes what a diagnosis found: units, sign, sides, clock rate, lag, zero rows, two clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from gait.analysis.results import Fault
from gait.frames import Side
from gait.recording.model import Recording, Session

__all__ = ["CORRECTIONS", "can_mend", "mended"]


def _acc(recording: Recording, fault: Fault) -> Recording:
    return replace(recording, acc=recording.acc / _factor(fault))


def _gyr(recording: Recording, fault: Fault) -> Recording:
    if recording.gyr is None:
        return recording
    return replace(recording, gyr=recording.gyr / _factor(fault))


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


CORRECTIONS: dict[str, Callable[[Recording, Fault], Recording]] = {
    "acc_unit": _acc,
    "acc_scale": _acc,
    "gyr_unit": _gyr,
    "gyr_scale": _gyr,
    "mirrored": _gyr,
    "left_handed": _other_hand,
    "gyr_lag": _lag,
    "clock": _clock,
    "other_side": _side,
    "other_placement": _placement,
    "zero_rows": _zeros,
}
"""Kind of fault -> what undoes it on one recording."""


def can_mend(fault: Fault) -> bool:
    """Return whether a fault can be undone: its kind can, and its cause is known."""
    return fault.certainty != "cannot tell" and (fault.kind in CORRECTIONS or fault.kind == "two_clocks")


def mended(session: Session, faults: Iterable[Fault]) -> Session:
    """Return the session with every fault undone that can be."""
    found = [fault for fault in faults if can_mend(fault)]
    recordings = []
    for recording in session.recordings:
        one = recording
        for fault in found:
            if fault.sensor == recording.name and fault.kind in CORRECTIONS:
                one = CORRECTIONS[fault.kind](one, fault)
        recordings.append(one)
    for fault in found:
        if fault.kind == "two_clocks" and fault.value is not None:
            recordings = [
                replace(one, time_s=one.time_s - 1e-3 * fault.value) if one.side == "right" else one
                for one in recordings
            ]
    return replace(session, recordings=tuple(_in_order(recordings)))


def _in_order(recordings: list[Recording]) -> list[Recording]:
    """Move a session's times to 0 or later and sort its sensors: shoes first, left first."""
    start = min(float(one.time_s[0]) for one in recordings)
    shifted = [replace(one, time_s=one.time_s - min(start, 0.0)) for one in recordings]
    return sorted(shifted, key=lambda one: (one.placement != "shoe", one.side))


def _factor(fault: Fault) -> float:
    return fault.value or 1.0
