"""The words people read, one catalogue a language: ``en.toml`` beside this file.

Another language is one more file with the same keys; `languages` finds it. Text in a catalogue may hold
``{name}`` places, filled by `Words.__call__`. A key that a catalogue lacks is read from the English one.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from gait.errors import GaitError, UsageError

__all__ = ["FOLDER", "Words", "languages", "load_words"]

ENGLISH = "en"
FOLDER: Traversable = resources.files(__name__)
"""Where the catalogues are, a file ``CODE.toml`` each."""


class Words:
    """A language's catalogue: call it with a key and the values for its places.

    Parameters
    ----------
    lang
        Language tag, such as ``"en"``.
    texts
        Dotted key -> text.

    Examples
    --------
    >>> words = Words("en", {"unit.km": "{n} km"})
    >>> words("unit.km", n=12)
    '12 km'
    """

    def __init__(self, lang: str, texts: Mapping[str, str]) -> None:
        self.lang = lang
        self._texts = dict(texts)

    def __call__(self, key: str, **values: object) -> str:
        """Return the text under a key with its places filled; a missing key is a bug and raises KeyError."""
        text = self._texts[key]
        return text.format(**values) if values else text

    def __contains__(self, key: object) -> bool:
        return key in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def within(self, text: str) -> str:
        """Return a label as it stands within a sentence: English begins it small, others leave it.

        Examples
        --------
        >>> Words("en", {}).within("Ground contact"), Words("de", {}).within("Flugzeit")
        ('ground contact', 'Flugzeit')
        """
        return f"{text[:1].lower()}{text[1:]}" if self.lang == ENGLISH else text

    def get(self, key: str, fallback: str = "") -> str:
        """Return the text under a key, or the fallback where the catalogue has none."""
        return self._texts.get(key, fallback)


def languages(folder: Traversable | None = None) -> tuple[str, ...]:
    """Tags of the languages there is a catalogue for; English is always one.

    Parameters
    ----------
    folder
        Where to look; `FOLDER` by default.
    """
    names = [entry.name for entry in (folder or FOLDER).iterdir()]
    found = {name.removesuffix(".toml") for name in names if name.endswith(".toml")}
    return tuple(sorted(found | {ENGLISH}))


def load_words(lang: str = ENGLISH, folder: Traversable | None = None) -> Words:
    """Read a language's catalogue; what it lacks comes from the English one of this package.

    Parameters
    ----------
    lang
        Tag of the language: the name of its file without ``.toml``.
    folder
        Where the catalogue is; `FOLDER` by default.

    Raises
    ------
    UsageError
        There is no catalogue for the language; the message lists those there are.
    GaitError
        The catalogue cannot be read, or a text has a place that the English one has not.
    """
    known = languages(folder)
    if lang not in known:
        listed = ", ".join(known)
        raise UsageError(f"no words for the language '{lang[:20]}'", where="--lang", todo=f"one of: {listed}")
    return _load(lang, folder or FOLDER)


def _load(lang: str, folder: Traversable) -> Words:
    english = _read(resources.files(__name__).joinpath(f"{ENGLISH}.toml"))
    file = folder.joinpath(f"{lang}.toml")
    own = _read(file) if file.is_file() else {}
    for key, text in own.items():
        strange = _places(text, file.name, key) - _places(english.get(key, text), ENGLISH, key)
        if strange:
            place = "{" + min(strange) + "}"
            raise GaitError(
                f"the text '{key}' has the place {place}, which the English one has not",
                where=file.name,
                todo="use the places of en.toml",
            )
    return Words(lang, english | own)


def _read(file: Traversable) -> dict[str, str]:
    """Texts of one catalogue by dotted key."""
    try:
        return dict(_flat(tomllib.loads(file.read_text(encoding="utf-8"))))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise GaitError(
            f"not a catalogue of words ({error})", where=file.name, todo="write it like en.toml"
        ) from error


def _places(text: str, name: str, key: str) -> set[str]:
    """Names between braces."""
    try:
        return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as error:
        raise GaitError(f"the text '{key}': {error}", where=name, todo="close every brace") from error


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Flatten: ``{"a": {"b": "x"}}`` -> ``("a.b", "x")``."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
