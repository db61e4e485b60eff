"""Table of all rules for clinicians: outcome, probability, thresholds, and those chosen by this project."""

from __future__ import annotations

from gait.coaching.model import Finding
from gait.report.blocks import Paragraph, Section, Table
from gait.report.numbers import number, units
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build"]

LEAST_CHANCE = 0.01
"""Smallest probability that is given as a figure, and one minus the largest (chosen: probabilities of the
model are no better than to a per cent)."""


def build(story: Story) -> Section | None:
    """Return the rules as a table; None without findings."""
    if not story.findings:
        return None
    words = story.words
    head = tuple(words(f"bounds.{key}") for key in ("rule", "outcome", "p", "line", "grade"))
    rows = tuple(_row(finding, words) for finding in story.findings)
    table = Table(words("section.bounds"), head, rows, words=frozenset({1, 3, 4}))
    lead = Paragraph(words("section_lead.bounds"), "lead")
    return Section("bounds", words("section.bounds"), (lead, table))


def _row(finding: Finding, words: Words) -> tuple[str, ...]:
    lines = words("list.comma").join(
        dict.fromkeys(
            f"{words.get(f'metric.{piece.metric}')} {number(piece.threshold, 1)}{units(piece.unit)}"
            for piece in finding.evidence
            if piece.threshold is not None
        )
    )
    house = any(source.key == "house" for source in finding.sources)
    in_part = finding.outcome == "absent" and bool(finding.not_looked_at)
    side = f" ({words.get(f'side.{finding.side}', finding.side)})" if finding.side else ""
    return (
        finding.id + side,
        words(f"outcome.{'in_part' if in_part else finding.outcome}"),
        _chance(finding.certainty) if lines and finding.certainty is not None else "–",
        (lines or "–") + (words("bounds.house") if lines and house else ""),
        words(f"grade_short.{finding.grade}"),
    )


def _chance(share: float) -> str:
    """Return a probability as text; near 0 and 1 as a limit, because no number is certain."""
    if share < LEAST_CHANCE:
        return f"< {number(LEAST_CHANCE, 2)}"
    if share > 1.0 - LEAST_CHANCE:
        return f"> {number(1.0 - LEAST_CHANCE, 2)}"
    return number(share, 2)
