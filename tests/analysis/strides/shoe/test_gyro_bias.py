"""Rests tell the gyroscope's offset, and running does not."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.engine import strides_of
from gait.analysis.strides.shoe.gyro_bias import Rests
from gait.units import DEG
from gait.virtual.runner.imu import SensorSettings


def test_an_offset_is_found_at_rest_and_kept(virtual) -> None:
    """From a stand's end on the offset is known to 0.05 deg/s; before it, zero is taken."""
    offset = np.array([1.0, -2.0, 0.5]) * DEG
    recording = virtual(
        sensor=SensorSettings(rate_hz=200.0, gyr_bias=0.0), parts=(("stand", 4.0), ("run", 20.0))
    ).session.recordings[0]
    rests = Rests()
    rests.look(0, recording.acc, recording.gyr + offset)
    found = rests.at(np.array([0, 900, 3000]))
    assert (found[0] == 0.0).all()
    assert np.abs(found[1:] - offset).max() < 0.05 * DEG
    rests.forget_before(2000)
    assert np.abs(rests.at(np.array([3000]))[0] - offset).max() < 0.05 * DEG


def test_chunks_do_not_matter(virtual) -> None:
    """Fed with what a buffer holds at each time, the same offsets hold at the same times."""
    recording = virtual(
        sensor=SensorSettings(rate_hz=200.0),
        parts=(("stand", 4.0), ("run", 8.0), ("stand", 5.0), ("run", 8.0)),
    ).session.recordings[0]
    whole, pieces = Rests(), Rests()
    whole.look(0, recording.acc, recording.gyr)
    for end in range(37, len(recording.acc), 37):
        first = max(end - 900, 0)
        pieces.look(first, recording.acc[first:end], recording.gyr[first:end])
    at = np.arange(0, len(recording.acc) - 300, 50)
    assert np.array_equal(whole.at(at), pieces.at(at))
    assert len(np.unique(whole.at(at), axis=0)) > 3


def test_an_uncorrected_offset_no_longer_moves_the_strike(virtual) -> None:
    """Three degrees a second in the gyroscope: with a stand before the run the strike angle stays."""
    made = virtual(
        sensor=SensorSettings(gyr_bias=0.0), parts=(("stand", 4.0), ("run", 25.0)), strike_angle_deg=15.0
    )
    recording = made.session.recordings[0]
    clean = np.nanmedian(strides_of(recording)[0].strike_angle_deg)
    recording.gyr[:] += np.array([3.0, 3.0, 3.0]) * DEG
    try:
        moved = np.nanmedian(strides_of(recording)[0].strike_angle_deg)
    finally:
        recording.gyr[:] -= np.array([3.0, 3.0, 3.0]) * DEG
    assert moved == pytest.approx(clean, abs=0.1)
