"""The sensor's axes on the shoe, against the mounting that the virtual runner was given."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gait.analysis.engine import strides_of
from gait.analysis.strides.shoe.mounting import Mounting, blend, felt_at, lean_deg, levels, rolls_back_deg
from gait.units import STANDARD_GRAVITY
from gait.virtual.runner.imu import SensorSettings

ALONG = Rotation.identity()
"""A sensor whose axes are the segment's."""


def _mounted(turn: Rotation = ALONG) -> Mounting:
    matrix = turn.as_matrix()
    return Mounting(matrix, 1.0, 0.0, matrix[2])


def test_the_planted_mounting_is_found(virtual) -> None:
    """Axes within 10 deg of those that the sensor was put on with, and a score that says so."""
    planted = Rotation.from_euler("xyz", [25.0, -60.0, 130.0], degrees=True)
    made = virtual(sensor=SensorSettings(mounting=planted), strike_angle_deg=12.0)
    _, engine = strides_of(made.session.recordings[0])
    alignment = engine.detector.alignment
    off = Rotation.from_matrix(alignment.matrix @ planted.as_matrix()).magnitude()
    assert np.degrees(off) < 10.0
    assert alignment.score > 0.6


def test_each_stride_is_levelled_by_its_own_gravity() -> None:
    """A trusted mean force gives that stride's vertical; one that is no gravity leaves the mounting's."""
    mounting = _mounted()
    tilt = Rotation.from_euler("x", 10.0, degrees=True).apply([0.0, 0.0, STANDARD_GRAVITY])
    axes = levels(mounting, np.array([tilt, 1.5 * tilt]))
    np.testing.assert_allclose(axes[0, 2], tilt / STANDARD_GRAVITY, atol=1e-12)
    np.testing.assert_allclose(axes[1], np.eye(3), atol=1e-12)
    for one in axes:
        np.testing.assert_allclose(one @ one.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(one) == pytest.approx(1.0)


def test_a_shift_is_the_smaller_of_two_tilts() -> None:
    """Foot-flat and mean force are 20 and 8 deg off: 8; where the mean is no gravity, 20."""
    flat, mean = (
        Rotation.from_euler("y", degrees, degrees=True).apply([0.0, 0.0, STANDARD_GRAVITY])
        for degrees in (20.0, 8.0)
    )
    tilt = lean_deg(_mounted(), np.array([mean, 1.5 * mean]), np.array([flat, flat]))
    assert tilt.tolist() == pytest.approx([8.0, 20.0])


def test_two_mountings_blend_half_way() -> None:
    """Between 0 and 20 deg about the vertical lie 10, still three axes at right angles."""
    middle = blend(_mounted(), _mounted(Rotation.from_euler("z", 20.0, degrees=True)))
    expected = Rotation.from_euler("z", 10.0, degrees=True).as_matrix()
    np.testing.assert_allclose(middle.matrix, expected, atol=1e-12)


def test_rolling_back_has_bounds() -> None:
    """It grows with how far the foot rolled inward, from none on."""
    assert rolls_back_deg(-5.0) == 0.0
    assert 0.0 < rolls_back_deg(6.0) < rolls_back_deg(12.0) <= 12.0
    assert rolls_back_deg(500.0) == rolls_back_deg(400.0)


def test_what_is_felt_is_smoothed_about_the_instant() -> None:
    """A straight line is kept, an alternating tremble is gone."""
    line = np.arange(200.0)[:, None] * [1.0, -2.0, 0.5]
    tremble = np.where(np.arange(200) % 2, 5.0, -5.0)[:, None]
    np.testing.assert_allclose(felt_at(line + tremble, np.array([100])), line[[100]], atol=0.1)
