"""Text for a terminal: headings, indented lines and notes; styled and wrapped on one, plain in a pipe."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from gait.text import printable

__all__ = ["Line", "blank", "bullet", "heading", "indented", "show"]

Style = Literal["plain", "heading", "strong", "dim", "good", "care", "stop"]

_RICH: dict[Style, str] = {
    "plain": "",
    "heading": "bold underline",
    "strong": "bold",
    "dim": "dim",
    "good": "green",
    "care": "yellow",
    "stop": "bold red",
}
WIDEST = 100
"""Columns that text is wrapped at on a wide terminal."""


@dataclass(frozen=True)
class Line:
    """One paragraph: its text, how far it is indented, what leads it, and its style."""

    text: str
    indent: int = 0
    lead: str = ""
    style: Style = "plain"


def blank() -> Line:
    """Return an empty line."""
    return Line("")


def heading(text: str) -> Line:
    """Return a heading."""
    return Line(text, style="heading")


def indented(text: str, indent: int = 2, style: Style = "plain") -> Line:
    """Return an indented paragraph."""
    return Line(text, indent, style=style)


def bullet(text: str, indent: int = 0, style: Style = "plain") -> Line:
    """Return a paragraph with a dash in front."""
    return Line(text, indent, "- ", style)


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
        console.print(Text(wrapped, style=_RICH[line.style]), soft_wrap=True)
