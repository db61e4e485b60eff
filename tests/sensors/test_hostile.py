"""Sensors that do what none should: the recorder counts, drops, gives up, and never crashes or hangs."""

import contextlib
import random

import numpy as np
import pytest
from bleak.exc import BleakError

from gait.errors import SensorError
from gait.protocol.control import Done, Op, Result, encode_answer
from gait.protocol.data import DataPacket, Flag, decode_data, encode_data
from gait.recording.read import read_recording
from gait.sensors.samples.sample_stream import MOST_GAPS, MOST_RESTARTS, Assembly
from gait.sensors.session import Watchers
from gait.virtual.radio.direct import DirectPeripheral

PERIOD_US = 2403.75


class Noisy(DirectPeripheral):
    """Between its packets it sends bytes of every kind, and odd packets of every field."""

    def send(self, packet):
        super().send(packet)
        choice = random.Random(packet.index)
        for _ in range(choice.randrange(4)):
            kind = choice.randrange(4)
            if kind == 0:
                self.send_bytes(choice.randbytes(choice.randrange(300)))
            elif kind == 1:
                self.send_bytes(b"\x11" + choice.randbytes(243))
            elif kind == 2:
                self.send_bytes(encode_data(packet)[: choice.randrange(244)])
            else:
                self.answer(choice.randbytes(choice.randrange(20)))


def test_noise_between_packets_changes_nothing(direct):
    """Random, cut and oversized notifications and answers: every sample, with its value."""
    made = direct((), seconds=20.0, kind=Noisy)
    recorded = made.run().recorded[0]
    sensor = made.peripherals[0].sensor
    assert recorded.samples == sensor.taken
    assert recorded.gaps == 0
    assert made.counts()["malformed"] > 100
    found = read_recording(recorded.path)
    at_s = np.array([sensor.sample_time_s(one) for one in range(sensor.taken)]) - sensor.zero_s
    truth = sensor.motion.counts(at_s, 16, 2000)
    assert np.max(np.abs(found.acc / (16 * 9.80665) * 32768 - truth[:, :3])) < 0.6


class Restless(DirectPeripheral):
    """Every packet on a clock and a counter of its own, each flagged as a clock reset."""

    def send(self, packet):
        choice = random.Random(packet.seq)
        odd = DataPacket(
            packet.seq,
            choice.randrange(1 << 32),
            choice.randrange(1 << 32),
            packet.config_id,
            packet.period_us,
            Flag.CLOCK_RESET,
            packet.counts,
        )
        self.send_bytes(encode_data(odd))


def test_a_clock_that_resets_with_every_packet_is_borne(direct):
    """A new start with each packet for 50 s: bounded, finished, times increase."""
    made = direct((), seconds=50.0, kind=Restless)
    recorded = made.run().recorded[0]
    assert made.counts()["restarts"] == MOST_RESTARTS
    assert made.counts()["implausible"] > 0
    assert np.all(np.diff(read_recording(recorded.path).time_s) > 0.0)


def test_gaps_without_end_stay_bounded():
    """Three times as many gaps as are kept, one between any two samples: the oldest are given up."""
    assembly = Assembly(0)
    packets = 3 * MOST_GAPS
    for number in range(packets):
        counts = np.zeros((1, 6), np.int16)
        at_us = round(2 * number * PERIOD_US) % (1 << 32)
        assembly.take(DataPacket(number % 65536, 2 * number, at_us, 1, PERIOD_US, Flag(0), counts), 0)
    assert assembly.have.pieces <= MOST_GAPS
    assert assembly.counts.samples == packets
    assert assembly.counts.given_up == packets - len(assembly.missing()) - 1


@pytest.mark.parametrize("period_us", [0.25, 100.0, 6500.0, 16383.75])
def test_a_period_that_fits_no_rate_is_damage(period_us):
    """The clock of a packet may not be taken from a period that no sensor has."""
    assembly = Assembly(0)
    packet = DataPacket(0, 0, 0, 1, period_us, Flag(0), np.zeros((19, 6), np.int16))
    assert assembly.take(packet, 0) == []
    assert assembly.counts.implausible == 1


class Liar(DirectPeripheral):
    """Says OK to every BACKFILL, and sends nothing of what was lost first."""

    lost = range(19 * 40, 19 * 45)

    def send(self, packet):
        if packet.index not in self.lost:
            super().send(packet)


