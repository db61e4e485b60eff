"""What the live engine costs, and how late its strides come."""

import gc
import time
from itertools import pairwise

import numpy as np

from gait.live.feed import Feed
from gait.live.hub import Hub
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import RunnerSettings, simulate

from . import live_page, measure

RATE_HZ = 416.0
PACKET_S = 0.045
"""s of samples in a packet of the open profile at 416 Hz."""
RUN_S = 300.0


def main(_cache):
    """Two sensors at 416 Hz, in packets as they come; then the page over a replay, in real time."""
    made = simulate(
        RunnerSettings(parts=(("stand", 3.0), ("run", RUN_S), ("stand", 2.0))),
        SensorSettings(rate_hz=RATE_HZ),
    )
    spans, late, worst = [], [], 0.0
    gc.collect()
    for recording in made.session.recordings:
        span, delays, longest = _live(recording)
        spans.append(span / (recording.time_s[-1] - recording.time_s[0]))
        late += delays
        worst = max(worst, longest)
    rows = [
        ("processor, share of one core, both sensors", f"{100 * sum(spans):.1f} %"),
        ("longest single call", f"{1e3 * worst:.1f} ms"),
        ("strides", len(late)),
        ("given behind the next toe-off of its foot, median", f"{1e3 * np.median(late):.0f} ms"),
        ("the same, 99 % and slowest", f"{1e3 * np.percentile(late, 99):.0f}, {1e3 * max(late):.0f} ms"),
    ]
    measure.table(("two sensors at 416 Hz, packets of 45 ms", ""), rows)
    print()
    live_page.main(_cache)


class _Noted(Hub):
    """A hub that only notes the strides."""

    def __init__(self):
        super().__init__()
        self.found = []

    def stride(self, stride):
        """Note a stride."""
        self.found.append(stride)


def _live(recording):
    """Processor seconds, delay of each stride behind the toe-off that follows it, longest call."""
    hub = _Noted()
    feed = Feed(hub)
    feed.expect(recording)
    steps = np.arange(recording.time_s[0], recording.time_s[-1], PACKET_S)
    edges = np.searchsorted(recording.time_s, steps).tolist()
    given, longest, spent = [], 0.0, 0.0
    for low, high in pairwise(edges):
        began, cpu = time.perf_counter(), time.process_time()
        rows = slice(low, high)
        feed.hear(
            recording.side,
            recording.placement,
            recording.time_s[rows],
            recording.acc[rows],
            recording.gyr[rows],
        )
        spent += time.process_time() - cpu
        longest = max(longest, time.perf_counter() - began)
        given += [(recording.time_s[high - 1], stride) for stride in hub.found]
        hub.found.clear()
    # A stride's end is settled once its foot has left the ground again: at the next stride's toe-off. The
    # first eight wait for the mounting to be known.
    return (
        spent,
        [at - after.tc_s for (at, _), (_, after) in pairwise(given[8:])],
        longest,
    )
