"""Attitude of a shank in stance, on directions that are worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.shank.attitude import attitude
from gait.units import STANDARD_GRAVITY

N = 80
AXIS = np.array([0.0, -1.0, 0.0])
"""The forward swing is a turn about the right: left is +y, forward +x, up +z."""
IC_S, TC_S = np.array([0.05]), np.array([0.30])


def _vertical(pitch_deg: np.ndarray, roll_deg: np.ndarray) -> np.ndarray:
    """World vertical as the shank sees it, leaning back by the pitch and to its left by the roll."""
    turn = Rotation.from_euler("yx", np.column_stack([-pitch_deg, roll_deg]), degrees=True)
    return turn.inv().apply([0.0, 0.0, 1.0])[None]


def _attitude(stand: np.ndarray, pitch_deg: np.ndarray, roll_deg: np.ndarray, force_g: float = 1.0):
    force = np.tile([0.0, 0.0, force_g * STANDARD_GRAVITY], (1, N, 1))
    return attitude(force, _vertical(pitch_deg, roll_deg), IC_S, TC_S, AXIS, stand, 1.0)


UPRIGHT = np.array([[0.0, 0.0, 1.0]])
NOBODY_STOOD = np.full((1, 3), np.nan)


@pytest.mark.parametrize("degrees", [-5.0, 0.0, 12.0])
def test_the_angle_at_contact_is_the_lean_back(degrees: float) -> None:
    """Ahead of the knee is positive; it counts at contact, whatever comes later."""
    at_contact = np.arange(N) < round(IC_S[0] * GRID_HZ) + 2
    found = _attitude(UPRIGHT, np.where(at_contact, degrees, -30.0), np.zeros(N))
    assert found.angle_deg[0] == pytest.approx(degrees, abs=0.05)


def test_the_angle_needs_somebody_who_stood() -> None:
    """Without a stand there is no zero for the angle; the frontal excursion and the shock are given."""
    found = _attitude(NOBODY_STOOD, np.full(N, 5.0), np.zeros(N), force_g=6.0)
    assert np.isnan(found.angle_deg[0])
    assert found.frontal_deg[0] == pytest.approx(0.0, abs=1e-6)
    assert found.axial_peak_g[0] == pytest.approx(6.0, abs=0.05)


def test_the_frontal_excursion_is_from_contact_to_its_largest() -> None:
    """Rolls from 2 to 9 deg within the first two thirds of stance: 7; what comes behind does not count."""
    at = np.arange(N) / GRID_HZ
    share = (at - IC_S[0]) / (TC_S[0] - IC_S[0])
    roll = np.where(share < 0.5, 2.0 + 14.0 * np.clip(share, 0.0, 0.5), np.where(share < 0.75, 9.0, 30.0))
    found = _attitude(UPRIGHT, np.zeros(N), roll)
    assert found.frontal_deg[0] == pytest.approx(7.0, abs=0.2)
