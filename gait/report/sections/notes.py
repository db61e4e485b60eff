"""Room to write by hand on the sheets: name, date, notes."""

from __future__ import annotations

from gait.report.blocks import Section, WriteIn
from gait.report.numbers import clean
from gait.report.story import Story

__all__ = ["build"]

LINES: dict[str, int] = {"runner": 1, "clinician": 4}


def build(story: Story) -> Section | None:
    """Return the lines to write on; None on the page itself."""
    if story.sheet == "full":
        return None
    words = story.words
    labels = ((words("notes.name"), clean(story.runner, 60)), (words("notes.date"), ""))
    block = WriteIn(labels, words("notes.title"), LINES[story.sheet])
    return Section("notes", "", (block,))
