"""Findings by outcome: present, cannot tell, absent, absent as far as looked at, and not assessed."""

from __future__ import annotations

from collections.abc import Sequence

from gait.coaching.model import Finding
from gait.report.blocks import Block, Bullets, Card, Cards, Paragraph, Section
from gait.report.story import Story
from gait.report.words import Words

__all__ = ["build"]


def build(story: Story) -> Section | None:
    """Return the findings with their evidence; None without findings."""
    if not story.findings:
        return None
    words = story.words
    blocks: list[Block] = [Paragraph(words("section_lead.findings"), "lead")]
    cards = tuple(_card(finding, words) for finding in story.findings_with("present", "cannot_tell"))
    if cards:
        blocks.append(Cards(cards))
    absent = story.findings_with("absent")
    for key, group in (
        ("absent", [finding for finding in absent if not finding.not_looked_at]),
        ("absent_in_part", [finding for finding in absent if finding.not_looked_at]),
    ):
        if group:
            lines = _by_reason(
                [(story.title_of(finding), _absent(finding, words)) for finding in group], words
            )
            blocks.append(Bullets(lines, words(f"finding.{key}")))
    not_assessed = story.findings_with("not_assessed")
    if not_assessed:
        lines = _by_reason([(story.title_of(finding), finding.missing) for finding in not_assessed], words)
        blocks.append(Bullets(lines, words("finding.not_assessed")))
    return Section("findings", words("section.findings"), tuple(blocks), folded=True)


def _card(finding: Finding, words: Words) -> Card:
    word = finding.certainty_word or "cannot tell"
    tags = [words(f"certainty.{word.replace(' ', '_')}")]
    if finding.kind == "feature":
        tags.append(words("finding.trait"))
    if finding.side:
        tags.append(words.get(f"side.{finding.side}", finding.side))
    small = words("finding.grade", grade=words(f"grade.{finding.grade}"), id=finding.id)
    return Card(
        f"finding-{finding.id}-{finding.side or 'any'}",
        finding.title,
        tuple(tags),
        finding.summary,
        tuple(piece.text for piece in finding.evidence),
        small,
        finding.outcome.replace("_", "-"),
    )


def _absent(finding: Finding, words: Words) -> str:
    """Return the first piece of evidence of an absent finding, and its signs that were not looked at."""
    text = finding.evidence[0].text.rstrip(".") if finding.evidence else ""
    if finding.not_looked_at:
        text += words("finding.without", what=words("list.comma").join(finding.not_looked_at))
    return text


def _by_reason(titles: Sequence[tuple[str, str]], words: Words) -> tuple[str, ...]:
    """Return one line for each reason, with all titles that share it."""
    reasons: dict[str, list[str]] = {}
    for title, why in titles:
        reasons.setdefault(why, []).append(title)
    comma = words("list.comma")
    lines = {why: comma.join([first, *map(words.within, rest)]) for why, (first, *rest) in reasons.items()}
    return tuple(_line(names, why) for why, names in lines.items())


def _line(title: str, why: str) -> str:
    return f"{title}: {why.rstrip('.')}" if why else title
