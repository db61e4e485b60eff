"""Model of a number along a run: known influences, correlated noise, and perhaps a single change.

The model is Gaussian: the number is a sum of columns (speed, cadence and the like) with coefficients of known
mean and spread, plus noise in which neighbouring values are correlated (AR(1)). Size and memory of the noise
are unknown and summed over a grid, so a slow wander of a runner is not taken for a change. Bayes' rule then
weighs a run without a change against one change at any time and against a steady drift; the method is the
textbook one for a change point in linear regression (such as Carlin, Gelfand & Smith 1992, 10.2307/2347570).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gait.arrays import FloatArray

__all__ = ["Column", "Fit", "fit", "noise_grid"]

MEMORY = np.array([0.0, 0.3, 0.6, 0.8, 0.9])
"""Correlation of neighbouring values that is summed over (chosen; real strides have 0.2)."""

SIZES = np.geomspace(0.4, 2.0, 10)
"""Noise that is summed over, as multiples of what neighbouring values differ by."""


@dataclass(frozen=True)
class Column:
    """An influence on the number: its values, and its coefficient's mean and standard deviation beforehand.

    Attributes
    ----------
    values
        (n,), or (k, n) for k versions of it that exclude one another.
    """

    values: FloatArray
    mean: float
    sd: float


@dataclass(frozen=True)
class Fit:
    """Result of fitting k versions of a model to the data.

    Attributes
    ----------
    evidence
        (k,) log of the probability of the data under each version.
    mean, covariance
        (k, p), (k, p, p) of the coefficients in each version, noise summed over.
    """

    evidence: FloatArray
    mean: FloatArray
    covariance: FloatArray


def noise_grid(values: FloatArray) -> FloatArray:
    """Return the sizes of noise to sum over, from how much neighbours among (n,) values differ."""
    apart = np.abs(np.diff(values))
    usual = float(np.median(apart)) / 0.6745 / math.sqrt(2.0)
    grid: FloatArray = SIZES * max(usual, 1e-6 * float(np.ptp(values)), 1e-9)
    return grid


def fit(time_s: FloatArray, values: FloatArray, columns: list[Column], usual_gap_s: float) -> Fit:
    """Return evidence and coefficients of every version of a model.

    Parameters
    ----------
    time_s, values
        (n,) in order of time; noise is the less alike the longer the gap, in units of `usual_gap_s`.
    columns
        p influences; only the last may come in several versions.
    """
    n = len(values)
    common = np.array([column.values for column in columns[:-1]]).reshape(-1, n)
    last = np.atleast_2d(columns[-1].values)
    means, sds = (np.array([getattr(column, name) for column in columns]) for name in ("mean", "sd"))
    rest = values - means[:-1] @ common - means[-1] * last
    like = _like_before(MEMORY, np.diff(time_s) / usual_gap_s)
    fits = _for_noise(common, last, rest, sds, like, noise_grid(values))
    top = fits.evidence.max(axis=0)
    share = np.exp(fits.evidence - top)
    total = share.sum(axis=0)
    share /= total
    middle = (share[..., None] * fits.mean).sum(axis=0)
    log_evidence = top + np.log(total / len(share))
    return Fit(log_evidence, means + middle, fits.covariance(share, fits.mean - middle))


def _like_before(memory: FloatArray, gaps: FloatArray) -> FloatArray:
    """Return (m, n - 1) correlations of neighbours that lie `gaps` apart, for m memories."""
    out: FloatArray = np.where(memory[:, None] == 0.0, 0.0, memory[:, None] ** np.maximum(gaps, 0.0))
    return out


@dataclass(frozen=True)
class _Coefficients:
    """The coefficients of k versions for s noises, in blocks.

    All but the last coefficient share one precision in every version, so that block is inverted once a noise.

    Attributes
    ----------
    evidence, mean
        (s, k), (s, k, p).
    inverse
        (s, p - 1, p - 1) of the precision of the shared coefficients.
    lever, pivot
        (s, k, p - 1), (s, k): what the last coefficient does to the others, and its own precision beside
        them (the Schur complement).
    """

    evidence: FloatArray
    mean: FloatArray
    inverse: FloatArray
    lever: FloatArray
    pivot: FloatArray

    def covariance(self, share: FloatArray, off: FloatArray) -> FloatArray:
        """Return (k, p, p) over all noises, of their (s, k) shares and their means' (s, k, p) distances."""
        _, k, q = self.lever.shape
        tied = np.concatenate([-self.lever, np.ones((*self.pivot.shape, 1))], axis=2)
        parts = np.concatenate(
            [np.sqrt(share / self.pivot)[..., None] * tied, np.sqrt(share)[..., None] * off]
        )
        by_version = parts.transpose(1, 2, 0)
        out: FloatArray = by_version @ by_version.swapaxes(1, 2)
        out[:, :q, :q] += (share.T @ self.inverse.reshape(len(share), q * q)).reshape(k, q, q)
        return out


