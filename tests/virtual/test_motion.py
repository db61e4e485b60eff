"""Foot and shank move as their parameters say, smoothly, and their signals are those of that motion."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation

from gait.frames import Placement
from gait.units import STANDARD_GRAVITY
from gait.virtual.runner.foot_motion import foot_state
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.segment import SegmentState, at_point, specific_force
from gait.virtual.runner.shank_motion import ankle, shank_state
from gait.virtual.runner.simulate import simulate
from gait.virtual.runner.stride_plan import LegOffset, RunnerSettings, StridePlan, Turn, plan_strides
from gait.virtual.runner.style import Style
from tests.properties import cases

FloatArray = npt.NDArray[np.float64]

RUNNERS = st.builds(
    RunnerSettings,
    cadence_spm=st.floats(150, 195),
    speed_m_s=st.floats(2.5, 5.5),
    strike_angle_deg=st.floats(-15, 30),
    pronation_deg=st.floats(2, 18),
    shank_angle_deg=st.floats(-5, 20),
    knee_in_deg=st.floats(0, 15),
    step_width_cm=st.floats(-5, 20),
    slope_percent=st.sampled_from([0.0, -12.0, 8.0]),
    turns=st.sampled_from([(), (Turn(2.5, 90.0, 2.0),), (Turn(2.0, -170.0, 3.0),)]),
    style_seed=st.integers(0, 10_000),
    parts=st.just((("stand", 1.5), ("run", 6.0), ("stand", 1.5))),
)
PLACEMENTS = st.sampled_from(["shoe", "shank"])
SLOW = cases(8, long=400)


def state_of(runner: RunnerSettings, placement: Placement, time_s: FloatArray) -> SegmentState:
    """Motion of the left leg's segment."""
    style, plan = Style.draw(runner), left_plan(runner)
    foot = foot_state(plan, style, time_s)
    return foot if placement == "shoe" else shank_state(plan, style, time_s, foot)


def left_plan(runner: RunnerSettings) -> StridePlan:
    """The left leg's strides."""
    return plan_strides(runner, 1)[0]


def running_product(vectors: FloatArray) -> Rotation:
    """Identity, then the first turn, the first two, ... of small turns (n, 3)."""
    quaternion = np.vstack([[0.0, 0.0, 0.0, 1.0], Rotation.from_rotvec(vectors).as_quat()])
    reach = 1
    while reach < len(quaternion):
        both = Rotation.from_quat(quaternion[:-reach]) * Rotation.from_quat(quaternion[reach:])
        quaternion = np.vstack([quaternion[:reach], both.as_quat()])
        reach *= 2
    return Rotation.from_quat(quaternion)


@SLOW
@given(RUNNERS, PLACEMENTS)
def test_motion_is_smooth(runner: RunnerSettings, placement: Placement) -> None:
    """Acceleration and turning have no jump anywhere: a quarter of the step makes a quarter of the jumps."""
    ic = left_plan(runner).ic_s
    jumps = []
    for step in (4e-4, 1e-4):
        state = state_of(runner, placement, np.arange(ic[1] - 0.05, ic[4] + 0.05, step))
        jumps.append(
            [np.abs(np.diff(one, axis=0)).max() for one in (state.acc, state.rate, state.rate_slope)]
        )
    coarse, fine = np.array(jumps)
    assert (fine < 0.35 * coarse + np.array([0.2, 0.01, 2.0])).all()


@SLOW
@given(RUNNERS, PLACEMENTS)
def test_derivatives_are_those_of_the_motion(runner: RunnerSettings, placement: Placement) -> None:
    """Velocity, acceleration, rate and its slope are what differences of position and rotation give."""
    ic = left_plan(runner).ic_s
    time, h = np.linspace(ic[1], ic[4], 400), 2e-5
    before, now, after = (state_of(runner, placement, time + shift) for shift in (-h, 0.0, h))
    turned = (before.rotation.inv() * after.rotation).as_rotvec() / (2.0 * h)
    assert np.abs((after.position - before.position) / (2.0 * h) - now.velocity).max() < 2e-3
    assert np.abs((after.velocity - before.velocity) / (2.0 * h) - now.acc).max() < 1.5
    assert np.abs(turned - now.rate).max() < 2e-3
    assert np.abs((after.rate - before.rate) / (2.0 * h) - now.rate_slope).max() < 5.0


