"""What the recorder costs and loses: ``python -m tests.benchmarks.recorder [SECTION ...]``.

``python -m tests.benchmarks recorder`` runs all sections.

Sections: ``radio`` (two virtual sensors at 416 Hz over bleak and Bumble, in real time), ``live`` (the
recorder alone, notifications fed to it in real time), ``callbacks`` (the longest of the event loop),
``kills`` (kill -9 at random moments), ``day`` (24 hours in virtual time with faults; takes some minutes),
``families`` (the same for each other family; takes hours), all by default. ``--seconds`` is the length of
the first three, ``--hours`` of the day, ``--family-hours`` of each family's.
"""

import argparse
import asyncio
import gc
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from gait.journal.format import read_journal
from gait.protocol.data import encode_data
from gait.recording.model import Recording
from gait.recording.read import read_chunks
from gait.sensors.scan import Backend
from gait.sensors.session import RecordSettings, Watchers, record, session_clock_us
from gait.virtual.radio.air import AirSettings
from gait.virtual.radio.backend import backends
from gait.virtual.radio.direct import DirectPeripheral, direct_backends, switched_on
from gait.virtual.radio.faults import parse_fault
from gait.virtual.radio.firmware import SensorSettings, VirtualSensor
from gait.virtual.radio.played_motion import Playback
from gait.virtual.radio.world import open_world
from tests.benchmarks.recorder_families import callbacks, families, kills

RATE_HZ = 416
SIDES = ("left", "right")
CLOCK_PPM = (60.0, -40.0)


def clock_s():
    """The recorder's own clock, seconds: the sensors' true time."""
    return session_clock_us() / 1e6


def played(seconds):
    """Motion to play."""
    time_s = np.arange(0.0, seconds, 0.01)
    acc = np.column_stack([np.sin(9 * time_s), np.cos(9 * time_s), 9.8 + np.sin(18 * time_s)])
    return Recording("shoe", "left", time_s, acc, acc / 5.0)


def sensors_of(motion, **settings):
    """Two sensors, left and right."""
    return [
        VirtualSensor(
            SensorSettings(
                side=side, serial=f"VS000{number}", seed=number, clock_ppm=CLOCK_PPM[number], **settings
            ),
            motion,
        )
        for number, side in enumerate(SIDES)
    ]


async def over_radio(seconds, loss, folder):
    """Record over Bumble; processor share, the journal and the sensors."""
    sensors = sensors_of(Playback(played(seconds + 60)))
    air = AirSettings(loss=loss, jitter_s=0.003)
    async with open_world([(one, ()) for one in sensors], air, clock_s) as world:
        settings = RecordSettings(rate_hz=RATE_HZ, duration_s=seconds, expected=2)
        began_s, cpu_s = time.perf_counter(), time.process_time()
        await record(folder, settings, asyncio.Event(), backend=Backend(*backends(world.adapter)))
        share = (time.process_time() - cpu_s) / (time.perf_counter() - began_s)
    return share, read_journal(folder), sensors


def radio(given):
    """Loss and latency over a Bluetooth stack; the processor time is that of sensors and radio too."""
    print(
        f"two sensors at {RATE_HZ} Hz, 15 ms connection interval, {given.seconds:g} s, "
        "Bumble in this process\n"
    )
    print("| loss on air | packets lost | samples missing | latency ms, p50, p99, max | processor % |")
    print("|---|---|---|---|---|")
    for loss in (0.0, 0.02):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            share, journal, sensors = asyncio.run(over_radio(given.seconds, loss, Path(name) / "session"))
            counts = list(journal.named("end")[0]["counts"].values())
            missing = sum(one.taken for one in sensors) - sum(one["samples"] for one in counts)
            delays_ms = [
                (one.arrival_us / 1e6 - sensors[one.stream].sample_time_s(one.index + len(one.counts) - 1))
                * 1e3
                for one in journal.blocks
                if one.arrival_us >= 0
            ]
        p50, p99 = np.percentile(delays_ms, (50, 99))
        lost = sum(one["lost_packets"] for one in counts)
        print(
            f"| {loss:.0%} | {lost} | {missing} | {p50:.1f}, {p99:.1f}, {max(delays_ms):.1f} "
            f"| {100 * share:.1f} |"
        )


