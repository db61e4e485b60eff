"""A session folder: its recordings, and runner and run by ``session.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from gait.errors import RecordingError
from gait.frames import Placement, Side
from gait.recording.format import bare_name, place_from_name
from gait.recording.model import Recording, RunInfo, RunnerInfo
from gait.recording.run_parts import Part, part_of_table
from gait.recording.table.containers import archive_name, plugin_for, unpacked_file
from gait.recording.table.header import fault_of
from gait.recording.toml import read_toml

__all__ = [
    "SessionNotes",
    "candidates",
    "find_recordings",
    "is_folder",
    "only_recording",
    "place_of",
    "read_notes",
    "refuse_doubles",
    "session_name",
    "unpacked",
]

SESSION_FILE = "session.toml"
NOTES_LIMIT = 1 << 20
"""Bytes of ``session.toml`` that are read (chosen: many times what a person writes)."""
TEXT_LIMIT = 10_000
"""Characters of a surface or a note (chosen: some pages of notes)."""
MOST_SHOES = 20
"""Shoes that a session names, at most (chosen: more than a runner owns)."""
FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Years that a session can have started in (chosen: before there were wearable sensors, a clock was
wrong)."""
SKIPPED = re.compile(r"(truth|.*strides.*|.*report.*)", re.IGNORECASE)
"""Names of CSV files that are results, not recordings."""
RANGES: dict[str, tuple[float, float, str]] = {
    "mass_kg": (20.0, 300.0, "kilograms"),
    "height_m": (0.8, 2.6, "metres"),
    "speed_m_s": (0.3, 13.0, "metres a second"),
    "distance_m": (1.0, 1e6, "metres"),
    "slope_pct": (-40.0, 40.0, "per cent"),
}
"""Key -> smallest, largest, unit: what a person and a run can be; outside, the unit is wrong."""
EXPORTS = re.compile(
    r"(total ?acceleration|accelerometer( ?uncalibrated)?|acceleration( with g)?|raw data|gyroscope|gravity)",
    re.IGNORECASE,
)
"""Names that apps give to the files of an export, by the sensor alone."""
EXPORT_ORDER = ("totalacceleration", "accelerometer", "acceleration", "accelerationwithg", "rawdata")
"""Which file of an export is taken, best first."""
T = TypeVar("T", RunnerInfo, RunInfo)


@dataclass(frozen=True)
class SessionNotes:
    """``session.toml``: ``answers`` stay as written, for `gait.coaching` to check."""

    runner: RunnerInfo = field(default_factory=RunnerInfo)
    run: RunInfo = field(default_factory=RunInfo)
    started: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    blocks: tuple[Part, ...] = ()


def session_name(path: Path) -> str:
    """Return the name people know a session by: its folder's, or its file's without the suffix."""
    resolved = path.resolve()
    return (resolved.name if resolved.is_dir() else bare_name(resolved)) or "session"


def is_folder(path: Path) -> bool:
    """Return whether a path is a folder.

    Raises
    ------
    RecordingError
        The path cannot be looked at: too long, a loop of links, no permission.
    """
    try:
        return path.is_dir()
    except OSError as error:
        raise RecordingError(f"cannot be opened ({error.strerror})", where=path) from None


def find_recordings(path: str | Path) -> list[Path]:
    """Return files of a session that are recordings, sorted by name; the file itself where ``path`` is one.

    A CSV without the needed columns is passed over, provided that another CSV has them. Of several files that
    an app wrote for the same sensor, the best is taken.

    Raises
    ------
    RecordingError
        The folder holds no recording; the message names the fault of its first file.
    """
    place = unpacked(Path(path))
    if not is_folder(place):
        return [place]
    files = [unpacked(file) if plugin_for(file) else file for file in candidates(place)]
    faults = {file: fault_of(file) for file in files}
    recordings = [file for file in files if faults[file] is None]
    if not recordings:
        raise next(fault for fault in faults.values() if fault is not None)
    return _best_of_exports(recordings)


def only_recording(path: Path) -> Path:
    """Return the file itself, or the only recording in an archive.

    Raises
    ------
    RecordingError
        The archive holds several recordings, or none.
    """
    place = unpacked(path)
    if place == path or not place.is_dir():
        return place
    recordings = find_recordings(place)
    if len(recordings) > 1:
        names = ", ".join(file.name for file in recordings)
        raise RecordingError(
            f"{len(recordings)} recordings in it ({names})", where=path, todo="unpack it and give one"
        )
    return recordings[0]


def unpacked(path: Path) -> Path:
    """Return the path with the recordings: the path itself, or the folder of an unpacked archive.

    Raises
    ------
    RecordingError
        The archive is damaged or holds no table.
    """
    return unpacked_file(path)


def place_of(file: Path) -> tuple[Placement | None, Side | None]:
    """Return placement and side by a file's name; by its folder's where an app names all files alike."""
    own = place_from_name(bare_name(file))
    if any(own):
        return own
    archive = archive_name(file)
    if archive:
        return place_from_name(f"{archive} {file.parent.name}")
    return place_from_name(file.parent.name) if _is_export(file) else own


def _best_of_exports(recordings: list[Path]) -> list[Path]:
    """Return recordings without those that hold what a better file of the same export holds."""
    best: dict[Path, Path] = {}
    for file in recordings:
        if EXPORTS.fullmatch(bare_name(file)):
            other = best.get(file.parent, file)
            best[file.parent] = min((file, other), key=_export_rank)
    return [
        file
        for file in recordings
        if best.get(file.parent, file) == file or not EXPORTS.fullmatch(bare_name(file))
    ]


