"""How the sensor sits on the foot, found from the movement itself.

Vertical: the mean specific force between two flat instants is gravity (`closure_gravity`), however hard the
impacts, unless they clip; what the accelerometer reads at the flat instants is gravity too, unless the foot
is never quiet: closure goes first, and each stride has its own.

Forward: where the foot's up-axis leans while the heel rises. It leans forward in every gait, so the sense is
known without asking the runner to do anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gait.analysis.signal.filters import reach
from gait.analysis.signal.orientation import Turned, closure_gravity
from gait.analysis.signal.quaternion import apply
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.detector import ALIGNED_SCORE
from gait.arrays import FloatArray, IntArray
from gait.units import STANDARD_GRAVITY

__all__ = [
    "Mounting",
    "MountingCues",
    "blend",
    "felt_at",
    "lean_deg",
    "levels",
    "mounting_cues",
    "rolls_back_deg",
    "solve_mounting",
]


_LEAN_DEG = 50.0
"""Lean of the foot about toe-off; direction is well defined there (Falbriard 2018: 50-70 deg)."""

RESUPINATION_DEG = 3.0
"""deg that the foot rolls outward between its flat instant and this lean, where nothing is known of its roll
(chosen: a third of an inward roll of some 9 deg, as `RESUPINATION_SHARE`)."""

RESUPINATION_SHARE = 0.35
"""The same as a share of what the foot rolled inward from contact to the flat instant. With it the long axis
found is that of the markers to 1 deg in the mean over 13 runners, 4.4 deg from foot to foot (Fukuchi 2017,
10.7717/peerj.3298; 0.7 leaves 5.5 deg)."""

MOST_ROLL_DEG = 11.5
"""deg of inward roll from which a foot rolls back no further (chosen: who lands far inverted leaves less
so)."""

_FLAT_SMOOTH_S = 0.010
"""s; one sigma of the mean of gravity about a flat instant (chosen: a small part of foot-flat)."""
_SWING_SHARE = 0.62
"""The foot leans forward most before this share of the way from one flat instant to the next (chosen: in
early swing, with room for the quickest feet)."""

CLOSURE_TRUST = 0.06
"""Relative error of a stride's mean specific force, against g, from which clipping or a slip spoilt it
(chosen: twice what sound runs at 100 Hz and more stay within, `gait.analysis.faults.unclosed`)."""

_SPREAD_FAIL_DEG = 30.0
"""Scatter of the cues between strides, deg, at which the score reaches 0 (chosen: then the axes of two
strides share hardly a direction)."""


@dataclass(frozen=True)
class Mounting:
    """Sensor to segment.

    Attributes
    ----------
    matrix
        (3, 3) rows: segment axes (forward, left, up) in the sensor frame; ``v_segment = matrix @ v_sensor``.
    score
        0 to 1: how well the strides agree on the axes.
    closure_error
        Relative deviation of the closure's gravity from g: how far double integration can be trusted.
    rest
        (3,) direction of the specific force at the flat instants, sensor frame: what a slip changes.
    """

    matrix: FloatArray
    score: float
    closure_error: float
    rest: FloatArray

    @property
    def aligned(self) -> bool:
        """True where the metrics that need segment axes are given."""
        return self.score >= ALIGNED_SCORE


@dataclass(frozen=True)
class MountingCues:
    """Cues of n strides to the mounting: (n, 3) vectors in the sensor frame at their flat instants."""

    closure: FloatArray
    flat: FloatArray


def mounting_cues(turned: Turned) -> MountingCues:
    """Return gravity by closure and at the flat instant, m/s2."""
    return MountingCues(closure_gravity(turned.windows, turned.force), turned.flat)


def solve_mounting(
    turned: Turned,
    cues: MountingCues,
    outward: float,
    resupination_deg: float = RESUPINATION_DEG,
) -> Mounting:
    """Return the mounting on which the strides agree best.

    Parameters
    ----------
    outward
        1 for a left foot, -1 for a right one: the sense of turning outward about the vertical.
    resupination_deg
        deg that the foot rolls outward between foot-flat and the lean.

    Notes
    -----
    Medians over strides: a stumble does not move them.
    """
    windows = turned.windows
    up, closure_error = _vertical(cues)
    lean = apply(turned.quaternion, np.broadcast_to(up, windows.acc.shape))
    tilt = np.einsum("nij,j->ni", lean, up)
    early = np.arange(tilt.shape[1])[None, :] < _SWING_SHARE * windows.length[:, None]
    tilt = np.where(early, tilt, 2.0)
    rows = np.arange(len(tilt))
    limit = np.maximum(tilt.min(axis=1) + 1e-9, np.cos(np.radians(_LEAN_DEG)))
    risen = (tilt <= limit[:, None]).argmax(axis=1)
    directions = _horizontal(lean[rows, risen], up)
    leaning = _median_direction(directions)
    # The lean points outward of the long axis by the angle that the foot rolls while the heel rises.
    turn = -outward * np.arctan2(np.sin(np.radians(resupination_deg)), np.sin(np.radians(_LEAN_DEG)))
    forward = np.cos(turn) * leaning + np.sin(turn) * np.cross(up, leaning)
    matrix = np.stack([forward, np.cross(up, forward), up])
    return Mounting(
        matrix, _score(directions, leaning, cues, up), closure_error, _median_direction(cues.flat)
    )


def _vertical(cues: MountingCues) -> tuple[FloatArray, float]:
    closure, flat = np.median(cues.closure, axis=0), np.median(cues.flat, axis=0)
    errors = [abs(float(np.linalg.norm(cue)) / STANDARD_GRAVITY - 1.0) for cue in (closure, flat)]
    # At the flat instant of a run the foot is accelerated, so a reading of one g may be chance.
    worse = errors[0] > CLOSURE_TRUST and errors[1] < errors[0]
    up = flat if worse else closure
    # A sensor that reads zero has no vertical; any direction serves, as its strides do not close.
    size = float(np.linalg.norm(up))
    return up / size if size > 0.0 else np.array([0.0, 0.0, 1.0]), errors[0]


def levels(mounting: Mounting, closure: FloatArray) -> FloatArray:
    """Return the world axes at each stride's flat instant, from its own gravity where that can be trusted.

    Parameters
    ----------
    closure
        (n, 3) mean specific force of each stride, sensor frame at its flat instant, m/s2.

    Returns
    -------
    (n, 3, 3) rows: forward, left and up in the sensor frame at the flat instant.
    """
    size = np.linalg.norm(closure, axis=1)
    trusted = np.abs(size / STANDARD_GRAVITY - 1.0) < CLOSURE_TRUST
    own = closure / np.maximum(size, 1e-9)[:, None]
    up = np.where(trusted[:, None], own, np.broadcast_to(mounting.matrix[2], closure.shape))
    forward = mounting.matrix[0] - up * (up @ mounting.matrix[0])[:, None]
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    return np.stack([forward, np.cross(up, forward), up], axis=1)


def lean_deg(mounting: Mounting, closure: FloatArray, flat: FloatArray) -> FloatArray:
    """Return (n,) by how much each stride's vertical differs from the mounting's, deg.

    Parameters
    ----------
    closure, flat
        (n, 3) mean specific force of each stride and specific force at its flat instant, m/s2. A fast foot is
        pushed about when it is flat, so the smaller of the two differences counts, if closure can be trusted.
    """
    size = np.linalg.norm(closure, axis=1)
    trusted = np.abs(size / STANDARD_GRAVITY - 1.0) < CLOSURE_TRUST
    own, now = _angle_deg(closure, mounting.matrix[2]), _angle_deg(flat, mounting.rest)
    return np.where(trusted, np.minimum(own, now), now)


def _angle_deg(vectors: FloatArray, direction: FloatArray) -> FloatArray:
    """Return (n,) angles between (n, 3) vectors of any norm and a (3,) unit direction."""
    size = np.maximum(np.linalg.norm(vectors, axis=1), 1e-12)
    angle_deg: FloatArray = np.degrees(np.arccos(np.clip(vectors @ direction / size, -1.0, 1.0)))
    return angle_deg


def _horizontal(vectors: FloatArray, up: FloatArray) -> FloatArray:
    """Return (n, 3) unit vectors: the parts of (n, 3) vectors across the (3,) unit vector `up`."""
    flat = vectors - np.outer(vectors @ up, up)
    out: FloatArray = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)
    return out


def _median_direction(vectors: FloatArray) -> FloatArray:
    """Return the (3,) unit vector along the median of (n, 3) vectors."""
    middle = np.median(vectors, axis=0)
    return middle / max(float(np.linalg.norm(middle)), 1e-12)


def _score(directions: FloatArray, leaning: FloatArray, cues: MountingCues, up: FloatArray) -> float:
    """Return 1 minus the scatter of the cues, as a share of what would be no agreement at all.

    (n, 3) horizontal `directions` of the strides' lean, their (3,) median `leaning`, and the (3,) unit
    vector `up`, all in the sensor frame.
    """
    off_deg = np.degrees(np.arccos(np.clip(directions @ leaning, -1.0, 1.0)))
    size = np.maximum(np.linalg.norm(cues.closure, axis=1), 1e-12)
    tilt_deg = np.degrees(np.arccos(np.clip(cues.closure @ up / size, -1.0, 1.0)))
    scatter_deg = np.hypot(
        np.median(np.abs(off_deg - np.median(off_deg))) * 1.48 + 0.25 * np.median(off_deg),
        np.median(tilt_deg),
    )
    return float(np.clip(1.0 - scatter_deg / _SPREAD_FAIL_DEG, 0.0, 1.0))


def blend(old: Mounting, new: Mounting) -> Mounting:
    """Return the mean of an old and a new mounting, orthonormal again."""
    up = old.matrix[2] + new.matrix[2]
    up /= np.linalg.norm(up)
    forward = old.matrix[0] + new.matrix[0]
    forward -= up * (up @ forward)
    size = float(np.linalg.norm(forward))
    forward = new.matrix[0] if size < 0.2 else forward / size
    matrix = np.stack([forward, np.cross(up, forward), up])
    return Mounting(
        matrix,
        0.5 * (old.score + new.score),
        0.5 * (old.closure_error + new.closure_error),
        (old.rest + new.rest) / np.linalg.norm(old.rest + new.rest),
    )


def rolls_back_deg(inward_deg: float) -> float:
    """Return how far a foot rolls outward while the heel rises, deg, from how far it rolled inward."""
    return RESUPINATION_SHARE * float(np.clip(inward_deg, 0.0, MOST_ROLL_DEG))


def felt_at(acc: FloatArray, index: IntArray) -> FloatArray:
    """Return (n, 3) specific force smoothed about each index."""
    half = reach(_FLAT_SMOOTH_S)
    span = np.arange(-half, half + 1)
    weight = np.exp(-0.5 * (span / (_FLAT_SMOOTH_S * GRID_HZ)) ** 2)
    at = np.clip(index[:, None] + span[None, :], 0, len(acc) - 1)
    out: FloatArray = np.einsum("k,nkj->nj", weight / weight.sum(), acc[at])
    return out
