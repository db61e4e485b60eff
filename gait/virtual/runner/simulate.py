"""The virtual runner: recordings whose every event is known exactly.

Motion (`foot_motion`) comes first and is exact; the sensor (`imu`) then reads it. The same seed gives the
same recording and the same truth.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from gait.arrays import FloatArray
from gait.frames import Placement, Side
from gait.recording.model import Recording, RunInfo, Session
from gait.virtual.runner.foot_motion import foot_state, pitch_deg, roll_deg
from gait.virtual.runner.imu import SensorSettings, measure, sample_times
from gait.virtual.runner.phase import outward
from gait.virtual.runner.segment import SegmentState, at_point, specific_force
from gait.virtual.runner.shank_motion import shank_state, tissue
from gait.virtual.runner.stride_plan import LegOffset, RunnerSettings, StridePlan, Turn, plan_strides
from gait.virtual.runner.style import Style

__all__ = ["LegOffset", "RunnerSettings", "SensorSettings", "Turn", "VirtualSession", "simulate"]


KINDS = ("running", "walking", "standing")
FLAT_SHARE = (0.35, 0.50)
"""Shares of the stance between which the foot is flat (chosen: about the analysis' own share)."""

_PIECE = 1 << 15
"""Instants worked on at once (chosen: what stays in a processor's cache)."""


@dataclass(frozen=True, eq=False)
class VirtualSession:
    """A session with its truth.

    Attributes
    ----------
    session
        As `gait.read` would give it.
    truth
        One row a stride (not for standing): side, ic_s, tc_s, fsa_deg, pronation_excursion_deg,
        pronation_rate_dps, shank_angle_deg, frontal_excursion_deg, stride_length_m, speed_m_s,
        circumduction_cm (of the shoe sensor's path), activity; times in the recordings' clock.
    motion
        (placement, side) -> true times of the samples and the segment's motion, if asked for.
    """

    session: Session
    truth: pd.DataFrame
    motion: dict[tuple[Placement, Side], tuple[FloatArray, SegmentState]] = field(default_factory=dict)


def simulate(
    runner: RunnerSettings | None = None,
    sensor: SensorSettings | None = None,
    *,
    sides: tuple[Side, ...] = ("left", "right"),
    placements: tuple[Placement, ...] = ("shoe",),
    seed: int = 1,
    name: str = "virtual",
    keep_motion: bool = False,
) -> VirtualSession:
    """Return a virtual run.

    Parameters
    ----------
    runner, sensor
        Settings of the runner and of the sensors; defaults for None.
    sides, placements
        Legs that carry one, and where.
    seed
        Of strides, mounting and noise; ``runner.style_seed`` is the person.
    keep_motion
        Keep the true motion too (much larger than the recording).
    """
    runner, sensor = runner or RunnerSettings(), sensor or SensorSettings()
    style = Style.draw(runner)
    plans = {plan.side: plan for plan in plan_strides(runner, seed)}
    recordings = []
    motion: dict[tuple[Placement, Side], tuple[FloatArray, SegmentState]] = {}
    for place, placement in enumerate(placements):
        for index, side in enumerate(sides):
            plan = plans[side]
            rng = np.random.default_rng([seed, 7, index, place] if place else [seed, 7, index])
            true, stamps = sample_times(sensor, float(plan.tc_s[-1]), rng)
            force, rate = _felt(plan, style, sensor, placement, true)
            acc, gyr = measure(force, rate, sensor, rng)
            recordings.append(
                _recording(placement, side, stamps, acc, gyr if sensor.gyroscope else None, sensor)
            )
            if keep_motion:
                motion[placement, side] = (true, _state(plan, style, placement, true))
    truth = pd.concat([_truth(plans[side], style, sensor) for side in sides], ignore_index=True)
    truth = truth.sort_values("ic_s", kind="stable", ignore_index=True)
    session = Session(name, tuple(recordings), run=RunInfo(notes="simulated by gait's virtual runner"))
    return VirtualSession(session, truth, motion)


def _state(plan: StridePlan, style: Style, placement: Placement, time_s: FloatArray) -> SegmentState:
    foot = foot_state(plan, style, time_s)
    return foot if placement == "shoe" else shank_state(plan, style, time_s, foot)


def _felt(
    plan: StridePlan, style: Style, sensor: SensorSettings, placement: Placement, time_s: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return (n, 3) specific force, m/s2, and rate, rad/s, at the sensor's place, segment frame."""
    force, rate = np.empty((len(time_s), 3)), np.empty((len(time_s), 3))
    for first in range(0, len(time_s), _PIECE):
        piece = slice(first, first + _PIECE)
        state = _state(plan, style, placement, time_s[piece])
        if placement == "shoe":
            force[piece] = specific_force(state, np.array([0.0, 0.0, sensor.height_m]))
        else:
            place = np.array([sensor.shank_front_m, 0.0, sensor.shank_height_m])
            skin = tissue(plan, style, time_s[piece]) if sensor.on_skin else None
            force[piece] = specific_force(state, place, skin)
        rate[piece] = state.rate
    return force, rate


def _recording(
    placement: Placement,
    side: Side,
    stamps: FloatArray,
    acc: FloatArray,
    gyr: FloatArray | None,
    sensor: SensorSettings,
) -> Recording:
    return Recording(
        placement,
        side,
        stamps,
        acc,
        gyr,
        rate_hz=sensor.rate_hz,
        acc_range_g=sensor.acc_range_g,
        gyr_range_dps=sensor.gyr_range_dps if sensor.gyroscope else None,
        device={"name": "virtual runner"},
    )


def _truth(plan: StridePlan, style: Style, sensor: SensorSettings) -> pd.DataFrame:
    """Return every stride that begins and ends in the recording, in the recording's clock."""
    n = len(plan) - 1
    ic, tc, after = plan.ic_s[:n], plan.tc_s[:n], plan.ic_s[1:]
    contact = tc - ic
    shares, early_shares = np.linspace(*FLAT_SHARE, 16), np.linspace(0.0, 0.65, 80)
    flat = pitch_deg(plan, style, (ic[:, None] + contact[:, None] * shares[None, :]).ravel())
    early = (ic[:, None] + contact[:, None] * early_shares[None, :]).ravel()
    # Without a stride a length of -1 could not be worked out.
    roll = roll_deg(plan, style, early).reshape(n, len(early_shares))
    step = contact[:, None] * (0.65 / 79)
    length_m = np.diff(plan.pivot_m)
    table = pd.DataFrame(
        {
            "side": plan.side,
            "ic_s": sensor.stamped(ic),
            "tc_s": sensor.stamped(tc),
            "fsa_deg": pitch_deg(plan, style, ic) - np.median(flat.reshape(n, len(shares)), axis=1),
            "pronation_excursion_deg": roll.max(axis=1) - roll[:, 0],
            "pronation_rate_dps": (np.diff(roll, axis=1) / step).max(axis=1),
            "shank_angle_deg": plan.shank_deg[:n],
            "frontal_excursion_deg": np.full(n, plan.knee_in_deg),
            "stride_length_m": length_m,
            "speed_m_s": length_m / (after - ic),
            "circumduction_cm": _bow_cm(plan, style, sensor.height_m),
            "activity": [KINDS[kind] for kind in plan.kind[:n]],
        }
    )
    return table[table["activity"] != "standing"]


def _bow_cm(plan: StridePlan, style: Style, height_m: float) -> FloatArray:
    """Return the largest outward bow of the shoe sensor's path off the line between two flat feet, cm."""
    n = len(plan) - 1
    flat = plan.ic_s + float(np.mean(FLAT_SHARE)) * (plan.tc_s - plan.ic_s)
    shares = np.linspace(0.0, 1.0, 40)
    times = flat[:n, None] + np.diff(flat)[:, None] * shares[None, :]
    state = foot_state(plan, style, times.ravel())
    path = at_point(state, np.array([0.0, 0.0, height_m]))[0][:, :2].reshape(n, len(shares), 2)
    path = path - path[:, :1]
    direction = path[:, -1] / np.maximum(np.linalg.norm(path[:, -1], axis=1, keepdims=True), 1e-9)
    left = path[..., 1] * direction[:, None, 0] - path[..., 0] * direction[:, None, 1]
    out: FloatArray = 100.0 * (outward(plan) * left).max(axis=1)
    return out
