"""Faults found by reading whole plans of fifty written patients, each with the patient that showed it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from gait.analysis.results import Analysis, Metric
from gait.coaching.assess import assess
from gait.coaching.diary.check_in import CheckIn
from gait.coaching.follow import Coaching, follow
from gait.coaching.model import Plan
from gait.coaching.plan.facts import sets_text
from gait.coaching.prescribe import prescribe
from gait.coaching.questionnaire.answers import choices_of, parse_answers
from gait.coaching.rules.load import Knowledge
from gait.report.terminal.plan import followed_lines

ASKED: dict[str, Any] = {
    "red_flags": [], "age": 34, "pregnant": False, "recent_surgery": False, "serious_injury": False,
    "risk_signs": [], "pain": [], "limping": False,
}  # fmt: skip
GYM = ["barbell", "dumbbells", "kettlebell", "band", "bench", "chair", "step", "box", "cable", "wall"]
Make = Callable[..., Any]


def plan_of(answers: dict[str, Any], run: Analysis | None = None) -> Plan:
    """Plan of somebody who was asked all that keeps them safe."""
    given = parse_answers(ASKED | answers)
    return prescribe(assess(run, given), run, given)


def sore(*places: str, strength: int = 2, **more: Any) -> dict[str, Any]:
    """Little pain in some places."""
    return {"pain": list(places), "pain_strength": strength, "pain_settles": "within_hour", **more}


def ids(plan: Plan) -> set[str]:
    """Exercises of this week and of later ones."""
    return {one.id for one in (*plan.exercises, *plan.later)}


@pytest.mark.parametrize("place", ["shin", "foot", "hip", "groin", "hip_outside", "ankle"])
def test_short_of_food_pain_over_a_bone_stops(place: str) -> None:
    """Periods away and a sore shin is how bone stress begins: no plan of runs and squats beside it."""
    plan = plan_of(sore(place, risk_signs=["under_fuelling"]))
    assert plan.action.kind == "stop"
    assert not plan.exercises


def test_who_is_short_of_food_is_sent_to_a_doctor_first() -> None:
    """Without pain the one step is the doctor, not another recording; no jumps."""
    plan = plan_of({"risk_signs": ["under_fuelling"], "experience": "regular", "equipment": GYM})
    assert plan.action.because == ("under_fuelling",)
    assert "See a doctor" in plan.action.text
    assert "box_jump" not in ids(plan)


def test_pregnancy_and_birth_once_cleared_say_when_to_stop() -> None:
    """No running in the first 12 weeks after a birth, and the signs that end a session."""
    plan = plan_of({"pregnant": True, "cleared_for": ["pregnant"]})
    care = next(one.care for one in plan.notices if one.id == "pregnancy")
    assert "no running yet" in care
    assert "bleeding" in care
    assert plan.exercises


@pytest.mark.parametrize("place", choices_of("pain"))
def test_with_pain_nobody_gets_the_top_of_the_ladder(place: str, pack: Knowledge) -> None:
    """Jumps and single-leg squats are for those who train regularly, without pain in any place."""
    plan = plan_of(sore(place, experience="regular", equipment=GYM, therapist_says_train=True))
    assert not any(pack.exercises[one.id].level == "advanced" for one in plan.exercises)


def test_a_sore_hamstring_gets_no_deep_squats() -> None:
    """Squats that are felt in the back of the thigh give way to easier ones."""
    assert not ids(plan_of(sore("thigh_back", experience="regular", equipment=GYM))) & {
        "low_bar_squat", "bulgarian_split_squat", "romanian_deadlift", "assisted_pistol_squat",
    }  # fmt: skip


@pytest.mark.parametrize("more", [{}, {"strike_angle_deg": 16.0}, {"cadence_spm": 148.0, "speed_m_s": 2.9}])
def test_a_difference_that_cannot_be_told_keeps_nobody_from_going_on(
    more: dict[str, float], metric: Make, two_sided: Make, analysis: Make
) -> None:
    """No pain, no fault, at most a feature, and sides too noisy to compare: keep going, no new recording."""
    values = {"strike_angle_deg": 2.0, "cadence_spm": 172.0, "speed_m_s": 3.0, **more}
    rows: list[Metric] = [metric(key, value, 0.5) for key, value in values.items()]
    rows.append(two_sided("contact_ms", 250.0, 240.0, spread=25.0))
    run = analysis(*rows)
    found = {one.id: one.outcome for one in assess(run, ASKED)}
    assert found["left_right_difference"] == "cannot_tell"
    assert plan_of({}, run).action.kind == "keep_going"


def test_a_word_against_the_sensors_is_filmed(metric: Make, analysis: Make) -> None:
    """It is said what does not agree, in the finding and in the step, and not that a bound is too close."""
    run = analysis(metric("pronation_excursion_deg", 6.0, 1.0), metric("circumduction_cm", 1.0, 0.5))
    answers = ASKED | {"form": ["knees_in"]}
    found = next(one for one in assess(run, answers) if one.id == "caving_in")
    assert found.outcome == "cannot_tell"
    assert found.summary == "You noticed it; the sensor does not show it."
    step = plan_of(answers, run).action
    assert (step.kind, step.because) == ("recheck", ("caving_in",))
    assert "do not agree" in step.text


@pytest.mark.parametrize(
    ("answers", "named"),
    [
        (
            sore("achilles", "knee_front", form=["heel_first"], equipment=["step", "band"]),
            ["Straight-leg raise", "Calf raise"],
        ),
        (sore("knee_inside", form=["knees_in"], equipment=["band"]), ["Glute bridge", "Side-lying clam"]),
        (sore("knee_outside", form=["knees_in"], equipment=["band"]), ["Crab walk", "Band kick-back"]),
    ],
)  # fmt: skip
def test_the_step_names_what_the_place_wants_most(answers: dict[str, Any], named: list[str]) -> None:
    """Each pain's own first, what a sign asks for as well before others, stand-ins of another kind last."""
    text = plan_of(answers | {"experience": "some"}).action.text
    assert " and ".join(named) in text


