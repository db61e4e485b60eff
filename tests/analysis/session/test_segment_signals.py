"""Samples in the segment's frame, attitude and path, mean strides: against the virtual runner's motion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import gait
from gait.analysis.results import Analysis
from gait.analysis.session.segment_signals import axes_at
from gait.errors import SignalError, UsageError
from gait.recording.model import Recording
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.segment import specific_force
from gait.virtual.runner.simulate import VirtualSession

SENSOR = SensorSettings()
PLACES = {
    "shoe": np.array([0.0, 0.0, SENSOR.height_m]),
    "shank": np.array([SENSOR.shank_front_m, 0.0, SENSOR.shank_height_m]),
}


def _own(table: pd.DataFrame, recording: Recording) -> pd.DataFrame:
    return table[(table["side"] == recording.side) & (table["placement"] == recording.placement)]


def test_aligned_signals_are_the_segments(true_run: VirtualSession, true_run_analysis: Analysis) -> None:
    """However a sensor was mounted, its samples come out as the segment's own, to 6 % of their size.

    A shank's accelerometer alone may differ by a fifth: skin and strap move on the bone.
    """
    table = gait.aligned(true_run.session, true_run_analysis)
    assert len(table) == sum(len(one.time_s) for one in true_run.session.recordings)
    assert table.attrs["units"] == {
        "time_s": "s",
        **{f"acc_{axis}": "m/s2" for axis in "xyz"},
        **{f"gyr_{axis}": "deg/s" for axis in "xyz"},
    }
    assert table.attrs["left_out"] == {}
    for one in true_run.session.recordings:
        _, state = true_run.motion[one.placement, one.side]
        own = _own(table, one)
        rate = np.radians(own[["gyr_x", "gyr_y", "gyr_z"]].to_numpy())
        force = specific_force(state, PLACES[one.placement])
        for found, true, share in (
            (rate, state.rate, 0.06),
            (own[["acc_x", "acc_y", "acc_z"]].to_numpy(), force, 0.06 if one.placement == "shoe" else 0.2),
        ):
            assert np.sqrt(((found - true) ** 2).mean()) < share * np.sqrt((true**2).mean())


def test_mean_strides(true_run_analysis: Analysis) -> None:
    """101 rows a sensor, the numbers of the report's figures, NaN where there is none, units for each."""
    table = gait.waveforms(true_run_analysis)
    assert len(table) == 101 * len(true_run_analysis.waveforms)
    assert table["stride_pct"].tolist()[:101] == list(range(101))
    assert set(table.attrs["units"]) == set(table.columns) - {"side", "placement"}
    for wave in true_run_analysis.waveforms:
        own = table[(table["side"] == wave.side) & (table["placement"] == wave.placement)]
        name = f"{wave.side} {wave.placement}"
        assert table.attrs["strides"][name] == wave.n
        assert table.attrs["tc_pct"][name] == wave.tc_pct
        if wave.placement == "shoe":
            assert np.array_equal(own["acc_z_g"], wave.acc_g[:, 2])
            assert np.array_equal(own["pitch_deg"], wave.pitch_deg)
            assert own["acc_norm_g"].isna().all()
        else:
            assert np.array_equal(own["acc_norm_g"], wave.acc_g[:, 0])
            assert own["acc_x_g"].isna().all()
    assert len(gait.waveforms(replace(true_run_analysis, waveforms=()))) == 0


def test_what_has_no_axes_is_left_out(true_run: VirtualSession) -> None:
    """An accelerometer alone, and a shank that nobody stood still on, are named with the reason."""
    shoe, _, shank, _ = true_run.session.recordings
    late = shank.time_s > 4.0
    assert shank.gyr is not None
    session = gait.Session(
        "x",
        (
            shoe,
            replace(true_run.session.recordings[1], gyr=None),
            replace(shank, time_s=shank.time_s[late], acc=shank.acc[late], gyr=shank.gyr[late]),
        ),
    )
    analysis = gait.analyze(session)
    for table in (gait.aligned(session, analysis), gait.poses(session, analysis)):
        assert set(table["side"]) == {"left"}
        assert set(table["placement"]) == {"shoe"}
        assert table.attrs["left_out"]["right shoe"] == "no gyroscope"
    alone = gait.Session("x", session.recordings[1:2])
    with pytest.raises(SignalError, match="no sensor whose axes were found; right shoe: no gyroscope"):
        gait.aligned(alone, gait.analyze(alone))
    with pytest.raises(SignalError, match="no left shoe in this analysis"):
        gait.poses(session, gait.analyze(alone))


def test_axes_hold_from_their_time_on() -> None:
    """The first ones hold before their time too; behind a shift of the sensor those found there."""
    first, second = np.eye(3), -np.eye(3)
    found = axes_at(((5.0, first), (20.0, second)), np.array([0.0, 19.9, 20.0, 99.0]))
    assert found[:, 0, 0].tolist() == [1.0, 1.0, -1.0, -1.0]


def test_other_things_are_refused(true_run: VirtualSession, true_run_analysis: Analysis) -> None:
    """What is no session or no analysis is named, with what to give."""
    for wrong in (
        lambda: gait.aligned(true_run_analysis, true_run_analysis),
        lambda: gait.poses(true_run.session, true_run.session),
        lambda: gait.waveforms(true_run.session),
    ):
        with pytest.raises(UsageError, match=r"gait\..*: got .*; give"):
            wrong()
