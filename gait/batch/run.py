"""A batch from beginning to end: list the sessions, do those that are left, gather the tables."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gait.batch.scheduler import Progress, Task, run_sessions
from gait.batch.sessions import MARKER, Listing, find_sessions
from gait.batch.work import (
    Part,
    analyse_session,
    part_file,
    read_part,
    session_id,
    stamp_of,
    strides_folder,
)
from gait.errors import GaitError, UsageError
from gait.files import write_text
from gait.plugins import software

__all__ = ["Summary", "run_batch"]

FORMAT = {"gait_batch": 1}


@dataclass(frozen=True)
class Summary:
    """Counts of a batch that has ended.

    Attributes
    ----------
    rows, failures
        Lines of the two tables.
    analysed, kept
        Sessions analysed by this run, and sessions whose results were there already.
    """

    rows: int
    failures: int
    analysed: int
    kept: int


def run_batch(
    paths: list[Path],
    out: Path,
    workers: Callable[[], AbstractContextManager[Any]],
    *,
    task: Task = analyse_session,
    on_progress: Callable[[Progress], None] | None = None,
) -> Summary:
    """Analyse every session below some paths into a folder, going on where an earlier run ended.

    Parameters
    ----------
    paths
        As for `gait.batch.sessions.find_sessions`.
    out
        Folder of results; made where it is not there.
    workers
        Makes the context that gives a Dask client; not called when nothing is left to do.
    task, on_progress
        As for `gait.batch.scheduler.run_sessions`.

    Raises
    ------
    GaitError
        Nothing to do, a folder that holds something else, or as `run_sessions`.

    Notes
    -----
    The tables are gathered at the end, also after Ctrl-C. A session that has gone from the paths given has
    gone from the tables; results of other paths, from earlier runs, stay.
    """
    listing = find_sessions(paths)
    out = _prepare(out)
    left = [path for path in listing.sessions if not _is_done(path, out)]
    outcomes: dict[str, int] = {}
    try:
        if left:
            with workers() as client:
                outcomes = dict(run_sessions(client, left, out, task=task, on_progress=on_progress))
    except KeyboardInterrupt:
        _gather(listing, out, [path for path in left if not _is_current(path, out)])
        raise
    rows, failures = _gather(listing, out)
    analysed = sum(count for outcome, count in outcomes.items() if outcome != "unchanged")
    return Summary(rows, failures, analysed, len(listing.sessions) - analysed)


def _prepare(out: Path) -> Path:
    """Make the folder of results, or take one that an earlier run made."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        out = out.resolve()
        names = [name for name in os.listdir(out) if not name.startswith(".")]  # noqa: PTH208 - names alone
        if names and MARKER not in names:
            raise UsageError("holds other files", where=out, todo="name a new folder for the results")
        for name in ("parts", "strides"):
            (out / name).mkdir(exist_ok=True)
    except OSError as error:
        raise GaitError(
            f"cannot be used ({error.strerror})", where=f"-o {out}", todo="name another folder"
        ) from error
    write_text(out / MARKER, json.dumps(FORMAT) + "\n")
    return out


def _is_done(path: Path, out: Path) -> bool:
    """Return whether a session's row and strides exist and were made from its present inputs."""
    strides = strides_folder(out, session_id(path)) / "strides.parquet"
    return strides.is_file() and _is_current(path, out)


def _is_current(path: Path, out: Path) -> bool:
    """Return whether the saved row or failure of a session was made from its present inputs."""
    part = read_part(part_file(out, session_id(path)))
    return part is not None and part.version == software() and part.stamp == stamp_of(path)


def _gather(listing: Listing, out: Path, undone: Sequence[Path] = ()) -> tuple[int, int]:
    """Drop what has gone, and write the tables over all that is left but the undone."""
    from gait.batch.tables import write_tables

    now = {session_id(path): path for path in listing.sessions}
    kept: dict[str, bytes] = {name: os.fsencode(path) for name, path in now.items()}
    for path in undone:
        del kept[session_id(path)]
    for file in (out / "parts").glob("*.json"):
        if file.stem in now:
            continue
        part = read_part(file)
        if part is None or _has_gone(part, listing):
            file.unlink(missing_ok=True)
            shutil.rmtree(strides_folder(out, file.stem), ignore_errors=True)
        else:
            kept[file.stem] = os.fsencode(part.path)
    for folder in (out / "strides").glob("session=*"):
        # Its worker died between the strides and the row, or the session was changed and fails now.
        if not part_file(out, folder.name.removeprefix("session=")).is_file():
            shutil.rmtree(folder, ignore_errors=True)
    return write_tables(out, sorted(kept, key=lambda name: kept[name]), listing.faults)


def _has_gone(part: Part, listing: Listing) -> bool:
    """Return whether a session was below the paths given and is not there any more."""
    path = Path(part.path)
    if any(_is_within(path, fault.path) for fault in listing.faults if fault.path not in listing.roots):
        return False
    return any(_is_within(path, root) for root in listing.roots)


def _is_within(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents
