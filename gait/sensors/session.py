"""A session: sensors chosen, connected, followed and written, until somebody or something ends it."""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gait.errors import SensorError
from gait.frames import Placement, Side
from gait.journal.folder import (
    FolderLock,
    clear_empty_journal,
    made_folder,
    refuse_full_disk,
    refuse_used,
)
from gait.journal.format import JOURNAL_NAME
from gait.journal.to_csv import Finished, finish
from gait.journal.writer import JournalWriter
from gait.sensors.driver import Wanted
from gait.sensors.identity import Wish
from gait.sensors.link.connection import ClockSource
from gait.sensors.link.patience import Timing, unless
from gait.sensors.live_samples import Guard, Live, Observer
from gait.sensors.reconnect import Follower, Shared
from gait.sensors.samples.sample_stream import Counts
from gait.sensors.scan import Backend, Seen, choose, refuse_unfit, scan, still_linked

__all__ = ["Observer", "RecordSettings", "SensorView", "Watchers", "record", "session_clock_us"]

SYNC_EVERY_S = 0.5  # s between two looks at the sensors (chosen: half of `LIVE_EVERY_S`)
LIVE_EVERY_S = 1.0  # s between two live lines (chosen: as fast as a line is read)
NOTED_AGAIN_S = 60.0  # s between two notes of the configuration (chosen: a damaged journal can still be read)
SESSION_BITS = 31  # bits of a session's number, which is not 0 (open profile, firmware_notes/README.md)
SENSORS, USUAL_S = 2, 3600.0
"""For the look at the disk (chosen: two sensors, and an hour where no length is set)."""
SAMPLE_BYTES_ON_DISK = 80
"""Bytes, measured on recorded sessions: 15 in the journal, 65 in the CSV."""


@dataclass(frozen=True)
class RecordSettings:
    """Settings of a session.

    Attributes
    ----------
    left, right, sensors
        Address or beginning of the name of a sensor for the left, the right, or the side it says itself.
    rate_hz, acc_range_g, gyr_range_dps
        Rate and ranges to set, among those that the sensors offer.
    as_asked
        Take `left` and `right` at their word, also where a sensor says that it is the other one.
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
    as_asked: bool = False
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


@dataclass(frozen=True)
class Watchers:
    """Interface of an observer of a running session; none of them can stop it.

    Attributes
    ----------
    observer
        Gets the samples as they come.
    report
        Gets elapsed seconds and the state of every sensor, once a second.
    say
        Gets lines for people.
    began
        Gets the host clock, microseconds, at session time 0, before any sample.
    """

    observer: Observer | None = None
    report: Callable[[float, Sequence[SensorView]], None] | None = None
    say: Callable[[str], None] | None = None
    began: Callable[[int], None] | None = None


def session_clock_us() -> int:
    """Return a real session's host clock, microseconds: monotonic, fine, going on while the computer sleeps.

    A sensor's clock does not stop when the computer sleeps, so this clock must not either. ``perf_counter``
    stops on Linux and macOS; on Windows it goes on (`time.monotonic` steps by 16 ms there).
    """
    if sys.platform == "linux":
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000
    if sys.platform == "darwin":
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    return time.perf_counter_ns() // 1000


async def record(
    folder: Path,
    settings: RecordSettings,
    stop: asyncio.Event,
    *,
    backend: Backend | None = None,
    clock_us: ClockSource = session_clock_us,
    watchers: Watchers | None = None,
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
    watchers
        Observers of the session.

    Returns
    -------
    What was written; no files where it was stopped before the first sample, and then no folder either.

    Raises
    ------
    SensorError
        No Bluetooth, no sensor, a wrong sensor.
    RecordingError
        The folder is in use, or the disk is full: then what was recorded is in the journal.
    """
    used = backend or Backend()
    watching = watchers or Watchers()
    refuse_used(folder)
    warning = refuse_full_disk(folder, _bytes_of(settings))
    if warning and watching.say is not None:
        watching.say(warning)
    seen = await unless(stop, find(settings, used))
    if seen is None:
        return Finished()
    with made_folder(folder), FolderLock(folder):
        clear_empty_journal(folder)
        with JournalWriter(folder / JOURNAL_NAME) as journal:
            try:
                await _Session(journal, settings, stop, used, clock_us, watching).run(seen)
            finally:
                if not journal.begun:
                    journal.discard()
        return finish(folder) if journal.begun else Finished()


def _bytes_of(settings: RecordSettings) -> float:
    """Return what a session takes on the disk: two sensors, for its length or an hour."""
    seconds = settings.duration_s or USUAL_S
    return SENSORS * seconds * settings.rate_hz * SAMPLE_BYTES_ON_DISK


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
    if not seen or not all(any(sensor.matches(text) for sensor in seen) for text, _ in named):
        there = {sensor.address for sensor in seen}
        seen += [sensor for sensor in await still_linked(backend) if sensor.address not in there]
    chosen = choose(seen, [text for text, _ in named])
    refuse_unfit(chosen)
    sides = [side for _, side in named] or [None] * len(chosen)
    if len({sensor.address for sensor in chosen}) < len(chosen):
        raise SensorError("one sensor was named twice", todo="give --left and --right different sensors")
    return list(zip(chosen, sides, strict=True))


