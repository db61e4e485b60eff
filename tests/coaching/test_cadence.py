"""The cadence target: 5 % up, 10 % at most, in steps, in the metronome's figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.analysis.results import Analysis, Metric
from gait.coaching.assess import assess
from gait.coaching.plan.cadence import cadence_target
from gait.coaching.prescribe import prescribe
from gait.coaching.rules.load import load_knowledge


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
