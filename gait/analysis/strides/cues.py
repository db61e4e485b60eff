"""Cues of an event and their fusion: several physical features, each with its offset and spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gait.analysis.signal.filters import parabola_offset
from gait.analysis.signal.resample import GRID_HZ
from gait.arrays import FloatArray, IntArray

__all__ = ["Cue", "fuse", "peak_time"]


@dataclass(frozen=True)
class Cue:
    """One rule's offset and spread: ``event = time of the feature + offset``.

    ``spread_s`` is its standard deviation between runners, which sets its weight.
    """

    offset_s: float
    spread_s: float


def peak_time(values: FloatArray, peak: IntArray) -> FloatArray:
    """Return (n,) seconds from the row's start of the parabola's vertex about column `peak` of each row."""
    rows = np.arange(len(peak))
    last = values.shape[1] - 1
    low, high = np.maximum(peak - 1, 0), np.minimum(peak + 1, last)
    offset = parabola_offset(values[rows, low], values[rows, peak], values[rows, high])
    return (peak + offset) / GRID_HZ


def fuse(
    times: dict[str, FloatArray],
    cues: dict[str, Cue],
    extra: dict[str, FloatArray],
    shrink: float = 1.0,
) -> tuple[FloatArray, FloatArray]:
    """Return the weighted mean of the cues, robust against an outlier, and its standard uncertainty.

    Parameters
    ----------
    times
        Cue -> (n,) s.
    extra
        Cue -> (n,) s of spread to add in quadrature, such as what drift does to the geometry.
    shrink
        Factor on the uncertainty, where the spreads of the cues are known to be rounded up.

    Returns
    -------
    (n,) times and (n,) standard uncertainties, s. NaN where no cue is there.
    """
    names = list(times)
    stack = np.stack([times[name] + cues[name].offset_s for name in names])
    spread = np.stack(
        [np.hypot(cues[name].spread_s, extra.get(name, np.zeros(stack.shape[1]))) for name in names]
    )
    finite = np.isfinite(stack)
    middle = _median_of_known(stack, finite)
    away = np.where(finite, np.abs(stack - middle), 0.0)
    # Huber-like: a cue further than two spreads from the middle loses weight with its distance.
    spread = spread * np.maximum(1.0, away / (2.0 * spread)) ** 1.5
    weight = np.where(finite, 1.0 / spread**2, 0.0)
    total = weight.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(finite, weight * stack, 0.0).sum(axis=0) / total
        misfit = np.sqrt(np.where(finite, weight * (stack - mean) ** 2, 0.0).sum(axis=0) / total)
        sigma = shrink * np.sqrt(1.0 / total + 0.5 * misfit**2)
    return mean, sigma


def _median_of_known(stack: FloatArray, finite: npt.NDArray[np.bool_]) -> FloatArray:
    """Return (n,) median over the first axis of what is known; NaN where nothing is."""
    ordered = np.sort(np.where(finite, stack, np.inf), axis=0)
    count = finite.sum(axis=0)
    columns = np.arange(stack.shape[1])
    low = ordered[np.maximum(count - 1, 0) // 2, columns]
    high = ordered[np.minimum(count // 2, len(stack) - 1), columns]
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, 0.5 * (low + high), np.nan)
