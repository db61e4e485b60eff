"""Changes of form within a run beyond noise and beyond the effects of speed and cadence, with their times.

Each metric is cut into blocks of time (`run_blocks`). The effect of speed starts from the published law with
its spread between runners. A run whose pace varies narrows it down to that of this runner. The effect of
slope is taken out in the same manner where a watch recorded heights. The rest may hold a change, whose time
comes with an interval, or a steady drift, or neither (`step_model`). Surface and tiring look alike in these
numbers, and so does a slope that nobody measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from gait.analysis.results import Analysis
from gait.arrays import FloatArray
from gait.history.change import TWO_SIDED_95, Verdict
from gait.history.run_blocks import RunBlocks, blocks_of, clean_running
from gait.history.speed_laws import SPEED_LAWS, SpeedLaw
from gait.history.step_model import Column, Fit, fit

__all__ = [
    "WATCHED",
    "WithinRun",
    "at_median_grade",
    "at_median_speed",
    "change_within",
    "changes_within_run",
    "straightened",
    "within_run_json",
]

WATCHED = (
    "contact_ms",
    "cadence_spm",
    "strike_angle_deg",
    "pronation_excursion_deg",
    "vertical_oscillation_cm",
    "shank_angle_deg",
    "tibial_peak_g",
)
"""Metrics that are looked at, in the order in which people read them; none that hangs on how well the clocks
of two sensors keep together, as flight time does."""

ANGLES = {"strike_angle_deg", "pronation_excursion_deg", "shank_angle_deg"}
"""Metrics that a sensor that shifts on the shoe changes by itself."""

LEAST_RUN_S = 480.0
"""Shortest run that is looked at (chosen: two sides of `LEAST_SIDE_S`, and as much again to settle in)."""
LEAST_SIDE_S, LEAST_SIDE_SHARE = 90.0, 0.08
"""Length of a run before and after a change at least: seconds, and share of the run (chosen: six blocks of
`gait.history.run_blocks.LEAST_BLOCK_S`, enough for a level)."""
CHANGE_OVER_S = (150.0, 400.0)
"""A change comes at once, or over so many seconds (chosen: the shapes of tiring, a few minutes and more)."""
SURE = 0.9
"""Probability from which a change is told, where as many runs have one as have none (chosen: one in ten that
are told is wrong)."""
ROUGH = 0.25
"""Share of a metric's own interval that a change has to exceed (chosen: what is a rough guide stays one
within a run)."""
EVEN = 0.5
"""Probability of a change below which speed is what explains a change of the bare number (chosen: even
odds)."""
LARGE = 2.0
"""Standard deviation of changes beforehand, in units of the smallest that matters (chosen: a change that
matters is then nothing unusual)."""

LEAST_GRADE_PCT = 1.0
"""Slopes that lie closer together are level ground (chosen: a watch's heights err by half of that)."""

Shape = Literal["at a time", "little by little"]


@dataclass(frozen=True)
class WithinRun:
    """One metric over a run.

    Attributes
    ----------
    change, uncertainty
        Change beyond speed and cadence, in the metric's unit, with its 95 % half-width; where speed is not
        known, the change as it is.
    probability
        That there was a change, from 0 to 1, where half of all runs had one.
    shape
        ``at a time``, or ``little by little`` over the whole run; None without a change.
    at_s, from_s, to_s
        Session time of the change and its 95 % interval; None without one, or where it came little by little.
    verdict
        As of `gait.history.change.Change`.
    """

    metric: str
    verdict: Verdict
    change: float
    uncertainty: float
    probability: float
    matters: float
    shape: Shape | None = None
    at_s: float | None = None
    from_s: float | None = None
    to_s: float | None = None

    @property
    def is_reported(self) -> bool:
        """Return whether the report names the change: shown beyond speed, or with speed unknown."""
        return self.shape is not None and self.verdict in {"changed", "speed unknown"}

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {**asdict(self), "changed": self.verdict == "changed"}


_WORKED_OUT: WeakKeyDictionary[Analysis, tuple[WithinRun, ...]] = WeakKeyDictionary()
"""Analysis -> its rows, as long as it is in use."""


def changes_within_run(analysis: Analysis) -> tuple[WithinRun, ...]:
    """Return what changed along a run, a row a metric that was measured; empty for a run that is too short.

    Notes
    -----
    Angles are left out where a sensor shifted on the shoe. The rows of an analysis are worked out once.
    """
    if analysis not in _WORKED_OUT:
        _WORKED_OUT[analysis] = _changes(analysis)
    return _WORKED_OUT[analysis]


def within_run_json(analysis: Analysis) -> dict[str, Any]:
    """Return the changes within a run as JSON holds them.

    ``too_short`` is true where the run has less than `LEAST_RUN_S` of running.
    """
    rows = changes_within_run(analysis)
    return {
        "speed_known": "speed_m_s" in analysis.metrics,
        "too_short": not rows,
        "metrics": {row.metric: row.plain() for row in rows},
    }


def _changes(analysis: Analysis) -> tuple[WithinRun, ...]:
    names = [name for name in WATCHED if name in analysis.metrics]
    if any(sensor.slips for sensor in analysis.sensors):
        names = [name for name in names if name not in ANGLES]
    least = {name: ROUGH * analysis.metrics[name].uncertainty for name in names}
    return change_within(analysis.strides, names, least)


def change_within(
    strides: pd.DataFrame, names: Sequence[str] = WATCHED, least: Mapping[str, float] | None = None
) -> tuple[WithinRun, ...]:
    """Return what changed along a run from its table of strides; see `changes_within_run`.

    Parameters
    ----------
    least
        Metric -> smallest change told, where that is more than what matters.
    """
    rows = clean_running(strides)
    out = []
    for name in names:
        blocks = blocks_of(rows, name) if name in rows else None
        if blocks is not None and len(blocks.value) * blocks.width_s >= LEAST_RUN_S:
            out.append(_judged(name, blocks, max(SPEED_LAWS[name].matters, (least or {}).get(name, 0.0))))
    return tuple(out)


def _judged(name: str, blocks: RunBlocks, matters: float) -> WithinRun:
    """Return the verdict of one metric: as it is, and with speed and cadence taken out.

    `matters`: the least change that counts, in the metric's unit.
    """
    raw = _looked_for(name, blocks, matters, [])
    if blocks.speed_m_s is None:
        return raw if raw.shape is None else _with_verdict(raw, "speed unknown")
    judged = _looked_for(
        name, blocks, matters, [*at_median_speed(name, blocks), *at_median_grade(name, blocks)]
    )
    if judged.shape is None and raw.shape is not None and judged.probability < EVEN:
        return _with_verdict(judged, "explained by speed")
    return judged


def _with_verdict(row: WithinRun, verdict: Verdict) -> WithinRun:
    return WithinRun(**{**asdict(row), "verdict": verdict})


def at_median_speed(name: str, blocks: RunBlocks) -> list[Column]:
    """Return what speed and cadence do to a metric, against the run's median speed; empty without speed.

    Speed comes first.
    """
    speed, law = blocks.speed_m_s, SPEED_LAWS[name]
    if speed is None or law.kind == "none":
        return []
    pace = np.log(speed / np.median(speed))
    level = float(np.median(blocks.value))
    if law.kind == "linear":
        columns = [Column(speed - float(np.median(speed)), law.slope, law.slope_sd)]
    else:
        columns = [Column(level * pace, law.slope, law.slope_sd)]
    if law.by_cadence is not None:
        mean, sd = law.by_cadence
        steps = np.log(blocks.cadence_spm / np.median(blocks.cadence_spm))
        columns.append(Column(level * (steps - SPEED_LAWS["cadence_spm"].slope * pace), mean, sd))
    return columns


def at_median_grade(name: str, blocks: RunBlocks) -> list[Column]:
    """Return what the slope of the ground does to a metric, against the run's median; empty where unknown."""
    grade = blocks.grade_pct
    if grade is None or float(np.ptp(grade)) < LEAST_GRADE_PCT:
        return []
    law = SPEED_LAWS[name]
    scale = float(np.median(blocks.value)) if law.kind == "power" else 1.0
    mean, sd = law.uphill
    return [Column(scale * (grade - float(np.median(grade))), mean, sd)]


def _looked_for(name: str, blocks: RunBlocks, matters: float, speed_columns: list[Column]) -> WithinRun:
    """Weigh no change, a change at each time and a steady drift against one another."""
    law = SPEED_LAWS[name]
    values, level = straightened(law, blocks.value)
    start = Column(np.ones(len(values)), level, 0.5 * abs(level) + 10.0 * law.matters)
    common, large = [start, *speed_columns], LARGE * law.matters
    at, steps = _steps(blocks.time_s, blocks.width_s)
    ramp = np.linspace(0.0, 1.0, len(values))
    none = fit(blocks.time_s, values, common, blocks.width_s)
    sudden = fit(blocks.time_s, values, [*common, Column(steps, 0.0, large)], blocks.width_s)
    slow = fit(blocks.time_s, values, [*common, Column(ramp, 0.0, large)], blocks.width_s)
    each = sudden.evidence - np.log(2.0 * len(steps))
    total = np.logaddexp.reduce([*each, float(slow.evidence[0]) - np.log(2.0)])
    probability = float(1.0 / (1.0 + np.exp(np.clip(none.evidence[0] - total, -700.0, 700.0))))
    at_once = bool(np.logaddexp.reduce(each) >= float(slow.evidence[0]) - np.log(2.0))
    change, half, chances = _size(sudden if at_once else slow)
    row = WithinRun(name, "no change shown", change, half, probability, matters)
    if probability < SURE or abs(change) < max(half, matters):
        return row
    if not at_once:
        return WithinRun(name, "changed", change, half, probability, matters, "little by little")
    middle, low, high = _when(at, chances)
    when = (middle, low - blocks.width_s, high + blocks.width_s)
    return WithinRun(name, "changed", change, half, probability, matters, "at a time", *when)


def straightened(law: SpeedLaw, values: FloatArray) -> tuple[FloatArray, float]:
    """Return values on the scale on which speed acts in a straight line, and their level.

    The logarithm of a metric that follows a power of speed is used, scaled so that small changes keep their
    unit.
    """
    level = float(np.median(values))
    if law.kind != "power" or level <= 0.0 or values.min() <= 0.0:
        return values, level
    return level * (1.0 + np.log(values / level)), level


def _steps(time_s: FloatArray, width_s: float) -> tuple[FloatArray, FloatArray]:
    """Return (k,) middles and (k, n) courses from 0 to 1 of changes: at once, and over minutes.

    They leave enough of the run on both sides.
    """
    run = time_s[-1] - time_s[0]
    aside = max(LEAST_SIDE_S, LEAST_SIDE_SHARE * run)
    inside = time_s[(time_s - time_s[0] >= aside) & (time_s[-1] - time_s >= aside)] - 0.5 * width_s
    middles, courses = [], []
    for over in (0.0, *(width_s for width_s in CHANGE_OVER_S if width_s < 0.5 * run)):
        tried = inside[:: max(1, round(over / width_s / 8.0))]
        middles.append(tried)
        courses.append(np.clip((time_s[None, :] - tried[:, None]) / max(over, 1e-3) + 0.5, 0.0, 1.0))
    return np.concatenate(middles), np.concatenate(courses)


def _when(middles: FloatArray, chances: FloatArray) -> tuple[float, float, float]:
    """Return the median time of a change, s, and the ends of its 95 % interval.

    (m,) times, s, in the middle of each possible change, and their probabilities.
    """
    order = np.argsort(middles, kind="stable")
    up_to = np.cumsum(chances[order])
    at = np.minimum(np.searchsorted(up_to, (0.5, 0.025, 0.975)), len(order) - 1)
    middle, low, high = (float(value) for value in middles[order][at])
    return middle, low, high


def _size(fit_: Fit) -> tuple[float, float, FloatArray]:
    """Return a change over all its times, its 95 % half-width, and how likely each time is."""
    chances = np.exp(fit_.evidence - fit_.evidence.max())
    chances /= chances.sum()
    sizes, spreads = fit_.mean[:, -1], fit_.covariance[:, -1, -1]
    change = float(chances @ sizes)
    return change, TWO_SIDED_95 * float(np.sqrt(chances @ (spreads + (sizes - change) ** 2))), chances
