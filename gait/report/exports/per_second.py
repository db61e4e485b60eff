"""The run second by second, as watches keep it: means over the strides in each second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gait.analysis.results import Analysis
from gait.arrays import FloatArray, IntArray

__all__ = ["QUANTITIES", "Seconds", "per_second"]


LEFT_OUT = frozenset({"gap", "uncertain"})
"""Marks of strides whose times are unreliable; these strides are left out."""

QUANTITIES: Mapping[str, tuple[str, float]] = {
    "leg_cadence_rpm": ("cadence_spm", 0.5),
    "contact_ms": ("contact_ms", 1.0),
    "duty_pct": ("duty_factor", 100.0),
    "oscillation_mm": ("vertical_oscillation_cm", 10.0),
    "step_mm": ("stride_length_m", 500.0),
    "speed_m_s": ("speed_m_s", 1.0),
    "strike_angle_deg": ("strike_angle_deg", 1.0),
    "pronation_deg": ("pronation_excursion_deg", 1.0),
    "peak_g": ("peak_acc_g", 1.0),
    "heart_rate_bpm": ("heart_rate_bpm", 1.0),
    "altitude_m": ("altitude_m", 1.0),
}
"""Name here -> column of the strides, and factor from the column to the value here (one leg's strides a
minute from steps a minute, step from stride length)."""


@dataclass(frozen=True)
class Seconds:
    """Measured values around each second; all arrays are (n,).

    Attributes
    ----------
    time_s
        Session time, one second apart; seconds in a gap of the recording are left out.
    activity
        Gait that fills most of the second: ``running``, ``walking`` or empty text for neither.
    values
        Name of `QUANTITIES` -> mean of both legs; NaN in a second without a value.
    contact_left_ms, contact_right_ms
        Mean of each leg; NaN in a second without a value of that leg.
    left_share_pct
        Left contact time as a share of both legs'; NaN unless both were measured in that second.
    distance_m
        Distance up to the end of that second, m; NaN throughout where no speed was measured.
    """

    time_s: FloatArray
    activity: npt.NDArray[np.str_]
    values: Mapping[str, FloatArray]
    contact_left_ms: FloatArray
    contact_right_ms: FloatArray
    left_share_pct: FloatArray
    distance_m: FloatArray


@dataclass(frozen=True)
class _Pieces:
    """Strides cut at the borders of seconds: index of second and stride, and their overlap in s."""

    second: IntArray
    stride: IntArray
    overlap_s: FloatArray

    def where(self, keep: npt.NDArray[np.bool_]) -> _Pieces:
        """Return the pieces of a (m,) mask."""
        return _Pieces(self.second[keep], self.stride[keep], self.overlap_s[keep])


def per_second(analysis: Analysis, first_s: float) -> Seconds:
    """Return means of the strides' values in each second.

    Parameters
    ----------
    analysis
        Any analysis; without strides every value is NaN.
    first_s
        Session time of the first second's middle.

    Notes
    -----
    The second at ``t`` spans ``[t - 0.5, t + 0.5)``. The mean of a leg weights each stride by its time within
    the second; the mean of both legs is that of the two means. Only strides of the activity that fills most
    of the second count, so that no second mixes running and walking.
    """
    end = analysis.activity[-1].end_s if analysis.activity else first_s
    count = max(0, int(np.floor(end - first_s + 0.5)) + 1)
    strides = _trusted(analysis.strides)
    pieces = _cut(strides, first_s, count)
    activity = _activity(strides, pieces, count)
    kinds = strides["activity"].to_numpy(dtype=str)
    pieces = pieces.where(kinds[pieces.stride] == activity[pieces.second])
    values = {
        name: _mean_of_legs(strides, pieces, column, count) * factor
        for name, (column, factor) in QUANTITIES.items()
    }
    distance = _distance(strides, pieces, values["speed_m_s"])
    time = first_s + np.arange(count, dtype=float)
    keep = ~_in_gap(analysis, time)
    left, right = (_leg_mean(strides, pieces, "contact_ms", side, count) for side in ("left", "right"))
    return Seconds(
        time[keep],
        activity[keep],
        {name: value[keep] for name, value in values.items()},
        left[keep],
        right[keep],
        (100.0 * left / (left + right))[keep],
        distance[keep],
    )


def _trusted(strides: pd.DataFrame) -> pd.DataFrame:
    """Return the strides with reliable times, numbered from zero."""
    if not len(strides):
        return strides
    marks = strides["marks"].fillna("").astype(str).str.split()
    unmarked = marks.map(LEFT_OUT.isdisjoint).astype(bool)
    timed = np.isfinite(strides["ic_s"].astype(float)) & np.isfinite(strides["next_ic_s"].astype(float))
    return strides[unmarked & timed].reset_index(drop=True)


def _cut(strides: pd.DataFrame, first_s: float, count: int) -> _Pieces:
    """Return the pieces of strides, each within one second."""
    start = strides["ic_s"].to_numpy(dtype=float) - first_s + 0.5
    end = strides["next_ic_s"].to_numpy(dtype=float) - first_s + 0.5
    low = np.floor(start).astype(np.intp)
    parts = np.maximum(np.ceil(end).astype(np.intp) - low, 0)
    stride = np.repeat(np.arange(len(strides), dtype=np.intp), parts)
    nth = np.arange(len(stride), dtype=np.intp) - np.repeat(np.cumsum(parts) - parts, parts)
    second = low[stride] + nth
    overlap = np.minimum(end[stride], second + 1.0) - np.maximum(start[stride], second)
    pieces = _Pieces(second, stride, overlap)
    return pieces.where((second >= 0) & (second < count) & (overlap > 0.0))


def _activity(strides: pd.DataFrame, pieces: _Pieces, count: int) -> npt.NDArray[np.str_]:
    """Return the gait that fills most of each second; empty where there is none."""
    kinds = strides["activity"].to_numpy(dtype=str)[pieces.stride]
    time = {
        kind: np.bincount(pieces.second, pieces.overlap_s * (kinds == kind), minlength=count)
        for kind in ("running", "walking")
    }
    runs = (time["running"] > 0.0) & (time["running"] >= time["walking"])
    return np.where(runs, "running", np.where(time["walking"] > 0.0, "walking", ""))


def _leg_mean(strides: pd.DataFrame, pieces: _Pieces, column: str, side: str, count: int) -> FloatArray:
    """Return the mean of one leg in each second, weighted by the strides' time in it; NaN without a value."""
    if column not in strides:
        # The watch's columns are there only with a watch.
        return np.full(count, np.nan)
    value = strides[column].to_numpy(dtype=float)[pieces.stride]
    use = pieces.where(np.isfinite(value) & (strides["side"].to_numpy(dtype=str)[pieces.stride] == side))
    value = strides[column].to_numpy(dtype=float)[use.stride]
    weight = np.bincount(use.second, use.overlap_s, minlength=count)
    total = np.bincount(use.second, use.overlap_s * value, minlength=count)
    mean: FloatArray = np.divide(total, weight, out=np.full(count, np.nan), where=weight > 0.0)
    return mean