class Canned(DirectPeripheral):
    """A sensor whose packets were made before: what it costs to send them is next to nothing."""

    packets = ()

    async def sample(self):
        while not self.sensor.running:  # noqa: ASYNC110 - the firmware has no event
            await asyncio.sleep(0.005)
        begun_s = self.clock_s()
        for number, payload in enumerate(self.packets):
            due_s = begun_s + (number + 1) * 19 / RATE_HZ
            await asyncio.sleep(max(0.0, due_s - self.clock_s()))
            self.send_bytes(payload)


def canned(number, seconds, motion):
    """A `Canned` and its packets."""
    made = sensors_of(motion)[number]
    made.command(bytes.fromhex("01a0011000d00701000000"), 0.0)
    packets = [encode_data(one) for one in made.advance(seconds)]
    one = Canned(sensors_of(motion)[number], number, clock_s)
    one.packets = packets
    # The clock of the packets is that of a sensor which was started at once.
    one.sensor.settings = replace(one.sensor.settings, clock_ppm=0.0)
    return one


async def fed(seconds, folder, motion, watchers):
    """Processor share of a recorder that is fed."""
    peripherals = [canned(number, seconds + 5, motion) for number in range(2)]
    settings = RecordSettings(rate_hz=RATE_HZ, duration_s=seconds, scan_s=0.1)
    gc.collect()
    async with switched_on(peripherals):
        cpu_s, began_s = time.process_time(), time.perf_counter()
        spent = []

        def report(*_):
            spent.append((time.process_time() - cpu_s, time.perf_counter() - began_s))
            if watchers.report:
                watchers.report(*_)

        await record(
            folder,
            settings,
            asyncio.Event(),
            backend=Backend(*direct_backends(peripherals)),
            watchers=replace(watchers, report=report),
        )
    (cpu_0, wall_0), (cpu_1, wall_1) = spent[1], spent[-1]
    return (cpu_1 - cpu_0) / (wall_1 - wall_0)


def live(given):
    """Processor share of the recorder alone, and with the live analysis that gait record shows."""
    from gait.analysis.engine import Engine
    from gait.virtual.runner.imu import SensorSettings as Imu
    from gait.virtual.runner.simulate import simulate
    from gait.virtual.runner.stride_plan import RunnerSettings

    run = simulate(
        RunnerSettings(parts=(("stand", 3.0), ("run", given.seconds + 10.0))),
        Imu(rate_hz=832.0),
        sides=("left",),
    )
    motion = Playback(run.session.recordings[0])
    engines = {side: Engine("shoe", side, has_gyr=True) for side in SIDES}

    def hear(side, _, time_s, acc, gyr):
        engines[side].push(time_s, acc, gyr)

    print(f"two sensors at {RATE_HZ} Hz, {given.seconds:g} s, notifications fed without a radio\n")
    print("| what | processor, % of one core |")
    print("|---|---|")
    for name, watchers in (
        ("recorder: decode, order, journal, fsync twice a second, clock exchanges", Watchers()),
        ("the same with clock fit and session time for a watcher", Watchers(lambda *_: None)),
        ("the same with the live analysis of gait record", Watchers(hear)),
    ):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            share = asyncio.run(fed(given.seconds, Path(folder) / "session", motion, watchers))
        print(f"| {name} | {100 * share:.1f} |", flush=True)


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer instead of waiting for it."""

    def __init__(self):
        super().__init__()
        self.now_s = 1000.0
        self._wait, self._selector.select = self._selector.select, self._jump

    def _jump(self, timeout=None):
        events = self._wait(0)
        if not events and timeout:
            self.now_s += timeout
        return events

    def time(self):
        return self.now_s

    def run_in_executor(self, _, func, *args):
        future = self.create_future()
        future.set_result(func(*args))
        return future


class Sway:
    """A motion for ever that costs next to nothing."""

    duration_s = 1e9

    def counts(self, time_s, acc_range_g, gyr_range_dps):
        del acc_range_g, gyr_range_dps
        phase = np.asarray(time_s)[:, None] * np.array([8.0, 9.0, 10.0, 11.0, 12.0, 13.0])
        return (8000.0 * np.sin(phase)).astype(np.int16)


def memory_mb():
    """Memory of this process now, MB; NaN where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return float("nan")
    return int(pages) * 4096 / 1e6


