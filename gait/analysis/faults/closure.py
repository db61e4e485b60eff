"""Laws that every stride obeys, whoever runs: what scales and lags they show.

From one foot-flat to the next the foot comes to rest again, so the mean specific force, turned by the
gyroscope, is gravity: its norm is 9.81 m/s2. A wrong scale of either sensor, a wrong clock or a lag between
the two changes that norm. Which of them it was is told by what else must hold: the foot comes back to its
height, strides agree, and in stance the sensor turns about a fixed point of the foot.

A clock that runs c times too fast and a gyroscope that reads 1/c too much are one thing to all of these:
lengths then differ by c squared and nothing contradicts itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from gait.analysis.signal.filters import gaussian, gaussian_slope
from gait.analysis.signal.orientation import Windows, orientations
from gait.analysis.signal.quaternion import apply
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.stride_batch import StrideBatch
from gait.arrays import BoolArray, FloatArray, IntArray
from gait.recording.model import Recording
from gait.units import STANDARD_GRAVITY

__all__ = [
    "Cause",
    "Closed",
    "causes",
    "chosen_strides",
    "closed_strides",
    "explained",
    "gravity_of_strides",
    "stride_spans",
    "turns_of_strides",
]

STRIDES = 24
"""Strides looked at, spread over the run (chosen: the median of so many is good to a per cent)."""

FLAT_SHARE = 0.42
"""Share of the stance at which the foot is flat (chosen: amid the contract's 0.35 to 0.50)."""

SCALES = (-1.0, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5, 1.8, 2.4, 4.0)
"""Factors on the gyroscope that are tried (chosen: usual ratios of full scales, finer near 1); the first is
axes of the wrong hand."""

LAGS_S = (-0.1, -0.07, -0.05, -0.035, -0.02, -0.01, 0.0, 0.01, 0.02, 0.035, 0.05, 0.07, 0.1)
"""Lags of the gyroscope that are tried, s, positive where it comes late (chosen: finer near 0, up to half a
stance)."""

HEIGHT_SD, LEAST_SCATTER = 0.014, 0.004
"""Scatter of the height's misclosure, in g T2, between runners, and least scatter of the strides' gravity,
relative (chosen: of the order of what sound strides show, so that neither divides by next to nothing)."""

HEIGHT_WEIGHT, HEIGHT_MOST, PIVOT_WEIGHT, SCATTER_WEIGHT = 0.5, 5.0, 4.0, 3.0
"""Weights of the height (and the most it weighs), of the pivot's residual and of the scatter (logarithms) in
`Cause.misfit` (fitted on the virtual
runner and on Fukuchi 2017, 10.7717/peerj.3298, both spoilt by known causes)."""

EDGE_S = 0.27
"""s of samples beside a stride's edges (chosen: the largest lag tried, twice, and the smoothing)."""

WINDOWS_MOVED = (0.0, 0.5, 1.0)
"""Shares of a lag by which the events that were found lie off themselves: they come from either sensor.
Without that, 20 ms taken back leave up to three times the force of the stance unexplained (10 runners of
Fukuchi 2017, 10.7717/peerj.3298: 0.2 to 0.4 for 0.1 to 0.2)."""

_SMOOTH_S = 0.010
"""s; one sigma of the smoothing of rates before lags are tried (chosen: below the shortest lag)."""

Name = Literal["none", "acc", "gyr", "mirror", "lag"]


@dataclass(frozen=True)
class Closed:
    """Grid samples of some strides with the edges that they close between.

    Attributes
    ----------
    acc, gyr
        (n, 3) m/s2 and rad/s on the grid.
    start, stop
        (k,) grid samples of foot-flat and of the next one.
    stance
        (k, 2) grid samples between which the foot turns about a fixed point (a shank: the whole stride).
    rests
        Whether the segment comes to rest at the edges, so that its height closes too.
    rows
        (k,) rows of the batch that the strides came from.
    """

    acc: FloatArray
    gyr: FloatArray
    start: IntArray
    stop: IntArray
    stance: IntArray
    rests: bool
    rows: IntArray

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True)
class Cause:
    """One explanation of the strides and how well it fits.

    Attributes
    ----------
    name, value
        What is off and by what: the accelerometer's or gyroscope's factor, or the gyroscope's lag in s.
    gravity
        Mean specific force over g, less one, that is left (median over strides).
    scatter
        Its robust scatter between strides.
    height
        Misclosure of the height, in g T2; 0 where the sensor never rests in stance (a shank).
    pivot
        Share of the stance's specific force that gravity and a fixed point leave unexplained.
    """

    name: Name
    value: float
    gravity: float
    scatter: float
    height: float
    pivot: float

    @property
    def misfit(self) -> float:
        """Return how much speaks against a cause: the smaller the better."""
        scatter = np.log(max(self.scatter, LEAST_SCATTER))
        return float(
            min(HEIGHT_WEIGHT * (self.height / HEIGHT_SD) ** 2, HEIGHT_MOST)
            + PIVOT_WEIGHT * np.log(max(self.pivot, 0.02))
            + SCATTER_WEIGHT * scatter
        )


