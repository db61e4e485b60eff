"""The recordings on an Xsens / Movella DOT: chosen, exported over its message service, and decoded.

Layout and example messages: Movella DOT BLE Services Specifications (XD0506P and its successor), chapter 5;
measured values are not published.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from gait.arrays import FloatArray
from gait.errors import LinkLostError, PacketError, SensorError
from gait.protocol.data import to_counts
from gait.sensors.link.connection import Link
from gait.sensors.samples.full_scale import Scale
from gait.sensors.samples.kept_run import KeptRun, Progress, consecutive, nearest
from gait.units import DEG

__all__ = ["DotMemory", "message", "parts_of", "run_of"]

CONTROL, ACKNOWLEDGE, NOTIFICATION = (
    f"1517{number}-4947-11e9-8646-d663bd873d93" for number in ("7001", "7002", "7003")
)
RECORDING = 1  # number of the recording service's messages (Movella DOT BLE Services Specifications)
# Kinds of messages (Movella DOT BLE Services Specifications).
ACK, STATE = 0x01, 0x02
FILE_INFO, FILE_INFO_IS, FILE_INFO_DONE, NO_FILE = 0x60, 0x61, 0x62, 0x63
FILE_DATA, FILE_DATA_IS, FILE_DATA_DONE, STOP = 0x70, 0x71, 0x72, 0x73
SELECT, AGAIN, INVALID = 0x74, 0x75, 0x76
DATA_KINDS = (FILE_DATA_IS, INVALID)
TIME, ACC, GYR = 0x00, 0x07, 0x08
"""Quantities to export: time stamp, acceleration, angular rate."""
OK, IDLE, ON_RECORDING = 0x00, 0x06, 0x40
"""Results of a command, and states of the recorder (Movella DOT BLE Services Specifications)."""
MOST_FILES = 0xFE  # numbers that a file can have (Movella DOT BLE Services Specifications)
HEAD = struct.Struct("<IIHIH")
"""Of a file: magic number, size of the head, revision, start in UTC seconds, length asked for."""
MAGIC = 0x6F636552  # first four bytes of a file (Movella DOT BLE Services Specifications)
SAMPLE = np.dtype([("clock_us", "<u4"), ("values", "<f4", 6)])
"""Microseconds; m/s2, then deg/s."""
NUMBER = struct.Struct("<I")
RATES_HZ = (1.0, 4.0, 10.0, 12.0, 15.0, 20.0, 30.0, 60.0, 120.0)
"""Hz that it records at (Movella DOT user manual)."""
ACC_RANGE_G, GYR_RANGE_DPS = 16.0, 2000.0  # full scale in g and deg/s (Movella DOT user manual)
WRAP = 1 << 32  # counts of its clock, us (by definition of 32 bits)
SILENCE_S = 10.0  # s without a byte after which it is given up (chosen: it bounds a hang)
AGAIN_TRIES = 50
"""Times that a part is asked for again (chosen: it bounds a hang)."""


def message(kind: int, body: bytes = b"") -> bytes:
    """Return a recording message: its sum with the last byte is a multiple of 256."""
    raw = bytes([RECORDING, 1 + len(body), kind]) + body
    return raw + bytes([-sum(raw) & 0xFF])


def parts_of(raw: bytes) -> tuple[int, bytes]:
    """Return the kind and body of a recording message.

    Raises
    ------
    PacketError
        Of another service, cut off, or with a wrong sum.
    """
    if len(raw) < 4 or raw[0] != RECORDING or len(raw) < raw[1] + 3:
        raise PacketError(f"{raw.hex() or 'nothing'}", where="DOT message")
    end = raw[1] + 2
    if sum(raw[: end + 1]) & 0xFF:
        raise PacketError("a wrong sum", where="DOT message")
    return raw[2], raw[3:end]


def run_of(raw: bytes, started: datetime | None) -> KeptRun:
    """Return the run of a file's samples.

    Parameters
    ----------
    raw
        Its packets' data one after the other, each as `SAMPLE`.

    Raises
    ------
    PacketError
        Fewer than two, or a value that is no number.
    """
    rows = np.frombuffer(raw, SAMPLE, len(raw) // SAMPLE.itemsize)
    if len(rows) < 2:
        raise PacketError(f"{len(rows)} samples", where="DOT file")
    with np.errstate(invalid="ignore"):  # a signalling NaN; it is refused below
        values = rows["values"].astype(np.float64)
    if not np.isfinite(values).all():
        raise PacketError("a value that is no number", where="DOT file")
    stamps = rows["clock_us"].astype(np.int64)
    steps = np.diff(stamps) % WRAP
    clock_us: FloatArray = stamps[0] + np.concatenate([[0], np.cumsum(steps)]).astype(np.float64)
    rate_hz = nearest(1e6 / max(1.0, float(np.median(steps))), RATES_HZ)
    counts = to_counts(values[:, :3], values[:, 3:] * DEG, ACC_RANGE_G, GYR_RANGE_DPS)
    scale = Scale(rate_hz, ACC_RANGE_G, GYR_RANGE_DPS)
    return KeptRun(scale, consecutive(counts, clock_us, rate_hz), started)


@dataclass(frozen=True)
class DotMemory:
    """The recordings of a sensor."""

    notifies: tuple[str, ...] = (NOTIFICATION,)

    async def fetch(self, link: Link, say: Callable[[str], None]) -> KeptRun:
        """Fetch the newest recording.

        Raises
        ------
        SensorError
            The sensor holds no recording, or is making one.
        """
        state = (await _acknowledged(link, STATE))[0]
        if state == ON_RECORDING:
            raise SensorError(
                "is still recording", where=link.name, todo="press its button for a second, which stops it"
            )
        number, started = await _newest(link)
        await _acknowledged(link, SELECT, bytes([TIME, ACC, GYR]))
        try:
            return run_of(await _samples(link, number, Progress(say)), started)
        except PacketError as error:
            raise SensorError(f"its newest recording cannot be read ({error})", where=link.name) from error


async def _acknowledged(link: Link, kind: int, body: bytes = b"") -> bytes:
    """Return the body of the acknowledgement of a command, from its result on.

    Raises
    ------
    SensorError
        The sensor refused.
    """
    await link.write(CONTROL, message(kind, body))
    try:
        answer, payload = parts_of(await link.read(ACKNOWLEDGE))
    except PacketError as error:
        raise SensorError(str(error), where=link.name) from error
    if answer != ACK or not payload or (kind != STATE and payload[0] not in (OK, IDLE)):
        state = f"0x{payload[0]:02x}" if payload else "nothing"
        raise SensorError(f"refused command 0x{kind:02x} ({state})", where=link.name, todo="close its app")
    return payload


async def _newest(link: Link) -> tuple[int, datetime | None]:
    """Return number and start of the newest file.

    Raises
    ------
    SensorError
        The sensor holds no recording.
    """
    starts: list[int] = []
    for number in range(1, MOST_FILES + 1):
        started = await _file_started(link, number)
        if started is None:
            break
        starts.append(started)
    if not starts:
        raise SensorError("holds no recording", where=link.name, todo="record with its app first")
    newest = max(range(len(starts)), key=lambda log: (starts[log], log))
    return newest + 1, datetime.fromtimestamp(starts[newest], UTC) if starts[newest] else None


async def _file_started(link: Link, number: int) -> int | None:
    """Return the start of a file in UTC seconds; None where no file has that number."""
    started = 0
    with link.listening():
        await _acknowledged(link, FILE_INFO, bytes([number]))
        while True:
            kind, body = await _heard(link)
            if kind == NO_FILE:
                return None
            if kind == FILE_INFO_DONE:
                return started
            if kind == FILE_INFO_IS and len(body) >= HEAD.size and HEAD.unpack_from(body)[0] == MAGIC:
                started = HEAD.unpack_from(body)[3]


async def _heard(link: Link) -> tuple[int, bytes]:
    """Return the kind and body of the next message; those that are damaged are passed over."""
    while True:
        try:
            return parts_of(await link.hear(SILENCE_S))
        except PacketError:
            continue


async def _samples(link: Link, number: int, progress: Progress) -> bytes:
    """Return the data of all packets of a file; those that are lost on the way are asked for again.

    Raises
    ------
    LinkLostError
        The link went, or packets stayed away.
    """
    raw = bytearray()
    due, waiting, tries = 0, False, AGAIN_TRIES
    with link.listening():
        await _acknowledged(link, FILE_DATA, bytes([number]))
        while tries:
            kind, body = await _heard(link)
            if kind == FILE_DATA_DONE and not waiting:
                return bytes(raw)
            packet = NUMBER.unpack_from(body)[0] if kind in DATA_KINDS and len(body) >= NUMBER.size else -1
            if packet == due:
                due, waiting = due + 1, False
                if kind == FILE_DATA_IS and len(body) >= NUMBER.size + SAMPLE.itemsize:
                    raw += body[NUMBER.size : NUMBER.size + SAMPLE.itemsize]
                progress.at(len(raw))
            elif kind == FILE_DATA_DONE or (packet > due and not waiting):
                waiting, tries = True, tries - 1
                await link.write(CONTROL, message(AGAIN, NUMBER.pack(due)))
    raise LinkLostError("parts of the recording are lost on the way", where=link.name)
