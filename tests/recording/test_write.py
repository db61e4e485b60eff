"""What is written reads back as it was, whatever it holds, and never half."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gait.errors import RecordingError
from gait.recording import write
from gait.recording.model import Recording
from gait.recording.read import read_chunks, read_recording
from gait.recording.write import Decimals, write_pieces, write_recording
from gait.units import DEG
from tests.properties import cases

Make = Callable[..., Recording]
AXES = st.integers(1, 60).flatmap(
    lambda rows: hnp.arrays(np.int64, (rows + 1, 3), elements=st.integers(-(10**7), 10**7)).map(
        lambda counts: counts[counts.any(axis=1)]
    )
)


def _same(first: Recording, second: Recording) -> None:
    np.testing.assert_allclose(first.time_s, second.time_s, rtol=0, atol=1e-9)
    np.testing.assert_allclose(first.acc, second.acc, rtol=0, atol=1e-9)
    assert (first.gyr is None) == (second.gyr is None)
    if first.gyr is not None and second.gyr is not None:
        np.testing.assert_allclose(first.gyr, second.gyr, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ["left_shoe.csv", "left_shoe.csv.gz"])
@pytest.mark.parametrize("gyr", [True, False])
def test_round_trip(make_recording: Make, tmp_path: Path, name: str, *, gyr: bool) -> None:
    """Samples, preamble and unknown keys come back as they were."""
    recording = make_recording(
        gyr=gyr,
        rate_hz=100.0,
        acc_range_g=16.0,
        gyr_range_dps=2000.0,
        started="2026-05-01T07:32:10.123+02:00",
        device={"name": "left one", "battery": 0.5, "nested": {"list": [1, 2]}},
        extra={"firmware": "1.2", "calibration": {"bias": [0.1, -0.2, 0.0]}},
    )
    again = read_recording(write_recording(recording, tmp_path / name))
    _same(again, recording)
    assert again.rate_hz == recording.rate_hz
    assert (again.acc_range_g, again.gyr_range_dps) == (16.0, 2000.0)
    assert again.started == recording.started
    assert again.device == recording.device
    assert again.extra == recording.extra


@cases(40)
@given(counts=AXES, start=st.integers(-(10**12), 10**13), step=st.integers(1000, 20_000))
def test_any_numbers_round_trip(tmp_path: Path, counts: np.ndarray, start: int, step: int) -> None:
    """Every whole number of the last decimal's unit is written as Python itself would."""
    rows = len(counts)
    if rows < 2:
        return
    ticks = start + step * np.arange(rows)
    recording = Recording("shank", "right", ticks / 1e6, counts / 1e4 + 0.0, counts / 1e3 * DEG)
    path = write_recording(recording, tmp_path / "x.csv")
    lines = path.read_text().splitlines()[-rows:]
    for line, tick, axes in zip(lines, ticks.tolist(), counts.tolist(), strict=True):
        expected = [f"{tick / 1e6:.6f}", *(f"{v / 1e4:.4f}" for v in axes), *(f"{v / 1e3:.3f}" for v in axes)]
        assert line == ",".join(expected)


@cases(40)
@given(
    name=st.text(max_size=30),
    key=st.text(min_size=1, max_size=8).filter(lambda text: text != "name"),
    started=st.text(max_size=12),
)
def test_hostile_text_round_trips(
    make_recording: Make, tmp_path: Path, name: str, key: str, started: str
) -> None:
    """Device names come off the air: no quote, line end or control character breaks the file."""
    recording = make_recording(rows=3, device={"name": name, key: name}, started=started)
    again = read_recording(write_recording(recording, tmp_path / "x.csv"))
    assert again.device == {"name": name, key: name}
    assert again.started == started
    assert len(again.time_s) == 3


