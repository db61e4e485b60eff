"""The path of a foot from one flat instant to the next: its sideways bow, and its turn."""

from __future__ import annotations

import numpy as np

from gait.analysis.signal.orientation import Motion, Windows
from gait.analysis.signal.quaternion import twist_rad
from gait.analysis.strides.shoe.mounting import Mounting
from gait.arrays import FloatArray

__all__ = ["circumduction_cm", "turn_deg"]


def circumduction_cm(moved: Motion, windows: Windows, sign: float) -> FloatArray:
    """Return the largest lateral bow of the foot's path off the straight line between two stances, cm."""
    rows = np.arange(len(windows.length))
    end = moved.position[rows, windows.length - 1]
    along = end[:, :2] / np.maximum(np.hypot(end[:, 0], end[:, 1]), 1e-6)[:, None]
    left = moved.position[..., 1] * along[:, None, 0] - moved.position[..., 0] * along[:, None, 1]
    bow: FloatArray = 100.0 * (sign * left * windows.inside).max(axis=1)
    return bow


def turn_deg(quaternion: FloatArray, windows: Windows, mounting: Mounting) -> FloatArray:
    """Return the (n,) change of heading from flat to flat, deg."""
    last = quaternion[np.arange(len(windows.length)), windows.length - 1]
    change_deg = np.degrees(twist_rad(last, mounting.matrix[2]))
    return (change_deg + 180.0) % 360.0 - 180.0
