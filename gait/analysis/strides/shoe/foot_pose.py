"""Attitude of the foot through each stride."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gait.analysis.signal.orientation import Windows
from gait.analysis.signal.quaternion import apply, conjugate
from gait.arrays import FloatArray

__all__ = ["FootPose", "foot_pose"]


@dataclass(frozen=True)
class FootPose:
    """Attitude of the foot.

    Attributes
    ----------
    up
        (n, L, 3) world vertical in the segment frame.
    """

    up: FloatArray

    @property
    def pitch_deg(self) -> FloatArray:
        """(n, L) elevation of the foot's long axis, toes up positive."""
        above_deg: FloatArray = np.degrees(np.arcsin(np.clip(self.up[..., 0], -1.0, 1.0)))
        return above_deg

    @property
    def roll_deg(self) -> FloatArray:
        """(n, L) rotation about the long axis, left border up positive."""
        about_deg: FloatArray = np.degrees(np.arctan2(self.up[..., 1], self.up[..., 2]))
        return about_deg


def foot_pose(windows: Windows, quaternion: FloatArray, matrix: FloatArray, level: FloatArray) -> FootPose:
    """Return the pose from the orientation relative to each row's first sample.

    Parameters
    ----------
    matrix
        (3, 3) sensor to segment.
    level
        (n, 3, 3) rows: world axes in the sensor frame at each row's first sample.
    """
    inverse = conjugate(quaternion)
    return FootPose(apply(inverse, np.broadcast_to(level[:, None, 2], windows.acc.shape)) @ matrix.T)
