"""The verdict: one sentence that says what stands out, at which cadence and pace."""

from __future__ import annotations

from gait.report.blocks import Block, Bullets, Paragraph, Section
from gait.report.numbers import duration, number, pace, show_metric, units
from gait.report.sections.tiles import certainty
from gait.report.story import Story

__all__ = ["build"]

MOST = 2
"""Findings that the sentence names."""


def build(story: Story) -> Section:
    """Return the sentence, or what to check where no running was found."""
    if not story.has_running:
        return Section("verdict", story.words("verdict.no_running"), _no_running(story))
    return Section("verdict", "", (Paragraph(_sentence(story), "verdict"),))


def _sentence(story: Story) -> str:
    words = story.words
    numbers = words("list.comma").join(_numbers(story))
    present = story.found("present")
    if not present:
        return _nothing_found(story, numbers)
    titles = [story.title_of(one) for one in present[:MOST]]
    named = words("list.comma").join(one if at == 0 else words.within(one) for at, one in enumerate(titles))
    rest = len(present) - MOST
    more = "verdict.more" if story.sheet == "full" else "verdict.more_elsewhere"
    end = words(more, n=rest) if rest > 0 else words("verdict.else")
    if not numbers:
        return words("verdict.found_bare", named=named, rest=end)
    return words("verdict.found", named=named, numbers=numbers, rest=end)


def _nothing_found(story: Story, numbers: str) -> str:
    """Say that nothing stands out, with the numbers where there are any to stand behind the colon."""
    words = story.words
    if not numbers:
        return words("verdict.nothing_bare" if story.findings else "verdict.no_numbers")
    return words("verdict.nothing" if story.findings else "verdict.numbers", numbers=numbers)


def _numbers(story: Story) -> list[str]:
    """Cadence with the pace, then where the foot lands or how long it stays, if that is more than a guess."""
    words, out = story.words, []
    cadence = story.metric("cadence_spm")
    if cadence is not None:
        shown = number(cadence.value, 0)
        speed = pace(story.speed_m_s)
        out.append(
            words("verdict.at_pace", n=shown, pace=speed) if speed else words("verdict.cadence", n=shown)
        )
    shank, contact = story.metric("shank_angle_deg"), story.metric("contact_ms")
    if shank is not None:
        shown_angle = show_metric(shank)
        key = "verdict.behind" if shank.value < 0.0 else "verdict.ahead"
        out.append(words(key, n=shown_angle.value.lstrip("\N{MINUS SIGN}") + units("°")))
    elif contact is not None and certainty(contact.value, contact.uncertainty, angle=False) != "rough_guide":
        out.append(words("verdict.contact", n=number(contact.value, 0)))
    return out


def _no_running(story: Story) -> tuple[Block, ...]:
    """Say that there is nothing to say, and what there was instead."""
    words, analysis = story.words, story.analysis
    kinds = ("walking", "still", "other", "gap")
    spent = {kind: sum(b.end_s - b.start_s for b in analysis.activity if b.kind == kind) for kind in kinds}
    return (
        Paragraph(words("verdict.no_running_why")),
        Paragraph(words("verdict.no_running_check")),
        Bullets(tuple(f"{words(f'kind.{k}')}: {duration(t)}" for k, t in spent.items() if t >= 0.5)),
    )
