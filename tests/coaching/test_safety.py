"""What must be right whatever a runner answers: each point with the test that would have caught its fault."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.analysis.results import Analysis, Metric
from gait.cli.main import main
from gait.coaching.assess import assess
from gait.coaching.model import Finding, Plan
from gait.coaching.prescribe import prescribe
from gait.coaching.questionnaire.answers import choices_of, parse_answers
from gait.coaching.questionnaire.questions import QUESTIONS
from gait.coaching.rules.load import Knowledge, load_knowledge
from gait.coaching.rules.translate import pack_texts
from gait.coaching.safety import SAFETY_QUESTIONS
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
RUN_WORDS = re.compile(
    r"metronome|on your next|run tall|quicker step|take (shorter|quicker|more) steps|"
    r"keep runs|before a run|easy runs",
    re.IGNORECASE,
)
JUMPS = {"box_jump"}
MINUTES = 45


def several(field: str) -> st.SearchStrategy[list[str]]:
    """Some of an answer's choices."""
    return st.lists(st.sampled_from(choices_of(field)), unique=True, max_size=4)


PATIENTS = st.fixed_dictionaries(
    {},
    optional={
        "red_flags": st.one_of(st.just([]), st.just([]), several("red_flags")),
        "age": st.sampled_from([8, 15, 17, 18, 34, 70]),
        "pregnant": st.booleans(),
        "recent_surgery": st.booleans(),
        "serious_injury": st.booleans(),
        "cleared": st.booleans(),
        "cleared_for": several("cleared_for"),
        "risk_signs": several("risk_signs"),
        "pain": several("pain"),
        "pain_strength": st.integers(0, 10),
        "pain_settles": st.sampled_from(choices_of("pain_settles")),
        "pain_signs": several("pain_signs"),
        "limping": st.booleans(),
        "saw_therapist": st.booleans(),
        "therapist_says_train": st.booleans(),
        "form": several("form"),
        "experience": st.sampled_from(choices_of("experience")),
        "equipment": several("equipment"),
        "run_days": several("run_days"),
        "sessions_per_week": st.integers(1, 3),
        "cadence_spm": st.floats(140, 190),
    },
)


def made(answers: dict[str, Any], run: Analysis | None = None) -> tuple[tuple[Finding, ...], Plan]:
    """Findings and plan of a patient."""
    given_ = parse_answers(answers)
    findings = assess(run, given_)
    return findings, prescribe(findings, run, given_)


def plan_of(answers: dict[str, Any], run: Analysis | None = None) -> Plan:
    """Plan of a patient."""
    return made(answers, run)[1]


def texts_of(plan: Plan) -> str:
    """All that a plan says besides its notices and disclaimer."""
    rows = [plan.next_step, plan.action.text, *plan.notes, *plan.expect, plan.retest, plan.ease_off]
    rows += [one.text for one in plan.advice] + [day.note for day in plan.week]
    return " ".join(rows)


@cases(25)
@given(answers=PATIENTS)
def test_a_stop_stops_everything(answers: dict[str, Any]) -> None:
    """Where a notice stops exercise there is no exercise, routine, week, cadence or advice, and it leads."""
    findings, plan = made(answers)
    if not any(one.stops_exercise for one in plan.notices):
        return
    parts = (plan.exercises, plan.later, plan.warm_up, plan.cool_down, plan.week, plan.advice)
    assert not any(parts)
    assert plan.cadence is None
    assert plan.light == "red"
    assert plan.action.kind == "stop"
    assert plan.action.text == next(one.care for one in plan.notices if one.stops_exercise)
    assert not any(RUN_WORDS.search(one.summary) for one in findings)


@cases(25)
@given(answers=PATIENTS)
def test_a_red_light_says_nothing_of_running(answers: dict[str, Any]) -> None:
    """Red: no warm-up for a run, no cadence, no run day, no running advice, no strained place."""
    plan = plan_of(answers)
    if plan.light != "red" or not plan.exercises:
        return
    assert not plan.warm_up
    assert plan.cadence is None
    assert all("run" not in day.kind for day in plan.week)
    assert not RUN_WORDS.search(texts_of(plan))
    rules = load_knowledge().exercises
    sore = set(answers.get("pain", ()))
    for one in (*plan.exercises, *plan.later):
        strained = set(rules[one.id].strains)
        assert not (strained & sore if sore else strained), one.id


