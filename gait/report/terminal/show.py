"""Print the report as text: with colours on a terminal, plain anywhere else."""

from __future__ import annotations

import io
import shutil
from typing import TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding

from gait import __version__
from gait.coaching.model import Plan
from gait.report.blocks import Chart, Section
from gait.report.sections import sections_of
from gait.report.story import Story
from gait.report.terminal.draw import draw, draw_line, heading
from gait.report.terminal.lines import Line
from gait.report.terminal.pen import Pen
from gait.report.terminal.plan import plan_body
from gait.report.words import Words

__all__ = ["show_story"]

NARROWEST, WIDEST = 60, 120
"""Least and largest width, columns (chosen: tables need the first, longer lines are hard to read)."""


def show_story(story: Story, file: TextIO, *, width: int | None = None) -> None:
    """Print a story's sections as text.

    Parameters
    ----------
    story
        Input of the sections; untrusted names, notes and device strings are cleaned.
    file
        Output stream. Colours only on a terminal; characters that its encoding lacks are replaced.
    width
        Columns; those of the terminal by default, never under `NARROWEST` or above `WIDEST`.
    """
    columns = shutil.get_terminal_size().columns if width is None else width
    wide = min(max(columns, NARROWEST), WIDEST)
    pen = Pen(getattr(file, "encoding", None) or "utf-8", wide)
    terminal = file.isatty()
    console = Console(
        file=file if terminal else io.StringIO(),
        width=wide,
        force_terminal=terminal,
        color_system="auto" if terminal else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for part in _parts(story, pen):
        console.print(part)
    if isinstance(console.file, io.StringIO) and not terminal:
        lines = console.file.getvalue().splitlines()
        file.write("\n".join(line.rstrip() for line in lines) + "\n")


def _parts(story: Story, pen: Pen) -> list[RenderableType]:
    """Return every section of the report, in its order."""
    out: list[RenderableType] = []
    for section in sections_of(story):
        if section.title:
            out.append(heading(section.title, pen))
        if section.id == "plan" and story.plan is not None:
            out += _plan(story, story.plan, pen)
            continue
        for block in section.blocks:
            if not (isinstance(block, Chart) and block.form != "time"):
                out += draw(block, story.words, pen)
        out += _pictures(section, story.words, pen)
    version = pen.text(story.words("method.version", version=__version__), "dim")
    return [*out, Padding(version, (1, 0, 0, 0))]


def _plan(story: Story, plan: Plan, pen: Pen) -> list[RenderableType]:
    """Return a plan as every command prints it, behind the notices and the step of their own sections."""
    lines = plan_body(plan, say=story.say, brief=story.sheet == "runner", boxes=True)
    if not (plan.exercises or plan.week or plan.cadence):
        lines = [Line(story.words("plan.stopped")), *lines]
    return [draw_line(line, pen) for line in lines]


def _pictures(section: Section, words: Words, pen: Pen) -> list[RenderableType]:
    """Return a line with the names of charts that only the page shows; empty without such a chart."""
    names = [block.title for block in section.blocks if isinstance(block, Chart) and block.form != "time"]
    return [pen.text(words("page.pictures", names=words("list.comma").join(names)), "dim")] if names else []
