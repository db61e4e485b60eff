"""Which sessions stay on disk: by the length of the analysis' grid, not by their bytes alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import gait.recording.long as long_files
from gait.analysis.signal.resample import GRID_HZ
from gait.recording import model
from gait.recording.long import open_session
from gait.recording.model import PIECE_ROWS, Recording, piece_rows
from gait.recording.write import write_recording


def test_one_grid() -> None:
    """The rate by which length is judged is that of the analysis."""
    assert model.GRID_HZ == GRID_HZ


@pytest.mark.parametrize(("rate_hz", "stays"), [(25.0, True), (100.0, False)])
def test_a_slow_sensor_is_as_long_as_its_time(
    make_recording: Callable[..., Recording],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rate_hz: float,
    stays: bool,
) -> None:
    """The same rows last four times as long at a quarter of the rate, and are as much work."""
    monkeypatch.setattr(long_files, "SHORT_BYTES", 0)
    monkeypatch.setattr(long_files, "LONG_INSTANTS", 20_000)
    rows = 4000
    recording = replace(make_recording(rows), time_s=np.round(np.arange(rows) / rate_hz, 6))
    path = write_recording(recording, tmp_path / "left_shoe.csv")
    session = open_session(path)
    (one,) = session.recordings
    assert one.in_memory is not stays
    assert len(one.time_s) == (1 if stays else rows)
    pieces = [len(piece.time_s) for piece in one.pieces()]
    assert sum(pieces) == rows
    if stays:
        assert piece_rows(one.step_s) == pytest.approx(PIECE_ROWS / 8, abs=1)
        assert len(one.head.time_s) == 1


def test_notes_of_a_session(make_recording: Callable[..., Recording], tmp_path: Path) -> None:
    """Name, shoes and start of ``session.toml`` are read; a recording's own start wins."""
    path = write_recording(make_recording(), tmp_path / "left_shoe.csv")
    toml = 'started = 2026-05-01T07:32:10+02:00\n[runner]\nname = "Ada"\n[run]\nshoes = ["blue", "old"]\n'
    (tmp_path / "session.toml").write_text(toml, encoding="utf-8")
    session = open_session(path)
    assert session.runner.name == "Ada"
    assert session.run.shoes == ("blue", "old")
    (tmp_path / "session.toml").write_text(
        '[run]\nshoes = "blue"\nstarted = "2026-05-01 07:32"\n', encoding="utf-8"
    )
    assert open_session(path).run.shoes == ("blue",)
    for long_bytes in (0, 10**9):
        (tmp_path / "session.toml").write_text(toml, encoding="utf-8")
        one = open_session(tmp_path, long_bytes=long_bytes).recordings[0]
        assert one.in_memory is (long_bytes > 0)
        assert one.started == "2026-05-01T07:32:10+02:00"
    write_recording(make_recording(started="2025-01-01T00:00:00+00:00"), path)
    assert open_session(path).recordings[0].started == "2025-01-01T00:00:00+00:00"
