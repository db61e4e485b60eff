"""The lines above the samples of a file, down to its column names or to the first rows of a table without."""

from __future__ import annotations

from dataclasses import dataclass

from gait.recording.importers.column_names import parse_columns
from gait.recording.importers.dates import is_date
from gait.recording.table.lines import Source
from gait.recording.table.numbers import NUMBER, SEPARATORS, split_header

__all__ = ["NAMED_COLUMNS", "Top", "is_data", "is_number", "peek", "top_rows"]

PREAMBLE_LINES = 2000
"""Lines among which the column names are looked for (chosen: longer preambles are no table's)."""
TOP_ROWS = 200
"""Lines without a comment that are kept to look at (chosen: several times the heads of the programs in
`gait.recording.importers`)."""
NAMED_COLUMNS = 4
"""Columns that a recording has at least (chosen: a time and an acceleration); three are enough where they are
an acceleration and nothing else."""
NAME_LINES = 30
"""Lines that quoted names may run over (chosen: three a column of two sensors)."""
TABLE_ROWS = 3
"""Lines of numbers running that show a table without column names (chosen: a title may hold a number, three
lines running are a table)."""


@dataclass(frozen=True)
class Top:
    """Lines above the samples: comments, others, and the line of column names (None where there is none)."""

    comments: list[str]
    above: list[str]
    header: str | None

    @property
    def shown(self) -> str:
        """The line that may have been meant as column names."""
        rows = [line for line in self.above if not line.strip('" ').lower().startswith("sep=")]
        return self.header or (rows[0] if rows else "")

    @property
    def empty(self) -> bool:
        """Return whether nothing but comments was found."""
        return self.header is None and not self.above


def top_rows(source: Source) -> Top:
    """Return a file's first lines down to the one that names the columns, or a nameless table's first.

    Other programs put lines of their own above the column names.

    Raises
    ------
    RecordingError
        There are no column names within `PREAMBLE_LINES`.
    """
    comments: list[str] = []
    rows: list[str] = []
    numbers = 0
    while (line := source.line()) is not None and len(rows) < TOP_ROWS:
        if line.startswith("#") and not rows:
            comments.append(line)
        elif line.strip():
            line = _spaced(source, _unbroken(source, line))
            if _names_columns(line):
                return Top(comments, rows, line)
            rows.append(line)
            numbers = numbers + 1 if is_data(line) else 0
            if numbers == TABLE_ROWS:
                for back in reversed(rows[-TABLE_ROWS:]):
                    source.push_back(back)
                return _with_comment(comments, rows)
        if source.next_line > PREAMBLE_LINES:
            raise source.error(source.next_line, "no column names so far", "this is not a CSV recording")
    return Top(comments, rows, None)


def _with_comment(comments: list[str], rows: list[str]) -> Top:
    """Return the top of a table whose names may stand in the last comment above it."""
    above, width = rows[:-TABLE_ROWS], len(split_header(rows[-1])[1])
    last = comments[-1].lstrip("# ") if comments else ""
    if not above and _names_columns(last) and len(split_header(last)[1]) == width:
        return Top(comments[:-1], above, last)
    return Top(comments, above or rows[:1], None)


def _unbroken(source: Source, line: str) -> str:
    """Return a line with the next ones, where a quoted name in it goes on there."""
    parts = [line]
    while sum(part.count('"') for part in parts) % 2:
        part = source.line() if len(parts) < NAME_LINES else None
        if part is None or is_data(part):
            for back in reversed([*parts[1:], *([] if part is None else [part])]):
                source.push_back(back)
            return line
        parts.append(part)
    return " ".join(parts)


def _spaced(source: Source, line: str) -> str:
    """Return a line with tabs between its cells where blanks separate the cells of it and of all below."""
    words = line.split()
    if source.spaced or len(words) < NAMED_COLUMNS or any(sign in line for sign in SEPARATORS):
        return line
    below = peek(source).split()
    if len(below) != len(words) or not all(map(is_number, below)):
        return line
    source.spaced = True
    return "\t".join(words)


def _names_columns(line: str) -> bool:
    """Return whether a line can be the column names: four cells or more, hardly a number among them."""
    cells = split_header(line)[1]
    if len(cells) == NAMED_COLUMNS - 1:
        return {(column.kind, column.axis) for column in parse_columns(cells)} == {
            ("acc", axis) for axis in range(3)
        }
    numbers = sum(is_number(cell) for cell in cells)
    return len(cells) >= NAMED_COLUMNS and numbers * 2 < len(cells) and not is_date(cells[0])


def is_data(line: str) -> bool:
    """Return whether a line is a row of samples: numbers in three cells or more; the first may be a time."""
    cells = split_header(line)[1]
    if len(cells) == NAMED_COLUMNS - 1:
        return all(map(is_number, cells))
    return len(cells) >= NAMED_COLUMNS and all(map(is_number, cells[1:NAMED_COLUMNS]))


def is_number(cell: str) -> bool:
    """Return whether a cell is a number."""
    return NUMBER.fullmatch(cell) is not None


def peek(source: Source) -> str:
    """Return the next line without consuming it."""
    line = source.line()
    if line is not None:
        source.push_back(line)
    return line or ""
