"""Samples for whoever watches a session being recorded; whatever a watcher does, the recording goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from gait.arrays import FloatArray
from gait.frames import Placement, Side
from gait.journal.clock import ClockMap
from gait.journal.format import Block
from gait.protocol.data import to_samples
from gait.sensors.reconnect import Follower

__all__ = ["Guard", "Live", "Observer"]

TEXT_LIMIT = 300  # characters of an error that are shown (chosen: two lines)
FITTED_EVERY = 20
"""Blocks between two fits of the clock (chosen: about a second at 416 Hz)."""


class Observer(Protocol):
    """Interface of a receiver of samples as they come, such as the live analysis."""

    def __call__(
        self, side: Side, placement: Placement, time_s: FloatArray, acc: FloatArray, gyr: FloatArray
    ) -> None:
        """Take samples in session time, m/s2 and rad/s, sensor frame; times of one sensor increase."""


@dataclass
class Guard:
    """Calls a watcher; one that fails is called no more.

    Parameters
    ----------
    failed
        Called once with the observer's first failure.

    State: which watchers failed.
    """

    failed: Callable[[str], None]
    _out: set[str] = field(default_factory=set, init=False)

    def call(self, name: str, watcher: Callable[..., None] | None, *arguments: object) -> None:
        """Hand samples to the watcher unless there is none or it has failed."""
        if watcher is None or name in self._out:
            return
        try:
            watcher(*arguments)
        except Exception as error:  # noqa: BLE001 - a fault of the live view must not cost the run
            self._out.add(name)
            self.failed(f"{name}: {type(error).__name__}: {error}"[:TEXT_LIMIT])


@dataclass
class Live:
    """Turns blocks into session time and units as they come.

    Parameters
    ----------
    origin_us
        Host clock of session time 0.
    observer
        Gets the samples.
    guard
        Calls the observer, and stops at its first failure.

    State: the clock of each sensor as last fitted, and the newest time handed on.
    """

    origin_us: int
    observer: Observer | None
    guard: Guard
    _maps: dict[int, tuple[int, ClockMap]] = field(default_factory=dict, init=False)
    _newest_s: dict[int, float] = field(default_factory=dict, init=False)
    _blocks: dict[int, int] = field(default_factory=dict, init=False)

    def hear(self, follower: Follower, block: Block) -> None:
        """Hand a live block on; what comes late, or has no scale yet, is for the file alone."""
        scale = follower.dialogue.scales.of(block)
        if self.observer is None or block.arrival_us < 0 or scale is None:
            return
        clock = self._clock(follower, block)
        if clock is None:
            return
        device_us = block.device_us + np.arange(len(block.counts), dtype=np.float64) * block.period_us
        time_s = (clock.host_us(device_us) - self.origin_us) / 1e6
        fresh = time_s > self._newest_s.get(block.stream, -1.0)
        if not fresh.any():
            return
        self._newest_s[block.stream] = float(time_s[-1])
        acc, gyr = to_samples(block.counts[fresh], *scale)
        who = follower.identity
        self.guard.call("live analysis", self.observer, who.side, who.placement, time_s[fresh], acc, gyr)

    def _clock(self, follower: Follower, block: Block) -> ClockMap | None:
        """Return the clock map of the block's epoch, fitted anew once in a while."""
        seen = self._blocks[block.stream] = self._blocks.get(block.stream, 0) + 1
        epoch, clock = self._maps.get(block.stream, (-1, None))
        if clock is None or epoch != block.epoch or seen % FITTED_EVERY == 0:
            fitted = follower.dialogue.tracker.fit()
            if fitted is None:
                return None
            clock = fitted
            self._maps[block.stream] = (block.epoch, fitted)
        return clock
