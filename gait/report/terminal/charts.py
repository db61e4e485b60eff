"""Charts over the run as characters: bars over a time axis that shows breaks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from gait.report.blocks import Chart
from gait.report.numbers import number
from gait.report.terminal.blocks import axis_labels, bars, medians
from gait.report.terminal.pen import Pen
from gait.report.words import Words

__all__ = ["over_time"]

ROWS = 3  # rows of a chart's bars (chosen: 24 heights, and several charts on a screen)
LABEL = 6
"""Columns left of a chart for its scale (chosen: a number of five digits)."""
MOST_DECIMALS = 3  # decimals of a scale's ends, at most (chosen: no metric has more)
NARROWEST_S = 1.5
"""Shortest time of one column, s (chosen: two strides, so that no column within a run is empty)."""
LEAST_BARS = 8  # bars of a chart, at least (chosen: fewer show no course)
WIDEST_BAR = 4  # columns of one bar, at most (chosen: wider bars look like blocks)
STYLES = {"left": "blue", "right": "dark_orange", "one": "cyan"}
SIGNS = {"break": "~", "gap": "x"}
"""Kind of pause -> character on the time axis."""


def over_time(chart: Chart, words: Words, pen: Pen) -> list[RenderableType]:
    """Return the strides as bars, `ROWS` rows for each side, and the time axis; empty without strides."""
    sides = [points for points in chart.points if len(points.x)]
    if not sides:
        return []
    length = chart.x[1]
    columns = pen.width - LABEL - 2
    count = max(LEAST_BARS, min(columns, int(length / NARROWEST_S)))
    wide = max(1, min(WIDEST_BAR, columns // count))
    out: list[RenderableType] = []
    for points in sides:
        if len(sides) > 1:
            out.append(pen.text(words(f"side.{points.look}"), "dim"))
        values = np.repeat(medians(points.x, points.y, 0.0, length, count), wide)
        rows = bars(values, *chart.y, ROWS, pen.signs)
        low, high = _ends(*chart.y)
        ends = {0: high, ROWS - 1: low}
        out += [
            _line(f"{ends.get(k, ''):>{LABEL - 1}}{pen.signs.upright}{row}", pen, STYLES[points.look])
            for k, row in enumerate(rows)
        ]
    return [*out, *_axis(chart, count, wide, words, pen)]


def _ends(low: float, high: float) -> tuple[str, str]:
    """Return the ends of a scale, with decimals so that they differ by at least two of the last digit."""
    decimals = next((k for k in range(MOST_DECIMALS) if (high - low) * 10.0**k >= 2.0), MOST_DECIMALS)
    return number(low, decimals), number(high, decimals)


def _axis(chart: Chart, count: int, wide: int, words: Words, pen: Pen) -> list[RenderableType]:
    """Return the axis with its breaks, its labels, and a legend of the breaks."""
    length = chart.x[1]
    looks = [_look(chart, k * length / count, (k + 1) * length / count) for k in range(count)]
    signs = [SIGNS.get(look, pen.signs.line) for look in looks for _ in range(wide)]
    ticks = [(at / length, pen.plain(label)) for at, label in chart.x_ticks]
    places, labels = axis_labels(ticks, count * wide)
    for place in places:
        if signs[place] == pen.signs.line:
            signs[place] = pen.signs.tick
    out: list[RenderableType] = [
        _line(" " * LABEL + "".join(signs), pen, "dim"),
        _line(" " * LABEL + labels, pen, "dim"),
    ]
    legends = [chart.below, *(f"{SIGNS[look]} {words(f'legend.{look}')}" for look in SIGNS if look in looks)]
    return [*out, _line(" " * LABEL + "   ".join(legends), pen, "dim")]


def _look(chart: Chart, start: float, end: float) -> str:
    """Return ``gap`` for a column that touches a gap, ``break`` with its middle in a break, or empty."""
    middle, look = (start + end) / 2.0, ""
    for a, b, kind in chart.shades:
        if kind == "gap" and a < end and b > start:
            return "gap"
        if a <= middle < b:
            look = kind
    return look


def _line(text: str, pen: Pen, style: str) -> Text:
    """Return a line of a chart, with all its spaces and never wrapped."""
    lead = len(text) - len(text.lstrip(" "))
    text_part = text[lead:]
    cuts = [
        0,
        *(k for k in range(1, len(text_part)) if (text_part[k] == " ") != (text_part[k - 1] == " ")),
        len(text_part),
    ]
    parts = [text_part[a:b] for a, b in pairwise(cuts)]
    plain = "".join(pen.plain(part) if part.strip() else part for part in parts)
    return Text(" " * lead + plain, style=style, no_wrap=True, overflow="ignore")
