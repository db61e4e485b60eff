"""BIDS data sets with motion data: written, checked by the community's validator, and read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gait
from gait.cli.main import main
from gait.errors import RecordingError, UsageError
from gait.exchange.bids import Event, Markers, write_bids
from gait.exchange.bids_reader import read_bids, read_bids_markers
from gait.exchange.markers import read_markers
from gait.recording.model import RunnerInfo, Session
from gait.recording.write import write_recording
from gait.virtual.runner.simulate import VirtualSession

VALIDATOR = "bids-validator-deno"


@pytest.fixture(scope="session")
def session(virtual: Callable[..., VirtualSession]) -> Session:
    """A left shoe with a gap, and a left shank without gyroscope that began half a second later."""
    shoe = virtual(seconds=12.0).session.recordings[0]
    shank = virtual(seconds=12.0, placement="shank").session.recordings[0]
    keep = (shoe.time_s < 3.0) | (shoe.time_s > 3.4)
    late = shank.time_s > 0.5
    return Session(
        "Ann's run",
        (
            replace(shoe, time_s=shoe.time_s[keep], acc=shoe.acc[keep], gyr=shoe.gyr[keep]),
            replace(shank, time_s=shank.time_s[late], acc=shank.acc[late], gyr=None),
        ),
        runner=RunnerInfo(mass_kg=61.5),
    )


def test_what_is_written_is_read(session: Session, tmp_path: Path) -> None:
    """Samples, times, gaps, places and full scales come back; the runner's name is not in."""
    write_bids(session, tmp_path / "set", "01")
    back = read_bids(tmp_path / "set")
    for ours, theirs in zip(session.recordings, back.recordings, strict=True):
        assert (theirs.placement, theirs.side) == (ours.placement, ours.side)
        assert (theirs.acc_range_g, theirs.gyr_range_dps) == (ours.acc_range_g, ours.gyr_range_dps)
        np.testing.assert_allclose(theirs.time_s, ours.time_s, atol=1e-6)
        np.testing.assert_allclose(theirs.acc, ours.acc, atol=1e-6)
        assert (theirs.gyr is None) == (ours.gyr is None)
        if ours.gyr is not None:
            np.testing.assert_allclose(theirs.gyr, ours.gyr, atol=1e-6)
    first, second = gait.analyze(session).strides, gait.analyze(back).strides
    np.testing.assert_allclose(first["ic_s"], second["ic_s"], atol=1e-4)
    text = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "set").rglob("*.[jtm][sd]*"))
    assert "Ann" not in text


def test_tables_follow_the_standard(session: Session, tmp_path: Path) -> None:
    """As many columns as channels, no header, required keys and columns, each runner once."""
    events = [Event(1.25, "tc", "left"), Event(1.0, "ic", "left"), Event(float("nan"), "tc", "left")]
    write_bids(session, tmp_path / "set", "01", events)
    write_bids(session, tmp_path / "set", "02")
    motion = tmp_path / "set" / "sub-01" / "motion"
    stem = "sub-01_task-running_tracksys-leftshoe"
    channels = pd.read_csv(motion / f"{stem}_channels.tsv", sep="\t", keep_default_na=False)
    assert channels["type"].tolist() == ["LATENCY", *["ACCEL"] * 3, *["GYRO"] * 3]
    assert channels["component"].tolist() == ["n/a", *"xyz", *"xyz"]
    samples = pd.read_csv(motion / f"{stem}_motion.tsv", sep="\t", header=None)
    assert samples.shape == (len(session.recordings[0].time_s), len(channels))
    sidecar = json.loads((motion / f"{stem}_motion.json").read_text(encoding="utf-8"))
    assert sidecar["SamplingFrequency"] == session.recordings[0].rate_hz
    assert {"TaskName", "TrackingSystemName"} <= set(sidecar)
    table = pd.read_csv(motion / "sub-01_task-running_events.tsv", sep="\t")
    assert table[["onset", "duration", "trial_type", "side"]].to_numpy().tolist() == [
        [1.0, 0, "ic", "left"],
        [1.25, 0, "tc", "left"],
    ]
    people = (tmp_path / "set" / "participants.tsv").read_text(encoding="utf-8")
    assert people == "participant_id\tmass_kg\theight_m\nsub-01\t61.5\tn/a\nsub-02\t61.5\tn/a\n"


