"""The watch's clock against the session's, on two courses of cadence that are drawn with a known lag."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from gait.analysis.results import Analysis, Bout
from gait.analysis.watch.align import align
from gait.errors import UsageError
from gait.exchange.activity_files.model import Activity
from gait.recording.model import RunInfo, RunnerInfo

STARTED = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)
RUN_S = 400.0


def _course(at: np.ndarray) -> np.ndarray:
    """Cadence of the run at session times: it wanders, as runners do."""
    return 168.0 + 4.0 * np.sin(at / 23.0) + 3.0 * np.sin(at / 61.0 + 1.0) + 2.0 * np.sin(at / 9.0)


def _analysis(started: str) -> Analysis:
    ic = np.arange(5.0, RUN_S, 0.7)
    strides = pd.DataFrame(
        {"side": "left", "activity": "running", "ic_s": ic, "next_ic_s": ic + 0.7, "cadence_spm": _course(ic)}
    )
    return Analysis(
        name="run",
        started=started,
        runner=RunnerInfo(),
        run=RunInfo(),
        strides=strides,
        metrics={},
        walking={},
        activity=(Bout(0.0, 5.0, "still"), Bout(5.0, RUN_S, "running")),
        sensors=(),
        waveforms=(),
        not_measured={},
        settings={},
    )


def _watch(lag_s: float, course=_course) -> Activity:
    """What a watch kept whose clock reads the session's time plus the lag."""
    at = np.arange(-20.0, RUN_S + 20.0)
    runs = (at > 5.0) & (at < RUN_S)
    empty = np.full(len(at), np.nan)
    cadence = np.where(runs, 2.0 * np.round(course(at) / 2.0), 0.0)
    return Activity("watch.fit", at + lag_s, cadence, empty, empty, empty, empty)


@pytest.mark.parametrize("off_s", [0.0, -47.0, 120.0])
def test_the_lag_is_found_from_cadence(off_s: float) -> None:
    """Clocks that are up to minutes apart: the lag to one second, and clear."""
    lag = STARTED.timestamp() + off_s
    found = align(_analysis(STARTED.isoformat()), _watch(lag))
    assert (found.by, found.certainty) == ("cadence", "clear")
    assert found.offset_s == pytest.approx(lag, abs=1.0)


def test_no_start_is_needed_where_cadence_tells() -> None:
    """A recording that does not say when it began is laid by cadence alone."""
    assert align(_analysis(""), _watch(1.7e9)).offset_s == pytest.approx(1.7e9, abs=1.0)


def test_another_run_is_refused() -> None:
    """Another cadence, or the right one an hour off, is another run."""
    analysis = _analysis(STARTED.isoformat())
    with pytest.raises(UsageError, match="another run"):
        align(analysis, _watch(STARTED.timestamp(), lambda at: _course(at) + 15.0))
    with pytest.raises(UsageError, match="its times are not"):
        align(analysis, _watch(STARTED.timestamp() + 3600.0))


def test_an_even_cadence_leaves_the_start_times_or_nothing() -> None:
    """Without cadence the two clocks count, and that is said to be unsure; without a start nothing does."""
    silent = _watch(STARTED.timestamp())
    silent = replace(silent, cadence_spm=np.full(len(silent.time_s), np.nan))
    found = align(_analysis(STARTED.isoformat()), silent)
    assert (found.by, found.certainty, found.correlation) == ("start time", "cannot tell", None)
    assert found.offset_s == STARTED.timestamp()
    with pytest.raises(UsageError, match="does not say when it began"):
        align(_analysis(""), silent)


def test_a_watch_s_even_cadence_is_laid_by_the_start_times() -> None:
    """A steady run that a watch rounds to one number has no course: its level and the two clocks count."""
    even = _watch(STARTED.timestamp(), lambda at: np.full(len(at), 168.0))
    found = align(_analysis(STARTED.isoformat()), even)
    assert (found.by, found.certainty, found.offset_s) == ("start time", "cannot tell", STARTED.timestamp())
    other = _watch(STARTED.timestamp(), lambda at: np.full(len(at), 184.0))
    with pytest.raises(UsageError, match="another run"):
        align(_analysis(STARTED.isoformat()), other)
    with pytest.raises(UsageError, match="does not say when it began"):
        align(_analysis(""), even)
