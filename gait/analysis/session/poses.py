"""How foot and shank stood and moved in every stride: attitude against gravity, and the foot's path.

The gyroscope carries the attitude through a stride, and gravity enters by the closure (see
`gait.analysis.signal.orientation`): over one whole cycle the mean acceleration is zero. A foot's cycle is
taken from flat to flat, where its velocity is zero too; a shank's from the middle of one swing to the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from gait.analysis.results import Analysis
from gait.analysis.session.segment_signals import axes_at, left_out, with_axes
from gait.analysis.signal.orientation import gather, orientations
from gait.analysis.signal.quaternion import apply, conjugate
from gait.analysis.signal.resample import GRID_HZ, GridBlock, GridStream
from gait.analysis.strides.shoe.gyro_bias import Rests
from gait.analysis.strides.shoe.mounting import CLOSURE_TRUST
from gait.analysis.strides.shoe.stances import FLAT_SHARE
from gait.arrays import BoolArray, FloatArray, IntArray
from gait.frames import MOVEMENTS, Placement, Side
from gait.recording.model import Recording, Session
from gait.units import STANDARD_GRAVITY

__all__ = ["poses"]

POSE_UNITS = {"time_s": "s", "pitch_deg": "deg", "inward_deg": "deg", "x_m": "m", "y_m": "m", "z_m": "m"}
FRAME = "world: z up, x from one flat foot to the next of the stride, y left; origin at the first of them"
AT_ONCE = 512
"""Strides that are worked on together (chosen: some tens of MB)."""


@dataclass(frozen=True)
class _Segment:
    """Consecutive grid instants without a gap: index of the first, (n, 3) m/s2 and rad/s, filled silences."""

    first: int
    acc: FloatArray
    gyr: FloatArray
    bridged: BoolArray

    @property
    def stop(self) -> int:
        return self.first + len(self.acc)


@dataclass(frozen=True)
class _Cycles:
    """n strides by grid index: window [first, stop), and the cycle [flat, flat_stop) in it that closes."""

    row: IntArray
    first: IntArray
    stop: IntArray
    flat: IntArray
    flat_stop: IntArray
    ic_s: FloatArray
    next_ic_s: FloatArray
    length_m: FloatArray

    def take(self, rows: slice | BoolArray) -> _Cycles:
        """Return the strides at `rows`, a slice or a (n,) mask."""
        return _Cycles(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def poses(session: Session, analysis: Analysis) -> pd.DataFrame:
    """Return attitude and path of each foot and shank through every stride.

    Parameters
    ----------
    session
        As it was analysed.
    analysis
        Result of `gait.analyze` for the session.

    Returns
    -------
    A row each 5 ms of every stride: ``side, placement, stride, time_s, pitch_deg, inward_deg, x_m, y_m,
    z_m``. ``stride`` is the row of ``analysis.strides`` in whose ``ic_s`` to ``next_ic_s`` the instant lies.
    ``pitch_deg`` is the turn in the plane of progression from standing, toes up and foot ahead of the knee
    positive, -180 to 180; ``inward_deg`` is the tilt of the segment's left-right axis, eversion positive. The
    path is that of a shoe's sensor; NaN for a shank, and where the stride's length is not known.
    ``attrs["units"]``, ``attrs["frame"]`` and ``attrs["left_out"]`` are as for `gait.aligned`.

    Raises
    ------
    SignalError
        No sensor's axes were found, or the analysis is of another session.

    Notes
    -----
    A stride that touches a gap, or whose foot is not seen flat at both ends, has no rows; nor has a shank's
    first and last of a run. Heading is not
    given: without a magnetometer nothing shows it. Height drifts by up to 4 cm within a stride.
    """
    tables = [part for signals in with_axes(session, analysis) for part in _of_sensor(signals, analysis)]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=_columns())
    for name in ("side", "placement"):
        table[name] = table[name].astype("category")
    table.attrs |= {"units": dict(POSE_UNITS), "frame": FRAME, "left_out": left_out(session, analysis)}
    return table


def _columns() -> list[str]:
    return ["side", "placement", "stride", *POSE_UNITS]


def _of_sensor(recording: Recording, analysis: Analysis) -> Iterator[pd.DataFrame]:
    """Yield tables of one sensor's strides, in order."""
    rests = Rests()
    for segment in _segments(recording):
        rests.look(segment.first, segment.acc, segment.gyr)
        cycles = _inside(_cycles(analysis.strides, recording.placement, recording.side), segment)
        for start in range(0, len(cycles.row), AT_ONCE):
            some = cycles.take(slice(start, start + AT_ONCE))
            matrix = axes_at(analysis.axes[recording.name], some.ic_s)
            posed = _posed(segment, some, matrix, rests.at(some.first), recording)
            yield posed.assign(side=recording.side, placement=recording.placement)[_columns()]


