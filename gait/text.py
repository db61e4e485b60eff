"""The cleaner of untrusted text: names, notes and device strings may hold escapes and marks that mislead."""

from __future__ import annotations

import unicodedata

__all__ = ["printable", "visible"]

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Unicode categories without a picture: controls, marks that turn the reading direction, lone surrogates."""


def visible(text: str) -> str:
    r"""Return one line without the signs that have no picture; any white space becomes one plain space.

    Examples
    --------
    >>> visible("run\x1b[2J\n12\u202f346 \u202eevil")
    'run[2J 12 346 evil'
    """
    joined = " ".join(text.split())
    return "".join(sign for sign in joined if unicodedata.category(sign) not in UNSEEN)


def printable(text: str) -> str:
    r"""Return the text with a replacement character for each sign that cannot be printed, line ends too.

    Examples
    --------
    >>> printable("run\x1b[2J\u202e.csv")
    'run�[2J�.csv'
    """
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
