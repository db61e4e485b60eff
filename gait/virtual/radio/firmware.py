"""The firmware of a virtual sensor: sampling clock, ring of samples, packets and commands. No radio in it.

Time comes in from outside as `now_s`, the true time that no clock on the computer or in the sensor shows;
the sensor's own clock runs `clock_ppm` faster, its IMU samples `rate_ppm` faster still.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from gait.arrays import CountArray
from gait.errors import PacketError
from gait.frames import Placement, Side
from gait.protocol.control import (
    Answer,
    Backfill,
    BackfillDone,
    Done,
    Op,
    Result,
    Start,
    Started,
    Stop,
    Sync,
    SyncTimes,
    decode_command,
)
from gait.protocol.data import FULL_COUNTS, MAX_SAMPLES, DataPacket, Flag
from gait.protocol.status import Status
from gait.virtual.radio.played_motion import Motion

__all__ = ["Job", "SensorSettings", "VirtualSensor"]

WRAP = 1 << 32  # counts of sample index and clock, 32 bits (open profile, firmware_notes/README.md)
RING_S = 30.0
"""s of samples that the sensor keeps (firmware of the reference design: 150 kB hold 30 s at 416 Hz)."""


@dataclass(frozen=True)
class SensorSettings:
    """One virtual sensor.

    Attributes
    ----------
    clock_ppm, rate_ppm
        How fast its clock runs against true time, and its IMU against its clock.
    clock_start_us, index_start, seq_start
        Where its counters stand at power-on, to see them wrap.
    ring_s
        Depth of its memory.
    """

    side: Side = "left"
    placement: Placement = "shoe"
    serial: str = "VS0001"
    clock_ppm: float = 0.0
    rate_ppm: float = 0.0
    clock_start_us: int = 5_000_000
    index_start: int = 0
    seq_start: int = 0
    ring_s: float = RING_S
    battery_pct: int = 87
    seed: int = 1


@dataclass(frozen=True)
class Job:
    """A backfill to carry out: `VirtualSensor.stored` gives its packets, `done` ends it."""

    first: int
    count: int
    done: BackfillDone


@dataclass
class VirtualSensor:
    """State of a sensor that is switched on.

    Parameters
    ----------
    settings
        Place, clocks and memory of the sensor.
    motion
        Motion that the sensor feels; its time 0 is `zero_s` of true time.
    """

    settings: SensorSettings
    motion: Motion
    zero_s: float | None = None
    running: bool = False
    start: Start = field(default_factory=lambda: Start(208, 16, 2000, 1))
    config_id: int = 0
    boot_id: int = field(init=False)
    seq: int = field(init=False)
    taken: int = 0
    sent: int = 0
    _clock_zero_s: float = 0.0
    _clock_start_us: int = field(init=False)
    _begun_s: float = 0.0
    _begun_index: int = 0
    _before: list[tuple[int, float, float]] = field(default_factory=list)
    _ring: CountArray = field(default_factory=lambda: np.zeros((0, 6), np.int16))
    _floor: int = 0
    _clock_set: bool = False
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.settings.seed)
        self.boot_id = self._random.getrandbits(32)
        self.seq = self.settings.seq_start
        self._clock_start_us = self.settings.clock_start_us

    @property
    def period_s(self) -> float:
        """True time from sample to sample."""
        return 1.0 / (self.start.rate_hz * (1.0 + self.settings.rate_ppm * 1e-6) * self._clock_rate)

    @property
    def _clock_rate(self) -> float:
        return 1.0 + self.settings.clock_ppm * 1e-6

    @property
    def end_index(self) -> int:
        """Index behind the last sample, not wrapped."""
        return self.settings.index_start + self.taken

    @property
    def oldest_index(self) -> int:
        """Index of the oldest sample in the memory, not wrapped."""
        return max(self._floor, self.end_index - min(self.taken, len(self._ring)))

    def clock_us(self, now_s: float) -> int:
        """Return the sensor's clock, u32 microseconds."""
        return round(self._clock_start_us + (now_s - self._clock_zero_s) * self._clock_rate * 1e6) % WRAP

    def sample_time_s(self, index: int) -> float:
        """Return the true time of a sample."""
        first, begun_s, period_s = self._begun_index, self._begun_s, self.period_s
        if index < first and self._before:
            first, begun_s, period_s = next(
                (epoch for epoch in reversed(self._before) if epoch[0] <= index), self._before[0]
            )
        return begun_s + (index - first) * period_s

    @property
    def packet_due_s(self) -> float:
        """True time at which the next packet of samples is full."""
        return self.sample_time_s(self.sent + MAX_SAMPLES - 1)

    def advance(self, now_s: float) -> Iterator[DataPacket]:
        """Sample up to now and yield the packets that became full, in order."""
        if not self.running:
            return
        due = int((now_s - self._begun_s) / self.period_s) + 1 + self._begun_index - self.end_index
        ends = self._ends_s()
        if due > 0:
            indices = np.arange(self.end_index, self.end_index + due)
            true_s = self._begun_s + (indices - self._begun_index) * self.period_s
            self._sample(indices[true_s <= ends])
        while self.end_index - self.sent >= MAX_SAMPLES:
            self.sent = max(self.sent, self.oldest_index)
            packet = self._packet(self.sent, MAX_SAMPLES, Flag(0))
            self.sent += len(packet.counts)
            yield packet
        if now_s >= ends:
            self.running = False

    def stored(self, job: Job) -> Iterator[DataPacket]:
        """Return packets of a backfill."""
        for first in range(job.first, job.first + job.count, MAX_SAMPLES):
            if first < self.oldest_index:
                continue
            yield self._packet(first, min(MAX_SAMPLES, job.first + job.count - first), Flag.BACKFILL)

    def command(self, data: bytes, now_s: float) -> Answer | Job:
        """Carry out a command.

        Raises
        ------
        PacketError
            The command is not of the profile.
        """
        match decode_command(data):
            case Start() as start:
                return self._start(start, now_s)
            case Stop():
                list(self.advance(now_s))
                self.running = False
                return Done(Op.STOP, Result.OK)
            case Sync(t1_us):
                return SyncTimes(Result.OK, t1_us, self.clock_us(now_s), self.clock_us(now_s))
            case Backfill(first, count):
                return self._backfill(first, count)
        return Done(Op(data[0]), Result.OK)

    def status(self, now_s: float) -> Status:
        """Return STATUS as read now."""
        mine, start = self.settings, self.start
        return Status(
            side=mine.side,
            placement=mine.placement,
            running=self.running,
            charging=False,
            rate_hz=start.rate_hz,
            acc_range_g=start.acc_range_g,
            gyr_range_dps=start.gyr_range_dps,
            config_id=self.config_id,
            battery_pct=mine.battery_pct,
            boot_id=self.boot_id,
            session_id=start.session_id if self.running else 0,
            ring_samples=self.end_index - self.oldest_index,
            ring_first=self.oldest_index % WRAP,
            ring_next=self.end_index % WRAP,
            t_us=self.clock_us(now_s),
            overruns=0,
            serial=mine.serial,
            firmware="virtual",
        )

    def reboot(self, now_s: float) -> None:
        """Lose power for a moment: memory, counters and clock begin anew."""
        self.boot_id = self._random.getrandbits(32)
        self.running = False
        self.taken = self.sent = self.seq = self.config_id = self._floor = 0
        self._ring = self._ring[:0]
        self._before.clear()
        self._clock_zero_s, self._clock_start_us = now_s, 0

    def set_clock(self, now_s: float, clock_us: int) -> None:
        """Set the sensor's clock: a firmware's fault that the profile flags."""
        self._clock_zero_s, self._clock_start_us, self._clock_set = now_s, clock_us, True

    def configure(
        self, acc_range_g: int, gyr_range_dps: int, now_s: float, rate_hz: int | None = None
    ) -> list[DataPacket]:
        """Change the ranges, and the rate if one is given, while running; the index goes on.

        Returns
        -------
        Packets with what was sampled before; the memory keeps no samples of the old scale.
        """
        packets = list(self.advance(now_s))
        if self.end_index > self.sent:
            packets.append(self._packet(self.sent, self.end_index - self.sent, Flag(0)))
        self.sent = self._floor = self.end_index
        self.config_id = (self.config_id + 1) % 256
        begun_s = self.sample_time_s(self.end_index)
        self._before.append((self._begun_index, self._begun_s, self.period_s))
        self._begun_index, self._begun_s = self.end_index, begun_s
        self.start = replace(
            self.start,
            acc_range_g=acc_range_g,
            gyr_range_dps=gyr_range_dps,
            rate_hz=rate_hz or self.start.rate_hz,
        )
        self._ring = self._new_ring()
        return packets

    def _new_ring(self) -> CountArray:
        return np.zeros((int(self.settings.ring_s * self.start.rate_hz), 6), np.int16)

    def _start(self, start: Start, now_s: float) -> Started:
        if self.running and start == self.start:
            return Started(Result.OK, self.config_id, self._device_us(self.settings.index_start))
        if self.zero_s is None:
            self.zero_s = now_s
        self.start, self.running = start, True
        self.config_id = (self.config_id + 1) % 256
        self.taken = self._floor = 0
        self._ring = self._new_ring()
        self._before.clear()
        self.sent = self._begun_index = self.settings.index_start
        self._begun_s = now_s
        return Started(Result.OK, self.config_id, self.clock_us(now_s))

    def _backfill(self, first: int, count: int) -> Job:
        """Plan which of the samples asked for are still there."""
        first += self.end_index // WRAP * WRAP
        if first > self.end_index:
            first -= WRAP
        end = min(first + count, self.end_index)
        start = max(first, self.oldest_index)
        if start > first:
            done = BackfillDone(Result.OVERWRITTEN, start % WRAP, max(0, end - start))
        else:
            done = BackfillDone(Result.OK, first % WRAP, max(0, end - start))
        return Job(start, max(0, end - start), done)

    def _ends_s(self) -> float:
        return (self.zero_s or 0.0) + self.motion.duration_s

    def _sample(self, indices: npt.NDArray[np.int64]) -> None:
        """Take the samples of (n,) indices into the ring."""
        if not len(indices):
            return
        since_start = (indices - self._begun_index).astype(np.float64) * self.period_s
        times = since_start + (self._begun_s - (self.zero_s or 0.0))
        start = self.start
        self._ring[indices % len(self._ring)] = self.motion.counts(
            times, start.acc_range_g, start.gyr_range_dps
        )
        self.taken += len(indices)

    def _device_us(self, index: int) -> int:
        return self.clock_us(self.sample_time_s(index))

    def _packet(self, first: int, count: int, flags: Flag) -> DataPacket:
        counts = self._ring[np.arange(first, first + count) % len(self._ring)]
        if self._clock_set and not flags & Flag.BACKFILL:
            flags |= Flag.CLOCK_RESET
            self._clock_set = False
        packet = DataPacket(
            seq=self.seq,
            index=first % WRAP,
            t_us=self._device_us(first),
            config_id=self.config_id,
            period_us=round(self.period_s * self._clock_rate * 8e6) / 8.0,
            flags=flags | _clipped(counts),
            counts=counts,
        )
        self.seq = (self.seq + 1) % 65536
        return packet


def _clipped(counts: CountArray) -> Flag:
    """Return the flags of samples at the end of their range."""
    at_end = (counts >= FULL_COUNTS - 1) | (counts <= -FULL_COUNTS)
    flags = Flag.ACC_CLIPPED if at_end[:, :3].any() else Flag(0)
    return flags | (Flag.GYR_CLIPPED if at_end[:, 3:].any() else Flag(0))


def refused(data: bytes, error: PacketError) -> Answer | None:
    """Return the answer to a command that could not be read; None where not even its operation is known."""
    del error
    try:
        return Done(Op(data[0]), Result.BAD_VALUE)
    except (ValueError, IndexError):
        return None
