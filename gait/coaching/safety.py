"""Safety before everything: red flags, rules of care, and the pain light that scales the doses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gait.coaching.evaluate import Facts, judge
from gait.coaching.model import Evidence, LightColour, Outcome, SafetyNotice
from gait.coaching.questionnaire.answers import Answers, answers_from
from gait.coaching.questionnaire.questions import topic_of
from gait.coaching.rules.conditions import Answered, Unasked, walk
from gait.coaching.rules.load import Knowledge, load_knowledge
from gait.coaching.rules.schema import ProgrammeNumbers, SafetyRule

__all__ = [
    "BONE_PLACES",
    "SAFETY_QUESTIONS",
    "SafetyCheck",
    "check_safety",
    "from_bone",
    "notices",
    "pain_light",
    "unasked",
]

_URGENCY = ("emergency", "same day", "soon", "before starting", "take care")


@dataclass(frozen=True)
class SafetyCheck:
    """One safety rule looked at.

    ``outcome`` is ``present`` where it fires, ``absent`` where the answers rule it out, ``not_assessed``
    where nobody asked; ``lifted`` where it fires and a professional has cleared it; ``unasked`` names, by
    field, the open questions that made it fire.
    """

    rule: SafetyRule
    outcome: Outcome
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    lifted: bool = False
    unasked: tuple[str, ...] = ()


def check_safety(
    answers: Answers | Mapping[str, Any] | None, *, pack: Knowledge | None = None, facts: Facts | None = None
) -> tuple[SafetyCheck, ...]:
    """Look at every safety rule, in the pack's order.

    Parameters
    ----------
    answers
        The runner's answers.
    pack
        Rules; the built-in ones where None.
    facts
        Metrics as well, for packs whose safety rules use them.
    """
    knowledge = pack or load_knowledge()
    parsed = answers_from(answers)
    judged_on = facts or Facts(answers=parsed, say=knowledge.say)
    return _lifted(tuple(_check(rule, judged_on) for rule in knowledge.safety.values()), parsed)


def _check(rule: SafetyRule, facts: Facts) -> SafetyCheck:
    judgement = judge(rule.when, facts)
    if judgement.p is None:
        return SafetyCheck(rule, "not_assessed", missing=judgement.missing)
    if judgement.p < 0.5:  # a warning fires at even odds already
        return SafetyCheck(rule, "absent", judgement.evidence, judgement.missing)
    asks = {part.question for part in walk(rule.when) if isinstance(part, Unasked)}
    still = tuple(field for field in unasked(facts.answers) if field in asks)
    return SafetyCheck(rule, "present", judgement.evidence, judgement.missing, unasked=still)


def _lifted(checks: tuple[SafetyCheck, ...], answers: Answers) -> tuple[SafetyCheck, ...]:
    """Return the checks, those that an answer lifts marked as lifted; a clearance lifts one reason only."""
    reasons = {
        check.rule.cleared_as for check in checks if check.outcome == "present" and check.rule.cleared_as
    }
    named = set(answers.cleared_for or ())
    if answers.cleared and answers.cleared_for is None and len(reasons) == 1:
        named = reasons
    out = []
    for check in checks:
        by_therapist = check.rule.lifted_by == "therapist_says_train" and answers.therapist_says_train is True
        by_clearance = bool(check.rule.cleared_as) and check.rule.cleared_as in named
        out.append(replace(check, lifted=check.outcome == "present" and (by_therapist or by_clearance)))
    return tuple(out)


def notices(checks: tuple[SafetyCheck, ...], knowledge: Knowledge) -> tuple[SafetyNotice, ...]:
    """Return the notices of the rules that fired, most urgent first.

    A warning that a professional has cleared stays as a notice, and no longer stops anything.
    """
    fired = [check for check in checks if check.outcome == "present"]
    made = [_notice(check, knowledge) for check in fired]
    made.sort(key=lambda notice: (_URGENCY.index(notice.urgency), not notice.stops_exercise))
    return tuple(made)


def _notice(check: SafetyCheck, knowledge: Knowledge) -> SafetyNotice:
    rule, sources = check.rule, knowledge.cite(check.rule.sources)
    if check.lifted:
        text = f"{rule.text} {knowledge.texts.cleared}"
        care = rule.cleared_care or knowledge.texts.cleared_care
        return SafetyNotice(rule.id, text, care, "take care", False, sources)
    text = rule.text
    if isinstance(rule.when, Answered) and rule.when.question == "red_flags" and len(rule.when.has) > 1:
        text = " ".join((text, *(f"{evidence.text}." for evidence in check.evidence)))
    if check.unasked:
        topics = ", ".join(knowledge.say(topic_of(field)) for field in check.unasked)
        text = f"{text} {knowledge.say('Still open: {topics}.', topics=topics)}"
    return SafetyNotice(rule.id, text, rule.care, rule.urgency, rule.stops_exercise, sources)


SAFETY_QUESTIONS = ("red_flags", "age", "pregnant", "recent_surgery", "serious_injury", "risk_signs", "pain")
"""Answers that a plan is not safe without."""
WITH_PAIN = ("pain_strength", "pain_settles", "limping")
"""Further ones where something hurts."""
BONE_PLACES = frozenset(("groin", "hip", "shin", "foot", "hip_outside", "ankle"))
"""Places where pain can come from the bone."""
BONE_RISKS = frozenset(("load_jump", "earlier_bone_stress", "under_fuelling"))
"""Answers that make that likelier."""


def unasked(answers: Answers) -> tuple[str, ...]:
    """Return the safety questions that were not answered, by field.

    Examples
    --------
    >>> unasked(Answers(red_flags=(), age=30, pregnant=False, pain=()))
    ('recent_surgery', 'serious_injury', 'risk_signs')
    """
    questions = SAFETY_QUESTIONS + (WITH_PAIN if answers.pain else ())
    return tuple(field for field in questions if getattr(answers, field) is None)


def from_bone(answers: Answers) -> bool:
    """Return whether pain could come from the bone: its place, and what went before."""
    return bool(BONE_PLACES & set(answers.pain or ()) and BONE_RISKS & set(answers.risk_signs or ()))


def pain_light(answers: Answers, numbers: ProgrammeNumbers) -> LightColour:
    """Return green, amber or red from strength of pain, how it settles and limping; else grey.

    Grey: not all that keeps a runner safe was asked. Pain without a strength is amber: enough to be careful.
    Red and amber hold even if other questions were not asked. Any pain that could come from the bone is red.

    Examples
    --------
    >>> from gait.coaching.rules.load import load_knowledge
    >>> numbers = load_knowledge().numbers
    >>> asked = dict.fromkeys(("pregnant", "recent_surgery", "serious_injury"), False)
    >>> asked |= {"red_flags": (), "risk_signs": (), "age": 30, "pain": ("shin",)}
    >>> asked |= {"pain_settles": "within_hour", "limping": False}
    >>> [pain_light(Answers(**asked, pain_strength=s), numbers) for s in (0, 2, 3, 5, 6)]
    ['green', 'green', 'amber', 'amber', 'red']
    >>> pain_light(Answers(), numbers)
    'grey'
    """
    strength = answers.pain_strength
    unsettled = answers.pain_settles in {"longer", "worse_next_day"}
    bone = from_bone(answers) and strength != 0
    if answers.limping or unsettled or bone or (strength is not None and strength > numbers.amber_up_to):
        return "red"
    unknown = bool(answers.pain) and strength is None
    if unknown or answers.pain_settles == "within_day" or (strength or 0) > numbers.green_up_to:
        return "amber"
    return "grey" if unasked(answers) else "green"
