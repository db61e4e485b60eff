"""Simulated sensors without time stamps: WitMotion, MetaMotion, Thingy:52."""

from __future__ import annotations

import struct
from typing import ClassVar

from gait.arrays import CountArray, FloatArray
from gait.virtual.radio.mimics.mimic import BATTERY, SERIAL, Mimic
from gait.virtual.radio.near import Characteristics

__all__ = ["MetaMotionMimic", "ThingyMimic", "WitMotionMimic"]


class WitMotionMimic(Mimic):
    """Frames of 20 bytes that run on across notifications of 33."""

    family = "witmotion"
    write_uuid = "0000ffe9-0000-1000-8000-00805f9a34fb"
    notify_uuid = "0000ffe4-0000-1000-8000-00805f9a34fb"
    codes: ClassVar[dict[int, float]] = {6: 10.0, 7: 20.0, 8: 50.0, 9: 100.0, 0x0B: 200.0}
    chunk_bytes = 33
    unlocked = False
    waiting = b""

    @property
    def name(self) -> str:
        """Name as the maker gives it."""
        return "WT901BLE68"

    @property
    def advertised(self) -> list[str]:
        """The maker's service."""
        return ["0000ffe5-0000-1000-8000-00805f9a34fb"]

    @property
    def characteristics(self) -> Characteristics:
        """Write and notify."""
        return {self.write_uuid: ["write-without-response"], self.notify_uuid: ["notify"], BATTERY: ["read"]}

    def wrote(self, uuid: str, value: bytes) -> None:
        """Take a register write; the rate only once unlocked."""
        del uuid
        if value == bytes.fromhex("ffaa6988b5"):
            self.unlocked = True
        elif value[:3] == b"\xff\xaa\x03" and self.unlocked:
            self.waiting = b""
            self.begin(self.codes[value[3]])

    def packets(self, times_s: FloatArray, counts: CountArray) -> list[tuple[str, bytes]]:
        """Return all complete chunks of what waits."""
        del times_s
        self.waiting += b"\x55\x61" + counts.astype("<i2").tobytes() + bytes(6)
        messages = []
        while len(self.waiting) >= self.chunk_bytes:
            messages.append((self.notify_uuid, self.waiting[: self.chunk_bytes]))
            self.waiting = self.waiting[self.chunk_bytes :]
        return messages


class MetaMotionMimic(Mimic):
    """Packed acceleration and angular rate, three samples each."""

    family = "metamotion"
    gyr_range_dps = 32768 / 16.4
    samples_a_packet = 3
    command = "326a9001-85cb-9195-d9dd-464cfbbae75a"
    notify_uuid = "326a9006-85cb-9195-d9dd-464cfbbae75a"
    rates: ClassVar[dict[int, float]] = {7: 50.0, 8: 100.0}
    code = 8

    @property
    def name(self) -> str:
        """Name as the maker gives it."""
        return "MetaWear"

    @property
    def advertised(self) -> list[str]:
        """The maker's service."""
        return ["326a9000-85cb-9195-d9dd-464cfbbae75a"]

    @property
    def characteristics(self) -> Characteristics:
        """Command, notify, battery."""
        return {self.command: ["write"], self.notify_uuid: ["notify"], BATTERY: ["read"], SERIAL: ["read"]}

    def wrote(self, uuid: str, value: bytes) -> None:
        """Take a register write: a BMI160 board."""
        del uuid
        if value == b"\x03\x80":
            self.deliver(self.notify_uuid, b"\x03\x80\x01\x02")
        elif value[:2] == b"\x03\x03":
            self.code = value[2] & 0x0F
        elif value == b"\x13\x01\x01":
            self.begin(self.rates[self.code])
        elif value == b"\x13\x01\x00":
            self.running = False

    def packets(self, times_s: FloatArray, counts: CountArray) -> list[tuple[str, bytes]]:
        """Return both registers."""
        del times_s
        rows = counts.astype("<i2")
        return [
            (self.notify_uuid, b"\x03\x1c" + rows[:, :3].tobytes()),
            (self.notify_uuid, b"\x13\x07" + rows[:, 3:].tobytes()),
        ]


class ThingyMimic(Mimic):
    """Raw motion, one sample a notification."""

    family = "thingy52"
    acc_range_g = 32.0
    gyr_range_dps = 1024.0
    base = "ef68{}-9b35-4933-9b10-52ffa9740042"

    @property
    def name(self) -> str:
        """Name as the maker gives it."""
        return "Thingy"

    @property
    def advertised(self) -> list[str]:
        """The configuration service."""
        return [self.base.format("0100")]

    @property
    def characteristics(self) -> Characteristics:
        """Configuration, raw motion, battery."""
        return {self.base.format("0401"): ["write"], self.base.format("0406"): ["notify"], BATTERY: ["read"]}

    def wrote(self, uuid: str, value: bytes) -> None:
        """Take the rate."""
        del uuid
        self.begin(float(struct.unpack("<HHHHB", value)[3]))

    def packets(self, times_s: FloatArray, counts: CountArray) -> list[tuple[str, bytes]]:
        """Return a packet of acceleration, rate and compass each."""
        del times_s
        return [(self.base.format("0406"), counts.astype("<i2").tobytes() + bytes(6))]
