"""A run in a sensor's own memory, as a family fetches it: its samples, its settings, and when it began."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Protocol

import numpy as np

from gait.arrays import CountArray, FloatArray
from gait.sensors.link.connection import Link
from gait.sensors.samples.full_scale import FullScale
from gait.sensors.samples.timed_stream import Piece

__all__ = ["KeptRun", "Memory", "Progress", "consecutive", "nearest"]

PIECE_SAMPLES = 16
"""Samples of one block of the journal (chosen: 3 bytes of head a sample)."""
SAME_STEP = 0.5
"""Share of a sample period by which a step may differ before a sample counts as missing (chosen: half-way to
the next)."""
TELL_EVERY_BYTES = 262_144
"""Bytes between two lines of progress (chosen: some seconds of radio)."""


@dataclass(frozen=True, eq=False)
class KeptRun:
    """A run out of a memory.

    Attributes
    ----------
    setup
        Rate and ranges that it was recorded with.
    pieces
        Its samples, oldest first, stamped by the sensor's clock.
    started
        Start by the sensor's own calendar; None where the sensor has none.
    stamp_us
        How coarse the stamps are, 0 for fine ones.
    """

    setup: FullScale
    pieces: Sequence[Piece]
    started: datetime | None
    stamp_us: int = 0


class Memory(Protocol):
    """The memory of a family's sensors.

    Attributes
    ----------
    notifies
        Characteristics on which the sensor answers.
    """

    @property
    def notifies(self) -> Sequence[str]:
        """Characteristics that the memory is sent on."""

    async def fetch(self, link: Link, say: Callable[[str], None]) -> KeptRun:
        """Fetch the newest run.

        Parameters
        ----------
        say
            Gets lines on how far it is.

        Raises
        ------
        SensorError
            The memory holds no run, or cannot be read.
        LinkLostError
            The link went.
        """


@dataclass
class Progress:
    """Says now and then how much has come. State: how much was last said."""

    say: Callable[[str], None]
    total_bytes: int = 0
    _said_bytes: int = 0

    def at(self, bytes_here: int) -> None:
        """Report the progress, if it is well beyond the last report."""
        if bytes_here - self._said_bytes < TELL_EVERY_BYTES:
            return
        self._said_bytes = bytes_here
        of = f" of {self.total_bytes / 1e6:.1f}" if self.total_bytes else ""
        self.say(f"fetched {bytes_here / 1e6:.1f}{of} MB")


def consecutive(counts: CountArray, clock_us: FloatArray, rate_hz: float) -> list[Piece]:
    """Return pieces of consecutive samples out of samples that are each stamped.

    Parameters
    ----------
    counts
        (n, 6) acc xyz, gyr xyz.
    clock_us
        (n,) sensor's clock at each, microseconds, increasing.
    rate_hz
        Nominal sample rate.
    """
    period_us = 1e6 / rate_hz
    follows = np.abs(np.diff(clock_us) / period_us - 1.0) < SAME_STEP
    starts, begun = [0], 0
    for number in range(1, len(counts)):
        if not follows[number - 1] or number - begun == PIECE_SAMPLES:
            starts.append(number)
            begun = number
    edges = [*starts, len(counts)]
    return [
        Piece(counts[at:end], round(clock_us[at]), round(clock_us[at]))
        for at, end in pairwise(edges)
        if end > at
    ]


def nearest(value: float, offered: Sequence[float]) -> float:
    """Return the offered value that is nearest to a measured one, by their ratio."""
    return min(offered, key=lambda choice: abs(np.log(choice / value)))
