"""Sentences that remember how they were worded, so that a report can say them in the reader's language.

The code below the report speaks English. A sentence with numbers in it cannot be looked up in a catalogue
once it is put together, so it keeps its wording and the values of its places beside its English text.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from numbers import Integral, Real
from typing import Any, Self

__all__ = ["POINT", "Sentence", "filled", "recognised", "sentence"]

POINT = "."


class Sentence(str):  # noqa: SLOT000 - a dict of its own is what keeps the wording
    """An English text that keeps its wording and the values of its places; otherwise a plain string.

    Attributes
    ----------
    wording
        With ``{name}`` places, such as ``"{n} rows left out"``.
    places
        Name -> value; a value may be a `Sentence` itself.
    """

    wording: str
    places: Mapping[str, object]

    def __new__(cls, wording: str, places: Mapping[str, object]) -> Self:
        """Return the filled text with what it was filled from."""
        made = super().__new__(cls, filled(wording, places))
        made.wording, made.places = wording, dict(places)
        return made

    def __reduce__(self) -> tuple[Callable[..., Sentence], tuple[str, Mapping[str, object]]]:
        """Copy and pickle it whole."""
        return Sentence, (self.wording, self.places)


def sentence(wording: str, /, **places: object) -> str:
    """Return an English sentence that a report can translate by its wording.

    Examples
    --------
    >>> found = sentence("{n} rows are off by {by:.1f} g", n=3, by=0.25)
    >>> found, isinstance(found, Sentence)
    ('3 rows are off by 0.2 g', True)
    """
    return Sentence(wording, places)


def filled(wording: str, places: Mapping[str, object], decimal: str = POINT) -> str:
    """Return a wording with its places filled, numbers with the language's decimal sign.

    Examples
    --------
    >>> filled("{by:.1f} g, {n}", {"by": 0.25, "n": 3}, ",")
    '0,2 g, 3'
    """
    return _Formatter(decimal).vformat(wording, (), places)


class _Formatter(string.Formatter):
    """Formats as `str.format` does, with another decimal sign in numbers."""

    def __init__(self, decimal: str) -> None:
        self.decimal = decimal

    def format_field(self, value: Any, format_spec: str) -> Any:  # noqa: ANN401 - as the class above declares it
        text = super().format_field(value, format_spec)
        broken = isinstance(value, Real) and not isinstance(value, Integral)
        return text.replace(POINT, self.decimal) if broken else text


def recognised(text: str, wordings: Iterable[str]) -> str:
    """Return a text that was filled from one of the wordings as that sentence; any other text as it is.

    Places take the number that stood there.

    Examples
    --------
    >>> vars(recognised("3 rows left out", ["{n} rows left out"]))["places"]
    {'n': 3}
    """
    for wording in wordings:
        match = _pattern(wording).fullmatch(text)
        if match is not None:
            places = match.groupdict()
            return Sentence(wording, {name: _number(value) for name, value in places.items()})
    return text


def _number(text: str) -> int | float:
    return int(text) if text.isdecimal() else float(text)


@cache
def _pattern(wording: str) -> re.Pattern[str]:
    parts = (
        re.escape(before) + (rf"(?P<{name}>\d+(?:\.\d+)?)" if name is not None else "")
        for before, name, _, _ in string.Formatter().parse(wording)
    )
    return re.compile("".join(parts))
