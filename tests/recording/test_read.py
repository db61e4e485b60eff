"""Reading what the contract allows, against numbers known beforehand."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gait.errors import RecordingError
from gait.recording.model import Recording
from gait.recording.read import find_recordings, read, read_chunks, read_recording
from gait.recording.table import numbers as table
from gait.recording.table.lines import Source
from gait.recording.write import write_recording

Text = Callable[..., str]
Put = Callable[..., Path]
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no shared data at {SHARED}")


def test_numbers_come_out_as_they_stand(csv_text: Text, put: Put) -> None:
    """Times and m/s2 unchanged, deg/s as rad/s, to the last bit that pandas itself reads."""
    text = csv_text()
    recording = read_recording(put(text))
    expected = pd.read_csv(io.StringIO(text))
    assert recording.gyr is not None
    np.testing.assert_array_equal(recording.time_s, expected["time_s"])
    np.testing.assert_array_equal(recording.acc, expected[["acc_x", "acc_y", "acc_z"]])
    np.testing.assert_allclose(np.degrees(recording.gyr), expected[["gyr_x", "gyr_y", "gyr_z"]], rtol=1e-14)
    assert (recording.placement, recording.side, recording.source) == ("shoe", "left", "left_shoe.csv")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: "\ufeff" + text, id="BOM"),
        pytest.param(lambda text: "# made by hand\n#\n" + text, id="comments of another program"),
        pytest.param(lambda text: text.rstrip("\n"), id="no last line end"),
        pytest.param(lambda text: text.replace("\n", "\n\n"), id="blank lines"),
        pytest.param(lambda text: text.replace(",", ", "), id="spaces"),
        pytest.param(lambda text: text.replace(",", ";").replace(".", ","), id="semicolons, decimal commas"),
        pytest.param(lambda text: text.replace(",", "\t"), id="tabs"),
        pytest.param(
            lambda text: "\n".join(f'"{row}"' for row in text.split("\n")).replace(",", '","'), id="quotes"
        ),
        pytest.param(
            lambda text: text.replace("\n", ',"=cmd()"\n').replace("cmd()", "note", 1), id="a text column"
        ),
        pytest.param(lambda text: text.replace("\n", ",\n"), id="an empty last column"),
        pytest.param(lambda text: gzip.compress(text.encode()), id="gzip under a plain name"),
    ],
)
def test_every_way_to_write_it_reads_the_same(
    csv_text: Text, put: Put, change: Callable[[str], str | bytes]
) -> None:
    """Line ends, marks, separators, quotes, further columns and compression change nothing."""
    plain = read_recording(put(csv_text(), "plain/left_shoe.csv"))
    other = read_recording(put(change(csv_text()), "other/left_shoe.csv"))
    np.testing.assert_array_equal(other.time_s, plain.time_s)
    np.testing.assert_array_equal(other.acc, plain.acc)
    assert plain.gyr is not None
    assert other.gyr is not None
    np.testing.assert_array_equal(other.gyr, plain.gyr)
    assert other.notes == ()


def test_columns_in_any_order(csv_text: Text, put: Put) -> None:
    """The header says which column is which."""
    frame = pd.read_csv(io.StringIO(csv_text()))
    shuffled = frame[["gyr_z", "acc_y", "time_s", "acc_x", "gyr_x", "acc_z", "gyr_y"]]
    recording = read_recording(put(shuffled.to_csv(index=False)))
    assert recording.gyr is not None
    np.testing.assert_array_equal(recording.acc, frame[["acc_x", "acc_y", "acc_z"]])
    np.testing.assert_allclose(np.degrees(recording.gyr), frame[["gyr_x", "gyr_y", "gyr_z"]], rtol=1e-14)


def test_without_gyroscope(csv_text: Text, put: Put) -> None:
    """An accelerometer-only file has no gyr, not zeros."""
    assert read_recording(put(csv_text(gyr=False))).gyr is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("left_shoe.csv", ("shoe", "left")),
        ("Right-Foot.CSV", ("shoe", "right")),
        ("run_right_shank_2.csv", ("shank", "right")),
        ("left tibia.csv.gz", ("shank", "left")),
    ],
)
def test_names_say_where(csv_text: Text, put: Put, name: str, expected: tuple[str, str]) -> None:
    """Placement and side come from the name where nothing else says them."""
    recording = read_recording(put(csv_text(), name))
    assert (recording.placement, recording.side) == expected


def test_preamble_wins_over_name_and_options_over_both(
    make_recording: Callable[..., Recording], tmp_path: Path
) -> None:
    """Who was asked last is believed: option, then preamble, then name."""
    path = write_recording(make_recording(side="right", placement="shank"), tmp_path / "left_shoe.csv")
    assert read_recording(path).name == "right shank"
    assert read_recording(path, side="left", placement="shoe").name == "left shoe"


def test_rows_without_numbers_become_a_gap(csv_text: Text, put: Put) -> None:
    """Rows with a hole are left out, counted, and nothing is filled in."""
    lines = csv_text().split("\n")
    lines[50] = "0.49,,0.5,9.81,1,1,1"
    lines[51] = "0.50,nan,0.5,9.81,1,1,1"
    lines[52] = "0.51,1"
    recording = read_recording(put("\n".join(lines)))
    assert len(recording.time_s) == 297
    assert recording.notes == ("3 rows without a number in every column left out",)
    assert np.diff(recording.time_s).max() == pytest.approx(0.04)


def test_few_repeated_stamps_are_left_out(csv_text: Text, put: Put) -> None:
    """A row that repeats the time of the one before is dropped, the first stays."""
    lines = csv_text().split("\n")
    lines.insert(21, "0.19,99,99,99,1,1,1")
    recording = read_recording(put("\n".join(lines)))
    assert len(recording.time_s) == 300
    assert recording.acc.max() < 99
    assert recording.notes == ("1 row with a repeated time stamp left out",)


@pytest.mark.parametrize("rows", [1, 7, 100, 299, 300, 301, 10_000])
def test_pieces_make_the_whole(csv_text: Text, put: Put, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the size of pieces and of blocks on disk, they put together are what is read at once."""
    monkeypatch.setattr(Source.blocks, "__defaults__", (997,))
    path = put(csv_text())
    whole = read_recording(path)
    pieces = list(read_chunks(path, rows))
    assert [len(piece.time_s) for piece in pieces[:-1]] == [rows] * (len(pieces) - 1)
    np.testing.assert_array_equal(np.concatenate([piece.time_s for piece in pieces]), whole.time_s)
    np.testing.assert_array_equal(np.concatenate([piece.acc for piece in pieces]), whole.acc)
    assert len(whole.time_s) == 300


