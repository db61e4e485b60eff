"""Small virtual sessions, and Dask workers that really are processes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gait.recording.write import write_recording
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import RunnerSettings, simulate
from tests.properties import need

SECONDS = 12.0
SESSIONS = 5

need("distributed", reason="GAIT BATCH NOT TESTED: the extra 'batch' is not installed")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of five sessions of one shoe, each another runner."""
    folder = tmp_path_factory.mktemp("made")
    for number in range(SESSIONS):
        runner = RunnerSettings(parts=(("stand", 2.0), ("run", SECONDS)), cadence_spm=160.0 + 4.0 * number)
        run = simulate(runner, SensorSettings(), sides=("left",), placements=("shoe",), seed=number)
        place = folder / f"run {number}"
        place.mkdir()
        write_recording(run.session.recordings[0], place / "left_shoe.csv")
    return folder


@pytest.fixture
def runs(made: Path, tmp_path: Path) -> Path:
    """A copy of the five sessions that a test may change."""
    return Path(shutil.copytree(made, tmp_path / "runs"))


@pytest.fixture(scope="session")
def client() -> Iterator[Any]:
    """Two worker processes that all tests share."""
    from gait.batch.cluster import local_workers

    with local_workers(2) as one:
        yield one


@pytest.fixture
def listed() -> Callable[[Path], dict[str, bytes]]:
    """Return the bytes of every result of a batch by its path; the sessions' states are not results."""

    def read(out: Path) -> dict[str, bytes]:
        files = [*out.glob("*.parquet"), *out.glob("*.csv"), *out.glob("strides/*/*")]
        return {str(file.relative_to(out)): file.read_bytes() for file in sorted(files)}

    return read
