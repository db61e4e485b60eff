"""Checks of a pack beyond its types: all ids that it names exist, and all conditions can be judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gait.analysis.metrics import METRICS
from gait.coaching.questionnaire.answers import Answers, choices_of
from gait.coaching.rules.conditions import AllOf, Answered, AnyOf, Condition, FirstKnown, Measured, Unasked
from gait.coaching.rules.marked_yaml import MarkedDocument

__all__ = ["PLANNER_RULES", "Entry", "Problem", "reference_problems"]

PLANNER_RULES: tuple[str, ...] = (
    "base_exercises",
    "further_sets",
    "no_run_days",
    "rest_before_hard_run",
    "form_before_load",
    "ladder",
    "substitution",
    "one_exercise_one_name",
    "pain_light",
    "pain_exercises",
    "cadence_steps",
    "warm_up",
    "cool_down",
    "expectations",
    "ease_off",
)
"""Programme rules that the planner cites: a pack must say each in words, with its source."""

PLANNER_ADVICE: tuple[str, ...] = ("count_cadence",)
"""Advice that the planner itself gives."""

Key = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """A fault of a pack, with its ``file:line`` and what to do."""

    what: str
    where: str
    todo: str = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.where, self.what) if part) + (
            f"; {self.todo}" if self.todo else ""
        )


@dataclass(frozen=True)
class Entry:
    """One entry of a pack with the place it was read from."""

    value: Any
    document: MarkedDocument
    path: Key

    def where(self, *tail: str | int) -> str:
        """Return ``file:line`` of something inside the entry."""
        return self.document.where((*self.path, *tail))


def reference_problems(
    merged: Mapping[str, Mapping[str, Entry]], single: Mapping[str, Entry]
) -> list[Problem]:
    """Return every dangling reference of a merged pack."""
    problems: list[Problem] = []
    for section, entries in merged.items():
        for entry in entries.values():
            problems += _sources(section, entry, merged)
    for entry in merged["findings"].values():
        problems += _names(entry, "exercises", merged["exercises"])
        problems += _names(entry, "advice", merged["advice"])
        problems += _stages(entry, merged["exercises"])
        problems += _condition(entry, entry.value.when, ("when",), merged)
    for section in ("safety", "advice"):
        for entry in merged[section].values():
            if entry.value.when is not None:
                problems += _condition(entry, entry.value.when, ("when",), merged)
    for entry in merged["exercises"].values():
        problems += _names(entry, "substitutes", merged["exercises"])
    problems += [
        Problem(f"programme: no rule {name!r}", "", "the planner cites it; add it with its source")
        for name in PLANNER_RULES
        if name not in merged["programme"]
    ]
    problems += [
        Problem(f"advice: no entry {name!r}", "", "the planner gives it; add it with its source")
        for name in PLANNER_ADVICE
        if name not in merged["advice"]
    ]
    if "numbers" in single:
        problems += _names(single["numbers"], "base", merged["exercises"])
    return problems


def _stages(entry: Entry, exercises: Mapping[str, Entry]) -> Iterator[Problem]:
    """Yield exercises named in stages that the pack has not."""
    for key, stages in entry.value.stages.items():
        for name in (key, *(stage.exercise for stage in stages if stage.exercise)):
            if name not in exercises:
                yield Problem(f"{entry.value.id!r}: no exercise {name!r}", entry.where("stages", key))


def _sources(section: str, entry: Entry, merged: Mapping[str, Mapping[str, Entry]]) -> Iterator[Problem]:
    if section == "sources":
        return
    for index, key in enumerate(entry.value.sources):
        if key not in merged["sources"]:
            yield Problem(
                f"{entry.value.id!r} cites an unknown source {key!r}", entry.where("sources", index)
            )


def _names(entry: Entry, field: str, entries: Mapping[str, Entry]) -> Iterator[Problem]:
    name = getattr(entry.value, "id", "numbers")
    for index, key in enumerate(getattr(entry.value, field)):
        if key not in entries:
            yield Problem(f"{name!r} names an unknown entry {key!r} in {field}", entry.where(field, index))


def _condition(
    entry: Entry, condition: Condition, path: Key, merged: Mapping[str, Mapping[str, Entry]]
) -> Iterator[Problem]:
    name = entry.value.id
    if isinstance(condition, (AnyOf, AllOf, FirstKnown)):
        for index, part in enumerate(condition.of):
            yield from _condition(entry, part, (*path, "of", index), merged)
        return
    if isinstance(condition, (Answered, Unasked)):
        yield from _answer(entry, condition, path)
        return
    if condition.metric not in METRICS:
        metrics = ", ".join(METRICS)
        yield Problem(
            f"{name!r} asks for an unknown metric {condition.metric!r}",
            entry.where(*path, "metric"),
            f"known: {metrics}",
        )
    if isinstance(condition, Measured) and condition.shift is not None and condition.shift.by not in METRICS:
        yield Problem(
            f"{name!r} shifts by an unknown metric {condition.shift.by!r}", entry.where(*path, "shift", "by")
        )
    if condition.source not in merged["sources"]:
        yield Problem(f"{name!r} cites an unknown source {condition.source!r}", entry.where(*path, "source"))


def _answer(entry: Entry, condition: Answered | Unasked, path: Key) -> Iterator[Problem]:
    name, question = entry.value.id, condition.question
    if question not in Answers.model_fields:
        fields = ", ".join(Answers.model_fields)
        yield Problem(
            f"{name!r} asks an unknown question {question!r}",
            entry.where(*path, "question"),
            f"known: {fields}",
        )
        return
    if question == "own" or isinstance(condition, Unasked):
        return
    numeric = question in {"age", "pain_strength", "sessions_per_week", "cadence_spm", "longest_run_min"}
    if numeric != (not condition.has):
        needs = "'above' or 'below'" if numeric else "'has'"
        yield Problem(f"{name!r}: the question {question!r} needs {needs}", entry.where(*path))
        return
    allowed = choices_of(question) or ("yes",)
    for value in condition.has:
        if value not in allowed:
            where = entry.where(*path, "has")
            yield Problem(
                f"{name!r}: {question!r} has no answer {value!r}", where, f"allowed: {', '.join(allowed)}"
            )
