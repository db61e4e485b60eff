"""Find the offset between the watch's clock and the session's, from both cadence series and the start times.

The two cadence series have one value a second. At every lag they are compared over the seconds in which both
show running: correlation, root mean square difference, and the share of seconds in which only one of them
shows running. A Fourier transform gives all lags at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import numpy.typing as npt

from gait.analysis.results import Analysis, Certainty
from gait.arrays import FloatArray
from gait.errors import UsageError
from gait.exchange.activity_files.model import Activity

__all__ = ["Alignment", "align"]

LEAST_OVERLAP_S = 45.0
"""Overlap of running, s, below which a lag is not compared (chosen: four independent values)."""
LEAST_SHARE = 0.6
"""Share of the session's running that the activity has to cover (chosen: more than half)."""
RUNNING_SPM = 130.0
"""Cadence of a watch, steps/min, above which it is running (chosen: walking stays below it)."""
CLOCKS_APART_S = 180.0
"""Difference of two clocks with date and zone, s, at most (chosen: a clock set by hand)."""
MOST_RMS_SPM = 6.0
"""Root mean square difference of two cadence series of one run, steps/min, at most (chosen: watches round
to 2 and smooth over several seconds)."""
MOST_ALONE = 0.15
"""Share of seconds in which only one of the two series shows running, at most (chosen: seconds at starts and
stops, where a watch smooths, stay below it)."""
CORRELATED = 0.6
"""Least correlation of an alignment by cadence (chosen: the two share a third of their variance)."""
CLEAR = 0.8
"""Least correlation of an alignment by cadence that is called clear (chosen: the two share two thirds of
their variance)."""
INDEPENDENT_S = 10.0
"""Time in which cadence gives one independent value, s (chosen: neighbouring strides are alike)."""
FISHER_LESS, LEAST_FREE, MOST_CORRELATED = 3.0, 0.1, 0.999
"""Standard error of Fisher's z is 1 / sqrt(n - 3) of n independent values (Fisher 1921); least n - 3 and
largest correlation that are put into it (chosen: z stays finite)."""
BY_CHANCE = 4.5
"""Fisher's z over its standard error, at least (chosen: the best of thousands of lags of another run stays
below it)."""
BY_CHANCE_NEAR = 2.2
"""Fisher's z over its standard error, at least, for the few lags near the start times (chosen: 1.4 % of lags
exceed it by chance, and some three of these are independent)."""
STANDS_OUT = 0.12
"""Least distance of the best lag's correlation above that of every other lag (chosen: where a second lag is
as good as the best, neither is found)."""
ELSEWHERE_S = 12
"""Distance from the best lag, s, beyond which a lag is another one (chosen: cadence is smoothed)."""
AGREES = 0.45
"""Least correlation within `STARTS_APART_S` of the start times (chosen: a lower one admits other runs)."""
STARTS_APART_S = 15.0
"""Difference of two clocks that both were set, s, at most (chosen: a person presses two buttons one after the
other)."""
FLAT_SPM = 1.0
"""Standard deviation of a watch's cadence, steps/min, below which it is even and its correlation says nothing
(chosen: watches round to 1 or 2)."""
SMOOTHED_S = 5
"""Width of the moving mean over cadence, s (chosen: about what watches smooth over)."""
CADENCE_SURE_S = 2.0
"""95 % half-width of an offset found by cadence, s (chosen: a watch keeps one value a second)."""
UNCHECKED_S = 30.0
"""95 % half-width of an offset that nothing but the start times gives, s (chosen: twice `STARTS_APART_S`)."""
LONGEST_HOLE_S = 10.0
"""Time between two records, s, above which the watch recorded nothing between them (chosen: watches that keep
changes alone write every few seconds)."""
LONGEST_S = 4 * 86400
"""Longest cadence series that is compared, s (chosen: four days, longer than any race)."""


@dataclass(frozen=True)
class Alignment:
    """Session time is the watch's time minus ``offset_s``.

    Attributes
    ----------
    by
        Source of the offset.
    uncertainty_s
        95 % half-width of the offset, without the unknown delay of the watch's own smoothing.
    correlation
        Correlation of the two cadence series; None where the watch kept no cadence.
    """

    offset_s: float
    by: Literal["cadence", "start time"]
    certainty: Certainty
    uncertainty_s: float
    correlation: float | None


@dataclass(frozen=True)
class _Course:
    """Cadence, one value a second from ``first_s``; ``runs`` and ``covered`` (recorded) are 0 or 1."""

    first_s: float
    cadence: FloatArray
    runs: FloatArray
    covered: FloatArray


@dataclass(frozen=True)
class _Lags:
    """Agreement of two cadence series at each lag; ``both_s`` is the time in which both show running."""

    offset_s: FloatArray
    correlation: FloatArray
    rms_spm: FloatArray
    alone: FloatArray
    both_s: FloatArray


