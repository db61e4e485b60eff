"""Decide whether a number changed: beyond noise and speed, cadence and slope, and by enough to matter.

Two sessions of one runner share most of what the method errs, so that part cancels; what does not is the
scatter of the strides, mounting the sensor anew, and the spread of how runners follow speed, cadence and the
slope of the ground. Cadence itself is held against speed and slope, so a change of cadence stays one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

import numpy as np

from gait.history.speed_laws import SPEED_LAWS, SpeedLaw

__all__ = ["Change", "Influence", "Numbers", "compare", "compare_groups"]

Verdict = Literal["changed", "no change shown", "explained by speed", "speed unknown"]
Influence = Literal["speed", "cadence", "slope"]

CORRELATED = 3.0
"""Strides that carry the information of one independent one, as in `gait.analysis.session.summary`."""

MEDIAN_COST = 1.253
"""Standard error of a median over that of a mean (normal distribution: square root of pi / 2)."""

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
        95 % half-width of `beyond`.
    verdict, changed
        ``changed`` means beyond `uncertainty` and beyond what matters.
    by_cadence, by_slope
        What a cadence that differs beyond speed and slope, and the slope of the ground, lead to expect on top
        of `expected`; None where that is not known.
    explained_by
        Which of them explains a change that the bare numbers show; None where none does or has to.
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
    by_slope: float | None = None
    explained_by: Influence | None = None

    @property
    def changed(self) -> bool:
        """Return whether the verdict is that it changed."""
        return self.verdict == "changed"

    @property
    def beyond(self) -> float:
        """Change beyond what speed, cadence and slope lead to expect."""
        return self.change - sum(part or 0.0 for part in (self.expected, self.by_cadence, self.by_slope))

    @property
    def words_key(self) -> str:
        """The verdict, or what explains the change, as words are looked up by: ``explained_by_cadence``."""
        key = f"explained by {self.explained_by}" if self.explained_by else self.verdict
        return key.replace(" ", "_")

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        source = SPEED_LAWS[self.metric].matters_source
        return {
            **asdict(self), "changed": self.changed, "beyond": self.beyond, "matters_source": source
        }  # fmt: skip


Both = tuple[float | None, float | None]
UNKNOWN: Both = (None, None)
LATER: tuple[Influence, Influence] = ("cadence", "slope")
"""What is taken out after speed."""

ANEW = 0.55
"""Least share of a session's own interval that may differ in the next one. It widens no metric of a sensor
with gyroscope on real runners; contact time of a shoe's accelerometer alone (+-89 ms) differs by 38 between
two places of the shoe and by 49 between the feet, 95 % (Fukuchi 2017)."""


def compare(
    first: Mapping[str, Numbers],
    second: Mapping[str, Numbers],
    *,
    same_sensors: bool = True,
    speeds: Both | None = None,
    slopes: Both = UNKNOWN,
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
    slopes
        Mean slope of the ground in both, per cent; nothing is taken out unless both are known.
    laws
        What is expected of each metric: the published relations, or a runner's own (`own_laws`).
    """
    return compare_groups(
        [first], [second], same_sensors=same_sensors, speeds=speeds, slopes=slopes, laws=laws
    )


def compare_groups(
    before: Sequence[Mapping[str, Numbers]],
    after: Sequence[Mapping[str, Numbers]],
    *,
    same_sensors: bool = True,
    speeds: Both | None = None,
    slopes: Both = UNKNOWN,
    laws: Mapping[str, SpeedLaw] = SPEED_LAWS,
) -> list[Change]:
    """Return the change of every metric between two groups of sessions of one runner, as `compare`."""
    conditions = _conditions(before, after, speeds or (_speed(before), _speed(after)), slopes, laws)
    out = []
    for name, law in laws.items():
        ones, others = ([metrics[name] for metrics in group if name in metrics] for group in (before, after))
        if ones and others:
            out.append(_change(name, law, ones, others, conditions, same_sensors=same_sensors))
    return out


@dataclass(frozen=True)
class _Conditions:
    """How the second group was run beside the first.

    Attributes
    ----------
    speeds
        m/s of both.
    cadence
        Logarithm of how much cadence differs beyond speed and slope; None where not known.
    slope
        Per cent more; None where not known.
    """

    speeds: tuple[float, float] | None
    cadence: float | None
    slope: float | None


def _conditions(
    before: Sequence[Mapping[str, Numbers]],
    after: Sequence[Mapping[str, Numbers]],
    speeds: Both,
    slopes: Both,
    laws: Mapping[str, SpeedLaw],
) -> _Conditions:
    slope = None if slopes[0] is None or slopes[1] is None else slopes[1] - slopes[0]
    if speeds[0] is None or speeds[1] is None:
        return _Conditions(None, None, slope)
    both_speeds = (speeds[0], speeds[1])
    cadences = [_mean(group, "cadence_spm") for group in (before, after)]
    if cadences[0] is None or cadences[1] is None:
        return _Conditions(both_speeds, None, slope)
    law = laws["cadence_spm"]
    expected = law.slope * math.log(both_speeds[1] / both_speeds[0]) + law.uphill[0] * (slope or 0.0)
    return _Conditions(both_speeds, math.log(cadences[1] / cadences[0]) - expected, slope)


