"""Reads the watch's file by the ending of its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from gait.errors import RecordingError
from gait.exchange.activity_files.fit import read_fit
from gait.exchange.activity_files.model import Activity
from gait.exchange.activity_files.xml_files import read_gpx, read_tcx

__all__ = ["READERS", "read_activity"]

LARGEST_BYTES = 64 * 2**20
"""Bytes of a file (chosen: a day's run with every field is below 20 MB as TCX, the wordiest of the three)."""

READERS: Mapping[str, Callable[[Path], Activity]] = {".fit": read_fit, ".gpx": read_gpx, ".tcx": read_tcx}
"""Ending of the name -> reader."""


def read_activity(path: str | Path) -> Activity:
    """Return what a watch kept of a run.

    Raises
    ------
    RecordingError
        No such file, another kind of file, too large, broken, or without records.
    MissingExtraError
        The reader's library is not installed.
    """
    file = Path(path)
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise RecordingError(
            f"no activity file: its name ends in {file.suffix or 'nothing'!r}",
            where=file,
            todo="give a .fit, .gpx or .tcx",
        )
    try:
        size = file.stat().st_size
        if not file.is_file():
            raise RecordingError("not a file", where=file, todo="give a .fit, .gpx or .tcx")
        if size > LARGEST_BYTES:
            raise RecordingError(
                f"{size / 2**20:.0f} MB is too large for an activity",
                where=file,
                todo="export this run alone",
            )
        return reader(file)
    except OSError as error:
        raise RecordingError(
            f"cannot be read ({error.strerror or error})", where=file, todo="check its name"
        ) from error
