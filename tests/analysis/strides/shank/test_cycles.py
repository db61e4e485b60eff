"""Cycles of a shank against the virtual runner's motion."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.resample import GridStream
from gait.analysis.strides.shank.cycles import AHEAD, LANDING_SHARE, ahead_of, measure_cycles
from gait.analysis.strides.shank.swings import SwingFinder


@pytest.fixture(scope="module")
def cycles(virtual):
    """Truth, and the cycles of a run of 25 s."""
    made = virtual(placement="shank", shank_angle_deg=8.0)
    recording = made.session.recordings[0]
    stream = GridStream(has_gyr=True, rate_hz=208.0, acc_limit=None, gyr_limit=None)
    buffer, finder = SampleBuffer(), SwingFinder()
    for block in [*stream.push(recording.time_s, recording.acc, recording.gyr), *stream.flush()]:
        buffer.append(block)
    spans = [span for span in finder.find(buffer, final=True) if span[1] + ahead_of(span) < buffer.end]
    return made.truth, spans, measure_cycles(buffer, spans, finder.axis.direction)


def test_a_cycle_is_a_stride(cycles) -> None:
    """As many as the runner made but for the ends, each as long as the true stride to 3 %."""
    truth, spans, found = cycles
    stride_s = float(truth["ic_s"].diff().median())
    assert len(truth) - 4 <= len(spans) <= len(truth)
    assert np.median(found.length) / 200.0 == pytest.approx(stride_s, rel=0.03)
    assert not found.walking.any()


def test_the_landing_anchor_is_near_contact(cycles) -> None:
    """Within 50 ms of the true contact, in every cycle; the toe-off's anchor lies behind it."""
    truth, spans, found = cycles
    landing = np.array([span[0] for span in spans]) / 200.0 + found.landing_s
    off = np.abs(landing[:, None] - truth["ic_s"].to_numpy()[None, :]).min(axis=1)
    assert np.quantile(off, 0.95) < 0.05
    assert (found.toe_off.fastest_s > found.landing_s).all()


def test_the_vertical_is_one_and_leans_as_the_shank_does(cycles) -> None:
    """A unit vector at every sample, and its mean over a cycle points along the shank within 25 deg."""
    _, _, found = cycles
    np.testing.assert_allclose(np.linalg.norm(found.vertical, axis=2), 1.0, atol=1e-6)
    mean = found.vertical.mean(axis=(0, 1))
    assert np.linalg.norm(mean) > np.cos(np.radians(40.0))


def test_how_far_ahead_a_cycle_needs() -> None:
    """Two fifths of its length and the landing's snippet."""
    assert ahead_of((100, 240)) == round(LANDING_SHARE * 140) + AHEAD
