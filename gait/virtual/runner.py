"""The virtual runner: recordings whose every event is known exactly.

Motion (`foot_motion`) comes first and is exact; the sensor (`imu`) then reads it. The same seed gives the
same recording and the same truth.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from gait.frames import Side
from gait.recording.model import Recording, RunInfo, Session
from gait.units import STANDARD_GRAVITY
from gait.virtual.foot_motion import FootState, foot_state, rate_slope
from gait.virtual.imu import SensorSettings, measure, sample_times
from gait.virtual.stride_plan import LegOffset, RunnerSettings, StridePlan, Style, plan_strides

__all__ = ["LegOffset", "RunnerSettings", "SensorSettings", "VirtualSession", "simulate"]

FloatArray = npt.NDArray[np.float64]

KINDS = ("running", "walking", "standing")
FLAT_SHARE = (0.35, 0.50)


@dataclass(frozen=True, eq=False)
class VirtualSession:
    """A session with its truth.

    Attributes
    ----------
    session
        As `gait.read` would give it.
    truth
        One row a stride (not for standing): side, ic_s, tc_s, fsa_deg, pronation_excursion_deg,
        pronation_rate_dps, stride_length_m, speed_m_s, circumduction_cm, activity; times in each
        recording's clock.
    motion
        (side) -> times and `FootState` of the true motion at the samples, if asked for.
    """

    session: Session
    truth: pd.DataFrame
    motion: dict[Side, tuple[FloatArray, FootState]] = field(default_factory=dict)


def simulate(
    runner: RunnerSettings | None = None,
    sensor: SensorSettings | None = None,
    *,
    sides: tuple[Side, ...] = ("left", "right"),
    seed: int = 1,
    name: str = "virtual",
    keep_motion: bool = False,
) -> VirtualSession:
    """Run.

    Parameters
    ----------
    runner, sensor
        Who runs, and the sensor on each shoe; defaults for None.
    sides
        Shoes that carry one.
    seed
        Of strides, mounting and noise; ``runner.style_seed`` is the person.
    keep_motion
        Keep the true motion too (much larger than the recording).
    """
    runner, sensor = runner or RunnerSettings(), sensor or SensorSettings()
    style = Style.draw(runner)
    plans = {plan.side: plan for plan in plan_strides(runner, seed)}
    recordings, truths = [], []
    motion: dict[Side, tuple[FloatArray, FootState]] = {}
    for index, side in enumerate(sides):
        plan = plans[side]
        rng = np.random.default_rng([seed, 7, index])
        true, stamps = sample_times(sensor, float(plan.tc_s[-1]), rng)
        state = foot_state(plan, style, true)
        force = _specific_force(plan, style, sensor, true, state)
        acc, gyr = measure(force, state.rate, sensor, rng)
        recordings.append(_recording(side, stamps, acc, gyr if sensor.gyroscope else None, sensor))
        truths.append(_truth(plan, style, sensor))
        if keep_motion:
            motion[side] = (true, state)
    truth = pd.concat(truths, ignore_index=True).sort_values("ic_s", kind="stable", ignore_index=True)
    session = Session(name, tuple(recordings), run=RunInfo(notes="simulated by gait's virtual runner"))
    return VirtualSession(session, truth, motion)


def _specific_force(
    plan: StridePlan, style: Style, sensor: SensorSettings, time_s: FloatArray, state: FootState
) -> FloatArray:
    """(n, 3) specific force at the sensor, m/s2, segment frame: lever arm and gravity included."""
    lever = np.array([0.0, 0.0, sensor.height_m])
    turn = np.cross(rate_slope(plan, style, time_s), lever)
    turn += np.cross(state.rate, np.cross(state.rate, lever))
    upward = np.array([0.0, 0.0, STANDARD_GRAVITY])
    out: FloatArray = state.rotation.inv().apply(state.acc + upward) + turn
    return out


def _recording(
    side: Side, stamps: FloatArray, acc: FloatArray, gyr: FloatArray | None, sensor: SensorSettings
) -> Recording:
    return Recording(
        "shoe",
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
    """Every stride that begins and ends in the recording, in the recording's clock."""
    n = len(plan) - 1
    ic, tc, after = plan.ic_s[:n], plan.tc_s[:n], plan.ic_s[1:]
    contact = tc - ic
    shares = np.linspace(*FLAT_SHARE, 16)
    flat = foot_state(plan, style, (ic[:, None] + contact[:, None] * shares[None, :]).ravel())
    landing = foot_state(plan, style, ic)
    early = (ic[:, None] + contact[:, None] * np.linspace(0.0, 0.65, 80)[None, :]).ravel()
    roll = foot_state(plan, style, early).roll_deg.reshape(n, -1)
    step = contact[:, None] * (0.65 / 79)
    way = np.diff(plan.pivot_m)
    clock = 1.0 + sensor.clock_error
    table = pd.DataFrame(
        {
            "side": plan.side,
            "ic_s": ic * clock,
            "tc_s": tc * clock,
            "fsa_deg": landing.pitch_deg - np.median(flat.pitch_deg.reshape(n, -1), axis=1),
            "pronation_excursion_deg": roll.max(axis=1) - roll[:, 0],
            "pronation_rate_dps": (np.diff(roll, axis=1) / step).max(axis=1),
            "stride_length_m": way,
            "speed_m_s": way / (after - ic),
            "circumduction_cm": plan.bow_cm * plan.effort[:n],
            "activity": [KINDS[kind] for kind in plan.kind[:n]],
        }
    )
    return table[table["activity"] != "standing"]
