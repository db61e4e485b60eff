"""Sections of ``recorder`` beside the radio: sensor families, kills, and the longest callbacks."""

import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from asyncio.events import Handle
from pathlib import Path

import numpy as np

from gait.cli.live_strides import LiveStrides
from gait.journal.format import JOURNAL_NAME, read_journal
from gait.journal.to_csv import finish
from gait.recording.read import read_chunks, read_recording
from gait.sensors.beside import Beside
from gait.sensors.drivers import DRIVERS
from gait.sensors.scan import Backend
from gait.sensors.session import RecordSettings, Watchers, record, session_clock_us
from gait.virtual.radio.air import AirSettings
from gait.virtual.radio.backend import backends
from gait.virtual.radio.faults import parse_fault
from gait.virtual.radio.mimics import MIMICS
from gait.virtual.radio.near import near_backends, switched_on
from gait.virtual.radio.played_motion import Playback
from gait.virtual.radio.world import open_world

KILLS = 20
NOTING = """
import mmap, sys
from gait.cli.main import main
from gait.virtual.radio.firmware import VirtualSensor
file = open(sys.argv[1], "r+b")
note = mmap.mmap(file.fileno(), 8)
def keep(self, name, value):
    object.__setattr__(self, name, value)
    if name == "taken":
        note[:8] = value.to_bytes(8, "little")
VirtualSensor.__setattr__ = keep
sys.exit(main(sys.argv[2:]))
"""
"""A recorder whose virtual sensor notes how many samples it has taken where a kill does not reach."""
RATE_HZ = 416
WANTED_HZ = 208
INTERVAL_S = 0.03
"""Connection interval that BlueZ and phones ask for."""


def _timetable(seconds, *, stamped):
    """Drops, stalls, silences, bunches, and repeats where stamps tell them, over a session."""
    kinds = ("drop", "stall", "silent", "bunch", *(("twice",) if stamped else ()))
    moments = np.arange(30.0, seconds - 20.0, max(60.0, seconds / 200.0))
    return [
        f"{kinds[number % len(kinds)]}@{at:.0f}" + ("" if kinds[number % len(kinds)] == "silent" else "+4")
        for number, at in enumerate(moments)
    ]


def families(given, loop_of, motion):
    """A day of each family in virtual time, with faults: what came, what is missing, how right time is."""
    seconds = 3600.0 * given.family_hours
    print(f"each family for {given.family_hours:g} h of virtual time, faults of 4 s one after the other\n")
    print("| family | Hz | faults | sent while linked | recorded | gaps | off, ms: median, 99 % | cost, s |")
    print("|---|---|---|---|---|---|---|---|")
    abilities = {one.ability.key: one.ability for one in DRIVERS}
    for kind in (one for one in MIMICS if given.family in ("", one.family)):
        ability = abilities[kind.family]
        faults = _timetable(seconds, stamped=ability.clock != "arrival")
        began_s = time.process_time()
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            mimic, finished, origin_s = _session(
                kind, Path(name) / "session", seconds, faults, loop_of(), motion
            )
            recorded = finished.recorded[0]
            off_s = _off_s(recorded.path, np.frombuffer(mimic.taken_s) - origin_s + mimic.delay_s)
        p50, p99 = 1e3 * np.percentile(off_s, (50, 99))
        print(
            f"| {kind.family} | {ability.nearest_rate_hz(WANTED_HZ)} | {len(faults)} | {len(mimic.taken_s)} "
            f"| {recorded.samples} | {recorded.gaps} | {p50:.2f}, {p99:.2f} "
            f"| {time.process_time() - began_s:.0f} |",
            flush=True,
        )
    print("\nof a time to the nearest true one and the shortest delay, so at most half a period")


def _off_s(path, true_s):
    """Distance of every recorded time from the nearest true one, a portion of the file at a time."""
    off = []
    for piece in read_chunks(path, 1 << 16):
        at = np.clip(np.searchsorted(true_s, piece.time_s), 1, len(true_s) - 1)
        off.append(np.minimum(np.abs(true_s[at] - piece.time_s), np.abs(true_s[at - 1] - piece.time_s)))
    return np.concatenate(off).astype(np.float32)


def _session(kind, folder, seconds, faults, loop, motion):
    mimic = kind(motion, 0, loop.time, [parse_fault(text) for text in faults])
    mimic.interval_s = INTERVAL_S
    begun = []

    async def go():
        async with switched_on([mimic]):
            return await record(
                folder,
                RecordSettings(rate_hz=WANTED_HZ, duration_s=seconds, scan_s=0.05, left=mimic.name),
                asyncio.Event(),
                backend=Backend(*near_backends([mimic])),
                clock_us=lambda: round(loop.time() * 1e6),
                watchers=Watchers(began=begun.append),
            )

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        finished = runner.run(go())
    return mimic, finished, begun[0] / 1e6


