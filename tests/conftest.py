"""Virtual runs and the real recordings that the project's own machines have.

What loads slowly is imported where it is used: the process that hands out the tests reads this file too,
before there is any worker, and runs none of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import numpy as np

    from gait.analysis.results import Analysis
    from gait.frames import Placement
    from gait.virtual.runner.imu import SensorSettings
    from gait.virtual.runner.simulate import RunnerSettings, VirtualSession
    from tests.analyses import Analyses

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_disks() -> Iterator[None]:
    """Let files be handed to the system and no further: thousands of syncs would each wait for a disk.

    What a sync is for, a machine that loses its power, no test brings about; that there is one, and what
    its failure does, has tests that put their own in its place.
    """
    whole, os.fsync = os.fsync, lambda _: None
    yield
    os.fsync = whole


@lru_cache(maxsize=64)
def _run(runner: RunnerSettings, sensor: SensorSettings, placement: Placement, seed: int) -> VirtualSession:
    from gait.virtual.runner.simulate import simulate

    return simulate(runner, sensor, sides=("left",), placements=(placement,), seed=seed)


@pytest.fixture(scope="session")
def virtual() -> Callable[..., VirtualSession]:
    """A left leg's virtual run: arguments of `RunnerSettings`, ``sensor``, ``placement`` and ``seed``."""
    from gait.virtual.runner.imu import SensorSettings
    from gait.virtual.runner.simulate import RunnerSettings

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
def analyses(tmp_path_factory: pytest.TempPathFactory) -> Analyses:
    """Analyses that tests share, of whichever worker."""
    from tests.analyses import Analyses

    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "analyses"
    folder.mkdir(exist_ok=True)
    return Analyses(folder)


@pytest.fixture
def analysed_once(monkeypatch: pytest.MonkeyPatch, analyses: Analyses) -> None:
    """Let each session be analysed once: for tests of what is made of an analysis, not of itself."""
    import gait
    from gait.plugins import taken
    from gait.recording.model import Session

    # Looked up before the change: the package keeps what it once gave.
    whole = gait.analyze

    def analyze(session: object, *settings: object, **more: object) -> Analysis:
        if not isinstance(session, Session) or settings or more or taken("detector"):
            return whole(session, *settings, **more)
        return analyses.of(session, whole)

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
    import numpy as np

    def pair(found: np.ndarray, true: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        nearest = np.abs(found[:, None] - true[None, :]).argmin(axis=1)
        near = np.abs(found - true[nearest]) < 0.2
        return np.flatnonzero(near), nearest[near]

    return pair
