"""Anchors of the contacts of a shank with gyroscope, and the signs of a walker.

An anchor is a feature that the pitch rate shows once a stride at every pace; the contact model refines it.
Pitch rate is positive while the shank swings forward.

Initial contact
    The forward swing ends: the pitch rate falls through zero some 20 ms before contact, whatever the strike.
Terminal contact, running
    In stance the shank turns forward over the foot (pitch rate negative), and pauses when the foot leaves.
    The backward swing that follows begins at once: half its fastest rate is reached 30 ms after toe-off.
Terminal contact, walking
    The shank turns fastest as the toes leave (Salarian et al. 2004, 10.1109/TBME.2004.827933), unless it
    pauses as a runner's does.

References
----------
Kiernan et al. 2023, PMC10255839 (18 shank rules compared); Fadillioglu et al. 2020, Gait & Posture 81 (the
end of the forward swing). The offsets and limits were chosen on Fukuchi et al. 2017, 10.7717/peerj.3298.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gait.analysis.signal.filters import gaussian
from gait.analysis.signal.resample import GRID_HZ
from gait.arrays import BoolArray, FloatArray, IntArray
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["LANDING_OFFSET_S", "ToeOff", "is_walker", "landing_anchor", "toe_off_anchor"]


LANDING_OFFSET_S = 0.022
"""s from the end of the forward swing to contact; median of 37 recordings of 13 runners (Fukuchi 2017,
10.7717/peerj.3298)."""

TOE_OFF_OFFSET_S = -0.030
"""s from half of the backward swing's fastest rate back to toe-off; median of 37 recordings, as
`LANDING_OFFSET_S`."""

PAUSE_SHARE = 0.15
"""A walker's shank pauses if its rate falls below this share of the fastest backward rate (chosen: half of
what a real walker's keeps, 0.3)."""

WALKING_TOE_OFF_OFFSET_S = 0.015
"""s from the fastest backward turn to a walker's toe-off (chosen on one mean stride, of 1.2 s)."""

SWING_BACK = (0.42, 0.86)
"""Share of the cycle, from one fastest forward swing to the next, in which the backward swing is fastest
(chosen: behind mid-cycle in a run, later in a walk, with room on both sides)."""

LEAST_STANCE_S = 0.06
"""s behind the landing's anchor before which no toe-off is looked for (chosen: it holds the shock)."""

PAUSE_USUAL_S = 0.030
"""s that the fall from the pause to half of the backward swing's fastest rate lasts at least (chosen: a
longer one makes toe-off doubtful, for it lies early in the fall on some runners, late on others)."""

_SMOOTH_S = 0.012
"""s; one sigma of the smoothing of rates (chosen: a quarter of the swing's end)."""

WALKING_SPAN = 0.55
"""From the landing to the fastest backward swing, as a share of the cycle (chosen between runners, who stay
below 0.55, and walkers, above 0.57)."""

WALKING_RATE = 160.0 * DEG
"""rad/s; mean turn within 30-120 ms of the landing (chosen between runners, from 175 deg/s, and walkers, up
to 155)."""

WALKING_FORCE = 0.55 * STANDARD_GRAVITY
"""m/s2; median deviation of the specific force from g in the cycle (chosen between runners, from 0.6 g, and
walkers, to 0.5)."""

_EARLY_STANCE_S = (0.030, 0.120)
"""s behind the landing in which `WALKING_RATE` is taken (chosen: behind the impact, before the heel
rises)."""


@dataclass(frozen=True)
class ToeOff:
    """Anchors of the toe-offs of n cycles, s from each row's start; NaN where there is none.

    Attributes
    ----------
    running_s, walking_s
        (n,) for either gait.
    fastest_s
        (n,) when the backward swing is fastest.
    slow_s
        (n,) by how much the fall from the pause to the running anchor's feature is longer than usual.
    """

    running_s: FloatArray
    walking_s: FloatArray
    fastest_s: FloatArray
    slow_s: FloatArray


