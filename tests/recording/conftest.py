"""Recordings made by hand, and the ways to put them on disk."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest

from gait.recording.model import Recording
from gait.units import DEG
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import VirtualSession


@pytest.fixture(scope="session")
def samples(virtual: Callable[..., VirtualSession]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Some seconds of a virtual runner at 100 Hz that stands first: time, m/s2, deg/s."""
    run = virtual(sensor=SensorSettings(rate_hz=100.0), parts=(("stand", 2.5), ("run", 4.0), ("stand", 1.0)))
    recording = run.session.recordings[0]
    assert recording.gyr is not None
    gyr = np.degrees(recording.gyr[:640])
    return np.arange(640) / 100.0, np.round(recording.acc[:640], 4), np.round(gyr, 3)


@pytest.fixture
def make_recording() -> Callable[..., Recording]:
    """Build a believable recording: gravity, a swing at 1.4 Hz, values on the file's grid."""

    def make(rows: int = 400, *, rate_hz: float = 100.0, gyr: bool = True, **changes: object) -> Recording:
        time_s = np.round(np.arange(rows) / rate_hz, 6)
        swing = np.sin(2 * np.pi * 1.4 * time_s)
        acc = np.round(np.column_stack([20.0 * swing, 3.0 * swing**2, 9.81 + 5.0 * swing]), 4)
        rate = np.round(np.column_stack([40.0 * swing, 400.0 * swing, -20.0 * swing]), 3)
        fields: dict[str, object] = {
            "placement": "shoe",
            "side": "left",
            "time_s": time_s,
            "acc": acc,
            "gyr": rate * DEG if gyr else None,
        }
        return Recording(**(fields | changes))

    return make


@pytest.fixture
def csv_text() -> Callable[..., str]:
    """Text of a small valid CSV, as other programs write it: no preamble, plain decimals."""

    def text(rows: int = 300, *, gyr: bool = True, end: str = "\n") -> str:
        names = ["time_s", "acc_x", "acc_y", "acc_z"] + (["gyr_x", "gyr_y", "gyr_z"] if gyr else [])
        lines = [",".join(names)]
        for row in range(rows):
            swing = np.sin(row / 11.0)
            cells = [f"{row / 100:.2f}", f"{15 * swing:.3f}", "0.5", f"{9.81 + 4 * swing:.3f}"]
            lines.append(",".join(cells + ([f"{350 * swing:.2f}", "-12.5", "3"] if gyr else [])))
        return end.join(lines) + end

    return text


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """Write text or bytes to a file in a fresh folder."""

    def write(content: str | bytes, name: str = "left_shoe.csv") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


@pytest.fixture
def within() -> Callable[[float], AbstractContextManager[None]]:
    """A context that fails with an error of its own after some seconds: a hang becomes a failed test."""

    @contextmanager
    def limit(seconds: float) -> Iterator[None]:
        def ring(_number: int, _frame: object) -> None:
            raise AssertionError(f"still waiting after {seconds:g} s")

        before = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            signal.signal(signal.SIGALRM, before)

    return limit
