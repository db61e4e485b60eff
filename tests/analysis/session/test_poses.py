"""Attitude and path of each stride: against the virtual runner's motion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import gait
from gait.analysis.results import Analysis
from gait.analysis.session.poses import POSE_UNITS
from gait.frames import MOVEMENTS
from gait.recording.model import Recording
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.segment import SegmentState, at_point
from gait.virtual.runner.simulate import VirtualSession

SOLE = np.array([0.0, 0.0, SensorSettings().height_m])


def _own(table: pd.DataFrame, recording: Recording) -> pd.DataFrame:
    return table[(table["side"] == recording.side) & (table["placement"] == recording.placement)]


def _at(time_s: np.ndarray, values: np.ndarray, when: pd.Series) -> np.ndarray:
    return np.column_stack([np.interp(when, time_s, column) for column in values.T])


def _pitch_and_roll(state: SegmentState, side: str) -> np.ndarray:
    """(n, 2) deg: unwrapped turn in the plane of progression, and tilt of the left-right axis."""
    up = state.rotation.inv().apply([0.0, 0.0, 1.0])
    pitch = np.unwrap(np.arctan2(up[:, 0], up[:, 2]))
    return np.degrees(np.column_stack([pitch, MOVEMENTS["pronation", side].sign * np.arcsin(up[:, 1])]))


def test_poses_are_the_segments(true_run: VirtualSession, true_run_analysis: Analysis) -> None:
    """Pitch within 1 degree for 95 % of a run, roll within 3, a shoe's path within 2 cm, 4 in height."""
    table = gait.poses(true_run.session, true_run_analysis)
    assert table.attrs["units"] == POSE_UNITS
    assert set(POSE_UNITS.values()) == {"s", "deg", "m"}
    for one in true_run.session.recordings:
        _, state = true_run.motion[one.placement, one.side]
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
        moved = at_point(state, SOLE)[0]
        strides = true_run_analysis.strides.loc[own["stride"]]
        flat = (strides["ic_s"] + 0.425 * (strides["tc_s"] - strides["ic_s"])).to_numpy()
        way = _at(one.time_s, moved, own["time_s"]) - _at(one.time_s, moved, pd.Series(flat))
        assert (np.percentile(np.abs(path - way), 95, axis=0) < [0.02, 0.02, 0.04]).all()


def test_poses_fill_their_strides(true_run: VirtualSession, true_run_analysis: Analysis) -> None:
    """Each row lies in the stride that it names; rows of a stride are 5 ms apart; a path is its length."""
    table = gait.poses(true_run.session, true_run_analysis)
    shoe = table[table["placement"] == "shoe"]
    strides = true_run_analysis.strides.loc[shoe["stride"]]
    assert (strides["side"].to_numpy() == shoe["side"].astype(str).to_numpy()).all()
    assert (shoe["time_s"].to_numpy() >= strides["ic_s"].to_numpy()).all()
    assert (shoe["time_s"].to_numpy() < strides["next_ic_s"].to_numpy()).all()
    for _, one in shoe.groupby("stride"):
        assert np.diff(one["time_s"]) == pytest.approx(0.005)
        length = true_run_analysis.strides.loc[one["stride"].iloc[0], "stride_length_m"]
        assert one["x_m"].max() - one["x_m"].min() == pytest.approx(length, abs=0.1)


def test_a_gap_has_no_pose(true_run: VirtualSession) -> None:
    """Strides that touch a gap have no rows, and those beside them do."""
    shoe = true_run.session.recordings[0]
    assert shoe.gyr is not None
    keep = (shoe.time_s < 8.0) | (shoe.time_s > 8.4)
    cut = replace(shoe, time_s=shoe.time_s[keep], acc=shoe.acc[keep], gyr=shoe.gyr[keep])
    session = gait.Session("x", (cut,))
    table = gait.poses(session, gait.analyze(session))
    assert not table["time_s"].between(8.0, 8.4).any()
    assert table["time_s"].between(6.0, 7.0).any()
    assert table["time_s"].between(10.0, 11.0).any()
