"""The main metrics over the run, stride by stride, and its first third against its last."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gait.analysis.metrics import METRICS
from gait.analysis.results import Analysis
from gait.arrays import FloatArray
from gait.report import series
from gait.report.axes import labelled, nice_ticks, span_of, time_axis
from gait.report.blocks import Block, Chart, Fold, Line, Paragraph, Points, Section
from gait.report.numbers import number, units
from gait.report.sections.sides import difference_table
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build", "sides_with"]

ALONG = (
    "cadence_spm",
    "contact_ms",
    "strike_angle_deg",
    "pronation_excursion_deg",
    "shank_angle_deg",
    "tibial_peak_g",
    "speed_m_s",
)
"""Metrics drawn over the run where they were measured; with fewer than two, `SPARE` are added."""
SPARE = ("flight_ms", "stride_ms")
MOST = 5  # number of charts (chosen: the report stays on four pages)
TIRING = (
    "cadence_spm",
    "contact_ms",
    "flight_ms",
    "strike_angle_deg",
    "pronation_excursion_deg",
    "shank_angle_deg",
    "speed_m_s",
)
"""Metrics compared between the first and the last third."""
TABLE_ROWS = 10  # rows of a chart's table (chosen: tenths of the run)
LEAST_TAIL, MOST_TAIL, ODD_STRIDES = 0.5, 2.5, 3
"""Strides that may lie beyond each end of the axis (chosen: single odd strides stretch no axis):
`ODD_STRIDES`, but at least and at most these per cent of all strides."""
BULK_PCT = (5.0, 95.0)
"""Percentiles of a line between which its caption says that it mostly is (chosen: nine strides in ten)."""


def build(story: Story) -> Section | None:
    """Return a chart for each metric and the table of thirds; None without running."""
    rows = best_strides(story)
    if not len(rows) or not story.analysis.activity:
        return None
    words = story.words
    drawn = [name for name in ALONG if has_numbers(rows, name)]
    drawn += [name for name in SPARE if has_numbers(rows, name)][: max(0, 2 - len(drawn))]
    charts = tuple(_chart(story.analysis, rows, name, words) for name in drawn[:MOST])
    lead = Paragraph(words("section_lead.run"), "lead")
    return Section("run", words("section.run"), (lead, *charts, *_thirds(story)), folded=True, grid=2)


def best_strides(story: Story) -> pd.DataFrame:
    """Return the unmarked running strides between alike neighbours; all running strides without any."""
    clean = story.amid_running
    return clean if len(clean) else series.running(story.analysis.strides)


def has_numbers(rows: pd.DataFrame, name: str) -> bool:
    """Return whether a table has a column with at least one number."""
    return name in rows and bool(rows[name].notna().any())


def sides_with(rows: pd.DataFrame, name: str) -> tuple[str, ...]:
    """Return the sides with at least one number of the metric."""
    if name not in rows:
        return ()
    there, sides = rows[name].notna().to_numpy(), rows["side"].to_numpy()
    return tuple(side for side in ("left", "right") if (there & (sides == side)).any())


def _chart(analysis: Analysis, rows: pd.DataFrame, name: str, words: Words) -> Chart:
    """Return the chart of one metric over the run."""
    start, end = analysis.activity[0].start_s, analysis.activity[-1].end_s
    rows = rows[["side", "ic_s", name]]
    sides = sides_with(rows, name)
    both = name in {"cadence_spm", "speed_m_s"} or not sides
    groups = {"one": rows} if both else {side: rows[rows["side"] == side] for side in sides}
    lines = {look: series.over_time(group, name, start, end) for look, group in groups.items()}
    middles = np.concatenate([line.middle for line in lines.values()])
    spec = METRICS[name]
    tail = min(MOST_TAIL, max(LEAST_TAIL, 100.0 * ODD_STRIDES / len(rows)))
    low, high = span_of(rows[name].to_numpy(dtype=np.float64), spec.least_range or 1e-9, tail=tail)
    ticks, below = time_axis(end - start, words)
    head, table = _table(lines, start, end, name, words)
    return Chart(
        id=name,
        form="time",
        title=words(f"metric.{name}"),
        unit=spec.unit,
        caption=_range_sentence(middles, name, words),
        x=(0.0, max(end - start, 1.0)),
        y=(low, high),
        x_ticks=ticks,
        y_ticks=labelled(nice_ticks(low, high, most=5)),
        lines=tuple(
            Line(look, line.time_s - start, line.middle, line.low, line.high) for look, line in lines.items()
        ),
        below=below,
        sides=() if both else sides,
        shades=tuple(
            (bout.start_s - start, bout.end_s - start, "gap" if bout.kind == "gap" else "break")
            for bout in analysis.activity
            if bout.kind != "running"
        ),
        head=head,
        rows=table,
        points=tuple(_points(look, group, name, start) for look, group in groups.items()),
        decimals=spec.decimals,
    )


def _points(look: str, rows: pd.DataFrame, name: str, start: float) -> Points:
    time, value = series.numbers(rows, name)
    order = np.argsort(time, kind="stable")
    return Points(look, time[order] - start, value[order])


def _range_sentence(middles: FloatArray, name: str, words: Words) -> str:
    """Return a sentence with the range that holds nine tenths of the line."""
    finite = middles[np.isfinite(middles)]
    if not finite.size:
        return words("fig.empty")
    low, high = np.percentile(finite, BULK_PCT)
    spec = METRICS[name]
    first, last = (number(bound, spec.decimals) for bound in (low, high))
    # A dash between numbers reads as a minus sign where one of them has one.
    key = "fig.mostly_one" if first == last else "fig.mostly_to" if low < 0.0 else "fig.mostly"
    return words(key, low=first, high=last, unit=units(spec.unit))


def _table(
    lines: dict[str, series.Series], start: float, end: float, name: str, words: Words
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the head and at most `TABLE_ROWS` rows of the lines' table."""
    decimals = METRICS[name].decimals
    any_line = next(iter(lines.values()))
    picks = np.unique(np.linspace(0, len(any_line.time_s) - 1, TABLE_ROWS).astype(int))
    _, counted = time_axis(end - start, words)
    head = (counted, *(words(f"side.{look}") for look in lines))
    minutes = counted != words("axis.seconds")
    rows = []
    for pick in picks:
        at = float(any_line.time_s[pick])
        if not np.isfinite(at):
            continue
        shown = number((at - start) / 60.0, 1) if minutes else number(at - start, 0)
        rows.append((shown, *(number(_value_near(line, at), decimals) for line in lines.values())))
    return ((words("axis.minutes") if minutes else counted), *head[1:]), tuple(rows)


