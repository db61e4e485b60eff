"""Whatever is found and answered, the plan keeps the programme's rules; a red flag leaves no exercise."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gait.coaching.assess import assess
from gait.coaching.prescribe import prescribe
from gait.coaching.questionnaire.answers import choices_of, parse_answers
from gait.coaching.rules.load import Knowledge
from tests.properties import cases

ASKED: dict[str, Any] = {
    "red_flags": [],
    "age": 34,
    "pregnant": False,
    "recent_surgery": False,
    "serious_injury": False,
    "risk_signs": [],
    "pain": [],
}
"""Every safety question asked, and nothing in the way."""
BASE = {"low_bar_squat", "romanian_deadlift", "bulgarian_split_squat", "hip_thrust", "crab_walk"}
SOME = cases(40)


def several(field: str) -> st.SearchStrategy[list[str]]:
    """Some of an answer's choices."""
    return st.lists(st.sampled_from(choices_of(field)), unique=True, max_size=4)


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "pain": several("pain"),
        "pain_strength": st.integers(0, 10),
        "pain_signs": several("pain_signs"),
        "pain_settles": st.sampled_from(choices_of("pain_settles")),
        "age": st.sampled_from([8, 15, 17, 18, 34, 70]),
        "pregnant": st.booleans(),
        "cleared": st.booleans(),
        "cleared_for": several("cleared_for"),
        "therapist_says_train": st.booleans(),
        "risk_signs": several("risk_signs"),
        "recent_surgery": st.booleans(),
        "serious_injury": st.booleans(),
        "limping": st.booleans(),
        "form": several("form"),
        "experience": st.sampled_from(choices_of("experience")),
        "equipment": several("equipment"),
        "run_days": several("run_days"),
        "sessions_per_week": st.integers(1, 3),
        "cadence_spm": st.floats(140, 190),
    },
)


def plan_of(answers: dict[str, Any], pack: Knowledge) -> Any:
    """Findings and plan from answers alone."""
    given_ = parse_answers(answers)
    return prescribe(assess(None, given_, pack=pack), None, given_, pack=pack)


@SOME
@given(answers=ANSWERS)
def test_doses_days_and_names(pack: Knowledge, answers: dict[str, Any]) -> None:
    """Doses are possible, no exercise twice, cadence at most a tenth up, as many days as a week has."""
    plan = plan_of(answers, pack)
    ids = [exercise.id for exercise in plan.exercises]
    assert len(ids) == len(set(ids))
    for exercise in plan.exercises:
        assert 1 <= exercise.sets <= 6
        assert 1 <= exercise.reps[0] <= exercise.reps[1] <= 45
        assert exercise.reasons
    if plan.cadence is not None:
        assert plan.cadence.baseline_spm < plan.cadence.target_spm <= plan.cadence.limit_spm
        assert plan.cadence.limit_spm <= 1.101 * plan.cadence.baseline_spm
        assert plan.cadence.metronome_bpm == round(plan.cadence.target_spm)
    if plan.week:
        assert len(plan.week) == 7
        done = {one for day in plan.week for one in day.exercises}
        assert done <= set(ids)


@SOME
@given(answers=ANSWERS)
def test_base_exercises_once_a_week(pack: Knowledge, answers: dict[str, Any]) -> None:
    """Without pain and with the equipment all five base exercises are done, three sets at least, some day."""
    free = ("form", "run_days", "sessions_per_week", "cadence_spm")
    answers = ASKED | {key: value for key, value in answers.items() if key in free}
    answers |= {"equipment": ["barbell", "dumbbells", "band", "bench", "chair"], "experience": "regular"}
    plan = plan_of(answers, pack)
    sets = {exercise.id: exercise.sets for exercise in plan.exercises}
    assert set(sets) >= BASE
    assert all(sets[one] >= 3 for one in BASE)
    assert {one for day in plan.week for one in day.exercises} >= BASE


@SOME
@given(answers=ANSWERS, flag=st.sampled_from(choices_of("red_flags")))
def test_a_red_flag_leaves_nothing(pack: Knowledge, answers: dict[str, Any], flag: str) -> None:
    """Every red flag empties exercises, cadence, warm-up and week, and says what care to seek."""
    plan = plan_of(answers | {"red_flags": [flag]}, pack)
    assert any(notice.stops_exercise and notice.care for notice in plan.notices)
    assert not plan.exercises
    assert plan.cadence is None
    assert not plan.warm_up
    assert not any(day.exercises for day in plan.week)


@SOME
@given(answers=ANSWERS)
def test_lifting_stays_off_run_days(pack: Knowledge, answers: dict[str, Any]) -> None:
    """With at most four running days a session of strength never falls on one."""
    runs = answers.get("run_days", [])[:4]
    plan = plan_of(answers | {"run_days": runs, "sessions_per_week": 2}, pack)
    lifting = [day.name[:3].lower() for day in plan.week if "strength" in day.kind]
    assert not set(lifting) & set(runs)


def test_patellar_tendon_goes_to_a_therapist_first(pack: Knowledge) -> None:
    """Pain below the kneecap in squats and jumps: a therapist before any exercise for it."""
    plan = plan_of({"pain": ["knee_below_cap"], "pain_signs": ["when_squatting", "when_jumping"]}, pack)
    assert any(notice.id == "patellar_tendon" for notice in plan.notices)
    assert "therapist" in " ".join(notice.text + notice.care for notice in plan.notices).lower()


def test_pain_light_scales_the_dose(pack: Knowledge) -> None:
    """Amber pain asks for no more sets than green, and no jumps; red empties or spares."""
    sore = ASKED | {"pain": ["knee_front"], "limping": False}
    green = plan_of(sore | {"pain_strength": 1, "pain_settles": "within_hour"}, pack)
    amber = plan_of(sore | {"pain_strength": 4, "pain_settles": "within_day"}, pack)
    red = plan_of(sore | {"pain_strength": 7}, pack)
    assert (green.light, amber.light, red.light) == ("green", "amber", "red")
    total = [sum(one.sets for one in plan.exercises) for plan in (green, amber, red)]
    assert total[0] > total[1] >= total[2]
    assert "box_jump" not in {one.id for one in amber.exercises}


def test_serious_injury_needs_clearance(pack: Knowledge) -> None:
    """Nothing is planned after one until a professional has cleared it."""
    assert not plan_of({"serious_injury": True, "cleared": False}, pack).exercises
    assert plan_of({"serious_injury": True, "cleared": True, "red_flags": []}, pack).exercises


def test_nothing_tells_a_runner_to_change_the_strike(pack: Knowledge) -> None:
    """No text of the pack asks for another foot strike; the one on it says to leave it alone."""
    texts = (
        " ".join(str(text) for text in pack.texts())
        if callable(pack.texts)
        else " ".join(map(str, pack.texts))
    )
    wrong = (
        r"(switch|change|convert|move|land) (to|on|onto) (a |the |your )?(mid-?foot|forefoot|fore-foot|toes)"
    )
    assert not re.search(wrong, texts, flags=re.IGNORECASE)
    plan = plan_of({"form": ["forcing_strike"]}, pack)
    assert any("foot strike" in one.text.lower() for one in plan.advice)
