"""Coming back to running: after a stop, a gap or a break runs are outings of walking and running."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from gait.cli.main import main
from gait.coaching.diary.check_in import CheckIn
from gait.coaching.diary.coming_back import BONE_WALK_RUN, WALK_RUN, turns_text
from gait.coaching.diary.progress import progress
from gait.coaching.follow import follow
from gait.coaching.language import ENGLISH
from gait.coaching.model import Plan
from gait.coaching.prescribe import prescribe

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
    "run_days": ["mon", "tue", "thu", "sun"],
    "hard_run_days": ["thu"],
}
START = date(2026, 5, 4)


def outings(plan: Plan) -> list[int]:
    """Days with a run, Monday 0."""
    return [at for at, day in enumerate(plan.week) if "run" in day.kind]


def stopped_then(*outs: bool) -> Plan:
    """The plan after a stop and so many entries, each with or without an outing done within the limit."""
    rows = [CheckIn(date=START, pain=7)]
    rows += [
        CheckIn(date=START + timedelta(days=2 + 2 * at), pain=0, stage_done=done, longest_run_min=20.0)
        for at, done in enumerate(outs)
    ]
    return follow(None, ASKED, rows, today=rows[-1].date).plan


def test_after_a_stop_runs_are_outings_with_a_rest_day_between() -> None:
    """Entry test first; no hard run, no two days in a row (Sunday before Monday too), no metronome."""
    plan = stopped_then(False)
    assert plan.action.kind == "walk_run"
    assert "entry test" in plan.action.text.lower()
    assert "hop ten times" in plan.action.dose
    assert outings(plan)
    assert not any((at + 1) % 7 in outings(plan) for at in outings(plan))
    assert not any(day.kind == "hard run" for day in plan.week)
    assert all("5 times 1 min running" in plan.week[at].note for at in outings(plan))
    assert plan.cadence is None
    assert not plan.warm_up


def test_two_outings_are_a_stage() -> None:
    """The second stage after two outings within the limit; after all of them runs are as usual."""
    assert turns_text(1, ENGLISH) in stopped_then(False, True, True).action.text
    assert stopped_then(*[True] * (2 * len(WALK_RUN))).action.kind != "walk_run"


def test_while_it_is_red_nobody_runs() -> None:
    """No outing either."""
    rows = [CheckIn(date=START, pain=7), CheckIn(date=START + timedelta(days=1), pain=2, settled=False)]
    plan = follow(None, ASKED, rows, today=rows[-1].date).plan
    assert plan.light == "red"
    assert not outings(plan)


def test_no_run_for_a_month_comes_back_in_stages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Said in the answers, without a diary: the first stage, on usual days where none are named."""
    back = ASKED | {"longest_run_min": 0, "run_days": [], "hard_run_days": []}
    plan = prescribe((), None, back)
    assert plan.action.kind == "walk_run"
    assert outings(plan) == [1, 3, 6]
    assert prescribe((), None, ASKED | {"longest_run_min": 40}).action.kind != "walk_run"
    path = tmp_path / "back.json"
    path.write_text(json.dumps(back), encoding="utf-8")
    assert main(["plan", "--answers", str(path)]) == 0
    assert "5 times 1 min running, 3 min walking" in capsys.readouterr().out


def test_after_a_break_the_diary_goes_through_the_stages() -> None:
    """The answers said no run for a month: the diary's first outings are the first stage."""
    back = ASKED | {"longest_run_min": 0}
    rows = [CheckIn(date=START + timedelta(days=2 * at), pain=0, stage_done=True) for at in range(3)]
    assert follow(None, back, rows[:1], today=START).progress.stage == 0
    assert follow(None, back, rows, today=rows[-1].date).progress.stage == 1


def test_the_longest_run_is_ones_own_figure() -> None:
    """40 minutes: no run longer than 44."""
    plan = prescribe((), None, ASKED | {"longest_run_min": 40})
    said = next(one.text for one in plan.advice if one.id == "no_big_jump")
    assert "no run longer than 44 min" in said


