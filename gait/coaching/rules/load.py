"""Loads a rule pack: the built-in one in ``knowledge/``, or that with a folder of one's own on top."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from gait.coaching.language import ENGLISH, Language
from gait.coaching.model import Source
from gait.coaching.questionnaire.answers import problem_of
from gait.coaching.rules.marked_yaml import MarkedDocument, read_marked, read_text
from gait.coaching.rules.protected import loads_more, routines_load_more, weakened
from gait.coaching.rules.references import Entry, Problem, reference_problems
from gait.coaching.rules.schema import (
    AdviceRule,
    ExerciseRule,
    FindingRule,
    PackModel,
    ProgrammeNumbers,
    ProgrammeRule,
    RoutineItem,
    SafetyRule,
    SourceEntry,
    Texts,
)
from gait.errors import KnowledgeError

__all__ = ["Knowledge", "builtin_folder", "check_pack", "load_knowledge"]

OWN_RULES = "Made with rules of one's own, on top of those that come with the program."
UNSAFE_RULES = "UNSAFE RULES OF ONE'S OWN:"
"""What stands on every page made with an own pack, and with one that weakens safety."""
MAX_FILES = 64
"""Most files read from a folder (chosen: several times our own)."""
_SECTIONS = ("sources", "findings", "exercises", "warm_up", "cool_down", "safety", "advice", "programme")
_T = TypeVar("_T")


@dataclass(frozen=True, repr=False)
class Knowledge:
    """A checked rule pack: everything by id, in the files' order.

    Attributes
    ----------
    origins
        ``section:id`` -> ``file:line`` it was read from.
    """

    sources: Mapping[str, SourceEntry]
    findings: Mapping[str, FindingRule]
    exercises: Mapping[str, ExerciseRule]
    warm_up: Mapping[str, RoutineItem]
    cool_down: Mapping[str, RoutineItem]
    safety: Mapping[str, SafetyRule]
    advice: Mapping[str, AdviceRule]
    programme: Mapping[str, ProgrammeRule]
    numbers: ProgrammeNumbers
    texts: Texts
    mark: str = ""
    """What stands on every page made with own rules; empty for the built-in ones."""
    origins: Mapping[str, str] = field(default_factory=dict)
    say: Language = ENGLISH
    """Language of the texts, and of the sentences around them."""

    def cite(self, keys: Iterable[str]) -> tuple[Source, ...]:
        """Return the sources by key, as findings and plans carry them."""
        sources = (self.sources[key] for key in keys)
        return tuple(Source(s.id, f"{s.citation}{self._looked_up(s)}", s.kind, s.url) for s in sources)

    def _looked_up(self, source: SourceEntry) -> str:
        """Return in words whether a source's DOI was looked up, and when; empty where it has none."""
        if "doi.org" not in source.url:
            return ""
        if source.checked:
            return self.say(" (DOI looked up {day})", day=source.checked)
        return self.say(" (DOI not checked)")

    def exercise_named(self, name: str) -> ExerciseRule | None:
        """Return an exercise by id, name or any other name it goes by (crab walk, lateral band walk).

        Examples
        --------
        >>> pack = load_knowledge()
        >>> pack.exercise_named("lateral band walk") is pack.exercise_named("Crab walk")
        True
        """
        wanted = name.strip().lower().replace("_", " ")
        for rule in self.exercises.values():
            names = {rule.id.replace("_", " "), rule.name.lower(), *(alias.lower() for alias in rule.aliases)}
            if wanted in names:
                return rule
        return None


def builtin_folder() -> Path:
    """Return the folder of the rules that come with the package."""
    return Path(__file__).parent.parent / "knowledge"


def load_knowledge(folder: str | Path | None = None, *, unsafe: bool = False) -> Knowledge:
    """Load the built-in rules, with those of a folder on top.

    An entry of the folder with the id of a built-in one replaces what it names and keeps the rest of it, a
    new id adds one, ``remove`` leaves one out; so do ``numbers`` and ``texts``.

    Parameters
    ----------
    folder
        Holds ``*.yaml`` files; None for the built-in rules alone.
    unsafe
        Let the folder weaken what keeps runners safe; the pack is then marked as unsafe.

    Raises
    ------
    KnowledgeError
        The first problem, with file and line, and how many more there are.
    """
    if folder is None:
        return _builtin()
    knowledge, problems = _load(Path(folder), unsafe=unsafe)
    if knowledge is None:
        _raise_first(problems)
    assert knowledge is not None
    return knowledge


