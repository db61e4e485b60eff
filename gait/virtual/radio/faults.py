"""Let things go wrong with a sensor, on a timetable: for tests, and for seeing what the recorder does."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gait.errors import UsageError

if TYPE_CHECKING:
    from gait.virtual.radio.peripheral import Peripheral

__all__ = ["FAULTS", "Fault", "parse_fault"]

HOSTILE = (b"", b"\x11", b"\x11" * 16, b"\xff" * 244, bytes(244), b"\x11\x00" + b"\xff" * 242)
PATTERN = re.compile(r"([a-z-]+)@(\d+(?:\.\d+)?)(?:\+(\d+(?:\.\d+)?))?")


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes
    ----------
    kind
        Key of `FAULTS`.
    at_s, for_s
        When, from the first START on, and how long where it lasts.
    """

    kind: str
    at_s: float
    for_s: float = 1.0

    async def play(self, peripheral: Peripheral) -> None:
        """Wait until it is due, and let it happen."""
        await asyncio.sleep(self.at_s)
        await FAULTS[self.kind](peripheral, self.for_s)


async def _drop(peripheral: Peripheral, for_s: float) -> None:
    """Move out of range: the link times out, and nobody hears the sensor for a while."""
    assert peripheral.air is not None
    peripheral.air.out_of_range(peripheral.controller)
    await asyncio.sleep(for_s)
    peripheral.air.out_of_range(peripheral.controller, on=False)


async def _stall(peripheral: Peripheral, for_s: float) -> None:
    """Let nothing pass, but hold the link; everything comes late."""
    assert peripheral.air is not None
    peripheral.air.stall(peripheral.controller)
    await asyncio.sleep(for_s)
    peripheral.air.stall(peripheral.controller, on=False)


async def _silent(peripheral: Peripheral, _: float) -> None:
    """Sample on but send nothing more until a command comes."""
    peripheral.mute = True


async def _reboot(peripheral: Peripheral, _: float) -> None:
    """Lose power for a moment; the link breaks too."""
    peripheral.sensor.reboot(peripheral.clock_s())
    if peripheral.air is not None:
        peripheral.air.drop(peripheral.controller)


async def _clock(peripheral: Peripheral, _: float) -> None:
    """Make the sensor's clock jump."""
    peripheral.sensor.set_clock(peripheral.clock_s(), 0)


async def _config(peripheral: Peripheral, _: float) -> None:
    """Change the sensor's ranges by itself."""
    for packet in peripheral.sensor.configure(32, 4000, peripheral.clock_s()):
        peripheral.send(packet)


async def _rate(peripheral: Peripheral, _: float) -> None:
    """Halve the sensor's rate by itself, or double the slowest."""
    start = peripheral.sensor.start
    rate_hz = max(208, start.rate_hz // 2) if start.rate_hz != 208 else 104
    for packet in peripheral.sensor.configure(
        start.acc_range_g, start.gyr_range_dps, peripheral.clock_s(), rate_hz
    ):
        peripheral.send(packet)


async def _twice(peripheral: Peripheral, for_s: float) -> None:
    """Deliver every notification twice, as after a second subscription (bleak #2002)."""
    peripheral.twice = True
    await asyncio.sleep(for_s)
    peripheral.twice = False


async def _bunch(peripheral: Peripheral, for_s: float) -> None:
    """Deliver notifications eight at a time, as a stack that saves power."""
    peripheral.bunch = True
    await asyncio.sleep(for_s)
    peripheral.bunch = False


async def _hostile(peripheral: Peripheral, _: float) -> None:
    """Deliver notifications that are no packets."""
    for payload in HOSTILE:
        peripheral.send_bytes(payload)


async def _dead(peripheral: Peripheral, _: float) -> None:
    """Empty the battery: the sensor is gone for good."""
    peripheral.dead = True
    peripheral.mute = True
    if peripheral.air is not None:
        peripheral.air.out_of_range(peripheral.controller)


FAULTS: dict[str, Callable[[Peripheral, float], Awaitable[None]]] = {
    "drop": _drop,
    "stall": _stall,
    "silent": _silent,
    "reboot": _reboot,
    "clock": _clock,
    "config": _config,
    "rate": _rate,
    "twice": _twice,
    "bunch": _bunch,
    "hostile": _hostile,
    "dead": _dead,
}
"""Name -> what happens."""


def parse_fault(text: str) -> Fault:
    """Read a fault as the command line writes it.

    Raises
    ------
    UsageError
        Not ``KIND@SECONDS`` or ``KIND@SECONDS+SECONDS``.

    Examples
    --------
    >>> parse_fault("drop@5+2.5")
    Fault(kind='drop', at_s=5.0, for_s=2.5)
    """
    match = PATTERN.fullmatch(text)
    if match is None or match[1] not in FAULTS:
        raise UsageError(
            f"{text!r} is no fault",
            where="--fault",
            todo=f"write KIND@SECONDS[+SECONDS]; kinds: {', '.join(FAULTS)}",
        )
    return Fault(match[1], float(match[2]), float(match[3] or 1.0))
