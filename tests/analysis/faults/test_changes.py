"""Two levels of the strides: a change that one part shows, and none where a run is even."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.analyze import AnalysisSettings, analyze, diagnose
from gait.analysis.engine import strides_of
from gait.analysis.faults.changes import _cut, changed_parts, changed_unit
from gait.analysis.faults.survey import Rests
from gait.doctor.checks import examine_session
from gait.recording.model import Recording, Session
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import RunnerSettings, simulate

BREAK_S = 13.0
QUICK = AnalysisSettings(waveforms=False)


@pytest.fixture(scope="module")
def run() -> Recording:
    """A virtual left shoe that stands, and runs for 20 s."""
    runner = RunnerSettings(parts=(("stand", 2.0), ("run", 20.0), ("stand", 1.0)))
    return simulate(runner, SensorSettings(rate_hz=104.0), sides=("left",), seed=5).session.recordings[0]


@pytest.mark.parametrize("place", [5, 9, 15])
def test_the_cut_lies_where_the_level_changes(place) -> None:
    """Between noisy levels, wherever the change is."""
    rng = np.random.default_rng(place)
    gravity = np.where(np.arange(20) < place, 1.0, 0.6) + rng.normal(0.0, 0.02, 20)
    assert _cut(gravity) == place


def test_an_even_run_has_no_part(run) -> None:
    """Neither a sound sensor nor one whose scale is off throughout; and too few strides show nothing."""
    batch, _ = strides_of(run)
    span = (0.0, 23.0)
    assert changed_parts("left shoe", batch, run, span, 104.0) == ()
    few = batch.take(np.arange(len(batch)) < 6)
    assert changed_parts("left shoe", few, run, span, 104.0) == ()
    doubled = replace(run, acc=2.0 * run.acc)
    assert changed_parts("left shoe", batch, doubled, span, 104.0) == ()
    rests = Rests(np.empty(0), np.empty((0, 3)), np.empty((0, 3)))
    assert changed_unit("left shoe", batch, replace(run, gyr=None), rests, span) == ((), ())


@pytest.mark.parametrize("turned", ["sign", "order", "one axis"])
def test_a_gyroscope_that_turns_half_way_is_left_out_from_there(run, turned) -> None:
    """Its sign, its axes' order, or one axis: no stride behind walks or runs, and -o leaves them out."""
    other = {"sign": -run.gyr, "order": run.gyr[:, [1, 2, 0]], "one axis": run.gyr * [1.0, -1.0, 1.0]}[turned]
    spoilt = replace(run, gyr=np.where((run.time_s < BREAK_S)[:, None], run.gyr, other))
    session = Session("t", (spoilt,))
    diagnosis = examine_session(session)
    assert [fault.kind for fault in diagnosis.faults] == ["changed_part"]
    assert analyze(session, QUICK).strides["next_ic_s"].max() < BREAK_S
    assert diagnosis.left == ()
    assert diagnosis.session.recordings[0].time_s[-1] < BREAK_S


@pytest.mark.parametrize(("factor", "stands"), [(2.0, True), (2.0, False), (0.5, False)])
def test_a_unit_of_an_accelerometer_alone_that_changes_half_way(run, factor, stands) -> None:
    """Told with its seconds; where a rest says which part is right the other is left out, else all."""
    kept = run.time_s > (0.0 if stands else 2.6)
    kept &= run.time_s < 22.0
    time_s, acc = run.time_s[kept] - run.time_s[kept][0], run.acc[kept]
    change_s = BREAK_S - run.time_s[kept][0]
    acc = np.where((time_s < change_s)[:, None], acc, factor * acc)
    spoilt = Session("t", (replace(run, time_s=time_s, acc=acc, gyr=None),))
    (fault,) = diagnose(spoilt)
    assert fault.kind in ("changed_part", "uncovered")
    if fault.kind == "changed_part":
        assert fault.value == pytest.approx(change_s, abs=1.5)
    found = analyze(spoilt, QUICK)
    if stands or fault.kind == "uncovered":
        assert found.strides["next_ic_s"].max() < change_s + 1.5
        assert found.metrics["contact_ms"].value == pytest.approx(
            analyze(Session("t", (replace(run, gyr=None),)), QUICK).metrics["contact_ms"].value, abs=8.0
        )
    else:
        assert "contact_ms" not in found.metrics
