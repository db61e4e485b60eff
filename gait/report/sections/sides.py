"""Left against right: the rows that differ beyond their interval; the others by name in a line."""

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
"""What both legs share: a stride takes as long and reaches as far on either side."""


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
    """Return where the difference moves with speed, curve or slope, or that it moves with none of them."""
    words = story.words
    gaps, shifts = sides_within(story.analysis)
    found = {(one.metric, one.condition): one.difference for one in gaps}
    told = []
    for one in shifts:
        if one.shifts:
            spec = METRICS[one.metric]
            places = decimals_for(one.uncertainty, spec.decimals)
            gap, other = (
                f"{signed(found[one.metric, where], places)}{units(spec.unit)}"
                for where in (one.condition, one.against)
            )
            said = {"condition": _where(one.condition, words), "against": _where(one.against, words)}
            told.append(
                words("sides.shift", name=words(f"metric.{one.metric}"), gap=gap, other=other, **said)
            )
    if told:
        return [Bullets(tuple(told))]
    looked = list(dict.fromkeys(_where(one.condition, words) for one in shifts))
    if not looked:
        return []
    return [Paragraph(words("sides.no_shift", conditions=words("list.comma").join(looked)), "small")]


def _where(condition: str, words: Words) -> str:
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
    said = words("sides.more", side=side)
    return metric.left, metric.right, metric.difference, metric.difference_uncertainty, said


def difference_table(
    caption: str,
    heads: tuple[str, str, str],
    rows: Mapping[str, tuple[float, float, float, float, str]],
    words: Words,
) -> Table:
    """Return rows of two values, their difference worked out before rounding, and what it says.

    Parameters
    ----------
    caption, heads
        Of the table and of its three columns of numbers.
    rows
        Metric -> first, second, difference, its half-width, verdict.
    words
        Catalogue.
    """
    made = []
    for name, (first, second, gap, spread, verdict) in rows.items():
        spec = METRICS[name]
        places = decimals_for(spread, spec.decimals, gap)
        text = f"{signed(gap, places)} ± {number(spread, places)}{units(spec.unit)}"
        made.append((words(f"metric.{name}"), number(first, places), number(second, places), text, verdict))
    head = (words("table.metric"), *heads, words("table.verdict"))
    return Table(caption, head, tuple(made), tuple(rows), words=frozenset({4}))


def _why_not(story: Story) -> str:
    """Say why there is no left against right."""
    words = story.words
    sides = {sensor.side for sensor in story.analysis.sensors}
    if len(sides) == 1:
        return words("sides.one", side=words(f"side.{sides.pop()}"))
    places = [{one.placement for one in story.analysis.sensors if one.side == side} for side in sides]
    if not places[0] & places[1]:
        return words("sides.unlike")
    return words("sides.nothing")
