"""Other programs' files, as each writes them, give the same samples as our own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gait.errors import RecordingError
from gait.recording.read import read, read_chunks, read_recording

Put = Callable[..., Path]
G = 9.80665
ROWS = 300
TIME = np.arange(ROWS) / 100.0
SWING = np.sin(TIME * 9.0)
ACC = np.column_stack([15.0 * SWING, np.full(ROWS, 0.5), 9.81 + 4.0 * SWING])
GYR = np.column_stack([350.0 * SWING, np.full(ROWS, -12.5), 20.0 * SWING])
EPOCH_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""


def _table(head: str, columns: list[np.ndarray], separator: str = ",", formats: str = "%.9f") -> str:
    rows = np.column_stack(columns)
    return head + "\n" + "\n".join(separator.join(formats % cell for cell in row) for row in rows) + "\n"


def _dot() -> str:
    top = "sep=,\nDeviceTag:,left\nFirmwareVersion:,1.6.0\nSyncStatus:,Synced\nOutputRate:,100Hz\n"
    head = "PacketCounter,SampleTimeFine,Quat_W,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z,"
    ticks = (2**32 - 1_500_000 + np.round(TIME * 1e6)) % 2**32
    table = _table(head, [np.arange(ROWS), ticks, TIME, *ACC.T, *GYR.T])
    return top + table.replace("\n", ",\n").replace("Gyr_Z,,\n", "Gyr_Z,\n")


def _metamotion() -> str:
    head = "epoc (ms),timestamp (+0100),elapsed (s),x-axis (g),y-axis (g),z-axis (g)"
    table = _table(head, [EPOCH_MS + TIME * 1e3, TIME, TIME, *(ACC / G).T])
    return "\n".join(
        line
        if index == 0
        else ",".join([f"{float(line.split(',')[0]):.0f}", "2026-01-01T01.00.00", *line.split(",")[2:]])
        for index, line in enumerate(table.strip().split("\n"))
    )


def _shimmer() -> str:
    names = [
        "Timestamp_Unix_CAL",
        *(f"Accel_LN_{a}_CAL" for a in "XYZ"),
        *(f"Accel_WR_{a}_CAL" for a in "XYZ"),
    ]
    names += [f"Gyro_{a}_CAL" for a in "XYZ"]
    head = "sep=\t\n" + "\t".join(f"Shimmer_A1B2_{name}" for name in names)
    units = "\t".join(["ms", *["m/(s^2)"] * 6, *["deg/s"] * 3])
    return _table(f"{head}\n{units}", [EPOCH_MS + TIME * 1e3, *(ACC / 3).T, *ACC.T, *GYR.T], "\t")


def _phyphox() -> str:
    names = [
        "Time (s)",
        *(f"Acceleration {a} (m/s^2)" for a in "xyz"),
        *(f"Gyroscope {a} (rad/s)" for a in "xyz"),
    ]
    head = ",".join(f'"{name}"' for name in names)
    return _table(head, [TIME, *ACC.T, *np.radians(GYR).T], formats="%.9E")


def _sensor_log() -> str:
    names = ["loggingTime(txt)", "accelerometerTimestamp_sinceReboot(s)"]
    names += [f"accelerometerAcceleration{a}(G)" for a in "XYZ"] + [f"gyroRotation{a}(rad/s)" for a in "XYZ"]
    table = _table(",".join(names), [TIME, 5000 + TIME, *(-ACC / G).T, *np.radians(GYR).T])
    return "\n".join(
        line if index == 0 else "2026-01-01 00:00:00.000 +0000," + line.split(",", 1)[1]
        for index, line in enumerate(table.strip().split("\n"))
    )


def _sensor_logger() -> str:
    return _table("time,seconds_elapsed,z,y,x", [(EPOCH_MS + TIME * 1e3) * 1e6, TIME, *ACC.T[::-1]])


CASES = {
    "Xsens DOT": (_dot, True, (2**32 - 1_500_000) / 1e6),
    "MetaMotion": (_metamotion, False, EPOCH_MS / 1e3),
    "Shimmer": (_shimmer, True, EPOCH_MS / 1e3),
    "phyphox": (_phyphox, True, 0.0),
    "SensorLog": (_sensor_log, True, 5000.0),
    "Sensor Logger": (_sensor_logger, False, EPOCH_MS / 1e3),
}


@pytest.mark.parametrize("name", CASES)
def test_same_samples_as_our_own(put: Put, name: str) -> None:
    """Units, signs, order of axes and time come out as specific force, rad/s and seconds."""
    make, has_gyr, start_s = CASES[name]
    recording = read_recording(put(make()))
    np.testing.assert_allclose(recording.acc, ACC, atol=2e-7)
    np.testing.assert_allclose(recording.time_s - start_s, TIME, atol=2e-6)
    if has_gyr:
        assert recording.gyr is not None
        np.testing.assert_allclose(np.degrees(recording.gyr), GYR, atol=2e-7)
    else:
        assert recording.gyr is None
    assert sum(len(piece.time_s) for piece in read_chunks(put(make()), 77)) == ROWS


def test_time_of_day_becomes_session_time(put: Put) -> None:
    """Two files with the time of day share one session time that begins at their first sample's second."""
    put(_metamotion(), "run/left_shoe.csv")
    later = _metamotion().replace(str(EPOCH_MS)[:9], str(EPOCH_MS + 20_000)[:9])
    session = read(put(later, "run/right_shoe.csv").parent)
    left, right = session.recordings
    assert left.time_s[0] == pytest.approx(0.0)
    assert right.time_s[0] == pytest.approx(20.0)
    assert left.started == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("head", "name", "words"),
    [
        ("PacketCounter,SampleTimeFine,FreeAcc_X,FreeAcc_Y,FreeAcc_Z", "left_shoe.csv", "without gravity"),
        ("Time (s),Linear Acceleration x (m/s^2),b,c", "left_shoe.csv", "without gravity"),
        ("loggingTime(txt),motionUserAccelerationX(G),b,c", "left_shoe.csv", "without gravity"),
        (
            "time,seconds_elapsed,z,y,x",
            "left_shoe_Accelerometer.csv",
            r"without gravity; take TotalAcceleration\.csv",
        ),
        ("a,Shimmer_1_Accel_LN_X_RAW,c,d", "left_shoe.csv", "raw counts only; export calibrated"),
        (
            "Time (s),Gyroscope x (rad/s),Gyroscope y (rad/s),Gyroscope z (rad/s)",
            "left_shoe.csv",
            "a gyroscope without",
        ),
        (
            "acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z",
            "left_shoe.csv",
            "no column time_s.*divided by the sample rate",
        ),
    ],
)
def test_what_cannot_be_used_is_said(put: Put, head: str, name: str, words: str) -> None:
    """Acceleration without gravity, raw counts, and files without a time are refused with what to export."""
    path = put(head + "\n" + "\n".join("0.1,0.2,0.3,0.4,0.5,0.6" for _ in range(5)), name)
    with pytest.raises(RecordingError, match=words):
        read_recording(path)


