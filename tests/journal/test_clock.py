"""The clock fit against clocks whose truth is known, over an air with a 15 ms connection interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.journal import clock
from gait.journal.clock import ClockTracker, Exchange, fit_clock
from tests.properties import cases, seeds

INTERVAL_US = 15_000.0
STACK_US = 1_200.0


class Air:
    """Host and sensor with a radio between: packets leave at connection events only, and then some."""

    def __init__(self, seed, ppm, offset_us=7.3e8, drift_ppm=0.0, duration_s=3600.0):
        self.rng = np.random.default_rng(seed)
        self.ppm, self.offset_us, self.drift_ppm = ppm, offset_us, drift_ppm
        self.duration_us = duration_s * 1e6

    def device(self, host_us):
        """Sensor clock at a host time: constant skew, and drift from 0 to `drift_ppm` over the session."""
        skew_us = self.ppm * 1e-6 * host_us + self.drift_ppm * 1e-6 * host_us**2 / (2 * self.duration_us)
        return host_us + skew_us + self.offset_us

    def delay(self, size=None):
        """Wait for the next event, stack and air, now and then a repeated packet."""
        jitter = self.rng.exponential(800.0, size) + (self.rng.random(size) < 0.1) * INTERVAL_US
        return STACK_US + self.rng.uniform(0.0, INTERVAL_US, size) + jitter

    def exchange(self, host_us):
        received = host_us + self.delay()
        sent = received + self.rng.uniform(100.0, 400.0)
        answered = sent + self.delay()
        return Exchange(
            round(host_us), round(self.device(received)), round(self.device(sent)), round(answered)
        )

    def exchanges(self, end_us, every_us=20e6):
        starts = [1e5 + k * 6e4 for k in range(8)]
        return [self.exchange(t) for t in [*starts, *np.arange(every_us, end_us, every_us), end_us]]

    def arrivals(self, end_us, per_s=21.9):
        taken = np.arange(0.0, end_us, 1e6 / per_s) + self.rng.uniform(0.0, 30.0)
        return np.column_stack([self.device(taken), taken + self.delay(len(taken))])


def worst_ms(air, clock_map, end_us):
    """Largest error of the map over the session, ms."""
    truth = np.linspace(0.0, end_us, 2001)
    return float(np.max(np.abs(clock_map.host_us(air.device(truth)) - truth))) / 1e3


@pytest.mark.parametrize("seed", seeds(1, long=8))
def test_an_hour_with_two_wrong_clocks_stays_within_two_milliseconds(seed):
    """+60 and -40 ppm, 15 ms interval with jitter: at most 2 ms against truth, and between left and right."""
    errors = []
    for side, ppm in enumerate((60.0, -40.0)):
        air = Air(10 * seed + side, ppm)
        end = 3600e6
        found = fit_clock(air.exchanges(end), air.arrivals(end))
        assert worst_ms(air, found, end) < 2.0
        assert found.skew_ppm == pytest.approx(-ppm, abs=0.2)
        moments = np.linspace(0.0, end, 500)
        errors.append(found.host_us(air.device(moments)) - moments)
    assert np.max(np.abs(errors[0] - errors[1])) < 2000.0


@pytest.mark.parametrize("duration_s", [20.0, 300.0])
def test_a_short_session_stays_within_two_milliseconds(duration_s):
    """The start-up exchanges and the packets of a few seconds are enough."""
    for seed in range(8):
        air = Air(seed, 45.0, duration_s=duration_s)
        end = duration_s * 1e6
        found = fit_clock(air.exchanges(end), air.arrivals(end))
        assert worst_ms(air, found, end) < 2.0


def test_a_cooling_crystal_is_followed():
    """20 ppm of drift over an hour bends the truth by 18 ms away from any line; the map follows it."""
    air = Air(3, 10.0, drift_ppm=20.0)
    end = 3600e6
    found = fit_clock(air.exchanges(end), air.arrivals(end))
    assert worst_ms(air, found, end) < 2.0


def test_packets_missing_for_ten_minutes_do_not_spoil_the_rest():
    """Out of range from minute 20 to 30: both sides of the hole stay within 2 ms."""
    air = Air(5, -40.0)
    end = 3600e6
    arrivals = air.arrivals(end)
    arrivals = arrivals[(arrivals[:, 1] < 1200e6) | (arrivals[:, 1] > 1800e6)]
    asked = [one for one in air.exchanges(end) if not 1200e6 < one.asked_us < 1800e6]
    assert worst_ms(air, fit_clock(asked, arrivals), end) < 2.0


def test_a_stalled_host_only_delays_and_delays_do_not_count():
    """A host that slept and got 30 % of the packets up to a second late fits the same clock."""
    air = Air(6, 60.0, duration_s=600.0)
    end = 600e6
    arrivals = air.arrivals(end)
    late = air.rng.random(len(arrivals)) < 0.3
    arrivals[late, 1] += air.rng.uniform(0.0, 1e6, late.sum())
    assert worst_ms(air, fit_clock(air.exchanges(end), arrivals), end) < 2.0


def test_exchanges_alone_bound_the_clock_by_half_the_shortest_round_trip():
    """Without packets the uncertainty covers the error, and is at most half the shortest round trip."""
    air = Air(7, 60.0, duration_s=1.0)
    asked = [air.exchange(1e4 + k * 5e4) for k in range(8)]
    found = fit_clock(asked)
    trips_us = [(each.answered_us - each.asked_us) - (each.sent_us - each.received_us) for each in asked]
    assert found.uncertainty_us <= min(trips_us) / 2 + 60.0
    assert worst_ms(air, found, 4e5) * 1e3 <= found.uncertainty_us + 400.0


def test_nothing_known_is_no_map():
    """Neither packets nor exchanges: None, not a clock of zeros."""
    assert fit_clock([]) is None
    assert ClockTracker().fit() is None


def test_arrivals_alone_are_late_by_the_shortest_delay_and_say_so():
    """No exchange: late by the stack's delay, uncertainty infinite."""
    air = Air(8, 0.0, duration_s=60.0)
    found = fit_clock([], air.arrivals(60e6))
    error = found.host_us(air.device(np.array([30e6]))) - 30e6
    assert 0.0 < error[0] < STACK_US + 1000.0
    assert np.isinf(found.uncertainty_us)


