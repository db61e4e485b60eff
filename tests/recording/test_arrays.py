"""Sessions from arrays in memory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import gait
from gait.errors import RecordingError
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
    with pytest.raises(RecordingError, match=message):
        gait.from_arrays(**{**good, **change})
