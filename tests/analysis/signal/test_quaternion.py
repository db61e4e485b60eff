"""Quaternions as arrays, each function against scipy's `Rotation`."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from gait.analysis.signal.quaternion import apply, conjugate, integrate, twist_rad

RATE_HZ = 200.0
TURNS = Rotation.from_rotvec(np.random.default_rng(1).normal(size=(200, 3)))
OURS = np.roll(TURNS.as_quat(), 1, axis=-1)
"""The same with the scalar first."""
VECTORS = np.random.default_rng(2).normal(size=(200, 3))


def test_apply_turns_vectors_as_scipy_does() -> None:
    """Two hundred vectors turned by as many rotations agree to rounding, whatever axes stand in front."""
    np.testing.assert_allclose(apply(OURS, VECTORS), TURNS.apply(VECTORS), atol=1e-13)
    folded = apply(OURS.reshape(20, 10, 4), VECTORS.reshape(20, 10, 3))
    np.testing.assert_allclose(folded.reshape(-1, 3), TURNS.apply(VECTORS), atol=1e-13)


def test_the_conjugate_is_the_inverse() -> None:
    """It is scipy's inverse, and undoes what `apply` did."""
    np.testing.assert_allclose(
        Rotation.from_quat(np.roll(conjugate(OURS), -1, axis=-1)).as_matrix(),
        TURNS.inv().as_matrix(),
        atol=1e-13,
    )
    np.testing.assert_allclose(apply(conjugate(OURS), apply(OURS, VECTORS)), VECTORS, atol=1e-13)


def test_integrated_rates_are_products_of_scipys_rotations() -> None:
    """Each sample's orientation is the product of the rotations by the mean rates before it, to rounding."""
    gyr = np.random.default_rng(3).normal(scale=8.0, size=(3, 60, 3))
    ours = integrate(gyr, RATE_HZ)
    for row, rates in zip(ours, gyr, strict=True):
        turn = Rotation.identity()
        for index in range(60):
            np.testing.assert_allclose(
                Rotation.from_quat(np.roll(row[index], -1)).as_matrix(), turn.as_matrix(), atol=1e-11
            )
            if index < 59:
                turn = turn * Rotation.from_rotvec((rates[index] + rates[index + 1]) * (0.5 / RATE_HZ))


def test_orientations_stay_unit_quaternions() -> None:
    """After ten seconds of a foot's fastest turns the norm is off one by less than 1e-12."""
    gyr = np.random.default_rng(4).normal(scale=20.0, size=(1, 2000, 3))
    np.testing.assert_allclose(np.linalg.norm(integrate(gyr, RATE_HZ), axis=-1), 1.0, atol=1e-12)


def test_the_twist_is_the_turn_about_the_axis() -> None:
    """A turn about the axis comes back whole; a tilt of the axis itself behind it adds nothing."""
    angle = np.linspace(-3.0, 3.0, 25)
    axis = np.array([2.0, -1.0, 2.0]) / 3.0
    turn = Rotation.from_rotvec(angle[:, None] * axis)
    np.testing.assert_allclose(twist_rad(np.roll(turn.as_quat(), 1, axis=-1), axis), angle, atol=1e-12)
    across = np.cross(axis, [0.0, 0.0, 1.0])
    tilt = Rotation.from_rotvec(0.4 * across / np.linalg.norm(across))
    tilted = np.roll((tilt * turn).as_quat(canonical=False), 1, axis=-1)
    np.testing.assert_allclose(twist_rad(tilted, axis), angle, atol=1e-12)
