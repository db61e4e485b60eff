"""Lines of numbers to arrays: at the speed of pandas' C parser, and slowly only to name what is wrong."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import Literal, TypeVar

import numpy as np
import pandas as pd

from gait.arrays import FloatArray
from gait.errors import RecordingError
from gait.recording.importers.dates import clock_seconds, date_seconds
from gait.recording.table.lines import Block

__all__ = [
    "NUMBER",
    "SEPARATORS",
    "DeviceColumn",
    "Layout",
    "Table",
    "TimeForm",
    "line_of_row",
    "map_ahead",
    "parse_block",
    "split_header",
]

TimeForm = Literal["number", "date", "clock", "row"]
"""How a time is written: a number, a date with a time, a time of day, or nowhere (rows are counted)."""

A = TypeVar("A")
B = TypeVar("B")

SEPARATORS = ",;\t|"
"""Signs between cells, the likelier first; blanks are made into tabs before."""
EMPTY_CELLS = (
    "",
    "nan",
    "NaN",
    "NAN",
    "-nan",
    "NA",
    "N/A",
    "null",
    "NULL",
    "None",
    "n/a",
    "#N/A",
    "-",
    "-nan(ind)",
    "1.#QNAN",
    "--",
    "---",
    "NaT",
    "<NA>",
    "nil",
    "undefined",
    "missing",
    "#NUM!",
    "#VALUE!",
    "#DIV/0!",
)
"""Cells that say that there is no value."""
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?", re.IGNORECASE)
THOUSANDS = re.compile(r"[+-]?\d{1,3}([., ]\d{3})+([.,]\d+)?")
"""A number with a sign between its thousands: 1.234,5."""
WORKERS = 2
"""Parser threads; pandas lets go of the interpreter lock (chosen: more than two wait for memory)."""
SHOWN = 40
"""Characters of a bad cell that a message repeats (chosen: a line of a terminal holds it with the
message)."""


@dataclass(frozen=True)
class DeviceColumn:
    """A column that names the device of each row.

    Attributes
    ----------
    index
        Place of the column, from 0.
    value
        Device whose rows are wanted.
    others
        False where a row of another device is a fault, True where it is left out.
    """

    index: int
    value: str
    others: bool


@dataclass(frozen=True)
class Layout:
    """How the lines below the column names are to be read.

    Attributes
    ----------
    where
        File, for messages.
    columns
        Every column's name, in the file's order.
    use
        Indices of those wanted, in the order wanted.
    separator, decimal
        One character each.
    scale
        Factor for each column wanted, to s, m/s2 and deg/s; None where the file has them.
    wrap_s
        Span after which the time begins again at zero; None where it does not.
    plus
        Columns that are added to wanted ones: place among the wanted, index in the file, factor.
    time_form
        How the time is written.
    device
        Column that names the device of each row; None where there is none.
    needs_gravity
        True where the acceleration lacks gravity, which is in a file beside it.
    zone
        Zone of the wall clock in which times since 1970 are counted; None where the file does not say.
    rate_hz
        Rate that the file or the caller states; None where neither does.
    notes
        What was assumed, in words for people.
    counts
        True where the time is a counter, which may begin again.
    foreign
        True where another program wrote the file.
    sensor_logger
        True for Sensor Logger, whose Metadata.csv says which sign the acceleration has.
    """

    where: str
    columns: tuple[str, ...]
    use: tuple[int, ...]
    separator: str = ","
    decimal: str = "."
    scale: tuple[float, ...] | None = None
    wrap_s: float | None = None
    plus: tuple[tuple[int, int, float], ...] = ()
    time_form: TimeForm = "number"
    device: DeviceColumn | None = None
    needs_gravity: bool = False
    zone: tzinfo | None = UTC
    rate_hz: float | None = None
    notes: tuple[str, ...] = ()
    counts: bool = False
    foreign: bool = False
    sensor_logger: bool = False


@dataclass(frozen=True)
class Table:
    """One parsed block: an (n,) array for each column wanted, NaN for an empty cell, and the block itself.

    ``headers`` are the numbers of lines that repeat the column names.
    """

    columns: tuple[FloatArray, ...]
    block: Block
    headers: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.columns[0])


def split_header(line: str) -> tuple[str, tuple[str, ...]]:
    """Return the separator and column names of a header line.

    Examples
    --------
    >>> split_header('"time_s"; acc_x')
    (';', ('time_s', 'acc_x'))
    >>> split_header('time,"Accel X,mG"')[1]
    ('time', 'Accel X,mG')
    """
    bare = re.sub(r'"[^"]*"', '""', line)
    separator = max(SEPARATORS, key=bare.count)
    if bare.count('""') and bare.count('"') % 2 == 0:
        names = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    else:
        names = line.split(separator)
    return separator, tuple(name.strip().strip('"').strip() for name in names)


def parse_block(block: Block, layout: Layout) -> Table:
    """Turn whole lines into numbers.

    Raises
    ------
    RecordingError
        A cell that is no number, or a line with more cells than there are columns; names line and column.
    """
    first_line, data = block
    if b'"' in data:
        data = data.replace(b'"', b"")
    plain = (first_line, data)
    if not data.strip():
        return Table(tuple(np.empty(0) for _ in range(_wanted(layout))), plain)
    try:
        table = Table(_read_csv(data, layout, empty_cells=False), plain)
        separators = np.count_nonzero(np.frombuffer(data, np.uint8) == ord(layout.separator))
        if separators == len(table) * (len(layout.columns) - 1):
            return table
    except ValueError:
        pass  # an empty or bad cell, which the slow parser names
    return _parse_carefully(plain, layout)


def _parse_carefully(plain: Block, layout: Layout) -> Table:
    """Parse where cells may be empty and the column names may stand again, else name what is wrong."""
    plain, headers = _without_headers(plain, layout)
    if headers and not plain[1].strip():
        return Table(tuple(np.empty(0) for _ in range(_wanted(layout))), plain, headers)
    _refuse_wide_lines(plain, layout)
    try:
        width = _width(plain, layout)
        columns = _read_csv(plain[1], layout, empty_cells=True, width=width)
        return replace(Table(columns, plain), headers=headers)
    except ValueError:
        raise _bad_cell(plain, layout) from None


def _without_headers(block: Block, layout: Layout) -> tuple[Block, tuple[int, ...]]:
    """Blank the lines that repeat the column names or a preamble; numbers of lines stay as they are."""
    names = [layout.columns[index] for index in layout.use]
    dropped: list[int] = []
    lines = block[1].split(b"\n")
    first = names[0].encode()
    for place, raw in enumerate(lines):
        if raw.startswith(b"#") or first in raw:
            cells = raw.decode("utf-8", errors="replace").rstrip("\r").split(layout.separator)
            same = len(cells) >= len(layout.columns) and all(
                cells[index].strip() == name for index, name in zip(layout.use, names, strict=True)
            )
            if same:
                dropped.append(block[0] + place)
            if same or raw.startswith(b"#"):
                lines[place] = b""
    return (block[0], b"\n".join(lines)), tuple(dropped)


def _wanted(layout: Layout) -> int:
    """Return the number of columns that a table has: those in use, and the time where rows are counted."""
    return len(layout.use) + (layout.time_form == "row")


def _width(block: Block, layout: Layout) -> int:
    """Return how many columns the rows have: fewer than there are names where the last names stand alone."""
    separator = layout.separator.encode()
    most = max((raw.count(separator) for raw in block[1].split(b"\n")), default=0) + 1
    return min(max(most, max(layout.use) + 1), len(layout.columns))


def _read_csv(
    data: bytes, layout: Layout, *, empty_cells: bool, width: int | None = None
) -> tuple[FloatArray, ...]:
    """Parse with pandas; without ``empty_cells`` twice as fast, and an empty cell is a `ValueError`.

    ``width`` is the number of columns that the rows have; None for as many as there are names.
    """
    text = {layout.use[0]} if layout.time_form in ("date", "clock") else set()
    if layout.device is not None:
        text.add(layout.device.index)
    read = sorted({*layout.use, *(index for _, index, _ in layout.plus), *text})
    frame = pd.read_csv(
        io.BytesIO(data),
        engine="c",
        header=None,
        names=list(range(width or len(layout.columns))),
        usecols=read,
        index_col=False,
        dtype={index: "str" if index in text else "float64" for index in read},
        sep=layout.separator,
        decimal=layout.decimal,
        skipinitialspace=empty_cells,
        na_filter=empty_cells,
        na_values=list(EMPTY_CELLS) if empty_cells else None,
        keep_default_na=False,
        quoting=3,
        encoding_errors="replace",
        low_memory=False,
    )
    if layout.device is not None:
        frame = _of_device(frame, layout)
    return _scaled(frame, layout)


def _of_device(frame: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Return rows of the device that is wanted."""
    device = layout.device
    assert device is not None
    cells = frame[device.index].str.strip()
    mine = (cells == device.value).to_numpy(dtype=bool)
    if not mine.all() and not device.others:
        other = cells[~mine].iloc[0]
        raise RecordingError(
            f"rows of two devices, {device.value} and {other}",
            where=layout.where,
            todo=f"take one with gait convert and --device {device.value}",
        )
    return frame[mine]


