"""Patients of other kinds than the written twelve: what a careful coach would not say to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gait.cli.main import main
from gait.coaching.assess import assess
from gait.coaching.follow import follow
from gait.coaching.model import Plan
from gait.coaching.prescribe import prescribe
from gait.coaching.questionnaire.answers import choices_of, parse_answers
from gait.coaching.rules.load import Knowledge, load_knowledge
from tests.properties import cases

ASKED: dict[str, Any] = {
    "red_flags": [],
    "age": 34,
    "pregnant": False,
    "recent_surgery": False,
    "serious_injury": False,
    "risk_signs": [],
    "limping": False,
    "pain": [],
}
SORE: dict[str, Any] = ASKED | {"pain_strength": 4, "pain_settles": "within_day"}
REGULAR: dict[str, Any] = ASKED | {"experience": "regular"}


def plan_of(answers: dict[str, Any]) -> Plan:
    """Plan of a patient."""
    return follow(None, answers).plan


def ids_of(plan: Plan) -> set[str]:
    """Exercises of this week and of later ones."""
    return {one.id for one in (*plan.exercises, *plan.later)}


@pytest.mark.parametrize("place", choices_of("pain"))
@pytest.mark.parametrize("why", [{"pain_strength": 7}, {"pain_strength": 2, "red_flags": ["hop_pain"]}])
def test_a_stop_or_a_red_light_describes_and_does_not_train(place: str, why: dict[str, Any]) -> None:
    """What was found of the pain is what hurts; no exercise is recommended beside it."""
    found = [one for one in assess(None, ASKED | {"pain": [place]} | why) if one.kind == "pain"]
    for one in found:
        assert one.outcome != "present" or "exercise" not in one.summary.lower()
        assert "calf work" not in one.summary


@pytest.mark.parametrize(
    ("more", "barred"),
    [
        ({"recent_surgery": True, "cleared_for": ["recent_surgery"]}, {"box_jump", "assisted_pistol_squat"}),
        ({"serious_injury": True, "cleared_for": ["serious_injury"]}, {"box_jump", "assisted_pistol_squat"}),
        ({"pregnant": True, "cleared_for": ["pregnant"]}, {"box_jump", "low_bar_squat", "single_leg_bridge"}),
        ({"age": 16, "cleared_for": ["age"]}, {"box_jump", "low_bar_squat"}),
        ({"risk_signs": ["floxacin_or_steroids"], "cleared_for": ["tendon_medicine"]}, {"box_jump"}),
        (
            {"risk_signs": ["heart_condition"], "cleared_for": ["heart"]},
            {"box_jump", "assisted_pistol_squat"},
        ),
        ({"risk_signs": ["under_fuelling"]}, {"box_jump"}),
        ({"risk_signs": ["earlier_bone_stress"]}, {"box_jump"}),
    ],
)
def test_a_clearance_brings_no_jumps(more: dict[str, Any], barred: set[str]) -> None:
    """Somebody cleared trains, without jumps and without what their reason rules out."""
    plan = plan_of(REGULAR | more)
    assert plan.exercises
    assert not barred & ids_of(plan)
    assert plan_of(REGULAR).exercises
    assert "box_jump" in ids_of(plan_of(REGULAR))


def test_a_young_runner_trains_with_an_adult_there() -> None:
    """Said under 18, to nobody else."""
    young = plan_of(REGULAR | {"age": 16, "cleared_for": ["age"]})
    assert any("an adult there" in note for note in young.notes)
    assert not any("an adult there" in note for note in plan_of(REGULAR).notes)


@pytest.mark.parametrize("place", choices_of("pain"))
def test_the_routines_spare_a_sore_place(place: str, pack: Knowledge) -> None:
    """Amber: no item before or after a run that the sore place feels; asked for alike by exercises."""
    plan = plan_of(SORE | {"pain": [place], "therapist_says_train": True})
    routines = {**pack.warm_up, **pack.cool_down}
    assert plan.light in {"amber", "red"}
    assert not any(place in routines[one.id].strains for one in (*plan.warm_up, *plan.cool_down))


def test_pain_that_nobody_asked_about_is_not_green() -> None:
    """Strength or morning unasked: grey or amber, and said before the plan."""
    sore = ASKED | {"pain": ["knee_front"]}
    for more in ({}, {"pain_strength": 1}, {"pain_settles": "within_hour"}):
        plan = plan_of(sore | more)
        assert plan.light in {"grey", "amber"}
        assert any(one.id == "warning_signs_unasked" for one in plan.notices)
    asked = plan_of(sore | {"pain_strength": 1, "pain_settles": "within_hour"})
    assert (asked.light, asked.notices) == ("green", ())


@pytest.mark.parametrize("second", ["achilles", "knee_outside", "hip_outside", "foot"])
def test_each_of_two_sore_places_is_served(second: str) -> None:
    """Both have an exercise in the first week, and both are named in the step."""
    plan = plan_of(
        ASKED | {"pain": ["knee_front", second], "pain_strength": 2, "pain_settles": "within_hour"}
    )
    asked = {reason.finding for one in plan.exercises for reason in one.reasons}
    pains = [one for one in assess(None, ASKED | {"pain": ["knee_front", second]}) if one.kind == "pain"]
    assert {one.id for one in pains if one.outcome == "present"} <= asked
    assert plan.action.kind == "strength"


def test_the_side_that_hurts_is_in_the_step() -> None:
    """Left, right or both, where it was named."""
    sore = ASKED | {"pain": ["knee_outside"], "pain_strength": 2, "pain_settles": "within_hour"}
    for side, words in (("left", "; left)"), ("right", "; right)"), ("both", "; both sides)")):
        assert words in plan_of(sore | {"pain_side": side}).action.text
    assert "side" not in plan_of(sore).action.text.replace("outer side", "")


@pytest.mark.parametrize("more", [{"pain_strength": 7}, {"pain_strength": 4, "pain_settles": "within_day"}])
def test_pain_without_a_place_is_asked_about(more: dict[str, Any]) -> None:
    """Strength of a pain that hurts nowhere: nothing that loads any place, and the place is asked."""
    plan = plan_of(REGULAR | more)
    rules = load_knowledge().exercises
    assert not any(rules[key].strains for key in ids_of(plan))
    assert any("no place" in note for note in plan.notes)
    assert plan.action.kind in {"ask", "walk_run"}


def test_without_exercises_nothing_is_said_about_training() -> None:
    """No advice on squats, no weeks of regular training to expect."""
    plan = plan_of(REGULAR | {"pain_strength": 7, "equipment": []})
    assert not plan.exercises
    assert not plan.expect
    assert not any("quat" in one.text for one in plan.advice)


def test_pain_after_bone_stress_stops_running_though_cleared() -> None:
    """Any pain where it can come from the bone: no run, nothing that loads hip, shin or foot."""
    bone = ASKED | {"risk_signs": ["earlier_bone_stress"], "cleared_for": ["bone"], "pain": ["shin"]}
    plan = plan_of(bone | {"pain_strength": 1, "pain_settles": "within_hour"})
    assert plan.light == "red"
    assert not any("run" in day.kind for day in plan.week)
    assert "bone" in plan.action.text
    assert "low_bar_squat" not in ids_of(plan)
    quiet = plan_of(bone | {"pain": []})
    assert any("run" in day.kind for day in quiet.week)


def test_one_session_a_week_still_takes_turns() -> None:
    """The marathoner with room for one session: an exercise for the pain stays, the others come later."""
    answers = ASKED | {
        "pain": ["knee_front"], "pain_strength": 2, "pain_settles": "within_hour", "experience": "regular",
        "run_days": ["mon", "tue", "wed", "thu", "sat", "sun"], "hard_run_days": ["tue", "thu", "sun"],
        "cadence_spm": 154,
    }  # fmt: skip
    plan = plan_of(answers)
    assert sum(bool(day.exercises) for day in plan.week) == 1
    assert any(one.role == "pain" for one in plan.exercises)
    assert {"wall_squat", "knee_extension", "hamstring_curl"} <= ids_of(plan)
    assert plan.action.kind == "cadence"
    assert "162" in plan.action.text


@cases(25)
@example(pain=["knee_below_cap"], strength=2, form=[], experience="some", sessions=1, runs=[])
@given(
    pain=st.lists(st.sampled_from(choices_of("pain")), unique=True, max_size=3),
    strength=st.integers(0, 5),
    form=st.lists(st.sampled_from(choices_of("form")), unique=True, max_size=4),
    experience=st.sampled_from(choices_of("experience")),
    sessions=st.integers(1, 3),
    runs=st.lists(st.sampled_from(choices_of("run_days")), unique=True, max_size=6),
)
def test_no_session_is_too_long(
    pain: list[str], strength: int, form: list[str], experience: str, sessions: int, runs: list[str]
) -> None:
    """At most 18 sets, whatever is asked for; jumps never on two days running."""
    answers = ASKED | {
        "pain": pain, "form": form, "experience": experience, "sessions_per_week": sessions, "run_days": runs,
        "therapist_says_train": True,
    }  # fmt: skip
    settles = "within_hour" if strength < 3 else "within_day"
    plan = prescribe(
        assess(None, answers),
        None,
        answers | {"pain_strength": strength if pain else 0, "pain_settles": settles},
    )
    assert all(sum(day.sets) <= 18 for day in plan.week)
    jumps = [at for at, day in enumerate(plan.week) if "box_jump" in day.exercises]
    assert not any((at + 1) % 7 in jumps for at in jumps)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('pain = ["elbow"]\n', "'elbow' is no answer; allowed: knee_front"),
        ('pain = "knee_front"\n', "pain"),
        ('schmerz = ["knie"]\n', "unknown key 'schmerz'; known answers"),
        ('red_flag = ["chest_pain"]\n', "did you mean red_flags?"),
        ('Red_flags = ["chest_pain"]\n', "did you mean red_flags?"),
        ('[answers]\nage = 30\n[answers.more]\nred_flags = ["chest_pain"]\n', "unknown key"),
        ("longest_run_min = -1\n", "longest_run_min"),
    ],
)
def test_what_is_not_understood_is_refused_in_a_line(
    text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown place, a German word, a name slightly off: exit code 2, and what is meant."""
    path = tmp_path / "a.toml"
    path.write_text(text, encoding="utf-8")
    assert main(["plan", "--answers", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert words in said


def test_an_empty_file_asks_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing answered: what keeps one safe is said, and the step is the questions."""
    path = tmp_path / "a.toml"
    path.write_text("", encoding="utf-8")
    assert main(["plan", "--answers", str(path), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["action"]["kind"] == "ask"
    assert body["plan"]["light"] == "grey"
    assert body["plan"]["notices"]


def test_own_words_for_one_step_keep_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pack that changes one step's words does not lose the words of all other steps."""
    (tmp_path / "mine.yaml").write_text(
        'texts:\n  actions:\n    keep_going: {text: "Carry on."}\n', encoding="utf-8"
    )
    assert main(["plan", "--rules", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["action"]["kind"] == "ask"


def test_stages_of_unknown_exercises_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A stage names an exercise that the pack has not."""
    (tmp_path / "mine.yaml").write_text(
        "findings:\n  - id: pain_calf\n    stages: {no_such: [{sets: 3, reps: [8, 8]}]}\n", encoding="utf-8"
    )
    assert main(["rules", "check", str(tmp_path)]) == 2
    assert "no exercise 'no_such'" in capsys.readouterr().out


def test_answers_hold_the_longest_run() -> None:
    """Minutes, or none."""
    assert parse_answers({"longest_run_min": 45}).longest_run_min == 45


def test_a_limp_that_nobody_asked_about_is_not_green() -> None:
    """With pain it is asked for by name before the plan; asked, it is green; without pain it is no matter."""
    sore = ASKED | {"pain": ["knee_front"], "pain_strength": 1, "pain_settles": "within_hour"}
    del sore["limping"]
    plan = plan_of(sore)
    assert plan.light == "grey"
    open_ = next(one for one in plan.notices if one.id == "warning_signs_unasked")
    assert open_.text.endswith("Still open: limping.")
    assert plan_of(sore | {"limping": False}).light == "green"
    assert plan_of(ASKED).light == "green"


def test_an_empty_list_of_reasons_clears_nothing() -> None:
    """Cleared, but for nothing that was named: that contradicts itself, so the stop stands."""
    after = ASKED | {"recent_surgery": True, "cleared": True}
    assert plan_of(after).exercises
    assert plan_of(after | {"cleared_for": []}).action.kind == "stop"