def kills(_given):
    """Kill -9 at random moments after the first sample: how much of the run is lost.

    Sensor and recorder share the process: a machine that starves it makes both pause. So what is lost is told
    twice: of what the sensor had taken, and by the clock.
    """
    moments, lost_s, gone_s, pauses_s = random.Random(19), [], [], []
    words = ["record", "--virtual", "left", "--minutes", "0.2", "--rate", str(RATE_HZ)]
    for _ in range(KILLS):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            out, note = Path(name) / "out", Path(name) / "taken"
            note.write_bytes(bytes(8))
            recorder = subprocess.Popen(
                [sys.executable, "-c", NOTING, str(note), *words, "-o", str(out)], stderr=subprocess.DEVNULL
            )
            while not _begun(out):
                if recorder.poll() is not None:
                    raise RuntimeError(f"the recorder ended by itself: {recorder.returncode}")
                time.sleep(0.005)
            time.sleep(moments.uniform(0.0, 6.0))
            killed_us = session_clock_us()
            recorder.kill()
            recorder.wait()
            finished = finish(out)
            taken = int.from_bytes(note.read_bytes(), "little")
            gone_s.append((taken - finished.recorded[0].samples) / RATE_HZ)
            journal = read_journal(out)
            last_us = (
                journal.named("session")[0]["origin_us"] + 1e6 * read_recording(finished.files[0]).time_s[-1]
            )
            lost_s.append((killed_us - last_us) / 1e6)
            arrivals = [one.arrival_us for one in journal.blocks if one.arrival_us >= 0]
            pauses_s.append(float(np.max(np.diff(arrivals), initial=0.0)) / 1e6)
    print(f"{KILLS} x kill -9, 0 to 6 s after the first sample, one virtual sensor at 416 Hz\n")
    print("| lost of what the sensor took, s: median, largest | by the clock | longest pause before |")
    print("|---|---|---|")
    gone, lost = (f"{statistics.median(one):.3f}, {max(one):.3f}" for one in (gone_s, lost_s))
    print(f"| {gone} | {lost} | {max(pauses_s):.3f} |", flush=True)


def _begun(out):
    path = out / JOURNAL_NAME
    return path.exists() and path.stat().st_size > 600 and len(read_journal(out).blocks) > 0


def callbacks(given, sensors_of, played, clock_s):
    """The longest callbacks of the event loop while two virtual sensors are recorded with live strides.

    By the processor time of the loop's thread, which a machine that is busy with others does not stretch, and
    by the clock, which it does.
    """
    found = []
    real = Handle._run

    def timed(handle):
        began_s, cpu_s = time.perf_counter(), time.thread_time()
        real(handle)
        found.append((time.thread_time() - cpu_s, time.perf_counter() - began_s, _name_of(handle)))

    async def go(folder):
        sensors = sensors_of(Playback(played(given.seconds + 60)))
        beside = Beside(LiveStrides().hear)
        async with open_world([(one, ()) for one in sensors], AirSettings(), clock_s) as world:
            settings = RecordSettings(rate_hz=416, duration_s=given.seconds, expected=2)
            await record(
                folder,
                settings,
                asyncio.Event(),
                backend=Backend(*backends(world.adapter)),
                watchers=Watchers(beside.hear),
            )
        beside.drop()

    Handle._run = timed
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            asyncio.run(go(Path(name) / "session"))
    finally:
        Handle._run = real
    print(f"{len(found)} callbacks in {given.seconds:g} s, the writing of the CSVs at the end left out\n")
    print("| measured by | longest three, ms | 99 %, ms |\n|---|---|---|")
    for at, name in enumerate(("processor time of the thread", "the clock")):
        # The longest of all is the one that writes the CSVs.
        found.sort(key=lambda one, at=at: one[at])
        p99 = 1e3 * found[int(0.99 * len(found))][at]
        longest = ", ".join(f"{1e3 * one[at]:.1f} ({one[2]})" for one in found[-4:-1][::-1])
        print(f"| {name} | {longest} | {p99:.2f} |", flush=True)


def _name_of(handle):
    """Return the coroutine of a handle's task, or its function."""
    task = getattr(handle._callback, "__self__", None)
    work = task.get_coro() if isinstance(task, asyncio.Task) else handle._callback
    return getattr(work, "__qualname__", type(work).__name__)
