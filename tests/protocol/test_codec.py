"""The codec of the open profile: worked bytes, round trips, and `PacketError` alone for everything else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.errors import PacketError
from gait.protocol.control import (
    Backfill,
    BackfillDone,
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
from gait.protocol.data import DataPacket, Flag, decode_data, encode_data, to_counts, to_samples
from gait.protocol.profile import RATES_HZ, unwrap
from gait.protocol.status import STATUS_BYTES, Status, decode_status, encode_status

U8, U16, U32 = st.integers(0, 255), st.integers(0, 65535), st.integers(0, 2**32 - 1)
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
    st.builds(Sync, st.integers(0, 2**64 - 1)),
    st.builds(Backfill, U32, U32),
    st.builds(SetName, st.text(min_size=1, max_size=5)),
    st.builds(SetSide, st.integers(0, 2), st.integers(0, 2)),
    st.just(Stop()),
    st.just(Identify()),
)
ANSWERS = st.one_of(
    st.builds(Started, st.just(Result.OK), U8, U32),
    st.builds(SyncTimes, st.sampled_from(Result), st.integers(0, 2**64 - 1), U32, U32),
    st.builds(BackfillDone, st.sampled_from(Result), U32, U32),
    st.builds(
        Done, st.sampled_from([Op.STOP, Op.SET_NAME, Op.IDENTIFY, Op.SET_SIDE]), st.sampled_from(Result)
    ),
)
STATUS = Status(
    "left", "shoe", True, False, 208, 16, 2000, 3, 87, 5, 6, 12480, 10, 900, 123456, 0, "SN-1", "1.0.2"
)


def test_worked_bytes() -> None:
    """One sample at 208 Hz, by hand."""
    counts = np.array([[1, -1, 2048, 0, 256, -32768]], dtype=np.int16)
    packet = DataPacket(513, 1, 256, 7, 4807.75, Flag.BACKFILL | Flag.ACC_CLIPPED, counts)
    expected = "11 05 0102 01000000 00010000 01 07 1f4b 0100 ffff 0008 0000 0001 0080"
    assert encode_data(packet) == bytes.fromhex(expected)


def test_a_full_packet_fills_an_mtu_of_247() -> None:
    """Nineteen samples are 244 bytes, at each rate of the profile."""
    for rate in RATES_HZ:
        packet = DataPacket(0, 0, 0, 0, 1e6 / rate, Flag(0), np.zeros((19, 6), dtype=np.int16))
        raw = encode_data(packet)
        assert len(raw) == 244
        assert decode_data(raw).period_us == pytest.approx(1e6 / rate, abs=0.13)


@given(PACKETS)
def test_data_round_trip_and_truncation(packet: DataPacket) -> None:
    """What goes in comes out; no shorter or longer payload is taken."""
    raw = encode_data(packet)
    back = decode_data(raw)
    for name in ("seq", "index", "t_us", "config_id", "period_us", "flags"):
        assert getattr(back, name) == getattr(packet, name)
    assert (back.counts == packet.counts).all()
    for length in range(len(raw)):
        with pytest.raises(PacketError):
            decode_data(raw[:length])
    with pytest.raises(PacketError):
        decode_data(raw + b"\0")


@given(COMMANDS)
def test_command_round_trip_and_truncation(command: object) -> None:
    """Every command, both ways; a name may be cut, nothing else."""
    raw = encode_command(command)
    assert decode_command(raw) == command
    if not isinstance(command, SetName):
        for length in range(len(raw)):
            with pytest.raises(PacketError):
                decode_command(raw[:length])


@given(ANSWERS)
def test_answer_round_trip(answer: object) -> None:
    """Every answer, both ways."""
    assert decode_answer(encode_answer(answer)) == answer


def test_status_round_trip() -> None:
    """64 bytes; later versions may append, none may be shorter."""
    raw = encode_status(STATUS)
    assert len(raw) == STATUS_BYTES == 64
    assert decode_status(raw) == STATUS
    assert decode_status(raw + b"more") == STATUS
    for length in range(len(raw)):
        with pytest.raises(PacketError):
            decode_status(raw[:length])


@given(st.binary(max_size=300))
def test_any_bytes_give_a_packet_or_a_packet_error(raw: bytes) -> None:
    """Nothing from the air raises anything else."""
    for decode in (decode_data, decode_command, decode_answer, decode_status):
        try:
            decode(raw)
        except PacketError:
            continue


@given(st.integers(0, 2**40), st.integers(-2000, 2000), st.sampled_from([16, 32]))
def test_unwrap_finds_the_nearest(near: int, step: int, bits: int) -> None:
    """A counter that moved by less than half its range is unwrapped exactly, across its wrap too."""
    true = near + step
    assert unwrap(true % (1 << bits), near, bits) == true


@given(st.lists(st.floats(-100, 100), min_size=6, max_size=6))
def test_counts_hold_samples_to_half_a_step(values: list[float]) -> None:
    """Rounding to counts and back moves a sample by half a step at most; beyond full scale it is held."""
    acc, gyr = np.array([values[:3]]), np.radians(np.array([values[3:]]))
    back = to_samples(to_counts(acc, gyr, 16, 2000), 16, 2000)
    assert np.abs(back[0] - acc).max() <= 0.5 * 16 * 9.80665 / 32768 + 1e-9
    assert np.degrees(np.abs(back[1] - gyr)).max() <= 0.5 * 2000 / 32768 + 1e-9
    assert (to_counts(acc * 1e6, gyr, 16, 2000)[:, :3] >= -32768).all()
