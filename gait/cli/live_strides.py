"""Strides of a session while it is recorded, found beside the event loop that serves the sensors."""

from __future__ import annotations

import math
import queue
import threading
from dataclasses import dataclass, field

from gait.analysis.engine import Engine
from gait.arrays import FloatArray
from gait.frames import Placement, Side

__all__ = ["LiveStrides"]

RECENT_STRIDES = 10
MOST_WAITING = 500
"""Blocks that may wait, some ten seconds of two sensors: a computer that is slower shows nothing, and loses
nothing, for the recording does not wait for it."""
CLOSE_S = 5.0
"""s that the thread of the analysis is waited for at the end (chosen: it bounds a hang)."""

Heard = tuple[Side, Placement, FloatArray, FloatArray, FloatArray]


@dataclass
class LiveStrides:
    """Finds strides in a thread of its own.

    State: one engine a sensor, the lengths of recent strides, blocks that wait, and what failed.
    """

    _engines: dict[Side, Engine] = field(default_factory=dict)
    _strides_s: dict[Side, list[float]] = field(default_factory=dict)
    _blocks: queue.Queue[Heard | None] = field(default_factory=lambda: queue.Queue(MOST_WAITING))
    _thread: threading.Thread | None = None
    _failure: Exception | None = None

    def hear(
        self, side: Side, placement: Placement, time_s: FloatArray, acc: FloatArray, gyr: FloatArray
    ) -> None:
        """Take samples; more than can wait are left out of the live line.

        Raises
        ------
        Exception
            Whatever the analysis failed with; the recorder says so once and goes on without it.
        """
        if self._failure is not None:
            raise self._failure
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="live strides", daemon=True)
            self._thread.start()
        try:
            self._blocks.put_nowait((side, placement, time_s, acc, gyr))
        except queue.Full:
            return

    @property
    def failed(self) -> bool:
        """Return whether the analysis has failed."""
        return self._failure is not None

    def cadence_spm(self) -> dict[Side, float]:
        """Return the steps a minute of both feet, by the side that they were measured on."""
        return {
            side: 120.0 / sorted(recent)[len(recent) // 2]
            for side, recent in list(self._strides_s.items())
            if recent
        }

    def close(self) -> None:
        """End the thread; what waits is dropped."""
        if self._thread is None:
            return
        while True:
            try:
                self._blocks.put_nowait(None)
                break
            except queue.Full:
                self._blocks.get_nowait()
        self._thread.join(CLOSE_S)
        self._thread = None

    def _work(self) -> None:
        try:
            while (heard := self._blocks.get()) is not None:
                self._push(*heard)
        except Exception as error:  # noqa: BLE001 - told where the next samples come in
            self._failure = error

    def _push(
        self, side: Side, placement: Placement, time_s: FloatArray, acc: FloatArray, gyr: FloatArray
    ) -> None:
        if side not in self._engines:
            self._engines[side] = Engine(placement, side, has_gyr=True)
        strides = self._engines[side].push(time_s, acc, gyr)
        times = (one.next_ic_s - one.ic_s for one in strides)
        recent = self._strides_s.get(side, []) + [one for one in times if math.isfinite(one)]
        self._strides_s[side] = recent[-RECENT_STRIDES:]
