"""Virtual runs and the real recordings that the project's own machines have."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

import gait
from gait.analysis.results import Analysis
from gait.frames import Placement
from gait.plugins import taken
from gait.recording.model import Session
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import RunnerSettings, VirtualSession, simulate

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@lru_cache(maxsize=64)
def _run(runner: RunnerSettings, sensor: SensorSettings, placement: Placement, seed: int) -> VirtualSession:
    return simulate(runner, sensor, sides=("left",), placements=(placement,), seed=seed)


@pytest.fixture(scope="session")
def virtual() -> Callable[..., VirtualSession]:
    """A left leg's virtual run: arguments of `RunnerSettings`, ``sensor``, ``placement`` and ``seed``."""

    def make(
        *,
        sensor: SensorSettings | None = None,
        placement: Placement = "shoe",
        seed: int = 1,
        seconds: float = 25.0,
        **runner: object,
    ) -> VirtualSession:
        parts = runner.pop("parts", (("stand", 2.0), ("run", seconds), ("stand", 2.0)))
        return _run(RunnerSettings(parts=parts, **runner), sensor or SensorSettings(), placement, seed)

    return make


@pytest.fixture(scope="session")
def analyses() -> dict[bytes, Analysis]:
    """Analyses of this worker by the pickled session that they are of."""
    return {}


@pytest.fixture
def analysed_once(monkeypatch: pytest.MonkeyPatch, analyses: dict[bytes, Analysis]) -> None:
    """Let each session be analysed once a worker: for tests of what is made of an analysis, not of itself."""
    # Looked up before the change: the package keeps what it once gave.
    whole = gait.analyze

    def analyze(session: object, *settings: object, **more: object) -> Analysis:
        if not isinstance(session, Session) or settings or more or taken("detector"):
            return whole(session, *settings, **more)
        key = pickle.dumps(session)
        if key not in analyses:
            analyses[key] = whole(session)
        return replace(analyses[key], strides=analyses[key].strides.copy())

    monkeypatch.setattr("gait.analysis.analyze.analyze", analyze)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of the real recordings; skips where it is not there."""
    if not SHARED.is_dir():
        pytest.skip("REAL RECORDINGS NOT HERE: ../shared/data is only on the project's own machines")
    return SHARED


@pytest.fixture(scope="session")
def match() -> Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Index pairs of two sorted lists of times that are nearest to each other and less than 0.2 s apart."""

    def pair(found: np.ndarray, true: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        nearest = np.abs(found[:, None] - true[None, :]).argmin(axis=1)
        near = np.abs(found - true[nearest]) < 0.2
        return np.flatnonzero(near), nearest[near]

    return pair
