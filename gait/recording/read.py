"""Read a recording or a session from disk: one CSV, one ``.csv.gz``, or a folder of them.

The way in for degrees: files hold deg/s, a `Recording` holds rad/s. The reader never fills and never
reorders: rows without numbers and repeated time stamps are left out and become gaps, anything else that
is wrong is an error that names the line.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from gait.arrays import FloatArray
from gait.errors import RecordingError, check_kind
from gait.frames import Placement, Side
from gait.recording.choice import Choice
from gait.recording.limits import limit_of
from gait.recording.model import Recording, Session
from gait.recording.separate_files import (
    add_gravity,
    find_beside,
    gyroscope_elsewhere,
    join_gyroscope,
    not_joined,
    turned_sign,
)
from gait.recording.session_folder import (
    find_recordings,
    is_folder,
    only_recording,
    place_of,
    read_notes,
    refuse_doubles,
    session_name,
    unpacked,
)
from gait.recording.session_time import common_start_s, from_start, started_at
from gait.recording.table.checks import Columns, RowFilter, check_acc_unit, check_gyr_unit, check_step
from gait.recording.table.header import NOTHING_SAID, Head, read_head
from gait.recording.table.lines import Source
from gait.recording.table.numbers import Layout, map_ahead, parse_block
from gait.sentences import sentence
from gait.units import DEG

__all__ = [
    "find_recordings",
    "first_times",
    "read",
    "read_chunks",
    "read_recording",
]


MOST_ROWS = 150_000_000
"""Rows held in memory for one recording (chosen: a day at 1666 Hz). `read_chunks` has no such limit."""
ENOUGH_ROWS = 256
"""Rows that units are judged by at least (chosen: the few behind the last block may be one swing of the
leg)."""
BARREN_BYTES = 1 << 25
"""Text without a usable row, 32 MB, after which a file is no recording (chosen: gzip packs it into
kilobytes)."""
LOOK_BYTES = 1 << 18
"""Bytes that the first rows of a file are looked for in at once (chosen: more rows than its clock waits
for)."""
LOOKED_AT = 4000
"""Rows of a block, evenly spaced, that units are judged by at most (chosen: quantiles of so many are good to
a per cent)."""


def read(path: str | Path, *, placement: Placement | None = None, side: Side | None = None) -> Session:
    """Read a session: a folder, or one file alone.

    Parameters
    ----------
    path
        Folder, ``.csv`` or ``.csv.gz``.
    placement, side
        Where the sensor sat; they win over what the file or its name says.

    Returns
    -------
    Session with at least one recording, sorted by placement and side (shoes first, left first).

    Raises
    ------
    RecordingError
        Nothing there, or a file that cannot be read; one line that names file, line and column.

    Notes
    -----
    ``session.toml`` of the folder is read for a single file of it too.
    """
    check_kind(path, (str, Path), "gait.read", "give the path of a file or folder")
    named = Path(path)
    place = unpacked(named)
    if is_folder(place):
        recordings = [read_recording(file, placement=placement, side=side) for file in find_recordings(place)]
        refuse_doubles(recordings, place)
        folder = place if place == named else named.parent
    else:
        recordings = [read_recording(place, placement=placement, side=side)]
        folder = place.parent
    start_s = common_start_s(recordings)
    notes = read_notes(folder)
    recordings = [started_at(from_start(recording, start_s), notes.started) for recording in recordings]
    return Session(
        name=session_name(named),
        recordings=tuple(sorted(recordings, key=lambda part: (part.placement != "shoe", part.side))),
        runner=notes.runner,
        run=notes.run,
        answers=notes.answers,
        path=named,
    )


def _limits(recording: Recording) -> tuple[str, ...]:
    """Return what the recorder said about the sensor's limits, for people."""
    recorder = recording.extra.get("recorder")
    limits = recorder.get("limits") if isinstance(recorder, Mapping) else None
    return (
        tuple(limit_of(text) for text in limits if isinstance(text, str)) if isinstance(limits, list) else ()
    )


def read_recording(
    path: str | Path,
    *,
    placement: Placement | None = None,
    side: Side | None = None,
    choice: Choice = NOTHING_SAID,
) -> Recording:
    """Read one file as a recording.

    Parameters
    ----------
    path, placement, side
        As for `read`.
    choice
        What the caller says of columns, units and devices.

    Raises
    ------
    RecordingError
        As `read`, and for more than `MOST_ROWS` rows.
    """
    file = only_recording(Path(path))
    pieces: list[Columns] = []
    with Source(file) as source:
        head = read_head(source, file, choice, side)
        empty = _empty_recording(file, head, placement, side)
        kept = RowFilter(head.layout)
        for columns in _checked_blocks(source, head, kept):
            pieces.append(columns)
            if kept.rows > MOST_ROWS:
                raise RecordingError(f"more than {MOST_ROWS} rows", where=file, todo="split the recording")
    kept.finish()
    joined = _fill(empty, pieces)
    check_step(joined.time_s, str(file))
    joined = _without_empty_gyroscope(joined)
    joined = replace(joined, notes=(*joined.notes, *kept.notes(), *source.notes, *_limits(joined)))
    return _with_others(joined, file, head) if head.layout.foreign and choice == NOTHING_SAID else joined


