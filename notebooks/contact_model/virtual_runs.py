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