def test_a_session_is_a_folder(csv_text: Text, put: Put) -> None:
    """Recordings by name, results and strangers passed over, notes beside them read."""
    for name in ("right_shoe.csv", "left_shoe.csv", "left_shank.csv"):
        path = put(csv_text(), f"run/{name}")
    put("side,ic_s\nleft,0.1\n", "run/truth.csv")
    put("side,ic_s\nleft,0.1\n", "run/my_strides.csv")
    put("time_s,stance_ms\n0,250\n", "run/pod_reference.csv")
    put(b"\0\1\2", "run/._left_shoe.csv")
    put("[runner]\nmass_kg = 70\n[run]\ndistance_m = 5000\n[answers]\nodd = [1]\n", "run/session.toml")
    session = read(path.parent)
    assert [recording.name for recording in session.recordings] == ["left shoe", "right shoe", "left shank"]
    assert session.name == "run"
    assert session.runner.mass_kg == 70.0
    assert session.run.distance_m == 5000.0
    assert session.answers == {"odd": [1]}
    assert len(find_recordings(path.parent)) == 3


def test_one_file_is_a_session_too(csv_text: Text, put: Put) -> None:
    """A file alone, with the notes of its folder."""
    path = put(csv_text())
    put("[runner]\nheight_m = 1.8\n", "session.toml")
    session = read(path)
    assert (session.name, len(session.recordings), session.runner.height_m) == ("left_shoe", 1, 1.8)


def test_threads_stay_few(csv_text: Text, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more blocks are parsed ahead than there are workers: memory is bounded however long the file."""
    monkeypatch.setattr(Source.blocks, "__defaults__", (200,))
    given: list[int] = []
    taken = 0
    with Source(put(csv_text())) as source:
        source.line()
        blocks = (given.append(number) or (number, data) for number, data in source.blocks())
        for _ in table.map_ahead(lambda block: block[0], blocks):
            taken += 1
            assert len(given) - taken <= table.WORKERS + 1
    assert taken > 20


@needs_shared
@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "samples"),
    [("outdoor_run", [150_000]), ("outdoor_gyro", [9064]), ("treadmill_fast", [3605, 3608, 3605, 3608])],
)
def test_real_sessions(name: str, samples: list[int]) -> None:
    """Every real folder reads whole: as many samples as the files have lines below the header."""
    session = read(SHARED / name)
    assert [len(recording.time_s) for recording in session.recordings] == samples


@needs_shared
@pytest.mark.shared_data
def test_real_trials_need_their_place() -> None:
    """Trials whose names say nothing are refused until the options say where the sensor sat."""
    with pytest.raises(RecordingError, match="placement and side of the sensor unknown"):
        read(SHARED / "shank_force")
    assert (
        len(read_recording(SHARED / "shank_force" / "trial_00.csv", placement="shank", side="left").time_s)
        == 2212
    )
