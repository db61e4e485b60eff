"""Sessions too long to be held in memory: what is known of them, and a way to go through their samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gait.errors import RecordingError
from gait.frames import Placement, Side
from gait.recording.model import Recording, RunInfo, RunnerInfo, Session
from gait.recording.read import common_start_s, find_recordings, from_start, read, read_chunks
from gait.recording.session_folder import is_folder, read_notes, refuse_doubles, session_name

__all__ = ["LONG_BYTES", "PIECE_ROWS", "LongRecording", "LongSession", "open_session"]

LONG_BYTES = 150_000_000
"""Bytes of CSV from which a session is read piece by piece: two hours of two shoes at 208 Hz. In memory a row
takes about as much as in the file, and its analysis as much again."""

GZIP_RATIO = 5
"""How many times larger than its ``.csv.gz`` a recording is, about."""

PIECE_ROWS = 1 << 16
"""Samples in a piece: 4 MB, five minutes of a usual sensor."""


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
    """

    head: Recording
    file: Path
    start_s: float = 0.0

    def pieces(self, rows: int = PIECE_ROWS) -> Iterator[Recording]:
        """Recordings that follow one another; put together they are the whole. Can be called again.

        Raises
        ------
        RecordingError
            A fault in the file, once it is reached.
        """
        placement, side = self.head.placement, self.head.side
        for piece in read_chunks(self.file, rows, placement=placement, side=side):
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
    if sum(map(_csv_bytes, files)) <= long_bytes:
        return read(place, placement=placement, side=side)
    heads = [_head(file, placement, side) for file in files]
    refuse_doubles(heads, place)
    start_s = common_start_s(heads)
    recordings = [
        LongRecording(from_start(head, start_s), file, start_s)
        for head, file in zip(heads, files, strict=True)
    ]
    notes = read_notes(place if is_folder(place) else place.parent)
    return LongSession(
        session_name(place),
        tuple(sorted(recordings, key=lambda one: (one.head.placement != "shoe", one.head.side))),
        notes.runner,
        notes.run,
        notes.answers,
        place,
    )


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
