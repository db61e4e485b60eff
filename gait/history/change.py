"""Whether a number changed: beyond noise, beyond what speed explains, and by enough to matter.

Two sessions of one runner share most of what the method errs, so that part cancels; what does not is the
scatter of the strides, mounting the sensor anew, and the spread of how runners follow speed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

import numpy as np

from gait.history.speed_laws import SPEED_LAWS, SpeedLaw
from gait.history.store import KeptSession

__all__ = ["Change", "Numbers", "TrendRow", "compare", "compare_groups", "own_normal"]

Verdict = Literal["changed", "no change shown", "explained by speed", "speed unknown"]

CORRELATED = 3.0
"""Strides that carry the information of one independent one, as in `gait.analysis.session.summary`."""

MEDIAN_COST = 1.253
"""Standard error of a median over that of a mean, for a normal spread."""

TWO_SIDED_95 = 1.96

LEAST_SESSIONS = 3
"""Sessions before one from which a runner has a normal of their own."""

MOST_PRIOR_SESSIONS = 4.0
"""Sessions that the published spread between sessions counts for beside the runner's own (chosen)."""


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
    """

    metric: str
    first: float
    second: float
    change: float
    expected: float | None
    uncertainty: float
    matters: float
    verdict: Verdict

    @property
    def changed(self) -> bool:
        """Whether the verdict is that it changed."""
        return self.verdict == "changed"

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {**asdict(self), "changed": self.changed}


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
    """
    return compare_groups([first], [second], same_sensors=same_sensors, speeds=speeds)


def compare_groups(
    before: Sequence[Mapping[str, Numbers]],
    after: Sequence[Mapping[str, Numbers]],
    *,
    same_sensors: bool = True,
    speeds: tuple[float | None, float | None] | None = None,
) -> list[Change]:
    """Return the change of every metric between two groups of sessions of one runner, as `compare`."""
    known = speeds or (_speed(before), _speed(after))
    out = []
    for name, law in SPEED_LAWS.items():
        ones, others = ([one[name] for one in group if name in one] for group in (before, after))
        if ones and others:
            out.append(_change(name, law, ones, others, known, same_sensors=same_sensors))
    return out


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


@dataclass(frozen=True)
class TrendRow:
    """One session's number against the runner's own normal before it.

    ``normal`` is that normal at this session's speed, ``half`` the 95 % half-width within which a session
    without change lies; both None before there are `LEAST_SESSIONS`.
    """

    session: int
    date: str
    value: float
    uncertainty: float
    speed_m_s: float | None
    normal: float | None
    half: float | None
    verdict: str

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)


def own_normal(sessions: Sequence[KeptSession], metric: str) -> list[TrendRow]:
    """Return each session's number beside the runner's own normal from the sessions before it.

    Parameters
    ----------
    sessions
        Of one runner, in order, each with that metric.

    Notes
    -----
    The normal is the mean of what the earlier sessions would have been at this one's speed, by the published
    relation. The spread between sessions is the runner's own, with the published one as if from
    `MOST_PRIOR_SESSIONS` sessions before.
    """
    law = SPEED_LAWS[metric]
    out = []
    for at, one in enumerate(sessions):
        number = one.metrics[metric]
        speed = one.metrics["speed_m_s"].value if "speed_m_s" in one.metrics else None
        normal, half = _normal(sessions[:at], metric, law, speed) if at >= LEAST_SESSIONS else (None, None)
        out.append(
            TrendRow(
                one.id, one.ran_at[:10], number.value, number.uncertainty, speed, normal, half,
                _against(number.value, normal, half, law),
            )
        )  # fmt: skip
    return out


def _against(value: float, normal: float | None, half: float | None, law: SpeedLaw) -> str:
    if normal is None or half is None:
        return "too few sessions"
    off = value - normal
    if abs(off) <= half or abs(off) < law.matters:
        return "within your normal"
    return "above your normal" if off > 0 else "below your normal"


def _normal(
    earlier: Sequence[KeptSession], metric: str, law: SpeedLaw, speed: float | None
) -> tuple[float | None, float | None]:
    values, spreads = [], []
    for one in earlier:
        number = one.metrics[metric]
        own = one.metrics["speed_m_s"].value if "speed_m_s" in one.metrics else None
        if law.kind != "none" and (speed is None or own is None):
            continue
        moved, spread = (
            (0.0, 0.0) if speed is None or own is None else _expected(law, number.value, own, speed)
        )
        values.append(number.value + moved)
        spreads.append(spread)
    if len(values) < LEAST_SESSIONS:
        return None, None
    prior = law.between_sessions / TWO_SIDED_95 / math.sqrt(2.0)
    own_part = float(np.var(values)) * len(values)
    variance = (MOST_PRIOR_SESSIONS * prior**2 + own_part) / (MOST_PRIOR_SESSIONS + len(values) - 1.0)
    single = variance * (1.0 + 1.0 / len(values)) + float(np.mean(spreads)) ** 2
    return float(np.mean(values)), TWO_SIDED_95 * math.sqrt(single)
