"""The report's parts in their order: one module each, with `build`; the page and the terminal walk them.

A new part is one module here and one name in `SECTIONS`.
"""

from __future__ import annotations

from types import ModuleType

from gait.report.blocks import Section
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
)
from gait.report.story import Sheet, Story

__all__ = ["SECTIONS", "SHEETS", "sections_of"]

SECTIONS: tuple[ModuleType, ...] = (
    head,
    safety,
    verdict,
    action,
    tiles,
    changed,
    plan,
    over_run,
    foot_path,
    mean_stride,
    sides,
    looked_for,
    all_numbers,
    recording,
    method,
)
"""The whole report."""

SHEETS: dict[Sheet, tuple[ModuleType, ...]] = {
    "full": SECTIONS,
    "runner": (head, safety, verdict, action, plan, notes),
    "clinician": (
        head,
        safety,
        verdict,
        action,
        changed,
        all_numbers,
        sides,
        bounds,
        recording,
        method,
        notes,
    ),
}
"""What stands on each sheet; the runner's fits one page of paper."""


def sections_of(story: Story) -> tuple[Section, ...]:
    """Return the sections of the story's sheet that have something to say."""
    made: list[Section | None] = [module.build(story) for module in SHEETS[story.sheet]]
    return tuple(section for section in made if section is not None)
