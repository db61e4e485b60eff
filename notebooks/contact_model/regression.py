"""Ridge regressions of events on the signals about their anchors, and predictions for runners left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from training_set import REACH, TrainingSet

from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.contact_model import Event, Regression, snippets

PENALTY = 0.3
"""Ridge penalty on standardised features, per swing."""

HUBER_ROUNDS, HUBER_AT = 3, 1.5
"""Refits with swings further off than 1.5 standard deviations weighted down."""

JITTER_S, COPIES = 0.006, 2
"""Anchors are moved by so much, each in so many copies, so that the second round is at home too."""

MOST_S = 0.06
STEP_S = 0.01
WINDOWS_S = {"ic": (-0.10, 0.05), "tc": (-0.10, 0.10)}
CHANNELS = {"ic": ((0,), (0, 1, 2)), "tc": ((0,), (0, 1, 2))}
"""Columns of the two regressions of each event: pitch rate alone, and with upward and forward acceleration.
Pitch rate transfers most evenly between sensors, acceleration is most exact; their mean is both."""


@dataclass(frozen=True)
class Ridge:
    """Intercept and weights on features as they are."""

    intercept: float
    weights: np.ndarray


def fit_ridge(features: np.ndarray, target: np.ndarray) -> Ridge:
    """Return the ridge regression of (n,) on (n, k), robust against single swings that are far off."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    scaled = (features - mean) / spread
    weight = np.ones(len(target))
    penalty = PENALTY * len(target) * np.eye(scaled.shape[1])
    for _ in range(1 + HUBER_ROUNDS):
        centre = np.average(target, weights=weight)
        heavy = scaled * weight[:, None]
        slope = np.linalg.solve(heavy.T @ scaled + penalty, heavy.T @ (target - centre))
        off = np.abs(target - centre - scaled @ slope)
        limit = HUBER_AT * 1.48 * np.median(off)
        weight = np.minimum(1.0, limit / np.maximum(off, 1e-9))
    weights = slope / spread
    return Ridge(float(centre - mean @ weights), weights)


def offsets(event: str) -> np.ndarray:
    """Return (k,) offsets of an event's features from its anchor, s."""
    low, high = WINDOWS_S[event]
    return low + STEP_S * np.arange(round((high - low) / STEP_S) + 1)


def fit_event(data: TrainingSet, event: str, rows: np.ndarray) -> Event:
    """Return the refinement of an event fitted on some swings."""
    table = data.table.iloc[rows]
    known = (table[f"{event}_truth"].notna() & table["left"] & table["landed"]).to_numpy()
    rows = rows[known]
    anchor = data.table[f"{event}_anchor"].to_numpy()[rows]
    truth = data.table[f"{event}_truth"].to_numpy()[rows]
    signals = data.signals[event][:, rows]
    rng = np.random.default_rng(0)
    moves = rng.normal(0.0, JITTER_S, (COPIES, len(rows)))
    regressions = []
    for columns in CHANNELS[event]:
        features = np.concatenate([_snippets(signals, columns, anchor + move, event) for move in moves])
        target = np.concatenate([truth - anchor - move for move in moves])
        ridge = fit_ridge(features, target)
        shape = (len(offsets(event)), len(columns))
        regressions.append(Regression(columns, ridge.intercept, ridge.weights.reshape(shape)))
    return Event(offsets(event), MOST_S, tuple(regressions))


def _snippets(signals: np.ndarray, columns: tuple[int, ...], time_s: np.ndarray, event: str) -> np.ndarray:
    """Return features about times from the middle of the kept signals."""
    return snippets(signals, columns, time_s + REACH / GRID_HZ, offsets(event))


def predict(data: TrainingSet, event: str, model: Event, rows: np.ndarray) -> pd.DataFrame:
    """Return error (s) and doubts (s) of some swings."""
    from gait.analysis.strides.contact_model import _refined

    table = data.table.iloc[rows]
    anchor = table[f"{event}_anchor"].to_numpy() + REACH / GRID_HZ
    found = np.stack(
        [_refined(model, one, data.signals[event][:, rows], anchor) for one in model.regressions]
    )
    time = found.mean(axis=0)
    return pd.DataFrame(
        {
            "error": time - REACH / GRID_HZ - table[f"{event}_truth"].to_numpy(),
            "time": time - REACH / GRID_HZ + table[f"{event}_middle"].to_numpy(),
            "split": found[0] - found[-1],
            "shift": time - anchor,
            "spread": table[f"{event}_spread"].to_numpy(),
        },
        index=rows,
    )


def left_out(data: TrainingSet, train: np.ndarray | None = None) -> dict[str, pd.DataFrame]:
    """Return predictions of every swing by models that never saw its runner."""
    runner = data.table["runner"].to_numpy()
    allowed = np.ones(len(runner), dtype=bool) if train is None else train
    parts: dict[str, list[pd.DataFrame]] = {"ic": [], "tc": []}
    for out in np.unique(runner):
        fit, test = np.flatnonzero((runner != out) & allowed), np.flatnonzero(runner == out)
        for event, frames in parts.items():
            frames.append(predict(data, event, fit_event(data, event, fit), test))
    return {event: pd.concat(frames).sort_index() for event, frames in parts.items()}


def stances(data: TrainingSet, found: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row a stance with its contact time's error and doubts, s."""
    table = data.table
    ic = found["ic"].iloc[:-1].reset_index(drop=True)
    tc = found["tc"].iloc[1:].reset_index(drop=True)
    info = table.iloc[:-1].reset_index(drop=True)
    same = table["recording"].to_numpy()[1:] == table["recording"].to_numpy()[:-1]
    contact = tc["time"] - ic["time"]
    out = pd.DataFrame(
        {
            **{
                name: info[name]
                for name in ("recording", "runner", "trial", "side", "variant", "place", "rate_hz")
            },
            "contact": contact,
            "error": tc["error"] - ic["error"],
            "ic_error": ic["error"],
            "tc_error": tc["error"],
            "split": tc["split"] - ic["split"],
            "shift": np.hypot(tc["shift"], ic["shift"]),
            "spread": np.hypot(tc["spread"], ic["spread"]),
            **{
                f"{event}_{name}": one[name]
                for event, one in (("ic", ic), ("tc", tc))
                for name in ("split", "shift", "spread")
            },
        }
    )
    return out[same & out["error"].notna() & (contact > 0.05) & (contact < 1.0)].reset_index(drop=True)


def figures(stance: pd.DataFrame) -> dict[str, float]:
    """Return how a set of recordings does: medians of recordings, ms."""
    groups = stance.groupby("recording")["error"]
    middle = 1e3 * groups.median()
    return {
        "recordings": len(middle),
        "mae_ms": round(float(middle.abs().mean()), 2),
        "bias_ms": round(float(middle.mean()), 2),
        "sd_ms": round(float(middle.std()), 2),
        "worst_ms": round(float(middle.abs().max()), 1),
        "within_sd_ms": round(float(1e3 * groups.std().median()), 2),
    }
