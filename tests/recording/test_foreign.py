"""Tables of other programs, by names and units of their columns: the same samples, or the right refusal."""

from __future__ import annotations

import gzip
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gait.cli.main import main
from gait.errors import RecordingError
from gait.recording.read import read, read_chunks, read_recording
from gait.virtual.runner.imu import SensorSettings
from tests.recording import foreign

Put = Callable[..., Path]
Samples = tuple[np.ndarray, np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def samples(virtual) -> Samples:
    """Some seconds of a virtual runner at 100 Hz: time, m/s2, deg/s, on the grid of what files hold."""
    run = virtual(sensor=SensorSettings(rate_hz=100.0), parts=(("stand", 1.5), ("run", 5.0), ("stand", 1.0)))
    recording = run.session.recordings[0]
    rows = 640
    gyr = np.degrees(recording.gyr[:rows])
    return np.arange(rows) / 100.0, np.round(recording.acc[:rows], 4), np.round(gyr, 3)


ANY = {
    "ngimu": (foreign.ngimu, 0.0),
    "x-IMU3": (foreign.ximu3, 0.0),
    "AndroSensor": (foreign.androsensor, 0.0),
    "MT Manager, no time": (foreign.mt_manager, 655.0),
    "MT Manager, ticks": (foreign.mt_manager_ticks, (2**32 - 5000) * 1e-4),
    "WitMotion": (foreign.witmotion, None),
    "two lines of names": (foreign.two_line_header, 0.0),
    "APDM": (foreign.apdm, float(foreign.EPOCH_S)),
    "Delsys": (foreign.delsys, 0.0),
    "Noraxon": (foreign.noraxon, 0.0),
    "Blue Trident": (foreign.blue_trident, float(foreign.EPOCH_S)),
    "Axivity": (foreign.axivity, None),
    "Shimmer, dates": (foreign.shimmer_dates, None),
    "SensorLog, device motion": (foreign.sensor_log_motion, 5000.0),
    "feet": (foreign.feet, 0.0),
    "t, ax, gx": (foreign.short_names, 0.0),
    "seconds and milliseconds": (foreign.seconds_and_ms, float(foreign.EPOCH_S)),
    "a zone": (foreign.zoned, None),
    "a clock over midnight": (foreign.clock_over_midnight, 23 * 3600.0 + 59 * 60.0 + 57.0),
}
"""Name -> writer, and the time of its first sample (None: of the day)."""


def _same(recording, samples: Samples, start_s: float | None = None, *, rows: int | None = None) -> None:
    time_s, acc, gyr = (values[:rows] for values in samples)
    first_s = recording.time_s[0] - time_s[0] if start_s is None else start_s
    np.testing.assert_allclose(recording.time_s - first_s, time_s, atol=2e-6)
    np.testing.assert_allclose(recording.acc, acc, rtol=3e-6, atol=2e-5)
    assert recording.gyr is not None
    np.testing.assert_allclose(np.degrees(recording.gyr), gyr, rtol=3e-6, atol=2e-5)


@pytest.mark.parametrize("name", ANY)
def test_the_same_samples(put: Put, samples: Samples, name: str) -> None:
    """Units, order, decimals, separators and times of each program come out as s, m/s2 and rad/s."""
    write, start_s = ANY[name]
    path = put(write(*samples))
    recording = read_recording(path)
    _same(recording, samples, start_s)
    pieces = list(read_chunks(path, 77))
    assert sum(len(piece.time_s) for piece in pieces) == len(samples[0])
    assert pieces[-1].notes == recording.notes


@pytest.mark.parametrize("name", ["ngimu", "feet", "t, ax, gx", "Blue Trident"])
def test_what_was_assumed_is_said(put: Put, samples: Samples, name: str) -> None:
    """A note names the columns and units; units that no header states are marked as assumed."""
    recording = read_recording(put(ANY[name][0](*samples)))
    note = next(one for one in recording.notes if one.startswith("read by its column names"))
    assert ("assumed" in note) == (name == "t, ax, gx")


def test_packets_of_a_movesense(put: Put, samples: Samples) -> None:
    """Samples of a packet share a stamp in whole milliseconds; they are spread evenly, and that is said."""
    recording = read_recording(put(foreign.movesense(*samples), "left_shoe.json"))
    _same(recording, samples, 0.0)
    assert any("100 Hz" in note and "packets" in note for note in recording.notes)


def test_zones_are_kept(put: Put, samples: Samples) -> None:
    """A date with a zone gives the start in that zone; one without gives it without."""
    session = read(put(foreign.zoned(*samples)))
    assert session.recordings[0].started == "2026-01-01T10:00:00+02:00"
    assert read(put(foreign.witmotion(*samples))).recordings[0].started == "2026-01-01T10:00:00"
    assert read(put(foreign.apdm(*samples))).recordings[0].started == "2026-01-01T00:00:00+00:00"


# Several sensors in one file


def test_two_sensors_are_never_mixed(put: Put, samples: Samples, tmp_path: Path) -> None:
    """Two prefixes are asked about; the line of the message makes the recording; a side tells one too."""
    path = put(foreign.gaitmap(*samples), "run.csv")
    with pytest.raises(
        RecordingError, match=r"columns of 2 sensors in one file \(left, right\); say which: gait convert"
    ):
        read_recording(path, placement="shoe")
    out = tmp_path / "right_shoe.csv"
    assert main(["convert", str(path), "-o", str(out), "--device", "left"]) == 0
    _same(read_recording(out), samples, 0.0)
    chosen = read_recording(path, placement="shoe", side="left")
    _same(chosen, samples, 0.0)
    assert any("'left' taken" in note for note in chosen.notes)


def test_acceleration_of_one_and_gyroscope_of_another(put: Put, samples: Samples) -> None:
    """One prefix has an accelerometer alone, the other both: asked, as either may be meant."""
    time_s, acc, gyr = samples
    names = [
        "P_Timestamp_Unix_CAL",
        *(f"P_Accel_WR_{a}_CAL" for a in "XYZ"),
        *(f"F_Accel_WR_{a}_CAL" for a in "XYZ"),
    ]
    names += [f"F_Gyro_{a}_CAL" for a in "XYZ"]
    path = put(foreign.table(",".join(names), [time_s * 1e3, *acc[::-1].T, *acc.T, *gyr.T]))
    with pytest.raises(RecordingError, match=r"columns of 2 sensors in one file \(P, F\).*--device F"):
        read_recording(path)
    other = foreign.table("time,a_acc_x,a_acc_y,a_acc_z,b_gyr_x,b_gyr_y,b_gyr_z", [time_s, *acc.T, *gyr.T])
    with pytest.raises(RecordingError, match=r"acceleration of 'a' and angular rate of 'b'.*--columns"):
        read_recording(put(other))


def test_rows_of_two_devices(put: Put, samples: Samples, tmp_path: Path) -> None:
    """Rows of several devices in one column are asked about, and taken apart on request."""
    time_s = np.repeat(samples[0], 2)
    acc, gyr = (np.repeat(values, 2, axis=0) for values in samples[1:])
    path = put(foreign.witmotion(time_s, acc, gyr, names=("left(aa)", "right(bb)")))
    with pytest.raises(RecordingError, match=r"rows of 2 sensors in one file \(left\(aa\), right\(bb\)\)"):
        read_recording(path)
    out = tmp_path / "out_left_shoe.csv"
    assert main(["convert", str(path), "-o", str(out), "--device", "left(aa)"]) == 0
    _same(read_recording(out), samples)


# Stamps


def _own(time_s, acc, gyr, decimals: int = 4) -> str:
    head = "time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z"
    cells = [f"{t:.{decimals}f}" for t in time_s]
    return foreign.table(head, [cells, *acc.T, *gyr.T])


@pytest.mark.parametrize("size", [2, 5, 16])
def test_packets_are_spread(put: Put, samples: Samples, size: int) -> None:
    """Samples that share a stamp lie evenly in time."""
    time_s, acc, gyr = samples
    rows = len(time_s) // size * size
    stamped = np.repeat(time_s[:rows:size], size)
    recording = read_recording(put(_own(stamped, acc[:rows], gyr[:rows])))
    _same(recording, samples, 0.0, rows=rows)
    assert any("spread evenly" in note for note in recording.notes)


def test_packets_that_overlap(put: Put, samples: Samples) -> None:
    """Stamps that step back by 20 ms at each packet, as where a device counts on with a slow clock."""
    time_s, acc, gyr = samples
    within = np.arange(len(time_s)) % 16
    stamped = time_s + within * 0.0015
    recording = read_recording(put(_own(stamped, acc, gyr)))
    _same(recording, samples, 0.0)
    assert any("step back at each packet" in note for note in recording.notes)


def test_a_lost_packet_stays_a_gap(put: Put, samples: Samples) -> None:
    """Where packets are missing, nothing is stretched over the hole."""
    time_s, acc, gyr = samples
    keep = (
        (np.arange(len(time_s)) // 8 != 30)
        & (np.arange(len(time_s)) // 8 != 31)
        & (np.arange(len(time_s)) // 8 != 32)
    )
    stamped = np.repeat(time_s[::8], 8)[keep]
    recording = read_recording(put(_own(stamped, acc[keep], gyr[keep])))
    np.testing.assert_allclose(recording.time_s, time_s[keep], atol=2e-6)


def test_a_restart_is_a_gap(put: Put, samples: Samples) -> None:
    """A clock that begins again: both parts are kept, with a gap between them that is said."""
    time_s, acc, gyr = samples
    again = np.concatenate([time_s[:300], time_s[:340]])
    recording = read_recording(put(_own(again, acc, gyr)))
    assert len(recording.time_s) == 640
    assert np.diff(recording.time_s)[299] == pytest.approx(3.0)
    assert np.delete(np.diff(recording.time_s), 299).max() == pytest.approx(0.01)
    assert any("began again once" in note for note in recording.notes)


def test_the_header_again_half_way(put: Put, samples: Samples) -> None:
    """Two files put together: the line of names is passed over and said, the clock's restart is a gap."""
    time_s, acc, gyr = samples
    text = _own(time_s[:300], acc[:300], gyr[:300]) + _own(time_s[:340], acc[300:], gyr[300:])
    recording = read_recording(put(text))
    assert len(recording.time_s) == 640
    assert any("stand again at line 302" in note for note in recording.notes)
    assert any("began again once" in note for note in recording.notes)


def test_rows_that_stand_twice(put: Put, samples: Samples) -> None:
    """Each row twice, stamp and values: one of each is kept."""
    doubled = [np.repeat(values, 2, axis=0) for values in samples]
    recording = read_recording(put(_own(*doubled)))
    _same(recording, samples, 0.0)
    assert "640 rows that stand twice left out" in recording.notes


def test_stamps_all_the_same(put: Put, samples: Samples) -> None:
    """A clock that stands still is no packet."""
    time_s, acc, gyr = samples
    with pytest.raises(RecordingError, match="the same time again"):
        read_recording(put(_own(np.where(time_s < 3, time_s, 3.0), acc, gyr)))


def test_a_gyroscope_that_pauses(put: Put, samples: Samples, tmp_path: Path) -> None:
    """Rows of the accelerometer stay where the gyroscope has none, and that is said; converting keeps it."""
    lines = foreign.ngimu(*samples).split("\n")
    for row in range(200, 260):
        cells = lines[row].split(",")
        lines[row] = ",".join([cells[0], "", "", "", *cells[4:]])
    path = put("\n".join(lines))
    recording = read_recording(path)
    assert len(recording.time_s) == 640
    assert recording.gyr is not None
    assert np.isnan(recording.gyr[:, 0]).sum() == 60
    assert any("no numbers in 60 rows (9 %)" in note for note in recording.notes)
    out = tmp_path / "left_foot.csv"
    assert main(["convert", str(path), "-o", str(out)]) == 0
    again = read_recording(out)
    assert again.gyr is not None
    np.testing.assert_allclose(np.degrees(again.gyr), np.degrees(recording.gyr), atol=1e-6)
    assert main(["analyze", str(path)]) == 0
    assert main(["replay", str(path), "--speed", "max"]) == 0


# Refusals that help


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (
            "time,acc_x [LSB],acc_y [LSB],acc_z [LSB]",
            r"acc_x \[LSB\] is in 'LSB', which is no unit known here.*gait convert",
        ),
        ("time,foo,bar,baz", r"no column time_s, acc_x.*gait convert .*--columns time=time,acc=foo:bar:baz"),
        ("acc_x,acc_y,acc_z,note", r"no column time_s.*gait convert .* --rate HZ"),
        ("time,GyroX (deg/s),GyroY (deg/s),GyroZ (deg/s)", "a gyroscope without its accelerometer"),
        ("time,linear_acc_x,linear_acc_y,linear_acc_z", "acceleration without gravity; export the raw"),
        ("sample,ax,ay,az", r"no sample rate stated.*--units time=samples,acc=[0-9.]+ --rate HZ"),
    ],
)
def test_refusals_show_the_line_to_try(put: Put, head: str, words: str) -> None:
    """What is missing is named, with a command filled with the file's own names."""
    rows = "\n".join(f"{row / 100},{100 + row},3,4" for row in range(60))
    with pytest.raises(RecordingError, match=words):
        read_recording(put(f"{head}\n{rows}\n"))


def test_prose_is_not_offered_for_converting(put: Put) -> None:
    """Sentences are no column names: the refusal says what a recording needs, without a command."""
    prose = (
        "Running from a sensor on the shoe or shank: record a run over Bluetooth, or bring a table, get, go"
    )
    with pytest.raises(RecordingError, match="it needs time_s") as caught:
        read_recording(put(f"{prose}\n\nAnd so on, in words, for, four.\n"))
    assert "gait convert" not in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "no samples below the column names"),
        (["0,0,0,9.8"], "one sample only"),
        (["nan,nan,nan,nan"] * 30, "no row has a number in every column"),
        ([f"{row / 100},,," for row in range(30)], "no row has a number in every column"),
        (["5,0,0,9.8"] * 60, "t holds the same time in every row"),
        (
            [f"{row},0,0,9.8" for row in range(60)],
            "the unit of t cannot be told: it steps by 1; .*time=samples",
        ),
        (
            [f"{row / 100},0,0,2048" for row in range(60)],
            "the unit of ax, ay, az cannot be told: their median is 2048",
        ),
        (
            [f"{row / 100},0,0,9.8" for row in range(60)] + ["0.6,a,0,9.8"],
            "line 62, column ax: 'a' is not a number",
        ),
    ],
)
def test_poor_tables_have_their_cause(put: Put, rows: list[str], words: str) -> None:
    """Nothing in it, no numbers, no clock, raw counts: the cause is named and not another."""
    with pytest.raises(RecordingError, match=words):
        read_recording(put("\n".join(["t,ax,ay,az", *rows, ""])))


