"""Short symmetric filters: zero phase, finite reach, the same value whatever the chunking.

They are sums and maxima of shifted arrays, so that an analysis need not load scipy, which takes as long as
a minute of running takes to analyse; scipy's filters are their oracle in the tests.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from gait.analysis.signal.resample import GRID_HZ
from gait.arrays import FloatArray

__all__ = [
    "first_peak",
    "gaussian",
    "gaussian_slope",
    "local_maxima",
    "parabola_offset",
    "reach",
    "running_max",
]


_REACH_SIGMAS = 3.0
"""Standard deviations at which a Gaussian kernel is cut (chosen: 0.3 % of it lie beyond)."""

SHORT_KERNEL = 11
"""Longest kernel, points, that numpy correlates without a call for each point (chosen: numpy's own limit, as
of 2.4)."""


def reach(sigma_s: float) -> int:
    """Return how many grid points a kernel of `sigma_s` seconds looks to each side."""
    return max(1, int(np.ceil(_REACH_SIGMAS * sigma_s * GRID_HZ)))


@lru_cache(maxsize=32)
def _kernel(sigma_s: float, order: int) -> tuple[float, ...]:
    half = reach(sigma_s)
    at = np.arange(-half, half + 1) / GRID_HZ
    bell = np.exp(-0.5 * (at / sigma_s) ** 2)
    bell /= bell.sum()
    if order == 0:
        return tuple(bell.tolist())
    slope = at * bell
    return tuple((slope / (slope @ at)).tolist())


def gaussian(values: FloatArray, sigma_s: float, axis: int = 0) -> FloatArray:
    """Return the Gaussian low-pass along `axis`: -3 dB at 0.133 / `sigma_s` Hz. Ends are held."""
    return _correlate(values, _kernel(sigma_s, 0), axis, np.add)


def gaussian_slope(values: FloatArray, sigma_s: float, axis: int = 0) -> FloatArray:
    """Return the slope per second of the Gaussian-smoothed values along `axis`."""
    return _correlate(values, _kernel(sigma_s, 1), axis, np.subtract)


def _correlate(values: FloatArray, kernel: tuple[float, ...], axis: int, pair: np.ufunc) -> FloatArray:
    """Correlate with a kernel that is even (`pair` adds) or odd (it subtracts); the ends are held."""
    half = len(kernel) // 2
    padded = _held(np.moveaxis(values, axis, -1), half)
    if len(kernel) <= SHORT_KERNEL:
        # All rows one behind the other: what runs over into the next row lies in the held ends.
        out = np.correlate(padded.ravel(), kernel, "same").reshape(padded.shape)[..., half:-half]
    else:
        out = _in_pairs(padded, kernel, pair)
    return np.moveaxis(out, -1, axis)


def _in_pairs(padded: FloatArray, kernel: tuple[float, ...], pair: np.ufunc) -> FloatArray:
    """Return the correlation along the last axis, its two halves at once: half the products."""
    half = len(kernel) // 2
    length = padded.shape[-1] - 2 * half
    out = padded[..., half : half + length] * kernel[half]
    both = np.empty_like(out)
    for away in range(half, 0, -1):
        low, high = half - away, half + away
        pair(padded[..., low : low + length], padded[..., high : high + length], out=both)
        both *= kernel[low]
        out += both
    return out


def _held(values: FloatArray, count: int) -> FloatArray:
    """Return values with the first and the last along the last axis repeated `count` times more."""
    length = values.shape[-1]
    out = np.empty((*values.shape[:-1], length + 2 * count))
    out[..., count : count + length] = values
    out[..., :count] = values[..., :1]
    out[..., count + length :] = values[..., -1:]
    return out


def running_max(values: FloatArray, before: int, behind: int, outside: float = -np.inf) -> FloatArray:
    """Return the largest of each point, `before` points before it and `behind` points behind it.

    Parameters
    ----------
    values
        (n,), none of them NaN.
    outside
        What stands before the first and behind the last.
    """
    largest = np.concatenate([np.full(before, outside), values, np.full(behind, outside)])
    width, span = before + behind + 1, 1
    while 2 * span <= width:
        largest = np.maximum(largest[:-span], largest[span:])
        span *= 2
    # Two spans that overlap make the width.
    out: FloatArray = np.maximum(largest[: len(values)], largest[width - span :][: len(values)])
    return out


def local_maxima(
    values: FloatArray, radius_s: float, *, ends: tuple[bool, bool] = (False, False)
) -> npt.NDArray[np.intp]:
    """Return the indices of points that are the (first) largest within `radius_s` on both sides.

    Parameters
    ----------
    values
        (n,) on the grid.
    radius_s
        Points nearer than this to an end cannot be judged and are left out.
    ends
        Judge points near the left and the right end too, by what there is: nothing came before, no more will
        come behind.
    """
    half = max(1, round(radius_s * GRID_HZ))
    if len(values) < 2 * half + 1:
        return np.empty(0, dtype=np.intp)
    top = running_max(values, half, half)
    start, stop = 2 if ends[0] else half, len(values) - (2 if ends[1] else half)
    peaks = np.flatnonzero((values == top)[start:stop]) + start
    if len(peaks) < 2:
        return peaks
    # A plateau (standing, clipped) gives several neighbours: keep the first.
    return peaks[np.r_[True, np.diff(peaks) > half]]


def parabola_offset(before: FloatArray, at: FloatArray, after: FloatArray) -> FloatArray:
    """Return where the parabola through three neighbours has its vertex, in grid points from the middle.

    Examples
    --------
    >>> float(parabola_offset(np.array([0.0]), np.array([3.0]), np.array([2.0]))[0])
    0.25
    """
    bend = before - 2.0 * at + after
    with np.errstate(divide="ignore", invalid="ignore"):
        offset = 0.5 * (before - after) / bend
    return np.clip(np.where(np.isfinite(offset), offset, 0.0), -0.5, 0.5)


def first_peak(values: FloatArray, share: float) -> npt.NDArray[np.intp]:
    """Return the column of each row's first local maximum that reaches `share` of its largest value."""
    top = values.max(axis=1, keepdims=True)
    inner = (values[:, 1:-1] >= values[:, :-2]) & (values[:, 1:-1] >= values[:, 2:])
    first: npt.NDArray[np.intp] = (inner & (values[:, 1:-1] >= share * top)).argmax(axis=1) + 1
    return first
