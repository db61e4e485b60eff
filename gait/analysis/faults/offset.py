"""An offset of the gyroscope that no rest shows: over whole strides the foot comes back to its tilt.

From foot-flat to foot-flat a foot, and a shank, turns by nothing but the runner's own turn about the
vertical. A scale or a lag leaves that so to a few deg/s, and never makes the strides' gravity one g; an
offset adds up.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gait.analysis.faults.closure import Cause, Closed, explained, turns_of_strides
from gait.analysis.signal.resample import GRID_HZ
from gait.arrays import FloatArray
from gait.units import DEG

__all__ = ["offset_of"]

LEAST_DPS = 5.0
"""Rate of the tilt, deg/s, from which an offset is looked for: sound ones leave 1.6 at most (10 recordings of
Fukuchi 2017, 10.7717/peerj.3298)."""

CLOSES_WITHIN = 0.03
"""Misclosure of gravity, relative, that is left without the offset. Measured on the same recordings with
offsets of 10 to 60 deg/s: 0.012 at most, while scales leave 0.2 and more."""

WORSE = 2.5
"""Difference of misfits by which an offset may explain the strides worse than the best other cause (chosen:
an offset that closes gravity is believed though the stance is explained a little less)."""

ROUNDS = 3
"""Steps of the solution (chosen: each leaves a hundredth of the error)."""


def offset_of(
    strides: Closed, others: list[Cause], most_misfit: float, aim: float = 0.0
) -> FloatArray | None:
    """Return the (3,) offset of the gyroscope, deg/s, that makes the strides come back; None where none does.

    Parameters
    ----------
    others
        The other explanations, that of no fault among them.
    most_misfit
        Misfit up to which a cause explains strides.
    aim
        What gravity reads at rest over one g, less one.
    """
    turns, sums, up = turns_of_strides(strides)
    rate = turns / ((strides.stop - strides.start) / GRID_HZ)[:, None]
    tilt = np.median(rate - (rate * up).sum(axis=1)[:, None] * up, axis=0)
    if np.linalg.norm(tilt) < LEAST_DPS * DEG:
        return None
    offset = np.zeros(3)
    for _ in range(ROUNDS):
        turns, sums, _ = turns_of_strides(replace(strides, gyr=strides.gyr - offset))
        offset = offset + np.median(np.linalg.solve(sums, turns[..., None])[..., 0], axis=0)
    cause = explained(replace(strides, gyr=strides.gyr - offset), "none", 1.0)
    best = min(other.misfit for other in others)
    if abs(cause.gravity - aim) > CLOSES_WITHIN or cause.misfit > min(most_misfit, best + WORSE):
        return None
    return np.asarray(offset / DEG)
