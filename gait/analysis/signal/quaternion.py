"""Unit quaternions (w, x, y, z) as arrays: the only module that writes out their products and conjugates.

Scipy's `Rotation` is the slow oracle of these functions in the tests.
"""

from __future__ import annotations

import numpy as np

from gait.arrays import FloatArray

__all__ = ["apply", "conjugate", "integrate", "twist_rad"]


def integrate(gyr: FloatArray, rate_hz: float) -> FloatArray:
    """Return the (n, L, 4) orientations of n rows, from the sensor at each sample to its row's first sample.

    Parameters
    ----------
    gyr
        (n, L, 3) angular rate, rad/s. The rate between two samples is their mean (trapezoid); each step is an
        exact rotation by it.
    rate_hz
        Samples per second.
    """
    half = (gyr[:, 1:] + gyr[:, :-1]) * (0.25 / rate_hz)
    norm = np.sqrt(half[..., 0] ** 2 + half[..., 1] ** 2 + half[..., 2] ** 2)
    scale = np.sinc(norm / np.pi)
    n, samples = gyr.shape[:2]
    # A quaternion is two complex numbers, (w + x i) + (y + z i) j: its product is three operations on arrays.
    step = np.empty((samples - 1, 2, n), dtype=complex)
    step.real[:, 0], step.imag[:, 0] = np.cos(norm).T, (half[..., 0] * scale).T
    step.real[:, 1], step.imag[:, 1] = (half[..., 1] * scale).T, (half[..., 2] * scale).T
    across = np.empty_like(step)
    np.negative(step[:, 1].conj(), out=across[:, 0])
    np.conj(step[:, 0], out=across[:, 1])
    out = np.empty((samples, 2, n), dtype=complex)
    out[0, 0], out[0, 1] = 1.0, 0.0
    turned = np.empty((2, n), dtype=complex)
    for first, second, now, then in zip(step, across, out[:-1], out[1:], strict=True):
        np.multiply(first, now[0], out=then)
        np.add(then, np.multiply(second, now[1], out=turned), out=then)
    parts = (out[:, 0].real, out[:, 0].imag, out[:, 1].real, out[:, 1].imag)
    return np.moveaxis(np.stack([part.T for part in parts]), 0, -1)


def apply(quaternion: FloatArray, vector: FloatArray) -> FloatArray:
    """Turn (..., 3) vectors by (..., 4) unit quaternions."""
    w, x, y, z = (quaternion[..., axis] for axis in range(4))
    a, b, c = (vector[..., axis] for axis in range(3))
    tx, ty, tz = (2.0 * part for part in (y * c - z * b, z * a - x * c, x * b - y * a))
    out = np.empty((3, *tx.shape))
    out[0] = a + w * tx + (y * tz - z * ty)
    out[1] = b + w * ty + (z * tx - x * tz)
    out[2] = c + w * tz + (x * ty - y * tx)
    return np.moveaxis(out, 0, -1)


def conjugate(quaternion: FloatArray) -> FloatArray:
    """Return the (..., 4) rotations that undo those given."""
    out: FloatArray = quaternion * np.array([1.0, -1.0, -1.0, -1.0])
    return out


def twist_rad(quaternion: FloatArray, axis: FloatArray) -> FloatArray:
    """Return how far (n, 4) rotations turn about a (3,) unit axis, rad, within (-2 pi, 2 pi].

    It is the twist of the swing-twist decomposition; the rest of the rotation tilts the axis.
    """
    twist: FloatArray = 2.0 * np.arctan2(quaternion[:, 1:] @ axis, quaternion[:, 0])
    return twist
