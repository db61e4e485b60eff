"""Charts, scales and sparklines as inline SVG, drawn from the blocks with their content."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from gait.arrays import FloatArray
from gait.report.blocks import Chart, Scale
from gait.report.page.svg import Plot

__all__ = ["draw_chart", "draw_scale", "draw_spark"]

SCALE_HEIGHT, SPARK_HEIGHT = 18, 26  # pixels (chosen: one line of text, and one and a half)
WORD_PX = 14.0
"""Height of a row of words inside a chart, pixels (chosen: the font's size and a little)."""
FIRST_ROW = 0.8
"""Distance of the first row of words from a chart's top, rows (chosen: letters are about so high)."""
MARGIN_SHARE = 0.1
"""Margin of a sparkline at each end of its range, relative to the range (chosen: no line lies on the
edge)."""
MIDDLE = np.array([0.5, 0.5])


def draw_chart(chart: Chart) -> Markup:
    """Return a chart with its axes; lines and bands are cut at the axes."""
    plot = Plot(chart.x, chart.y, height=chart.height, alt=f"{chart.title}. {chart.caption}")
    for start, end, look in chart.shades:
        plot.shade(start, end, look)
    plot.y_axis([at for at, _ in chart.y_ticks], [text for _, text in chart.y_ticks])
    plot.x_axis([at for at, _ in chart.x_ticks], [text for _, text in chart.x_ticks])
    if chart.zero:
        plot.hline(0.0, "zero")
    for line in chart.lines:
        if line.style == "outline":
            plot.bars(line.x, line.y, f"{line.look} area")
            plot.bars(line.x, line.y, f"{line.look} line")
            continue
        if line.low is not None and line.high is not None:
            low, high = chart.y
            plot.band(
                line.x, np.clip(line.low, low, high), np.clip(line.high, low, high), f"{line.look} area"
            )
        plot.line(line.x, line.y, f"{line.look} line")
    for at, label, look in chart.marks:
        plot.vline(at, look, label)
    row = WORD_PX * (chart.y[1] - chart.y[0]) / chart.height
    for place, (at, label) in enumerate(chart.words):
        # Every second word is a row lower, so that neighbours do not touch on a phone.
        plot.word(at, chart.y[1] - row * (FIRST_ROW + place % 2), label)
    return plot.markup()


def draw_scale(scale: Scale, alt: str) -> Markup:
    """Return a scale with the number, its interval, the usual range shaded, and the last number hollow."""
    plot = Plot((scale.low, scale.high), (0.0, 1.0), height=SCALE_HEIGHT, alt=alt)
    plot.shade(scale.low, scale.high, "band")
    if scale.expected is not None:
        low, high = (float(np.clip(edge, scale.low, scale.high)) for edge in scale.expected)
        plot.shade(low, high, "band mine")
    for edge in scale.edges:
        plot.vline(edge, "mark")
    ends = np.clip([scale.value - scale.uncertainty, scale.value + scale.uncertainty], scale.low, scale.high)
    plot.line(ends, MIDDLE, "interval halo")
    plot.line(ends, MIDDLE, "interval")
    if scale.last is not None and scale.low <= scale.last <= scale.high:
        plot.dots(np.array([scale.last]), MIDDLE[:1], "point hollow")
    plot.dots(np.array([scale.value]), MIDDLE[:1], "point halo")
    plot.dots(np.array([scale.value]), MIDDLE[:1], "point")
    return plot.markup(below=0, clip=False)


def draw_spark(values: FloatArray) -> Markup:
    """Return the course of a number along the run as a line without axes; empty without values."""
    if not len(values):
        return Markup()
    low, high = float(values.min()), float(values.max())
    grow = max(MARGIN_SHARE * (high - low), 1e-9)
    plot = Plot((0.0, len(values) - 1.0), (low - grow, high + grow), height=SPARK_HEIGHT, alt="")
    plot.line(np.arange(len(values), dtype=np.float64), values, "one line spark")
    return plot.markup(below=0, decorative=True)
