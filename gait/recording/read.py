"""Read a recording or a session from disk: one CSV, one ``.csv.gz``, or a folder of them.

The way in for degrees: files hold deg/s, a `Recording` holds rad/s. The reader never fills and never
reorders: rows without numbers and repeated time stamps are left out and become gaps, anything else that
is wrong is an error that names the line.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gait.errors import RecordingError
from gait.frames import Placement, Side
from gait.recording import dialects
from gait.recording.checks import Columns, RowFilter, check_acc_unit, check_gyr_unit, check_step
from gait.recording.format import (
    ACC_COLUMNS,
    GYR_COLUMNS,
    TIME_COLUMN,
    Preamble,
    bare_name,
    looks_like_recording,
    parse_preamble,
    place_from_name,
)
from gait.recording.model import Recording, Session
from gait.recording.session import candidates, read_notes, refuse_doubles, session_name
from gait.recording.source import Source
from gait.recording.table import NUMBER, Layout, map_ahead, parse_block, split_header
from gait.units import DEG

__all__ = ["find_recordings", "read", "read_chunks", "read_recording"]

FloatArray = npt.NDArray[np.float64]

TIME_OF_DAY_S, LATEST_S = 1e8, 1e10
"""Times from the first on are counted from 1970, as phones do; beyond the second there is no such date."""
PREAMBLE_LINES = 2000
TOP_ROWS = 40
UNIT_ROWS = 3
"""Lines looked at for the column names: all, those that are no comment; and lines of units below them."""
SHOWN = 120
"""Characters of the column names that a message repeats."""
MOST_ROWS = 150_000_000
"""Rows held in memory for one recording: a day at 1666 Hz. `read_chunks` has no such limit."""


FILES_AT_ONCE = 2
ENOUGH_ROWS = 256
"""Rows that units are judged by at least; the few behind the last block may be one swing of the leg."""
LOOKED_AT = 4000
"""Rows of a block, evenly spaced, that units are judged by at most."""


@dataclass(frozen=True)
class _Head:
    """What is known of a file once its column names are read."""

    preamble: Preamble
    layout: Layout


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
    place = Path(path)
    if place.is_dir():
        with ThreadPoolExecutor(FILES_AT_ONCE) as pool:
            one = partial(read_recording, placement=placement, side=side)
            recordings = list(pool.map(one, find_recordings(place)))
        refuse_doubles(recordings, place)
        folder = place
    else:
        recordings = [read_recording(place, placement=placement, side=side)]
        folder = place.parent
    recordings = _from_common_start(recordings)
    notes = read_notes(folder)
    return Session(
        name=session_name(place),
        recordings=tuple(sorted(recordings, key=lambda one: (one.placement != "shoe", one.side))),
        runner=notes.runner,
        run=notes.run,
        answers=notes.answers,
        path=place,
    )


def _from_common_start(recordings: list[Recording]) -> list[Recording]:
    """Session time for recordings that carry the time of day: seconds since the first sample of all."""
    if min(recording.time_s[0] for recording in recordings) < TIME_OF_DAY_S:
        return recordings
    start_s = float(np.floor(min(recording.time_s[0] for recording in recordings)))
    started = datetime.fromtimestamp(start_s, tz=UTC).isoformat() if start_s < LATEST_S else ""
    return [replace(one, time_s=one.time_s - start_s, started=one.started or started) for one in recordings]


def find_recordings(path: str | Path) -> list[Path]:
    """Files of a session that are recordings, sorted by name; the file itself where ``path`` is one.

    A CSV without the needed columns is passed over, as long as there is one that has them.

    Raises
    ------
    RecordingError
        There is none; says what is wrong with the first.
    """
    place = Path(path)
    if not place.is_dir():
        return [place]
    files = candidates(place)
    faults = {file: _fault(file) for file in files}
    found = [file for file in files if faults[file] is None]
    if not found:
        raise next(fault for fault in faults.values() if fault is not None)
    return found


def _fault(file: Path) -> RecordingError | None:
    """Why a file is no recording; a damaged one counts as a recording, so that reading it says so."""
    with Source(file) as source:
        try:
            comments, rows = _top_rows(source)
        except RecordingError:
            return None
        try:
            return None if not rows or _header(comments, rows, file) else _missing_columns(rows[0], file)
        except RecordingError as fault:
            return fault


def read_recording(
    path: str | Path, *, placement: Placement | None = None, side: Side | None = None
) -> Recording:
    """Read one file as a recording; see `read` for arguments and errors."""
    file = Path(path)
    pieces: list[Columns] = []
    with Source(file) as source:
        head = _read_head(source, file)
        empty = _empty_recording(file, head.preamble, placement, side)
        kept = RowFilter(head.layout)
        for columns in _checked_blocks(source, head, kept):
            pieces.append(columns)
            if kept.rows > MOST_ROWS:
                raise RecordingError(f"more than {MOST_ROWS} rows", where=file, todo="split the recording")
    kept.finish()
    whole = _fill(empty, pieces)
    check_step(whole.time_s, str(file))
    return replace(whole, notes=kept.notes())


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
    """Three columns of all pieces as an (n, 3) array; each axis lies in one piece of memory."""
    axes = np.empty((3, sum(len(piece[0]) for piece in pieces)))
    start = 0
    for piece in pieces:
        end = start + len(piece[0])
        for axis in range(3):
            np.multiply(piece[axis], scale, out=axes[axis, start:end])
        start = end
    return axes.T


def read_chunks(
    path: str | Path, rows: int, *, placement: Placement | None = None, side: Side | None = None
) -> Iterator[Recording]:
    """Read one file piece by piece, for recordings that do not fit into memory.

    Parameters
    ----------
    path
        ``.csv`` or ``.csv.gz``.
    rows
        Samples in a piece; the last one may have fewer.
    placement, side
        As in `read`.

    Yields
    ------
    Recordings that follow one another without overlap; put together they are what `read_recording` gives.

    Raises
    ------
    RecordingError
        As `read_recording` does, but only once the fault is reached.
    """
    if rows < 1:
        raise RecordingError(f"pieces of {rows} rows", todo="ask for at least one row")
    file = Path(path)
    with Source(file) as source:
        head = _read_head(source, file)
        empty = _empty_recording(file, head.preamble, placement, side)
        kept = RowFilter(head.layout)
        checked = False
        with closing(_checked_blocks(source, head, kept)) as blocks:
            for pieces in _cut(blocks, rows):
                piece = _fill(empty, pieces)
                if not checked and len(piece.time_s) > 1:
                    check_step(piece.time_s, str(file))
                    checked = True
                yield piece
        kept.finish()


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


def _checked_blocks(source: Source, head: _Head, kept: RowFilter) -> Generator[Columns]:
    """Usable rows of the file, block by block (time, acc, gyr), parsed in threads ahead of the use."""
    with closing(map_ahead(lambda block: parse_block(block, head.layout), source.blocks())) as tables:
        for number, table in enumerate(tables):
            columns = kept(table)
            count = len(columns[0])
            if count >= ENOUGH_ROWS or (number == 0 and count):
                _check_units(
                    tuple(column[:: count // LOOKED_AT + 1] for column in columns), head.layout.where
                )
            if count:
                yield columns


def _check_units(columns: Columns, where: str) -> None:
    acc = np.column_stack(columns[1:4])
    check_acc_unit(acc, where)
    if len(columns) > 4:
        check_gyr_unit(acc, np.column_stack(columns[4:7]), where)


def _top_rows(source: Source) -> tuple[list[str], list[str]]:
    """Comment lines at the top, and the lines below them down to the one that may name the columns.

    Other programs put a few lines of their own above the column names.
    """
    comments: list[str] = []
    rows: list[str] = []
    while (line := source.line()) is not None and len(rows) < TOP_ROWS:
        if line.startswith("#") and not rows:
            comments.append(line)
        elif line.strip():
            rows.append(line)
            if _names_columns(line):
                return comments, rows
        if source.next_line > PREAMBLE_LINES:
            raise source.error(source.next_line, "no column names so far", "this is not a CSV recording")
    return comments, rows


def _names_columns(line: str) -> bool:
    """Whether a line can be the column names: four cells or more, hardly a number among them."""
    cells = split_header(line)[1]
    numbers = sum(NUMBER.fullmatch(cell) is not None for cell in cells)
    return len(cells) >= 4 and numbers * 2 < len(cells)


def _read_head(source: Source, file: Path) -> _Head:
    comments, rows = _top_rows(source)
    if not rows:
        what = "only a preamble in it" if comments else "an empty file"
        raise RecordingError(what, where=file, todo="check that the recording was finished and copied whole")
    head = _header(comments, rows, file)
    if head is None:
        raise _missing_columns(rows[0], file)
    _skip_units(source, head.layout)
    decimal = "," if head.layout.separator != "," and "," in _peek(source) else "."
    return replace(head, layout=replace(head.layout, decimal=decimal))


def _header(comments: list[str], rows: list[str], file: Path) -> _Head | None:
    """What the lines at the top of a file say; None where they name no columns that can be used."""
    separator, columns = split_header(rows[-1])
    if looks_like_recording(columns):
        layout: Layout | None = Layout(str(file), columns, _used(columns, file), separator)
    else:
        layout = dialects.layout_of(columns, separator, file)
    return None if layout is None else _Head(parse_preamble(comments, str(file)), layout)


def _skip_units(source: Source, layout: Layout) -> None:
    """Skip the lines of units that some programs put below the column names."""
    if layout.scale is None:
        return
    for _ in range(UNIT_ROWS):
        cells = _peek(source).split(layout.separator)
        if len(cells) <= max(layout.use) or any(sign.isdigit() for sign in cells[layout.use[0]]):
            return
        source.line()


def _peek(source: Source) -> str:
    """Return the next line and leave it where it is."""
    line = source.line()
    if line is not None:
        source.push_back(line)
    return line or ""


def _used(columns: tuple[str, ...], where: Path) -> tuple[int, ...]:
    gyr = [name for name in GYR_COLUMNS if name in columns]
    if gyr and len(gyr) < len(GYR_COLUMNS):
        missing = ", ".join(name for name in GYR_COLUMNS if name not in columns)
        raise RecordingError(f"{missing} missing", where=where, todo="give all three gyr columns or none")
    wanted = (TIME_COLUMN, *ACC_COLUMNS, *gyr)
    for name in wanted:
        if columns.count(name) > 1:
            raise RecordingError(f"two columns called {name}", where=where, todo="keep one")
    return tuple(columns.index(name) for name in wanted)


def _missing_columns(line: str, where: Path) -> RecordingError:
    columns = split_header(line)[1]
    missing = [name for name in (TIME_COLUMN, *ACC_COLUMNS) if name not in columns]
    seen = ", ".join(columns)
    seen = seen if len(seen) <= SHOWN else f"{seen[:SHOWN]}..."
    if missing == [TIME_COLUMN]:
        todo = "add time_s in seconds: the row's number divided by the sample rate"
    else:
        todo = "it needs time_s, acc_x, acc_y, acc_z, and gyr_x, gyr_y, gyr_z from a gyroscope"
    return RecordingError(f"no column {', '.join(missing)} (found: {seen})", where=where, todo=todo)


def _empty_recording(
    file: Path, preamble: Preamble, placement: Placement | None, side: Side | None
) -> Recording:
    """Everything of a recording but the samples."""
    named_placement, named_side = place_from_name(bare_name(file))
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
        rate_hz=preamble.rate_hz,
        acc_range_g=preamble.acc_range_g,
        gyr_range_dps=preamble.gyr_range_dps,
        started=preamble.started,
        device=preamble.device,
        extra=preamble.extra,
        source=file.name,
    )