def test_one_gap_that_never_comes_does_not_keep_others_waiting(direct):
    """Five packets that the sensor never has: given up after some tries; 2 % of loss is still filled."""
    made = direct((), seconds=30.0, kind=Liar, loss=0.02)
    recorded = made.run().recorded[0]
    assert made.counts()["given_up"] == 5 * 19
    assert recorded.samples == made.peripherals[0].sensor.taken - 5 * 19
    assert recorded.gaps == 1


def test_more_gaps_than_one_a_second_are_filled(direct):
    """A tenth of all packets lost, the answers to BACKFILL too: nothing missing."""
    made = direct((), seconds=60.0, loss=0.1)
    recorded = made.run().recorded[0]
    assert made.counts()["lost_packets"] > 100
    assert recorded.samples == made.peripherals[0].sensor.taken
    assert made.counts()["given_up"] == 0


class Refusing(DirectPeripheral):
    """Answers some commands with a refusal."""

    refused = ()
    result = Result.BAD_VALUE

    def write(self, value):
        if value[0] in self.refused:
            self.answer(encode_answer(Done(Op(value[0]), self.result)))
        else:
            super().write(value)


@pytest.mark.parametrize("result", [Result.BAD_COMMAND, Result.BAD_VALUE, Result.NOT_RUNNING, Result.BUSY])
@pytest.mark.parametrize("op", [Op.SYNC, Op.STOP, Op.BACKFILL])
def test_a_refused_command_costs_only_itself(direct, op, result):
    """SYNC, STOP or BACKFILL refused: the session goes on, and everything that came is written."""
    made = direct(["drop@3+1"], seconds=8.0, kind=Refusing)
    made.peripherals[0].refused, made.peripherals[0].result = (op,), result
    recorded = made.run().recorded[0]
    sensor = made.peripherals[0].sensor
    if op is Op.BACKFILL:
        assert recorded.gaps == 1
        assert recorded.samples > 0.8 * 8 * 416
    else:
        assert recorded.samples >= sensor.taken - 19
        assert recorded.gaps == 0
    assert recorded.length_s == pytest.approx(8.0, abs=0.6)


def test_a_refused_start_is_told_and_leaves_no_folder(direct):
    """A rate that the sensor does not have: one line with what to do, and nothing behind."""
    made = direct((), seconds=5.0, kind=Refusing)
    made.peripherals[0].refused = (Op.START,)
    assert made.run().recorded == ()
    assert "left shoe: Gait-00L: refused START (BAD_VALUE); choose another --rate" in made.said
    assert len(made.said) == 2
    assert not made.folder.exists()


class Deaf(DirectPeripheral):
    """The first START is carried out, but the link breaks before the answer."""

    broken = False

    def write(self, value):
        if value[0] == Op.START and not self.broken:
            self.broken = True
            self.carry_out(value)
            self.drop(self)
        else:
            super().write(value)

    def carry_out(self, value):
        self.sensor.command(value, self.clock_s())


class Lost(Deaf):
    """The first START never reaches it."""

    def carry_out(self, value):
        """Nothing of it."""


@pytest.mark.parametrize("kind", [Deaf, Lost])
def test_a_link_that_breaks_at_start_does_not_end_the_session(direct, kind):
    """START done or not, its answer lost: connected again, and whole from the sensor's first sample on."""
    made = direct((), seconds=6.0, kind=kind)
    recorded = made.run().recorded[0]
    assert recorded.samples == made.peripherals[0].sensor.taken > 5 * 416
    assert recorded.gaps == 0
    assert "ended" not in made.events()


class Repeating(DirectPeripheral):
    """After 3 s it sends the same packet for ever, until it gets a command."""

    first = b""

    def send(self, packet):
        if packet.index < 3 * 416 or not self.mute_until_asked:
            super().send(packet)
            self.first = encode_data(packet)
        else:
            self.send_bytes(self.first)

    mute_until_asked = True

    def write(self, value):
        if value[0] == Op.START and self.sensor.running:
            self.mute_until_asked = False
        super().write(value)


