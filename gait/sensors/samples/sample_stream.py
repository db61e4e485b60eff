"""Packets become an unbroken run of samples: order, duplicates, gaps, and what a sensor's restart means.

Pure: no radio, no file, no clock of its own. The index of a sample is its identity; the sequence number
only counts losses. A packet's clock must fit its index, else the packet is damaged or the sensor started
anew: one odd packet is dropped, two odd ones that fit each other begin a new epoch.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from gait.errors import SensorError
from gait.journal.format import Block
from gait.protocol.data import DataPacket, Flag
from gait.protocol.profile import RATES_HZ, unwrap
from gait.sensors.samples.index_ranges import Coverage, Interval

__all__ = ["Assembly", "Counts"]

INDEX_BITS, CLOCK_BITS, SEQ_BITS = 32, 32, 16  # bits of the packet's counters, which wrap (open profile)
CLOCK_TOLERANCE_US = 20_000.0
"""us (chosen: a FIFO interrupt is latched within one sample, and one that waited for a flash erase within 20
ms)."""
RATE_TOLERANCE = 0.02
"""An IMU's own oscillator is within 1 % of nominal (data sheets); the period in the packet is measured."""
PERIOD_TOLERANCE = 0.1
"""Share (chosen: far more than any oscillator is off; a period that fits no rate of the profile is
damage)."""
RATE_RANGE = 4.0
"""Largest ratio of two rates of the open profile: how far a change of rate can bend the clock over a gap."""
FAR_AHEAD = 416 * 3600 * 24
"""Samples (chosen: a packet further ahead than a day is damaged)."""
FUTURE_US = 60e6
"""us that no link holds packets back (chosen: well beyond the 32 s after which its supervision ends at the
latest). A packet that is further ahead of the last than the time since then, and this, is from the future."""
MOST_RESTARTS = 1000
"""Restarts (chosen: a sensor that begins anew more often is broken or hostile; the journal numbers 65536)."""
MOST_GAPS = 2000
"""Gaps at a time; beyond it the oldest is given up (chosen: neither memory nor the search for them grows)."""


@dataclass
class Counts:
    """Counts of what came in, for the live line and the journal; each packet counts once."""

    packets: int = 0
    samples: int = 0
    backfilled: int = 0
    duplicates: int = 0
    malformed: int = 0
    implausible: int = 0
    lost_packets: int = 0
    given_up: int = 0
    restarts: int = 0


@dataclass(frozen=True)
class _Anchor:
    """The last live packet: a point of the line index -> sensor clock -> host clock."""

    index: int
    device_us: int
    arrival_us: int
    period_us: float
    config_id: int


