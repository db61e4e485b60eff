"""Accuracy on the real recordings, per stride against their truth: goals with a margin, not fits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gait.analysis.analyze import analyze
from gait.analysis.engine import strides_of
from gait.recording.read import read

pytestmark = pytest.mark.shared_data


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(
    ("name", "ic_ms", "tc_ms", "bias_ms"), [("foot", 11.0, 10.0, 7.0), ("shank", 6.0, 8.0, 10.0)]
)
def test_treadmill_contacts(shared, match, side, name, ic_ms, tc_ms, bias_ms) -> None:
    """Each sensor finds every contact a second from the ends; the shoe is fitted on other runners alone."""
    recording = read(shared / "treadmill_fast" / f"{side}_{name}.csv").recordings[0]
    truth = pd.read_csv(shared / "treadmill_fast" / "truth.csv")
    truth = truth[truth["side"] == side]
    strides, _ = strides_of(recording)
    rows, at = match(strides.ic_s, truth["ic_s"].to_numpy())
    assert len(rows) == len(strides)
    inner = (truth["ic_s"] > 1.0) & (truth["tc_s"] < recording.time_s[-1] - 1.0)
    known = set(np.round(strides.ic_s, 1)) | set(np.round(strides.next_ic_s, 1))
    assert len(known) >= inner.sum()
    ic = 1e3 * (strides.ic_s[rows] - truth["ic_s"].to_numpy()[at])
    tc = 1e3 * (strides.tc_s[rows] - truth["tc_s"].to_numpy()[at])
    assert np.abs(ic).mean() < ic_ms
    assert np.abs(tc).mean() < tc_ms
    assert abs((tc - ic).mean()) < bias_ms


@pytest.mark.parametrize("side", ["left", "right"])
def test_shoe_and_shank_agree(shared, match, side) -> None:
    """Contacts of the same leg from its two sensors differ by less than 8 ms on average."""
    shoe, shank = (
        strides_of(read(shared / "treadmill_fast" / f"{side}_{name}.csv").recordings[0])[0]
        for name in ("foot", "shank")
    )
    rows, at = match(shoe.ic_s, shank.ic_s)
    assert len(rows) >= 23
    assert 1e3 * np.abs(shoe.ic_s[rows] - shank.ic_s[at]).mean() < 8.0


@pytest.mark.parametrize("side", ["left", "right"])
def test_treadmill_strike_angle(shared, match, side) -> None:
    """Median of 20 steps within 3 degrees."""
    recording = read(shared / "treadmill_fast" / f"{side}_foot.csv").recordings[0]
    truth = pd.read_csv(shared / "treadmill_fast" / "truth.csv")
    truth = truth[truth["side"] == side]
    strides, _ = strides_of(recording)
    rows, at = match(strides.ic_s, truth["ic_s"].to_numpy())
    error = np.median(strides.strike_angle_deg[rows][:20]) - np.median(truth["fsa_deg"].to_numpy()[at][:20])
    assert abs(error) < 3.0


def test_treadmill_folder(shared) -> None:
    """The whole folder: cadence, and left and right, shoe and shank together."""
    analysis = analyze(read(shared / "treadmill_fast"))
    assert analysis.metrics["cadence_spm"].value == pytest.approx(179.6, abs=0.5)
    assert {one.name for one in analysis.sensors} == {"left shoe", "right shoe", "left shank", "right shank"}
    assert not analysis.strides.duplicated(["side", "ic_s"]).any()
    assert analysis.strides["frontal_excursion_deg"].notna().mean() > 0.8


@pytest.mark.parametrize(("trial", "mae_ms"), [(0, 10.0), (1, 10.0), (12, 13.0)])
def test_shank_force_contact_time(shared, match, trial, mae_ms) -> None:
    """A clipped accelerometer on the shank, no gyroscope: contact time, and no contact missed inside."""
    session = read(shared / "shank_force" / f"trial_{trial:02d}.csv", placement="shank", side="left")
    truth = pd.read_csv(shared / "shank_force" / "truth.csv")
    truth = truth[truth["trial"] == trial]
    strides, _ = strides_of(session.recordings[0])
    rows, at = match(strides.ic_s, truth["ic_s"].to_numpy())
    error = 1e3 * ((strides.tc_s - strides.ic_s)[rows] - (truth["tc_s"] - truth["ic_s"]).to_numpy()[at])
    assert np.nanmean(np.abs(error)) < mae_ms
    assert len(rows) >= len(truth) - 2


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_fast_shank_without_gyroscope_still_runs(shared, side) -> None:
    """At 180 steps a minute the force along the shank does not tell the end of contact: none is given."""
    recording = read(shared / "treadmill_fast" / f"{side}_shank.csv").recordings[0]
    strides, _ = strides_of(replace(recording, gyr=None))
    assert len(strides) >= 23
    assert (strides.walking < 0.5).mean() > 0.9
    contact = strides.tc_s - strides.ic_s
    assert not (contact > 0.3).any()


def test_outdoor_gyro(shared) -> None:
    """Contact time within 25 ms of the pod, and a stride for nearly every second step."""
    pod = pd.read_csv(shared / "outdoor_gyro" / "pod_reference.csv")
    strides, _ = strides_of(read(shared / "outdoor_gyro" / "right_shoe.csv").recordings[0])
    steady = strides.ic_s > 8.0
    theirs = np.interp(strides.ic_s[steady], pod["time_s"], pod["stance_ms"])
    ours = 1e3 * (strides.tc_s - strides.ic_s)[steady]
    assert abs(np.median(ours - theirs)) < 25.0
    assert 134 <= len(strides) <= 144


def test_outdoor_run(shared) -> None:
    """Accelerometer alone: cadence and contact, and what it cannot tell is said."""
    analysis = analyze(read(shared / "outdoor_run" / "left_shoe.csv"))
    assert 145 < analysis.metrics["cadence_spm"].value < 165
    assert 200 < analysis.metrics["contact_ms"].value < 350
    assert "strike_angle_deg" not in analysis.metrics
    assert analysis.not_measured["strike_angle_deg"] == "not measurable without a gyroscope"
    still = [bout for bout in analysis.activity if bout.kind == "still"]
    times = analysis.strides["ic_s"].to_numpy()
    assert not any(((times > b.start_s + 0.5) & (times < b.end_s - 0.5)).any() for b in still)


def test_instep_indoor(shared) -> None:
    """Jogs are running, the walk is walking; nothing while standing at either end."""
    for folder in sorted((shared / "instep_indoor").iterdir()):
        analysis = analyze(read(folder))
        walked = analysis.time_in("walking") > analysis.time_in("running")
        assert walked == folder.name.startswith("2017-11-22"), folder.name
        assert analysis.strides["ic_s"].min() > 1.0
