"""Safety notices, which stand before any number, and the pain light."""

from __future__ import annotations

from gait.coaching.model import Plan, SafetyNotice
from gait.report.blocks import Block, Callout, Light, Paragraph, Section
from gait.report.story import Story

__all__ = ["build", "light_of", "pain_light"]


def build(story: Story) -> Section | None:
    """Return the notices of the plan, most urgent first; None without a plan or a notice."""
    if story.plan is None:
        return None
    mark = story.plan.rules_mark
    blocks: list[Block] = [Callout("amber", story.words("safety.rules"), mark)] if mark else []
    blocks += [_notice(notice, story) for notice in story.plan.notices]
    if not blocks:
        return None
    stops = any(notice.stops_exercise for notice in story.plan.notices)
    return Section("safety", story.words("page.stop") if stops else "", tuple(blocks))


def _notice(notice: SafetyNotice, story: Story) -> Callout:
    urgency = story.words(f"urgency.{notice.urgency.replace(' ', '_')}")
    return Callout("red" if notice.stops_exercise else "amber", urgency, f"{notice.text} {notice.care}")


def light_of(plan: Plan) -> Light:
    """Return the pain light; red where a notice stops exercise."""
    return "red" if any(notice.stops_exercise for notice in plan.notices) else plan.light


def pain_light(story: Story) -> Paragraph | None:
    """Return the pain light in words; None without a plan."""
    if story.plan is None:
        return None
    words = story.words
    return Paragraph(words("plan.light", colour=words(f"plan.light_{light_of(story.plan)}")), "strong")
