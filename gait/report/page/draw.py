"""Charts, scales and sparklines as inline SVG, from the blocks that say what is in them."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from gait.arrays import FloatArray
from gait.report.blocks import Chart, Scale
from gait.report.page.svg import Plot

__all__ = ["draw_chart", "draw_scale", "draw_spark"]

SCALE_HEIGHT, SPARK_HEIGHT = 18, 26
WORD_PX = 14.0
"""Height of a row of words inside a chart, pixels."""
MIDDLE = np.array([0.5, 0.5])


def draw_chart(chart: Chart) -> Markup:
    """Return a chart with its axes; nothing in it reaches beyond them."""
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
        # Every second word stands a row lower, so that neighbours stay apart on a phone.
        plot.word(at, chart.y[1] - row * (0.8 + place % 2), label)
    return plot.markup()


def draw_scale(scale: Scale, alt: str) -> Markup:
    """Return a number with its interval on its scale, the usual range shaded, last time's in grey."""
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
    """Return a line of a number along the run without axes; hidden from screen readers, it only hints."""
    if not len(values):
        return Markup()
    low, high = float(values.min()), float(values.max())
    grow = max(0.1 * (high - low), 1e-9)
    plot = Plot((0.0, len(values) - 1.0), (low - grow, high + grow), height=SPARK_HEIGHT, alt="")
    plot.line(np.arange(len(values), dtype=np.float64), values, "one line spark")
    return plot.markup(below=0, decorative=True)