def _export_rank(file: Path) -> int:
    name = bare_name(file).lower().replace(" ", "")
    return next((rank for rank, word in enumerate(EXPORT_ORDER) if word == name), len(EXPORT_ORDER))


def candidates(folder: Path) -> list[Path]:
    """Return a folder's CSV files that may be recordings, by name; those of an app's export in its folders.

    Raises
    ------
    RecordingError
        The folder cannot be listed or holds none; names sub-folders that do.
    """
    names = _listed(folder)
    paths = [path for path in names if _is_csv(path) and SKIPPED.fullmatch(bare_name(path)) is None]
    paths += [path for path in names if path not in paths and _is_plugins(path)]
    if paths:
        return paths
    tables = [path for path in names if path.name.lower().endswith((".txt", ".tsv")) and path.is_file()]
    tables = [path for path in tables if fault_of(path) is None]
    if tables:
        return tables
    folders = [path for path in names if path.is_dir()]
    exports = [file for inner in folders for file in _listed(inner) if _is_csv(file) and _is_export(file)]
    if exports:
        return exports
    holding = [path.name for path in folders if any(_is_csv(file) for file in path.glob("*"))]
    todo = (
        f"give one of its folders, such as {holding[0]}"
        if holding
        else "a session holds files like left_shoe.csv"
    )
    archive = archive_name(folder / "_")
    if archive:
        raise RecordingError(
            "an archive without a recording at its top", where=archive, todo=f"unpack it and {todo}"
        )
    raise RecordingError("no recording in this folder", where=folder, todo=todo)


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise RecordingError(f"cannot be opened ({error.strerror})", where=folder) from None


def _is_export(file: Path) -> bool:
    """Return whether a file is an app's, which names it by the sensor alone."""
    return EXPORTS.fullmatch(bare_name(file)) is not None


def _is_plugins(path: Path) -> bool:
    """Return whether a file is one that a plugin's importer reads."""
    return path.name != SESSION_FILE and path.is_file() and plugin_for(path) is not None


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
        other = seen.get(recording.name)
        seen[recording.name] = recording.source
        if other is not None:
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
    _refuse_unknown(table, ("runner", "run", "answers", "started", "block"), str(path), "section")
    answers = table.get("answers", {})
    if not isinstance(answers, dict):
        raise RecordingError("[answers] must be a table", where=path)
    run = _section(RunInfo, table.get("run", {}), "run", str(path))
    return SessionNotes(
        runner=_section(RunnerInfo, table.get("runner", {}), "runner", str(path)),
        run=run,
        started=_started(table.get("started", ""), str(path)) or run.started,
        answers=answers,
        blocks=_blocks(table.get("block", []), path),
    )


def _blocks(tables: object, where: Path) -> tuple[Part, ...]:
    """Return the ``[[block]]`` tables, in the order in which they were run."""
    if not isinstance(tables, list):
        raise RecordingError("block must be tables", where=where, todo="write [[block]] above each")
    return tuple(sorted((part_of_table(table, where) for table in tables), key=lambda part: part.start_s))


def _started(value: object, where: str) -> str:
    """Return ISO 8601 text of the wall clock at the session's time zero."""
    try:
        stamp = value if isinstance(value, datetime) else datetime.fromisoformat(value) if value else None  # type: ignore[arg-type]  # no text is a TypeError
    except (TypeError, ValueError):
        raise RecordingError(
            f"started = {str(value)[:40]!r}",
            where=where,
            todo="it is a date with a time, such as 2026-05-01T07:32:10+02:00",
        ) from None
    if stamp is None:
        return ""
    if not FIRST_YEAR <= stamp.year <= LAST_YEAR:
        raise RecordingError(f"started in the year {stamp.year}", where=where, todo="mend or delete it")
    return stamp.isoformat()


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


def _refuse_unknown(table: Mapping[str, Any], keys: tuple[str, ...], where: str, kind: str) -> None:
    for key in table:
        if key not in keys:
            raise RecordingError(f"unknown {kind} {key!r}", where=where, todo=f"known are {', '.join(keys)}")


def _section(kind: type[T], table: object, name: str, where: str) -> T:
    """Check one section against the fields of its value type."""
    if not isinstance(table, dict):
        raise RecordingError(f"[{name}] must be a table", where=where)
    _refuse_unknown(table, tuple(item.name for item in fields(kind)), f"{where}, [{name}]", "key")
    return kind(**{key: _checked(key, value, f"{where}, [{name}]") for key, value in table.items()})


def _shoes(value: object, where: str) -> tuple[str, ...]:
    """Return shoes as a text or a list of texts."""
    shoes = value if isinstance(value, list) else [value]
    if all(isinstance(shoe, str) and len(shoe) <= TEXT_LIMIT for shoe in shoes) and len(shoes) <= MOST_SHOES:
        return tuple(shoes)
    raise RecordingError("shoes must be text or a list of texts", where=where)


def _checked(key: str, value: object, where: str) -> Any:  # noqa: ANN401 - float or text, by the key
    if key == "shoes":
        return _shoes(value, where)
    if key == "started":
        return _started(value, where)
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
