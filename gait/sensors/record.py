"""A session: sensors chosen, connected, followed and written, until somebody or something ends it."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from gait.errors import SensorError
from gait.frames import Placement, Side
from gait.protocol.control import Start
from gait.protocol.data import to_samples
from gait.recording.folder import FolderLock, make_folder, refuse_used
from gait.recording.journal import JOURNAL_NAME, Block, JournalWriter
from gait.sensors.assembly import Counts
from gait.sensors.clock import ClockMap
from gait.sensors.finish import Finished, finish
from gait.sensors.follow import Follower
from gait.sensors.link import ClockSource
from gait.sensors.scan import Backend, Seen, choose, scan
from gait.sensors.timing import Timing

__all__ = ["Observer", "RecordSettings", "SensorView", "record"]

SYNC_EVERY_S = 0.5
LIVE_EVERY_S = 1.0
SESSION_BITS = 31

FloatArray = npt.NDArray[np.float64]


class Observer(Protocol):
    """Whoever wants the samples while they come, such as the live analysis."""

    def __call__(
        self, side: Side, placement: Placement, time_s: FloatArray, acc: FloatArray, gyr: FloatArray
    ) -> None:
        """Take samples in session time, m/s2 and rad/s, sensor frame; times of one sensor increase."""


@dataclass(frozen=True)
class RecordSettings:
    """What to record.

    Attributes
    ----------
    left, right, sensors
        Address or beginning of the name of a sensor for the left, the right, or the side it says itself.
    rate_hz, acc_range_g, gyr_range_dps
        As the sensors offer them.
    placement
        For sensors that do not say where they sit.
    duration_s
        End by itself; None records until `stop`.
    scan_s
        How long to look for sensors.
    expected
        How many sensors to wait for while scanning, when none is named; 0 takes what is there.
    give_up_s
        End when all sensors have been away for so long.
    """

    left: str = ""
    right: str = ""
    sensors: tuple[str, ...] = ()
    rate_hz: int = 208
    acc_range_g: int = 16
    gyr_range_dps: int = 2000
    placement: Placement = "shoe"
    duration_s: float | None = None
    scan_s: float = 5.0
    expected: int = 0
    give_up_s: float = 300.0
    timing: Timing = field(default_factory=Timing)


@dataclass(frozen=True)
class SensorView:
    """How a sensor is doing, for the live line.

    Attributes
    ----------
    rate_hz
        Samples a second since the last view.
    missing
        Samples that are missing now, and may still come.
    buffered_s
        How long it has been quiet: what waits in the sensor's memory.
    """

    side: Side
    placement: Placement
    connected: bool
    ended: bool
    rate_hz: float
    missing: int
    battery_pct: int | None
    buffered_s: float
    counts: Counts


@dataclass
class _Live:
    """Samples in session time for the observer. State: map and newest time of each stream, by epoch."""

    origin_us: int
    observer: Observer | None
    start: Start
    maps: dict[tuple[int, int], ClockMap] = field(default_factory=dict)
    newest_s: dict[int, float] = field(default_factory=dict)
    blocks: dict[tuple[int, int], int] = field(default_factory=dict)

    def hear(self, follower: Follower, block: Block) -> None:
        """Hand a live block on; what comes late out of a memory is for the file alone."""
        if self.observer is None or block.arrival_us < 0:
            return
        key = (block.stream, block.epoch)
        seen = self.blocks[key] = self.blocks.get(key, 0) + 1
        if key not in self.maps or seen % 20 == 0:
            fitted = follower.tracker.fit()
            if fitted is None:
                return
            self.maps[key] = fitted
        device_us = block.device_us + np.arange(len(block.counts), dtype=np.float64) * block.period_us
        time_s = (self.maps[key].host_us(device_us) - self.origin_us) / 1e6
        fresh = time_s > self.newest_s.get(block.stream, -1.0)
        if not fresh.any():
            return
        self.newest_s[block.stream] = float(time_s[-1])
        acc, gyr = to_samples(block.counts[fresh], self.start.acc_range_g, self.start.gyr_range_dps)
        self.observer(follower.side, follower.placement, time_s[fresh], acc, gyr)


def perf_clock_us() -> int:
    """Host clock of a real session: the finest monotonic one (`time.monotonic` steps by 16 ms on Windows)."""
    return time.perf_counter_ns() // 1000


async def record(
    folder: Path,
    settings: RecordSettings,
    stop: asyncio.Event,
    *,
    backend: Backend | None = None,
    clock_us: ClockSource = perf_clock_us,
    observer: Observer | None = None,
    report: Callable[[float, Sequence[SensorView]], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> Finished:
    """Record a session into a folder.

    Parameters
    ----------
    folder
        New, or empty of recordings.
    stop
        Set it to end the session; everything recorded is kept.
    backend
        Bluetooth stack; the platform's own by default.
    clock_us
        Host clock.
    observer
        Gets the samples as they come.
    report
        Gets elapsed seconds and the state of every sensor, once a second.
    say
        Gets lines for people.

    Returns
    -------
    What was written.

    Raises
    ------
    SensorError
        No Bluetooth, no sensor, a wrong sensor.
    RecordingError
        The folder is in use, or the disk is full: then what was recorded is in the journal.
    """
    used = backend or Backend()
    refuse_used(folder)
    seen = await find(settings, used)
    make_folder(folder)
    with FolderLock(folder):
        with JournalWriter(folder / JOURNAL_NAME) as journal:
            try:
                await _session(journal, seen, settings, stop, used, clock_us, observer, report, say)
            except SensorError:
                if not journal.begun:
                    journal.discard()
                raise
        return finish(folder)


async def find(settings: RecordSettings, backend: Backend) -> list[tuple[Seen, Side | None]]:
    """Scan and choose; sensors named for a side come with it.

    Raises
    ------
    SensorError
        As `scan` and `choose`.
    """
    sided: tuple[tuple[str, Side], ...] = ((settings.left, "left"), (settings.right, "right"))
    named: list[tuple[str, Side | None]] = [(text, side) for text, side in sided if text]
    named += [(text, None) for text in settings.sensors]
    enough = 0 if named else settings.expected
    seen = await scan(backend, settings.scan_s, enough)
    chosen = choose(seen, [text for text, _ in named])
    sides = [side for _, side in named] or [None] * len(chosen)
    if len({one.address for one in chosen}) < len(chosen):
        raise SensorError("one sensor was named twice", todo="give --left and --right different sensors")
    return list(zip(chosen, sides, strict=True))


async def _session(
    journal: JournalWriter,
    seen: Sequence[tuple[Seen, Side | None]],
    settings: RecordSettings,
    stop: asyncio.Event,
    backend: Backend,
    clock_us: ClockSource,
    observer: Observer | None,
    report: Callable[[float, Sequence[SensorView]], None] | None,
    say: Callable[[str], None] | None,
) -> None:
    start = Start(
        settings.rate_hz,
        settings.acc_range_g,
        settings.gyr_range_dps,
        secrets.randbits(SESSION_BITS) or 1,
    )
    connecting = asyncio.Lock()
    origin_us = clock_us()
    live = _Live(origin_us, observer, start)
    followers = [
        Follower(
            stream,
            one,
            start,
            journal,
            backend,
            clock_us,
            connecting,
            stop,
            live.hear,
            settings.timing,
            settings.placement,
            side,
        )
        for stream, (one, side) in enumerate(seen)
    ]
    for follower in followers:
        await follower.introduce()
        if say is not None:
            name = f"{follower.side} {follower.placement}"
            say(f"{name}: {follower.seen.name}, battery {follower.battery_pct} %")
    _refuse_same_place(followers)
    origin_us = live.origin_us = clock_us()
    started = datetime.now().astimezone().isoformat("T", "milliseconds")
    journal.note("session", {"started": started, "origin_us": origin_us})
    await _run(followers, journal, settings, stop, clock_us, origin_us, report)
    facts = {str(one.stream): vars(one.assembly.counts) for one in followers}
    journal.note("end", {"at_us": clock_us(), "counts": facts})


def _refuse_same_place(followers: Sequence[Follower]) -> None:
    places = [(one.side, one.placement) for one in followers]
    if len(set(places)) < len(places):
        names = " and ".join(one.seen.name for one in followers)
        raise SensorError(
            f"{names} both say {places[0][0]} {places[0][1]}",
            todo="say which is which: --left NAME --right NAME",
        )


async def _run(
    followers: Sequence[Follower],
    journal: JournalWriter,
    settings: RecordSettings,
    stop: asyncio.Event,
    clock_us: ClockSource,
    origin_us: int,
    report: Callable[[float, Sequence[SensorView]], None] | None,
) -> None:
    """Run all followers until they are done; a full disk ends them all."""
    tasks = {asyncio.create_task(one.follow()) for one in followers}
    keeper = asyncio.create_task(_keep(followers, journal, settings, stop, clock_us, origin_us, report))
    try:
        pending = tasks | {keeper}
        while pending & tasks:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        for task in tasks | {keeper}:
            task.cancel()
        await asyncio.gather(*tasks, keeper, return_exceptions=True)


async def _keep(
    followers: Sequence[Follower],
    journal: JournalWriter,
    settings: RecordSettings,
    stop: asyncio.Event,
    clock_us: ClockSource,
    origin_us: int,
    report: Callable[[float, Sequence[SensorView]], None] | None,
) -> None:
    """Once or twice a second: journal to the disk, live line, the end of the session."""
    last_samples = [0] * len(followers)
    last_s, away_s = 0.0, 0.0
    while True:
        await asyncio.sleep(SYNC_EVERY_S)
        await asyncio.to_thread(journal.sync)
        elapsed_s = (clock_us() - origin_us) / 1e6
        if settings.duration_s is not None and elapsed_s >= settings.duration_s:
            stop.set()
        away_s = 0.0 if any(one.connected or one.ended for one in followers) else away_s + SYNC_EVERY_S
        if away_s > settings.give_up_s:
            stop.set()
        if elapsed_s - last_s >= LIVE_EVERY_S:
            views = [
                _view(one, before, elapsed_s - last_s, clock_us())
                for one, before in zip(followers, last_samples, strict=True)
            ]
            last_samples = [one.assembly.counts.samples for one in followers]
            last_s = elapsed_s
            if report is not None:
                report(elapsed_s, views)


def _view(follower: Follower, before: int, seconds: float, now_us: int) -> SensorView:
    counts = follower.assembly.counts
    return SensorView(
        follower.side,
        follower.placement,
        follower.connected,
        follower.ended,
        (counts.samples - before) / seconds,
        sum(end - start for start, end in follower.assembly.missing()),
        follower.battery_pct,
        max(0.0, (now_us - follower.last_packet_us) / 1e6),
        counts,
    )
