"""The top of a file: where its column names stand, and how to read what is below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gait.errors import RecordingError
from gait.recording.choice import Choice
from gait.recording.format import (
    ACC_COLUMNS,
    GYR_COLUMNS,
    TIME_COLUMN,
    Preamble,
    looks_like_recording,
    parse_preamble,
)
from gait.recording.importers.column_names import parse_columns
from gait.recording.importers.dates import is_clock, is_date
from gait.recording.importers.dialects import (
    gravity_layout,
    gyroscope_layout,
    layout_of,
    refuse_unusable,
)
from gait.recording.importers.generic import MOST_WORDS, generic_layout
from gait.recording.importers.guesses import turns
from gait.recording.importers.gyroscope_file import gyroscope_alone
from gait.recording.importers.sample import Sample, rate_of
from gait.recording.importers.suggest import suggestion
from gait.recording.importers.units import Quantity, Unit, unit_of
from gait.recording.table.lines import Source
from gait.recording.table.numbers import EMPTY_CELLS, Layout, split_header
from gait.recording.table.top import NAMED_COLUMNS, Top, is_data, is_number, peek, top_rows
from gait.sentences import sentence

__all__ = ["NOTHING_SAID", "Head", "fault_of", "gravity_of", "gyroscope_of", "read_head"]

UNIT_ROWS = 3
"""Lines of units below the column names that are looked at (chosen: a row of units, a row of sensors, and a
row to spare)."""
SAMPLE_ROWS, SAMPLE_BYTES = 20_000, 1 << 22
"""Rows below the column names that are looked at where a file does not say its units (chosen: a minute and
more of most sensors, in which a leg moves)."""
SHORT_SAMPLE = 20
"""Rows by which an empty column is seen (chosen: an empty column is empty from its start)."""
NAME_LENGTH = 40
"""Characters of the longest column name (chosen: what is longer is a sentence, and no column of it can be
meant)."""
NAMED_VALUE = re.compile(r"[A-Za-z]\w*\s*[:=]\s*[+-]?\d+(\.\d*)?")
"""A name with its value: ``ax: 0.12``."""
SHOWN = 120
"""Characters of the column names that a message repeats (chosen: two lines of a terminal)."""
NOTHING_SAID = Choice()


@dataclass(frozen=True)
class Head:
    """Facts of a file once its column names are read."""

    preamble: Preamble
    layout: Layout


def fault_of(file: Path, choice: Choice = NOTHING_SAID) -> RecordingError | None:
    """Return why a file is no recording, by its column names; None where it is one.

    A file whose head is damaged counts as a recording, so that reading it reports the damage.
    """
    with Source(file) as source:
        try:
            top = top_rows(source)
        except RecordingError:
            return None
        try:
            head = None if top.empty else _header(source, top, file, choice, None)
            return None if top.empty or head is not None else _missing_columns(source, top, file)
        except RecordingError as fault:
            return fault


def read_head(source: Source, file: Path, choice: Choice = NOTHING_SAID, side: str | None = None) -> Head:
    """Read down to the first line of numbers.

    Parameters
    ----------
    choice
        Columns and units that the caller states.
    side
        Side that the caller states, which chooses between two sensors in a file.

    Raises
    ------
    RecordingError
        The file is empty, or its column names make no recording.
    """
    top = top_rows(source)
    if top.empty:
        text = "only a preamble in it" if top.comments else "an empty file"
        raise RecordingError(text, where=file, todo="check that the recording was finished and copied whole")
    head = _header(source, top, file, choice, side)
    if head is None:
        raise _missing_columns(source, top, file)
    return head


def _refuse_without_gravity(file: Path) -> None:
    """Refuse acceleration of movement alone, unless a file of gravity lies beside it."""
    if not any("gravity" in other.name.lower() for other in file.parent.iterdir()):
        raise RecordingError(
            "acceleration without gravity",
            where=file,
            todo="take TotalAcceleration.csv instead, or put Gravity.csv of the same run beside it",
        )


def gyroscope_of(source: Source, file: Path) -> Layout | None:
    """Read down to the first line of numbers of a gyroscope's own file; None where it is none."""
    top = top_rows(source)
    if top.header is None:
        return None
    separator, columns = split_header(top.header)
    layout = gyroscope_layout(columns, separator, file)
    if layout is not None:
        return _first_numbers(source, layout)
    below = _lines_of_words(source, separator, len(columns))
    return gyroscope_alone(columns, separator, _sample(source), str(file), units=below[0] if below else ())


def gravity_of(source: Source, file: Path) -> Layout | None:
    """Read down to the first line of numbers of a file of gravity alone; None where it is none."""
    top = top_rows(source)
    if top.header is None:
        return None
    separator, columns = split_header(top.header)
    layout = gravity_layout(columns, separator, file)
    return None if layout is None else _first_numbers(source, layout)


def _first_numbers(source: Source, layout: Layout) -> Layout:
    """Skip lines of units, and see from the first numbers how decimals are written."""
    _skip_units(source, layout)
    decimal = "," if layout.separator != "," and "," in peek(source) else "."
    return replace(layout, decimal=decimal)


