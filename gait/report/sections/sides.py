"""Left against right: a table of the metrics that differ beyond their interval, and the others by name."""

from __future__ import annotations

import math
from collections.abc import Mapping

from gait.analysis.metrics import METRICS
from gait.analysis.results import Metric
from gait.history.sides import sides_within
from gait.report.blocks import Block, Bullets, Paragraph, Section, Table
from gait.report.numbers import decimals_for, number, signed, units
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build", "difference_table"]

WITHOUT_SIDES = frozenset({"cadence_spm", "speed_m_s", "stride_length_m", "stride_ms"})
"""Metrics that both legs share: a stride is as long on either side, in time and in distance."""


def build(story: Story) -> Section | None:
    """Return the differences; None without running."""
    if not story.has_running:
        return None
    words = story.words
    compared = [metric for metric in story.analysis.metrics.values() if _comparable(metric)]
    if not compared:
        return Section("sides", words("section.sides"), (Paragraph(_why_not(story)),), folded=True)
    order = list(METRICS)
    compared.sort(key=lambda metric: order.index(metric.name))
    shown = {metric.name: _row(metric, words) for metric in compared if metric.difference_shown}
    same = [words(f"metric.{metric.name}") for metric in compared if not metric.difference_shown]
    blocks: list[Block] = [Paragraph(words("section_lead.sides"), "lead")]
    if shown:
        heads = (words("table.left"), words("table.right"), words("table.difference"))
        blocks.append(difference_table(words("section.sides"), heads, shown, words))
    if same:
        key = "sides.others" if shown else "sides.all_same"
        blocks.append(Paragraph(words(key, n=len(same), names=words("list.comma").join(same))))
    blocks += _by_condition(story)
    return Section("sides", words("section.sides"), tuple(blocks), folded=True)


def _by_condition(story: Story) -> list[Block]:
    """Return sentences on the conditions (speed, curve, slope) that shift the difference, or on none."""
    words = story.words
    gaps, shifts = sides_within(story.analysis)
    gap_of = {(side_gap.metric, side_gap.condition): side_gap.difference for side_gap in gaps}
    lines = []
    for shift in shifts:
        if shift.shifts:
            spec = METRICS[shift.metric]
            places = decimals_for(shift.uncertainty, spec.decimals)
            gap, other = (
                f"{signed(gap_of[shift.metric, condition], places)}{units(spec.unit)}"
                for condition in (shift.condition, shift.against)
            )
            conditions = {
                "condition": _condition_text(shift.condition, words),
                "against": _condition_text(shift.against, words),
            }
            lines.append(
                words("sides.shift", name=words(f"metric.{shift.metric}"), gap=gap, other=other, **conditions)
            )
    if lines:
        return [Bullets(tuple(lines))]
    looked = list(dict.fromkeys(_condition_text(shift.condition, words) for shift in shifts))
    if not looked:
        return []
    return [Paragraph(words("sides.no_shift", conditions=words("list.comma").join(looked)), "small")]


def _condition_text(condition: str, words: Words) -> str:
    return words(f"sides.in_{condition.replace(' ', '_')}")


def _comparable(metric: Metric) -> bool:
    parts = (metric.left, metric.right, metric.difference, metric.difference_uncertainty)
    return metric.name not in WITHOUT_SIDES and all(
        part is not None and math.isfinite(part) for part in parts
    )


def _row(metric: Metric, words: Words) -> tuple[float, float, float, float, str]:
    assert metric.left is not None
    assert metric.right is not None
    assert metric.difference is not None
    assert metric.difference_uncertainty is not None
    side = words("side.left") if metric.difference > 0 else words("side.right")
    verdict = words("sides.more", side=side)
    return metric.left, metric.right, metric.difference, metric.difference_uncertainty, verdict


def difference_table(
    caption: str,
    heads: tuple[str, str, str],
    rows: Mapping[str, tuple[float, float, float, float, str]],
    words: Words,
) -> Table:
    """Return a table with two values a row, their unrounded difference, and its verdict.

    Parameters
    ----------
    caption, heads
        Caption of the table, and heads of its three columns of numbers.
    rows
        Metric -> first, second, difference, its half-width, verdict.
    words
        Catalogue.
    """
    cells = []
    for name, (first, second, gap, spread, verdict) in rows.items():
        spec = METRICS[name]
        places = decimals_for(spread, spec.decimals, gap)
        text = f"{signed(gap, places)} ± {number(spread, places)}{units(spec.unit)}"
        cells.append((words(f"metric.{name}"), number(first, places), number(second, places), text, verdict))
    head = (words("table.metric"), *heads, words("table.verdict"))
    return Table(caption, head, tuple(cells), tuple(rows), words=frozenset({4}))


def _why_not(story: Story) -> str:
    """Return a sentence on why left and right cannot be compared."""
    words = story.words
    sides = {sensor.side for sensor in story.analysis.sensors}
    if len(sides) == 1:
        return words("sides.one", side=words(f"side.{sides.pop()}"))
    places = [
        {sensor.placement for sensor in story.analysis.sensors if sensor.side == side} for side in sides
    ]
    if not places[0] & places[1]:
        return words("sides.unlike")
    return words("sides.nothing")
