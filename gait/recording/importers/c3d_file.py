"""The bytes of a C3D: header, parameters, points and analog channels (the C3D file format user guide, 2008).

Each count in the file is compared with the file's size before memory of that size is taken, so that a file
with wrong counts is refused in one line.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gait.arrays import FloatArray
from gait.errors import RecordingError
from gait.missing import number_or_none

__all__ = ["MAGIC", "Parameters", "RawC3D", "read_raw"]

MAGIC = 0x50
"""Second byte of every C3D; the first says where its parameters begin (c3d.org, file format
specification)."""
BLOCK = 512
"""Bytes of a block, in which all places are counted (c3d.org, file format specification)."""
MOST_BYTES = 1 << 29
"""Largest file that is read (chosen: 512 MB; as numbers it takes four times that at most)."""
HEADER = struct.Struct("<BBHHHHHfHHf")
"""Parameter block, magic, points, analog samples a frame, first and last frame, longest gap filled, scale
(negative: data are float), data block, analog samples a channel and frame, frames a second."""
INTEL = 84
"""Number of the byte order and floats of Intel processors (c3d.org, specification of the parameter
header)."""
KINDS: dict[int, tuple[str, int]] = {-1: ("S1", 1), 1: ("i1", 1), 2: ("<i2", 2), 4: ("<f4", 4)}
"""Kind of a parameter as written -> its numpy type, bytes of one."""

Parameters = Mapping[tuple[str, str], npt.NDArray[Any]]
"""(group, parameter), upper case -> values; text as bytes, (count, length)."""


@dataclass(frozen=True, eq=False)
class RawC3D:
    """A file's content.

    Attributes
    ----------
    parameters
        As the file has them.
    points
        (frames, points, 3) in the file's unit; NaN where a point was not seen.
    analogs
        (samples, channels) as the file scales them.
    """

    parameters: Parameters
    points: FloatArray
    analogs: FloatArray


@dataclass(frozen=True)
class _Layout:
    """Header's figures: counts, a positive scale where numbers are 16 bit wide, byte where data begin."""

    points: int
    channels: int
    per_frame: int
    frames: int
    scale: float
    start: int

    @property
    def words(self) -> int:
        """Numbers in a frame."""
        return 4 * self.points + self.channels * self.per_frame

    @property
    def kind(self) -> str:
        return "<f4" if self.scale <= 0 else "<i2"


def read_raw(path: Path) -> RawC3D:
    """Return the content of a file.

    Raises
    ------
    RecordingError
        The file cannot be opened, is too large, has another processor's byte order than Intel's, is cut off,
        or has impossible values in its header or parameters.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise RecordingError(f"a C3D of more than {MOST_BYTES >> 20} MB", where=path, todo="cut it")
        data = path.read_bytes()
    except OSError as error:
        raise RecordingError(f"cannot be opened ({error.strerror})", where=path) from None
    if len(data) < BLOCK or data[1] != MAGIC:
        raise RecordingError("a C3D without a header", where=path, todo="export it again")
    try:
        parameters = _parameters(data)
        layout = _layout(data, parameters)
    except _DamagedError as fault:
        raise RecordingError(f"a damaged C3D ({fault})", where=path, todo="export it again") from None
    need = layout.frames * layout.words * np.dtype(layout.kind).itemsize
    if layout.start + need > len(data):
        raise RecordingError(
            f"a C3D that is cut off: it announces {layout.frames} frames of {layout.words} numbers",
            where=path,
            todo="copy or export it again",
        )
    numbers = np.frombuffer(data, layout.kind, layout.frames * layout.words, layout.start)
    table = numbers.reshape(layout.frames, layout.words)
    try:
        return RawC3D(parameters, _points(table, layout), _analogs(table, layout, parameters))
    except _DamagedError as fault:
        raise RecordingError(f"a damaged C3D ({fault})", where=path, todo="export it again") from None


class _DamagedError(Exception):
    """Contradiction between facts in the file's head."""


def _parameters(data: bytes) -> dict[tuple[str, str], npt.NDArray[Any]]:
    """Return the parameters of all groups.

    Raises
    ------
    _DamagedError
        A record leads out of the file, or the processor is not Intel's.
    """
    at = BLOCK * (data[0] - 1)
    if data[0] == 0 or at + 4 > len(data):
        raise _DamagedError("parameters outside of the file")
    if data[at + 3] != INTEL:
        raise _DamagedError("of another processor than Intel's")
    groups: dict[int, str] = {}
    entries: list[tuple[int, str, npt.NDArray[Any]]] = []
    at += 4
    while at + 2 <= len(data) and data[at]:
        length, group = struct.unpack_from("<bb", data, at)
        length = abs(length)
        link = at + 2 + length
        if link + 2 > len(data):
            raise _DamagedError("a parameter outside of the file")
        name = data[at + 2 : link].decode("latin-1").strip().upper()
        if group < 0:
            groups[-group] = name
        else:
            entries.append((group, name, _values(data, link + 2)))
        (step,) = struct.unpack_from("<h", data, link)
        if step < 0:
            raise _DamagedError("parameters that lead back")
        if step == 0:
            break
        at = link + step
    return {(groups[group], name): values for group, name, values in entries if group in groups}


