"""The mean stride against the virtual runner's motion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.engine import strides_of
from gait.analysis.session.waveform import mean_waveform, waveform_spans
from gait.analysis.strides.detector import Alignment
from gait.units import STANDARD_GRAVITY


@pytest.fixture(scope="module")
def run(virtual):
    """A rearfoot runner at 3 m/s: truth, samples, strides and alignment."""
    made = virtual(strike_angle_deg=15.0, speed_m_s=3.0)
    recording = made.session.recordings[0]
    batch, engine = strides_of(recording)
    return made.truth, recording, batch, engine.detector.alignment


def test_the_mean_stride_is_the_runners(run) -> None:
    """It goes forward by the true stride length within 3 %, ends at its height, begins toes up."""
    truth, recording, batch, alignment = run
    wave = mean_waveform(recording, batch, alignment)
    assert wave is not None
    assert wave.acc_g.shape == wave.gyr_dps.shape == (101, 3)
    assert wave.path_m[-1, 0] == pytest.approx(float(truth["stride_length_m"].median()), rel=0.03)
    assert wave.path_m[-1, 2] == pytest.approx(0.0, abs=0.01)
    assert wave.path_m[:, 2].max() > 0.05
    assert wave.pitch_deg[0] == pytest.approx(15.0, abs=4.0)
    contact = float((truth["tc_s"] - truth["ic_s"]).median() / truth["ic_s"].diff().median())
    assert wave.tc_pct == pytest.approx(100.0 * contact, abs=2.0)
    assert np.isnan(wave.roll_deg[-1])


def test_without_axes_there_is_the_norm_alone(run) -> None:
    """An accelerometer, or an unknown mounting: the norm of the force in the first column, no pose."""
    _, recording, batch, _ = run
    wave = mean_waveform(replace(recording, gyr=None), batch, Alignment())
    assert wave is not None
    assert np.isfinite(wave.acc_g[:, 0]).all()
    assert np.isnan(wave.acc_g[:, 1:]).all()
    assert wave.pitch_deg is None
    norm = np.linalg.norm(recording.acc, axis=1) / STANDARD_GRAVITY
    assert wave.acc_g[:, 0].max() < norm.max()


def test_a_path_that_does_not_close_is_not_drawn(run) -> None:
    """Impacts cut off by the sensor's range: attitude yes, path no."""
    _, recording, batch, alignment = run
    wave = mean_waveform(recording, batch, replace(alignment, newest_closure_error=0.2))
    assert wave is not None
    assert wave.path_m is None
    assert wave.pitch_deg is not None


def test_few_strides_make_no_mean(run) -> None:
    """Five strides are none; the spans that are asked for reach one stride behind."""
    _, recording, batch, alignment = run
    few = batch.take(np.arange(len(batch)) < 5)
    assert mean_waveform(recording, few, alignment) is None
    assert waveform_spans(few).shape == (0, 2)
    spans = waveform_spans(batch)
    np.testing.assert_allclose(
        spans[:, 1] - spans[:, 0], 2.0 * np.median(batch.next_ic_s - batch.ic_s), rtol=0.2
    )
