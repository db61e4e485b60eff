"""One sensor through a whole session: connect, start, keep its clock, fill gaps, come back after a loss."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from gait.errors import LinkLostError, PacketError, SensorError
from gait.journal.clock import ClockTracker, Exchange
from gait.journal.format import Block
from gait.journal.writer import JournalWriter
from gait.protocol.control import Start, Started, Stop, Sync, SyncTimes
from gait.protocol.data import decode_data
from gait.protocol.status import Status
from gait.sensors.backfill import Filler
from gait.sensors.connection import ClockSource, Link, RefusedError
from gait.sensors.full_scale import Scales
from gait.sensors.identity import Identity, Wish, identify
from gait.sensors.patience import Timing, first_of
from gait.sensors.sample_stream import Assembly
from gait.sensors.scan import Backend, Seen

__all__ = ["Follower"]

QUEUE_PACKETS = 20_000
"""Packets that may wait to be written, a quarter of an hour: more is a host that is stuck."""
DITHER_S = 0.03
GOLDEN = 0.6180339887
"""Clock exchanges are spread over the usual connection intervals by the golden ratio: evenly."""


@dataclass
class Follower:
    """A sensor and everything known of it.

    Parameters
    ----------
    stream
        Number in the journal.
    seen
        As scanned.
    start
        What it is asked to do.
    journal, backend, clock_us, connecting
        Shared by all sensors of the session; `connecting` lets one connect at a time.
    stop
        Set when the session is to end.
    heard, say
        Get every new block with this sensor, and lines for people.
    timing, wish
        How patient to be, and what the user said of it.

    State: identity, link, samples at hand, clock, and what is still to do.
    """

    stream: int
    seen: Seen
    start: Start
    journal: JournalWriter
    backend: Backend
    clock_us: ClockSource
    connecting: asyncio.Lock
    stop: asyncio.Event
    heard: Callable[[Follower, Block], None]
    timing: Timing
    wish: Wish
    say: Callable[[str], None]
    identity: Identity = field(init=False)
    battery_pct: int | None = field(default=None, init=False)
    connected: bool = field(default=False, init=False)
    ended: bool = field(default=False, init=False)
    assembly: Assembly = field(init=False)
    scales: Scales = field(init=False)
    tracker: ClockTracker = field(default_factory=ClockTracker, init=False)
    last_packet_us: int = field(default=0, init=False)
    _queue: asyncio.Queue[tuple[bytes, int]] = field(init=False)
    _boot_id: int | None = field(default=None, init=False)
    _unknown_config: bool = field(default=False, init=False)
    _listening: bool = field(default=False, init=False)
    _settled: bool = field(default=False, init=False)
    _said: str = field(default="", init=False)
    _due: dict[str, float] = field(default_factory=dict, init=False)
    _link: Link | None = field(default=None, init=False)
    _asked_again: bool = field(default=False, init=False)
    _filler: Filler = field(init=False)

    def __post_init__(self) -> None:
        self.assembly = Assembly(self.stream)
        self._queue = asyncio.Queue(QUEUE_PACKETS)
        self.scales = Scales(self.stream, self.journal, self.start.rate_hz)
        self._filler = Filler(self.assembly, self.timing, self._drain, self._event)

    async def introduce(self) -> None:
        """Connect for the first time and learn who it is.

        Raises
        ------
        SensorError
            It does not answer, is not a sensor of the profile, or is on the other side.
        """
        for left in reversed(range(self.timing.tries_at_start)):
            try:
                self.identity = await identify(await self._connect(), self.seen, self.wish)
            except BaseException as error:
                await self.leave()
                if not left or not isinstance(error, LinkLostError) or self.stop.is_set():
                    raise
                await self._pause(self.timing.backoff_s)
            else:
                self.battery_pct = self.identity.battery_pct
                self.journal.note("sensor", self.identity.facts, self.stream)
                return

    async def follow(self) -> None:
        """Record until the session stops or the sensor ends.

        Raises
        ------
        RecordingError
            The journal cannot be written.
        """
        writer = asyncio.create_task(self._write())
        follower = asyncio.create_task(self._keep_up())
        try:
            await asyncio.wait({writer, follower}, return_when=asyncio.FIRST_COMPLETED)
            if writer.done():
                writer.result()
            await follower
            await self._drain()
        finally:
            for task in (writer, follower):
                task.cancel()
            await asyncio.gather(writer, follower, return_exceptions=True)
            await self.leave()

    async def _keep_up(self) -> None:
        """Serve one link after the other; wait longer after each that failed."""
        wait_s = self.timing.backoff_s
        while not self.stop.is_set() and not self.ended:
            served = await self._one_link()
            wait_s = self.timing.backoff_s if served else min(2.0 * wait_s, self.timing.backoff_most_s)
            if not self.ended:
                await self._pause(wait_s)
        if not self._settled:
            await self._last_try()

    async def _one_link(self) -> bool:
        """One connection from beginning to end; whether samples were asked for on it."""
        try:
            link = self._link or await self._connect()
            await self._serve(link)
        except (SensorError, PacketError) as error:
            self._event("link", str(error))
            if isinstance(error, RefusedError) and str(error) != self._said:
                self._said = str(error)
                self.say(f"{self.identity.name}: {error}")
        finally:
            served = self.connected
            await self.leave()
        return served

    async def _last_try(self) -> None:
        """The session ended while the sensor was away: call it once more for what is in its memory."""
        until_us = self.clock_us() + round(1e6 * self.timing.last_try_s)
        away_us = self.clock_us() - self.last_packet_us
        if self._boot_id is None or away_us > 1e6 * self.timing.last_try_within_s:
            return
        while not self._settled and self.clock_us() < until_us:
            try:
                async with asyncio.timeout((until_us - self.clock_us()) / 1e6):
                    link = await self._connect(even_stopped=True)
                await self._end(link)
            except (SensorError, PacketError, TimeoutError) as error:
                self._event("link", str(error) or "no answer")
            finally:
                await self.leave()
            if not self._settled:
                await self._pause(self.timing.backoff_s, even_stopped=True)

    async def _connect(self, *, even_stopped: bool = False) -> Link:
        async with self.connecting:
            if self.stop.is_set() and not even_stopped:
                raise LinkLostError("stopped", where=self.seen.name)
            self._link = link = Link(self.seen.device, self.backend, self.clock_us, self._came)
            try:
                await link.open()
            except BaseException:
                await self.leave()
                raise
        return link

    async def leave(self) -> None:
        """Close the link, if there is one."""
        link, self._link, self.connected = self._link, None, False
        if link is not None:
            await link.close()

    async def _serve(self, link: Link) -> None:
        """One connection, from START to its loss or the end of the session."""
        await self._begin(link)
        if self.ended:
            return
        self.connected = True
        self._event("connected", "")
        for turn in range(self.timing.syncs_at_start):
            # An answer comes at a connection event, and a question asked at once would wait a whole
            # interval for the next: spread over the interval, one of them hardly waits.
            await self._pause(DITHER_S * (turn * GOLDEN % 1.0), link.lost)
            await self._sync(link)
        self._schedule()
        while not self.stop.is_set() and not self.ended:
            if link.lost.is_set():
                raise LinkLostError("the link was lost", where=self.seen.name)
            await self._tick(link)
            await self._pause(self.timing.tick_s, link.lost)
        await self._end(link)

    async def _begin(self, link: Link) -> None:
        """START, or carry on with a session that runs; a sensor that was switched off begins a new epoch."""
        status = await link.status()
        if self._boot_id == status.boot_id and not status.running:
            await self._end_of_sensor(link, status)
            return
        ours = status.running and status.session_id == self.start.session_id
        ours = ours and self._boot_id in (None, status.boot_id)
        fresh = not ours or self._boot_id is None
        if not ours:
            if self._boot_id is not None:
                self._event("restart", "the sensor was switched off and on")
            # What comes until the answer belongs to a session of somebody else.
            self._listening = False
            await self._drain()
            self.assembly.restart()
            self.tracker = ClockTracker()
            answer, _, _ = await link.ask(self.start)
            if isinstance(answer, Started):
                self.scales.learn(self.assembly.epoch, answer.config_id, self.start)
        self._listening = True
        # Only now: a START that the sensor never got must not look like a sensor that stopped by itself.
        self._boot_id = status.boot_id
        status = await self._learn(link)
        if fresh:
            self.assembly.base = status.ring_first
        self.last_packet_us = self.clock_us()

    async def _learn(self, link: Link) -> Status:
        """Read the configuration in force."""
        status = await link.status()
        self.battery_pct = status.battery_pct
        self.scales.learn(self.assembly.epoch, status.config_id, status)
        return status

    def _schedule(self) -> None:
        now = self._now_s()
        self._due = {
            "sync": now + self.timing.sync_every_s,
            "battery": now + self.timing.battery_every_s,
            "gaps": now + self.timing.backfill_after_s / 2.0,
        }

    def _now_s(self) -> float:
        return self.clock_us() / 1e6

    async def _tick(self, link: Link) -> None:
        """Whatever is due now."""
        now = self._now_s()
        if now - self.last_packet_us / 1e6 > self.timing.silence_s:
            await self._wake(link)
        if self._unknown_config:
            self._unknown_config = False
            await self._learn(link)
        if now >= self._due["gaps"]:
            await self._filler.fill(link, self.scales.rate_hz)
            self._due["gaps"] = self._now_s() + self.timing.backfill_after_s
        if now >= self._due["sync"]:
            await self._sync(link)
            self._due["sync"] = now + self.timing.sync_every_s
        if now >= self._due["battery"]:
            self.battery_pct = await link.battery_pct()
            self.journal.note("battery", {"pct": self.battery_pct, "at_us": self.clock_us()}, self.stream)
            self.journal.note("sensor", self.identity.facts, self.stream)
            self.scales.note_again()
            self._due["battery"] = now + self.timing.battery_every_s

    async def _wake(self, link: Link) -> None:
        """A silent sensor: ended, restarted, or stuck; the second time the link is made anew."""
        status = await link.status()
        self._event("silent", f"no packet for {self.timing.silence_s:g} s")
        if status.boot_id == self._boot_id and not status.running:
            await self._end_of_sensor(link, status)
            return
        if status.boot_id != self._boot_id or self._asked_again:
            self._asked_again = False
            raise LinkLostError("silent", where=self.seen.name)
        await link.ask(self.start)
        self._asked_again = True
        self.last_packet_us = self.clock_us()

    async def _end_of_sensor(self, link: Link, status: Status) -> None:
        """The sensor stopped by itself: fetch what is missing, then leave it."""
        self._event("ended", "the sensor stopped")
        await self._fetch_tail(link, status)
        self.ended = self._settled = True

    async def _sync(self, link: Link) -> None:
        try:
            answer, asked_us, answered_us = await link.ask(Sync(0))
        except RefusedError as error:
            self._event("sync", str(error))
            return
        if not isinstance(answer, SyncTimes):
            return
        received = self.assembly.device_us(answer.t2_us)
        exchange = Exchange(asked_us, received, self.assembly.device_us(answer.t3_us), answered_us)
        self.tracker.exchange(exchange)
        self.journal.note("sync", {"epoch": self.assembly.epoch, **asdict(exchange)}, self.stream)

    async def _end(self, link: Link) -> None:
        """Last clock exchange, STOP, and the rest of the memory."""
        if self.ended:
            return
        status = await link.status()
        mine = status.session_id == self.start.session_id or not status.running
        if status.boot_id != self._boot_id or not mine:
            self._settled = (
                True  # switched off since, or somebody else's now: its memory is not of this session
            )
            return
        if status.running:
            await self._sync(link)
            try:
                await link.ask(Stop())
            except RefusedError as error:
                self._event("stop", str(error))
            status = await link.status()
        await self._fetch_tail(link, status)
        self._settled = True

    async def _fetch_tail(self, link: Link, status: Status) -> None:
        """Fetch what is missing up to the sensor's last sample, as far as it is still there."""
        end = self.assembly.near(status.ring_next)
        if not await self._filler.fetch(link, self.scales.rate_hz, end, self._now_s):
            self._event("gap", "the last gaps could not be filled in time")

    def _came(self, data: bytes, arrival_us: int) -> None:
        """Callback of the link: queue, no more."""
        if not self._listening:
            return
        try:
            self._queue.put_nowait((data, arrival_us))
        except asyncio.QueueFull:
            self.assembly.counts.lost_packets += 1

    async def _write(self) -> None:
        """Decode and write packets for ever, in the order of arrival."""
        while True:
            self._take(*await self._queue.get())

    async def _drain(self) -> None:
        """Write what arrived."""
        await asyncio.sleep(0)
        while not self._queue.empty():
            self._take(*self._queue.get_nowait())

    def _take(self, data: bytes, arrival_us: int) -> None:
        try:
            packet = decode_data(data)
        except PacketError:
            self.assembly.counts.malformed += 1
            return
        epoch = self.assembly.epoch
        blocks = self.assembly.take(packet, arrival_us)
        if self.assembly.epoch != epoch:
            self.tracker = ClockTracker()
            self._due["sync"] = 0.0
            self._event("restart", "the sensor's clock or counter began anew")
        if blocks:
            # Only samples count: a sensor that repeats itself or sends noise is silent.
            self.last_packet_us = max(self.last_packet_us, arrival_us)
            self._asked_again = False
        for block in blocks:
            self.journal.block(block)
            if block.arrival_us >= 0:
                last_us = block.device_us + (len(block.counts) - 1) * block.period_us
                self.tracker.arrival(round(last_us), block.arrival_us)
            self._unknown_config |= self.scales.of(block) is None
            self.heard(self, block)

    def _event(self, kind: str, text: str) -> None:
        self.journal.note("event", {"kind": kind, "text": text, "at_us": self.clock_us()}, self.stream)

    async def _pause(
        self, seconds: float, lost: asyncio.Event | None = None, *, even_stopped: bool = False
    ) -> None:
        """Wait; a stop or the loss of the link ends it early."""
        events = [lost] if lost is not None else []
        if not even_stopped:
            events.append(self.stop)
        await first_of(events, seconds)