def test_headers_of_windows(put: Put, samples: Samples) -> None:
    """Units in Windows' own signs are read like those in UTF-8."""
    text = foreign.androsensor(*samples)
    _same(read_recording(put(text.encode("cp1252"))), samples, 0.0)


def test_counts_are_refused_and_converted(put: Put, samples: Samples, tmp_path: Path) -> None:
    """Raw counts are refused by what they read; with their scale they convert."""
    time_s, acc, gyr = samples
    text = foreign.table(
        "time,ax,ay,az,gx,gy,gz", [time_s, *np.round(acc / G * 2048).T, *np.round(gyr * 16.4).T]
    )
    path = put(text)
    with pytest.raises(
        RecordingError, match=r"the unit of ax, ay, az cannot be told: their median is \d+.*gait convert"
    ) as caught:
        read_recording(path)
    line = shlex.split(str(caught.value).split("gait convert ")[1])
    out = tmp_path / "left_foot.csv"
    units = f"time=s,acc={G / 2048},gyr={1 / 16.4}"
    assert main(["convert", line[0], "-o", str(out), *line[3:5], "--units", units]) == 0
    again = read_recording(out)
    np.testing.assert_allclose(again.acc, acc, atol=0.003)
    np.testing.assert_allclose(np.degrees(again.gyr), gyr, atol=0.04)


