"""From findings and answers to a plan: safety, pain light, exercises, week, cadence, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gait.analysis.results import Analysis
from gait.coaching.assess import facts_of
from gait.coaching.evaluate import Facts, judge
from gait.coaching.model import (
    Advice,
    CadenceTarget,
    Day,
    Finding,
    LightColour,
    Plan,
    PlannedExercise,
    Reason,
    SafetyNotice,
)
from gait.coaching.plan.cadence import baseline_spm, cadence_target
from gait.coaching.plan.exercises import choose, programme_reason
from gait.coaching.plan.week import DAY_NAMES, DAYS, Layout, lay_out
from gait.coaching.questionnaire.answers import Answers, answers_from
from gait.coaching.rules.load import Knowledge, load_knowledge
from gait.coaching.rules.schema import AdviceRule, RoutineItem
from gait.coaching.safety import check_safety, notices, pain_light

__all__ = ["prescribe"]


def prescribe(
    findings: Sequence[Finding],
    analysis: Analysis | None = None,
    answers: Answers | Mapping[str, Any] | None = None,
    *,
    pack: Knowledge | None = None,
) -> Plan:
    """Make a plan.

    Parameters
    ----------
    findings
        From `gait.coaching.assess.assess`; an empty sequence gives the base programme.
    analysis
        Gives the cadence baseline; None where there is no recording.
    answers
        What the runner says; None where nothing was asked.
    pack
        Rules; the built-in ones where None.

    Returns
    -------
    A `Plan`; without exercises, cadence, routines, week and advice where a notice stops exercise.

    Raises
    ------
    KnowledgeError
        Answers that break their schema.
    """
    knowledge = pack or load_knowledge()
    given = answers_from(answers)
    facts = facts_of(analysis, given)
    fired = notices(check_safety(given, pack=knowledge, facts=facts), knowledge)
    light = pain_light(given, knowledge.numbers)
    if any(notice.stops_exercise for notice in fired):
        return _stopped(fired, light, knowledge)
    return _plan(findings, facts, fired, light, knowledge)


def _stopped(fired: tuple[SafetyNotice, ...], light: LightColour, knowledge: Knowledge) -> Plan:
    first = next(notice for notice in fired if notice.stops_exercise)
    return Plan(
        notices=fired,
        light="red" if first.urgency in {"emergency", "same day", "soon"} else light,
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
        notes=("There are no exercises in this plan: what you answered comes first.",),
    )


def _plan(
    findings: Sequence[Finding],
    facts: Facts,
    fired: tuple[SafetyNotice, ...],
    light: LightColour,
    knowledge: Knowledge,
) -> Plan:
    answers, numbers = facts.answers, knowledge.numbers
    runs, hard, notes = _run_days(answers, light, knowledge)
    wanted = min(answers.sessions_per_week or numbers.sessions[0], numbers.sessions[1])
    layout = lay_out(runs, hard, sessions=wanted, rest_days=numbers.rest_days_before_hard_run)
    chosen = choose(findings, answers, light, sessions=len(layout.strength), knowledge=knowledge)
    cadence, cadence_notes = _cadence(findings, facts, light, knowledge)
    week = _week(layout, runs, hard, chosen.exercises, light)
    exercises = chosen.exercises
    return Plan(
        notices=fired,
        light=light,
        exercises=exercises,
        cadence=cadence,
        warm_up=_routine(knowledge.warm_up.values(), "warm_up", knowledge),
        cool_down=_routine(knowledge.cool_down.values(), "cool_down", knowledge),
        week=week,
        advice=_advice(
            findings,
            facts,
            knowledge,
            ask_cadence=bool(cadence_notes) and cadence is None and baseline_spm(facts) is None,
        ),
        expect=knowledge.texts.expect,
        retest=knowledge.texts.retest,
        disclaimer=knowledge.texts.disclaimer,
        next_step=_next_step(week, exercises, light),
        notes=(*_why_base(findings), *notes, *layout.problems, *chosen.notes, *cadence_notes),
        ease_off=knowledge.texts.ease_off,
    )


def _why_base(findings: Sequence[Finding]) -> tuple[str, ...]:
    if any(found.outcome == "present" for found in findings):
        return ()
    if any(found.outcome in {"absent", "cannot_tell"} for found in findings):
        return (
            "Nothing that was looked at stood out, so this is the base programme, which serves every runner.",
        )
    return ("Nothing could be assessed, so this is the base programme, which serves every runner.",)


def _run_days(
    answers: Answers, light: LightColour, knowledge: Knowledge
) -> tuple[frozenset[int], frozenset[int], list[str]]:
    hard = frozenset(DAYS.index(day) for day in answers.hard_run_days or ())
    notes: list[str] = []
    if answers.run_days is None:
        usual = frozenset(DAYS.index(day) for day in knowledge.numbers.usual_run_days)
        runs = usual | hard
        named = ", ".join(DAY_NAMES[day] for day in sorted(runs))
        notes.append(
            f"You named no running days: the week assumes runs on {named}. Give run_days to fit it to yours."
        )
    else:
        runs = frozenset(DAYS.index(day) for day in answers.run_days)
    if light == "amber" and hard:
        notes.append("The pain light is amber: hard runs are easy, flat runs this week.")
    if light == "red" and runs:
        notes.append("The pain light is red: no running until it has settled.")
    return runs, hard, notes


def _sessions(exercises: tuple[PlannedExercise, ...], count: int) -> list[list[tuple[str, int]]]:
    """(id, sets) of each session: the base first, further sets in the second, the ladder in the rest."""
    base = [(e.id, e.sets) for e in exercises if e.role == "base"]
    further = [(e.id, e.extra_sets) for e in exercises if e.role == "base" and e.extra_sets]
    more = [(e.id, e.sets) for e in exercises if e.role in {"target", "pain"}]
    ladder = [(e.id, e.sets) for e in exercises if e.role in {"foundation", "advanced"}]
    if count == 1:
        sets = dict(base)
        for key, number in (*further, *more):
            sets[key] = sets.get(key, 0) + number
        return [list(sets.items())]
    second = [*further, *more, *ladder] or base
    return [base, second, ladder or base][:count]


def _week(
    layout: Layout,
    runs: frozenset[int],
    hard: frozenset[int],
    exercises: tuple[PlannedExercise, ...],
    light: LightColour,
) -> tuple[Day, ...]:
    sessions = dict(zip(layout.strength, _sessions(exercises, len(layout.strength)), strict=True))
    return tuple(_day(index, sessions.get(index), runs, hard, light) for index in range(7))


def _day(
    index: int,
    session: list[tuple[str, int]] | None,
    runs: frozenset[int],
    hard: frozenset[int],
    light: LightColour,
) -> Day:
    name, is_run = DAY_NAMES[index], index in runs
    rested = is_run and light == "red"
    note = "no run until the pain has settled" if rested else ""
    is_run = is_run and not rested
    if session:
        ids, sets = tuple(key for key, _ in session), tuple(number for _, number in session)
        if is_run:
            return Day(name, "run and strength", ids, "run first, lift afterwards", sets)
        return Day(name, "strength", ids, note, sets)
    if is_run and index in hard:
        return (
            Day(name, "hard run")
            if light == "green"
            else Day(name, "run", note="easy and flat instead of hard")
        )
    if is_run:
        return Day(name, "run", note="easy and flat" if light == "amber" else "")
    return Day(name, "rest", note=note)


def _cadence(
    findings: Sequence[Finding], facts: Facts, light: LightColour, knowledge: Knowledge
) -> tuple[CadenceTarget | None, list[str]]:
    ids = dict.fromkeys(found.id for found in findings if found.outcome == "present")
    wanting = [
        knowledge.findings[key]
        for key in ids
        if key in knowledge.findings and knowledge.findings[key].cadence
    ]
    if not wanting:
        return None, []
    if light == "red":
        return None, ["Cadence work waits until the pain light is no longer red."]
    baseline = baseline_spm(facts)
    if baseline is None:
        return None, ["No cadence target: neither a recording nor a count gives your baseline."]
    if baseline >= knowledge.numbers.cadence_no_raise_from_spm:
        return None, [f"No cadence target: {baseline:.0f} steps a minute is high already."]
    reasons = [programme_reason(knowledge, "cadence_steps")]
    reasons += [
        Reason("cadence_steps", rule.title, rule.id, rule.grade, knowledge.cite(rule.sources))
        for rule in wanting
    ]
    return cadence_target(baseline, knowledge.numbers, tuple(reasons)), []


def _routine(items: Any, rule: str, knowledge: Knowledge) -> tuple[PlannedExercise, ...]:  # noqa: ANN401
    return tuple(_routine_item(item, rule, knowledge) for item in items)


def _routine_item(item: RoutineItem, rule: str, knowledge: Knowledge) -> PlannedExercise:
    return PlannedExercise(
        id=item.id,
        name=item.name,
        sets=1,
        reps=item.reps,
        unit=item.unit,
        load="",
        role="warm_up" if rule == "warm_up" else "cool_down",
        muscles=item.muscles,
        equipment=(),
        cues=item.cues,
        faults=item.faults,
        progression="",
        regression="",
        reasons=(replace(programme_reason(knowledge, rule), sources=knowledge.cite(item.sources)),),
    )


def _advice(
    findings: Sequence[Finding], facts: Facts, knowledge: Knowledge, *, ask_cadence: bool
) -> tuple[Advice, ...]:
    named: dict[str, list[Reason]] = {}
    for key in dict.fromkeys(found.id for found in findings if found.outcome == "present"):
        rule = knowledge.findings.get(key)
        for name in rule.advice if rule else ():
            assert rule is not None
            named.setdefault(name, []).append(
                Reason(name, rule.title, rule.id, rule.grade, knowledge.cite(rule.sources))
            )
    if ask_cadence:
        named.setdefault("count_cadence", [])
    given = [
        rule for rule in knowledge.advice.values() if rule.id in named or rule.always or _fires(rule, facts)
    ]
    return tuple(
        Advice(
            rule.id,
            rule.text,
            (
                Reason(rule.id, rule.why, "", rule.grade, knowledge.cite(rule.sources)),
                *named.get(rule.id, ()),
            ),
        )
        for rule in given
    )


def _fires(rule: AdviceRule, facts: Facts) -> bool:
    if rule.when is None:
        return False
    p = judge(rule.when, facts).p
    return p is not None and p >= 0.5


def _next_step(week: tuple[Day, ...], exercises: tuple[PlannedExercise, ...], light: LightColour) -> str:
    if light == "red":
        return "Do not run until the pain has settled."
    day = next((day for day in week if day.exercises), None)
    if day is None:
        return "Go through the warm-up before your next run."
    names = {e.id: e.name for e in exercises}
    first = ", ".join(names[key] for key in day.exercises[:3])
    return f"On {day.name} do the first strength session, starting with {first}; form comes before load."
