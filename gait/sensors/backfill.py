"""Gaps are asked for again: which first, how often, and when to stop asking."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from gait.protocol.control import Backfill, BackfillDone, Result
from gait.sensors.driver import RefusedError
from gait.sensors.link.connection import Link
from gait.sensors.link.patience import Timing, first_of
from gait.sensors.profile_commands import ask
from gait.sensors.samples.index_ranges import Interval
from gait.sensors.samples.sample_stream import Assembly

__all__ = ["Filler"]

ASKS_A_TURN = 16
"""Gaps asked for in one turn (chosen: at 5 % of 22 packets/s lost there is one new gap a second)."""
MOST_TRIES = 8
"""Answers without a single sample of a gap, after which it is given up (chosen: lost answers are as rare as
lost packets, so eight running mean that the samples are gone)."""
ANSWER_S = 3.0
"""s that a sensor may take to answer, beyond the time that the samples take (chosen: it bounds a hang)."""


@dataclass
class Filler:
    """The gaps of one sensor.

    Parameters
    ----------
    assembly
        Samples at hand.
    timing
        How much to ask for at once.
    drain
        Decodes and writes the notifications that have arrived.
    event
        Notes what happened in the journal.

    State: for each gap, by its first sample, how often it was asked for in vain.
    """

    assembly: Assembly
    timing: Timing
    drain: Callable[[], Awaitable[None]]
    event: Callable[[str, str], None]
    _tries: dict[int, int] = field(default_factory=dict)

    async def fill(self, link: Link, rate_hz: float, until: int | None = None) -> bool:
        """Ask for gaps, those asked for least first, then the oldest.

        Parameters
        ----------
        rate_hz
            Of the sensor: a long answer takes as long as at most its samples took.
        until
            Index behind the last sample that is wanted; the newest at hand by default.

        Returns
        -------
        Whether something is missing still.

        Raises
        ------
        LinkLostError
            No answer.
        """
        for _ in range(ASKS_A_TURN):
            await self.drain()
            gaps = self.assembly.missing(until)
            if not gaps:
                self._tries.clear()
                return False
            gap = min(gaps, key=lambda gap: (self._tries.get(gap[0], 0), gap[0]))
            if not await self._ask(link, rate_hz, gap):
                break
        await self.drain()
        return bool(self.assembly.missing(until))

    async def fetch(self, link: Link, rate_hz: float, until: int, now_s: Callable[[], float]) -> bool:
        """Fill everything up to an index, as long as something comes; whether nothing is missing then.

        Parameters
        ----------
        rate_hz, until
            As for `fill`.
        now_s
            Clock of the patience.
        """
        end_s = now_s() + self.timing.tail_s
        while now_s() < end_s:
            before = self.assembly.counts.backfilled
            if not await self.fill(link, rate_hz, until):
                return True
            if self.assembly.counts.backfilled > before:
                end_s = now_s() + self.timing.tail_s
            await first_of([link.lost], self.timing.tick_s / 2.0)
        return False

    async def _ask(self, link: Link, rate_hz: float, gap: Interval) -> bool:
        """Ask for one gap; False where the sensor has no time now, or nothing came of it."""
        first, end = gap
        count = min(end - first, self.timing.backfill_samples)
        before = self.assembly.counts.backfilled
        try:
            command = Backfill(first % (1 << 32), count)
            answer = (await ask(link, command, ANSWER_S + count / rate_hz)).answer
        except RefusedError as error:
            if error.reason == Result.BUSY.name:
                return False
            answer = None
        if isinstance(answer, BackfillDone) and answer.result is Result.OVERWRITTEN:
            oldest = first + (answer.first - first) % (1 << 32)
            self._give_up((first, min(first + count, oldest)), "were overwritten")
            return True
        await self.drain()
        if self.assembly.counts.backfilled > before:
            return True
        tries = self._tries[first] = self._tries.get(first, 0) + 1
        if tries >= MOST_TRIES:
            self._give_up((first, first + count), "did not come")
        return False

    def _give_up(self, gap: Interval, why: str) -> None:
        self.assembly.give_up(gap)
        self._tries.pop(gap[0], None)
        self.event("gap", f"{gap[1] - gap[0]} samples from {gap[0]} on {why}")
