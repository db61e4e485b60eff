"""The warm-up and the cool-down, without what a sore place would feel."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from gait.coaching.model import PlannedExercise
from gait.coaching.plan.exercises import programme_reason
from gait.coaching.questionnaire.answers import Answers
from gait.coaching.rules.load import Knowledge
from gait.coaching.rules.schema import RoutineItem
from gait.coaching.safety import pain_light

__all__ = ["routine"]


def routine(
    which: Literal["warm_up", "cool_down"], answers: Answers, knowledge: Knowledge
) -> tuple[PlannedExercise, ...]:
    """Return the items of a routine that suit where it hurts, in the pack's order."""
    items = knowledge.warm_up if which == "warm_up" else knowledge.cool_down
    return tuple(
        _item(item, which, knowledge) for item in items.values() if not _felt(item, answers, knowledge)
    )


def _felt(item: RoutineItem, answers: Answers, knowledge: Knowledge) -> bool:
    """Return whether a sore place feels an item more than it should.

    With a green light a little pain may be loaded where exercises may load it; pain without a place counts
    as pain in every place.
    """
    light = pain_light(answers, knowledge.numbers)
    if not answers.pain:
        return light == "amber" and bool(item.strains)
    little = light in {"green", "grey"} and answers.pain_strength is not None
    spared = set(answers.pain) - (set(knowledge.numbers.loadable) if little else set())
    return bool(spared & set(item.strains))


def _item(item: RoutineItem, which: Literal["warm_up", "cool_down"], knowledge: Knowledge) -> PlannedExercise:
    return PlannedExercise(
        id=item.id,
        name=item.name,
        sets=1,
        reps=item.reps,
        unit=knowledge.say(item.unit),
        load="",
        role=which,
        muscles=item.muscles,
        equipment=(),
        cues=item.cues,
        faults=item.faults,
        progression="",
        regression="",
        reasons=(replace(programme_reason(knowledge, which), sources=knowledge.cite(item.sources)),),
    )
