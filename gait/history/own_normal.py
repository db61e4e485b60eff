"""A runner's own normal, and own relation with speed, cadence and slope, from the sessions kept so far.

The number of a session is a sum: a level, and the effects of speed, of a cadence other than usual at that
speed, of slope, of the shoes and of the day. The published relations are the prior of a runner without
sessions; each session at another speed, cadence or slope moves that belief to the runner's own. Metrics that
follow a power of speed are modelled by their logarithm. The textbook name is Bayesian linear regression with
a normal prior (Gelman et al., Bayesian Data Analysis, 3rd ed., 14.8).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from gait.arrays import FloatArray
from gait.history.change import TWO_SIDED_95
from gait.history.speed_laws import SPEED_LAWS, SpeedLaw
from gait.history.store import KeptSession

__all__ = ["LAW_SESSIONS", "TrendRow", "own_laws", "own_normal"]

LEAST_SESSIONS = 3
"""Sessions before one from which a runner has a normal of their own (chosen: a spread needs three)."""

MOST_PRIOR_SESSIONS = 4.0
"""Sessions that the published spread between sessions counts for beside the runner's own (chosen: few enough
that a runner's own spread soon decides)."""

LAW_SESSIONS = 20
"""Sessions before one that a runner's own relation with speed is read off (chosen: some two months; form of
years ago is another's)."""

SURE = 1e-6
"""Standard deviation of what is not in doubt, on the scale of the regression (chosen: a millionth, so that
matrices can be inverted)."""

SPEED, CADENCE_AT, UPHILL_AT = 1, 2, 3
"""Places of the coefficients, after the level (by definition of the regression's rows)."""


@dataclass(frozen=True)
class TrendRow:
    """One session's number against the runner's own normal before it.

    ``normal`` is that normal at this session's speed, cadence and slope and in its shoes, ``half`` the 95 %
    half-width within which a session without change lies; both None before there are `LEAST_SESSIONS`.
    ``new_shoes`` is True where no session before it was run in these shoes: what they do is not known then.
    """

    session: int
    date: str
    value: float
    uncertainty: float
    speed_m_s: float | None
    normal: float | None
    half: float | None
    verdict: str
    shoes: str = ""
    new_shoes: bool = False

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)


@dataclass(frozen=True)
class _Belief:
    """Belief about level, speed, cadence, slope of the ground and shoes, in this order.

    Attributes
    ----------
    cadence
        Logarithm of the cadence beyond speed and slope that the sessions' is counted from.
    level
        Mean of the number, of which shares are counted where the regression is not of logarithms.
    day
        Standard deviation of one session around it.
    in_logs
        Whether all of it is of the logarithm.
    """

    mean: FloatArray
    covariance: FloatArray
    shoes: tuple[str, ...]
    cadence: float
    level: float
    day: float
    in_logs: bool


def own_normal(sessions: Sequence[KeptSession], metric: str) -> list[TrendRow]:
    """Return each session's number beside the runner's own normal from the sessions before it.

    Parameters
    ----------
    sessions
        Of one runner, in order, each with that metric.
    """
    law, steps = SPEED_LAWS[metric], SPEED_LAWS["cadence_spm"]
    out = []
    for at, session in enumerate(sessions):
        number, speed = session.metrics[metric], _speed(session)
        earlier = [before for before in sessions[:at] if _speed(before) is not None]
        normal, half = None, None
        if speed is not None and len(earlier) >= LEAST_SESSIONS:
            normal, half = _expected(_believed(earlier, metric, law, steps), law, steps, session)
        new = (
            bool(session.shoes) and at > 0 and all(before.shoes != session.shoes for before in sessions[:at])
        )
        verdict = _against(number.value, normal, half, law)
        out.append(
            TrendRow(
                session.id, session.ran_at[:10], number.value, number.uncertainty, speed,
                normal, half, verdict, session.shoes, new,
            )
        )  # fmt: skip
    return out


def own_laws(sessions: Sequence[KeptSession]) -> dict[str, SpeedLaw]:
    """Return what is expected of each metric of one runner: published relations, moved by the sessions.

    Parameters
    ----------
    sessions
        Before the one that is looked at; those without metrics or speed, and all but the last
        `LAW_SESSIONS`, are passed over.
    """
    out = dict(SPEED_LAWS)
    # Cadence comes first: for other metrics only cadence beyond that expected at the speed is taken out.
    for name in sorted(SPEED_LAWS, key=lambda name: name != "cadence_spm"):
        law = SPEED_LAWS[name]
        measured = [
            session for session in sessions if name in session.metrics and _speed(session) is not None
        ][-LAW_SESSIONS:]
        if len(measured) >= LEAST_SESSIONS and law.kind != "covariate":
            out[name] = _own(law, _believed(measured, name, law, out["cadence_spm"]))
    return out


def _own(law: SpeedLaw, belief: _Belief) -> SpeedLaw:
    """Return a law with the runner's own coefficients, as shares of the level unless values are logs."""
    spread = np.sqrt(np.diag(belief.covariance))
    pairs = [(float(middle), float(sd)) for middle, sd in zip(belief.mean, spread, strict=True)]
    speed, cadence, uphill = pairs[SPEED], pairs[CADENCE_AT], pairs[UPHILL_AT]
    return replace(
        law,
        slope=speed[0],
        slope_sd=speed[1],
        by_cadence=None if law.by_cadence is None else cadence,
        uphill=uphill,
    )


