"""Axes of a foot from its landings, and the signals about each: on movements made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.strides.shoe.accelerometer_stances import foot_axes, stances_about


def test_axes_point_up_and_forward() -> None:
    """A foot that is flat behind its landings and swings in one plane: both axes, to a degree."""
    rng = np.random.default_rng(3)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    landings = np.arange(100, 1100, 140)
    forward, up = np.zeros(1200), np.full(1200, 9.81)
    for at in landings:
        forward[at - 40 : at] += 30.0 * np.hanning(40)
        up[at - 40 : at] += 15.0 * np.hanning(40)
    axes = foot_axes(
        np.outer(forward, turn[0]) + np.outer(up, turn[1]) + rng.normal(0, 0.1, (1200, 3)), landings
    )
    assert axes.forward @ turn[0] > np.cos(np.radians(1.0))
    assert axes.up @ turn[1] > np.cos(np.radians(1.0))


def test_windows_hold_the_size_the_axes_and_the_jerk() -> None:
    """Of a ramp of 20 m/s2 a second along one axis: jerk 20 / 9.80665 g/s, all else as it is."""
    acc = np.zeros((400, 3))
    acc[:, 2] = 9.80665 + 20.0 * np.arange(400) / 200.0
    flat = np.tile([0.0, 0.0, 9.80665], (400, 1))
    flat[180:198, 0] = 20.0
    axes = foot_axes(flat, np.array([200]))
    found = stances_about(acc, 1000, np.array([1200]), axes)
    assert found.start_s == pytest.approx([(1200 - 70) / 200.0])
    assert found.signals["jerk"][0, 50:150] == pytest.approx(20.0 / 9.80665, rel=1e-6)
    assert found.signals["size"][0] == pytest.approx(acc[130:330, 2] / 9.80665)
    assert found.signals["up"][0] == pytest.approx(acc[130:330, 2] / 9.80665, abs=1e-6)
