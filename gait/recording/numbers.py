"""Lines of numbers to arrays: at the speed of pandas' C parser, and slowly only to name what is wrong."""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from gait.arrays import FloatArray
from gait.errors import RecordingError
from gait.recording.lines import Block

__all__ = ["NUMBER", "Layout", "Table", "line_of_row", "map_ahead", "parse_block", "split_header"]

A = TypeVar("A")
B = TypeVar("B")

EMPTY_CELLS = ("", "nan", "NaN", "NAN", "-nan", "NA", "N/A", "null", "NULL", "None")
"""Cells that say that there is no value."""
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?", re.IGNORECASE)
WORKERS = 2
"""Parser threads; pandas lets go of the interpreter lock. More than two wait for memory."""
SHOWN = 40
"""Characters of a bad cell that a message repeats."""


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
    """

    where: str
    columns: tuple[str, ...]
    use: tuple[int, ...]
    separator: str = ","
    decimal: str = "."
    scale: tuple[float, ...] | None = None
    wrap_s: float | None = None


@dataclass(frozen=True)
class Table:
    """One parsed block: an (n,) array for each column wanted, NaN for an empty cell, and the block itself."""

    columns: tuple[FloatArray, ...]
    block: Block

    def __len__(self) -> int:
        return len(self.columns[0])


def split_header(line: str) -> tuple[str, tuple[str, ...]]:
    """Separator and column names of a header line.

    Examples
    --------
    >>> split_header('"time_s"; acc_x')
    (';', ('time_s', 'acc_x'))
    """
    separator = max(",;\t", key=line.count)
    return separator, tuple(name.strip().strip('"').strip() for name in line.split(separator))


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
        return Table(tuple(np.empty(0) for _ in layout.use), plain)
    try:
        table = Table(_read_csv(data, layout, empty_cells=False), plain)
        separators = np.count_nonzero(np.frombuffer(data, np.uint8) == ord(layout.separator))
        if separators == len(table) * (len(layout.columns) - 1):
            return table
    except ValueError:
        pass  # an empty cell or a bad one: the careful way tells which
    _refuse_wide_lines(plain, layout)
    try:
        return Table(_read_csv(data, layout, empty_cells=True), plain)
    except ValueError:
        raise _bad_cell(plain, layout) from None


def _read_csv(data: bytes, layout: Layout, *, empty_cells: bool) -> tuple[FloatArray, ...]:
    """Parse with pandas; without ``empty_cells`` twice as fast, and an empty cell is a `ValueError`."""
    frame = pd.read_csv(
        io.BytesIO(data),
        engine="c",
        header=None,
        names=list(range(len(layout.columns))),
        usecols=sorted(layout.use),
        index_col=False,
        dtype="float64",
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
    columns = (frame[index].to_numpy(dtype=np.float64) for index in layout.use)
    if layout.scale is None:
        return tuple(columns)
    return tuple(column * factor for column, factor in zip(columns, layout.scale, strict=True))


def _lines(block: Block) -> Iterator[tuple[int, str]]:
    """Give number and text of each line that is not blank."""
    first_line, data = block
    for number, raw in enumerate(data.split(b"\n"), start=first_line):
        if raw.strip():
            yield number, raw.decode("utf-8", errors="replace").rstrip("\r")


def line_of_row(block: Block, row: int) -> int:
    """Line number in the file of a block's row, counted from 0 without blank lines."""
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
        for index in layout.use:
            cell = cells[index].strip() if index < len(cells) else ""
            plain = cell.replace(layout.decimal, ".")
            if cell not in EMPTY_CELLS and NUMBER.fullmatch(plain) is None:
                shown = cell if len(cell) <= SHOWN else f"{cell[:SHOWN]}..."
                return RecordingError(
                    f"{shown!r} is not a number",
                    where=f"{layout.where}, line {number}, column {layout.columns[index]}",
                    todo="mend the cell or leave it empty",
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
