"""The mean stride: pitch, roll and acceleration from contact to contact, and how the strike angles spread."""

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
from gait.report.sections.over_run import has, sides_with
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build"]

Pick = Callable[[Waveform], FloatArray | None]
"""Takes one quantity of a mean stride; None where that was not measured."""

MOST_BARS = 48
"""Bars of the histogram at most (chosen: narrower ones are lines on a phone)."""


def build(story: Story) -> Section | None:
    """Return the charts of a stride; None where there is none to draw."""
    words, waves = story.words, story.analysis.waveforms
    charts = [
        _strike(story),
        _wave(waves, "pitch", "°", words, lambda wave: wave.pitch_deg),
        _wave(waves, "roll", "°", words, lambda wave: wave.roll_deg),
        # One picture holds one quantity: a side whose sensor's place is not known has no upward acceleration.
        _wave(waves, "acceleration", "g", words, _upward) or _wave(waves, "size", "g", words, _size),
    ]
    made = tuple(chart for chart in charts if chart is not None)
    if not made:
        return None
    lead = Paragraph(words("section_lead.stride"), "lead")
    return Section("stride", words("section.stride"), (lead, *made), folded=True, grid=2)


def _upward(wave: Waveform) -> FloatArray | None:
    """Acceleration along the segment's upward axis; None where the sensor's place on it is not known."""
    values: FloatArray = wave.acc_g[:, 2]
    return values if np.isfinite(values).any() else None


def _size(wave: Waveform) -> FloatArray | None:
    """Norm of the acceleration, which stands where no axis is known."""
    values: FloatArray = wave.acc_g[:, 0]
    return values


def _wave(waves: Sequence[Waveform], name: str, unit: str, words: Words, pick: Pick) -> Chart | None:
    """One quantity over the stride, a line a side; shoes before shanks when both were worn."""
    placement = next((wave.placement for wave in waves if wave.placement == "shoe"), "shank")
    found: dict[str, tuple[FloatArray, Waveform]] = {}
    for wave in waves:
        values = pick(wave) if wave.placement == placement else None
        if values is not None and np.isfinite(values).any():
            found[wave.side] = (values, wave)
    if not found:
        return None
    percent = np.linspace(0.0, 100.0, 101)
    low, high = span_of(np.concatenate([values for values, _ in found.values()]), 1.0, tail=0.0)
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
        lines=tuple(Line(side, percent, values) for side, (values, _) in found.items()),
        below=words("axis.stride"),
        sides=tuple(found),
        marks=tuple(
            (wave.tc_pct, "" if at else words("wave.toe_off"), f"{side} event")
            for at, (side, (_, wave)) in enumerate(found.items())
        ),
        zero=low < 0.0 < high,
        head=(words("table.percent"), *(words(f"side.{side}") for side in found)),
        rows=tuple(
            (f"{k}\N{NO-BREAK SPACE}%", *(number(float(values[k]), 1) for values, _ in found.values()))
            for k in range(0, 101, 10)
        ),
    )


def _strike(story: Story) -> Chart | None:
    """How often each strike angle came, with the borders of the classes."""
    rows = story.clean_running
    if not has(rows, "strike_angle_deg"):
        return None
    words, sides = story.words, sides_with(rows, "strike_angle_deg")
    angles = rows["strike_angle_deg"].to_numpy(dtype=float)
    fore, rear = STRIKE_THRESHOLDS_DEG
    low, high = span_of(np.append(angles, STRIKE_THRESHOLDS_DEG), 20.0, tail=0.2)
    low, high = float(np.floor(min(low, fore - 9.0))), float(np.ceil(max(high, rear + 9.0)))
    edges = np.linspace(low, high, int(min(MOST_BARS, high - low)) + 1)
    shares = {s: series.histogram(rows.loc[rows["side"] == s, "strike_angle_deg"], edges) for s in sides}
    top = 1.3 * max(float(share.max()) for share in shares.values())
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
        lines=tuple(Line(s, edges, share, style="outline") for s, share in shares.items()),
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
            if any(share[i] >= 0.05 for share in shares.values())
        ),
    )


def _shares(story: Story) -> str:
    """``Rearfoot 91 %, midfoot 9 %, forefoot 0 % of strides``."""
    words, metric = story.words, story.metric("strike_angle_deg")
    if metric is None or not metric.shares:
        return words("fig.empty")
    parts = words("list.comma").join(
        words("strike.share", name=words(f"strike.{name}"), n=number(100.0 * share, 0))
        for name, share in metric.shares.items()
    )
    return words("fig.shares", parts=parts)
