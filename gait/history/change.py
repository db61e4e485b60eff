"""Decide whether a number changed: beyond noise, beyond what speed explains, and by enough to matter.

Two sessions of one runner share most of what the method errs, so that part cancels; what does not is the
scatter of the strides, mounting the sensor anew, and the spread of how runners follow speed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np

from gait.history.speed_laws import CADENCE_AT_SPEED, SPEED_LAWS, SpeedLaw

__all__ = ["Change", "Numbers", "compare", "compare_groups"]

Verdict = Literal["changed", "no change shown", "explained by speed", "speed unknown"]

CORRELATED = 3.0
"""Strides that carry the information of one independent one, as in `gait.analysis.session.summary`."""

MEDIAN_COST = 1.253
"""Standard error of a median over that of a mean, for a normal spread."""

TWO_SIDED_95 = 1.96
"""Half-width of a 95 % interval over the standard deviation, normal distribution."""


class Numbers(Protocol):
    """One number of a session: a `Metric` or a `KeptMetric`."""

    @property
    def value(self) -> float:
        """Value in the metric's unit."""

    @property
    def uncertainty(self) -> float:
        """95 % half-width of the value."""

    @property
    def sd(self) -> float:
        """Spread from stride to stride."""

    @property
    def n(self) -> int:
        """Strides."""


@dataclass(frozen=True)
class Change:
    """One metric of two sessions, or two groups of them.

    Attributes
    ----------
    first, second, change
        Values and ``second - first``, in the metric's unit.
    expected
        What the difference in speed alone leads to expect; None where speed is not known.
    uncertainty
        95 % half-width of ``change - expected``.
    verdict, changed
        ``changed`` means beyond `uncertainty` and beyond what matters.
    by_cadence
        What a cadence that differs beyond speed leads to expect, part of ``change - expected``; None where
        that is not known of the metric. Cadence is form too, so it explains no verdict away.
    """

    metric: str
    first: float
    second: float
    change: float
    expected: float | None
    uncertainty: float
    matters: float
    verdict: Verdict
    by_cadence: float | None = None

    @property
    def changed(self) -> bool:
        """Return whether the verdict is that it changed."""
        return self.verdict == "changed"

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        source = SPEED_LAWS[self.metric].matters_source
        return {**asdict(self), "changed": self.changed, "matters_source": source}


ANEW = 0.55
"""Least share of a session's own interval that may differ in the next one. It widens no metric of a sensor
with gyroscope on real runners; contact time of a shoe's accelerometer alone (+-89 ms) differs by 38 between
two places of the shoe and by 49 between the feet, 95 % (Fukuchi 2017)."""


def compare(
    first: Mapping[str, Numbers],
    second: Mapping[str, Numbers],
    *,
    same_sensors: bool = True,
    speeds: tuple[float | None, float | None] | None = None,
    laws: Mapping[str, SpeedLaw] = SPEED_LAWS,
) -> list[Change]:
    """Return the change of every metric that both sessions have.

    Parameters
    ----------
    first, second
        Metrics of the earlier and the later session, by name.
    same_sensors
        Whether sensors of one kind sat at the same places.
    speeds
        m/s of both where known from elsewhere; else the sessions' own ``speed_m_s``.
    laws
        What is expected of each metric: the published relations, or a runner's own (`own_laws`).
    """
    return compare_groups([first], [second], same_sensors=same_sensors, speeds=speeds, laws=laws)


def compare_groups(
    before: Sequence[Mapping[str, Numbers]],
    after: Sequence[Mapping[str, Numbers]],
    *,
    same_sensors: bool = True,
    speeds: tuple[float | None, float | None] | None = None,
    laws: Mapping[str, SpeedLaw] = SPEED_LAWS,
) -> list[Change]:
    """Return the change of every metric between two groups of sessions of one runner, as `compare`."""
    known = speeds or (_speed(before), _speed(after))
    out = []
    for name, law in laws.items():
        ones, others = ([one[name] for one in group if name in one] for group in (before, after))
        if ones and others:
            row = _change(name, law, ones, others, known, same_sensors=same_sensors)
            out.append(replace(row, by_cadence=_by_cadence(row, before, after, known, laws)))
    return out


