"""Two levels of the strides' gravity: a change that one part shows, and none where a run is even."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.engine import strides_of
from gait.analysis.faults.changes import _cut, changed_parts
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import RunnerSettings, simulate


@pytest.mark.parametrize("place", [5, 9, 15])
def test_the_cut_lies_where_the_level_changes(place) -> None:
    """Between noisy levels, wherever the change is."""
    rng = np.random.default_rng(place)
    gravity = np.where(np.arange(20) < place, 1.0, 0.6) + rng.normal(0.0, 0.02, 20)
    assert _cut(gravity) == place


def test_an_even_run_has_no_part() -> None:
    """Neither a sound sensor nor one whose scale is off throughout; and too few strides show nothing."""
    runner = RunnerSettings(parts=(("stand", 2.0), ("run", 14.0), ("stand", 1.0)))
    recording = simulate(runner, SensorSettings(rate_hz=104.0), sides=("left",), seed=5).session.recordings[0]
    batch, _ = strides_of(recording)
    assert changed_parts("left shoe", batch, recording) == ()
    assert changed_parts("left shoe", batch.take(np.arange(len(batch)) < 6), recording) == ()
