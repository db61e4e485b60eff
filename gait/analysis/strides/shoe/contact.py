"""Initial and terminal contact of a shoe with gyroscope: several physical cues an event, fused.

No single rule serves all runners: the minimum of the pitch rate follows contact by some 16 ms on a rearfoot
runner and leads it by 14 ms on a forefoot one, the vertical jerk of the instep is late on a heel landing
because the heel stops first. The cues here are tied to the point of the sole that touches first.

Initial contact
    ``geometry``: the lowest point of the sole comes down to where it stands in mid-stance.
    ``slap``: the largest pitch acceleration, of either sign: the landing turns the foot.
    ``stop``: the largest upward acceleration of the first point to touch.
Terminal contact
    ``release``: the largest pitch acceleration behind the push-off's fastest turn: the push ends.
    ``lift``: the largest upward acceleration about it.
    ``turn``: the fastest turn itself, which leads.

References
----------
Falbriard et al. 2018, 10.3389/fphys.2018.00610 (pitch-rate features); Mitschke et al. 2017,
10.3390/app7090959 (delays by strike and sole); Maiwald et al. 2009, Footwear Science 1(2) (vertical
acceleration of the touching point).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gait.analysis.signal.filters import first_peak, gaussian, gaussian_slope
from gait.analysis.signal.orientation import Motion, Windows, apply
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.cues import Cue, peak_time
from gait.arrays import FloatArray, IntArray

__all__ = ["SOLE", "FootPose", "contact_cues", "foot_pose"]


SOLE = np.array(
    [
        [-0.11, 0.035, -0.07],
        [-0.11, -0.035, -0.07],
        [0.0, 0.04, -0.07],
        [0.0, -0.04, -0.07],
        [0.09, 0.045, -0.07],
        [0.09, -0.045, -0.07],
    ]
)
"""m, segment frame from a sensor over the arch: both borders of heel, midfoot and ball of an EU 42 shoe."""

UNLOADED_M = 0.003
"""m that an unloaded midsole stands above its height in mid-stance where it touches first."""

SLAP_PITCH_DEG = 3.0
"""Pitch at landing, deg from flat, below which the landing has no turn to time."""

SETTLING = 10
"""Grid points between the shock and the flat instant at least: a foot needs 50 ms to come to rest."""

FIRST_SHARE = 0.6
"""The shock is the first rise of at least this share of the steepest: sensor and shoe ring after it."""

NEAR_GROUND_M = 0.02
"""Height of the sole, m, at which an acceleration is half as likely to be the impact."""

NEAR_GROUND_DRIFT_S = 0.05
"""What drift adds to it: half a landing's duration times the velocity that did not close."""

_SMOOTH_S = 0.006
_PUSH_SMOOTH_S = 0.008


IC_CUES: dict[str, Cue] = {
    "geometry": Cue(0.002, 0.005),
    "slap": Cue(-0.004, 0.007),
    "stop": Cue(-0.010, 0.008),
}
TC_CUES: dict[str, Cue] = {
    "release": Cue(-0.006, 0.006),
    "lift": Cue(-0.002, 0.010),
    "turn": Cue(0.016, 0.006),
}

DRIFT_SPREAD = 0.03
"""s of spread that the geometric cue gains for each m/s of velocity that did not close over the stride."""


@dataclass(frozen=True)
class FootPose:
    """Attitude and sole height of the foot through each stride.

    Attributes
    ----------
    up
        (n, L, 3) world vertical in the segment frame.
    height
        (n, L) height of the sensor above its flat instants, m.
    """

    up: FloatArray
    height: FloatArray

    @property
    def pitch_deg(self) -> FloatArray:
        """(n, L) elevation of the foot's long axis, toes up positive."""
        out: FloatArray = np.degrees(np.arcsin(np.clip(self.up[..., 0], -1.0, 1.0)))
        return out

    @property
    def roll_deg(self) -> FloatArray:
        """(n, L) rotation about the long axis, left border up positive."""
        out: FloatArray = np.degrees(np.arctan2(self.up[..., 1], self.up[..., 2]))
        return out


def foot_pose(
    windows: Windows, quaternion: FloatArray, moved: Motion, matrix: FloatArray, level: FloatArray
) -> FootPose:
    """Pose from the orientation relative to the flat instant.

    Parameters
    ----------
    matrix
        (3, 3) sensor to segment.
    level
        (n, 3, 3) rows: world axes in the sensor frame at each stride's flat instant.
    """
    inverse = quaternion * np.array([1.0, -1.0, -1.0, -1.0])
    up = apply(inverse, np.broadcast_to(level[:, None, 2], windows.acc.shape)) @ matrix.T
    end = np.take_along_axis(moved.position[..., 2], (windows.length - 1)[:, None], axis=1)
    share = np.minimum(np.arange(up.shape[1])[None, :] / (windows.length - 1)[:, None], 1.0)
    return FootPose(up, moved.position[..., 2] - share * end)


@dataclass(frozen=True)
class ContactCues:
    """Times of every cue in each stride, s from its first sample; NaN where a cue is absent."""

    ic: dict[str, FloatArray]
    tc: dict[str, FloatArray]
    ic_pitch_deg: FloatArray
    swing: IntArray