def _mean_of_legs(strides: pd.DataFrame, pieces: _Pieces, column: str, count: int) -> FloatArray:
    """Return the mean over the legs with a value in each second; NaN without one."""
    legs = np.array([_leg_mean(strides, pieces, column, side, count) for side in ("left", "right")])
    measured = np.isfinite(legs)
    mean: FloatArray = np.divide(
        np.where(measured, legs, 0.0).sum(axis=0),
        measured.sum(axis=0),
        out=np.full(count, np.nan),
        where=measured.any(axis=0),
    )
    return mean


def _distance(strides: pd.DataFrame, pieces: _Pieces, speed: FloatArray) -> FloatArray:
    """Return the distance up to the end of each second, m: (n,) speed, m/s, times its part with strides."""
    if not np.isfinite(speed).any():
        return np.full(len(speed), np.nan)
    sides = strides["side"].to_numpy(dtype=str)[pieces.stride]
    covered = np.zeros(len(speed))
    for side in ("left", "right"):
        leg = np.bincount(pieces.second, pieces.overlap_s * (sides == side), minlength=len(speed))
        covered = np.maximum(covered, np.minimum(leg, 1.0))
    distance: FloatArray = np.cumsum(np.where(np.isfinite(speed), speed, 0.0) * covered)
    return distance


def _in_gap(analysis: Analysis, time: FloatArray) -> npt.NDArray[np.bool_]:
    """Return True for each of (n,) seconds whose middle, session time, lies in a gap of the recording."""
    inside = np.zeros(len(time), dtype=bool)
    for bout in analysis.activity:
        if bout.kind == "gap":
            inside |= (time >= bout.start_s) & (time < bout.end_s)
    return inside
