"""The first rows' times: what a session's length is judged by before it is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import gait.recording.read as reading
from gait.recording.model import Recording
from gait.recording.read import first_times, read_recording
from gait.recording.write import write_recording


@pytest.mark.parametrize("rows", [40, 3000])
def test_they_are_those_of_the_whole(
    make_recording: Callable[..., Recording], tmp_path: Path, rows: int
) -> None:
    """The times looked at are the first ones that reading gives, also where the file holds fewer."""
    path = write_recording(make_recording(rows), tmp_path / "left_shoe.csv")
    whole = read_recording(path).time_s
    np.testing.assert_array_equal(first_times(path, 200), whole[:200])


def test_a_file_without_rows_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking stops after so many bytes without a row, and leaves the refusal to reading."""
    monkeypatch.setattr(reading, "LOOK_BYTES", 64)
    monkeypatch.setattr(reading, "BARREN_BYTES", 256)
    path = tmp_path / "left_shoe.csv"
    path.write_text("time_s,acc_x,acc_y,acc_z\n" + ",,,\n" * 1000 + "0,0,0,9.8\n" * 5, encoding="utf-8")
    assert len(first_times(path, 200)) == 0
