"""The open profile: a sample index, a ring to fetch gaps from, and two-way clock exchanges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from gait.errors import LinkLostError, PacketError, SensorError
from gait.journal.clock import ClockTracker, Exchange
from gait.journal.format import Block
from gait.protocol import profile
from gait.protocol.control import Start, Started, Stop, Sync, SyncTimes
from gait.protocol.data import decode_data
from gait.protocol.status import Status
from gait.sensors.backfill import Filler
from gait.sensors.driver import Ability, Advertisement, Context, Description, Dialogue, RefusedError
from gait.sensors.link.connection import Heard, Link
from gait.sensors.profile_commands import ask, read_status
from gait.sensors.samples.full_scale import Scales
from gait.sensors.samples.sample_stream import Assembly, Counts

__all__ = ["GaitProfile", "ProfileDialogue"]

DITHER_S = 0.03  # s over which clock exchanges are spread (chosen: twice the usual connection interval)
GOLDEN = 0.6180339887
"""The golden ratio, by definition (chosen: it spreads clock exchanges evenly over the connection
intervals)."""


def _ignored(_payload: bytes, _arrival_us: int) -> None:
    """Drop a late answer of CTRL."""


@dataclass(frozen=True)
class GaitProfile:
    """Sensors that speak the profile of ``firmware_notes/``."""

    ability: Ability = field(
        default=Ability(
            key="gait",
            name="open profile",
            rates_hz=profile.RATES_HZ,
            acc_range_g=32.0,
            gyr_range_dps=4000.0,
            clock="exchange",
            keeps="the last 30 s and more; gaps are fetched by themselves",
            fetches=True,
            proven_by="its specification; the C codec of firmware_notes/ gives the same bytes",
            switch_on="shake it, or press its button",
            memory_proven_by="its specification; the C codec of firmware_notes/ gives the same bytes",
        )
    )
    service_uuids: tuple[str, ...] = (profile.SERVICE,)
    needs: tuple[str, ...] = (profile.DATA, profile.CTRL, profile.STATUS)
    notifies: tuple[str, ...] = (profile.CTRL, profile.DATA)

    def matches(self, heard: Advertisement) -> bool:
        """Return whether it advertises the profile's service."""
        return profile.SERVICE in heard.service_uuids

    async def battery_pct(self, link: Link) -> int | None:
        """Read the standard battery service."""
        return await link.battery_pct()

    def dialogue(self, context: Context) -> Dialogue:
        """Return a new conversation with a sensor."""
        return ProfileDialogue(context)


