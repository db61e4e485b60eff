"""Samples without an index: numbered by the sensor's clock or by their order; holes, repeats, wraps."""

import numpy as np
import pytest

from gait.journal.format import JOURNAL_NAME, read_journal
from gait.journal.samples import Pieces, runs_of
from gait.journal.writer import JournalWriter
from gait.sensors.samples.timed_stream import Piece, TimedStream

PERIOD_US = 5000.0


def piece(number, clock_us, samples=4):
    """A piece whose counts tell its number."""
    return Piece(np.full((samples, 6), number, np.int16), clock_us, number * 20_000)


def test_a_lost_packet_is_a_hole_of_its_length():
    """Two of five packets missing: the index jumps by eight, and so many are given up."""
    stream = TimedStream(0, PERIOD_US)
    blocks = [
        block for number in (0, 1, 4) for block in stream.take(piece(number, 7_000_000 + number * 20_000))
    ]
    assert [one.index for one in blocks] == [0, 4, 16]
    assert [one.device_us for one in blocks] == [7_000_000, 7_020_000, 7_080_000]
    assert (stream.counts.given_up, stream.counts.lost_packets, stream.epoch) == (8, 1, 0)


@pytest.mark.parametrize("jitter_us", [-4000, 3000, 5500])
def test_a_stamp_that_is_a_little_off_is_no_hole(jitter_us):
    """A task that was held up for some ms, or stamps in whole ms: the samples follow one another."""
    stream = TimedStream(0, PERIOD_US)
    stream.take(piece(0, 0))
    assert stream.take(piece(1, 20_000 + jitter_us))[0].index == 4


def test_a_packet_that_comes_twice_counts_once():
    """Bleak #2002: the same stamp again."""
    stream = TimedStream(0, PERIOD_US)
    stream.take(piece(0, 1000))
    assert stream.take(piece(0, 1000)) == []
    assert stream.counts.duplicates == 1


def test_pieces_that_come_again_or_late_stay_out():
    """Repeats in any order, and one that was held up: no new epoch, nothing at a wrong time."""
    stream = TimedStream(0, PERIOD_US)
    blocks = [
        (number, block)
        for number in (0, 1, 2, 0, 1, 2, 3, 5, 4, 6, 3, 5, 6, 7)
        for block in stream.take(piece(number, 7_000_000 + number * 20_000))
    ]
    assert [number for number, _ in blocks] == [0, 1, 2, 3, 5, 6, 7]
    assert [one.index for _, one in blocks] == [0, 4, 8, 12, 20, 24, 28]
    assert all(one.device_us == 7_000_000 + number * 20_000 for number, one in blocks)
    assert (stream.counts.duplicates, stream.epoch) == (7, 0)


def test_a_clock_that_is_set_back_a_little_is_a_new_epoch():
    """Half a second back for good: one piece stays out, then the clock counts as begun anew."""
    stream = TimedStream(0, PERIOD_US)
    for number in range(40):
        stream.take(piece(number, number * 20_000))
    epochs = [
        block.epoch
        for number in range(40, 50)
        for block in stream.take(piece(number, number * 20_000 - 507_000))
    ]
    assert epochs == [1] * 9


def order_error_us(keeps, rate=1.0):
    """Largest time error of samples without stamps, us, of which some are lost or come more than once."""
    stream, worst = TimedStream(0, PERIOD_US), 0.0
    starts_us = {}
    for number in range(6000):
        true_us = round(number * PERIOD_US / rate)
        for _ in range(keeps(number)):
            for block in stream.take(Piece(np.zeros((1, 6), np.int16), None, true_us + 4000)):
                # Each epoch is put where its first arrival was.
                start_us = starts_us.setdefault(block.epoch, true_us - block.device_us)
                worst = max(worst, abs(block.device_us / rate + start_us - true_us))
    return worst, stream.epoch


def test_order_that_no_longer_keeps_time_begins_anew():
    """Every eighth lost, or every eighth twice, for half a minute: times stay within 0.3 s of the truth."""
    for keeps in (lambda number: int(number % 8 > 0), lambda number: 1 + (number % 8 == 0)):
        worst_us, epochs = order_error_us(keeps)
        assert worst_us < 300_000
        assert epochs > 5


@pytest.mark.parametrize("rate", [0.985, 1.0, 1.015])
def test_a_rate_that_is_off_is_no_loss(rate):
    """An IMU that samples 1.5 % too fast or too slow keeps its one clock, which is fitted later."""
    worst_us, epochs = order_error_us(lambda _: 1, rate)
    assert (worst_us < 1.0, epochs) == (True, 0)


