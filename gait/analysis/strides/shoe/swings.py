"""Swings of a foot as columns: each from one flat instant to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gait.analysis.signal.buffer import sample_rows
from gait.analysis.signal.resample import GRID_HZ
from gait.arrays import FloatArray, IntArray

__all__ = ["HALF_S", "Swings", "both_ends", "by_pace", "inward_deg", "join", "take"]

HALF_S = 0.45
"""s of attitude kept before the end and behind the start of a swing (chosen: more than half of the longest
stance)."""

HIDDEN_S = 0.1
"""s of doubt for what was not recorded from which an event is held against the pace (chosen: longer than an
impact and what leads to it)."""

OFF_PACE_S = 0.04
"""s from the pace beyond which such an event is the pace's. Measured on 13 runners (Fukuchi 2017,
10.7717/peerj.3298) beside silences of 100 to 150 ms: beyond it cues err by 66 ms, the pace by 3 (SD 20);
within, cues by 2 (SD 12)."""

ON_PACE_MISSING_S, BY_PACE_MISSING_S = 0.06, 0.09
"""s not recorded as whose doubt such an event's is stated, within and beyond (chosen: 0.29 of it is one
sigma, so 17 and 26 ms, for scatters of 12 and 20)."""


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
    pitch_deg, roll_deg, eversion_dps
        (n, 2 h + 2) at `both_ends`: pitch, toes up positive; roll and its rate, eversion positive.
    length_m, circum_cm, turn_deg
        (n,) from flat to flat: distance, largest sideways bow of the path, change of heading; NaN if cut.
    drift_m_s
        (n,) velocity that is left at the flat instant, where the foot rests: the error of the integration.
    lean_deg
        (n,) angle between gravity at foot-flat and the mounting's; `slipped` says whether it is too large.
    aligned, plausible
        (n,) whether the mounting suffices for segment axes; whether the movement is gait at all.
    """

    start: IntArray
    stop: IntArray
    tc: FloatArray
    tc_doubt: FloatArray
    ic: FloatArray
    ic_doubt: FloatArray
    pitch_deg: FloatArray
    roll_deg: FloatArray
    eversion_dps: FloatArray
    length_m: FloatArray
    circum_cm: FloatArray
    turn_deg: FloatArray
    drift_m_s: FloatArray
    lean_deg: FloatArray
    slipped: npt.NDArray[np.bool_]
    aligned: npt.NDArray[np.bool_]
    plausible: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start)


def both_ends(values: FloatArray, length: IntArray) -> FloatArray:
    """Return (n, 2 h + 2): the last `h` samples and the end itself, then the start and `h` samples on."""
    half = round(HALF_S * GRID_HZ)
    back = np.maximum(length[:, None] - 1 + np.arange(-half, 1)[None, :], 0)
    ahead = np.minimum(np.arange(0, half + 1)[None, :], length[:, None] - 1)
    rows = np.arange(len(length))[:, None]
    return np.hstack([values[rows, back], values[rows, ahead]])


def take(swings: Swings, index: slice) -> Swings:
    """Return the swings at `index`."""
    return Swings(*(getattr(swings, name)[index] for name in swings.__dataclass_fields__))


def join(first: Swings, second: Swings) -> Swings:
    """Return the swings of `first`, then those of `second`."""
    return Swings(
        *(
            np.concatenate([getattr(first, name), getattr(second, name)])
            for name in first.__dataclass_fields__
        )
    )


def by_pace(swings: Swings) -> Swings:
    """Return the swings with what lies in a silence held against the stride before.

    The time between two contacts is close to that between the two flat instants. Cues beside a silence that
    are far from it come from another event.
    """
    missing = np.maximum(swings.ic_doubt[1:, 3], swings.tc_doubt[1:, 3])
    if not (missing >= HIDDEN_S).any():
        return swings
    stride = (swings.stop - swings.start) / GRID_HZ
    ic, ic_doubt = _held_against(swings.ic, swings.ic_doubt, swings.ic[:-1] + stride[1:])
    tc, tc_doubt = _held_against(swings.tc, swings.tc_doubt, swings.tc[:-1] + stride[:-1])
    return replace(swings, ic=ic, ic_doubt=ic_doubt, tc=tc, tc_doubt=tc_doubt)


def _held_against(time: FloatArray, doubt: FloatArray, pace: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (n,) times and (n, 4) doubts of an event; `pace` gives all but the first."""
    missing = doubt[:, 3]
    hidden = np.zeros(len(time), dtype=bool)
    hidden[1:] = (missing[1:] >= HIDDEN_S) & (missing[:-1] < HIDDEN_S) & np.isfinite(time[1:] - pace)
    pace = np.concatenate([[np.nan], pace])
    off = hidden & (np.abs(time - pace) > OFF_PACE_S)
    stated = np.where(off, BY_PACE_MISSING_S, np.where(hidden, ON_PACE_MISSING_S, missing))
    cues = np.where(off[:, None], 0.0, doubt[:, :3])
    return np.where(off, pace, time), np.column_stack([cues, stated])


def inward_deg(swings: Swings) -> FloatArray:
    """Return (n,) roll from contact to the flat instant that ends each swing, deg, eversion positive."""
    half = round(HALF_S * GRID_HZ)
    at = half + (swings.ic - swings.stop / GRID_HZ) * GRID_HZ
    roll = sample_rows(swings.roll_deg, np.column_stack([at, np.full(len(at), float(half))]))
    return roll[:, 1] - roll[:, 0]
