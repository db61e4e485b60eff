"""Movement of a shank in the world over whole cycles, from one forward swing to the next and a little on.

The shank never stands still in running. But the movement of steady running repeats from swing to swing, so
the mean acceleration over a cycle is zero and the mean specific force is gravity: that levels each cycle
without any rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.orientation import closure_gravity, gather, motion, orientations
from gait.analysis.signal.quaternion import apply, conjugate
from gait.analysis.signal.resample import GridBlock
from gait.analysis.strides.shank.contact import ToeOff, is_walker, landing_anchor, toe_off_anchor
from gait.analysis.strides.shank.swings import Span
from gait.arrays import BoolArray, FloatArray, IntArray

__all__ = ["AHEAD", "LANDING_SHARE", "Cycles", "ahead_of", "measure_cycles"]


LANDING_SHARE = 0.42
"""Share of a cycle within which contact follows its first swing (chosen: twice the usual 0.2)."""

AHEAD = 10
"""Grid points, 50 ms, behind the latest landing that its snippet needs (chosen: the smoothing of the
snippet's end)."""


OPENING_SHARE = 0.6
"""Share of a cycle that must have been measured for its contact to be looked for (chosen: contact follows the
swing by some 0.2 of the cycle, so that what follows it is there)."""

EDGE = 8
"""Grid points, 40 ms, at a segment's start within which a fastest swing is not seen (chosen: one sigma of the
smoothing of a swing's rate)."""

ALIKE = 0.9
"""Cosine of its pitch rate and the next cycle's from which it is of the same movement (chosen: four fifths of
their power are alike)."""


@dataclass(frozen=True)
class Cycles:
    """n cycles of L grid points; each row begins at a fastest forward swing.

    Attributes
    ----------
    length
        (n,) grid points to the next fastest swing.
    sampled
        (n,) grid points that were measured; the row's last one is repeated behind them.
    signals
        Name -> (n, L): ``pitch_rate``, rad/s, positive forward; ``up_acc`` and ``forward_acc``, m/s2, without
        gravity.
    force
        (n, L, 3) specific force, sensor frame, m/s2.
    vertical
        (n, L, 3) world vertical in the sensor frame.
    landing_s, next_landing_s
        (n,) anchors of the contact behind the first and behind the last swing, s from the row's start.
    toe_off
        Anchors of the toe-off between them.
    walking
        (n,) whether it is walking.
    """

    length: IntArray
    sampled: IntArray
    signals: Mapping[str, FloatArray]
    force: FloatArray
    vertical: FloatArray
    landing_s: FloatArray
    next_landing_s: FloatArray
    toe_off: ToeOff
    walking: BoolArray


def ahead_of(span: Span) -> int:
    """Return the grid points behind a cycle within which its next landing lies and can be timed."""
    return round(LANDING_SHARE * (span[1] - span[0])) + AHEAD


def measure_cycles(buffer: SampleBuffer, spans: Sequence[Span], axis: FloatArray) -> Cycles:
    """Return the movement and the anchors of cycles that lie in the buffer.

    Parameters
    ----------
    axis
        (3,) axis of the forward swing, sensor frame.
    """
    edges = np.array(spans, dtype=np.intp) - buffer.first
    length = edges[:, 1] - edges[:, 0]
    ahead = np.array([ahead_of(span) for span in spans], dtype=np.intp)
    stop = np.minimum(edges[:, 1] + ahead, len(buffer))
    windows = gather(buffer.acc, buffer.gyr, edges[:, 0], stop)
    quaternion = orientations(windows)
    turned = apply(quaternion, windows.acc)
    up = closure_gravity(replace(windows, length=length + 1), turned)
    up /= np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-12)
    moved = motion(windows, quaternion, turned, _level(up, -axis))
    pitch_rate = -moved.rate[..., 1]
    landing = landing_anchor(pitch_rate, np.zeros_like(length), np.rint(LANDING_SHARE * length))
    following = landing_anchor(pitch_rate, length, stop - edges[:, 0])
    toe_off = toe_off_anchor(pitch_rate, landing, length)
    norm = np.sqrt(np.einsum("nij,nij->ni", windows.acc, windows.acc))
    inverse = conjugate(quaternion)
    return Cycles(
        length,
        stop - edges[:, 0],
        {"pitch_rate": pitch_rate, "up_acc": moved.acc[..., 2], "forward_acc": moved.acc[..., 0]},
        windows.acc,
        apply(inverse, np.broadcast_to(up[:, None, :], windows.acc.shape)),
        landing,
        following,
        toe_off,
        is_walker(pitch_rate, norm, landing, toe_off.fastest_s, length),
    )


def opening_cycle(buffer: SampleBuffer, span: Span, axis: FloatArray) -> tuple[SampleBuffer, Span] | None:
    """Complete the cycle that the buffer's start cuts with the matching samples of the next cycle.

    Parameters
    ----------
    span
        The first cycle.
    axis
        (3,) axis of the forward swing, sensor frame.

    Returns
    -------
    The samples from the swing before the start on, those that were not measured marked as bridged, and the
    cycle; None where the start cuts none, or what there is of it is no part of such a cycle.
    """
    length, there = span[1] - span[0], span[0] - buffer.first
    if not OPENING_SHARE * length <= there <= length + EDGE:
        return None
    missing = max(length - there, 0)
    first, second = (buffer.gyr[start : start + min(there, length)] @ axis for start in (0, length))
    if first @ second < ALIKE * np.sqrt((first @ first) * (second @ second)):
        return None
    rows = np.r_[there : there + missing, 0 : min(there + ahead_of(span), len(buffer))]
    made = np.arange(len(rows)) < missing
    completed = SampleBuffer()
    completed.append(
        GridBlock(
            buffer.first - missing,
            buffer.acc[rows],
            buffer.gyr[rows],
            buffer.clipped[rows] & ~made,
            np.where(made, 0.0, buffer.peak[rows]),
            buffer.bridged[rows] | made,
        )
    )
    return completed, (span[0] - length, span[0])


def _level(up: FloatArray, left: FloatArray) -> FloatArray:
    """Return (n, 3, 3) world axes seen from each first sample."""
    y = left[None, :] - up * (up @ left)[:, None]
    y /= np.linalg.norm(y, axis=1, keepdims=True)
    return np.stack([np.cross(y, up), y, up], axis=1)
