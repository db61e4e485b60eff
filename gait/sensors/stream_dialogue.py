"""A session with a sensor that only streams: start, listen, start again after silence or a loss, stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from gait.errors import LinkLostError, PacketError, SensorError
from gait.journal.clock import ClockTracker
from gait.journal.format import Block
from gait.sensors.driver import (
    Ability,
    Advertisement,
    Context,
    Description,
    Dialogue,
    RefusedError,
    Wanted,
)
from gait.sensors.link.connection import Heard, Link
from gait.sensors.samples.full_scale import Scale, Scales
from gait.sensors.samples.kept_run import KeptRun, Memory
from gait.sensors.samples.sample_stream import Counts
from gait.sensors.samples.timed_stream import Piece, TimedStream

__all__ = ["Decoder", "StreamDialogue", "StreamFamily"]

CLOCKLESS_SKEW = 0.02
"""Share; without time stamps the sample counter is the clock (chosen: an IMU's rate is up to 1 % off by its
data sheet, so twice that)."""

AGAIN_US = 2000
"""us within which the same bytes are the same notification, bleak #2002 (chosen: samples are 2.5 ms apart at
least)."""
CLOCK_ANEW = "the sensor's clock began anew"
ORDER_LOST = "samples were lost or came twice: their order no longer keeps time, and begins anew"
KEPT_BEFORE_US = 1000
"""Session time of a kept run's first sample, us (chosen: as `gait.sensors.fetch_log.BEFORE_US`)."""


class Decoder(Protocol):
    """Turns notifications of one link into samples. State: what an unfinished notification holds."""

    def decode(self, uuid: str, payload: bytes, arrival_us: int) -> Sequence[Piece]:
        """Return the samples that are complete now.

        Raises
        ------
        PacketError
            The bytes are not the family's.
        """


@dataclass(frozen=True)
class StreamFamily:
    """A family whose sensors stream while linked and keep nothing that the recorder could fetch.

    Attributes
    ----------
    ability
        Rates, ranges and limits of the family.
    service_uuids, needs, notifies
        Services of a sensor, characteristics that it must have, and those that it sends on.
    stamp_us, wrap_us
        How coarse its time stamps are, 0 for fine ones, and when its clock begins anew, 0 for never.
    """

    ability: Ability
    service_uuids: tuple[str, ...]
    needs: tuple[str, ...]
    notifies: tuple[str, ...]
    stamp_us: int = 0
    wrap_us: int = 0

    def matches(self, heard: Advertisement) -> bool:
        """Return whether an advertisement is one of its sensors'; here by the services."""
        return bool(set(self.service_uuids) & set(heard.service_uuids))

    def dialogue(self, context: Context) -> Dialogue:
        """Return a new conversation with a sensor of the family."""
        return StreamDialogue(context, self)

    async def describe(self, link: Link) -> Description:
        """Ask a sensor who it is, by the standard services."""
        device = await link.identity()
        return Description(battery_pct=await self.battery_pct(link), device=device)

    async def battery_pct(self, link: Link) -> int | None:
        """Read the battery; None where the sensor does not tell."""
        return await link.battery_pct()

    async def start(self, link: Link, wanted: Wanted) -> Scale:
        """Set rate and ranges and start the stream.

        Raises
        ------
        RefusedError
            The sensor refused.
        """
        raise NotImplementedError

    async def stop(self, link: Link) -> None:
        """Stop the stream."""
        raise NotImplementedError

    def decoder(self, setup: Scale) -> Decoder:
        """Return a decoder for a link that was started so."""
        raise NotImplementedError

    def memory(self) -> Memory | None:
        """Return the memory that the sensors keep runs in; None where none of it can be read."""
        return None


