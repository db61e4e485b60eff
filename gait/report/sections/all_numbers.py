"""All numbers with their intervals, running and walking."""

from __future__ import annotations

import math
from collections.abc import Mapping

from gait.analysis.metrics import METRICS
from gait.analysis.results import Metric
from gait.report.blocks import Block, Fold, Paragraph, Section, Table
from gait.report.numbers import number, show, show_metric
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build"]

PHONE = 2
"""Number of columns shown on a phone (chosen: name and value)."""


def build(story: Story) -> Section | None:
    """Return the table of every metric; None without any."""
    words, analysis = story.words, story.analysis
    if not analysis.metrics and not analysis.walking:
        return None
    blocks: list[Block] = [Paragraph(words("section_lead.numbers"), "lead")]
    if analysis.metrics:
        blocks.append(_table(words("section.numbers"), analysis.metrics, words))
    if analysis.walking:
        blocks.append(
            Fold(words("quality.walking"), (_table(words("quality.walking"), analysis.walking, words),))
        )
    return Section("numbers", words("section.numbers"), tuple(blocks), folded=True)


def _table(caption: str, metrics: Mapping[str, Metric], words: Words) -> Table:
    head = tuple(words(f"table.{key}") for key in ("metric", "value", "left", "right", "sd", "n", "what"))
    names = tuple(name for name in METRICS if name in metrics)
    return Table(
        caption,
        head,
        tuple(_row(metrics[name], words) for name in names),
        names,
        phone=PHONE,
        words=frozenset({6}),
    )


def _row(metric: Metric, words: Words) -> tuple[str, ...]:
    spec = METRICS[metric.name]
    bound = "≥ " if metric.lower_bound else ""
    left = (
        show(metric.left, metric.left_uncertainty, spec.decimals, "").text if metric.left is not None else ""
    )
    right = (
        show(metric.right, metric.right_uncertainty, spec.decimals, "").text
        if metric.right is not None
        else ""
    )
    return (
        words(f"metric.{metric.name}"),
        bound + show_metric(metric).text,
        left,
        right,
        # A metric that is computed from other metrics has no spread of its own.
        number(metric.sd, spec.decimals + 1) if math.isfinite(metric.sd) and metric.sd > 0.0 else "–",
        number(float(metric.n), 0),
        words(f"what.{metric.name}"),
    )
