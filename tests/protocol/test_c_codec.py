"""The reference codec in C speaks byte for byte what the Python codec speaks, and refuses what it refuses."""

from __future__ import annotations

import ctypes as c
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.errors import PacketError
from gait.protocol.control import (
    Answer,
    Backfill,
    BackfillDone,
    Command,
    Done,
    Identify,
    Op,
    Result,
    SetName,
    SetSide,
    Start,
    Started,
    Stop,
    Sync,
    SyncTimes,
    decode_answer,
    decode_command,
    encode_answer,
    encode_command,
)
from gait.protocol.data import DataPacket, Flag, decode_data, encode_data
from gait.protocol.profile import RATES_HZ
from gait.protocol.status import Status, decode_status, encode_status

CODEC = Path(__file__).resolve().parents[2] / "firmware_notes" / "codec"
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-pedantic"]
CHECKED = ["-fsanitize=undefined", "-fno-sanitize-recover=all"]

U8, U16, U32 = st.integers(0, 255), st.integers(0, 65535), st.integers(0, 2**32 - 1)
U64 = st.integers(0, 2**64 - 1)
SIDES, PLACEMENTS = ("", "left", "right"), ("", "shoe", "shank")


class Data(c.Structure):
    """``gait_data``."""

    _fields_ = [
        ("index", c.c_uint32),
        ("t_us", c.c_uint32),
        ("seq", c.c_uint16),
        ("period_q", c.c_uint16),
        ("flags", c.c_uint8),
        ("config_id", c.c_uint8),
        ("n", c.c_uint8),
        ("reserved", c.c_uint8),
        ("counts", (c.c_int16 * 6) * 19),
    ]


class CCommand(c.Structure):
    """``gait_command``."""

    _fields_ = [
        ("t1_us", c.c_uint64),
        ("session_id", c.c_uint32),
        ("first", c.c_uint32),
        ("count", c.c_uint32),
        ("rate_hz", c.c_uint16),
        ("acc_range_g", c.c_uint16),
        ("gyr_range_dps", c.c_uint16),
        ("op", c.c_uint8),
        ("side", c.c_uint8),
        ("placement", c.c_uint8),
        ("name_size", c.c_uint8),
        ("name", c.c_uint8 * 20),
    ]


class CAnswer(c.Structure):
    """``gait_answer``."""

    _fields_ = [
        ("t1_us", c.c_uint64),
        ("t0_us", c.c_uint32),
        ("t2_us", c.c_uint32),
        ("t3_us", c.c_uint32),
        ("first", c.c_uint32),
        ("count", c.c_uint32),
        ("op", c.c_uint8),
        ("result", c.c_uint8),
        ("config_id", c.c_uint8),
        ("fields", c.c_uint8),
    ]


class CStatus(c.Structure):
    """``gait_status``."""

    _fields_ = [
        *(
            (name, c.c_uint32)
            for name in (
                "boot_id",
                "session_id",
                "ring_samples",
                "ring_first",
                "ring_next",
                "t_us",
                "overruns",
            )
        ),
        *((name, c.c_uint16) for name in ("rate_hz", "acc_range_g", "gyr_range_dps")),
        *(
            (name, c.c_uint8)
            for name in ("side", "placement", "running", "charging", "config_id", "battery_pct")
        ),
        ("serial", c.c_uint8 * 16),
        ("firmware", c.c_uint8 * 8),
    ]


