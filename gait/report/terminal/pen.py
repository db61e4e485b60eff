"""Everything that goes to the terminal passes here: made harmless, and fit for what the terminal can show."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from rich.text import Text

from gait.text import visible

__all__ = ["ASCII", "UNICODE", "Pen", "Signs"]


@dataclass(frozen=True)
class Signs:
    """Characters that charts are drawn with.

    Attributes
    ----------
    levels
        Fillings of one cell from nothing to full.
    line, upright, tick
        Axis lines and where a tick crosses the lower one.
    end_left, end_right, edge, dot, reach
        A gauge: its ends, borders between groups, the value, the value's interval.
    bullet, arrow
        What leads a list's entry and the next step.
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
"""What stands for a sign that the terminal's encoding lacks."""


@dataclass(frozen=True)
class Pen:
    """Makes text fit for one terminal.

    Attributes
    ----------
    encoding
        Of the stream that is written to.
    width
        Columns to fill.

    Examples
    --------
    >>> Pen("ascii", 60).plain("8.0° ± 2 · 3–5 café"), Pen("ascii", 60).signs is ASCII
    ('8.0 deg +/- 2 | 3-5 cafe', True)
    """

    encoding: str
    width: int

    @property
    def signs(self) -> Signs:
        """Blocks and lines where the encoding has them all, else plain letters."""
        return UNICODE if _can(self.encoding, "".join(vars(UNICODE).values())) else ASCII

    def plain(self, text: object) -> str:
        """Return text of one line: harmless, in signs that the encoding has."""
        return "".join(sign if _can(self.encoding, sign) else _stand_in(sign) for sign in visible(str(text)))

    def text(self, text: object, style: str = "") -> Text:
        """Return text for rich to lay out; nothing in it is taken for markup."""
        return Text(self.plain(text), style=style, overflow="fold")


def _can(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _stand_in(sign: str) -> str:
    """Return the nearest plain letters; a question mark where there are none."""
    if sign in PLAIN:
        return PLAIN[sign]
    bare = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode("ascii")
    return bare or "?"
