"""Which exercises suit a runner: by experience, equipment, age and pain in general."""

from __future__ import annotations

from gait.coaching.model import LightColour
from gait.coaching.questionnaire.answers import Answers
from gait.coaching.rules.schema import ExerciseRule

__all__ = ["ADULT", "full_loads", "groups", "suits"]

ADULT = 18
"""Years from which jumps and barbells are planned (chosen: growing bones need their own plan)."""

NO_JUMPS = frozenset(("under_fuelling", "earlier_bone_stress", "load_jump", "floxacin_or_steroids"))
"""Answers with which no jumps are planned, though cleared."""


def suits(rule: ExerciseRule, answers: Answers, light: LightColour) -> bool:
    """Return whether experience, equipment, age and pain in general allow an exercise.

    Not having been asked about equipment counts as having it; not having been asked about experience
    counts as enough for all but advanced exercises. Jumps need an answer that nothing hurts.
    """
    if rule.plyometric and not _may_jump(answers, light):
        return False
    if rule.needs and not groups(rule, answers):
        return False
    if rule.level == "advanced" and (answers.pain or _careful(answers)):
        return False
    if answers.experience is None:
        return rule.level != "advanced"
    return not rule.for_experience or answers.experience in rule.for_experience


def _careful(answers: Answers) -> bool:
    """Return whether something in a runner's history rules out the advanced forms, though cleared."""
    ill = "heart_condition" in (answers.risk_signs or ())
    return bool(answers.pregnant or answers.recent_surgery or answers.serious_injury or ill)


def _may_jump(answers: Answers, light: LightColour) -> bool:
    """Return whether to jump: not with pain or unasked of it, under 18, pregnant, or short of bone or food.

    Nor after an operation or a serious injury, with a heart condition or medicines that weaken tendons.
    """
    risky = NO_JUMPS & set(answers.risk_signs or ())
    calm = light == "green" and answers.pain == () and not answers.pain_strength
    return calm and not risky and not _careful(answers) and full_loads(answers)


def full_loads(answers: Answers) -> bool:
    """Return whether a barbell is right: not under 18, nor in pregnancy."""
    return not answers.pregnant and (answers.age is None or answers.age >= ADULT)


def groups(rule: ExerciseRule, answers: Answers) -> list[tuple[str, ...]]:
    """Return the groups of equipment that an exercise can be done with, of what is at hand."""
    at_hand = None if answers.equipment is None else set(answers.equipment)
    barred = set() if full_loads(answers) else {"barbell"}
    return [
        group
        for group in rule.needs
        if not barred & set(group) and (at_hand is None or set(group) <= at_hand)
    ]
