"""Keep a pack of one's own from weakening safety: it may only become stricter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gait.coaching.rules.references import Entry, Problem
from gait.coaching.rules.schema import ExerciseRule, FindingRule, ProgrammeNumbers, RoutineItem, SafetyRule

__all__ = ["loads_more", "routines_load_more", "weakened"]

URGENCY = ("take care", "before starting", "soon", "same day", "emergency")
"""From the least to the most urgent."""

TODO = "safety may only be made stricter; --unsafe allows it, with a mark on every page"

UPPER_LIMITS = ("green_up_to", "amber_up_to", "cadence_step_pct", "cadence_limit_pct", "most_sets_a_session")
"""Figures of the programme that may only be lowered."""


def weakened(
    builtin: Mapping[str, SafetyRule],
    numbers: ProgrammeNumbers,
    merged: Mapping[str, Entry],
    own_numbers: Entry | None,
) -> tuple[Problem, ...]:
    """Return what an own pack weakens, one problem each; empty where it is as strict as the built-in rule.

    Parameters
    ----------
    builtin, numbers
        Safety rules and figures that come with the package.
    merged
        Safety rules with the own pack on top, by id.
    own_numbers
        The figures of the own pack; None where it has none.
    """
    problems = list(_missing(builtin, merged))
    for key, rule in builtin.items():
        entry = merged.get(key)
        if entry is not None and entry.value != rule:
            problems += [
                Problem(f"safety {key!r} {how}", entry.where("id"), TODO)
                for how in _weaker(rule, entry.value)
            ]
    if own_numbers is not None:
        problems += [
            Problem(f"{name} is raised", own_numbers.where(name), TODO)
            for name in UPPER_LIMITS
            if getattr(own_numbers.value, name) > getattr(numbers, name)
        ]
        if set(own_numbers.value.loadable) - set(numbers.loadable):
            problems.append(
                Problem("more places may be loaded while they hurt", own_numbers.where("loadable"), TODO)
            )
        if own_numbers.value.rest_days_before_hard_run < numbers.rest_days_before_hard_run:
            problems.append(
                Problem("rest days are fewer", own_numbers.where("rest_days_before_hard_run"), TODO)
            )
    return tuple(problems)


def _missing(builtin: Mapping[str, SafetyRule], merged: Mapping[str, Entry]) -> Iterator[Problem]:
    for key in builtin:
        if key not in merged:
            yield Problem(f"safety {key!r} is removed", "", TODO)


def _weaker(rule: SafetyRule, own: SafetyRule) -> Iterator[str]:
    """Yield each respect in which an own safety rule is weaker than the built-in rule of its id."""
    if own.when != rule.when:
        yield "fires on something else"
    if rule.stops_exercise and not own.stops_exercise:
        yield "no longer stops exercise"
    if URGENCY.index(own.urgency) < URGENCY.index(rule.urgency):
        yield "is less urgent"
    if (own.lifted_by and own.lifted_by != rule.lifted_by) or (
        own.cleared_as and own.cleared_as != rule.cleared_as
    ):
        yield "is lifted by something else"


def loads_more(
    exercises: Mapping[str, ExerciseRule],
    findings: Mapping[str, FindingRule],
    merged: Mapping[str, Mapping[str, Entry]],
) -> tuple[Problem, ...]:
    """Return a problem for each place where an own pack loads a sore place that the built-in one spares.

    Parameters
    ----------
    exercises, findings
        Those that come with the package.
    merged
        Section -> id -> entry, with the own pack on top.
    """
    problems: list[Problem] = []
    for key, rule in exercises.items():
        entry = merged["exercises"].get(key)
        if entry is not None and entry.value is not rule:
            problems += [
                Problem(f"exercise {key!r} {how}", entry.where("id"), TODO)
                for how in _spares_less(rule, entry.value)
            ]
    for key, finding in findings.items():
        entry = merged["findings"].get(key)
        if entry is not None and entry.value.loads and not finding.loads:
            problems.append(Problem(f"finding {key!r} loads the sore place", entry.where("loads"), TODO))
    return tuple(problems)


def routines_load_more(
    items: Mapping[str, RoutineItem], merged: Mapping[str, Mapping[str, Entry]]
) -> tuple[Problem, ...]:
    """Return the items before and after a run that an own pack lets a sore place feel.

    Parameters
    ----------
    items
        Those that come with the package.
    merged
        Section -> id -> entry, with the own pack on top.
    """
    own = {**merged["warm_up"], **merged["cool_down"]}
    return tuple(
        Problem(f"{key!r} strains fewer places", own[key].where("id"), TODO)
        for key, item in items.items()
        if key in own and set(item.strains) - set(own[key].value.strains)
    )


def _spares_less(rule: ExerciseRule, own: ExerciseRule) -> Iterator[str]:
    if rule.plyometric and not own.plyometric:
        yield "is no longer called a jump"
    if set(rule.strains) - set(own.strains):
        yield "strains fewer places"
    if set(own.gentle_on) - set(rule.gentle_on):
        yield "is called gentle on more places"
