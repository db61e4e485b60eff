"""The verdict: one sentence with the main findings, the cadence and the pace."""

from __future__ import annotations

from gait.report.blocks import Block, Bullets, Paragraph, Section
from gait.report.numbers import duration, number, pace, show_metric, units
from gait.report.sections.tiles import certainty
from gait.report.story import Story

__all__ = ["build"]

MOST = 2
"""Number of findings that the sentence names (chosen: it stays a sentence)."""
LEAST_TIME_S = 0.5
"""Time in an activity, s, from which it is listed (chosen: less is shown as 0 s)."""


def build(story: Story) -> Section:
    """Return the verdict's sentence, or a list of things to check where no running was found."""
    if not story.has_running:
        return Section("verdict", story.words("verdict.no_running"), _no_running(story))
    return Section("verdict", "", (Paragraph(_sentence(story), "verdict"),))


def _sentence(story: Story) -> str:
    words = story.words
    numbers = words("list.comma").join(_numbers(story))
    present = story.findings_with("present")
    if not present:
        return _nothing_found(story, numbers)
    titles = [story.title_of(finding) for finding in present[:MOST]]
    names = words("list.comma").join(
        title if at == 0 else words.within(title) for at, title in enumerate(titles)
    )
    others = len(present) - MOST
    key = "verdict.more" if story.sheet == "full" else "verdict.more_elsewhere"
    end = words(key, n=others) if others > 0 else words("verdict.else")
    if not numbers:
        return words("verdict.found_bare", named=names, rest=end)
    return words("verdict.found", named=names, numbers=numbers, rest=end)


def _nothing_found(story: Story, numbers: str) -> str:
    """Return a sentence that nothing was found, with the main numbers if there are any."""
    words = story.words
    if not numbers:
        return words("verdict.nothing_bare" if story.findings else "verdict.no_numbers")
    return words("verdict.nothing" if story.findings else "verdict.numbers", numbers=numbers)


def _numbers(story: Story) -> list[str]:
    """Return cadence with pace, then the shank's angle or a contact time that is more than a rough guide."""
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
    """Return the reason for the missing numbers, and the time in each activity."""
    words, analysis = story.words, story.analysis
    kinds = ("walking", "still", "other", "gap")
    spent = {
        kind: sum(bout.end_s - bout.start_s for bout in analysis.activity if bout.kind == kind)
        for kind in kinds
    }
    return (
        Paragraph(words("verdict.no_running_why")),
        Paragraph(words("verdict.no_running_check")),
        Bullets(tuple(f"{words(f'kind.{k}')}: {duration(t)}" for k, t in spent.items() if t >= LEAST_TIME_S)),
    )
