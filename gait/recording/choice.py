"""Take what a person says of a table's columns: options of ``gait convert``, and how they are suggested."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gait.errors import RecordingError
from gait.recording.importers.units import Quantity, Unit, known_units, unit_named

__all__ = ["Choice", "convert_line", "parse_columns_option", "parse_units_option", "quoted_name"]

NEEDS_QUOTES = frozenset(':,="')
QUANTITIES: tuple[Quantity, ...] = ("time", "acc", "gyr")
COUNTED = ("samples", "rows")
"""Units of time that are counts, whose length ``--rate`` says."""


@dataclass(frozen=True)
class Choice:
    """Columns, units, rate and device as the caller says them; empty where the file is to say.

    Attributes
    ----------
    time
        Column of the time; empty for none.
    acc, gyr
        Columns of the axes x, y, z; empty for none said.
    units
        Quantity -> unit; ``counts`` says that the time is a count of samples.
    rate_hz
        Sample rate, for a file without times or with a count of samples.
    device
        Prefix of the columns of one device, or its name in a column of devices.
    """

    time: str = ""
    acc: tuple[str, ...] = ()
    gyr: tuple[str, ...] = ()
    units: Mapping[Quantity, Unit] = field(default_factory=dict)
    rate_hz: float | None = None
    device: str = ""


def parse_columns_option(text: str) -> dict[Quantity, tuple[str, ...]]:
    """Return columns by quantity from ``time=NAME,acc=X:Y:Z,gyr=X:Y:Z``.

    A name with ``:``, ``,``, ``=`` or ``"`` in it stands in double quotes, its own double quotes doubled.

    Raises
    ------
    RecordingError
        Not of that form.

    Examples
    --------
    >>> parse_columns_option('time=t,acc="a,x":"a,y":"a,z"')
    {'time': ('t',), 'acc': ('a,x', 'a,y', 'a,z')}
    """
    columns: dict[Quantity, tuple[str, ...]] = {}
    for part in _split(text, ","):
        key, *rest = _split(part, "=")
        quantity = next((name for name in QUANTITIES if name == key.strip()), None)
        if quantity is None or len(rest) != 1 or quantity in columns:
            raise _bad(f"{part!r}")
        names = tuple(_unquoted(name) for name in _split(rest[0], ":"))
        if len(names) != (1 if quantity == "time" else 3) or "" in names:
            raise _bad(f"{part!r} has {len(names)} columns")
        columns[quantity] = names
    return columns


def _bad(text: str) -> RecordingError:
    return RecordingError(text, where="--columns", todo="give time=NAME,acc=X:Y:Z,gyr=X:Y:Z")


def parse_units_option(text: str) -> dict[Quantity, Unit]:
    """Return units by quantity from ``time=ms,acc=g,gyr=rad/s``.

    Raises
    ------
    RecordingError
        An unknown quantity or unit; lists those that are known.
    """
    units: dict[Quantity, Unit] = {}
    for part in _split(text, ","):
        key, _, name = part.partition("=")
        quantity = next((name for name in QUANTITIES if name == key.strip()), None)
        if quantity is None:
            raise RecordingError(f"{part!r}", where="--units", todo="give time=UNIT,acc=UNIT,gyr=UNIT")
        unit = unit_named(quantity, name)
        if unit is None and quantity == "time" and name.strip() in COUNTED:
            unit = Unit("time", "samples", 0.0)
        if unit is None:
            unit = _factor(quantity, name)
        if unit is None:
            extra = " or samples" if quantity == "time" else ""
            raise RecordingError(
                f"unknown unit {name.strip()!r} of {quantity}",
                where="--units",
                todo=f"known are {', '.join(known_units(quantity))}{extra}, or a number: "
                f"{_base(quantity)} in one of the file's",
            )
        units[quantity] = unit
    return units


def _base(quantity: Quantity) -> str:
    return {"time": "seconds", "acc": "m/s2", "gyr": "deg/s"}[quantity]


def _factor(quantity: Quantity, text: str) -> Unit | None:
    try:
        factor = float(text)
    except ValueError:
        return None
    usable = 1e-12 < abs(factor) < 1e6 and (factor > 0 or quantity != "time")
    return Unit(quantity, f"{factor:g} {_base(quantity)}", factor) if usable else None


def _split(text: str, sign: str) -> list[str]:
    """Split at a sign outside double quotes."""
    parts = [""]
    quoted = False
    for character in text:
        quoted ^= character == '"'
        if character == sign and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _unquoted(name: str) -> str:
    name = name.strip()
    if len(name) >= 2 and name[0] == name[-1] == '"':
        return name[1:-1].replace('""', '"')
    return name


def quoted_name(name: str) -> str:
    """Write a column's name as `parse_columns_option` reads it."""
    if NEEDS_QUOTES & set(name):
        return '"' + name.replace('"', '""') + '"'
    return name


def convert_line(
    file: str | Path,
    *,
    time: str = "",
    acc: Sequence[str] = (),
    gyr: Sequence[str] = (),
    units: Mapping[str, str] | None = None,
    more: str = "",
) -> str:
    """Return the command line that converts a file.

    Examples
    --------
    >>> print(convert_line("my run.csv", time="t", acc=("a:x", "y", "z"), units={"acc": "g"}))
    gait convert 'my run.csv' -o left_shoe.csv --columns 'time=t,acc="a:x":y:z' --units acc=g
    """
    parts = [f"time={quoted_name(time)}"] if time else []
    parts += [
        f"{kind}={':'.join(map(quoted_name, names))}" for kind, names in (("acc", acc), ("gyr", gyr)) if names
    ]
    line = f"gait convert {shlex.quote(str(file))} -o left_shoe.csv"
    if parts:
        line += f" --columns {shlex.quote(','.join(parts))}"
    if units:
        line += f" --units {shlex.quote(','.join(f'{key}={value}' for key, value in units.items()))}"
    return f"{line} {more}".rstrip()
