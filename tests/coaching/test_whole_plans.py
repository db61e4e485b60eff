"""Whole plans of random patients: findings, plan, diary, terminal, calendar and JSON of each, judged at once.

Some 150 in the suite, ten thousand with ``tests/run.py --long``.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gait.analysis.results import Analysis, Metric
from gait.coaching.diary.check_in import CheckIn
from gait.coaching.follow import Coaching, follow
from gait.coaching.model import PlannedExercise
from gait.coaching.plan.calendar import MOST_OCTETS, calendar_text
from gait.coaching.questionnaire.answers import Answers, choices_of, parse_answers
from gait.coaching.rules.load import Knowledge
from gait.coaching.rules.translate import in_language
from gait.coaching.safety import unasked
from gait.report.exports.strides_and_json import plain
from gait.report.terminal.plan import followed_lines
from tests.properties import is_long

PATIENTS, LONG_PATIENTS, BLOCKS = 152, 10_000, 8
TODAY = date(2026, 5, 4)
STAMP = datetime(2026, 5, 4, tzinfo=UTC)
MANY = ("pain", "pain_signs", "form", "equipment", "risk_signs", "red_flags", "cleared_for")
YES_NO = (
    "pregnant", "recent_surgery", "serious_injury", "cleared", "limping", "saw_therapist",
    "therapist_says_train", "in_treatment", "wears_brace",
)  # fmt: skip
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
METRICS = {
    "cadence_spm": (140, 195, 1.0),
    "speed_m_s": (2.0, 4.5, 0.1),
    "strike_angle_deg": (-12, 25, 2.0),
    "shank_angle_deg": (-5, 18, 2.0),
    "pronation_excursion_deg": (3, 22, 1.5),
    "circumduction_cm": (0, 9, 1.0),
    "contact_ms": (180, 320, 4.0),
    "flight_ms": (60, 160, 4.0),
    "peak_acc_g": (4, 16, 0.5),
}
"""Metric -> least, most, half-width of its interval."""
RUNS = re.compile(
    r"metronome|on your next|run tall|quicker step|keep runs|before a run|easy runs|next outing",
    re.IGNORECASE,
)
BANNED = re.compile(
    r"prevents? injur|treats? |abnormal|pathological|at risk|cures? |% certain|runner's knee|syndrome|"
    r"tendinopath|fasciit|patellofemoral|iliotibial|shin splint|(land|strike) (on|with) your (fore|mid)",
    re.IGNORECASE,
)
UNFILLED = re.compile(r"\{\w+\}|\bNone\b|\bnan\b")


CALM: dict[str, Any] = {"red_flags": [], "age": 34, "risk_signs": [], "pain": [], "limping": False}
CALM |= dict.fromkeys(YES_NO[:3], False)
GYM = ("barbell", "dumbbells", "band", "bench", "chair", "step", "box", "cable", "wall")


def written(draw: random.Random) -> dict[str, Any]:
    """Somebody as they come to a coach: strong and running hard, or landing far ahead with a little pain."""
    days = draw.sample(DAYS, 4)
    who = CALM | {
        "run_days": days,
        "hard_run_days": days[:2],
        "equipment": list(GYM),
        "experience": "regular",
    }
    if draw.random() < 0.5:
        return who | draw.choice(
            ({}, {"age": 16, "cleared_for": ["age"]}, {"risk_signs": ["under_fuelling"]})
        )
    pain = {"pain": draw.sample(choices_of("pain"), 1), "pain_strength": draw.randint(0, 4)}
    ahead = {"form": ["feet_ahead"], "cadence_spm": draw.uniform(145, 179), "longest_run_min": 40.0}
    return who | pain | ahead | {"pain_settles": "within_hour"}


def answers_of(draw: random.Random) -> dict[str, Any]:
    """Some answers: often all of safety, sometimes little, now and then a contradiction."""
    if draw.random() < 0.4:
        return written(draw)
    answers: dict[str, Any] = dict(CALM) if draw.random() < 0.7 else {}
    for field in MANY:
        often = 0.1 if field in {"red_flags", "risk_signs", "cleared_for"} else 0.6
        if draw.random() < often:
            values = choices_of(field)
            answers[field] = draw.sample(values, min(len(values), draw.choice((0, 1, 1, 2, 3))))
    for field in YES_NO:
        if draw.random() < 0.2:
            answers[field] = draw.random() < 0.4
    for field in ("pain_settles", "pain_side", "experience"):
        if draw.random() < 0.7:
            answers[field] = draw.choice(choices_of(field))
    numbers = {
        "age": draw.choice((8, 14, 17, 18, 40, 72)), "pain_strength": draw.randint(0, 8),
        "sessions_per_week": draw.randint(1, 3), "cadence_spm": draw.uniform(140, 195),
        "longest_run_min": draw.choice((0.0, 10.0, 30.0, 150.0)),
    }  # fmt: skip
    answers |= {key: value for key, value in numbers.items() if draw.random() < 0.35}
    if draw.random() < 0.6:
        answers["run_days"] = draw.sample(DAYS, draw.randint(0, 7))
        answers["hard_run_days"] = draw.sample(
            answers["run_days"], min(draw.randint(0, 2), len(answers["run_days"]))
        )
    return answers


def recording_of(draw: random.Random, analysis: Callable[..., Analysis]) -> Analysis | None:
    """A recording of some metrics, of both sides or without; none for half of the patients."""
    if draw.random() < 0.5:
        return None
    metrics = {}
    for name, (low, high, half) in METRICS.items():
        if draw.random() < 0.3:
            continue
        value, apart = draw.uniform(low, high), draw.choice((0.0, 0.02, 0.2)) * (high - low)
        sides: dict[str, Any] = {}
        if name not in {"cadence_spm", "speed_m_s"} and draw.random() < 0.7:
            sides = {
                "left": value + apart / 2, "right": value - apart / 2, "left_uncertainty": half,
                "right_uncertainty": half, "difference": apart, "difference_uncertainty": half,
            }  # fmt: skip
        metrics[name] = Metric(name, value, half, sd=1.0, n=200, **sides)
    return analysis(*metrics.values())


def diary_of(draw: random.Random) -> list[CheckIn]:
    """A diary up to today; none for half of the patients."""
    if draw.random() < 0.5:
        return []
    weekly, calm = draw.random() < 0.5, draw.random() < 0.5
    days = range(0, 7 * draw.randint(1, 16), 7) if weekly else draw.sample(range(120), draw.randint(1, 12))
    return [
        CheckIn(
            date=TODAY - timedelta(days=back), pain=draw.choice((0, 0, 1, 2) if calm else (0, 1, 2, 3, 6)),
            settled=calm or draw.random() < 0.9, limping=not calm and draw.random() < 0.05,
            sessions=draw.randint(0, 3), longest_run_min=draw.choice((12.0, 40.0) if calm else (0.0, 40.0)),
            stage_done=draw.random() < 0.5,
        )
        for back in sorted(days, reverse=True)
    ]  # fmt: skip


def faults_of(made: Coaching, recorded: Analysis | None, pack: Knowledge) -> Iterator[str]:
    """Yield what is wrong with a plan and with each of its outputs."""
    plan = made.plan
    text = "\n".join(line.text for line in followed_lines(plan, made.progress, say=pack.say))
    calendar = calendar_text(plan, TODAY, stamp=STAMP, say=pack.say)
    body = json.dumps({"plan": plain(plan), "findings": plain(made.findings)}, allow_nan=False)
    if any(len(line.encode()) > MOST_OCTETS for line in calendar.split("\r\n")):
        yield "a calendar line is too long"
    if calendar.count("BEGIN:VEVENT") != calendar.count("END:VEVENT"):
        yield "an event does not end"
    for name, said in (("text", text), ("calendar", calendar.replace("\r\n ", "")), ("JSON", body)):
        uncited = re.sub(r'"citation": "[^"]*"', "", said)
        yield from (f"{name} says {found[0]!r}" for found in BANNED.finditer(uncited))
        yield from (f"{name} has {found[0]!r}" for found in UNFILLED.finditer(uncited))
    if plan.action.kind == "stop":
        yield from _faults_of_a_stop(made, text, calendar)
        return
    yield from _faults_of_light(made, text, calendar, pack)
    yield from _faults_of_week(made, pack)
    yield from _faults_of_cadence(made, recorded)


def _faults_of_a_stop(made: Coaching, text: str, calendar: str) -> Iterator[str]:
    plan = made.plan
    if (
        plan.exercises
        or plan.later
        or plan.warm_up
        or plan.cool_down
        or plan.week
        or plan.advice
        or plan.cadence
    ):
        yield "a stop with training"
    if plan.light != "red" or made.progress is not None:
        yield "a stop that is not red, or goes on from the diary"
    if RUNS.search(text) or calendar.count("BEGIN:VEVENT") != 1:
        yield "a stop that speaks of running"
    if not any(one.stops_exercise and one.care == plan.action.text for one in plan.notices):
        yield "a stop without its notice"
    if any(RUNS.search(one.summary) for one in made.findings):
        yield "a finding that trains beside a stop"


def _faults_of_light(made: Coaching, text: str, calendar: str, pack: Knowledge) -> Iterator[str]:
    plan, given = made.plan, made.answers
    open_ = unasked(given)
    if open_ and (
        plan.light == "green" or not any(one.id == "warning_signs_unasked" for one in plan.notices)
    ):
        yield "unasked, and green or in silence"
    if open_ and plan.notices and text.index(plan.notices[0].text) > text.index(plan.action.text):
        yield "safety stands behind the step"
    if {"red_flags", "pain"} & set(open_) and plan.light != "red" and plan.action.kind != "ask":
        yield "no questions although nobody asked"
    for one in (*plan.exercises, *plan.later):
        yield from _faults_of_exercise(one, made, pack)
    if plan.light == "red" and (
        RUNS.search(text) or plan.warm_up or "run" in {word for day in plan.week for word in day.kind.split()}
    ):
        yield "red, and running"
    if plan.light == "red" and re.search(r"SUMMARY:(Hard run|Run)", calendar):
        yield "red, and a run in the calendar"


def _faults_of_exercise(one: PlannedExercise, made: Coaching, pack: Knowledge) -> Iterator[str]:
    plan, given, rule = made.plan, made.answers, pack.exercises[one.id]
    sore = set(given.pain or ())
    strained = set(rule.strains) & sore if sore else set(rule.strains)
    if plan.light == "red" and strained:
        yield f"red, and {one.id} loads {sorted(strained)}"
    if rule.plyometric and (given.pain != () or plan.light != "green" or _tender(given)):
        yield f"a jump: {one.id}"
    if rule.level == "advanced" and given.pain:
        yield f"the top of the ladder with pain: {one.id}"
    if "barbell" in one.equipment and (given.pregnant or (given.age or 30) < 18):
        yield "a barbell"
    if given.equipment is not None and not set(one.equipment) <= set(given.equipment):
        yield f"{one.id} needs {one.equipment}"


def _tender(given: Answers) -> bool:
    risky = {"earlier_bone_stress", "under_fuelling", "floxacin_or_steroids", "heart_condition", "load_jump"}
    return bool(
        given.pregnant or given.recent_surgery or given.serious_injury or (given.age or 30) < 18
        or risky & set(given.risk_signs or ())
    )  # fmt: skip


def _faults_of_week(made: Coaching, pack: Knowledge) -> Iterator[str]:
    plan = made.plan
    if sum(sum(day.sets) for day in plan.week) != sum(one.sets_in_week for one in plan.exercises):
        yield "the week has other sets than the exercises"
    if {key for day in plan.week for key in day.exercises} != {one.id for one in plan.exercises}:
        yield "an exercise stands on no day"
    for day in plan.week:
        if sum(day.sets) > pack.numbers.most_sets_a_session or day.minutes > 45:
            yield "a session is too long"
    held = [at for at, day in enumerate(plan.week) if day.kind == "hard run"]
    close = [at for at in held if plan.week[at - 1].exercises]
    if close and not any("is a hard run" in note or "a hard-run day" in note for note in plan.notes):
        yield "no rest before a hard run, in silence"
    state = made.progress
    if state is not None and state.running == "stages":
        runs = [at for at, day in enumerate(plan.week) if "run" in day.kind]
        if plan.cadence or any((at + 1) % 7 in runs for at in runs):
            yield "stages on two days running, or with a metronome"
    yield from (fault for one in plan.exercises for fault in _faults_of_sets(one, made))


def _faults_of_sets(one: PlannedExercise, made: Coaching) -> Iterator[str]:
    light = made.plan.light
    staged = made.progress is not None or one.role == "pain"
    if one.role == "base" and light in {"green", "grey"} and not staged and one.sets != 3:
        yield f"{one.id} has {one.sets} sets"
    if one.role == "base" and one.extra_sets not in {0, 2, 3}:
        yield f"{one.id} has {one.extra_sets} further sets"
    if not (one.set_up and one.movement and one.rest_s and one.effort and one.reasons):
        yield f"{one.id} is not told in full"


def _faults_of_cadence(made: Coaching, recorded: Analysis | None) -> Iterator[str]:
    target = made.plan.cadence
    if target is None:
        return
    measured = recorded.metrics.get("cadence_spm") if recorded is not None else None
    baseline = measured.value if measured is not None else made.answers.cadence_spm
    if baseline is None or baseline >= 180 or not baseline < target.target_spm <= 1.10 * baseline + 1e-6:
        yield f"from {baseline} to {target.target_spm}"
    if target.metronome_bpm != round(target.target_spm) or target.target_spm > target.limit_spm:
        yield "the metronome has another figure"


@pytest.mark.parametrize("block", range(BLOCKS))
def test_whole_plans_hold_together(block: int, pack: Knowledge, analysis: Callable[..., Analysis]) -> None:
    """Safe, balanced, said alike in every output, in plain words; every eighth patient in German as well."""
    count = (LONG_PATIENTS if is_long() else PATIENTS) // BLOCKS
    german = in_language(pack, "de")
    wrong = []
    for seed in range(block * count, (block + 1) * count):
        draw = random.Random(seed)
        answers, recorded, diary = (
            parse_answers(answers_of(draw)),
            recording_of(draw, analysis),
            diary_of(draw),
        )
        made = follow(recorded, answers, diary, pack=pack, today=TODAY)
        wrong += [(seed, fault) for fault in faults_of(made, recorded, pack)]
        if seed % 8 == 0:
            other = follow(recorded, answers, diary, pack=german, today=TODAY).plan
            same = [(one.id, one.sets_in_week, one.aim) for one in other.exercises]
            if same != [(one.id, one.sets_in_week, one.aim) for one in made.plan.exercises]:
                wrong.append((seed, "another plan in German"))
    assert not wrong, wrong[:12]
