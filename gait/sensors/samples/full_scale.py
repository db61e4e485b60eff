"""Meaning of a sensor's counts: its rates and ranges, one for each number that its packets carry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from gait.journal.format import Block
from gait.journal.writer import JournalWriter

__all__ = ["FullScale", "Scale", "Scales"]

LARGEST_ACC_G, LARGEST_GYR_DPS = 400, 8000
"""g and deg/s (chosen: twice what the widest parts that are sold have, 200 g and 4000 deg/s)."""
NOTED_AGAIN = 8
"""Configurations noted once more in a while (chosen: the last are those that will be needed)."""


class FullScale(Protocol):
    """Rate and ranges, such as those of a STATUS, a START or a family's setup."""

    @property
    def rate_hz(self) -> float:
        """Samples a second."""

    @property
    def acc_range_g(self) -> float:
        """Full scale of the accelerometer."""

    @property
    def gyr_range_dps(self) -> float:
        """Full scale of the gyroscope; 0 without one."""


@dataclass(frozen=True)
class Scale:
    """Rate and ranges in force after a start, or found in a memory.

    Attributes
    ----------
    rate_hz
        Nominal sample rate.
    acc_range_g, gyr_range_dps
        Full scale of the decoder's counts.
    """

    rate_hz: float
    acc_range_g: float
    gyr_range_dps: float


@dataclass
class Scales:
    """The configurations of one sensor.

    Parameters
    ----------
    stream
        The sensor's number in the journal.
    journal
        Where each is noted.
    fallback_hz
        Rate as long as the sensor has said nothing.

    State: (epoch, config id) -> facts of the ``config`` note, and scales that were looked up.
    """

    stream: int
    journal: JournalWriter
    fallback_hz: float
    _facts: dict[tuple[int, int], dict[str, float]] = field(default_factory=dict)
    _scales: dict[tuple[int, int], tuple[float, float]] = field(default_factory=dict)

    @property
    def rate_hz(self) -> float:
        """Sample rate in force."""
        return self._facts[max(self._facts)]["rate_hz"] if self._facts else self.fallback_hz

    def learn(self, epoch: int, config_id: int, scale: FullScale, **more: float) -> None:
        """Note a configuration where it is new; one that no sensor has is passed over.

        Parameters
        ----------
        scale
            Rate and ranges that the sensor reported, or that it accepted.
        more
            Further facts of the ``config`` note, such as how coarse the sensor's time stamps are.
        """
        if scale.acc_range_g > LARGEST_ACC_G or scale.gyr_range_dps > LARGEST_GYR_DPS:
            return
        facts: dict[str, float] = {
            "epoch": epoch,
            "config_id": config_id,
            "rate_hz": scale.rate_hz,
            "acc_range_g": scale.acc_range_g,
            "gyr_range_dps": scale.gyr_range_dps,
            **more,
        }
        if self._facts.get((epoch, config_id)) != facts:
            self._facts[epoch, config_id] = facts
            self._scales.clear()
            self.journal.note("config", facts, self.stream)

    def of(self, block: Block) -> tuple[float, float] | None:
        """Return the full scale of a block's counts, g and deg/s; None where the sensor has not told it yet.

        A clock that began anew does not change the ranges. A configuration's number that was not noted in the
        block's own epoch has the meaning of the last epoch that noted it.
        """
        place = block.epoch, block.config_id
        if place not in self._scales:
            keys = [key for key in self._facts if key[1] == block.config_id and key[0] <= block.epoch]
            if not keys:
                return None
            facts = self._facts[max(keys)]
            self._scales[place] = facts["acc_range_g"], facts["gyr_range_dps"]
        return self._scales[place]

    def note_again(self) -> None:
        """Note the latest once more: a journal whose beginning rots can still be read."""
        for key in sorted(self._facts)[-NOTED_AGAIN:]:
            self.journal.note("config", self._facts[key], self.stream)
