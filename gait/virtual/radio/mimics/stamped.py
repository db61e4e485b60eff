"""Simulated sensors that stamp their samples: Movesense, Polar, ORPHE CORE, DOT."""

from __future__ import annotations

import asyncio
import struct
from typing import ClassVar

import numpy as np

from gait.arrays import CountArray, FloatArray
from gait.virtual.radio.mimics.mimic import BATTERY, SERIAL, Mimic
from gait.virtual.radio.near import Characteristics

__all__ = ["DotMimic", "MovesenseMimic", "OrpheMimic", "PolarMimic", "StrapMimic", "delta_frame"]

FULL = 32768
"""Counts of full scale, int16 (by definition)."""


class MovesenseMimic(Mimic):
    """GSP: eight samples a message, in two notifications."""

    family = "movesense"
    acc_range_g = 8.0
    samples_a_packet = 8
    write_uuid = "34800001-7185-4d5d-b431-630e7050e8f0"
    notify_uuid = "34800002-7185-4d5d-b431-630e7050e8f0"
    part_bytes = 150
    reference = 0

    @property
    def name(self) -> str:
        """Name with the serial number."""
        return f"Movesense 2100{self.number:08d}"

    @property
    def advertised(self) -> list[str]:
        """The maker's 16-bit service."""
        return ["0000fdf3-0000-1000-8000-00805f9b34fb"]

    @property
    def characteristics(self) -> Characteristics:
        """Write and notify."""
        return {self.write_uuid: ["write"], self.notify_uuid: ["notify"]}

    def wrote(self, uuid: str, value: bytes) -> None:
        """Take a GSP command."""
        del uuid
        op, reference, body = value[0], value[1], value[2:]
        answer = struct.pack("<H", 200)
        if op == 0:
            answer = b"\x02" + b"\0".join(
                [b"210000000001", b"Movesense", b"C6A17E000001", b"GSP", b"1.0", b""]
            )
        elif op == 1:
            self.reference = reference
            self.begin(float(body.rsplit(b"/", 1)[1]))
        elif op == 2:
            self.running = False
        elif op == 4:
            values = {b"/System/Energy/Level": b"\x42", b"/Meas/Acc/Config": b"\x08"}
            answer += values.get(body, struct.pack("<H", 2000))
        self.deliver(self.notify_uuid, bytes([1, reference]) + answer)

    def packets(self, times_s: FloatArray, counts: CountArray) -> list[tuple[str, bytes]]:
        """Return stamp in ms, all of acc, all of gyr: as many bytes as fit, then the rest."""
        acc, gyr = self.units(counts)
        stamp = int(1e3 * self.own_clock_s(float(times_s[0])))
        body = struct.pack("<I", stamp) + acc.astype("<f4").tobytes() + gyr.astype("<f4").tobytes()
        head, rest = body[: self.part_bytes], body[self.part_bytes :]
        message = [(self.notify_uuid, bytes([2, self.reference]) + head)]
        return message + ([(self.notify_uuid, bytes([3, self.reference]) + rest)] if rest else [])


class PolarMimic(Mimic):
    """PMD in SDK mode: compressed frames of acceleration and of angular rate, twelve samples each."""

    family = "polar-verity-sense"
    samples_a_packet = 12
    control = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
    data = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
    factors: ClassVar[dict[int, float]] = {2: 16 / FULL, 5: 2000 / FULL}
    started: frozenset[int] = frozenset()

    @property
    def name(self) -> str:
        """Name with the device id."""
        return f"Polar Sense {0xA1B2C300 + self.number:08X}"

    @property
    def advertised(self) -> list[str]:
        """Heart rate and the maker's service."""
        return ["0000180d-0000-1000-8000-00805f9b34fb", "0000feee-0000-1000-8000-00805f9b34fb"]

    @property
    def characteristics(self) -> Characteristics:
        """Control point and data."""
        return {
            self.control: ["write", "indicate"],
            self.data: ["notify"],
            BATTERY: ["read"],
            SERIAL: ["read"],
        }

    def wrote(self, uuid: str, value: bytes) -> None:
        """Take a control point command."""
        del uuid
        op, kind = value[0], value[1]
        parameters = b""
        if op == 1:
            ranges = (2, 4, 8, 16) if kind == 2 else (250, 500, 1000, 2000)
            parameters = struct.pack("<BB5H", 0, 5, 26, 52, 104, 208, 416) + struct.pack("<BBH", 1, 1, 16)
            parameters += struct.pack("<BB4H", 2, 4, *ranges) + bytes([4, 1, 3])
        elif op == 2 and kind in self.factors:
            parameters = struct.pack("<BBf", 5, 1, self.factors[kind])
            self.started |= {kind}
            if len(self.started) == 2:
                self.begin(float(int.from_bytes(value[4:6], "little")))
        elif op == 3:
            self.started = frozenset()
            self.running = False
        self.deliver(self.control, bytes([0xF0, op, kind, 0, 0]) + parameters)

    def left(self) -> None:
        """Forget what was started."""
        self.started = frozenset()
        super().left()

    def packets(self, times_s: FloatArray, counts: CountArray) -> list[tuple[str, bytes]]:
        """Return one frame an instrument, stamped with its last sample."""
        last_ns = round(1e9 * self.own_clock_s(float(times_s[-1])))
        return [
            (self.data, struct.pack("<BQB", kind, last_ns, 0x80) + delta_frame(counts[:, part]))
            for kind, part in ((2, slice(0, 3)), (5, slice(3, 6)))
        ]


