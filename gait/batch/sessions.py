"""List the sessions in folders: by names alone, so that a hundred thousand take seconds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gait.errors import RecordingError
from gait.recording.session_folder import candidates, is_folder

__all__ = ["MARKER", "Fault", "Listing", "find_sessions"]

MARKER = "gait-batch.json"
"""File that makes a folder one of results; such a folder is never searched for recordings."""


@dataclass(frozen=True)
class Fault:
    """A path without a result, and the line that says why."""

    path: Path
    message: str


@dataclass(frozen=True)
class Listing:
    """Sessions to do, and paths that are none.

    Attributes
    ----------
    roots
        The paths as given, resolved.
    sessions
        Folders of recordings and single CSV files, resolved, sorted, each once.
    faults
        Folders that could not be looked into, and roots without a recording.
    """

    roots: tuple[Path, ...]
    sessions: tuple[Path, ...]
    faults: tuple[Fault, ...]


def find_sessions(paths: list[Path]) -> Listing:
    """Return the sessions below some paths; folders are searched to any depth.

    Parameters
    ----------
    paths
        Folders and single recordings. A path given twice counts once, as does a file of a session's folder.

    Raises
    ------
    RecordingError
        A path does not exist, or there is no recording anywhere.

    Notes
    -----
    A folder with a CSV that may be a recording is a session. Hidden folders, linked folders below a root
    and results of a batch are passed over.
    """
    roots = tuple(dict.fromkeys(_resolved(path) for path in paths))
    sessions: set[Path] = set()
    faults: list[Fault] = []
    for root in roots:
        if not is_folder(root):
            sessions.add(root)
            continue
        before = len(faults)
        below = set(_below(root, faults))
        sessions |= below
        if not below and len(faults) == before:
            faults.append(Fault(root, str(RecordingError("no recording in this folder", where=root))))
    folders = {session for session in sessions if is_folder(session)}
    sessions = {session for session in sessions if session in folders or session.parent not in folders}
    if not sessions:
        raise RecordingError(
            "no recording to analyse",
            where=roots[0] if len(roots) == 1 else f"{len(roots)} paths",
            todo="a session is a folder with files like left_shoe.csv, or one such file",
        )
    return Listing(roots, tuple(sorted(sessions, key=os.fsencode)), tuple(faults))


def _resolved(path: Path) -> Path:
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "a loop of links"
        raise RecordingError(f"cannot be opened ({reason})", where=path) from None


def _below(root: Path, faults: list[Fault]) -> Iterator[Path]:
    """Yield the session folders of a tree; what cannot be listed is added to ``faults``."""

    def unreadable(error: OSError) -> None:
        place = Path(error.filename)
        faults.append(Fault(place, str(RecordingError(f"cannot be opened ({error.strerror})", where=place))))

    for place, folders, files in os.walk(root, onerror=unreadable):
        if MARKER in files:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if _holds_recordings(Path(place), files):
            yield Path(place)


def _holds_recordings(folder: Path, files: list[str]) -> bool:
    """Return whether a folder's names make it a session; only one with a CSV is looked into."""
    if not any(name.lower().endswith((".csv", ".csv.gz")) for name in files):
        return False
    try:
        return bool(candidates(folder))
    except RecordingError:
        return False
