"""The next action, in the colour of its light."""

from __future__ import annotations

from gait.report.blocks import Callout, Light, Section
from gait.report.sections.safety import light_of
from gait.report.story import Story
from gait.report.words.dates import day_text

__all__ = ["build"]

OF_KIND: dict[str, Light] = {"stop": "red", "ask": "grey"}
"""Kinds of action with a light of their own; a red pain light stays red whatever the action."""


def build(story: Story) -> Section | None:
    """Return the action with its dose, its sign of success and its date of retest; None without a plan."""
    plan, words = story.plan, story.words
    if plan is None:
        return None
    action = plan.action
    pain = light_of(plan)
    light: Light = pain if pain == "red" else OF_KIND.get(action.kind, pain)
    parts = (
        ("dose", action.dose),
        ("worked_if", action.worked_if),
        ("retest_on", day_text(action.retest_on, words)),
    )
    items = tuple((words(f"action.{key}"), value) for key, value in parts if value)
    return Section("action", "", (Callout(light, words("action.title"), action.text, items),))
