"""Decide whether a question's answer can change findings or plan; a question that cannot is not asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gait.analysis.results import Analysis
from gait.coaching.assess import assess
from gait.coaching.prescribe import prescribe
from gait.coaching.questionnaire.answers import parse_answers
from gait.coaching.questionnaire.questions import Question
from gait.coaching.rules.load import Knowledge
from gait.coaching.safety import SAFETY_QUESTIONS
from gait.errors import KnowledgeError

__all__ = ["matters"]

NUMBERS: dict[str, tuple[float, ...]] = {
    "age": (8, 34),
    "pain_strength": (0, 4, 7, 9),
    "sessions_per_week": (1, 2, 3),
    "cadence_spm": (150.0, 170.0, 185.0),
    "longest_run_min": (0.0, 40.0),
}
"""Numbers tried for each question, on both sides of the bounds that rules have."""


def matters(
    question: Question,
    data: Mapping[str, Any],
    *,
    analysis: Analysis | None = None,
    pack: Knowledge | None = None,
) -> bool:
    """Return whether any two answers to a question lead to different findings or plans.

    Parameters
    ----------
    question
        The one that would be asked.
    data
        What is answered already, field -> value.
    analysis
        The recording, where there is one: what is measured need not be asked.
    pack
        Rules; the built-in ones where None.

    Returns
    -------
    True for what a plan is not safe without, whatever follows from it.
    """
    if question.field in SAFETY_QUESTIONS:
        return True
    first: object = None
    for value in _values(question):
        try:
            outcome = _outcome({**data, question.field: value}, analysis, pack)
        except KnowledgeError:  # answers that contradict one another are not tried
            continue
        if first is not None and outcome != first:
            return True
        first = outcome
    return False


def _values(question: Question) -> list[Any]:
    choices = [choice.value for choice in question.choices]
    if question.kind == "many":
        return [[], *([choice] for choice in choices), choices]
    if question.kind == "one":
        return choices
    return [True, False] if question.kind == "yes_no" else list(NUMBERS[question.field])


def _outcome(data: Mapping[str, Any], analysis: Analysis | None, pack: Knowledge | None) -> object:
    answers = parse_answers(data)
    findings = assess(analysis, answers, pack=pack)
    plan = prescribe(findings, analysis, answers, pack=pack)
    if plan.action.kind == "stop":
        return plan  # findings have no effect until the stop is lifted
    return [(finding.id, finding.outcome, finding.side, finding.rank) for finding in findings], plan
