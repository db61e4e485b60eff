"""From answers and a diary to this week's plan: the one way in which commands take a plan on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gait.analysis.results import Analysis
from gait.coaching.assess import assess
from gait.coaching.model import Finding, Plan
from gait.coaching.plan.diary import answers_after
from gait.coaching.plan.progress import CheckIn, Progress, progress
from gait.coaching.plan.turns import in_week
from gait.coaching.prescribe import prescribe
from gait.coaching.questionnaire.answers import Answers, answers_from
from gait.coaching.rules.load import Knowledge, load_knowledge

__all__ = ["Coaching", "follow"]


@dataclass(frozen=True)
class Coaching:
    """Findings, this week's plan, and where the runner stands.

    ``progress`` is None without a diary, and where a notice stops exercise.
    """

    answers: Answers
    findings: tuple[Finding, ...]
    plan: Plan
    progress: Progress | None


def follow(
    analysis: Analysis | None,
    answers: Answers | Mapping[str, Any] | None,
    diary: Sequence[CheckIn] = (),
    *,
    pack: Knowledge | None = None,
    today: date | None = None,
) -> Coaching:
    """Return this week's plan.

    The newest entry's pain counts above the answers', so that a red entry makes a red plan; exercises that
    take turns are those of the week; once it is quiet one session a week is enough.

    Parameters
    ----------
    analysis
        The recording; None without one.
    answers
        What the runner says.
    diary
        Check-ins by day; entries after `today` are not looked at.
    pack
        Rules; the built-in ones where None.
    today
        Day that dates count from.

    Raises
    ------
    KnowledgeError
        Answers that break their schema.
    """
    knowledge = pack or load_knowledge()
    entries = [entry for entry in diary if today is None or entry.date <= today]
    given = answers_after(answers_from(answers), entries)
    findings = assess(analysis, given, pack=knowledge)
    plan = prescribe(findings, analysis, given, pack=knowledge, today=today)
    if not entries:
        return Coaching(given, findings, plan, None)
    state = progress(entries, today or entries[-1].date, places=given.pain or (), say=knowledge.say)
    if state.sessions_per_week == 1:
        fewer = given.model_copy(update={"sessions_per_week": 1})
        plan = prescribe(findings, analysis, fewer, pack=knowledge, today=today)
    if plan.action.kind == "stop":
        return Coaching(given, findings, plan, None)  # what stops the plan stands alone
    return Coaching(given, findings, in_week(plan, state.week), state)
