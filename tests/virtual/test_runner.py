"""The virtual runner's truth is the truth: of its motion, its signals, and the recordings made from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.errors import UsageError
from gait.recording.read import read
from gait.virtual.runner.foot_motion import foot_state, heel_m
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.presets import PRESETS
from gait.virtual.runner.simulate import simulate
from gait.virtual.runner.stride_plan import LegOffset, RunnerSettings, plan_strides
from gait.virtual.runner.style import Style
from tests.properties import cases

RECORDINGS = Path(__file__).parents[2] / "recordings"

RUNNERS = st.builds(
    RunnerSettings,
    cadence_spm=st.floats(150, 195),
    speed_m_s=st.floats(2.5, 5.5),
    strike_angle_deg=st.floats(-15, 30),
    pronation_deg=st.floats(2, 18),
    style_seed=st.integers(0, 10_000),
    parts=st.just((("stand", 1.5), ("run", 6.0), ("stand", 1.5))),
)
SLOW = cases(20, long=400)
COARSE = SensorSettings(rate_hz=52.0)
"""For the truth alone, which no sensor's rate changes: few samples are quickly made."""


@SLOW
@given(RUNNERS)
def test_the_foot_touches_at_contact(runner: RunnerSettings) -> None:
    """At ``ic_s`` heel (toes up) or ball (toes down) touches, coming down; at mid-stance the foot rests."""
    style = Style.draw(runner)
    plan = plan_strides(runner, 1)[0]
    ic = plan.ic_s[2:6]
    state = foot_state(plan, style, ic)
    arm = np.where(state.pitch_deg > 0, heel_m(style), style.ball_m)
    height = state.position[:, 2] + arm * np.sin(np.radians(state.pitch_deg))
    assert np.abs(height).max() < 1e-6
    assert (state.velocity[:, 2] < -0.2).any()
    rest = foot_state(plan, style, ic + 0.42 * (plan.tc_s[2:6] - ic))
    assert np.abs(rest.velocity[:, :2]).max() < 0.02
    assert np.abs(rest.pitch_deg).max() < 0.01


@pytest.mark.parametrize("name", PRESETS)
def test_presets_reproduce_their_parameters(name: str) -> None:
    """The truth of a preset has its cadence, speed, strike angle and pronation."""
    preset = PRESETS[name]
    truth = simulate(preset.runner, replace(preset.sensor, rate_hz=COARSE.rate_hz), seed=2).truth
    running = truth[truth["activity"] == "running"]
    right = running[running["side"] == "right"]
    stride = right["stride_length_m"] / right["speed_m_s"]
    assert 120.0 / stride.median() == pytest.approx(preset.runner.cadence_spm, rel=0.02)
    assert running["speed_m_s"].median() == pytest.approx(preset.runner.speed_m_s, rel=0.02)
    assert right["fsa_deg"].median() == pytest.approx(preset.runner.strike_angle_deg, abs=1.0)
    assert right["pronation_excursion_deg"].median() == pytest.approx(preset.runner.pronation_deg, abs=1.0)


def test_leg_offsets_show_in_the_truth() -> None:
    """A left leg that stays 12 ms longer does."""
    runner = RunnerSettings(left=LegOffset(contact_ms=12.0), parts=(("run", 40.0),))
    truth = simulate(runner, seed=3).truth
    contact = (truth["tc_s"] - truth["ic_s"]).groupby(truth["side"]).median() * 1e3
    assert contact["left"] - contact["right"] == pytest.approx(12.0, abs=1.5)


@pytest.mark.parametrize("rate", [150.0, 320.0])
def test_pronation_has_its_rate(rate: float) -> None:
    """Excursion and its fastest rate are those asked for."""
    runner = RunnerSettings(pronation_deg=10.0, pronation_rate_dps=rate, parts=(("run", 30.0),))
    truth = simulate(runner, seed=3).truth
    assert truth["pronation_rate_dps"].median() == pytest.approx(rate, rel=0.03)
    assert truth["pronation_excursion_deg"].median() == pytest.approx(10.0, abs=0.5)


def test_same_seed_same_run() -> None:
    """Recording and truth are reproducible; another seed gives another run."""
    runner = RunnerSettings(parts=(("run", 10.0),))
    one, two, other = (simulate(runner, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(one.session.recordings[0].acc, two.session.recordings[0].acc)
    pd.testing.assert_frame_equal(one.truth, two.truth)
    assert not np.array_equal(one.session.recordings[0].acc, other.session.recordings[0].acc)


def test_strides_are_correlated_and_spread_as_asked() -> None:
    """Stride times have the relative spread asked for, and resemble the one before (AR(1), 0.6)."""
    runner = RunnerSettings(variability=0.02, parts=(("run", 1500.0),))
    truth = simulate(runner, COARSE, sides=("left",), seed=9).truth
    stride = np.diff(truth["ic_s"])[2:-2]
    off = stride - stride.mean()
    assert stride.std() / stride.mean() == pytest.approx(0.02, rel=0.12)
    assert (off[1:] * off[:-1]).mean() / off.var() == pytest.approx(0.6, abs=0.07)


def test_fatigue_drifts_over_the_run() -> None:
    """With -6 % the cadence falls by 6 % to the end, and contact grows by twice as much."""
    runner = RunnerSettings(fatigue=-0.06, variability=0.005, parts=(("run", 900.0),))
    truth = simulate(runner, COARSE, sides=("right",), seed=2).truth
    stride, contact = np.diff(truth["ic_s"]), (truth["tc_s"] - truth["ic_s"]).to_numpy()
    assert np.median(stride[-40:]) / np.median(stride[:40]) == pytest.approx(1.0 / 0.94, rel=0.006)
    assert np.median(contact[-40:]) / np.median(contact[:40]) == pytest.approx(1.12, rel=0.015)


@pytest.mark.parametrize(
    "wrong",
    [{"cadence_spm": 20.0}, {"strike_angle_deg": 80.0}, {"contact_ms": 390.0, "cadence_spm": 180.0}],
)
def test_impossible_runners_are_refused(wrong: dict[str, float]) -> None:
    """A value out of range names itself and what is allowed."""
    with pytest.raises(UsageError, match=next(iter(wrong))):
        RunnerSettings(**wrong)


def test_recordings_are_what_their_page_says() -> None:
    """``recordings/easy-rearfoot`` is made again, sample for sample."""
    preset = PRESETS["easy-rearfoot"]
    made = simulate(preset.runner, preset.sensor, seed=1)
    kept = read(RECORDINGS / "easy-rearfoot")
    for fresh, old in zip(
        made.session.recordings, sorted(kept.recordings, key=lambda one: one.side), strict=True
    ):
        assert np.abs(fresh.acc - old.acc).max() < 0.006
        assert np.abs(fresh.time_s - old.time_s).max() < 1e-5
    truth = pd.read_csv(RECORDINGS / "easy-rearfoot" / "truth.csv")
    assert list(truth.columns) == list(made.truth.columns)
    assert np.abs(truth["ic_s"] - made.truth["ic_s"].to_numpy()).max() < 1e-5
