"""A number along a run as a line of known influences, correlated noise, and perhaps one change in it.

The model is Gaussian: the number is a sum of columns (speed, cadence and the like) with coefficients of known
mean and spread, plus noise of which one value resembles the one before (AR(1)). Size and memory of the noise
are unknown and summed over a grid, so a slow wander of a runner is not taken for a change. Bayes' rule then
weighs a run without a change against one change at any time and against a steady drift; the method is the
textbook one for a change point in linear regression (such as Carlin, Gelfand & Smith 1992, 10.2307/2347570).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

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
    """What the data say of k versions of a model.

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
    """Return the sizes of noise to sum over, from how much neighbouring values differ."""
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
        p influences; at most one of them in several versions.
    """
    versions = max(np.atleast_2d(one.values).shape[0] for one in columns)
    n, p = len(values), len(columns)
    design = np.stack([np.broadcast_to(np.atleast_2d(one.values), (versions, n)) for one in columns], axis=2)
    prior_mean, prior_sd = (np.array([getattr(one, name) for one in columns]) for name in ("mean", "sd"))
    rest = values - design @ prior_mean
    gaps = np.diff(time_s) / usual_gap_s
    parts = [
        _for_noise(design, rest, prior_sd, _like_before(memory, gaps), noise_grid(values))
        for memory in MEMORY
    ]
    evidence, mean, covariance = (np.concatenate([part[at] for part in parts], axis=1) for at in range(3))
    top = evidence.max(axis=1, keepdims=True)
    weight = np.exp(evidence - top)
    total = weight.sum(axis=1, keepdims=True)
    share = weight / total
    middle = np.einsum("ks,ksp->kp", share, mean)
    off = mean - middle[:, None, :]
    spread = np.einsum("ks,kspq->kpq", share, covariance) + np.einsum("ks,ksp,ksq->kpq", share, off, off)
    log_evidence = top[:, 0] + np.log(total[:, 0] / evidence.shape[1])
    assert middle.shape == (versions, p)
    return Fit(log_evidence, prior_mean + middle, spread)


def _like_before(memory: float, gaps: FloatArray) -> FloatArray:
    """Return (n - 1,) correlations of neighbours that lie `gaps` apart."""
    return np.zeros(len(gaps)) if memory == 0.0 else memory ** np.maximum(gaps, 0.0)


def _for_noise(
    design: FloatArray, rest: FloatArray, prior_sd: FloatArray, like: FloatArray, sizes: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return log evidence (k, s), means (k, s, p) and covariances for one memory and every size of noise.

    `sizes` are those of what is new in each value; the first one carries the noise as it has become by then.
    """
    own = np.sqrt(1.0 - like**2)
    usual = float(np.median(own)) if len(own) else 1.0
    scale = np.r_[usual, usual / own]
    z = design * scale[None, :, None]
    z[:, 1:] -= (like * scale[1:])[None, :, None] * design[:, :-1]
    r = rest * scale[None, :]
    r[:, 1:] -= like * scale[1:] * rest[:, :-1]
    inner = np.einsum("knp,knq->kpq", z, z)
    cross = np.einsum("knp,kn->kp", z, r)
    square = np.einsum("kn,kn->k", r, r)
    noise = sizes[None, :] ** 2
    precision = inner[:, None] / noise[..., None, None] + np.diag(prior_sd**-2.0)
    covariance = np.linalg.inv(precision)
    mean = np.einsum("kspq,kq->ksp", covariance, cross) / noise[..., None]
    n = rest.shape[1]
    explained = np.einsum("ksp,kp->ks", mean, cross) / noise
    log_det = np.linalg.slogdet(precision)[1] + 2.0 * np.log(prior_sd).sum()
    evidence = (
        -n * np.log(sizes)[None, :]
        + np.log(scale).sum()
        - 0.5 * (square[:, None] / noise - explained)
        - 0.5 * log_det
    )
    return evidence, mean, covariance
