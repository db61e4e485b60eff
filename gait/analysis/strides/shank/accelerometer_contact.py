"""Contacts of a shank without gyroscope: two physical rules near the knee, a fitted model elsewhere.

Near the knee the force along the shank carries the body and falls through zero as the ground lets go, and the
braking of the forward swing is reversed by contact. Toward the ankle the whirl of the shank about the knee
covers both: there a model that was fitted on real motion reads the contacts from the signals about the shock.
The whirl grows with the distance from the knee, and so does the mean force along the shank, so the model sees
every signal twice: as it is, and times that mean.

References
----------
Kiernan et al. 2023, PMC10255839 (axial and forward rules compared); Aubol & Milner 2020, J Biomech 105
(minimum before the axial peak); Bach et al. 2022, 10.1101/2022.02.14.480318 (data and the accuracy to reach).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gait.analysis.signal.filters import gaussian, gaussian_slope
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.accelerometer_contacts import Contacts
from gait.analysis.strides.cues import Cue, fuse
from gait.analysis.strides.landing_model import jerk_size
from gait.analysis.strides.shank.impacts import ShankAxes
from gait.arrays import FloatArray, IntArray
from gait.units import STANDARD_GRAVITY

__all__ = [
    "AFTER_S",
    "BEFORE_S",
    "IC_ANCHOR_S",
    "ODD",
    "TC_ANCHOR_S",
    "Stances",
    "rule_contacts",
    "stances_about",
]


BEFORE_S, AFTER_S = 0.35, 0.60
"""s before and behind the shock that are looked at (chosen: late swing, and the longest stance of
running)."""

IC_ANCHOR_S = -0.040
"""s from the shock to contact; median of 37 recordings of 13 runners (Fukuchi 2017, 10.7717/peerj.3298)."""

TC_ANCHOR_S = 0.23
"""s from contact to toe-off from which the search starts; median of 37 recordings, as `IC_ANCHOR_S`."""

ODD = ("forward", "forward_place")
"""Channels along the axis whose sense has to be told."""

USUAL_PLACE_G = 1.5
"""Mean force along a shank from which a sensor's place is counted (chosen: about that at half height)."""

SHRINK = 0.85
"""Factor on the fused uncertainty of the rules (chosen: the spreads of the cues are rounded up)."""

IC_CUES = {"reversal": Cue(0.003, 0.008), "onset": Cue(-0.012, 0.012)}
TC_CUES = {"release": Cue(0.002, 0.011)}

_SMOOTH_S = 0.006
"""s; one sigma of the smoothing of impacts (chosen: an impact lasts some 20 ms)."""
_SLOW_S = 0.020
"""s; one sigma of the smoothing of slow forces (chosen: as long as an impact, which is gone then)."""


@dataclass(frozen=True)
class Stances:
    """n windows of L grid points about shocks.

    Attributes
    ----------
    start_s
        (n,) s of session time of the first columns.
    force
        (n, L, 3) specific force, sensor frame, g.
    along, forward
        (n, L) its components, g.
    place_g
        As in `ShankAxes`.
    jerk
        (n, L) norm of the jerk, g/s.
    """

    start_s: FloatArray
    force: FloatArray
    along: FloatArray
    forward: FloatArray
    place_g: float
    jerk: FloatArray

    @property
    def signals(self) -> Mapping[str, FloatArray]:
        """Channels of the model, g and g/s."""
        place = self.place_g - USUAL_PLACE_G
        return {
            "size": np.sqrt(np.einsum("nij,nij->ni", self.force, self.force)),
            "jerk": self.jerk,
            "along": self.along,
            "forward": self.forward,
            "along_place": self.along * place,
            "forward_place": self.forward * place,
        }