@dataclass
class ProfileDialogue:
    """A session with one sensor of the open profile.

    Parameters
    ----------
    context
        Parts of the recorder that the dialogue uses.

    State: samples at hand, clock, scales, and what is still to do.
    """

    context: Context
    ended: bool = field(default=False, init=False)
    settled: bool = field(default=False, init=False)
    battery_pct: int | None = field(default=None, init=False)
    last_packet_us: int = field(default=0, init=False)
    assembly: Assembly = field(init=False)
    scales: Scales = field(init=False)
    tracker: ClockTracker = field(default_factory=ClockTracker, init=False)
    _filler: Filler = field(init=False)
    _boot_id: int | None = field(default=None, init=False)
    _unknown_config: bool = field(default=False, init=False)
    _asked_again: bool = field(default=False, init=False)
    _due: dict[str, float] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        context = self.context
        self.assembly = Assembly(context.stream)
        self.scales = Scales(context.stream, context.journal, context.wanted.rate_hz)
        self._filler = Filler(self.assembly, context.timing, context.drain, context.event)

    @property
    def counts(self) -> Counts:
        """Return the counts of what came in."""
        return self.assembly.counts

    @property
    def missing(self) -> int:
        """Samples that are missing now, and may still come."""
        return sum(end - start for start, end in self.assembly.missing())

    @property
    def keeps_samples(self) -> bool:
        """Return whether it was ever started: then its ring holds what came while it was away."""
        return self._boot_id is not None

    @property
    def _start(self) -> Start:
        wanted = self.context.wanted
        return Start(wanted.rate_hz, wanted.acc_range_g, wanted.gyr_range_dps, wanted.session_id)

    def subscriptions(self) -> Mapping[str, Heard]:
        """Return the characteristics to listen to, CTRL first: START may be answered before DATA is heard."""
        return {profile.CTRL: _ignored, profile.DATA: self.context.inbox.taker(profile.DATA)}

    async def introduce(self, link: Link) -> Description:
        """Ask for side, placement, maker and battery.

        Raises
        ------
        PacketError
            Its STATUS is not the profile's.
        """
        status = await read_status(link)
        device = await link.identity()
        self.battery_pct = await link.battery_pct()
        return Description(status.side, status.placement, self.battery_pct, device)

    async def begin(self, link: Link) -> None:
        """Send START, or carry on with a session that runs; a sensor that was off begins a new epoch."""
        status = await read_status(link)
        if self._boot_id == status.boot_id and not status.running:
            await self._end_of_sensor(link, status)
            return
        start = self._start
        ours = status.running and status.session_id == start.session_id
        ours = ours and self._boot_id in (None, status.boot_id)
        fresh = not ours or self._boot_id is None
        if not ours:
            if self._boot_id is not None:
                self.context.event("restart", "the sensor was switched off and on")
            # Packets before the answer belong to an earlier session.
            self.context.inbox.is_open = False
            await self.context.drain()
            self.assembly.restart()
            self.tracker = ClockTracker()
            answer = (await ask(link, start)).answer
            if isinstance(answer, Started):
                self.scales.learn(self.assembly.epoch, answer.config_id, start)
        self.context.inbox.is_open = True
        # Set only now, so that a START that got lost does not look like a sensor that stopped by itself.
        self._boot_id = status.boot_id
        status = await self._learn(link)
        if fresh:
            self.assembly.base = status.ring_first
        self.last_packet_us = self.context.clock_us()
        self._due = {}

    async def _learn(self, link: Link) -> Status:
        """Read the configuration in force."""
        status = await read_status(link)
        self.battery_pct = status.battery_pct
        self.scales.learn(self.assembly.epoch, status.config_id, status)
        return status

    async def _first_syncs(self, link: Link) -> None:
        for turn in range(self.context.timing.syncs_at_start):
            # An answer comes at a connection event, and a question asked at once would wait a whole
            # interval for the next: spread over the interval, one of them hardly waits.
            await self.context.pause(DITHER_S * (turn * GOLDEN % 1.0), link)
            await self._sync(link)
        self._schedule()

    def _schedule(self) -> None:
        now, timing = self.context.now_s, self.context.timing
        self._due = {
            "sync": now + timing.sync_every_s,
            "battery": now + timing.battery_every_s,
            "gaps": now + timing.backfill_after_s / 2.0,
        }

    async def tick(self, link: Link) -> None:
        """Wake a silent sensor, fill gaps, exchange clocks, read the battery: whatever is due now."""
        context, timing = self.context, self.context.timing
        if not self._due:
            await self._first_syncs(link)
        now = context.now_s
        if now - self.last_packet_us / 1e6 > timing.silence_s:
            await self._wake(link)
        if self._unknown_config:
            self._unknown_config = False
            await self._learn(link)
        if now >= self._due["gaps"]:
            await self._filler.fill(link, self.scales.rate_hz)
            self._due["gaps"] = context.now_s + timing.backfill_after_s
        if now >= self._due["sync"]:
            await self._sync(link)
            self._due["sync"] = now + timing.sync_every_s
        if now >= self._due["battery"]:
            self.battery_pct = await link.battery_pct()
            self._due["battery"] = now + timing.battery_every_s

    async def _wake(self, link: Link) -> None:
        """See to a silent sensor: ended, restarted, or stuck; the second time the link is made anew.

        A sensor that has changed its ranges by itself is started with its present ranges. With the old ranges
        it would begin anew and drop the samples that it holds.
        """
        context = self.context
        status = await read_status(link)
        context.event("silent", f"no packet for {context.timing.silence_s:g} s")
        if status.boot_id == self._boot_id and not status.running:
            await self._end_of_sensor(link, status)
            return
        if status.boot_id != self._boot_id or self._asked_again:
            self._asked_again = False
            raise LinkLostError("silent", where=context.name)
        in_force = Start(status.rate_hz, status.acc_range_g, status.gyr_range_dps, self._start.session_id)
        await ask(link, in_force)
        self._asked_again = True
        self.last_packet_us = context.clock_us()

    async def _end_of_sensor(self, link: Link, status: Status) -> None:
        """Fetch what is missing of a sensor that stopped by itself, then leave it."""
        self.context.event("ended", "the sensor stopped")
        await self._fetch_tail(link, status)
        self.ended = self.settled = True

    async def _sync(self, link: Link) -> None:
        try:
            exchanged = await ask(link, Sync(0))
        except RefusedError as error:
            self.context.event("sync", str(error))
            return
        answer = exchanged.answer
        if not isinstance(answer, SyncTimes):
            return
        received = self.assembly.device_us(answer.t2_us)
        sent = self.assembly.device_us(answer.t3_us)
        exchange = Exchange(exchanged.asked_us, received, sent, exchanged.answered_us)
        self.tracker.exchange(exchange)
        facts = {"epoch": self.assembly.epoch, **asdict(exchange)}
        self.context.journal.note("sync", facts, self.context.stream)

    async def end(self, link: Link) -> None:
        """Exchange clocks once more, STOP, and fetch the rest of the memory."""
        if self.ended:
            return
        status = await read_status(link)
        mine = status.session_id == self._start.session_id or not status.running
        if status.boot_id != self._boot_id or not mine:
            # The sensor was switched off since or belongs to somebody else now: its memory is not of this
            # session.
            self.settled = True
            return
        if status.running:
            await self._sync(link)
            try:
                await ask(link, Stop())
            except RefusedError as error:
                self.context.event("stop", str(error))
            status = await read_status(link)
        await self._fetch_tail(link, status)
        self.settled = True

    async def fetch_kept(self, link: Link) -> None:
        """Fetch the ring as it stands, without a START, which would empty it.

        Raises
        ------
        SensorError
            The ring is empty.
        """
        status = await read_status(link)
        if not status.ring_samples:
            raise SensorError("holds no samples", where=link.name, todo="record with gait record")
        if self._boot_id not in (None, status.boot_id):
            raise SensorError("was switched off: its memory is empty", where=link.name)
        self._boot_id = status.boot_id
        self.scales.learn(self.assembly.epoch, status.config_id, status)
        if self.assembly.base is None:
            self.assembly.base = status.ring_first
        for _ in range(self.context.timing.syncs_at_start):
            await self._sync(link)
        self.context.inbox.is_open = True
        end = self.assembly.base + (status.ring_next - self.assembly.base) % (1 << 32)
        rate_hz, context = self.scales.rate_hz, self.context
        self.settled = await self._filler.fetch(link, rate_hz, end, lambda: context.now_s)

    async def _fetch_tail(self, link: Link, status: Status) -> None:
        """Fetch the missing samples up to the sensor's last, as far as its memory still holds them."""
        end = self.assembly.near(status.ring_next)
        rate_hz, context = self.scales.rate_hz, self.context
        if not await self._filler.fetch(link, rate_hz, end, lambda: context.now_s):
            context.event("gap", "the last gaps could not be filled in time")

    def take(self, uuid: str, payload: bytes, arrival_us: int) -> list[Block]:
        """Decode a DATA notification; damaged ones are counted and give nothing."""
        del uuid
        try:
            packet = decode_data(payload)
        except PacketError:
            self.counts.malformed += 1
            return []
        epoch = self.assembly.epoch
        blocks = self.assembly.take(packet, arrival_us)
        if self.assembly.epoch != epoch:
            self.tracker = ClockTracker()
            if self._due:
                self._due["sync"] = 0.0
            self.context.event("restart", "the sensor's clock or counter began anew")
        if blocks:
            # Only samples count: a sensor that repeats itself or sends noise is silent.
            self.last_packet_us = max(self.last_packet_us, arrival_us)
            self._asked_again = False
        for block in blocks:
            self._unknown_config |= self.scales.of(block) is None
        return blocks
