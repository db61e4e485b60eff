"""Charts over the run in letters: bars over the time axis, with its breaks below."""

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

ROWS = 3
LABEL = 6
"""Columns left of a chart for its scale."""
MOST_DECIMALS = 3
NARROWEST_S = 1.5
"""Shortest time that a column stands for: a column without a stride in mid-run would look like a break."""
WIDEST_BAR = 4
STYLES = {"left": "blue", "right": "dark_orange", "one": "cyan"}
SIGNS = {"break": "~", "gap": "x"}
"""Signs of what is not running, under the bars."""


def over_time(chart: Chart, words: Words, pen: Pen) -> list[RenderableType]:
    """Return a chart's strides as bars, a group of rows a side, and its time axis; empty without strides."""
    sides = [points for points in chart.points if len(points.x)]
    if not sides:
        return []
    length = chart.x[1]
    room = pen.width - LABEL - 2
    count = max(8, min(room, int(length / NARROWEST_S)))
    wide = max(1, min(WIDEST_BAR, room // count))
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
    """Return the ends of a scale, with as many decimals as tell them apart by two steps."""
    decimals = next((k for k in range(MOST_DECIMALS) if (high - low) * 10.0**k >= 2.0), MOST_DECIMALS)
    return number(low, decimals), number(high, decimals)


def _axis(chart: Chart, count: int, wide: int, words: Words, pen: Pen) -> list[RenderableType]:
    """Draw the axis with its breaks and numbers, and what the signs mean."""
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
    said = [chart.below, *(f"{SIGNS[look]} {words(f'legend.{look}')}" for look in SIGNS if look in looks)]
    return [*out, _line(" " * LABEL + "   ".join(said), pen, "dim")]


def _look(chart: Chart, start: float, end: float) -> str:
    """Return what fills a column of the axis: a gap wherever one is, a break where it fills the middle."""
    middle, look = (start + end) / 2.0, ""
    for a, b, kind in chart.shades:
        if kind == "gap" and a < end and b > start:
            return "gap"
        if a <= middle < b:
            look = kind
    return look


def _line(text: str, pen: Pen, style: str) -> Text:
    """Return a line of a chart: its spaces stay, and it is never wrapped."""
    lead = len(text) - len(text.lstrip(" "))
    rest = text[lead:]
    cuts = [0, *(k for k in range(1, len(rest)) if (rest[k] == " ") != (rest[k - 1] == " ")), len(rest)]
    parts = [rest[a:b] for a, b in pairwise(cuts)]
    plain = "".join(pen.plain(part) if part.strip() else part for part in parts)
    return Text(" " * lead + plain, style=style, no_wrap=True, overflow="ignore")