def compiler() -> str:
    """A C compiler; a loud skip without one, a failure in CI."""
    for name in ("cc", "gcc", "clang"):
        if found := shutil.which(name):
            return found
    if os.environ.get("CI"):
        pytest.fail("no C compiler in CI: tests/run.py must install it")
    pytest.skip("NO C COMPILER ON THIS MACHINE: THE REFERENCE CODEC WAS NOT TESTED")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> c.CDLL:
    """The codec as a shared library, with undefined behaviour trapped where the compiler can."""
    target = tmp_path_factory.mktemp("codec") / f"gait_codec{'.dll' if os.name == 'nt' else '.so'}"
    words = [compiler(), *STRICT, "-shared", *([] if os.name == "nt" else ["-fPIC"])]
    ends = [str(CODEC / "gait_codec.c"), "-o", str(target)]
    for extra in (CHECKED if sys.platform == "linux" else [], []):
        done = subprocess.run([*words, *extra, *ends], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stderr
    loaded = c.CDLL(str(target))
    for name in ("data", "command", "answer", "status"):
        getattr(loaded, f"gait_{name}_encode").restype = c.c_size_t
    return loaded


def c_encode(library: c.CDLL, name: str, value: c.Structure, room: int = 256) -> bytes:
    """What the C encoder writes; empty where it refuses."""
    out = (c.c_uint8 * max(room, 1))()
    size = getattr(library, f"gait_{name}_encode")(c.byref(value), out, c.c_size_t(room))
    return bytes(out[:size])


def c_decode(library: c.CDLL, name: str, kind: type[c.Structure], raw: bytes) -> c.Structure | None:
    """What the C decoder reads; None where it refuses. The bytes lie in a buffer of just their size."""
    value = kind()
    buffer = (c.c_uint8 * len(raw)).from_buffer_copy(raw) if raw else None
    done = getattr(library, f"gait_{name}_decode")(c.byref(value), buffer, c.c_size_t(len(raw)))
    return value if done else None


PACKETS = st.builds(
    DataPacket,
    seq=U16,
    index=U32,
    t_us=U32,
    config_id=U8,
    period_us=st.integers(1, 65535).map(lambda n: n * 0.25),
    flags=st.integers(0, 31).map(Flag),
    counts=st.integers(1, 19).flatmap(
        lambda n: st.lists(st.integers(-32768, 32767), min_size=6 * n, max_size=6 * n).map(
            lambda v: np.array(v, dtype=np.int16).reshape(-1, 6)
        )
    ),
)
COMMANDS = st.one_of(
    st.builds(
        Start,
        st.sampled_from(RATES_HZ),
        st.integers(1, 65535),
        st.integers(1, 65535),
        st.integers(1, 2**32 - 1),
    ),
    st.builds(Sync, U64),
    st.builds(Backfill, U32, U32),
    st.builds(SetName, st.text(min_size=1, max_size=5)),
    st.builds(SetSide, st.integers(0, 2), st.integers(0, 2)),
    st.just(Stop()),
    st.just(Identify()),
)
RESULTS = st.sampled_from(list(Result))
ANSWERS = st.one_of(
    st.builds(Started, st.just(Result.OK), U8, U32),
    st.builds(Started, st.sampled_from([one for one in Result if one is not Result.OK])),
    st.builds(SyncTimes, RESULTS, U64, U32, U32),
    st.builds(BackfillDone, RESULTS, U32, U32),
    st.builds(Done, st.sampled_from([op for op in Op if op is not Op.START]), RESULTS),
)
STATUSES = st.builds(
    Status,
    side=st.sampled_from(SIDES),
    placement=st.sampled_from(PLACEMENTS),
    running=st.booleans(),
    charging=st.booleans(),
    rate_hz=st.sampled_from(RATES_HZ),
    acc_range_g=st.integers(1, 65535),
    gyr_range_dps=st.integers(1, 65535),
    config_id=U8,
    battery_pct=st.integers(0, 100),
    boot_id=U32,
    session_id=U32,
    ring_samples=U32,
    ring_first=U32,
    ring_next=U32,
    t_us=U32,
    overruns=U32,
    serial=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=16),
    firmware=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=8),
)
BYTES = st.one_of(
    st.binary(max_size=70),
    st.builds(lambda a, b: bytes([a]) + b, st.sampled_from([1, 2, 3, 4, 5, 6, 7]), st.binary(max_size=24)),
    st.builds(
        lambda a, b, d: bytes([0x80 | a, b]) + d,
        st.sampled_from([1, 2, 3, 4, 5, 6, 7]),
        st.integers(0, 7),
        st.binary(max_size=18),
    ),
)


def as_c_command(command: Command) -> CCommand:
    """The same command for C."""
    raw = encode_command(command)
    fields = {name: value for name, value in vars(command).items() if name != "name"}
    made = CCommand(op=raw[0], **fields)
    if isinstance(command, SetName):
        name = command.name.encode()
        made.name_size = len(name)
        made.name = (c.c_uint8 * 20)(*name)
    return made


def as_c_answer(answer: Answer) -> CAnswer:
    """The same answer for C."""
    fields = {name: value for name, value in vars(answer).items() if name != "op"}
    op = encode_answer(answer)[0] ^ 0x80
    return CAnswer(op=op, fields=isinstance(answer, SyncTimes | BackfillDone), **fields)


