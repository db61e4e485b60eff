"""Push-offs of a shank without gyroscope that are sharper than the landings before them.

A landing is the sharpest event of most strides, not of all: who lands softly on the forefoot shakes the shank
more as the foot leaves. A classifier that was fitted on landings and push-offs of real motion tells which of
the two shocks is the landing, by how force and jerk run before and behind them.
"""

from __future__ import annotations

import numpy as np

from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.landing_model import LandingModel
from gait.arrays import BoolArray, FloatArray, IntArray

__all__ = ["landings_of"]


EARLIER_S = (0.36, 0.09)
"""s before a push-off between which its landing's shock lies (chosen: contacts of 0.10 to 0.36 s)."""

AS_SHARP, SURER_BY = 0.7, 1.0
"""Share of a shock's jerk that an earlier one has at least, and log odds by which it is the likelier landing,
for it to be taken (chosen on real motion, each runner left out, and virtual runners: of 88 push-offs that are
the sharper shock 85 give way, of some 6,000 landings with sensors drawn at random 2)."""

BESIDE_S = 0.06
"""s about the two shocks, and between them, in which a silence leaves the later one (chosen: a shock)."""

ABOUT_S = 0.5
"""s of samples on both sides of shocks that the classifier needs (chosen: the window that its features were
fitted on, and the smoothing)."""


def landings_of(
    acc: FloatArray, jerk: FloatArray, bridged: BoolArray, shocks: IntArray, model: LandingModel
) -> IntArray:
    """Return (n,) rows of landings: a shock's own, or the earlier one's behind which it is the push-off.

    Parameters
    ----------
    acc, jerk, bridged
        (m, 3) m/s2 on the grid, (m,) its smoothed jerk, g/s, and (m,) what was not measured: a shock beside
        that stays.
    shocks
        (n,) rows of the sharpest shock of each stride.
    """
    if len(shocks) == 0:
        return shocks
    span = np.arange(-round(EARLIER_S[0] * GRID_HZ), 1 - round(EARLIER_S[1] * GRID_HZ))
    at = shocks[:, None] + span[None, :]
    before = np.where(at >= 0, jerk[np.maximum(at, 0)], 0.0)
    rows, best = np.arange(len(shocks)), before.argmax(axis=1)
    inside = (best > 0) & (best < len(span) - 1)
    inside &= before[rows, best] >= AS_SHARP * jerk[shocks]
    beside = round(BESIDE_S * GRID_HZ)
    lost = np.concatenate([[0], np.cumsum(bridged)])
    start, stop = np.maximum(shocks + span[best] - beside, 0), np.minimum(shocks + beside, len(bridged))
    doubtful = np.flatnonzero(inside & (lost[stop] == lost[start]))
    if len(doubtful) == 0:
        return shocks
    earlier, own = shocks[doubtful] + span[best[doubtful]], shocks[doubtful]
    reach = round(ABOUT_S * GRID_HZ)
    first = max(int(earlier.min()) - reach, 0)
    scores = model.scores(acc[first : int(own.max()) + reach], np.concatenate([earlier, own]) - first)
    out = shocks.copy()
    out[doubtful] = np.where(scores[: len(own)] > scores[len(own) :] + SURER_BY, earlier, own)
    return out
