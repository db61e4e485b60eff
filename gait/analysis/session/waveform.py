"""The mean running stride of a sensor, from contact to contact."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gait.analysis.results import Waveform
from gait.analysis.signal.orientation import Windows, motion, orientations
from gait.analysis.signal.quaternion import apply, conjugate
from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides.detector import Alignment
from gait.analysis.strides.shoe.stances import FLAT_SHARE
from gait.analysis.strides.stride_batch import StrideBatch
from gait.arrays import FloatArray
from gait.frames import MOVEMENTS
from gait.recording.model import Recording
from gait.units import STANDARD_GRAVITY

__all__ = ["mean_waveform", "waveform_spans"]


MOST_STRIDES = 120
"""Strides, spread over the run, that the mean is taken of (chosen: the error of the mean is a tenth of the
spread from a hundred on, and the work stays bounded)."""
LEAST_STRIDES = 6
"""Strides that a mean waveform is of, at least (chosen: fewer give no spread to draw)."""
PATH_TRUST = 0.12
"""Relative error of gravity's closure above which the path is not drawn (chosen: as for lengths,
`gait.analysis.session.not_measured.LENGTH_TRUST`; the impacts were clipped)."""
_POINTS = 101
"""Points of a mean stride (chosen: each per cent, both ends in it, as is usual in gait analysis)."""


def mean_waveform(recording: Recording, batch: StrideBatch, alignment: Alignment) -> Waveform | None:
    """Return the mean and spread on 101 points; None with too few running strides.

    Parameters
    ----------
    recording
        With the samples within `waveform_spans` and beside them at least.
    """
    rows = _chosen(batch)
    if len(rows) == 0:
        return None
    ic, stop, tc = batch.ic_s[rows], batch.next_ic_s[rows], batch.tc_s[rows]
    tc_pct = float(np.median((tc - ic) / (stop - ic)) * 100.0)
    at = ic[:, None] + (stop - ic)[:, None] * np.linspace(0.0, 1.0, _POINTS)[None, :]
    acc = _interpolate(recording.time_s, recording.acc, at) / STANDARD_GRAVITY
    matrix = alignment.matrix
    if recording.gyr is None or matrix is None:
        size = np.linalg.norm(acc, axis=2)
        mean = np.full((_POINTS, 3), np.nan)
        spread = mean.copy()
        mean[:, 0], spread[:, 0] = size.mean(axis=0), size.std(axis=0)
        return Waveform(recording.placement, recording.side, len(rows), tc_pct, mean, spread)
    gyr = _interpolate(recording.time_s, recording.gyr, at) @ matrix.T
    acc = acc @ matrix.T
    pitch_deg, roll_deg = _attitude(recording, matrix, ic, stop, tc)
    sign = MOVEMENTS[("pronation", recording.side)].sign
    gyr_dps = np.degrees(gyr)
    return Waveform(
        recording.placement,
        recording.side,
        len(rows),
        tc_pct,
        acc.mean(axis=0),
        acc.std(axis=0),
        gyr_dps.mean(axis=0),
        gyr_dps.std(axis=0),
        pitch_deg,
        np.where(np.linspace(0.0, 100.0, _POINTS) <= tc_pct, sign * (roll_deg - roll_deg[0]), np.nan),
        _path(recording, matrix, ic, stop, tc) if alignment.newest_closure_error < PATH_TRUST else None,
    )


def waveform_spans(batch: StrideBatch) -> FloatArray:
    """Return (k, 2) start and end, s, of the spans that the mean is taken of: a stride and the next."""
    rows = _chosen(batch)
    ic, stop = batch.ic_s[rows], batch.next_ic_s[rows]
    return np.stack([ic, 2.0 * stop - ic], axis=1)


def _chosen(batch: StrideBatch) -> npt.NDArray[np.intp]:
    """Return strides that the mean is taken of; none where there are too few."""
    finite = np.isfinite(batch.tc_s) & np.isfinite(batch.next_ic_s)
    rows = np.flatnonzero((batch.walking < 0.5) & finite & ~batch.slipped)
    if len(rows) < LEAST_STRIDES:
        return rows[:0]
    return rows[np.linspace(0, len(rows) - 1, min(MOST_STRIDES, len(rows))).astype(np.intp)]


def _path(
    recording: Recording, matrix: FloatArray, ic: FloatArray, stop: FloatArray, tc: FloatArray
) -> FloatArray:
    """Return (101, 3) mean path of the sensor from contact, m: x along the stride, y left, z up.

    The path is integrated from foot-flat to foot-flat, where the velocity is zero, and rearranged to start at
    contact.
    """
    assert recording.gyr is not None
    flat = ic + np.mean(FLAT_SHARE) * (tc - ic)
    stride = stop - ic
    length = np.floor(stride * GRID_HZ).astype(np.intp) + 1
    steps = np.arange(int(length.max()))
    at = np.minimum(flat[:, None] + steps[None, :] / GRID_HZ, (flat + stride)[:, None])
    windows = Windows(
        np.zeros(len(ic), dtype=np.intp),
        length,
        _interpolate(recording.time_s, recording.acc, at),
        _interpolate(recording.time_s, recording.gyr, at),
        length,
    )
    quaternion = orientations(windows)
    level = np.repeat(matrix[None], len(ic), axis=0)
    position = motion(windows, quaternion, apply(quaternion, windows.acc), level).position
    grid = np.linspace(0.0, 1.0, _POINTS)
    share = steps[None, :] / (length - 1)[:, None]
    paths = np.stack(
        [
            np.stack([np.interp(grid, own_share[:n], path[:n, axis]) for axis in range(3)], axis=1)
            for own_share, path, n in zip(share, position, length, strict=True)
        ]
    )
    mean = np.median(paths, axis=0)
    mean[:, 2] -= grid * mean[-1, 2]
    forward = mean[-1]
    along = forward[:2] / max(float(np.hypot(forward[0], forward[1])), 1e-9)
    turned = np.stack(
        [
            mean[:, 0] * along[0] + mean[:, 1] * along[1],
            mean[:, 1] * along[0] - mean[:, 0] * along[1],
            mean[:, 2],
        ],
        axis=1,
    )
    shift = float(np.median((flat - ic) / stride))
    phase = grid - shift
    course = np.stack([np.interp(np.mod(phase, 1.0), grid, turned[:, axis]) for axis in range(3)], axis=1)
    course -= np.where(phase < 0, 1.0, 0.0)[:, None] * turned[-1]
    out: FloatArray = course - course[0]
    return out


def _interpolate(time: FloatArray, values: FloatArray, at: FloatArray) -> FloatArray:
    """Return (n, k, 3) linear interpolation."""
    index = np.clip(np.searchsorted(time, at) - 1, 0, len(time) - 2)
    share = (at - time[index]) / (time[index + 1] - time[index])
    out: FloatArray = values[index] * (1.0 - share)[..., None] + values[index + 1] * share[..., None]
    return out


def _attitude(
    recording: Recording, matrix: FloatArray, ic: FloatArray, stop: FloatArray, tc: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the mean pitch (toes up) and roll (left border up) from the flat foot, deg, (101,) each."""
    assert recording.gyr is not None
    length = np.floor((stop - ic) * GRID_HZ).astype(np.intp) + 1
    steps = np.arange(int(length.max()))
    at = np.minimum(ic[:, None] + steps[None, :] / GRID_HZ, stop[:, None])
    windows = Windows(
        np.zeros(len(ic), dtype=np.intp),
        length,
        _interpolate(recording.time_s, recording.acc, at),
        _interpolate(recording.time_s, recording.gyr, at),
        length,
    )
    quaternion = orientations(windows)
    flat = np.clip(np.mean(FLAT_SHARE) * (tc - ic) * GRID_HZ, 0, length - 1).astype(np.intp)
    up = apply(quaternion[np.arange(len(ic)), flat], np.broadcast_to(matrix[2], (len(ic), 3)))
    inverse = conjugate(quaternion)
    seen = apply(inverse, np.broadcast_to(up[:, None, :], windows.acc.shape)) @ matrix.T
    pitch_deg = np.degrees(np.unwrap(np.arctan2(seen[..., 0], seen[..., 2]), axis=1))
    roll_deg = np.degrees(np.unwrap(np.arctan2(seen[..., 1], seen[..., 2]), axis=1))
    grid = np.linspace(0.0, 1.0, _POINTS)
    share = steps[None, :] / ((stop - ic) * GRID_HZ)[:, None]
    pitches = np.stack(
        [np.interp(grid, s[:n], p[:n]) for s, p, n in zip(share, pitch_deg, length, strict=True)]
    )
    rolls = np.stack([np.interp(grid, s[:n], r[:n]) for s, r, n in zip(share, roll_deg, length, strict=True)])
    return pitches.mean(axis=0), rolls.mean(axis=0)
