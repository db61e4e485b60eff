"""Join a watch's activity to an analysis: calibrated lengths, columns a stride, values a lap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from gait.analysis.column_units import Units, unit_of
from gait.analysis.results import Analysis, Metric, Watch, WatchLap
from gait.analysis.session.not_measured import reasons_of_stiffness
from gait.analysis.session.spring_mass import stiffness
from gait.analysis.session.summary import summarise
from gait.analysis.watch.align import Alignment, align
from gait.arrays import FloatArray
from gait.errors import UsageError
from gait.exchange.activity_files.model import Activity
from gait.sentences import sentence

__all__ = ["with_activity"]

GAIN = (0.8, 1.25)
"""Least and largest factor of a watch's distance on stride lengths (chosen: a sensor errs less than that)."""

WATCH_SPEED_SHARE = 0.03
"""95 % half-width, relative, of a watch's distance over a run (chosen: GPS on open ground errs by 1-3 %)."""

LEAST_STRIDES = 20
"""Number of strides with a length of their own below which no factor is worked out (chosen: their median errs
by less than a third of their spread)."""

RISE_M = 3.0
"""Least rise that counts as climb, m (chosen: a barometer wanders by 1-2 m)."""

RECORDS_APART_S = 10.0
"""Longest time between two records of a watch that is interpolated over, s (chosen: as
`gait.analysis.watch.align.LONGEST_HOLE_S`)."""

MOVING_M_S = 0.5
"""Speed, m/s, above which a pace is given (chosen: half a slow walk)."""

GRADE_S, GRADE_M = 15.0, 20.0
"""Half-width of the window over which slope is taken, s, and least distance within the window, m (chosen: the
0.2 m steps of a barometer are 1 % of 20 m)."""

SPEEDS = ("stride_length_m", "speed_m_s")
"""Columns that a watch's distance calibrates."""


def with_activity(analysis: Analysis, activity: Activity) -> Analysis:
    """Return the analysis with the watch's values in strides, metrics and `Analysis.watch`.

    Raises
    ------
    UsageError
        The activity is of another run, or cannot be aligned with this one.

    Notes
    -----
    Where strides have lengths of their own, the watch gives one factor on all of them; a distance or speed
    that the runner gave takes precedence over the watch's. Elsewhere a stride's speed is the watch's at the
    middle of the stride.
    """
    alignment = align(analysis, activity)
    time = activity.time_s - alignment.offset_s
    table = analysis.strides.copy()
    middle = 0.5 * (table["ic_s"] + table["next_ic_s"].fillna(table["ic_s"])).to_numpy(dtype=float)
    columns = {
        "watch_speed_m_s": _value_at(middle, time, activity.speed_m_s),
        "heart_rate_bpm": _value_at(middle, time, activity.heart_rate_bpm),
        "altitude_m": _value_at(middle, time, activity.altitude_m),
        "climb_m": _value_at(middle, time, _climb(activity.altitude_m)),
        "grade_pct": _value_at(middle, time, _grade(activity)),
    }
    own = bool(np.isfinite(table["stride_length_m"].to_numpy(dtype=float)).any())
    runner_gave_speed = bool(analysis.run.distance_m or analysis.run.speed_m_s)
    gain = _gain(table, _lengths_seen(table, time, activity), activity.source) if own else None
    if runner_gave_speed:
        gain = None
    table = _lengths(table, columns["watch_speed_m_s"], gain, own=own)
    speed = columns["watch_speed_m_s"]
    table = table.assign(
        **columns,
        pace_s_km=np.divide(1000.0, speed, out=np.full(len(speed), np.nan), where=speed > MOVING_M_S),
        lap=_lap_numbers(middle, activity, alignment.offset_s),
    )
    table.attrs["units"] = Units(
        {
            **analysis.strides.attrs.get("units", {}),
            **{name: unit_of(name) for name in columns},
            "heart_rate_bpm": "1/min",
            "pace_s_km": "s/km",
        }
    )
    watch = _watch(analysis, activity, alignment, gain)
    moved = gain is not None or (not own and bool(np.isfinite(speed).any()))
    metrics = _metrics(analysis, table) if moved else analysis.metrics
    return replace(
        analysis,
        strides=table,
        metrics=metrics,
        not_measured=_still_missing(analysis, metrics),
        settings={**analysis.settings, **_settings_lines(watch)},
        watch=watch,
    )