@SLOW
@given(RUNNERS, PLACEMENTS)
def test_integrating_the_signals_gives_back_the_motion(runner: RunnerSettings, placement: Placement) -> None:
    """What a perfect sensor feels, integrated over a stride, ends within 1 mm and 0.1 deg of the truth."""
    ic = left_plan(runner).ic_s
    time = np.arange(ic[2] + 0.05, ic[3] + 0.05, 1.0 / 4000.0)
    state = state_of(runner, placement, time)
    where = place_of(SensorSettings(), placement)
    position, velocity, _ = at_point(state, where)
    middle = state_of(runner, placement, 0.5 * (time[1:] + time[:-1]))
    turned = state.rotation[0] * running_product(middle.rate * np.diff(time)[:, None])
    acc = CubicSpline(time, turned.apply(specific_force(state, where)) - [0.0, 0.0, STANDARD_GRAVITY])
    speed, way = acc.antiderivative(1), acc.antiderivative(2)
    span = time[-1] - time[0]
    ended = position[0] + velocity[0] * span + way(time[-1]) - way(time[0]) - speed(time[0]) * span
    assert np.degrees((turned[-1].inv() * state.rotation[-1]).magnitude()) < 0.1
    assert np.linalg.norm(ended - position[-1]) < 1e-3


@SLOW
@given(RUNNERS, PLACEMENTS, st.integers(0, 99))
def test_a_perfect_sensor_reads_the_motion(runner: RunnerSettings, placement: Placement, seed: int) -> None:
    """Its samples are the specific force and the rate at its place, in its own frame."""
    mounting = Rotation.from_euler("xyz", [20.0, -70.0, 140.0], degrees=True)
    sensor = SensorSettings(perfect=True, mounting=mounting, on_skin=False)
    made = simulate(runner, sensor, sides=("left",), placements=(placement,), seed=seed, keep_motion=True)
    recording = made.session.recordings[0]
    _, state = made.motion[placement, "left"]
    force = specific_force(state, place_of(sensor, placement))
    assert recording.gyr is not None
    assert np.allclose(recording.acc, mounting.apply(force), atol=1e-9)
    assert np.allclose(recording.gyr, mounting.apply(state.rate), atol=1e-9)


def place_of(sensor: SensorSettings, placement: Placement) -> FloatArray:
    """Where the sensor sits on its segment, m."""
    if placement == "shank":
        return np.array([sensor.shank_front_m, 0.0, sensor.shank_height_m])
    return np.array([0.0, 0.0, sensor.height_m])


@SLOW
@given(RUNNERS)
def test_the_shank_stands_on_the_ankle(runner: RunnerSettings) -> None:
    """Its lower end is the foot's ankle at every instant; at contact it leans back as planned."""
    plan, style = left_plan(runner), Style.draw(runner)
    time = np.linspace(plan.ic_s[1], plan.ic_s[3], 200)
    foot = foot_state(plan, style, time)
    shank = shank_state(plan, style, time, foot)
    for mine, theirs in zip(
        (shank.position, shank.velocity, shank.acc), at_point(foot, ankle(style)), strict=True
    ):
        assert np.allclose(mine, theirs)
    ic = plan.ic_s[1:-2]
    landing = shank_state(plan, style, ic, foot_state(plan, style, ic))
    assert landing.pitch_deg == pytest.approx(plan.shank_deg[1:-2], abs=1e-6)
    up = landing.rotation.apply([0.0, 0.0, 1.0])
    heading = plan.heading_rad[1:-2]
    ahead = up[:, 0] * np.cos(heading) + up[:, 1] * np.sin(heading)
    assert np.degrees(np.arcsin(-ahead)) == pytest.approx(plan.shank_deg[1:-2], abs=0.3)


