"""First estimates of a shoe's initial and terminal contact from cues in its movement.

Pitch rate is toes up positive. From foot-flat on, the foot pitches toes down until it leaves the ground
(push-off), goes on to its lowest pitch in early swing, and turns toes up (forward turn) until shortly before
it lands.

Terminal contact
    ``push``: the first dip of the pitch rate that is nearly as deep as the deepest. Slow runners show a
    second one behind it, the snap of the foot in swing, which is often deeper.
    ``tilt``: the pitch falls through `TILT_DEG` below foot-flat.
Initial contact
    ``drop``: lowest pitch rate behind the end of the forward turn.
    ``turned``: the end of the forward turn.
    ``rise``: the first steep rise of the upward acceleration about it.

References
----------
Falbriard et al. 2018, 10.3389/fphys.2018.00610 (pitch-rate features).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gait.analysis.signal.filters import gaussian, gaussian_slope
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.cues import peak_time
from gait.arrays import BoolArray, FloatArray, IntArray
from gait.units import DEG

__all__ = ["Anchors", "find_anchors"]


PUSH_SHARE = 0.6
"""A dip of the pitch rate counts as push-off from this share of the deepest (chosen on the treadmill and
outdoor runs of docs/accuracy.md)."""

TILT_DEG = 20.0
"""deg below its pitch at foot-flat that a foot passes about when it leaves the ground (chosen: the heel has
risen and the toes are still down, where the foot pitches fast)."""

TURN_SHARE = 0.4
"""The forward turn's peak is the first maximum from this share of the highest (chosen: a forefoot landing has
a second, higher one)."""

TURN_ENDS_SHARE = 0.12
"""Share of that peak below which the forward turn has ended (chosen: where the pitch rate does not reach zero
before the landing)."""

DROP_SHARE = 0.4
"""Share of the lowest pitch rate from which the first dip behind the forward turn counts (chosen: the foot
may turn toes down again in the stance of a fast forefoot runner)."""

RISE_SHARE = 0.6
"""The rise is the first of at least this share of the steepest (chosen: sensor and shoe ring after it)."""

TC_OFFSETS_S = {"push": 0.013, "tilt": 0.038}
IC_OFFSETS_S = {"drop": -0.010, "turned": 0.025, "rise": -0.006}
IC_WEIGHTS = {"drop": 0.4, "turned": 0.3, "rise": 0.3}
"""Terminal and initial contact behind each cue, s, and weights of the mean: medians and spreads over the 13
runners of Fukuchi 2017 (10.7717/peerj.3298). The regression takes out what they leave."""

PUSH_LEAST = 150.0 * DEG
"""rad/s that push-off reaches in any gait (chosen: half of slow walking's)."""
TURN_LEAST = 100.0 * DEG
"""rad/s that the forward turn reaches in any gait (chosen: half of slow walking's)."""

LOWEST_PITCH_SHARE = 0.75
"""The foot's lowest pitch comes before this share of the way from foot-flat to foot-flat (chosen: in early
swing, with room for the quickest feet)."""

TURN_PEAK_SHARE, TURN_PEAK_AFTER_S = 0.62, 0.05
"""The forward turn's peak lies within this share of the stride, and so many s, behind the lowest pitch
(chosen: it is over before the landing, and does not begin at once)."""

_SMOOTH_S = 0.008
"""s; one sigma of the smoothing of pitch rate and vertical jerk (chosen: a part of an impact)."""
_TURN_SMOOTH_S = 0.022
"""s; one sigma of the smoothing of the pitch rate for its largest peak (chosen: as long as an impact)."""
_DROP_WITHIN = 18
"""Grid points behind the turn's end in which the lowest pitch rate is looked for: 90 ms (chosen: longer than
a landing turns the foot)."""
_RISE_ABOUT = (12, 20)
"""Grid points, 60 and 100 ms, before and behind the end of the forward turn (chosen: it ends some 20 ms
before contact, and the impact follows at once)."""


@dataclass(frozen=True)
class Anchors:
    """First estimates of n swings, s from each row's first sample.

    Attributes
    ----------
    tc_s, ic_s
        (n,) terminal and initial contact.
    tc_spread_s, ic_spread_s
        (n,) largest minus smallest of the cues' estimates.
    left, landed
        (n,) whether a push-off and a landing show at all.
    """

    tc_s: FloatArray
    ic_s: FloatArray
    tc_spread_s: FloatArray
    ic_spread_s: FloatArray
    left: BoolArray
    landed: BoolArray


def find_anchors(
    pitch_rate: FloatArray, up_acc: FloatArray, pitch_deg: FloatArray, length: IntArray
) -> Anchors:
    """Return the anchors of all swings.

    Parameters
    ----------
    pitch_rate
        (n, L) rad/s, toes up positive.
    up_acc
        (n, L) upward acceleration, m/s2.
    pitch_deg
        (n, L) pitch from foot-flat, deg.
    length
        (n,) samples from foot-flat to foot-flat.
    """
    smooth = gaussian(pitch_rate, _SMOOTH_S, axis=1)
    at = np.arange(smooth.shape[1])[None, :]
    lowest = np.where(at < LOWEST_PITCH_SHARE * length[:, None], pitch_deg, np.inf).argmin(axis=1)
    tc, left = _push_off(smooth, pitch_deg, lowest)
    ic, landed = _landing(pitch_rate, smooth, up_acc, lowest, length)
    weights = np.array(list(IC_WEIGHTS.values()))
    return Anchors(np.nanmean(tc, axis=0), weights @ ic, np.ptp(tc, axis=0), np.ptp(ic, axis=0), left, landed)


def _push_off(
    pitch_rate: FloatArray, pitch_deg: FloatArray, lowest: IntArray
) -> tuple[FloatArray, BoolArray]:
    """Return (2, n) estimates of terminal contact, and whether each foot is seen to leave the ground."""
    # Behind the last lowest pitch no push-off is looked for.
    until = int(lowest.max()) + 7
    first_part = pitch_rate[:, :until]
    rows, at = np.arange(len(lowest)), np.arange(first_part.shape[1])[None, :]
    early = (at > 4) & (at <= lowest[:, None] + 4)
    rates = np.where(early, first_part, np.inf)
    deepest = rates.min(axis=1)
    dips = _maxima(-first_part) & early & (first_part < PUSH_SHARE * deepest[:, None])
    push = _first(dips, rates.argmin(axis=1))
    above = (pitch_deg[:, :until] >= -TILT_DEG) & (at <= lowest[:, None])
    last = np.where(above, at, 0).max(axis=1)
    high, low = pitch_deg[rows, last], pitch_deg[rows, np.minimum(last + 1, pitch_deg.shape[1] - 1)]
    share = np.clip((high + TILT_DEG) / np.maximum(high - low, 1e-9), 0.0, 1.0)
    turn = peak_time(-pitch_rate, push) + TC_OFFSETS_S["push"]
    tilted = pitch_deg[rows, lowest] < -TILT_DEG
    tilt = np.where(tilted, (last + share) / GRID_HZ + TC_OFFSETS_S["tilt"], turn)
    return np.stack([turn, tilt]), tilted & (deepest < -PUSH_LEAST)


def _landing(
    pitch_rate: FloatArray, smooth: FloatArray, up_acc: FloatArray, lowest: IntArray, length: IntArray
) -> tuple[FloatArray, BoolArray]:
    """Return (3, n) estimates of initial contact, and whether each foot is seen to land."""
    rows, at = np.arange(len(length)), np.arange(smooth.shape[1])[None, :]
    slow = gaussian(pitch_rate, _TURN_SMOOTH_S, axis=1)
    until = np.minimum(length - 6, lowest + TURN_PEAK_SHARE * length + TURN_PEAK_AFTER_S * GRID_HZ)
    swing = (at > lowest[:, None] + 6) & (at < until[:, None])
    turns = np.where(swing, slow, -np.inf)
    top = turns.max(axis=1)
    peaks = _maxima(slow) & swing & (slow > TURN_SHARE * top[:, None])
    peak = _first(peaks, turns.argmax(axis=1))
    end, turned, crossed = _turn_end(
        smooth, peak, length, TURN_ENDS_SHARE * np.maximum(slow[rows, peak], TURN_LEAST / 2)
    )
    behind = (at >= end[:, None]) & (at <= end[:, None] + _DROP_WITHIN)
    deepest = np.where(behind, smooth, np.inf)
    dips = _maxima(-smooth) & behind & (smooth < DROP_SHARE * deepest.min(axis=1, keepdims=True))
    drop = peak_time(-smooth, _first(dips, deepest.argmin(axis=1)))
    jerk = gaussian_slope(up_acc, _SMOOTH_S, axis=1)
    before, after = _RISE_ABOUT
    about = (at > np.maximum(peak, end - before)[:, None]) & (at <= end[:, None] + after)
    near = np.where(about, jerk, -np.inf)
    steep = _maxima(near) & (near > RISE_SHARE * near.max(axis=1, keepdims=True))
    rise = peak_time(jerk, _first(steep, near.argmax(axis=1)))
    cues = {"drop": drop, "turned": turned, "rise": rise}
    return np.stack([cues[name] + IC_OFFSETS_S[name] for name in IC_WEIGHTS]), crossed & (top > TURN_LEAST)


def _turn_end(
    pitch_rate: FloatArray, peak: IntArray, length: IntArray, level: FloatArray
) -> tuple[IntArray, FloatArray, BoolArray]:
    """Return column and time, s, at which the forward turn ends, and whether it does before foot-flat."""
    rows, at = np.arange(len(peak)), np.arange(pitch_rate.shape[1])[None, :]
    after = (at >= peak[:, None]) & (at < length[:, None] + 4)
    following = np.concatenate([pitch_rate[:, 1:], pitch_rate[:, -1:]], axis=1)
    slowed: BoolArray = np.asarray((pitch_rate >= level[:, None]) & (following < level[:, None]) & after)
    slow_at = _first(slowed, peak)
    zero: BoolArray = np.asarray(
        (pitch_rate >= 0.0) & (following < 0.0) & after & (at <= slow_at[:, None] + 6)
    )
    end = _first(np.where(zero.any(axis=1, keepdims=True), zero, slowed), peak)
    fall = pitch_rate[rows, end] - following[rows, end]
    share = np.clip(pitch_rate[rows, end] / np.where(fall > 1e-9, fall, 1.0), 0.0, 1.0)
    return end, (end + share) / GRID_HZ, np.asarray(slowed.any(axis=1))


def _maxima(values: FloatArray) -> BoolArray:
    """Return (n, L) True at local maxima along each row."""
    out = np.zeros(values.shape, dtype=bool)
    out[:, 1:-1] = (values[:, 1:-1] >= values[:, :-2]) & (values[:, 1:-1] > values[:, 2:])
    return out


def _first(holds: BoolArray, otherwise: IntArray) -> IntArray:
    """Return the first True column of each row, or `otherwise` where there is none."""
    return np.where(holds.any(axis=1), holds.argmax(axis=1), otherwise)
