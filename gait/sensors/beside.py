"""A watcher in a thread of its own: whatever it costs, the event loop that serves the sensors goes on."""

from __future__ import annotations

import contextlib
import queue
import threading
from dataclasses import dataclass, field

from gait.arrays import FloatArray
from gait.frames import Placement, Side
from gait.sensors.live_samples import Observer

__all__ = ["Beside"]

MOST_WAITING = 500
"""Blocks that may wait (chosen: some ten seconds of two sensors). A computer that is slower shows less and
loses nothing, for the recording does not wait for it."""
CLOSE_S = 10.0
"""s that the thread beside the recorder is waited for at the end (chosen: it bounds a hang)."""

Heard = tuple[Side, Placement, FloatArray, FloatArray, FloatArray]


@dataclass
class Beside:
    """Hands samples to a watcher from a thread of its own.

    Parameters
    ----------
    observer
        Receiver of the samples, in order.

    State: blocks that wait, how many found no place, and what the watcher failed with.
    """

    observer: Observer
    left_out: int = field(default=0, init=False)
    _blocks: queue.Queue[Heard | None] = field(default_factory=lambda: queue.Queue(MOST_WAITING), init=False)
    _thread: threading.Thread | None = field(default=None, init=False)
    _failure: Exception | None = field(default=None, init=False)

    def hear(
        self, side: Side, placement: Placement, time_s: FloatArray, acc: FloatArray, gyr: FloatArray
    ) -> None:
        """Take samples; more than can wait are left out of what is shown.

        Raises
        ------
        Exception
            The watcher's own error; the recorder reports it once and goes on without the watcher.
        """
        if self._failure is not None:
            raise self._failure
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="beside the recorder", daemon=True)
            self._thread.start()
        try:
            self._blocks.put_nowait((side, placement, time_s, acc, gyr))
        except queue.Full:
            self.left_out += 1

    @property
    def failed(self) -> bool:
        """Return whether the watcher has failed."""
        return self._failure is not None

    def finish(self) -> bool:
        """Wait for what waits; return whether the watcher has received all samples."""
        if self._thread is not None:
            with contextlib.suppress(queue.Full):
                self._blocks.put(None, timeout=CLOSE_S)
            self._thread.join(CLOSE_S)
        return not self.failed and (self._thread is None or not self._thread.is_alive())

    def drop(self) -> None:
        """End; what waits is not handed on."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._blocks.get_nowait()
        self.finish()

    def _work(self) -> None:
        try:
            while (heard := self._blocks.get()) is not None:
                self.observer(*heard)
        except Exception as error:  # noqa: BLE001 - told where the next samples come in
            self._failure = error
            while self._blocks.get() is not None:
                pass