def _segments(recording: Recording) -> Iterator[_Segment]:
    """Yield the runs of the recording without a gap, on the grid."""
    assert recording.gyr is not None
    stream = GridStream(has_gyr=True, rate_hz=recording.rate_hz, acc_limit=None, gyr_limit=None)
    blocks = [*stream.push(recording.time_s, recording.acc, recording.gyr), *stream.flush()]
    begins = [0, *(n for n in range(1, len(blocks)) if blocks[n].first != _end(blocks[n - 1]))]
    edges = [*begins, len(blocks)] if blocks else []
    for start, stop in pairwise(edges):
        run = blocks[start:stop]
        gyr = np.concatenate([piece.gyr for piece in run if piece.gyr is not None])
        acc, bridged = (
            np.concatenate([piece.acc for piece in run]),
            np.concatenate([piece.bridged for piece in run]),
        )
        yield _Segment(run[0].first, acc, gyr, bridged)


def _end(block: GridBlock) -> int:
    return block.first + len(block)


def _cycles(strides: pd.DataFrame, placement: Placement, side: Side) -> _Cycles:
    """Return the windows of a leg's strides."""
    own = strides[strides["side"] == side].dropna(subset=["ic_s", "tc_s", "next_ic_s"])
    if placement == "shank":
        # Where a run begins and ends the movement does not repeat, and its mean is not gravity.
        own = own[~own["marks"].str.contains("start|stop")]
    ic, tc, after = (own[name].to_numpy(dtype=float) for name in ("ic_s", "tc_s", "next_ic_s"))
    if placement == "shank":
        flat = ic - 0.5 * (after - tc)
        flat_stop, first, stop = flat + (after - ic), flat, after
    else:
        flat = ic + float(np.mean(FLAT_SHARE)) * (tc - ic)
        follows = np.isclose(ic[1:], after[:-1], atol=1e-4)
        flat_stop = flat + (after - ic)
        flat_stop[:-1] = np.where(follows, flat[1:], flat_stop[:-1])
        first, stop = ic, flat_stop
    return _Cycles(
        own.index.to_numpy(dtype=np.intp),
        _index(np.floor, first),
        _index(np.ceil, stop) + 2,
        _index(np.rint, flat),
        _index(np.rint, flat_stop),
        ic,
        after,
        own["stride_length_m"].to_numpy(dtype=float) if placement == "shoe" else np.full(len(own), np.nan),
    )


def _index(how: np.ufunc, time_s: FloatArray) -> IntArray:
    """Return the grid indices of times, s of the grid's clock; `how` rounds them down or up."""
    out: IntArray = how(time_s * GRID_HZ).astype(np.intp)
    return out


def _inside(cycles: _Cycles, segment: _Segment) -> _Cycles:
    """Return the strides that lie in a segment and touch no filled silence, counted from its start."""
    cycles = cycles.take((cycles.first >= segment.first) & (cycles.stop <= segment.stop))
    filled = np.concatenate([[0], np.cumsum(segment.bridged)])
    unbroken = filled[cycles.stop - segment.first] == filled[cycles.first - segment.first]
    return cycles.take(unbroken)


