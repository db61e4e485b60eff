"""Orientation and motion of strides, against scipy's `Rotation` and motions known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gait.analysis.signal.orientation import Windows, closure_gravity, gather, motion, orientations
from gait.analysis.signal.quaternion import apply
from gait.analysis.signal.resample import GRID_HZ
from gait.units import STANDARD_GRAVITY


def _windows(acc: np.ndarray, gyr: np.ndarray) -> Windows:
    """One stride of all samples but the padding behind it."""
    return gather(acc, gyr, np.array([0]), np.array([len(acc)]))


@pytest.mark.parametrize("axis", range(3))
def test_a_constant_rate_turns_by_rate_times_time(axis: int) -> None:
    """After half a second at 3 rad/s about one axis the sensor has turned by 1.5 rad about that axis."""
    samples = int(0.5 * GRID_HZ) + 1
    gyr = np.zeros((samples, 3))
    gyr[:, axis] = 3.0
    last = orientations(_windows(gyr, gyr))[0, samples - 1]
    expected = np.zeros(4)
    expected[0], expected[1 + axis] = np.cos(0.75), np.sin(0.75)
    np.testing.assert_allclose(last, expected, atol=1e-12)


def test_gather_takes_the_samples_and_repeats_the_last() -> None:
    """Windows hold ``[start, stop)``; behind the samples known, the last is repeated; `ahead` adds some."""
    signal = np.arange(300.0).reshape(100, 3)
    start, stop = np.array([10, 92]), np.array([30, 100])
    windows = gather(signal, signal, start, stop, ahead=5)
    np.testing.assert_array_equal(windows.length, [20, 8])
    np.testing.assert_array_equal(windows.sampled, [25, 8])
    np.testing.assert_array_equal(windows.acc[0, :25], signal[10:35])
    np.testing.assert_array_equal(windows.acc[1, :8], signal[92:])
    assert (windows.acc[0, 25:] == signal[34]).all()
    assert (windows.acc[1, 8:] == signal[99]).all()
    assert windows.inside.sum() == 28
    assert windows.measured.sum() == 33


def test_closure_gives_gravity_of_a_turned_sensor_at_rest() -> None:
    """A sensor that only turns sees g turned back: its mean in the first frame is gravity, exactly."""
    samples = 120
    gyr = np.tile([2.0, -1.0, 0.5], (samples, 1))
    turns = Rotation.from_rotvec(np.arange(samples)[:, None] / GRID_HZ * gyr)
    gravity = np.array([1.0, 2.0, 2.0]) / 3.0 * STANDARD_GRAVITY
    windows = _windows(turns.inv().apply(gravity), gyr)
    turned = apply(orientations(windows), windows.acc)
    np.testing.assert_allclose(closure_gravity(windows, turned)[0], gravity, atol=1e-10)


def test_motion_of_a_known_step() -> None:
    """A step of 1 m forward and 0.1 m up and down comes out within 1 mm, at rest at both ends."""
    span = 0.6
    samples = int(span * GRID_HZ) + 1
    phase = np.linspace(0.0, 2.0 * np.pi, samples)
    # x = L (phase - sin phase) / 2 pi and z = H (1 - cos phase) / 2 have these second derivatives.
    per_s = 2.0 * np.pi / span
    ahead = 1.0 / (2.0 * np.pi) * np.sin(phase) * per_s**2
    up = 0.05 * np.cos(phase) * per_s**2
    acc = np.stack([ahead, np.zeros(samples), up + STANDARD_GRAVITY], axis=1)
    windows = _windows(acc, np.zeros((samples, 3)))
    quaternion = orientations(windows)
    moved = motion(windows, quaternion, apply(quaternion, windows.acc), np.eye(3)[None])
    assert moved.position[0, samples - 1, 0] == pytest.approx(1.0, abs=1e-3)
    assert moved.position[0, :samples, 2].max() == pytest.approx(0.1, abs=1e-3)
    np.testing.assert_allclose(moved.velocity[0, [0, samples - 1]], 0.0, atol=1e-12)
    np.testing.assert_allclose(moved.drift[0], 0.0, atol=2e-3)
    np.testing.assert_allclose(moved.rate, 0.0, atol=1e-12)


def test_motion_takes_out_a_constant_bias() -> None:
    """A constant error of acceleration is drift, told as such, and leaves velocity and position at zero."""
    samples = 101
    acc = np.tile([0.3, -0.2, STANDARD_GRAVITY + 0.1], (samples, 1))
    windows = _windows(acc, np.zeros((samples, 3)))
    quaternion = orientations(windows)
    moved = motion(windows, quaternion, apply(quaternion, windows.acc), np.eye(3)[None])
    np.testing.assert_allclose(moved.drift[0], np.array([0.3, -0.2, 0.1]) * 100 / GRID_HZ, atol=1e-12)
    np.testing.assert_allclose(moved.velocity, 0.0, atol=1e-12)
    np.testing.assert_allclose(moved.position, 0.0, atol=1e-12)
