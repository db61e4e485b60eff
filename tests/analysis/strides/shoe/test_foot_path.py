"""The bow of a foot's path and its change of heading, on paths that are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gait.analysis.signal.orientation import Motion, gather
from gait.analysis.strides.shoe.foot_path import circumduction_cm, turn_deg
from gait.analysis.strides.shoe.mounting import Mounting

N = 101
WINDOWS = gather(np.zeros((N, 3)), np.zeros((N, 3)), np.array([0]), np.array([N]))


def _moved(position: np.ndarray) -> Motion:
    padded = np.zeros((1, WINDOWS.acc.shape[1], 3))
    padded[0, :N] = position
    return Motion(padded, padded, padded, padded, np.zeros((1, 3)))


@pytest.mark.parametrize("heading_deg", [0.0, 25.0, -160.0])
def test_the_bow_is_measured_off_the_straight_line(heading_deg: float) -> None:
    """A path of 2 m that bows 6 cm to the left is 6 cm wherever it leads; to the right it is none."""
    share = np.linspace(0.0, 1.0, N)
    straight = np.column_stack([2.0 * share, 0.06 * np.sin(np.pi * share), np.zeros(N)])
    turned = Rotation.from_euler("z", heading_deg, degrees=True).apply(straight)
    assert circumduction_cm(_moved(turned), WINDOWS, 1.0)[0] == pytest.approx(6.0, abs=1e-6)
    assert circumduction_cm(_moved(turned), WINDOWS, -1.0)[0] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("degrees", [-170.0, -30.0, 0.0, 45.0])
def test_a_turn_is_about_the_mountings_vertical(degrees: float) -> None:
    """The change of heading from flat to flat, however the sensor sits."""
    mounting = Rotation.from_rotvec([0.3, -0.8, 0.5])
    matrix = mounting.as_matrix()
    quaternion = np.zeros((1, WINDOWS.acc.shape[1], 4))
    quaternion[..., 0] = 1.0
    quaternion[0, N - 1] = np.roll(Rotation.from_rotvec(np.radians(degrees) * matrix[2]).as_quat(), 1)
    found = turn_deg(quaternion, WINDOWS, Mounting(matrix, 1.0, 0.0, matrix[2]))
    assert found[0] == pytest.approx(degrees, abs=1e-9)
