"""Charts made of characters: bars over a time axis, labels of an axis, and a scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gait.arrays import FloatArray
from gait.grouped import medians_by
from gait.report.terminal.pen import Signs

__all__ = ["axis_labels", "bars", "gauge", "medians"]


def medians(time: FloatArray, value: FloatArray, start: float, end: float, count: int) -> FloatArray:
    """Return the median in each of ``count`` equal parts of [start, end); NaN in a part without values.

    Parameters
    ----------
    time, value
        (n,) times and values; those that are not finite are ignored.
    """
    out = np.full(count, np.nan)
    if end <= start:
        return out
    fine = np.isfinite(value) & np.isfinite(time)
    at = np.clip(((time[fine] - start) / (end - start) * count).astype(np.intp), 0, count - 1)
    parts, middles = medians_by(at, value[fine])
    out[parts] = middles
    return out


def bars(values: FloatArray, low: float, high: float, height: int, signs: Signs) -> list[str]:
    """Return a bar a value, as rows from the top down; a value that is not finite has an empty column.

    Parameters
    ----------
    values
        (n,) values of the columns; a value beyond the range has an empty or a full column.
    low, high
        Values of an empty and of a full column; the lowest value has one level, so that it is visible.
    height
        Rows.

    Examples
    --------
    >>> from gait.report.terminal.pen import UNICODE
    >>> import numpy as np
    >>> bars(np.array([0.0, 4.0, np.nan, 8.0]), 0.0, 8.0, 1, UNICODE)
    ['▁▄ █']
    """
    most = len(signs.levels) - 1
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    fill = np.where(np.isfinite(values), np.maximum(np.rint(share * height * most), 1.0), 0.0)
    rows = []
    for row in reversed(range(height)):
        cells = np.clip(fill - row * most, 0, most).astype(int)
        rows.append("".join(signs.levels[cell] for cell in cells))
    return rows


def axis_labels(ticks: Sequence[tuple[float, str]], width: int) -> tuple[list[int], str]:
    """Return the labels under an axis, and the columns of their ticks.

    Parameters
    ----------
    ticks
        (share of the axis, 0-1; label) from left to right.
    width
        Columns of the axis.

    Returns
    -------
    The columns of the ticks that have a label, and the line of labels. A label that would touch its left
    neighbour or leave the line is left out with its tick.

    Examples
    --------
    >>> axis_labels([(0.0, "0"), (0.5, "10"), (0.55, "11")], 21)
    ([0, 10], '0         10')
    """
    line, places = "", []
    for share, label in ticks:
        at = round(share * (width - 1))
        first = min(max(0, at - (len(label) - 1) // 2), max(0, width - len(label)))
        if (line and first <= len(line)) or not 0 <= at < width or len(label) > width:
            continue
        line = line.ljust(first) + label
        places.append(at)
    return places, line


def gauge(
    edges: Sequence[float],
    value: float,
    uncertainty: float,
    span: tuple[float, float],
    width: int,
    signs: Signs,
) -> str:
    """Return a scale with borders, a value and its interval; a value outside is drawn at the scale's end.

    Examples
    --------
    >>> from gait.report.terminal.pen import ASCII
    >>> gauge([5.0], 8.0, 1.0, (0.0, 10.0), 21, ASCII)
    '|---------|---==o==-|'
    """
    low, high = span

    def place(at: float) -> int:
        share = (at - low) / (high - low)
        return round(min(max(share, 0.0), 1.0) * (width - 1))

    line = [signs.line] * width
    for edge in edges:
        line[place(edge)] = signs.edge
    line[0], line[-1] = signs.end_left, signs.end_right
    if math.isfinite(uncertainty):
        for column in range(place(value - uncertainty), place(value + uncertainty) + 1):
            line[column] = signs.reach
    line[place(value)] = signs.dot
    return "".join(line)
