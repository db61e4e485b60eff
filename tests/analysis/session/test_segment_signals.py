"""Samples in the segment's frame, attitude and path, mean strides: against the virtual runner's motion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import gait
from gait.analysis.results import Analysis
from gait.analysis.session.poses import POSE_UNITS
from gait.analysis.session.segment_signals import axes_at
from gait.errors import SignalError, UsageError
from gait.frames import MOVEMENTS
from gait.recording.model import Recording
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.segment import SegmentState, at_point, specific_force
from gait.virtual.runner.simulate import RunnerSettings, VirtualSession, simulate

SENSOR = SensorSettings()
PLACES = {
    "shoe": np.array([0.0, 0.0, SENSOR.height_m]),
    "shank": np.array([SENSOR.shank_front_m, 0.0, SENSOR.shank_height_m]),
}


@pytest.fixture(scope="module")
def run() -> VirtualSession:
    """Both legs, shoe and shank, standing and then running, with the true motion."""
    runner = RunnerSettings(parts=(("stand", 2.0), ("run", 14.0), ("stand", 1.0)), style_seed=2)
    return simulate(runner, SENSOR, placements=("shoe", "shank"), seed=2, keep_motion=True)


@pytest.fixture(scope="module")
def analysis(run: VirtualSession) -> Analysis:
    """Of that run."""
    return gait.analyze(run.session)


def _own(table: pd.DataFrame, recording: Recording) -> pd.DataFrame:
    return table[(table["side"] == recording.side) & (table["placement"] == recording.placement)]


def _at(time_s: np.ndarray, values: np.ndarray, when: pd.Series) -> np.ndarray:
    return np.column_stack([np.interp(when, time_s, column) for column in values.T])


def _pitch_and_roll(state: SegmentState, side: str) -> np.ndarray:
    """(n, 2) deg: unwrapped turn in the plane of progression, and tilt of the left-right axis."""
    up = state.rotation.inv().apply([0.0, 0.0, 1.0])
    pitch = np.unwrap(np.arctan2(up[:, 0], up[:, 2]))
    return np.degrees(np.column_stack([pitch, MOVEMENTS["pronation", side].sign * np.arcsin(up[:, 1])]))


def test_aligned_signals_are_the_segments(run: VirtualSession, analysis: Analysis) -> None:
    """However a sensor was mounted, its samples come out as the segment's own, to 6 % of their size.

    A shank's accelerometer alone may differ by a fifth: skin and strap move on the bone.
    """
    table = gait.aligned(run.session, analysis)
    assert len(table) == sum(len(one.time_s) for one in run.session.recordings)
    assert table.attrs["units"] == {
        "time_s": "s",
        **{f"acc_{axis}": "m/s2" for axis in "xyz"},
        **{f"gyr_{axis}": "deg/s" for axis in "xyz"},
    }
    assert table.attrs["left_out"] == {}
    for one in run.session.recordings:
        _, state = run.motion[one.placement, one.side]
        own = _own(table, one)
        rate = np.radians(own[["gyr_x", "gyr_y", "gyr_z"]].to_numpy())
        force = specific_force(state, PLACES[one.placement])
        for found, true, share in (
            (rate, state.rate, 0.06),
            (own[["acc_x", "acc_y", "acc_z"]].to_numpy(), force, 0.06 if one.placement == "shoe" else 0.2),
        ):
            assert np.sqrt(((found - true) ** 2).mean()) < share * np.sqrt((true**2).mean())


def test_poses_are_the_segments(run: VirtualSession, analysis: Analysis) -> None:
    """Pitch within 1 degree for 95 % of a run, roll within 3, a shoe's path within 2 cm, 4 in height."""
    table = gait.poses(run.session, analysis)
    assert table.attrs["units"] == POSE_UNITS
    assert set(POSE_UNITS.values()) == {"s", "deg", "m"}
    for one in run.session.recordings:
        _, state = run.motion[one.placement, one.side]
        own = _own(table, one).dropna(subset="pitch_deg")
        assert own["stride"].nunique() >= 16
        true = _at(one.time_s, _pitch_and_roll(state, one.side), own["time_s"])
        off = (own["pitch_deg"] - true[:, 0] + 180.0) % 360.0 - 180.0
        assert np.percentile(np.abs(off), 95) < 1.0
        assert np.percentile(np.abs(own["inward_deg"] - true[:, 1]), 95) < 3.0
        path = own[["x_m", "y_m", "z_m"]].to_numpy()
        if one.placement == "shank":
            assert np.isnan(path).all()
            continue
        moved = at_point(state, PLACES["shoe"])[0]
        strides = analysis.strides.loc[own["stride"]]
        flat = (strides["ic_s"] + 0.425 * (strides["tc_s"] - strides["ic_s"])).to_numpy()
        way = _at(one.time_s, moved, own["time_s"]) - _at(one.time_s, moved, pd.Series(flat))
        assert (np.percentile(np.abs(path - way), 95, axis=0) < [0.02, 0.02, 0.04]).all()


