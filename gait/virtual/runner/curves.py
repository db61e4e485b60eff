"""Smooth curves: quintics from end to end, and splines through points with given ends, many at once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.interpolate import BSpline, make_interp_spline

from gait.arrays import FloatArray

__all__ = ["Curve", "add", "either", "quintic", "ringing", "standing", "still", "through"]

Curve = tuple[FloatArray, FloatArray, FloatArray]
"""Value, first and second derivative in time."""


def still(value: FloatArray) -> Curve:
    """Return a curve that rests at (n,) values: itself, rate and acceleration."""
    return value, np.zeros_like(value), np.zeros_like(value)


def add(first: Curve, other: Curve) -> Curve:
    """Return the sum of two curves."""
    return first[0] + other[0], first[1] + other[1], first[2] + other[2]


def either(choice: npt.NDArray[np.bool_], chosen: Curve, other: Curve) -> Curve:
    """Return the chosen curve where the (n,) choice is true, the other elsewhere."""
    first, second, third = (np.where(choice, a, b) for a, b in zip(chosen, other, strict=True))
    return first, second, third


def ringing(since: FloatArray, size: FloatArray, rise_s: float, frequency_hz: float) -> Curve:
    """Return a damped oscillation that begins like the fourth power of time: acceleration starts at zero.

    Parameters
    ----------
    since
        (n,) s since the blow; not negative.
    size
        (n,) scale of the amplitude, in the unit of the result.
    rise_s
        Time constant of rise and decay.
    frequency_hz
        Of the oscillation.
    """
    w, d = 2.0 * np.pi * frequency_hz, 1.0 / rise_s
    t = np.minimum(since, 25.0 * rise_s)
    fade = size * d**3 * np.exp(-d * t)
    sin, cos = np.sin(w * t), np.cos(w * t)
    p1 = 3.0 * t**2 - d * t**3
    p2 = 6.0 * t - 3.0 * d * t**2 - d * p1
    return (
        fade * t**3 * sin,
        fade * (p1 * sin + t**3 * w * cos),
        fade * (p2 * sin + 2.0 * p1 * w * cos - t**3 * w**2 * sin),
    )


def quintic(at: FloatArray, duration: FloatArray, start: Curve, end: Curve) -> Curve:
    """Return the quintic from `start` to `end`, continuous with them to the second derivative; held outside.

    Parameters
    ----------
    at
        (n,) s since the start.
    duration
        (n,) s.
    start, end
        Value, velocity, acceleration, (n,) each.
    """
    u = np.clip(at / duration, 0.0, 1.0)
    p0, v0, a0 = start[0], start[1] * duration, start[2] * duration**2
    p1, v1, a1 = end[0], end[1] * duration, end[2] * duration**2
    gap = p1 - p0
    c3 = 10.0 * gap - 6.0 * v0 - 4.0 * v1 - 1.5 * a0 + 0.5 * a1
    c4 = -15.0 * gap + 8.0 * v0 + 7.0 * v1 + 1.5 * a0 - a1
    c5 = 6.0 * gap - 3.0 * v0 - 3.0 * v1 - 0.5 * a0 + 0.5 * a1
    value = p0 + u * (v0 + u * (0.5 * a0 + u * (c3 + u * (c4 + u * c5))))
    slope = (v0 + u * (a0 + u * (3.0 * c3 + u * (4.0 * c4 + u * 5.0 * c5)))) / duration
    bend = (a0 + u * (6.0 * c3 + u * (12.0 * c4 + u * 20.0 * c5))) / duration**2
    return value, slope, bend


def standing(since: FloatArray, lasts: FloatArray, here: Curve, leave: Curve) -> Curve:
    """Return a curve from `here` to zero soon, at rest there, and to `leave` at the end of a stand.

    Parameters
    ----------
    since, lasts
        (n,) s since the stand began, and how long it lasts.
    """
    upright = still(np.zeros(len(since)))
    settle, go = np.minimum(0.4, 0.4 * lasts), np.minimum(0.35, 0.4 * lasts)
    down = quintic(since, settle, here, upright)
    up = quintic(since - (lasts - go), go, upright, leave)
    return either(since < 0.5 * lasts, down, up)


@lru_cache(maxsize=16)
def _basis(knots: tuple[float, ...]) -> BSpline:
    """Return the quintic spline on [0, 1] that is linear in (p0, v0, a0, inner points, p1, v1, a1)."""
    inner = len(knots)
    at = np.r_[0.0, knots, 1.0]
    columns = []
    for which in range(inner + 6):
        unit = np.zeros(inner + 6)
        unit[which] = 1.0
        values = np.r_[unit[0], unit[3 : 3 + inner], unit[3 + inner]]
        start, end = unit[1:3], unit[4 + inner : 6 + inner]
        bounds: Any = ([(1, start[0]), (2, start[1])], [(1, end[0]), (2, end[1])])
        columns.append(make_interp_spline(at, values, k=5, bc_type=bounds))
    return BSpline(columns[0].t, np.stack([column.c for column in columns], axis=1), 5)


def through(
    at: FloatArray,
    duration: FloatArray,
    start: Curve,
    points: tuple[tuple[float, FloatArray], ...],
    end: Curve,
) -> Curve:
    """Return a curve through points at shares of the duration, with given ends.

    Parameters
    ----------
    points
        (share of the duration, (n,) value) in order.
    """
    u = np.clip(at / duration, 0.0, 1.0)
    data = np.stack(
        [
            start[0],
            start[1] * duration,
            start[2] * duration**2,
            *(value for _, value in points),
            end[0],
            end[1] * duration,
            end[2] * duration**2,
        ],
        axis=1,
    )
    spline = _basis(tuple(share for share, _ in points))
    value, slope, bend = (np.einsum("nk,nk->n", _at(spline, u, order), data) for order in (0, 1, 2))
    return value, slope / duration, bend / duration**2


def _at(spline: BSpline, u: FloatArray, order: int) -> FloatArray:
    """Return (n, k) derivatives of a basis at shares `u`; those before the start are all the start's."""
    begun = u > 0.0
    out = np.empty((len(u), spline.c.shape[1]))
    out[~begun] = spline(0.0, nu=order)
    out[begun] = spline(u[begun], nu=order)
    return out
