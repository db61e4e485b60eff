"""Left against right within a run: at one speed and another, in curves, on slopes; never within the error.

A track bends to one side and a road slopes to its edge, so the feet may differ by the place of the run. The
strides of each condition are compared on their own. What the method may be off by on one foot and not on the
other stays in the interval of every difference. It cancels between two conditions of a run, as the same
sensors sat on the same feet; a shift is reported only where it exceeds that error too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
import pandas as pd

from gait.analysis.metrics import METRICS
from gait.analysis.results import Analysis
from gait.arrays import FloatArray
from gait.history.change import CORRELATED, MEDIAN_COST, TWO_SIDED_95
from gait.history.run_blocks import clean_running
from gait.history.speed_laws import SPEED_LAWS

__all__ = ["COMPARED", "SideGap", "SideShift", "sides_json", "sides_within"]

COMPARED = (
    "contact_ms",
    "flight_ms",
    "duty_factor",
    "strike_angle_deg",
    "pronation_excursion_deg",
    "peak_acc_g",
    "shank_angle_deg",
    "tibial_peak_g",
)
"""Metrics that each foot has of its own; cadence, stride and speed are the same for both."""

LEAST_STRIDES = 20
"""Strides of each foot under a condition, below which it is left out (chosen: their median errs by a third of
their spread)."""
LEAST_SPEED_M_S = 0.3
"""The faster and the slower third of a run have to lie so far apart to be compared (chosen: a tenth of a
usual speed, above the error of a stride's own)."""
CURVE_DEG = 1.5
"""Change of heading a stride that makes a curve (chosen: less than half of that on the bend of a 400 m
track)."""
CURVE_OVER = 9
"""Strides of a foot that heading is averaged over (chosen: one stride errs by about as much as a bend
turns)."""
SLOPE_PCT, LEVEL_PCT = 2.0, 1.0
"""Slope that is uphill or downhill, and up to which it is level (chosen: a barometer errs by about 0.5)."""

Condition = Literal[
    "all", "slower", "faster", "left curve", "right curve", "straight", "uphill", "downhill", "level"
]
PAIRS: tuple[tuple[Condition, Condition], ...] = (
    ("faster", "slower"),
    ("left curve", "straight"),
    ("right curve", "straight"),
    ("uphill", "level"),
    ("downhill", "level"),
)
"""Conditions that are held against one another."""


@dataclass(frozen=True)
class SideGap:
    """Left minus right of one metric under one condition, in the metric's unit.

    Attributes
    ----------
    strides
        Of both feet.
    uncertainty
        95 % half-width with the method's error per foot; ``scatter`` without it.
    differs
        Whether the difference exceeds `uncertainty` and the smallest change that matters.
    """

    metric: str
    condition: Condition
    strides: int
    difference: float
    uncertainty: float
    scatter: float
    differs: bool


@dataclass(frozen=True)
class SideShift:
    """How much the gap between the feet moves from one condition to another.

    ``uncertainty`` is the 95 % half-width from scatter; ``shifts`` allows for all that was looked at, and for
    the method's error per foot.
    """

    metric: str
    condition: Condition
    against: Condition
    shift: float
    uncertainty: float
    shifts: bool


def sides_within(analysis: Analysis) -> tuple[tuple[SideGap, ...], tuple[SideShift, ...]]:
    """Return the gap between the feet under each condition of a run, and how it moves between conditions.

    Returns
    -------
    Both empty where a foot was not measured.
    """
    rows = clean_running(analysis.strides)
    if rows["side"].nunique() < 2:
        return (), ()
    needed = dict.fromkeys(("side", "speed_m_s", "turn_deg", "grade_pct", *COMPARED))
    parts = dict(_conditions(rows[[name for name in needed if name in rows]]))
    gaps = []
    for name in COMPARED:
        method = _method(analysis, name, rows)
        if method is not None:
            gaps += [gap for where, part in parts.items() if (gap := _gap(name, where, part, method))]
    return tuple(gaps), _shifts(gaps)


def sides_json(analysis: Analysis) -> dict[str, Any]:
    """Return the gaps between the feet as JSON holds them."""
    gaps, shifts = sides_within(analysis)
    return {"gaps": [asdict(shift) for shift in gaps], "shifts": [asdict(shift) for shift in shifts]}


def _conditions(rows: pd.DataFrame) -> Iterator[tuple[Condition, pd.DataFrame]]:
    """Yield each condition that the run has, with its strides."""
    yield "all", rows
    speed = rows["speed_m_s"].to_numpy(dtype=float)
    if np.isfinite(speed).mean() > 0.9:
        low, high = np.nanquantile(speed, (1.0 / 3.0, 2.0 / 3.0))
        slow, fast = rows[speed <= low], rows[speed >= high]
        if fast["speed_m_s"].median() - slow["speed_m_s"].median() >= LEAST_SPEED_M_S:
            yield "slower", slow
            yield "faster", fast
    bend = _bend(rows)
    if (np.abs(bend) >= CURVE_DEG).any():
        yield "left curve", rows[bend >= CURVE_DEG]
        yield "right curve", rows[bend <= -CURVE_DEG]
        yield "straight", rows[np.abs(bend) < CURVE_DEG / 2.0]
    grade = rows["grade_pct"].to_numpy(dtype=float) if "grade_pct" in rows else np.full(len(rows), np.nan)
    if (np.abs(grade) >= SLOPE_PCT).any():
        yield "uphill", rows[grade >= SLOPE_PCT]
        yield "downhill", rows[grade <= -SLOPE_PCT]
        yield "level", rows[np.abs(grade) <= LEVEL_PCT]


def _bend(rows: pd.DataFrame) -> FloatArray:
    """Return the change of heading a stride, deg, left positive, over `CURVE_OVER` strides; else NaN."""
    if "turn_deg" not in rows:
        return np.full(len(rows), np.nan)
    smooth = rows.groupby("side")["turn_deg"].transform(
        lambda column: column.rolling(CURVE_OVER, center=True, min_periods=CURVE_OVER // 2).mean()
    )
    return smooth.to_numpy(dtype=float)


def _method(analysis: Analysis, name: str, rows: pd.DataFrame) -> float | None:
    """Return the 95 % half-width of the method's error between the feet; None where a foot has no number."""
    metric = analysis.metrics.get(name)
    if metric is None or metric.difference_uncertainty is None or name not in rows:
        return None
    both = _medians(name, rows)
    return None if both is None else math.sqrt(max(metric.difference_uncertainty**2 - both[1] ** 2, 0.0))


def _medians(name: str, rows: pd.DataFrame) -> tuple[float, float, int] | None:
    """Return left minus right, the 95 % half-width of its scatter, and strides; None with too few."""
    out = []
    for side in ("left", "right"):
        values = rows.loc[rows["side"] == side, name].to_numpy(dtype=float)
        values = values[np.isfinite(values)]
        if len(values) < LEAST_STRIDES:
            return None
        error = MEDIAN_COST * float(np.std(values, ddof=1)) * math.sqrt(CORRELATED / len(values))
        out.append((float(np.median(values)), error, len(values)))
    (left, left_sd, n), (right, other, m) = out
    return left - right, TWO_SIDED_95 * math.hypot(left_sd, other), n + m


def _gap(name: str, where: Condition, part: pd.DataFrame, method: float) -> SideGap | None:
    """Return left minus right under a condition; `method`: 95 % half-width of the method's error per foot."""
    medians = _medians(name, part)
    if medians is None:
        return None
    gap, scatter, strides = medians
    half = math.hypot(scatter, method)
    shown = abs(gap) > half and abs(gap) >= SPEED_LAWS[name].matters
    return SideGap(name, where, strides, gap, half, scatter, shown)


def _shifts(gaps: list[SideGap]) -> tuple[SideShift, ...]:
    """Return how the gap moves between conditions."""
    gap_at: Mapping[tuple[str, str], SideGap] = {(gap.metric, gap.condition): gap for gap in gaps}
    pairs = [
        (gap_at[name, where], gap_at[name, other])
        for where, other in PAIRS
        for name in METRICS
        if (name, where) in gap_at and (name, other) in gap_at
    ]
    together = NormalDist().inv_cdf(1.0 - 0.025 / max(len(pairs), 1)) / TWO_SIDED_95
    out = []
    for pair, other in pairs:
        shift, half = pair.difference - other.difference, math.hypot(pair.scatter, other.scatter)
        method = math.sqrt(max(pair.uncertainty**2 - pair.scatter**2, 0.0))
        least = max(together * half, method, SPEED_LAWS[pair.metric].matters)
        out.append(SideShift(pair.metric, pair.condition, other.condition, shift, half, abs(shift) > least))
    return tuple(out)
