"""Orientation and motion of many strides at once, from one flat instant to the next.

The gyroscope alone carries the orientation within a stride; gravity enters through the closure: between two
instants at which the foot stands still the mean acceleration is zero, so the mean specific force, turned
into the frame of the first instant, is gravity. This needs no instant at which the accelerometer reads
gravity alone, of which running has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gait.analysis.signal.quaternion import apply, integrate
from gait.analysis.signal.resample import GRID_HZ
from gait.arrays import FloatArray, IntArray
from gait.units import STANDARD_GRAVITY

__all__ = [
    "Motion",
    "Turned",
    "Windows",
    "chosen_of",
    "closure_gravity",
    "gather",
    "motion",
    "orientations",
]


PADDING = 24
"""Samples behind the longest stride of a group (chosen: no filter sees where the array ends)."""


@dataclass(frozen=True)
class Windows:
    """The samples of n strides, padded to one length.

    Attributes
    ----------
    start, length
        (n,) grid index of each first sample, and samples of each.
    acc, gyr
        (n, L, 3) m/s2 and rad/s; behind what is known of a stride its last sample is repeated.
    sampled
        (n,) samples of each that were measured: its own and those that follow it.
    """

    start: IntArray
    length: IntArray
    acc: FloatArray
    gyr: FloatArray
    sampled: IntArray

    @property
    def inside(self) -> npt.NDArray[np.bool_]:
        """(n, L) True on a stride's own samples."""
        return np.arange(self.acc.shape[1])[None, :] < self.length[:, None]

    @property
    def measured(self) -> npt.NDArray[np.bool_]:
        """(n, L) True on a stride's own samples and those that follow it."""
        return np.arange(self.acc.shape[1])[None, :] < self.sampled[:, None]


def gather(acc: FloatArray, gyr: FloatArray, start: IntArray, stop: IntArray, ahead: int = 0) -> Windows:
    """Return windows of ``[start, stop)`` out of (m, 3) signals.

    Parameters
    ----------
    ahead
        Samples that are taken from behind each stride's end too, as far as there are any.
    """
    length = stop - start
    available = np.minimum(stop + ahead, len(acc)) - start
    index = start[:, None] + np.arange(int(length.max()) + max(PADDING, ahead))[None, :]
    index = np.minimum(index, (start + available)[:, None] - 1)
    return Windows(start, length, _taken(acc, index), _taken(gyr, index), available)


def _taken(values: FloatArray, index: IntArray) -> FloatArray:
    """Return (n, L, 3) rows of (m, 3), each component in one piece of memory: twice as fast to work on."""
    out = np.empty((3, *index.shape))
    for component, channel in zip(out, values.T, strict=True):
        channel.take(index, out=component, mode="clip")
    return np.moveaxis(out, 0, -1)


def orientations(windows: Windows) -> FloatArray:
    """Return (n, L, 4) quaternions (w, x, y, z) from the sensor at each sample to its stride's first."""
    return integrate(windows.gyr, GRID_HZ)


@dataclass(frozen=True)
class Turned:
    """Windows of n strides with their orientation.

    Attributes
    ----------
    quaternion
        (n, L, 4) from `orientations`.
    force
        (n, L, 3) specific force, m/s2, in the frame of each stride's first sample.
    flat
        (n, 3) specific force about each first sample, m/s2, sensor frame.
    """

    windows: Windows
    quaternion: FloatArray
    force: FloatArray
    flat: FloatArray

    def rows(self, rows: slice | IntArray) -> Turned:
        """Return some of the strides."""
        own = self.windows
        windows = Windows(own.start[rows], own.length[rows], own.acc[rows], own.gyr[rows], own.sampled[rows])
        return Turned(windows, self.quaternion[rows], self.force[rows], self.flat[rows])


def chosen_of(parts: Sequence[Turned], chosen: IntArray) -> Turned:
    """Return the strides at increasing places among those of all parts, one part behind the other."""
    ends = np.cumsum([len(part.flat) for part in parts])
    of_parts = np.split(chosen, np.searchsorted(chosen, ends[:-1]))
    begins = [0, *ends[:-1].tolist()]
    return _joined(
        [
            part.rows(rows - begin)
            for part, rows, begin in zip(parts, of_parts, begins, strict=True)
            if len(rows)
        ]
    )


def _joined(parts: Sequence[Turned]) -> Turned:
    """Return the strides of all parts, the shorter windows held at their last sample."""
    longest = max(part.force.shape[1] for part in parts)

    def joined(arrays: Iterable[FloatArray]) -> FloatArray:
        held = [np.pad(a, ((0, 0), (0, longest - a.shape[1]), (0, 0)), mode="edge") for a in arrays]
        return np.concatenate(held)

    own = [part.windows for part in parts]
    windows = Windows(
        np.concatenate([window.start for window in own]),
        np.concatenate([window.length for window in own]),
        joined(window.acc for window in own),
        joined(window.gyr for window in own),
        np.concatenate([window.sampled for window in own]),
    )
    return Turned(
        windows,
        joined(part.quaternion for part in parts),
        joined(part.force for part in parts),
        np.concatenate([part.flat for part in parts]),
    )


def closure_gravity(windows: Windows, turned: FloatArray) -> FloatArray:
    """Return (n, 3) mean specific force over each stride, m/s2, in the frame of its first sample.

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
        (n, L, 3) acceleration without gravity, m/s2, world frame: z up, x and y as the segment's; 0 where
        nothing was measured.
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
    """Return the motion in the world frame.

    Parameters
    ----------
    quaternion, turned
        From `orientations`, and the specific force turned by it.
    level
        (n, 3, 3) rows: world axes seen from the frame of each stride's first sample.
    """
    acc = _seen(level, turned)
    acc[2] -= STANDARD_GRAVITY
    rate = _seen(level, apply(quaternion, windows.gyr))
    inside = windows.inside
    acc *= windows.measured
    speed = np.cumsum(acc, axis=2)
    speed -= 0.5 * (acc + acc[:, :, :1])
    speed /= GRID_HZ
    rows, end = np.arange(len(windows.length)), windows.length - 1
    last = speed[:, rows, end]
    share = np.arange(acc.shape[2])[None, :] / end[:, None]
    velocity = (speed - share * last[..., None]) * inside
    position = np.cumsum(velocity, axis=2)
    position -= 0.5 * velocity
    position /= GRID_HZ
    acc, velocity, position, rate = (
        np.moveaxis(vectors, 0, -1) for vectors in (acc, velocity, position, rate)
    )
    return Motion(acc, velocity, position, rate, last.T)


def _seen(level: FloatArray, vectors: FloatArray) -> FloatArray:
    """Return (3, n, L) components of (n, L, 3) vectors along the rows of (n, 3, 3) matrices."""
    x, y, z = (vectors[..., axis] for axis in range(3))
    out = np.empty((3, *x.shape))
    for axis in range(3):
        row = level[:, axis, :, None]
        np.multiply(row[:, 0], x, out=out[axis])
        out[axis] += row[:, 1] * y
        out[axis] += row[:, 2] * z
    return out
