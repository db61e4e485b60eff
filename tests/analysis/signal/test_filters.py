"""Filters and peaks, against scipy and curves whose smoothed values are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import correlate1d, gaussian_filter1d, maximum_filter1d

from gait.analysis.signal.filters import (
    _kernel,
    first_peak,
    gaussian,
    gaussian_slope,
    local_maxima,
    parabola_offset,
    reach,
    running_max,
)
from gait.analysis.signal.resample import GRID_HZ

SIGMA_S = 0.02


def test_gaussian_is_scipys() -> None:
    """The low-pass is scipy's Gaussian of the same width cut at the same reach, to rounding."""
    values = np.random.default_rng(2).normal(size=(400, 3))
    theirs = gaussian_filter1d(values, SIGMA_S * GRID_HZ, axis=0, mode="nearest", radius=reach(SIGMA_S))
    np.testing.assert_allclose(gaussian(values, SIGMA_S), theirs, atol=1e-12)


@pytest.mark.parametrize("shape", [(1,), (7, 3), (5, 60), (4, 60, 3)])
def test_both_filters_are_scipys_to_the_last_bit(shape: tuple[int, ...]) -> None:
    """Along every axis, on rows shorter than the kernel too, the sums are scipy's in scipy's order."""
    values = np.random.default_rng(3).normal(size=shape)
    for axis in range(len(shape)):
        for order, ours in ((0, gaussian), (1, gaussian_slope)):
            theirs = correlate1d(values, np.array(_kernel(SIGMA_S, order)), axis=axis, mode="nearest")
            assert (ours(values, SIGMA_S, axis=axis) == theirs).all()


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_running_max_is_scipys(values: list[float], before: int, behind: int) -> None:
    """The largest about each point is scipy's whatever the reach, longer than the values too."""
    width = before + behind + 1
    theirs = maximum_filter1d(np.array(values), width, mode="nearest", origin=before - width // 2)
    assert (running_max(np.array(values), before, behind) == theirs).all()
    inside = slice(before, max(len(values) - behind, before))
    assert (running_max(np.array(values), before, behind, outside=np.inf)[inside] == theirs[inside]).all()


def test_gaussian_halves_the_power_where_it_says() -> None:
    """A sine at 0.133 / sigma Hz comes out at 0.707 of its height (3 dB), within 1 %."""
    time_s = np.arange(4000) / GRID_HZ
    wave = np.sin(2.0 * np.pi * 0.1325 / SIGMA_S * time_s)
    inner = gaussian(wave, SIGMA_S)[500:-500]
    assert np.sqrt(2.0 * np.mean(inner**2)) == pytest.approx(np.sqrt(0.5), rel=0.01)


def test_slope_of_a_line_and_a_parabola() -> None:
    """The slope of a line is its own everywhere inside, and a parabola's is twice the abscissa."""
    at = np.arange(300) / GRID_HZ
    inside = slice(reach(SIGMA_S), -reach(SIGMA_S))
    np.testing.assert_allclose(gaussian_slope(4.0 - 3.0 * at, SIGMA_S)[inside], -3.0, atol=1e-9)
    np.testing.assert_allclose(gaussian_slope(at**2, SIGMA_S)[inside], 2.0 * at[inside], atol=1e-9)


def test_local_maxima_are_those_that_stand_out() -> None:
    """Peaks of two sines added are scipy's with the same least distance where no two are near a tie."""
    from scipy.signal import find_peaks  # loads slowly

    at = np.arange(2000) / GRID_HZ
    values = np.sin(2.0 * np.pi * 1.4 * at) + 0.3 * np.sin(2.0 * np.pi * 9.1 * at)
    radius_s = 0.2
    half = round(radius_s * GRID_HZ)
    found = local_maxima(values, radius_s)
    every = find_peaks(values)[0]
    slow = [
        one
        for one in every
        if half <= one < len(values) - half and values[one] == values[one - half : one + half + 1].max()
    ]
    assert found.tolist() == slow
    assert len(found) >= 5


def test_local_maxima_of_a_plateau_and_of_the_ends() -> None:
    """Of a plateau the first point counts; a peak near an end counts only where that end is judged."""
    values = np.zeros(200)
    values[100:104] = 1.0
    assert 100 in local_maxima(values - 1e-6 * abs(np.arange(200) - 100), 0.05)
    early = np.zeros(200) - 1e-6 * np.arange(200)
    early[4] = 2.0
    assert 4 not in local_maxima(early, 0.05)
    assert local_maxima(early, 0.05, ends=(True, False))[0] == 4


def test_parabola_offset_is_the_vertex() -> None:
    """Three points of a parabola with its vertex at 0.3 give 0.3; a line has no vertex and gives 0."""
    x = np.array([-1.0, 0.0, 1.0])
    before, at, after = (np.array([one]) for one in 5.0 - 2.0 * (x - 0.3) ** 2)
    assert parabola_offset(before, at, after)[0] == pytest.approx(0.3)
    flat = np.ones(1)
    assert parabola_offset(flat, flat, flat)[0] == 0.0


def test_first_peak_passes_over_small_ones() -> None:
    """The first maximum of at least the share counts: smaller ones before it and larger ones after do not."""
    rows = np.array([[0.0, 1.0, 0.0, 6.0, 0.0, 10.0, 0.0], [0.0, 9.0, 0.0, 6.0, 0.0, 10.0, 0.0]])
    assert first_peak(rows, 0.5).tolist() == [3, 1]
