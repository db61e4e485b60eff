"""Joins a watch's activity to an analysis: lengths calibrated, columns a stride, numbers a lap."""

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
"""Factors between which a watch's distance may scale the strides' own; a sensor errs less than that."""

WATCH_SPEED_SHARE = 0.03
"""95 % half-width, relative, of a watch's distance over a run (chosen: GPS on open ground errs by 1-3 %)."""

LEAST_STRIDES = 20
"""Strides with a length of their own, below which nothing is calibrated."""

RISE_M = 3.0
"""Rise that counts as climb: a barometer wanders by 1-2 m (chosen)."""

GRADE_S, GRADE_M = 15.0, 20.0
"""Slope is the rise over this many seconds on both sides, where they hold so many metres (chosen: steps
of 0.2 m of a barometer are half a per cent of 40 m)."""

SPEEDS = ("stride_length_m", "speed_m_s")


def with_activity(analysis: Analysis, activity: Activity) -> Analysis:
    """Return the analysis with what the watch knows: strides, metrics and `Analysis.watch`.

    Raises
    ------
    UsageError
        The activity is of another run, or cannot be laid on this one.

    Notes
    -----
    Where strides have lengths of their own, these keep their course and the watch gives one factor over the
    run; a distance or speed that the runner gave stands above the watch's. Elsewhere a stride's speed is the
    watch's at its middle.
    """
    placed = align(analysis, activity)
    time = activity.time_s - placed.offset_s
    table = analysis.strides.copy()
    middle = 0.5 * (table["ic_s"] + table["next_ic_s"].fillna(table["ic_s"])).to_numpy(dtype=float)
    columns = {
        "watch_speed_m_s": _at(middle, time, activity.speed_m_s),
        "heart_rate_bpm": _at(middle, time, activity.heart_rate_bpm),
        "altitude_m": _at(middle, time, activity.altitude_m),
        "climb_m": _at(middle, time, _climb(activity.altitude_m)),
        "grade_pct": _at(middle, time, _grade(activity)),
    }
    own = bool(np.isfinite(table["stride_length_m"].to_numpy(dtype=float)).any())
    given = bool(analysis.run.distance_m or analysis.run.speed_m_s)
    gain = _gain(table, _lengths_seen(table, time, activity), activity.source) if own else None
    if given:
        gain = None
    table = _lengths(table, columns["watch_speed_m_s"], gain, own=own)
    speed = columns["watch_speed_m_s"]
    table = table.assign(
        **columns,
        pace_s_km=np.divide(1000.0, speed, out=np.full(len(speed), np.nan), where=speed > 0.5),
        lap=_lap_numbers(middle, activity, placed.offset_s),
    )
    table.attrs["units"] = Units(
        {
            **analysis.strides.attrs.get("units", {}),
            **{name: unit_of(name) for name in columns},
            "heart_rate_bpm": "1/min",
            "pace_s_km": "s/km",
        }
    )
    watch = _watch(analysis, activity, placed, gain)
    moved = gain is not None or (not own and bool(np.isfinite(speed).any()))
    metrics = _metrics(analysis, table) if moved else analysis.metrics
    return replace(
        analysis,
        strides=table,
        metrics=metrics,
        not_measured=_still_missing(analysis, metrics),
        settings={**analysis.settings, **_said(watch)},
        watch=watch,
    )


def _still_missing(analysis: Analysis, metrics: Mapping[str, Metric]) -> dict[str, str]:
    """Return why metrics are still not there; a speed that the watch gave is not asked for."""
    stiff = reasons_of_stiffness(metrics, analysis.runner) if metrics else {}
    known = {**analysis.not_measured, **stiff}
    return {name: why for name, why in known.items() if name not in metrics}


def _at(when: FloatArray, time: FloatArray, values: FloatArray) -> FloatArray:
    """Value at each time, between records at most 10 s apart; NaN elsewhere."""
    known = np.isfinite(values)
    if np.count_nonzero(known) < 2:
        return np.full(len(when), np.nan)
    at, value = time[known], values[known]
    after = np.clip(np.searchsorted(at, when), 1, len(at) - 1)
    inside = (when >= at[0]) & (when <= at[-1]) & (at[after] - at[after - 1] <= 10.0)
    return np.asarray(np.where(inside, np.interp(when, at, value), np.nan), dtype=np.float64)


def _lengths_seen(table: pd.DataFrame, time: FloatArray, activity: Activity) -> FloatArray:
    """Way of each stride by the watch's distance, m; from its speed where it keeps no distance."""
    begin: FloatArray = table["ic_s"].to_numpy(dtype=float)
    end: FloatArray = table["next_ic_s"].to_numpy(dtype=float)
    if np.isfinite(activity.distance_m).sum() > 1:
        way: FloatArray = _at(end, time, activity.distance_m) - _at(begin, time, activity.distance_m)
        return way
    lasts: FloatArray = end - begin
    return _at(0.5 * (begin + end), time, activity.speed_m_s) * lasts


def _gain(table: pd.DataFrame, seen: FloatArray, source: str) -> float | None:
    """Factor on the strides' own lengths, over the running strides that have both."""
    length = table["stride_length_m"].to_numpy(dtype=float)
    use = np.isfinite(length * seen) & (table["activity"] == "running").to_numpy()
    if np.count_nonzero(use) < LEAST_STRIDES:
        return None
    gain = float(seen[use].sum() / length[use].sum())
    if not GAIN[0] <= gain <= GAIN[1]:
        raise UsageError(
            f"another run: its speed is {gain:.2g} times what this recording's strides add up to",
            where=source,
            todo="give the activity of this run, or leave it out",
        )
    return gain


