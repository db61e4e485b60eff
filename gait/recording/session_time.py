"""Session time: where it begins for recordings that count from elsewhere, and the wall clock of its zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from gait.recording.model import Recording

__all__ = ["common_start_s", "from_start", "started_at"]

TIME_OF_DAY_S, LATEST_S = 1e8, 1e10
"""Times from the first on are counted from 1970, as phones do; beyond the second there is no such date
(chosen: 1973 and 2286)."""


def common_start_s(recordings: list[Recording]) -> float:
    """Return session time zero, s: the first whole second of times of day or of negative times; else 0."""
    first_s = min(float(recording.time_s[0]) for recording in recordings)
    return float(np.floor(first_s)) if first_s >= TIME_OF_DAY_S or first_s < 0.0 else 0.0


def from_start(recording: Recording, start_s: float) -> Recording:
    """Return a recording in session time whose times are counted from elsewhere.

    Parameters
    ----------
    start_s
        As `common_start_s` gives it; 0 changes nothing.
    """
    if start_s == 0.0:
        return recording
    started = ""
    if start_s < 0.0:
        started = _moved(recording.started, start_s)
        return replace(recording, time_s=recording.time_s - start_s, started=started)
    if start_s < LATEST_S:
        when = datetime.fromtimestamp(start_s, tz=recording.zone or UTC)
        # Without a zone the file gives the hour of its own wall clock.
        started = (when if recording.zone is not None else when.replace(tzinfo=None)).isoformat()
    return replace(recording, time_s=recording.time_s - start_s, started=recording.started or started)


def _moved(started: str, by_s: float) -> str:
    """Return a wall-clock time, ISO 8601, some seconds later; as it is where it is none."""
    try:
        return (datetime.fromisoformat(started) + timedelta(seconds=by_s)).isoformat() if started else ""
    except (ValueError, OverflowError):
        return started


def started_at(recording: Recording, started: str) -> Recording:
    """Return a recording with the wall clock of its time zero from ``session.toml``, where it lacks one."""
    return recording if recording.started or not started else replace(recording, started=started)