def test_a_sensor_that_repeats_itself_counts_as_silent(direct):
    """Packets come, but no samples: asked again after 2 s, and the gap is fetched."""
    made = direct((), seconds=10.0, kind=Repeating)
    recorded = made.run().recorded[0]
    assert "silent" in made.events()
    assert recorded.samples == made.peripherals[0].sensor.taken


class Foreign(DirectPeripheral):
    """Has the profile's service, and a STATUS that is none."""

    def read(self, uuid):
        return uuid.encode()


def test_a_sensor_that_does_not_speak_the_profile_is_refused(direct):
    """One line, and no folder left."""
    made = direct((), seconds=5.0, kind=Foreign)
    with pytest.raises(SensorError, match=r"Gait-00L: does not speak the open profile"):
        made.run()
    assert not made.folder.exists()


EVERY = 23
"""Reads and writes from one error to the next."""


class Broken(DirectPeripheral):
    """A stack that raises whatever it likes now and then, and loses the link with it."""

    turn = 0

    def read(self, uuid):
        self.trip()
        return super().read(uuid)

    def write(self, value):
        self.trip()
        super().write(value)

    def trip(self):
        self.turn += 1
        errors = [BleakError("x"), OSError(5, "x"), EOFError(), AssertionError(), AttributeError("x")]
        errors += [KeyError("x"), TypeError("x"), ValueError("x"), RuntimeError("x")]
        if self.turn % EVERY == 0:
            self.drop(self)
            raise errors[self.turn // EVERY % len(errors)]


def test_whatever_a_stack_raises_ends_a_link_and_not_the_session(direct):
    """Nine kinds of errors of Bluetooth stacks, one after the other: reconnected, nothing missing."""
    made = direct((), seconds=110.0, kind=Broken, loss=0.05)
    recorded = made.run().recorded[0]
    assert made.events().count("link") > 9
    assert recorded.samples == made.peripherals[0].sensor.taken


def test_a_watcher_that_fails_does_not_end_the_recording(direct):
    """Live analysis, live line and messages all raise: the recording is whole, the journal says so."""

    def fail(*_):
        raise ZeroDivisionError("a bug of the live view")

    made = direct((), seconds=5.0)
    recorded = made.run(watchers=Watchers(fail, fail, fail)).recorded[0]
    assert recorded.samples == made.peripherals[0].sensor.taken
    said = [one["text"] for one in made.journal.named("event", 255)]
    assert len(said) == 3
    assert any(text.startswith("live analysis: ZeroDivisionError") for text in said)


class Mad(DirectPeripheral):
    """Alters a third of what it sends: cuts, lengthens, changes a byte; drops the link now and then."""

    choice = random.Random()

    def alter(self, raw):
        kind = self.choice.randrange(12)
        if kind > 3 or not raw:
            return raw
        at = self.choice.randrange(len(raw))
        if kind == 0:
            return raw[:at]
        if kind == 1:
            return raw + self.choice.randbytes(5)
        return raw[:at] + self.choice.randbytes(1) + raw[at + 1 :]

    def read(self, uuid):
        return self.alter(super().read(uuid))

    def answer(self, payload):
        super().answer(self.alter(payload))

    def send_bytes(self, payload):
        super().send_bytes(self.alter(payload))
        if self.choice.random() < 0.002:
            self.drop(self)


@pytest.mark.parametrize("seed", range(12))
def test_any_sensor_ends_in_recordings_or_one_line(direct, seed):
    """Reads, answers and packets altered at random for a minute: an end, in time, and increasing times."""
    made = direct((), seconds=60.0, rate=104, kind=Mad)
    made.peripherals[0].choice = random.Random(seed)
    began_s = made.loop.now_s
    with contextlib.suppress(SensorError):  # a STATUS that cannot be read even at the beginning
        made.run()
    assert made.loop.now_s - began_s < 200.0
    for one in made.finished.recorded if made.finished else ():
        found = read_recording(one.path)
        assert np.all(np.diff(found.time_s) > 0.0)
        assert found.time_s[-1] < 140.0


def test_the_packets_of_these_tests_are_packets():
    """What `Restless` sends can be decoded: it tests the assembly, not the decoder."""
    packet = DataPacket(1, 2, 3, 4, PERIOD_US, Flag.CLOCK_RESET, np.zeros((19, 6), np.int16))
    assert decode_data(encode_data(packet)).flags is Flag.CLOCK_RESET
