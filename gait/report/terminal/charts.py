"""The terminal report's charts: cadence and contact over the run, the strike angles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from rich.console import RenderableType
from rich.text import Text

from gait.analysis.metrics import METRICS
from gait.analysis.results import Analysis, Bout, Kind
from gait.arrays import FloatArray
from gait.report.numbers import number, units
from gait.report.page.svg import nice_ticks, span_of
from gait.report.population_bands import STRIKE_THRESHOLDS_DEG
from gait.report.series import histogram, running
from gait.report.terminal.blocks import axis_labels, bars, medians
from gait.report.terminal.pen import Pen
from gait.report.words import Words

__all__ = ["over_the_run", "strike_histogram"]

LEAST_RANGE = {"cadence_spm": 12.0, "contact_ms": 40.0}
"""What is drawn over the run and its narrowest axis: about what two runs of one person differ by."""
RUN_ROWS, STRIKE_ROWS = 3, 5
NARROWEST_S = 1.5
"""Shortest time that a column stands for: a column without a stride in mid-run would look like a break."""
TAIL_PCT = 4.0
"""Per cent of the columns at each end that may lie beyond the scale: the first and last strides of a bout."""
LABEL = 6
"""Columns left of a chart for its scale."""
KIND_SIGNS: dict[Kind, str] = {"walking": "~", "still": "_", "other": ".", "gap": "x"}
"""Signs of what is not running, under the bars."""
STYLES = ("magenta", "cyan", "blue")
"""Colours of forefoot, midfoot and rearfoot on a terminal that has colours."""
CLASSES = ("forefoot", "midfoot", "rearfoot")
DEGREES = (0.5, 1.0, 2.0, 4.0)
"""Widths of a column of the histogram, the first that fits the terminal and the number of strides."""
FEW = {0.5: 1000, 1.0: 150}
"""Strides below which columns so narrow would show chance."""
WIDEST_BAR = 4


def over_the_run(analysis: Analysis, words: Words, pen: Pen) -> list[RenderableType]:
    """Draw cadence and contact time along the run, with its breaks."""
    rows = _best_strides(analysis)
    if not len(rows) or not analysis.activity:
        return []
    start, end = analysis.activity[0].start_s, analysis.activity[-1].end_s
    room = pen.width - LABEL - 2
    count = max(8, min(room, int((end - start) / NARROWEST_S)))
    wide = _widening(count, room)
    out: list[RenderableType] = []
    for name, least in LEAST_RANGE.items():
        values = medians(_column(rows, "ic_s"), _column(rows, name), start, end, count)
        if np.isfinite(values).any():
            out += [_title(name, words, pen), *_bar_rows(np.repeat(values, wide), least, name, pen)]
    if not out:
        return []
    kinds = [kind for kind in _kinds(analysis.activity, start, end, count) for _ in range(wide)]
    places, labels = axis_labels(_plain(_time_ticks(start, end, words), pen), count * wide)
    strip = "".join(
        pen.signs.tick if k in places and kind == "running" else KIND_SIGNS.get(kind, pen.signs.line)
        for k, kind in enumerate(kinds)
    )
    out += [pen_line(" " * LABEL + strip, pen, "dim"), pen_line(" " * LABEL + labels, pen, "dim")]
    there = [kind for kind in KIND_SIGNS if kind in kinds]
    legend = "   ".join(f"{KIND_SIGNS[kind]} {words(f'kind.{kind}')}" for kind in there)
    return [*out, pen_line(" " * LABEL + legend, pen, "dim")] if legend else out


def _best_strides(analysis: Analysis) -> pd.DataFrame:
    """Running strides without marks; where all are marked, as they are."""
    clean = running(analysis.strides, clean=True)
    return clean if len(clean) else running(analysis.strides)


def _widening(count: int, room: int) -> int:
    """How many columns of the terminal one of the chart takes: a short run's would be lost in the corner."""
    return max(1, min(WIDEST_BAR, room // count))


def _plain(ticks: list[tuple[float, str]], pen: Pen) -> list[tuple[float, str]]:
    """Tick labels in the signs that they will have, before they are given their places."""
    return [(share, pen.plain(label)) for share, label in ticks]


def pen_line(text: str, pen: Pen, style: str = "") -> Text:
    """Return a line of a chart: its spaces stay, and it is never wrapped."""
    lead = len(text) - len(text.lstrip(" "))
    parts = [pen.plain(part) if part.strip() else part for part in _parts(text[lead:])]
    return Text(" " * lead + "".join(parts), style=style, no_wrap=True, overflow="ignore")


def _parts(text: str) -> list[str]:
    """Words and the spaces between them, apart."""
    cuts = [0, *(k for k in range(1, len(text)) if (text[k] == " ") != (text[k - 1] == " ")), len(text)]
    return [text[a:b] for a, b in pairwise(cuts)]


def _column(rows: pd.DataFrame, name: str) -> FloatArray:
    return rows[name].to_numpy(dtype=np.float64)


def _title(name: str, words: Words, pen: Pen) -> Text:
    unit = METRICS[name].unit
    return pen.text(f"{words(f'metric.{name}')}, {unit}", "bold")


def _bar_rows(values: FloatArray, least: float, name: str, pen: Pen) -> list[Text]:
    """Bars with the scale's ends at the first and the last row."""
    low, high = span_of(values, least, tail=TAIL_PCT)
    drawn = bars(values, low, high, RUN_ROWS, pen.signs)
    ends = {0: number(high, 0), RUN_ROWS - 1: number(low, 0)}
    style = "blue" if name == "cadence_spm" else "dark_orange"
    return [
        pen_line(f"{ends.get(k, ''):>{LABEL - 1}}{pen.signs.upright}{row}", pen, style)
        for k, row in enumerate(drawn)
    ]


def _kinds(activity: Sequence[Bout], start: float, end: float, count: int) -> list[Kind]:
    """What fills most of each column; a gap shows however short it is."""
    edges = np.linspace(start, end, count + 1)
    out: list[Kind] = []
    for low, high in pairwise(edges):
        inside = [(min(b.end_s, high) - max(b.start_s, low), b.kind) for b in activity]
        inside = [(time, kind) for time, kind in inside if time > 0.0]
        gap = any(kind == "gap" for _, kind in inside)
        out.append("gap" if gap else max(inside, default=(0.0, "still"))[1])
    return out


def _time_ticks(start: float, end: float, words: Words) -> list[tuple[float, str]]:
    """Ticks in minutes, or in seconds for what is shorter than three."""
    unit = 60.0 if end - start >= 180.0 else 1.0
    key = "text.minutes" if unit > 1.0 else "text.seconds"
    ticks = nice_ticks(start / unit, end / unit, 6)
    labels = [number(tick, 0) for tick in ticks]
    if labels:
        labels[-1] = words(key, n=labels[-1])
    return [((t * unit - start) / (end - start), text) for t, text in zip(ticks, labels, strict=True)]


def strike_histogram(analysis: Analysis, words: Words, pen: Pen) -> list[RenderableType]:
    """Draw how often each strike angle was, with the borders of the classes."""
    rows = _best_strides(analysis)
    angle = rows["strike_angle_deg"].astype(float).dropna() if len(rows) else pd.Series(dtype=float)
    if not len(angle):
        return []
    room = pen.width - LABEL - 2
    edges = _angle_edges(np.asarray(angle, dtype=np.float64), room)
    shares = histogram(angle, edges)
    wide = _widening(len(shares), room)
    out: list[RenderableType] = [
        pen.text(f"{words('fig.strike')}, {words('axis.strike')}", "bold"),
        *_strike_bars(shares, edges, wide, words, pen),
    ]
    low, high = float(edges[0]), float(edges[-1])
    ticks = [((t - low) / (high - low), number(t, 0) + "°") for t in nice_ticks(low, high, 8)]
    count = len(shares) * wide
    places, labels = axis_labels(_plain(ticks, pen), count)
    strip = "".join(pen.signs.tick if k in places else pen.signs.line for k in range(count))
    out += [pen_line(" " * LABEL + line, pen, "dim") for line in (strip, labels)]
    metric = analysis.metrics.get("strike_angle_deg")
    return [*out, _class_line(dict((metric.shares if metric else None) or {}), words, pen)]


def _angle_edges(angle: FloatArray, room: int) -> FloatArray:
    """Edges of the histogram's columns, degrees: nearly all angles, both borders, no column too thin."""
    low, high = (float(edge) for edge in np.percentile(angle, [0.5, 99.5]))
    low, high = min(low, STRIDE_LOW), max(high, STRIDE_HIGH)
    sizes = [size for size in DEGREES if len(angle) >= FEW.get(size, 0)]
    step = next((size for size in sizes if (high - low) / size <= room - 2), (high - low) / (room - 2))
    edges: FloatArray = np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step
    return edges


STRIDE_LOW, STRIDE_HIGH = STRIKE_THRESHOLDS_DEG[0] - 4.0, STRIKE_THRESHOLDS_DEG[1] + 4.0
"""Angles that are always on the axis, degrees: both borders with room around them."""


def _strike_bars(shares: FloatArray, edges: FloatArray, wide: int, words: Words, pen: Pen) -> list[Text]:
    """Bars in the colours of their classes; empty columns at the borders carry a line."""
    classes = np.repeat(np.digitize((edges[:-1] + edges[1:]) / 2.0, STRIKE_THRESHOLDS_DEG), wide)
    starts = edges[0] + (edges[1] - edges[0]) / wide * np.arange(len(classes))
    borders = {int(np.argmin(np.abs(starts - at))) for at in STRIKE_THRESHOLDS_DEG}
    values = np.repeat(np.where(shares > 0.0, shares, np.nan), wide)
    top = float(shares.max())
    rows = []
    for k, row in enumerate(bars(values, 0.0, top, STRIKE_ROWS, pen.signs)):
        label = words("text.percent", n=number(top, 0)) if k == 0 else ""
        line = Text(no_wrap=True, overflow="ignore")
        line.append(f"{pen.plain(label):>{LABEL - 1}}{pen.signs.upright}", "dim")
        for column, sign in enumerate(row):
            border = sign == " " and column in borders
            line.append(pen.signs.upright if border else sign, "dim" if border else STYLES[classes[column]])
        rows.append(line)
    return rows


def _class_line(shares: dict[str, float], words: Words, pen: Pen) -> Text:
    """``forefoot below −1.6°: 0 %`` and so on, in the order of the axis."""
    low, high = (number(edge, 1) + units("°") for edge in STRIKE_THRESHOLDS_DEG)
    parts = [
        words(f"text.{name}", share=number(100.0 * shares.get(name, 0.0), 0), low=low, high=high)
        for name in CLASSES
    ]
    return pen.text(" · ".join(parts), "dim")
