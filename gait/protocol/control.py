"""CTRL: commands to a sensor and its answers, little-endian.

A command is an operation byte and its fields; the answer, an indication, is ``0x80 | operation``, a result
byte and its fields. Fields are there only with result OK, except for BACKFILL.
"""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass
from typing import TypeAlias

from gait.errors import PacketError
from gait.protocol.profile import RATES_HZ

__all__ = [
    "Answer",
    "Backfill",
    "BackfillDone",
    "Command",
    "Done",
    "Identify",
    "Op",
    "Result",
    "SetName",
    "SetSide",
    "Start",
    "Started",
    "Stop",
    "Sync",
    "SyncTimes",
    "decode_answer",
    "decode_command",
    "encode_answer",
    "encode_command",
]

ANSWER_BIT = 0x80  # set in the first byte of an answer to a command (open profile, firmware_notes/README.md)
NAME_BYTES = 20
"""Longest name, UTF-8 bytes (the profile's, firmware_notes): it must fit into an advertisement beside the
service."""


class Op(enum.IntEnum):
    """Operations."""

    START = 0x01
    STOP = 0x02
    SYNC = 0x03
    BACKFILL = 0x04
    SET_NAME = 0x05
    IDENTIFY = 0x06
    SET_SIDE = 0x07


class Result(enum.IntEnum):
    """How a command ended."""

    OK = 0
    BAD_COMMAND = 1
    BAD_VALUE = 2
    NOT_RUNNING = 3
    BUSY = 4
    OVERWRITTEN = 5


@dataclass(frozen=True)
class Start:
    """Sample at this rate and these ranges, as session `session_id` (not 0)."""

    rate_hz: int
    acc_range_g: int
    gyr_range_dps: int
    session_id: int


@dataclass(frozen=True)
class Stop:
    """Stop sampling; the ring is kept until the next START."""


@dataclass(frozen=True)
class Sync:
    """Clock exchange; `t1_us` is the host's clock, 64 bit, echoed."""

    t1_us: int


@dataclass(frozen=True)
class Backfill:
    """Send `count` samples from `first` on once more, as flagged packets."""

    first: int
    count: int


@dataclass(frozen=True)
class SetName:
    """Name to advertise, at most 20 bytes of UTF-8."""

    name: str


@dataclass(frozen=True)
class SetSide:
    """0 none, 1 left, 2 right; placement 0 none, 1 shoe, 2 shank."""

    side: int
    placement: int


@dataclass(frozen=True)
class Identify:
    """Blink."""


Command: TypeAlias = Start | Stop | Sync | Backfill | SetName | SetSide | Identify


@dataclass(frozen=True)
class Done:
    """Answer without fields to `op`."""

    op: Op
    result: Result


@dataclass(frozen=True)
class Started:
    """Answer to START: the configuration in force and the device clock of sample 0, microseconds."""

    result: Result
    config_id: int = 0
    t0_us: int = 0


@dataclass(frozen=True)
class SyncTimes:
    """Answer to SYNC: `t1_us` echoed, device clock when it came and when this left, microseconds."""

    result: Result
    t1_us: int
    t2_us: int
    t3_us: int


@dataclass(frozen=True)
class BackfillDone:
    """Answer to BACKFILL when all was sent; with OVERWRITTEN `first` is the oldest index still held.

    ``count`` is how many samples were sent.
    """

    result: Result
    first: int
    count: int


Answer: TypeAlias = Done | Started | SyncTimes | BackfillDone

_START = struct.Struct("<HHHI")
_SYNC = struct.Struct("<Q")
_BACKFILL = struct.Struct("<II")
_SIDE = struct.Struct("<BB")
_STARTED = struct.Struct("<BI")
_TIMES = struct.Struct("<QII")


def encode_command(command: Command) -> bytes:
    """Return the bytes of a command.

    Raises
    ------
    PacketError
        For a value out of range.
    """
    try:
        op, body = _command_parts(command)
    except struct.error as error:
        raise PacketError(f"a value out of range ({error})", where="CTRL") from error
    return bytes([op]) + body


def _command_parts(command: Command) -> tuple[Op, bytes]:
    parts: tuple[Op, bytes]
    match command:
        case Start(rate, acc, gyr, session):
            parts = Op.START, _START.pack(rate, acc, gyr, session)
        case Sync(t1):
            parts = Op.SYNC, _SYNC.pack(t1)
        case Backfill(first, count):
            parts = Op.BACKFILL, _BACKFILL.pack(first, count)
        case SetName(name):
            parts = Op.SET_NAME, _name_bytes(name)
        case SetSide(side, placement):
            parts = Op.SET_SIDE, _SIDE.pack(side, placement)
        case Stop():
            parts = Op.STOP, b""
        case Identify():
            parts = Op.IDENTIFY, b""
    return parts