@cases(40)
@given(
    st.lists(
        st.tuples(st.integers(0, 120_000_000), st.integers(0, 10**6)), min_size=1, max_size=40, unique=True
    )
)
def test_the_envelope_never_lies_above_a_packet(points):
    """Causality: no packet arrives before its samples were taken, whatever the delays look like."""
    rows = np.array([(device, device + delay) for device, delay in points], dtype=float)
    found = fit_clock([], rows)
    assert np.all(found.host_us(rows[:, 0]) <= rows[:, 1] + 1e-3)
    assert np.all(np.isfinite(found.host_us(rows[:, 0])))


def test_the_map_is_increasing():
    """Samples in order stay in order, at every knot and beyond both ends."""
    air = Air(9, 60.0)
    found = fit_clock(air.exchanges(3600e6), air.arrivals(3600e6))
    device = air.device(np.linspace(-60e6, 3700e6, 100_001))
    assert np.all(np.diff(found.host_us(device)) > 0.0)


def test_the_tracker_agrees_with_the_fit_of_the_last_minutes():
    """What the live line uses is within 2 ms of truth too, and it forgets old packets."""
    air = Air(11, 60.0, duration_s=900.0)
    tracker = ClockTracker()
    for one in air.exchanges(900e6):
        tracker.exchange(one)
    for device_us, arrival_us in air.arrivals(900e6):
        tracker.arrival(int(device_us), int(arrival_us))
    now = np.array([890e6])
    assert abs(tracker.fit().host_us(air.device(now)) - now)[0] < 2000.0
    assert len(tracker._arrivals) < 121 * 22


def test_the_envelope_of_many_packets_is_that_of_all_of_them():
    """High points put aside first change nothing: the hull is the plain one's, point for point."""
    random = np.random.default_rng(19)
    for count in (513, 700, 5000):
        times = np.sort(random.uniform(0.0, 120e6, count))
        late = random.exponential(9e3, count) + times * random.uniform(-1e-4, 1e-4)
        points = np.column_stack([times, late])
        points[random.integers(0, count, 9), 1] = np.round(points[:9, 1])
        kept = clock._low_ones(points)
        assert len(kept) < 0.5 * count
        assert np.array_equal(clock._lower_hull(points), plain_hull(points))


def plain_hull(points):
    """Lower hull by its meaning: from each vertex to the furthest point of the least slope."""
    found, at = [points[0]], 0
    while at < len(points) - 1:
        slopes = (points[at + 1 :, 1] - points[at, 1]) / (points[at + 1 :, 0] - points[at, 0])
        at += 1 + int(np.flatnonzero(slopes == slopes.min())[-1])
        found.append(points[at])
    return np.array(found)