def test_truth_of_the_shank() -> None:
    """Shank angle and knee-in of the truth are those asked for; a leg's offset shows."""
    runner = RunnerSettings(
        shank_angle_deg=12.0, knee_in_deg=9.0, right=LegOffset(shank_deg=-4.0), parts=(("run", 60.0),)
    )
    truth = simulate(runner, placements=("shank",), seed=3).truth.groupby("side")
    assert truth["shank_angle_deg"].median()["left"] == pytest.approx(12.0, abs=0.5)
    assert truth["shank_angle_deg"].median()["right"] == pytest.approx(8.0, abs=0.5)
    assert truth["frontal_excursion_deg"].median()["left"] == pytest.approx(9.0)


@pytest.mark.parametrize(("degrees", "direction"), [(90.0, (0.0, 1.0)), (-180.0, (-1.0, 0.0))])
def test_a_turn_changes_the_way(degrees: float, direction: tuple[float, float]) -> None:
    """After a turn the runner goes where it leads, at the same speed, and the foot points there."""
    runner = RunnerSettings(turns=(Turn(4.0, degrees, 4.0),), parts=(("run", 20.0),), variability=0.0)
    made = simulate(runner, sides=("left",), keep_motion=True)
    time, state = made.motion["shoe", "left"]
    first, last = np.searchsorted(time, [10.0, 10.0 + 4 * 120.0 / 168.0])
    way = state.position[last] - state.position[first]
    assert way[:2] / np.linalg.norm(way[:2]) == pytest.approx(direction, abs=0.01)
    assert np.linalg.norm(way) / (time[last] - time[first]) == pytest.approx(3.0, rel=0.01)
    toes = state.rotation[int(first)].apply([1.0, 0.0, 0.0])
    assert toes[0] * direction[0] + toes[1] * direction[1] > 0.2


@pytest.mark.parametrize("percent", [-10.0, 6.0])
def test_a_slope_rises(percent: float) -> None:
    """On a slope the foot climbs as much as the slope says, and rests along the ground."""
    runner = RunnerSettings(slope_percent=percent, parts=(("run", 10.0),), variability=0.0)
    plan, style = left_plan(runner), Style.draw(runner)
    rest = foot_state(plan, style, plan.ic_s[2:8] + 0.42 * (plan.tc_s - plan.ic_s)[2:8])
    climbed, gone = rest.position[-1, 2] - rest.position[0, 2], rest.position[-1, 0] - rest.position[0, 0]
    assert climbed / gone == pytest.approx(percent / 100.0, rel=1e-3)
    assert rest.pitch_deg == pytest.approx(0.0, abs=0.05)
    toes = rest.rotation.apply([1.0, 0.0, 0.0])
    assert np.degrees(np.arctan2(toes[:, 2], toes[:, 0])) == pytest.approx(
        np.degrees(np.arctan(percent / 100.0)), abs=0.4
    )


def test_step_width_lies_between_the_feet() -> None:
    """Left and right prints are as far apart as asked."""
    runner = RunnerSettings(step_width_cm=11.0, parts=(("run", 10.0),))
    style = Style.draw(runner)
    rests = [
        foot_state(plan, style, plan.ic_s[2:8] + 0.42 * (plan.tc_s - plan.ic_s)[2:8])
        for plan in plan_strides(runner, 1)
    ]
    assert 100.0 * (rests[0].position[:, 1] - rests[1].position[:, 1]).mean() == pytest.approx(11.0, abs=0.1)


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("parts", [(("stand", 3.0), ("run", 5.0)), (("run", 5.0),)])
def test_a_run_begins_at_rest(side: int, parts: tuple[tuple[str, float], ...]) -> None:
    """Both legs stand still in the first second: no rate, no acceleration, shank upright."""
    runner = RunnerSettings(parts=parts)  # type: ignore[arg-type]  # kinds as plain texts
    plan, style = plan_strides(runner, 1)[side], Style.draw(runner)
    time = np.linspace(0.45, 0.6, 50)
    foot = foot_state(plan, style, time)
    shank = shank_state(plan, style, time, foot)
    for state in (foot, shank):
        assert np.abs(state.rate).max() < 1e-9
        assert np.abs(state.acc).max() < 1e-9
        assert np.abs(state.pitch_deg).max() < 1e-6
