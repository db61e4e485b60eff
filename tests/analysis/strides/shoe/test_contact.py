"""Contacts of a shoe: what goes into the regression, and how sure what comes out is."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.signal.orientation import Motion, gather
from gait.analysis.strides.contact_model import load
from gait.analysis.strides.shoe.contact import (
    BEYOND_MOST_S,
    LONGEST_S,
    contact_spreads,
    pitch_from_flat,
    swing_signals,
)

MODEL = load("shoe_gyroscope")
NOTHING = np.zeros((1, 4))


def test_signals_are_the_motions_components() -> None:
    """Pitch rate is the turn toes-up; the accelerations are up and forward."""
    rng = np.random.default_rng(1)
    acc, rate = rng.normal(size=(2, 30, 3)), rng.normal(size=(2, 30, 3))
    signals = swing_signals(Motion(acc, acc, acc, rate, acc[:, 0]))
    np.testing.assert_array_equal(signals["pitch_rate"], -rate[..., 1])
    np.testing.assert_array_equal(signals["up_acc"], acc[..., 2])
    np.testing.assert_array_equal(signals["forward_acc"], acc[..., 0])


def test_pitch_is_counted_from_foot_flat_and_its_drift_is_gone() -> None:
    """A drift of 5 deg over the swing is taken out evenly, and both foot-flats read 0."""
    windows = gather(np.zeros((101, 3)), np.zeros((101, 3)), np.array([0]), np.array([101]))
    width = windows.acc.shape[1]
    share = np.minimum(np.arange(width) / 100.0, 1.0)
    true = 40.0 * np.sin(2.0 * np.pi * share)
    found = pitch_from_flat(windows, (3.0 + true + 5.0 * share)[None])
    np.testing.assert_allclose(found[0], true, atol=1e-9)


@pytest.mark.parametrize(("cut", "at"), [("end", 0), ("start", 100)])
def test_a_cut_swing_has_one_foot_flat(cut: str, at: int) -> None:
    """Where the recording begins or ends there is none: pitch is counted from the other."""
    windows = gather(np.zeros((101, 3)), np.zeros((101, 3)), np.array([0]), np.array([101]))
    pitch = np.linspace(7.0, 20.0, windows.acc.shape[1])[None]
    found = pitch_from_flat(windows, pitch, cut)
    assert found[0, at] == 0.0
    np.testing.assert_allclose(np.diff(found), np.diff(pitch))


def test_doubt_widens_and_has_an_end() -> None:
    """Without a reason to doubt the constant is left; long contacts are less sure, up to a limit."""

    def contact_sd(contact_s: float, doubt: np.ndarray = NOTHING) -> float:
        return float(contact_spreads(np.array([contact_s]), doubt, NOTHING, MODEL)["contact"][0])

    plain = contact_sd(0.25)
    assert plain == pytest.approx(MODEL.spread["contact"].constant_s)
    assert contact_sd(LONGEST_S + 0.05) > plain
    assert contact_sd(LONGEST_S + 0.5) == pytest.approx(contact_sd(LONGEST_S + BEYOND_MOST_S))
    assert contact_sd(0.25, np.array([[0.02, 0.02, 0.02, 0.02]])) > plain
