"""The foot pod of a live session, in a thread of its own; the recording does not depend on it."""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
import time
from collections.abc import Callable
from typing import Self

from gait.analysis.engine import Stride
from gait.arrays import FloatArray
from gait.errors import GaitError
from gait.frames import Placement, Side
from gait.live.foot_pod.carrier import Carrier
from gait.live.foot_pod.course import Course, PodSettings
from gait.live.foot_pod.rsc import encode

__all__ = ["FootPod"]

EVERY_S = 1.0
"""s between values (chosen: foot pods keep to it, and it is what the Running Speed and Cadence Profile names
as usual)."""
SILENT_S = 3.0
"""s of this computer's clock without samples after which the sensors are taken as away (chosen: longer than
any held-up packet that is still of use)."""
CLOSE_S = 10.0  # s that the pod's thread may take to end (chosen: longer than its carrier's own limits)
LENGTHLESS = 20
"""Strides without a length after which it is said that there is no speed to show (chosen: some seven seconds
of two feet, in which a shoe with gyroscope would have given one)."""
NO_SPEED = (
    "foot pod: these sensors tell no speed (an accelerometer alone, or a shank); "
    "state a length: --stride-length M (two steps)"
)


class FootPod:
    """Takes what the feed hears and sends it on once a second.

    Everything but `run` may be called from any thread and returns at once.

    Parameters
    ----------
    carrier
        Bluetooth stack that advertises the pod.
    say
        Gets lines for people.
    settings
        Length of a stride and factor on lengths.
    clock_s
        This computer's clock, s.
    """

    def __init__(
        self,
        carrier: Carrier,
        say: Callable[[str], None],
        settings: PodSettings | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.carrier, self.say, self._clock_s = carrier, say, clock_s
        self._course = Course(settings)
        self._lock = threading.Lock()
        self._heard_s, self._heard_at = -math.inf, -math.inf
        self._told_lengthless = False
        self._stop, self._stopped = asyncio.Event(), False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="gait foot pod", daemon=True)

    def samples(
        self, side: Side, placement: Placement, time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None
    ) -> None:
        """Take samples: a foot pod needs strides alone."""

    def heard(self, time_s: float) -> None:
        """Take session time as far as samples have come."""
        with self._lock:
            self._heard_s, self._heard_at = max(self._heard_s, time_s), self._clock_s()

    def stride(self, stride: Stride) -> None:
        """Take a decided stride."""
        with self._lock:
            self._course.stride(stride)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin; what goes wrong from here on is said, and nothing else."""
        self._thread.start()

    def stop(self) -> None:
        """Send no more."""
        with self._lock:
            loop, self._stopped = self._loop, True
        if loop is not None:
            # The loop may have ended by itself.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._stop.set)
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)

    def value(self) -> bytes | None:
        """Return the bytes to send now; None where no speed is known."""
        with self._lock:
            away = self._clock_s() - self._heard_at > SILENT_S
            measurement = self._course.value(math.inf if away else self._heard_s)
            lengthless = not self._course.knows_length and self._course.strides >= LENGTHLESS
        if lengthless and not self._told_lengthless:
            self._told_lengthless = True
            self.say(NO_SPEED)
        return None if measurement is None else encode(measurement)

    async def send(self) -> None:
        """Send the value of now, if there is one."""
        value = self.value()
        if value is not None:
            await self.carrier.notify(value)

    def _run(self) -> None:
        asyncio.run(self.run())

    async def run(self) -> None:
        """Offer the service and send until it is stopped; a fault is said in one line and ends it."""
        with self._lock:
            self._loop = asyncio.get_running_loop()
            if self._stopped:
                return
        try:
            await self.carrier.open()
            self.say("foot pod: look for it under running sensors of the watch or app")
            while not self._stop.is_set():
                await self.send()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), EVERY_S)
        except GaitError as error:
            self.say(f"foot pod: {error}; the run goes on without it")
        except Exception as error:  # noqa: BLE001 - a carrier's bug must not end a recording either
            self.say(f"foot pod: {type(error).__name__}; the run goes on without it")
        finally:
            with contextlib.suppress(Exception):
                await self.carrier.close()
