"""Samples of a sensor without a sample index become blocks: numbered by its clock, or by their order.

Pure: no radio, no file, no clock of its own. A sensor that stamps its samples shows by its clock how many are
missing. A sensor without stamps gets a new epoch with every link, since losses between links cannot be seen.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from gait.arrays import CountArray
from gait.journal.format import Block
from gait.sensors.samples.order_watch import OrderWatch
from gait.sensors.samples.sample_stream import MOST_RESTARTS, Counts

__all__ = ["Piece", "TimedStream"]

JITTER_SAMPLES = 0.6
"""Share of a packet by which its stamp may be off before a whole packet counts as lost (chosen: a little more
than half-way)."""
JITTER_US = 6_000.0
"""us (chosen: stamps in whole milliseconds, taken by a task that may be held up for some)."""
REMEMBERED = 32
"""Stamps by which a piece is known again (chosen: more than come twice when a link is made again)."""
FORWARD_US = 1e6
"""us by which a stamp may be ahead of what the quickest piece allows (chosen: far above a drift between two).

No piece arrives before its samples were taken, so more is a clock that was set, or damage."""
DRIFT = 1e-3
"""Largest skew of a sensor's clock, as for `gait.journal.clock`."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Consecutive samples as a family's decoder found them.

    Attributes
    ----------
    counts
        (n, 6) acc xyz, gyr xyz, as shares of full scale in 16 bits.
    clock_us
        Sensor's clock at the first sample, microseconds, as it came (wrapped); None without a clock.
    arrival_us
        Host clock at arrival.
    """

    counts: CountArray
    clock_us: int | None
    arrival_us: int


@dataclass(frozen=True)
class _Last:
    """The newest piece: index, unwrapped clock, length, arrival."""

    index: int
    clock_us: int
    samples: int
    arrival_us: int


@dataclass
class TimedStream:
    """The stream of one sensor.

    Parameters
    ----------
    stream
        Its number in the journal.
    period_us
        Nominal sample period.
    wrap_us
        The sensor's clock begins at 0 again after so long; 0 for never.

    State: the epoch, the newest piece, whether the one before it made no sense, how late the quickest piece
    came, and whether order keeps time.
    """

    stream: int
    period_us: float
    wrap_us: int = 0
    config_id: int = 0
    epoch: int = 0
    counts: Counts = field(default_factory=Counts)
    _last: _Last | None = None
    _was_odd: bool = False
    _quickest_us: float = np.inf
    _clocks: deque[int] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _order: OrderWatch = field(default_factory=OrderWatch)

    def restart(self) -> None:
        """Begin a new epoch: the sensor was switched off and on, or has no clock and a new link."""
        if self._last is None:
            return
        self.epoch = min(self.epoch + 1, MOST_RESTARTS)
        self.counts.restarts += 1
        self._last, self._was_odd, self._order = None, False, OrderWatch()
        self._quickest_us = np.inf
        self._clocks.clear()

    def take(self, piece: Piece) -> list[Block]:
        """Return the block of a piece's samples; empty for one that was here before."""
        self.counts.packets += 1
        place = self._place(piece)
        if place is None:
            self.counts.duplicates += 1
            return []
        index, clock_us = place
        samples = len(piece.counts)
        self._last = _Last(index, clock_us, samples, piece.arrival_us)
        self._clocks.append(clock_us)
        self.counts.samples += samples
        block = Block(
            stream=self.stream,
            epoch=self.epoch,
            config_id=self.config_id,
            flags=0,
            index=index,
            device_us=clock_us,
            arrival_us=piece.arrival_us,
            period_us=self.period_us,
            counts=np.ascontiguousarray(piece.counts, dtype=np.int16),
        )
        return [block]

    def _place(self, piece: Piece) -> tuple[int, int] | None:
        """Return a piece's index and unwrapped clock; None where it came before or its stamp makes no sense.

        A piece that was held up, comes once more or is damaged stays out. Where the next stamp is as odd, the
        clock was set or began anew, and a new epoch begins.
        """
        last = self._last
        if last is None:
            self._note_quickest(piece, piece.clock_us)
            return 0, piece.clock_us or 0
        following = last.index + last.samples
        expected_us = round(last.clock_us + last.samples * self.period_us)
        if piece.clock_us is None:
            return self._by_order((following, expected_us), piece.arrival_us)
        clock_us = self._unwrapped(piece.clock_us, expected_us)
        if clock_us in self._clocks:
            return None
        late_us = clock_us - expected_us
        tolerance_us = max(JITTER_SAMPLES * last.samples * self.period_us, JITTER_US)
        odd = late_us < -tolerance_us or piece.arrival_us - clock_us < self._quickest_us - FORWARD_US
        if odd and not self._was_odd:
            self._was_odd = True
            return None
        if odd:
            self.restart()
            self._note_quickest(piece, piece.clock_us)
            return 0, piece.clock_us
        self._was_odd = False
        self._note_quickest(piece, clock_us)
        lost = round(late_us / self.period_us) if late_us > tolerance_us else 0
        if lost:
            self.counts.lost_packets += 1
            self.counts.given_up += lost
        return following + lost, clock_us

    def _note_quickest(self, piece: Piece, clock_us: int | None) -> None:
        """Keep how late the quickest piece came; the clocks may drift apart from one piece to the next."""
        if clock_us is not None:
            passed_us = piece.arrival_us - self._last.arrival_us if self._last is not None else 0
            self._quickest_us = min(piece.arrival_us - clock_us, self._quickest_us + DRIFT * passed_us)

    def _by_order(self, following: tuple[int, int], arrival_us: int) -> tuple[int, int]:
        """Return the place behind the piece before; a new beginning where order no longer keeps time."""
        if not self._order.is_off(following[1], arrival_us):
            return following
        self.restart()
        return 0, 0

    def _unwrapped(self, clock_us: int, near_us: int) -> int:
        if not self.wrap_us:
            return clock_us
        half = self.wrap_us // 2
        return near_us + (clock_us - near_us + half) % self.wrap_us - half