@cases(25)
@given(answers=PATIENTS)
def test_unasked_is_not_safe(answers: dict[str, Any]) -> None:
    """Any safety question left open: said in a notice, and the light is not green."""
    plan = plan_of(answers)
    if any(answers.get(field) is None for field in SAFETY_QUESTIONS):
        assert plan.light != "green"
        assert any(one.id == "warning_signs_unasked" for one in plan.notices)


@cases(25)
@given(answers=PATIENTS)
def test_no_jumps_where_they_do_not_belong(answers: dict[str, Any]) -> None:
    """None with pain or unasked about it, under 18, in pregnancy; no barbell for the last two."""
    plan = plan_of(answers)
    ids = {one.id for one in (*plan.exercises, *plan.later)}
    child = answers.get("age", 34) < 18
    if answers.get("pain") != [] or child or answers.get("pregnant"):
        assert not ids & JUMPS
    if child or answers.get("pregnant"):
        assert not any("barbell" in one.equipment for one in plan.exercises)


@cases(25)
@given(answers=PATIENTS)
def test_sessions_are_balanced(answers: dict[str, Any]) -> None:
    """No session is longer than 45 minutes, none has less than half the sets of another; every set stands."""
    plan = plan_of(answers)
    sets = [sum(day.sets) for day in plan.week if day.exercises]
    assert sum(sets) == sum(one.sets_in_week for one in plan.exercises)
    if sets:
        assert 2 * min(sets) >= max(sets) - 3
        assert all(day.minutes <= MINUTES for day in plan.week)


@cases(25)
@given(answers=PATIENTS)
def test_amber_asks_for_no_more_than_green(answers: dict[str, Any]) -> None:
    """The same patient with less pain has at least as many sets."""
    base = ASKED | answers | {"limping": False, "pain_settles": "within_hour", "red_flags": []}
    base |= {"pain": ["knee_front"], "pain_signs": []}
    less, more = (plan_of(base | {"pain_strength": strength}) for strength in (1, 4))
    totals = [sum(one.sets_in_week for one in plan.exercises) for plan in (less, more)]
    assert totals[0] >= totals[1]


@pytest.mark.parametrize("place", choices_of("pain"))
def test_every_place_is_served_or_said(place: str) -> None:
    """A sore place has a finding with exercises, is sent to be looked at, or the plan says there are none."""
    findings, plan = made(ASKED | {"pain": [place], "pain_strength": 2, "pain_settles": "within_hour"})
    served = any(one.kind == "pain" and one.outcome == "present" for one in findings)
    said = any("no exercises for this place" in note for note in plan.notes)
    stopped = any(one.stops_exercise for one in plan.notices)
    assert served or said or stopped
    assert not any("stood out" in note for note in plan.notes)
    heavy = {"low_bar_squat", "assisted_pistol_squat"} & {one.id for one in plan.exercises}
    assert (
        not heavy
        or place in load_knowledge().numbers.loadable
        or not set(load_knowledge().exercises["low_bar_squat"].strains) & {place}
    )


def test_a_clearance_is_for_one_reason() -> None:
    """One yes lifts one stop: a child after surgery stays stopped, and what is cleared stays as a notice."""
    both = ASKED | {"age": 8, "recent_surgery": True, "cleared": True}
    assert not plan_of(both).exercises
    assert not plan_of(both | {"cleared_for": ["age"]}).exercises
    cleared = plan_of(both | {"cleared_for": ["age", "recent_surgery"]})
    assert cleared.exercises
    assert {"under_age", "after_surgery"} <= {one.id for one in cleared.notices}
    assert not any(one.stops_exercise for one in cleared.notices)
    assert plan_of(ASKED | {"recent_surgery": True, "cleared": True}).exercises
    bone = ASKED | {"pain": ["shin"], "pain_strength": 2, "risk_signs": ["earlier_bone_stress"]}
    assert not plan_of(bone | {"cleared": False}).exercises


def test_a_therapist_who_only_looked_lifts_nothing() -> None:
    """Sharp pain stays a stop until the therapist says train; 9 of 10 with a limp stops anyway."""
    sharp = ASKED | {"pain": ["knee_front"], "pain_strength": 3, "pain_signs": ["sharp"]}
    assert not plan_of(sharp | {"saw_therapist": True}).exercises
    assert plan_of(sharp | {"saw_therapist": True, "therapist_says_train": True}).exercises
    worse = sharp | {"pain_strength": 9, "limping": True, "therapist_says_train": True}
    assert not plan_of(worse).exercises


