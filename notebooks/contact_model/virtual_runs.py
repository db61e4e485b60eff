"""Virtual runners for trying the fits where the real motion is absent: nothing that ships comes from them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from gait.frames import Placement
from gait.recording.model import Recording
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import RunnerSettings, simulate


def virtual_runs(
    runners: int, seed: int, placement: Placement
) -> Iterator[tuple[str, Recording, pd.DataFrame]]:
    """Give the runner's name, one sensor's 25 s at 200 Hz, and the truth of its leg, leg by leg."""
    rng = np.random.default_rng(seed)
    for number in range(runners):
        runner = RunnerSettings(
            parts=(("run", 25.0),),
            speed_m_s=rng.uniform(2.5, 4.5),
            strike_angle_deg=rng.uniform(-5.0, 25.0),
            style_seed=number,
        )
        made = simulate(runner, SensorSettings(rate_hz=200.0), placements=(placement,), seed=number)
        for recording in made.session.recordings:
            yield f"V{number:02d}", recording, made.truth[made.truth["side"] == recording.side]


def many_virtual_runs(
    runners: int, seed: int, placement: Placement
) -> Iterator[tuple[str, Recording, pd.DataFrame]]:
    """Give the same of one leg for 14 s: 7 km/h to sprints, fore- to rearfoot, 50 to 416 Hz.

    They join the real motion where an accelerometer alone is fitted: push-off shows in its signals in other
    ways in sprints and on soft landings, and no real motion of these is at hand.
    """
    rng = np.random.default_rng(seed)
    for number in range(runners):
        runner = RunnerSettings(
            parts=(("stand", 1.0), ("run", 14.0), ("stand", 1.0)),
            speed_m_s=rng.uniform(1.9, 6.2),
            strike_angle_deg=rng.uniform(-14.0, 26.0),
            style_seed=number + 100,
        )
        rate_hz = float(rng.choice([50.0, 104.0, 208.0, 416.0], p=[0.1, 0.2, 0.5, 0.2]))
        sensor = SensorSettings(rate_hz=rate_hz, acc_range_g=float(rng.choice([16.0, 32.0])))
        made = simulate(runner, sensor, sides=("left",), placements=(placement,), seed=number)
        yield f"V{number % 10:02d}", made.session.recordings[0], made.truth
