"""Recordings too long to be held in memory: what is known of them, and a way through their samples."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from gait.errors import RecordingError
from gait.frames import Placement, Side
from gait.recording.model import GRID_HZ, LOOK_ROWS, Recording, Session, piece_rows
from gait.recording.read import find_recordings, first_times, read, read_chunks
from gait.recording.session_folder import is_folder, read_notes, refuse_doubles, session_name, unpacked
from gait.recording.session_time import common_start_s, from_start, started_at
from gait.recording.table.lines import Source

__all__ = [
    "LONG_BYTES",
    "LONG_INSTANTS",
    "LongRecording",
    "open_session",
]

LONG_BYTES = 150_000_000
"""Bytes of CSV from which a session is read piece by piece (chosen: two hours of two shoes at 208 Hz). In
memory a row takes about as much as in the file, and its analysis as much again."""

GZIP_RATIO = 5
"""How many times larger than its ``.csv.gz`` a recording is, about (chosen: gzip gives back four fifths of
numbers as text)."""

LONG_INSTANTS = 3_000_000
"""Instants of the analysis' grid from which a session is read piece by piece, however few its rows (chosen:
two hours of two shoes). All signals are brought to that grid, so a slow sensor's day costs what a fast one's
does."""

SHORT_BYTES = 5_000_000
"""Bytes of CSV up to which nobody looks how long a file lasts (chosen: seven hours at 5 Hz)."""


@dataclass(frozen=True)
class LongRecording(Recording):
    """A recording whose samples are on disk, but for the first.

    Attributes
    ----------
    file
        Where the samples are.
    start_s
        Session time zero in the file's own times, s.
    usual_step_s
        Usual step from sample to sample, s; 0 where nobody looked.
    """

    file: Path = Path()
    start_s: float = 0.0
    usual_step_s: float = 0.0

    @property
    def in_memory(self) -> bool:
        """Return whether all samples are here: no."""
        return False

    @property
    def step_s(self) -> float:
        """Usual step from sample to sample, s."""
        return self.usual_step_s

    @property
    def head(self) -> Recording:
        """Return what is known besides the samples, and the first of them."""
        return Recording(**{field.name: getattr(self, field.name) for field in fields(Recording)})

    def pieces(self, rows: int | None = None) -> Iterator[Recording]:
        """Return recordings in memory that follow one another and together are the whole.

        Parameters
        ----------
        rows
            Samples in a piece; None for those of five minutes.

        Raises
        ------
        RecordingError
            A fault in the file, once it is reached.
        """
        rows = rows or piece_rows(self.step_s)
        for piece in read_chunks(self.file, rows, placement=self.placement, side=self.side):
            yield from_start(piece, self.start_s)


def open_session(
    path: str | Path,
    *,
    placement: Placement | None = None,
    side: Side | None = None,
    long_bytes: int = LONG_BYTES,
) -> Session:
    """Read a session; of a long session only the facts, as its samples stay on disk.

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
        _long(
            started_at(from_start(head, start_s), notes.started),
            file,
            start_s,
            steps[file].seconds if file in steps else 0.0,
        )
        for head, file in zip(heads, files, strict=True)
    ]
    return Session(
        session_name(place),
        tuple(sorted(recordings, key=lambda recording: (recording.placement != "shoe", recording.side))),
        notes.runner,
        notes.run,
        notes.answers,
        place,
    )


def _long(head: Recording, file: Path, start_s: float, step_s: float) -> LongRecording:
    """Return the recording that begins as `head` does."""
    values = {field.name: getattr(head, field.name) for field in fields(Recording)}
    return LongRecording(**values, file=file, start_s=start_s, usual_step_s=step_s)


@dataclass(frozen=True)
class _Step:
    """Bytes and seconds of a row."""

    size: float
    seconds: float


def _usual_step(file: Path, side: Side | None) -> _Step:
    """Return bytes and seconds that a row of a file takes, by its first rows.

    A fault further down is reported when it is read.
    """
    time_s = first_times(file, LOOK_ROWS, side=side)
    if len(time_s) < 2:
        return _Step(1.0, 0.0)
    with Source(file) as source:
        lines = [line for _ in range(LOOK_ROWS) if (line := source.line()) is not None]
    row = float(np.median([len(line) + 1 for line in lines]))
    return _Step(row, float(np.median(np.diff(time_s))))


def _csv_bytes(file: Path) -> int:
    """Return the size of a file's text, roughly; 0 where the file cannot be read, which reading reports."""
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