def day(given):
    """A day in virtual time: what was lost, how the memory went, how right the time is."""
    hours, end_s = given.hours, 3600.0 * given.hours
    faults = [
        [
            f"drop@{at}+{seconds}"
            for at, seconds in zip(range(500, int(end_s), 1700), [5, 20, 2, 25] * 999, strict=False)
        ]
        + [f"{kind}@{at}+3" for at in range(900, int(end_s), 2300) for kind in ("stall", "twice", "bunch")]
        + [f"silent@{at}" for at in range(1300, int(end_s), 3100)],
        [f"drop@{at}+10" for at in range(700, int(end_s), 2900)]
        + [f"hostile@{at}" for at in range(90, int(end_s), 600)],
    ]
    loop = FastLoop()
    peripherals = [
        DirectPeripheral(one, number, loop.time, [parse_fault(text) for text in faults[number]], loss=0.02)
        for number, one in enumerate(sensors_of(Sway()))
    ]
    seen = []

    def report(elapsed_s, _):
        if elapsed_s >= len(seen) * end_s / 6:
            seen.append((elapsed_s / 3600.0, memory_mb()))

    async def go(folder):
        settings = RecordSettings(rate_hz=given.rate, duration_s=end_s, scan_s=0.05)
        async with switched_on(peripherals):
            return await record(
                folder,
                settings,
                asyncio.Event(),
                backend=Backend(*direct_backends(peripherals)),
                clock_us=lambda: round(loop.time() * 1e6),
                watchers=Watchers(report=report),
            )

    print(
        f"two sensors at {given.rate} Hz for {hours:g} h of virtual time, 2 % loss, "
        f"{sum(map(len, faults))} faults\n"
    )
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
        asyncio.Runner(loop_factory=lambda: loop) as runner,
    ):
        began_s = time.perf_counter()
        finished = runner.run(go(Path(name) / "session"))
        took_s = time.perf_counter() - began_s
        journal = read_journal(Path(name) / "session")
        origin_s = journal.named("session")[0]["origin_us"] / 1e6
        print(
            "| sensor | taken | recorded | missing | gaps | fetched late | packets lost | time off by, ms |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for number, one in enumerate(finished.recorded):
            sensor, counts = peripherals[number].sensor, journal.named("end")[0]["counts"][str(number)]
            print(
                f"| {SIDES[number]} | {sensor.taken} | {one.samples} | {sensor.taken - one.samples} "
                f"| {one.gaps} | {counts['backfilled']} | {counts['lost_packets']} "
                f"| {worst_ms(one, sensor, origin_s):.2f} |"
            )
    print(f"\nmemory, MB, at hours: {', '.join(f'{mb:.0f} ({at:.1f} h)' for at, mb in seen)}")
    print(f"after writing the CSVs: {memory_mb():.0f}; wall time {took_s:.0f} s", flush=True)


def worst_ms(recorded, sensor, origin_s):
    """Largest error of a whole recording's times, ms; NaN where samples are missing."""
    if recorded.samples != sensor.taken:
        return float("nan")
    worst, number = 0.0, 0
    for piece in read_chunks(recorded.path, 1 << 16):
        index = number + np.arange(len(piece.time_s))
        truth = sensor.sample_time_s(0) + index * sensor.period_s - origin_s
        worst = max(worst, float(np.max(np.abs(piece.time_s - truth))))
        number += len(index)
    return 1e3 * worst


def each_family(given):
    """Sessions with simulated sensors of the other families."""
    families(given, FastLoop, Sway())


def longest(given):
    """Longest callbacks of the event loop."""
    callbacks(given, sensors_of, played, clock_s)


SECTIONS = {
    "radio": radio,
    "live": live,
    "callbacks": longest,
    "kills": kills,
    "day": day,
    "families": each_family,
}


def main(words=None):
    """Run the sections asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; all")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--family-hours", type=float, default=24.0)
    parser.add_argument("--family", default="", help="one of them; all by default")
    parser.add_argument("--rate", type=int, default=RATE_HZ, help="of the day, Hz")
    given = parser.parse_args(words)
    unknown = [name for name in given.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"no section {unknown[0]}; there are {', '.join(SECTIONS)}")
    for name in given.sections or SECTIONS:
        print(f"\n## {name}\n", file=sys.stdout, flush=True)
        SECTIONS[name](given)


if __name__ == "__main__":
    main()
