"""Translate a rule pack: its texts are replaced, everything else stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from gait.coaching.language import Language, load_language
from gait.coaching.rules.load import OWN_RULES, UNSAFE_RULES, Knowledge, load_knowledge
from gait.coaching.rules.schema import (
    ActionWords,
    AdviceRule,
    ExerciseRule,
    FindingRule,
    ProgrammeRule,
    RoutineItem,
    SafetyRule,
    SourceEntry,
    Texts,
    Words,
)

__all__ = ["SECTIONS", "in_language", "pack_texts"]

SECTIONS = ("findings", "exercises", "warm_up", "cool_down", "safety", "advice", "programme", "sources")
"""Sections whose entries hold texts; of sources a language puts only what is not a citation."""

TEXT_FIELDS: Mapping[type[BaseModel], tuple[str, ...]] = {
    FindingRule: ("title", "words", "exercise_notes", "often", "effect", "population"),
    Words: tuple(Words.model_fields),
    ExerciseRule: (
        "name", "aliases", "trains", "load", "start", "set_up", "movement_text", "tempo", "effort", "cues",
        "faults", "progression", "regression",
    ),
    RoutineItem: ("name", "cues", "faults"),
    SafetyRule: ("text", "care", "cleared_care"),
    AdviceRule: ("text", "why", "effect", "population"),
    ProgrammeRule: ("text", "effect", "population"),
    SourceEntry: ("citation",),
    Texts: tuple(Texts.model_fields),
    ActionWords: tuple(ActionWords.model_fields),
}  # fmt: skip
"""Model -> its fields that people read. Notes and signs of conditions are said by the evidence."""


def pack_texts(knowledge: Knowledge) -> dict[str, str]:
    """Return every text of a pack by its place, such as ``safety.heart.care``; empty ones are left out."""
    texts: dict[str, str] = {}
    for section in SECTIONS:
        for key, entry in getattr(knowledge, section).items():
            texts.update(_texts(entry, f"{section}.{key}"))
    return texts | dict(_texts(knowledge.texts, "texts"))


def in_language(knowledge: Knowledge, language: Language | str) -> Knowledge:
    """Return a pack with the texts of the built-in rules in another language.

    A text that an own pack has changed, or that the language lacks, stays as it is written.

    Parameters
    ----------
    knowledge
        From `gait.coaching.rules.load.load_knowledge`.
    language
        The language or its tag.

    Raises
    ------
    UsageError
        Coaching has no texts in that language.
    """
    spoken = load_language(language) if isinstance(language, str) else language
    basis = pack_texts(load_knowledge())
    own = {key: text for key, text in spoken.texts.items() if key in basis}
    translated: dict[str, Any] = {
        section: {
            key: _translated(entry, f"{section}.{key}", basis, own)
            for key, entry in getattr(knowledge, section).items()
        }
        for section in SECTIONS
    }
    texts = _translated(knowledge.texts, "texts", basis, own)
    mark = knowledge.mark
    for words in (OWN_RULES, UNSAFE_RULES):
        mark = mark.replace(words, spoken(words))
    return replace(knowledge, **translated, texts=texts, mark=mark, say=spoken)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - a text or what holds some
    if isinstance(value, str):
        if value:
            yield path, value
        return
    for name, inner in _parts(value):
        yield from _texts(inner, f"{path}.{name}")


def _parts(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - as above
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, tuple):
        yield from ((str(at), inner) for at, inner in enumerate(value))
    else:
        yield from ((name, getattr(value, name)) for name in TEXT_FIELDS[type(value)])


def _translated(value: Any, path: str, basis: Mapping[str, str], own: Mapping[str, str]) -> Any:  # noqa: ANN401 - as above
    """Return the value with each text replaced that is still the built-in one."""
    if isinstance(value, str):
        return own.get(path, value) if basis.get(path) == value else value
    parts = {name: _translated(inner, f"{path}.{name}", basis, own) for name, inner in _parts(value)}
    if isinstance(value, Mapping):
        return parts
    return tuple(parts.values()) if isinstance(value, tuple) else value.model_copy(update=parts)
