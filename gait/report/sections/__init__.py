"""Table of the report's sections in their order; page and terminal both draw them.

A section is a module here with a function `build`, and one name in `SECTIONS`. Sections of plugins in use
stand at the end of the full report.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from gait.errors import GaitError
from gait.plugins import blamed, taken
from gait.report.blocks import Bullets, Section
from gait.report.numbers import clean, numbers_of
from gait.report.sections import (
    action,
    all_numbers,
    bounds,
    changed,
    foot_path,
    head,
    looked_for,
    mean_stride,
    method,
    notes,
    over_run,
    plan,
    recording,
    safety,
    sides,
    tiles,
    verdict,
    watch,
    within_run,
)
from gait.report.story import Sheet, Story

__all__ = ["SECTIONS", "SHEETS", "sections_of"]

FAULT_SIGNS = 300
"""Characters of a plugin's fault that the report shows, at most (chosen: as a sentence on a fault,
`gait.report.numbers.SENTENCE_SIGNS`)."""

SECTIONS: tuple[ModuleType, ...] = (
    head,
    safety,
    verdict,
    action,
    tiles,
    changed,
    within_run,
    plan,
    watch,
    over_run,
    foot_path,
    mean_stride,
    sides,
    looked_for,
    all_numbers,
    recording,
    method,
)
"""Sections of the full report."""

SHEETS: dict[Sheet, tuple[ModuleType, ...]] = {
    "full": SECTIONS,
    "runner": (head, safety, verdict, action, plan, notes),
    "clinician": (
        head,
        safety,
        verdict,
        action,
        changed,
        within_run,
        watch,
        all_numbers,
        sides,
        bounds,
        recording,
        method,
        notes,
    ),
}
"""Sheet -> its sections; the runner's sheet fits one page of paper."""


def sections_of(story: Story) -> tuple[Section, ...]:
    """Return the sections of the story's sheet that have content.

    A plugin's section that fails is left out, and the last section names it.
    """
    with numbers_of(story.words):
        sections: list[Section | None] = [module.build(story) for module in SHEETS[story.sheet]]
        if story.sheet == "full":
            sections += _plugin_sections(story, {section.id for section in sections if section is not None})
    return tuple(section for section in sections if section is not None)


def _plugin_sections(story: Story, used: Iterable[str]) -> list[Section | None]:
    """Return the sections of plugins, and one that names those that failed."""
    sections: list[Section | None] = []
    faults: list[str] = []
    ids = set(used)
    for plugin, module in taken("section"):
        try:
            with blamed(plugin):
                section = module.build(story)
                if section is not None and section.id in ids:
                    raise ValueError(f"a section {section.id!r} is there already")
        except GaitError as fault:
            faults.append(clean(str(fault), FAULT_SIGNS))
            continue
        sections.append(section)
        ids |= {section.id} if section is not None else set()
    if faults:
        sections.append(Section("plugins", story.words("section.plugins"), (Bullets(tuple(faults)),)))
    return sections
