"""Foot strike: from an angle and its uncertainty to class probabilities."""

from __future__ import annotations

import math

import numpy as np

from gait.arrays import FloatArray

__all__ = ["CLASSES", "FOREFOOT_BELOW_DEG", "REARFOOT_ABOVE_DEG", "strike_probabilities"]


REARFOOT_ABOVE_DEG = 8.0
"""Strike angle above which a landing is on the rearfoot, degrees (Altman & Davis 2012, Gait & Posture 35(2),
doi 10.1016/j.gaitpost.2011.09.104)."""
FOREFOOT_BELOW_DEG = -1.6
"""Strike angle below which a landing is on the forefoot, degrees (Altman & Davis 2012, as
`REARFOOT_ABOVE_DEG`)."""

CLASSES = ("rearfoot", "midfoot", "forefoot")


def strike_probabilities(angle_deg: FloatArray, sd_deg: FloatArray) -> FloatArray:
    """Return (n, 3) probabilities of `CLASSES` given angles and their standard uncertainties; NaN for NaN.

    Examples
    --------
    >>> strike_probabilities(np.array([8.0]), np.array([2.0])).round(2).tolist()
    [[0.5, 0.5, 0.0]]
    """
    rear = _normal((angle_deg - REARFOOT_ABOVE_DEG) / sd_deg)
    fore = _normal((FOREFOOT_BELOW_DEG - angle_deg) / sd_deg)
    return np.stack([rear, 1.0 - rear - fore, fore], axis=1)


def _normal(deviate: FloatArray) -> FloatArray:
    """Return the (n,) probability of at most so many standard deviations."""
    return np.array([0.5 * math.erfc(-math.sqrt(0.5) * value) for value in deviate.tolist()])
