"""Sessions too long to be held in memory: what is known of them, and a way to go through their samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gait.errors import RecordingError
from gait.frames import Placement, Side
from gait.recording.model import Recording, RunInfo, RunnerInfo, Session
from gait.recording.read import (
    common_start_s,
    find_recordings,
    first_times,
    from_start,
    read,
    read_chunks,
    started_at,
)
from gait.recording.session_folder import is_folder, read_notes, refuse_doubles, session_name, unpacked
from gait.recording.table.lines import Source

__all__ = [
    "GRID_HZ",
    "LONG_BYTES",
    "LONG_INSTANTS",
    "PIECE_ROWS",
    "LongRecording",
    "LongSession",
    "open_session",
    "piece_rows",
]

LONG_BYTES = 150_000_000
"""Bytes of CSV from which a session is read piece by piece: two hours of two shoes at 208 Hz. In memory a row
takes about as much as in the file, and its analysis as much again."""

GZIP_RATIO = 5
"""How many times larger than its ``.csv.gz`` a recording is, about."""

LONG_INSTANTS = 3_000_000
"""Instants of the analysis' grid from which a session is read piece by piece, however few its rows: two hours
of two shoes. All signals are brought to that grid, so a slow sensor's day costs what a fast one's does."""

GRID_HZ = 200.0
"""Rate of that grid (`gait.analysis.signal.resample.GRID_HZ`; a test holds the two together)."""

PIECE_ROWS = 1 << 16
"""Samples in a piece: 4 MB, five minutes of a usual sensor. A slow sensor has fewer, for as many instants."""

SHORT_BYTES = 5_000_000
"""Bytes of CSV up to which nobody looks how long a file lasts: seven hours at 5 Hz."""
LOOK_ROWS = 200
"""Rows by which bytes and seconds a row are estimated."""


@dataclass(frozen=True)
class LongRecording:
    """The samples of one sensor, on disk.

    Attributes
    ----------
    head
        The recording as it begins: everything a `Recording` has, and its first sample.
    file
        Where the samples are.
    start_s
        Session time zero in the file's own times, s.
    piece_rows
        Samples in a piece.
    """

    head: Recording
    file: Path
    start_s: float = 0.0
    piece_rows: int = PIECE_ROWS

    def pieces(self, rows: int | None = None) -> Iterator[Recording]:
        """Return recordings that follow one another and together are the whole; can be called again.

        Parameters
        ----------
        rows
            Samples in a piece; None for ``piece_rows``.

        Raises
        ------
        RecordingError
            A fault in the file, once it is reached.
        """
        placement, side = self.head.placement, self.head.side
        for piece in read_chunks(self.file, rows or self.piece_rows, placement=placement, side=side):
            yield from_start(piece, self.start_s)


@dataclass(frozen=True)
class LongSession:
    """As a `Session`, with its samples left on disk."""

    name: str
    recordings: tuple[LongRecording, ...]
    runner: RunnerInfo
    run: RunInfo
    answers: Mapping[str, Any]
    path: Path


def open_session(
    path: str | Path,
    *,
    placement: Placement | None = None,
    side: Side | None = None,
    long_bytes: int = LONG_BYTES,
) -> Session | LongSession:
    """Read a session, or, where it is long, only find out what is in it.

    Parameters
    ----------
    path, placement, side
        As for `gait.recording.read.read`.
    long_bytes
        Bytes of CSV beyond which the samples stay on disk.

    Raises
    ------
    RecordingError
        As for `gait.recording.read.read`; of a long session only what its first lines show.
    """
    place = Path(path)
    files = find_recordings(place)
    size = sum(map(_csv_bytes, files))
    steps = {file: _usual_step(file, side) for file in files} if size > SHORT_BYTES else {}
    instants = sum(GRID_HZ * step.seconds * _csv_bytes(file) / step.size for file, step in steps.items())
    if size <= long_bytes and instants <= LONG_INSTANTS:
        return read(place, placement=placement, side=side)
    heads = [_head(file, placement, side) for file in files]
    refuse_doubles(heads, place)
    start_s = common_start_s(heads)
    inside = unpacked(place)
    notes = read_notes(inside if is_folder(inside) else place.parent)
    recordings = [
        LongRecording(
            started_at(from_start(head, start_s), notes.started),
            file,
            start_s,
            piece_rows(steps[file].seconds) if file in steps else PIECE_ROWS,
        )
        for head, file in zip(heads, files, strict=True)
    ]
    return LongSession(
        session_name(place),
        tuple(sorted(recordings, key=lambda one: (one.head.placement != "shoe", one.head.side))),
        notes.runner,
        notes.run,
        notes.answers,
        place,
    )


def piece_rows(step_s: float, most: int = PIECE_ROWS) -> int:
    """Return the number of samples in a piece of a sensor that samples every ``step_s`` seconds.

    Examples
    --------
    >>> piece_rows(1 / 208), piece_rows(1 / 25)
    (65536, 8192)
    """
    return max(1, int(most / max(1.0, GRID_HZ * step_s)))


@dataclass(frozen=True)
class _Step:
    """Bytes and seconds of a row."""

    size: float
    seconds: float


def _usual_step(file: Path, side: Side | None) -> _Step:
    """Bytes and seconds that a row of a file takes, by its first rows.

    A fault further down is told by reading it.
    """
    time_s = first_times(file, LOOK_ROWS, side=side)
    if len(time_s) < 2:
        return _Step(1.0, 0.0)
    with Source(file) as source:
        lines = [line for _ in range(LOOK_ROWS) if (line := source.line()) is not None]
    row = float(np.median([len(line) + 1 for line in lines]))
    return _Step(row, float(np.median(np.diff(time_s))))


def _csv_bytes(file: Path) -> int:
    """Size of a file's text, roughly; 0 where it cannot be looked at, which reading it will say."""
    try:
        size = file.stat().st_size
    except (OSError, ValueError):
        return 0
    return size * GZIP_RATIO if file.name.lower().endswith(".gz") else size


def _head(file: Path, placement: Placement | None, side: Side | None) -> Recording:
    with closing(read_chunks(file, 1, placement=placement, side=side)) as pieces:
        first = next(pieces, None)
    if first is None:
        raise RecordingError("no samples", where=file)
    return first
