"""Xsens / Movella DOT: payload mode "rate quantities" in real time, 60 samples a second at most.

Layout: Xsens DOT BLE Services Specifications (XD0506P), tables 7, 13, 15 and 21; measured bytes are not
published.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gait.errors import PacketError
from gait.protocol.data import to_counts
from gait.sensors.driver import Ability, Advertisement, Wanted
from gait.sensors.drivers.movella_log import DotMemory
from gait.sensors.link.connection import Link, percent
from gait.sensors.samples.full_scale import Scale
from gait.sensors.samples.kept_run import Memory
from gait.sensors.samples.timed_stream import Piece
from gait.sensors.stream_dialogue import Decoder, StreamFamily
from gait.units import DEG

__all__ = ["DotDecoder", "MovellaDot"]

BASE = "1517{}-4947-11e9-8646-d663bd873d93"
CONFIGURATION_SERVICE, MEASUREMENT_SERVICE = BASE.format("1000"), BASE.format("2000")
DEVICE_CONTROL = BASE.format("1002")
CONTROL, MEDIUM, BATTERY = BASE.format("2001"), BASE.format("2003"), BASE.format("3001")
RATE_QUANTITIES = 21
"""Payload "rate quantities": stamp, acceleration, angular rate (Movella DOT BLE specification)."""
VISIT_OUTPUT_RATE = 0x10
"""Bit of the device control that sets the output rate (Movella DOT BLE specification)."""
DEVICE_CONTROL_LAYOUT = struct.Struct("<B23xHB5x")
VALUES = struct.Struct("<I6f")
RATE_HZ = 60  # Hz of streaming, at most (data sheet)
ACC_RANGE_G, GYR_RANGE_DPS = 16.0, 2000.0
"""Full scale in g and deg/s (data sheet)."""


@dataclass(frozen=True)
class DotDecoder:
    """Each notification is one sample: microseconds, m/s2, deg/s."""

    def decode(self, uuid: str, payload: bytes, arrival_us: int) -> Sequence[Piece]:
        """Return the sample of a notification; bytes behind it are padding.

        Raises
        ------
        PacketError
            Too short, or a value that is no number.
        """
        del uuid
        if len(payload) < VALUES.size:
            raise PacketError(f"{len(payload)} bytes, expected {VALUES.size}", where="DOT")
        clock_us, *values = VALUES.unpack_from(payload)
        rows = np.array(values, dtype=np.float64).reshape(1, 6)
        if not np.isfinite(rows).all():
            raise PacketError("a value that is no number", where="DOT")
        counts = to_counts(rows[:, :3], rows[:, 3:] * DEG, ACC_RANGE_G, GYR_RANGE_DPS)
        return [Piece(counts, clock_us, arrival_us)]


@dataclass(frozen=True)
class MovellaDot(StreamFamily):
    """Xsens DOT and Movella DOT."""

    ability: Ability = field(
        default=Ability(
            key="movella-dot",
            name="Xsens / Movella DOT",
            rates_hz=(RATE_HZ,),
            acc_range_g=ACC_RANGE_G,
            gyr_range_dps=GYR_RANGE_DPS,
            clock="sensor",
            keeps="recordings of up to 120 Hz that its app starts; its button stops them",
            fetches=True,
            proven_by="",
            switch_on="press its button until it blinks",
        )
    )
    service_uuids: tuple[str, ...] = (CONFIGURATION_SERVICE, MEASUREMENT_SERVICE)
    needs: tuple[str, ...] = (CONTROL, MEDIUM)
    notifies: tuple[str, ...] = (MEDIUM,)
    wrap_us: int = 1 << 32

    def matches(self, heard: Advertisement) -> bool:
        """Return whether it is called a DOT, or advertises its services."""
        return heard.name.startswith(("Xsens DOT", "Movella DOT")) or super().matches(heard)

    async def battery_pct(self, link: Link) -> int | None:
        """Read its own battery characteristic."""
        value = await link.read(BATTERY)
        return percent(value)

    async def start(self, link: Link, wanted: Wanted) -> Scale:
        """Set the output rate and start."""
        del wanted
        await link.write(DEVICE_CONTROL, DEVICE_CONTROL_LAYOUT.pack(VISIT_OUTPUT_RATE, RATE_HZ, 0))
        await link.write(CONTROL, bytes([1, 1, RATE_QUANTITIES]))
        return Scale(RATE_HZ, ACC_RANGE_G, GYR_RANGE_DPS)

    async def stop(self, link: Link) -> None:
        """Stop."""
        await link.write(CONTROL, bytes([1, 0, RATE_QUANTITIES]))

    def decoder(self, setup: Scale) -> Decoder:
        """Return a decoder for one link."""
        del setup
        return DotDecoder()

    def memory(self) -> Memory:
        """Return its recordings."""
        return DotMemory()
