"""The watch's activity on simulated runs: the lag and the speed are known from the simulation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gait.analysis.analyze import AnalysisSettings, analyze
from gait.analysis.results import Analysis
from gait.analysis.watch.join import with_activity
from gait.cli.main import main
from gait.errors import UsageError
from gait.exchange.activity_files.read import read_activity
from gait.recording.write import write_recording
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import simulate
from gait.virtual.runner.stride_plan import RunnerSettings
from tests.analysis.watch.watch_files import START, kept, write_fit, write_gpx, write_tcx
from tests.properties import need

need("gpxpy", "fit_tool")

SPEED_M_S = 3.1
ZERO_S = START.timestamp() + 30.0
"""Session time zero: the watch was started 30 s before."""
WRITERS = {"fit": write_fit, "gpx": write_gpx, "tcx": write_tcx}


def _run(seed: int, **settings: object) -> tuple[Analysis, pd.DataFrame, object]:
    runner = RunnerSettings(
        speed_m_s=SPEED_M_S, parts=(("stand", 3.0), ("run", 100.0), ("stand", 2.0)), style_seed=seed
    )
    made = simulate(runner, SensorSettings(rate_hz=104.0), sides=("left",), seed=seed, **settings)
    return analyze(made.session, AnalysisSettings(waveforms=False)), made.truth, made.session


@pytest.fixture(scope="module")
def shoe() -> tuple[Analysis, pd.DataFrame, object]:
    """A run with a sensor on the left shoe."""
    return _run(4)


@pytest.fixture(scope="module")
def shank() -> tuple[Analysis, pd.DataFrame, object]:
    """A run with a sensor on the left shank: it has no speed of its own."""
    return _run(5, placements=("shank",))


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_lag_and_speed_are_found(
    kind: str, shoe: tuple[Analysis, pd.DataFrame, object], tmp_path: Path
) -> None:
    """Each format: the lag within 1 s, the speed within 1.5 %, heart rate at a stride within 2 beats."""
    analysis, truth, _ = shoe
    file = WRITERS[kind](tmp_path / f"run.{kind}", kept(truth, SPEED_M_S))
    joined = with_activity(analysis, read_activity(file))
    watch = joined.watch
    assert watch is not None
    assert watch.aligned_by == "cadence"
    assert watch.offset_s == pytest.approx(ZERO_S, abs=1.0)
    assert joined.metrics["speed_m_s"].value == pytest.approx(SPEED_M_S, rel=0.015)
    strides = joined.strides
    heart = strides["heart_rate_bpm"] - (120.0 + 0.2 * strides["ic_s"])
    assert np.abs(heart.dropna()).max() < 2.0
    assert watch.distance_m == pytest.approx(SPEED_M_S * 100.0, rel=0.03)
    assert len(watch.laps) == (0 if kind == "gpx" else 2)


def test_a_short_distance_scales_the_lengths(
    shoe: tuple[Analysis, pd.DataFrame, object], tmp_path: Path
) -> None:
    """A watch that says 6 % less moves every length by that factor, and nothing else."""
    analysis, truth, _ = shoe
    file = write_tcx(tmp_path / "run.tcx", kept(truth, 0.94 * SPEED_M_S))
    joined = with_activity(analysis, read_activity(file))
    assert joined.watch is not None
    assert joined.metrics["speed_m_s"].value == pytest.approx(0.94 * SPEED_M_S, rel=0.015)
    ratio = joined.strides["stride_length_m"] / analysis.strides["stride_length_m"]
    assert np.allclose(ratio.dropna(), joined.watch.gain or 0.0)
    pd.testing.assert_series_equal(joined.strides["contact_ms"], analysis.strides["contact_ms"])


def test_the_runners_own_distance_wins(shoe: tuple[Analysis, pd.DataFrame, object], tmp_path: Path) -> None:
    """Where the runner gave a distance, the watch does not scale."""
    analysis, truth, _ = shoe
    file = write_tcx(tmp_path / "run.tcx", kept(truth, 0.94 * SPEED_M_S))
    given = replace(analysis, run=replace(analysis.run, distance_m=310.0))
    joined = with_activity(given, read_activity(file))
    assert joined.watch is not None
    assert joined.watch.gain is None
    assert joined.metrics["speed_m_s"] == analysis.metrics["speed_m_s"]


def test_a_shank_gets_speed(shank: tuple[Analysis, pd.DataFrame, object], tmp_path: Path) -> None:
    """A sensor without speed of its own has the watch's, within 2 %, and no longer says why it has none."""
    analysis, truth, _ = shank
    assert "speed_m_s" not in analysis.metrics
    joined = with_activity(analysis, read_activity(write_tcx(tmp_path / "run.tcx", kept(truth, SPEED_M_S))))
    assert joined.metrics["speed_m_s"].value == pytest.approx(SPEED_M_S, rel=0.02)
    assert "speed_m_s" not in joined.not_measured