def stride_spans(batch: StrideBatch) -> FloatArray:
    """Return (k, 2) spans, s, of the strides that `closed_strides` needs, wide enough for any lag tried."""
    rows = chosen_strides(batch)
    return np.stack([batch.ic_s[rows] - 0.2, 2.0 * batch.next_ic_s[rows] - batch.ic_s[rows] + 0.2], axis=1)


def chosen_strides(batch: StrideBatch) -> IntArray:
    """Return rows of running strides that another one follows, `STRIDES` at most."""
    run = (batch.walking < 0.5) & np.isfinite(batch.tc_s)
    follows = np.abs(batch.ic_s[1:] - batch.next_ic_s[:-1]) < 0.03
    rows = np.flatnonzero(follows & run[:-1] & run[1:])
    if len(rows) == 0:
        return rows
    return rows[np.unique(np.linspace(0, len(rows) - 1, STRIDES).astype(np.intp))]


def closed_strides(batch: StrideBatch, samples: Recording) -> Closed | None:
    """Return strides to be judged; None without a gyroscope or with fewer than five.

    Parameters
    ----------
    samples
        With the samples within `stride_spans` at least.
    """
    rows = chosen_strides(batch)
    if samples.gyr is None or len(rows) < 5:
        return None
    flat = batch.ic_s + FLAT_SHARE * (batch.tc_s - batch.ic_s)
    time_s, pieces = samples.time_s, []
    first = flat[rows] - EDGE_S
    last = flat[rows + 1] + EDGE_S
    inside = (first > time_s[0] + 0.02) & (last < time_s[-1] - 0.02)
    rows, first, last = rows[inside], first[inside], last[inside]
    edges = [0]
    for start, stop in zip(first, last, strict=True):
        pieces.append(np.arange(start, stop, 1.0 / GRID_HZ))
        edges.append(edges[-1] + len(pieces[-1]))
    if len(rows) < 5:
        return None
    at, base = np.concatenate(pieces), np.array(edges[:-1])

    def index(when: FloatArray) -> IntArray:
        out: IntArray = (base + np.rint((when - first) * GRID_HZ)).astype(np.intp)
        return out

    contact = (batch.tc_s - batch.ic_s)[rows]
    if samples.placement == "shoe":
        turning = (batch.ic_s[rows] + np.minimum(0.06, 0.3 * contact), batch.tc_s[rows] - 0.2 * contact)
        turning = (np.maximum(turning[0], first), turning[1])
    else:
        turning = (flat[rows], flat[rows + 1])
    return Closed(
        _resampled(time_s, samples.acc, at),
        _resampled(time_s, samples.gyr, at),
        index(flat[rows]),
        index(flat[rows + 1]),
        np.stack([index(turning[0]), index(turning[1])], axis=1),
        samples.placement == "shoe",
        rows,
    )


def _resampled(time_s: FloatArray, values: FloatArray, at: FloatArray) -> FloatArray:
    return np.column_stack([np.interp(at, time_s, values[:, axis]) for axis in range(3)])


def gravity_of_strides(strides: Closed) -> FloatArray:
    """Return the (k,) mean specific force of each stride, g: one where sensors and clock are right."""
    return _gravity(strides, 1.0, 0.0)[0] + 1.0