def _by_cadence(
    row: Change,
    before: Sequence[Mapping[str, Numbers]],
    after: Sequence[Mapping[str, Numbers]],
    speeds: tuple[float | None, float | None],
    laws: Mapping[str, SpeedLaw],
) -> float | None:
    """Return what a change of cadence beyond that of speed does to a metric; None where nothing tells."""
    cadence = [
        [one["cadence_spm"].value for one in group if "cadence_spm" in one] for group in (before, after)
    ]
    if row.metric not in CADENCE_AT_SPEED or not all(cadence) or speeds[0] is None or speeds[1] is None:
        return None
    of_speed = (speeds[1] / speeds[0]) ** laws["cadence_spm"].slope
    beyond = float(np.mean(cadence[1]) / np.mean(cadence[0])) / of_speed
    return float(row.first * (beyond ** CADENCE_AT_SPEED[row.metric][0] - 1.0))


def _change(
    name: str,
    law: SpeedLaw,
    before: list[Numbers],
    after: list[Numbers],
    speeds: tuple[float | None, float | None],
    *,
    same_sensors: bool,
) -> Change:
    first, second = (float(np.mean([one.value for one in group])) for group in (before, after))
    mounting = law.between_sessions if same_sensors else law.between_sensors
    mounting = max(mounting, ANEW * float(np.median([one.uncertainty for one in (*before, *after)])))
    noise = math.sqrt(sum(_noise(name, group, mounting / math.sqrt(2.0)) ** 2 for group in (before, after)))
    change = second - first
    if law.kind == "none":
        return _judged(name, law, first, second, 0.0, noise, noise)
    if speeds[0] is None or speeds[1] is None:
        return Change(name, first, second, change, None, noise, law.matters, "speed unknown")
    expected, spread = _expected(law, first, speeds[0], speeds[1])
    return _judged(name, law, first, second, expected, math.hypot(noise, TWO_SIDED_95 * spread), noise)


def _judged(
    name: str, law: SpeedLaw, first: float, second: float, expected: float, half: float, noise: float
) -> Change:
    change = second - first
    beyond = abs(change - expected)
    verdict: Verdict = "no change shown"
    if beyond > half and beyond >= law.matters:
        verdict = "changed"
    elif expected and abs(change) > noise and abs(change) >= law.matters:
        verdict = "explained by speed"
    return Change(name, first, second, change, expected, half, law.matters, verdict)


def _expected(law: SpeedLaw, value: float, before: float, after: float) -> tuple[float, float]:
    """Return what a change of speed does to a value, and its standard deviation between runners."""
    if law.kind == "linear":
        return law.slope * (after - before), law.slope_sd * abs(after - before)
    ratio = math.log(after / before)
    change = value * (math.exp(law.slope * ratio) - 1.0)
    return change, abs(value + change) * law.slope_sd * abs(ratio)


def _noise(name: str, group: Sequence[Numbers], mounting: float) -> float:
    """95 % half-width of the mean of a group: strides' scatter and mounting, independent from run to run."""
    parts = [_scatter(name, one) ** 2 + mounting**2 for one in group]
    return math.sqrt(sum(parts)) / len(group)


def _scatter(name: str, one: Numbers) -> float:
    """95 % half-width of one session's value from the scatter of its strides."""
    if name in ("cadence_spm", "stride_ms"):
        return TWO_SIDED_95 * one.sd / math.sqrt(max(one.n, 1))
    return TWO_SIDED_95 * MEDIAN_COST * one.sd / math.sqrt(max(one.n / CORRELATED, 1.0))


def _speed(group: Sequence[Mapping[str, Numbers]]) -> float | None:
    speeds = [one["speed_m_s"].value for one in group if "speed_m_s" in one]
    return float(np.mean(speeds)) if len(speeds) == len(group) and speeds else None