@given(packet=PACKETS)
def test_data_both_ways(library: c.CDLL, packet: DataPacket) -> None:
    """A packet has the same bytes from both, and the same fields from those bytes; a byte less is refused."""
    raw = encode_data(packet)
    found = c_decode(library, "data", Data, raw)
    assert found is not None
    for name in ("seq", "index", "t_us", "config_id", "flags"):
        assert getattr(found, name) == getattr(packet, name)
    assert found.n == len(packet)
    assert found.period_q * 0.25 == packet.period_us
    assert [list(row) for row in found.counts][: len(packet)] == packet.counts.tolist()
    assert c_encode(library, "data", found) == raw
    assert c_encode(library, "data", found, len(raw) - 1) == b""
    assert c_decode(library, "data", Data, raw[:-1]) is None
    assert c_decode(library, "data", Data, raw + b"\0") is None


@given(command=COMMANDS)
def test_commands_both_ways(library: c.CDLL, command: Command) -> None:
    """A command has the same bytes from both; C reads what Python wrote, and writes it again."""
    raw = encode_command(command)
    assert c_encode(library, "command", as_c_command(command)) == raw
    found = c_decode(library, "command", CCommand, raw)
    assert found is not None
    assert c_encode(library, "command", found) == raw
    assert c_encode(library, "command", found, len(raw) - 1) == b""
    if not isinstance(command, SetName):
        for name, value in vars(command).items():
            assert getattr(found, name) == value
    else:
        assert bytes(found.name[: found.name_size]) == command.name.encode()


@given(answer=ANSWERS)
def test_answers_both_ways(library: c.CDLL, answer: Answer) -> None:
    """An answer has the same bytes from both; C reads what Python wrote, and writes it again."""
    raw = encode_answer(answer)
    assert c_encode(library, "answer", as_c_answer(answer)) == raw
    found = c_decode(library, "answer", CAnswer, raw)
    assert found is not None
    assert c_encode(library, "answer", found) == raw
    assert c_encode(library, "answer", found, len(raw) - 1) == b""
    for name, value in vars(answer).items():
        assert getattr(found, name) == value


@given(status=STATUSES)
def test_status_both_ways(library: c.CDLL, status: Status) -> None:
    """STATUS has the same bytes from both; bytes behind are ignored, fewer refused."""
    raw = encode_status(status)
    found = c_decode(library, "status", CStatus, raw + b"later")
    assert found is not None
    assert c_encode(library, "status", found) == raw
    for name in ("boot_id", "ring_next", "t_us", "overruns", "rate_hz", "battery_pct", "running", "charging"):
        assert getattr(found, name) == getattr(status, name)
    assert (SIDES[found.side], PLACEMENTS[found.placement]) == (status.side, status.placement)
    assert c_decode(library, "status", CStatus, raw[:-1]) is None


@given(raw=BYTES)
def test_the_same_commands_and_answers_are_refused(library: c.CDLL, raw: bytes) -> None:
    """Of any bytes both say the same: a command, an answer, or neither."""
    for name, kind, decode in (
        ("command", CCommand, decode_command),
        ("answer", CAnswer, decode_answer),
    ):
        try:
            decode(raw)
            fine = True
        except PacketError:
            fine = False
        assert (c_decode(library, name, kind, raw) is not None) == fine


@given(raw=st.binary(max_size=300), head=st.booleans(), n=st.integers(0, 25))
def test_the_same_packets_are_refused(library: c.CDLL, raw: bytes, head: bool, n: int) -> None:
    """Of any bytes both say the same: DATA, STATUS, or neither."""
    if head:
        raw = bytes([0x11]) + raw[:11].ljust(11, b"\1") + bytes([n]) + raw[11 : 14 + 12 * n].ljust(3, b"\2")
    for name, kind, decode, payload in (
        ("data", Data, decode_data, raw),
        ("status", CStatus, decode_status, bytes([0x21]) + raw[1:]),
    ):
        try:
            decode(payload)
            fine = True
        except PacketError:
            fine = False
        assert (c_decode(library, name, kind, payload) is not None) == fine


@given(status=STATUSES, at=st.integers(0, 63), value=U8)
def test_a_changed_byte_of_status(library: c.CDLL, status: Status, at: int, value: int) -> None:
    """Whatever one byte of STATUS becomes, both take it or both refuse it."""
    raw = bytearray(encode_status(status))
    raw[at] = value
    try:
        decode_status(raw)
        fine = True
    except PacketError:
        fine = False
    assert (c_decode(library, "status", CStatus, bytes(raw)) is not None) == fine
