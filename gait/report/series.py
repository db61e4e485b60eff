"""Reduce strides for drawing: an hour's run has ten thousand of them, a chart a few hundred points.

The reduction takes medians and percentiles only; no gait metric is worked out here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gait.arrays import BoolArray, FloatArray
from gait.grouped import quantiles_by
from gait.history.speed_laws import SPEED_LAWS

__all__ = [
    "Series",
    "Third",
    "amid_running",
    "histogram",
    "numbers",
    "over_time",
    "running",
    "scatter",
    "thirds",
    "trend",
]

BINS = 110
"""Number of points along the run (chosen: one in about three pixels on a phone)."""
SHORTEST_BIN_S = 4.0
"""Shortest time that one point stands for, s (chosen: five strides of a foot)."""
BREAK_S = 3.0
"""Time without a stride, s, at which a line breaks (chosen: longer than two strides)."""
ALIKE, JOINED_S = 0.12, 0.05
"""Relative difference of two neighbouring strides' times, and gap between them, s, up to which they are alike
(chosen: strides of a run differ by 1-3 %)."""
DOTS = 450
"""Number of points of a scatter chart, a side (chosen: more would cover one another)."""
BLOCKS = 8
"""Number of blocks of a third, whose medians give the uncertainty of the third's median (chosen: seven
degrees of freedom, and blocks long enough to differ little)."""
T_975 = 2.365
"""97.5 % point of Student's t with `BLOCKS` - 1 degrees of freedom."""
BLOCK_STRIDES = 8
"""Strides of a block, at least (chosen: a median of fewer scatters too much)."""
BAND = (0.1, 0.5, 0.9)
"""Quantiles of a line: lower end of its band, middle, upper end (chosen: eight strides in ten)."""
TREND_STRIDES, SLICE_STRIDES = 40, 12
"""Strides of a trend, and of each of its slices, at least (chosen: slices whose medians scatter by a third of
the strides' own)."""


@dataclass(frozen=True)
class Series:
    """A line along the run: time in s, median, 10th and 90th percentile; NaN where the line breaks."""

    time_s: FloatArray
    middle: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True)
class Third:
    """First and last third of the running of one metric, and the change between them.

    ``uncertainty`` is the 95 % half-width of ``change`` from the scatter of blocks of neighbouring strides:
    systematic parts are the same in both thirds and cancel. ``matters`` is the smallest change of practical
    importance.
    """

    first: float
    last: float
    change: float
    uncertainty: float
    matters: float = 0.0

    @property
    def shown(self) -> bool:
        """Return True where the change's interval leaves out zero and the change is at least ``matters``."""
        return abs(self.change) > self.uncertainty and abs(self.change) >= self.matters


def running(strides: pd.DataFrame, *, clean: bool = False) -> pd.DataFrame:
    """Return the running strides; ``clean`` leaves out those marked as touching a gap, a turn and so on."""
    return strides[_is_running(strides, clean=clean)]


def _is_running(strides: pd.DataFrame, *, clean: bool) -> BoolArray:
    """Return (n,) flags of the strides that `running` gives."""
    selected = (strides["activity"] == "running").to_numpy(dtype=bool)
    if clean and "marks" in strides and selected.any():
        marks = strides["marks"].fillna("").astype(str).str.strip()
        selected = selected & (marks == "").to_numpy(dtype=bool)
    return selected


def amid_running(strides: pd.DataFrame) -> pd.DataFrame:
    """Return the running strides without marks between two neighbours that are alike.

    A stride in which walking turns into running has angles far from those of either. So both neighbours on
    the same side have to be running strides, without a gap, and as long within `ALIKE`. The first and the
    last stride of a recording have one neighbour only.
    """
    selected = _is_running(strides, clean=True)
    if not selected.any():
        return strides[selected]
    begin, end = (strides[name].to_numpy(dtype=np.float64) for name in ("ic_s", "next_ic_s"))
    runs, sides = _is_running(strides, clean=False), strides["side"].to_numpy(dtype=object)
    amid = np.ones(len(strides), dtype=bool)
    for side in ("left", "right"):
        rows = np.flatnonzero(sides == side)
        at = rows[np.argsort(begin[rows], kind="stable")]
        earlier, later, lasts = at[:-1], at[1:], end[at] - begin[at]
        joined = np.abs(begin[later] - end[earlier]) < JOINED_S
        with np.errstate(invalid="ignore", divide="ignore"):
            longer, shorter = lasts[1:] / lasts[:-1] - 1.0, lasts[:-1] / lasts[1:] - 1.0
        amid[later] &= runs[earlier] & joined & (np.abs(longer) < ALIKE)
        amid[earlier] &= runs[later] & joined & (np.abs(shorter) < ALIKE)
    return strides[selected & amid]


