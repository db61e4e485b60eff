"""The terminal report's first screen: the run in a line, its numbers, what stands out, what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gait.analysis.results import Analysis
from gait.coaching.model import Finding, Plan
from gait.report import first_screen
from gait.report.numbers import clean, duration, number
from gait.report.population_bands import BALANCE_EVEN_PCT, BANDS
from gait.report.terminal.blocks import gauge
from gait.report.terminal.pen import Pen
from gait.report.words import Words

__all__ = ["answer", "heading", "inset", "item"]

GAUGE = 31
"""Columns of a scale: odd, so that it has a middle."""
BALANCE_SPAN = (46.0, 54.0)
"""Per cent of contact time on the left foot that its scale spans."""


def heading(text: str, pen: Pen) -> RenderableType:
    """Return a heading with a line under it and space above."""
    title = pen.plain(text)
    return Text(f"\n{title}\n{pen.signs.line * len(title)}", "bold")


def inset(item: RenderableType, left: int = 2) -> RenderableType:
    """Return something moved to the right."""
    return Padding(item, (0, 0, 0, left))


def item(lead: str, text: Text, pen: Pen) -> RenderableType:
    """Return a paragraph with a sign in front that its further lines stand clear of."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_row(pen.text(lead, text.style if isinstance(text.style, str) else ""), text)
    return grid


def answer(
    analysis: Analysis, findings: Sequence[Finding], plan: Plan | None, words: Words, pen: Pen
) -> list[RenderableType]:
    """Return the first screen from top to bottom."""
    out = _about(analysis, words, pen)
    for notice in plan.notices if plan else ():
        if notice.stops_exercise:
            urgency = words(f"urgency.{notice.urgency.replace(' ', '_')}")
            out += [Text(), pen.text(f"{urgency}: {notice.text} {notice.care}", "bold red")]
    out += _numbers(analysis, words, pen) if analysis.metrics else _no_running(analysis, words, pen)
    if analysis.metrics:
        out += [heading(words("page.stands_out"), pen), *_standing_out(findings, words, pen)]
    if plan and plan.next_step:
        step = pen.text(plan.next_step, "bold green")
        out += [heading(words("page.next"), pen), item(pen.signs.arrow, step, pen)]
    return out


def _about(analysis: Analysis, words: Words, pen: Pen) -> list[RenderableType]:
    """Name and start, the run in a line, what the runner noted."""
    name = clean(analysis.name, 80) or words("page.unnamed")
    started = first_screen.started_text(analysis.started, words)
    surface = clean(analysis.run.surface, 60)
    line = " · ".join(part for part in (first_screen.run_line(analysis, words), surface) if part)
    out: list[RenderableType] = [
        pen.text(" · ".join(part for part in (name, started) if part), "bold"),
        pen.text(line),
    ]
    notes = clean(analysis.run.notes, 300)
    return [*out, pen.text(f"{words('page.notes')}: {notes}", "dim")] if notes else out


def _no_running(analysis: Analysis, words: Words, pen: Pen) -> list[RenderableType]:
    """Say that there is nothing to say, and what there was instead."""
    kinds = ("walking", "still", "other", "gap")
    spent = {kind: sum(b.end_s - b.start_s for b in analysis.activity if b.kind == kind) for kind in kinds}
    times = [f"{words(f'kind.{kind}')} {duration(time)}" for kind, time in spent.items() if time >= 0.5]
    return [
        heading(words("page.no_running"), pen),
        pen.text(words("page.no_running_why")),
        pen.text(words("page.no_running_check")),
        pen.text(" · ".join(times)),
    ]


def _numbers(analysis: Analysis, words: Words, pen: Pen) -> list[RenderableType]:
    """Each number with its interval and certainty, its place among runners, and what direction matters."""
    heads = first_screen.headlines(analysis, words)
    label = max((len(pen.plain(one.label)) for one in heads), default=0) + 2
    value = max((len(pen.plain(one.shown.text)) for one in heads), default=0) + 2
    out: list[RenderableType] = []
    for one in heads:
        line = Text("\n")
        line.append(pen.plain(one.label).ljust(label), "bold")
        line.append(pen.plain(one.shown.text).ljust(value), "bold cyan")
        line.append(pen.plain(one.certainty), "dim")
        out.append(line)
        scale = _scale(one.name, analysis, pen)
        if scale and one.place and label + len(scale) + 2 + len(pen.plain(one.place)) <= pen.width:
            out.append(inset(pen.text(f"{scale}  {one.place}"), label))
        else:
            out += [inset(pen.text(part), label) for part in (scale, one.place) if part]
        out.append(inset(pen.text(one.direction, "dim"), label))
    return out


def _scale(name: str, analysis: Analysis, pen: Pen) -> str:
    """Where the number lies among the groups of runners; empty for one without groups."""
    band = BANDS.get(name)
    if band is not None:
        metric = analysis.metrics[name]
        return gauge(band.edges, metric.value, metric.uncertainty, (band.low, band.high), GAUGE, pen.signs)
    contact = analysis.metrics.get("contact_ms")
    if name != "balance" or contact is None or contact.left is None or contact.right is None:
        return ""
    both = contact.left + contact.right
    half = 50.0 * (contact.difference_uncertainty or 0.0) / both
    # The scale runs from left to right, so more time on the right foot lies further right.
    right = 100.0 * contact.right / both
    return gauge((100.0 - BALANCE_EVEN_PCT, BALANCE_EVEN_PCT), right, half, BALANCE_SPAN, GAUGE, pen.signs)


def _standing_out(findings: Sequence[Finding], words: Words, pen: Pen) -> list[RenderableType]:
    """The surest findings, and what could not be told."""
    out: list[RenderableType] = []
    for one in first_screen.standing_out(findings):
        share = words("finding.certainty", share=f"{number(100.0 * (one.certainty or 0.0), 0)} %")
        line = pen.text(one.title, "bold")
        line.append(" " + pen.plain(f"({share})"), "not bold dim")
        out += [item(pen.signs.bullet, line, pen), inset(pen.text(one.summary))]
    if not out:
        out.append(pen.text(words("page.nothing_out")))
    unsure = ", ".join(one.title for one in findings if one.outcome == "cannot_tell")
    return [*out, pen.text(words("page.unsure", names=unsure), "dim")] if unsure else out