def align(analysis: Analysis, activity: Activity) -> Alignment:
    """Return the offset of the watch's clock from the session's.

    Raises
    ------
    UsageError
        The activity is of another run, or neither cadence nor start times give an offset.
    """
    start = _session_zero(analysis.started)
    if not np.isfinite(activity.cadence_spm).any():
        return _by_start_alone(analysis, activity, start)
    lags = _compared(_session_course(analysis), _watch_course(activity))
    if start is not None:
        near = np.abs(lags.offset_s - start) <= CLOCKS_APART_S
        if not (near & (lags.both_s >= LEAST_OVERLAP_S)).any():
            raise _other_run(activity, "its times are not those of the recording")
        lags = _at_lags(lags, near)
    fits = (lags.rms_spm <= MOST_RMS_SPM) & (lags.alone <= MOST_ALONE)
    if not fits.any():
        raise _other_run(activity, "its cadence is not that of the recording")
    best = int(np.argmax(np.where(fits, lags.correlation, -np.inf)))
    away = np.abs(lags.offset_s - lags.offset_s[best]) > ELSEWHERE_S
    second = float(np.max(lags.correlation[away], initial=-1.0))
    top = float(lags.correlation[best])
    if top >= CORRELATED and top - second >= STANDS_OUT and float(_strength(lags)[best]) >= BY_CHANCE:
        sure: Certainty = "clear" if top >= CLEAR else "likely"
        return Alignment(_peak(lags, best), "cadence", sure, CADENCE_SURE_S, top)
    if start is None:
        raise UsageError(
            "its cadence fits the recording at no one time, and the recording does not say when it began",
            where=activity.source,
            todo="write 'started = \"2026-05-01T07:32:10+02:00\"' into session.toml, or leave --activity out",
        )
    if _is_even(activity):
        return _by_level(lags, start, activity)
    return _by_start(lags, start, activity)


def _is_even(activity: Activity) -> bool:
    """Return whether the watch's cadence hardly varies over the running."""
    running = activity.cadence_spm[activity.cadence_spm > RUNNING_SPM]
    return len(running) > 0 and float(np.std(running)) < FLAT_SPM


def _by_level(lags: _Lags, start: float, activity: Activity) -> Alignment:
    """Return the alignment by start times where cadence is even; its level and its running have to agree."""
    near = np.abs(lags.offset_s - start) <= STARTS_APART_S
    if not (near & (lags.rms_spm <= MOST_RMS_SPM) & (lags.alone <= MOST_ALONE)).any():
        raise _other_run(activity, "its cadence is not that of the recording")
    return Alignment(start, "start time", "cannot tell", UNCHECKED_S, None)


def _by_start(lags: _Lags, start: float, activity: Activity) -> Alignment:
    """Return the alignment by start times where the cadences correlate near that lag."""
    near = _at_lags(lags, np.abs(lags.offset_s - start) <= STARTS_APART_S)
    fits = (near.rms_spm <= MOST_RMS_SPM) & (near.alone <= MOST_ALONE) & (near.correlation >= AGREES)
    fits &= _strength(near) >= BY_CHANCE_NEAR
    if not fits.any():
        raise _other_run(activity, "its cadence does not follow that of the recording")
    top = float(np.max(near.correlation[fits]))
    return Alignment(start, "start time", "likely", STARTS_APART_S, top)


def _strength(lags: _Lags) -> FloatArray:
    """Return Fisher's z of each correlation over its standard error: short overlaps correlate by chance."""
    free = np.maximum(lags.both_s / INDEPENDENT_S - FISHER_LESS, LEAST_FREE)
    out: FloatArray = np.arctanh(np.clip(lags.correlation, -MOST_CORRELATED, MOST_CORRELATED)) * np.sqrt(free)
    return out


def _by_start_alone(analysis: Analysis, activity: Activity, start: float | None) -> Alignment:
    """Return the alignment by start times alone; `start`: the offset of the two, s, None where unknown."""
    if start is None:
        raise UsageError(
            "no cadence in it, and the recording does not say when it began",
            where=activity.source,
            todo="write 'started = \"2026-05-01T07:32:10+02:00\"' into session.toml, or leave --activity out",
        )
    begin, end = (analysis.activity[0].start_s, analysis.activity[-1].end_s) if analysis.activity else (0, 0)
    low, high = activity.time_s[0] - start, activity.time_s[-1] - start
    if min(high, end) - max(low, begin) < LEAST_SHARE * (end - begin):
        raise _other_run(activity, "its times are not those of the recording")
    return Alignment(start, "start time", "cannot tell", UNCHECKED_S, None)


def _other_run(activity: Activity, why: str) -> UsageError:
    return UsageError(
        f"another run: {why}", where=activity.source, todo="give the activity of this run, or leave it out"
    )


