"""Safety before everything: red flags, rules of care, and the pain light that scales the doses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gait.coaching.evaluate import Facts, judge
from gait.coaching.model import Evidence, LightColour, Outcome, SafetyNotice
from gait.coaching.questionnaire.answers import Answers, answers_from
from gait.coaching.rules.load import Knowledge, load_knowledge
from gait.coaching.rules.schema import ProgrammeNumbers, SafetyRule

__all__ = ["SafetyCheck", "check_safety", "notices", "pain_light"]

_URGENCY = ("emergency", "same day", "soon", "before starting", "take care")


@dataclass(frozen=True)
class SafetyCheck:
    """One safety rule looked at.

    ``outcome`` is ``present`` where it fires, ``absent`` where the answers rule it out or lift it,
    ``not_assessed`` where nobody asked.
    """

    rule: SafetyRule
    outcome: Outcome
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    lifted: bool = False


def check_safety(
    answers: Answers | Mapping[str, Any] | None, *, pack: Knowledge | None = None, facts: Facts | None = None
) -> tuple[SafetyCheck, ...]:
    """Look at every safety rule, in the pack's order.

    Parameters
    ----------
    answers
        What the runner says.
    pack
        Rules; the built-in ones where None.
    facts
        Metrics as well, for packs whose safety rules use them.
    """
    knowledge = pack or load_knowledge()
    given = answers_from(answers)
    judged_on = facts or Facts(answers=given)
    return tuple(_check(rule, judged_on, given) for rule in knowledge.safety.values())


def _check(rule: SafetyRule, facts: Facts, answers: Answers) -> SafetyCheck:
    found = judge(rule.when, facts)
    if found.p is None:
        return SafetyCheck(rule, "not_assessed", missing=found.missing)
    if found.p < 0.5:  # care errs on the side of speaking up: the even chance already fires
        return SafetyCheck(rule, "absent", found.evidence, found.missing)
    if rule.lifted_by and getattr(answers, rule.lifted_by) is True:
        return SafetyCheck(rule, "absent", found.evidence, found.missing, lifted=True)
    return SafetyCheck(rule, "present", found.evidence, found.missing)


def notices(checks: tuple[SafetyCheck, ...], knowledge: Knowledge) -> tuple[SafetyNotice, ...]:
    """Notices of the rules that fired, most urgent first."""
    fired = [check.rule for check in checks if check.outcome == "present"]
    fired.sort(key=lambda rule: (_URGENCY.index(rule.urgency), not rule.stops_exercise))
    return tuple(
        SafetyNotice(
            rule.id, rule.text, rule.care, rule.urgency, rule.stops_exercise, knowledge.cite(rule.sources)
        )
        for rule in fired
    )


def pain_light(answers: Answers, numbers: ProgrammeNumbers) -> LightColour:
    """Green, amber or red, from strength of pain, how it settles, and limping.

    Green where no pain was named. Pain without a strength is amber: enough to be careful.

    Examples
    --------
    >>> from gait.coaching.rules.load import load_knowledge
    >>> numbers = load_knowledge().numbers
    >>> [pain_light(Answers(pain=("shin",), pain_strength=s), numbers) for s in (0, 2, 3, 5, 6)]
    ['green', 'green', 'amber', 'amber', 'red']
    """
    strength = answers.pain_strength
    unsettled = answers.pain_settles in {"longer", "worse_next_day"}
    if answers.limping or unsettled or (strength is not None and strength > numbers.amber_up_to):
        return "red"
    unknown = bool(answers.pain) and strength is None
    if unknown or answers.pain_settles == "within_day" or (strength or 0) > numbers.green_up_to:
        return "amber"
    return "green"