def turns_of_strides(strides: Closed) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return how far each stride's end is turned against its start: what a foot that comes back does not.

    Returns
    -------
    The (k, 3) rotation vectors, rad, in the frame of the start; the (k, 3, 3) sums over time, s, by which an
    offset of the gyroscope adds to them; and the (k, 3) directions of gravity in that frame.
    """
    windows, _ = _windows(strides, np.stack([strides.start, strides.stop], axis=1), 1.0, 0.0)
    turned = orientations(windows)
    rows, last = np.arange(len(strides)), windows.length - 1
    w, vector = turned[rows, last, 0], turned[rows, last, 1:]
    vector = np.where((w < 0.0)[:, None], -vector, vector)
    half = np.arctan2(np.linalg.norm(vector, axis=1), np.abs(w))
    turns = 2.0 * half[:, None] * vector / np.maximum(np.sin(half), 1e-12)[:, None]
    inside = windows.inside
    inside[rows, last] = False
    sums = np.stack(
        [
            (apply(turned, np.broadcast_to(axis, windows.gyr.shape)) * inside[..., None]).sum(axis=1)
            for axis in np.eye(3)
        ],
        axis=2,
    )
    force = (apply(turned, windows.acc) * inside[..., None]).sum(axis=1)
    return turns, sums / GRID_HZ, force / np.linalg.norm(force, axis=1)[:, None]


def explained(strides: Closed, name: Name, value: float) -> Cause:
    """Return how the strides look once a cause is undone."""
    gravity, height = _gravity(strides, *_undone(name, value))
    middle = float(np.median(gravity))
    scatter = 1.48 * float(np.median(np.abs(gravity - middle)))
    factor = value if name == "acc" else 1.0
    left = (1.0 + middle) / factor - 1.0
    return Cause(
        name,
        value,
        left,
        scatter / max(1.0 + middle, 0.05),
        float(np.median(height)) / factor if strides.rests else 0.0,
        _pivot(strides, *_undone(name, value)),
    )


def _undone(name: Name, value: float) -> tuple[float, float]:
    """Return (factor on the gyroscope, its lag in s) that undo a cause."""
    if name in ("gyr", "mirror"):
        return 1.0 / value, 0.0
    return (1.0, value) if name == "lag" else (1.0, 0.0)


def causes(
    strides: Closed, rest_scale: float | None = None, plain: Cause | None = None, *, scales: bool = True
) -> tuple[Cause, ...]:
    """Return the explanations that make the strides' gravity one g, the best first.

    Parameters
    ----------
    rest_scale
        What the accelerometer reads of one g at rest: then its own scale is no explanation.
    plain
        The strides with nothing undone, where that is known already.
    scales
        Whether scales and axes are tried, and not only lags.
    """
    aim = 1.0 if rest_scale is None else rest_scale
    plain = plain or explained(strides, "none", 1.0)
    explanations = [plain, *(_scales(strides, plain, rest_scale) if scales else ())]
    explanations += [_lagging(strides, lag) for lag in _roots(strides, aim, LAGS_S, lag=True)]
    return tuple(sorted(explanations, key=lambda cause: cause.misfit))


def _lagging(strides: Closed, lag_s: float) -> Cause:
    """Return how the strides look without a lag, with their events where they fit best."""
    moved = (round(-lag_s * share * GRID_HZ) for share in WINDOWS_MOVED)
    tried = (
        replace(strides, start=strides.start + by, stop=strides.stop + by, stance=strides.stance + by)
        for by in dict.fromkeys(moved)
    )
    return min((explained(some, "lag", lag_s) for some in tried), key=lambda cause: cause.misfit)


def _scales(strides: Closed, plain: Cause, rest_scale: float | None) -> list[Cause]:
    """Return a wrong scale of either sensor, and axes of the wrong hand, where these make it one g."""
    aim = 1.0 if rest_scale is None else rest_scale
    explanations = [] if rest_scale is not None else [explained(strides, "acc", 1.0 + plain.gravity)]
    explanations += [
        explained(strides, "gyr", 1.0 / scale) for scale in _roots(strides, aim, SCALES[1:], lag=False)
    ]
    mirrored = explained(strides, "mirror", -1.0)
    if abs(mirrored.gravity) < max(0.05, 0.3 * abs(plain.gravity)):
        explanations.append(mirrored)
    return explanations


def _roots(strides: Closed, aim: float, tried: tuple[float, ...], *, lag: bool) -> list[float]:
    """Return values of one unknown at which the strides' gravity is `aim` g, by linear interpolation."""
    level = [
        float(np.median(_gravity(strides, *((1.0, value) if lag else (value, 0.0)))[0])) + 1.0 - aim
        for value in tried
    ]
    return [
        low - down * (high - low) / (up - down)
        for (low, down), (high, up) in pairwise(zip(tried, level, strict=True))
        if (down < 0.0) != (up < 0.0)
    ]