def check_pack(folder: str | Path | None = None, *, unsafe: bool = False) -> tuple[Problem, ...]:
    """Return every problem of a pack, in file order; empty when it is sound."""
    return _load(Path(folder) if folder is not None else None, unsafe=unsafe)[1]


@lru_cache(maxsize=1)
def _builtin() -> Knowledge:
    knowledge, problems = _load(None)
    if knowledge is None:
        _raise_first(problems)
    assert knowledge is not None
    return knowledge


def _raise_first(problems: tuple[Problem, ...]) -> None:
    first = problems[0]
    more = f" (and {len(problems) - 1} more: gait rules check lists them)" if len(problems) > 1 else ""
    raise KnowledgeError(first.what + more, where=first.where, todo=first.todo)


def _load(folder: Path | None, *, unsafe: bool = False) -> tuple[Knowledge | None, tuple[Problem, ...]]:
    problems: list[Problem] = []
    merged: dict[str, dict[str, Entry]] = {section: {} for section in _SECTIONS}
    single: dict[str, Entry] = {}
    for own, path in _files(folder):
        parsed = _parse(path, problems, fill=own)
        if parsed is not None:
            _merge(*parsed, own=own, merged=merged, single=single, problems=problems)
    if problems:
        return None, tuple(problems)
    problems += [
        Problem(f"the pack has no {name!r}", "", "add the section")
        for name in ("numbers", "texts")
        if name not in single
    ]
    problems += reference_problems(merged, single)
    if problems:
        return None, tuple(problems)
    if folder is None:
        return _knowledge(merged, single), ()
    basis = _builtin()
    own_numbers = single["numbers"] if single["numbers"].value is not basis.numbers else None
    weaker = weakened(basis.safety, basis.numbers, merged["safety"], own_numbers)
    weaker += loads_more(basis.exercises, basis.findings, merged)
    weaker += routines_load_more({**basis.warm_up, **basis.cool_down}, merged)
    if weaker and not unsafe:
        return None, weaker
    mark = OWN_RULES if not weaker else f"{UNSAFE_RULES} {'; '.join(problem.what for problem in weaker)}."
    return replace(_knowledge(merged, single), mark=mark), ()


def _files(folder: Path | None) -> list[tuple[bool, Path]]:
    files = [(False, path) for path in sorted(builtin_folder().glob("*.yaml"))]
    if folder is None:
        return files
    try:
        listed = sorted(folder.iterdir()) if folder.is_dir() else None
    except OSError as error:
        raise KnowledgeError(f"cannot be read ({error.strerror})", where=folder) from error
    if listed is None:
        raise KnowledgeError(
            "is not a folder", where=folder, todo="give the folder that holds the *.yaml files"
        )
    own = [path for path in listed if path.suffix in {".yaml", ".yml"}]
    if not own:
        raise KnowledgeError("holds no *.yaml file", where=folder, todo="give the folder of a rule pack")
    if len(own) > MAX_FILES:
        raise KnowledgeError(f"holds more than {MAX_FILES} rule files", where=folder, todo="join some")
    return [*files, *((True, path) for path in own)]


@cache
def _builtin_document(path: Path) -> MarkedDocument:
    """Return a file of the built-in rules; an own pack is checked against them, and they do not change."""
    return read_marked(read_text(path), str(path), shipped=True)


@lru_cache(maxsize=1)
def _written() -> dict[str, Any]:
    """Return the built-in rules as written: section -> id -> entry, and ``numbers`` and ``texts`` whole."""
    out: dict[str, Any] = {section: {} for section in _SECTIONS}
    for path in sorted(builtin_folder().glob("*.yaml")):
        for name, value in _builtin_document(path).data.items():
            if name in _SECTIONS:
                out[name].update({entry["id"]: entry for entry in value})
            else:
                out[name] = value
    return out


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    """Return an own file's data with what its entries leave out taken from the built-in ones of their ids."""
    builtin = _written()
    out = dict(data)
    for name, value in data.items():
        if name in _SECTIONS and isinstance(value, list):
            out[name] = [
                {**builtin[name].get(entry.get("id"), {}), **entry} if isinstance(entry, dict) else entry
                for entry in value
            ]
        elif name in {"numbers", "texts"} and isinstance(value, dict):
            out[name] = {**builtin[name], **value}
            if name == "texts" and isinstance(value.get("actions"), dict):
                out[name]["actions"] = {**builtin[name]["actions"], **value["actions"]}
    return out


