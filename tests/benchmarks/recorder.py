"""Loss, latency and processor time of the recorder: ``python tests/benchmarks/recorder.py [SECONDS]``.

Two virtual sensors at 416 Hz in one process, through bleak and Bumble. The processor time is that of the
whole process, sensors and radio included.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from gait.recording.journal import read_journal
from gait.recording.model import Recording
from gait.sensors.record import RecordSettings, record
from gait.sensors.scan import Backend
from gait.virtual.bleak_backend import backends
from gait.virtual.motion import Playback
from gait.virtual.radio import AirSettings
from gait.virtual.sensor import SensorSettings, VirtualSensor
from gait.virtual.world import open_world

RATE_HZ = 416


def played(seconds):
    """Motion to play."""
    time_s = np.arange(0.0, seconds, 0.01)
    acc = np.column_stack([np.sin(9 * time_s), np.cos(9 * time_s), 9.8 + np.sin(18 * time_s)])
    return Recording("shoe", "left", time_s, acc, acc / 5.0)


async def run(seconds, loss, folder):
    """Record; processor share, the journal and the sensors."""
    sensors = [
        VirtualSensor(
            SensorSettings(side=side, serial=f"VS000{number}", seed=number), Playback(played(seconds + 60))
        )
        for number, side in enumerate(("left", "right"))
    ]
    air = AirSettings(loss=loss, jitter_s=0.003)
    async with open_world([(one, ()) for one in sensors], air) as world:
        settings = RecordSettings(rate_hz=RATE_HZ, duration_s=seconds, expected=2)
        began_s, cpu_s = time.perf_counter(), time.process_time()
        stop = asyncio.Event()
        await record(folder, settings, stop, backend=Backend(*backends(world.adapter)))
        share = (time.process_time() - cpu_s) / (time.perf_counter() - began_s)
    return share, read_journal(folder), sensors


def main(seconds):
    """Print a table."""
    print(f"two sensors at {RATE_HZ} Hz, 15 ms connection interval, {seconds:g} s")
    print("loss on air | packets lost | samples missing | latency ms p50 p99 max | processor %")
    for loss in (0.0, 0.02):
        with tempfile.TemporaryDirectory() as name:
            share, journal, sensors = asyncio.run(run(seconds, loss, Path(name) / "session"))
        counts = list(journal.named("end")[0]["counts"].values())
        missing = sum(one.taken for one in sensors) - sum(one["samples"] for one in counts)
        delays_ms = [
            (one.arrival_us / 1e6 - sensors[one.stream].sample_time_s(one.index + len(one.counts) - 1)) * 1e3
            for one in journal.blocks
            if one.arrival_us >= 0
        ]
        p50, p99 = np.percentile(delays_ms, (50, 99))
        lost = sum(one["lost_packets"] for one in counts)
        print(
            f"{loss:10.0%}  | {lost:12d} | {missing:15d} | {p50:8.1f} {p99:6.1f} {max(delays_ms):6.1f} "
            f"| {100 * share:5.1f}"
        )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0)
