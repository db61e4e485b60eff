"""``gait analyze``: what it prints, what it writes, and that options reach the analysis."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gait.analysis.results import STRIDE_COLUMNS
from gait.cli.main import main
from gait.cli.options import load_session
from gait.recording.model import Recording
from gait.recording.write import write_recording

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
OF_SHANKS = ("Shank angle at contact", "Shank frontal excursion", "Tibial peak acceleration")
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no shared data at {SHARED}")


@pytest.fixture
def still(tmp_path: Path) -> Path:
    """Thirty seconds of a sensor on the table, with a name that a spreadsheet would run."""
    rng = np.random.default_rng(5)
    time_s = np.arange(6000) / 200.0
    acc = rng.normal(0.0, 0.02, (6000, 3)) + np.array([0.0, 0.0, 9.81])
    recording = Recording("shoe", "left", time_s, acc, rng.normal(0.0, 1e-3, (6000, 3)))
    folder = tmp_path / "=1+1 bold"
    folder.mkdir()
    write_recording(recording, folder / "left_shoe.csv.gz")
    return folder


def test_no_running_is_said(still: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A recording without running ends well: it says so, invents nothing, and its files are whole."""
    strides, numbers = tmp_path / "s.csv", tmp_path / "a.json"
    assert main(["analyze", str(still), "--strides", str(strides), "--json", str(numbers)]) == 0
    captured = capsys.readouterr()
    assert "no running in it" in captured.out
    assert f"strides: {strides}" in captured.err
    table = pd.read_csv(strides)
    assert len(table) == 0
    assert tuple(table.columns[:21]) == STRIDE_COLUMNS[:21]
    body = json.loads(numbers.read_text(encoding="utf-8"))
    assert body["gait_analysis"] == 1
    assert body["metrics"] == {}


def test_dash_is_stdout(still: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers go down the pipe alone; the summary moves to stderr."""
    assert main(["analyze", str(still), "--json", "-"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["gait_analysis"] == 1
    assert "no running in it" in captured.err


def test_files_that_cannot_be_written(
    still: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing folder is the user's to mend: code 2 and one line."""
    assert main(["analyze", str(still), "--json", str(tmp_path / "none" / "a.json")]) == 2
    assert capsys.readouterr().err.startswith("gait: ")


def test_options_win_over_the_folder(still: Path) -> None:
    """What the command line says replaces what ``session.toml`` says, and leaves the rest."""
    (still / "session.toml").write_text(
        "[runner]\nmass_kg = 60\nheight_m = 1.7\n[run]\ndistance_m = 5000\nsurface = 'road'\n",
        encoding="utf-8",
    )
    session = load_session(still, distance_m=5100.0, mass_kg=61.0)
    assert (session.run.distance_m, session.run.speed_m_s, session.run.surface) == (5100.0, None, "road")
    assert (session.runner.mass_kg, session.runner.height_m) == (61.0, 1.7)


@needs_shared
@pytest.mark.shared_data
def test_a_real_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The treadmill runner's cadence is the belt's, in the summary and in the file."""
    numbers = tmp_path / "a.json"
    assert main(["analyze", str(SHARED / "treadmill_fast"), "--json", str(numbers)]) == 0
    cadence = json.loads(numbers.read_text(encoding="utf-8"))["metrics"]["cadence_spm"]["value"]
    assert cadence == pytest.approx(179.6, abs=0.5)
    assert f"{cadence:.1f} spm" in capsys.readouterr().out


@needs_shared
@pytest.mark.shared_data
def test_without_gyroscope_the_strike_is_not_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    """From acceleration alone: cadence and contact time, and plain words for what cannot be had."""
    assert main(["analyze", str(SHARED / "outdoor_run")]) == 0
    text = capsys.readouterr().out
    assert "  Foot strike angle, Pronation excursion, " in text
    assert " Speed: not measurable without a gyroscope" in text
    assert "Ground contact time" in text


def test_metrics_that_lack_the_same_stand_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Of two shoes: the shank's three metrics with their one reason, then what needs the runner's facts."""
    run = Path(__file__).resolve().parents[2] / "recordings" / "easy-rearfoot"
    assert main(["analyze", str(run)]) == 0
    assert capsys.readouterr().out.splitlines()[-3:] == [
        f"  {', '.join(OF_SHANKS)}: needs a sensor on the shank",
        "  Vertical stiffness: needs the runner's mass",
        "  Leg stiffness: needs the runner's mass, the runner's height",
    ]