@pytest.mark.parametrize("flag", choices_of("red_flags"))
def test_every_red_flag_stops(flag: str) -> None:
    """Whatever has been cleared."""
    cleared = {"cleared": True, "cleared_for": list(choices_of("cleared_for")), "therapist_says_train": True}
    assert plan_of(ASKED | cleared | {"red_flags": [flag]}).action.kind == "stop"


@pytest.mark.parametrize(
    "text",
    [
        'red_flags = ["chest_pain"]\n[answers]\nage = 30\n',
        '[answers]\nage = 30\n[more]\nred_flags = ["chest_pain"]\n',
        'redflags = ["chest_pain"]\n',
    ],
)
def test_misplaced_answers_are_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A red flag outside [answers], or under a name nobody knows, is never passed over."""
    path = tmp_path / "a.toml"
    path.write_text(text, encoding="utf-8")
    assert main(["plan", "--answers", str(path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_feature_is_not_treated(metric: Callable[..., Metric], analysis: Callable[..., Analysis]) -> None:
    """Heel first at a usual cadence without pain: no cadence, no further sets; with a sore knee both."""
    run = analysis(metric("strike_angle_deg", 16.0, 1.0), metric("cadence_spm", 172.0, 1.0))
    calm = plan_of(ASKED, run)
    assert calm.cadence is None
    assert not any(one.extra_sets or one.role == "target" for one in calm.exercises)
    assert calm.action.kind == "keep_going"
    sore = plan_of(ASKED | {"pain": ["shin"], "pain_strength": 2, "pain_settles": "within_hour"}, run)
    assert sore.cadence is not None


def test_a_word_does_not_outrank_three_measurements(
    metric: Callable[..., Metric], analysis: Callable[..., Analysis]
) -> None:
    """Somebody saw the knees fall in, three sensors say no: it cannot be told, and the reason is said."""
    run = analysis(
        metric("pronation_excursion_deg", 6.0, 1.0),
        metric("frontal_excursion_deg", 2.0, 1.0),
        metric("circumduction_cm", 2.0, 0.5),
    )
    found = next(one for one in assess(run, ASKED | {"form": ["knees_in"]}) if one.id == "caving_in")
    assert (found.outcome, found.certainty_word) == ("cannot_tell", "cannot tell")
    assert any("the sensor does not show it" in one.text for one in found.evidence)
    alone = next(one for one in assess(None, ASKED | {"form": ["knees_in"]}) if one.id == "caving_in")
    assert (alone.outcome, alone.certainty_word) == ("present", "likely")


def test_signs_that_disagree_cannot_tell_and_titles_name_the_sign(
    metric: Callable[..., Metric], analysis: Callable[..., Analysis]
) -> None:
    """One sign against another is no finding; one sign alone is called by what was seen."""
    mixed = analysis(metric("circumduction_cm", 9.0, 0.5), metric("frontal_excursion_deg", 2.0, 1.0))
    found = next(one for one in assess(mixed, ASKED) if one.id == "caving_in")
    assert found.outcome == "cannot_tell"
    alone = next(
        one for one in assess(analysis(metric("circumduction_cm", 9.0, 0.5)), ASKED) if one.id == "caving_in"
    )
    assert alone.title == "Foot swinging out"
    assert alone.certainty_word == "clear"


def test_noise_does_not_split_the_sides(
    two_sided: Callable[..., Metric], analysis: Callable[..., Analysis]
) -> None:
    """Left 9.9 and right 9.7 with a difference not shown are one finding; shown, they are two."""
    run = analysis(two_sided("shank_angle_deg", 11.4, 10.4, uncertainty=1.0, spread=3.0))
    found = [one for one in assess(run, ASKED) if one.id == "overstriding"]
    assert [one.side for one in found] == ["both"]
    apart = analysis(two_sided("shank_angle_deg", 14.0, 6.0, uncertainty=1.0, spread=1.0))
    assert [one.side for one in assess(apart, ASKED) if one.id == "overstriding"] == ["left", "right"]


def test_no_difference_is_an_answer(
    two_sided: Callable[..., Metric], analysis: Callable[..., Analysis]
) -> None:
    """A difference within the method's error is no finding, and no endless doubt."""
    run = analysis(two_sided("contact_ms", 240.0, 243.0, uncertainty=5.0, spread=9.0))
    found = next(one for one in assess(run, ASKED) if one.id == "left_right_difference")
    assert found.outcome == "absent"


