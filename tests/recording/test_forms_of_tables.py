"""Tables in other encodings, separators, languages and layouts: the same samples, or a line that works."""

from __future__ import annotations

import bz2
import contextlib
import lzma
import re
import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gait.cli.main import main
from gait.errors import RecordingError
from gait.recording.importers.column_names import parse_columns
from gait.recording.importers.dates import date_seconds
from gait.recording.importers.guesses import acc_guess, rest_level, turns
from gait.recording.read import read_recording
from tests.recording.foreign import EPOCH_S, RAD, G, stamps, table

Put = Callable[..., Path]
Samples = tuple[np.ndarray, np.ndarray, np.ndarray]
OWN = "time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z"
UNITS = ["s", *["m/s2"] * 3, *["deg/s"] * 3]


def _own(t, acc, gyr, **how):
    return table(OWN, [t, *acc.T, *gyr.T], **how)


def _clock(t, form):
    begin = datetime(2026, 5, 1, 11, 59, 58, tzinfo=UTC)
    return [text[:-3] if text.endswith("0") else text for text in stamps(t, form, begin)]


def _ros(t, acc, gyr):
    names = [f"field.angular_velocity.{a}" for a in "xyz"] + [f"field.linear_acceleration.{a}" for a in "xyz"]
    nanos = [f"{EPOCH_S * 10**9 + round(float(x) * 1e9)}" for x in t]
    return table(
        "%time,field.header.seq," + ",".join(names), [nanos, t * 0, *(gyr * RAD).T, *acc.T], decimals=9
    )


def _flattened(t, acc, gyr):
    """Parts of a message behind one another, each with its own x, y, z."""
    head = "timestamp,orientation,x,y,z,w,angular_velocity,x,y,z,linear_acceleration,x,y,z"
    gap = [""] * len(t)
    return table(head, [t, gap, *[t * 0] * 4, gap, *(gyr * RAD).T, gap, *acc.T], decimals=9)


def _two_rates(t, acc, gyr):
    """A faster sensor with a time of its own before ours, which ends in mid-file."""
    ours = [t, *acc.T, *gyr.T]
    cells = [[*(f"{x:.6f}" for x in column), *[""] * len(t)] for column in ours]
    names = [
        f"X[s],IM 1: {kind}.{a} [{unit}]"
        for kind, unit in (("Acc", "m/s2"), ("Gyro", "deg/s"))
        for a in "XYZ"
    ]
    columns = [piece for column in cells[1:] for piece in (cells[0], column)]
    return table(
        "X[s],EMG 1 [V]," + ",".join(names), [np.arange(2 * len(t)) / 200.0, np.zeros(2 * len(t)), *columns]
    )


