"""Text in paragraphs, before anybody lays it out: headings, indented lines, lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["BULLET", "RICH_STYLES", "Line", "Style", "blank", "bullet", "heading", "indented"]

BULLET = "- "
"""Lead of a paragraph of a list."""
Style = Literal["plain", "heading", "strong", "dim", "good", "care", "stop"]

RICH_STYLES: dict[Style, str] = {
    "plain": "",
    "heading": "bold underline",
    "strong": "bold",
    "dim": "dim",
    "good": "green",
    "care": "yellow",
    "stop": "bold red",
}
"""Style of a line -> style of rich that shows it on a terminal."""


@dataclass(frozen=True)
class Line:
    """A paragraph: its text, how many columns it is indented, what leads it, and its style."""

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
    return Line(text, indent, BULLET, style)