def stances_about(acc: FloatArray, first: int, shocks: IntArray, axes: ShankAxes) -> Stances:
    """Return windows about shocks.

    Parameters
    ----------
    acc
        (m, 3) m/s2 on the grid; ends are held.
    first
        Grid index of its first row.
    shocks
        (n,) grid indices.
    """
    span = np.arange(-round(BEFORE_S * GRID_HZ), round(AFTER_S * GRID_HZ))
    at = np.clip(shocks[:, None] - first + span[None, :], 0, len(acc) - 1)
    force = acc[at] / STANDARD_GRAVITY
    start = (shocks + span[0]) / GRID_HZ
    along, forward = force @ axes.along, force @ axes.forward
    return Stances(start, force, along, forward, axes.place_g, jerk_size(acc)[at])


def rule_contacts(stances: Stances) -> Contacts:
    """Return the contacts by reversal, onset and release; toe-off is NaN where the force stays above zero."""
    origin = round(BEFORE_S * GRID_HZ)
    ic = {
        "reversal": _reversal(gaussian(stances.forward, _SMOOTH_S, axis=1), origin),
        "onset": _onset(gaussian_slope(stances.force, _SMOOTH_S, axis=1), origin),
    }
    ic_time, ic_sd = fuse(ic, IC_CUES, {}, SHRINK)
    tc_time, tc_sd = fuse({"release": _release(stances.along, origin)}, TC_CUES, {}, SHRINK)
    return Contacts(
        stances.start_s + ic_time, ic_sd, stances.start_s + tc_time, tc_sd, np.hypot(ic_sd, tc_sd)
    )


def _reversal(across: FloatArray, origin: int) -> FloatArray:
    """Return the last minimum of the forward specific force before the shock, s from the row's start."""
    first, last = origin - 14, origin + 1
    part = across[:, first - 1 : last + 1]
    inner = (part[:, 1:-1] < part[:, :-2]) & (part[:, 1:-1] <= part[:, 2:])
    # Only a dip as deep as half the deepest counts: noise makes shallow ones.
    low = part[:, 1:-1].min(axis=1, keepdims=True)
    inner &= part[:, 1:-1] <= 0.5 * low
    width = inner.shape[1]
    index = width - 1 - inner[:, ::-1].argmax(axis=1)
    rows = np.arange(len(part))
    before, here, after = part[rows, index], part[rows, index + 1], part[rows, index + 2]
    bend = before - 2.0 * here + after
    with np.errstate(divide="ignore", invalid="ignore"):
        offset = np.clip(np.nan_to_num(0.5 * (before - after) / bend), -0.5, 0.5)
    return np.where(inner.any(axis=1), (first + index + offset) / GRID_HZ, np.nan)


def _onset(jerk: FloatArray, origin: int) -> FloatArray:
    """Return when the jerk rises through a third of its peak, s from the row's start."""
    size = np.sqrt(np.einsum("nij,nij->ni", jerk, jerk))
    top = size[:, origin - 8 : origin + 9].max(axis=1, keepdims=True)
    part = size[:, origin - 16 : origin + 5]
    above = part >= top / 3.0
    index = np.maximum(above.argmax(axis=1), 1)
    rows = np.arange(len(part))
    low, high = part[rows, index - 1], part[rows, index]
    share = np.clip((top[:, 0] / 3.0 - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)
    time: FloatArray = (origin - 16 + index - 1 + share) / GRID_HZ
    return time


def _release(along: FloatArray, origin: int) -> FloatArray:
    """Return when the shank stops carrying the body, its force through zero, s from the row's start."""
    slow = gaussian(along, _SLOW_S, axis=1)
    start = origin + round(0.04 * GRID_HZ)
    load = start + slow[:, start : origin + round(0.30 * GRID_HZ)].argmax(axis=1)
    fine = gaussian(along, 0.010, axis=1)
    columns = np.arange(fine.shape[1] - 1)[None, :]
    down = (fine[:, :-1] >= 0.0) & (fine[:, 1:] < 0.0) & (columns >= load[:, None])
    index = down.argmax(axis=1)
    rows = np.arange(len(fine))
    upper, lower = fine[rows, index], fine[rows, index + 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        time = (index + upper / (upper - lower)) / GRID_HZ
    return np.where(down.any(axis=1), time, np.nan)
