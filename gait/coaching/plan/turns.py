"""Choose by turns which exercises for a pain a week holds; the others are listed for later weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gait.coaching.model import Day, Plan, PlannedExercise
from gait.coaching.plan.sessions import sets_on

__all__ = ["in_week"]


def in_week(plan: Plan, week: int) -> Plan:
    """Return a plan with the exercises whose turn comes in a given week.

    Each new exercise takes over the days and sets of an exercise that leaves, so that sessions keep their
    length. After the last turn the first comes again.

    Parameters
    ----------
    plan
        As `gait.coaching.prescribe.prescribe` makes it, or as this function gave it back.
    week
        Week since the plan began, from 1.
    """
    begin = min((exercise.weeks[0] for exercise in plan.later if exercise.weeks), default=0)
    if not begin:
        return plan
    now = [exercise for exercise in plan.exercises if exercise.role == "pain" and not exercise.every_session]
    first = [replace(exercise, weeks=exercise.weeks or (1, begin - 1)) for exercise in now]
    every = [*first, *plan.later]
    turn = (week - 1) % max(exercise.weeks[1] for exercise in every if exercise.weeks) + 1
    coming = [
        exercise for exercise in every if exercise.weeks and exercise.weeks[0] <= turn <= exercise.weeks[1]
    ]
    staying = {exercise.id for exercise in first} & {exercise.id for exercise in coming}
    free = [exercise for exercise in first if exercise.id not in staying]
    fresh = [exercise for exercise in coming if exercise.id not in staying]
    return _exchanged(
        plan, first, {old.id: _in_place_of(old, new) for old, new in zip(free, fresh, strict=False)}
    )


def _exchanged(plan: Plan, first: list[PlannedExercise], new: Mapping[str, PlannedExercise]) -> Plan:
    """Return a plan with exercises exchanged; those that go stand for later."""
    if not new:
        return plan
    came = {exercise.id for exercise in new.values()}
    went = [exercise for exercise in first if exercise.id in new]
    named = {exercise.id: exercise for exercise in first}
    return replace(
        plan,
        exercises=tuple(
            new.get(exercise.id, named.get(exercise.id, exercise)) for exercise in plan.exercises
        ),
        later=(*(exercise for exercise in plan.later if exercise.id not in came), *went),
        week=tuple(_with(day, named, new) for day in plan.week),
    )


def _in_place_of(old: PlannedExercise, new: PlannedExercise) -> PlannedExercise:
    """Return an exercise with the sets of the one that it replaces, at most its own."""
    sets = min(old.sets, new.sets)
    return replace(new, sets=sets, extra_sets=sets if old.extra_sets else 0)


def _with(day: Day, old: Mapping[str, PlannedExercise], new: Mapping[str, PlannedExercise]) -> Day:
    rows = [
        (new[key].id, sets_on(number, old[key], new[key])) if key in new else (key, number)
        for key, number in zip(day.exercises, day.sets, strict=True)
    ]
    return replace(day, exercises=tuple(key for key, _ in rows), sets=tuple(number for _, number in rows))
