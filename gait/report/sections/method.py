"""Method, settings for making it again, and sources."""

from __future__ import annotations

from collections.abc import Sequence

from gait.coaching.model import Finding, Plan, Source
from gait.report.blocks import Bullets, Facts, Paragraph, Section
from gait.report.expected import CADENCE_SOURCE, CONTACT_SOURCE
from gait.report.numbers import clean
from gait.report.story import Story

__all__ = ["build"]


def build(story: Story) -> Section:
    """Return how it was worked out and on whose word."""
    words = story.words
    settings = tuple(
        (clean(words.get(f"setting.{k.replace(' ', '_')}", k), 40), clean(words.said(v), 200))
        for k, v in story.analysis.settings.items()
    )
    sources = tuple(
        f"{one.key}: {one.citation} {one.url}".strip() for one in _sources(story.findings, story.plan)
    )
    strike = "strike_angle_deg" in story.analysis.metrics
    own = (
        *([words("method.strike_source")] if strike else []),
        words("method.band_source"),
        words("method.expected_source", cadence=CADENCE_SOURCE, contact=CONTACT_SOURCE),
    )
    return Section(
        "method",
        words("section.method"),
        (
            Paragraph(words("method.text")),
            *([Paragraph(words("method.strike_classes"))] if strike else []),
            Paragraph(words("method.rounding")),
            Paragraph(words("safety.percentiles")),
            Bullets((*own, *sources), words("method.sources")),
            Facts(settings, words("method.settings")),
        ),
        folded=True,
    )


def _sources(findings: Sequence[Finding], plan: Plan | None) -> tuple[Source, ...]:
    """Return every source that the report leans on, once, in order of first use."""
    found: dict[str, Source] = {}
    parts: list[tuple[Source, ...]] = [one.sources for one in findings]
    if plan is not None:
        parts += [notice.sources for notice in plan.notices]
        exercises = (*plan.exercises, *plan.warm_up, *plan.cool_down)
        reasons = [reason for one in exercises for reason in one.reasons]
        reasons += [reason for one in plan.advice for reason in one.reasons]
        reasons += plan.cadence.reasons if plan.cadence else ()
        parts += [reason.sources for reason in reasons]
    for source in (source for part in parts for source in part):
        found.setdefault(source.key, source)
    return tuple(found.values())
