"""Print lines: styled and wrapped on a terminal, one line a paragraph in a pipe."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable

from gait.report.terminal.lines import RICH_STYLES, Line
from gait.text import printable

__all__ = ["show"]

WIDEST = 100
"""Columns that text is wrapped at on a wide terminal (chosen: longer lines are hard to read)."""


def show(lines: Iterable[Line]) -> None:
    """Print to stdout: wrapped and in colour on a terminal, one line a paragraph otherwise."""
    if sys.stdout.isatty():
        _show_rich(list(lines))
        return
    for line in lines:
        print(_flat(line).rstrip())


def _flat(line: Line) -> str:
    text = " ".join(line.text.split())
    clean = printable(text)
    return " " * line.indent + line.lead + clean


def _show_rich(lines: list[Line]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    width = max(min(console.width, WIDEST), 20)
    for line in lines:
        hang = " " * (line.indent + len(line.lead))
        wrapped = textwrap.fill(
            _flat(line), width, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
        )
        console.print(Text(wrapped, style=RICH_STYLES[line.style]), soft_wrap=True)