def _header(source: Source, top: Top, file: Path, choice: Choice, side: str | None) -> Head | None:
    """Return what the lines at the top of a file say; None where they name no columns that can be used."""
    if top.header is None:
        layout = _nameless(source, top, file, choice)
        return None if layout is None else Head(parse_preamble(top.comments, str(file)), layout)
    separator, columns = split_header(top.header)
    source.quoted_commas = separator == ","
    own = looks_like_recording(columns) and choice == NOTHING_SAID
    if own and not _units_below(source, separator) and not _names_devices(source, columns, separator):
        unread = _unread_gyroscope(columns)
        layout = Layout(str(file), columns, _used(columns, file), separator, notes=unread)
        layout = _first_numbers(source, layout)
        return Head(parse_preamble(top.comments, str(file)), layout)
    layout = None
    if choice == NOTHING_SAID:
        layout = layout_of(columns, separator, file, top.above)
        if layout is not None and layout.needs_gravity:
            _refuse_without_gravity(file)
        if layout is not None:
            layout = _first_numbers(source, layout)
            choice, layout = _with_a_time(source, layout)
    if layout is None:
        layout = _generic(source, top, columns, separator, file, choice, side)
    if layout is None:
        refuse_unusable(columns, file)
        return None
    return Head(parse_preamble(top.comments, str(file)), layout)