def test_a_link_that_stands_still_is_no_loss():
    """Three seconds of arrivals held up and then all at once: the order goes on."""
    stream = TimedStream(0, PERIOD_US)
    for number in range(3000):
        true_us = number * 5000
        held_us = 9_000_000 if 6_000_000 < true_us < 9_000_000 else true_us
        stream.take(Piece(np.zeros((1, 6), np.int16), None, held_us + 4000 + number))
    assert stream.epoch == 0


def test_a_clock_that_begins_anew_is_a_new_epoch():
    """Switched off and on, or set forward by 50 s: one piece stays out, the next begins an epoch.

    Set forward, all samples before it were left out of the CSV: its clock had put them before the session.
    """
    for first_us in (100_000, 100_000_000):
        stream = TimedStream(0, PERIOD_US)
        stream.take(piece(0, 50_000_000))
        assert stream.take(piece(1, first_us)) == []
        block = stream.take(piece(2, first_us + 20_000))[0]
        assert (block.epoch, block.index, block.device_us) == (1, 0, first_us + 20_000)


@pytest.mark.parametrize("stamp_us", [0, 100_000_000, 1 << 40])
def test_one_stamp_that_makes_no_sense_changes_nothing(stamp_us):
    """Damaged on its way: its piece alone stays out."""
    stream = TimedStream(0, PERIOD_US)
    taken = [
        stream.take(piece(number, stamp_us if number % 5 == 4 else 50_000_000 + number * 20_000))
        for number in range(40)
    ]
    assert [not blocks for blocks in taken] == [number % 5 == 4 for number in range(40)]
    assert stream.epoch == 0
    assert [block.index for blocks in taken for block in blocks] == [4 * n for n in range(40) if n % 5 != 4]


def test_pieces_lost_in_a_long_stall_are_a_hole_and_no_new_epoch():
    """A link that stood for 20 s and lost what it held: the newest piece may be far behind the next."""
    stream = TimedStream(0, PERIOD_US)
    for number in range(50):
        stream.take(piece(number, 50_000_000 + number * 20_000))
    held = Piece(np.zeros((4, 6), np.int16), 51_000_000, 21_000_000)
    after = Piece(np.zeros((4, 6), np.int16), 71_000_000, 21_010_000)
    blocks = stream.take(held) + stream.take(after)
    assert [(one.epoch, one.index) for one in blocks] == [(0, 200), (0, 4200)]


@pytest.mark.parametrize("wrap_us", [86_400_000_000, 1 << 32])
def test_a_clock_that_wraps_goes_on(wrap_us):
    """Midnight of a time of day, 71.6 minutes of microseconds: the clock is unwrapped."""
    stream = TimedStream(0, PERIOD_US, wrap_us)
    stream.take(piece(0, wrap_us - 12_000))
    block = stream.take(piece(1, 8_000))[0]
    assert (block.epoch, block.index, block.device_us) == (0, 4, wrap_us + 8_000)


def test_without_a_clock_the_order_counts():
    """Any arrival: one after the other at the nominal period; a new epoch only where it is asked for."""
    stream = TimedStream(0, PERIOD_US)
    for number in range(3):
        block = stream.take(Piece(np.zeros((4, 6), np.int16), None, number**2 * 100_000))[0]
        assert (block.index, block.device_us) == (4 * number, 20_000 * number)
    stream.restart()
    block = stream.take(Piece(np.zeros((4, 6), np.int16), None, 9_000_000))[0]
    assert (block.epoch, block.index) == (1, 0)


def test_stamps_in_whole_milliseconds_are_evened(tmp_path):
    """A rate of 197.3 Hz stamped in ms: read back, each sample is within 0.15 ms of its true time."""
    true_period_us = 1e6 / 197.3
    stream = TimedStream(0, PERIOD_US)
    with JournalWriter(tmp_path / JOURNAL_NAME) as journal:
        facts = {"epoch": 0, "config_id": 0, "rate_hz": 200, "acc_range_g": 16, "gyr_range_dps": 2000}
        journal.note("config", {**facts, "stamp_us": 1000}, 0)
        for number in range(2000):
            true_us = 5_000_000 + 4 * number * true_period_us
            stamp_us = int(true_us // 1000) * 1000
            arrival_us = round(true_us + 3 * true_period_us) + 4000
            for block in stream.take(Piece(np.zeros((4, 6), np.int16), stamp_us, arrival_us)):
                journal.block(block)
    read = read_journal(tmp_path)
    configs = {(0, 0): read.named("config")[0]}
    times_s = np.concatenate([one.time_s for one in Pieces(runs_of(read, 0, configs), 0).times()])
    true_s = 5.0 + np.arange(8000) * true_period_us / 1e6
    off_ms = 1e3 * (times_s - true_s)
    assert np.max(np.abs(off_ms - np.median(off_ms))) < 0.6
    assert np.percentile(np.abs(off_ms - np.median(off_ms)), 99) < 0.15
