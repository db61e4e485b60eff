"""Swings of a foot as columns: each from one flat instant to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gait.analysis.signal.buffer import sample_rows
from gait.analysis.signal.resample import GRID_HZ
from gait.arrays import FloatArray, IntArray

__all__ = ["HALF_S", "Swings", "both_ends", "inward_deg", "join", "take"]

HALF_S = 0.45
"""s of attitude kept before the end and behind the start of a swing: more than half of the longest stance."""


@dataclass(frozen=True)
class Swings:
    """Measurements of n swings; times in s of session time.

    Attributes
    ----------
    start, stop
        (n,) grid indices of the flat instants at its ends; of the recording's where a swing is cut by them.
    tc, ic
        (n,) terminal and initial contact; NaN where not seen.
    tc_doubt, ic_doubt
        (n, 4) s: difference of the regressions (signed), distance from the anchor, disagreement of the cues,
        time near the event that was not recorded.
    """

    start: IntArray
    stop: IntArray
    tc: FloatArray
    tc_doubt: FloatArray
    ic: FloatArray
    ic_doubt: FloatArray
    pitch: FloatArray
    roll: FloatArray
    side_rate: FloatArray
    length_m: FloatArray
    circum_cm: FloatArray
    turn_deg: FloatArray
    drift: FloatArray
    lean: FloatArray
    slipped: npt.NDArray[np.bool_]
    aligned: npt.NDArray[np.bool_]
    plausible: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start)


def both_ends(values: FloatArray, length: IntArray) -> FloatArray:
    """(n, 2 h + 2): the last `h` samples and the end itself, then the start and `h` samples behind it."""
    half = round(HALF_S * GRID_HZ)
    back = np.maximum(length[:, None] - 1 + np.arange(-half, 1)[None, :], 0)
    ahead = np.minimum(np.arange(0, half + 1)[None, :], length[:, None] - 1)
    rows = np.arange(len(length))[:, None]
    return np.hstack([values[rows, back], values[rows, ahead]])


def take(swings: Swings, index: slice) -> Swings:
    """Return the swings at `index`."""
    return Swings(*(getattr(swings, name)[index] for name in swings.__dataclass_fields__))


def join(first: Swings, second: Swings) -> Swings:
    """Return both, one behind the other."""
    return Swings(
        *(
            np.concatenate([getattr(first, name), getattr(second, name)])
            for name in first.__dataclass_fields__
        )
    )


def inward_deg(swings: Swings) -> FloatArray:
    """Return (n,) roll from contact to the flat instant that ends each swing, deg, eversion positive."""
    half = round(HALF_S * GRID_HZ)
    at = half + (swings.ic - swings.stop / GRID_HZ) * GRID_HZ
    roll = sample_rows(swings.roll, np.column_stack([at, np.full(len(at), float(half))]))
    return roll[:, 1] - roll[:, 0]