def _session_zero(started: str) -> float | None:
    """Return session time zero in s since 1970; None where date or zone are not known."""
    try:
        when = datetime.fromisoformat(started)
        return when.timestamp() if when.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _session_course(analysis: Analysis) -> _Course:
    """Return the cadence series of the leg with more running strides."""
    strides = analysis.strides
    running = strides[(strides["activity"] == "running") & strides["next_ic_s"].notna()]
    if len(running) == 0:
        raise UsageError("no running in the recording to lay it on", where="--activity", todo="leave it out")
    leg = running[running["side"] == running["side"].mode().iloc[0]]
    first, last = analysis.activity[0].start_s, analysis.activity[-1].end_s
    grid = np.arange(math.floor(first), min(math.ceil(last), math.floor(first) + LONGEST_S) + 1.0)
    begin, end = leg["ic_s"].to_numpy(dtype=float), leg["next_ic_s"].to_numpy(dtype=float)
    cadence = np.interp(grid, 0.5 * (begin + end), leg["cadence_spm"].to_numpy(dtype=float))
    at = np.searchsorted(begin, grid, side="right") - 1
    runs = (at >= 0) & (grid < end[np.maximum(at, 0)] + 0.5)
    covered = np.ones(len(grid), dtype=bool)
    for bout in analysis.activity:
        if bout.kind == "gap":
            covered &= ~((grid >= bout.start_s) & (grid < bout.end_s))
    return _course(float(grid[0]), cadence, runs & covered, covered)


def _watch_course(activity: Activity) -> _Course:
    time = activity.time_s
    first = math.floor(time[0])
    grid = np.arange(first, min(math.ceil(time[-1]), first + LONGEST_S) + 1.0)
    at = np.clip(np.searchsorted(time, grid, side="right") - 1, 0, len(time) - 2)
    covered = (time[at + 1] - time[at]) <= LONGEST_HOLE_S
    has_cadence = np.isfinite(activity.cadence_spm)
    cadence = np.interp(grid, time[has_cadence], activity.cadence_spm[has_cadence])
    runs = covered & has_cadence[at] & (cadence > RUNNING_SPM)
    return _course(float(first), cadence, runs, covered)


def _course(
    first: float, cadence: FloatArray, runs: npt.NDArray[np.bool_], covered: npt.NDArray[np.bool_]
) -> _Course:
    """Return (n,) cadence, steps/min, one value a second, smoothed over `SMOOTHED_S` within the running."""
    mask = runs.astype(float)
    box = np.ones(SMOOTHED_S)
    weight = np.convolve(mask, box, mode="same")
    total = np.convolve(np.where(mask > 0.0, cadence, 0.0), box, mode="same")
    smooth = np.where(mask > 0.0, total / np.maximum(weight, 1.0), 0.0)
    return _Course(first, smooth, mask, covered.astype(float))


def _compared(session: _Course, watch: _Course) -> _Lags:
    """Return the agreement at every lag k, which sets the watch's second ``i + k`` on the session's ``i``."""
    middle = float(session.cadence[session.runs > 0.0].mean())
    a, b = (np.where(course.runs > 0.0, course.cadence - middle, 0.0) for course in (session, watch))
    both = np.round(_correlate(session.runs, watch.runs))
    only_a = np.round(_correlate(session.runs, watch.covered)) - both
    only_b = np.round(_correlate(session.covered, watch.runs)) - both
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_a, mean_b = _correlate(a, watch.runs) / both, _correlate(session.runs, b) / both
        square_a = _correlate(a * a, watch.runs) / both
        square_b = _correlate(session.runs, b * b) / both
        product = _correlate(a, b) / both
        scale = np.sqrt(np.maximum((square_a - mean_a**2) * (square_b - mean_b**2), 1e-12))
        correlation = (product - mean_a * mean_b) / scale
        rms = np.sqrt(np.maximum(square_a - 2.0 * product + square_b, 0.0))
        alone = (only_a + only_b) / (both + only_a + only_b)
    enough = both >= max(LEAST_OVERLAP_S, LEAST_SHARE * float(session.runs.sum()))
    offsets = watch.first_s - session.first_s + np.arange(-len(a) + 1.0, len(b))
    return _Lags(
        offsets,
        np.where(enough, np.clip(correlation, -1.0, 1.0), -1.0),
        np.where(enough, rms, np.inf),
        np.where(enough, alone, 1.0),
        np.where(enough, both, 0.0),
    )


def _correlate(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the sum over i of a[i] b[i + k], for k from 1 - len(a) to len(b) - 1."""
    from scipy.signal import fftconvolve

    out: FloatArray = fftconvolve(b, a[::-1])
    return out


def _at_lags(lags: _Lags, keep: npt.NDArray[np.bool_]) -> _Lags:
    """Return the agreement at some of the lags, (n,) mask."""
    return _Lags(
        lags.offset_s[keep],
        lags.correlation[keep],
        lags.rms_spm[keep],
        lags.alone[keep],
        lags.both_s[keep],
    )


def _peak(lags: _Lags, best: int) -> float:
    """Return the offset at the top of the parabola through the best lag and its neighbours, s."""
    if not 0 < best < len(lags.offset_s) - 1:
        return float(lags.offset_s[best])
    before, top, after = (float(value) for value in lags.correlation[best - 1 : best + 2])
    bend = before - 2.0 * top + after
    shift = 0.5 * (before - after) / bend if bend < 0.0 else 0.0
    return float(lags.offset_s[best]) + float(np.clip(shift, -0.5, 0.5))
