"""Hostile and broken activity files: one clear line each, never a traceback and never a guess."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gait.errors import GaitError, MissingExtraError
from gait.exchange.activity_files import read as reading
from gait.exchange.activity_files.model import activity_of
from gait.exchange.activity_files.read import read_activity
from tests.properties import need

need("gpxpy", "fitdecode")

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    "<gpx><trk><name>&b;</name></trk></gpx>"
)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("bomb.gpx", BOMB.encode()),
        ("bomb.tcx", BOMB.replace("gpx", "TrainingCenterDatabase").encode()),
        ("cut.gpx", b"<gpx><trk><trkseg>"),
        ("empty.tcx", b""),
        ("other.tcx", b"<html/>"),
        ("none.gpx", b'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"></gpx>'),
        ("none.tcx", b"<TrainingCenterDatabase/>"),
        ("short.fit", b"\x0e\x20\x00"),
        ("noise.fit", bytes(range(256)) * 8),
        ("empty.fit", b""),
        ("run.zip", b"PK"),
    ],
)
def test_is_one_line(name: str, body: bytes, tmp_path: Path) -> None:
    """Refused with one line that names the file."""
    file = tmp_path / name
    file.write_bytes(body)
    with pytest.raises(GaitError) as refused:
        read_activity(file)
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


def test_missing_and_folder(tmp_path: Path) -> None:
    """No such file, or a folder of that name."""
    (tmp_path / "a.fit").mkdir()
    for name in ("a.fit", "b.gpx"):
        with pytest.raises(GaitError, match=name):
            read_activity(tmp_path / name)


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file beyond the limit is not opened."""
    monkeypatch.setattr(reading, "LARGEST_BYTES", 10)
    file = tmp_path / "a.tcx"
    file.write_bytes(b" " * 11)
    with pytest.raises(GaitError, match="too large"):
        read_activity(file)


def test_absurd_values_are_not_measured() -> None:
    """Values that no runner has, and times that go back, are left out."""
    rows = [
        {"time_s": 1.7e9 + k, "speed_m_s": 3.0, "heart_rate_bpm": 140.0, "cadence_spm": 170.0}
        for k in range(10)
    ]
    rows[3] |= {"speed_m_s": 3e8, "heart_rate_bpm": -5.0, "cadence_spm": 1e9}
    rows[5]["time_s"] -= 4.0
    rows[7]["time_s"] = float("inf")
    activity = activity_of("a.fit", rows, ())
    assert len(activity.time_s) == 8
    assert np.flatnonzero(np.isnan(activity.speed_m_s)).tolist() == [3]
    assert np.nanmax(activity.heart_rate_bpm) == 140.0


def test_missing_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its library a format says what to install."""
    file = tmp_path / "a.fit"
    file.write_bytes(b"x")
    monkeypatch.setitem(__import__("sys").modules, "fitdecode", None)
    with pytest.raises(MissingExtraError, match=r"running-gait\[fit\]"):
        read_activity(file)