def _posed(
    segment: _Segment, cycles: _Cycles, matrix: FloatArray, offset: FloatArray, recording: Recording
) -> pd.DataFrame:
    """Return the rows of some strides.

    Parameters
    ----------
    matrix, offset
        (n, 3, 3) sensor to segment and (n, 3) gyroscope's offset, rad/s, of each stride.
    """
    windows = gather(segment.acc, segment.gyr, cycles.first - segment.first, cycles.stop - segment.first)
    windows.gyr[:] -= offset[:, None, :]
    quaternion = orientations(windows)
    turned = apply(quaternion, windows.acc)
    flat, stop = cycles.flat - cycles.first, cycles.flat_stop - cycles.first
    rows, step = np.arange(len(flat)), np.arange(turned.shape[1])
    within = (step >= flat[:, None]) & (step < stop[:, None])
    gravity = np.einsum("ij,ijk->ik", within.astype(float), turned) / (stop - flat)[:, None]
    size = np.linalg.norm(gravity, axis=1, keepdims=True)
    up = gravity / np.maximum(size, 1e-9)
    standing = apply(quaternion[rows, flat], matrix[:, 2])
    if recording.placement == "shank":
        standing = np.full_like(standing, np.nan)
    up = np.where(np.abs(size / STANDARD_GRAVITY - 1.0) < CLOSURE_TRUST, up, standing)
    seen = np.einsum(
        "nij,nlj->nli", matrix, apply(conjugate(quaternion), np.broadcast_to(up[:, None], turned.shape))
    )
    sign = MOVEMENTS["pronation", recording.side].sign
    forward = apply(quaternion[rows, flat], matrix[:, 0])
    path = _path(turned, up, forward, flat, stop, cycles.length_m)
    time_s = (cycles.first[:, None] + step) / GRID_HZ
    inside = (time_s >= cycles.ic_s[:, None]) & (time_s < cycles.next_ic_s[:, None])
    return pd.DataFrame(
        {
            "stride": np.broadcast_to(cycles.row[:, None], inside.shape)[inside],
            "time_s": time_s[inside],
            # This order has no singular attitude that a leg takes: in the swing a foot points straight down.
            "pitch_deg": np.degrees(np.arctan2(seen[..., 0], seen[..., 2]))[inside],
            "inward_deg": sign * np.degrees(np.arcsin(np.clip(seen[..., 1], -1.0, 1.0)))[inside],
            **{f"{axis}_m": path[..., n][inside] for n, axis in enumerate("xyz")},
        }
    )


def _path(
    turned: FloatArray,
    up: FloatArray,
    forward: FloatArray,
    flat: IntArray,
    stop: IntArray,
    length_m: FloatArray,
) -> FloatArray:
    """Return the (n, L, 3) path, m, from a flat instant to the next, at both of which the foot is at rest.

    Parameters
    ----------
    turned
        (n, L, 3) specific force, m/s2, in the frame of each row's first sample.
    up, forward
        (n, 3) directions in that frame.
    length_m
        (n,) length that the strides are given with: the path ends there.
    """
    rows = np.arange(len(flat))
    x = forward - up * np.einsum("ij,ij->i", forward, up)[:, None]
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    acc = np.einsum("nij,nlj->nli", np.stack([x, np.cross(up, x), up], axis=1), turned)
    acc[..., 2] -= STANDARD_GRAVITY
    velocity = _from(flat, _summed(acc))
    share = (np.arange(acc.shape[1]) - flat[:, None]) / (stop - flat)[:, None]
    velocity -= share[..., None] * velocity[rows, stop][:, None]
    place = _from(flat, _summed(velocity))
    end = place[rows, stop, :2]
    size = np.maximum(np.hypot(end[:, 0], end[:, 1]), 1e-9)
    along = end / size[:, None] * (length_m / size)[:, None]
    level = place[..., :2]
    return np.stack(
        [
            np.einsum("nlk,nk->nl", level, along),
            level[..., 1] * along[:, None, 0] - level[..., 0] * along[:, None, 1],
            np.where(np.isfinite(length_m)[:, None], place[..., 2], np.nan),
        ],
        axis=2,
    )


def _summed(values: FloatArray) -> FloatArray:
    """Return the integral over time of (strides, samples, ...) values along the samples, by trapezoids."""
    out: FloatArray = np.cumsum(values, axis=1)
    out -= 0.5 * (values + values[:, :1])
    return out / GRID_HZ


def _from(index: IntArray, values: FloatArray) -> FloatArray:
    """Return (n, L, 3) values less those at an index of each row."""
    out: FloatArray = values - values[np.arange(len(index)), index][:, None]
    return out