def test_a_set_of_another_make(tmp_path: Path) -> None:
    """Without LATENCY, in g and deg/s, several sensors in one system, missing cells: right."""
    motion = tmp_path / "sub-7" / "motion"
    motion.mkdir(parents=True)
    stem = "sub-7_task-walk_tracksys-imu"
    rows = ["name\tcomponent\ttype\ttracked_point\tunits"]
    for point in ("LeftFoot", "Pelvis", "rightAnkle", "rightShank"):
        for kind, unit in (("ACCEL", "g"), ("GYRO", "deg/s")):
            rows += [f"{point}_{kind}_{axis}\t{axis}\t{kind}\t{point}\t{unit}" for axis in "xyz"]
    (motion / f"{stem}_channels.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    cells = [[str(row + 0.01 * column) for column in range(24)] for row in range(5)]
    cells[2] = ["n/a"] * 24
    (motion / f"{stem}_motion.tsv").write_text(
        "".join("\t".join(row) + "\n" for row in cells), encoding="utf-8"
    )
    (motion / f"{stem}_motion.json").write_text('{"SamplingFrequency": 50}', encoding="utf-8")
    foot, shank = read_bids(tmp_path).recordings
    assert (foot.name, shank.name) == ("left shoe", "right shank")
    assert foot.time_s.tolist() == [0.0, 0.02, 0.06, 0.08]
    np.testing.assert_allclose(foot.acc[1], 9.80665 * np.array([1.0, 1.01, 1.02]))
    np.testing.assert_allclose(shank.gyr[3], np.radians([4.21, 4.22, 4.23]))


def test_what_cannot_be_read_or_written(session: Session, tmp_path: Path) -> None:
    """A subject is never overwritten, other files are left alone, and faults of a set are named."""
    folder = tmp_path / "set"
    write_bids(session, folder, "01")
    with pytest.raises(UsageError, match="is there already"):
        write_bids(session, folder, "01")
    with pytest.raises(UsageError, match="letters and digits"):
        write_bids(session, folder, "../01")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="holds other files"):
        write_bids(session, tmp_path / "mine", "01")
    with pytest.raises(RecordingError, match="no file called"):
        read_bids(tmp_path / "mine")
    channels = folder / "sub-01" / "motion" / "sub-01_task-running_tracksys-leftshoe_channels.tsv"
    text = channels.read_text(encoding="utf-8")
    for old, new, message in (
        ("m/s^2", "furlong", "ACCEL in 'furlong'"),
        ("units", "unit", "no column units"),
    ):
        channels.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(RecordingError, match=message):
            read_bids(folder)
    channels.write_text(text.replace("left_shoe", "chair"), encoding="utf-8")
    with pytest.raises(RecordingError, match=r"tracked points are: .*chair"):
        read_bids(channels.with_name(channels.name.replace("channels", "motion")))


