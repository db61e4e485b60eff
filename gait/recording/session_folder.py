"""A session folder: which files are recordings, and what ``session.toml`` says of runner and run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from gait.errors import RecordingError
from gait.recording.format import bare_name
from gait.recording.model import Recording, RunInfo, RunnerInfo
from gait.recording.toml import read_toml

__all__ = ["SessionNotes", "candidates", "is_folder", "read_notes", "refuse_doubles", "session_name"]

SESSION_FILE = "session.toml"
NOTES_LIMIT = 1 << 20
"""Bytes of ``session.toml`` that are read."""
TEXT_LIMIT = 10_000
"""Characters of a surface or a note."""
SKIPPED = re.compile(r"(truth|.*strides.*|.*report.*)", re.IGNORECASE)
"""Names of CSV files that are results, not recordings."""
RANGES: dict[str, tuple[float, float, str]] = {
    "mass_kg": (20.0, 300.0, "kilograms"),
    "height_m": (0.8, 2.6, "metres"),
    "speed_m_s": (0.3, 13.0, "metres a second"),
    "distance_m": (1.0, 1e6, "metres"),
}
"""Key -> smallest, largest, unit: what a person and a run can be; outside, the unit is wrong."""
T = TypeVar("T", RunnerInfo, RunInfo)


@dataclass(frozen=True)
class SessionNotes:
    """``session.toml``: ``answers`` stay as written, for `gait.coaching` to check."""

    runner: RunnerInfo = field(default_factory=RunnerInfo)
    run: RunInfo = field(default_factory=RunInfo)
    answers: Mapping[str, Any] = field(default_factory=dict)


def session_name(path: Path) -> str:
    """Name people know a session by: its folder's, or its file's without the suffix."""
    resolved = path.resolve()
    return (resolved.name if resolved.is_dir() else bare_name(resolved)) or "session"


def is_folder(path: Path) -> bool:
    """Whether a path is a folder.

    Raises
    ------
    RecordingError
        The path cannot be looked at: too long, a loop of links, no permission.
    """
    try:
        return path.is_dir()
    except OSError as error:
        raise RecordingError(f"cannot be opened ({error.strerror})", where=path) from None


def candidates(folder: Path) -> list[Path]:
    """CSV files of a folder that may be recordings, sorted by name.

    Raises
    ------
    RecordingError
        The folder cannot be listed or holds none; names sub-folders that do.
    """
    try:
        names = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise RecordingError(f"cannot be opened ({error.strerror})", where=folder) from None
    found = [path for path in names if _is_csv(path) and SKIPPED.fullmatch(bare_name(path)) is None]
    if found:
        return found
    inner = [path.name for path in names if path.is_dir() and any(_is_csv(file) for file in path.glob("*"))]
    todo = (
        f"give one of its folders, such as {inner[0]}"
        if inner
        else "a session holds files like left_shoe.csv"
    )
    raise RecordingError("no recording in this folder", where=folder, todo=todo)


def _is_csv(path: Path) -> bool:
    return path.name.lower().endswith((".csv", ".csv.gz")) and path.is_file()


def refuse_doubles(recordings: Iterable[Recording], folder: Path) -> None:
    """Refuse two files for one place on the body.

    Raises
    ------
    RecordingError
        Names both files.
    """
    seen: dict[str, str] = {}
    for recording in recordings:
        other = seen.setdefault(recording.name, recording.source)
        if other != recording.source:
            raise RecordingError(
                f"{other} and {recording.source} are both the {recording.name}",
                where=folder,
                todo="keep one, or analyse them one by one",
            )


def read_notes(folder: Path) -> SessionNotes:
    """Read ``session.toml`` of a folder; nothing known where there is none.

    Raises
    ------
    RecordingError
        Not TOML, an unknown section or key, or a value that cannot be; names the key.
    """
    path = folder / SESSION_FILE
    if not path.is_file():
        return SessionNotes()
    table = _load(path)
    _refuse_unknown(table, ("runner", "run", "answers"), str(path), "section")
    answers = table.get("answers", {})
    if not isinstance(answers, dict):
        raise RecordingError("[answers] must be a table", where=path)
    return SessionNotes(
        runner=_section(RunnerInfo, table.get("runner", {}), "runner", str(path)),
        run=_section(RunInfo, table.get("run", {}), "run", str(path)),
        answers=answers,
    )


def _load(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            raw = stream.read(NOTES_LIMIT + 1)
        if len(raw) > NOTES_LIMIT:
            raise RecordingError("too large for notes of a session", where=path)
        return read_toml(raw.decode("utf-8-sig"))
    except OSError as error:
        raise RecordingError(f"cannot be read ({error.strerror})", where=path) from None
    except ValueError as error:
        raise RecordingError(f"not valid TOML: {error}", where=path, todo="mend or delete the file") from None


def _refuse_unknown(table: Mapping[str, Any], known: tuple[str, ...], where: str, what: str) -> None:
    for key in table:
        if key not in known:
            raise RecordingError(f"unknown {what} {key!r}", where=where, todo=f"known are {', '.join(known)}")


def _section(kind: type[T], table: object, name: str, where: str) -> T:
    """Check one section against the fields of its value type."""
    if not isinstance(table, dict):
        raise RecordingError(f"[{name}] must be a table", where=where)
    _refuse_unknown(table, tuple(item.name for item in fields(kind)), f"{where}, [{name}]", "key")
    return kind(**{key: _checked(key, value, f"{where}, [{name}]") for key, value in table.items()})


def _checked(key: str, value: object, where: str) -> Any:  # noqa: ANN401 - float or text, by the key
    if key not in RANGES:
        if isinstance(value, str) and len(value) <= TEXT_LIMIT:
            return value
        raise RecordingError(f"{key} must be text of at most {TEXT_LIMIT} characters", where=where)
    low, high, unit = RANGES[key]
    if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
        return float(value)
    raise RecordingError(
        f"{key} = {value!r}", where=where, todo=f"it is a number of {unit}, {low:g} to {high:g}"
    )
