"""Things that are no files: pipes, devices, folders, loops of links; and archives that unpack to much."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

import gait.recording.read as reading
from gait.coaching.questionnaire.answers import load_answers
from gait.coaching.rules.load import check_pack
from gait.errors import GaitError, RecordingError
from gait.recording.long import open_session
from gait.recording.read import read, read_chunks, read_recording
from gait.recording.session_folder import read_notes
from gait.recording.table.lines import Source
from gait.validation.compare import load_truth

Within = Callable[[float], AbstractContextManager[None]]

posix = pytest.mark.skipif(os.name != "posix", reason="pipes, devices and links are made the POSIX way")

READERS: dict[str, Callable[[Path], object]] = {
    "session": read,
    "recording": read_recording,
    "pieces": lambda path: list(read_chunks(path, 100)),
    "long session": lambda path: open_session(path, long_bytes=0),
    "answers": load_answers,
    "truth": load_truth,
}


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _folder(path: Path) -> None:
    path.mkdir()


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@posix
@pytest.mark.parametrize("make", [_pipe, _loop, _dangling, _folder, _device])
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file_is_refused(
    tmp_path: Path, reader: str, make: Callable[[Path], None], within: Within
) -> None:
    """Nothing waits for a pipe or reads a device; each is an error that names the path."""
    path = tmp_path / "left_shoe.csv"
    make(path)
    with within(20.0), pytest.raises(GaitError) as caught:
        READERS[reader](path)
    assert "left_shoe.csv" in str(caught.value)


@posix
@pytest.mark.parametrize("make", [_pipe, _loop, _folder, _device])
def test_odd_things_in_a_session_folder_are_passed_over(
    tmp_path: Path, make: Callable[[Path], None], csv_text: Callable[..., str], within: Within
) -> None:
    """A pipe called like a recording, or called session.toml, does not keep the real one from being read."""
    (tmp_path / "left_shoe.csv").write_text(csv_text(), encoding="utf-8")
    make(tmp_path / "right_shoe.csv")
    make(tmp_path / "session.toml")
    with within(20.0):
        session = read(tmp_path) if make is not _device else read(tmp_path / "left_shoe.csv")
    assert [one.name for one in session.recordings] == ["left shoe"]
    assert read_notes(tmp_path).runner.mass_kg is None


@posix
@pytest.mark.parametrize("make", [_pipe, _loop, _dangling, _folder, _device])
def test_odd_things_in_a_rule_pack_are_problems(
    tmp_path: Path, make: Callable[[Path], None], within: Within
) -> None:
    """The check of a pack names them."""
    make(tmp_path / "own.yaml")
    with within(20.0):
        problems = check_pack(tmp_path)
    assert "own.yaml" in problems[0].where


@pytest.mark.parametrize("line", [b"\n", b"\r\n", b" \n", b"nan,nan,nan,nan\n", b",,,\n"], ids=repr)
def test_a_bomb_of_lines_without_samples(
    tmp_path: Path, line: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text without end and without a sample, packed small: refused by its first part, in little memory."""
    monkeypatch.setattr(reading, "BARREN_BYTES", 1 << 20)
    monkeypatch.setattr(Source.blocks, "__defaults__", (1 << 18,))
    path = tmp_path / "left_shoe.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        stream.write(b"time_s,acc_x,acc_y,acc_z\n0,0,0,9.8\n0.01,0,0,9.8\n")
        for _ in range(16):
            stream.write(line * ((1 << 20) // len(line)))
    tracemalloc.start()
    with pytest.raises(RecordingError, match="1 MB and more without a sample"):
        read_recording(path)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def test_a_truth_that_unpacks_to_gigabytes(tmp_path: Path) -> None:
    """Refused at its limit, not unpacked whole."""
    path = tmp_path / "truth.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        stream.write(b"ic_s,tc_s\n")
        for _ in range(140):
            stream.write(b"1.000,1.200\n" * 87_500)
    with pytest.raises(RecordingError, match="larger than 128 MB"):
        load_truth(path)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "name", ["a\0b.csv", "x" * 5000 + ".csv", "\udcff.csv"], ids=["zero", "long", "surrogate"]
)
def test_names_that_no_file_can_have(tmp_path: Path, reader: str, name: str) -> None:
    """Zero bytes, lone surrogates and endless names are refused like any missing file."""
    with pytest.raises(GaitError):
        READERS[reader](tmp_path / name)
