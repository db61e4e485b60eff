"""Classifier of an accelerometer's shocks as landings or not, fitted on real motion.

A landing shakes the sensor after a swing and before the foot rests; the shocks of push-off and of soft tissue
have other surroundings. A logistic regression on the size of the specific force and of its jerk about a shock
tells them apart. Neither depends on how the sensor is turned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from gait.analysis.signal.filters import gaussian, gaussian_slope
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.contact_model import Channel, read_file
from gait.arrays import FloatArray, IntArray
from gait.units import STANDARD_GRAVITY

__all__ = [
    "LandingModel",
    "jerk_size",
    "landing_from_dict",
    "load_landing",
    "off_gravity",
]

JERK_SMOOTH_S = 0.006
"""s; one sigma of the smoothing under the jerk (chosen: shorter than an impact of some 20 ms)."""


@dataclass(frozen=True)
class LandingModel:
    """Coefficients as the section ``landing`` of a contact model's file gives them.

    Attributes
    ----------
    channels
        Of `off_gravity` and `jerk_size`, in this order.
    offsets
        (k,) grid points from the shock.
    intercept, weights
        Log odds of a landing, and (2, k) what a unit of each channel at each offset adds to them.
    """

    channels: tuple[Channel, ...]
    smooth_s: float
    offsets: IntArray
    intercept: float
    weights: FloatArray

    def features(self, acc: FloatArray, at: IntArray) -> FloatArray:
        """Return (m, 2, k) features of shocks.

        Parameters
        ----------
        acc
            (n, 3) specific force, m/s2, on the grid; its ends are held.
        at
            (m,) rows of the shocks.
        """
        columns = np.clip(at[:, None] + self.offsets[None, :], 0, len(acc) - 1)
        raw = (off_gravity(acc), jerk_size(acc))
        signals = [
            gaussian(channel.apply(values), self.smooth_s)
            for channel, values in zip(self.channels, raw, strict=True)
        ]
        return np.stack([signal[columns] for signal in signals], axis=1)

    def scores(self, acc: FloatArray, at: IntArray) -> FloatArray:
        """Return (m,) log odds that each shock is a landing; parameters as of `features`."""
        out: FloatArray = self.intercept + np.einsum("mck,ck->m", self.features(acc, at), self.weights)
        return out


def off_gravity(acc: FloatArray) -> FloatArray:
    """Return (n,) g by which the size of (n, 3) specific force, m/s2, differs from gravity."""
    size: FloatArray = np.abs(np.sqrt(np.einsum("ij,ij->i", acc, acc)) / STANDARD_GRAVITY - 1.0)
    return size


def jerk_size(acc: FloatArray) -> FloatArray:
    """Return (n,) norm of the jerk, g/s, of (n, 3) specific force, m/s2."""
    slope = gaussian_slope(acc, JERK_SMOOTH_S) / STANDARD_GRAVITY
    size: FloatArray = np.sqrt(np.einsum("ij,ij->i", slope, slope))
    return size


@cache
def load_landing(name: str) -> LandingModel:
    """Return the classifier that ships in ``models/NAME.json``."""
    return landing_from_dict(read_file(name)["landing"])


def landing_from_dict(data: Mapping[str, Any]) -> LandingModel:
    """Return the classifier that a file's section describes."""
    start, stop = data["window_s"]
    offsets = start + data["step_s"] * np.arange(round((stop - start) / data["step_s"]) + 1)
    return LandingModel(
        tuple(
            Channel(channel["name"], channel["scale"], channel["compress"]) for channel in data["channels"]
        ),
        data["smooth_s"],
        np.rint(offsets * GRID_HZ).astype(np.intp),
        data["intercept"],
        np.array(data["weights"], dtype=float),
    )
