"""Movesense with the GSP firmware: acceleration and angular rate as floats, stamped in milliseconds.

Frames and paths: the maker's device library (``imu.yaml``, ``acc.yaml``) and GSP description; bytes:
sensein/movesense-py ``tests/fixtures/validation/fixture.json``, captured from a sensor.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from gait.errors import LinkLostError, PacketError, SensorError
from gait.protocol.data import to_counts
from gait.sensors.driver import Ability, Advertisement, Description, RefusedError, Wanted
from gait.sensors.drivers.movesense_log import read_sbem, run_of
from gait.sensors.link.connection import Link, percent
from gait.sensors.samples.full_scale import Scale
from gait.sensors.samples.kept_run import KeptRun, Memory, Progress
from gait.sensors.samples.timed_stream import Piece
from gait.sensors.stream_dialogue import Decoder, StreamFamily
from gait.units import DEG

__all__ = ["Movesense", "MovesenseDecoder"]

SERVICE = "34802252-7185-4d5d-b431-630e7050e8f0"
WRITE = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFY = "34800002-7185-4d5d-b431-630e7050e8f0"
# Commands, kinds of answers, our own references, status of success (GSP of Movesense's sample firmware).
HELLO, SUBSCRIBE, UNSUBSCRIBE, FETCH_LOG, GET = 0, 1, 2, 3, 4
REPLY, DATA, DATA_REST = 1, 2, 3
STREAM_REF, ASK_REF, LOG_REF = 99, 98, 100
OK = 200
STAMP = struct.Struct("<I")
LARGEST_MESSAGE = 2048  # bytes of a joined message, above which it is damage (chosen)
SAMPLE_BYTES = 24
"""Three floats of acceleration and three of angular rate."""
ACC_RANGE_G = 8.0
"""Set at power-on; GSP has no command that changes it."""
GYR_LSB_DPS = {245: 0.00875, 500: 0.0175, 1000: 0.035, 2000: 0.07}
"""The part's steps at each range (LSM6DS data sheet): full scale in 16 bits is 32768 of them."""
TEXT_LIMIT = 64  # characters of a name or a serial number that are kept (chosen: several times a usual name)
LOGGING = b"\x03"
ENTRY = struct.Struct("<IIQ")
"""Of the logbook's list: number, when it was changed, bytes."""
OFFSET = struct.Struct("<I")
SILENCE_S = 10.0  # s without a byte after which a fetch is given up (chosen: it bounds a hang)
LARGEST_LOG_BYTES = 1 << 28  # bytes of the largest log (chosen: it bounds what a broken sensor can fill)
FETCH_TRIES = 3
"""Tries of a fetch (chosen: bytes may be lost on the air, seldom three times)."""


@dataclass
class MovesenseDecoder:
    """Joins the parts of a GSP message.

    A message that does not fit into a notification comes as DATA and DATA_REST. Which it is shows only with
    the next notification, so that each message is given out when the next one begins.

    All messages of a stream have the same length. A message of another length has lost a part, or holds a
    part of another message.

    State: the message that may still go on, when its first part came, the newest notification, and how long
    messages are, by the last one.
    """

    setup: Scale
    _message: bytes = b""
    _arrival_us: int = 0
    _newest: bytes = b""
    _usual: int = 0

    def decode(self, uuid: str, payload: bytes, arrival_us: int) -> Sequence[Piece]:
        """Return the samples of the message before, once a new one begins.

        A notification that comes twice (bleak #2002) counts once: no two parts are alike, by their stamp.

        Raises
        ------
        PacketError
            Not a GSP notification, or a message of a length that no samples have.
        """
        del uuid
        if len(payload) < 2:
            raise PacketError(f"{len(payload)} bytes", where="GSP")
        kind, reference, part = payload[0], payload[1], payload[2:]
        if reference != STREAM_REF or kind == REPLY or payload == self._newest:
            return []
        self._newest = payload
        if kind == DATA_REST:
            self._message += part if self._message else b""
            if len(self._message) > LARGEST_MESSAGE:
                self._message = b""
                raise PacketError(f"a message of more than {LARGEST_MESSAGE} bytes", where="GSP")
            return []
        if kind != DATA:
            raise PacketError(f"response {kind}", where="GSP")
        message, came_us = self._message, self._arrival_us
        self._message, self._arrival_us = part, arrival_us
        return [self.piece(message, came_us)] if message else []

    def piece(self, message: bytes, arrival_us: int) -> Piece:
        """Return the samples of one IMU6 message: time stamp, all of acc, all of gyr.

        Raises
        ------
        PacketError
            A length that no samples have, or a value that is no number.
        """
        body, usual = len(message) - STAMP.size, self._usual
        if body <= 0 or body % SAMPLE_BYTES:
            raise PacketError(f"{len(message)} bytes", where="GSP IMU6")
        self._usual = len(message)
        if usual not in (0, self._usual):
            raise PacketError(f"{len(message)} bytes where {usual} came before", where="GSP IMU6")
        with np.errstate(invalid="ignore"):  # a signalling NaN; it is refused below
            values = np.frombuffer(message, "<f4", offset=STAMP.size).astype(np.float64).reshape(2, -1, 3)
        if not np.isfinite(values).all():
            raise PacketError("a value that is no number", where="GSP IMU6")
        counts = to_counts(values[0], values[1] * DEG, self.setup.acc_range_g, self.setup.gyr_range_dps)
        stamp_ms = STAMP.unpack_from(message)[0]
        return Piece(counts, stamp_ms * 1000, arrival_us)