@dataclass
class Assembly:
    """The stream of one sensor.

    Parameters
    ----------
    stream
        Its number in the journal.

    Attributes
    ----------
    base
        Index of the first sample of this epoch, where the sensor told.

    State: the epoch, the samples at hand, the last packet, and an odd packet that waits for company.
    """

    stream: int
    epoch: int = 0
    base: int | None = None
    have: Coverage = field(default_factory=Coverage)
    counts: Counts = field(default_factory=Counts)
    _anchor: _Anchor | None = None
    _odd: tuple[DataPacket, int] | None = None
    _last_seq: int | None = None
    _clock_us: int | None = None

    def take(self, packet: DataPacket, arrival_us: int) -> list[Block]:
        """Return blocks of the samples in a packet that were not at hand before; empty for a duplicate.

        Parameters
        ----------
        packet
            As decoded.
        arrival_us
            Host clock at arrival.
        """
        self.counts.packets += 1
        if not _is_period(packet.period_us):
            self.counts.implausible += 1
            return []
        self._count_losses(packet)
        placed = self._place(packet, arrival_us)
        if placed is not None:
            self._odd = None
            return self._keep(packet, placed, arrival_us)
        if packet.flags & Flag.BACKFILL:
            self.counts.implausible += 1
            return []
        return self._take_odd(packet, arrival_us)

    def device_us(self, clock_us: int) -> int:
        """Unwrap a 32-bit reading of the sensor's clock, near the reading before."""
        near = clock_us if self._clock_us is None else self._clock_us
        self._clock_us = unwrap(clock_us, near, CLOCK_BITS)
        return self._clock_us

    def near(self, index: int) -> int:
        """Unwrap a 32-bit index near the newest sample at hand."""
        return unwrap(index % (1 << INDEX_BITS), self.have.end, INDEX_BITS)

    def restart(self) -> None:
        """Begin a new epoch: the sensor was switched off and on, or its session is another.

        Raises
        ------
        SensorError
            It does so over and over.
        """
        if self._anchor is None and self.have.first is None:
            self._clock_us = None
            return
        if self.epoch >= MOST_RESTARTS:
            raise SensorError(f"the sensor began anew {self.epoch} times", todo="charge or replace it")
        self.epoch += 1
        self.counts.restarts += 1
        self.have = Coverage()
        self.base = None
        self._anchor = self._odd = self._last_seq = self._clock_us = None

    def missing(self, until: int | None = None) -> list[Interval]:
        """Return gaps from the epoch's first sample to the newest at hand, or `until` where that is later."""
        gaps = self.have.missing(until)
        first = self.have.first
        if self.base is None:
            return gaps
        if first is None:
            return [(self.base, until)] if until is not None and until > self.base else []
        return [(self.base, first), *gaps] if self.base < first else gaps

    def give_up(self, gap: Interval) -> None:
        """Stop asking for samples that the sensor no longer has; they stay a gap."""
        self.counts.given_up += sum(end - start for start, end in self.have.add(*gap))

    def _place(self, packet: DataPacket, arrival_us: int) -> _Anchor | None:
        """Return a packet's unwrapped index and clock; None where they do not fit the run of the sensor."""
        anchor = self._anchor
        if anchor is None:
            index = packet.index if self.base is None else unwrap(packet.index, self.base, INDEX_BITS)
            device_us = self.device_us(packet.t_us)
            return _Anchor(index, device_us, arrival_us, packet.period_us, packet.config_id)
        index = unwrap(packet.index, anchor.index, INDEX_BITS)
        ahead = index - anchor.index
        expected = round(anchor.device_us + ahead * anchor.period_us)
        device_us = unwrap(packet.t_us, expected, CLOCK_BITS)
        same = packet.config_id == anchor.config_id
        bend = abs(ahead) * anchor.period_us * (RATE_TOLERANCE if same else RATE_RANGE)
        if abs(ahead) > FAR_AHEAD or abs(device_us - expected) > CLOCK_TOLERANCE_US + bend:
            return None
        if device_us - anchor.device_us > arrival_us - anchor.arrival_us + FUTURE_US:
            return None
        return _Anchor(index, device_us, arrival_us, packet.period_us, packet.config_id)

    def _take_odd(self, packet: DataPacket, arrival_us: int) -> list[Block]:
        """Return the blocks of an odd packet once the next one tells whether it was damage or a new start."""
        waiting, self._odd = self._odd, (packet, arrival_us)
        if packet.flags & Flag.CLOCK_RESET:
            waiting = None
        elif waiting is None or not _follows(waiting[0], packet):
            self.counts.implausible += 1
            return []
        if self.epoch >= MOST_RESTARTS:
            self.counts.implausible += 1
            return []
        self.restart()
        blocks: list[Block] = []
        for odd_packet, at in [waiting, (packet, arrival_us)] if waiting else [(packet, arrival_us)]:
            placed = self._place(odd_packet, at)
            if placed is not None:
                blocks += self._keep(odd_packet, placed, at)
        if waiting:
            self.counts.implausible -= 1
        return blocks

    def _keep(self, packet: DataPacket, placed: _Anchor, arrival_us: int) -> list[Block]:
        late = bool(packet.flags & Flag.BACKFILL)
        fresh = self.have.add(placed.index, placed.index + len(packet.counts))
        while self.have.pieces > MOST_GAPS:
            self.give_up(self.have.oldest_hole())
        if not late and (self._anchor is None or placed.index >= self._anchor.index):
            self._anchor = placed
            self._clock_us = placed.device_us
        if not fresh:
            self.counts.duplicates += 1
        kept = sum(end - start for start, end in fresh)
        self.counts.samples += kept
        self.counts.backfilled += kept if late else 0
        block = Block(
            stream=self.stream,
            epoch=self.epoch,
            config_id=packet.config_id,
            flags=int(packet.flags),
            index=placed.index,
            device_us=placed.device_us,
            arrival_us=-1 if late else arrival_us,
            period_us=packet.period_us,
            counts=packet.counts,
        )
        return [_cut(block, interval) for interval in fresh]

    def _count_losses(self, packet: DataPacket) -> None:
        """Count notifications that never came, by sequence number; a repeated or a late one is none."""
        if self._last_seq is None:
            self._last_seq = packet.seq
            return
        step = unwrap(packet.seq, self._last_seq, SEQ_BITS) - self._last_seq
        if step > 0:
            self.counts.lost_packets += step - 1
            self._last_seq = packet.seq


def _is_period(period_us: float) -> bool:
    """Return whether a sample period is that of one of the profile's rates."""
    return any(abs(period_us * rate / 1e6 - 1.0) < PERIOD_TOLERANCE for rate in RATES_HZ)


def _follows(first: DataPacket, second: DataPacket) -> bool:
    """Return whether two packets are of the same epoch: the clock advanced as far as the sample counter."""
    ahead = unwrap(second.index, first.index, INDEX_BITS) - first.index
    elapsed = unwrap(second.t_us, first.t_us, CLOCK_BITS) - first.t_us
    expected = ahead * first.period_us
    return 0 < ahead < FAR_AHEAD and abs(elapsed - expected) < CLOCK_TOLERANCE_US + RATE_TOLERANCE * expected


def _cut(block: Block, interval: Interval) -> Block:
    """Return the part of a block that lies in an interval of indices."""
    start, end = interval
    skip = start - block.index
    if skip == 0 and end - start == len(block.counts):
        return block
    return replace(
        block,
        index=start,
        device_us=block.device_us + round(skip * block.period_us),
        arrival_us=-1,
        counts=block.counts[skip : skip + end - start],
    )
