"""Motion capture files (C3D): channels of inertial sensors as tables that the reader knows, and markers.

Needs ezc3d (extra ``c3d``). Analog channels are named by their labels and units, as the columns of any other
program's table; those of each sensor make a table of their own.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gait.arrays import FloatArray
from gait.errors import MissingExtraError, RecordingError
from gait.recording.format import place_from_name
from gait.recording.importers.column_names import Column, parse_columns

__all__ = ["C3D", "c3d_tables", "is_c3d", "read_c3d"]

MAGIC = 0x50
"""Second byte of every C3D; the first says where its parameters begin."""
NUMBERED = re.compile(r"(ACC|GYRO?)\.?([XYZ])(\d+)", re.IGNORECASE)
"""Labels such as ACCX3: quantity, axis, number of the sensor."""
MOST_BYTES = 1 << 31
BLOCK = 512
HEADER = struct.Struct("<BBHHHHHfH")
"""Parameter block, magic, points, analog samples a frame, first and last frame, gap, scale, data block."""
INTEL = b"\x54"
METRES = {"mm": 1e-3, "cm": 1e-2, "m": 1.0}


@dataclass(frozen=True)
class C3D:
    """What is read of a motion capture file.

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
    MissingExtraError
        ezc3d is not installed.
    RecordingError
        The file is damaged, or its markers are in a unit that is no length.
    """
    if find_spec("ezc3d") is None:
        raise MissingExtraError("a C3D file", "c3d")
    import ezc3d

    _refuse_cut_off(path)
    try:
        body = ezc3d.c3d(str(path))
        point, analog = body["parameters"]["POINT"], body["parameters"]["ANALOG"]
        return C3D(
            _markers(body["data"]["points"], point, path),
            _rate(point),
            _channels(body["data"]["analogs"], analog),
            _rate(analog),
        )
    except (OSError, ValueError, TypeError, LookupError, ArithmeticError, RuntimeError, MemoryError) as error:
        raise RecordingError(
            f"a C3D that cannot be read ({error})", where=path, todo="export it again"
        ) from error


def _refuse_cut_off(path: Path) -> None:
    """Refuse a file that ends before the samples that it announces: ezc3d would look for them forever.

    Raises
    ------
    RecordingError
        It is cut off, or too large.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(HEADER.size)
            _, _, points, analogs, first, last, _, scale, start = HEADER.unpack(head)
            stream.seek(BLOCK * (head[0] - 1) if head[0] else 0)
            processor = stream.read(4)[3:]
    except (OSError, struct.error) as error:
        raise RecordingError("a C3D without a header", where=path, todo="export it again") from error
    if size > MOST_BYTES:
        raise RecordingError(f"a C3D of more than {MOST_BYTES >> 30} GB", where=path, todo="cut it")
    if processor != INTEL:
        raise RecordingError("a C3D of another processor than Intel's", where=path, todo="export it again")
    frames = last - first + 1 if points or analogs else 0
    width = 4 if scale < 0 else 2
    if size < BLOCK * (start - 1) + max(frames, 0) * width * (4 * points + analogs):
        raise RecordingError("a C3D that is cut off", where=path, todo="copy or export it again")


def c3d_tables(path: Path) -> dict[str, str]:
    """Return the table of each inertial sensor in a file: name -> CSV.

    The name says placement and side where the sensor's labels do.

    Raises
    ------
    MissingExtraError, RecordingError
        As `read_c3d`; or there is no accelerometer among the channels.
    """
    found = read_c3d(path)
    names = list(found.channels)
    columns = parse_columns([NUMBERED.sub(r"\3 \1 \2", name) for name in names])
    devices: dict[str, list[Column]] = {}
    for one in columns:
        if one.kind in ("acc", "gyr") and one.axis is not None:
            devices.setdefault(one.device, []).append(one)
    devices = {name: own for name, own in devices.items() if sum(one.kind == "acc" for one in own) >= 3}
    if not devices:
        raise RecordingError(
            f"a motion capture file without an accelerometer ({len(found.markers)} markers)",
            where=path,
            todo="give its markers as truth: gait validate RECORDING --truth FILE.c3d",
        )
    return {_file_name(name, path): _table(own, names, found) for name, own in devices.items()}


def _file_name(device: str, path: Path) -> str:
    placement, side = place_from_name(device)
    if placement is not None and side is not None:
        return f"{side}_{placement}"
    return f"{path.stem}_{device}".replace(" ", "_") if device else path.stem


def _table(own: list[Column], names: list[str], found: C3D) -> str:
    """One sensor's channels as a CSV, its axes under plain names."""
    data = {"time_s": np.arange(len(found.channels[names[own[0].index]])) / found.channel_rate_hz}
    for one in own:
        unit = f"_{one.unit.name}" if one.unit is not None else ""
        data[f"{one.kind}_{'xyz'[one.axis or 0]}{unit}"] = found.channels[names[one.index]]
    return pd.DataFrame(data).to_csv(index=False, float_format="%.7g", na_rep="")


def _markers(points: FloatArray, point: Any, path: Path) -> dict[str, FloatArray]:  # noqa: ANN401 - ezc3d has no types
    labels = _labels(point, "LABELS")[: points.shape[1]]
    if not labels:
        return {}
    unit = str((_labels(point, "UNITS") or ["mm"])[0]).strip().lower()
    if unit not in METRES:
        raise RecordingError(f"markers in {unit!r}", where=path, todo="export them in mm or m")
    return {label: METRES[unit] * points[:3, row, :].T for row, label in enumerate(labels)}


def _channels(analogs: FloatArray, analog: Any) -> dict[str, FloatArray]:  # noqa: ANN401 - ezc3d has no types
    units = _labels(analog, "UNITS")
    found: dict[str, FloatArray] = {}
    for row, label in enumerate(_labels(analog, "LABELS")[: analogs.shape[1]]):
        unit = units[row].strip() if row < len(units) else ""
        found[f"{label} ({unit})" if unit else label] = analogs[0, row, :]
    return found


def _labels(parameters: Any, name: str) -> list[str]:  # noqa: ANN401 - ezc3d has no types
    """Texts of a parameter and of those that continue it (LABELS2, LABELS3 ...)."""
    found: list[str] = []
    for number in ("", *map(str, range(2, 10))):
        if f"{name}{number}" not in parameters:
            break
        found += [str(one) for one in parameters[f"{name}{number}"]["value"]]
    return found


def _rate(parameters: Any) -> float:  # noqa: ANN401 - ezc3d has no types
    value = np.atleast_1d(parameters["RATE"]["value"]) if "RATE" in parameters else np.zeros(1)
    return float(value[0]) if len(value) else 0.0
