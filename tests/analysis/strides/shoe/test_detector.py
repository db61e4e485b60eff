"""Strides of a shoe with gyroscope: against the virtual runner, in any pieces, after a sensor shift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gait.analysis.signal.resample import GridStream
from gait.analysis.strides.shoe.detector import ShoeDetector
from gait.analysis.strides.stride_batch import StrideBatch, concatenate
from gait.recording.model import Recording
from gait.virtual.runner.simulate import VirtualSession


def _found(recording: Recording, size: int = 5000) -> tuple[StrideBatch, ShoeDetector]:
    """Return strides and detector of a recording that comes in pieces."""
    stream = GridStream(has_gyr=True, rate_hz=recording.rate_hz, acc_limit=None, gyr_limit=None)
    detector, batches = ShoeDetector(recording.side), []
    assert recording.gyr is not None
    for at in range(0, len(recording.time_s), size):
        part = slice(at, at + size)
        for block in stream.push(recording.time_s[part], recording.acc[part], recording.gyr[part]):
            batches += detector.feed(block)
    for block in stream.flush():
        batches += detector.feed(block)
    return concatenate([*batches, *detector.end_segment()]), detector


def test_contacts_and_lengths(virtual: Callable[..., VirtualSession], match: Callable[..., tuple]) -> None:
    """No stride lost or invented; contact time within 8 ms in the median, a stride's length within 3 %."""
    made = virtual(seconds=15.0, speed_m_s=3.2)
    strides, detector = _found(made.session.recordings[0])
    rows, at = match(strides.ic_s, made.truth["ic_s"].to_numpy())
    assert len(rows) == len(strides)
    assert len(set(at)) >= len(made.truth) - 1
    contact = (made.truth["tc_s"] - made.truth["ic_s"]).to_numpy()[at]
    assert abs(np.nanmedian((strides.tc_s - strides.ic_s)[rows] - contact)) < 0.008
    length = np.nanmedian(strides.stride_length_m)
    assert length == pytest.approx(made.truth["stride_length_m"].median(), rel=0.03)
    assert detector.alignment.score > 0.8
    assert not strides.slipped.any()


@pytest.mark.parametrize("size", [13, 700])
def test_pieces_make_no_difference(virtual: Callable[..., VirtualSession], size: int) -> None:
    """Every column of every stride, however the samples come."""
    recording = virtual(seconds=15.0, speed_m_s=3.2).session.recordings[0]
    once, parts = _found(recording)[0], _found(recording, size)[0]
    for field in fields(once):
        np.testing.assert_allclose(
            getattr(parts, field.name), getattr(once, field.name), rtol=0, atol=1e-9, err_msg=field.name
        )


def test_a_sensor_that_shifts_is_noticed(virtual: Callable[..., VirtualSession]) -> None:
    """Turned by 40 degrees in mid-run: one change of the mounting, at that time, and the strides go on."""
    recording = virtual(seconds=35.0).session.recordings[0]
    late = recording.time_s > 27.0
    turn = Rotation.from_euler("xyz", [25.0, 30.0, 10.0], degrees=True).as_matrix()
    acc, gyr = (np.where(late[:, None], values @ turn, values) for values in (recording.acc, recording.gyr))
    strides, detector = _found(replace(recording, acc=acc, gyr=gyr))
    assert len(detector.alignment.slips) == 1
    assert detector.alignment.slips[0][0] == pytest.approx(27.0, abs=3.0)
    plain = _found(recording)[0]
    assert abs(len(strides) - len(plain)) <= 1