@pytest.mark.parametrize(
    ("place", "exercise"), [("back", "Glute bridge"), ("hip", "Glute bridge"), ("buttock", "Crab walk")]
)
def test_hip_back_and_buttock_have_what_the_articles_give(place: str, exercise: str) -> None:
    """Seat muscles for hip and low back, lateral band walks for the buttock; nothing says there is none."""
    plan = plan_of(sore(place, equipment=["band"], experience="some"))
    assert exercise in plan.action.text
    assert not any("no exercises for this place" in note for note in plan.notes)


def test_further_sets_of_the_only_session_are_not_of_another_day() -> None:
    """One session a week: they stand in it."""
    plan = plan_of({"form": ["quads_only"], "equipment": GYM, "experience": "some", "sessions_per_week": 1})
    lift = next(one for one in plan.exercises if one.id == "romanian_deadlift")
    assert lift.extra_sets
    assert "same session" in sets_text(lift)
    two = plan_of({"form": ["quads_only"], "equipment": GYM, "experience": "some"})
    assert any("another day" in sets_text(one) for one in two.exercises)


def test_fewer_sets_on_amber_still_make_two_sessions() -> None:
    """An amber light shortens sessions, it does not take one away."""
    plan = plan_of(sore("hip_outside", strength=3, age=52, experience="new", equipment=["band"]))
    assert plan.light == "amber"
    assert sum(bool(day.exercises) for day in plan.week) == 2


@pytest.mark.parametrize(
    ("place", "says"), [("achilles", "up to 5 of 10"), ("knee_below_cap", "up to 3 of 10"), ("calf", "")]
)
def test_each_place_has_its_own_limit_of_pain(place: str, says: str) -> None:
    """Tendons may ache more while they are loaded; every other place keeps to the rule for all."""
    rule = plan_of(sore(place, therapist_says_train=True)).pain_rule
    assert (says in rule) if says else ("while you load it" not in rule)


def test_from_the_bone_no_pain_is_accepted() -> None:
    """Cleared, in stages: none at all, and no word of a cadence."""
    answers = sore("shin", strength=0, risk_signs=["earlier_bone_stress"], cleared_for=["bone"])
    plan = plan_of(answers)
    assert plan.pain_rule.endswith("no pain at all.")
    assert not any("cadence" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("place", "often"),
    [("achilles", "every day"), ("knee_below_cap", "every day"), ("foot", "every second day")],
)
def test_tendons_are_loaded_as_often_as_in_the_trials(place: str, often: str) -> None:
    """Twice a week is not what was tried: how often stands at the exercise."""
    plan = plan_of(sore(place, therapist_says_train=True, equipment=["step", "chair"]))
    mine = [one for one in plan.exercises if one.role == "pain"]
    assert mine
    assert any(often in one.load for one in mine)
    if place != "foot":
        assert often in plan.action.dose


def test_calf_work_stands_in_both_sessions() -> None:
    """Two a week, straight and bent knee."""
    plan = plan_of(sore("calf", experience="some", equipment=["step"]))
    days = [day.exercises for day in plan.week if day.exercises]
    assert len(days) == 2
    assert all({"calf_raise", "bent_knee_calf_raise"} <= set(day) for day in days)


