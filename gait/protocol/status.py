"""STATUS: what a sensor is and does, 64 bytes little-endian."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

from gait.errors import PacketError
from gait.protocol.profile import RATES_HZ

__all__ = ["STATUS_BYTES", "STATUS_VERSION", "Status", "decode_status", "encode_status"]

STATUS_VERSION = 0x21
"""Version of the status value, two nibbles: 2.1 (open profile, firmware_notes/README.md)."""
_LAYOUT = struct.Struct("<BBBBHHHBBIIIIIII16s8s")
STATUS_BYTES = _LAYOUT.size

_SIDES: tuple[Literal["", "left", "right"], ...] = ("", "left", "right")
_PLACEMENTS: tuple[Literal["", "shoe", "shank"], ...] = ("", "shoe", "shank")
_RUNNING = 1  # bit of the status byte (open profile, firmware_notes/README.md)
_CHARGING = 2  # bit of the status byte (open profile, firmware_notes/README.md)


@dataclass(frozen=True)
class Status:
    """A sensor's identity, settings and ring.

    Attributes
    ----------
    side, placement
        As set by the owner; empty where never set.
    running, charging
        Whether it samples, and whether it is on the charger.
    rate_hz, acc_range_g, gyr_range_dps
        Settings of the samples it sends (`RATES_HZ`).
    config_id
        Number of the configuration, which changes with rate or ranges.
    battery_pct
        0-100.
    boot_id
        Random, new at every start of the firmware: tells a reboot.
    session_id
        As given with START; 0 when not running.
    ring_samples
        How many samples the ring holds.
    ring_first, ring_next
        Index of the oldest sample held and of the next one to come.
    t_us
        Device clock when STATUS was read.
    overruns
        FIFO overruns since START.
    serial, firmware
        Text of at most 16 and 8 bytes (UTF-8, untrusted).
    """

    side: Literal["", "left", "right"]
    placement: Literal["", "shoe", "shank"]
    running: bool
    charging: bool
    rate_hz: int
    acc_range_g: int
    gyr_range_dps: int
    config_id: int
    battery_pct: int
    boot_id: int
    session_id: int
    ring_samples: int
    ring_first: int
    ring_next: int
    t_us: int
    overruns: int
    serial: str
    firmware: str


def encode_status(status: Status) -> bytes:
    """Return the bytes of a status.

    Raises
    ------
    PacketError
        For a field out of range or text too long.
    """
    serial, firmware = status.serial.encode(), status.firmware.encode()
    if len(serial) > 16 or len(firmware) > 8:
        raise PacketError("serial of more than 16 or firmware of more than 8 bytes", where="STATUS")
    try:
        return _LAYOUT.pack(
            STATUS_VERSION,
            _SIDES.index(status.side),
            _PLACEMENTS.index(status.placement),
            _RUNNING * status.running + _CHARGING * status.charging,
            status.rate_hz,
            status.acc_range_g,
            status.gyr_range_dps,
            status.config_id,
            status.battery_pct,
            status.boot_id,
            status.session_id,
            status.ring_samples,
            status.ring_first,
            status.ring_next,
            status.t_us,
            status.overruns,
            serial,
            firmware,
        )
    except struct.error as error:
        raise PacketError(f"a field out of range ({error})", where="STATUS") from error


def decode_status(payload: bytes | bytearray | memoryview) -> Status:
    """Decode the status in a read's value; bytes behind the known ones are ignored (later versions append).

    Raises
    ------
    PacketError
        If it is too short, of another version, or a field is not one that a sensor sends.
    """
    if len(payload) < STATUS_BYTES:
        raise PacketError(f"{len(payload)} bytes, expected at least {STATUS_BYTES}", where="STATUS")
    (version, side, placement, bits, rate, acc, gyr, config, battery, boot, session, ring, first, after, t_us,
     overruns, serial, firmware) = _LAYOUT.unpack_from(payload)  # fmt: skip
    if version != STATUS_VERSION:
        raise PacketError(f"version 0x{version:02x}, expected 0x{STATUS_VERSION:02x}", where="STATUS")
    if side >= len(_SIDES) or placement >= len(_PLACEMENTS) or battery > 100:
        raise PacketError("a side, placement or battery level that does not exist", where="STATUS")
    if rate not in RATES_HZ or acc == 0 or gyr == 0:
        raise PacketError(f"a rate of {rate} Hz or a range of zero", where="STATUS")
    return Status(
        _SIDES[side],
        _PLACEMENTS[placement],
        bool(bits & _RUNNING),
        bool(bits & _CHARGING),
        rate,
        acc,
        gyr,
        config,
        battery,
        boot,
        session,
        ring,
        first,
        after,
        t_us,
        overruns,
        _text(serial),
        _text(firmware),
    )


def _text(raw: bytes) -> str:
    """Return the text up to the first zero byte; what is not UTF-8 shows as a replacement mark."""
    return raw.split(b"\0", 1)[0].decode("utf-8", errors="replace")
