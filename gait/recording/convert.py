"""Any table that can be read, written as a recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from gait.errors import RecordingError
from gait.frames import Placement, Side
from gait.recording.choice import Choice
from gait.recording.format import bare_name, place_from_name
from gait.recording.model import Recording
from gait.recording.read import read_chunks
from gait.recording.session_folder import only_recording, place_of
from gait.recording.session_time import common_start_s, from_start
from gait.recording.write import Decimals, write_pieces

__all__ = ["convert"]

PIECE_ROWS = 1 << 16
"""Rows that are converted at once (chosen: 5 MB)."""
DECIMALS = Decimals(time=6, acc=6, gyr=6)
"""Finer than any file that is converted, so that nothing is lost."""


def convert(
    source: str | Path,
    target: str | Path,
    *,
    placement: Placement | None = None,
    side: Side | None = None,
    choice: Choice,
) -> tuple[str, ...]:
    """Write a table of any program as a recording, piece by piece.

    Parameters
    ----------
    source
        A table, an app's export in a zip or a folder, or a recording.
    target
        ``.csv`` or ``.csv.gz``.
    placement, side
        Where the sensor sat; else the source says, else the target's name.
    choice
        Columns, units, rate and device that the caller states.

    Returns
    -------
    What was assumed and left out, in words for people.

    Raises
    ------
    RecordingError
        The source cannot be read, or the target not written.
    """
    out = Path(target)
    if not out.name.lower().endswith((".csv", ".csv.gz")):
        raise RecordingError("a recording is a .csv or .csv.gz", where=out, todo="call it like left_shoe.csv")
    file = only_recording(Path(source))
    if out.exists() and out.resolve() == file.resolve():
        raise RecordingError("would take the place of its own source", where=out, todo="name another file")
    pieces = read_chunks(
        file,
        PIECE_ROWS,
        placement=placement or _named(file, out, 0),
        side=side or _named(file, out, 1),
        choice=choice,
    )
    first = next(pieces, None)
    if first is None:
        raise RecordingError("no samples", where=file)
    start_s = common_start_s([first])
    head = from_start(first, start_s)
    head = replace(head, extra={"converted_from": Path(source).name, **head.extra})
    notes: list[tuple[str, ...]] = []
    write_pieces(head, _kept(chain([first], pieces), start_s, notes), out, DECIMALS)
    return notes[-1]


def _named(file: Path, out: Path, which: int) -> Any:  # noqa: ANN401 - a placement or a side
    """Return placement or side by the target's name, where the source's name does not say it."""
    return None if place_of(file)[which] else place_from_name(bare_name(out))[which]


def _kept(pieces: Iterable[Recording], start_s: float, notes: list[tuple[str, ...]]) -> Iterator[Recording]:
    """Return pieces in session time; their notes are kept, of which the last are those of the whole."""
    for piece in pieces:
        notes.append(piece.notes)
        yield from_start(piece, start_s)
