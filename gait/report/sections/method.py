"""Method, settings with which the analysis can be repeated, and sources."""

from __future__ import annotations

from collections.abc import Sequence

from gait.coaching.model import Finding, Plan, Source
from gait.report.blocks import Bullets, Facts, Paragraph, Section
from gait.report.expected import CADENCE_SOURCE, CONTACT_SOURCE
from gait.report.numbers import clean
from gait.report.story import Story

__all__ = ["build"]

SETTING_SIGNS = 40
"""Characters of a setting's name, at most (chosen: a column of the table)."""


def build(story: Story) -> Section:
    """Return the method, the sources and the settings of the analysis."""
    words = story.words
    settings = tuple(
        (
            clean(words.get(f"setting.{name.replace(' ', '_')}", name), SETTING_SIGNS),
            clean(words.translated(text)),
        )
        for name, text in story.analysis.settings.items()
    )
    sources = tuple(
        f"{source.key}: {source.citation} {source.url}".strip()
        for source in _sources(story.findings, story.plan)
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
    """Return each source of findings and plan once, in the order of first use."""
    by_key: dict[str, Source] = {}
    parts: list[tuple[Source, ...]] = [finding.sources for finding in findings]
    if plan is not None:
        parts += [notice.sources for notice in plan.notices]
        exercises = (*plan.exercises, *plan.warm_up, *plan.cool_down)
        reasons = [reason for exercise in exercises for reason in exercise.reasons]
        reasons += [reason for advice in plan.advice for reason in advice.reasons]
        reasons += plan.cadence.reasons if plan.cadence else ()
        parts += [reason.sources for reason in reasons]
    for source in (source for part in parts for source in part):
        by_key.setdefault(source.key, source)
    return tuple(by_key.values())
