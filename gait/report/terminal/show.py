"""Puts the terminal report together and prints it: colours on a terminal, plain text anywhere else."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding

from gait import __version__
from gait.analysis.results import Analysis
from gait.coaching.model import Finding, Plan
from gait.report.terminal.advice import findings_part, plan_part, safety_part
from gait.report.terminal.answer import answer, heading
from gait.report.terminal.charts import over_the_run, strike_histogram
from gait.report.terminal.pen import Pen
from gait.report.terminal.tables import differences, numbers, quality
from gait.report.words import Words, load_words

__all__ = ["show_text"]

NARROWEST, WIDEST = 60, 120
"""Columns: charts and tables need the first, lines longer than the second are hard to read."""


def show_text(
    analysis: Analysis,
    findings: Iterable[Finding],
    plan: Plan | None,
    file: TextIO,
    *,
    words: Words | None = None,
    width: int | None = None,
) -> None:
    """Print the report as text.

    Parameters
    ----------
    analysis, findings, plan
        What the rooms below say; names, notes and device strings in it are untrusted and made harmless.
    file
        Stream to write to. Colours only where it is a terminal; signs that its encoding lacks are replaced.
    words
        Catalogue of the language; English by default.
    width
        Columns; those of the terminal by default, never under `NARROWEST` or above `WIDEST`.
    """
    columns = shutil.get_terminal_size().columns if width is None else width
    wide = min(max(columns, NARROWEST), WIDEST)
    pen = Pen(getattr(file, "encoding", None) or "utf-8", wide)
    parts = _parts(analysis, tuple(findings), plan, words or load_words(), pen)
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
    for part in parts:
        console.print(part)
    if isinstance(console.file, io.StringIO) and not terminal:
        lines = console.file.getvalue().splitlines()
        file.write("\n".join(line.rstrip() for line in lines) + "\n")


def _parts(
    analysis: Analysis, findings: tuple[Finding, ...], plan: Plan | None, words: Words, pen: Pen
) -> list[RenderableType]:
    """Everything in the order of the page: the answer first, then what it stands on."""
    out = answer(analysis, findings, plan, words, pen)
    charts = over_the_run(analysis, words, pen)
    if charts:
        out += [heading(words("section.run"), pen), *charts]
    strike = strike_histogram(analysis, words, pen)
    if strike:
        out += [heading(words("section.strike"), pen), *strike]
    if analysis.metrics:
        out += differences(analysis, words, pen)
    out += findings_part(findings, words, pen)
    out += plan_part(plan, words, pen)
    out += numbers(analysis, words, pen)
    out += quality(analysis, words, pen)
    out += safety_part(plan, words, pen, bands=bool(analysis.metrics))
    version = pen.text(words("method.version", version=__version__), "dim")
    return [*out, Padding(version, (1, 0, 0, 0))]
