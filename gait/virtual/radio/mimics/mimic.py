"""The common part of simulated sensors of other families: a motion played at their own rate."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gait.arrays import CountArray, FloatArray
from gait.frames import Side
from gait.units import STANDARD_GRAVITY
from gait.virtual.radio.faults import Fault
from gait.virtual.radio.near import CONNECTION_S, IDLE_S, NearPeripheral
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
        Motion that the sensor feels; time 0 is its first start.
    settings
        Side and errors of its clocks.

    State: its connection interval, since when it streams, how many samples of this stream it sent, and when
    each was taken.
    """

    family: ClassVar[str]
    rate_hz: float = 100.0
    acc_range_g: ClassVar[float] = 16.0
    gyr_range_dps: ClassVar[float] = 2000.0
    samples_a_packet: ClassVar[int] = 1
    interval_s: float = CONNECTION_S

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
        self.taken_s: array[float] = array("d")

    @property
    def period_s(self) -> float:
        """True time from sample to sample."""
        return 1.0 / (self.rate_hz * (1.0 + self.settings.rate_ppm * 1e-6))

    def own_clock_s(self, true_s: float) -> float:
        """Return the sensor's clock at a true time."""
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
        """Send what is full at every connection event, for ever."""
        while True:
            self.send_full()
            await asyncio.sleep(self.interval_s if self.running else IDLE_S)

    def send_full(self) -> None:
        """Send all packets that are full by now."""
        if not self.running:
            return
        size = self.samples_a_packet
        elapsed = int((self.clock_s() - self.begun_s) / self.period_s + 1e-9) + 1
        full = (elapsed - self.sent) // size
        if full <= 0:
            return
        numbers = np.arange(self.sent, self.sent + full * size, dtype=np.float64)
        times_s: FloatArray = self.begun_s + numbers * self.period_s
        self.sent += full * size
        counts = self.motion.counts(times_s - (self.zero_s or 0.0), self.acc_range_g, self.gyr_range_dps)
        if not self.mute and self.client is not None:
            self.taken_s.extend(times_s.tolist())
        items: list[tuple[str, bytes]] = []
        for at in range(0, full * size, size):
            items += self.packets(times_s[at : at + size], counts[at : at + size])
        self.notify(*items)

    def packets(self, times_s: FloatArray, counts: CountArray) -> list[tuple[str, bytes]]:
        """Return notifications that carry samples."""
        raise NotImplementedError

    def read(self, uuid: str) -> bytes:
        """Return the battery and serial number."""
        return bytes([66]) if uuid == BATTERY else b"MIMIC1"

    def units(self, counts: CountArray) -> tuple[FloatArray, FloatArray]:
        """Return the counts in m/s2 and deg/s."""
        values = counts.astype(np.float64) / 32768
        return values[:, :3] * self.acc_range_g * STANDARD_GRAVITY, values[:, 3:] * self.gyr_range_dps
