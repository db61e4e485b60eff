"""``gait recover``: recordings from the journal of a session that was broken off."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["command"]


def command(
    folder: Annotated[Path, typer.Argument(help="Folder that gait record wrote to.", show_default=False)],
    replace: Annotated[
        bool, typer.Option("--replace", help="Write the CSVs anew where others of their name are there.")
    ] = False,
) -> None:
    """Make the CSVs of a session that was broken off: killed, out of power, disk full.

    Everything that had reached the journal is kept; at most the last second is missing. A session that ended
    well, or was recovered before, is left as it is.
    """
    from gait.journal.folder import FolderLock
    from gait.journal.format import read_journal
    from gait.journal.to_csv import finish

    read_journal(folder)
    with FolderLock(folder):
        finished = finish(folder, replace=replace)
    for recorded in finished.recorded:
        print(recorded if recorded.written else f"{recorded}; it was there already", file=sys.stderr)
    for words in finished.left_out:
        print(f"left out: {words}", file=sys.stderr)
    if finished.lost_bytes:
        print(f"{finished.lost_bytes} bytes at a broken place were left out", file=sys.stderr)
