"""Left against right: found where it is, apart in curves, on slopes and by speed; never within the error."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import gait
from gait.analysis.analyze import AnalysisSettings
from gait.analysis.results import Metric
from gait.cli.main import main
from gait.history.sides import sides_within
from gait.history.sides_over_sessions import sides_over_sessions
from gait.history.store import History, KeptMetric, KeptSession
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import simulate
from gait.virtual.runner.stride_plan import RunnerSettings, Turn
from tests.benchmarks.stride_runs import Runner, strides_of

METHOD_MS = 6.0
"""The method's error between the feet in these tests, 95 %."""


def _laps(seed: int, **more: float) -> SimpleNamespace:
    """Return a run of ten minutes on a track, anticlockwise: 30 s of straight and 30 s of bend in turn.

    ``all`` and ``bend`` are what the left contact has more than the right, ms, everywhere and in bends.
    """
    rng = np.random.default_rng(seed)
    strides = strides_of(Runner.draw(rng), rng, 10.0)
    bend = (strides["ic_s"] // 30.0).astype(int) % 2 == 1
    left = strides["side"] == "left"
    strides["turn_deg"] = 4.0 * bend + rng.normal(0.0, 2.0, len(strides))
    strides["contact_ms"] += more.get("all", 0.0) * left + more.get("bend", 0.0) * (left & bend)
    metric = Metric("contact_ms", 240.0, 5.0, 5.0, len(strides), difference_uncertainty=METHOD_MS)
    return SimpleNamespace(strides=strides, metrics={"contact_ms": metric})


def _gaps(run: SimpleNamespace) -> dict[str, tuple[float, bool]]:
    return {one.condition: (one.difference, one.differs) for one in sides_within(run)[0]}


def test_a_bend_is_told_from_the_straight() -> None:
    """12 ms more on the left in bends alone: there, and not on the straight; the shift is one."""
    run = _laps(1, bend=12.0)
    gaps, (shift,) = _gaps(run), sides_within(run)[1]
    assert gaps["left curve"] == (pytest.approx(12.0, abs=2.0), True)
    assert gaps["straight"][1] is False
    assert "right curve" not in gaps
    assert (shift.condition, shift.against, shift.shifts) == ("left curve", "straight", True)
    assert shift.shift == pytest.approx(12.0, abs=shift.uncertainty + 1.0)


def test_a_gap_everywhere_is_no_shift() -> None:
    """12 ms on the left everywhere differ under each condition and move with none."""
    run = _laps(2, all=12.0)
    assert all(differs for _, differs in _gaps(run).values())
    assert not any(one.shifts for one in sides_within(run)[1])


@pytest.mark.parametrize("more", [{"all": 4.0}, {"bend": 4.0}])
def test_nothing_is_claimed_within_the_error(more: dict[str, float]) -> None:
    """4 ms are beyond the scatter of minutes and within what the method errs on each foot."""
    gaps, shifts = sides_within(_laps(3, **more))
    assert not any(one.differs for one in gaps)
    assert not any(one.shifts for one in shifts)


def test_slope_and_speed_have_rows_of_their_own() -> None:
    """Up and down a hill at two speeds: each condition has the strides that were run under it."""
    run = _laps(4)
    up = (run.strides["ic_s"] // 60.0).astype(int) % 2 == 1
    run.strides["grade_pct"] = np.where(up, 5.0, -5.0)
    run.strides["speed_m_s"] += np.where(up, -0.5, 0.5)
    found = {one.condition for one in sides_within(run)[0]}
    assert found >= {"all", "slower", "faster", "uphill", "downhill", "left curve", "straight"}
    assert "level" not in found


def test_one_foot_has_no_sides() -> None:
    """A single sensor compares nothing."""
    run = _laps(5)
    run.strides = run.strides[run.strides["side"] == "left"]
    assert sides_within(run) == ((), ())


def test_turns_of_a_virtual_runner_are_seen() -> None:
    """Half a circle to the left: each foot's strides turn by 180 deg in all, and by none before it."""
    runner = RunnerSettings(parts=(("stand", 2.0), ("run", 36.0)), turns=(Turn(16.0, 180.0, 15.0),))
    made = simulate(runner, SensorSettings(rate_hz=104.0), seed=3)
    strides = gait.analyze(made.session, AnalysisSettings(waveforms=False)).strides
    for _, foot in strides.groupby("side"):
        assert foot[foot["ic_s"] > 14.0]["turn_deg"].sum() == pytest.approx(180.0, abs=12.0)
        assert foot[foot["ic_s"].between(4.0, 14.0)]["turn_deg"].abs().median() < 1.0


def _session(number: int, difference: float, pods: dict[str, str]) -> KeptSession:
    parts = {"difference": difference, "difference_uncertainty": 6.0}
    metrics = {"contact_ms": KeptMetric("contact_ms", 240.0, 5.0, 5.0, 3000, parts)}
    when = f"2026-05-{number:02d}T08:00:00+00:00"
    sensors = ("left shoe", "right shoe")
    return KeptSession(
        number, "Ada", "run", when, when, when, 60.0, 60.0, None, "", "", "", sensors, "", metrics, pods
    )  # fmt: skip


USUAL = {"left shoe": "A1", "right shoe": "B2"}
SWAPPED = {"left shoe": "B2", "right shoe": "A1"}


def _over(values: list[tuple[float, dict[str, str]]]):
    (row,) = sides_over_sessions([_session(at, *value) for at, value in enumerate(values, 1)])
    return row


def test_a_difference_of_the_pods_changes_sign_with_them() -> None:
    """Pod A says 12 ms more on either foot: no difference of the feet, and it goes with the pods."""
    row = _over([(12.0, USUAL), (12.5, USUAL), (11.5, USUAL), (-12.0, SWAPPED), (-11.0, SWAPPED)])
    assert (row.sessions, row.swapped, row.verdict) == (5, 2, "goes with the pods")
    assert row.pods == pytest.approx(11.75, abs=0.5)
    assert abs(row.difference) < 1.0


def test_a_difference_of_the_feet_stays() -> None:
    """12 ms on the left with the pods either way round."""
    row = _over([(12.0, USUAL), (12.5, USUAL), (11.5, USUAL), (12.0, SWAPPED), (13.0, SWAPPED)])
    assert row.verdict == "left higher"
    assert abs(row.pods) <= row.pods_uncertainty


def test_sessions_do_not_average_the_methods_error_away() -> None:
    """A hundred sessions of 5 ms are within 6 ms of the method; without swapping the pods stay unknown."""
    row = _over([(5.0, {}) for _ in range(28)])
    assert (row.verdict, row.swapped, row.pods) == ("no difference shown", None, None)
    assert row.uncertainty >= 5.9


def test_a_change_of_columns_does_not_hide_a_foot() -> None:
    """A table without heading and heights still has speed and the whole run."""
    run = _laps(6, all=12.0)
    run.strides = pd.DataFrame(run.strides.drop(columns="turn_deg"))
    assert _gaps(run)["all"][1] is True


def test_the_command_says_what_swapping_showed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``gait history sides``: the gap with its interval, the pods' part, and the same as JSON."""
    file = tmp_path / "history.sqlite"
    recording = Path(__file__).resolve().parents[2] / "recordings" / "overstriding" / "left_shoe.csv.gz"
    one = gait.analyze(gait.read(recording), AnalysisSettings(waveforms=False))
    gap = {"difference_uncertainty": 6.0, "sd": 5.0, "n": 3000}
    with History(file) as history:
        for at, (difference, pods) in enumerate([(12.0, USUAL), (12.0, USUAL), (-12.0, SWAPPED)]):
            metric = replace(one.metrics["contact_ms"], difference=difference, **gap)
            history.keep("Ada", replace(one, metrics={"contact_ms": metric}), str(at), {}, pods)
    arguments = ["history", "sides", "--runner", "ada", "--history", str(file)]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "goes with the pods (3 sessions)" in said
    assert "of a session's difference +12 ± " in said
    assert "the pods were swapped in 1 session" in said
    assert main([*arguments, "--json", "-"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["metrics"]
    assert (row["metric"], row["swapped"], row["pods"]) == ("contact_ms", 1, pytest.approx(12.0))
