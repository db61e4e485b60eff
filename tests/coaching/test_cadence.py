"""The cadence target: 5 % up, 10 % at most, in steps, in the metronome's figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.analysis.results import Analysis, Metric
from gait.coaching.assess import assess
from gait.coaching.diary.cadence_weeks import at_cadence_week, cadence_week
from gait.coaching.diary.check_in import CheckIn
from gait.coaching.follow import follow
from gait.coaching.model import CadenceTarget
from gait.coaching.plan.cadence import cadence_target
from gait.coaching.plan.calendar import calendar_text
from gait.coaching.prescribe import prescribe
from gait.coaching.rules.load import load_knowledge
from tests.properties import cases


@given(st.floats(120, 240))
def test_target_and_limit_stay_within_the_rule(baseline: float) -> None:
    """First step 5 % up to rounding, no step above 10 %, each step above the last, beats fit the target."""
    target = cadence_target(baseline, load_knowledge().numbers, ())
    assert target.target_spm == pytest.approx(1.05 * baseline, abs=0.51)
    assert target.limit_spm <= 1.10 * baseline + 1e-6
    assert max(target.steps_spm) == target.limit_spm
    assert min(target.steps_spm) == target.target_spm
    assert list(target.steps_spm) == sorted(set(target.steps_spm))
    assert target.metronome_bpm == target.target_spm
    assert target.one_foot_bpm == pytest.approx(target.metronome_bpm / 2, abs=0.5)
    for figure in (target.metronome_bpm, target.one_foot_bpm, int(target.limit_spm)):
        assert str(figure) in target.how


def test_low_cadence_gets_a_target_from_the_recording(
    metric: Callable[..., Metric], analysis: Callable[..., Analysis]
) -> None:
    """150 steps a minute at 3.0 m/s with a sore knee: 158 first, 165 at most, and why."""
    run = analysis(metric("cadence_spm", 150.0, 1.0), metric("speed_m_s", 3.0, 0.1))
    sore = {"pain": ["knee_front"], "pain_strength": 2}
    plan = prescribe(assess(run, sore), run, sore)
    assert plan.cadence is not None
    assert (plan.cadence.target_spm, plan.cadence.limit_spm) == (158.0, 165.0)
    assert "low_cadence" in {reason.finding for reason in plan.cadence.reasons}


def test_a_high_cadence_is_left_alone(
    metric: Callable[..., Metric], analysis: Callable[..., Analysis]
) -> None:
    """A foot far ahead at 184 steps a minute gives no target, and the plan says why."""
    run = analysis(metric("cadence_spm", 184.0, 1.0), metric("shank_angle_deg", 16.0, 1.0))
    plan = prescribe(assess(run), run)
    assert plan.cadence is None
    assert any("184" in note for note in plan.notes)


def test_without_a_baseline_counting_is_asked_for() -> None:
    """Someone saw the feet far ahead, nobody counted: the plan asks for a count instead of a target."""
    answers = {"form": ["feet_ahead"], "red_flags": []}
    plan = prescribe(assess(None, answers), None, answers)
    assert plan.cadence is None
    assert "count_cadence" in {advice.id for advice in plan.advice}
    counted = {**answers, "cadence_spm": 160.0}
    target = prescribe(assess(None, counted), None, counted).cadence
    assert target is not None
    assert target.target_spm == 168.0


def test_cadence_work_waits_for_a_red_light(
    metric: Callable[..., Metric], analysis: Callable[..., Analysis]
) -> None:
    """With strong pain there is no cadence target."""
    run = analysis(metric("cadence_spm", 150.0, 1.0))
    answers = {"pain": ["knee_front"], "pain_strength": 7}
    assert prescribe(assess(run, answers), run, answers).cadence is None


START = date(2026, 5, 4)
FAR_AHEAD: dict[str, Any] = {
    "red_flags": [], "age": 34, "pregnant": False, "recent_surgery": False, "serious_injury": False,
    "risk_signs": [], "pain": ["knee_front"], "pain_strength": 1, "pain_settles": "within_hour",
    "limping": False, "form": ["feet_ahead"], "cadence_spm": 160.0,
}  # fmt: skip


def weekly(*pains: int, run: float = 40.0) -> list[CheckIn]:
    """Entries a week apart, with a run each."""
    return [
        CheckIn(date=START + timedelta(weeks=at), pain=pain, sessions=2, longest_run_min=run)
        for at, pain in enumerate(pains)
    ]


def work(rows: list[CheckIn]) -> CadenceTarget:
    """Cadence work of the day of the last entry."""
    found = follow(None, FAR_AHEAD, rows, today=rows[-1].date).plan.cadence
    assert found is not None
    return found


def test_the_metronome_fades_and_the_cadence_rises_week_by_week() -> None:
    """Four weeks at +5 %: 15 to 30 minutes, the beep from all to none; then +7.5 %, then +10 %, then held."""
    course = [work(weekly(*[1] * weeks)) for weeks in range(1, 15)]
    assert [one.target_spm for one in course] == [168.0] * 4 + [172.0] * 4 + [176.0] * 6
    assert [one.minutes[0] for one in course[:5]] == [15, 19, 24, 28, 15]
    assert [one.metronome_pct for one in course[:5]] == [
        (100, 100),
        (100, 100),
        (75, 50),
        (25, 0),
        (100, 100),
    ]
    assert course[12].metronome_pct == course[13].metronome_pct == (0, 0)
    assert "without the metronome" in course[13].how


def test_amber_takes_a_week_back_and_a_stop_begins_again() -> None:
    """Pain above the limit: the week before, at once and for good; strong pain: from the first week."""
    assert work(weekly(1, 1, 1)).minutes[0] == 24
    sore = work(weekly(1, 1, 3))
    assert sore.minutes[0] == 19
    assert "step back" in sore.how
    assert work(weekly(1, 1, 3, 1)).minutes[0] == 19
    rows = weekly(1, 1, 1)
    after = cadence_week([*rows, *weekly(1, 1, 1, 7)[3:]], START + timedelta(weeks=3), 2, began=START)
    assert after.weeks == 0
    assert follow(None, FAR_AHEAD, weekly(1, 1, 7), today=START + timedelta(weeks=2)).plan.cadence is None


def test_without_runs_the_cadence_does_not_move() -> None:
    """A diary that names no run says so; months without entries begin again."""
    target = work(weekly(1, 1, 1, run=0.0))
    assert target.minutes[0] == 15
    assert "longest run" in target.how
    assert cadence_week(weekly(1, 1, 1), START + timedelta(weeks=12), 2, began=START).weeks == 0


def test_the_step_and_the_calendar_are_of_the_week() -> None:
    """The action has the week's minutes; once it is held the calendar names no metronome."""
    now = follow(None, FAR_AHEAD, weekly(1, 1, 1), today=START + timedelta(weeks=2)).plan
    assert now.action.kind == "cadence"
    assert "24 and 26 minutes" in now.action.dose
    assert "three quarters" in now.action.dose
    stamp = datetime(2026, 5, 4, tzinfo=UTC)
    held = follow(None, FAR_AHEAD, weekly(*[1] * 14), today=START + timedelta(weeks=13)).plan
    assert "Metronome 168" in calendar_text(now, START, stamp=stamp)
    assert "Metronome" not in calendar_text(held, START, stamp=stamp)


@cases(40)
@given(
    pains=st.lists(st.integers(0, 10), min_size=1, max_size=16),
    gaps=st.lists(st.integers(1, 40), min_size=16, max_size=16),
    baseline=st.floats(130, 179),
)
def test_cadence_never_passes_its_limit_nor_rises_above_green(
    pains: list[int], gaps: list[int], baseline: float
) -> None:
    """Any diary: at most 10 % above the baseline, a week on at a time, and none on amber or red."""
    day, rows, before = START, [], 0
    limit = 2
    for pain, gap in zip(pains, gaps, strict=False):
        day += timedelta(days=gap)
        rows.append(CheckIn(date=day, pain=pain, longest_run_min=30.0))
        reached = cadence_week(rows, day, limit, began=rows[0].date)
        assert reached.weeks <= before + 1
        if pain > limit:
            assert reached.weeks <= before
        target = at_cadence_week(cadence_target(baseline, load_knowledge().numbers, ()), reached)
        assert target.target_spm <= target.limit_spm <= 1.10 * baseline + 1e-6
        before = reached.weeks
