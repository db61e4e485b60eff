"""Catalogues of all texts that people read, one file for each language, such as ``en.toml``.

A new language is one more file with the same keys; `languages` finds it. A text may hold ``{name}`` places,
which `Words.__call__` fills. A key that a catalogue lacks is read from the English one. Sentences from the
code below the report (faults, notes) are in ``sentences/CODE.toml`` by their English wording; `Words.said`
translates them.
"""

from __future__ import annotations

import functools
import string
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from gait.errors import GaitError, UsageError
from gait.sentences import POINT, Sentence, filled

__all__ = ["FOLDER", "SENTENCES", "Words", "languages", "load_words"]

ENGLISH = "en"
FOLDER: Traversable = resources.files(__name__)
"""Folder of the catalogues, one file ``CODE.toml`` for each language."""
SENTENCES = "sentences"
"""Subfolder of the code's sentences, one file ``CODE.toml`` for each language: English wording -> text."""
DECIMAL = "number.decimal"
"""Key of the decimal sign."""

ARTICLES = ("Der ", "Die ", "Das ")
"""German articles, which begin small within a sentence, unlike nouns."""


class Words:
    """Catalogue of a language; a call with a key and values returns a text.

    Parameters
    ----------
    lang
        Language tag, such as ``"en"``.
    texts
        Dotted key -> text.
    sentences
        English wording of the code's sentences -> wording of this language.

    Examples
    --------
    >>> words = Words("en", {"unit.km": "{n} km"})
    >>> words("unit.km", n=12)
    '12 km'
    """

    def __init__(
        self, lang: str, texts: Mapping[str, str], sentences: Mapping[str, str] | None = None
    ) -> None:
        self.lang = lang
        self._texts = dict(texts)
        self._sentences = {} if sentences is None else sentences
        self.decimal = self._texts.get(DECIMAL, POINT)

    def __call__(self, key: str, **values: object) -> str:
        """Return the text under a key with its places filled; a missing key is a bug and raises KeyError."""
        text = self._texts[key]
        return filled(text, values, self.decimal) if values else text

    def translated(self, text: str) -> str:
        """Return a sentence of the code in this language; a text without a translation is returned unchanged.

        Examples
        --------
        >>> from gait.sentences import sentence
        >>> german = Words("de", {"number.decimal": ","}, {"off by {by:.1f} g": "um {by:.1f} g daneben"})
        >>> german.translated(sentence("off by {by:.1f} g", by=0.25)), german.translated("other")
        ('um 0,2 g daneben', 'other')
        """
        if not isinstance(text, Sentence):
            return self._sentences.get(text, text)
        places = {
            name: self.translated(value) if isinstance(value, str) else value
            for name, value in text.places.items()
        }
        return filled(self._sentences.get(text.wording, text.wording), places, self.decimal)

    def __contains__(self, key: object) -> bool:
        return key in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def label(self, metric: str) -> str:
        """Return a metric's full name, for lists on the terminal; its name on the page without one."""
        return self._texts.get(f"label.{metric}") or self(f"metric.{metric}")

    def digits(self, value: float, spec: str) -> str:
        """Return a number in a format, such as ``+.1f``, with the language's decimal sign.

        Examples
        --------
        >>> Words("de", {"number.decimal": ","}).digits(2.5, "+.1f")
        '+2,5'
        """
        return format(value, spec).replace(POINT, self.decimal)

    def within(self, text: str) -> str:
        """Return a label for use within a sentence: begun small in English, in German only with an article.

        Examples
        --------
        >>> Words("en", {}).within("Ground contact"), Words("de", {}).within("Flugzeit")
        ('ground contact', 'Flugzeit')
        >>> Words("de", {}).within("Der Schuh rollt nach innen")
        'der Schuh rollt nach innen'
        """
        small = self.lang == ENGLISH or text.startswith(ARTICLES)
        return f"{text[:1].lower()}{text[1:]}" if small else text

    def get(self, key: str, fallback: str = "") -> str:
        """Return the text under a key, or the fallback where the catalogue has none."""
        return self._texts.get(key, fallback)


def languages(folder: Traversable | None = None) -> tuple[str, ...]:
    """Return the tags of the languages with a catalogue; English is always among them.

    Parameters
    ----------
    folder
        Folder of catalogues; `FOLDER` by default.
    """
    names = [entry.name for entry in (folder or FOLDER).iterdir() if entry.is_file()]
    tags = {name.removesuffix(".toml") for name in names if name.endswith(".toml")}
    return tuple(sorted(tags | {ENGLISH}))


def load_words(lang: str = ENGLISH, folder: Traversable | None = None) -> Words:
    """Return a language's catalogue; a missing text comes from this package's English one.

    Parameters
    ----------
    lang
        Tag of the language: the name of its file without ``.toml``.
    folder
        Folder of the catalogue; `FOLDER` by default.

    Raises
    ------
    UsageError
        The language has no catalogue; the message lists the languages that have one.
    GaitError
        The catalogue cannot be read, or a text has a place that the English one has not.
    """
    tags = languages(folder)
    if lang not in tags:
        listed = ", ".join(tags)
        raise UsageError(f"no words for the language '{lang[:20]}'", where="--lang", todo=f"one of: {listed}")
    return _load(lang, folder or FOLDER)


@functools.cache
def _english() -> Mapping[str, str]:
    """Return the texts of this package's English catalogue, read once."""
    return _read(resources.files(__name__).joinpath(f"{ENGLISH}.toml"))


def _load(lang: str, folder: Traversable) -> Words:
    english = dict(_english())
    file = folder.joinpath(f"{lang}.toml")
    is_english = lang == ENGLISH and folder == resources.files(__name__)
    own = _read(file) if file.is_file() and not is_english else {}
    for key, text in own.items():
        strange = _places(text, file.name, key) - _places(english.get(key, text), ENGLISH, key)
        if strange:
            place = "{" + min(strange) + "}"
            raise GaitError(
                f"the text '{key}' has the place {place}, which the English one has not",
                where=file.name,
                todo="use the places of en.toml",
            )
    spoken = folder.joinpath(SENTENCES).joinpath(f"{lang}.toml")
    return Words(lang, english | own, _read(spoken) if spoken.is_file() else {})


def _read(file: Traversable) -> dict[str, str]:
    """Return the texts of one catalogue by dotted key."""
    try:
        return dict(_flat(tomllib.loads(file.read_text(encoding="utf-8"))))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise GaitError(
            f"not a catalogue of words ({error})", where=file.name, todo="write it like en.toml"
        ) from error


def _places(text: str, name: str, key: str) -> set[str]:
    """Return the names of a text's places."""
    try:
        return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as error:
        raise GaitError(f"the text '{key}': {error}", where=name, todo="close every brace") from error


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield dotted keys with texts: ``{"a": {"b": "x"}}`` gives ``("a.b", "x")``."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
