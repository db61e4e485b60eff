"""Data frames of Polar's measurement service (PMD): header, plain samples, and compressed ones.

Pure bytes. Layout: polarofficial/polar-ble-sdk, whose tests ``AccDataTest.kt`` and ``GyrDataTest.kt`` give
frames with their values.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from gait.arrays import FloatArray
from gait.errors import PacketError

__all__ = ["ACC", "GYRO", "Frame", "decode_frame", "settings_of"]

ACC, GYRO = 2, 5
"""Measurement types (Polar BLE SDK)."""
HEAD = struct.Struct("<BQB")
COMPRESSED = 0x80  # bit of a frame's kind: differences follow a first sample (Polar BLE SDK)
CHANNELS = 3  # axes (Polar BLE SDK)
LARGEST_BITS = 32  # bits of a difference (chosen: a wider one is damage)
SETTING_BYTES = {0: 2, 1: 2, 2: 2, 3: 4, 4: 1, 5: 4}
"""Bytes of a value of each setting: rate, resolution, range, range in thousandths, channels, factor."""
MILLI = 1e-3
"""Factor from the frame's milli-g to g (by definition)."""


@dataclass(frozen=True, eq=False)
class Frame:
    """Samples of one instrument.

    Attributes
    ----------
    kind
        `ACC` or `GYRO`.
    last_ns
        Sensor's clock at the last sample, nanoseconds since 2000-01-01 by its own reckoning.
    values
        (n, 3) g or deg/s.
    """

    kind: int
    last_ns: int
    values: FloatArray


def decode_frame(payload: bytes, factor: float) -> Frame:
    """Return the frame in a notification.

    Parameters
    ----------
    factor
        Of the start's answer: unit of one step.

    Raises
    ------
    PacketError
        Too short, of another instrument, or of a frame type that is not known.
    """
    if len(payload) < HEAD.size + 1:
        raise PacketError(f"{len(payload)} bytes", where="PMD")
    kind, last_ns, frame_type = HEAD.unpack_from(payload)
    body = payload[HEAD.size :]
    compressed, number = bool(frame_type & COMPRESSED), frame_type & ~COMPRESSED
    if kind == ACC and number < (2 if compressed else 3):
        # Plain types differ by their width; compressed type 0 counts steps of `factor` g, 1 thousandths of g.
        width = 2 if compressed else number + 1
        unit = factor if compressed and number == 0 else MILLI * factor
        raw = _compressed(body, width) if compressed else _plain(body, width)
        return Frame(kind, last_ns, raw * unit)
    if kind == GYRO and compressed and number == 0:
        return Frame(kind, last_ns, _compressed(body, 2) * factor)
    if kind == GYRO and compressed and number == 1:
        bits = _compressed(body, 4).astype(np.int64) & 0xFFFFFFFF
        with np.errstate(invalid="ignore"):  # a signalling NaN; it is refused below
            values = bits.astype("<u4").view("<f4").astype(np.float64) * factor
        if not np.isfinite(values).all():
            raise PacketError("a value that is no number", where="PMD")
        return Frame(kind, last_ns, values)
    raise PacketError(f"measurement {kind}, frame type 0x{frame_type:02x}", where="PMD")


def _plain(body: bytes, width: int) -> FloatArray:
    """Return (n, 3) integers of a width in bytes, little-endian, signed."""
    if len(body) % (width * CHANNELS):
        raise PacketError(f"{len(body)} bytes of samples of {width} bytes an axis", where="PMD")
    values = [
        int.from_bytes(body[at : at + width], "little", signed=True) for at in range(0, len(body), width)
    ]
    return np.array(values, dtype=np.float64).reshape(-1, CHANNELS)


def _compressed(body: bytes, width: int) -> FloatArray:
    """Return (n, 3) integers: a reference sample, then blocks of differences (bits each, samples, bits)."""
    at = width * CHANNELS
    if len(body) < at:
        raise PacketError(f"{len(body)} bytes, too short for a reference sample", where="PMD")
    rows = [_plain(body[:at], width)]
    while at + 2 <= len(body):
        bits, samples = body[at], body[at + 1]
        size = -(-bits * samples * CHANNELS // 8)
        if not 0 < bits <= LARGEST_BITS or at + 2 + size > len(body):
            raise PacketError(f"{samples} differences of {bits} bits do not fit", where="PMD")
        steps = _bits(body[at + 2 : at + 2 + size], bits, samples)
        rows.append(rows[-1][-1] + np.cumsum(steps, axis=0))
        at += 2 + size
    if at != len(body):
        raise PacketError(f"{len(body) - at} bytes behind the last block", where="PMD")
    return np.concatenate(rows)


def _bits(raw: bytes, bits: int, samples: int) -> FloatArray:
    """Return (samples, 3) signed differences of so many bits each, lowest bit first."""
    flags = np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little")[: bits * samples * CHANNELS]
    weights = 2.0 ** np.arange(bits)
    weights[-1] *= -1.0
    return (flags.reshape(-1, bits) @ weights).reshape(-1, CHANNELS)


def settings_of(parameters: bytes) -> dict[int, tuple[int, ...]]:
    """Return values that each setting offers, or has, in an answer's parameters.

    Raises
    ------
    PacketError
        A setting that is not known, or cut off.
    """
    settings: dict[int, tuple[int, ...]] = {}
    at = 0
    while at + 2 <= len(parameters):
        setting, many = parameters[at], parameters[at + 1]
        width = SETTING_BYTES.get(setting)
        end = at + 2 + many * (width or 0)
        if width is None or end > len(parameters):
            raise PacketError(f"setting {setting} with {many} values", where="PMD")
        values = range(at + 2, end, width)
        settings[setting] = tuple(int.from_bytes(parameters[k : k + width], "little") for k in values)
        at = end
    return settings
