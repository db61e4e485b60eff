"""MetaMotion's log: entries of four bytes, each with its logger's number and a tick of the board's clock.

A vector of six bytes takes two loggers. Registers and bytes: mbientlab/MetaWear-SDK-Cpp ``test_logging.py``,
``test_anonymous_signal.py`` and ``logdata.py`` (a log out of a board, with its values and times).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from gait.arrays import CountArray, FloatArray, IntArray
from gait.errors import LinkLostError, PacketError, SensorError
from gait.sensors.link.connection import Link
from gait.sensors.samples.full_scale import Scale
from gait.sensors.samples.kept_run import KeptRun, Progress, consecutive

__all__ = ["COMMAND", "NOTIFY", "Logger", "MetaMemory", "entries_of", "run_of", "vectors_of"]

COMMAND = "326a9001-85cb-9195-d9dd-464cfbbae75a"
NOTIFY = "326a9006-85cb-9195-d9dd-464cfbbae75a"
ACC, GYR, LOG = 0x03, 0x13, 0x0B  # numbers of modules, first byte of a message (MetaWear SDK)
READ = 0x80  # bit of a register's number: its value is asked for (MetaWear SDK)
# Registers of the log module (MetaWear SDK).
ENABLE, TRIGGER, TIME, LENGTH, READOUT, ENTRIES, LEFT, PAGE, PAGE_TAKEN, FLUSH = (
    1,
    2,
    4,
    5,
    6,
    7,
    8,
    13,
    14,
    16,
)
CONFIG = 3  # register of an instrument's rate and range
PAGED, FLUSHED = 2, 3
"""Revisions of the log: one that waits for each page to be taken, and one that is to be written out first."""
TICK_US = 48.0 / 32768.0 * 1e6
"""us of a tick of the log's clock (MetaWear SDK): 48 periods of a 32768 Hz crystal."""
ENTRY = np.dtype([("head", "u1"), ("tick", "<u4"), ("data", "u1", 4)])
ID_MASK, RESET_SHIFT = 0x1F, 5
"""Head of an entry (MetaWear SDK): its logger's number, and which run of the board's clock."""
VECTOR_BYTES = 6  # three int16 (MetaWear SDK)
PARTS_APART_TICKS = 1
"""Ticks by which a vector's second part may be stamped later (chosen: the two are written one behind the
other)."""
RATES_HZ = {5: 12.5, 6: 25.0, 7: 50.0, 8: 100.0, 9: 200.0, 10: 400.0, 11: 800.0}
ACC_RANGES_G = {3: 2.0, 5: 4.0, 8: 8.0, 12: 16.0}
ACC_RANGES_BMI270_G = {0: 2.0, 1: 4.0, 2: 8.0, 3: 16.0}
BMI270_KIND = 4  # kind of an accelerometer module that is a BMI270 (MetaWear SDK)
GYR_RANGES_DPS = {0: 2000.0, 1: 1000.0, 2: 500.0, 3: 250.0, 4: 125.0}
GYR_LSB_AT_2000 = 16.4
"""Steps a deg/s at 2000 deg/s (data sheets of BMI160 and BMI270); twice as many at half of it."""
SILENCE_S = 10.0  # s without a byte after which a readout is given up (chosen: it bounds a hang)
NOTICES = 100
"""Notices of its progress that a readout is asked for (chosen: a per cent each)."""

Entries = npt.NDArray[np.void]
"""(n,) of `ENTRY`."""


@dataclass(frozen=True)
class Logger:
    """A part of a signal that is logged: module, register, and which of its bytes."""

    module: int
    register: int
    offset: int
    width: int


@dataclass(frozen=True)
class Config:
    """Rate, full scale, and the steps of one unit, of an instrument."""

    rate_hz: float
    full_scale: float


def logger_of(answer: bytes) -> Logger | None:
    """Return the logger in an answer to a question for one; None for a number that is free.

    Raises
    ------
    PacketError
        Of another length.
    """
    if len(answer) == 2:
        return None
    if len(answer) < 6:
        raise PacketError(f"{len(answer)} bytes", where="MetaMotion logger")
    part = answer[5]
    return Logger(answer[2], answer[3] & ~READ, part & 0x1F, (part >> 5 & 3) + 1)