def test_a_table_without_names(put: Put, samples: Samples, tmp_path: Path) -> None:
    """A hundred lines of facts, then numbers: the message gives columns by number, and that line works."""
    path = put(foreign.nameless(*samples))
    with pytest.raises(RecordingError, match=r"no line of column names.*time=1,acc=2:3:4") as caught:
        read_recording(path)
    line = shlex.split(str(caught.value).split("by its number: gait ")[1])
    line[line.index("-o") + 1] = str(tmp_path / "left_foot.csv")
    assert main([*line[: line.index("--units")], "--units", "acc=g"]) == 0
    again = read_recording(tmp_path / "left_foot.csv")
    np.testing.assert_allclose(again.acc, samples[1], atol=2e-5)


# Containers


CONTAINERS = {
    "fit": (b"\x0e\x10\xd9\x07\x00\x01\x00\x00.FIT\0\0" + bytes(60), "activity file of a watch.*--activity"),
    "pdf": (b"%PDF-1.7\n" + bytes(60), "a PDF"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Excel workbook.*save the sheet as CSV"),
    "xlsx": (
        foreign.packed({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}),
        "Excel workbook.*as CSV",
    ),
    "hdf": (b"\x89HDF\r\n\x1a\n" + bytes(60), "HDF5 file.*as CSV"),
    "gpx": (b'<?xml version="1.0"?>\n<gpx creator="x"></gpx>', "GPX.*--activity"),
    "json": (b'{"a": [1, 2]}', "JSON file without packets of a Movesense"),
    "broken zip": (b"PK\x03\x04" + bytes(60), "damaged or cut off"),
    "zip of texts": (foreign.packed({"readme.md": "x"}), "without a table in it"),
    "tar": (b"x" * 257 + b"ustar" + bytes(300), "tar archive"),
    "packed pdf": (gzip.compress(b"%PDF-1.7\n" + bytes(60)), "a PDF"),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_containers_are_recognised(put: Put, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By their first bytes, whatever the name: one line that says what it is and what to do, exit code 2."""
    content, words = CONTAINERS[name]
    assert main(["analyze", str(put(content))]) == 2
    said = capsys.readouterr().err
    assert re.search(words, said), said
    assert said.count("\n") == 1


def test_a_zip_is_read(put: Put, samples: Samples) -> None:
    """One CSV in a zip, and an app's export in a zip; what lies beside them is not taken out."""
    one = read(
        put(foreign.packed({"left_shoe.csv": _own(*samples), "__MACOSX/._left_shoe.csv": "x"}), "run.zip")
    )
    _same(one.recordings[0], samples, 0.0)
    files = foreign.sensor_logger(*samples)
    export = read(put(foreign.packed({**files, "meta/time.csv": "a,b\n"}), "left_shoe.zip"))
    assert [recording.name for recording in export.recordings] == ["left shoe"]
    _same(export.recordings[0], samples)
    assert export.name == "left_shoe"
    inner = read(put(foreign.packed({f"2026-01-01/{k}": v for k, v in files.items()}), "right_shank.zip"))
    assert [recording.name for recording in inner.recordings] == ["right shank"]


def test_a_gyroscope_of_another_folder_is_named(put: Put, samples: Samples) -> None:
    """It can be another device's: it is not joined, and a note says which file it is."""
    time_s, acc, gyr = samples
    files = {
        "phone A/Accelerometer.csv": (acc, "Acceleration {} (m/s^2)"),
        "phone B/Gyroscope.csv": (np.radians(gyr), "Gyroscope {} (rad/s)"),
    }
    apart = {
        name: foreign.table(",".join(["Time (s)", *map(head.format, "xyz")]), [time_s, *values.T])
        for name, (values, head) in files.items()
    }
    recording = read(put(foreign.packed(apart), "left_shoe.zip")).recordings[0]
    assert recording.gyr is None
    assert any("phone B/Gyroscope.csv holds a gyroscope" in note for note in recording.notes)


def test_a_zip_cannot_lead_out_or_blow_up(put: Put, samples: Samples, tmp_path: Path) -> None:
    """Names with .. stay inside; an archive that unpacks to two hundred times its size is refused."""
    out = foreign.packed({"../../left_shoe.csv": _own(*samples), "a/b/c/left_shoe.csv": _own(*samples)})
    session = read(put(out, "a/b/run.zip"))
    assert len(session.recordings) == 1
    assert not (tmp_path / "left_shoe.csv").exists()
    bomb = put(foreign.packed({"left_shoe.csv": "0" * (64 << 20)}), "bomb.zip")
    with pytest.raises(RecordingError, match="unpacks to more than"):
        read(bomb)


def test_folders_of_an_export(put: Put, samples: Samples) -> None:
    """Accelerometer, Gravity and Gyroscope in a folder for each foot are one recording each."""
    for side in ("left", "right"):
        for name, text in foreign.sensor_logger(*samples).items():
            path = put(text, f"run/{side}_shoe/{name}")
    session = read(path.parent.parent)
    assert [recording.name for recording in session.recordings] == ["left shoe", "right shoe"]
    for recording in session.recordings:
        _same(recording, samples)
        assert any("gravity from Gravity.csv added" in note for note in recording.notes)


@pytest.mark.parametrize(
    ("platform", "standard", "turned"),
    [("ios", "false", True), ("ios", "true", False), ("android", "false", False)],
)
def test_the_sign_of_an_iphone(
    put: Put, samples: Samples, platform: str, standard: str, turned: bool
) -> None:
    """Sensor Logger's Metadata.csv says whether gravity pulls or pushes."""
    for name, text in foreign.sensor_logger(*samples, sign=-1.0 if turned else 1.0).items():
        path = put(text, f"left_shoe/{name}")
    put(foreign.METADATA.format(platform, standard), "left_shoe/Metadata.csv")
    recording = read(path.parent).recordings[0]
    _same(recording, samples)
    assert any("sign of the acceleration turned" in note for note in recording.notes) == turned


# Any names, any order, any unit of time

STYLES = (
    "acc_x acc_y acc_z gyr_x gyr_y gyr_z",
    "AccX AccY AccZ GyroX GyroY GyroZ",
    "ax ay az gx gy gz",
    "Accel.X Accel.Y Accel.Z Gyro.X Gyro.Y Gyro.Z",
    "accelerometer_x accelerometer_y accelerometer_z gyroscope_x gyroscope_y gyroscope_z",
    "a_x a_y a_z w_x w_y w_z",
)
TIME_NAMES = st.sampled_from(["time", "timestamp", "t", "Time", "TIMESTAMP", "elapsed"])


@settings(max_examples=25)
@given(
    style=st.sampled_from(STYLES),
    affix=st.sampled_from(["{}", "imu1_{}", "{}_foot", "Left {}", "sensor {}"]),
    order=st.permutations(range(7)),
    time_name=TIME_NAMES,
    unit=st.sampled_from(["s", "ms", "us", "ns"]),
    stated=st.booleans(),
    acc_unit=st.sampled_from(["", " (g)", " [m/s^2]", "_mg"]),
    gyr_unit=st.sampled_from(["", " (rad/s)", " [dps]"]),
    separator=st.sampled_from([",", ";", "\t"]),
)
def test_any_names_give_the_same_samples(
    put: Put, samples: Samples, style, affix, order, time_name, unit, stated, acc_unit, gyr_unit, separator
) -> None:
    """Whatever the order, prefix, suffix, separator and unit, the samples are the same."""
    time_s, acc, gyr = samples
    scale = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[unit]
    factor = {"": 1.0, " (g)": 1 / G, " [m/s^2]": 1.0, "_mg": 1e3 / G}[acc_unit]
    turn = np.pi / 180.0 if gyr_unit == " (rad/s)" else 1.0
    names = [affix.format(name) for name in style.split()]
    names = [
        time_name + (f" ({unit})" if stated else ""),
        *(n + acc_unit for n in names[:3]),
        *(n + gyr_unit for n in names[3:]),
    ]
    columns = [time_s * scale, *(acc * factor).T, *(gyr * turn).T]
    text = foreign.table(
        separator.join(names[i] for i in order), [columns[i] for i in order], separator, decimals=8
    )
    _same(read_recording(put(text)), samples, 0.0)


G = foreign.G


# Convert


def test_convert_reads_back(
    put: Put, samples: Samples, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What convert writes reads back as what was read, and converts to itself."""
    path = put(foreign.apdm(*samples), "imu.csv")
    out = tmp_path / "right_shank.csv"
    assert main(["convert", str(path), "-o", str(out)]) == 0
    assert "read by its column names" in capsys.readouterr().err
    first = read(path, placement="shank", side="right").recordings[0]
    again = read(out).recordings[0]
    np.testing.assert_allclose(again.time_s, first.time_s, atol=5.1e-7)
    np.testing.assert_allclose(again.acc, first.acc, atol=5.1e-7)
    np.testing.assert_allclose(np.degrees(again.gyr), np.degrees(first.gyr), atol=5.1e-7)
    assert (again.name, again.started) == ("right shank", first.started)
    twice = tmp_path / "copy_right_shank.csv.gz"
    assert main(["convert", str(out), "-o", str(twice)]) == 0
    assert gzip.decompress(twice.read_bytes()) == out.read_bytes()


@settings(max_examples=40)
@given(
    names=st.lists(
        st.text(alphabet='ab:,="; x', min_size=1, max_size=8).map(str.strip).filter(bool),
        min_size=4,
        max_size=4,
        unique_by=lambda n: " ".join(n.split()).lower(),
    )
)
def test_any_name_can_be_said(names: list[str]) -> None:
    """Names with colons, commas, equals signs and quotes go through the convert line and come back."""
    from gait.recording.choice import convert_line, parse_columns_option

    line = convert_line("my file.csv", time=names[0], acc=names[1:])
    words = shlex.split(line)
    found = parse_columns_option(words[words.index("--columns") + 1])
    assert found == {"time": (names[0],), "acc": tuple(names[1:])}


def test_convert_with_named_columns(put: Put, samples: Samples, tmp_path: Path) -> None:
    """Only the named columns are read, in the named units, and the rate makes the times."""
    time_s, acc, gyr = samples
    text = foreign.table('"a,x","b=x","c:x",u,v,w', [*(acc / G).T, *(gyr * np.pi / 180).T], decimals=9)
    out = tmp_path / "left_shoe.csv"
    columns = 'acc="a,x":"b=x":"c:x",gyr=u:v:w'
    line = [
        "convert",
        str(put(text, "odd.csv")),
        "-o",
        str(out),
        "--columns",
        columns,
        "--units",
        "acc=g,gyr=rad/s",
    ]
    assert main([*line, "--rate", "100"]) == 0
    _same(read_recording(out), samples, 0.0)
    assert time_s[0] == 0.0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--columns", "acc=a:b"], "'acc=a:b' has 2 columns"),
        (["--columns", "time=t"], "no acceleration in it"),
        (["--columns", "foo=a:b:c"], "'foo=a:b:c'"),
        (["--columns", "time=time,acc=ax:ay:nope"], "no column 'nope'; there are: "),
        (["--units", "acc=stone"], "unknown unit 'stone' of acc; known are m/s2, g"),
        (["--units", "x=g"], "'x=g'"),
        (["--rate", "0"], "0 Hz"),
        (["--device", "zz"], "no device 'zz'"),
    ],
)
def test_convert_refuses_in_one_line(
    put: Put,
    samples: Samples,
    options: list[str],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A bad option is said with what is right; nothing is written."""
    path = put(foreign.short_names(*samples), "in.csv")
    out = tmp_path / "left_shoe.csv"
    assert main(["convert", str(path), "-o", str(out), *options]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not out.exists()


def test_convert_needs_a_target(put: Put, samples: Samples, capsys: pytest.CaptureFixture[str]) -> None:
    """No target, another suffix, or the source itself are refused."""
    path = put(foreign.short_names(*samples), "left_shoe.csv")
    for options, words in (
        ([], "no file to write"),
        (["-o", "x.xlsx"], "a recording is a .csv"),
        (["-o", str(path)], "its own source"),
    ):
        assert main(["convert", str(path), *options]) == 2
        assert words in capsys.readouterr().err