@dataclass(frozen=True)
class Movesense(StreamFamily):
    """Movesense sensors (HR2, HR+, MD, Flash) with firmware that has the GATT sensor data protocol."""

    ability: Ability = field(
        default=Ability(
            key="movesense",
            name="Movesense",
            rates_hz=(52, 104, 208),
            acc_range_g=ACC_RANGE_G,
            gyr_range_dps=2000.0,
            clock="sensor",
            keeps="a logbook; its app starts and stops a log of /Meas/IMU6; hours in a Flash, else minutes",
            fetches=True,
            proven_by="bytes captured from a sensor (sensein/movesense-py, 52 Hz)",
            switch_on="touch both studs, or snap it onto its holder; it needs the GSP firmware",
            memory_proven_by="a log recorded by a sensor, as the maker's converter reads it",
        )
    )
    service_uuids: tuple[str, ...] = (SERVICE, "0000fdf3-0000-1000-8000-00805f9b34fb")
    needs: tuple[str, ...] = (WRITE, NOTIFY)
    notifies: tuple[str, ...] = (NOTIFY,)
    stamp_us: int = 1000
    wrap_us: int = (1 << 32) * 1000

    def matches(self, heard: Advertisement) -> bool:
        """Return whether it advertises the maker's service or name."""
        return heard.name.startswith("Movesense") or super().matches(heard)

    async def describe(self, link: Link) -> Description:
        """Say HELLO: serial number, product and firmware."""
        reply = await _answer_to(link, HELLO, b"")
        texts = reply[1:].split(b"\0")
        keys = ("serial", "model", "", "firmware")
        device = {
            key: text.decode("utf-8", "replace")[:TEXT_LIMIT]
            for key, text in zip(keys, texts, strict=False)
            if key and text
        }
        return Description(battery_pct=await self.battery_pct(link), device={"maker": "Movesense", **device})

    async def battery_pct(self, link: Link) -> int | None:
        """Read the level from the sensor's energy resource; None where it refuses."""
        try:
            value = await _got(link, "/System/Energy/Level")
        except RefusedError:
            return None
        return percent(value)

    async def start(self, link: Link, wanted: Wanted) -> Scale:
        """Subscribe to IMU6 at the nearest rate; the ranges are read, for GSP cannot set them."""
        rate_hz = self.ability.nearest_rate_hz(wanted.rate_hz)
        acc_range_g = await _configured(link, "/Meas/Acc/Config", "<B", round(ACC_RANGE_G))
        gyr_range_dps = await _configured(link, "/Meas/Gyro/Config", "<H", 2000)
        step_dps = GYR_LSB_DPS.get(gyr_range_dps, GYR_LSB_DPS[2000])
        await _commanded(link, SUBSCRIBE, STREAM_REF, f"/Meas/IMU6/{rate_hz}".encode())
        return Scale(rate_hz, float(acc_range_g), 32768 * step_dps)

    async def stop(self, link: Link) -> None:
        """Unsubscribe."""
        await _commanded(link, UNSUBSCRIBE, STREAM_REF, b"")

    def decoder(self, setup: Scale) -> Decoder:
        """Return a decoder for one link."""
        return MovesenseDecoder(setup)

    def memory(self) -> Memory:
        """Return its logbook."""
        return MovesenseLogbook()


@dataclass(frozen=True)
class MovesenseLogbook:
    """The logs on the sensor, over GSP: listed, and fetched by number."""

    notifies: tuple[str, ...] = (NOTIFY,)

    async def fetch(self, link: Link, say: Callable[[str], None]) -> KeptRun:
        """Fetch the newest log.

        Raises
        ------
        SensorError
            The logbook is empty, a log is being written, or the newest holds no run.
        """
        if await _got(link, "/Mem/DataLogger/State") == LOGGING:
            raise SensorError("is still logging", where=link.name, todo="stop the log in its app first")
        numbers, size = _newest(await _got(link, "/Mem/Logbook/entries"))
        if not numbers:
            raise SensorError(
                "its logbook is empty", where=link.name, todo="log /Meas/IMU6/104 with its app first"
            )
        raw = await _log(link, numbers, Progress(say, size))
        acc_range_g = await _configured(link, "/Meas/Acc/Config", "<B", round(ACC_RANGE_G))
        gyr_range_dps = await _configured(link, "/Meas/Gyro/Config", "<H", 2000)
        step_dps = GYR_LSB_DPS.get(gyr_range_dps, GYR_LSB_DPS[2000])
        try:
            return run_of(read_sbem(raw), float(acc_range_g), 32768 * step_dps)
        except PacketError as error:
            raise SensorError(f"its newest log holds no run ({error})", where=link.name) from error


