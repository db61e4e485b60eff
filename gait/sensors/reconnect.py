"""Connect to a sensor, record, reconnect after a loss, and fetch the rest at the end of the session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from gait.errors import LinkLostError, PacketError, SensorError
from gait.journal.format import Block
from gait.journal.writer import JournalWriter
from gait.sensors.driver import Context, Dialogue, Inbox, RefusedError, Wanted
from gait.sensors.identity import Identity, Wish, identify
from gait.sensors.link.backend import Backend
from gait.sensors.link.bluetooth_errors import is_passing
from gait.sensors.link.connection import ClockSource, Link
from gait.sensors.link.patience import Timing, first_of, unless
from gait.sensors.scan import Seen

__all__ = ["Follower", "Shared"]

QUEUE_PACKETS = 20_000
"""Packets that may wait to be written (chosen: a quarter of an hour; more is a host that is stuck)."""


@dataclass(frozen=True)
class Shared:
    """Tools that all sensors of a session share.

    Attributes
    ----------
    connecting
        Lets one connect at a time.
    stop
        Set when the session is to end.
    say
        Gets lines for people.
    from_memory
        Whether runs in the sensors' memories are fetched, and nothing is recorded live.
    """

    journal: JournalWriter
    backend: Backend
    clock_us: ClockSource
    connecting: asyncio.Lock
    stop: asyncio.Event
    timing: Timing
    wanted: Wanted
    say: Callable[[str], None]
    from_memory: bool = False


@dataclass
class Connector:
    """Makes and closes the links to one sensor. State: the link that is up, and whether one failed."""

    seen: Seen
    shared: Shared
    dialogue: Dialogue
    link: Link | None = None
    _failed: bool = False

    async def connect(self, *, even_stopped: bool = False) -> Link:
        """Return the link, made anew where the last has ended.

        Raises
        ------
        SensorError
            The sensor does not answer, or the session was stopped.
        """
        if self.link is not None:
            return self.link
        shared = self.shared
        async with shared.connecting:
            if shared.stop.is_set() and not even_stopped:
                raise LinkLostError("stopped", where=self.seen.name)
            self.link = link = Link(self.seen.device, shared.backend, shared.clock_us, fresh=self._failed)
            try:
                await self._open(link, even_stopped=even_stopped)
            except BaseException:
                self._failed = True
                await self.leave()
                raise
        self._failed = False
        return link

    async def _open(self, link: Link, *, even_stopped: bool) -> None:
        """Open a link; a stop ends the attempt at once.

        Raises
        ------
        SensorError
            The sensor does not answer, or the session was stopped.
        """
        driver = self.seen.driver
        heard = self.dialogue.subscriptions()
        kind_name = f"a sensor of the {driver.ability.name}"
        kind_name += " whose memory can be read" if self.shared.from_memory else ""
        opening = link.open(heard, (*driver.needs, *heard), kind_name)
        if even_stopped:
            await opening
        elif not await unless(self.shared.stop, _done(opening)):
            raise LinkLostError("stopped", where=self.seen.name)

    async def leave(self) -> None:
        """Close the link, if there is one."""
        link, self.link = self.link, None
        if link is not None:
            await link.close()


async def _done(work: Coroutine[Any, Any, None]) -> bool:
    await work
    return True


@dataclass
class Follower:
    """A sensor of a session.

    Parameters
    ----------
    stream
        Number in the journal.
    seen, wish
        The sensor as scanned, and the side and placement that the user gave.
    shared
        Parts of the session that all sensors share.
    heard
        Gets every new block with this sensor.

    State: the dialogue with the sensor, its link, who it is, and packets that wait to be written.
    """

    stream: int
    seen: Seen
    wish: Wish
    shared: Shared
    heard: Callable[[Follower, Block], None]
    identity: Identity = field(init=False)
    connected: bool = field(default=False, init=False)
    dialogue: Dialogue = field(init=False)
    connector: Connector = field(init=False)
    _queue: asyncio.Queue[tuple[str, bytes, int]] = field(init=False)
    _context: Context = field(init=False)
    _newest_refusal: str = field(default="", init=False)

    def __post_init__(self) -> None:
        shared = self.shared
        self._queue = asyncio.Queue(QUEUE_PACKETS)
        self._context = Context(
            stream=self.stream,
            name=self.seen.name,
            journal=shared.journal,
            clock_us=shared.clock_us,
            timing=shared.timing,
            wanted=shared.wanted,
            inbox=Inbox(self._put),
            drain=self._drain,
            pause=self._pause_on,
            say=shared.say,
            from_memory=shared.from_memory,
        )
        self.dialogue = self.seen.driver.dialogue(self._context)
        self.connector = Connector(self.seen, shared, self.dialogue)

    @property
    def ended(self) -> bool:
        """Return whether the sensor stopped by itself."""
        return self.dialogue.ended

    async def introduce(self) -> None:
        """Connect for the first time and learn who it is.

        What passes by itself (a busy adapter, a race at start, a lost link) is tried again, with longer
        waits; the last failure is raised with what to do about it.

        Raises
        ------
        SensorError
            The sensor does not answer, is of no family, or is on the other side.
        """
        timing, wait_s = self.shared.timing, self.shared.timing.backoff_s
        for left in reversed(range(timing.tries_at_start)):
            try:
                link = await self.connector.connect()
                self.identity = await identify(link, self.dialogue, self.seen, self.wish)
            except BaseException as error:
                await self.leave()
                if not left or not is_passing(error) or self.shared.stop.is_set():
                    raise
                await self._pause(wait_s)
                wait_s = min(2.0 * wait_s, timing.backoff_most_s)
            else:
                self.note_again()
                return

    async def follow(self) -> None:
        """Record until the session stops or the sensor ends.

        Raises
        ------
        RecordingError
            The journal cannot be written.
        """
        writer = asyncio.create_task(self._write())
        keeper = asyncio.create_task(self._keep_up())
        try:
            await asyncio.wait({writer, keeper}, return_when=asyncio.FIRST_COMPLETED)
            if writer.done():
                writer.result()
            await keeper
            await self._drain()
        finally:
            for task in (writer, keeper):
                task.cancel()
            await asyncio.gather(writer, keeper, return_exceptions=True)
            await self.leave()

    async def fetch_kept(self) -> None:
        """Fetch what the sensor kept of a run that nobody recorded; a lost link is made anew.

        Raises
        ------
        SensorError
            The sensor keeps no samples, or does not answer.
        """
        for left in reversed(range(self.shared.timing.tries_at_start)):
            try:
                await self.dialogue.fetch_kept(await self.connector.connect())
                await self._drain()
            except LinkLostError:
                if not left:
                    raise
            else:
                return
            finally:
                await self.leave()

    async def leave(self) -> None:
        """Close the link, if there is one."""
        self.connected = False
        await self.connector.leave()

    def note_again(self) -> None:
        """Note identity and ranges once more, so that a journal with a damaged beginning can be read."""
        shared = self.shared
        shared.journal.note("sensor", self.identity.facts, self.stream)
        pct = self.dialogue.battery_pct
        shared.journal.note("battery", {"pct": pct, "at_us": shared.clock_us()}, self.stream)
        self.dialogue.scales.note_again()

    async def _keep_up(self) -> None:
        """Serve one link after the other; wait longer after each that failed."""
        timing = self.shared.timing
        wait_s = timing.backoff_s
        while not self.shared.stop.is_set() and not self.ended:
            served = await self._one_link()
            wait_s = timing.backoff_s if served else min(2.0 * wait_s, timing.backoff_most_s)
            if not self.ended:
                await self._pause(wait_s)
        if not self.dialogue.settled:
            await self._last_try()

    async def _one_link(self) -> bool:
        """Serve one connection from beginning to end; whether samples were asked for on it."""
        try:
            await self._serve(await self.connector.connect())
        except (SensorError, PacketError) as error:
            self._context.event("link", str(error))
            if isinstance(error, RefusedError) and str(error) != self._newest_refusal:
                self._newest_refusal = str(error)
                self.shared.say(f"{self.identity.name}: {error}")
        finally:
            served = self.connected
            await self.leave()
        return served

    async def _serve(self, link: Link) -> None:
        """Record over one connection, to its loss or the end of the session."""
        await self.dialogue.begin(link)
        if self.ended:
            return
        self.connected = True
        self._context.event("connected", "")
        while not self.shared.stop.is_set() and not self.ended:
            if link.lost.is_set():
                raise LinkLostError("the link was lost", where=self.seen.name)
            await self.dialogue.tick(link)
            await self._pause_on(self.shared.timing.tick_s, link)
        await self.dialogue.end(link)

    async def _last_try(self) -> None:
        """Call once more a sensor that was away at the session's end, and fetch what its memory holds."""
        shared, timing = self.shared, self.shared.timing
        until_us = shared.clock_us() + round(1e6 * timing.last_try_s)
        away_us = shared.clock_us() - self.dialogue.last_packet_us
        if not self.dialogue.keeps_samples or away_us > 1e6 * timing.last_try_within_s:
            return
        wait_s = timing.backoff_s
        while not self.dialogue.settled and shared.clock_us() < until_us:
            try:
                async with asyncio.timeout((until_us - shared.clock_us()) / 1e6):
                    link = await self.connector.connect(even_stopped=True)
                await self.dialogue.end(link)
            except (SensorError, PacketError, TimeoutError) as error:
                self._context.event("link", str(error) or "no answer")
            finally:
                await self.leave()
            if not self.dialogue.settled:
                await first_of([], wait_s)
                wait_s = min(2.0 * wait_s, timing.backoff_most_s)

    def _put(self, uuid: str, payload: bytes, arrival_us: int) -> None:
        """Queue what the link calls back with, and do no more."""
        try:
            self._queue.put_nowait((uuid, payload, arrival_us))
        except asyncio.QueueFull:
            self.dialogue.counts.lost_packets += 1

    async def _write(self) -> None:
        """Decode and write packets for ever, in the order of arrival."""
        while True:
            self._take(*await self._queue.get())

    async def _drain(self) -> None:
        """Write what arrived."""
        await asyncio.sleep(0)
        while not self._queue.empty():
            self._take(*self._queue.get_nowait())

    def _take(self, uuid: str, payload: bytes, arrival_us: int) -> None:
        dialogue = self.dialogue
        for block in dialogue.take(uuid, payload, arrival_us):
            self.shared.journal.block(block)
            if block.arrival_us >= 0:
                last_us = block.device_us + (len(block.counts) - 1) * block.period_us
                dialogue.tracker.arrival(round(last_us), block.arrival_us)
            self.heard(self, block)

    async def _pause(self, seconds: float) -> None:
        """Wait; a stop ends it early."""
        await first_of([self.shared.stop], seconds)

    async def _pause_on(self, seconds: float, link: Link) -> None:
        """Wait; a stop or the loss of the link ends it early."""
        await first_of([link.lost, self.shared.stop], seconds)
