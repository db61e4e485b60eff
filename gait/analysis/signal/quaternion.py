"""Unit quaternions (w, x, y, z) as arrays: the only module that writes out their products and conjugates.

Scipy's `Rotation` is the slow oracle of these functions in the tests.
"""

from __future__ import annotations

import numpy as np

from gait.arrays import ComplexArray, FloatArray

__all__ = ["apply", "conjugate", "integrate", "twist_rad"]


BLOCK = 16
"""Samples whose steps are multiplied one after the other, in all blocks at once (chosen by time)."""
ROWS_AT_ONCE = 32
"""Rows whose arrays fit a core's cache (chosen by time)."""


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
    out = np.empty((4, *gyr.shape[:2]))
    for first in range(0, len(gyr), ROWS_AT_ONCE):
        rows = slice(first, first + ROWS_AT_ONCE)
        out[:, rows] = _orientations(np.moveaxis(gyr[rows], -1, 0), rate_hz)
    return np.moveaxis(out, 0, -1)


def _orientations(gyr: FloatArray, rate_hz: float) -> FloatArray:
    """Return the (4, n, L) orientations of (3, n, L) rates: products within blocks, then of blocks."""
    n, samples = gyr.shape[1:]
    blocks = -(-samples // BLOCK)
    half = np.zeros((3, n, blocks * BLOCK))
    np.add(gyr[:, :, 1:], gyr[:, :, :-1], out=half[:, :, 1:samples])
    half *= 0.25 / rate_hz
    turned = _steps(half.reshape(3, n, blocks, BLOCK).transpose(0, 3, 1, 2).reshape(3, BLOCK, n * blocks))
    for at in range(1, BLOCK):
        turned[:, at] = _product(turned[:, at - 1], turned[:, at])
    start = np.zeros((2, blocks, n), dtype=complex)
    start[0, 0] = 1.0
    blocks_turned = np.ascontiguousarray(turned[:, -1].reshape(2, n, blocks).transpose(0, 2, 1))
    for block in range(1, blocks):
        start[:, block] = _product(start[:, block - 1], blocks_turned[:, block - 1])
    first, second = _product(start.transpose(0, 2, 1).reshape(2, 1, n * blocks), turned)
    out = np.empty((4, n, blocks, BLOCK))
    for plane, part in zip(out, (first.real, first.imag, second.real, second.imag), strict=True):
        plane[:] = part.reshape(BLOCK, n, blocks).transpose(1, 2, 0)
    return out.reshape(4, n, blocks * BLOCK)[:, :, :samples]


def _steps(half: FloatArray) -> ComplexArray:
    """Return the (2, ...) rotations by (3, ...) half turns, rad.

    A quaternion is two complex numbers, (w + x i) + (y + z i) j: its product is few operations on arrays.
    """
    norm = np.sqrt(half[0] ** 2 + half[1] ** 2 + half[2] ** 2)
    half = half * np.sinc(norm / np.pi)
    out = np.empty((2, *norm.shape), dtype=complex)
    out.real[0], out.imag[0] = np.cos(norm), half[0]
    out.real[1], out.imag[1] = half[1], half[2]
    return out


def _product(first: ComplexArray, second: ComplexArray) -> ComplexArray:
    """Return the (2, ...) products of (2, ...) quaternions; the second acts first."""
    across = second[::-1].conj()
    np.negative(across[0], out=across[0])
    across *= first[1]
    out: ComplexArray = first[0] * second
    out += across
    return out


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
