"""Laws that every stride obeys, on strides of the virtual runner that were spoilt by a known cause."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.engine import strides_of
from gait.analysis.faults.closure import causes, closed_strides, explained, stride_spans
from gait.analysis.faults.unclosed import LAG_MARGIN
from gait.recording.model import Recording


@pytest.fixture(scope="module")
def run(virtual):
    """A sound run of a shoe, and its strides."""
    recording = virtual().session.recordings[0]
    return recording, strides_of(recording)[0]


def _late(recording: Recording, lag_s: float) -> Recording:
    gyr = [np.interp(recording.time_s - lag_s, recording.time_s, recording.gyr[:, k]) for k in range(3)]
    return replace(recording, gyr=np.column_stack(gyr))


def test_sound_strides_close(run) -> None:
    """Their mean force is gravity to 2 %, and no cause explains them so much better that it would be told."""
    recording, batch = run
    strides = closed_strides(batch, recording)
    assert len(strides) > 10
    plain = explained(strides, "none", 1.0)
    assert plain.gravity == pytest.approx(0.0, abs=0.02)
    assert plain.misfit - causes(strides, 1.0)[0].misfit < LAG_MARGIN


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_a_wrong_scale_of_the_gyroscope_is_measured(run, factor: float) -> None:
    """Undone by its factor the strides close again; the factor comes out to 3 %."""
    recording, batch = run
    strides = closed_strides(batch, replace(recording, gyr=recording.gyr * factor))
    assert abs(explained(strides, "none", 1.0).gravity) > abs(explained(strides, "gyr", factor).gravity)
    found = [one.value for one in causes(strides, 1.0) if one.name == "gyr"]
    assert min(abs(value / factor - 1.0) for value in found) < 0.03


def test_a_lag_of_the_gyroscope_is_measured(run) -> None:
    """Forty milliseconds late: found to 5 ms, and a better explanation than none."""
    recording, batch = run
    strides = closed_strides(batch, _late(recording, 0.04))
    found = causes(strides, 1.0)
    lags = [one.value for one in found if one.name == "lag"]
    assert min(abs(lag - 0.04) for lag in lags) < 0.005
    assert min(one.misfit for one in found if one.name == "lag") < explained(strides, "none", 1.0).misfit


def test_a_scale_of_the_accelerometer_is_measured(run) -> None:
    """Where nobody stood still, gravity that is 10 % too large may be the accelerometer's."""
    recording, batch = run
    strides = closed_strides(batch, replace(recording, acc=1.1 * recording.acc))
    (acc,) = [one for one in causes(strides) if one.name == "acc"]
    assert acc.value == pytest.approx(1.1, abs=0.02)
    assert acc.gravity == pytest.approx(0.0, abs=1e-9)


def test_what_cannot_be_judged(run) -> None:
    """No gyroscope, or too few strides: nothing; the spans asked for lie about the strides."""
    recording, batch = run
    assert closed_strides(batch, replace(recording, gyr=None)) is None
    assert closed_strides(batch.take(np.arange(len(batch)) < 4), recording) is None
    spans = stride_spans(batch)
    assert (spans[:, 1] - spans[:, 0] > 1.0).all()
    assert (spans[:, 0] < batch.ic_s.max()).all()
