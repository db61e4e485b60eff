"""Motion capture files (C3D): channels of inertial sensors as tables that the reader knows, and markers.

Analog channels are named by their labels and units, as the columns of any other program's table; those of
each sensor make a table of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gait.arrays import FloatArray
from gait.errors import RecordingError
from gait.recording.format import place_from_name
from gait.recording.importers.c3d_file import MAGIC, Parameters, RawC3D, read_raw
from gait.recording.importers.column_names import Column, parse_columns

__all__ = ["C3D", "c3d_tables", "is_c3d", "read_c3d"]

NUMBERED = re.compile(r"(ACC|GYRO?)\.?([XYZ])(\d+)", re.IGNORECASE)
"""Labels such as ACCX3: quantity, axis, number of the sensor."""
METRES = {"mm": 1e-3, "cm": 1e-2, "m": 1.0}
CONTINUED = ("", *map(str, range(2, 10)))
"""Endings of the parameters in which a list of more than 255 names goes on (LABELS2 ...)."""


@dataclass(frozen=True)
class C3D:
    """Contents of a motion capture file.

    Attributes
    ----------
    markers
        Name -> (n, 3) m, laboratory frame; NaN where the marker was not seen.
    rate_hz
        Of the markers; 0 without any.
    channels
        ``label (unit)`` -> (m,) samples of an analog channel, in its unit.
    channel_rate_hz
        Of the channels; 0 without any.
    """

    markers: Mapping[str, FloatArray]
    rate_hz: float
    channels: Mapping[str, FloatArray]
    channel_rate_hz: float


def is_c3d(head: bytes, path: Path) -> bool:
    """Return whether a file is a C3D, by its first bytes and its name."""
    return path.suffix.lower() == ".c3d" and len(head) > 1 and head[1] == MAGIC


def read_c3d(path: Path) -> C3D:
    """Return markers and analog channels of a file.

    Raises
    ------
    RecordingError
        As `read_raw`; or its markers are in a unit that is no length, or have no rate.
    """
    raw = read_raw(path)
    content = C3D(
        _markers(raw, path),
        _rate(raw.parameters, "POINT"),
        _channels(raw),
        _rate(raw.parameters, "ANALOG"),
    )
    if (content.markers and content.rate_hz <= 0) or (content.channels and content.channel_rate_hz <= 0):
        raise RecordingError("a C3D without a rate", where=path, todo="export it again")
    return content


def c3d_tables(path: Path) -> dict[str, str]:
    """Return the table of each inertial sensor in a file: name -> CSV.

    The name says placement and side where the sensor's labels do.

    Raises
    ------
    RecordingError
        As `read_c3d`; or there is no accelerometer among the channels.
    """
    content = read_c3d(path)
    names = list(content.channels)
    columns = parse_columns([NUMBERED.sub(r"\3 \1 \2", name) for name in names])
    devices: dict[str, list[Column]] = {}
    for column in columns:
        if column.kind in ("acc", "gyr") and column.axis is not None:
            devices.setdefault(column.device, []).append(column)
    devices = {name: own for name, own in devices.items() if sum(column.kind == "acc" for column in own) >= 3}
    if not devices:
        raise RecordingError(
            f"a motion capture file without an accelerometer ({len(content.markers)} markers)",
            where=path,
            todo="give its markers as truth: gait validate RECORDING --truth FILE.c3d",
        )
    return {_file_name(name, path): _table(own, names, content) for name, own in devices.items()}


def _file_name(device: str, path: Path) -> str:
    placement, side = place_from_name(device)
    if placement is not None and side is not None:
        return f"{side}_{placement}"
    return f"{path.stem}_{device}".replace(" ", "_") if device else path.stem


def _table(own: list[Column], names: list[str], content: C3D) -> str:
    """Return one sensor's channels as a CSV, its axes under plain names."""
    data = {"time_s": np.arange(len(content.channels[names[own[0].index]])) / content.channel_rate_hz}
    for column in own:
        unit = f"_{column.unit.name}" if column.unit is not None else ""
        data[f"{column.kind}_{'xyz'[column.axis or 0]}{unit}"] = content.channels[names[column.index]]
    return pd.DataFrame(data).to_csv(index=False, float_format="%.7g", na_rep="")


def _markers(raw: RawC3D, path: Path) -> dict[str, FloatArray]:
    """Return name -> (n, 3) m."""
    labels = _labels(raw.parameters, "POINT", "LABELS")[: raw.points.shape[1]]
    if not labels or not len(raw.points):
        return {}
    unit = (_labels(raw.parameters, "POINT", "UNITS") or ["mm"])[0].lower()
    if unit not in METRES:
        raise RecordingError(f"markers in {unit!r}", where=path, todo="export them in mm or m")
    return {label: METRES[unit] * raw.points[:, row] for row, label in enumerate(labels)}


def _channels(raw: RawC3D) -> dict[str, FloatArray]:
    """Return ``label (unit)`` -> (m,) samples."""
    units = _labels(raw.parameters, "ANALOG", "UNITS")
    channels: dict[str, FloatArray] = {}
    for row, label in enumerate(_labels(raw.parameters, "ANALOG", "LABELS")[: raw.analogs.shape[1]]):
        unit = units[row] if row < len(units) else ""
        channels[f"{label} ({unit})" if unit else label] = raw.analogs[:, row]
    return channels if len(raw.analogs) else {}


def _labels(parameters: Parameters, group: str, name: str) -> list[str]:
    """Return the texts of a parameter and of those that continue it."""
    labels: list[str] = []
    for ending in CONTINUED:
        values = parameters.get((group, f"{name}{ending}"))
        if values is None or values.dtype.kind != "S":
            break
        rows = values if values.ndim == 2 else values[None]
        labels += [row.tobytes().replace(b"\0", b" ").decode("utf-8", "replace").strip() for row in rows]
    return labels


def _rate(parameters: Parameters, group: str) -> float:
    """Return a group's rate, Hz; 0 where it says none that can be."""
    values = parameters.get((group, "RATE"))
    value = float(values.flat[0]) if values is not None and values.size and values.dtype.kind in "if" else 0.0
    return value if np.isfinite(value) and value > 0 else 0.0
