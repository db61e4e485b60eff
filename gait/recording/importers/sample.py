"""The first rows of a table, looked at before they are read: numbers of a column, decimals, stated rates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gait.arrays import FloatArray

__all__ = ["Sample", "rate_of"]

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?")
RATE = re.compile(
    r"(?:\bat|\bfs|rate|frequency|sampling|freq)\b[^0-9\n]{0,24}(?P<hz>\d+(?:[.,]\d+)?)\s*(?P<kilo>k?)hz?",
    re.IGNORECASE,
)
RATES_HZ = (5.0, 10_000.0)
"""Hz; a unit of time is believed if it gives a rate between these (chosen: no sensor is outside)."""
LARGEST = 1e150
"""Size from which a number is none of a sensor's (chosen: its square is still a number)."""


@dataclass(frozen=True)
class Sample:
    """Cells of the first rows below the column names.

    Attributes
    ----------
    rows
        Cells of each row, without quotes.
    decimal
        Sign between whole and fraction.
    """

    rows: tuple[tuple[str, ...], ...]
    decimal: str

    @staticmethod
    def of(lines: Iterable[str], separator: str, width: int) -> Sample:
        """Take apart lines; those that are too short for the table are passed over."""
        split = (line.replace('"', "").split(separator) for line in lines)
        rows = tuple(tuple(cell.strip() for cell in cells) for cells in split if len(cells) >= min(width, 2))
        comma = separator != "," and any(
            DECIMAL_COMMA.fullmatch(cell) for cells in rows[:50] for cell in cells
        )
        return Sample(rows, "," if comma else ".")

    def cells(self, index: int) -> list[str]:
        """Return cells of one column, empty where a row is short."""
        return [row[index] if index < len(row) else "" for row in self.rows]

    def numbers(self, index: int) -> FloatArray:
        """Return (n,) numbers of one column, NaN for what is none."""
        return np.array([self.number(cell) for cell in self.cells(index)])

    def number(self, cell: str) -> float:
        """Return a cell's number, NaN for what is none."""
        plain = cell.replace(self.decimal, ".")
        return float(plain) if NUMBER.fullmatch(plain) else float("nan")

    def table(self, indices: Sequence[int]) -> FloatArray:
        """Return (n, k) numbers of some columns, without rows with a hole or a number beyond `LARGEST`."""
        numbers = np.column_stack([self.numbers(index) for index in indices])
        return numbers[(np.abs(numbers) < LARGEST).all(axis=1)]


def rate_of(lines: Iterable[str]) -> float | None:
    """Return the sample rate that the lines above a table state, Hz, or None.

    Examples
    --------
    >>> rate_of(["// Update Rate: 100.0Hz"]), rate_of(["OutputRate:,60Hz"]), rate_of(["Rate: unknown"])
    (100.0, 60.0, None)
    """
    for line in lines:
        match = RATE.search(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", line))
        if match is not None:
            hz = float(match["hz"].replace(",", ".")) * (1000.0 if match["kilo"] else 1.0)
            if RATES_HZ[0] <= hz <= RATES_HZ[1]:
                return hz
    return None
