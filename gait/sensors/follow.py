"""One sensor through a whole session: connect, start, keep its clock, fill gaps, come back after a loss."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from gait.errors import GaitError, LinkLostError, PacketError, SensorError
from gait.frames import Placement, Side
from gait.protocol.control import Backfill, BackfillDone, Result, Start, Stop, Sync, SyncTimes
from gait.protocol.data import decode_data
from gait.protocol.status import Status
from gait.recording.journal import Block, JournalWriter
from gait.sensors.assembly import Assembly
from gait.sensors.clock import ClockTracker, Exchange
from gait.sensors.link import ClockSource, Link
from gait.sensors.scan import Backend, Seen
from gait.sensors.timing import Timing, first_of

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
    heard
        Gets every new block and the tracker of the sensor's clock.

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
    timing: Timing = field(default_factory=Timing)
    default_placement: Placement = "shoe"
    wanted_side: Side | None = None
    side: Side = field(default="left", init=False)
    placement: Placement = field(default="shoe", init=False)
    battery_pct: int | None = field(default=None, init=False)
    connected: bool = field(default=False, init=False)
    ended: bool = field(default=False, init=False)
    assembly: Assembly = field(init=False)
    tracker: ClockTracker = field(default_factory=ClockTracker, init=False)
    last_packet_us: int = field(default=0, init=False)
    _queue: asyncio.Queue[tuple[bytes, int]] = field(init=False)
    _boot_id: int | None = field(default=None, init=False)
    _configs: set[tuple[int, int]] = field(default_factory=set, init=False)
    _unknown_config: bool = field(default=False, init=False)
    _due: dict[str, float] = field(default_factory=dict, init=False)
    _link: Link | None = field(default=None, init=False)
    _asked_again: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.assembly = Assembly(self.stream)
        self._queue = asyncio.Queue(QUEUE_PACKETS)

    async def introduce(self) -> None:
        """Connect for the first time and learn who it is.

        Raises
        ------
        SensorError
            It does not answer, or is not a sensor of the profile.
        """
        link = await self._connect()
        try:
            status = await link.status()
            identity = await link.identity()
            self.battery_pct = await link.battery_pct()
        except GaitError:
            await self._leave()
            raise
        self.side = self.wanted_side or status.side or self.seen.side() or "left"
        self.placement = status.placement or self.default_placement
        facts = {
            "side": self.side,
            "placement": self.placement,
            "address": self.seen.address,
            "device": {"name": self.seen.name, **identity},
        }
        self.journal.note("sensor", facts, self.stream)

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
            await self._leave()

    async def _keep_up(self) -> None:
        """Serve one link after the other; wait longer after each that failed."""
        wait_s = self.timing.backoff_s
        while not self.stop.is_set() and not self.ended:
            try:
                if self._link is None:
                    await self._connect()
                await self._serve()
                wait_s = self.timing.backoff_s
            except (SensorError, PacketError) as error:
                self._event("link", str(error))
            finally:
                served = self.connected
                await self._leave()
            if self.stop.is_set() or self.ended:
                break
            wait_s = self.timing.backoff_s if served else min(2.0 * wait_s, self.timing.backoff_most_s)
            await self._pause(wait_s)

    async def _connect(self) -> Link:
        async with self.connecting:
            if self.stop.is_set():
                raise LinkLostError("stopped", where=self.seen.name)
            link = Link(self.seen.device, self.backend, self.clock_us, self._came)
            try:
                await link.open()
            except BaseException:
                await link.close()
                raise
        self._link = link
        return link

    async def _leave(self) -> None:
        link, self._link, self.connected = self._link, None, False
        if link is not None:
            await link.close()

    async def _serve(self) -> None:
        """One connection, from START to its loss or the end of the session."""
        link = self._need_link()
        await self._begin(link)
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

    def _need_link(self) -> Link:
        if self._link is None:
            raise LinkLostError("no link", where=self.seen.name)
        return self._link

    async def _begin(self, link: Link) -> None:
        """START, or carry on with a session that runs; a sensor that was switched off begins a new epoch."""
        status = await link.status()
        ours = status.session_id == self.start.session_id and status.boot_id == self._boot_id
        if self._boot_id is not None and status.boot_id == self._boot_id and not status.running:
            await self._end_of_sensor(link, status)
            return
        if not ours:
            if self._boot_id is not None:
                self._event("restart", "the sensor was switched off and on")
            self.assembly.restart()
            self.tracker = ClockTracker()
            self._boot_id = status.boot_id
            await link.ask(self.start)
            status = await link.status()
            self.assembly.base = status.ring_first
        self._learn(status)
        self.last_packet_us = self.clock_us()

    def _learn(self, status: Status) -> None:
        """Note the configuration in force."""
        self.battery_pct = status.battery_pct
        key = (self.assembly.epoch, status.config_id)
        if key in self._configs:
            return
        self._configs.add(key)
        facts = {
            "epoch": key[0],
            "config_id": key[1],
            "rate_hz": status.rate_hz,
            "acc_range_g": status.acc_range_g,
            "gyr_range_dps": status.gyr_range_dps,
        }
        self.journal.note("config", facts, self.stream)

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
            self._learn(await link.status())
        if now >= self._due["gaps"]:
            await self._fill(link)
            self._due["gaps"] = self._now_s() + self.timing.backfill_after_s
        if now >= self._due["sync"]:
            await self._sync(link)
            self._due["sync"] = now + self.timing.sync_every_s
        if now >= self._due["battery"]:
            self.battery_pct = await link.battery_pct()
            self.journal.note("battery", {"pct": self.battery_pct, "at_us": self.clock_us()}, self.stream)
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
        self._asked_again = True
        await link.ask(self.start)
        self.last_packet_us = self.clock_us()

    async def _end_of_sensor(self, link: Link, status: Status) -> None:
        """The sensor stopped by itself: fetch what is missing, then leave it."""
        self._event("ended", "the sensor stopped")
        await self._fetch_tail(link, status)
        self.ended = True

    async def _sync(self, link: Link) -> None:
        answer, asked_us, answered_us = await link.ask(Sync(0))
        assert isinstance(answer, SyncTimes)
        received = self.assembly.device_us(answer.t2_us)
        exchange = Exchange(asked_us, received, self.assembly.device_us(answer.t3_us), answered_us)
        self.tracker.exchange(exchange)
        facts = {
            "epoch": self.assembly.epoch,
            "asked_us": exchange.asked_us,
            "received_us": exchange.received_us,
            "sent_us": exchange.sent_us,
            "answered_us": exchange.answered_us,
        }
        self.journal.note("sync", facts, self.stream)

    async def _fill(self, link: Link, until: int | None = None) -> bool:
        """Ask for the oldest gap; True where something was asked for."""
        gaps = self.assembly.missing(until)
        if not gaps:
            return False
        first, end = gaps[0]
        count = min(end - first, self.timing.backfill_samples)
        patience_s = 3.0 + count / self.start.rate_hz
        answer, _, _ = await link.ask(Backfill(first % (1 << 32), count), patience_s)
        if isinstance(answer, BackfillDone) and answer.result is Result.OVERWRITTEN:
            oldest = first + (answer.first - first) % (1 << 32)
            self.assembly.give_up((first, min(first + count, oldest)))
            self._event("gap", f"{min(count, oldest - first)} samples from {first} on were overwritten")
        return True

    async def _end(self, link: Link) -> None:
        """Last clock exchange, STOP, and the rest of the memory."""
        if self.ended:
            return
        await self._sync(link)
        await link.ask(Stop())
        await self._fetch_tail(link, await link.status())

    async def _fetch_tail(self, link: Link, status: Status) -> None:
        """Fetch what is missing up to the sensor's last sample, as far as it is still there."""
        end = self._unwrapped(status.ring_next)
        until = self._now_s() + self.timing.tail_s
        while self._now_s() < until:
            await self._drain()
            if not await self._fill(link, end):
                return
            await self._pause(self.timing.tick_s / 2.0, link.lost, even_stopped=True)
        self._event("gap", "the last gaps could not be filled in time")

    def _unwrapped(self, index: int) -> int:
        return self.assembly.have.end + (index - self.assembly.have.end + (1 << 31)) % (1 << 32) - (1 << 31)

    def _came(self, data: bytes, arrival_us: int) -> None:
        """Callback of the link: queue, no more."""
        self.last_packet_us = arrival_us
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
            self._event("restart", "the sensor's clock or counter began anew")
        for block in blocks:
            self.journal.block(block)
            if block.arrival_us >= 0:
                last_us = block.device_us + (len(block.counts) - 1) * block.period_us
                self.tracker.arrival(round(last_us), block.arrival_us)
            if not any(key[1] == block.config_id for key in self._configs):
                self._unknown_config = True
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
