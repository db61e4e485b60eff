"""ORPHE CORE, made for shoes: four samples a notification, stamped by the time of day.

Layout, times and scales: Orphe-OSS/ORPHE-CORE.js, ``tests/core-header50-sample-timestamps.test.js`` (from raw
packets of a CORE 3.0) and ``tests/core-gyro-scale.test.js``; Orphe-OSS/ORPHE-CORE.py for the ranges.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gait.errors import PacketError
from gait.frames import Side
from gait.sensors.driver import Ability, Description, RefusedError, Wanted
from gait.sensors.link.connection import Link
from gait.sensors.samples.full_scale import Scale
from gait.sensors.samples.timed_stream import Piece
from gait.sensors.stream_dialogue import Decoder, StreamFamily

__all__ = ["OrpheCore", "OrpheDecoder", "decode_values"]

INFORMATION_SERVICE = "01a9d6b5-ff6e-444a-b266-0be75e85c064"
VALUES = "f3f9c7ce-46ee-4205-89ac-abe64e626c0f"
INFORMATION = "24354f22-1c46-430e-a4ab-a1eeabbcdfc0"
VALUES_HEADER = 50  # first byte of a notification with samples (ORPHE CORE SDK)
HEAD = struct.Struct(">BHBBBH")
BLOCK = np.dtype([("quat", ">i2", 4), ("gyr", ">i2", 3), ("acc", ">i2", 3), ("age_ms", "u1")])
BLOCKS = 4  # samples of a notification (ORPHE CORE SDK)
PACKET_BYTES = HEAD.size + BLOCKS * BLOCK.itemsize
DAY_US = 86_400_000_000  # us after which its stamps, times of day, begin again (by definition)
RATE_HZ = 200  # Hz of the notifications with samples (ORPHE CORE SDK)
ACC_RANGES_G = (2, 4, 8, 16)  # g, by their code (LSM6DSOX data sheet)
GYR_RANGES_DPS = (250, 500, 1000, 2000)  # deg/s, by their code (LSM6DSOX data sheet)
GYR_LSB_PER_RANGE = 3.5e-5
"""One step in deg/s at a range of 1 deg/s: 70 mdps at 2000 (LSM6DSOX data sheet), not range / 32768."""
INFORMATION_BYTES = 10  # least length of the device's information (ORPHE CORE SDK)
SETTLE_S = 0.2
"""s between a write and reading it back, as in the maker's program (ORPHE CORE SDK)."""


def decode_values(payload: bytes, arrival_us: int) -> Piece:
    """Return the four samples of a notification, the oldest first.

    Raises
    ------
    PacketError
        Of another length or kind, or sent at no time of day.

    Notes
    -----
    The header's time is that of sending; each block tells its age, but for the oldest, which is as much older
    than the one behind it as the newest two are apart.
    """
    if len(payload) != PACKET_BYTES or payload[0] != VALUES_HEADER:
        raise PacketError(f"{len(payload)} bytes of kind {payload[:1].hex()}", where="ORPHE CORE")
    _, _, hour, minute, second, ms = HEAD.unpack_from(payload)
    if hour >= 24 or minute >= 60 or second >= 60 or ms >= 1000:
        raise PacketError(f"is sent at {hour}:{minute}:{second}.{ms}", where="ORPHE CORE")
    blocks = np.frombuffer(payload, BLOCK, BLOCKS, HEAD.size)
    newest, second_newest, third = (int(age) for age in blocks["age_ms"][:3])
    oldest_ms = third + second_newest - newest
    sent_ms = ((hour * 60 + minute) * 60 + second) * 1000 + ms
    counts = np.hstack([blocks["acc"], blocks["gyr"]])[::-1].astype(np.int16)
    return Piece(counts, (sent_ms - oldest_ms) * 1000 % DAY_US, arrival_us)


@dataclass(frozen=True)
class OrpheDecoder:
    """Each notification stands for itself."""

    def decode(self, uuid: str, payload: bytes, arrival_us: int) -> Sequence[Piece]:
        """Return the four samples of a notification; those of step analysis are passed over.

        Raises
        ------
        PacketError
            A notification of sensor values of another length.
        """
        del uuid
        if payload[:1] != bytes([VALUES_HEADER]):
            return []
        return [decode_values(payload, arrival_us)]


@dataclass(frozen=True)
class OrpheCore(StreamFamily):
    """ORPHE CORE 1.x and 3.0 at 200 Hz."""

    ability: Ability = field(
        default=Ability(
            key="orphe-core",
            name="ORPHE CORE",
            rates_hz=(RATE_HZ,),
            acc_range_g=16.0,
            gyr_range_dps=2000.0,
            clock="sensor",
            keeps="",
            fetches=False,
            proven_by="packets with times and values from the maker's tests (Orphe-OSS/ORPHE-CORE.js)",
            switch_on="take it out of its charger and shake it",
        )
    )
    service_uuids: tuple[str, ...] = (INFORMATION_SERVICE,)
    needs: tuple[str, ...] = (VALUES, INFORMATION)
    notifies: tuple[str, ...] = (VALUES,)
    stamp_us: int = 1000
    wrap_us: int = DAY_US

    async def describe(self, link: Link) -> Description:
        """Read the standard services, and which foot it is set to."""
        device = await link.identity()
        information = await _information(link)
        side: Side = "right" if information[1] % 2 else "left"
        battery_pct = await self.battery_pct(link)
        return Description(side, "shoe", battery_pct, {"maker": "ORPHE", **device})

    async def start(self, link: Link, wanted: Wanted) -> Scale:
        """Set the ranges; samples come as long as somebody listens."""
        information = await _information(link)
        acc = _nearest(ACC_RANGES_G, wanted.acc_range_g)
        gyr = _nearest(GYR_RANGES_DPS, wanted.gyr_range_dps)
        if (information[8], information[9]) != (acc, gyr):
            _, foot, _, auto_run, led, _, log_high, log_low, *_ = information
            body = bytes([1, foot, led, 0, auto_run, log_high, log_low, acc, gyr])
            await link.write(INFORMATION, body.ljust(20, b"\0"))
            await asyncio.sleep(SETTLE_S)
            information = await _information(link)
        acc_range, gyr_range = ACC_RANGES_G[information[8] % 4], GYR_RANGES_DPS[information[9] % 4]
        return Scale(RATE_HZ, float(acc_range), 32768 * GYR_LSB_PER_RANGE * gyr_range)

    async def stop(self, link: Link) -> None:
        """Do nothing: it stops with the link."""

    def decoder(self, setup: Scale) -> Decoder:
        """Return a decoder for one link."""
        del setup
        return OrpheDecoder()


def _nearest(ranges: tuple[int, ...], wanted: int) -> int:
    """Return the number of the range nearest to a wish."""
    return min(range(len(ranges)), key=lambda choice: abs(ranges[choice] - wanted))


async def _information(link: Link) -> bytes:
    information = await link.read(INFORMATION)
    if len(information) < INFORMATION_BYTES:
        raise RefusedError("its settings", f"{len(information)} bytes", where=link.name)
    return information
