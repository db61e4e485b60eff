"""The file format of a recording: column names, the TOML preamble, and what a file's name says.

A recording is UTF-8 text: optional lines ``# key = value`` (TOML behind ``# ``), one line of column names,
then numbers. `gait.recording.read` and `gait.recording.write` are the two ends of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from gait.errors import RecordingError
from gait.frames import Placement, Side
from gait.recording.toml import read_toml, toml_lines

__all__ = [
    "ACC_COLUMNS",
    "FORMAT_KEY",
    "FORMAT_VERSION",
    "GYR_COLUMNS",
    "TIME_COLUMN",
    "Preamble",
    "bare_name",
    "format_preamble",
    "looks_like_recording",
    "parse_preamble",
    "place_from_name",
]

TIME_COLUMN = "time_s"
ACC_COLUMNS = ("acc_x", "acc_y", "acc_z")
GYR_COLUMNS = ("gyr_x", "gyr_y", "gyr_z")
FORMAT_KEY = "gait-recording"
FORMAT_VERSION = 1
"""Version of the file format that is written and read (the contract's)."""
RANGES = (1e-3, 1e9)
"""Least and largest full scale (chosen: any float, but no whole number of hundreds of digits)."""
SHOWN = 40
"""Characters of a bad value that a message repeats (chosen: a line of a terminal holds it with the
message)."""
RATES_HZ = (0.5, 10_000.0)
"""Least and largest nominal rate (chosen: a wrong one would make the analysis bridge hours, or see none)."""

SIDE_WORDS: dict[str, Side] = {"left": "left", "right": "right"}
PLACEMENT_WORDS: dict[str, Placement] = {
    "shoe": "shoe",
    "foot": "shoe",
    "instep": "shoe",
    "shank": "shank",
    "tibia": "shank",
    "shin": "shank",
}
"""Words in a file's name -> what they mean."""


@dataclass(frozen=True)
class Preamble:
    """Preamble above the column names; None or empty where the file does not say.

    Attributes
    ----------
    rate_hz, acc_range_g, gyr_range_dps
        Nominal rate and full scales.
    started
        ISO 8601 text.
    extra
        Keys that have no meaning here, kept for a round trip.
    """

    placement: Placement | None = None
    side: Side | None = None
    rate_hz: float | None = None
    acc_range_g: float | None = None
    gyr_range_dps: float | None = None
    started: str = ""
    device: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


def looks_like_recording(columns: Sequence[str]) -> bool:
    """Return whether these column names make a recording: a time and three axes of acceleration."""
    return {TIME_COLUMN, *ACC_COLUMNS} <= set(columns)


def bare_name(path: Path) -> str:
    """Return a file's name without ``.csv``, ``.csv.gz`` and the like.

    Examples
    --------
    >>> bare_name(Path("run/left_shoe.csv.gz"))
    'left_shoe'
    """
    return re.sub(r"(\.(csv|txt|tsv|json|zip))?(\.gz)?$", "", path.name, flags=re.IGNORECASE)


def place_from_name(name: str) -> tuple[Placement | None, Side | None]:
    """Return placement and side as far as a file's name says them; a name with two of them gives neither.

    Examples
    --------
    >>> place_from_name("right_foot")
    ('shoe', 'right')
    >>> place_from_name("trial_00")
    (None, None)
    """
    words = re.findall(r"[a-z]+", name.lower())
    placements = {PLACEMENT_WORDS[word] for word in words if word in PLACEMENT_WORDS}
    sides = {SIDE_WORDS[word] for word in words if word in SIDE_WORDS}
    return (
        placements.pop() if len(placements) == 1 else None,
        sides.pop() if len(sides) == 1 else None,
    )


def parse_preamble(lines: Sequence[str], where: str) -> Preamble:
    """Read the comment lines above the column names.

    Parameters
    ----------
    lines
        Lines that begin with ``#``, in order, without line ends.
    where
        File, for messages.

    Returns
    -------
    The preamble; an empty one where the comments are not ours (no ``gait-recording`` line).

    Raises
    ------
    RecordingError
        The preamble is ours but is not valid TOML, or a known key has an impossible value.
    """
    body = [line[1:].removeprefix(" ") for line in lines]
    if not any(line.lstrip().strip('"').startswith(FORMAT_KEY) for line in body):
        return Preamble()
    try:
        table = read_toml("\n".join(body))
    except ValueError as error:
        raise RecordingError(
            f"the preamble is not valid TOML: {error}",
            where=where,
            todo="mend or delete the lines behind '#'",
        ) from None
    _check_version(table.pop(FORMAT_KEY, None), where)
    return _known_keys(table, where)


def _check_version(version: object, where: str) -> None:
    if version != FORMAT_VERSION or isinstance(version, bool):
        raise RecordingError(
            f"{FORMAT_KEY} = {version!r} is not a version this program reads (it reads {FORMAT_VERSION})",
            where=where,
            todo="install a newer running-gait if the file came from one",
        )


def _known_keys(table: dict[str, Any], where: str) -> Preamble:
    device = table.pop("device", {})
    if not isinstance(device, dict):
        raise RecordingError("[device] in the preamble must be a table", where=where)
    return Preamble(
        placement=_one_of(table.pop("placement", None), "placement", ("shoe", "shank"), where),
        side=_one_of(table.pop("side", None), "side", ("left", "right"), where),
        rate_hz=_positive(table.pop("rate_hz", None), "rate_hz", where, RATES_HZ),
        acc_range_g=_positive(table.pop("acc_range_g", None), "acc_range_g", where),
        gyr_range_dps=_positive(table.pop("gyr_range_dps", None), "gyr_range_dps", where),
        started=_started(table.pop("started", ""), where),
        device=device,
        extra=table,
    )


def _one_of(value: Any, key: str, allowed: tuple[str, ...], where: str) -> Any:  # noqa: ANN401 - narrowed by `allowed`
    if value is None or value in allowed:
        return value
    words = " or ".join(f'"{word}"' for word in allowed)
    raise RecordingError(f"{key} = {value!r} in the preamble", where=where, todo=f"it must be {words}")


def _positive(value: object, key: str, where: str, limits: tuple[float, float] = RANGES) -> float | None:
    if value is None:
        return None
    low, high = limits
    if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
        return float(value)
    shown = str(value) if isinstance(value, float | bool) else repr(value)[:SHOWN]
    raise RecordingError(
        f"{key} = {shown} in the preamble", where=where, todo=f"it must be a number, {low:g} to {high:g}"
    )


def _started(value: object, where: str) -> str:
    if isinstance(value, datetime):
        return _iso(value)
    if isinstance(value, str):
        return value
    raise RecordingError(
        f"started = {value!r} in the preamble", where=where, todo="it must be a date with a time"
    )


def format_preamble(preamble: Preamble) -> list[str]:
    """Return lines of a preamble, each behind ``# ``, that `parse_preamble` reads back as they were.

    Examples
    --------
    >>> for line in format_preamble(Preamble(placement="shoe", side="left", rate_hz=208.0)):
    ...     print(line)
    # gait-recording = 1
    # placement = "shoe"
    # side = "left"
    # rate_hz = 208.0
    """
    fields: dict[str, Any] = {
        FORMAT_KEY: FORMAT_VERSION,
        "placement": preamble.placement,
        "side": preamble.side,
        "rate_hz": preamble.rate_hz,
        "acc_range_g": preamble.acc_range_g,
        "gyr_range_dps": preamble.gyr_range_dps,
        "started": _started_value(preamble.started),
    }
    table = {key: value for key, value in fields.items() if value is not None}
    table |= {key: value for key, value in preamble.extra.items() if key not in fields and key != "device"}
    if preamble.device:
        table["device"] = dict(preamble.device)
    return [f"# {line}".rstrip() for line in toml_lines(table)]


def _started_value(started: str) -> datetime | str | None:
    """Return a wall-clock time as TOML knows it where it is one, else the text itself."""
    if not started:
        return None
    try:
        stamp = datetime.fromisoformat(started)
    except ValueError:
        return started
    return stamp if _iso(stamp) == started else started


def _iso(stamp: datetime) -> str:
    """Return ISO 8601 with milliseconds where they say it all."""
    short = stamp.microsecond and stamp.microsecond % 1000 == 0
    return stamp.isoformat(timespec="milliseconds" if short else "auto")
