"""Cleaner of untrusted text: names, notes and device strings may hold escape sequences and hidden marks."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["FORMULA", "for_spreadsheet", "printable", "visible"]

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Unicode categories of invisible characters: controls, marks of reading direction, lone surrogates."""

LINE_ENDS = frozenset({"Zl", "Zp"})
"""Unicode categories of the separators of lines and of paragraphs."""

FORMULA = re.compile(r"(^|[;,|]\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Places at which a spreadsheet would begin a formula: at the start of a cell and behind a separator; its
signs may be full-width (OWASP, CSV injection)."""


def visible(text: str) -> str:
    r"""Return text as one line without invisible characters; any white space becomes one plain space.

    Examples
    --------
    >>> visible("run\x1b[2J\n12\u202f346 \u202eevil")
    'run[2J 12 346 evil'
    """
    joined = " ".join(text.split())
    return "".join(sign for sign in joined if unicodedata.category(sign) not in UNSEEN)


def printable(text: str) -> str:
    r"""Return the text with a replacement character for each unprintable character, line ends included.

    Examples
    --------
    >>> printable("run\x1b[2J\u202e.csv")
    'run�[2J�.csv'
    """
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def for_spreadsheet(text: str) -> str:
    r"""Return text as one line that no spreadsheet takes for a formula; invisible characters become spaces.

    Examples
    --------
    >>> for_spreadsheet("=1+1\n\u202etrail")
    "'=1+1 trail"
    """
    spaced = "".join(" " if unicodedata.category(sign) in UNSEEN | LINE_ENDS else sign for sign in text)
    return FORMULA.sub(r"\1'", " ".join(spaced.split()))
