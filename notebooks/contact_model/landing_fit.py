"""Logistic regressions on the signals about shocks: which of them are landings."""

from __future__ import annotations

import numpy as np

from gait.analysis.strides.landing_model import LandingModel, landing_from_dict

PENALTY = 1e-3
"""Ridge penalty of the logistic regression on standardised features, per shock."""
ROUNDS = 12
LANDING = {
    "window_s": [-0.24, 0.30],
    "step_s": 0.02,
    "smooth_s": 0.012,
    "channels": [
        {"name": "off_gravity", "scale": 1.0, "compress": 3.0},
        {"name": "jerk", "scale": 20.0, "compress": 1.0},
    ],
}
Shocks = tuple[np.ndarray, np.ndarray]
"""(m, 2 k) features of the shocks of a recording, and (m,) whether they are landings."""


def untrained() -> LandingModel:
    """Return a classifier whose features can be taken."""
    count = round((LANDING["window_s"][1] - LANDING["window_s"][0]) / LANDING["step_s"]) + 1
    return landing_from_dict({**LANDING, "intercept": 0.0, "weights": np.zeros((2, count)).tolist()})


def features_of(acc: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return (m, 2 k) features of shocks at (m,) rows of acceleration, m/s2."""
    features = untrained().features(acc, at)
    return features.reshape(len(features), -1)


def logistic(x: np.ndarray, y: np.ndarray, penalty_each: float) -> tuple[float, np.ndarray]:
    """Return intercept and weights of a logistic regression (Newton's method, a ridge on standardised x)."""
    mean, sd = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = np.column_stack([np.ones(len(x)), (x - mean) / sd])
    penalty = penalty_each * len(x) * np.eye(z.shape[1])
    penalty[0, 0] = 0.0
    beta = np.zeros(z.shape[1])
    for _ in range(ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-z @ beta))
        curve = (z * (chance * (1.0 - chance))[:, None]).T @ z + penalty
        beta = beta - np.linalg.solve(curve, z.T @ (chance - y) + penalty @ beta)
    weights = beta[1:] / sd
    return float(beta[0] - mean @ weights), weights


def landing_fit(shocks: list[Shocks]) -> dict:
    """Return the file's section of a classifier fitted to the shocks of some recordings."""
    x, y = (np.concatenate([one[index] for one in shocks]) for index in (0, 1))
    intercept, weights = logistic(x, y.astype(float), PENALTY)
    return {**LANDING, "intercept": round(intercept, 6), "weights": weights.round(6).reshape(2, -1).tolist()}


def told_right(shocks: list[Shocks], runners: list[str]) -> dict[str, object]:
    """Return how landings and push-offs of each runner are told by the fit of the others.

    A recording is told right where the median landing is likelier one than the median push-off.
    """
    right, gaps = [], []
    for runner in sorted(set(runners)):
        section = landing_fit([one for one, own in zip(shocks, runners, strict=True) if own != runner])
        weights = np.ravel(section["weights"])
        for (x, y), own in zip(shocks, runners, strict=True):
            if own == runner:
                odds = section["intercept"] + x @ weights
                right.append((odds > 0) == y)
                if y.any() and not y.all():
                    gaps.append(float(np.median(odds[y]) - np.median(odds[~y])))
    return {
        "shocks": int(sum(map(len, right))),
        "told_right": round(float(np.concatenate(right).mean()), 4),
        "recordings": len(gaps),
        "recordings_told_right": int(np.sum(np.array(gaps) > 0)),
        "least_gap_log_odds": round(min(gaps), 2),
    }
