"""Cadence of a session while it is recorded, for the line that ``gait record`` shows."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from gait.analysis.engine import Engine
from gait.arrays import FloatArray
from gait.frames import Placement, Side

__all__ = ["LiveStrides"]

RECENT_STRIDES = 10
"""Strides whose mean the line on the terminal shows (chosen: some seven seconds)."""


@dataclass
class LiveStrides:
    """Finds strides. State: one engine a sensor, and the lengths of its recent strides."""

    _engines: dict[Side, Engine] = field(default_factory=dict)
    _strides_s: dict[Side, list[float]] = field(default_factory=dict)

    def hear(
        self, side: Side, placement: Placement, time_s: FloatArray, acc: FloatArray, gyr: FloatArray
    ) -> None:
        """Take samples of a sensor, which follow its last ones."""
        if side not in self._engines:
            self._engines[side] = Engine(placement, side, has_gyr=True)
        strides = self._engines[side].push(time_s, acc, gyr)
        times = (stride.next_ic_s - stride.ic_s for stride in strides)
        recent = self._strides_s.get(side, []) + [time for time in times if math.isfinite(time)]
        self._strides_s[side] = recent[-RECENT_STRIDES:]

    def cadence_spm(self) -> dict[Side, float]:
        """Return the steps a minute of both feet, by the side that they were measured on."""
        return {
            side: 120.0 / sorted(recent)[len(recent) // 2]
            for side, recent in list(self._strides_s.items())
            if recent
        }
