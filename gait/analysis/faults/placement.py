"""Does a sensor sit where the recording says? Foot and shank told apart by how both move about a landing.

A logistic regression on the sizes of the force and of the turning from 0.3 s before a landing to 0.45 s
behind it, whatever the mounting. It was fitted on the real motion of 13 runners, feet and shanks, each given
as either (`notebooks/contact_model/placement_train.py`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from gait.analysis.faults.closure import chosen_strides
from gait.analysis.signal.filters import gaussian
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.stride_batch import StrideBatch
from gait.arrays import FloatArray
from gait.recording.model import Recording
from gait.units import STANDARD_GRAVITY

__all__ = ["LEAST_STRIDES", "PlacementModel", "foot_odds", "landing_profile", "load_placement"]

FILE = "placement.json"
WINDOW_S = (-0.30, 0.45)
"""s around a landing that the features show, from mid-swing to the end of most stances (the coefficients were
fitted on such features)."""
STEP_S = 0.025
"""s between two features of one course (as `WINDOW_S`: the coefficients were fitted on such features)."""
SMOOTH_S = 0.012
"""s; one sigma of the smoothing of force and turning, half a step (as `WINDOW_S`: the coefficients were
fitted so)."""
MARGIN_S = 0.05
"""s beside the window, for the smoothing (chosen: four of its sigmas)."""
LEAST_STRIDES = 5
"""Strides of running that the features are medians of, at least (chosen: two odd ones do not move them)."""
TURN_RAD_S = 10.0
"""rad/s that count as 1 among the features, a leg's turning about a landing (as `WINDOW_S`: the coefficients
were fitted so)."""


@dataclass(frozen=True)
class PlacementModel:
    """Log odds that a sensor sits on a foot: `intercept` + features @ `weights`, (2 k,)."""

    intercept: float
    weights: FloatArray

    def odds(self, features: FloatArray) -> float:
        """Return the log odds of (2 k,) features."""
        return float(self.intercept + features @ self.weights)


@cache
def load_placement() -> PlacementModel:
    """Return the shipped model."""
    text = (files("gait.analysis.strides") / "models" / FILE).read_text(encoding="utf-8")
    data = json.loads(text)
    return PlacementModel(data["intercept"], np.array(data["weights"]))


def landing_profile(batch: StrideBatch, samples: Recording) -> FloatArray | None:
    """Return (2 k,) features, medians over running strides; None for too few, or without a gyroscope.

    Parameters
    ----------
    samples
        With the samples within `closure.stride_spans` at least.
    """
    if samples.gyr is None:
        return None
    rows = chosen_strides(batch)
    around = np.arange(WINDOW_S[0] - MARGIN_S, WINDOW_S[1] + MARGIN_S + 1e-9, 1.0 / GRID_HZ)
    at = batch.next_ic_s[rows][:, None] + around[None, :]
    at = at[(at[:, 0] > samples.time_s[0]) & (at[:, -1] < samples.time_s[-1])]
    if len(at) < LEAST_STRIDES:
        return None
    force, turning = (_size(samples.time_s, values, at) for values in (samples.acc, samples.gyr))
    features = np.concatenate([np.log1p(force / STANDARD_GRAVITY), turning / TURN_RAD_S], axis=1)
    return np.asarray(np.median(features, axis=0))


def _size(time_s: FloatArray, values: FloatArray, at: FloatArray) -> FloatArray:
    """Return (m, k) norms of smoothed (n, 3) values, every `STEP_S` of the windows' (m, L) times."""
    parts = np.stack([np.interp(at, time_s, column) for column in values.T], axis=2)
    smooth = gaussian(parts, SMOOTH_S, axis=1)
    inner = smooth[:, round(MARGIN_S * GRID_HZ) : -round(MARGIN_S * GRID_HZ) : round(STEP_S * GRID_HZ)]
    size: FloatArray = np.sqrt(np.einsum("mli,mli->ml", inner, inner))
    return size


def foot_odds(batch: StrideBatch, samples: Recording) -> float | None:
    """Return the log odds that the sensor sits on a foot and not on a shank; None where it cannot be told."""
    features = landing_profile(batch, samples)
    return None if features is None else load_placement().odds(features)
