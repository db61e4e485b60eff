"""``gait compare --activity``: each file goes to its run, and the watch's speed decides what can be told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gait.analysis.analyze import AnalysisSettings, analyze
from gait.analysis.results import Analysis
from gait.analysis.watch.several import with_activities
from gait.cli.main import main
from gait.errors import UsageError
from gait.exchange.activity_files.model import Activity
from gait.exchange.activity_files.read import read_activity
from gait.recording.write import write_recording
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import simulate
from gait.virtual.runner.stride_plan import RunnerSettings
from tests.analysis.watch.watch_files import kept, write_tcx
from tests.properties import need

need("gpxpy", "fit_tool")

SPEEDS = (2.8, 3.6)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Path, Analysis, Activity]]:
    """Two runs with a sensor on the left shank, at two speeds: recording, watch's file, and both read."""
    out = []
    for at, speed in enumerate(SPEEDS):
        folder = tmp_path_factory.mktemp(f"run{at}")
        runner = RunnerSettings(
            speed_m_s=speed,
            cadence_spm=160.0 + 8.0 * at,
            style_seed=7,
            parts=(("stand", 3.0), ("run", 180.0)),
        )
        made = simulate(
            runner, SensorSettings(rate_hz=104.0), sides=("left",), placements=("shank",), seed=10 + at
        )
        write_recording(made.session.recordings[0], folder / "left_shank.csv")
        file = write_tcx(folder / "watch.tcx", kept(made.truth, speed))
        analysis = analyze(made.session, AnalysisSettings(waveforms=False))
        out.append((folder, file, analysis, read_activity(file)))
    return out


def test_each_goes_to_its_run(runs: list[tuple[Path, Path, Analysis, Activity]]) -> None:
    """Given in the other order, each file is joined to the run whose cadence it follows."""
    analyses = [one[2] for one in runs]
    for joined, speed in zip(with_activities(analyses, [runs[1][3], runs[0][3]]), SPEEDS, strict=True):
        assert joined.metrics["speed_m_s"].value == pytest.approx(speed, rel=0.03)


def test_a_strange_activity_is_refused(runs: list[tuple[Path, Path, Analysis, Activity]]) -> None:
    """One that is of neither run, one given twice, and one that nothing tells apart: a clear line each."""
    one, other = runs[0][2], runs[1][2]
    with pytest.raises(UsageError, match="fits none of the 2 sessions"):
        with_activities([one, one], [runs[1][3], runs[1][3]])
    with pytest.raises(UsageError, match="fits none"):
        with_activities([one, other], [runs[0][3], runs[0][3]])
    with pytest.raises(UsageError, match="fits 2 of the sessions alike"):
        with_activities([one, replace(one, name="again")], [runs[0][3]])


def test_a_shank_alone_cannot_tell_and_with_the_watch_can(
    runs: list[tuple[Path, Path, Analysis, Activity]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Shank sensors know no speed: every verdict is "speed unknown"; with the watch none is."""
    folders = [str(one[0] / "left_shank.csv") for one in runs]

    def rows(*more: str) -> dict[str, dict[str, Any]]:
        assert main(["compare", *folders, *more, "--json", str(tmp_path / "c.json")]) == 0
        capsys.readouterr()
        return {row["metric"]: row for row in json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))}

    alone = rows()
    assert {row["verdict"] for row in alone.values()} == {"speed unknown"}
    assert not any(row["changed"] for row in alone.values())
    files = [text for one in runs for text in ("--activity", str(one[1]))]
    joined = rows(*files)
    assert "speed unknown" not in {row["verdict"] for row in joined.values()}
    assert joined["speed_m_s"]["change"] == pytest.approx(0.8, abs=0.1)
    assert joined["contact_ms"]["expected"] < 0.0
