"""Files that are wrong: each is refused with one line that names what, where and what to do."""

from __future__ import annotations

import gzip
import os
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.errors import GaitError, RecordingError
from gait.recording.format import parse_preamble
from gait.recording.read import read, read_chunks, read_recording
from gait.recording.session_folder import read_notes
from gait.recording.table.lines import Source
from tests.properties import cases

Text = Callable[..., str]
Put = Callable[..., Path]


def _line(text: str, number: int, new: str) -> str:
    lines = text.split("\n")
    lines[number - 1] = new
    return "\n".join(lines)


FAULTS = {
    "empty": (lambda _: "", "an empty file"),
    "blank": (lambda _: "\n\n", "an empty file"),
    "header only": (lambda text: text.split("\n")[0] + "\n", "no samples below the column names"),
    "preamble only": (lambda _: "# gait-recording = 1\n", "only a preamble in it"),
    "one sample": (lambda text: "\n".join(text.split("\n")[:2]), "one sample only"),
    "no time": (lambda text: text.replace("time_s", "when"), "no column time_s"),
    "no acc": (lambda text: text.replace("acc_y", "ay"), "no column acc_y"),
    "two gyr axes": (lambda text: text.replace("gyr_z", "gz"), "gyr_z missing"),
    "a column twice": (lambda text: text.replace("gyr_x", "acc_x"), "gyr_x missing"),
    "acc twice": (lambda text: text.replace("time_s,", "time_s,acc_x,"), "two columns called acc_x"),
    "text": (
        lambda text: _line(text, 7, "0.05,1,oops,9,1,1,1"),
        "line 7, column acc_y: 'oops' is not a number",
    ),
    "markup": (lambda text: _line(text, 7, "0.05,1,<b>,9,1,1,1"), "column acc_y: '<b>' is not a number"),
    "too wide": (lambda text: _line(text, 7, "0,05,1,2,9,1,1,1"), "line 7: 8 cells where the header has 7"),
    "time back": (lambda text: _line(text, 9, "0.01,1,1,9,1,1,1"), "line 9: time goes back by 0.05 s"),
    "time far": (lambda text: _line(text, 301, "9e9,1,1,9,1,1,1"), "line 301: time jumps ahead by 9e+09 s"),
    "a clock that stands still": (
        lambda text: re.sub(r"(?m)^\d\.\d\d,", "1.00,", text),
        "line 3: the same time again, as in many",
    ),
    "all NaN": (lambda text: text.replace(",0.5,", ",nan,"), "no row has a number in every column"),
    "huge": (lambda text: _line(text, 5, "0.03,1e300,1,9,1,1,1"), "line 5: acc_x = 1e+300 is more than"),
    "zeros": (lambda text: _line(text, 5, "0.03,1\0,1,9,1,1,1"), "line 5: holds zero bytes"),
    "binary": (lambda _: bytes(range(128, 256)) * 9, "not UTF-8"),
    "torn gzip": (lambda text: gzip.compress(text.encode())[:-20], "damaged or cut off"),
    "newer": (lambda text: "# gait-recording = 2\n" + text, "not a version this program reads"),
    "bad TOML": (lambda text: "# gait-recording = 1\n# side = \n" + text, "the preamble is not valid TOML"),
    "nested TOML": (
        lambda text: f"# gait-recording = 1\n# x = {'[' * 5000}\n{text}",
        "the preamble is not valid TOML",
    ),
    "bad side": (lambda text: '# gait-recording = 1\n# side = "up"\n' + text, "side = 'up' in the preamble"),
    "bad rate": (
        lambda text: "# gait-recording = 1\n# rate_hz = -1\n" + text,
        "rate_hz = -1 in the preamble",
    ),
    "hours between samples": (
        lambda text: "# gait-recording = 1\n# rate_hz = 0.00001\n" + text,
        "rate_hz = 1e-05 in the preamble; it must be a number, 0.5 to 10000",
    ),
    "a range of 400 digits": (
        lambda text: f"# gait-recording = 1\n# acc_range_g = {10**400}\n" + text,
        "acc_range_g = 1000",
    ),
    "endless preamble": (lambda text: "# x\n" * 5000 + text, "no column names so far"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_its_message(csv_text: Text, put: Put, name: str) -> None:
    """The message is one line, names the file, and says which line and column is meant."""
    change, words = FAULTS[name]
    path = put(change(csv_text()))
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    message = str(caught.value)
    assert words in message
    assert str(path) in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("factors", "words"),
    [
        ((1.0, 1 / 9.80665, 1.0), "in g, not m/s2.*multiply acc_x, acc_y and acc_z by 9.80665"),
        ((1.0, 1000 / 9.80665, 1.0), "acc is not m/s2.*101.97"),
        ((1.0, 1e-3, 1.0), "acc has no gravity in it"),
        ((1.0, 3.0, 3.14159 / 180.0), "gyr is in rad/s, not deg/s.*57.29578"),
        ((1000.0, 1.0, 1.0), "which is 0.1 Hz; time_s must be in seconds: divide milliseconds by 1000"),
        ((1e-3, 1.0, 1.0), "which is 1e.05 Hz; time_s must be in seconds"),
    ],
)
def test_other_units_are_recognised(
    csv_text: Text, put: Put, factors: tuple[float, float, float], words: str
) -> None:
    """Gravity, the swing of a leg and the sample rate tell units; the message says how to convert."""
    rows = [line.split(",") for line in csv_text().split()]
    scale = [factors[0], *[factors[1]] * 3, *[factors[2]] * 3]
    body = [",".join(repr(float(cell) * by) for cell, by in zip(row, scale, strict=True)) for row in rows[1:]]
    with pytest.raises(RecordingError, match=words):
        read_recording(put("\n".join([",".join(rows[0]), *body])))


def test_a_leg_at_rest_is_no_other_unit(put: Put) -> None:
    """A sensor lying still, its gyroscope near zero, is in the units it says."""
    rows = "\n".join(f"{row / 100},0.1,0.2,9.8,0.01,0,0" for row in range(500))
    recording = read_recording(put(f"time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n{rows}\n"))
    assert len(recording.time_s) == 500


def test_the_line_is_right_behind_the_first_block(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are counted from the top of the file, preamble and earlier blocks included."""
    monkeypatch.setattr(Source.blocks, "__defaults__", (1 << 18,))
    rows = [f"{row / 100:.2f},1,2,9.81,1,2,3" for row in range(25_000)]
    rows[24_000] = "240.00,1,2,x,1,2,3"
    path = put("# gait-recording = 1\ntime_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n" + "\n".join(rows))
    assert path.stat().st_size > 2 * (1 << 18)
    with pytest.raises(RecordingError, match="line 24003, column acc_z: 'x' is not a number"):
        read_recording(path)
    with pytest.raises(RecordingError, match="line 24003"):
        list(read_chunks(path, 1000))


@pytest.mark.parametrize("size", [1, 100, 5000])
def test_time_goes_back_between_blocks(
    csv_text: Text, put: Put, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Order is kept across blocks too, wherever one ends."""
    monkeypatch.setattr(Source.blocks, "__defaults__", (size,))
    path = put(_line(csv_text(), 201, "0.50,1,1,9.81,1,1,1"))
    with pytest.raises(RecordingError, match=r"line 201: time goes back by 1\.48 s"):
        read_recording(path)


def test_two_files_for_one_side(csv_text: Text, put: Put) -> None:
    """Both are named."""
    put(csv_text(), "run/left_shoe.csv")
    folder = put(csv_text(), "run/left_foot.csv").parent
    with pytest.raises(RecordingError, match=r"left_foot\.csv and left_shoe\.csv are both the left shoe"):
        read(folder)


def test_folders_without_recordings(csv_text: Text, put: Put, tmp_path: Path) -> None:
    """An empty folder, a folder of other tables and a folder of sessions are told apart."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecordingError, match="no recording in this folder; a session holds files like"):
        read(tmp_path / "empty")
    with pytest.raises(RecordingError, match=r"odd\.csv: no column time_s"):
        read(put("a,b\n1,2\n", "other/odd.csv").parent)
    put(csv_text(), "many/monday/left_shoe.csv")
    with pytest.raises(RecordingError, match="give one of its folders, such as monday"):
        read(tmp_path / "many")
    with pytest.raises(RecordingError, match="no such file or folder"):
        read(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[runer]\n", "unknown section 'runer'; known are runner, run, answers, started"),
        ("[runner]\nweight = 3\n", "unknown key 'weight'; known are mass_kg, height_m, name"),
        ("[runner]\nheight_m = 178\n", "height_m = 178; it is a number of metres, 0.8 to 2.6"),
        ("[runner]\nmass_kg = true\n", "mass_kg = True"),
        ("[run]\nspeed_m_s = nan\n", "speed_m_s = nan"),
        ("[run]\nsurface = 3\n", "surface must be text"),
        ("started = 3\n", "started = '3'; it is a date with a time"),
        ('started = "yesterday"\n', "started = 'yesterday'; it is a date with a time"),
        ("started = 0001-01-01T00:00:00\n", "started in the year 1; mend or delete it"),
        ("[run]\nshoes = [1]\n", "shoes must be text or a list of texts"),
        ("runner = 3\n", r"\[runner\] must be a table"),
        ("answers = 3\n", r"\[answers\] must be a table"),
        ("[run\n", "not valid TOML"),
        (f"x = {'[' * 100_000}", "not valid TOML"),
        ("x = " + "9" * 5000, "not valid TOML"),
    ],
)
def test_session_notes_are_strict(csv_text: Text, put: Put, toml: str, words: str) -> None:
    """A misspelt key or a height in centimetres is refused, not ignored."""
    folder = put(csv_text()).parent
    put(toml, "session.toml")
    with pytest.raises(RecordingError, match=words):
        read(folder)


def test_many_zeros(tmp_path: Path) -> None:
    """A huge file that is no recording is refused in little memory, plain or behind a good header."""
    header = b"time_s,acc_x,acc_y,acc_z\n"
    for name, top, words in (
        ("left_shoe.csv", b"", "not text but some program's binary file"),
        ("right_shoe.csv", header, "no samples below the column names"),
        ("left_shank.csv", header + b"0,0,0,9.8\n", "one sample only"),
        ("right_shank.csv", header + b"0,0,\0\0,9.8\n" * 2, "line 2: holds zero bytes"),
    ):
        path = tmp_path / name
        with path.open("wb") as stream:
            stream.write(top)
            stream.truncate(1 << 28 if os.name == "posix" and top else 1 << 24)
        tracemalloc.start()
        with pytest.raises(RecordingError, match=words):
            read_recording(path)
        assert tracemalloc.get_traced_memory()[1] < 60e6
        tracemalloc.stop()


def test_one_endless_line(tmp_path: Path) -> None:
    """A line without an end is cut short, also when it comes out of a small compressed file."""
    header = b"time_s,acc_x,acc_y,acc_z\n"
    for data in (b"1" * (1 << 25), header + b"1" * (1 << 25)):
        for path, content in (
            (tmp_path / "left_shoe.csv", data),
            (tmp_path / "left_foot.csv.gz", gzip.compress(data)),
        ):
            path.write_bytes(content)
            tracemalloc.start()
            with pytest.raises(RecordingError, match="longer than 65536 bytes"):
                read_recording(path)
            assert tracemalloc.get_traced_memory()[1] < 30e6
            tracemalloc.stop()


@cases(60)
@given(content=st.binary(max_size=400))
def test_no_bytes_crash_the_reader(put: Put, content: bytes) -> None:
    """Any bytes at all are read or refused, never more than that."""
    path = put(content)
    try:
        recording = read_recording(path)
    except GaitError:
        return
    assert len(recording.time_s) >= 2


CELL = st.sampled_from(
    ["0", "1", "9.81", "-3e2", "", "nan", "inf", "1e400", "x", '"', "'", "0x1", "#", " ", "\r", "é", "1_0"]
)


@cases(60)
@given(
    rows=st.lists(st.lists(CELL, min_size=1, max_size=6), max_size=12),
    top=st.sampled_from(["", "# gait-recording = 1\n", "# gait-recording = 1\n# [device\n", "\ufeff", "#\n"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_no_table_crashes_the_reader(put: Put, rows: list[list[str]], top: str, end: str) -> None:
    """Any cells below a good header are read as increasing times and finite numbers, or refused."""
    timed = [[str(index / 50), *row] for index, row in enumerate(rows)]
    path = put(top + "time_s,acc_x,acc_y,acc_z\n" + end.join(",".join(row) for row in timed))
    try:
        recording = read_recording(path)
    except GaitError:
        return
    assert len(recording.time_s) == len(recording.acc) >= 2
    assert (recording.time_s[1:] > recording.time_s[:-1]).all()
    assert abs(recording.acc).max() < 1e5


TOML_WORDS = "[runner] [run] [answers] [[run]] mass_kg height_m notes x 70.5 -0 inf nan true 1979-05-27"
TOML_BITS = st.sampled_from([*TOML_WORDS.split(), " = ", *"[]{}.,#='é\\\"\n\t", r"\u0000"])


@cases(60)
@given(bits=st.lists(TOML_BITS, max_size=25), raw=st.binary(max_size=60))
def test_no_notes_crash_the_reader(put: Put, bits: list[str], raw: bytes) -> None:
    """Any ``session.toml`` gives notes with possible values, or is refused."""
    for content in ("".join(bits), raw):
        folder = put(content, "session.toml").parent
        try:
            notes = read_notes(folder)
        except RecordingError:
            continue
        assert notes.runner.mass_kg is None or 20 <= notes.runner.mass_kg <= 300
        assert notes.run.distance_m is None or notes.run.distance_m >= 1


@cases(60)
@given(lines=st.lists(st.text(alphabet="#= \"[]{}.,abc019-:\\'tru", max_size=20), max_size=8))
def test_no_preamble_crashes_the_reader(lines: list[str]) -> None:
    """Any comment lines behind our first one are a preamble, or are refused."""
    try:
        preamble = parse_preamble(["# gait-recording = 1", *(f"# {line}" for line in lines)], "x.csv")
    except RecordingError:
        return
    assert preamble.side in {None, "left", "right"}
