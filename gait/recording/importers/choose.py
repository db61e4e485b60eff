"""Choice of the columns of a sensor in a table, by their names or by what a person says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gait.errors import RecordingError
from gait.recording.choice import Choice, convert_line
from gait.recording.importers.column_names import Column, Kind
from gait.sentences import sentence

__all__ = ["Picked", "axes_by_device", "pick", "times_of"]

VARIANTS = ("wr", "wide", "", "lowg", "lg", "low")
"""Which of several accelerometers of one device is taken, best first: running exceeds the low-noise ones."""
SIDE_WORDS = {"left": ("left", "l", "lt", "lf"), "right": ("right", "r", "rt", "rf")}
MOST_DEVICES = 8
"""Devices that a message names (chosen: a line of a message)."""


@dataclass(frozen=True)
class Picked:
    """Columns of one sensor.

    Attributes
    ----------
    times
        Candidates for the time, best first by their names; empty for none.
    acc, gyr
        Axes x, y, z; ``gyr`` empty without a gyroscope.
    gravity
        Axes of the gravity that is to be added to ``acc``; empty for none.
    device
        Prefix that the columns share.
    counters
        Columns that count samples.
    notes
        What was chosen among several.
    """

    times: tuple[Column, ...]
    acc: tuple[Column, ...]
    gyr: tuple[Column, ...] = ()
    gravity: tuple[Column, ...] = ()
    device: str = ""
    counters: tuple[Column, ...] = ()
    notes: tuple[str, ...] = ()


def pick(
    columns: Sequence[Column], choice: Choice, where: str, suggested: str, side: str | None = None
) -> Picked | None:
    """Return columns of one sensor; None where there is no acceleration among them.

    ``suggested`` is the convert line that a refusal shows.

    Raises
    ------
    RecordingError
        Several devices of which nobody said which; acceleration without gravity; a column that is not there.
    """
    if choice.acc:
        return _as_said(columns, choice, where)
    devices = axes_by_device(columns, "acc")
    linear = axes_by_device(columns, "linear")
    gravity = axes_by_device(columns, "gravity")
    summed = {name: linear[name] for name in linear if name in gravity and name not in devices}
    devices |= summed
    if not devices:
        return None
    device, note = _which(devices, columns, choice, where, side)
    acc = devices[device]
    gyr = axes_by_device(columns, "gyr")
    times = times_of(columns, device, acc[0].index)
    _refuse_mixing(device, devices, gyr, where, suggested)
    return Picked(
        times=times,
        acc=acc,
        gyr=gyr.get(device, ()),
        gravity=gravity[device] if device in summed else (),
        device=device,
        counters=tuple(
            column for column in columns if column.kind == "counter" and column.device in ("", device)
        ),
        notes=note,
    )


def _as_said(columns: Sequence[Column], choice: Choice, where: str) -> Picked:
    """Choose the columns that the caller names."""
    acc = tuple(_named(columns, name, where) for name in choice.acc)
    gyr = tuple(_named(columns, name, where) for name in choice.gyr)
    times = (_named(columns, choice.time, where),) if choice.time else ()
    return Picked(times, acc, gyr)


def _named(columns: Sequence[Column], name: str, where: str) -> Column:
    """Return the column of a name, by itself without its unit, or by its number."""
    plain = " ".join(name.split())
    matches = [column for column in columns if " ".join(column.name.split()) == plain]
    if not matches:
        matches = [column for column in columns if " ".join(column.name.split()).lower() == plain.lower()]
    if not matches and plain.isdigit() and 1 <= int(plain) <= len(columns):
        matches = [columns[int(plain) - 1]]
    if len(matches) == 1:
        return matches[0]
    if matches:
        numbers = ", ".join(str(column.index + 1) for column in matches)
        raise RecordingError(
            f"{len(matches)} columns called {name!r}", where=where, todo=f"say their numbers: {numbers}"
        )
    names = ", ".join(column.name for column in columns)
    raise RecordingError(f"no column {name!r}", where=where, todo=f"there are: {names[:300]}")


def axes_by_device(columns: Sequence[Column], kind: Kind) -> dict[str, tuple[Column, ...]]:
    """Choose the best three axes of one kind for each device."""
    groups: dict[tuple[str, str, str], dict[int, Column]] = {}
    for column in columns:
        if column.kind == kind and column.axis is not None:
            groups.setdefault((column.device, column.variant, column.stem), {}).setdefault(
                column.axis, column
            )
    by_device: dict[str, list[tuple[Column, ...]]] = {}
    for (device, _, _), axes in groups.items():
        if len(axes) == 3:
            by_device.setdefault(device, []).append((axes[0], axes[1], axes[2]))
    return {device: min(some, key=_rank) for device, some in by_device.items()}


def _rank(axes: tuple[Column, ...]) -> tuple[bool, int, int]:
    variant = axes[0].variant.replace("cal", "").strip()
    words = variant.split()
    best = min((VARIANTS.index(word) for word in words if word in VARIANTS), default=len(VARIANTS))
    raw = "raw" in words or bool(axes[0].strange)
    return raw, VARIANTS.index("") if not words else best, axes[0].index


def _which(
    devices: dict[str, tuple[Column, ...]],
    columns: Sequence[Column],
    choice: Choice,
    where: str,
    side: str | None,
) -> tuple[str, tuple[str, ...]]:
    """Return the device that is meant, and what to say about it."""
    if choice.device:
        wanted = _plain(choice.device)
        matches = [name for name in devices if _plain(name) == wanted] or [
            name for name in devices if _plain(name).startswith(wanted)
        ]
        if len(matches) == 1:
            return matches[0], ()
        if any(column.kind == "device" for column in columns) and len(devices) == 1:
            return next(iter(devices)), ()
        raise RecordingError(
            f"no device {choice.device!r}", where=where, todo=f"there are: {_names(devices)}"
        )
    if len(devices) == 1:
        return next(iter(devices)), ()
    if side is not None:
        mine = [name for name in devices if set(SIDE_WORDS[side]) & set(name.lower().split())]
        if len(mine) == 1:
            return mine[0], (
                sentence(
                    "{n} sensors in the file: the columns of {name!r} taken", n=len(devices), name=mine[0]
                ),
            )
    with_gyr = [name for name in axes_by_device(columns, "gyr") if name in devices]
    first = next(name for name in (*with_gyr, *devices) if name)
    raise RecordingError(
        f"columns of {len(devices)} sensors in one file ({_names(devices)})",
        where=where,
        todo=f"say which: {convert_line(where, more=_device_option(first))}",
    )


def _device_option(name: str) -> str:
    return f"--device '{name}'" if " " in name else f"--device {name}"


def _plain(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())


def _names(devices: dict[str, tuple[Column, ...]]) -> str:
    names = [name or f"the one of {axes[0].name}" for name, axes in devices.items()]
    return ", ".join(names[:MOST_DEVICES]) + (" ..." if len(names) > MOST_DEVICES else "")


def _refuse_mixing(
    device: str,
    devices: dict[str, tuple[Column, ...]],
    gyr: dict[str, tuple[Column, ...]],
    where: str,
    suggested: str,
) -> None:
    """Refuse an accelerometer and a gyroscope whose columns do not share their prefix."""
    if len(devices) == 1 and gyr and device not in gyr:
        other = next(iter(gyr))
        acc = devices[device]
        raise RecordingError(
            f"acceleration of {device or acc[0].name!r} and angular rate of {other or gyr[other][0].name!r}",
            where=where,
            todo=f"if they are one sensor, say so: {suggested}",
        )


def times_of(columns: Sequence[Column], device: str, acc_index: int) -> tuple[Column, ...]:
    """Return columns of time, the device's first; of several with one name the one before the samples."""
    times = [column for column in columns if column.kind == "time" and column.axis is None]
    own = [time for time in times if time.device == device]
    shared = [time for time in times if not time.device and device]
    last = {time.name: time for time in times if time.index < acc_index}
    some = [column for column in own or shared or times if last.get(column.name, column) is column]
    return tuple(some)