def _change(
    name: str,
    law: SpeedLaw,
    before: list[Numbers],
    after: list[Numbers],
    conditions: _Conditions,
    *,
    same_sensors: bool,
) -> Change:
    first, second = (float(np.mean([metric.value for metric in group])) for group in (before, after))
    mounting = law.between_sessions if same_sensors else law.between_sensors
    mounting = max(mounting, ANEW * float(np.median([metric.uncertainty for metric in (*before, *after)])))
    noise = math.sqrt(sum(_noise(name, group, mounting / math.sqrt(2.0)) ** 2 for group in (before, after)))
    if law.kind == "none":
        return _judged(name, law, first, second, {"speed": (0.0, 0.0)}, noise)
    if conditions.speeds is None:
        change = second - first
        return Change(name, first, second, change, None, noise, law.matters, "speed unknown")
    return _judged(name, law, first, second, _parts(law, first, conditions, conditions.speeds), noise)


def _parts(
    law: SpeedLaw, value: float, conditions: _Conditions, speeds: tuple[float, float]
) -> dict[Influence, tuple[float, float]]:
    """Return what each condition does to a value, with its standard deviation between runners."""
    out: dict[Influence, tuple[float, float]] = {"speed": _expected(law, value, *speeds)}
    if conditions.cadence is not None and law.by_cadence is not None:
        mean, sd = law.by_cadence
        out["cadence"] = (
            value * (math.exp(mean * conditions.cadence) - 1.0),
            abs(value * sd * conditions.cadence),
        )
    if conditions.slope is not None and law.kind != "covariate":
        scale = value if law.kind == "power" else 1.0
        mean, sd = law.uphill
        out["slope"] = (scale * mean * conditions.slope, abs(scale * sd * conditions.slope))
    return out


def _judged(
    name: str,
    law: SpeedLaw,
    first: float,
    second: float,
    parts: Mapping[Influence, tuple[float, float]],
    noise: float,
) -> Change:
    """Return the verdict on two values of a metric.

    `parts`: effect of each influence with its standard deviation; `noise`: 95 % half-width of the
    difference. All in the metric's unit.
    """
    change = second - first
    half = math.hypot(noise, *(TWO_SIDED_95 * sd for _, sd in parts.values()))
    beyond = abs(change - sum(mean for mean, _ in parts.values()))
    verdict: Verdict = "no change shown"
    explained: Influence | None = None
    if beyond > half and beyond >= law.matters:
        verdict = "changed"
    elif abs(change) > noise and abs(change) >= law.matters:
        explained = _explained(change, law.matters, parts, noise)
        verdict = "explained by speed" if explained == "speed" else verdict
    by_cadence, by_slope = (parts[name][0] if name in parts else None for name in LATER)
    return Change(
        name, first, second, change, parts["speed"][0], half, law.matters, verdict, by_cadence, by_slope,
        explained,
    )  # fmt: skip


def _explained(
    change: float, matters: float, parts: Mapping[Influence, tuple[float, float]], noise: float
) -> Influence | None:
    """Return the cause of a change: speed if it suffices alone, else the cause that can have most effect."""
    speed, sd = parts["speed"]
    left = abs(change - speed)
    if speed and (left <= math.hypot(noise, TWO_SIDED_95 * sd) or left < matters):
        return "speed"
    reach = {name: abs(mean) + TWO_SIDED_95 * sd for name, (mean, sd) in parts.items()}
    most = max(reach, key=lambda name: reach[name])
    return most if reach[most] else None


def _expected(law: SpeedLaw, value: float, before: float, after: float) -> tuple[float, float]:
    """Return what a change of speed, m/s, does to a value, and its standard deviation between runners."""
    if law.kind == "linear":
        return law.slope * (after - before), law.slope_sd * abs(after - before)
    ratio = math.log(after / before)
    change = value * (math.exp(law.slope * ratio) - 1.0)
    return change, abs(value + change) * law.slope_sd * abs(ratio)


def _noise(name: str, group: Sequence[Numbers], mounting: float) -> float:
    """Return the 95 % half-width of a group's mean: strides' scatter, and mounting from run to run."""
    parts = [_scatter(name, metrics) ** 2 + mounting**2 for metrics in group]
    return math.sqrt(sum(parts)) / len(group)


def _scatter(name: str, numbers: Numbers) -> float:
    """Return the 95 % half-width of one session's value from the scatter of its strides."""
    if name in ("cadence_spm", "stride_ms"):
        return TWO_SIDED_95 * numbers.sd / math.sqrt(max(numbers.n, 1))
    return TWO_SIDED_95 * MEDIAN_COST * numbers.sd / math.sqrt(max(numbers.n / CORRELATED, 1.0))


def _speed(group: Sequence[Mapping[str, Numbers]]) -> float | None:
    return _mean(group, "speed_m_s")


def _mean(group: Sequence[Mapping[str, Numbers]], name: str) -> float | None:
    """Return the mean of one number over a group; None where a session is without it."""
    values = [metrics[name].value for metrics in group if name in metrics]
    return float(np.mean(values)) if values and len(values) == len(group) else None