def _for_noise(
    common: FloatArray,
    last: FloatArray,
    rest: FloatArray,
    prior_sd: FloatArray,
    like: FloatArray,
    sizes: FloatArray,
) -> _Coefficients:
    """Return evidence and coefficients for every memory and size of noise.

    Parameters
    ----------
    common, last, rest
        (p - 1, n) influences, (k, n) versions of the last one, (k, n) values beyond what is believed before.
    sizes
        Of what is new in each value; the first one carries the noise as it has become by then.
    """
    own = np.sqrt(1.0 - like**2)
    usual = np.median(own, axis=1, keepdims=True) if own.shape[1] else np.ones((len(own), 1))
    scale = np.concatenate([usual, usual / own], axis=1)
    z, step, r = (_whitened(rows, like, scale) for rows in (common, last, rest))
    across = z.swapaxes(1, 2)
    weight = sizes[:, None, None] ** -2.0
    precision = weight * (z @ across)[:, None] + np.diag(prior_sd[:-1] ** -2.0)
    inverse = np.linalg.inv(precision)
    link, pull = (weight * (rows @ across)[:, None] for rows in (step, r))
    weight = weight[..., 0]
    pull_last = weight * (step * r).sum(axis=2)[:, None]
    lever = link @ inverse
    pivot = weight * (step**2).sum(axis=2)[:, None] + prior_sd[-1] ** -2.0 - (link * lever).sum(axis=3)
    mean_last = (pull_last - (lever * pull).sum(axis=3)) / pivot
    mean = pull @ inverse - lever * mean_last[..., None]
    explained = (mean * pull).sum(axis=3) + mean_last * pull_last
    log_det = np.linalg.slogdet(precision)[1][..., None] + np.log(pivot) + 2.0 * np.log(prior_sd).sum()
    square = weight * (r**2).sum(axis=2)[:, None]
    size = np.log(scale).sum(axis=1)[:, None, None] - rest.shape[1] * np.log(sizes)[:, None]
    evidence = size - 0.5 * (square - explained) - 0.5 * log_det
    means = np.concatenate([mean, mean_last[..., None]], axis=3)
    return _Coefficients(*(_one_axis(table) for table in (evidence, means, inverse, lever, pivot)))


def _one_axis(values: npt.NDArray[np.floating[Any]]) -> FloatArray:
    """Return (memories, sizes, ...) values with memories and sizes of noise along one axis."""
    table = values.reshape(values.shape[0] * values.shape[1], *values.shape[2:])
    return table.astype(np.float64, copy=False)


def _whitened(rows: FloatArray, like: FloatArray, scale: FloatArray) -> FloatArray:
    """Return (m, rows, n) values with the correlation of neighbours taken out, for m memories."""
    out = rows * scale[:, None, :]
    out[..., 1:] -= (like * scale[:, 1:])[:, None, :] * rows[:, :-1]
    return out
