"""List what was looked for: found, unsure, not found, found as far as it was looked at, and never asked."""

from __future__ import annotations

from collections.abc import Sequence

from gait.coaching.model import Finding
from gait.report.blocks import Block, Bullets, Card, Cards, Paragraph, Section
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build"]


def build(story: Story) -> Section | None:
    """Return the findings with their evidence; None where none were looked for."""
    if not story.findings:
        return None
    words = story.words
    blocks: list[Block] = [Paragraph(words("section_lead.findings"), "lead")]
    cards = tuple(_card(one, words) for one in story.found("present", "cannot_tell"))
    if cards:
        blocks.append(Cards(cards))
    absent = story.found("absent")
    for key, group in (
        ("absent", [one for one in absent if not one.not_looked_at]),
        ("absent_in_part", [one for one in absent if one.not_looked_at]),
    ):
        if group:
            lines = _by_reason([(story.title_of(one), _absent(one, words)) for one in group], words)
            blocks.append(Bullets(lines, words(f"finding.{key}")))
    never = story.found("not_assessed")
    if never:
        lines = _by_reason([(story.title_of(one), one.missing) for one in never], words)
        blocks.append(Bullets(lines, words("finding.not_assessed")))
    return Section("findings", words("section.findings"), tuple(blocks), folded=True)


def _card(one: Finding, words: Words) -> Card:
    word = one.certainty_word or "cannot tell"
    tags = [words(f"certainty.{word.replace(' ', '_')}")]
    if one.kind == "feature":
        tags.append(words("finding.trait"))
    if one.side:
        tags.append(words.get(f"side.{one.side}", one.side))
    small = words("finding.grade", grade=words(f"grade.{one.grade}"), id=one.id)
    return Card(
        f"finding-{one.id}-{one.side or 'any'}",
        one.title,
        tuple(tags),
        one.summary,
        tuple(piece.text for piece in one.evidence),
        small,
        one.outcome.replace("_", "-"),
    )


def _absent(one: Finding, words: Words) -> str:
    """Return the first piece of evidence, and what was not looked at."""
    text = one.evidence[0].text.rstrip(".") if one.evidence else ""
    if one.not_looked_at:
        text += words("finding.without", what=words("list.comma").join(one.not_looked_at))
    return text


def _by_reason(titles: Sequence[tuple[str, str]], words: Words) -> tuple[str, ...]:
    """Return a line for each reason, with every title that has it."""
    reasons: dict[str, list[str]] = {}
    for title, why in titles:
        reasons.setdefault(why, []).append(title)
    comma = words("list.comma")
    lines = {why: comma.join([first, *map(words.within, rest)]) for why, (first, *rest) in reasons.items()}
    return tuple(_named(names, why) for why, names in lines.items())


def _named(title: str, why: str) -> str:
    return f"{title}: {why.rstrip('.')}" if why else title