def _name_bytes(name: str) -> bytes:
    raw = name.encode()
    if not 1 <= len(raw) <= NAME_BYTES:
        raise PacketError(f"a name of {len(raw)} bytes", where="CTRL", todo=f"use 1 to {NAME_BYTES}")
    return raw


def decode_command(payload: bytes | bytearray | memoryview) -> Command:
    """Decode the command in a write; for the sensor's end.

    Raises
    ------
    PacketError
        If it is empty, unknown, of the wrong length, or a value does not exist.
    """
    raw = bytes(payload)
    op = _operation(raw[:1], 0)
    body = raw[1:]
    if op is Op.START:
        start = Start(*_fields(_START, body))
        if start.rate_hz not in RATES_HZ or not start.acc_range_g or not start.gyr_range_dps:
            raise PacketError(f"a rate of {start.rate_hz} Hz or a range of zero", where="CTRL START")
        if start.session_id == 0:
            raise PacketError("session 0", where="CTRL START")
        return start
    if op is Op.SYNC:
        return Sync(*_fields(_SYNC, body))
    if op is Op.BACKFILL:
        return Backfill(*_fields(_BACKFILL, body))
    if op is Op.SET_SIDE:
        side = SetSide(*_fields(_SIDE, body))
        if side.side > 2 or side.placement > 2:
            raise PacketError("a side or placement that does not exist", where="CTRL SET_SIDE")
        return side
    if op is Op.SET_NAME:
        return _named(body)
    _fields(struct.Struct("<"), body)
    return Stop() if op is Op.STOP else Identify()


def _named(body: bytes) -> SetName:
    try:
        name = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PacketError("a name that is not UTF-8", where="CTRL SET_NAME") from error
    _name_bytes(name)
    return SetName(name)


def encode_answer(answer: Answer) -> bytes:
    """Return the bytes of an answer; for the sensor's end.

    Raises
    ------
    PacketError
        For a value out of range.
    """
    try:
        match answer:
            case Started():
                head = bytes([ANSWER_BIT | Op.START, answer.result])
                if answer.result is not Result.OK:
                    return head
                return head + _STARTED.pack(answer.config_id, answer.t0_us)
            case SyncTimes():
                head = bytes([ANSWER_BIT | Op.SYNC, answer.result])
                return head + _TIMES.pack(answer.t1_us, answer.t2_us, answer.t3_us)
            case BackfillDone():
                head = bytes([ANSWER_BIT | Op.BACKFILL, answer.result])
                return head + _BACKFILL.pack(answer.first, answer.count)
            case Done():
                return bytes([ANSWER_BIT | answer.op, answer.result])
    except struct.error as error:
        raise PacketError(f"a value out of range ({error})", where="CTRL answer") from error


def decode_answer(payload: bytes | bytearray | memoryview) -> Answer:
    """Decode the answer in an indication.

    Raises
    ------
    PacketError
        If it is too short, unknown, or of the wrong length.
    """
    raw = bytes(payload)
    op = _operation(raw[:1], ANSWER_BIT)
    if len(raw) < 2:
        raise PacketError("no result byte", where="CTRL answer")
    try:
        result = Result(raw[1])
    except ValueError as error:
        raise PacketError(f"result {raw[1]}", where="CTRL answer") from error
    body = raw[2:]
    if op is Op.START and result is Result.OK:
        return Started(result, *_fields(_STARTED, body))
    if op is Op.SYNC and body:
        return SyncTimes(result, *_fields(_TIMES, body))
    if op is Op.BACKFILL and body:
        return BackfillDone(result, *_fields(_BACKFILL, body))
    _fields(struct.Struct("<"), body)
    return Started(result) if op is Op.START else Done(op, result)


def _operation(raw: bytes, bit: int) -> Op:
    if not raw:
        raise PacketError("nothing in it", where="CTRL")
    code = raw[0] ^ bit
    try:
        return Op(code)
    except ValueError as error:
        raise PacketError(f"operation 0x{raw[0]:02x}", where="CTRL") from error


def _fields(layout: struct.Struct, body: bytes) -> tuple[int, ...]:
    if len(body) != layout.size:
        raise PacketError(f"{len(body)} bytes of fields, expected {layout.size}", where="CTRL")
    return layout.unpack(body)
