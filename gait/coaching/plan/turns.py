"""Takes the exercises for a pain in turns: which of them a week holds, the others standing for later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gait.coaching.model import Day, Plan, PlannedExercise
from gait.coaching.plan.sessions import sets_on

__all__ = ["in_week"]


def in_week(plan: Plan, week: int) -> Plan:
    """Return a plan with the exercises whose turn a week is, whatever week it was made for.

    Each exercise that comes takes over the days and the sets of one that goes, so that the sessions stay as
    long as they were. After the last turn the first comes again.

    Parameters
    ----------
    plan
        As `gait.coaching.prescribe.prescribe` makes it, or as this function gave it back.
    week
        Week since the plan began, from 1.
    """
    begin = min((one.weeks[0] for one in plan.later if one.weeks), default=0)
    if not begin:
        return plan
    now = [one for one in plan.exercises if one.role == "pain" and not one.every_session]
    first = [replace(one, weeks=one.weeks or (1, begin - 1)) for one in now]
    every = [*first, *plan.later]
    turn = (week - 1) % max(one.weeks[1] for one in every if one.weeks) + 1
    coming = [one for one in every if one.weeks and one.weeks[0] <= turn <= one.weeks[1]]
    staying = {one.id for one in first} & {one.id for one in coming}
    free = [one for one in first if one.id not in staying]
    fresh = [one for one in coming if one.id not in staying]
    return _exchanged(
        plan, first, {old.id: _in_place_of(old, new) for old, new in zip(free, fresh, strict=False)}
    )


def _exchanged(plan: Plan, first: list[PlannedExercise], new: Mapping[str, PlannedExercise]) -> Plan:
    """Return a plan with exercises exchanged; those that go stand for later."""
    if not new:
        return plan
    came = {one.id for one in new.values()}
    went = [one for one in first if one.id in new]
    named = {one.id: one for one in first}
    return replace(
        plan,
        exercises=tuple(new.get(one.id, named.get(one.id, one)) for one in plan.exercises),
        later=(*(one for one in plan.later if one.id not in came), *went),
        week=tuple(_with(day, named, new) for day in plan.week),
    )


def _in_place_of(old: PlannedExercise, new: PlannedExercise) -> PlannedExercise:
    """Return an exercise with as many sets as the one it comes for, and no more than its own."""
    sets = min(old.sets, new.sets)
    return replace(new, sets=sets, extra_sets=sets if old.extra_sets else 0)


def _with(day: Day, old: Mapping[str, PlannedExercise], new: Mapping[str, PlannedExercise]) -> Day:
    rows = [
        (new[key].id, sets_on(number, old[key], new[key])) if key in new else (key, number)
        for key, number in zip(day.exercises, day.sets, strict=True)
    ]
    return replace(day, exercises=tuple(key for key, _ in rows), sets=tuple(number for _, number in rows))
