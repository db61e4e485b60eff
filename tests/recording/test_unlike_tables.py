"""Tables of programs that nobody named: columns, times and cells are read, or refused for their cause."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import numpy as np
import pytest

from gait.errors import RecordingError
from gait.recording.read import read, read_recording
from tests.recording.foreign import RAD, G, stamps, table

Samples = tuple[np.ndarray, np.ndarray, np.ndarray]
HEAD = "{time},ax,ay,az,gx,gy,gz"


def _px4(t, acc, gyr):
    """PX4's log as a table: axes by number in brackets behind the unit."""
    names = [
        "timestamp",
        *(f"gyro_rad[{k}]" for k in range(3)),
        *(f"accelerometer_m_s2[{k}]" for k in range(3)),
    ]
    return table(",".join(names), [[f"{1e6 * x:.0f}" for x in t], *(RAD * gyr).T, *acc.T])


def _gopro(t, acc, _):
    """GoPro's telemetry as a table: the first of three columns has the name."""
    return table("cts,date,Accelerometer [m/s2],1,2,temperature [°C]", [1e3 * t, stamps(t), *acc.T, 0 * t])


def _danish(t, acc, gyr):
    """Quantities in words of no list: the unit says them."""
    names = [
        "tid (s)",
        *(f"fart {a} (m/s²)" for a in "xyz"),
        *(f"vinkelhastighed {a} (rad/s)" for a in "xyz"),
    ]
    return table(";".join(names), [t, *acc.T, *(RAD * gyr).T], ";").replace(".", ",")


def _whole_seconds(t, acc, gyr):
    """Seconds and nanoseconds, as ROS writes them."""
    whole = np.floor(t + 1e-9)
    rest = [f"{1e9 * part:.0f}" for part in np.maximum(t - whole, 0.0)]
    names = "secs,nsecs,linear_acceleration.x,linear_acceleration.y,linear_acceleration.z"
    return table(
        f"{names},angular_velocity.x,angular_velocity.y,angular_velocity.z",
        [[f"{x + 1.7e9:.0f}" for x in whole], rest, *acc.T, *(RAD * gyr).T],
    )


def _ticks(t, acc, gyr):
    """Ticks of 100 ns since the year 1, as .NET counts them."""
    ticks = [str(637_000_000_000_000_000 + round(1e7 * x)) for x in t]
    return table(HEAD.format(time="Ticks"), [ticks, *acc.T, *gyr.T])


def _short_clock(t, acc, gyr):
    """Minutes and seconds over the full hour, as a spreadsheet shows them."""
    late = t + 3597.0
    clock = [f"{int(x // 60) % 60:02d}:{x % 60:06.3f}" for x in late]
    return table(HEAD.format(time="Uhrzeit"), [clock, *acc.T, *gyr.T])


def _german_date(t, acc, gyr):
    """A column called Datum."""
    return table(HEAD.format(time="Datum"), [stamps(t, "%d.%m.%Y %H:%M:%S,%f"), *acc.T, *gyr.T], ";").replace(
        HEAD.format(time="Datum"), HEAD.format(time="Datum").replace(",", ";")
    )


def _quoted(t, acc, gyr):
    """Decimal commas in quotes between commas."""
    cells = [[f'"{x:.6f}"'.replace(".", ",") for x in column] for column in (t, *acc.T, *gyr.T)]
    return table(HEAD.format(time="t (s)"), cells)


def _labview(t, acc, gyr):
    """Decimal commas between tabs, and a last name without a column."""
    top = "LabVIEW Measurement\t\nSeparator\tTab\nDecimal_Separator\t,\n***End_of_Header***\t\n"
    head = "X_Value\tAcc X\tAcc Y\tAcc Z\tGyro X\tGyro Y\tGyro Z\tComment"
    return top + table(head, [t, *acc.T, *gyr.T], "\t").replace(".", ",")


@pytest.mark.parametrize(
    "write",
    [_px4, _gopro, _danish, _whole_seconds, _ticks, _short_clock, _german_date, _quoted, _labview],
    ids=lambda write: write.__name__,
)
def test_the_same_samples(put: Callable, samples: Samples, write: Callable) -> None:
    """Times to 50 us, both sensors as written."""
    time_s, acc, gyr = samples
    recording = read(put(write(time_s, acc, gyr), "left_shoe.csv")).recordings[0]
    np.testing.assert_allclose(recording.time_s - recording.time_s[0], time_s - time_s[0], atol=2e-3)
    assert np.median(np.abs(np.diff(recording.time_s) - np.diff(time_s))) < 1.1e-3
    np.testing.assert_allclose(recording.acc, acc, atol=1e-4)
    if write is not _gopro:
        assert recording.gyr is not None
        np.testing.assert_allclose(recording.gyr, RAD * gyr, atol=1e-4)


