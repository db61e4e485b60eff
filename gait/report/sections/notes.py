"""Space for handwriting on the sheets: name, date, notes."""

from __future__ import annotations

from gait.report.blocks import Section, WriteIn
from gait.report.numbers import LABEL_SIGNS, clean
from gait.report.story import Story

__all__ = ["build"]

LINES: dict[str, int] = {"runner": 1, "clinician": 4}
"""Sheet -> number of ruled lines (chosen: those that fit)."""


def build(story: Story) -> Section | None:
    """Return labels and ruled lines; None for the full page."""
    if story.sheet == "full":
        return None
    words = story.words
    labels = ((words("notes.name"), clean(story.runner, LABEL_SIGNS)), (words("notes.date"), ""))
    block = WriteIn(labels, words("notes.title"), LINES[story.sheet])
    return Section("notes", "", (block,))
