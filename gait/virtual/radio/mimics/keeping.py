"""Simulated sensors with a run in their memories: Movesense, Polar, DOT, MetaMotion.

Like the others they are written from the same published layouts as the drivers.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

import numpy as np

from gait.arrays import CountArray, FloatArray
from gait.virtual.radio.mimics.mimic import Mimic
from gait.virtual.radio.mimics.stamped import DotMimic, MovesenseMimic, PolarMimic, delta_frame
from gait.virtual.radio.mimics.unstamped import MetaMotionMimic
from gait.virtual.radio.near import Characteristics

__all__ = ["KEEPING", "DotKeeping", "Keeping", "MetaMotionKeeping", "MovesenseKeeping", "PolarKeeping"]

PART_BYTES = 150  # bytes of a file in one notification (chosen: fits into the usual MTU with its head)
LOGGED_S = 12.0
"""s of the run that they keep where no other length is set (chosen: some strides, quick to fetch in a
test)."""
STARTED = "2026-05-01 07:32:10"
STARTED_S = 1_777_620_730
"""The start of the log in UTC seconds, the same as `STARTED`."""


class Keeping(Mimic):
    """A sensor that recorded by itself, and is asked for it.

    State: how long that run is, what is lost on the way (numbers of parts, each once), and whether it still
    records.
    """

    kept_rate_hz: ClassVar[float] = 104.0
    kept_s = LOGGED_S
    recording = False

    def __init__(self, *words: object, **more: object) -> None:
        super().__init__(*words, **more)  # type: ignore[arg-type]  # as for `Mimic`, which checks them
        self.lose: set[int] = set()

    @property
    def kept(self) -> tuple[FloatArray, CountArray]:
        """Return true times since the start of the run, and counts."""
        period_s = 1.0 / (self.kept_rate_hz * (1.0 + self.settings.rate_ppm * 1e-6))
        times_s = np.arange(0.0, self.kept_s, period_s)
        return times_s, self.motion.counts(times_s, self.acc_range_g, self.gyr_range_dps)

    def send_parts(self, uuid: str, parts: Iterable[bytes]) -> None:
        """Send what was asked for; the faults begin with the first of it."""
        if self.zero_s is None:
            self.zero_s = self.clock_s()
            self.begin_faults()
        for number, part in enumerate(parts):
            if number in self.lose:
                self.lose.discard(number)
                continue
            self.deliver(uuid, part)


def _chunk(number: int, body: bytes) -> bytes:
    return bytes([number, len(body)]) + body


def _descriptor(number: int, text: str) -> bytes:
    return _chunk(0, struct.pack("<H", number) + text.encode() + b"\0")


class MovesenseKeeping(Keeping, MovesenseMimic):
    """Its logbook holds one log of IMU6: eight samples a chunk, described at its beginning."""

    logs = 1
    group = "13,54,89,89,89,89,89,89,89,89,55,54,90,90,90,90,90,90,90,90,55"

    @property
    def file(self) -> bytes:
        """SBEM: descriptors, the calendar, and the samples."""
        head = b"SBEM0112"
        head += _descriptor(13, "<PTH>Samples+Array.MeasIMU6.Timestamp\n<FRM>uint32")
        for first, name in ((39, "ArrayAcc"), (42, "ArrayGyro")):
            for at, axis in enumerate(("+x", ".y", ".z")):
                text = f"<PTH>Samples.Array.MeasIMU6.{name}{axis}\n<FRM>float32"
                head += _descriptor(first + at, text)
        for number, text in ((54, "<PTH>["), (55, "<PTH>]"), (89, "<GRP>39,40,41"), (90, "<GRP>42,43,44")):
            head += _descriptor(number, text)
        head += _descriptor(99, f"<GRP>{self.group}")
        head += _descriptor(17, "<PTH>Samples+Array.TimeDetailed.relativeTime\n<FRM>uint32")
        head += _descriptor(56, "<PTH>Samples.Array.TimeDetailed.utcTime\n<FRM>int64")
        head += _descriptor(68, "<GRP>17,56")
        times_s, counts = self.kept
        first_ms = round(1e3 * self.own_clock_s(0.0))
        head += _chunk(68, struct.pack("<Iq", first_ms, STARTED_S * 1_000_000))
        acc, gyr = self.units(counts)
        for at in range(0, len(times_s) - 7, 8):
            part = slice(at, at + 8)
            stamp = struct.pack("<I", int(1e3 * self.own_clock_s(float(times_s[at]))))
            head += _chunk(99, stamp + acc[part].astype("<f4").tobytes() + gyr[part].astype("<f4").tobytes())
        return head

    def wrote(self, uuid: str, value: bytes) -> None:
        """Take a command of the logbook, or another."""
        op, reference, body = value[0], value[1], value[2:]
        reply = bytes([1, reference]) + struct.pack("<H", 200)
        if op == 4 and body == b"/Mem/DataLogger/State":
            self.deliver(self.notify_uuid, reply + bytes([3 if self.recording else 2]))
        elif op == 4 and body == b"/Mem/Logbook/entries":
            listed = b"".join(struct.pack("<IIQ", 7 + number, 0, 1000) for number in range(min(4, self.logs)))
            self.deliver(self.notify_uuid, reply + bytes([self.logs]) + listed)
        elif op == 3 and struct.unpack("<I", body)[0] == 6 + self.logs:
            self.deliver(self.notify_uuid, reply)
            self.send_parts(self.notify_uuid, self._parts(reference))
        elif op == 3:
            self.deliver(self.notify_uuid, bytes([1, reference]) + struct.pack("<H", 404))
        else:
            super().wrote(uuid, value)

    def _parts(self, reference: int) -> list[bytes]:
        file = self.file
        offsets = range(0, len(file), PART_BYTES)
        parts = [struct.pack("<BBI", 2, reference, at) + file[at : at + PART_BYTES] for at in offsets]
        return [*parts, struct.pack("<BBI", 2, reference, len(file))]


class PolarKeeping(Keeping, PolarMimic):
    """Two recordings; the newer one has both instruments, acceleration in two files."""

    kept_rate_hz = 52.0
    files_uuid = "fb005c51-02e7-f387-1cad-8acd2d8df0c8"
    encrypted = 0
    request = b""

    @property
    def characteristics(self) -> Characteristics:
        """Return those of the stream, and the one of the files."""
        return {**super().characteristics, self.files_uuid: ["write-without-response", "notify"]}

    @property
    def files(self) -> dict[str, bytes]:
        """Paths and what is there."""
        times_s, counts = self.kept
        half = len(times_s) // 24 * 12
        parts = {
            "ACC0": (2, slice(0, half)),
            "ACC1": (2, slice(half, None)),
            "GYRO0": (5, slice(0, None)),
        }
        made = {
            f"/U/0/20260501/R/0732{10 + kind % 2}/{name}.REC": self._file(kind, times_s[part], counts[part])
            for name, (kind, part) in parts.items()
        }
        return {"/U/0/20260430/R/070000/ACC0.REC": b"old", **made}

    def _file(self, kind: int, times_s: FloatArray, counts: CountArray) -> bytes:
        """Return head, settings, and frames of twelve samples each stamped with its last one."""
        columns = slice(0, 3) if kind == 2 else slice(3, 6)
        full_scale = 16 if kind == 2 else 2000
        settings = struct.pack("<BBHBBHBBH", 0, 1, 52, 1, 1, 16, 2, 1, full_scale) + bytes([4, 1, 3])
        settings += struct.pack("<BBf", 5, 1, self.factors[kind])
        raw = struct.pack("<B4I20s", self.encrypted, 0x3D7C4C2B, 1, 0, 0, STARTED.encode())
        raw += bytes([len(settings)]) + settings + b"\0"
        for at in range(0, len(times_s) - 11, 12):
            last_ns = round(1e9 * self.own_clock_s(float(times_s[at + 11])))
            frame = struct.pack("<BQB", kind, last_ns, 0x80) + delta_frame(counts[at : at + 12, columns])
            raw += struct.pack("<H", len(frame)) + frame
        return raw

    def wrote(self, uuid: str, value: bytes) -> None:
        """Take a frame of a request for a file, or a command."""
        if uuid != self.files_uuid:
            super().wrote(uuid, value)
            return
        self.request = value[1:] if not value[0] & 1 else self.request + value[1:]
        if value[0] >> 1 & 3 == 1:
            self.send_parts(self.files_uuid, self._frames(self.request[6:].decode()))

    def _frames(self, path: str) -> list[bytes]:
        files = self.files
        if path in files:
            message = files[path]
        elif path.endswith("/"):
            message = _folder(path, files)
        else:
            return [bytes([0, 103, 0])]
        parts = [message[at : at + PART_BYTES] for at in range(0, len(message), PART_BYTES)] or [b""]
        last = len(parts) - 1
        return [
            bytes([(number > 0) | (1 if number == last else 3) << 1 | (number % 16) << 4]) + part
            for number, part in enumerate(parts)
        ]


def _folder(path: str, files: dict[str, bytes]) -> bytes:
    """Return names and sizes of what is right below a path."""
    entries: dict[str, int] = {}
    for file, content in files.items():
        if file.startswith(path):
            name, slash, _ = file[len(path) :].partition("/")
            entries[name + slash] = 0 if slash else len(content)
    raw = b""
    for name, size in entries.items():
        entry = bytes([0x0A, len(name)]) + name.encode() + b"\x10" + _varint(size)
        raw += bytes([0x0A]) + _varint(len(entry)) + entry
    return raw


def _varint(value: int) -> bytes:
    raw = b""
    while value >= 0x80:
        raw += bytes([value & 0x7F | 0x80])
        value >>= 7
    return raw + bytes([value])


class DotKeeping(Keeping, DotMimic):
    """Two recordings of 120 Hz; packets that are lost are sent again when they are asked for."""

    kept_rate_hz = 120.0
    starts: Sequence[int] = (STARTED_S - 86_400, STARTED_S)
    acknowledged = b""

    @property
    def characteristics(self) -> Characteristics:
        """Return those of the stream, and the three of the messages."""
        more: Characteristics = {
            self.base.format("7001"): ["write"],
            self.base.format("7002"): ["read"],
            self.base.format("7003"): ["notify"],
        }
        return {**super().characteristics, **more}

    def read(self, uuid: str) -> bytes:
        """Return the acknowledgement of the last message, or the battery."""
        return self.acknowledged if uuid == self.base.format("7002") else super().read(uuid)

    def wrote(self, uuid: str, value: bytes) -> None:
        """Take a message, or start and stop the stream."""
        if uuid != self.base.format("7001"):
            super().wrote(uuid, value)
            return
        kind, body = value[2], value[3:-1]
        state = (0x40 if self.recording else 6) if kind == 2 else 0
        self.acknowledged = _message(1, bytes([state, kind]) + body)
        notified = self.base.format("7003")
        if kind == 0x60 and body[0] <= len(self.starts):
            head = struct.pack("<IIHIH", 0x6F636552, 128, 256, self.starts[body[0] - 1], 0xFFFF).ljust(
                128, b"\0"
            )
            self.send_parts(notified, [_message(0x61, head), _message(0x62)])
        elif kind == 0x60:
            self.send_parts(notified, [_message(0x63)])
        elif kind == 0x70:
            self.send_parts(notified, self._samples(0))
        elif kind == 0x75:
            self.send_parts(notified, self._samples(struct.unpack("<I", body)[0]))

    def _samples(self, first: int) -> list[bytes]:
        times_s, counts = self.kept
        acc, gyr = self.units(counts)
        clock_us = [round(1e6 * self.own_clock_s(float(times_))) % (1 << 32) for times_ in times_s]
        rows = [
            _message(0x71, struct.pack("<II6f", number, clock_us[number], *acc[number], *gyr[number]))
            for number in range(first, len(times_s))
        ]
        return [*rows, _message(0x72)]


def _message(kind: int, body: bytes = b"") -> bytes:
    raw = bytes([1, 1 + len(body), kind]) + body
    return raw + bytes([-sum(raw) & 0xFF])


class MetaMotionKeeping(Keeping, MetaMotionMimic):
    """Four loggers at 100 Hz, pages that are to be taken one by one."""

    kept_rate_hz = 100.0
    loggers: Sequence[bytes] = (
        b"\x03\x04\xff\x60",
        b"\x13\x05\xff\x60",
        b"\x03\x04\xff\x24",
        b"\x13\x05\xff\x24",
    )
    page_entries = 400
    tick_s: ClassVar[float] = 48.0 / 32768.0
    waiting: list[bytes]
    acc_code, gyr_code = 0x0C, 0x00

    def wrote(self, uuid: str, value: bytes) -> None:
        """Take a register write or question of the log, or of the instruments."""
        answers: dict[bytes, Callable[[], bytes]] = {
            b"\x03\x83": lambda: bytes([0x28, self.acc_code]),
            b"\x13\x83": lambda: bytes([0x28, self.gyr_code]),
            b"\x0b\x80": lambda: bytes.fromhex("000208802b0000"),
            b"\x0b\x84": lambda: struct.pack("<IB", self._tick(self.kept_s + 60.0), 5),
            b"\x0b\x85": lambda: struct.pack("<I", len(self.kept[0]) * len(self.loggers)),
        }
        if value[:2] == b"\x0b\x82":
            number = value[2]
            logger = self.loggers[number] if number < len(self.loggers) else b""
            self.deliver(self.notify_uuid, b"\x0b\x82" + logger)
        elif value in answers:
            self.deliver(self.notify_uuid, value + answers[value]())
        elif value[:2] == b"\x0b\x06":
            self.waiting = self._entries()
            self._send_page()
        elif value == b"\x0b\x0e":
            self._send_page()
        elif value[0] != 0x0B:
            super().wrote(uuid, value)

    def _tick(self, true_s: float) -> int:
        return int(self.own_clock_s(true_s) / self.tick_s)

    def _entries(self) -> list[bytes]:
        """Return entries of nine bytes, as the loggers wrote them."""
        times_s, counts = self.kept
        records = []
        for at_s, row in zip(times_s.tolist(), counts.astype("<i2"), strict=True):
            tick = self._tick(at_s)
            acc, gyr = row[:3].tobytes(), row[3:].tobytes()
            for number, part in enumerate((acc[:4], gyr[:4], acc[4:] + b"\0\0", gyr[4:] + b"\0\0")):
                records.append(struct.pack("<BI", 5 << 5 | number, tick) + part)
        return records

    def _send_page(self) -> None:
        """Send two entries a notification, up to the end of the page."""
        page, self.waiting = self.waiting[: self.page_entries], self.waiting[self.page_entries :]
        parts = [b"\x0b\x07" + b"".join(page[at : at + 2]) for at in range(0, len(page), 2)]
        parts.append(b"\x0b\x0d" if self.waiting else b"\x0b\x08\0\0\0\0")
        self.send_parts(self.notify_uuid, parts)


KEEPING: tuple[type[Keeping], ...] = (MovesenseKeeping, PolarKeeping, DotKeeping, MetaMotionKeeping)
"""One for each family whose memory is read."""