def test_words_of_one_quantity_are_no_devices(put: Callable, samples: Samples) -> None:
    """Unknown words of an acceleration and a rate are one sensor's; words of two places are not."""
    time_s, acc, gyr = samples
    text = table(
        "t (s),foo x (g),foo y (g),foo z (g),hip x (deg/s),hip y (deg/s),hip z (deg/s)",
        [time_s, *(acc / G).T, *gyr.T],
    )
    with pytest.raises(RecordingError, match=r"angular rate of 'hip'"):
        read_recording(put(text, "left_shoe.csv"))
    recording = read_recording(put(text.replace("hip", "bar"), "left_shoe.csv"))
    assert recording.gyr is not None


def test_rows_of_each_sensor_alone_are_joined(put: Callable, samples: Samples) -> None:
    """A row whenever a sensor has a sample: rates between rates, at the accelerometer's times, and said."""
    time_s, acc, gyr = samples
    rows = ["time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z"]
    for t, a, g in zip(time_s, acc, gyr, strict=True):
        rows.append(f"{t:.6f},{a[0]:.5f},{a[1]:.5f},{a[2]:.5f},,,")
        rows.append(f"{t + 0.003:.6f},,,,{g[0]:.5f},{g[1]:.5f},{g[2]:.5f}")
    recording = read_recording(put("\n".join(rows) + "\n", "left_shoe.csv"))
    np.testing.assert_allclose(recording.time_s, time_s, atol=1e-6)
    assert recording.gyr is not None
    between = np.column_stack([np.interp(time_s, time_s + 0.003, gyr[:, axis]) for axis in range(3)])
    np.testing.assert_allclose(recording.gyr[1:] / RAD, between[1:], atol=1e-3)
    assert np.isnan(recording.gyr[0]).all()
    assert any("rows of their own" in note for note in recording.notes)
    assert not any("left out" in note for note in recording.notes)


def test_columns_without_a_number_are_no_gyroscope(put: Callable, samples: Samples) -> None:
    """The accelerometer is read alone, and that is said."""
    time_s, acc, _ = samples
    text = table("time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z", [time_s, *acc.T, *[[""] * len(time_s)] * 3])
    recording = read_recording(put(text, "left_shoe.csv"))
    assert recording.gyr is None
    assert any("hold no numbers" in note for note in recording.notes)


def test_a_gyroscope_beside_our_own_names_is_said(put: Callable, samples: Samples) -> None:
    """Columns of a gyroscope called otherwise are kept out of a table with our names, and that is said."""
    time_s, acc, gyr = samples
    head = "time_s,acc_x,acc_y,acc_z,gyro x (rad/s),gyro y (rad/s),gyro z (rad/s)"
    recording = read_recording(put(table(head, [time_s, *acc.T, *gyr.T]), "left_shoe.csv"))
    assert recording.gyr is None
    assert any("look like a gyroscope's" in note for note in recording.notes)


def test_words_for_no_value(put: Callable, samples: Samples) -> None:
    """Cells that spreadsheets and programs put where there is none become gaps."""
    time_s, acc, gyr = samples
    lines = table("time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z", [time_s, *acc.T, *gyr.T]).splitlines()
    for at, word in zip((50, 90, 130, 170), ("--", "#DIV/0!", "undefined", "NaT"), strict=True):
        lines[at] = ",".join([lines[at].split(",")[0], *[word] * 6])
    recording = read_recording(put("\n".join(lines) + "\n", "left_shoe.csv"))
    assert len(recording.time_s) == len(time_s) - 4


@pytest.mark.parametrize(
    ("head", "row", "words"),
    [
        (
            "Zeit (ms);Acc x (mg);Acc y (mg);Acc z (mg)",
            "{n}.000,5;1,0;2,0;999,0",
            r"holds '1\.000,5', which is no time",
        ),
        ("", "12:00:0{n}.5 -> ax:0.1 ay:0.2 az:9.8 gx:1.0 gy:2.0 gz:3.0", "says its names again"),
        ("t_ms;ax (mg);ay (mg);az (mg)", "{n}0;1.169,9;2,0;999,0", "without a sign between the thousands"),
    ],
)
def test_refusals_name_the_cause(put: Callable, head: str, row: str, words: str) -> None:
    """A sign between thousands, and names in each line."""
    lines = [*([head] if head else []), *(row.format(n=n) for n in range(1, 9))]
    with pytest.raises(RecordingError, match=words):
        read(put("\n".join(lines) + "\n", "left_shoe.csv"))


@pytest.mark.parametrize(("member", "words"), [("a.fit", "--activity"), ("a.npy", "NumPy")])
def test_archives_without_a_table_say_what_they_hold(put: Callable, member: str, words: str) -> None:
    """A watch's file and arrays in a zip are named."""
    bytes_of = io.BytesIO()
    with zipfile.ZipFile(bytes_of, "w") as archive:
        archive.writestr(member, b"0123")
    with pytest.raises(RecordingError, match=words):
        read(put(bytes_of.getvalue(), "left_shoe.zip"))