def _values(data: bytes, at: int) -> npt.NDArray[Any]:
    """Return the values of the parameter whose kind stands at a byte; text as (count, length) bytes."""
    if at + 2 > len(data):
        raise _DamagedError("a parameter outside of the file")
    kind, dimensions = struct.unpack_from("<bB", data, at)
    if kind not in KINDS or at + 2 + dimensions > len(data):
        raise _DamagedError("a parameter of no known kind")
    shape = tuple(data[at + 2 : at + 2 + dimensions])
    name, width = KINDS[kind]
    count = int(np.prod(shape, dtype=np.int64)) if dimensions <= 7 else len(data)
    if at + 2 + dimensions + count * width > len(data):
        raise _DamagedError("a parameter longer than the file")
    values = np.frombuffer(data, name, count, at + 2 + dimensions)
    return values.reshape(-1, shape[0]) if kind == -1 and shape and shape[0] else values


def _layout(data: bytes, parameters: Parameters) -> _Layout:
    """Return the header's facts; a number of frames beyond its 16 bits is a parameter's.

    Raises
    ------
    _DamagedError
        Counts that do not go together.
    """
    _, _, points, analogs, first, last, _, scale, start, per_frame, _ = HEADER.unpack_from(data)
    per_frame = max(per_frame, 1)
    if analogs % per_frame or start == 0 or not np.isfinite(scale):
        raise _DamagedError("a header that contradicts itself")
    used = _number(parameters, "POINT", "USED")
    if used is not None and int(used) & 0xFFFF != points:
        raise _DamagedError(f"{points} points in the header, {int(used) & 0xFFFF} in the parameters")
    frames = _frames(last - first + 1, parameters) if points or analogs else 0
    return _Layout(points, analogs // per_frame, per_frame, frames, scale, BLOCK * (start - 1))


def _frames(counted: int, parameters: Parameters) -> int:
    """Return the number of frames: the header's 16 bits end at 65535, beyond that a parameter says it."""
    ends = [parameters.get(("TRIAL", f"ACTUAL_{edge}_FIELD")) for edge in ("START", "END")]
    if all(end is not None and end.size == 2 and end.dtype.kind == "i" for end in ends):
        first, last = (int(end[0]) & 0xFFFF | (int(end[1]) & 0xFFFF) << 16 for end in ends if end is not None)
        return max(last - first + 1, 0)
    long = _number(parameters, "POINT", "LONG_FRAMES")
    return max(counted if long is None else int(long), 0)


def _number(parameters: Parameters, group: str, name: str) -> float | None:
    """Return the first number of a parameter; None where it has none."""
    values = parameters.get((group, name))
    if values is None or values.size == 0 or values.dtype.kind not in "if":
        return None
    return number_or_none(float(values.flat[0]))


def _points(table: npt.NDArray[Any], layout: _Layout) -> FloatArray:
    """Return (frames, points, 3) places; a negative fourth number says that a point was not seen."""
    frames = table[:, : 4 * layout.points].reshape(layout.frames, layout.points, 4)
    places: FloatArray = frames[..., :3] * (layout.scale if layout.scale > 0 else 1.0)
    places = places.astype(np.float64)
    places[frames[..., 3] < 0] = np.nan
    return places


def _analogs(table: npt.NDArray[Any], layout: _Layout, parameters: Parameters) -> FloatArray:
    """Return (samples, channels) values in the channels' units."""
    raw = table[:, 4 * layout.points :].reshape(layout.frames * layout.per_frame, layout.channels)
    unsigned = _text(parameters.get(("ANALOG", "FORMAT"))) == "UNSIGNED"
    values = (raw.view("<u2") if unsigned and raw.dtype.kind == "i" else raw).astype(np.float64)
    general = _of_channels(parameters, "GEN_SCALE", 1.0, 1)[0]
    scale = _of_channels(parameters, "SCALE", 1.0, layout.channels)
    offset = _of_channels(parameters, "OFFSET", 0.0, layout.channels)
    if unsigned:
        offset = np.where(offset < 0, offset + 65536.0, offset)
    out: FloatArray = (values - offset) * (scale * general)
    return out


def _of_channels(parameters: Parameters, name: str, missing: float, count: int) -> FloatArray:
    """Return (count,) numbers of an analog parameter.

    Raises
    ------
    _DamagedError
        There are too few, or one is not finite.
    """
    numbers = parameters.get(("ANALOG", name))
    if numbers is None or numbers.size == 0:
        return np.full(count, missing)
    if numbers.dtype.kind not in "if" or numbers.size < count:
        raise _DamagedError(f"ANALOG:{name} of {numbers.size} for {count} channels")
    values = numbers.ravel()[:count].astype(np.float64)
    if not np.isfinite(values).all():
        raise _DamagedError(f"ANALOG:{name} without a number")
    return values


def _text(values: npt.NDArray[Any] | None) -> str:
    """Return text of a parameter of one word; empty for none."""
    if values is None or values.dtype.kind != "S":
        return ""
    return values.tobytes().decode("latin-1").strip().upper()
