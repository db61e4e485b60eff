"""Left against right over a runner's sessions, and what of it goes with the pods when they are swapped.

A single session cannot tell a difference of the feet from a difference of the two pods. Over sessions the
scatter of a day and of mounting anew averages out, the method's error per foot does not. Sessions with the
pods swapped tell the pods' part: what changes its sign with them is theirs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from gait.history.change import CORRELATED, MEDIAN_COST, TWO_SIDED_95
from gait.history.sides import COMPARED
from gait.history.speed_laws import SPEED_LAWS, SpeedLaw
from gait.history.store import KeptMetric, KeptSession

__all__ = ["SidesOverSessions", "sides_over_sessions"]

LEAST_SESSIONS = 2
"""Sessions with both feet from which there is something to say (chosen: a spread needs two)."""
MOST_PRIOR_SESSIONS = 4.0
"""Sessions that the published spread counts for beside the runner's own, as in `gait.history.change`."""

Verdict = Literal["left higher", "right higher", "goes with the pods", "no difference shown"]


@dataclass(frozen=True)
class SidesOverSessions:
    """Left minus right of one metric over a runner's sessions, in the metric's unit.

    Attributes
    ----------
    sessions, swapped
        With both feet, and how many of them with the pods the other way round than most; None where the
        recordings do not tell one pod from another.
    difference, uncertainty
        Of the feet, with the 95 % half-width; the method's error per foot is in it.
    pods, pods_uncertainty
        Part that goes with the pods; None unless they were swapped.
    """

    metric: str
    sessions: int
    swapped: int | None
    difference: float
    uncertainty: float
    pods: float | None
    pods_uncertainty: float | None
    verdict: Verdict

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)


@dataclass(frozen=True)
class _Gap:
    """One session: its difference, half-widths of scatter and method, and which way round the pods sat."""

    value: float
    scatter: float
    method: float
    turned: int | None


def sides_over_sessions(sessions: Sequence[KeptSession]) -> list[SidesOverSessions]:
    """Return the difference of the feet of every metric that two sessions or more have of both.

    Parameters
    ----------
    sessions
        Sessions of one runner.
    """
    turned = _turned(sessions)
    out = []
    for name in COMPARED:
        gaps_found = [
            gap
            for session, side in zip(sessions, turned, strict=True)
            if (gap := _gap(session.metrics.get(name), side)) is not None
        ]
        if len(gaps_found) >= LEAST_SESSIONS:
            out.append(_over(name, SPEED_LAWS[name], gaps_found))
    return out


def _turned(sessions: Sequence[KeptSession]) -> list[int | None]:
    """Return for each session 1 if the pods sat as in most sessions, -1 if swapped, None if unknown."""
    signs: list[int | None] = []
    first: dict[frozenset[str], str] = {}
    for session in sessions:
        pair = _pair(session.pods)
        if pair is None:
            signs.append(None)
            continue
        left = first.setdefault(frozenset(pair), pair[0])
        signs.append(1 if pair[0] == left else -1)
    usual = 1 if sum(sign or 0 for sign in signs) >= 0 else -1
    return [None if sign is None else sign * usual for sign in signs]


def _pair(pods: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the pods of the left and right foot; None unless both are known and differ."""
    for place in ("shoe", "shank"):
        left, right = pods.get(f"left {place}"), pods.get(f"right {place}")
        if left and right and left != right:
            return left, right
    return None


def _gap(metric: KeptMetric | None, turned: int | None) -> _Gap | None:
    if metric is None:
        return None
    value, half = (metric.parts.get(key) for key in ("difference", "difference_uncertainty"))
    if not isinstance(value, int | float) or not isinstance(half, int | float):
        return None
    # Each foot has half of the strides, and the errors of both feet add up.
    scatter = 2.0 * TWO_SIDED_95 * MEDIAN_COST * metric.sd * math.sqrt(CORRELATED / max(metric.n, 1))
    return _Gap(float(value), scatter, math.sqrt(max(half**2 - scatter**2, 0.0)), turned)


def _over(name: str, law: SpeedLaw, gaps: Sequence[_Gap]) -> SidesOverSessions:
    usual = [gap for gap in gaps if gap.turned != -1]
    swapped = [gap for gap in gaps if gap.turned == -1]
    turn_known = any(gap.turned is not None for gap in gaps)
    spread = _spread(law, gaps, (usual, swapped))
    method = float(np.median([gap.method for gap in gaps]))
    if not swapped or not usual:
        mean = float(np.mean([gap.value for gap in gaps]))
        half = math.hypot(spread / math.sqrt(len(gaps)), method)
        verdict = _verdict(mean, half, law)
        return SidesOverSessions(name, len(gaps), 0 if turn_known else None, mean, half, None, None, verdict)
    (as_usual, with_swapped) = (float(np.mean([gap.value for gap in group])) for group in (usual, swapped))
    error = 0.5 * spread * math.sqrt(1.0 / len(usual) + 1.0 / len(swapped))
    feet, pods = 0.5 * (as_usual + with_swapped), 0.5 * (as_usual - with_swapped)
    half = math.hypot(error, method)
    verdict = _verdict(feet, half, law)
    if verdict == "no difference shown" and abs(pods) > error and abs(pods) >= law.matters:
        verdict = "goes with the pods"
    return SidesOverSessions(name, len(gaps), len(swapped), feet, half, pods, error, verdict)


def _verdict(difference: float, half: float, law: SpeedLaw) -> Verdict:
    """Return the verdict on left minus right by its 95 % half-width, both in the metric's unit."""
    if abs(difference) <= half or abs(difference) < law.matters:
        return "no difference shown"
    return "left higher" if difference > 0.0 else "right higher"


def _spread(law: SpeedLaw, gaps: Sequence[_Gap], groups: Sequence[Sequence[_Gap]]) -> float:
    """Return the 95 % half-width of one session's difference: own spread beside the published one."""
    # Each foot is mounted anew, so a difference has twice the variance of one foot's mounting.
    prior = law.between_sessions / TWO_SIDED_95
    scatter = float(np.median([gap.scatter for gap in gaps])) / TWO_SIDED_95
    own = sum(float(np.var([gap.value for gap in group])) * len(group) for group in groups if group)
    free = len(gaps) - sum(1 for group in groups if group)
    variance = (MOST_PRIOR_SESSIONS * (prior**2 + scatter**2) + own) / (MOST_PRIOR_SESSIONS + free)
    return TWO_SIDED_95 * math.sqrt(variance)