def _parse(path: Path, problems: list[Problem], *, fill: bool) -> tuple[MarkedDocument, PackModel] | None:
    try:
        document = read_marked(read_text(path), str(path)) if fill else _builtin_document(path)
    except KnowledgeError as error:
        problems.append(Problem(error.what, error.where, error.todo))
        return None
    if not isinstance(document.data, dict):
        problems.append(Problem("holds no sections", str(path), f"known sections: {', '.join(_SECTIONS)}"))
        return None
    try:
        data = _filled(document.data) if fill else document.data
        return document, PackModel.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        problems.extend(
            Problem(_entry_words(document, fault), document.where(fault["loc"]))
            for fault in error.errors(include_url=False)
        )
        return None


def _entry_words(document: MarkedDocument, error: Mapping[str, Any]) -> str:
    """Return a validation problem, led by the id of the entry it is in."""
    loc = error["loc"]
    entry: Any = document.data
    for part in loc[:2]:
        entry = entry[part] if isinstance(entry, dict) and part in entry else entry
        entry = (
            entry[part] if isinstance(entry, list) and isinstance(part, int) and part < len(entry) else entry
        )
    name = entry.get("id") if isinstance(entry, dict) and len(loc) > 1 else None
    if not isinstance(name, str):
        return problem_of(error, "pack")
    return f"{loc[0]} {name!r}: {problem_of({**error, 'loc': loc[2:]}, 'entry')}"


def _merge(
    document: MarkedDocument,
    model: PackModel,
    *,
    own: bool,
    merged: dict[str, dict[str, Entry]],
    single: dict[str, Entry],
    problems: list[Problem],
) -> None:
    if model.remove and not own:
        problems.append(
            Problem("'remove' is for packs of one's own", document.where(("remove",)), "take it out")
        )
    for index, name in enumerate(model.remove if own else ()):
        if not any(merged[section].pop(name, None) for section in _SECTIONS):
            problems.append(
                Problem(f"nothing to remove is called {name!r}", document.where(("remove", index)), "")
            )
    for section in _SECTIONS:
        seen: set[str] = set()
        for index, value in enumerate(getattr(model, section)):
            entry = Entry(value, document, (section, index))
            existing = merged[section].get(value.id)
            if value.id in seen or (existing is not None and not own):
                problems.append(
                    Problem(f"{section}: the id {value.id!r} stands twice", entry.where("id"), "rename one")
                )
            seen.add(value.id)
            merged[section][value.id] = entry
    for name in ("numbers", "texts"):
        value = getattr(model, name)
        if value is not None:
            single[name] = Entry(value, document, (name,))


def _knowledge(merged: Mapping[str, Mapping[str, Entry]], single: Mapping[str, Entry]) -> Knowledge:
    def section(name: str, kind: type[_T]) -> dict[str, _T]:
        values = {key: entry.value for key, entry in merged[name].items()}
        assert all(isinstance(value, kind) for value in values.values())
        return values

    numbers, texts = single["numbers"].value, single["texts"].value
    assert isinstance(numbers, ProgrammeNumbers)
    assert isinstance(texts, Texts)
    return Knowledge(
        sources=section("sources", SourceEntry),
        findings=section("findings", FindingRule),
        exercises=section("exercises", ExerciseRule),
        warm_up=section("warm_up", RoutineItem),
        cool_down=section("cool_down", RoutineItem),
        safety=section("safety", SafetyRule),
        advice=section("advice", AdviceRule),
        programme=section("programme", ProgrammeRule),
        numbers=numbers,
        texts=texts,
        origins={
            f"{name}:{key}": entry.where("id") for name in _SECTIONS for key, entry in merged[name].items()
        },
    )