def _without_empty_gyroscope(joined: Recording) -> Recording:
    """Return the recording, as an accelerometer's alone where the gyroscope's columns hold no number."""
    if joined.gyr is None or np.isfinite(joined.gyr).all(axis=1).any():
        return joined
    note = sentence("the gyroscope's columns hold no numbers: read as an accelerometer alone")
    return replace(joined, gyr=None, notes=(*joined.notes, note))


def _with_others(joined: Recording, file: Path, head: Head) -> Recording:
    """Return the recording with what its program wrote into files of their own."""
    if head.layout.needs_gravity:
        joined = add_gravity(joined, _gravity_beside(file))
    joined = turned_sign(joined, file) if head.layout.sensor_logger else joined
    gyroscope = find_beside(file, "gyroscope") if joined.gyr is None else None
    if gyroscope is not None:
        return join_gyroscope(joined, gyroscope)
    elsewhere = gyroscope_elsewhere(file) if joined.gyr is None else None
    return joined if elsewhere is None else replace(joined, notes=(*joined.notes, not_joined(elsewhere)))


def _gravity_beside(file: Path) -> Path:
    gravity_file = find_beside(file, "gravity")
    if gravity_file is None:
        raise RecordingError(
            "acceleration without gravity",
            where=file,
            todo="take TotalAcceleration.csv instead, or put Gravity.csv of the same run beside it",
        )
    return gravity_file


def _in_several_files(file: Path, head: Head) -> bool:
    """Return whether more than one file makes the recording."""
    layout = head.layout
    alone = len(layout.use) + (layout.time_form == "row") <= 4
    return layout.foreign and (
        layout.needs_gravity or layout.sensor_logger or (alone and find_beside(file, "gyroscope") is not None)
    )


def _fill(empty: Recording, pieces: list[Columns]) -> Recording:
    """Put samples into a recording that has none; deg/s become rad/s here."""
    has_gyr = bool(pieces) and len(pieces[0]) > 4
    return replace(
        empty,
        time_s=np.concatenate([piece[0] for piece in pieces]),
        acc=_stack([piece[1:4] for piece in pieces]),
        gyr=_stack([piece[4:7] for piece in pieces], DEG) if has_gyr else None,
    )


def _stack(pieces: list[Columns], scale: float = 1.0) -> FloatArray:
    """Return the three columns of all pieces as an (n, 3) array; each axis lies in one piece of memory."""
    axes = np.empty((3, sum(len(piece[0]) for piece in pieces)))
    start = 0
    for piece in pieces:
        end = start + len(piece[0])
        for axis in range(3):
            np.multiply(piece[axis], scale, out=axes[axis, start:end])
        start = end
    return axes.T


def read_chunks(
    path: str | Path,
    rows: int,
    *,
    placement: Placement | None = None,
    side: Side | None = None,
    choice: Choice = NOTHING_SAID,
) -> Generator[Recording]:
    """Read one file piece by piece, for recordings that do not fit into memory.

    Parameters
    ----------
    path
        ``.csv`` or ``.csv.gz``.
    rows
        Samples in a piece; the last one may have fewer.
    placement, side
        As in `read`.
    choice
        As in `read_recording`.

    Yields
    ------
    Recordings that follow one another without overlap; put together they are what `read_recording` gives. The
    last one carries the notes.

    Raises
    ------
    RecordingError
        As `read_recording` does, but only once the fault is reached.
    """
    if rows < 1:
        raise RecordingError(f"pieces of {rows} rows", todo="ask for at least one row")
    file = only_recording(Path(path))
    with Source(file) as source:
        head = read_head(source, file, choice, side)
        if choice == NOTHING_SAID and _in_several_files(file, head):
            yield from _pieces_of(read_recording(file, placement=placement, side=side), rows)
            return
        empty = _empty_recording(file, head, placement, side)
        kept = RowFilter(head.layout)
        checked = False
        last: Recording | None = None
        with closing(_checked_blocks(source, head, kept)) as blocks:
            for pieces in _cut(blocks, rows):
                if last is not None:
                    yield last
                last = _fill(empty, pieces)
                if not checked and len(last.time_s) > 1:
                    check_step(last.time_s, str(file))
                    checked = True
        kept.finish()
        if last is not None:
            yield replace(last, notes=(*kept.notes(), *source.notes, *_limits(last)))


