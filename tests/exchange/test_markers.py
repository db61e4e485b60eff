"""Motion capture: markers as truth, and the inertial sensors of a C3D; files written by ezc3d and by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gait
from gait.cli.main import main
from gait.errors import RecordingError
from gait.exchange.markers import Foot, foot_contacts, marker_truth
from gait.exchange.trc import read_trc
from gait.recording.importers.c3d import read_c3d
from gait.recording.table.containers import unpacked_file
from gait.recording.write import write_recording
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.segment import at_point
from gait.virtual.runner.simulate import VirtualSession, simulate
from gait.virtual.runner.style import RunnerSettings

PLACES = {"HEE": (-0.17, 0.0, 0.03), "TOE": (0.07, 0.0, 0.03)}
"""Markers on a shoe, m from the point of the sole below its sensor."""


@pytest.fixture(scope="module")
def run() -> VirtualSession:
    """Twelve seconds of both feet, whose motion is kept."""
    runner = RunnerSettings(parts=(("stand", 1.0), ("run", 12.0), ("stand", 1.0)))
    sensor = SensorSettings(rate_hz=200.0)
    return simulate(runner, sensor, sides=("left", "right"), seed=3, keep_motion=True)


@pytest.fixture(scope="module")
def markers(run: VirtualSession) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Times at 200 Hz and places of four markers, m, z up."""
    times = np.arange(0.0, 14.0, 0.005)
    found = {}
    for (_, side), (when, state) in run.motion.items():
        for name, place in PLACES.items():
            way = at_point(state, np.array(place))[0]
            found[f"{side[0].upper()}{name}"] = np.column_stack(
                [np.interp(times, when, way[:, axis]) for axis in range(3)]
            )
    return times, found


