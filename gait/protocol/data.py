"""DATA notifications: a 16-byte header and up to 19 samples of six raw counts.

Little-endian throughout. With an ATT MTU of 247 a notification of 19 samples fills the payload of 244 bytes.
"""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gait.arrays import FloatArray
from gait.errors import PacketError
from gait.units import DEG, STANDARD_GRAVITY

__all__ = [
    "DATA_TYPE",
    "HEADER_BYTES",
    "MAX_SAMPLES",
    "SAMPLE_BYTES",
    "DataPacket",
    "Flag",
    "decode_data",
    "encode_data",
    "to_counts",
    "to_samples",
]

Counts = npt.NDArray[np.int16]

DATA_TYPE = 0x11
"""Type (high nibble 1: samples) and version (low nibble 1) of the packets of the open profile."""

_HEADER = struct.Struct("<BBHIIBBH")
HEADER_BYTES = _HEADER.size
SAMPLE_BYTES = 12  # six int16 (the open profile)
MAX_SAMPLES = 19
"""Of a packet of the open profile: as many as fit into 247 - 3 bytes of a notification behind the head."""
PERIOD_UNIT_US = 0.25
"""us in which the measured sample period is sent (chosen: eighths of 104 Hz's overflow 16 bits)."""

FULL_COUNTS = 32768
"""Counts at full scale of a 16-bit axis (by definition)."""


class Flag(enum.IntFlag):
    """Bits of the header's flags. Others are reserved: senders clear them, receivers ignore them."""

    BACKFILL = 1
    OVERRUN = 2
    ACC_CLIPPED = 4
    GYR_CLIPPED = 8
    CLOCK_RESET = 16


_KNOWN_FLAGS = 0x1F
"""Bits of the flags that the profile defines (open profile, firmware_notes/README.md)."""


@dataclass(frozen=True, eq=False)
class DataPacket:
    """One notification.

    Attributes
    ----------
    seq
        0-65535, one more for each notification, live or backfill.
    index
        0-2**32-1, of the first sample since the session's start.
    t_us
        0-2**32-1, device clock at the first sample, microseconds.
    config_id
        0-255, changes with any range or rate.
    period_us
        Measured sample period, microseconds, a multiple of 1/4.
    flags
        See `Flag`.
    counts
        (n, 6) int16: acc x y z, gyr x y z as the sensor gives them; 1 <= n <= 19.
    """

    seq: int
    index: int
    t_us: int
    config_id: int
    period_us: float
    flags: Flag
    counts: Counts

    def __len__(self) -> int:
        return len(self.counts)


def encode_data(packet: DataPacket) -> bytes:
    """Return the bytes of a packet.

    Raises
    ------
    PacketError
        For counts of another shape than (1-19, 6) or a field out of range.
    """
    counts = np.ascontiguousarray(packet.counts, dtype="<i2")
    if counts.ndim != 2 or counts.shape[1] != 6 or not 1 <= len(counts) <= MAX_SAMPLES:
        raise PacketError(f"counts of shape {counts.shape}", where="DATA", todo="give (1-19, 6)")
    try:
        head = _HEADER.pack(
            DATA_TYPE,
            int(packet.flags) & _KNOWN_FLAGS,
            packet.seq,
            packet.index,
            packet.t_us,
            len(counts),
            packet.config_id,
            round(packet.period_us / PERIOD_UNIT_US),
        )
    except struct.error as error:
        raise PacketError(f"a field out of range ({error})", where="DATA") from error
    return head + counts.tobytes()


def decode_data(payload: bytes | bytearray | memoryview) -> DataPacket:
    """Decode the packet in a notification's payload.

    Raises
    ------
    PacketError
        If the length, the type, the number of samples or the period is not one that a sensor sends.
    """
    size = len(payload)
    if size < HEADER_BYTES + SAMPLE_BYTES:
        raise PacketError(f"{size} bytes, too short for a header and a sample", where="DATA")
    kind, flags, seq, index, t_us, n, config_id, period = _HEADER.unpack_from(payload)
    if kind != DATA_TYPE:
        raise PacketError(f"type 0x{kind:02x}, expected 0x{DATA_TYPE:02x}", where="DATA")
    if not 1 <= n <= MAX_SAMPLES:
        raise PacketError(f"{n} samples, expected 1 to {MAX_SAMPLES}", where="DATA")
    if size != HEADER_BYTES + n * SAMPLE_BYTES:
        raise PacketError(
            f"{size} bytes for {n} samples, expected {HEADER_BYTES + n * SAMPLE_BYTES}", where="DATA"
        )
    if period == 0:
        raise PacketError("a sample period of zero", where="DATA")
    counts = np.frombuffer(payload, dtype="<i2", count=6 * n, offset=HEADER_BYTES).reshape(n, 6)
    return DataPacket(
        seq,
        index,
        t_us,
        config_id,
        period * PERIOD_UNIT_US,
        Flag(flags & _KNOWN_FLAGS),
        counts.astype(np.int16),
    )


def to_samples(counts: Counts, acc_range_g: float, gyr_range_dps: float) -> tuple[FloatArray, FloatArray]:
    """Return (n, 3) specific force, m/s2, and (n, 3) angular rate, rad/s, of raw counts.

    Parameters
    ----------
    counts
        (n, 6).
    acc_range_g, gyr_range_dps
        Full scale, from STATUS.
    """
    values = np.asarray(counts, dtype=float) / FULL_COUNTS
    return values[:, :3] * (acc_range_g * STANDARD_GRAVITY), values[:, 3:] * (gyr_range_dps * DEG)


def to_counts(acc: FloatArray, gyr: FloatArray, acc_range_g: float, gyr_range_dps: float) -> Counts:
    """Return (n, 6) raw counts of samples, rounded, held at full scale."""
    values = np.hstack([acc / (acc_range_g * STANDARD_GRAVITY), gyr / (gyr_range_dps * DEG)])
    return np.clip(np.rint(values * FULL_COUNTS), -FULL_COUNTS, FULL_COUNTS - 1).astype(np.int16)
