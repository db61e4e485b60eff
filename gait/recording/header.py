"""The top of a file: where its column names stand, and how to read what is below them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from gait.errors import RecordingError
from gait.recording.format import (
    ACC_COLUMNS,
    GYR_COLUMNS,
    TIME_COLUMN,
    Preamble,
    looks_like_recording,
    parse_preamble,
)
from gait.recording.importers.dialects import gyroscope_layout, layout_of
from gait.recording.lines import Source
from gait.recording.numbers import NUMBER, Layout, split_header

__all__ = ["Head", "fault_of", "gyroscope_of", "read_head"]

PREAMBLE_LINES = 2000
TOP_ROWS = 40
UNIT_ROWS = 3
"""Lines looked at for the column names: all, those that are no comment; and lines of units below them."""
SHOWN = 120
"""Characters of the column names that a message repeats."""


@dataclass(frozen=True)
class Head:
    """What is known of a file once its column names are read."""

    preamble: Preamble
    layout: Layout


def fault_of(file: Path) -> RecordingError | None:
    """Why a file is no recording, by its column names; None where it is one.

    A file that is damaged further up counts as a recording, so that reading it says what is wrong.
    """
    with Source(file) as source:
        try:
            comments, rows = _top_rows(source)
        except RecordingError:
            return None
        try:
            return None if not rows or _header(comments, rows, file) else _missing_columns(rows[0], file)
        except RecordingError as fault:
            return fault


def read_head(source: Source, file: Path) -> Head:
    """Read down to the first line of numbers.

    Raises
    ------
    RecordingError
        Nothing in it, or no column names that make a recording.
    """
    comments, rows = _top_rows(source)
    if not rows:
        what = "only a preamble in it" if comments else "an empty file"
        raise RecordingError(what, where=file, todo="check that the recording was finished and copied whole")
    head = _header(comments, rows, file)
    if head is None:
        raise _missing_columns(rows[0], file)
    return replace(head, layout=_first_numbers(source, head.layout))


def gyroscope_of(source: Source, file: Path) -> Layout | None:
    """Read down to the first line of numbers of a gyroscope's own file; None where it is none."""
    _, rows = _top_rows(source)
    if not rows:
        return None
    separator, columns = split_header(rows[-1])
    layout = gyroscope_layout(columns, separator, file)
    return None if layout is None else _first_numbers(source, layout)


def _first_numbers(source: Source, layout: Layout) -> Layout:
    """Skip lines of units, and see from the first numbers how decimals are written."""
    _skip_units(source, layout)
    decimal = "," if layout.separator != "," and "," in _peek(source) else "."
    return replace(layout, decimal=decimal)


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


def _header(comments: list[str], rows: list[str], file: Path) -> Head | None:
    """What the lines at the top of a file say; None where they name no columns that can be used."""
    separator, columns = split_header(rows[-1])
    if looks_like_recording(columns):
        layout: Layout | None = Layout(str(file), columns, _used(columns, file), separator)
    else:
        layout = layout_of(columns, separator, file)
    return None if layout is None else Head(parse_preamble(comments, str(file)), layout)


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