def test_poses_fill_their_strides(run: VirtualSession, analysis: Analysis) -> None:
    """Each row lies in the stride that it names; rows of a stride are 5 ms apart; a path is its length."""
    table = gait.poses(run.session, analysis)
    shoe = table[table["placement"] == "shoe"]
    strides = analysis.strides.loc[shoe["stride"]]
    assert (strides["side"].to_numpy() == shoe["side"].astype(str).to_numpy()).all()
    assert (shoe["time_s"].to_numpy() >= strides["ic_s"].to_numpy()).all()
    assert (shoe["time_s"].to_numpy() < strides["next_ic_s"].to_numpy()).all()
    for _, one in shoe.groupby("stride"):
        assert np.diff(one["time_s"]) == pytest.approx(0.005)
        length = analysis.strides.loc[one["stride"].iloc[0], "stride_length_m"]
        assert one["x_m"].max() - one["x_m"].min() == pytest.approx(length, abs=0.1)


def test_mean_strides(analysis: Analysis) -> None:
    """101 rows a sensor, the numbers of the report's figures, NaN where there is none, units for each."""
    table = gait.waveforms(analysis)
    assert len(table) == 101 * len(analysis.waveforms)
    assert table["stride_pct"].tolist()[:101] == list(range(101))
    assert set(table.attrs["units"]) == set(table.columns) - {"side", "placement"}
    for wave in analysis.waveforms:
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
    assert len(gait.waveforms(replace(analysis, waveforms=()))) == 0


def test_what_has_no_axes_is_left_out(run: VirtualSession) -> None:
    """An accelerometer alone, and a shank that nobody stood still on, are named with the reason."""
    shoe, _, shank, _ = run.session.recordings
    late = shank.time_s > 4.0
    assert shank.gyr is not None
    session = gait.Session(
        "x",
        (
            shoe,
            replace(run.session.recordings[1], gyr=None),
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


def test_a_gap_has_no_pose(run: VirtualSession) -> None:
    """Strides that touch a gap have no rows, and those beside them do."""
    shoe = run.session.recordings[0]
    assert shoe.gyr is not None
    keep = (shoe.time_s < 8.0) | (shoe.time_s > 8.4)
    cut = replace(shoe, time_s=shoe.time_s[keep], acc=shoe.acc[keep], gyr=shoe.gyr[keep])
    session = gait.Session("x", (cut,))
    table = gait.poses(session, gait.analyze(session))
    assert not table["time_s"].between(8.0, 8.4).any()
    assert table["time_s"].between(6.0, 7.0).any()
    assert table["time_s"].between(10.0, 11.0).any()


def test_other_things_are_refused(run: VirtualSession, analysis: Analysis) -> None:
    """What is no session or no analysis is named, with what to give."""
    for wrong in (
        lambda: gait.aligned(analysis, analysis),
        lambda: gait.poses(run.session, run.session),
        lambda: gait.waveforms(run.session),
    ):
        with pytest.raises(UsageError, match=r"gait\..*: got .*; give"):
            wrong()
