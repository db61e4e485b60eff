"""Which paths are sessions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gait.batch.sessions import MARKER, find_sessions
from gait.errors import RecordingError


def _touch(*files: Path) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("time_s\n", encoding="utf-8")


def test_folders_are_walked_to_any_depth(tmp_path: Path) -> None:
    """A folder with a CSV is a session; truth, hidden folders and results of a batch are none."""
    _touch(
        tmp_path / "a" / "left_shoe.csv",
        tmp_path / "b" / "c" / "d" / "right_shank.csv.gz",
        tmp_path / "b" / "truth.csv",
        tmp_path / ".hidden" / "left_shoe.csv",
        tmp_path / "results" / "failures.csv",
        tmp_path / "results" / MARKER,
        tmp_path / "results" / "strides" / "left_shoe.csv",
    )
    found = find_sessions([tmp_path])
    assert found.sessions == (tmp_path / "a", tmp_path / "b" / "c" / "d")
    assert found.faults == ()


def test_each_session_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path given twice, in other words, by a link or as a file of its session's folder is one session."""
    _touch(tmp_path / "a" / "left_shoe.csv", tmp_path / "a" / "right_shoe.csv", tmp_path / "b" / "x.csv")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    monkeypatch.chdir(tmp_path)
    paths = [Path("a"), tmp_path / "b" / ".." / "a", Path("link"), Path("a/left_shoe.csv"), Path("b/x.csv")]
    assert find_sessions(paths).sessions == (tmp_path / "a", tmp_path / "b" / "x.csv")


def test_nothing_there(tmp_path: Path) -> None:
    """A missing path and an empty folder are refused; an empty one beside others is a fault of its own."""
    with pytest.raises(RecordingError, match="cannot be opened"):
        find_sessions([tmp_path / "none"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecordingError, match="no recording to analyse"):
        find_sessions([tmp_path / "empty"])
    _touch(tmp_path / "a" / "left_shoe.csv")
    found = find_sessions([tmp_path / "empty", tmp_path / "a"])
    assert found.sessions == (tmp_path / "a",)
    assert [fault.path for fault in found.faults] == [tmp_path / "empty"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser reads everything")
def test_an_unreadable_folder_is_a_fault(tmp_path: Path) -> None:
    """What cannot be listed is said, and the rest is found."""
    _touch(tmp_path / "a" / "left_shoe.csv", tmp_path / "locked" / "left_shoe.csv")
    (tmp_path / "locked").chmod(0)
    found = find_sessions([tmp_path])
    (tmp_path / "locked").chmod(0o700)
    assert found.sessions == (tmp_path / "a",)
    assert "Permission denied" in found.faults[0].message