def _scaled(frame: pd.DataFrame, layout: Layout) -> tuple[FloatArray, ...]:
    """Return columns wanted, in s, m/s2 and deg/s."""
    if layout.time_form in ("date", "clock"):
        seconds = date_seconds if layout.time_form == "date" else clock_seconds
        columns = [seconds(frame[layout.use[0]]), *(frame[index] for index in layout.use[1:])]
    else:
        columns = [frame[index] for index in layout.use]
    arrays = [np.asarray(column, dtype=np.float64) for column in columns]
    if layout.time_form == "row":
        arrays.insert(0, np.arange(len(frame), dtype=np.float64))
    if layout.scale is not None:
        arrays = [column * factor for column, factor in zip(arrays, layout.scale, strict=True)]
    for place, index, factor in layout.plus:
        arrays[place] = arrays[place] + factor * frame[index].to_numpy(dtype=np.float64)
    return tuple(arrays)


def _lines(block: Block) -> Iterator[tuple[int, str]]:
    """Give number and text of each line that is not blank."""
    first_line, data = block
    for number, raw in enumerate(data.split(b"\n"), start=first_line):
        if raw.strip():
            yield number, raw.decode("utf-8", errors="replace").rstrip("\r")


def line_of_row(block: Block, row: int) -> int:
    """Return the line number in the file of a block's row, counted from 0 without blank lines."""
    for index, (number, _) in enumerate(_lines(block)):
        if index == row:
            return number
    return block[0]