def _value_near(line: series.Series, at: float) -> float:
    """Return the line's value nearest to a time; NaN where the line has a break there."""
    if not np.isfinite(line.time_s).any():
        return float("nan")
    return float(line.middle[np.nanargmin(np.abs(line.time_s - at))])


def _thirds(story: Story) -> tuple[Block, ...]:
    """Return the table of the first and last third, or a sentence that the run is too short for it."""
    words = story.words
    rows = story.amid_running
    compared = {name: third for name in TIRING if name in rows and (third := series.thirds(rows, name))}
    if not compared:
        return (Paragraph(words("thirds.short"), "small"),)
    table = difference_table(
        words("section.thirds"),
        (words("table.first"), words("table.last"), words("table.change")),
        {
            name: (
                third.first,
                third.last,
                third.change,
                third.uncertainty,
                words("thirds.up" if third.change > 0 else "thirds.down"),
            )
            for name, third in compared.items()
            if third.shown
        },
        words,
    )
    same = [words(f"metric.{name}") for name, third in compared.items() if not third.shown]
    blocks: list[Block] = [Paragraph(words("section_lead.thirds"), "lead")]
    if table.rows:
        blocks.append(table)
    if same:
        key = "thirds.others" if table.rows else "thirds.all_same"
        blocks.append(Paragraph(words(key, n=len(same), names=words("list.comma").join(same))))
    return (Fold(words("section.thirds"), tuple(blocks)),)