def entries_of(raw: bytes) -> Entries:
    """Return the entries in notifications of the log, their first two bytes left off."""
    return np.frombuffer(raw, ENTRY, len(raw) // ENTRY.itemsize)


def vectors_of(entries: Entries, loggers: dict[int, Logger], module: int) -> tuple[FloatArray, CountArray]:
    """Return ticks and counts of an instrument's vectors.

    Returns
    -------
    (n,) ticks of the board's clock, and (n, 3) counts; a vector of which a part is missing is left out, and
    all are where not all bytes of the instrument are logged.
    """
    parts = sorted(
        (logger.offset, number)
        for number, logger in loggers.items()
        if logger.module == module and _fits(logger)
    )
    if sum(loggers[number].width for _, number in parts) != VECTOR_BYTES or not parts:
        return np.zeros(0), np.zeros((0, 3), np.int16)
    logged = [entries[entries["head"] & ID_MASK == number] for _, number in parts]
    if not all(len(part) for part in logged):
        return np.zeros(0), np.zeros((0, 3), np.int16)
    ticks = [part["tick"].astype(np.float64) for part in logged]
    rows = [nearest_of(part, ticks[0]) for part in ticks]
    together = np.max([np.abs(part[row] - ticks[0]) for part, row in zip(ticks, rows, strict=True)], axis=0)
    raw = [
        part["data"][row, : loggers[number].width]
        for part, row, (_, number) in zip(logged, rows, parts, strict=True)
    ]
    complete = together <= PARTS_APART_TICKS
    counts = np.ascontiguousarray(np.hstack(raw)[complete]).view("<i2")
    return ticks[0][complete], counts.astype(np.int16)


def _fits(logger: Logger) -> bool:
    return logger.offset + logger.width <= VECTOR_BYTES


def nearest_of(times: FloatArray, wanted: FloatArray) -> IntArray:
    """Return, for each of (m,) wanted times, the place of the nearest of (n,) increasing times."""
    after = np.clip(np.searchsorted(times, wanted), 0, len(times) - 1)
    before = np.maximum(after - 1, 0)
    closer = np.abs(times[before] - wanted) <= np.abs(times[after] - wanted)
    nearest: IntArray = np.where(closer, before, after)
    return nearest


def run_of(entries: Entries, loggers: dict[int, Logger], acc: Config, gyr: Config) -> tuple[KeptRun, float]:
    """Return the run in a log's entries, and the tick of its first sample.

    Only the newest run of the board's clock is used, as its distance to earlier runs is unknown.

    Raises
    ------
    PacketError
        No acceleration with angular rate at the same time.
    """
    if not len(entries):
        raise PacketError("no entry", where="MetaMotion log")
    own = entries[entries["head"] >> RESET_SHIFT == entries["head"][-1] >> RESET_SHIFT]
    (acc_ticks, acc_counts), (gyr_ticks, gyr_counts) = (
        vectors_of(own, loggers, module) for module in (ACC, GYR)
    )
    if not len(acc_ticks) or not len(gyr_ticks):
        held = "acceleration alone" if len(acc_ticks) else "no acceleration"
        raise PacketError(f"{held}; log both instruments at one rate", where="MetaMotion log")
    near = nearest_of(gyr_ticks, acc_ticks)
    apart_us = np.abs(gyr_ticks[near] - acc_ticks) * TICK_US
    keep = apart_us < 0.6e6 / acc.rate_hz
    if not keep.any():
        raise PacketError("acceleration and angular rate at different times", where="MetaMotion log")
    counts = np.hstack([acc_counts, gyr_counts[near]])[keep]
    clock_us = (acc_ticks[keep] - acc_ticks[keep][0]) * TICK_US
    setup = Scale(acc.rate_hz, acc.full_scale, gyr.full_scale)
    pieces = consecutive(counts, clock_us, acc.rate_hz)
    return KeptRun(setup, pieces, None, stamp_us=round(TICK_US)), float(acc_ticks[keep][0])


@dataclass(frozen=True)
class MetaMemory:
    """The log of a board."""

    notifies: tuple[str, ...] = (NOTIFY,)

    async def fetch(self, link: Link, say: Callable[[str], None]) -> KeptRun:
        """Stop the log and fetch all of it.

        Raises
        ------
        SensorError
            It is empty, or holds no run.
        """
        await link.write(COMMAND, bytes([LOG, ENABLE, 0]))
        kind = (await _read(link, ACC, 0))[2]
        acc, gyr = await _config(link, ACC, kind), await _config(link, GYR, kind)
        facts = await _read(link, LOG, 0)
        revision, slots = (facts[3], facts[4]) if len(facts) > 4 else (0, 8)
        loggers = {}
        for number in range(slots):
            logger = logger_of(await _read(link, LOG, TRIGGER, bytes([number])))
            if logger is not None:
                loggers[number] = logger
        now_tick, now_reset = struct.unpack("<IB", (await _read(link, LOG, TIME))[2:7])
        now = datetime.now(UTC)
        entries = await _readout(link, revision, Progress(say))
        try:
            run, first_tick = run_of(entries, loggers, acc, gyr)
        except PacketError as error:
            raise SensorError(
                f"holds no run ({error})", where=link.name, todo="log both instruments with its app first"
            ) from error
        ago = timedelta(microseconds=(now_tick - first_tick) * TICK_US)
        started = now - ago if entries["head"][-1] >> RESET_SHIFT == now_reset else None
        return KeptRun(run.setup, run.pieces, started, run.stamp_us)


async def _read(link: Link, module: int, register: int, more: bytes = b"") -> bytes:
    """Return the answer to a question for a register."""
    question = bytes([module, register | READ]) + more

    def fits(payload: bytes) -> bytes | None:
        return payload if len(payload) >= 2 and payload[:2] == question[:2] else None

    return (await link.exchange(COMMAND, question, fits)).answer


async def _config(link: Link, module: int, kind: int) -> Config:
    """Return the rate and full scale that an instrument is set to.

    Raises
    ------
    SensorError
        The codes of rate or range are unknown.
    """
    answer = await _read(link, module, CONFIG)
    acc_ranges = ACC_RANGES_BMI270_G if kind == BMI270_KIND else ACC_RANGES_G
    ranges = acc_ranges if module == ACC else GYR_RANGES_DPS
    rate_hz = RATES_HZ.get(answer[2] & 0x0F) if len(answer) > 3 else None
    full_scale = (
        ranges.get(answer[3] & 0x0F if module == ACC else answer[3] & 0x07) if len(answer) > 3 else None
    )
    if rate_hz is None or full_scale is None:
        raise SensorError(f"has settings that are not known ({answer.hex()})", where=link.name)
    if module == GYR:
        full_scale *= 32768 / (2000 * GYR_LSB_AT_2000)
    return Config(rate_hz, full_scale)


async def _readout(link: Link, revision: int, progress: Progress) -> Entries:
    """Return all entries of the log.

    Raises
    ------
    LinkLostError
        The link went, or entries stayed away.
    """
    if revision == FLUSHED:
        await link.write(COMMAND, bytes([LOG, FLUSH, 1]))
    for register in (LEFT, PAGE, ENTRIES) if revision == PAGED else (LEFT, ENTRIES):
        await link.write(COMMAND, bytes([LOG, register, 1]))
    length = int.from_bytes((await _read(link, LOG, LENGTH))[2:6], "little")
    if not length:
        raise SensorError("its log is empty", where=link.name, todo="log both instruments with its app first")
    progress.total_bytes = length * ENTRY.itemsize
    raw = bytearray()
    with link.listening():
        await link.write(
            COMMAND, bytes([LOG, READOUT]) + struct.pack("<II", length, max(1, length // NOTICES))
        )
        while True:
            payload = await link.hear(SILENCE_S)
            if payload[:2] == bytes([LOG, ENTRIES]):
                raw += payload[2 : 2 + (len(payload) - 2) // ENTRY.itemsize * ENTRY.itemsize]
                progress.at(len(raw))
            elif payload[:2] == bytes([LOG, PAGE]):
                await link.write(COMMAND, bytes([LOG, PAGE_TAKEN]))
            elif payload[:2] == bytes([LOG, LEFT]) and not int.from_bytes(payload[2:6], "little"):
                break
    lost = length - len(raw) // ENTRY.itemsize
    if lost > 0:
        raise LinkLostError(f"{lost} entries were lost on the way", where=link.name)
    return entries_of(bytes(raw))