def _newest(entries: bytes) -> tuple[list[int], int]:
    """Return numbers that the newest log may have, the likeliest first, and its bytes; 0 where not listed.

    The list is cut off where the notification ends. Logs are numbered one after the other, so that the newest
    of a cut list is as far behind the first as there are logs.
    """
    count = entries[0] if entries else 0
    listed = list(ENTRY.iter_unpack(entries[1:][: _whole_entries(entries)]))
    if not count or not listed:
        return [], 0
    by_number = {number: size for number, _, size in listed}
    largest = max(by_number)
    if count <= len(listed):
        return [largest], by_number[largest]
    return [min(by_number) + count - 1, largest], 0


def _whole_entries(entries: bytes) -> int:
    """Return the bytes of complete entries behind the count."""
    return (len(entries) - 1) // ENTRY.size * ENTRY.size


async def _log(link: Link, numbers: Sequence[int], progress: Progress) -> bytes:
    """Return bytes of the first of these logs that there is; fetched again where some were lost on the way.

    Raises
    ------
    SensorError
        The sensor holds no log.
    LinkLostError
        Some are lost each time.
    """
    refused: RefusedError | None = None
    for number in numbers:
        for _ in range(FETCH_TRIES):
            try:
                log_bytes = await _log_once(link, number, progress)
            except RefusedError as error:
                refused = error
                break
            if log_bytes is not None:
                return log_bytes
        else:
            raise LinkLostError("parts of the log are lost on the way", where=link.name)
    assert refused is not None
    raise refused


async def _log_once(link: Link, number: int, progress: Progress) -> bytes | None:
    """Return bytes of a log; None where some were lost."""
    raw, unbroken = bytearray(), True
    with link.listening():
        await _commanded(link, FETCH_LOG, LOG_REF, struct.pack("<I", number))
        while True:
            payload = await link.hear(SILENCE_S)
            if len(payload) < 2 + OFFSET.size or payload[0] not in (DATA, DATA_REST) or payload[1] != LOG_REF:
                continue
            (offset,), part = OFFSET.unpack_from(payload, 2), payload[2 + OFFSET.size :]
            if not part or offset > LARGEST_LOG_BYTES:
                return bytes(raw) if unbroken else None
            unbroken &= offset <= len(raw)
            raw.extend(bytes(max(0, offset - len(raw))))
            raw[offset : offset + len(part)] = part
            progress.at(len(raw))


_numbers = count()
"""Asks carry different references, so that a late answer is not taken for a newer one's."""


async def _answer_to(link: Link, op: int, body: bytes) -> bytes:
    """Reply to a command that has no status, such as HELLO."""
    reference = ASK_REF - next(_numbers) % 64
    fits = _reply_to(reference)
    return (await link.exchange(WRITE, bytes([op, reference]) + body, fits)).answer


async def _commanded(link: Link, op: int, reference: int, body: bytes) -> bytes:
    """Return the data of a reply whose status is good.

    Raises
    ------
    RefusedError
        The sensor refused the command.
    """
    reply = (await link.exchange(WRITE, bytes([op, reference]) + body, _reply_to(reference))).answer
    status = int.from_bytes(reply[:2], "little")
    if len(reply) < 2 or status // 100 != OK // 100:
        name = body.decode("ascii", "replace") or f"command {op}"
        raise RefusedError(name, f"status {status}", where=link.name, todo="update its firmware")
    return reply[2:]


async def _got(link: Link, path: str) -> bytes:
    return await _commanded(link, GET, ASK_REF - next(_numbers) % 64, path.encode())


async def _configured(link: Link, path: str, layout: str, usual: int) -> int:
    """Return the value of a resource; the usual one where the firmware does not give it."""
    try:
        value = await _got(link, path)
    except RefusedError:
        return usual
    size = struct.calcsize(layout)
    setting = int(struct.unpack(layout, value[:size])[0]) if len(value) >= size else 0
    return setting or usual


def _reply_to(reference: int) -> Callable[[bytes], bytes | None]:
    """Return a finder of the reply to a reference."""

    def fits(payload: bytes) -> bytes | None:
        mine = len(payload) >= 2 and payload[0] == REPLY and payload[1] == reference
        return payload[2:] if mine else None

    return fits
