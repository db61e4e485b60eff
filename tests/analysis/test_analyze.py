"""The whole analysis: against the virtual runner, with a given speed, refused where there is nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gait
from gait.analysis.analyze import AnalysisSettings, analyze
from gait.errors import SignalError
from gait.recording.model import RunInfo
from gait.recording.write import write_recording
from gait.virtual.runner.simulate import VirtualSession

QUICK = AnalysisSettings(waveforms=False)


@pytest.fixture(scope="module")
def made(virtual: Callable[..., VirtualSession]) -> VirtualSession:
    """A left shoe that runs for 20 s between two stands."""
    return virtual(seconds=20.0, speed_m_s=3.2)


@pytest.fixture(scope="module")
def analysis(made: VirtualSession) -> gait.Analysis:
    """Of that run."""
    return analyze(made.session, QUICK)


def test_metrics_hold_the_truth(made: VirtualSession, analysis: gait.Analysis) -> None:
    """Cadence, contact time, stride length and speed: each interval holds the true median."""
    truth = made.truth
    contact_ms = 1e3 * (truth["tc_s"] - truth["ic_s"]).median()
    stride_ms = 1e3 * truth["ic_s"].diff().median()
    for name, true in (
        ("contact_ms", contact_ms),
        ("cadence_spm", 120e3 / stride_ms),
        ("stride_length_m", truth["stride_length_m"].median()),
        ("speed_m_s", 3.2),
    ):
        metric = analysis.metrics[name]
        assert abs(metric.value - true) < max(metric.uncertainty, 0.01 * true), name


def test_every_part_is_there(made: VirtualSession, analysis: gait.Analysis) -> None:
    """Bouts cover the session; a sensor has its quality; what a single shoe cannot give says why."""
    (recording,) = made.session.recordings
    assert analysis.duration_s == pytest.approx(recording.time_s[-1] - recording.time_s[0], abs=1.0)
    assert 18.0 < analysis.time_in("running") < 22.0
    assert [sensor.name for sensor in analysis.sensors] == ["left shoe"]
    assert analysis.faults == ()
    assert analysis.waveforms == ()
    assert {"shank_angle_deg", "leg_stiffness_kn_m"} <= set(analysis.not_measured)
    assert not set(analysis.not_measured) & set(analysis.metrics)


def test_a_given_speed_calibrates(made: VirtualSession, analysis: gait.Analysis) -> None:
    """Of lengths that are 4 % short the calibrated ones are that much longer; times stay as they were."""
    usual = analysis.metrics["stride_length_m"].value
    speed = analysis.metrics["speed_m_s"].value
    longer = analyze(replace(made.session, run=RunInfo(speed_m_s=1.04 * speed)), QUICK)
    assert longer.metrics["stride_length_m"].value == pytest.approx(1.04 * usual, rel=0.01)
    assert longer.metrics["contact_ms"] == analysis.metrics["contact_ms"]
    factor = float(longer.settings["distance calibration"].removeprefix("x "))
    assert factor == pytest.approx(1.04, abs=0.01)


def test_a_path_is_as_good_as_a_session(made: VirtualSession, tmp_path: Path) -> None:
    """The folder of a session gives the table that the session read from it gives."""
    write_recording(made.session.recordings[0], tmp_path / "left_shoe.csv")
    one, other = analyze(tmp_path, QUICK), analyze(gait.read(tmp_path), QUICK)
    pd.testing.assert_frame_equal(one.strides, other.strides)


def test_nothing_is_refused_in_one_line(made: VirtualSession) -> None:
    """No recording, and one without a finite sample."""
    (recording,) = made.session.recordings
    with pytest.raises(SignalError, match="no recording"):
        analyze(gait.Session("empty", ()))
    lost = replace(recording, acc=np.full_like(recording.acc, np.nan))
    with pytest.raises(SignalError) as caught:
        analyze(gait.Session("lost", (lost,)))
    assert "\n" not in str(caught.value)