def test_findings_are_ranked_by_what_matters(
    metric: Callable[..., Metric], analysis: Callable[..., Analysis]
) -> None:
    """What fits the sore place comes before a surer feature."""
    run = analysis(metric("strike_angle_deg", 25.0, 0.5), metric("pronation_excursion_deg", 19.0, 3.0))
    found = assess(run, ASKED | {"pain": ["knee_inside"], "pain_strength": 2})
    present = sorted((one for one in found if one.outcome == "present"), key=lambda one: one.rank)
    assert present[0].id in {"caving_in", "pain_knee_inside"}
    assert present[-1].kind == "feature"


def test_substitutes_train_the_same_muscle(pack: Knowledge) -> None:
    """Whatever stands in for an exercise shares a muscle with it, and needs no band where there is none."""
    for rule in pack.exercises.values():
        for key in rule.substitutes[:1]:
            assert set(rule.muscles) & set(pack.exercises[key].muscles), (rule.id, key)
    bare = plan_of(ASKED | {"equipment": [], "experience": "new", "form": ["knees_in"]})
    assert bare.exercises
    assert not any("with a band" in one.load for one in bare.exercises)
    assert not any(one.equipment for one in bare.exercises)
    assert "single_leg_deadlift" not in {one.id for one in bare.exercises}


def test_further_sets_are_in_every_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """3 sets and 2 to 3 more for what matches: in the plan's text, its JSON, its explanation and its week."""
    path = tmp_path / "a.json"
    answers = ASKED | {"form": ["knees_in"], "experience": "regular"}
    path.write_text(json.dumps(answers), encoding="utf-8")
    plan = plan_of(answers)
    thrust = next(one for one in plan.exercises if one.id == "hip_thrust")
    assert thrust.sets == 3
    assert thrust.extra_sets in {2, 3}
    week = sum(
        number
        for day in plan.week
        for key, number in zip(day.exercises, day.sets, strict=True)
        if key == "hip_thrust"
    )
    assert week == thrust.sets_in_week
    assert main(["plan", "--answers", str(path)]) == 0
    assert f"{thrust.sets_in_week} sets a week" in " ".join(capsys.readouterr().out.split())
    assert main(["plan", "--answers", str(path), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    row = next(one for one in body["plan"]["exercises"] if one["id"] == "hip_thrust")
    assert row["sets"] + row["extra_sets"] == thrust.sets_in_week
    assert body["action"]["kind"] == plan.action.kind


def test_pain_rules_rest_and_effort_are_said() -> None:
    """Pain during and after, rest between sets, effort, minutes: all there."""
    plan = plan_of(ASKED)
    assert "next morning" in plan.pain_rule
    assert "reserve" in plan.how_hard
    assert all(one.rest_s and one.effort and one.set_up and one.movement for one in plan.exercises)
    assert all(day.minutes for day in plan.week if day.exercises)


def test_exercises_take_turns_instead_of_being_dropped() -> None:
    """The knee article's further exercises come in later weeks."""
    plan = plan_of(ASKED | {"pain": ["knee_front"], "pain_strength": 2, "pain_settles": "within_hour"})
    ids = {one.id for one in (*plan.exercises, *plan.later)}
    assert {"straight_leg_raise", "wall_squat", "knee_extension", "hamstring_curl"} <= ids
    assert all(one.weeks and one.weeks[0] > 1 for one in plan.later)


CARE_WORDS = re.compile(
    r"prevents? injur|treats? |abnormal|pathological|at risk|deep protection|cures? |100 % certain",
    re.IGNORECASE,
)


def test_words_are_those_of_wellness(pack: Knowledge) -> None:
    """Nothing in rules, page or README promises prevention or treatment, or calls a runner abnormal."""
    root = Path(__file__).resolve().parents[2]
    rules = sorted((root / "gait" / "coaching" / "knowledge").glob("*.yaml"))
    for path in (*rules, root / "gait" / "report" / "words" / "en.toml", root / "README.md"):
        if path.name == "sources.yaml":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not CARE_WORDS.search(line.replace("does not treat", "").replace("it does not", "")), (
                path.name,
                number,
                line,
            )
    assert pack.sources


CONDITIONS = re.compile(
    r"runner's knee|syndrome|tendinopath|fasciit|tendinit|patellofemoral|arthrit|iliotibial|shin splint",
    re.IGNORECASE,
)


def test_a_runner_reads_places_and_no_conditions(pack: Knowledge) -> None:
    """Names of conditions stand in citations alone: texts of the rules and questions name places."""
    texts = [text for key, text in pack_texts(pack).items() if not key.endswith(".citation")]
    texts += [one.text for one in QUESTIONS]
    texts += [choice.text for one in QUESTIONS for choice in one.choices]
    assert [text for text in texts if CONDITIONS.search(text)] == []