def _still_missing(analysis: Analysis, metrics: Mapping[str, Metric]) -> dict[str, str]:
    """Return why each metric is missing, without those that the watch's speed has now given."""
    stiff = reasons_of_stiffness(metrics, analysis.runner) if metrics else {}
    reasons = {**analysis.not_measured, **stiff}
    return {name: reason for name, reason in reasons.items() if name not in metrics}


def _value_at(times: FloatArray, record_times: FloatArray, values: FloatArray) -> FloatArray:
    """Return (n,) values at times, s, between (m,) records at most `RECORDS_APART_S` apart; NaN elsewhere."""
    measured = np.isfinite(values)
    if np.count_nonzero(measured) < 2:
        return np.full(len(times), np.nan)
    kept_times, kept_values = record_times[measured], values[measured]
    after = np.clip(np.searchsorted(kept_times, times), 1, len(kept_times) - 1)
    inside = (
        (times >= kept_times[0])
        & (times <= kept_times[-1])
        & (kept_times[after] - kept_times[after - 1] <= RECORDS_APART_S)
    )
    return np.asarray(np.where(inside, np.interp(times, kept_times, kept_values), np.nan), dtype=np.float64)


def _lengths_seen(table: pd.DataFrame, time: FloatArray, activity: Activity) -> FloatArray:
    """Return each stride's length, m, by the watch's distance, else speed; `time`, (m,) s, is of records."""
    begin: FloatArray = table["ic_s"].to_numpy(dtype=float)
    end: FloatArray = table["next_ic_s"].to_numpy(dtype=float)
    if np.isfinite(activity.distance_m).sum() > 1:
        travelled_m: FloatArray = _value_at(end, time, activity.distance_m) - _value_at(
            begin, time, activity.distance_m
        )
        return travelled_m
    lasts: FloatArray = end - begin
    return _value_at(0.5 * (begin + end), time, activity.speed_m_s) * lasts


def _gain(table: pd.DataFrame, watch_lengths: FloatArray, source: str) -> float | None:
    """Return the factor on the strides' own lengths; None with fewer than `LEAST_STRIDES` to compare.

    `watch_lengths`: (n,) m, a stride each, NaN where the watch has none.
    """
    length = table["stride_length_m"].to_numpy(dtype=float)
    use = np.isfinite(length * watch_lengths) & (table["activity"] == "running").to_numpy()
    if np.count_nonzero(use) < LEAST_STRIDES:
        return None
    gain = float(watch_lengths[use].sum() / length[use].sum())
    if not GAIN[0] <= gain <= GAIN[1]:
        raise UsageError(
            f"another run: its speed is {gain:.2g} times what this recording's strides add up to",
            where=source,
            todo="give the activity of this run, or leave it out",
        )
    return gain


def _lengths(table: pd.DataFrame, speed: FloatArray, gain: float | None, *, own: bool) -> pd.DataFrame:
    """Return the table with speed and stride length: times `gain`, or by the watch's (n,) speed, m/s."""
    if gain is not None:
        return table.assign(**{name: table[name] * gain for name in SPEEDS})
    if own:
        return table
    return table.assign(speed_m_s=speed, stride_length_m=1e-3 * table["stride_ms"] * speed)


def _metrics(analysis: Analysis, table: pd.DataFrame) -> dict[str, Metric]:
    """Return the metrics, with those that depend on distance worked out anew."""
    with_gyr: dict[str, bool] = {sensor.side: sensor.has_gyr for sensor in analysis.sensors}
    relative = dict.fromkeys(SPEEDS, WATCH_SPEED_SHARE)
    running = table[table["activity"] == "running"]
    from_distance = summarise(running, with_gyr=with_gyr, extra=relative)
    metrics = {**analysis.metrics, **{name: from_distance[name] for name in SPEEDS if name in from_distance}}
    contact, flight = metrics.get("contact_ms"), metrics.get("flight_ms")
    runner = analysis.runner
    if runner.mass_kg is not None and contact is not None and flight is not None:
        metrics |= stiffness(runner.mass_kg, runner.height_m, contact, flight, metrics.get("speed_m_s"))
    return metrics


def _climb(altitude: FloatArray) -> FloatArray:
    """Return the climb up to each of (m,) records, m; rises below `RISE_M` from the last low do not count."""
    out = np.full(len(altitude), np.nan)
    total, level = 0.0, float("nan")
    for at, height in enumerate(altitude):
        if not np.isfinite(height):
            continue
        if not np.isfinite(level) or height < level:
            level = float(height)
        elif height >= level + RISE_M:
            total, level = total + float(height) - level, float(height)
        out[at] = total
    return out


