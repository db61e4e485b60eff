"""For the clinician: every rule with its probability, its lines, and which lines are this house's own."""

from __future__ import annotations

from gait.coaching.model import Finding
from gait.report.blocks import Paragraph, Section, Table
from gait.report.numbers import number, units
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build"]

LEAST_CHANCE = 0.01
"""Probability below which, and beyond whose rest to one, no figure is given (chosen)."""


def build(story: Story) -> Section | None:
    """Return the rules looked at as a table; None where there were none."""
    if not story.findings:
        return None
    words = story.words
    head = tuple(words(f"bounds.{key}") for key in ("rule", "outcome", "p", "line", "grade"))
    rows = tuple(_row(one, words) for one in story.findings)
    table = Table(words("section.bounds"), head, rows, words=frozenset({1, 3, 4}))
    lead = Paragraph(words("section_lead.bounds"), "lead")
    return Section("bounds", words("section.bounds"), (lead, table))


def _row(one: Finding, words: Words) -> tuple[str, ...]:
    lines = words("list.comma").join(
        dict.fromkeys(
            f"{words.get(f'metric.{piece.metric}')} {number(piece.threshold, 1)}{units(piece.unit)}"
            for piece in one.evidence
            if piece.threshold is not None
        )
    )
    house = any(source.key == "house" for source in one.sources)
    side = f" ({words.get(f'side.{one.side}', one.side)})" if one.side else ""
    return (
        one.id + side,
        words(f"outcome.{'in_part' if one.outcome == 'absent' and one.not_looked_at else one.outcome}"),
        _chance(one.certainty) if lines and one.certainty is not None else "–",
        (lines or "–") + (words("bounds.house") if lines and house else ""),
        words(f"grade_short.{one.grade}"),
    )


def _chance(share: float) -> str:
    """Return a probability; no number is wholly sure to lie on one side of a line."""
    if share < LEAST_CHANCE:
        return f"< {number(LEAST_CHANCE, 2)}"
    if share > 1.0 - LEAST_CHANCE:
        return f"> {number(1.0 - LEAST_CHANCE, 2)}"
    return number(share, 2)
