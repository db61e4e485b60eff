"""Foot strike classes, against draws from the normal distribution that the probabilities stand for."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.session.strike_class import CLASSES, strike_probabilities


@pytest.mark.parametrize("angle_deg", [-8.0, -1.6, 0.0, 3.0, 8.0, 20.0])
def test_probabilities_are_shares_of_draws(angle_deg: float) -> None:
    """Shares of 200,000 draws above 8 deg, below -1.6 deg and between are the probabilities, within 0.005."""
    draws = np.random.default_rng(5).normal(angle_deg, 3.0, 200_000)
    shares = [np.mean(draws > 8.0), np.mean((draws <= 8.0) & (draws >= -1.6)), np.mean(draws < -1.6)]
    found = strike_probabilities(np.array([angle_deg]), np.array([3.0]))[0]
    assert CLASSES == ("rearfoot", "midfoot", "forefoot")
    np.testing.assert_allclose(found, shares, atol=0.005)
    assert found.sum() == pytest.approx(1.0)


def test_nan_stays_nan() -> None:
    """A stride without an angle has no class."""
    assert np.isnan(strike_probabilities(np.array([np.nan]), np.array([2.0]))).all()
