"""WitMotion WT901BLE, BWT901BLE, WT9011: frames of 20 bytes without time stamps.

Frames and commands: WITMOTION/WitBluetooth_BWT901BLE5_0; bytes: obedier/vib ``analyze_wt901_data.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gait.arrays import CountArray
from gait.sensors.driver import Ability, Advertisement, Wanted
from gait.sensors.link.connection import Link
from gait.sensors.samples.full_scale import Scale
from gait.sensors.samples.timed_stream import Piece
from gait.sensors.stream_dialogue import Decoder, StreamFamily

__all__ = ["WitMotion", "WitMotionDecoder"]

SERVICE = "0000ffe5-0000-1000-8000-00805f9a34fb"
NOTIFY = "0000ffe4-0000-1000-8000-00805f9a34fb"
WRITE = "0000ffe9-0000-1000-8000-00805f9a34fb"
MARK, DATA, REGISTER = 0x55, 0x61, 0x71
"""First byte of a frame; second one of data and of a register (WitMotion's BLE protocol)."""
FRAME_BYTES = 20
"""Bytes of a frame (WitMotion's BLE protocol)."""
UNLOCK = bytes.fromhex("ffaa6988b5")
RATE_CODES = {10: 6, 20: 7, 50: 8, 100: 9, 200: 0x0B}


def _rate(code: int) -> bytes:
    return bytes([0xFF, 0xAA, 0x03, code, 0x00])


def _is_head(raw: bytes) -> bool:
    return raw[0] == MARK and raw[1] in (DATA, REGISTER)


@dataclass
class WitMotionDecoder:
    """Finds frames in a stream of bytes, for they run on across notifications.

    A frame counts only if another begins right behind it: where bytes were lost, two halves are no frame.

    State: bytes that are not yet a frame.
    """

    _rest: bytes = b""

    def decode(self, uuid: str, payload: bytes, arrival_us: int) -> Sequence[Piece]:
        """Return the samples of the frames that are complete now; bytes of no frame are passed over."""
        del uuid
        self._rest += payload
        rows: list[CountArray] = []
        while len(self._rest) >= FRAME_BYTES + 2:
            if not (_is_head(self._rest[:2]) and _is_head(self._rest[FRAME_BYTES:])):
                at = self._rest.find(MARK, 1)
                self._rest = self._rest[at:] if at > 0 else b""
                continue
            frame, self._rest = self._rest[:FRAME_BYTES], self._rest[FRAME_BYTES:]
            if frame[1] == DATA:
                rows.append(np.frombuffer(frame, "<i2", 6, 2).astype(np.int16))
        return [Piece(np.stack(rows), None, arrival_us)] if rows else []


@dataclass(frozen=True)
class WitMotion(StreamFamily):
    """WitMotion's Bluetooth LE inclinometers: 16 g, 2000 deg/s, both fixed."""

    ability: Ability = field(
        default=Ability(
            key="witmotion",
            name="WitMotion (WT901BLE, BWT901BLE, WT9011)",
            rates_hz=(50, 100, 200),
            acc_range_g=16.0,
            gyr_range_dps=2000.0,
            clock="arrival",
            keeps="",
            fetches=False,
            proven_by="the first 16 bytes of captured frames (obedier/vib)",
            switch_on="slide its switch; close WitMotion's app",
        )
    )
    service_uuids: tuple[str, ...] = (SERVICE,)
    needs: tuple[str, ...] = (NOTIFY, WRITE)
    notifies: tuple[str, ...] = (NOTIFY,)

    def matches(self, heard: Advertisement) -> bool:
        """Return whether it advertises the maker's service or name."""
        return heard.name.upper().startswith(("WT901", "WT9011", "BWT901")) or super().matches(heard)

    async def start(self, link: Link, wanted: Wanted) -> Scale:
        """Set the rate; it is not saved, so that the owner's own comes back at the next power-on."""
        rate_hz = self.ability.nearest_rate_hz(wanted.rate_hz)
        await link.write(WRITE, UNLOCK, response=False)
        await link.write(WRITE, _rate(RATE_CODES[rate_hz]), response=False)
        return Scale(rate_hz, 16.0, 2000.0)

    async def stop(self, link: Link) -> None:
        """Slow it down to its usual 10 Hz: it sends as long as it is on."""
        await link.write(WRITE, UNLOCK, response=False)
        await link.write(WRITE, _rate(RATE_CODES[10]), response=False)

    def decoder(self, setup: Scale) -> Decoder:
        """Return a decoder for one link."""
        del setup
        return WitMotionDecoder()