@dataclass
class _Session:
    """A session that goes on. State: its sensors, and when it began."""

    journal: JournalWriter
    settings: RecordSettings
    stop: asyncio.Event
    backend: Backend
    clock_us: ClockSource
    watchers: Watchers
    origin_us: int = 0
    started: str = ""
    followers: list[Follower] = field(default_factory=list)
    guard: Guard = field(init=False)

    def __post_init__(self) -> None:
        self.guard = Guard(self._failed)

    async def run(self, seen: Sequence[tuple[Seen, Side | None]]) -> None:
        """Connect, record, and leave the sensors."""
        settings = self.settings
        wanted = Wanted(
            settings.rate_hz,
            settings.acc_range_g,
            settings.gyr_range_dps,
            secrets.randbits(SESSION_BITS) or 1,
        )
        live = Live(0, self.watchers.observer, self.guard)
        shared = Shared(
            self.journal,
            self.backend,
            self.clock_us,
            asyncio.Lock(),
            self.stop,
            settings.timing,
            wanted,
            self._say,
        )
        self.followers = [
            Follower(stream, sensor, Wish(side, settings.as_asked, settings.placement), shared, live.hear)
            for stream, (sensor, side) in enumerate(seen)
        ]
        try:
            if await unless(self.stop, self._introduce()) is None:
                return
            live.origin_us = self.origin_us = self.clock_us()
            self.guard.call("start", self.watchers.began, self.origin_us)
            self.started = datetime.now().astimezone().isoformat("T", "milliseconds")
            self._note_session()
            await self._record()
        finally:
            for follower in self.followers:
                await follower.leave()
        facts = {str(follower.stream): vars(follower.dialogue.counts) for follower in self.followers}
        self.journal.note("end", {"at_us": self.clock_us(), "counts": facts})

    async def _introduce(self) -> bool:
        for follower in self.followers:
            await follower.introduce()
            pct = follower.identity.battery_pct
            battery = "battery unknown" if pct is None else f"battery {pct} %"
            self._say(f"{follower.identity.name}: {follower.seen.name}, {battery}")
            for limit in follower.identity.limits:
                self._say(f"{follower.identity.name}: {limit}")
        _refuse_same_place(self.followers)
        return True

    def _say(self, text: str) -> None:
        self.guard.call("messages", self.watchers.say, text)

    def _failed(self, text: str) -> None:
        """Note a watcher that failed; the recording goes on without it."""
        self.journal.note("event", {"kind": "watcher", "text": text, "at_us": self.clock_us()})
        self._say(f"{text}; the recording goes on")

    def _note_session(self) -> None:
        self.journal.note("session", {"started": self.started, "origin_us": self.origin_us})

    async def _record(self) -> None:
        """Follow all sensors until they are done; a full disk ends them all."""
        tasks = {asyncio.create_task(follower.follow()) for follower in self.followers}
        keeper = asyncio.create_task(self._keep())
        try:
            pending = tasks | {keeper}
            while pending & tasks:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()  # raises where the journal failed
        finally:
            for task in tasks | {keeper}:
                task.cancel()
            await asyncio.gather(*tasks, keeper, return_exceptions=True)

    async def _keep(self) -> None:
        """Keep, once or twice a second: journal to the disk, live line, the end of the session."""
        last_samples = [0] * len(self.followers)
        # First after a second, so that the journal of a short session holds the configuration twice too.
        last_s, noted_s, away_s = 0.0, LIVE_EVERY_S - NOTED_AGAIN_S, 0.0
        while True:
            await asyncio.sleep(SYNC_EVERY_S)
            await asyncio.to_thread(self.journal.sync)
            self.journal.check_place()
            elapsed_s = (self.clock_us() - self.origin_us) / 1e6
            if self.settings.duration_s is not None and elapsed_s >= self.settings.duration_s:
                self.stop.set()
            here = any(follower.connected or follower.ended for follower in self.followers)
            away_s = 0.0 if here else away_s + SYNC_EVERY_S
            if away_s > self.settings.give_up_s:
                self.stop.set()
            if elapsed_s - noted_s >= NOTED_AGAIN_S:
                self._note_session()
                for follower in self.followers:
                    follower.note_again()
                noted_s = elapsed_s
            if elapsed_s - last_s >= LIVE_EVERY_S:
                views = [
                    _view(follower, before, elapsed_s - last_s, self.clock_us(), self.origin_us)
                    for follower, before in zip(self.followers, last_samples, strict=True)
                ]
                last_samples = [follower.dialogue.counts.samples for follower in self.followers]
                last_s = elapsed_s
                self.guard.call("live line", self.watchers.report, elapsed_s, views)


def _refuse_same_place(followers: Sequence[Follower]) -> None:
    places = [follower.identity.name for follower in followers]
    if len(set(places)) < len(places):
        names = " and ".join(follower.seen.name for follower in followers)
        raise SensorError(
            f"{names} both say {places[0]}",
            todo="say which is which: --left NAME --right NAME --as-asked",
        )


def _view(follower: Follower, before: int, seconds: float, now_us: int, origin_us: int) -> SensorView:
    dialogue = follower.dialogue
    counts = dialogue.counts
    return SensorView(
        follower.identity.side,
        follower.identity.placement,
        follower.connected,
        follower.ended,
        (counts.samples - before) / seconds,
        dialogue.missing,
        dialogue.battery_pct,
        max(0.0, (now_us - (dialogue.last_packet_us or origin_us)) / 1e6),
        counts,
    )
