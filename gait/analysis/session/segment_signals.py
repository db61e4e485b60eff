"""The samples of a session in the frame of the foot or the shank, and its mean strides, as tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gait.analysis.column_units import unit_of
from gait.analysis.results import Analysis, Waveform
from gait.arrays import FloatArray
from gait.errors import SignalError, check_kind
from gait.recording.model import Recording, Session, without_pauses
from gait.units import DEG

__all__ = ["aligned", "axes_at", "left_out", "waveforms", "with_axes"]

SIGNAL_UNITS = {
    "time_s": "s",
    **{f"acc_{axis}": "m/s2" for axis in "xyz"},
    **{f"gyr_{axis}": "deg/s" for axis in "xyz"},
}
"""Columns of `aligned` as those of a recording's file, with their units."""

SEGMENT = "segment: x forward, y left, z up along the standing segment; right-handed, left and right alike"
PERCENT = np.arange(101.0)
AXES = "xyz"


def aligned(session: Session, analysis: Analysis) -> pd.DataFrame:
    """Return the samples of a session turned into the segment's frame.

    Parameters
    ----------
    session
        As it was analysed.
    analysis
        Result of `gait.analyze` for the session.

    Returns
    -------
    One row a sample, sensor after sensor: ``side, placement, time_s, acc_x, acc_y, acc_z, gyr_x, gyr_y,
    gyr_z``; specific force in m/s2 and angular rate in deg/s. ``attrs["units"]`` has the units,
    ``attrs["frame"]`` the frame, ``attrs["left_out"]`` why a sensor is not in it: an accelerometer alone
    shows no axes, and a shank's long axis is known only where somebody stood still.

    Raises
    ------
    SignalError
        No sensor's axes were found, or the analysis is of another session.

    Notes
    -----
    The samples are turned and nothing else: the gyroscope's offset is in them. Where a sensor shifted on the
    shoe, the samples behind the shift are turned by the axes found there.
    """
    tables = [_turned(signals, analysis) for signals in with_axes(session, analysis)]
    table = pd.concat(tables, ignore_index=True)
    for name in ("side", "placement"):
        table[name] = table[name].astype("category")
    table.attrs |= {"units": dict(SIGNAL_UNITS), "frame": SEGMENT, "left_out": left_out(session, analysis)}
    return table


def with_axes(session: Session, analysis: Analysis) -> list[Recording]:
    """Return the recordings whose axes are known.

    Raises
    ------
    SignalError
        There is no stride, or the analysis is of another session.
    """
    check_kind(session, Session, "gait.aligned or gait.poses", "give the session as gait.read made it")
    check_kind(analysis, Analysis, "gait.aligned or gait.poses", "give what gait.analyze made of the session")
    names = {sensor.name for sensor in analysis.sensors}
    strange = [recording.name for recording in session.recordings if recording.name not in names]
    if strange:
        raise SignalError(
            f"no {strange[0]} in this analysis", where=session.name, todo="give the analysis of this session"
        )
    recordings = [
        recording
        for recording in session.recordings
        if recording.name in analysis.axes and recording.gyr is not None
    ]
    if not recordings:
        reasons = "; ".join(f"{name}: {why}" for name, why in left_out(session, analysis).items())
        raise SignalError("no sensor whose axes were found", where=session.name, todo=reasons)
    return [without_pauses(recording) for recording in recordings]


def left_out(session: Session, analysis: Analysis) -> dict[str, str]:
    """Return the sensors whose axes are not known, each with the reason."""
    return {
        recording.name: _why(recording, analysis)
        for recording in session.recordings
        if recording.gyr is None or recording.name not in analysis.axes
    }


def _why(recording: Recording, analysis: Analysis) -> str:
    if recording.gyr is None:
        return "no gyroscope"
    fault = next((fault for fault in analysis.faults if fault.sensor == recording.name), None)
    if fault is not None:
        return fault.what
    quality = next(sensor for sensor in analysis.sensors if sensor.name == recording.name)
    if not quality.strides:
        return "no strides"
    if recording.placement == "shank" and quality.aligned:
        return "nobody stood still before the run"
    return "the strides do not agree on the axes"