def contact_cues(windows: Windows, moved: Motion, pose: FootPose) -> ContactCues:
    """All cues of all strides."""
    pitch_rate = -gaussian(moved.rate[..., 1], _PUSH_SMOOTH_S, axis=1)
    pitch_acc = -gaussian_slope(moved.rate[..., 1], _PUSH_SMOOTH_S, axis=1)
    up_acc = gaussian(moved.acc[..., 2], _PUSH_SMOOTH_S, axis=1)
    at = np.arange(pitch_rate.shape[1])[None, :]
    length = windows.length[:, None]
    tc, push = _terminal(pitch_rate, pitch_acc, up_acc, at, length)
    late = (at > push[:, None]) & (at < length - 8)
    swing = np.where(late & (at > 0.45 * length), pitch_rate, -np.inf).argmax(axis=1)
    ic, pitch = _initial(windows, moved, pose, pitch_acc, at, swing)
    return ContactCues(ic, tc, pitch, swing)


def _terminal(
    pitch_rate: FloatArray, pitch_acc: FloatArray, up_acc: FloatArray, at: IntArray, length: IntArray
) -> tuple[dict[str, FloatArray], IntArray]:
    early = (at > 4) & (at < 0.6 * length)
    push = np.where(early, pitch_rate, np.inf).argmin(axis=1)
    behind = (at >= push[:, None]) & (at < push[:, None] + 12)
    release = np.where(behind, pitch_acc, -np.inf).argmax(axis=1)
    about = (at >= push[:, None] - 6) & (at < push[:, None] + 12)
    lift = np.where(about, up_acc, -np.inf).argmax(axis=1)
    return {
        "release": peak_time(pitch_acc, release),
        "lift": peak_time(up_acc, lift),
        "turn": peak_time(-pitch_rate, push),
    }, push


def _initial(
    windows: Windows, moved: Motion, pose: FootPose, pitch_acc: FloatArray, at: IntArray, swing: IntArray
) -> tuple[dict[str, FloatArray], FloatArray]:
    rows = np.arange(len(swing))
    flat_up = np.take_along_axis(pose.up, (windows.length - 1)[:, None, None], axis=1)
    hit = _impact(moved, pose, flat_up, (at >= swing[:, None]) & (at < windows.length[:, None] - SETTLING))
    before = np.maximum(hit - 3, 0)
    reach_down = np.einsum("pj,nj->np", SOLE, pose.up[rows, before] - flat_up[:, 0])
    first_point = SOLE[reach_down.argmin(axis=1)]
    rise = pose.up - flat_up
    sole = pose.height + sum(first_point[:, axis, None] * rise[..., axis] for axis in range(3))
    stop_acc = gaussian_slope(gaussian_slope(sole, _SMOOTH_S, axis=1), _SMOOTH_S, axis=1)
    about = (at >= hit[:, None] - 9) & (at < hit[:, None] + 6)
    # A heel landing turns the toes down, a forefoot landing turns them up; a flat one does neither.
    pitch = pose.pitch_deg[rows, before] - np.degrees(np.arcsin(flat_up[:, 0, 0]))
    slap_size = -np.sign(pitch)[:, None] * pitch_acc
    slap = np.where(about, slap_size, -np.inf).argmax(axis=1)
    near = (at >= hit[:, None] - 4) & (at < hit[:, None] + 8)
    stop = np.where(near, stop_acc, -np.inf).argmax(axis=1)
    cues = {
        "geometry": _crossing(sole, hit),
        "slap": np.where(np.abs(pitch) > SLAP_PITCH_DEG, peak_time(slap_size, slap), np.nan),
        "stop": peak_time(stop_acc, stop),
    }
    return cues, pitch


def _impact(moved: Motion, pose: FootPose, flat_up: FloatArray, landing: npt.NDArray[np.bool_]) -> IntArray:
    """Grid point of the steepest rise of upward acceleration while the sole is near the ground."""
    jerk = gaussian_slope(moved.acc[..., 2], _SMOOTH_S, axis=1)
    rise = pose.up - flat_up
    lowest = np.full(pose.height.shape, np.inf)
    for point in SOLE:
        np.minimum(lowest, sum(point[axis] * rise[..., axis] for axis in range(3)), out=lowest)
    lowest += pose.height
    drift = np.linalg.norm(moved.drift, axis=1)
    scale = NEAR_GROUND_M + NEAR_GROUND_DRIFT_S * drift
    weight = 1.0 / (1.0 + (np.maximum(lowest, 0.0) / scale[:, None]) ** 2)
    return first_peak(np.where(landing, jerk * weight, -np.inf), FIRST_SHARE)


def _crossing(sole: FloatArray, hit: IntArray) -> FloatArray:
    """Where the first point comes down through its unloaded height nearest the impact; else NaN."""
    span = np.arange(-14, 9)
    at = np.clip(hit[:, None] + span[None, :], 0, sole.shape[1] - 1)
    height = np.take_along_axis(sole, at, axis=1) - UNLOADED_M
    down = (height[:, :-1] >= 0) & (height[:, 1:] < 0)
    nearest = np.where(down, np.abs(span[:-1] + 3)[None, :], 99).argmin(axis=1)
    rows = np.arange(len(hit))
    upper, lower = height[rows, nearest], height[rows, nearest + 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = upper / (upper - lower)
    time = (at[rows, nearest] + share) / GRID_HZ
    return np.where(down.any(axis=1), time, np.nan)
