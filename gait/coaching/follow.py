"""Make this week's plan from answers and a diary; every command that moves a plan on calls `follow`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from gait.analysis.results import Analysis
from gait.coaching.assess import assess, facts_of
from gait.coaching.diary.cadence_weeks import at_cadence_week, cadence_week
from gait.coaching.diary.check_in import BONE_LIMIT, USUAL_LIMIT
from gait.coaching.diary.coming_back import GAP_DAYS, comes_back, in_stages
from gait.coaching.diary.diary import answers_after
from gait.coaching.diary.progress import BUILD_WEEK, CheckIn, Progress, progress
from gait.coaching.model import Action, Finding, Plan
from gait.coaching.plan.action import Situation, choose_action
from gait.coaching.plan.dose import at_step
from gait.coaching.plan.turns import in_week
from gait.coaching.prescribe import prescribe
from gait.coaching.questionnaire.answers import Answers, answers_from
from gait.coaching.rules.load import Knowledge, load_knowledge
from gait.coaching.safety import from_bone

__all__ = ["Coaching", "follow"]

PRACTISED_STEP = 4
"""Step from which, behind week 8, somebody new to strength training has some practice (chosen: beyond the
first range of repetitions, `gait.coaching.plan.dose.RANGE_STEPS`)."""


STILL_ACHES = 2
"""Pain of 10 from which "no better in four weeks" is the step itself; below it is said beside the step
(chosen: as the pain that is accepted, `gait.coaching.diary.check_in.USUAL_LIMIT`)."""
ON_AS_BEFORE = ("cadence", "strength", "recheck", "keep_going")
"""Steps that give way once nothing has got better in four weeks."""


@dataclass(frozen=True)
class Coaching:
    """Findings, this week's plan, and where the runner stands.

    ``progress`` is None without a diary, and where a notice stops exercise; else the plan's first note says
    the same.
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
    take turns are those of the week; the dose is that of the step; after a stop or a gap runs are stages of
    walking and running; once it is quiet one session a week is enough.

    Parameters
    ----------
    analysis
        The recording; None without one.
    answers
        The runner's answers.
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
    first_answers = answers_from(answers)
    answers_now = answers_after(first_answers, entries)
    if not entries:
        findings = assess(analysis, answers_now, pack=knowledge)
        plan = prescribe(findings, analysis, answers_now, pack=knowledge, today=today)
        return Coaching(answers_now, findings, plan, None)
    day = today or entries[-1].date
    before_diary = {"longest_run_min": first_answers.longest_run_min}
    state = progress(
        entries, day, places=answers_now.pain or (), say=knowledge.say, bone=from_bone(answers_now),
        after_break=comes_back(answers_now.model_copy(update=before_diary)),
    )  # fmt: skip
    answers_now = _moved_answers(answers_now, state, entries, day)
    findings = assess(analysis, answers_now, pack=knowledge)
    plan = prescribe(findings, analysis, answers_now, pack=knowledge, today=today, began=state.began)
    if plan.action.kind == "stop":
        return Coaching(answers_now, findings, plan, None)  # what stops the plan stands alone
    moved = at_step(in_week(plan, state.week), state.step, knowledge)
    moved = _with_cadence(moved, entries, day, answers_now, state, knowledge)
    moved = _with_action(moved, findings, analysis, answers_now, knowledge, today, state)
    if state.stage is not None:
        moved = in_stages(moved, state.stage, knowledge, bone=from_bone(answers_now))
    if state.no_better and entries[-1].pain >= STILL_ACHES and moved.action.kind in ON_AS_BEFORE:
        moved = _to_be_looked_at(moved, knowledge)
    moved = replace(moved, notes=(" ".join(state.text), *moved.notes))
    return Coaching(answers_now, findings, moved, state)


def _to_be_looked_at(plan: Plan, knowledge: Knowledge) -> Plan:
    """Return a plan whose next step is to see a therapist, because four weeks have not lessened the pain."""
    words = knowledge.texts.actions["no_better"]
    action = Action("recheck", words.text, words.dose, words.worked_if, because=plan.action.because)
    return replace(plan, action=action, next_step=action.text)


def _with_cadence(
    plan: Plan, entries: Sequence[CheckIn], day: date, answers: Answers, state: Progress, knowledge: Knowledge
) -> Plan:
    """Return a plan with its cadence work as the diary's week sets it; unchanged without such work."""
    if plan.cadence is None:
        return plan
    # A tendon may ache more while it is loaded, yet on amber no run asks for more than before.
    limit = BONE_LIMIT if from_bone(answers) else USUAL_LIMIT
    reached = cadence_week(entries, day, limit, began=state.began or day)
    return replace(plan, cadence=at_cadence_week(plan.cadence, reached, say=knowledge.say))


def _moved_answers(answers: Answers, state: Progress, entries: Sequence[CheckIn], day: date) -> Answers:
    """Return the answers with sessions, practice and longest run as the diary shows them now."""
    runs = [entry.longest_run_min for entry in entries if day - entry.date <= timedelta(days=GAP_DAYS)]
    longest_run_min = (
        answers.longest_run_min if state.began and (day - state.began).days <= GAP_DAYS else None
    )
    over: dict[str, Any] = {"longest_run_min": max(runs, default=0.0) or longest_run_min or None}
    if state.phase == "prevention":
        over["sessions_per_week"] = 1
    practised = state.week >= BUILD_WEEK and state.step >= PRACTISED_STEP and state.light == "green"
    if practised and answers.experience == "new":
        over["experience"] = "some"
    return answers.model_copy(update=over)


def _with_action(
    plan: Plan,
    findings: Sequence[Finding],
    analysis: Analysis | None,
    answers: Answers,
    knowledge: Knowledge,
    today: date | None,
    state: Progress,
) -> Plan:
    """Return a plan whose step names the exercises and doses of this week."""
    facts = facts_of(analysis, answers, say=knowledge.say)
    sessions = sum(bool(day.exercises) for day in plan.week)
    action = choose_action(
        Situation(
            findings,
            facts,
            plan.light,
            plan.exercises,
            plan.cadence,
            sessions,
            today,
            knowledge,
            plan.notices,
            state.began,
        )
    )
    return replace(plan, action=action, next_step=action.text)
