"""Rows and files of several sensors: never mixed, and what belongs together is joined."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gait.errors import RecordingError
from gait.recording.read import read, read_chunks, read_recording
from gait.recording.session_time import from_start
from tests.recording.foreign import G, stamps, table

Samples = tuple[np.ndarray, np.ndarray, np.ndarray]
HEAD = "time,{name},ax (m/s2),ay (m/s2),az (m/s2),gx (deg/s),gy (deg/s),gz (deg/s)"


def _two_feet(samples: Samples, name: str) -> str:
    """Rows of two sensors in turn, the second one's samples turned round."""
    time_s, acc, gyr = samples
    both = [np.stack([values, -values], axis=1).reshape(-1, 3) for values in (acc, gyr)]
    words = ["left_foot", "right_foot"] * len(time_s)
    return table(HEAD.format(name=name), [np.repeat(time_s, 2), words, *both[0].T, *both[1].T])


@pytest.mark.parametrize("name", ["placement", "body part", "zzz"])
def test_rows_of_two_places_are_not_mixed(put, samples, name) -> None:
    """Whatever the column of the places is called: asked which, or the side's rows, all of them."""
    path = put(_two_feet(samples, name), "table.csv")
    for side, sign in (("left", 1.0), ("right", -1.0)):
        recording = read_recording(path, placement="shoe", side=side)
        np.testing.assert_allclose(recording.acc, sign * samples[1], atol=1e-4)
        assert any("rows of" in note for note in recording.notes)
    path.write_text(path.read_text().replace("left_foot", "alpha").replace("right_foot", "beta"))
    with pytest.raises(
        RecordingError, match=r"rows of 2 sensors in one file \(alpha, beta\).*--device alpha"
    ):
        read_recording(path, placement="shoe", side="left")


def test_words_of_what_was_done_name_no_sensor(put, samples) -> None:
    """A column of activities changes now and then, and is passed over."""
    time_s, acc, gyr = samples
    words = ["stand"] * 250 + ["run"] * 300 + ["stand"] * 90
    path = put(table(HEAD.format(name="what"), [time_s, words, *acc.T, *gyr.T]))
    np.testing.assert_allclose(read_recording(path).acc, acc, atol=1e-4)


def _polar(time_s, values, unit):
    nanos = [f"{(802_000_000 + t) * 1e9:.0f}" for t in time_s]
    head = "Phone timestamp;sensor timestamp [ns];" + ";".join(f"{a} [{unit}]" for a in "XYZ")
    return table(head, [stamps(time_s), nanos, *values.T], ";", decimals=4)


def _plain(time_s, values, unit):
    return table(
        "time_s,x,y,z" if unit == "" else f"t [s],x [{unit}],y [{unit}],z [{unit}]", [time_s, *values.T]
    )


@pytest.mark.parametrize(
    ("write", "names", "units"),
    [
        (_polar, ("Sense_1_{}.txt", "ACC", "GYRO", "MAG"), ("mg", "dps", "G")),
        (_plain, ("run-{}.csv", "accelerometer", "gyroscope", "magnetometer"), ("g", "rad/s", "G")),
        (_plain, ("left_shoe_{}.csv", "acc", "gyr", "mag"), ("", "", "")),
    ],
    ids=["Polar", "units", "names alone"],
)
def test_a_gyroscope_in_a_file_of_its_own_is_joined(tmp_path, samples, write, names, units) -> None:
    """By the files' names, on one clock and at its own rate; a magnetometer beside is no accelerometer."""
    time_s, acc, gyr = samples
    scale = {"mg": 1e3 / G, "g": 1.0 / G, "rad/s": np.pi / 180.0}
    form, *words = names
    pieces = (acc * scale.get(units[0], 1.0), gyr[::2] * scale.get(units[1], 1.0), acc * 30.0)
    for word, unit, values in zip(words, units, pieces, strict=True):
        times = time_s[:: len(time_s) // len(values)]
        (tmp_path / form.format(word)).write_text(write(times, values, unit), encoding="utf-8")
    (recording,) = read(tmp_path, placement="shoe", side="left").recordings
    inside = len(recording.time_s)
    np.testing.assert_allclose(recording.acc, acc[:inside], atol=0.002)
    np.testing.assert_allclose(np.degrees(recording.gyr)[::2], gyr[:inside:2], atol=0.01)
    assert any("interpolated to the accelerometer's samples" in note for note in recording.notes)


def test_negative_times_begin_at_zero(put: Callable[..., Path], samples) -> None:
    """A run that counts from a trigger loses none of its samples; the wall clock moves with its zero."""
    time_s, acc, gyr = samples
    own = "# gait-recording = 1\n# started = 2026-05-01T07:32:10+02:00\n"
    own += "time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n"
    path = put(own + table("", [time_s - 4.0, *acc.T, *gyr.T]).removeprefix("\n"))
    (recording,) = read(path).recordings
    np.testing.assert_allclose(recording.time_s, time_s, atol=1e-6)
    assert recording.started == "2026-05-01T07:32:06+02:00"
    assert from_start(recording, 0.0) is recording


@pytest.mark.parametrize("rows", [64, 250, 1000])
def test_copied_rows_are_left_out_whatever_the_blocks(put, samples, rows) -> None:
    """A block pasted twice is said, and the samples stand once; two rows out of order are still refused."""
    time_s, acc, _ = samples
    time_s = np.arange(9 * len(time_s)) / 100.0
    acc = np.tile(acc, (9, 1)) + 0.001 * np.arange(len(time_s))[:, None]
    head = "time_s,acc_x,acc_y,acc_z"
    lines = table(head, [time_s, *acc.T]).rstrip().split("\n")
    path = put("\n".join([*lines[:4000], *lines[3000:4000], *lines[3000:3300], *lines[4000:]]))
    pieces = list(read_chunks(path, rows))
    assert sum(len(piece.time_s) for piece in pieces) == len(time_s)
    assert "1300 rows that repeat earlier ones left out" in pieces[-1].notes
    path.write_text("\n".join([*lines[:4000], lines[3999], *lines[3000:3002], *lines[4000:]]))
    with pytest.raises(RecordingError, match="time goes back"):
        list(read_chunks(path, rows))
