"""A plan from findings and answers: safety, pain light, exercises, week, cadence, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from gait.analysis.results import Analysis
from gait.coaching.assess import facts_of
from gait.coaching.diary.check_in import PAIN_LIMITS
from gait.coaching.diary.coming_back import comes_back, in_stages
from gait.coaching.evaluate import Facts
from gait.coaching.language import Language
from gait.coaching.model import (
    CadenceTarget,
    Day,
    Finding,
    LightColour,
    Plan,
    PlannedExercise,
    Reason,
    SafetyNotice,
)
from gait.coaching.plan.action import Situation, choose_action, stop_action
from gait.coaching.plan.advice import advice_for
from gait.coaching.plan.cadence import baseline_spm, cadence_target
from gait.coaching.plan.exercises import choose, programme_reason
from gait.coaching.plan.routine import routine
from gait.coaching.plan.sessions import minutes_of, sessions_needed, share_out
from gait.coaching.plan.suitable import ADULT
from gait.coaching.plan.week import DAY_NAMES, DAYS, Layout, lay_out
from gait.coaching.questionnaire.answers import Answers, answers_from
from gait.coaching.questionnaire.questions import words_for
from gait.coaching.rules.load import Knowledge, load_knowledge
from gait.coaching.rules.schema import FindingRule
from gait.coaching.safety import check_safety, from_bone, notices, pain_light

__all__ = ["prescribe"]


def prescribe(
    findings: Sequence[Finding],
    analysis: Analysis | None = None,
    answers: Answers | Mapping[str, Any] | None = None,
    *,
    pack: Knowledge | None = None,
    today: date | None = None,
    began: date | None = None,
) -> Plan:
    """Make a plan.

    Parameters
    ----------
    findings
        From `gait.coaching.assess.assess`; an empty sequence gives the base programme.
    analysis
        Gives the cadence baseline; None where there is no recording.
    answers
        The runner's answers; None without any.
    pack
        Rules; the built-in ones where None.
    today
        Day that dates in the plan count from; without it there are none.
    began
        Day the plan began, from which retests are counted; `today` where None.

    Returns
    -------
    A `Plan`; without exercises, cadence, routines, week and advice where a notice stops exercise.

    Raises
    ------
    KnowledgeError
        Answers that break their schema.
    """
    knowledge = pack or load_knowledge()
    parsed = answers_from(answers)
    facts = facts_of(analysis, parsed, say=knowledge.say)
    fired = notices(check_safety(parsed, pack=knowledge, facts=facts), knowledge)
    light = pain_light(parsed, knowledge.numbers)
    if any(notice.stops_exercise for notice in fired):
        return _stopped(fired, knowledge)
    plan = _plan(findings, facts, fired, light, knowledge, today, began)
    if began is not None or not comes_back(parsed):
        return plan  # a diary tells the stage itself
    return in_stages(plan, 0, knowledge, bone=from_bone(parsed))


def _stopped(fired: tuple[SafetyNotice, ...], knowledge: Knowledge) -> Plan:
    first = next(notice for notice in fired if notice.stops_exercise)
    return Plan(
        notices=fired,
        light="red",
        exercises=(),
        cadence=None,
        warm_up=(),
        cool_down=(),
        week=(),
        advice=(),
        expect=(),
        retest=knowledge.texts.after_care,
        disclaimer=knowledge.texts.disclaimer,
        next_step=first.care,
        notes=(knowledge.say("There are no exercises in this plan: what you answered comes first."),),
        action=stop_action(first),
        rules_mark=knowledge.mark,
    )


def _plan(
    findings: Sequence[Finding],
    facts: Facts,
    fired: tuple[SafetyNotice, ...],
    light: LightColour,
    knowledge: Knowledge,
    today: date | None,
    began: date | None,
) -> Plan:
    answers, numbers = facts.answers, knowledge.numbers
    runs, hard, notes = _run_days(answers, light, knowledge)
    wanted = min(answers.sessions_per_week or numbers.sessions[0], numbers.sessions[1])
    layout = lay_out(runs, hard, sessions=wanted, rest_days=numbers.rest_days_before_hard_run, say=facts.say)
    chosen = choose(findings, answers, light, sessions=len(layout.strength), knowledge=knowledge)
    exercises = chosen.exercises
    needed = sessions_needed(exercises, len(layout.strength), light, numbers)
    if needed < len(layout.strength):
        rest = numbers.rest_days_before_hard_run
        layout = lay_out(runs, hard, sessions=needed, rest_days=rest, say=facts.say)
    if len(layout.strength) == 1:
        exercises = tuple(replace(exercise, same_day=bool(exercise.extra_sets)) for exercise in exercises)
    cadence, cadence_notes = _cadence(findings, facts, light, knowledge)
    week = _week(layout, runs, hard, exercises, light, knowledge)
    sessions = len(layout.strength)
    action = choose_action(
        Situation(findings, facts, light, exercises, cadence, sessions, today, knowledge, fired, began)
    )
    runs_now = light != "red"
    ask_cadence = bool(cadence_notes) and cadence is None and baseline_spm(facts) is None
    return Plan(
        notices=fired,
        light=light,
        exercises=exercises,
        cadence=cadence,
        warm_up=routine("warm_up", answers, knowledge) if runs_now else (),
        cool_down=routine("cool_down", answers, knowledge) if runs_now else (),
        week=week,
        advice=advice_for(findings, facts, light, knowledge, ask_cadence=ask_cadence, trains=bool(exercises)),
        expect=knowledge.texts.expect if exercises else (),
        retest=knowledge.texts.retest if runs_now else knowledge.texts.red_retest,
        disclaimer=knowledge.texts.disclaimer,
        next_step=action.text,
        notes=(
            *_without_place(answers, knowledge),
            *_with_an_adult(answers, exercises, knowledge),
            *_why_base(findings, facts, exercises),
            *notes,
            *(layout.problems if runs_now else ()),
            *chosen.notes,
            *cadence_notes,
        ),
        ease_off=knowledge.texts.ease_off if runs_now else "",
        action=action,
        later=chosen.later,
        pain_rule=" ".join((knowledge.texts.pain_rule, *_own_limits(answers, knowledge))),
        how_hard=knowledge.texts.how_hard if exercises else "",
        rules_mark=knowledge.mark,
    )


def _own_limits(answers: Answers, knowledge: Knowledge) -> tuple[str, ...]:
    """Return sentences on the limit of pain of each sore place that has a limit of its own."""
    say = knowledge.say
    if from_bone(answers):
        return (say("Where it can come from the bone: no pain at all."),)
    text = (
        "{place}: up to {limit} of 10 while you load it is accepted, if it is as before by the next morning."
    )
    return tuple(
        say(text, place=_large(say(words_for(place))), limit=PAIN_LIMITS[place])
        for place in answers.pain or ()
        if place in PAIN_LIMITS
    )


def _large(text: str) -> str:
    return text[:1].upper() + text[1:]


def _without_place(answers: Answers, knowledge: Knowledge) -> tuple[str, ...]:
    """Return the note on pain that has a strength and no place; empty where a place was named."""
    if answers.pain or not answers.pain_strength:
        return ()
    note = (
        "You gave pain of {strength} of 10 and no place: say where it hurts, so that the plan can spare it."
    )
    return (knowledge.say(note, strength=answers.pain_strength),)


def _with_an_adult(
    answers: Answers, exercises: Sequence[PlannedExercise], knowledge: Knowledge
) -> tuple[str, ...]:
    """Return the note on training under 18; empty for adults."""
    if not exercises or answers.age is None or answers.age >= ADULT:
        return ()
    return (knowledge.say("Train with an adult there: light loads, no lifting of all you can."),)


def _why_base(
    findings: Sequence[Finding], facts: Facts, exercises: Sequence[PlannedExercise]
) -> tuple[str, ...]:
    if not exercises or any(finding.outcome == "present" for finding in findings):
        return ()
    if facts.answers.pain:
        return (facts.say("The plan is the base programme, without what loads the sore place."),)
    if any(finding.outcome in {"absent", "cannot_tell"} for finding in findings):
        return (
            facts.say(
                "Nothing that was looked at stood out, so this is the base programme, which serves every "
                "runner."
            ),
        )
    return (
        facts.say("Nothing could be assessed, so this is the base programme, which serves every runner."),
    )


def _run_days(
    answers: Answers, light: LightColour, knowledge: Knowledge
) -> tuple[frozenset[int], frozenset[int], list[str]]:
    hard = frozenset(DAYS.index(day) for day in answers.hard_run_days or ())
    notes: list[str] = []
    if answers.run_days is None or (not answers.run_days and answers.longest_run_min == 0):
        usual = frozenset(DAYS.index(day) for day in knowledge.numbers.usual_run_days)
        runs = usual | hard
        notes.append(
            knowledge.say(
                "You named no running days: the week assumes runs on {days}. Give run_days to fit it to "
                "yours.",
                days=", ".join(knowledge.say(DAY_NAMES[day]) for day in sorted(runs)),
            )
        )
    else:
        runs = frozenset(DAYS.index(day) for day in answers.run_days)
    if light == "amber" and hard:
        notes.append(knowledge.say("The pain light is amber: hard runs are easy, flat runs this week."))
    if light == "red" and runs:
        notes.append(knowledge.say("The pain light is red: no running until it has settled."))
    return runs, hard, notes


def _week(
    layout: Layout,
    runs: frozenset[int],
    hard: frozenset[int],
    exercises: tuple[PlannedExercise, ...],
    light: LightColour,
    knowledge: Knowledge,
) -> tuple[Day, ...]:
    rows = [(exercise.id, exercise.sets, exercise.extra_sets) for exercise in exercises]
    sessions = dict(zip(layout.strength, share_out(rows, len(layout.strength)), strict=True))
    days = (_day(index, sessions.get(index), runs, hard, light, knowledge.say) for index in range(7))
    return tuple(
        replace(day, minutes=minutes_of(sessions[index], knowledge.numbers)) if day.exercises else day
        for index, day in enumerate(days)
    )


def _day(
    index: int,
    session: list[tuple[str, int]] | None,
    runs: frozenset[int],
    hard: frozenset[int],
    light: LightColour,
    say: Language,
) -> Day:
    name, is_run = say(DAY_NAMES[index]), index in runs
    rested = is_run and light == "red"
    note = say("no run until the pain has settled") if rested else ""
    is_run = is_run and not rested
    if session:
        ids, sets = tuple(key for key, _ in session), tuple(number for _, number in session)
        if is_run:
            return Day(name, "run and strength", ids, say("run first, lift afterwards"), sets)
        return Day(name, "strength", ids, note, sets)
    if is_run and index in hard:
        return (
            Day(name, "hard run")
            if light in {"green", "grey"}
            else Day(name, "run", note=say("easy and flat instead of hard"))
        )
    if is_run:
        return Day(name, "run", note=say("easy and flat") if light == "amber" else "")
    return Day(name, "rest", note=note)


def _cadence(
    findings: Sequence[Finding], facts: Facts, light: LightColour, knowledge: Knowledge
) -> tuple[CadenceTarget | None, list[str]]:
    ids = dict.fromkeys(finding.id for finding in findings if finding.outcome == "present")
    wanting = [
        knowledge.findings[key]
        for key in ids
        if key in knowledge.findings and _asks_for_cadence(knowledge.findings[key], facts)
    ]
    if not wanting:
        return None, []
    if light == "red" or comes_back(facts.answers):
        return None, []
    baseline = baseline_spm(facts)
    if baseline is None:
        return None, [
            knowledge.say("No cadence target: neither a recording nor a count gives your baseline.")
        ]
    if baseline >= knowledge.numbers.cadence_no_raise_from_spm:
        high = "No cadence target: {baseline:.0f} steps a minute is high already."
        return None, [knowledge.say(high, baseline=baseline)]
    reasons = [programme_reason(knowledge, "cadence_steps")]
    reasons += [
        Reason("cadence_steps", rule.title, rule.id, rule.grade, knowledge.cite(rule.sources))
        for rule in wanting
    ]
    return cadence_target(baseline, knowledge.numbers, tuple(reasons), say=knowledge.say), []


def _asks_for_cadence(rule: FindingRule, facts: Facts) -> bool:
    """Return whether cadence work follows from a finding: from a feature only where something hurts."""
    sore = set(facts.answers.pain or ())
    return rule.cadence and (not rule.only_with_pain or bool(sore & set(rule.hurts)))