def test_a_device_name_cannot_pose_as_data(make_recording: Make, tmp_path: Path) -> None:
    """A name with line ends stays one comment line."""
    evil = 'x"\n# side = "right"\n0,0,0,0\n\x1b[2J'
    path = write_recording(make_recording(device={"name": evil}), tmp_path / "x.csv")
    head = path.read_text().split("time_s")[0].splitlines()
    assert all(line.startswith("# ") for line in head)
    assert read_recording(path).side == "left"
    assert read_recording(path).device["name"] == evil


def test_same_recording_same_bytes(make_recording: Make, tmp_path: Path) -> None:
    """Compressed files hold no name and no time of their making, and hold the plain file."""
    plain = write_recording(make_recording(), tmp_path / "a.csv").read_bytes()
    first = write_recording(make_recording(), tmp_path / "a.csv.gz").read_bytes()
    second = write_recording(make_recording(), tmp_path / "b.csv.gz").read_bytes()
    assert first == second
    assert first[4:8] == b"\0\0\0\0"
    assert gzip.decompress(first) == plain


def test_pieces_make_the_same_file(
    make_recording: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written in pieces, or in small steps, the file is the same."""
    monkeypatch.setattr(write, "ROWS_AT_ONCE", 37)
    whole = write_recording(make_recording(), tmp_path / "a.csv")
    pieces = read_chunks(whole, 90)
    again = write_pieces(make_recording(), pieces, tmp_path / "b.csv")
    assert again.read_bytes() == whole.read_bytes()


def test_decimals_bound_the_error(make_recording: Make, tmp_path: Path) -> None:
    """Values off the grid are off by half a unit of the last decimal at most."""
    recording = make_recording(acc=np.random.default_rng(1).normal(0, 30, (400, 3)))
    for decimals in (1, 3, 6):
        path = write_recording(recording, tmp_path / "x.csv", Decimals(acc=decimals))
        error = np.abs(read_recording(path).acc - recording.acc).max()
        assert error <= 0.5000001 * 10.0**-decimals
        assert error > 0.3 * 10.0**-decimals


def test_bad_samples_leave_the_old_file(make_recording: Make, tmp_path: Path) -> None:
    """Infinite values and repeated times are refused; what stood there stays, and no half file beside it."""
    path = write_recording(make_recording(), tmp_path / "left_shoe.csv")
    before = path.read_bytes()
    time_s = make_recording().time_s.copy()
    time_s[300] = time_s[299] + 1e-8
    acc = make_recording().acc.copy()
    acc[399, 1] = np.nan
    with pytest.raises(RecordingError, match="times do not increase"):
        write_recording(make_recording(time_s=time_s), path)
    with pytest.raises(RecordingError, match="not finite"):
        write_recording(make_recording(acc=acc), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["left_shoe.csv"]


def test_on_the_disk_before_it_has_its_name(
    make_recording: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut leaves the old file or the new one: the bytes are forced out before the renaming."""
    path = tmp_path / "left_shoe.csv"
    seen: list[tuple[bool, int]] = []
    monkeypatch.setattr(os, "fsync", lambda handle: seen.append((path.exists(), os.fstat(handle).st_size)))
    write_recording(make_recording(), path)
    assert seen == [(False, path.stat().st_size)]


def test_nowhere_to_write(make_recording: Make, tmp_path: Path) -> None:
    """A missing folder, and a folder in the file's place, are said in one line."""
    with pytest.raises(RecordingError, match="cannot be written"):
        write_recording(make_recording(), tmp_path / "missing" / "x.csv")
    (tmp_path / "x.csv").mkdir()
    with pytest.raises(RecordingError, match="cannot be written"):
        write_recording(make_recording(), tmp_path / "x.csv")
    assert [file.name for file in tmp_path.iterdir()] == ["x.csv"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_only_the_owner_reads(make_recording: Make, tmp_path: Path) -> None:
    """How someone runs is theirs."""
    path = write_recording(make_recording(), tmp_path / "left_shoe.csv")
    assert path.stat().st_mode & 0o077 == 0