@pytest.mark.parametrize(
    ("acc_name", "gyr_name", "acc_text", "gyr_head", "start", "scale"),
    [
        (
            "TotalAcceleration.csv",
            "Gyroscope.csv",
            _sensor_logger,
            "time,seconds_elapsed,z,y,x",
            1e6 * EPOCH_MS,
            1e9,
        ),
        (
            "left_Accelerometer_100Hz.csv",
            "left_Gyroscope_100Hz.csv",
            _metamotion,
            "epoc (ms),elapsed (s),x-axis (deg/s),y-axis (deg/s),z-axis (deg/s)",
            float(EPOCH_MS),
            1e3,
        ),
    ],
)
def test_a_gyroscope_in_its_own_file(put: Put, acc_name, gyr_name, acc_text, gyr_head, start, scale) -> None:
    """The file beside the accelerometer's is joined: same clock, samples where both were measured."""
    times = np.arange(0.5, 2.0, 0.02)
    rates = np.column_stack([100.0 * times, 200.0 - 50.0 * times, np.full(len(times), 300.0)])
    cells = rates if "deg/s" in gyr_head else np.radians(rates)[:, ::-1]
    path = put(acc_text(), acc_name)
    put(_table(gyr_head, [start + times * scale, times, *cells.T]), gyr_name)
    recording = read_recording(path, placement="shoe", side="left")
    elapsed = recording.time_s - start / scale
    assert recording.gyr is not None
    assert elapsed[0] == pytest.approx(0.5, abs=0.011)
    assert elapsed[-1] == pytest.approx(1.98, abs=0.011)
    expected = np.column_stack([100.0 * elapsed, 200.0 - 50.0 * elapsed, np.full(len(elapsed), 300.0)])
    np.testing.assert_allclose(np.degrees(recording.gyr), expected, atol=0.1)
    assert recording.notes == (f"angular rate from {gyr_name}, interpolated to the accelerometer's samples",)
    pieces = list(read_chunks(path, 40, placement="shoe", side="left"))
    assert sum(len(piece.time_s) for piece in pieces) == len(recording.time_s)
    assert all(piece.gyr is not None for piece in pieces)


def test_a_stranger_beside_is_passed_over(put: Put) -> None:
    """In a folder, a gyroscope of other hours and other names is neither joined nor in the way."""
    put(
        "Time (s),Gyroscope x (rad/s),Gyroscope y (rad/s),Gyroscope z (rad/s)\n0,1,2,3\n", "run/Gyroscope.csv"
    )
    folder = put(_phyphox(), "run/left_shoe.csv").parent
    assert len(read(folder).recordings) == 1
    head = "time,seconds_elapsed,z,y,x"
    put(_table(head, [1e6 * EPOCH_MS + (900 + TIME) * 1e9, TIME, *GYR.T]), "apart/Gyroscope.csv")
    path = put(_sensor_logger(), "apart/TotalAcceleration.csv")
    with pytest.raises(RecordingError, match=r"no time in common with TotalAcceleration\.csv"):
        read_recording(path, placement="shoe", side="left")