def test_no_exercise_takes_its_turn_beside_itself() -> None:
    """What the ladder has in the week already is not waited for: it would stand in a week twice."""
    answers = sore("knee_deep", pain_signs=["hills_worse", "swelling"], experience="new", sessions_per_week=3)
    plan = plan_of(answers)
    assert "glute_bridge" in {one.id for one in plan.exercises}
    assert not {one.id for one in plan.exercises} & {one.id for one in plan.later}


def test_pain_without_a_place_is_no_sore_place() -> None:
    """Pain of 7 and "nothing hurts": what is left out is left out because it may load it."""
    plan = plan_of({"pain": [], "pain_strength": 7})
    assert plan.light == "red"
    left = [note for note in plan.notes if "left out" in note]
    assert left
    assert not any("sore place" in note for note in left)


START = date(2026, 5, 4)


def weeks(answers: dict[str, Any], *pains: int) -> Coaching:
    """Plan of the day of the last of entries a week apart."""
    rows = [
        CheckIn(date=START + timedelta(weeks=at), pain=pain, sessions=2, longest_run_min=40.0)
        for at, pain in enumerate(pains)
    ]
    return follow(None, ASKED | answers, rows, today=rows[-1].date)


def test_no_better_in_four_weeks_is_the_step() -> None:
    """Not another round of the same: a therapist, while the plan stands; better, or red, it is not."""
    answers = sore("knee_front", equipment=["band"], experience="some")
    stuck = weeks(answers, *[2] * 6).plan
    assert "physical therapist" in stuck.action.text
    assert stuck.exercises
    assert weeks(answers, 2, 2, 2, 1, 1, 1).plan.action.kind == "strength"
    assert weeks(answers, 2, 2, 2, 2, 2, 7).plan.action.kind == "walk_run"


def test_what_keeps_safe_stands_above_where_one_stands() -> None:
    """With a diary too: the notice first, then the weeks, then the step."""
    made = weeks(sore("knee_front", risk_signs=None), 1, 1)
    lines = [line.text for line in followed_lines(made.plan, made.progress)]
    first, begun, step = (
        next(at for at, text in enumerate(lines) if text.startswith(words))
        for words in ("Before starting", "Since you began", "Next:")
    )
    assert first < begun < step


def test_what_has_become_quiet_hurt_once() -> None:
    """With pain of 0 it "hurt" there, nothing is to be cooled, and staying quiet is what counts."""
    plan = plan_of(sore("knee_front", strength=0, equipment=["band"], experience="some"))
    assert plan.action.text.startswith("Where it hurt (")
    assert "quiet" in plan.action.worked_if
    assert "rest_and_cold" not in {one.id for one in plan.advice}
    assert "rest_and_cold" in {one.id for one in plan_of(sore("knee_front")).advice}


@pytest.mark.parametrize("place", ["calf", "achilles", "foot"])
def test_who_forces_the_strike_and_aches_stops_forcing_it(place: str) -> None:
    """What sets it off comes before exercises for it; elsewhere it is an advice beside the step."""
    forcing = {"form": ["forcing_strike"], "cadence_spm": 168.0, "experience": "some", "equipment": ["step"]}
    assert plan_of(sore(place, **forcing)).action.text.startswith("Leave your foot strike alone")
    assert not plan_of(sore("knee_front", **forcing)).action.text.startswith("Leave")


def test_slouching_is_told_to_run_tall() -> None:
    """The article's own advice is the step, not this project's plank."""
    step = plan_of({"form": ["slouching"], "experience": "new", "equipment": []}).action
    assert step.text.startswith("Run tall")


def test_a_warning_names_what_was_answered() -> None:
    """One notice stands for several signs: it says which of them was named."""
    plan = plan_of({"red_flags": ["locks_or_gives_way"]})
    assert plan.notices[0].text.endswith("You named: the knee locks, gives way, or clicks with pain.")


def test_amber_takes_cadence_back_with_a_sore_tendon_too() -> None:
    """Pain of 4 at the heel tendon is within its limit while it is loaded, and no week on of cadence work."""
    answers = sore("achilles", form=["feet_ahead"], cadence_spm=160.0, experience="some")
    calm, achy = weeks(answers, 1, 1, 1).plan.cadence, weeks(answers, 4, 4, 4).plan.cadence
    assert calm is not None
    assert achy is not None
    assert calm.minutes[0] > achy.minutes[0]
