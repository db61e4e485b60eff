"""A watch's activity once read: numbers a record on the wall clock, laps, and what a record can hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from gait.arrays import FloatArray
from gait.errors import RecordingError

__all__ = ["MOST_RECORDS", "Activity", "Lap", "Rows", "activity_of", "epoch_s"]

MOST_RECORDS = 700_000
"""Records of a file (chosen: a week, one a second; more is no run)."""

SMOOTHED_S = 5.0
"""Half-width, s, of the window over which speed follows from distance (chosen: a position errs by metres)."""

RANGES: Mapping[str, tuple[float, float]] = {
    "cadence_spm": (1.0, 300.0),
    "speed_m_s": (0.0, 13.0),
    "distance_m": (0.0, 1e6),
    "heart_rate_bpm": (25.0, 250.0),
    "altitude_m": (-500.0, 9000.0),
}
"""What a runner's record can hold; anything else counts as not measured."""

EPOCHS_S = (631065600.0, 4733510400.0)
"""s since 1970: 1989-12-31 to 2120 (FIT SDK: its times begin there; the end is chosen: any clock that is set
right)."""

Rows = list[dict[str, float]]
"""A record each: ``time_s`` (seconds since 1970) and keys of `RANGES` where there is a number."""


@dataclass(frozen=True)
class Lap:
    """One lap, [start_s, end_s) in seconds since 1970."""

    start_s: float
    end_s: float


@dataclass(frozen=True)
class Activity:
    """Run as a watch kept it; arrays are (n,), NaN where it did not measure.

    Attributes
    ----------
    source
        Name of the file (untrusted text).
    time_s
        Seconds since 1970, strictly increasing.
    cadence_spm
        Steps of both legs a minute.
    distance_m
        Way from the start; ``speed_m_s`` as the watch gives it, else from the distance.
    laps
        In time order; empty where the file marks none.
    """

    source: str
    time_s: FloatArray
    cadence_spm: FloatArray
    speed_m_s: FloatArray
    distance_m: FloatArray
    heart_rate_bpm: FloatArray
    altitude_m: FloatArray
    laps: tuple[Lap, ...] = ()


def epoch_s(when: object) -> float:
    """Return seconds since 1970 of a time, NaN where it is none; a time without a zone counts as UTC."""
    if isinstance(when, str):
        try:
            when = datetime.fromisoformat(when.strip())
        except ValueError:
            return float("nan")
    if not isinstance(when, datetime):
        return float("nan")
    try:
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError):
        return float("nan")


def activity_of(source: str, rows: Rows, laps: Iterable[Lap]) -> Activity:
    """Return the activity of a file's records.

    Raises
    ------
    RecordingError
        Fewer than two records with a time, or more than `MOST_RECORDS`.
    """
    if len(rows) > MOST_RECORDS:
        raise RecordingError(
            f"more than {MOST_RECORDS} records", where=source, todo="give the watch's file of this run alone"
        )
    times = np.array([row.get("time_s", np.nan) for row in rows], dtype=float)
    dated = np.isfinite(times) & (times > EPOCHS_S[0]) & (times < EPOCHS_S[1])
    dated[dated] = _ahead(times[dated])
    if np.count_nonzero(dated) < 2:
        raise RecordingError(
            "no records with a time in it", where=source, todo="export the whole activity from the watch"
        )
    kept = [row for row, keep in zip(rows, dated, strict=True) if keep]
    columns = {name: _column(kept, name) for name in RANGES}
    time = times[dated]
    if not np.isfinite(columns["speed_m_s"]).any():
        columns["speed_m_s"] = _speed(time, columns["distance_m"])
    sound = sorted((lap for lap in laps if lap.end_s > lap.start_s), key=lambda lap: lap.start_s)
    return Activity(source, time, laps=tuple(sound), **columns)


def _ahead(times: FloatArray) -> npt.NDArray[np.bool_]:
    """Return (n,) True where a time is later than all before it."""
    if not len(times):
        return np.zeros(0, dtype=bool)
    later: npt.NDArray[np.bool_] = np.r_[True, times[1:] > np.maximum.accumulate(times)[:-1]]
    return later


def _column(rows: Rows, name: str) -> FloatArray:
    low, high = RANGES[name]
    values = np.array([row.get(name, np.nan) for row in rows], dtype=float)
    values[~((values >= low) & (values <= high))] = np.nan
    return values


def _speed(time: FloatArray, distance: FloatArray) -> FloatArray:
    """Return (n,) speed, m/s, over the distance, m, within `SMOOTHED_S` on both sides; NaN where unknown."""
    measured = np.isfinite(distance)
    if np.count_nonzero(measured) < 2:
        return np.full(len(time), np.nan)
    at = time[measured]
    early, late = np.maximum(time - SMOOTHED_S, at[0]), np.minimum(time + SMOOTHED_S, at[-1])
    with np.errstate(invalid="ignore", divide="ignore"):
        ahead = np.interp(late, at, distance[measured]) - np.interp(early, at, distance[measured])
        speed = np.where(late > early, ahead / (late - early), np.nan)
    low, high = RANGES["speed_m_s"]
    return np.where((speed >= low) & (speed <= high), speed, np.nan)