def _grade(activity: Activity) -> FloatArray:
    """Return the slope at each record, %, uphill positive; NaN where height or distance are not known."""
    time, height, distance = activity.time_s, activity.altitude_m, activity.distance_m
    rise = _value_at(time + GRADE_S, time, height) - _value_at(time - GRADE_S, time, height)
    along = _value_at(time + GRADE_S, time, distance) - _value_at(time - GRADE_S, time, distance)
    out: FloatArray = np.full(len(time), np.nan)
    np.divide(100.0 * rise, along, out=out, where=along >= GRADE_M)
    return out


def _lap_numbers(when: FloatArray, activity: Activity, offset_s: float) -> FloatArray:
    """Return the lap's number, from 1, at each of (n,) session times, s; NaN outside all laps."""
    number = np.full(len(when), np.nan)
    for at, lap in enumerate(activity.laps, start=1):
        number[(when >= lap.start_s - offset_s) & (when < lap.end_s - offset_s)] = at
    return number


def _watch(analysis: Analysis, activity: Activity, alignment: Alignment, gain: float | None) -> Watch:
    time = activity.time_s - alignment.offset_s
    begin, end = analysis.activity[0].start_s, analysis.activity[-1].end_s
    laps = tuple(
        _lap(activity, time, lap.start_s - alignment.offset_s, lap.end_s - alignment.offset_s)
        for lap in activity.laps
    )
    distance, heart, climb = _totals_between(activity, time, begin, end)
    inside = (time >= begin) & (time <= end)
    return Watch(
        source=activity.source,
        offset_s=alignment.offset_s,
        aligned_by=alignment.by,
        certainty=alignment.certainty,
        offset_uncertainty_s=alignment.uncertainty_s,
        correlation=alignment.correlation,
        gain=gain,
        distance_m=distance,
        heart_rate_bpm=heart,
        heart_rate_max_bpm=_reduced(activity.heart_rate_bpm[inside], "max"),
        climb_m=climb,
        laps=laps,
    )


def _lap(activity: Activity, time: FloatArray, begin: float, end: float) -> WatchLap:
    """Return a lap's times, s of session time, with its totals; `time`, (m,) s, is of the watch's records."""
    return WatchLap(begin, end, *_totals_between(activity, time, begin, end))


def _totals_between(
    activity: Activity, time: FloatArray, begin: float, end: float
) -> tuple[float | None, float | None, float | None]:
    """Return distance, mean heart rate and climb between two times; None where the watch has no value.

    `time`: (m,) s of session time of the watch's records.
    """
    inside = (time >= begin) & (time <= end)
    distance = _reduced(activity.distance_m[inside], "ptp")
    if distance is None and np.isfinite(activity.speed_m_s[inside]).sum() > 1:
        has_speed = inside & np.isfinite(activity.speed_m_s)
        distance = float(np.trapezoid(activity.speed_m_s[has_speed], time[has_speed]))
    return (
        distance,
        _reduced(activity.heart_rate_bpm[inside], "mean"),
        _reduced(_climb(activity.altitude_m[inside]), "max"),
    )


def _reduced(values: FloatArray, statistic: str) -> float | None:
    """Return "ptp" (largest minus smallest), "max" or "mean" of the finite of (m,) values; None without."""
    measured = values[np.isfinite(values)]
    if not len(measured):
        return None
    if statistic == "ptp":
        return float(measured.max() - measured.min())
    return float(measured.max() if statistic == "max" else measured.mean())


def _aligned(watch: Watch) -> str:
    """Return the source of the clock offset with its certainty and uncertainty, in words."""
    within = watch.offset_uncertainty_s
    if watch.certainty == "cannot tell":
        return sentence("aligned by {by} (unchecked, ±{s:.0f} s)", by=watch.aligned_by, s=within)
    if watch.certainty == "likely":
        return sentence("aligned by {by} (likely, ±{s:.0f} s)", by=watch.aligned_by, s=within)
    return sentence("aligned by {by} (clear, ±{s:.0f} s)", by=watch.aligned_by, s=within)


def _settings_lines(watch: Watch) -> dict[str, str]:
    """Return the watch's lines of `Analysis.settings`."""
    out: dict[str, str] = {"watch": _aligned(watch)}
    if watch.gain is not None:
        out["watch calibration"] = f"x {watch.gain:.4f}"
    return out
