"""The mean stride: pitch, roll and acceleration from contact to contact, and a histogram of strike angles."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gait.analysis.results import Waveform
from gait.arrays import FloatArray
from gait.report import series
from gait.report.axes import labelled, nice_ticks, span_of
from gait.report.blocks import Chart, Line, Paragraph, Section
from gait.report.numbers import number
from gait.report.population_bands import STRIKE_THRESHOLDS_DEG
from gait.report.sections.over_run import has_numbers, sides_with
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build"]

Pick = Callable[[Waveform], FloatArray | None]
"""Function that returns one quantity of a mean stride; None where it was not measured."""

MOST_BARS = 48
"""Number of the histogram's bars, at most (chosen: more would be lines on a phone)."""
LEAST_RANGE_DEG, CLASS_DEG, TAIL_PCT = 20.0, 9.0, 0.2
"""Histogram of strike angles (chosen: the classes are 10 deg wide, and their names need room): least range;
least width of the outer classes, for their names; per cent of strides that may lie beyond each end."""
HEADROOM = 1.3
"""Height of the histogram over its highest bar (chosen: the classes' names are above the bars)."""
LEAST_SHARE_PCT = 0.05
"""Share of strides, per cent, from which a bar is in the table (chosen: less is shown as 0.0)."""
STEP_PCT = 10
"""Per cent of the stride between two rows of a chart's table (chosen: eleven rows)."""


def build(story: Story) -> Section | None:
    """Return the charts of the mean stride; None without any."""
    words, waves = story.words, story.analysis.waveforms
    charts = [
        _strike(story),
        _wave(waves, "pitch", "°", words, lambda wave: wave.pitch_deg),
        _wave(waves, "roll", "°", words, lambda wave: wave.roll_deg),
        # A chart shows one quantity, and a side without segment axes has no upward acceleration.
        _wave(waves, "acceleration", "g", words, _upward) or _wave(waves, "size", "g", words, _norm),
    ]
    drawable = tuple(chart for chart in charts if chart is not None)
    if not drawable:
        return None
    lead = Paragraph(words("section_lead.stride"), "lead")
    return Section("stride", words("section.stride"), (lead, *drawable), folded=True, grid=2)


def _upward(wave: Waveform) -> FloatArray | None:
    """Return the acceleration along the segment's upward axis; None without segment axes."""
    values: FloatArray = wave.acc_g[:, 2]
    return values if np.isfinite(values).any() else None


def _norm(wave: Waveform) -> FloatArray | None:
    """Return the norm of the acceleration, for a sensor without segment axes."""
    values: FloatArray = wave.acc_g[:, 0]
    return values


def _wave(waves: Sequence[Waveform], name: str, unit: str, words: Words, pick: Pick) -> Chart | None:
    """Return one quantity over the stride, a line a side, of shoes if there are any; None without a line."""
    placement = next((wave.placement for wave in waves if wave.placement == "shoe"), "shank")
    drawn: dict[str, tuple[FloatArray, Waveform]] = {}
    for wave in waves:
        values = pick(wave) if wave.placement == placement else None
        if values is not None and np.isfinite(values).any():
            drawn[wave.side] = (values, wave)
    if not drawn:
        return None
    percent = np.linspace(0.0, 100.0, 101)
    low, high = span_of(np.concatenate([values for values, _ in drawn.values()]), 1.0, tail=0.0)
    ticks = nice_ticks(low, high, most=5)
    return Chart(
        id=f"wave-{name}",
        form="stride",
        title=words(f"wave.{name}.{placement}"),
        unit=unit,
        caption=words(f"wave.{name}.caption"),
        x=(0.0, 100.0),
        y=(low, high),
        x_ticks=labelled([0.0, 20.0, 40.0, 60.0, 80.0, 100.0]),
        y_ticks=labelled(ticks),
        lines=tuple(Line(side, percent, values) for side, (values, _) in drawn.items()),
        below=words("axis.stride"),
        sides=tuple(drawn),
        marks=tuple(
            (wave.tc_pct, "" if at else words("wave.toe_off"), f"{side} event")
            for at, (side, (_, wave)) in enumerate(drawn.items())
        ),
        zero=low < 0.0 < high,
        head=(words("table.percent"), *(words(f"side.{side}") for side in drawn)),
        rows=tuple(
            (f"{k}\N{NO-BREAK SPACE}%", *(number(float(values[k]), 1) for values, _ in drawn.values()))
            for k in range(0, 101, STEP_PCT)
        ),
    )


def _strike(story: Story) -> Chart | None:
    """Return a histogram of strike angles with the borders of the classes; None without an angle."""
    rows = story.clean_running
    if not has_numbers(rows, "strike_angle_deg"):
        return None
    words, sides = story.words, sides_with(rows, "strike_angle_deg")
    angles = rows["strike_angle_deg"].to_numpy(dtype=float)
    fore, rear = STRIKE_THRESHOLDS_DEG
    low, high = span_of(np.append(angles, STRIKE_THRESHOLDS_DEG), LEAST_RANGE_DEG, tail=TAIL_PCT)
    low, high = float(np.floor(min(low, fore - CLASS_DEG))), float(np.ceil(max(high, rear + CLASS_DEG)))
    edges = np.linspace(low, high, int(min(MOST_BARS, high - low)) + 1)
    shares = {
        side: series.histogram(rows.loc[rows["side"] == side, "strike_angle_deg"], edges) for side in sides
    }
    top = HEADROOM * max(float(share.max()) for share in shares.values())
    return Chart(
        id="strike",
        form="histogram",
        title=words("fig.strike"),
        unit=words("fig.strike_unit"),
        caption=_shares(story),
        x=(low, high),
        y=(0.0, top),
        x_ticks=labelled(nice_ticks(low, high, most=6)),
        y_ticks=labelled(nice_ticks(0.0, top, most=5)),
        lines=tuple(Line(side, edges, share, style="outline") for side, share in shares.items()),
        below=words("axis.strike"),
        sides=sides,
        marks=((fore, "", "mark"), (rear, "", "mark")),
        words=(
            ((low + fore) / 2.0, words("strike.forefoot")),
            ((fore + rear) / 2.0, words("strike.midfoot")),
            ((rear + high) / 2.0, words("strike.rearfoot")),
        ),
        head=(words("table.angle"), *(words(f"side.{side}") for side in sides)),
        rows=tuple(
            (
                f"{number(edges[i], 0)}° – {number(edges[i + 1], 0)}°",
                *(f"{number(share[i], 1)} %" for share in shares.values()),
            )
            for i in range(len(edges) - 1)
            if any(share[i] >= LEAST_SHARE_PCT for share in shares.values())
        ),
    )


def _shares(story: Story) -> str:
    """Return the shares, such as ``Rearfoot 91 %, midfoot 9 %, forefoot 0 % of strides``."""
    words, metric = story.words, story.metric("strike_angle_deg")
    if metric is None or not metric.shares:
        return words("fig.empty")
    parts = words("list.comma").join(
        words("strike.share", name=words(f"strike.{name}"), n=number(100.0 * share, 0))
        for name, share in metric.shares.items()
    )
    return words("fig.shares", parts=parts)