def _trc(path: Path, times: np.ndarray, markers: dict[str, np.ndarray], order: tuple[int, int, int]) -> Path:
    """Write a TRC in mm with its axes in another order."""
    rate = 1.0 / (times[1] - times[0])
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate:g}\t{rate:g}\t{len(times)}\t{len(markers)}\tmm\t{rate:g}\t1\t{len(times)}",
        "Frame#\tTime\t" + "\t\t\t".join(markers),
        "\t\t" + "\t".join(f"{axis}{n + 1}" for n in range(len(markers)) for axis in "XYZ"),
        "",
    ]
    whole = 1e3 * np.concatenate([one[:, order] for one in markers.values()], axis=1)
    for number, (when, row) in enumerate(zip(times, whole, strict=False), start=1):
        cells = ["" if np.isnan(cell) else f"{cell:.3f}" for cell in row]
        lines.append(f"{number}\t{when:.11g}\t" + "\t".join(cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _c3d(path: Path, run: VirtualSession, markers: dict[str, np.ndarray]) -> Path:
    """Write markers in mm at 200 Hz and the shoes' sensors in g and deg/s at 400 Hz, by ezc3d."""
    import ezc3d  # loads slowly

    file = ezc3d.c3d()
    count = len(next(iter(markers.values())))
    points = np.ones((4, len(markers), count))
    for row, one in enumerate(markers.values()):
        points[:3, row] = 1e3 * one.T
    file["parameters"]["POINT"]["RATE"]["value"] = [200.0]
    file["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    file["parameters"]["POINT"]["LABELS"]["value"] = list(markers)
    file["data"]["points"] = points
    labels, units, rows = [], [], []
    fast = np.arange(2 * count) / 400.0
    for one in run.session.recordings:
        assert one.gyr is not None
        for kind, unit, values in (("ACC", "g", one.acc / 9.80665), ("GYRO", "deg/s", np.degrees(one.gyr))):
            for axis, letter in enumerate("XYZ"):
                labels.append(f"{one.side}_foot_{kind}.{letter}")
                units.append(unit)
                rows.append(np.interp(fast, one.time_s, values[:, axis]))
    if not rows:
        file.write(str(path))
        return path
    file["parameters"]["ANALOG"]["RATE"]["value"] = [400.0]
    file["parameters"]["ANALOG"]["LABELS"]["value"] = labels
    file["parameters"]["ANALOG"]["UNITS"]["value"] = units
    file["data"]["analogs"] = np.array(rows)[None]
    file.write(str(path))
    return path


def test_contacts_from_markers(run: VirtualSession, markers, tmp_path: Path) -> None:
    """Y up as in OpenSim: every contact inside, within what the rule errs by, angles within 2 degrees."""
    times, places = markers
    found = marker_truth(_trc(tmp_path / "run.trc", times, places, (0, 2, 1)))
    for side in ("left", "right"):
        true = run.truth[run.truth["side"] == side].iloc[1:-1]
        own = found[found["side"] == side]
        at = [int(np.abs(own["ic_s"] - one).argmin()) for one in true["ic_s"]]
        assert len(set(at)) == len(true) > 12
        ic = own["ic_s"].to_numpy()[at] - true["ic_s"].to_numpy()
        tc = own["tc_s"].to_numpy()[at] - true["tc_s"].to_numpy()
        assert np.abs(ic).max() < 0.03
        assert np.abs(tc).max() < 0.05
        assert np.median(np.abs(own["fsa_deg"].to_numpy()[at] - true["fsa_deg"].to_numpy())) < 2.0


def test_silences(markers) -> None:
    """Some frames are bridged; no contact is told where a marker was not seen for longer."""
    times, places = markers
    heel, fore = places["LHEE"], places["LTOE"]
    unseen = (times > 5.0) & (times < 5.3)
    whole = foot_contacts(Foot(times, heel, fore, np.zeros(len(times), dtype=bool)), 2)
    parted = foot_contacts(Foot(times, heel, fore, unseen), 2)
    assert 1 <= len(whole) - len(parted) <= 3
    assert set(parted["ic_s"]) <= set(whole["ic_s"])
    assert not parted["ic_s"].between(4.95, 5.2).any()


def test_a_c3d_that_holds_both(run: VirtualSession, markers, tmp_path: Path, capsys) -> None:
    """Its sensors are a session of two shoes, its markers their truth: ``gait validate`` needs no more."""
    file = _c3d(tmp_path / "trial.c3d", run, markers[1])
    read = read_c3d(file)
    assert list(read.markers) == list(markers[1])
    np.testing.assert_allclose(read.markers["LHEE"], markers[1]["LHEE"], atol=1e-5)
    session = gait.read(file)
    assert [one.name for one in session.recordings] == ["left shoe", "right shoe"]
    left, source = session.recordings[0], run.session.recordings[0]
    assert source.gyr is not None
    assert left.gyr is not None
    for ours, theirs in ((left.acc, source.acc), (left.gyr, source.gyr)):
        there = np.interp(left.time_s, source.time_s, theirs[:, 2])
        np.testing.assert_allclose(ours[:, 2], there, atol=2e-3)
    assert main(["validate", str(file), "--json", str(tmp_path / "errors.json")]) == 0
    text = capsys.readouterr().out
    assert text.count("missed 0") == 2
    assert "strike_angle_deg" in text


def test_markers_beside_a_recording(run: VirtualSession, markers, tmp_path: Path, capsys) -> None:
    """A TRC whose clock began two seconds earlier is truth with an offset, and misses without."""
    times, places = markers
    write_recording(run.session.recordings[0], tmp_path / "left_shoe.csv")
    truth = _trc(tmp_path / "markers.trc", times + 2.0, places, (0, 1, 2))
    args = ["validate", str(tmp_path / "left_shoe.csv"), "--truth", str(truth)]
    assert main([*args, "--truth-offset", "-2"]) == 0
    assert "missed 0" in capsys.readouterr().out


def test_what_cannot_be_read(run: VirtualSession, markers, tmp_path: Path) -> None:
    """Damage, missing markers, markers alone, unknown units: one line each, that says what to do."""
    times, places = markers
    file = _trc(tmp_path / "a.trc", times[:50], places, (0, 1, 2))
    with pytest.raises(RecordingError, match="no contact"):
        marker_truth(file)
    with pytest.raises(RecordingError, match=r"no foot with markers.*LKNE"):
        marker_truth(_trc(tmp_path / "b.trc", times, {"LKNE": places["LHEE"]}, (0, 1, 2)))
    for factor, match in ((1e3, "step by 5 s"), (1e6, "step by"), (1e-6, "step by")):
        with pytest.raises(RecordingError, match=match):
            marker_truth(_trc(tmp_path / "ms.trc", times * factor, places, (0, 1, 2)))
    late = np.where(times > 10.0, times + 1e5, times)
    with pytest.raises(RecordingError, match="two hours at most"):
        marker_truth(_trc(tmp_path / "late.trc", late, places, (0, 1, 2)))
    text = file.read_text(encoding="utf-8")
    for wrong, match in (
        ("x" + text, "no marker file"),
        (text.replace("\tmm\t", "\tfeet\t"), "Units"),
        (text.replace("\t0.005\t", "\tsoon\t"), "rows that are not 14 numbers"),
        (text.replace("\t0.005\t", "\t7.00000\t"), "do not increase"),
    ):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(RecordingError, match=match):
            read_trc(file)
    c3d = _c3d(tmp_path / "c.c3d", run, places)
    whole = c3d.read_bytes()
    for size, match in (
        (700, "damaged"),
        (len(whole) // 2, "cut off"),
        (10, "without a header"),
    ):
        c3d.write_bytes(whole[:size])
        with pytest.raises(RecordingError, match=match):
            read_c3d(c3d)
    bare = replace(run, session=replace(run.session, recordings=()))
    _c3d(tmp_path / "d.c3d", bare, {"LKNE": places["LHEE"]})
    with pytest.raises(RecordingError, match="without an accelerometer"):
        unpacked_file(tmp_path / "d.c3d")
    with pytest.raises(RecordingError, match="no foot"):
        marker_truth(tmp_path / "d.c3d")


@pytest.mark.shared_data
def test_against_a_force_plate(shared: Path) -> None:
    """On one real runner, markers of motion capture: contact time within what docs/accuracy.md says."""
    from scipy.spatial.transform import Rotation

    z = np.load(shared / "rbds" / "R09_35.npz")
    turn = Rotation.from_quat(z["left_foot_quat"].astype(float))
    mark, base = z["left_foot_mark"].astype(float), z["left_foot_pos"].astype(float)
    heel, fore = turn.apply(mark[0]) + base, turn.apply((mark[3] + mark[4]) / 2) + base
    count = len(base)
    found = foot_contacts(Foot(np.arange(count) / float(z["fs"]), heel, fore, np.zeros(count, dtype=bool)), 2)
    own = pd.DataFrame({name: z[name][z["side"] == "left"] for name in ("ic_s", "tc_s")})
    at = [int(np.abs(found["ic_s"] - one).argmin()) for one in own["ic_s"]]
    error_s = (found["tc_s"] - found["ic_s"]).to_numpy()[at] - (own["tc_s"] - own["ic_s"]).to_numpy()
    assert abs(np.median(error_s)) < 0.042
