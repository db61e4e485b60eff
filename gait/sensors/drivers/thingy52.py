"""Nordic Thingy:52: raw motion, one sample a notification, without time stamps.

Layout: NordicSemiconductor/Nordic-Thingy52-FW ``ble_tms.h`` and ``m_motion.c`` (fixed point); the motion
library sets 2 g at its start (``inv_mpu.c``). No measured bytes are published.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gait.errors import PacketError
from gait.sensors.driver import Ability, Wanted
from gait.sensors.link.connection import Link
from gait.sensors.samples.full_scale import Scale
from gait.sensors.samples.timed_stream import Piece
from gait.sensors.stream_dialogue import Decoder, StreamFamily

__all__ = ["Thingy52", "ThingyDecoder"]

BASE = "ef68{}-9b35-4933-9b10-52ffa9740042"
CONFIGURATION_SERVICE, MOTION_SERVICE = BASE.format("0100"), BASE.format("0400")
CONFIG, RAW = BASE.format("0401"), BASE.format("0406")
CONFIG_LAYOUT = struct.Struct("<HHHHB")
RAW_BYTES = 18  # nine int16: acceleration, angular rate, compass (Thingy:52 firmware)
SLOWEST_MS = (1000, 1000, 1000)
"""ms of pedometer, temperature and compass (chosen: as seldom as they go)."""
ACC_FULL_G, GYR_FULL_DPS = 32.0, 1024.0
"""What 16 bits hold (Thingy:52 firmware): 1024 steps a g, 32 a deg/s."""


@dataclass(frozen=True)
class ThingyDecoder:
    """Each notification is one sample: acc, gyr and compass, nine 16-bit numbers."""

    def decode(self, uuid: str, payload: bytes, arrival_us: int) -> Sequence[Piece]:
        """Return the sample of a notification.

        Raises
        ------
        PacketError
            Another length.
        """
        del uuid
        if len(payload) != RAW_BYTES:
            raise PacketError(f"{len(payload)} bytes, expected {RAW_BYTES}", where="Thingy:52")
        counts = np.frombuffer(payload, "<i2", 6).astype(np.int16).reshape(1, 6)
        return [Piece(counts, None, arrival_us)]


@dataclass(frozen=True)
class Thingy52(StreamFamily):
    """Nordic's Thingy:52 with its own firmware."""

    ability: Ability = field(
        default=Ability(
            key="thingy52",
            name="Nordic Thingy:52",
            rates_hz=(50, 100, 200),
            acc_range_g=2.0,
            gyr_range_dps=1024.0,
            clock="arrival",
            keeps="",
            fetches=False,
            proven_by="",
            switch_on="slide its switch and press its top",
        )
    )
    service_uuids: tuple[str, ...] = (CONFIGURATION_SERVICE, MOTION_SERVICE)
    needs: tuple[str, ...] = (CONFIG, RAW)
    notifies: tuple[str, ...] = (RAW,)

    async def start(self, link: Link, wanted: Wanted) -> Scale:
        """Set the rate; samples come as long as somebody listens."""
        rate_hz = self.ability.nearest_rate_hz(wanted.rate_hz)
        await link.write(CONFIG, CONFIG_LAYOUT.pack(*SLOWEST_MS, rate_hz, 0))
        return Scale(rate_hz, ACC_FULL_G, GYR_FULL_DPS)

    async def stop(self, link: Link) -> None:
        """Slow it down."""
        await link.write(CONFIG, CONFIG_LAYOUT.pack(*SLOWEST_MS, 5, 0))

    def decoder(self, setup: Scale) -> Decoder:
        """Return a decoder for one link."""
        del setup
        return ThingyDecoder()
