"""Orientation and motion of many strides at once, from one flat instant to the next.

The gyroscope alone carries the orientation within a stride; gravity enters through the closure: between two
instants at which the foot stands still the mean acceleration is zero, so the mean specific force, turned
into the frame of the first instant, is gravity. This needs no instant at which the accelerometer reads
gravity alone, of which running has none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gait.analysis.grid import GRID_HZ
from gait.units import STANDARD_GRAVITY

__all__ = ["Motion", "Windows", "apply", "closure_gravity", "gather", "motion", "orientations"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

PADDING = 24
"""Samples behind the longest stride of a group, so that no filter sees where the array ends."""


@dataclass(frozen=True)
class Windows:
    """The samples of n strides, padded to one length.

    Attributes
    ----------
    start, length
        (n,) grid index of each first sample, and samples of each.
    acc, gyr
        (n, L, 3) m/s2 and rad/s; behind a stride's own length the last sample is repeated.
    """

    start: IntArray
    length: IntArray
    acc: FloatArray
    gyr: FloatArray

    @property
    def inside(self) -> npt.NDArray[np.bool_]:
        """(n, L) True on a stride's own samples."""
        return np.arange(self.acc.shape[1])[None, :] < self.length[:, None]


def gather(acc: FloatArray, gyr: FloatArray, start: IntArray, stop: IntArray) -> Windows:
    """Windows of ``[start, stop)`` out of (m, 3) signals."""
    length = stop - start
    index = start[:, None] + np.arange(int(length.max()) + PADDING)[None, :]
    index = np.minimum(index, stop[:, None] - 1)
    return Windows(start, length, acc[index], gyr[index])


def orientations(windows: Windows) -> FloatArray:
    """(n, L, 4) quaternions (w, x, y, z) from the sensor at each sample to its stride's first sample.

    The rate between two samples is their mean (trapezoid); each step is an exact rotation by it.
    """
    gyr = windows.gyr
    n, samples = gyr.shape[:2]
    half = (gyr[:, 1:] + gyr[:, :-1]) * (0.25 / GRID_HZ)
    size = np.sqrt(np.einsum("ijk,ijk->ij", half, half))
    scale = np.sinc(size / np.pi)
    step_w = np.cos(size)
    step_x, step_y, step_z = (half[..., axis] * scale for axis in range(3))
    out = np.empty((samples, 4, n))
    out[0] = np.array([1.0, 0.0, 0.0, 0.0])[:, None]
    w, x, y, z = out[0]
    for k in range(samples - 1):
        b, c, d, e = step_w[:, k], step_x[:, k], step_y[:, k], step_z[:, k]
        w, x, y, z = (
            w * b - x * c - y * d - z * e,
            w * c + x * b + y * e - z * d,
            w * d - x * e + y * b + z * c,
            w * e + x * d - y * c + z * b,
        )
        row = out[k + 1]
        row[0], row[1], row[2], row[3] = w, x, y, z
    return np.ascontiguousarray(out.transpose(2, 0, 1))


def apply(quaternion: FloatArray, vector: FloatArray) -> FloatArray:
    """Turn (..., 3) vectors by (..., 4) unit quaternions."""
    w, u = quaternion[..., :1], quaternion[..., 1:]
    t = 2.0 * _cross(u, vector)
    return vector + w * t + _cross(u, t)


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    a0, a1, a2 = a[..., 0], a[..., 1], a[..., 2]
    b0, b1, b2 = b[..., 0], b[..., 1], b[..., 2]
    return np.stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], axis=-1)


def closure_gravity(windows: Windows, turned: FloatArray) -> FloatArray:
    """(n, 3) mean specific force over each stride, m/s2, in the frame of its first sample.

    Parameters
    ----------
    turned
        (n, L, 3) specific force turned into that frame.

    Notes
    -----
    Its length is g when the accelerometer did not clip and the stride began and ended at rest.
    """
    weights = windows.inside.astype(float)
    mean: FloatArray = np.einsum("ij,ijk->ik", weights, turned) / windows.length[:, None]
    return mean


@dataclass(frozen=True)
class Motion:
    """How the sensor moved in each stride.

    Attributes
    ----------
    acc
        (n, L, 3) acceleration without gravity, m/s2, world frame: z up, x and y as the segment's.
    velocity, position
        (n, L, 3) m/s and m relative to the start; at rest at both ends.
    rate
        (n, L, 3) angular rate, rad/s, world frame.
    drift
        (n, 3) velocity, m/s, that was taken out linearly to come to rest at the end.
    """

    acc: FloatArray
    velocity: FloatArray
    position: FloatArray
    rate: FloatArray
    drift: FloatArray


def motion(windows: Windows, quaternion: FloatArray, turned: FloatArray, level: FloatArray) -> Motion:
    """World-frame motion.

    Parameters
    ----------
    quaternion, turned
        From `orientations`, and the specific force turned by it.
    level
        (n, 3, 3) rows: world axes seen from the frame of each stride's first sample.
    """
    rate = apply(quaternion, windows.gyr)
    acc = np.einsum("nij,nkj->nki", level, turned)
    acc[..., 2] -= STANDARD_GRAVITY
    rate = np.einsum("nij,nkj->nki", level, rate)
    inside = windows.inside[..., None]
    acc = np.where(inside, acc, 0.0)
    speed = np.cumsum(acc, axis=1) / GRID_HZ
    speed -= 0.5 * (acc + acc[:, :1]) / GRID_HZ
    last = np.take_along_axis(speed, (windows.length - 1)[:, None, None], axis=1)
    share = np.minimum(np.arange(acc.shape[1])[None, :] / (windows.length - 1)[:, None], 1.0)
    velocity = np.where(inside, speed - share[..., None] * last, 0.0)
    position = (np.cumsum(velocity, axis=1) - 0.5 * velocity) / GRID_HZ
    return Motion(acc, velocity, position, rate, last[:, 0])