def _lengths(table: pd.DataFrame, speed: FloatArray, gain: float | None, *, own: bool) -> pd.DataFrame:
    if gain is not None:
        return table.assign(**{name: table[name] * gain for name in SPEEDS})
    if own:
        return table
    return table.assign(speed_m_s=speed, stride_length_m=1e-3 * table["stride_ms"] * speed)


def _metrics(analysis: Analysis, table: pd.DataFrame) -> dict[str, Metric]:
    """Metrics with those that follow from distance worked out anew."""
    with_gyr: dict[str, bool] = {one.side: one.has_gyr for one in analysis.sensors}
    relative = dict.fromkeys(SPEEDS, WATCH_SPEED_SHARE)
    running = table[table["activity"] == "running"]
    found = summarise(running, with_gyr=with_gyr, extra=relative)
    metrics = {**analysis.metrics, **{name: found[name] for name in SPEEDS if name in found}}
    contact, flight = metrics.get("contact_ms"), metrics.get("flight_ms")
    runner = analysis.runner
    if runner.mass_kg is not None and contact is not None and flight is not None:
        metrics |= stiffness(runner.mass_kg, runner.height_m, contact, flight, metrics.get("speed_m_s"))
    return metrics


def _climb(altitude: FloatArray) -> FloatArray:
    """Metres climbed up to each record: rises of less than `RISE_M` from the last low do not count."""
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
    """Slope of the ground at each record, %, uphill positive; NaN where height or distance are not known."""
    time, height, way = activity.time_s, activity.altitude_m, activity.distance_m
    rise = _at(time + GRADE_S, time, height) - _at(time - GRADE_S, time, height)
    along = _at(time + GRADE_S, time, way) - _at(time - GRADE_S, time, way)
    out: FloatArray = np.full(len(time), np.nan)
    np.divide(100.0 * rise, along, out=out, where=along >= GRADE_M)
    return out


def _lap_numbers(when: FloatArray, activity: Activity, offset_s: float) -> FloatArray:
    """Return the number of the lap from 1; NaN outside of all."""
    number = np.full(len(when), np.nan)
    for at, lap in enumerate(activity.laps, start=1):
        number[(when >= lap.start_s - offset_s) & (when < lap.end_s - offset_s)] = at
    return number


def _watch(analysis: Analysis, activity: Activity, placed: Alignment, gain: float | None) -> Watch:
    time = activity.time_s - placed.offset_s
    begin, end = analysis.activity[0].start_s, analysis.activity[-1].end_s
    laps = tuple(
        _lap(activity, time, one.start_s - placed.offset_s, one.end_s - placed.offset_s)
        for one in activity.laps
    )
    distance, heart, climb = _over(activity, time, begin, end)
    inside = (time >= begin) & (time <= end)
    return Watch(
        source=activity.source,
        offset_s=placed.offset_s,
        aligned_by=placed.by,
        certainty=placed.certainty,
        offset_uncertainty_s=placed.uncertainty_s,
        correlation=placed.correlation,
        gain=gain,
        distance_m=distance,
        heart_rate_bpm=heart,
        heart_rate_max_bpm=_reduced(activity.heart_rate_bpm[inside], "max"),
        climb_m=climb,
        laps=laps,
    )


def _lap(activity: Activity, time: FloatArray, begin: float, end: float) -> WatchLap:
    return WatchLap(begin, end, *_over(activity, time, begin, end))


def _over(
    activity: Activity, time: FloatArray, begin: float, end: float
) -> tuple[float | None, float | None, float | None]:
    """Distance, mean heart rate and climb between two times; None where the watch does not know them."""
    inside = (time >= begin) & (time <= end)
    distance = _reduced(activity.distance_m[inside], "ptp")
    if distance is None and np.isfinite(activity.speed_m_s[inside]).sum() > 1:
        known = inside & np.isfinite(activity.speed_m_s)
        distance = float(np.trapezoid(activity.speed_m_s[known], time[known]))
    return (
        distance,
        _reduced(activity.heart_rate_bpm[inside], "mean"),
        _reduced(_climb(activity.altitude_m[inside]), "max"),
    )


def _reduced(values: FloatArray, how: str) -> float | None:
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    if how == "ptp":
        return float(known.max() - known.min())
    return float(known.max() if how == "max" else known.mean())


def _aligned(watch: Watch) -> str:
    """Return by what the clocks were aligned, how surely, and how closely."""
    within = watch.offset_uncertainty_s
    if watch.certainty == "cannot tell":
        return sentence("aligned by {by} (unchecked, ±{s:.0f} s)", by=watch.aligned_by, s=within)
    if watch.certainty == "likely":
        return sentence("aligned by {by} (likely, ±{s:.0f} s)", by=watch.aligned_by, s=within)
    return sentence("aligned by {by} (clear, ±{s:.0f} s)", by=watch.aligned_by, s=within)


def _said(watch: Watch) -> dict[str, str]:
    """Lines of `Analysis.settings`."""
    out: dict[str, str] = {"watch": _aligned(watch)}
    if watch.gain is not None:
        out["watch calibration"] = f"x {watch.gain:.4f}"
    return out