def test_the_validator_finds_no_error(
    session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The BIDS community's own validator reports no error on two subjects of ``gait export``."""
    run = tmp_path / "run"
    run.mkdir()
    for recording in session.recordings:
        write_recording(recording, run / f"{recording.side}_{recording.placement}.csv")
    write_bids(session, tmp_path / "set", "01", markers=_markers())
    assert main(["export", str(run), "--bids", str(tmp_path / "set")]) == 0
    assert "sub-02" in capsys.readouterr().err
    events = pd.read_csv(tmp_path / "set" / "sub-02" / "motion" / "sub-02_task-running_events.tsv", sep="\t")
    assert len(events[events["trial_type"] == "ic"]) > 12
    assert len(events[events["trial_type"] == "tc"]) > 12
    _validate(tmp_path / "set")


def _markers() -> Markers:
    """Two markers for half a second, one of them lost for a frame."""
    times = np.arange(100) / 200.0
    heel = np.column_stack([times, 0.1 + 0.0 * times, 0.03 + np.sin(times)])
    toe = heel + np.array([0.2, 0.0, 0.0])
    toe[50] = np.nan
    return Markers(times, {"L HEE": heel, "LTOE": toe})


def _validate(folder: Path) -> None:
    """Assert that the validator, which comes with the test tools, reports no error."""
    beside = Path(sys.executable).with_name(VALIDATOR)
    program = str(beside) if beside.exists() else shutil.which(VALIDATOR)
    if program is None:
        pytest.skip(f"BIDS DATA SET NOT VALIDATED: no {VALIDATOR} on this machine (pip install {VALIDATOR})")
    done = subprocess.run(
        [program, str(folder), "--format", "json"], capture_output=True, text=True, check=False
    )
    issues = json.loads(done.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue["severity"] == "error"] == []
    assert done.returncode == 0


def test_a_set_of_a_laboratory(session: Session, tmp_path: Path) -> None:
    """The form of a public set (Kiel, system validation): a suit of IMUs beside motion capture, no LATENCY.

    Sixteen points with magnetometers, one rate stated as effective, marker positions of another system at
    another rate; the feet win over ankles, and the samples are those of the suit.
    """
    motion = tmp_path / "sub-pp9" / "motion"
    motion.mkdir(parents=True)
    shoe = session.recordings[0]
    assert shoe.gyr is not None
    points = ("head", "pelvis", "leftAnkle", "leftFoot", "leftShank", "rightFoot", "pocket")
    rows, columns = ["name\tcomponent\ttype\ttracked_point\tunits\tsampling_frequency"], []
    for kind, unit, values in (
        ("ACCEL", "m/s^2", shoe.acc),
        ("GYRO", "rad/s", shoe.gyr),
        ("MAGN", "T", shoe.acc),
    ):
        for number, point in enumerate(points):
            rows += [f"{point}_{kind}_{axis}\t{axis}\t{kind}\t{point}\t{unit}\t199.905" for axis in "xyz"]
            columns += list((values[:500] + (0.0 if point == "leftFoot" else number)).T)
    _system(motion, "imu", rows, np.array(columns).T, {"SamplingFrequencyEffective": 199.905})
    marks = [f"lToe_POS_{axis}\t{axis}\tPOS\tlToe\tm\t99.95" for axis in "xyz"]
    _system(motion, "omc", [rows[0], *marks], np.ones((250, 3)), {"SamplingFrequency": 99.95})
    for path in (tmp_path, motion / "sub-pp9_task-walk_tracksys-imu_motion.tsv"):
        back = read_bids(path)
        assert [one.name for one in back.recordings] == ["left shoe", "right shoe", "left shank"]
        left = back.recordings[0]
        np.testing.assert_allclose(left.acc, shoe.acc[:500], atol=1e-6)
        np.testing.assert_allclose(left.time_s, np.arange(500) / 199.905, atol=1e-9)
    (motion / "sub-pp9_task-walk_tracksys-imu_motion.tsv").write_text("", encoding="utf-8")
    with pytest.raises(RecordingError, match="holds no samples"):
        read_bids(tmp_path)


def _system(motion: Path, name: str, rows: list[str], samples: np.ndarray, sidecar: dict[str, float]) -> None:
    """Write one tracking system of a run."""
    stem = f"sub-pp9_task-walk_tracksys-{name}"
    (motion / f"{stem}_channels.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    np.savetxt(motion / f"{stem}_motion.tsv", samples, delimiter="\t", fmt="%.8f")
    body = {"TaskName": "walk", "TrackingSystemName": name, **sidecar}
    (motion / f"{stem}_motion.json").write_text(json.dumps(body), encoding="utf-8")


def test_positions_are_written_and_read(session: Session, tmp_path: Path) -> None:
    """Markers beside sensors are a system of their own: m, n/a where unseen; the sensors read as before."""
    write_bids(session, tmp_path / "set", "01", markers=_markers())
    times, places = read_bids_markers(tmp_path / "set")
    assert list(places) == ["L_HEE", "LTOE"]
    np.testing.assert_allclose(times, _markers().time_s, atol=1e-6)
    np.testing.assert_allclose(places["L_HEE"], _markers().places["L HEE"], atol=1e-6)
    assert np.flatnonzero(np.isnan(places["LTOE"][:, 0])).tolist() == [50]
    assert len(read_bids(tmp_path / "set").recordings) == 2
    file = tmp_path / "set" / "sub-01" / "motion" / "sub-01_task-running_tracksys-optical_motion.tsv"
    again, same = read_markers(file)
    assert len(again) == 100
    assert list(same) == list(places)
    _, none = read_bids_markers(file.with_name(file.name.replace("optical", "leftshoe")))
    assert none == {}


def test_a_public_set_that_breaks_the_standard(session: Session, tmp_path: Path) -> None:
    """The form of ds005258 on OpenNeuro: names with underscores, g and deg/s, no sidecar, a column of errors.

    The rate stands in the channels alone; markers are in mm, each with a channel that is no axis.
    """
    shoe = session.recordings[0]
    assert shoe.gyr is not None
    motion = tmp_path / "sub-pp001" / "motion"
    motion.mkdir(parents=True)
    head = "name\tcomponent\ttype\ttracked_point\tunits\tsampling_frequency"
    rows, columns = [head], []
    for kind, unit, values in (("ACCEL", "g", shoe.acc / 9.80665), ("GYRO", "deg/s", np.degrees(shoe.gyr))):
        for point in ("head", "left_ankle", "left_foot", "left_fore_arm", "right_shank"):
            rows += [f"{point}_{kind}_{axis}\t{axis}\t{kind}\t{point}\t{unit}\t200" for axis in "xyz"]
            columns += list(values[:400].T)
    _system(motion, "imu", rows, np.array(columns).T, {})
    marks = [head]
    for point in ("l_heel", "l_toe"):
        marks += [f"{point}_{axis}\t{axis}\tPOS\t{point}\tmm\t100" for axis in ("x", "y", "z")]
        marks += [f"{point}_err\tn/a\tPOS\t{point}\tmm\t100"]
    _system(motion, "omc", marks, np.tile(np.arange(8.0), (200, 1)), {})
    for file in motion.glob("*_motion.json"):
        file.unlink()
    back = read_bids(tmp_path)
    assert [one.name for one in back.recordings] == ["left shoe", "left shank", "right shank"]
    left = back.recordings[0]
    assert left.gyr is not None
    assert left.rate_hz == 200.0
    np.testing.assert_allclose(left.acc, shoe.acc[:400], atol=1e-6)
    np.testing.assert_allclose(left.gyr, shoe.gyr[:400], atol=1e-6)
    times, places = read_bids_markers(tmp_path)
    assert times[1] == pytest.approx(0.01)
    assert places["l_heel"][0].tolist() == [0.0, 0.001, 0.002]
    assert places["l_toe"][0].tolist() == [0.004, 0.005, 0.006]


def test_sidecars_are_inherited(tmp_path: Path) -> None:
    """A JSON of the data set holds for every run, the nearer one wins, one of another task does not count."""
    motion = tmp_path / "sub-1" / "motion"
    motion.mkdir(parents=True)
    (tmp_path / "dataset_description.json").write_text("{}", encoding="utf-8")
    (tmp_path / "task-walk_motion.json").write_text(
        '{"SamplingFrequency": 50, "AccelerometerRange_g": 16}', encoding="utf-8"
    )
    (tmp_path / "task-run_motion.json").write_text('{"SamplingFrequency": 999}', encoding="utf-8")
    (tmp_path / "sub-1" / "sub-1_task-walk_tracksys-imu_motion.json").write_text(
        '{"SamplingFrequency": 100}', encoding="utf-8"
    )
    stem = motion / "sub-1_task-walk_tracksys-imu"
    rows = ["name\tcomponent\ttype\ttracked_point\tunits"]
    rows += [f"a{axis}\t{axis}\tACCEL\tfoot_l\tm/s^2" for axis in "xyz"]
    stem.with_name(f"{stem.name}_channels.tsv").write_text("\n".join(rows), encoding="utf-8")
    stem.with_name(f"{stem.name}_motion.tsv").write_text("0\t0\t9.8\n" * 5, encoding="utf-8")
    foot = read_bids(tmp_path).recordings[0]
    assert (foot.rate_hz, foot.acc_range_g, foot.time_s[1]) == (100.0, 16.0, 0.01)
    (tmp_path / "task-walk_motion.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(RecordingError, match="is no JSON object"):
        read_bids(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "../../.git/annex/objects/00/W3/SHA256E-s46--dc.tsv\n",
        "version https://git-lfs.github.com/spec/v1\noid",
    ],
)
def test_a_pointer_is_named(session: Session, tmp_path: Path, text: str) -> None:
    """A clone without the samples, as DataLad and git LFS leave it, says how to get them."""
    write_bids(session, tmp_path / "set", "01")
    motion = tmp_path / "set" / "sub-01" / "motion"
    file = motion / "sub-01_task-running_tracksys-leftshoe_motion.tsv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RecordingError, match="not here; get the data themselves: datalad get"):
        read_bids(tmp_path / "set")


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_into_nothing_is_named(session: Session, tmp_path: Path) -> None:
    """So does a link into git-annex's store that leads nowhere."""
    write_bids(session, tmp_path / "set", "01")
    motion = tmp_path / "set" / "sub-01" / "motion"
    file = motion / "sub-01_task-running_tracksys-leftshoe_motion.tsv"
    file.unlink()
    file.symlink_to("../../.git/annex/objects/00/W3/SHA256E-s46--dc.tsv")
    for path in (file, tmp_path / "set"):
        with pytest.raises(RecordingError, match="not here; get the data themselves: datalad get"):
            read_bids(path)
