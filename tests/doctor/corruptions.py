"""Ways in which recordings are spoilt, each with the faults that name it rightly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gait.recording.model import Recording
from gait.units import DEG, STANDARD_GRAVITY


@dataclass(frozen=True)
class Corruption:
    """A name, what it does to one recording, and the kinds of fault that name it."""

    name: str
    spoil: Callable[[Recording], Recording]
    kinds: tuple[str, ...]
    unit: bool = False
    undone: bool = True
    """Whether the corrected recording must give the sound one's strides."""
    needs_gyr: bool = False
    shoe_only: bool = False


def scaled(acc: float = 1.0, gyr: float = 1.0) -> Callable[[Recording], Recording]:
    """Both sensors' readings times a factor each."""

    def spoil(one: Recording) -> Recording:
        return replace(one, acc=one.acc * acc, gyr=None if one.gyr is None else one.gyr * gyr)

    return spoil


def lagging(lag_s: float) -> Callable[[Recording], Recording]:
    """Gyroscope late by `lag_s` (early where negative)."""

    def spoil(one: Recording) -> Recording:
        gyr = np.column_stack([np.interp(one.time_s - lag_s, one.time_s, one.gyr[:, k]) for k in range(3)])
        return replace(one, gyr=gyr)

    return spoil


def without_gravity(one: Recording) -> Recording:
    """Linear acceleration as phones make it: gravity by a slow filter of its own, turned by the gyroscope."""
    if one.gyr is None:
        slow = one.acc.mean(axis=0)
        return replace(one, acc=one.acc - slow)
    gravity = one.acc[:10].mean(axis=0)
    out = np.empty_like(one.acc)
    step = np.diff(one.time_s, prepend=one.time_s[0] - 1e-9)
    for row, (acc, rate, dt) in enumerate(zip(one.acc, one.gyr, step, strict=True)):
        gravity = gravity - np.cross(rate, gravity) * min(dt, 0.1)
        if abs(np.linalg.norm(acc) - STANDARD_GRAVITY) < 0.5:
            gravity = gravity + min(dt / 0.2, 1.0) * (acc - gravity)
        out[row] = acc - gravity
    return replace(one, acc=out)


def saturated(limit_dps: float) -> Callable[[Recording], Recording]:
    """A gyroscope that ends at a rate."""

    def spoil(one: Recording) -> Recording:
        return replace(one, gyr=np.clip(one.gyr, -limit_dps * DEG, limit_dps * DEG))

    return spoil


def left_handed(one: Recording) -> Recording:
    """One axis of both sensors turned."""
    sign = np.array([1.0, -1.0, 1.0])
    return replace(one, acc=one.acc * sign, gyr=None if one.gyr is None else one.gyr * sign)


def other_leg(one: Recording) -> Recording:
    """The other side's name."""
    return replace(one, side="right" if one.side == "left" else "left")


def slow_clock(one: Recording) -> Recording:
    """Stamps that run a tenth too fast."""
    return replace(one, time_s=one.time_s * 1.1)


def dead_axis(one: Recording) -> Recording:
    """A gyroscope's axis that reads zero."""
    gyr = one.gyr.copy()
    gyr[:, 1] = 0.0
    return replace(one, gyr=gyr)


def zero_rows(one: Recording) -> Recording:
    """A row of zeros in forty."""
    acc, gyr = one.acc.copy(), None if one.gyr is None else one.gyr.copy()
    rows = np.arange(300, len(acc), 40)
    acc[rows] = 0.0
    if gyr is not None:
        gyr[rows] = 0.0
    return replace(one, acc=acc, gyr=gyr)


def swapped_axes(one: Recording) -> Recording:
    """The gyroscope's x and y in one another's columns."""
    return replace(one, gyr=one.gyr[:, [1, 0, 2]])


def halved_on_the_way(one: Recording) -> Recording:
    """Half the acceleration in the second half."""
    behind = (one.time_s > 0.5 * (one.time_s[0] + one.time_s[-1]))[:, None]
    return replace(one, acc=np.where(behind, 0.5 * one.acc, one.acc))


def packets(one: Recording) -> Recording:
    """Stamps of packets of eight, each that of its last sample."""
    last = np.minimum(np.arange(len(one.time_s)) // 8 * 8 + 7, len(one.time_s) - 1)
    return replace(one, time_s=one.time_s[last])


CORRUPTIONS: tuple[Corruption, ...] = (
    Corruption("acceleration in g", scaled(acc=1 / STANDARD_GRAVITY), ("acc_unit",), unit=True),
    Corruption("acceleration doubled", scaled(acc=2.0), ("acc_unit", "acc_scale"), unit=True),
    Corruption("acceleration in feet/s2", scaled(acc=3.28084), ("acc_unit", "acc_scale"), unit=True),
    Corruption("gravity taken out", without_gravity, ("acc_gravity",), unit=True, undone=False),
    Corruption("gyroscope in rad/s", scaled(gyr=DEG), ("gyr_unit",), unit=True, needs_gyr=True),
    Corruption("gyroscope in raw counts", scaled(gyr=16.4), ("gyr_unit",), unit=True, needs_gyr=True),
    Corruption(
        "gyroscope ends at 300 deg/s", saturated(300.0), ("gyr_saturated",), undone=False, needs_gyr=True
    ),
    Corruption("gyroscope 40 ms late", lagging(0.04), ("gyr_lag",), needs_gyr=True),
    Corruption("left-handed axes", left_handed, ("mirrored",), needs_gyr=True),
    Corruption("the other foot's name", other_leg, ("other_side",), needs_gyr=True, shoe_only=True),
    Corruption("clock 10 % slow", slow_clock, ("clock",), needs_gyr=True),
    Corruption("stamps of packets", packets, ("packet_stamps",)),
    Corruption("dead gyroscope axis", dead_axis, ("gyr_dead",), undone=False, needs_gyr=True),
    Corruption("rows of zeros", zero_rows, ("zero_rows",)),
    Corruption("x and y of the gyroscope exchanged", swapped_axes, ("axes_exchanged",), needs_gyr=True),
    Corruption(
        "acceleration halved half-way", halved_on_the_way, ("changed_part",), undone=False, needs_gyr=True
    ),
)
"""The twelve kinds of the table, and four more."""