def _unread_gyroscope(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return in words that our own columns stand beside a gyroscope's that are called otherwise."""
    gyr = [
        column.name for column in parse_columns(columns) if column.kind == "gyr" and column.axis is not None
    ]
    if any(name in columns for name in GYR_COLUMNS) or len(gyr) < len(GYR_COLUMNS):
        return ()
    names = ", ".join(gyr)
    return (
        sentence(
            "{columns} look like a gyroscope's and are not read: call them gyr_x, gyr_y and gyr_z, in deg/s",
            columns=names,
        ),
    )


def _are_units(cells: Sequence[str]) -> bool:
    return sum(unit_of(cell) is not None for cell in cells) >= NAMED_COLUMNS


def _units_below(source: Source, separator: str) -> bool:
    """Return whether the next line holds units, so that names alone do not tell them."""
    cells = [cell.strip().strip('"') for cell in peek(source).split(separator)]
    return _are_units(cells)


def _names_devices(source: Source, columns: tuple[str, ...], separator: str) -> bool:
    """Return whether a column of words beside the samples may name the sensor of each row."""
    cells = [cell.strip().strip('"') for cell in peek(source).split(separator)]
    beside = [
        index
        for index, name in enumerate(columns)
        if name not in (TIME_COLUMN, *ACC_COLUMNS, *GYR_COLUMNS) and index < len(cells)
    ]
    kinds = {index: column.kind for index, column in enumerate(parse_columns(columns))}
    if not any(kinds[index] == "device" or not _is_value(cells[index]) for index in beside):
        return False
    sample = Sample.of(_sample(source), separator, len(columns))
    words = (set(sample.cells(index)) for index in beside)
    return any(1 < len(some) <= MOST_WORDS for some in words)


def _with_a_time(source: Source, layout: Layout) -> tuple[Choice, Layout | None]:
    """Return the layout or, where its times are no numbers, columns and units for reading generically."""
    split = (line.replace('"', "").split(layout.separator) for line in _sample(source, SHORT_SAMPLE))
    times = [cells[layout.use[0]].strip() for cells in split if len(cells) > layout.use[0]]
    filled = [cell for cell in times if cell not in EMPTY_CELLS]
    if layout.scale is None or not times or any(map(is_number, (cell.replace(",", ".") for cell in filled))):
        return NOTHING_SAID, layout
    units: dict[Quantity, Unit] = {"acc": Unit("acc", "the program's unit", layout.scale[1])}
    if len(layout.scale) > 4:
        units["gyr"] = Unit("gyr", "the program's unit", layout.scale[4])
    if not filled:
        return Choice(units=units), None
    names = tuple(layout.columns[index] for index in layout.use)
    return Choice(time=names[0], acc=names[1:4], gyr=names[4:], units=units), None


def _generic(
    source: Source,
    top: Top,
    columns: tuple[str, ...],
    separator: str,
    file: Path,
    choice: Choice,
    side: str | None,
) -> Layout | None:
    """Read the column names generically; names may stand in several lines, units in the one below."""
    below = _lines_of_words(source, separator, len(columns))
    if below and _are_units(columns) and not _are_units(below[0]):
        columns, below = below[0], [columns, *below[1:]]
    sample = _sample(source)
    names = columns
    for count in range(len(below) + 1):
        if count:
            names = tuple(" ".join(filter(None, pair)) for pair in zip(names, below[count - 1], strict=True))
        units = below[count] if count < len(below) else ()
        units = units if any(unit_of(cell) for cell in units) else ()
        above = [*top.comments, *top.above, *(",".join(cells) for cells in below)]
        layout = generic_layout(names, separator, sample, above, choice, str(file), units=units, side=side)
        if layout is not None:
            return layout
    return None


def _lines_of_words(source: Source, separator: str, width: int) -> list[tuple[str, ...]]:
    """Return cells of the lines below the column names that hold no numbers yet."""
    rows: list[tuple[str, ...]] = []
    while len(rows) < UNIT_ROWS:
        line = source.line()
        if line is None:
            break
        cells = tuple(cell.strip().strip('"').strip() for cell in line.split(separator))
        words = [cell for cell in cells if cell not in EMPTY_CELLS and not _is_value(cell)]
        if not line.strip() or len(cells) != width or len(words) * 2 < len(cells):
            source.push_back(line)
            break
        rows.append(cells)
    return rows


def _is_value(cell: str) -> bool:
    return is_number(cell.replace(",", ".")) or is_date(cell) or is_clock(cell)


def _sample(source: Source, rows: int = SAMPLE_ROWS) -> list[str]:
    """Return the first lines of samples without consuming them."""
    lines: list[str] = []
    size = 0
    while len(lines) < rows and size < SAMPLE_BYTES and (line := source.line()) is not None:
        lines.append(line)
        size += len(line)
    for line in reversed(lines):
        source.push_back(line)
    return [line for line in lines if line.strip()]


def _nameless(source: Source, top: Top, file: Path, choice: Choice) -> Layout | None:
    """Read a table without column names by the column numbers that the caller gives."""
    line = peek(source)
    if not is_data(line):
        return None
    separator, cells = split_header(line)
    numbers = tuple(str(place) for place in range(1, len(cells) + 1))
    if choice.acc:
        return generic_layout(numbers, separator, _sample(source), top.above, choice, str(file))
    sample = Sample.of(_sample(source), separator, len(cells))
    line = _nameless_line(file, cells, sample, rate_of(top.above))
    raise RecordingError(
        "no line of column names", where=file, todo=f"say which column is what, by its number: {line}"
    )


def _nameless_line(file: Path, cells: tuple[str, ...], sample: Sample, rate_hz: float | None) -> str:
    """Convert line for a table without names: time first where there are four columns, then three axes."""
    first = 1 if len(cells) >= NAMED_COLUMNS else 0
    named = [replace(column, kind="acc") for column in parse_columns(["x", "y", "z"])]
    columns = [
        replace(column, index=column.index + first, name=str(column.index + first + 1)) for column in named
    ]
    rates = sample.table(range(first, first + 6)) if len(cells) >= first + 6 else np.empty((0, 6))
    if len(rates) and turns(rates[:, 3:]):
        columns += [
            replace(column, kind="gyr", index=column.index + 3, name=str(column.index + 4))
            for column in columns
        ]
    if first:
        columns.append(replace(parse_columns(["time"])[0], index=0, name="1"))
    line = suggestion(columns, str(file), sample)
    return line if rate_hz is None else line.replace("--rate HZ", f"--rate {rate_hz:g}")


def _skip_units(source: Source, layout: Layout) -> None:
    """Skip the lines of units that some programs put below the column names."""
    if layout.scale is None:
        return
    probe = layout.use[1] if len(layout.use) > 1 else layout.use[0]
    for _ in range(UNIT_ROWS):
        cells = peek(source).replace('"', "").split(layout.separator)
        if (
            len(cells) <= max(layout.use)
            or _is_value(cells[probe].strip())
            or cells[probe].strip() in EMPTY_CELLS
        ):
            return
        source.line()


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


def _missing_columns(source: Source, top: Top, where: Path) -> RecordingError:
    separator, columns = split_header(top.shown)
    missing = [name for name in (TIME_COLUMN, *ACC_COLUMNS) if name not in columns]
    seen = ", ".join(columns)
    seen = seen if len(seen) <= SHOWN else f"{seen[:SHOWN]}..."
    kinds = {
        column.kind for column in parse_columns(columns) if column.axis is not None or column.kind == "time"
    }
    if len(NAMED_VALUE.findall(top.shown)) >= NAMED_COLUMNS - 1:
        return RecordingError(
            "every line says its names again, as a serial monitor shows them",
            where=where,
            todo="write one line of names, such as time_ms,ax,ay,az,gx,gy,gz, and the numbers alone below it",
        )
    if "gyr" in kinds and "acc" not in kinds:
        return RecordingError(
            "a gyroscope without its accelerometer",
            where=where,
            todo="put the accelerometer's file beside it and give that one",
        )
    todo = "it needs time_s, acc_x, acc_y, acc_z, and gyr_x, gyr_y, gyr_z from a gyroscope"
    if len(columns) >= NAMED_COLUMNS and max(map(len, columns)) <= NAME_LENGTH:
        sample = Sample.of(_sample(source), separator, len(columns))
        line = suggestion(parse_columns(columns), str(where), sample)
        todo += f"; if other columns are meant: {line}"
    return RecordingError(f"no column {', '.join(missing)} (found: {seen})", where=where, todo=todo)
