"""A virtual run with its true motion, for what is made of samples and strides."""

from __future__ import annotations

import pytest

import gait
from gait.analysis.results import Analysis
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import RunnerSettings, VirtualSession, simulate


@pytest.fixture(scope="session")
def true_run() -> VirtualSession:
    """Both legs, shoe and shank, standing and then running, with the true motion."""
    runner = RunnerSettings(parts=(("stand", 2.0), ("run", 14.0), ("stand", 1.0)), style_seed=2)
    return simulate(runner, SensorSettings(), placements=("shoe", "shank"), seed=2, keep_motion=True)


@pytest.fixture(scope="session")
def true_run_analysis(true_run: VirtualSession) -> Analysis:
    """Of that run."""
    return gait.analyze(true_run.session)