def _against(value: float, normal: float | None, half: float | None, law: SpeedLaw) -> str:
    """Return in words where a value lies beside the normal and its 95 % half-width, in the metric's unit."""
    if normal is None or half is None:
        return "too few sessions"
    off = value - normal
    if abs(off) <= half or abs(off) < law.matters:
        return "within your normal"
    return "above your normal" if off > 0 else "below your normal"


def _speed(session: KeptSession) -> float | None:
    return session.speed_m_s if session.speed_m_s and session.speed_m_s > 0.0 else None


def _believed(sessions: Sequence[KeptSession], metric: str, law: SpeedLaw, cadence: SpeedLaw) -> _Belief:
    """Return the coefficients that the sessions and, as prior, the published relations give."""
    values = [session.metrics[metric].value for session in sessions]
    in_logs = law.kind != "linear" and min(values) > 0.0
    level = float(np.mean(values))
    y = np.log(values) if in_logs else np.array(values)
    shoes = tuple(dict.fromkeys(session.shoes for session in sessions))
    beyond = [steps for steps in (_beyond(session, cadence) for session in sessions) if steps is not None]
    middle = float(np.mean(beyond)) if beyond else 0.0
    design = np.array(
        [_row(law, cadence, session, shoes, middle, level, in_logs=in_logs) for session in sessions]
    )
    day = law.between_sessions / TWO_SIDED_95 / math.sqrt(2.0) / (level if in_logs else 1.0)
    prior = [
        (law.slope, law.slope_sd),
        law.by_cadence or (0.0, SURE),
        law.uphill,
    ]
    mean = _fit(design, y, prior, day)[0]
    # The spread between days approaches the runner's own with more sessions.
    rest = y - design @ mean
    free = max(len(y) - 1.0, 1.0)
    own = math.sqrt((MOST_PRIOR_SESSIONS * day**2 + float(rest @ rest)) / (MOST_PRIOR_SESSIONS + free))
    return _Belief(*_fit(design, y, prior, own), shoes, middle, level, own, in_logs)


def _beyond(session: KeptSession, cadence: SpeedLaw) -> float | None:
    """Return the logarithm of a session's cadence beyond its speed and slope; None where it has none."""
    steps, speed = session.metrics.get("cadence_spm"), _speed(session)
    if steps is None or steps.value <= 0.0 or speed is None:
        return None
    return (
        math.log(steps.value)
        - cadence.slope * math.log(speed)
        - cadence.uphill[0] * (session.slope_pct or 0.0)
    )


def _row(
    law: SpeedLaw,
    cadence: SpeedLaw,
    session: KeptSession,
    shoes: Sequence[str],
    middle: float,
    level: float,
    *,
    in_logs: bool,
) -> list[float]:
    """Return level, speed, cadence, slope of the ground and shoes of a session."""
    speed, beyond = _speed(session) or 1.0, _beyond(session, cadence)
    share = 1.0 if in_logs else level
    steps = 0.0 if beyond is None or law.by_cadence is None else share * (beyond - middle)
    if law.kind == "linear":
        return [
            1.0,
            speed,
            steps,
            session.slope_pct or 0.0,
            *(float(session.shoes == pair) for pair in shoes),
        ]
    slope = share * (session.slope_pct or 0.0)
    return [1.0, share * math.log(speed), steps, slope, *(float(session.shoes == pair) for pair in shoes)]


def _fit(
    design: FloatArray, y: FloatArray, prior: Sequence[tuple[float, float]], day: float
) -> tuple[FloatArray, FloatArray]:
    """Return (k,) mean and (k, k) covariance of the coefficients; the prior of a pair of shoes is a day's.

    (n, k) design: level, the laws of speed, the shoes; (n,) values; `day`, the standard deviation of a
    session.
    """
    others = design.shape[1] - 1 - len(prior)
    before = np.array([0.0, *(mean for mean, _ in prior), *([0.0] * others)])
    precision = np.array([0.0, *(max(sd, SURE) ** -2.0 for _, sd in prior), *([day**-2.0] * others)])
    covariance = np.asarray(np.linalg.inv(design.T @ design / day**2 + np.diag(precision)), dtype=np.float64)
    mean = np.asarray(covariance @ (design.T @ y / day**2 + precision * before), dtype=np.float64)
    return mean, covariance


def _expected(belief: _Belief, law: SpeedLaw, cadence: SpeedLaw, session: KeptSession) -> tuple[float, float]:
    """Return a session's expected number and the 95 % half-width around it."""
    row = np.array(
        _row(law, cadence, session, belief.shoes, belief.cadence, belief.level, in_logs=belief.in_logs)
    )
    middle = float(row @ belief.mean)
    variance = float(row @ belief.covariance @ row) + belief.day**2
    if session.shoes not in belief.shoes:
        variance += belief.day**2
    if not belief.in_logs:
        return middle, TWO_SIDED_95 * math.sqrt(variance)
    value = math.exp(middle)
    return value, TWO_SIDED_95 * value * math.sqrt(variance)
