"""Speed and stride length from what was given, where no sensor measures a length: against virtual runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gait.analysis.analyze import analyze
from gait.analysis.results import Analysis
from gait.analysis.session.given_speed import RUN_SPEEDS_M_S
from gait.recording.model import RunInfo, RunnerInfo
from gait.virtual.runner.simulate import RunnerSettings, SensorSettings, VirtualSession, simulate

PARTS = (("stand", 2.0), ("run", 25.0), ("walk", 8.0), ("run", 12.0), ("stand", 1.0))


@pytest.fixture(scope="module")
def bare() -> VirtualSession:
    """A run with a walking break, a shank's accelerometer alone."""
    runner = RunnerSettings(speed_m_s=3.0, parts=PARTS)
    return simulate(runner, SensorSettings(gyroscope=False), sides=("left",), placements=("shank",))


def _analysis(made: VirtualSession, run: RunInfo) -> Analysis:
    return analyze(replace(made.session, run=run, runner=RunnerInfo(mass_kg=68.0, height_m=1.74)))


def test_a_speed_given_is_the_speed(bare: VirtualSession) -> None:
    """What was given is a metric, with leg stiffness from it; nothing of it is called not measurable."""
    found = _analysis(bare, RunInfo(speed_m_s=3.0))
    speed, length = found.metrics["speed_m_s"], found.metrics["stride_length_m"]
    assert speed.value == 3.0
    assert length.value == pytest.approx(3.0 * found.metrics["stride_ms"].value / 1e3)
    assert speed.left is None
    assert found.strides["speed_m_s"].isna().all()
    assert {"speed_m_s", "stride_length_m", "leg_stiffness_kn_m"}.isdisjoint(found.not_measured)
    assert RUN_SPEEDS_M_S[0] < found.metrics["speed_m_s"].value < RUN_SPEEDS_M_S[1]


def test_a_distance_given_holds_the_walking(bare: VirtualSession) -> None:
    """The true distance of run and walk gives the true running speed within its interval."""
    truth = bare.truth[bare.truth["side"] == "left"]
    found = _analysis(bare, RunInfo(distance_m=float(truth["stride_length_m"].sum()))).metrics["speed_m_s"]
    assert abs(found.value - 3.0) <= found.uncertainty <= 0.25


@pytest.mark.parametrize("distance_m", [10.0, 5000.0])
def test_a_distance_that_nobody_runs_gives_nothing(bare: VirtualSession, distance_m: float) -> None:
    """Ten metres and five kilometres in half a minute are no speed, and none is made up."""
    found = _analysis(bare, RunInfo(distance_m=distance_m))
    assert "speed_m_s" not in found.metrics
    assert "speed_m_s" in found.not_measured


def test_a_speed_given_calibrates_the_running_alone() -> None:
    """With lengths of its own a run with a walking break has the given mean running speed too."""
    runner = RunnerSettings(speed_m_s=3.0, parts=PARTS)
    made = simulate(runner, sides=("left",))
    speed = analyze(replace(made.session, run=RunInfo(speed_m_s=3.0))).metrics["speed_m_s"]
    assert abs(speed.value - 3.0) <= 0.03
