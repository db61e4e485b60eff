"""The words people read, one catalogue a language: ``en.toml`` beside this file.

Another language is one more file with the same keys; `languages` finds it. Text in a catalogue may hold
``{name}`` places, filled by `Words.__call__`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from gait.errors import UsageError

__all__ = ["Words", "languages", "load_words"]


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
    >>> words = Words("en", {"run.strides": "{n} strides"})
    >>> words("run.strides", n=12)
    '12 strides'
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

    def get(self, key: str, fallback: str = "") -> str:
        """Return the text under a key, or the fallback where the catalogue has none."""
        return self._texts.get(key, fallback)


def languages() -> tuple[str, ...]:
    """Tags of the languages there is a catalogue for."""
    names = (entry.name for entry in resources.files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def load_words(lang: str = "en") -> Words:
    """Read a language's catalogue.

    Raises
    ------
    UsageError
        There is no catalogue for the language; the message lists those there are.
    """
    if lang not in languages():
        known = ", ".join(languages())
        raise UsageError(f"no words for the language '{lang[:20]}'", where="--lang", todo=f"one of: {known}")
    text = resources.files(__name__).joinpath(f"{lang}.toml").read_text(encoding="utf-8")
    return Words(lang, dict(_flat(tomllib.loads(text))))


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """``{"a": {"b": "x"}}`` -> ``("a.b", "x")``."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
