"""Raise a plan's doses to the step that a diary allows: repetitions first, then the harder form.

A step takes repetitions a third of the exercise's range up; at the top of it (step 3) comes a little more
weight or the harder form, and the range again (house). Exercises for a tendon follow stages of their own,
which the rules give. A session never holds more than the programme's most sets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gait.coaching.language import Language
from gait.coaching.model import Day, Plan, PlannedExercise
from gait.coaching.plan.sessions import minutes_of, most_sets, sets_on
from gait.coaching.rules.load import Knowledge
from gait.coaching.rules.schema import ExerciseRule, Stage

__all__ = ["aim_at", "at_step"]

RANGE_STEPS = 3
"""Steps from the bottom of a range of repetitions to its top (chosen: even steps of one to three repetitions
in the usual ranges)."""

Moved = Mapping[str, tuple[PlannedExercise, PlannedExercise]]
"""Id before -> the exercise before and after."""


def at_step(plan: Plan, step: int, knowledge: Knowledge) -> Plan:
    """Return a plan with each exercise's dose at a step.

    The step itself comes from `gait.coaching.diary.progress.progress`, which takes it up on green alone.

    Parameters
    ----------
    plan
        As made for step 0; the sets of its light stand.
    step
        From 0; a plan whose light is not known stays as it is.
    knowledge
        The rule pack.
    """
    if plan.light == "grey" or not plan.exercises:
        return plan
    moved = {exercise.id: (exercise, _moved(exercise, step, plan, knowledge)) for exercise in plan.exercises}
    return replace(
        plan,
        exercises=tuple(new for _, new in moved.values()),
        week=tuple(_with_sets(day, moved, knowledge) for day in plan.week),
    )


def aim_at(reps: tuple[int, int], step: int) -> int:
    """Return the repetitions of a range to aim for at a step.

    Examples
    --------
    >>> [aim_at((8, 12), step) for step in range(7)]
    [8, 9, 11, 12, 8, 9, 11]
    >>> aim_at((15, 15), 2)
    15
    """
    low, high = reps
    return low + round((high - low) * (step % (RANGE_STEPS + 1)) / RANGE_STEPS)


def _moved(exercise: PlannedExercise, step: int, plan: Plan, knowledge: Knowledge) -> PlannedExercise:
    stages = _stages_of(exercise, knowledge)
    if stages:
        return _at_stage(exercise, stages[min(step, len(stages) - 1)], step, plan, knowledge)
    aim = aim_at(exercise.reps, step)
    return replace(exercise, aim=aim, load=_joined(exercise.load, _words(exercise, aim, step, knowledge.say)))


def _stages_of(exercise: PlannedExercise, knowledge: Knowledge) -> tuple[Stage, ...]:
    """Return the stages of an exercise that is there for a pain; empty where it has none."""
    if exercise.role != "pain":
        return ()
    rules = (knowledge.findings.get(reason.finding) for reason in exercise.reasons)
    return next(
        (rule.stages[exercise.id] for rule in rules if rule is not None and exercise.id in rule.stages), ()
    )


def _at_stage(
    exercise: PlannedExercise, stage: Stage, step: int, plan: Plan, knowledge: Knowledge
) -> PlannedExercise:
    """Return an exercise at one of its stages; its sets rise only as far as its sessions can hold them."""
    taken = {other.id for other in plan.exercises} | {other.id for other in plan.later}
    if stage.exercise is not None and stage.exercise not in taken:
        exercise = _in_its_place(exercise, knowledge.exercises[stage.exercise], knowledge.say)
    elif stage.exercise is not None:
        return exercise
    sets = min(stage.sets, exercise.sets + _free_sets(exercise.stands_for or exercise.id, plan, knowledge))
    heavier = "heavier than before; 2 to 3 repetitions stay in reserve"
    return replace(
        exercise,
        sets=sets,
        extra_sets=sets if exercise.extra_sets else 0,
        reps=stage.reps,
        aim=aim_at(stage.reps, 0),
        load=_joined(exercise.load, knowledge.say(heavier) if step else ""),
    )


def _in_its_place(exercise: PlannedExercise, rule: ExerciseRule, say: Language) -> PlannedExercise:
    """Return a planned exercise replaced by another of the pack, with the first one's sets and reasons."""
    return replace(
        exercise, id=rule.id, name=rule.name, unit=say(rule.unit), muscles=rule.muscles, cues=rule.cues,
        faults=rule.faults, progression=rule.progression, regression=rule.regression, hold_s=rule.hold_s,
        aliases=rule.aliases, set_up=rule.set_up, movement=rule.movement_text, rest_s=rule.rest_s,
        tempo=rule.tempo, drawing=rule.id, load=rule.load, stands_for=exercise.id,
    )  # fmt: skip


def _free_sets(key: str, plan: Plan, knowledge: Knowledge) -> int:
    """Return the sets that an exercise's sessions still hold, divided among all exercises with stages."""
    most = most_sets(plan.light, knowledge.numbers)
    staged = {other.id for other in plan.exercises if _stages_of(other, knowledge)}
    free = [
        (most - sum(day.sets)) // max(len(staged & set(day.exercises)), 1)
        for day in plan.week
        if key in day.exercises
    ]
    return max(min(free, default=0), 0)


def _words(exercise: PlannedExercise, aim: int, step: int, say: Language) -> str:
    """Return the repetitions to aim for at a step in words; empty where the range already gives them."""
    low, high = exercise.reps
    if low == high:
        return say("a little heavier with each step, or the harder form") if step else ""
    count = say("now {count} {unit}", count=aim, unit=exercise.unit)
    if step <= RANGE_STEPS:
        return count
    return say("{count} with a little more weight, or in the harder form", count=count)


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _with_sets(day: Day, moved: Moved, knowledge: Knowledge) -> Day:
    """Return a day with its exercises and their sets as they have become."""
    if not day.exercises:
        return day
    rows = [
        (moved[key][1].id, sets_on(number, *moved[key]))
        for key, number in zip(day.exercises, day.sets, strict=True)
    ]
    return replace(
        day,
        exercises=tuple(key for key, _ in rows),
        sets=tuple(number for _, number in rows),
        minutes=minutes_of(rows, knowledge.numbers),
    )
