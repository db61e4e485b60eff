"""The classifier of shocks: sizes worked by hand, and log odds that no mounting moves."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.strides.landing_model import jerk_size, landing_from_dict, load_landing, off_gravity
from gait.analysis.strides.shoe.accelerometer import MODEL


def test_sizes_of_force_and_jerk() -> None:
    """At rest both are zero; twice gravity is one g off; a ramp of 20 m/s2 a second has that jerk."""
    acc = np.tile([0.0, 0.0, 9.80665], (400, 1))
    assert off_gravity(acc) == pytest.approx(0.0, abs=1e-12)
    assert off_gravity(2.0 * acc) == pytest.approx(1.0)
    acc[:, 0] += 20.0 * np.arange(400) / 200.0
    assert jerk_size(acc)[50:-50] == pytest.approx(20.0 / 9.80665, rel=1e-6)


def test_log_odds_are_a_weighted_sum() -> None:
    """One channel that counts, at the shock itself: what is added is its weight times the size there."""
    data = {
        "window_s": (-0.005, 0.005),
        "step_s": 0.005,
        "smooth_s": 0.0001,
        "channels": [{"name": name, "scale": 1.0, "compress": 1e9} for name in ("off_gravity", "jerk_size")],
        "intercept": -3.0,
        "weights": [[0.0, 2.0, 0.0], [0.0, 0.0, 0.0]],
    }
    model, acc = landing_from_dict(data), np.tile([0.0, 0.0, 9.80665], (100, 1))
    acc[50] *= 4.0
    assert model.scores(acc, np.array([20, 50])) == pytest.approx([-3.0, -3.0 + 2.0 * 3.0], rel=1e-6)


def test_the_classifier_does_not_depend_on_mounting(virtual) -> None:
    """Log odds of every shock are the same in a sensor turned any way."""
    acc = virtual(seconds=15.0).session.recordings[0].acc[:2000]
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    model, at = load_landing(MODEL), np.arange(200, 1800, 150)
    assert model.scores(acc @ turn, at) == pytest.approx(model.scores(acc, at), abs=1e-9)