@dataclass
class StreamDialogue:
    """A session with one sensor.

    Parameters
    ----------
    context, family
        Parts of the recorder that the dialogue uses, and the sensor's family.

    State: the stream, its scales and clock, and the link's decoder.
    """

    context: Context
    family: StreamFamily
    ended: bool = field(default=False, init=False)
    settled: bool = field(default=False, init=False)
    battery_pct: int | None = field(default=None, init=False)
    last_packet_us: int = field(default=0, init=False)
    missing: int = field(default=0, init=False)
    keeps_samples: bool = field(default=False, init=False)
    scales: Scales = field(init=False)
    tracker: ClockTracker = field(init=False)
    _stream: TimedStream = field(init=False)
    _setups: list[Scale] = field(default_factory=list, init=False)
    _decoder: Decoder | None = field(default=None, init=False)
    _newest: tuple[str, bytes, int] = field(default=("", b"", 0), init=False)
    _asked_again: bool = field(default=False, init=False)
    _battery_due_s: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        context = self.context
        self.scales = Scales(context.stream, context.journal, context.wanted.rate_hz)
        self._stream = TimedStream(context.stream, 1e6 / context.wanted.rate_hz, self.family.wrap_us)
        self.tracker = self._new_tracker()

    @property
    def counts(self) -> Counts:
        """Return the counts of what came in."""
        return self._stream.counts

    @property
    def _has_clock(self) -> bool:
        return self.family.ability.clock != "arrival"

    def _new_tracker(self) -> ClockTracker:
        return ClockTracker() if self._has_clock else ClockTracker(CLOCKLESS_SKEW)

    def subscriptions(self) -> Mapping[str, Heard]:
        """Return all that the family sends on; what its memory answers on only where that is fetched."""
        memory = self.family.memory() if self.context.from_memory else None
        uuids = self.family.notifies if memory is None else memory.notifies
        return {uuid: self.context.inbox.taker(uuid) for uuid in uuids}

    async def introduce(self, link: Link) -> Description:
        """Ask the sensor who it is."""
        description = await self.family.describe(link)
        self.battery_pct = description.battery_pct
        return description

    async def begin(self, link: Link) -> None:
        """Start the stream on a new link: what comes before the sensor has said yes has no known scale."""
        context = self.context
        context.inbox.is_open = False
        await context.drain()
        self._decoder = None
        await self._start(link)
        context.inbox.is_open = True

    async def _start(self, link: Link) -> None:
        """Start the stream; a sensor without a clock begins a new epoch.

        Where it streamed on this link before, what the air held up comes ahead of the answer, and is taken in
        as it was sent.
        """
        context = self.context
        setup = await self.family.start(link, context.wanted)
        await context.drain()
        if not self._has_clock:
            self._stream.restart()
            self.tracker = self._new_tracker()
        self.last_packet_us = context.clock_us()
        self._battery_due_s = context.now_s + context.timing.battery_every_s
        if setup not in self._setups:
            self._setups.append(setup)
        stream = self._stream
        stream.period_us, stream.config_id = 1e6 / setup.rate_hz, self._setups.index(setup)
        self._learn(setup)
        self._decoder = self.family.decoder(setup)

    def _learn(self, setup: Scale) -> None:
        skew = {} if self._has_clock else {"largest_skew": CLOCKLESS_SKEW}
        self.scales.learn(
            self._stream.epoch, self._stream.config_id, setup, stamp_us=self.family.stamp_us, **skew
        )

    async def tick(self, link: Link) -> None:
        """Wake a silent sensor, read the battery: whatever is due now."""
        context, timing = self.context, self.context.timing
        if context.now_s - self.last_packet_us / 1e6 > timing.silence_s:
            context.event("silent", f"no packet for {timing.silence_s:g} s")
            if self._asked_again:
                self._asked_again = False
                raise LinkLostError("silent", where=context.name)
            await self._stop(link)
            await self._start(link)
            self._asked_again = True
        if context.now_s >= self._battery_due_s:
            self.battery_pct = await self.family.battery_pct(link)
            self._battery_due_s = context.now_s + timing.battery_every_s

    async def end(self, link: Link) -> None:
        """Stop the stream; what was under way is taken in."""
        await self._stop(link)
        self.settled = True

    async def fetch_kept(self, link: Link) -> None:
        """Fetch the newest run in the sensor's memory, and write it as if it had come live.

        Session time begins at its first sample: nothing ties the sensor's clock to the host's any more.

        Raises
        ------
        SensorError
            The memory holds no run, or cannot be read.
        """
        memory = self.family.memory()
        if memory is None:
            name = self.family.ability.name
            raise SensorError(f"a {name} keeps nothing that can be fetched", where=link.name)
        run = await memory.fetch(link, self.context.say)
        started = "" if run.started is None else run.started.isoformat("T", "milliseconds")
        self.context.journal.note("session", {"started": started, "origin_us": 0})
        self._write_kept(run)
        self.settled = True

    def _write_kept(self, run: KeptRun) -> None:
        """Note what a kept run was recorded with, and write its samples."""
        context, scale, stream = self.context, run.setup, self._stream
        stream.period_us, stream.config_id = 1e6 / scale.rate_hz, len(self._setups)
        self.scales.learn(stream.epoch, stream.config_id, scale, stamp_us=run.stamp_us)
        limits = self.family.ability.kept(scale).shortcomings
        context.journal.note("limits", {"limits": list(limits)}, context.stream)
        for limit in limits:
            context.say(f"{context.name}: {limit}")
        arrival_us = KEPT_BEFORE_US
        for piece in run.pieces:
            for block in stream.take(piece):
                last_us = round((len(block.counts) - 1) * block.period_us)
                context.journal.block(replace(block, arrival_us=arrival_us + last_us if arrival_us else -1))
                arrival_us = 0

    async def _stop(self, link: Link) -> None:
        try:
            await self.family.stop(link)
        except RefusedError as error:
            self.context.event("stop", str(error))

    def _comes_again(self, uuid: str, payload: bytes, arrival_us: int) -> bool:
        """Return whether a notification is the one before it, come through a second subscription."""
        before, self._newest = self._newest, (uuid, payload, arrival_us)
        again = before[:2] == (uuid, payload) and arrival_us - before[2] < AGAIN_US
        self.counts.duplicates += again
        return again

    def take(self, uuid: str, payload: bytes, arrival_us: int) -> list[Block]:
        """Decode a notification; damaged ones are counted and give nothing."""
        if self._decoder is None or (not self._has_clock and self._comes_again(uuid, payload, arrival_us)):
            return []
        try:
            pieces = self._decoder.decode(uuid, payload, arrival_us)
        except PacketError:
            self.counts.malformed += 1
            return []
        blocks: list[Block] = []
        for piece in pieces:
            epoch = self._stream.epoch
            blocks += self._stream.take(piece)
            if self._stream.epoch != epoch:
                self.tracker = self._new_tracker()
                self._learn(self._setups[self._stream.config_id])
                self.context.event("restart", CLOCK_ANEW if self._has_clock else ORDER_LOST)
        if blocks:
            self.last_packet_us = max(self.last_packet_us, arrival_us)
            self._asked_again = False
        return blocks
