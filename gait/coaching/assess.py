"""From an analysis and answers to findings: every rule of the pack looked at, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gait.analysis.results import Analysis
from gait.coaching.evaluate import Facts, Judgement, judge, sides_of
from gait.coaching.model import Finding, Outcome
from gait.coaching.questionnaire.answers import Answers, answers_from
from gait.coaching.rules.load import Knowledge, load_knowledge
from gait.coaching.rules.schema import FindingRule

__all__ = ["ABSENT_UP_TO", "PRESENT_FROM", "assess", "facts_of", "outcome_of"]

PRESENT_FROM = 0.8
"""Least probability called present. Our choice: four to one, so that few findings are wrong."""
ABSENT_UP_TO = 0.2
"""Largest probability called absent; between the two it cannot be told."""


def assess(
    analysis: Analysis | None,
    answers: Answers | Mapping[str, Any] | None = None,
    *,
    pack: Knowledge | None = None,
) -> tuple[Finding, ...]:
    """Look for every compensation, feature and pain pattern of the rule pack.

    Parameters
    ----------
    analysis
        Its running metrics are used; one without running, or None, leaves what needs a sensor not assessed.
    answers
        What the runner says; None where nothing was asked.
    pack
        Rules; the built-in ones where None.

    Returns
    -------
    One finding a rule in the pack's order; two, left and right, where the sides come out differently.

    Raises
    ------
    KnowledgeError
        Answers that break their schema.
    """
    knowledge = pack or load_knowledge()
    facts = facts_of(analysis, answers)
    return tuple(
        finding for rule in knowledge.findings.values() for finding in _look_for(rule, facts, knowledge)
    )


def facts_of(analysis: Analysis | None, answers: Answers | Mapping[str, Any] | None = None) -> Facts:
    """What rules are judged on. Running metrics only: bounds for running say nothing of walking."""
    return Facts(dict(analysis.metrics) if analysis is not None else {}, answers_from(answers))


def outcome_of(p: float | None) -> Outcome:
    """Outcome for a probability.

    Examples
    --------
    >>> [outcome_of(p) for p in (0.95, 0.5, 0.01, None)]
    ['present', 'cannot_tell', 'absent', 'not_assessed']
    """
    if p is None:
        return "not_assessed"
    if p >= PRESENT_FROM:
        return "present"
    return "absent" if p <= ABSENT_UP_TO else "cannot_tell"


def _look_for(rule: FindingRule, facts: Facts, knowledge: Knowledge) -> tuple[Finding, ...]:
    sides = sides_of(rule.when, facts)
    judged = [(side, judge(rule.when, facts, side)) for side in sides]
    outcomes = {outcome_of(found.p) for _, found in judged}
    if len(judged) == 1 or len(outcomes) > 1:
        return tuple(_finding(rule, found, side, knowledge) for side, found in judged)
    known = [found.p for _, found in judged if found.p is not None]
    evidence = tuple(dict.fromkeys(item for _, found in judged for item in found.evidence))
    missing = tuple(dict.fromkeys(item for _, found in judged for item in found.missing))
    joined = Judgement(sum(known) / len(known) if known else None, evidence, missing)
    return (_finding(rule, joined, "both" if known else "", knowledge),)


def _finding(rule: FindingRule, found: Judgement, side: str, knowledge: Knowledge) -> Finding:
    outcome = outcome_of(found.p)
    words = rule.words
    summary = {
        "present": words.present,
        "absent": words.absent,
        "cannot_tell": words.cannot_tell,
        "not_assessed": words.missing,
    }[outcome]
    missing = words.missing if outcome == "not_assessed" else ""
    return Finding(
        id=rule.id,
        title=rule.title,
        summary=summary,
        outcome=outcome,
        certainty=found.p,
        side=side,
        evidence=found.evidence,
        missing=missing,
        grade=rule.grade,
        sources=knowledge.cite(rule.sources),
        kind=rule.kind,
        not_looked_at=found.missing,
    )
