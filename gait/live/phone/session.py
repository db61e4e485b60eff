"""A session recorded from a phone: into the same journal, and the same files, as from any sensor."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from gait.arrays import FloatArray
from gait.errors import PacketError
from gait.frames import Placement, Side
from gait.journal.clock import ClockTracker
from gait.journal.format import Block
from gait.journal.writer import JournalWriter
from gait.live.phone.merge import Merge, Taken
from gait.live.phone.messages import Message, read_message
from gait.protocol.data import to_counts, to_samples

__all__ = ["Phone", "PhoneView"]

STREAM = 0  # number of the phone's only stream in the journal (by definition: the first)
ACC_RANGE_G, GYR_RANGE_DPS = 32.0, 4000.0
"""Scale of the journal's counts (chosen: wider than any phone's sensors, and 1 mg and 0.12 deg/s fine)."""
EVEN_US = 200.0
"""Readings whose times lie this near a straight line, us, make one block; others a block each (chosen: a
fiftieth of a sample at 100 Hz)."""
BEFORE_US = 500_000
"""Session time 0 lies so long, us, before the first sample (chosen: a later message may show that it came
sooner, by less than its own length)."""
AWAY_S = 3.0
"""s without samples after which the phone is shown as away (chosen: several messages of a second each)."""
FUTURE_US = 5e6
"""A clock that runs ahead of the computer's by more than this, us, from one message to the next was set
(chosen: no message is held up and then overtaken for so long)."""
MOST_EPOCHS = 200
"""New beginnings of a phone's clock that the journal tells apart; later ones share the last (chosen: no run
has so many)."""
USUAL_US, MOST_RATE_US = 1e4, 500.0
"""us; sample period that a phone is taken to have at first, and the shortest that is believed (chosen: 100
Hz, and 2 kHz)."""
GAP_PERIODS = 1.5
"""Sample periods between two readings from which one is missing (chosen: halfway to the next place)."""
BYTES_A_SECOND = 20_000
"""Bytes of journal and CSV, for a look at the disk before a session (chosen: at 200 Hz a hundred bytes a
sample)."""
MOST_BLOCK = 2000
"""Samples of a block (chosen: 24 kB, where the journal's records hold no more than 64)."""

Heard = Callable[[Side, Placement, FloatArray, FloatArray, FloatArray], None]


@dataclass(frozen=True)
class PhoneView:
    """How the phone is doing."""

    rate_hz: float
    away: bool
    battery_pct: int | None


@dataclass
class Phone:
    """Takes messages and writes what they bring; may be called from any thread.

    Parameters
    ----------
    journal
        Journal that the samples are written to.
    side, placement
        Where the phone sits.
    clock_us
        This computer's clock.
    heard
        Gets the samples in session time, m/s2 and rad/s.
    began
        Gets the computer's clock at session time 0, before any sample.
    say
        Gets lines for people.

    State: who pushes, the clock's fit, and counts.
    """

    journal: JournalWriter
    side: Side
    placement: Placement
    clock_us: Callable[[], int]
    heard: Heard
    began: Callable[[int], None]
    say: Callable[[str], None]
    origin_us: int | None = field(default=None, init=False)
    samples: int = field(default=0, init=False)
    _device: str = field(default="", init=False)
    _merge: Merge = field(default_factory=Merge, init=False)
    _tracker: ClockTracker = field(default_factory=ClockTracker, init=False)
    _lock: Any = field(default_factory=threading.Lock, init=False)
    _epoch: int = field(default=0, init=False)
    _last: tuple[int, int] | None = field(default=None, init=False)
    _newest_s: float = field(default=0.0, init=False)
    _rate_hz: float = field(default=0.0, init=False)
    _battery_pct: int | None = field(default=None, init=False)
    _lacked: bool = field(default=False, init=False)
    _closed: bool = field(default=False, init=False)

    def push(self, body: bytes) -> None:
        """Take one message.

        Raises
        ------
        PacketError
            It is no message of the app, or comes from another phone.
        RecordingError
            The journal cannot be written.
        """
        arrival_us = self.clock_us()
        message = read_message(body)
        with self._lock:
            if self._closed:
                raise PacketError("the session has ended")
            self._take(message, arrival_us)

    def close(self) -> None:
        """Take no more, and note the end."""
        with self._lock:
            self._closed = True
            if self.journal.begun:
                self.journal.note("end", {"at_us": self.clock_us(), "counts": {}})

    def view(self) -> PhoneView:
        """Return how the phone is doing."""
        with self._lock:
            quiet_us = math.inf if self._last is None else self.clock_us() - self._last[1]
            return PhoneView(self._rate_hz, quiet_us > 1e6 * AWAY_S, self._battery_pct)

    def sync(self) -> None:
        """Bring to the disk what was written.

        Raises
        ------
        RecordingError
            The disk is full or gone.
        """
        with self._lock:
            self.journal.sync()
            self.journal.check_place()

    @property
    def elapsed_s(self) -> float:
        """Session time now, s; 0 before it began."""
        return 0.0 if self.origin_us is None else (self.clock_us() - self.origin_us) / 1e6

    def _take(self, message: Message, arrival_us: int) -> None:
        if self._device and message.device != self._device:
            raise PacketError("another phone records here already")
        if message.battery_pct is not None:
            self._battery_pct = message.battery_pct
        taken = self._merge.take(message)
        if taken is None:
            if self._merge.lacks and not self._lacked:
                self._lacked = True
                self.say(f"phone: {self._merge.lacks} does not come; switch it on in Sensor Logger")
            return
        if not self._device:
            self._introduce(message.device, taken, arrival_us)
        for low in range(0, len(taken.time_ns), MOST_BLOCK):
            part = slice(low, low + MOST_BLOCK)
            piece = Taken(taken.time_ns[part], taken.acc[part], taken.gyr[part], taken.began_anew and not low)
            self._write(piece, arrival_us)

    def _introduce(self, device: str, taken: Taken, arrival_us: int) -> None:
        """Begin the session with the first samples."""
        self._device = device
        span_us = int(taken.time_ns[-1] - taken.time_ns[0]) // 1000
        self.origin_us = arrival_us - min(span_us, int(FUTURE_US)) - BEFORE_US
        started = datetime.now().astimezone().isoformat("T", "milliseconds")
        self.journal.note("session", {"started": started, "origin_us": self.origin_us})
        facts: dict[str, Any] = {
            "side": self.side,
            "placement": self.placement,
            "address": "",
            "device": {"name": device, "family": "phone", "app": "Sensor Logger"},
            "limits": [],
        }
        self.journal.note("sensor", facts, STREAM)
        self.began(self.origin_us)
        self.say(f"phone: {self.side} {self.placement}, it sends")

    def _write(self, taken: Taken, arrival_us: int) -> None:
        times_us = (taken.time_ns // 1000).astype(np.int64)
        last_us = int(times_us[-1])
        if taken.began_anew or self._was_set(last_us, arrival_us):
            self._epoch = min(self._epoch + 1, MOST_EPOCHS)
            self._tracker = ClockTracker()
            self._rate_hz = 0.0
        period_us = self._period_us(times_us)
        if not self._rate_hz:
            self._rate_hz = round(1e6 / period_us, 1)
            self._note_config()
        self._last = (last_us, arrival_us)
        counts = to_counts(taken.acc, taken.gyr, ACC_RANGE_G, GYR_RANGE_DPS)
        for low, high, step_us in _even_runs(times_us, period_us):
            block = Block(
                stream=STREAM,
                epoch=self._epoch,
                config_id=0,
                flags=0,
                index=self.samples + low,
                device_us=int(times_us[low]),
                arrival_us=arrival_us,
                period_us=step_us,
                counts=counts[low:high],
            )
            self.journal.block(block)
        self.samples += len(times_us)
        self._tracker.arrival(last_us, arrival_us)
        self._hand_on(times_us, counts)

    def _period_us(self, times_us: np.ndarray[Any, np.dtype[np.int64]]) -> float:
        if self._rate_hz:
            return 1e6 / self._rate_hz
        return max(float(np.median(np.diff(times_us))), MOST_RATE_US) if len(times_us) > 1 else USUAL_US

    def _was_set(self, last_us: int, arrival_us: int) -> bool:
        """Return whether the phone's clock has jumped ahead."""
        if self._last is None:
            return False
        return (last_us - self._last[0]) - (arrival_us - self._last[1]) > FUTURE_US

    def _note_config(self) -> None:
        facts = {
            "epoch": self._epoch,
            "config_id": 0,
            "rate_hz": self._rate_hz,
            "acc_range_g": ACC_RANGE_G,
            "gyr_range_dps": GYR_RANGE_DPS,
            "full_scale_known": False,
        }
        self.journal.note("config", facts, STREAM)

    def _hand_on(self, times_us: np.ndarray[Any, np.dtype[np.int64]], counts: Any) -> None:  # noqa: ANN401 - the protocol's counts
        clock = self._tracker.fit()
        if clock is None or self.origin_us is None:
            return
        time_s = (clock.host_us(times_us.astype(np.float64)) - self.origin_us) / 1e6
        fresh = time_s > self._newest_s
        if not fresh.any():
            return
        self._newest_s = float(time_s[-1])
        acc, gyr = to_samples(counts[fresh], ACC_RANGE_G, GYR_RANGE_DPS)
        self.heard(self.side, self.placement, time_s[fresh], acc, gyr)


def _even_runs(
    times_us: np.ndarray[Any, np.dtype[np.int64]], period_us: float
) -> Sequence[tuple[int, int, float]]:
    """Return first and end row of each block, and its step: all rows where evenly spaced, else each row."""
    count = len(times_us)
    if count > 1:
        step_us = float(times_us[-1] - times_us[0]) / (count - 1)
        line = times_us[0] + step_us * np.arange(count)
        if step_us < GAP_PERIODS * period_us and float(np.max(np.abs(times_us - line))) <= EVEN_US:
            return [(0, count, step_us)]
    return [(row, row + 1, period_us) for row in range(count)]
