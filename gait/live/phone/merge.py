"""Two streams of a phone become samples: angular rate at the times of the accelerometer's readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from gait.arrays import FloatArray
from gait.live.phone.messages import ACCELEROMETERS, GYROSCOPES, Message, Readings
from gait.units import STANDARD_GRAVITY

__all__ = ["Merge", "Taken"]

WAITING = 4096
"""Readings that may wait for the other stream; the oldest are dropped (chosen: ten seconds at 400 Hz)."""
GAP_NS = 100_000_000
"""A hole in the gyroscope, ns, that is not bridged (chosen: five samples of the slowest phone that is worth
it, 50 Hz)."""
BACK_NS = 2_000_000_000
"""A clock that is set back by more than this, ns, began anew (chosen: what is late by less came twice or too
late)."""
UNIT_FROM = 50
"""Readings from whose median size the unit is taken (chosen: a quarter of a second and more, whose median is
gravity or a run's)."""
IN_G, IN_MS2 = (0.5, 2.5), (5.0, 25.0)
"""Median norm of an acceleration that includes gravity, at rest to running, in g and in m/s2 (chosen: half of
gravity to two and a half times; the two do not meet)."""

Times = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Taken:
    """Samples that are complete: ns since 1970 by the phone's clock, m/s2, rad/s.

    ``began_anew`` says that the phone's clock was set back before them.
    """

    time_ns: Times
    acc: FloatArray
    gyr: FloatArray
    began_anew: bool = False


@dataclass
class _Stream:
    """One stream. State: its name, and readings that wait."""

    names: Sequence[str]
    name: str = ""
    time_ns: Times = field(default_factory=lambda: np.zeros(0, np.int64))
    xyz: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))
    newest_ns: int = 0
    late: int = 0

    def pick(self, message: Message) -> Readings | None:
        """Return the message's readings of this stream: of one name only, through the whole session."""
        if not self.name:
            self.name = next((name for name in self.names if name in message.streams), "")
        return message.streams.get(self.name)

    def add(self, readings: Readings) -> None:
        """Let readings wait that are newer than those before."""
        fresh = np.diff(readings.time_ns, prepend=self.newest_ns) > 0
        fresh &= readings.time_ns > self.newest_ns
        self.late += int((~fresh).sum())
        if not fresh.any():
            return
        self.newest_ns = int(readings.time_ns[fresh][-1])
        self.time_ns = np.concatenate([self.time_ns, readings.time_ns[fresh]])[-WAITING:]
        self.xyz = np.concatenate([self.xyz, readings.xyz[fresh]])[-WAITING:]

    def keep_from(self, at: int) -> None:
        """Drop the readings before a place."""
        self.time_ns, self.xyz = self.time_ns[at:], self.xyz[at:]

    def clear(self) -> None:
        """Begin anew."""
        self.keep_from(len(self.time_ns))
        self.newest_ns = 0


@dataclass
class Merge:
    """Brings a phone's streams together.

    State: readings that wait for the other stream, the accelerometer's unit, and what was left out.
    """

    acc: _Stream = field(default_factory=lambda: _Stream(ACCELEROMETERS))
    gyr: _Stream = field(default_factory=lambda: _Stream(GYROSCOPES))
    scale: float = 0.0
    no_gyr: int = 0

    @property
    def lacks(self) -> str:
        """Return which stream has not come, in the app's words; empty where both do."""
        missing = [
            reading_name
            for reading_name, stream in (("Accelerometer (uncalibrated)", self.acc), ("Gyroscope", self.gyr))
            if not stream.name
        ]
        return " and ".join(missing)

    def take(self, message: Message) -> Taken | None:
        """Return the samples that a message completes; None for none."""
        acc, gyr = self.acc.pick(message), self.gyr.pick(message)
        anew = any(
            readings is not None and stream.newest_ns - int(readings.time_ns[-1]) > BACK_NS
            for readings, stream in ((acc, self.acc), (gyr, self.gyr))
        )
        if anew:
            self.acc.clear()
            self.gyr.clear()
        if acc is not None:
            self.acc.add(acc)
        if gyr is not None:
            self.gyr.add(gyr)
        taken = self._complete()
        return None if taken is None else Taken(taken.time_ns, taken.acc, taken.gyr, anew)

    def _complete(self) -> Taken | None:
        """Return samples up to the gyroscope's newest reading, without those that lie in one of its holes."""
        if not self._knows_unit() or len(self.gyr.time_ns) < 2:
            return None
        times, rates = self.gyr.time_ns, self.gyr.xyz
        upto = int(np.searchsorted(self.acc.time_ns, times[-1], side="right"))
        if not upto:
            return None
        when, acc = self.acc.time_ns[:upto], self.acc.xyz[:upto] * self.scale
        after = np.clip(np.searchsorted(times, when), 1, len(times) - 1)
        covered = (when >= times[0]) & (times[after] - times[after - 1] <= GAP_NS)
        self.no_gyr += int((~covered).sum())
        self.acc.keep_from(upto)
        base = int(times[0])
        span = (times - base).astype(np.float64)
        gyr = np.column_stack(
            [np.interp((when[covered] - base).astype(np.float64), span, rates[:, axis]) for axis in range(3)]
        )
        self.gyr.keep_from(max(0, int(np.searchsorted(times, when[-1])) - 1))
        return Taken(when[covered], acc[covered], gyr) if covered.any() else None

    def _knows_unit(self) -> bool:
        """Take the unit from the readings' size, once; an iPhone's raw values are in g and point down."""
        if self.scale or len(self.acc.time_ns) < UNIT_FROM:
            return bool(self.scale)
        size = float(np.median(np.linalg.norm(self.acc.xyz, axis=1)))
        if IN_G[0] <= size <= IN_G[1]:
            self.scale = -STANDARD_GRAVITY
        elif IN_MS2[0] <= size <= IN_MS2[1]:
            self.scale = 1.0
        else:
            self.acc.clear()
        return bool(self.scale)