def over_time(strides: pd.DataFrame, column: str, start_s: float, end_s: float) -> Series:
    """Return the course of one column along the run, reduced to about `BINS` points.

    Parameters
    ----------
    strides
        Running strides of one side, or of both for a metric that both share.
    column
        Numeric column.
    start_s, end_s
        Session time that the x axis spans.

    Returns
    -------
    One point a bin, NaN for a bin without strides, so that the line breaks there. A run with at most `BINS`
    strides gives one point a stride.
    """
    time, value = numbers(strides, column)
    if len(time) <= BINS:
        return _stride_by_stride(time, value)
    width = max(SHORTEST_BIN_S, (end_s - start_s) / BINS)
    edges = np.arange(start_s, end_s + width, width)
    bins, bands = quantiles_by(np.digitize(time, edges) - 1, value, BAND)
    there = (bins >= 0) & (bins < len(edges) - 1)
    table = np.full((len(edges) - 1, len(BAND)), np.nan)
    table[bins[there]] = bands[there]
    middle = (edges[:-1] + edges[1:]) / 2.0
    return Series(middle, table[:, 1], table[:, 0], table[:, 2])


def numbers(strides: pd.DataFrame, column: str) -> tuple[FloatArray, FloatArray]:
    """Return (n,) session time, s, and (n,) values of the strides that have a number there."""
    time, value = (strides[name].to_numpy(dtype=np.float64) for name in ("ic_s", column))
    there = ~(np.isnan(time) | np.isnan(value))
    return time[there], value[there]


def _stride_by_stride(time: FloatArray, value: FloatArray) -> Series:
    """Return (n,) strides as points, with a break where `BREAK_S` pass without a stride."""
    order = np.argsort(time, kind="stable")
    time, value = time[order], value[order]
    holes = np.flatnonzero(np.diff(time) > BREAK_S) + 1
    time = np.insert(time, holes, np.nan)
    value = np.insert(value, holes, np.nan)
    return Series(time, value, value, value)


def scatter(strides: pd.DataFrame, x: str, y: str) -> tuple[FloatArray, FloatArray]:
    """Return at most `DOTS` strides, evenly picked, as points."""
    rows = strides[[x, y]].astype(float).dropna().to_numpy()
    step = max(1, math.ceil(len(rows) / DOTS))
    return rows[::step, 0], rows[::step, 1]


def trend(strides: pd.DataFrame, x: str, y: str, bins: int = 9) -> tuple[FloatArray, FloatArray]:
    """Return the median of y in slices of x with equally many strides; empty below `TREND_STRIDES`."""
    rows = strides[[x, y]].astype(float).dropna().to_numpy()
    if len(rows) < TREND_STRIDES:
        return np.empty(0), np.empty(0)
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    parts = np.array_split(rows, min(bins, len(rows) // SLICE_STRIDES))
    middles = np.array([np.median(part, axis=0) for part in parts])
    return middles[:, 0], middles[:, 1]


def histogram(values: pd.Series, edges: FloatArray) -> FloatArray:
    """Return the share of strides between (k + 1,) edges, per cent; values outside count in the end bins."""
    measured = values.astype(float).dropna().to_numpy()
    if not measured.size:
        return np.zeros(len(edges) - 1)
    inside = np.clip(measured, edges[0], np.nextafter(edges[-1], -np.inf))
    return 100.0 * np.histogram(inside, edges)[0] / measured.size


def thirds(strides: pd.DataFrame, column: str) -> Third | None:
    """Return the first and the last third of the running, and the change between them.

    Parameters
    ----------
    strides
        Running strides.
    column
        Numeric column.

    Returns
    -------
    None below `BLOCK_STRIDES` strides in each block: the run is too short.

    Notes
    -----
    Neighbouring strides resemble each other, so the uncertainty cannot follow from their number. It follows
    from the scatter of the medians of `BLOCKS` consecutive blocks in each third.
    """
    values = strides.sort_values("ic_s")[column].astype(float).dropna().to_numpy()
    size = len(values) // 3
    if size < BLOCK_STRIDES * BLOCKS:
        return None
    first, last = (
        _block_medians(values[:size].astype(np.float64)),
        _block_medians(values[-size:].astype(np.float64)),
    )
    spread = math.sqrt((float(np.var(first, ddof=1)) + float(np.var(last, ddof=1))) / BLOCKS)
    early, late = float(np.median(values[:size])), float(np.median(values[-size:]))
    matters = SPEED_LAWS[column].matters if column in SPEED_LAWS else 0.0
    return Third(early, late, late - early, T_975 * spread, matters)


def _block_medians(values: FloatArray) -> FloatArray:
    """Return the median of each of `BLOCKS` consecutive parts of (n,) values."""
    return np.array([np.median(part) for part in np.array_split(values, BLOCKS)])