def landing_anchor(pitch_rate: FloatArray, low: IntArray, high: npt.NDArray[Any]) -> FloatArray:
    """Return (n,) s from each row's start: the end of the forward swing plus its offset, NaN where absent.

    Parameters
    ----------
    pitch_rate
        (n, L) rad/s.
    low, high
        (n,) grid points of the row between which the swing ends.
    """
    slow = gaussian(pitch_rate, _SMOOTH_S, axis=1)
    at = np.arange(slow.shape[1] - 1)[None, :]
    ends = (slow[:, :-1] >= 0) & (slow[:, 1:] < 0) & (at > low[:, None] + 4) & (at < high[:, None])
    index = ends.argmax(axis=1)
    time = (index + _share(slow, index, np.zeros(len(slow)))) / GRID_HZ + LANDING_OFFSET_S
    return np.where(ends.any(axis=1), time, np.nan)


def toe_off_anchor(pitch_rate: FloatArray, landing_s: FloatArray, cycle: IntArray) -> ToeOff:
    """Return the anchors of each cycle's toe-off.

    Parameters
    ----------
    pitch_rate
        (n, L) rad/s from one fastest forward swing on.
    landing_s
        (n,) s from each row's start: the landing's anchor.
    cycle
        (n,) grid points to the next fastest forward swing.
    """
    slow = gaussian(pitch_rate, _SMOOTH_S, axis=1)
    at = np.arange(slow.shape[1])[None, :]
    rows = np.arange(len(slow))
    late = (at > SWING_BACK[0] * cycle[:, None]) & (at < SWING_BACK[1] * cycle[:, None])
    fastest = np.where(late, slow, np.inf).argmin(axis=1)
    level = 0.5 * slow[rows, fastest]
    first = np.nan_to_num(landing_s) + LEAST_STANCE_S
    before = (at > GRID_HZ * first[:, None]) & (at < fastest[:, None])
    above = before & (slow > level[:, None])
    index = above.shape[1] - 1 - above[:, ::-1].argmax(axis=1)
    crossed = above.any(axis=1) & np.isfinite(landing_s) & (level < 0)
    index = np.where(crossed, index, 0)
    half = index + _share(slow, index, level)
    pause = np.where(before, slow, -np.inf).argmax(axis=1)
    pauses = slow[rows, pause] > 2.0 * PAUSE_SHARE * level
    running = half / GRID_HZ + TOE_OFF_OFFSET_S
    walking = np.where(pauses, running, fastest / GRID_HZ + WALKING_TOE_OFF_OFFSET_S)
    return ToeOff(
        np.where(crossed, running, np.nan),
        np.where(crossed, walking, np.nan),
        np.where(crossed, fastest / GRID_HZ, np.nan),
        np.where(crossed, np.maximum((half - pause) / GRID_HZ - PAUSE_USUAL_S, 0.0), np.nan),
    )


def is_walker(
    pitch_rate: FloatArray, force: FloatArray, landing_s: FloatArray, fastest_s: FloatArray, cycle: IntArray
) -> BoolArray:
    """Return (n,) whether each cycle is walking: two of three signs agree.

    Walkers take longer from landing to the backward swing, turn slower behind the landing, and stay near 1 g.

    Parameters
    ----------
    pitch_rate, force
        (n, L) rad/s and norm of the specific force, m/s2.
    landing_s, fastest_s
        (n,) s from each row's start: landing, and fastest backward swing.
    cycle
        (n,) grid points.
    """
    at = np.arange(pitch_rate.shape[1])[None, :] / GRID_HZ
    start = np.nan_to_num(landing_s)[:, None]
    early = (at > start + _EARLY_STANCE_S[0]) & (at < start + _EARLY_STANCE_S[1])
    turn = -(pitch_rate * early).sum(axis=1) / np.maximum(early.sum(axis=1), 1)
    inside = at < cycle[:, None] / GRID_HZ
    away = np.sort(np.where(inside, np.abs(force - STANDARD_GRAVITY), np.inf), axis=1)
    middle = away[np.arange(len(away)), inside.sum(axis=1) // 2]
    span = (fastest_s - landing_s) * GRID_HZ / cycle
    signs = np.stack([span > WALKING_SPAN, turn < WALKING_RATE, middle < WALKING_FORCE])
    walking: BoolArray = signs.sum(axis=0) >= 2
    return walking


def _share(values: FloatArray, index: IntArray, level: FloatArray) -> FloatArray:
    """Return (n,) share of the step behind column `index` at which the row falls through `level`."""
    rows = np.arange(len(values))
    upper, lower = values[rows, index], values[rows, np.minimum(index + 1, values.shape[1] - 1)]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (upper - level) / (upper - lower)
    inside: FloatArray = np.clip(np.nan_to_num(share), 0.0, 1.0)
    return inside