@pytest.mark.parametrize("started", ["", "2026-05-01T07:00:30+00:00"])
def test_another_run_is_refused(
    started: str, shoe: tuple[Analysis, pd.DataFrame, object], shank: tuple[Analysis, pd.DataFrame, object],
    tmp_path: Path,
) -> None:  # fmt: skip
    """Another run of the same length, cadence and start time is refused."""
    file = write_tcx(tmp_path / "run.tcx", kept(shank[1], SPEED_M_S))
    with pytest.raises(UsageError, match=r"another run|fits the recording at no one time"):
        with_activity(replace(shoe[0], started=started), read_activity(file))


def test_another_day_is_refused(shoe: tuple[Analysis, pd.DataFrame, object], tmp_path: Path) -> None:
    """Clocks a day apart are another run, however well cadence fits."""
    file = write_tcx(tmp_path / "run.tcx", kept(shoe[1], SPEED_M_S))
    with pytest.raises(UsageError, match="its times are not those"):
        with_activity(replace(shoe[0], started="2026-05-02T07:00:30+00:00"), read_activity(file))


def test_without_cadence_the_start_says_so(
    shoe: tuple[Analysis, pd.DataFrame, object], tmp_path: Path
) -> None:
    """No cadence: laid by start times, called unchecked; without a start it is one clear line."""
    rows = kept(shoe[1], SPEED_M_S).assign(cadence=0.0)
    activity = read_activity(write_tcx(tmp_path / "run.tcx", rows))
    joined = with_activity(replace(shoe[0], started="2026-05-01T07:00:30+00:00"), activity)
    assert joined.watch is not None
    assert (joined.watch.aligned_by, joined.watch.certainty) == ("start time", "cannot tell")
    with pytest.raises(UsageError, match="no cadence"):
        with_activity(shoe[0], activity)


def test_commands(
    shoe: tuple[Analysis, pd.DataFrame, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``report --activity``: page, strides and FIT have the heart rate and the laps."""
    fitdecode = pytest.importorskip("fitdecode")
    session = shoe[2]
    recording = tmp_path / "left_shoe.csv"
    write_recording(session.recordings[0], recording)  # type: ignore[attr-defined]  # the fixture says object
    file = write_tcx(tmp_path / "run.tcx", kept(shoe[1], SPEED_M_S))
    page, table, out = tmp_path / "page.html", tmp_path / "s.csv", tmp_path / "out.fit"
    arguments = ["--activity", str(file), "-o", str(page), "--strides", str(table), "--fit", str(out)]
    assert main(["report", str(recording), *arguments]) == 0
    assert "watch run.tcx" in capsys.readouterr().out
    assert "From the watch" in page.read_text()
    assert pd.read_csv(table)["heart_rate_bpm"].between(115, 145).all()
    frames = [one for one in fitdecode.FitReader(str(out)) if isinstance(one, fitdecode.FitDataMessage)]
    beats = [
        one.get_value("heart_rate") for one in frames if one.name == "record" and one.has_field("heart_rate")
    ]
    assert min(beats) >= 118
    laps = [one for one in frames if one.name == "lap"]
    (totals,) = (one for one in frames if one.name == "session")
    assert totals.get_value("total_ascent") == 6
    for lap in laps:
        pace = lap.get_value("total_distance") / lap.get_value("total_timer_time")
        assert pace == pytest.approx(SPEED_M_S, rel=0.1)
    assert len(laps) == 2


def test_exports_with_known_faults_are_read(
    shoe: tuple[Analysis, pd.DataFrame, object], tmp_path: Path
) -> None:
    """Strava's: spaces before the XML declaration, and an extension's prefix that is declared nowhere."""
    rows = kept(shoe[1], SPEED_M_S)
    tcx = write_tcx(tmp_path / "run.tcx", rows)
    whole = read_activity(tcx)
    tcx.write_text(f'          <?xml version="1.0" encoding="UTF-8"?>\n{tcx.read_text()}')
    np.testing.assert_array_equal(read_activity(tcx).cadence_spm, whole.cadence_spm)
    gpx = write_gpx(tmp_path / "run.gpx", rows)
    extra = "</gpxtpx:TrackPointExtension><gpxx:Temperature>null</gpxx:Temperature>"
    gpx.write_text(gpx.read_text().replace("</gpxtpx:TrackPointExtension>", extra))
    assert "gpxx:Temperature" in gpx.read_text()
    np.testing.assert_array_equal(read_activity(gpx).cadence_spm, whole.cadence_spm)


def test_a_hill_is_a_slope(shoe: tuple[Analysis, pd.DataFrame, object], tmp_path: Path) -> None:
    """2 m up on 100 m of way: 2 % at every stride that the watch has 15 s on both sides of."""
    joined = with_activity(shoe[0], read_activity(write_tcx(tmp_path / "run.tcx", kept(shoe[1], SPEED_M_S))))
    grade = joined.strides.loc[joined.strides["ic_s"].between(25.0, 85.0), "grade_pct"]
    assert np.abs(grade - 2.0).max() < 0.15
