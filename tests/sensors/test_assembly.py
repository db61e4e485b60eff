"""Packets to samples: the index decides, whatever the order, the repeats and the wraps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gait.protocol.data import DataPacket, Flag
from gait.sensors.samples.index_ranges import Coverage
from gait.sensors.samples.sample_stream import Assembly
from tests.properties import cases

PERIOD_US = 2403.875
PLAIN = Flag(0)


def packet(number, *, n=19, base=0, clock=0, flags=PLAIN, seq=None, shift_us=0):
    """The packet of samples `number * n` on; every count is the sample's own number."""
    index = base + number * n
    counts = np.repeat(np.arange(number * n, number * n + n, dtype=np.int16)[:, None], 6, axis=1)
    t_us = round(clock + number * n * PERIOD_US) + shift_us
    seq = number if seq is None else seq
    return DataPacket(seq % 65536, index % 2**32, t_us % 2**32, 1, PERIOD_US, flags, counts)


def numbers(blocks):
    """Which samples blocks hold."""
    return [int(one) for block in blocks for one in block.counts[:, 0]]


@cases(50)
@given(st.data())
def test_any_order_and_any_repeats_give_each_sample_once(data):
    """Live packets with losses, repeats of any of them, and backfills that overlap: each sample once."""
    live = sorted(data.draw(st.sets(st.integers(0, 40), min_size=1)))
    late = data.draw(st.lists(st.integers(0, 40)))
    again = data.draw(st.lists(st.sampled_from(live)))
    base = data.draw(st.sampled_from([0, 2**32 - 300]))
    clock = data.draw(st.sampled_from([0, 2**32 - 500_000]))
    assembly = Assembly(0)
    got = [
        one
        for number in [*live, *again]
        for one in numbers(assembly.take(packet(number, base=base, clock=clock), number))
    ]
    for number in late:
        got += numbers(assembly.take(packet(number, base=base, clock=clock, flags=Flag.BACKFILL), 0))
    assert sorted(got) == sorted({19 * one + k for one in {*live, *late} for k in range(19)})
    assert assembly.epoch == 0
    assert assembly.counts.implausible == 0


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 15)), max_size=30), st.integers(0, 90))
def test_coverage_is_a_set_of_numbers(adds, until):
    """Against a plain set: what is fresh, what is missing."""
    have, plain = Coverage(), set()
    for start, length in adds:
        wanted = set(range(start, start + length))
        fresh = {one for low, high in have.add(start, start + length) for one in range(low, high)}
        assert fresh == wanted - plain
        plain |= wanted
    missing = {one for low, high in have.missing(until) for one in range(low, high)}
    assert missing == (set(range(min(plain), max(max(plain) + 1, until))) - plain if plain else set())
    if have.pieces > 1:
        assert have.oldest_hole() == have.missing()[0]


def test_losses_are_counted_across_the_wrap_of_the_sequence():
    """65534, 65535, (0 lost), 1, again 1: one lost, and nothing lost by a repeat."""
    assembly = Assembly(0)
    for number, seq in ((0, 65534), (1, 65535), (3, 1), (3, 1), (4, 2)):
        assembly.take(packet(number, seq=seq), 0)
    assert assembly.counts.lost_packets == 1
    assert assembly.counts.duplicates == 1
    assert assembly.missing() == [(38, 57)]


def test_one_damaged_clock_is_dropped_and_its_samples_stay_missing():
    """A packet whose clock is 10 s off is no new start; its samples are asked for again."""
    assembly = Assembly(0)
    assembly.take(packet(0), 0)
    assert assembly.take(packet(1, shift_us=10_000_000), 0) == []
    assert len(assembly.take(packet(2), 0)) == 1
    assert (assembly.counts.implausible, assembly.epoch) == (1, 0)
    assert assembly.missing() == [(19, 38)]


def test_two_packets_on_another_clock_are_a_new_start():
    """The counter and clock begin anew: a new epoch that holds both packets."""
    assembly = Assembly(0)
    for number in range(50, 60):
        assembly.take(packet(number, clock=5_000_000), 0)
    assert assembly.take(packet(0), 0) == []
    blocks = assembly.take(packet(1), 0)
    assert numbers(blocks) == list(range(38))
    assert {one.epoch for one in blocks} == {1}
    assert assembly.counts.implausible == 0


def test_a_flagged_clock_reset_is_believed_at_once():
    """The flag says it: the first packet already starts the new epoch."""
    assembly = Assembly(0)
    assembly.take(packet(0, clock=9_000_000), 0)
    blocks = assembly.take(packet(1, flags=Flag.CLOCK_RESET), 0)
    assert [one.epoch for one in blocks] == [1]


def test_a_lost_first_packet_is_missing_too():
    """The sensor told where its session began; what never came from there on is asked for."""
    assembly = Assembly(0, base=0)
    assert assembly.missing(19) == [(0, 19)]
    assembly.take(packet(1), 0)
    assert assembly.missing() == [(0, 19)]


def test_a_gap_given_up_is_not_asked_for_again():
    """What was overwritten stays a gap and is counted."""
    assembly = Assembly(0)
    assembly.take(packet(0), 0)
    assembly.take(packet(3), 0)
    assembly.give_up((19, 40))
    assert assembly.missing() == [(40, 57)]
    assert assembly.counts.given_up == 21
