"""Stances of a shoe without gyroscope: axes of the foot from its landings, and the signals about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gait.analysis.signal.filters import gaussian
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.landing_model import jerk_size
from gait.arrays import FloatArray, IntArray
from gait.units import STANDARD_GRAVITY

__all__ = [
    "AFTER_S",
    "BEFORE_S",
    "IC_ANCHOR_S",
    "TC_ANCHOR_S",
    "FootAxes",
    "Stances",
    "foot_axes",
    "stances_about",
]


BEFORE_S, AFTER_S = 0.35, 0.65
"""s before and behind the shock that are looked at (chosen: late swing, and the longest stance with what
follows it)."""

IC_ANCHOR_S = -0.020
"""s from the shock to contact; median of 592 recordings of 13 runners (Fukuchi 2017, 10.7717/peerj.3298)."""

TC_ANCHOR_S = 0.23
"""s from contact to toe-off from which the search starts; median of 592 recordings, as `IC_ANCHOR_S`."""

FLAT_S = (0.045, 0.155)
"""s behind the shock in which the foot stands flat at some instant, whatever the speed (chosen: behind the
impact, before the heel of the quickest stance rises)."""

BRAKE_S = (-0.10, -0.02)
"""s about the shock in which the swinging leg circles: its centre lies behind the foot's front, so the force
points forward. Measured on 13 runners (Fukuchi 2017, 10.7717/peerj.3298) at three places of the shoe: 2 g or
more."""

AXIS_SMOOTH_S = 0.020
"""s; one sigma of the smoothing before the forward axis is fitted (chosen: as long as an impact)."""
FLAT_SMOOTH_S = 0.015
"""s; one sigma of the smoothing before the flat instants are looked for (chosen: a part of foot-flat)."""
FLAT_ROUNDS = 2
"""Rounds in which the flat instants and the vertical are taken from each other (chosen: one of each)."""


@dataclass(frozen=True)
class FootAxes:
    """Axes of the foot, (3,) unit vectors in the sensor frame.

    Attributes
    ----------
    up
        Where the force points while the foot stands flat.
    forward
        Across it, where the slow movement is largest; positive where the swing is braked.
    """

    up: FloatArray
    forward: FloatArray


@dataclass(frozen=True)
class Stances:
    """n windows of L grid points about shocks.

    Attributes
    ----------
    start_s
        (n,) s of session time of the first columns.
    signals
        Channels of the model, (n, L): size of the force, its parts up and forward, g, and its jerk, g/s.
    """

    start_s: FloatArray
    signals: Mapping[str, FloatArray]


def foot_axes(acc: FloatArray, shocks: IntArray) -> FootAxes:
    """Return the axes of a foot from some of its landings.

    Parameters
    ----------
    acc
        (m, 3) m/s2 on the grid; its ends are held.
    shocks
        (n,) rows of landings.
    """
    force = gaussian(acc, FLAT_SMOOTH_S) / STANDARD_GRAVITY
    flat = force[_rows(shocks, FLAT_S, len(acc))]
    up = _unit(np.median(flat.reshape(-1, 3), axis=0))
    for _ in range(FLAT_ROUNDS):
        off = np.einsum("nij,nij->ni", flat - up, flat - up)
        up = _unit(np.median(flat[np.arange(len(flat)), off.argmin(axis=1)], axis=0))
    slow = gaussian(acc, AXIS_SMOOTH_S) / STANDARD_GRAVITY
    slow = slow[_rows(shocks, (-BEFORE_S, AFTER_S), len(acc))].reshape(-1, 3)
    across = slow - np.outer(slow @ up, up)
    forward = np.linalg.eigh(across.T @ across)[1][:, 2]
    braked = float(np.median(acc[_rows(shocks, BRAKE_S, len(acc))] @ forward))
    return FootAxes(up, forward if braked >= 0.0 else -forward)


def stances_about(acc: FloatArray, first: int, shocks: IntArray, axes: FootAxes) -> Stances:
    """Return windows about shocks.

    Parameters
    ----------
    acc
        (m, 3) m/s2 on the grid; its ends are held.
    first
        Grid index of its first row.
    shocks
        (n,) grid indices.
    """
    rows = _rows(shocks - first, (-BEFORE_S, AFTER_S), len(acc))
    force = acc[rows] / STANDARD_GRAVITY
    return Stances(
        (shocks - round(BEFORE_S * GRID_HZ)) / GRID_HZ,
        {
            "size": np.sqrt(np.einsum("nij,nij->ni", force, force)),
            "jerk": jerk_size(acc)[rows],
            "up": force @ axes.up,
            "forward": force @ axes.forward,
        },
    )


def _rows(at: IntArray, window_s: tuple[float, float], length: int) -> IntArray:
    """Return (n, k) rows in a window about each of (n,) rows, held at the ends."""
    span = np.arange(round(window_s[0] * GRID_HZ), round(window_s[1] * GRID_HZ))
    rows: IntArray = np.clip(at[:, None] + span[None, :], 0, length - 1)
    return rows


def _unit(vector: FloatArray) -> FloatArray:
    """Return a (3,) vector of norm 1 in the same direction."""
    out: FloatArray = vector / np.linalg.norm(vector)
    return out
