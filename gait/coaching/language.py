"""The language that coaching speaks: the code's sentences by their English wording, rules' texts by place.

Another language is a folder ``knowledge/CODE`` beside the rules: ``sentences.yaml`` (English wording ->
text) and files that repeat the rules' sections with ids and text fields only. Figures, doses and rules stand
in the English rules alone. What a language lacks is said in English.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from gait.errors import KnowledgeError, UsageError
from gait.sentences import POINT, filled

__all__ = ["ENGLISH", "SENTENCES", "Language", "languages", "load_language"]

FOLDER = Path(__file__).parent / "knowledge"
SENTENCES = "sentences.yaml"
"""File of a language that holds the sentences of the code."""
DAY = "{year}-{month:02d}-{day:02d}"
"""Wording of a day in digits."""


@dataclass(frozen=True, repr=False)
class Language:
    """A language: call it with an English sentence and the values for its places.

    Attributes
    ----------
    tag
        Such as ``"de"``.
    sentences
        English wording -> wording of this language, with the same ``{name}`` places.
    texts
        Place in the rules, such as ``safety.heart.care`` -> text.

    Examples
    --------
    >>> Language("de", {"Week {week}.": "Woche {week}."})("Week {week}.", week=3)
    'Woche 3.'
    >>> ENGLISH("Week {week}.", week=3)
    'Week 3.'
    >>> Language("de", {".": ","}).number(2.5, 1), ENGLISH.number(2.5, 1)
    ('2,5', '2.5')
    """

    tag: str = "en"
    sentences: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, english: str, **values: object) -> str:
        """Return a sentence in this language with its places filled; in English where there is none."""
        text = self.sentences.get(english, english)
        return filled(text, values, self.decimal) if values else text

    @property
    def decimal(self) -> str:
        """The decimal sign, which stands among the sentences under the English one."""
        return self.sentences.get(POINT, POINT)

    def number(self, value: float, decimals: int) -> str:
        """Return a number with that many decimals and the language's decimal sign."""
        return f"{value:.{decimals}f}".replace(POINT, self.decimal)

    def day(self, iso: str) -> str:
        """Return an ISO 8601 day as this language writes it; empty for none.

        Examples
        --------
        >>> Language("de", {DAY: "{day}.{month}.{year}"}).day("2026-05-04"), ENGLISH.day("2026-05-04")
        ('4.5.2026', '2026-05-04')
        """
        if not iso:
            return ""
        on = date.fromisoformat(iso)
        return self(DAY, year=on.year, month=on.month, day=on.day)


ENGLISH = Language()
"""The language that rules and code are written in."""


def languages() -> tuple[str, ...]:
    """Return the tags of the languages that coaching speaks; English is always one."""
    tags = (folder.name for folder in FOLDER.iterdir() if (folder / SENTENCES).is_file())
    return tuple(sorted({ENGLISH.tag, *tags}))


@cache
def load_language(tag: str) -> Language:
    """Return a language by its tag.

    Raises
    ------
    UsageError
        Coaching has no texts in that language; the message lists the languages.
    KnowledgeError
        A file of the language cannot be read, or a text stands twice.
    """
    if tag == ENGLISH.tag:
        return ENGLISH
    if tag not in languages():
        listed = ", ".join(languages())
        raise UsageError(
            f"no coaching in the language '{tag[:20]}'", where="--lang", todo=f"one of: {listed}"
        )
    folder = FOLDER / tag
    texts: dict[str, str] = {}
    for file in sorted(folder.glob("*.yaml")):
        if file.name != SENTENCES:
            texts |= _flat(_read(file), "")
    return Language(tag, _read(folder / SENTENCES), texts)


def _read(file: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        sentences = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise KnowledgeError(
            f"not a file of texts ({error})", where=file, todo="write id: {field: text}"
        ) from error
    if not isinstance(sentences, dict):
        raise KnowledgeError("holds no texts", where=file, todo="write id: {field: text}")
    return sentences


def _flat(value: Any, path: str) -> dict[str, str]:  # noqa: ANN401 - a text, or texts by key or in a row
    """Return texts by dotted path: ``{"a": {"b": ["x"]}}`` gives ``{"a.b.0": "x"}``."""
    if isinstance(value, str):
        return {path: value}
    return {
        key: text
        for name, inner in _inner(value)
        for key, text in _flat(inner, f"{path}.{name}".lstrip(".")).items()
    }


def _inner(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - as above
    if isinstance(value, dict):
        yield from ((str(key), inner) for key, inner in value.items())
    elif isinstance(value, list):
        yield from ((str(at), inner) for at, inner in enumerate(value))
    else:
        raise KnowledgeError(f"{value!r} is no text", todo="write it in quotes")