FORMS: dict[str, Callable[..., str | bytes]] = {
    "UTF-16": lambda t, a, g: _own(t, a, g).encode("utf-16"),
    "UTF-16, other order, tabs": lambda t, a, g: (
        b"\xfe\xff" + _own(t, a, g).replace(",", "\t").encode("utf-16-be")
    ),
    "UTF-16 without a mark": lambda t, a, g: _own(t, a, g).encode("utf-16-le"),
    "UTF-32": lambda t, a, g: _own(t, a, g).encode("utf-32"),
    "names over two lines": lambda t, a, g: table(
        ",".join(f'"{name}\n({unit})"' for name, unit in zip(OWN.split(","), UNITS, strict=True)),
        [t, *a.T, *g.T],
    ),
    "returns alone": lambda t, a, g: _own(t, a, g, end="\r"),
    "bzip2": lambda t, a, g: bz2.compress(_own(t, a, g).encode()),
    "xz": lambda t, a, g: lzma.compress(_own(t, a, g).encode()),
    "blanks": lambda t, a, g: re.sub(",", "   ", _own(t, a, g)),
    "bars": lambda t, a, g: _own(t, a, g).replace(",", "|"),
    "names in a comment": lambda t, a, g: "# " + _own(t, a, g),
    "units below our own names": lambda t, a, g: table(
        OWN + "\ns,g,g,g,rad/s,rad/s,rad/s", [t, *(a / G).T, *(g * RAD).T], decimals=9
    ),
    "German": lambda t, a, g: table(
        "Zeit (s);"
        + ";".join(f"Beschleunigung {x} (m/s^2)" for x in "xyz")
        + ";"
        + ";".join(f"Winkelgeschwindigkeit {x} (rad/s)" for x in "xyz"),
        [t, *a.T, *(g * RAD).T],
        ";",
        decimals=9,
    ).replace(".", ","),
    "French": lambda t, a, g: table(
        "Temps (s),"
        + ",".join(f"Accélération {x} (m/s²)" for x in "xyz")
        + ","
        + ",".join(f"Vitesse angulaire {x} (rad/s)" for x in "xyz"),
        [t, *a.T, *(g * RAD).T],
        decimals=9,
    ),
    "numbered axes": lambda t, a, g: table(
        "Time,"
        + ",".join(f"Acceleration_{k}" for k in (1, 2, 3))
        + ","
        + ",".join(f"AngularVelocity_{k}" for k in (1, 2, 3)),
        [t, *a.T, *g.T],
    ),
    "ROS": _ros,
    "ROS, flattened": _flattened,
    "two rates": _two_rates,
    "milliseconds called ms": lambda t, a, g: table(
        "ms,ax,ay,az,gx,gy,gz", [[f"{x * 1e3:.0f}" for x in t], *a.T, *g.T]
    ),
    "hh:mm:ss.ms beside a temperature": lambda t, a, g: table(
        "hh:mm:ss.ms,AccX [mg],AccY [mg],AccZ [mg],GyroX [dps],GyroY [dps],GyroZ [dps],T ['C]",
        [_clock(t, "%H:%M:%S.%f"), *(a / G * 1e3).T, *g.T, t * 0 + 20.0],
    ),
    "units above the names": lambda t, a, g: table(
        "s,g,g,g,deg/s,deg/s,deg/s\ntime,ax,ay,az,gx,gy,gz", [t, *(a / G).T, *g.T], decimals=9
    ),
    "rate in a comment": lambda _, a, g: (
        "# sampling rate: 100 Hz\n" + table("ax,ay,az,gx,gy,gz", [*a.T, *g.T])
    ),
    "a block that stands twice": lambda t, a, g: "\n".join(
        (lines := _own(t, a, g).rstrip().split("\n"))[:400] + lines[300:]
    ),
    "the whole table twice": lambda t, a, g: _own(t, a, g) + _own(t, a, g).partition("\n")[2],
    "shortened German": lambda t, a, g: table(
        "Zeit [ms];"
        + ";".join(f"Beschl. {x} [g]" for x in "XYZ")
        + ";"
        + ";".join(f"Gyro {x} [°/s]" for x in "XYZ"),
        [t * 1e3, *(a / G).T, *g.T],
        ";",
        decimals=9,
    ).replace("Beschl.", "Beschl"),
    **{
        language: lambda t, a, g, names=names: table(
            f"{names[0]} (s);"
            + ";".join(f"{names[1]} {x} (m/s²)" for x in "xyz")
            + ";"
            + ";".join(f"{names[2]} {x} (°/s)" for x in "xyz"),
            [t, *a.T, *g.T],
            ";",
        )
        for language, names in {
            "Polish": ("Czas", "Przyspieszenie", "Żyroskop"),
            "Czech": ("Čas", "Zrychlení", "Gyroskop"),
            "Turkish": ("Zaman", "İvme", "Jiroskop"),
            "Finnish": ("Aika", "Kiihtyvyys", "Gyroskooppi"),
            "Korean": ("시간", "가속도", "각속도"),
        }.items()
    },
    "Russian": lambda t, a, g: table(
        "Время (с);"
        + ";".join(f"Ускорение {x} (м/с²)" for x in "xyz")
        + ";"
        + ";".join(f"Гироскоп {x} (°/с)" for x in "xyz"),
        [t, *a.T, *g.T],
        ";",
    ),
    "half days": lambda t, a, g: table(
        "time,ax,ay,az,gx,gy,gz",
        [[f"0{x}" if x[1] == ":" else x for x in _clock(t, "%m/%d/%Y %I:%M:%S.%f %p")], *a.T, *g.T],
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_same_samples(put: Put, samples: Samples, name: str) -> None:
    """Whatever the form, the samples come out as s, m/s2 and rad/s."""
    recording = read_recording(put(FORMS[name](*samples)))
    time_s, acc, gyr = samples
    np.testing.assert_allclose(recording.time_s - recording.time_s[0], time_s, atol=2e-6)
    np.testing.assert_allclose(recording.acc, acc, rtol=3e-6, atol=2e-5)
    assert recording.gyr is not None
    np.testing.assert_allclose(np.degrees(recording.gyr), gyr, rtol=3e-6, atol=2e-5)


@pytest.mark.parametrize("turn", [1.0, -1.0 / G, 1000.0 / G])
def test_bare_axes_that_read_gravity(put: Put, samples: Samples, turn: float) -> None:
    """Columns x, y, z are acceleration where they rest at one g, which is said; else they are not."""
    time_s, acc, gyr = samples
    recording = read_recording(put(table("timestamp,x,y,z", [time_s, *(turn * acc).T], decimals=8)))
    np.testing.assert_allclose(np.abs(recording.acc), np.abs(acc), rtol=1e-5, atol=1e-4)
    assert any("as they read gravity at rest" in note for note in recording.notes)
    for values in (gyr * RAD, acc[300:] * 0.7):
        with pytest.raises(RecordingError, match=r"no column time_s.*gait convert"):
            read_recording(put(table("timestamp,x,y,z", [time_s[: len(values)], *values.T])))


@pytest.mark.parametrize(
    ("head", "columns", "has_gyr"),
    [
        ("t,ax,ay,az,gx,gy,gz", lambda t, a, g: [t, *np.rint(a / G * 2048).T, *np.rint(g * 16.4).T], True),
        ("count,a_x,a_y,a_z,g_x,g_y,g_z", lambda t, a, g: [np.arange(len(t)), *(a / G).T, *g.T], True),
        ("stamp,type,u,v,w", lambda t, a, _: [t * 1e9, ["x"] * len(t), *a.T], False),
        ("", lambda t, a, g: [t, *(a / G).T, *g.T], True),
        ("", lambda t, a, _: [t, *(a / G).T, t * 0 + 23.0, t * 0, t * 0 + 28.5], False),
    ],
)
def test_the_line_of_a_refusal_works(
    put: Put, samples: Samples, head: str, columns, has_gyr: bool, capsys, tmp_path
) -> None:
    """Run as it stands (but for the rate, which nobody knows) it makes a recording of the same samples."""
    path = put(table(head, columns(*samples)).removeprefix("\n"), "table.csv")
    with pytest.raises(RecordingError) as refusal:
        read_recording(path, placement="shoe", side="left")
    line = str(refusal.value).partition("gait convert ")[2].replace("--rate HZ", "--rate 100")
    words = shlex.split(line)
    words[words.index("-o") + 1] = str(tmp_path / "left_shoe.csv")
    assert main(["convert", *words]) == 0, capsys.readouterr().err
    recording = read_recording(tmp_path / "left_shoe.csv")
    np.testing.assert_allclose(recording.acc, samples[1], atol=0.01)
    assert (recording.gyr is not None) == has_gyr


def test_numbers_of_devices_are_no_axes() -> None:
    """ax1 and acc_x2 are axes of two sensors, acc_1 to acc_3 those of one; four parts are a quaternion."""
    two = parse_columns(["t", *(f"a{x}{n}" for n in (1, 2) for x in "xyz")])
    assert [one.device for one in two[1:]] == ["1"] * 3 + ["2"] * 3
    assert [one.axis for one in parse_columns(["acc_1", "acc_2", "acc_3"])] == [0, 1, 2]
    assert [one.axis for one in parse_columns(["acc_0", "acc_1", "acc_2", "acc_3"])] == [None] * 4
    assert [one.device for one in parse_columns(["acc_x2", "acc_y2", "acc_z2"])] == ["2"] * 3


def test_units_by_rest_and_by_a_fast_run(samples: Samples) -> None:
    """Rest at one g decides; a fast runner's 36 m/s2 in the median are m/s2, raw counts are nothing known."""
    _, acc, gyr = samples
    assert rest_level(np.linalg.norm(acc, axis=1)) == pytest.approx(G, rel=0.02)
    assert rest_level(np.linalg.norm(acc[260:600], axis=1)) is None
    for factor, unit in ((1.0, "m/s2"), (1.0 / G, "g"), (1e3 / G, "mg")):
        assert acc_guess(acc * factor)[0] == unit
    assert acc_guess(acc * 2048 / G) is None
    assert acc_guess(acc[260:600] * 1.8)[0] == "m/s2"
    assert turns(gyr)
    assert not turns(gyr + 1e4)


def test_numbers_without_a_square_are_no_samples(tmp_path: Path) -> None:
    """A cell of 1e308 in some rows, or in all, ends in a reading or in one line, never in a warning."""
    name = "Time (s),Acc X (m/s2),Acc Y (m/s2),Acc Z (m/s2)\n"
    bare = "\u00fftime_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n"
    for top, rest in ((name, ""), (bare, ",0.0,1,2")):
        for each in (1, 5):
            path = tmp_path / "table.csv"
            rows = [
                f"{0.01 * row:.2f},0.1,{'1e308' if row % each == 0 else '0.2'},9.81{rest}"
                for row in range(60)
            ]
            path.write_text(top + "\n".join(rows) + "\n", encoding="latin-1")
            with contextlib.suppress(RecordingError):
                read_recording(path, placement="shoe", side="left")


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_dates_far_away(year: str) -> None:
    """Years that a clock with nanoseconds does not reach: to 0.1 ms, and no crash."""
    cells = pd.Series([f"{year}-12-31T10:00:00.250000", f"{year}-12-31T10:00:00.260000"])
    assert float(np.diff(date_seconds(cells))[0]) == pytest.approx(0.01, abs=1e-4)
