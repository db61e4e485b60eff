"""A runner's own normal, and own relation with speed, from the sessions kept so far.

One session's number is a level, what speed does, what the shoe does, and the day. The published relation is
what is believed of a runner of whom nothing is known; each session at another speed moves that belief to the
runner's own. Numbers that follow a power of speed are looked at as logarithms. The textbook name is Bayesian
linear regression with a normal prior (Gelman et al., Bayesian Data Analysis, 3rd ed., 14.8).
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
"""Sessions before one from which a runner has a normal of their own."""

MOST_PRIOR_SESSIONS = 4.0
"""Sessions that the published spread between sessions counts for beside the runner's own (chosen)."""

LAW_SESSIONS = 20
"""Sessions before one that a runner's own relation with speed is read off: form of years ago is another's."""

SURE = 1e-6
"""Standard deviation of what is not in doubt, on the scale of the regression."""


@dataclass(frozen=True)
class TrendRow:
    """One session's number against the runner's own normal before it.

    ``normal`` is that normal at this session's speed and in its shoes, ``half`` the 95 % half-width within
    which a session without change lies; both None before there are `LEAST_SESSIONS`. ``new_shoes`` is True
    where no session before it was run in these shoes: what they do is then not known.
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
    """Belief about level, slope and shoes.

    Attributes
    ----------
    day
        Standard deviation of one session around it.
    in_logs
        Whether all of it is of the logarithm.
    """

    mean: FloatArray
    covariance: FloatArray
    shoes: tuple[str, ...]
    day: float
    in_logs: bool


def own_normal(sessions: Sequence[KeptSession], metric: str) -> list[TrendRow]:
    """Return each session's number beside the runner's own normal from the sessions before it.

    Parameters
    ----------
    sessions
        Of one runner, in order, each with that metric.
    """
    law = SPEED_LAWS[metric]
    out = []
    for at, one in enumerate(sessions):
        number, speed = one.metrics[metric], _speed(one)
        earlier = [before for before in sessions[:at] if _speed(before) is not None]
        normal, half = None, None
        if speed is not None and len(earlier) >= LEAST_SESSIONS:
            normal, half = _expected(_believed(earlier, metric, law), law, speed, one.shoes)
        new = bool(one.shoes) and at > 0 and all(before.shoes != one.shoes for before in sessions[:at])
        verdict = _against(number.value, normal, half, law)
        out.append(
            TrendRow(
                one.id, one.ran_at[:10], number.value, number.uncertainty, speed, normal, half, verdict,
                one.shoes, new,
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
    for name, law in SPEED_LAWS.items():
        known = [one for one in sessions if name in one.metrics and _speed(one) is not None][-LAW_SESSIONS:]
        if len(known) >= LEAST_SESSIONS and law.kind != "covariate":
            belief = _believed(known, name, law)
            spread = math.sqrt(float(belief.covariance[1, 1]))
            out[name] = replace(law, slope=float(belief.mean[1]), slope_sd=spread)
    return out


def _against(value: float, normal: float | None, half: float | None, law: SpeedLaw) -> str:
    if normal is None or half is None:
        return "too few sessions"
    off = value - normal
    if abs(off) <= half or abs(off) < law.matters:
        return "within your normal"
    return "above your normal" if off > 0 else "below your normal"


def _speed(one: KeptSession) -> float | None:
    return one.speed_m_s if one.speed_m_s and one.speed_m_s > 0.0 else None


def _believed(sessions: Sequence[KeptSession], metric: str, law: SpeedLaw) -> _Belief:
    """Return what the sessions say of level, slope and shoes, the published relation beforehand."""
    values = [one.metrics[metric].value for one in sessions]
    in_logs = law.kind != "linear" and min(values) > 0.0
    level = float(np.mean(values))
    scale = level if in_logs else 1.0
    y = np.log(values) if in_logs else np.array(values)
    shoes = tuple(dict.fromkeys(one.shoes for one in sessions))
    design = np.array([_row(law, _speed(one) or 1.0, one.shoes, shoes) for one in sessions])
    day = law.between_sessions / TWO_SIDED_95 / math.sqrt(2.0) / scale
    slope = _prior_slope(law, level, in_logs=in_logs)
    mean = _fit(design, y, slope, day)[0]
    # The spread of a day is the runner's own as sessions come in.
    rest = y - design @ mean
    free = max(len(y) - 1.0, 1.0)
    own = math.sqrt((MOST_PRIOR_SESSIONS * day**2 + float(rest @ rest)) / (MOST_PRIOR_SESSIONS + free))
    return _Belief(*_fit(design, y, slope, own), shoes, own, in_logs)


def _prior_slope(law: SpeedLaw, level: float, *, in_logs: bool) -> tuple[float, float]:
    """Return mean and standard deviation of the slope; a power acts on the level where not in logs."""
    scale = level if law.kind != "linear" and not in_logs else 1.0
    return law.slope * scale, max(law.slope_sd * abs(scale), SURE)


def _row(law: SpeedLaw, speed: float, shoe: str, shoes: Sequence[str]) -> list[float]:
    """Return level, speed and shoes of a session."""
    along = speed if law.kind == "linear" else math.log(speed)
    return [1.0, along, *(float(shoe == one) for one in shoes)]


def _fit(
    design: FloatArray, y: FloatArray, slope: tuple[float, float], day: float
) -> tuple[FloatArray, FloatArray]:
    """Return mean and covariance of the coefficients; shoes differ as a day does, beforehand."""
    count = design.shape[1]
    before = np.array([0.0, slope[0], *([0.0] * (count - 2))])
    precision = np.array([0.0, slope[1] ** -2.0, *([day**-2.0] * (count - 2))])
    covariance = np.asarray(np.linalg.inv(design.T @ design / day**2 + np.diag(precision)), dtype=np.float64)
    mean = np.asarray(covariance @ (design.T @ y / day**2 + precision * before), dtype=np.float64)
    return mean, covariance


def _expected(belief: _Belief, law: SpeedLaw, speed: float, shoe: str) -> tuple[float, float]:
    """Return a session's expected number and the 95 % half-width around it."""
    row = np.array(_row(law, speed, shoe, belief.shoes))
    middle = float(row @ belief.mean)
    variance = float(row @ belief.covariance @ row) + belief.day**2
    if shoe not in belief.shoes:
        variance += belief.day**2
    if not belief.in_logs:
        return middle, TWO_SIDED_95 * math.sqrt(variance)
    value = math.exp(middle)
    return value, TWO_SIDED_95 * value * math.sqrt(variance)
