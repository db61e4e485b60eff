"""One session of a batch, as a worker does it: analyse it and leave the results as small whole files.

A session has two files. ``strides/session=ID/strides.parquet`` is written first; ``parts/ID.json`` holds the
row of the table and the state of the inputs, and comes last. A session is done when that second file is
there and fits its inputs, so that a worker may die at any instruction.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from gait.batch.sessions import MARKER
from gait.errors import GaitError
from gait.files import write_bytes, write_text
from gait.plugins import software, use
from gait.recording.inputs import digest_of, inputs_of

__all__ = [
    "Answer",
    "Part",
    "analyse_group",
    "analyse_session",
    "inputs_of",
    "part_file",
    "read_part",
    "session_id",
    "stamp_of",
    "strides_folder",
    "write_fault",
]

Outcome = Literal["done", "unchanged", "failed", "not shared", "not written"]

NAME_SIGNS = 40
"""Characters of the session's own name in its ID (chosen: it stays readable in a file's name)."""
HASH_SIGNS = 16
"""Hexadecimal digits of the path's SHA-256 in the ID (chosen: 64 bits, no collision among millions)."""

Stamp = list[list[Any]]
"""``[name, bytes, mtime in ns]`` of each input file, sorted by name."""


@dataclass(frozen=True)
class Answer:
    """Message that goes back to the scheduler, some hundred bytes.

    Attributes
    ----------
    outcome
        ``unchanged``: the inputs' bytes are those of the result at hand. ``not shared``: the worker does
        not see the results' folder. ``not written``: the results could not be saved, as on a full disk.
    message
        One line; empty unless something failed.
    version
        The worker's version of this package, with its plugins.
    """

    outcome: Outcome
    message: str = ""
    version: str = field(default_factory=software)


@dataclass(frozen=True)
class Part:
    """The saved result of one session.

    Attributes
    ----------
    path
        Of the session, resolved.
    stamp
        State of the inputs before they were read.
    version
        Of this package, with its plugins.
    hash
        SHA-256 of the inputs' names and bytes; empty for a failure.
    row
        Cells of ``sessions.parquet``; None for a failure.
    message
        Why there is no row.
    """

    path: str
    stamp: Stamp
    version: str
    hash: str = ""
    row: Mapping[str, Any] | None = None
    message: str = ""


def session_id(path: Path) -> str:
    """Return the name of a session's files: readable, and unique by its full path.

    Examples
    --------
    >>> session_id(Path("/data/Ann's run"))[:10]
    'Ann-s-run-'
    """
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()
    readable = re.sub(r"[^A-Za-z0-9_]+", "-", path.name.split(".")[0])[:NAME_SIGNS].strip("-") or "session"
    return f"{readable}-{digest[:HASH_SIGNS]}"


def part_file(out: Path, session: str) -> Path:
    """Return the file of a session's row."""
    return out / "parts" / f"{session}.json"


def strides_folder(out: Path, session: str) -> Path:
    """Return the folder of a session's strides, named as Hive partitions are."""
    return out / "strides" / f"session={session}"


def stamp_of(path: Path) -> Stamp:
    """Return name, size and time of change of each input; empty where the folder cannot be listed."""
    try:
        states = [(file.name, file.stat()) for file in inputs_of(path)]
    except (OSError, GaitError):
        return []
    return [[os.fsencode(name).hex(), state.st_size, state.st_mtime_ns] for name, state in states]


def read_part(file: Path) -> Part | None:
    """Return the saved result; None without a result that this version can use."""
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
        return Part(**body) if isinstance(body, dict) else None
    except (OSError, ValueError, TypeError):
        return None


def analyse_session(path: str, out: str, plugins: tuple[str, ...] = ()) -> Answer:
    """Analyse one session, save its strides and its row, and return how it went.

    Parameters
    ----------
    path, out
        The session and the results' folder, absolute.
    plugins
        Names of the plugins to take up.

    Notes
    -----
    Never raises: what is wrong with the input becomes the session's line in ``failures.csv``.
    """
    session, folder = Path(path), Path(out)
    if not (folder / MARKER).is_file():
        return Answer("not shared")
    try:
        use(plugins)
    except GaitError as error:
        return Answer("not written", f"a worker lacks a plugin: {error}")
    stamp = stamp_of(session)
    try:
        return _analysed(session, folder, stamp)
    except _NotSavedError as error:
        return Answer("not written", str(error))
    except GaitError as error:
        message = str(error)
    except OSError as error:
        message = f"{error.filename or session}: {error.strerror or type(error).__name__}"
    except MemoryError:
        message = f"{session}: not enough memory on the worker; analyse it where there is more"
    except Exception as error:  # noqa: BLE001 - a bug in one session must not end the others
        message = f"{session}: this is a bug, please report it ({type(error).__name__}: {error})"
    try:
        write_fault(session, folder, stamp, message)
    except GaitError as error:
        return Answer("not written", str(error))
    return Answer("failed", message)


def analyse_group(task: Callable[[str, str], Answer], paths: list[str], out: str) -> list[Answer]:
    """Do sessions one after the other and return their answers, up to one that nothing can follow."""
    answers: list[Answer] = []
    for path in paths:
        answers.append(task(path, out))
        if answers[-1].outcome in {"not written", "not shared"}:
            break
    return answers


class _NotSavedError(Exception):
    """A result that could not be written; nothing is wrong with the session."""


def _analysed(session: Path, out: Path, stamp: Stamp) -> Answer:
    from gait.analysis.analyze import AnalysisSettings, analyze
    from gait.batch.tables import row_of, strides_table

    digest = digest_of(inputs_of(session))
    name = session_id(session)
    part = part_file(out, name)
    kept = read_part(part)
    if kept is not None and kept.row is not None and (kept.hash, kept.version) == (digest, software()):
        _save(part, Part(str(session), stamp, software(), digest, kept.row))
        return Answer("unchanged")
    analysis = analyze(session, AnalysisSettings(waveforms=False))
    row = row_of(analysis, session=name, path=session, digest=digest)
    # Between these steps the session has no result, never the row of one state and the strides of another.
    part.unlink(missing_ok=True)
    _save_strides(out, name, strides_table(analysis))
    _save(part, Part(str(session), stamp, software(), digest, row))
    return Answer("done")


def write_fault(session: Path, out: Path, stamp: Stamp, message: str) -> None:
    """Save that a session has no result, and why; strides of an earlier state of it are deleted.

    Raises
    ------
    GaitError
        The file cannot be written.
    """
    name = session_id(session)
    line = " ".join(message.split())
    _write_part(part_file(out, name), Part(str(session), stamp, software(), message=line))
    shutil.rmtree(strides_folder(out, name), ignore_errors=True)


def _save_strides(out: Path, name: str, table: Any) -> None:  # noqa: ANN401 - pyarrow has no types
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    folder = strides_folder(out, name)
    try:
        folder.mkdir(exist_ok=True)
        write_bytes(folder / "strides.parquet", buffer.getvalue())
    except (GaitError, OSError) as error:
        raise _NotSavedError(str(error)) from error


def _save(file: Path, part: Part) -> None:
    try:
        _write_part(file, part)
    except GaitError as error:
        raise _NotSavedError(str(error)) from error


def _write_part(file: Path, part: Part) -> None:
    write_text(file, json.dumps(asdict(part), allow_nan=False) + "\n")