def _windows(strides: Closed, edges: IntArray, factor: float, lag_s: float) -> tuple[Windows, IntArray]:
    """Return windows between edges with the gyroscope's factor and lag applied, and their sample indices."""
    start, stop = edges[:, 0], edges[:, 1]
    index = np.minimum(start[:, None] + np.arange(int((stop - start).max()) + 1), stop[:, None])
    rate = factor * _late(strides.gyr, index, lag_s)
    length = stop - start + 1
    return Windows(start, length, strides.acc[index], rate, length), index


def _late(values: FloatArray, index: IntArray, lag_s: float) -> FloatArray:
    """Return (k, L, 3) values at `index` and `lag_s` behind, interpolated."""
    steps = int(np.floor(lag_s * GRID_HZ))
    share = lag_s * GRID_HZ - steps
    at = np.clip(index + steps, 0, len(values) - 2)
    out: FloatArray = values[at] * (1.0 - share) + values[at + 1] * share
    return out


def _gravity(strides: Closed, factor: float, lag_s: float) -> tuple[FloatArray, FloatArray]:
    """Return (k,) mean specific force over g, less one, and (k,) misclosure of the height in g T2."""
    windows, _ = _windows(strides, np.stack([strides.start, strides.stop], axis=1), factor, lag_s)
    turned = apply(orientations(windows), windows.acc)
    weight = windows.inside.astype(float)
    rows, last = np.arange(len(strides)), windows.length - 1
    weight[:, 0] = weight[rows, last] = 0.5
    mean = np.einsum("ij,ijk->ik", weight, turned) / weight.sum(axis=1)[:, None]
    norm = np.linalg.norm(mean, axis=1)
    up = mean / np.maximum(norm, 1e-9)[:, None]
    vertical = (np.einsum("nij,nj->ni", turned, up) - norm[:, None]) * weight
    left = (last[:, None] - np.arange(turned.shape[1])[None, :]) / GRID_HZ
    span = last / GRID_HZ
    height = (vertical * left).sum(axis=1) / GRID_HZ / (STANDARD_GRAVITY * span**2)
    return norm / STANDARD_GRAVITY - 1.0, height


def _pivot(strides: Closed, factor: float, lag_s: float) -> float:
    """Return the share of stance's specific force that gravity and a fixed point of the foot do not explain.

    The point's place r is one for all strides: f = R^T g + rate' x r + rate x (rate x r).
    """
    windows, index = _windows(strides, strides.stance, factor, lag_s)
    force = gaussian(strides.acc, _SMOOTH_S)[index]
    rate = factor * _late(gaussian(strides.gyr, _SMOOTH_S), index, lag_s)
    change = factor * _late(gaussian_slope(strides.gyr, _SMOOTH_S), index, lag_s)
    turn = orientations(replace(windows, acc=force))
    seen = apply(turn, force)
    columns = [
        apply(turn, np.cross(change, axis) + np.cross(rate, np.cross(rate, axis))) for axis in np.eye(3)
    ]
    terms = np.stack(columns, axis=-1)
    inside = windows.inside
    target = _about_mean(seen, inside)[inside].reshape(-1)
    basis = _about_mean(terms, inside)[inside].reshape(-1, 3)
    place, *_ = np.linalg.lstsq(basis, target, rcond=None)
    measured = _about_mean(force, inside)[inside]
    return float(((target - basis @ place) ** 2).sum() / max(float((measured**2).sum()), 1e-12))


def _about_mean(values: FloatArray, inside: BoolArray) -> FloatArray:
    """Return values less their mean over each row's own samples."""
    weight = inside.reshape(*inside.shape, *[1] * (values.ndim - 2)).astype(float)
    mean = (values * weight).sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)
    out: FloatArray = values - mean
    return out