def _refuse_wide_lines(block: Block, layout: Layout) -> None:
    width = len(layout.columns)
    for number, text in _lines(block):
        if text.count(layout.separator) >= width and any(
            cell.strip() for cell in text.split(layout.separator)[width:]
        ):
            raise RecordingError(
                f"{text.count(layout.separator) + 1} cells where the header has {width} columns",
                where=f"{layout.where}, line {number}",
                todo="a decimal comma does that; write decimals with a point",
            )


def _bad_cell(block: Block, layout: Layout) -> RecordingError:
    """Find the first cell that is not a number."""
    for number, text in _lines(block):
        cells = text.split(layout.separator)
        text_time = layout.time_form in ("date", "clock")
        for index in layout.use[1:] if text_time else layout.use:
            cell = cells[index].strip() if index < len(cells) else ""
            plain = cell.replace(layout.decimal, ".")
            if cell not in EMPTY_CELLS and NUMBER.fullmatch(plain) is None:
                grouped = THOUSANDS.fullmatch(cell) is not None
                shown = cell if len(cell) <= SHOWN else f"{cell[:SHOWN]}..."
                return RecordingError(
                    f"{shown!r} is not a number",
                    where=f"{layout.where}, line {number}, column {layout.columns[index]}",
                    todo="write numbers without a sign between the thousands"
                    if grouped
                    else "mend the cell or leave it empty",
                )
    return RecordingError("not a table of numbers", where=f"{layout.where}, line {block[0]} and below")


def map_ahead(work: Callable[[A], B], items: Iterable[A]) -> Generator[B]:
    """Apply ``work`` to each item in threads, a few items ahead, results in order.

    Memory stays bounded: no more than `WORKERS` + 1 items are under way.
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        under_way: deque[Future[B]] = deque()
        try:
            for item in items:
                under_way.append(pool.submit(work, item))
                if len(under_way) > WORKERS:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()
