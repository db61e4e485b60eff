"""Text for the terminal: without control characters, in characters that its encoding has."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from rich.text import Text

from gait.text import visible

__all__ = ["ASCII", "UNICODE", "Pen", "Signs"]


@dataclass(frozen=True)
class Signs:
    """Characters of charts.

    Attributes
    ----------
    levels
        Fillings of one cell from nothing to full.
    line, upright, tick
        Characters of the two axes, and of a tick on the time axis.
    end_left, end_right, edge, dot, reach
        A gauge: its ends, borders between groups, the value, the value's interval.
    bullet, arrow
        Characters before a list's entry, and before the next action.
    """

    levels: str
    line: str
    upright: str
    tick: str
    end_left: str
    end_right: str
    edge: str
    dot: str
    reach: str
    bullet: str
    arrow: str


UNICODE = Signs(" ▁▂▃▄▅▆▇█", "─", "│", "┴", "├", "┤", "┼", "●", "━", "•", "→")
ASCII = Signs(" .:#", "-", "|", "+", "|", "|", "|", "o", "=", "*", ">")

PLAIN = {
    "±": "+/-",
    "°": " deg",
    "–": "-",
    "—": "-",
    "−": "-",
    "·": "|",
    "×": "x",
    "…": "...",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "≥": ">=",
    "≤": "<=",
    "•": "*",
    "→": "->",
}
"""Character -> text in its place where the terminal's encoding lacks it."""


@dataclass(frozen=True)
class Pen:
    """Text of one terminal, by its encoding and width.

    Attributes
    ----------
    encoding
        Encoding of the output stream.
    width
        Width of the terminal, columns.

    Examples
    --------
    >>> Pen("ascii", 60).plain("8.0° ± 2 · 3–5 café"), Pen("ascii", 60).signs is ASCII
    ('8.0 deg +/- 2 | 3-5 cafe', True)
    """

    encoding: str
    width: int

    @property
    def signs(self) -> Signs:
        """Return block and line characters where the encoding has them all, else ASCII."""
        return UNICODE if _can(self.encoding, "".join(vars(UNICODE).values())) else ASCII

    def plain(self, text: object) -> str:
        """Return text as one line, without control characters, in characters that the encoding has."""
        return "".join(sign if _can(self.encoding, sign) else _stand_in(sign) for sign in visible(str(text)))

    def text(self, text: object, style: str = "") -> Text:
        """Return text for rich to lay out; it is never read as markup."""
        return Text(self.plain(text), style=style, overflow="fold")


def _can(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _stand_in(sign: str) -> str:
    """Return the nearest ASCII text of a character; a question mark without one."""
    if sign in PLAIN:
        return PLAIN[sign]
    bare = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode("ascii")
    return bare or "?"
