"""Takes the exercises for a pain in turns: which of them a week holds, the others standing for later."""

from __future__ import annotations

from dataclasses import replace

from gait.coaching.model import Day, Plan, PlannedExercise

__all__ = ["in_week"]


def in_week(plan: Plan, week: int) -> Plan:
    """Return a plan with the exercises whose turn a week is; the first week's stand in it as it is made.

    Each exercise that comes takes over the days and the sets of one that goes, so that the sessions stay as
    long as they were. After the last turn the first comes again.

    Parameters
    ----------
    plan
        As `gait.coaching.prescribe.prescribe` makes it, for week 1.
    week
        Week since the plan began, from 1.
    """
    last = max((one.weeks[1] for one in plan.later if one.weeks), default=0)
    if not last:
        return plan
    turn = (week - 1) % last + 1
    coming = [one for one in plan.later if one.weeks and one.weeks[0] <= turn <= one.weeks[1]]
    going = [one for one in plan.exercises if one.role == "pain"]
    pairs = dict(zip((one.id for one in going), coming, strict=False))
    if not pairs:
        return plan
    new = {old.id: _in_place_of(old, pairs[old.id]) for old in going if old.id in pairs}
    came = {one.id for one in new.values()}
    rest = [one for one in plan.later if one.id not in came]
    begin, end = coming[0].weeks or (1, 1)
    back = [replace(old, weeks=(1, begin - 1)) for old in going if old.id in pairs and begin > 1 and end]
    return replace(
        plan,
        exercises=tuple(new.get(one.id, one) for one in plan.exercises),
        later=tuple(rest + back),
        week=tuple(_with(day, {old: one.id for old, one in new.items()}) for day in plan.week),
    )


def _in_place_of(old: PlannedExercise, new: PlannedExercise) -> PlannedExercise:
    return replace(new, sets=old.sets, extra_sets=old.extra_sets)


def _with(day: Day, names: dict[str, str]) -> Day:
    return replace(day, exercises=tuple(names.get(key, key) for key in day.exercises))
