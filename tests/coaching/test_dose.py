"""The step of a diary moves the dose: repetitions, then the harder form, and the stages of a tendon."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from gait.coaching.diary.check_in import CheckIn
from gait.coaching.diary.progress import MOST_STEPS
from gait.coaching.follow import Coaching, follow
from gait.coaching.model import PlannedExercise
from gait.coaching.plan.dose import aim_at, at_step
from gait.coaching.prescribe import prescribe
from gait.coaching.rules.load import Knowledge

ASKED: dict[str, Any] = {
    "red_flags": [],
    "age": 34,
    "pregnant": False,
    "recent_surgery": False,
    "serious_injury": False,
    "risk_signs": [],
    "pain": [],
    "pain_settles": "within_hour",
    "limping": False,
    "experience": "some",
}
TENDON = ASKED | {"pain": ["achilles"], "pain_strength": 2}
BELOW_CAP = ASKED | {"pain": ["knee_below_cap"], "pain_strength": 2, "therapist_says_train": True}
START = date(2026, 5, 4)


def after(weeks: int, answers: dict[str, Any], *last: dict[str, Any], pain: int = 0) -> Coaching:
    """The plan after so many good weeks of two check-ins, and further entries a day apart."""
    rows = [
        CheckIn(date=START + timedelta(days=days), pain=pain, sessions=1, longest_run_min=40.0)
        for week in range(weeks)
        for days in (7 * week, 7 * week + 3)
    ]
    begin = rows[-1].date if rows else START
    rows += [
        CheckIn(**{"date": begin + timedelta(days=1 + at), "pain": 0, **one}) for at, one in enumerate(last)
    ]
    return follow(None, answers, rows, today=rows[-1].date)


def of(made: Coaching, name: str) -> PlannedExercise:
    """One exercise of a plan."""
    return next(one for one in made.plan.exercises if one.id == name)


def test_repetitions_rise_through_the_range_and_begin_again() -> None:
    """8 to 12: 8, 9, 11, 12 at steps 0 to 3, then 8 again in the harder form; never outside the range."""
    assert [aim_at((8, 12), step) for step in range(5)] == [8, 9, 11, 12, 8]
    for low, high in ((5, 8), (10, 25), (15, 15), (45, 45)):
        aims = [aim_at((low, high), step) for step in range(MOST_STEPS + 1)]
        assert all(low <= aim <= high for aim in aims)
        assert aims[:4] == sorted(aims[:4])
        assert (aims[0], aims[3]) == (low, high)


def test_good_weeks_move_the_dose_of_every_exercise() -> None:
    """Week by week more repetitions, from week 5 the harder form; nothing is said without a diary."""
    assert all(one.aim is None for one in prescribe((), None, ASKED).exercises)
    weeks = [after(week, ASKED) for week in (1, 2, 3, 4)]
    assert [made.progress.step for made in weeks if made.progress] == [1, 2, 3, 4]
    assert [of(made, "romanian_deadlift").aim for made in weeks] == [9, 11, 12, 8]
    assert "now 11 reps" in of(weeks[1], "romanian_deadlift").load
    assert "harder form" in of(weeks[3], "romanian_deadlift").load


def test_the_step_names_the_dose_of_this_week() -> None:
    """What is done next has the repetitions and the exercises that this week holds."""
    sore = ASKED | {"pain": ["knee_outside"], "pain_strength": 1}
    for weeks in (1, 2, 3, 5):
        made = after(weeks, sore, pain=1)
        named = [one for one in made.plan.exercises if one.name in made.plan.action.text]
        assert named, weeks
        for one in named:
            assert f"{one.name} {one.sets_in_week} × {one.aim} " in made.plan.action.dose


def test_a_bad_morning_takes_the_dose_back_and_a_stop_to_the_beginning() -> None:
    """Three steps on; unsettled: one back, on red; above the limit: held; 7 of 10: none left."""
    assert after(3, ASKED).progress.step == 3
    worse = after(3, ASKED, {"pain": 1, "settled": False})
    assert (worse.progress.step, worse.plan.light) == (2, "red")
    held = after(3, ASKED | {"pain": ["knee_front"]}, {"pain": 4})
    assert (held.progress.step, held.plan.light) == (3, "amber")
    stopped = after(3, ASKED, {"pain": 7})
    assert (stopped.progress.step, stopped.plan.light) == (0, "red")


@pytest.mark.parametrize(
    ("weeks", "reps", "sets"),
    [(0, (10, 15), 3), (1, (15, 15), 3), (2, (12, 12), 3), (3, (10, 10), 4), (4, (8, 8), 4), (9, (6, 6), 4)],
)
def test_a_tendon_follows_its_stages(weeks: int, reps: tuple[int, int], sets: int) -> None:
    """The heel tendon: heavier and fewer, from 3 x 15 to 4 x 6, in both sessions of the week."""
    made = after(weeks, TENDON, {"pain": 2}) if weeks == 0 else after(weeks, TENDON, pain=2)
    raise_ = of(made, "calf_raise")
    assert (raise_.reps, raise_.sets, raise_.extra_sets) == (reps, sets, sets)
    days = [dict(zip(day.exercises, day.sets, strict=True)) for day in made.plan.week]
    assert [day["calf_raise"] for day in days if "calf_raise" in day] == [sets, sets]


def test_holds_go_over_to_slow_extensions() -> None:
    """Below the kneecap: holds of 45 s to begin with, from the second step slow knee extensions."""
    assert of(after(1, BELOW_CAP, pain=2), "knee_extension_hold").reps == (45, 45)
    later = after(2, BELOW_CAP, pain=2)
    assert of(later, "knee_extension").reps == (15, 15)
    assert "knee_extension_hold" not in {key for day in later.plan.week for key in day.exercises}
    assert of(later, "knee_extension").stands_for == "knee_extension_hold"


@pytest.mark.parametrize("answers", [ASKED, TENDON, BELOW_CAP, TENDON | {"run_days": ["mon", "wed", "fri"]}])
def test_no_session_grows_beyond_its_sets(answers: dict[str, Any], pack: Knowledge) -> None:
    """At every step the sets of the days are those of the exercises, and at most the programme's."""
    plan = prescribe((), None, answers)
    for step in range(MOST_STEPS + 1):
        moved = at_step(plan, step, pack)
        assert all(sum(day.sets) <= pack.numbers.most_sets_a_session for day in moved.week)
        assert sum(sum(day.sets) for day in moved.week) == sum(one.sets_in_week for one in moved.exercises)


def test_a_light_that_is_not_known_moves_nothing(pack: Knowledge) -> None:
    """Not everything was asked: the dose stays the plan's own."""
    plan = prescribe((), None, {"experience": "some"})
    assert plan.light == "grey"
    assert at_step(plan, 3, pack) == plan


def test_practice_makes_new_some_and_never_regular() -> None:
    """Behind week 8 at step 4 somebody new has some practice: the barbell comes, jumps do not."""
    new = ASKED | {"experience": "new"}
    assert after(4, new).answers.experience == "new"
    later = after(9, new)
    assert later.answers.experience == "some"
    assert "box_jump" not in {one.id for one in later.plan.exercises}
    assert after(9, ASKED).answers.experience == "some"