def first_times(path: Path, rows: int, *, side: Side | None = None) -> FloatArray:
    """Return the times of the first rows of a file, s, without judging units or reading what lies beside it.

    Fewer than `rows` come where the file ends, or holds none in its first `BARREN_BYTES`. Raises as
    `read_recording` does for what stands before these rows.
    """
    times: list[FloatArray] = []
    with Source(path) as source:
        head = read_head(source, path, NOTHING_SAID, side)
        kept = RowFilter(head.layout)
        looked = 0
        for block in source.blocks(LOOK_BYTES):
            times.append(kept(parse_block(block, head.layout))[0])
            looked += len(block[1])
            if kept.rows >= rows or looked > BARREN_BYTES:
                break
        else:
            times.append(kept.end()[0])
    return np.concatenate([np.empty(0), *times])[:rows]


def _pieces_of(joined: Recording, rows: int) -> Iterator[Recording]:
    for start in range(0, len(joined.time_s), rows):
        part = slice(start, start + rows)
        gyr = None if joined.gyr is None else joined.gyr[part]
        yield replace(joined, time_s=joined.time_s[part], acc=joined.acc[part], gyr=gyr)


def _cut(blocks: Iterator[Columns], rows: int) -> Iterator[list[Columns]]:
    """Cut columns of any length into lists of columns that make ``rows`` rows together."""
    waiting: list[Columns] = []
    lacking = rows
    for block in blocks:
        start = 0
        while len(block[0]) - start >= lacking:
            yield [*waiting, tuple(column[start : start + lacking] for column in block)]
            waiting, start, lacking = [], start + lacking, rows
        if start < len(block[0]):
            waiting.append(tuple(column[start:] for column in block))
            lacking -= len(block[0]) - start
    if waiting:
        yield waiting


def _checked_blocks(source: Source, head: Head, kept: RowFilter) -> Generator[Columns]:
    """Return usable rows of the file, block by block (time, acc, gyr), parsed in threads ahead of the use."""
    with closing(map_ahead(lambda block: parse_block(block, head.layout), source.blocks())) as tables:
        barren = 0
        first = True
        for table in tables:
            columns = kept(table)
            count = len(columns[0])
            barren = 0 if count else barren + len(table.block[1])
            if barren > BARREN_BYTES:
                raise source.error(table.block[0], f"{BARREN_BYTES >> 20} MB and more without a sample")
            if count:
                _check_units(columns, head.layout, enough=first or count >= ENOUGH_ROWS)
                first = False
                yield columns
    columns = kept.end()
    if len(columns[0]):
        _check_units(columns, head.layout, enough=first or len(columns[0]) >= ENOUGH_ROWS)
        yield columns


def _check_units(columns: Columns, layout: Layout, *, enough: bool) -> None:
    """Refuse other units, judged by some rows; acceleration that gravity is still to be added to passes."""
    if not enough or layout.needs_gravity:
        return
    some = tuple(column[:: len(columns[0]) // LOOKED_AT + 1] for column in columns)
    acc = np.column_stack(some[1:4])
    check_acc_unit(acc, layout.where)
    if len(some) > 4:
        gyr = np.column_stack(some[4:7])
        finite = ~np.isnan(gyr).any(axis=1)
        if finite.any():
            check_gyr_unit(acc[finite], gyr[finite], layout.where)


def _empty_recording(file: Path, head: Head, placement: Placement | None, side: Side | None) -> Recording:
    """Return everything of a recording but the samples."""
    preamble = head.preamble
    named_placement, named_side = place_of(file)
    placement = placement or preamble.placement or named_placement
    side = side or preamble.side or named_side
    if placement is None or side is None:
        lacking = [name for name, value in (("placement", placement), ("side", side)) if value is None]
        options = " and ".join(
            {"placement": "--placement shoe|shank", "side": "--side left|right"}[name] for name in lacking
        )
        raise RecordingError(
            f"{' and '.join(lacking)} of the sensor unknown",
            where=file,
            todo=f"say {options}, or name the file like left_shoe.csv",
        )
    return Recording(
        placement=placement,
        side=side,
        time_s=np.empty(0),
        acc=np.empty((0, 3)),
        rate_hz=preamble.rate_hz or head.layout.rate_hz,
        acc_range_g=preamble.acc_range_g,
        gyr_range_dps=preamble.gyr_range_dps,
        started=preamble.started,
        device=preamble.device,
        extra=preamble.extra,
        source=file.name,
        zone=head.layout.zone,
    )
