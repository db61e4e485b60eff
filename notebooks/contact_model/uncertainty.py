"""Standard uncertainties and their shares, fitted on the errors of runners left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from gait.analysis.strides.shoe.contact import LONGEST_S, SHORTEST_S

TERMS = ("split", "shift", "spread")
MISSING = 0.29
"""An event somewhere in a silence: the standard deviation of a uniform distribution, per s of it."""

BEYOND = {"ic": 0.15, "tc": 0.25, "contact": 0.40}
"""Standard uncertainty per s of contact time outside most of the runners of the fit. That of contact is the
least with which 95 % of strides of left-out runners beyond 310 ms hold, at their own pace; of the events it is
chosen."""

HOLDS = 0.97
"""Share of strides of left-out runners that the 95 % interval holds."""

LEAST_SHARE = 0.02


def fit_spread(stance: pd.DataFrame, which: str) -> dict[str, object]:
    """Return the constant and the factors of a variance that is linear in squared doubts, by likelihood.

    Notes
    -----
    Scaled at the end so that 1.96 standard uncertainties hold `HOLDS` of the errors.
    """
    prefix = "" if which == "contact" else f"{which}_"
    error = stance[f"{prefix}error"].to_numpy()
    doubts = np.abs(np.column_stack([stance[f"{prefix}{name}"] for name in TERMS]))
    beyond = BEYOND[which] * outside(stance["contact"].to_numpy())

    def cost(logs: np.ndarray) -> float:
        parts = np.exp(2.0 * logs)
        variance = parts[0] + doubts**2 @ parts[1:] + beyond**2
        # Student's t with 5 degrees of freedom: a few strides are far off.
        return float(np.mean(0.5 * np.log(variance) + 3.0 * np.log1p(error**2 / (5.0 * variance))))

    start = np.log(np.array([0.004, 0.1, 0.1, 0.1]))
    bounds = [(np.log(0.001), np.log(0.02)), *[(np.log(0.01), np.log(1.0))] * len(TERMS)]
    found = np.exp(minimize(cost, start, bounds=bounds, method="L-BFGS-B").x)
    sigma = np.sqrt(found[0] ** 2 + (doubts**2) @ found[1:] ** 2 + beyond**2)
    scale = float(np.quantile(np.abs(error) / sigma, HOLDS)) / 1.96
    terms = {name: round(float(scale * value), 4) for name, value in zip(TERMS, found[1:], strict=True)}
    return {
        "constant_s": round(float(scale * found[0]), 6),
        "terms": {**terms, "missing": MISSING, "beyond": BEYOND[which]},
    }


def outside(contact_s: np.ndarray) -> np.ndarray:
    """Return (n,) s by which contact times lie outside those of the runners of the fit."""
    return np.maximum(contact_s - LONGEST_S, 0.0) + np.maximum(SHORTEST_S - contact_s, 0.0)


def sigma_of(stance: pd.DataFrame, spread: dict[str, object], which: str) -> np.ndarray:
    """Return (n,) standard uncertainties, s."""
    prefix = "" if which == "contact" else f"{which}_"
    variance = spread["constant_s"] ** 2 + (spread["terms"]["beyond"] * outside(stance["contact"])) ** 2
    for name in TERMS:
        variance = variance + (spread["terms"][name] * stance[f"{prefix}{name}"]) ** 2
    return np.sqrt(variance.to_numpy())


def shares(stance: pd.DataFrame) -> dict[str, float]:
    """Return how the error's variance splits over runner, foot, session and stride (nested means)."""
    error = stance["error"]
    by_session = error.groupby([stance[name] for name in ("runner", "side", "recording")])
    mean, within, count = by_session.mean(), by_session.var(ddof=1), by_session.size()
    stride = float(within.mean())
    by_foot = mean.groupby(level=["runner", "side"])
    session = float(by_foot.var(ddof=1).mean()) - stride / float(count.mean())
    foot_mean, sessions = by_foot.mean(), float(by_foot.size().mean())
    by_runner = foot_mean.groupby(level="runner")
    foot = float(by_runner.var(ddof=1).mean()) - session / sessions
    runner = float(by_runner.mean().var(ddof=1)) - foot / 2.0
    # With one session a foot nothing tells foot and session apart.
    parts = np.maximum(np.nan_to_num([runner, foot, session, stride]), 0.0)
    parts = np.maximum(parts / parts.sum(), LEAST_SHARE)
    parts /= parts.sum()
    return dict(zip(("runner", "foot", "session", "stride"), parts.round(3).tolist(), strict=True))


def coverage(
    stance: pd.DataFrame, spread: dict[str, object], parts: dict[str, float], rounds: int = 1000
) -> dict[str, object]:
    """Return how often intervals hold the truth, by stride and by recording, with a bootstrap over runners."""
    sigma = sigma_of(stance, spread, "contact")
    held = np.abs(stance["error"].to_numpy()) <= 1.96 * sigma
    shared = parts["runner"] + parts["foot"] + parts["session"]
    groups = stance.assign(variance=sigma**2, held=held).groupby("recording")
    centre = groups["error"].median()
    count = groups.size()
    half = 1.96 * np.sqrt(
        groups["variance"].mean() * (shared + 1.57 * parts["stride"] / np.maximum(count / 3.0, 1.0))
    )
    session = (centre.abs() <= half).to_numpy()
    runner = groups["runner"].first().to_numpy()
    rate = groups["held"].mean().to_numpy()
    rng = np.random.default_rng(0)
    names = np.unique(runner)
    rows = {name: np.flatnonzero(runner == name) for name in names}
    draws = [np.concatenate([rows[name] for name in rng.choice(names, len(names))]) for _ in range(rounds)]
    low, high = np.quantile([session[draw].mean() for draw in draws], [0.025, 0.975])
    low_s, high_s = np.quantile([rate[draw].mean() for draw in draws], [0.025, 0.975])
    return {
        "recordings": len(session),
        "session_pct": round(100.0 * float(session.mean()), 1),
        "session_95_pct": [round(100.0 * float(low), 1), round(100.0 * float(high), 1)],
        "stride_pct": round(100.0 * float(held.mean()), 1),
        "stride_95_pct": [round(100.0 * float(low_s), 1), round(100.0 * float(high_s), 1)],
        "median_half_width_ms": round(float(1e3 * half.median()), 1),
        "median_stride_half_width_ms": round(float(1.96e3 * np.median(sigma)), 1),
    }
