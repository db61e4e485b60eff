"""Pitch and roll of the foot against rotations that are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gait.analysis.signal.orientation import gather
from gait.analysis.strides.shoe.foot_pose import foot_pose


def _pose(turn: Rotation, mounting: Rotation):
    """Pose of a foot that has turned, seen by a sensor mounted so; `matrix` takes sensor to segment."""
    seen = mounting.inv() * turn * mounting
    nothing = np.zeros((2, 3))
    windows = gather(nothing, nothing, np.array([0]), np.array([2]))
    quaternion = np.tile(np.roll(seen.as_quat(), 1), (1, windows.acc.shape[1], 1))
    matrix = mounting.as_matrix()
    return foot_pose(windows, quaternion, matrix, matrix[None])


@pytest.mark.parametrize("degrees", [-30.0, 0.0, 20.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_pitch_and_roll_are_the_turns_of_the_segment(degrees: float, seed: int) -> None:
    """Toes up is a turn about left by minus the pitch, left border up one about forward; any mounting."""
    mounting = Rotation.from_rotvec(np.random.default_rng(seed).normal(size=3))
    pitched = _pose(Rotation.from_euler("y", -degrees, degrees=True), mounting)
    assert pitched.pitch_deg[0, 0] == pytest.approx(degrees, abs=1e-9)
    assert pitched.roll_deg[0, 0] == pytest.approx(0.0, abs=1e-9)
    rolled = _pose(Rotation.from_euler("x", degrees, degrees=True), mounting)
    assert rolled.roll_deg[0, 0] == pytest.approx(degrees, abs=1e-9)
    assert rolled.pitch_deg[0, 0] == pytest.approx(0.0, abs=1e-9)


def test_heading_is_neither_pitch_nor_roll() -> None:
    """A turn about the vertical changes nothing."""
    pose = _pose(Rotation.from_euler("z", 70.0, degrees=True), Rotation.identity())
    np.testing.assert_allclose([pose.pitch_deg, pose.roll_deg], 0.0, atol=1e-9)
