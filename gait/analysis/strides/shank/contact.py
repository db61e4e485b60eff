"""Initial and terminal contact of a shank with gyroscope: several physical cues an event, fused.

Initial contact
    ``turn``: the forward swing ends and the shank turns back, whatever the strike.
    ``brake``: the hardest braking of that turn.
    ``rise``: the steepest rise of upward acceleration: sharp on a heel landing, late on a forefoot one.
    ``stop``: the largest backward acceleration: clear on a forefoot landing.
Terminal contact
    ``pause``: the backward turn pauses before the recovery swing.
    ``fall``: upward acceleration falls fastest.
    ``whip``: the backward turn speeds up again.

References
----------
Kiernan et al. 2023, PMC10255839 (18 shank rules compared); Fadillioglu et al. 2020, Gait & Posture 81 (the
end of the forward swing).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gait.analysis.signal.filters import first_peak, gaussian, gaussian_slope
from gait.analysis.signal.orientation import Motion
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.cues import Cue, peak_time
from gait.arrays import FloatArray, IntArray

__all__ = ["IC_CUES", "TC_CUES", "landing_cues", "leaving_cues"]


FIRST_SHARE = 0.6
"""The shock is the first rise of at least this share of the steepest: the shank rings after it."""

LAST_SHARE = 0.8
"""The braking that belongs to contact is the last one of at least this share of the hardest."""

IC_CUES = {
    "turn": Cue(0.022, 0.008),
    "brake": Cue(0.010, 0.012),
    "rise": Cue(-0.003, 0.008),
    "stop": Cue(-0.005, 0.010),
}
"""The swing ends some 20 ms before contact, whatever the strike; the vertical shock is sharp on a heel
landing and late on a forefoot one, the backward shock the other way round."""

TC_CUES = {"pause": Cue(0.013, 0.009), "fall": Cue(-0.005, 0.009), "whip": Cue(-0.024, 0.010)}

SHOCK_WITHIN_S = 0.045
"""s behind the end of the swing in which the shock lies."""

LEAVES_BY = 0.86
"""Share of the cycle, from swing to swing, by which the foot has left the ground and swings back: a walker's
contact begins at a sixth of it and lasts for 0.65."""

RECOVERY_FROM = 0.5
"""Share of the cycle behind which the recovery swing lies; the shank turns forward over the foot before."""

PAUSE_WITHIN_S = 0.20
"""s before the fastest of the backward turn within which its pause lies."""

PAUSE_SHARE = 0.4
"""The backward turn about toe-off falls below this share of its fastest in the swing that follows."""

_SMOOTH_S = 0.006


def landing_cues(
    moved: Motion, low: IntArray, high: npt.NDArray[Any]
) -> tuple[dict[str, FloatArray], IntArray]:
    """Cues of a landing and the grid point before the swing's end.

    Parameters
    ----------
    low, high
        (n,) grid points of the row between which the forward swing ends.

    Returns
    -------
    Cue -> (n,) s from the row's start, NaN where it is absent.
    """
    pitch_rate = -gaussian(moved.rate[..., 1], _SMOOTH_S, axis=1)
    pitch_acc = -gaussian_slope(moved.rate[..., 1], _SMOOTH_S, axis=1)
    rise = gaussian_slope(moved.acc[..., 2], _SMOOTH_S, axis=1)
    back = -gaussian(moved.acc[..., 0], _SMOOTH_S, axis=1)
    at = np.arange(pitch_rate.shape[1])[None, :]
    early = (at > low[:, None] + 4) & (at < high[:, None])
    ends = early[:, 1:] & (pitch_rate[:, :-1] >= 0) & (pitch_rate[:, 1:] < 0)
    end, found = ends.argmax(axis=1), ends.any(axis=1)
    about = (at >= end[:, None] - 4) & (at <= end[:, None] + 8)
    braked = np.where(about, -pitch_acc, -np.inf)
    last = braked.shape[1] - 1
    brake = last - first_peak(braked[:, ::-1], LAST_SHARE)
    behind = (at >= end[:, None]) & (at <= end[:, None] + round(SHOCK_WITHIN_S * GRID_HZ))
    hit = first_peak(np.where(behind, rise, -np.inf), FIRST_SHARE)
    stop = np.where(behind, back, -np.inf).argmax(axis=1)
    # At the edge of where it is looked for, it is a slope and no shock.
    inside = (stop > end + 1) & (stop < end + round(SHOCK_WITHIN_S * GRID_HZ))
    cues = {
        "turn": _zero_time(pitch_rate, end),
        "brake": peak_time(-pitch_acc, brake),
        "rise": peak_time(rise, hit),
        "stop": np.where(inside, peak_time(back, stop), np.nan),
    }
    return {name: np.where(found, time, np.nan) for name, time in cues.items()}, end


def _zero_time(values: FloatArray, before: IntArray) -> FloatArray:
    """(n,) s from the start where rows fall through zero behind column `before`."""
    rows = np.arange(len(values))
    one, two = values[rows, before], values[rows, before + 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(one > two, one / (one - two), 0.5)
    out: FloatArray = (before + np.clip(share, 0.0, 1.0)) / GRID_HZ
    return out


def leaving_cues(moved: Motion, end: IntArray, length: IntArray) -> dict[str, FloatArray]:
    """Cues of the toe-off of each row.

    Parameters
    ----------
    end
        (n,) grid points at which the forward swing before the stance ended.
    length
        (n,) grid points from swing to swing.

    Returns
    -------
    Cue -> (n,) s from the row's start.
    """
    pitch_rate = -gaussian(moved.rate[..., 1], _SMOOTH_S, axis=1)
    pitch_acc = -gaussian_slope(moved.rate[..., 1], _SMOOTH_S, axis=1)
    rise = gaussian_slope(moved.acc[..., 2], _SMOOTH_S, axis=1)
    at = np.arange(pitch_rate.shape[1])[None, :]
    late = (at > end[:, None] + 20) & (at < LEAVES_BY * length[:, None])
    slow = gaussian(pitch_rate, 0.012, axis=1)
    swung = late & (at > RECOVERY_FROM * length[:, None])
    recovery = np.where(swung, slow, np.inf).argmin(axis=1)
    fastest = slow[np.arange(len(slow)), recovery]
    # The pause is the last hump before the recovery swing, whose backward turn is the fastest.
    hump = np.zeros_like(late)
    hump[:, 1:-1] = (slow[:, 1:-1] >= slow[:, :-2]) & (slow[:, 1:-1] > slow[:, 2:])
    late &= (at < recovery[:, None]) & (at > recovery[:, None] - round(PAUSE_WITHIN_S * GRID_HZ))
    hump &= late & (slow > PAUSE_SHARE * fastest[:, None])
    last = hump.shape[1] - 1 - hump[:, ::-1].argmax(axis=1)
    highest = np.where(late, slow, -np.inf).argmax(axis=1)
    pause = np.where(hump.any(axis=1), last, highest)
    about = (at >= pause[:, None]) & (at <= pause[:, None] + 7)
    fall = np.where(about, -rise, -np.inf).argmax(axis=1)
    behind = (at >= pause[:, None] + 3) & (at <= pause[:, None] + 14)
    whip = np.where(behind, -pitch_acc, -np.inf).argmax(axis=1)
    return {
        "pause": peak_time(slow, pause),
        "fall": peak_time(-rise, fall),
        "whip": peak_time(-pitch_acc, whip),
    }