def delta_frame(counts: CountArray) -> bytes:
    """Encode a reference sample and one block of differences of 17 bits, the widest of two 16-bit numbers."""
    bits = 17
    wide = counts.astype(np.int64)
    steps = (wide[1:] - wide[:-1]).reshape(-1, 1)
    flags = ((steps >> np.arange(bits)) & 1).astype(np.uint8)
    packed: bytes = np.packbits(flags, bitorder="little").tobytes()
    reference: bytes = counts[0].astype("<i2").tobytes()
    return reference + bytes([bits, len(counts) - 1]) + packed


class OrpheMimic(Mimic):
    """Type 50: four samples, the newest first, stamped by the time of day."""

    family = "orphe-core"
    gyr_range_dps = 32768 * 0.07
    samples_a_packet = 4
    values = "f3f9c7ce-46ee-4205-89ac-abe64e626c0f"
    information = "24354f22-1c46-430e-a4ab-a1eeabbcdfc0"
    serial = 0
    ranges = (1, 1)

    @property
    def name(self) -> str:
        """Name as the maker gives it."""
        return f"CR-{self.number + 1}"

    @property
    def advertised(self) -> list[str]:
        """The information service."""
        return ["01a9d6b5-ff6e-444a-b266-0be75e85c064"]

    @property
    def characteristics(self) -> Characteristics:
        """Values, information, battery."""
        return {
            self.values: ["notify"],
            self.information: ["read", "write"],
            BATTERY: ["read"],
            SERIAL: ["read"],
        }

    def read(self, uuid: str) -> bytes:
        """Return the information: battery, foot, record, auto run, LED, -, log, log, ranges."""
        if uuid != self.information:
            return super().read(uuid)
        return bytes([2, self.settings.side == "right", 0, 0, 0, 0, 0, 0, *self.ranges]).ljust(20, b"\0")

    def wrote(self, uuid: str, value: bytes) -> None:
        """Take the ranges."""
        if uuid == self.information and value[0] == 1:
            self.ranges = (value[7], value[8])
            self.begin(200.0)

    async def sample(self) -> None:
        """Stream as soon as somebody is linked and has set the ranges."""
        while True:
            if self.client is not None and self.ranges == (3, 3) and not self.running:
                self.begin(200.0)
            self.send_full()
            await asyncio.sleep(self.interval_s)

    def packets(self, times_s: FloatArray, counts: CountArray) -> list[tuple[str, bytes]]:
        """Return one notification; sent a sample after the newest one."""
        sent_ms = round(1e3 * (self.own_clock_s(float(times_s[-1])) + 0.005)) % 86_400_000
        seconds, ms = divmod(sent_ms, 1000)
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        self.serial = (self.serial + 1) % 65536
        body = struct.pack(">BHBBBH", 50, self.serial, hour, minute, second, ms)
        for row, age_ms in zip(counts[::-1], (5, 10, 15, 0), strict=True):
            body += struct.pack(">4h3h3hB", 16384, 0, 0, 0, *row[3:].tolist(), *row[:3].tolist(), age_ms)
        return [(self.values, body)]


class DotMimic(Mimic):
    """Rate quantities at 60 Hz, one sample a notification."""

    family = "movella-dot"
    base = "1517{}-4947-11e9-8646-d663bd873d93"

    @property
    def name(self) -> str:
        """Name as the maker gives it."""
        return "Movella DOT"

    @property
    def advertised(self) -> list[str]:
        """The configuration service."""
        return [self.base.format("1000")]

    @property
    def characteristics(self) -> Characteristics:
        """Control, medium payload, device control, battery."""
        return {
            self.base.format("2001"): ["read", "write"],
            self.base.format("2003"): ["notify"],
            self.base.format("1002"): ["read", "write"],
            self.base.format("3001"): ["read"],
        }

    def read(self, uuid: str) -> bytes:
        """Return the battery's level and whether it charges."""
        del uuid
        return bytes([66, 0])

    def wrote(self, uuid: str, value: bytes) -> None:
        """Start or stop."""
        if uuid == self.base.format("2001") and value == bytes([1, 1, 21]):
            self.begin(60.0)
        elif uuid == self.base.format("2001"):
            self.running = False

    def packets(self, times_s: FloatArray, counts: CountArray) -> list[tuple[str, bytes]]:
        """Return packets of microseconds, m/s2 and deg/s."""
        acc, gyr = self.units(counts)
        clock_us = round(1e6 * self.own_clock_s(float(times_s[0]))) % (1 << 32)
        body = struct.pack("<I6f", clock_us, *acc[0], *gyr[0])
        return [(self.base.format("2003"), body)]


class StrapMimic(PolarMimic):
    """A chest strap: it advertises, and nobody should connect."""

    family = "polar-chest-strap"

    @property
    def name(self) -> str:
        """Name with the device id."""
        return f"Polar H10 {0xA1B2C300 + self.number:08X}"
