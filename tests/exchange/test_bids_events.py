"""Contacts out of the events of BIDS data sets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import gait
from gait.cli.main import main
from gait.errors import RecordingError
from gait.recording.write import write_recording


def test_own_events_are_a_truth(virtual, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What ``gait export`` wrote as events is what ``gait validate`` finds again, to its last digit."""
    run = virtual(seconds=10.0)
    write_recording(run.session.recordings[0], tmp_path / "left_shoe.csv")
    assert main(["export", str(tmp_path / "left_shoe.csv"), "--bids", str(tmp_path / "set")]) == 0
    events = tmp_path / "set" / "sub-01" / "motion" / "sub-01_task-running_events.tsv"
    strides = gait.analyze(tmp_path / "left_shoe.csv").strides
    truth = gait.load_truth(events)
    assert truth["side"].unique().tolist() == ["left"]
    assert truth["ic_s"].tolist() == pytest.approx(strides["ic_s"].tolist(), abs=1e-5)
    assert truth["tc_s"].tolist() == pytest.approx(strides["tc_s"].tolist(), abs=1e-5)
    assert main(["validate", str(tmp_path / "left_shoe.csv"), "--truth", str(events)]) == 0
    assert "missed 0" in capsys.readouterr().out


def _events(folder: Path, rows: list[str], unit: str) -> Path:
    """Write a run's events and what the data set says of them."""
    motion = folder / "sub-1" / "motion"
    motion.mkdir(parents=True, exist_ok=True)
    (folder / "task-walk_events.json").write_text(json.dumps({"onset": {"Unit": unit}}), encoding="utf-8")
    file = motion / "sub-1_task-walk_events.tsv"
    file.write_text("\n".join(["onset\tduration\tevent_type", *rows]) + "\n", encoding="utf-8")
    for system in ("imu", "omc"):
        (motion / f"sub-1_task-walk_tracksys-{system}_channels.tsv").write_text(
            "name\ttype\tsampling_frequency\na\tACCEL\t200\n", encoding="utf-8"
        )
    return file


def test_a_public_set_in_samples(tmp_path: Path) -> None:
    """The form of ds005258: names with their side, samples of 200 Hz, other events between them."""
    rows = ["366\t0\tfinal_contact_left", "417\t0\tstart", "443\t0\tinitial_contact_left"]
    rows += ["459\t0\tfinal_contact_right", "538\t0\tinitial_contact_right", "549\t0\tfinal_contact_left"]
    rows += ["641\t0\tfinal_contact_right", "n/a\t0\tinitial_contact_left"]
    truth = gait.load_truth(_events(tmp_path, rows, "samples"))
    assert truth.to_numpy().tolist() == [["left", 2.215, 2.745], ["right", 2.69, 3.205]]


def test_what_cannot_be_read(tmp_path: Path) -> None:
    """No pair, no rate, no columns: one line each."""
    with pytest.raises(RecordingError, match="no initial contact with its terminal"):
        gait.load_truth(_events(tmp_path, ["1\t0\tinitial_contact_left"], "s"))
    file = _events(tmp_path, ["1\t0\tinitial_contact_left"], "samples")
    for channels in file.parent.glob("*_channels.tsv"):
        channels.write_text("name\ttype\na\tACCEL\n", encoding="utf-8")
    with pytest.raises(RecordingError, match="in samples, and no rates"):
        gait.load_truth(file)
    file.write_text("time\tname\n1\tx\n", encoding="utf-8")
    with pytest.raises(RecordingError, match="no column onset"):
        gait.load_truth(file)
