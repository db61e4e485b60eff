"""The common part of simulated sensors of other families: a motion played at their own rate."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gait.arrays import CountArray, FloatArray
from gait.frames import Side
from gait.units import STANDARD_GRAVITY
from gait.virtual.radio.faults import Fault
from gait.virtual.radio.near import IDLE_S, NearPeripheral
from gait.virtual.radio.played_motion import Motion

__all__ = ["BATTERY", "SERIAL", "Mimic", "MimicSettings"]

BATTERY = "00002a19-0000-1000-8000-00805f9b34fb"
SERIAL = "00002a25-0000-1000-8000-00805f9b34fb"


@dataclass(frozen=True)
class MimicSettings:
    """How its clock and its rate are off: parts per million against true time."""

    side: Side = "left"
    clock_ppm: float = 40.0
    rate_ppm: float = 3000.0


class Mimic(NearPeripheral):
    """A sensor that streams while it is linked and started.

    Parameters
    ----------
    motion
        What it feels; time 0 is its first start.
    settings
        Side and errors of its clocks.

    State: since when it streams, how many samples of this stream it sent, and when each was taken.
    """

    family: ClassVar[str]
    rate_hz: float = 100.0
    acc_range_g: ClassVar[float] = 16.0
    gyr_range_dps: ClassVar[float] = 2000.0
    samples_a_packet: ClassVar[int] = 1

    def __init__(
        self,
        motion: Motion,
        number: int,
        clock_s: Callable[[], float],
        faults: Sequence[Fault] = (),
        settings: MimicSettings | None = None,
    ) -> None:
        super().__init__(number, clock_s, faults)
        self.motion = motion
        self.settings = settings or MimicSettings()
        self.zero_s: float | None = None
        self.running = False
        self.begun_s = 0.0
        self.sent = 0
        self.taken_s: list[float] = []

    @property
    def period_s(self) -> float:
        """True time from sample to sample."""
        return 1.0 / (self.rate_hz * (1.0 + self.settings.rate_ppm * 1e-6))

    def own_clock_s(self, true_s: float) -> float:
        """Sensor's clock at a true time."""
        return 1000.0 + true_s * (1.0 + self.settings.clock_ppm * 1e-6)

    def begin(self, rate_hz: float) -> None:
        """Start streaming."""
        now_s = self.clock_s()
        if self.zero_s is None:
            self.zero_s = now_s
            self.begin_faults()
        self.rate_hz, self.running, self.begun_s, self.sent = rate_hz, True, now_s, 0
        self.mute = False

    def left(self) -> None:
        """Stop streaming: the link is gone."""
        self.running = False

    async def sample(self) -> None:
        """Send what is full, for ever."""
        while True:
            while self.running and self._due_s() <= self.clock_s():
                self.send_packet()
            rest_s = self._due_s() - self.clock_s() if self.running else IDLE_S
            await asyncio.sleep(max(0.001, rest_s))

    def _due_s(self) -> float:
        return self.begun_s + (self.sent + self.samples_a_packet - 1) * self.period_s

    def send_packet(self) -> None:
        """Send the next samples."""
        numbers = (self.sent + np.arange(self.samples_a_packet)).astype(np.float64)
        times_s: FloatArray = self.begun_s + numbers * self.period_s
        self.sent += self.samples_a_packet
        counts = self.motion.counts(times_s - (self.zero_s or 0.0), self.acc_range_g, self.gyr_range_dps)
        if not self.mute and self.client is not None:
            self.taken_s += times_s.tolist()
        for uuid, payload in self.packets(times_s, counts):
            self.notify(uuid, payload)

    def packets(self, times_s: FloatArray, counts: CountArray) -> list[tuple[str, bytes]]:
        """Notifications that carry samples."""
        raise NotImplementedError

    def read(self, uuid: str) -> bytes:
        """Battery and serial number."""
        return bytes([66]) if uuid == BATTERY else b"MIMIC1"

    def units(self, counts: CountArray) -> tuple[FloatArray, FloatArray]:
        """Return the counts in m/s2 and deg/s."""
        values = counts.astype(np.float64) / 32768
        return values[:, :3] * self.acc_range_g * STANDARD_GRAVITY, values[:, 3:] * self.gyr_range_dps