def test_a_red_week_and_a_gap_are_no_weeks_of_training() -> None:
    """Four weeks, one of them red, and three without an entry: the third week of training."""
    days = {0: {}, 7: {"settled": False}, 14: {}, 42: {}}
    rows = [CheckIn(date=START + timedelta(days=at), pain=0, **more) for at, more in days.items()]
    assert progress(rows, START + timedelta(days=42)).week == 3
    assert progress(rows[:1], START + timedelta(days=42)).week == 2


def test_weeks_without_an_entry_take_the_dose_back() -> None:
    """Two weeks and more: one step; a month: to the beginning; and the light is not known."""
    rows = [
        CheckIn(date=START + timedelta(days=3 * at), pain=0, sessions=1, longest_run_min=30.0)
        for at in range(6)
    ]
    last = rows[-1].date
    assert progress(rows, last).step == 3
    assert progress(rows, last + timedelta(days=14)).step == 3
    stale = progress(rows, last + timedelta(days=20))
    assert (stale.step, stale.light) == (2, "grey")
    assert any("20 days old" in text for text in stale.text)
    assert progress(rows, last + timedelta(days=40)).step == 0


def test_pain_that_is_no_less_after_four_weeks_is_looked_at() -> None:
    """2 of 10 for five weeks: said; going down: not said."""
    same = [CheckIn(date=START + timedelta(weeks=week), pain=2) for week in range(6)]
    assert progress(same, same[-1].date).no_better
    less = [CheckIn(date=START + timedelta(weeks=week), pain=max(2 - week, 0)) for week in range(6)]
    assert not progress(less, less[-1].date).no_better


def test_retests_do_not_move_on_with_the_days() -> None:
    """Two check-ins of one week give the same day to look again."""
    answers = ASKED | {"pain": ["knee_outside"], "pain_strength": 1}
    rows = [CheckIn(date=START + timedelta(days=at), pain=1, longest_run_min=30.0) for at in (0, 3, 6)]
    days = {
        follow(None, answers, rows[:count], today=rows[count - 1].date).plan.action.retest_on
        for count in (1, 2, 3)
    }
    assert days == {(START + timedelta(weeks=4)).isoformat()}


CLEARED: dict[str, Any] = ASKED | {
    "pain": ["shin"],
    "pain_strength": 0,
    "risk_signs": ["earlier_bone_stress"],
    "cleared": True,
    "cleared_for": ["bone"],
}


def test_from_the_bone_it_begins_with_half_minutes_and_only_once_cleared() -> None:
    """Ten times 30 s and 90 s after the entry test; who runs 20 minutes in one go is past the stages."""
    plan = prescribe((), None, CLEARED)
    assert plan.action.kind == "walk_run"
    assert "10 times 30 s running, 90 s walking" in plan.action.text
    assert "whoever cleared you" in plan.action.text
    assert plan.cadence is None
    assert prescribe((), None, CLEARED | {"longest_run_min": 40.0}).action.kind != "walk_run"
    assert prescribe((), None, CLEARED | {"cleared": False, "cleared_for": []}).action.kind == "stop"
    assert all(rounds * (run + walk) == pytest.approx(20.0) for rounds, run, walk in BONE_WALK_RUN)


def test_from_the_bone_any_pain_stops_and_begins_again() -> None:
    """Two good outings are a stage; pain of 1 of 10 is a stop: no outing, then the first stage again."""
    rows = [CheckIn(date=START + timedelta(days=2 * at), pain=0, stage_done=True) for at in range(2)]
    moved = follow(None, CLEARED, rows, today=rows[-1].date)
    assert moved.plan.action.text == "Next outing: 10 times 1 min running, 1 min walking."
    assert sum("10 times 1 min" in day.note for day in moved.plan.week) == len(outings(moved.plan))
    rows.append(CheckIn(date=START + timedelta(days=4), pain=1))
    sore = follow(None, CLEARED, rows, today=rows[-1].date)
    assert sore.plan.light == "red"
    assert not outings(sore.plan)
    assert sore.progress is not None
    assert (sore.progress.verdict, sore.progress.running) == ("stop", "none")
    assert not any("Next outing" in text for text in sore.progress.text)
    rows.append(CheckIn(date=START + timedelta(days=8), pain=0))
    again = follow(None, CLEARED, rows, today=rows[-1].date).plan
    assert "10 times 30 s" in again.action.text
