"""Sessions from arrays in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import gait
from gait.virtual.runner.simulate import VirtualSession


def test_units_are_converted(virtual: Callable[..., VirtualSession]) -> None:
    """The same samples in g and deg/s give the same recording and the same strides."""
    shoe = virtual(seconds=12.0).session.recordings[0]
    session = gait.from_arrays(
        shoe.time_s.tolist(),
        shoe.acc / 9.80665,
        np.degrees(shoe.gyr),
        placement="shoe",
        side="left",
        acc_unit="g",
        gyr_unit="deg/s",
    )
    np.testing.assert_allclose(session.recordings[0].acc, shoe.acc, rtol=1e-12)
    np.testing.assert_allclose(session.recordings[0].gyr, shoe.gyr, rtol=1e-12)
    ours = gait.analyze(session).strides["ic_s"]
    theirs = gait.analyze(gait.Session("x", (shoe,))).strides["ic_s"]
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_rows_without_numbers_become_gaps(virtual: Callable[..., VirtualSession]) -> None:
    """A NaN anywhere in a row leaves that row out, and a note says how many."""
    shoe = virtual(seconds=12.0).session.recordings[0]
    acc, gyr = shoe.acc.copy(), shoe.gyr.copy()
    acc[10, 2] = np.nan
    gyr[11, 0] = np.inf
    recording = gait.from_arrays(shoe.time_s, acc, gyr, placement="shoe", side="left").recordings[0]
    assert np.array_equal(recording.time_s, np.delete(shoe.time_s, [10, 11]))
    assert recording.notes == ("2 rows without numbers left out",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"acc": np.zeros((50, 3))}, "no gravity"),
        ({"acc": np.full((50, 3), 0.58)}, "in g"),
        ({"acc": np.zeros((49, 3))}, r"acc: shape \(49, 3\)"),
        ({"gyr": np.zeros(50)}, r"gyr: shape \(50,\)"),
        ({"time_s": np.zeros(50)}, "do not increase"),
        ({"time_s": np.arange(50.0) * 5}, "must be in seconds"),
        ({"time_s": np.zeros((50, 1))}, "time_s: shape"),
        ({"time_s": 0.0}, r"time_s: shape \(\)"),
        ({"time_s": []}, r"time_s: shape \(0,\)"),
        ({"time_s": np.arange(50)[::-1] / 200.0}, r"0.245 s, then 0.24 s; sort"),
        ({"time_s": np.r_[np.arange(49), 48] / 200.0}, r"0.24 s, then 0.24 s"),
        ({"time_s": np.r_[np.arange(49) / 200.0, 1e5]}, "jumps ahead"),
        ({"time_s": np.arange(50) * 5_000_000}, "must be in seconds"),
        ({"time_s": pd.to_datetime(np.arange(50), unit="ms")}, "dates, not seconds"),
        ({"time_s": np.arange(50).astype("timedelta64[ms]")}, "dates, not seconds"),
        ({"time_s": (3e4 + np.arange(50) / 200.0).astype(np.float32)}, "float32 tells"),
        ({"acc": pd.DataFrame([["a", "b", "c"]] * 50)}, "acc: not an array of numbers"),
        ({"acc": [[0, 0, 9.8], [0, 0]]}, "acc: not an array of numbers"),
        ({"acc": None}, r"acc: shape \(\)"),
        ({"acc": np.zeros((50, 3), dtype=complex)}, "complex128 values"),
        ({"acc": np.ones((50, 3), dtype=bool)}, "bool values"),
        ({"acc": np.ones((3, 50))}, r"acc: shape \(3, 50\); give \(50, 3\)"),
        ({"acc": pd.DataFrame(np.ones((50, 3)), columns=["az", "ay", "ax"])}, "order x, y, z"),
        ({"acc": np.full((50, 3), np.nan)}, "no row with a number"),
        ({"acc": np.full((50, 3), 1000)}, "is not m/s2"),
        ({"acc": np.r_[np.full((49, 3), 6.0), [[0, 0, 1e300]]]}, "more than any sensor"),
        ({"gyr": np.r_[np.zeros((49, 3)), [[0, 0, 1e300]]]}, "more than any sensor"),
        ({"acc_range_g": "16"}, "positive number"),
        ({"acc_range_g": -16}, "positive number"),
        ({"gyr_range_dps": float("nan")}, "positive number"),
        ({"runner": {"mass_kg": 60}}, "runner: got dict"),
        ({"run": 5000}, "run: got int"),
        ({"acc_unit": "furlong"}, "known are m/s2, g"),
        ({"side": "middle"}, "known are left, right"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, object], message: str) -> None:
    """Shapes, times, units and words that do not fit are named."""
    good: dict[str, object] = {
        "time_s": np.arange(50) / 200.0,
        "acc": np.tile([0.0, 0.0, 9.81], (50, 1)),
        "placement": "shoe",
        "side": "left",
    }
    gait.from_arrays(**good)
    with pytest.raises(gait.GaitError, match=message) as caught:
        gait.from_arrays(**{**good, **change})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["float32", "map", "frame", "strided", "big", "list", "masked"])
def test_every_form_of_the_same_numbers(
    kind: str, virtual: Callable[..., VirtualSession], tmp_path: Path
) -> None:
    """Single precision, a file in memory, a data frame, steps, another byte order: the same recording."""
    shoe = virtual(seconds=12.0).session.recordings[0]
    assert shoe.gyr is not None
    acc = shoe.acc.astype(np.float32) if kind == "float32" else shoe.acc
    forms: dict[str, Callable[[], Any]] = {
        "float32": lambda: acc,
        "map": lambda: _mapped(tmp_path / "acc.dat", acc),
        "frame": lambda: pd.DataFrame(acc, columns=["acc_x", "acc_y", "acc_z"], index=shoe.time_s),
        "strided": lambda: np.asfortranarray(np.repeat(acc, 2, axis=0))[::2],
        "big": lambda: acc.astype(">f8"),
        "list": acc.tolist,
        "masked": lambda: np.ma.masked_invalid(acc),
    }
    found = gait.from_arrays(shoe.time_s, forms[kind](), shoe.gyr, placement="shoe", side="left")
    assert found.recordings[0].acc.dtype == np.float64
    np.testing.assert_allclose(found.recordings[0].acc, shoe.acc, rtol=1e-6)


def _mapped(file: Path, values: np.ndarray) -> np.ndarray:
    """Return an array that lies in a file and can only be read."""
    np.save(file.with_suffix(".npy"), values)
    return np.load(file.with_suffix(".npy"), mmap_mode="r")


def test_whole_numbers_are_numbers() -> None:
    """Integers are taken as they are, not as flags or counts."""
    session = gait.from_arrays(
        np.arange(50) * 0.005, [[0, 0, 10]] * 50, [[0, 1, 0]] * 50, placement="shank", side="right"
    )
    assert session.recordings[0].acc[0].tolist() == [0.0, 0.0, 10.0]
