"""The virtual sensor's firmware: what it samples, what its clock says, what its memory keeps."""

import numpy as np
import pytest

from gait.errors import PacketError
from gait.protocol.control import Backfill, Result, Start, Stop, Sync, encode_command
from gait.protocol.data import Flag
from gait.recording.model import Recording
from gait.virtual.radio.firmware import SensorSettings, VirtualSensor
from gait.virtual.radio.played_motion import Playback


def sensor(acc_z=9.8, **settings):
    """A sensor whose acc z rises by 1 m/s2 a second, from a minute of motion."""
    time_s = np.arange(0.0, 60.0, 0.01)
    acc = np.column_stack([np.zeros_like(time_s), np.zeros_like(time_s), acc_z + time_s])
    recording = Recording("shoe", "left", time_s, acc, np.zeros_like(acc))
    return VirtualSensor(SensorSettings(**settings), Playback(recording))


def started(now_s=100.0, rate=416, **settings):
    """The same, started."""
    one = sensor(**settings)
    one.command(encode_command(Start(rate, 16, 2000, 7)), now_s)
    return one


def test_packets_carry_what_was_felt_at_their_own_time():
    """Counts at index k are the motion at the true time of k; the sensor's clock tells it with its error."""
    one = started(clock_ppm=60.0)
    packets = list(one.advance(110.0))
    index = np.concatenate([packet.index + np.arange(19) for packet in packets])
    true_s = np.array([one.sample_time_s(int(number)) for number in index]) - 100.0
    acc = np.concatenate([packet.counts[:, 2] for packet in packets]) * (16 * 9.80665 / 32768)
    assert np.max(np.abs(acc - (9.8 + true_s))) < 0.005
    clock_us = np.array([packet.t_us for packet in packets]) - packets[0].t_us
    assert np.max(np.abs(clock_us - true_s[::19] * 1e6 * (1 + 60e-6))) < 2.0
    assert [packet.seq for packet in packets] == list(range(len(packets)))


def test_any_pace_of_the_firmware_gives_the_same_packets():
    """Polled often or seldom, within the depth of the ring."""
    often, seldom = started(), started()
    many = [packet for now in np.arange(100.0, 105.0, 0.003) for packet in often.advance(float(now))]
    few = [packet for now in (101.7, 104.997) for packet in seldom.advance(now)]
    assert len(many) == len(few)
    assert all(
        np.array_equal(a.counts, b.counts) and a.t_us == b.t_us for a, b in zip(many, few, strict=True)
    )


def test_the_memory_gives_back_what_was_sent_and_says_what_is_gone():
    """Backfill within the ring is byte for byte; beyond it the answer names the oldest sample left."""
    one = started(ring_s=2.0)
    sent = {packet.index: packet.counts for now in range(101, 111) for packet in one.advance(float(now))}
    first = one.oldest_index // 19 * 19 + 19
    job = one.command(encode_command(Backfill(first, 38)), 110.0)
    assert job.done.result is Result.OK
    for packet in one.stored(job):
        assert packet.flags & Flag.BACKFILL
        assert np.array_equal(packet.counts, sent[packet.index])
    gone = one.command(encode_command(Backfill(0, one.end_index)), 110.0)
    assert gone.done.result is Result.OVERWRITTEN
    assert gone.done.first == one.oldest_index == one.end_index - 832


def test_start_again_carries_on_and_another_session_begins_anew():
    """The same START while running changes nothing; another session id resets the index."""
    one = started()
    list(one.advance(101.0))
    before = one.end_index
    one.command(encode_command(Start(416, 16, 2000, 7)), 101.0)
    assert one.end_index == before
    one.command(encode_command(Start(416, 16, 2000, 8)), 101.0)
    assert one.end_index == 0


def test_stop_keeps_the_memory_and_a_reboot_loses_it():
    """STATUS tells both."""
    one = started()
    list(one.advance(101.0))
    one.command(encode_command(Stop()), 101.0)
    status = one.status(101.0)
    assert (status.running, status.session_id, status.ring_next) == (False, 0, 417)
    one.reboot(102.0)
    assert one.status(102.0).boot_id != status.boot_id
    assert one.status(102.0).ring_samples == 0


def test_sync_tells_the_sensors_clock():
    """t1 comes back as it was; t2 and t3 are the sensor's own clock."""
    one = started(clock_ppm=-40.0, clock_start_us=0)
    times = one.command(encode_command(Sync(2**40 + 5)), 200.0)
    assert times.t1_us == 2**40 + 5
    assert times.t2_us == round(200e6 * (1 - 40e-6))


def test_samples_beyond_the_range_are_held_and_flagged():
    """More than 16 g: full scale, and the flag in the packet."""
    one = started(acc_z=200.0)
    packet = next(one.advance(101.0))
    assert packet.flags & Flag.ACC_CLIPPED
    assert packet.counts[:, 2].max() == 32767


def test_a_command_that_is_none_is_refused():
    """Unknown operations and wrong lengths raise, whatever state the sensor is in."""
    for data in (b"", b"\x55", b"\x01\x02", b"\x03" + bytes(3)):
        with pytest.raises(PacketError):
            started().command(data, 101.0)