def axes_at(axes: tuple[tuple[float, FloatArray], ...], time_s: FloatArray) -> FloatArray:
    """Return the (n, 3, 3) axes that hold at some times.

    Parameters
    ----------
    axes
        As in `gait.Analysis.axes`; before the first time the first ones hold.
    """
    begins = np.array([when for when, _ in axes[1:]])
    return np.stack([matrix for _, matrix in axes])[np.searchsorted(begins, time_s, side="right")]


def _turned(recording: Recording, analysis: Analysis) -> pd.DataFrame:
    """Return the table of one sensor's samples in the segment's frame."""
    assert recording.gyr is not None
    axes = analysis.axes[recording.name]
    starts = np.searchsorted(recording.time_s, [when for when, _ in axes[1:]])
    edges = [0, *starts.tolist(), len(recording.time_s)]
    turned = np.empty((len(recording.time_s), 6))
    for (_, matrix), start, stop in zip(axes, edges, edges[1:], strict=False):
        turned[start:stop, :3] = recording.acc[start:stop] @ matrix.T
        turned[start:stop, 3:] = recording.gyr[start:stop] @ matrix.T / DEG
    head = {"side": recording.side, "placement": recording.placement, "time_s": recording.time_s}
    return pd.DataFrame({**head, **dict(zip(list(SIGNAL_UNITS)[1:], turned.T, strict=True))})


def waveforms(analysis: Analysis) -> pd.DataFrame:
    """Return the mean running stride of each sensor, from contact to contact.

    Parameters
    ----------
    analysis
        With its waveforms, as `gait.analyze` gives them unless told otherwise.

    Returns
    -------
    101 rows a sensor: ``side, placement, stride_pct``, then mean and spread (``_sd``) of ``acc_x_g`` ...
    ``gyr_z_dps`` in the segment's frame, ``acc_norm_g`` in their place where the axes are not known,
    ``pitch_deg`` from the flat foot, toes up, ``inward_deg`` from contact, and ``path_x_m, path_y_m,
    path_z_m`` from contact. What is not known is NaN. ``attrs["units"]`` has the units, ``attrs["strides"]``
    the strides behind each mean and ``attrs["tc_pct"]`` where the foot leaves the ground, by sensor. Without
    enough running strides there are no rows.

    Raises
    ------
    UsageError
        Something else than an analysis was given.
    """
    check_kind(analysis, Analysis, "gait.waveforms", "give what gait.analyze made")
    tables = [_mean_stride(waveform) for waveform in analysis.waveforms]
    columns = ["side", "placement", "stride_pct", *_names()]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
    names = [f"{waveform.side} {waveform.placement}" for waveform in analysis.waveforms]
    table.attrs["units"] = {name: unit_of(name.removesuffix("_sd")) for name in columns[2:]}
    table.attrs["strides"] = {name: wave.n for name, wave in zip(names, analysis.waveforms, strict=True)}
    table.attrs["tc_pct"] = {name: wave.tc_pct for name, wave in zip(names, analysis.waveforms, strict=True)}
    return table


def _names() -> list[str]:
    acc = [f"acc_{axis}_g" for axis in (*AXES, "norm")]
    both = [name for base in (*acc, *(f"gyr_{axis}_dps" for axis in AXES)) for name in (base, f"{base}_sd")]
    return [*both, "pitch_deg", "inward_deg", *(f"path_{axis}_m" for axis in AXES)]


def _mean_stride(wave: Waveform) -> pd.DataFrame:
    columns = {name: np.full(len(PERCENT), np.nan) for name in _names()}
    triples = (
        ("acc_{}_g", wave.acc_g),
        ("acc_{}_g_sd", wave.acc_sd_g),
        ("gyr_{}_dps", wave.gyr_dps),
        ("gyr_{}_dps_sd", wave.gyr_sd_dps),
        ("path_{}_m", wave.path_m),
    )
    for name, values in triples:
        for n, axis in enumerate(AXES):
            if values is not None:
                columns[name.format(axis)] = values[:, n]
    if wave.pitch_deg is None or wave.roll_deg is None:
        for ending in ("", "_sd"):
            columns[f"acc_norm_g{ending}"] = columns[f"acc_x_g{ending}"]
            columns[f"acc_x_g{ending}"] = np.full(len(PERCENT), np.nan)
    else:
        columns["pitch_deg"], columns["inward_deg"] = wave.pitch_deg, wave.roll_deg
    head = {"side": wave.side, "placement": wave.placement, "stride_pct": PERCENT}
    return pd.DataFrame({**head, **columns})
