"""Two sensors: one clock, one time, two files; else nothing is compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gait.analysis.analyze import AnalysisSettings, analyze
from gait.errors import SignalError
from gait.recording.model import Session
from gait.virtual.runner.simulate import LegOffset, RunnerSettings, simulate

QUICK = AnalysisSettings(waveforms=False)
PARTS = (("stand", 3.0), ("run", 20.0), ("stand", 2.0))


def _session(**runner) -> Session:
    return simulate(RunnerSettings(parts=PARTS, **runner), seed=2).session


def _later(session: Session, seconds: float) -> Session:
    left, right = session.recordings
    return replace(session, recordings=(left, replace(right, time_s=right.time_s + seconds)))


@pytest.mark.parametrize("lead_s", [0.05, -0.06, 0.12])
def test_unlike_clocks_are_told_by_the_steps(lead_s) -> None:
    """Flight and step are withheld, contact is compared, the lead is told to 8 ms."""
    analysis = analyze(_later(_session(), lead_s), QUICK)
    (fault,) = analysis.faults
    assert fault.kind == "two_clocks"
    assert fault.value == pytest.approx(1e3 * lead_s, abs=8.0)
    assert not {"step_ms", "flight_ms"} & set(analysis.metrics)
    assert analysis.metrics["contact_ms"].asymmetry_pct is not None
    assert analysis.not_measured["flight_ms"] == fault.what


def test_legs_that_differ_are_compared() -> None:
    """A leg that stands 18 ms longer is no fault of the clock."""
    analysis = analyze(_session(left=LegOffset(contact_ms=18.0)), QUICK)
    assert not analysis.faults
    assert "step_ms" in analysis.metrics


def test_runs_of_different_days_are_refused() -> None:
    """Two recordings without a common second are no session."""
    with pytest.raises(SignalError, match="not recorded at the same time"):
        analyze(_later(_session(), 1.7e9), QUICK)


def test_one_file_given_twice_is_refused() -> None:
    """The same samples as both feet."""
    session = _session()
    twin = replace(session.recordings[0], side="right")
    with pytest.raises(SignalError, match="same samples"):
        analyze(replace(session, recordings=(session.recordings[0], twin)), QUICK)


def test_two_runs_are_not_one() -> None:
    """Feet whose strides differ by 5 %: no rhythm, contact or length is told of them together."""
    left, right = _session().recordings
    other = replace(right, time_s=1.05 * right.time_s, gyr=None)
    analysis = analyze(Session("run", (left, other)), QUICK)
    fault = next(fault for fault in analysis.faults if fault.kind == "two_rhythms")
    assert fault.value == pytest.approx(1.05, abs=0.01)
    assert not {"cadence_spm", "stride_ms", "contact_ms", "step_ms"} & set(analysis.metrics)
