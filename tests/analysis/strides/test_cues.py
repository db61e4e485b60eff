"""Fusion of cues, against the textbook's weighted mean and against a cue that strays."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.cues import Cue, fuse, peak_time

CUES = {"a": Cue(0.01, 0.004), "b": Cue(-0.02, 0.008)}


def test_cues_that_agree_give_the_inverse_variance_mean() -> None:
    """Two cues a spread apart: the mean weighted by inverse variance, within 1e-12 s."""
    found, sigma = fuse({"a": np.array([0.990]), "b": np.array([1.026])}, CUES, {})
    weights = np.array([1.0 / 0.004**2, 1.0 / 0.008**2])
    values = np.array([1.000, 1.006])
    mean = values @ weights / weights.sum()
    misfit = ((values - mean) ** 2) @ weights / weights.sum()
    assert found[0] == pytest.approx(mean, abs=1e-12)
    assert sigma[0] == pytest.approx(np.sqrt(1.0 / weights.sum() + 0.5 * misfit), abs=1e-12)


def test_a_cue_that_strays_hardly_counts() -> None:
    """Of three cues, one 0.2 s off moves the result by less than 2 ms and makes it less sure."""
    cues = {"a": Cue(0.0, 0.005), "b": Cue(0.0, 0.005), "c": Cue(0.0, 0.005)}
    good, sure = fuse({"a": np.array([1.0]), "b": np.array([1.0]), "c": np.array([1.0])}, cues, {})
    found, sigma = fuse({"a": np.array([1.0]), "b": np.array([1.0]), "c": np.array([1.2])}, cues, {})
    assert good[0] == 1.0
    assert abs(found[0] - 1.0) < 0.002
    assert sigma[0] > sure[0]


def test_missing_cues_are_left_out() -> None:
    """Without one cue the other stands with its offset and spread; without any there is NaN."""
    found, sigma = fuse({"a": np.array([1.0, np.nan]), "b": np.array([np.nan, np.nan])}, CUES, {})
    assert (found[0], sigma[0]) == (pytest.approx(1.01), pytest.approx(0.004))
    assert np.isnan(found[1])


def test_peak_time_is_the_vertex() -> None:
    """The vertex of a sampled parabola is found between samples, to rounding."""
    at = np.arange(40) / GRID_HZ
    rows = np.stack([-((at - 0.1037) ** 2), -((at - 0.0512) ** 2)])
    np.testing.assert_allclose(peak_time(rows, rows.argmax(axis=1)), [0.1037, 0.0512], atol=1e-12)
