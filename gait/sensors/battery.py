"""The battery of a sensor near by, read over a link of its own."""

from __future__ import annotations

import asyncio

from gait.errors import PacketError, SensorError
from gait.sensors.link.backend import Backend
from gait.sensors.link.connection import Link
from gait.sensors.scan import Seen

__all__ = ["battery_of"]

PATIENCE_S = 12.0
"""s (chosen: a first link with discovery takes 2 to 6 on a computer that is not busy)."""


def _ignored(_payload: bytes, _arrival_us: int) -> None:
    """Drop a notification."""


async def battery_of(seen: Seen, backend: Backend) -> int | None:
    """Return a sensor's battery level in percent; None if not reported, or if no link can be made."""
    if seen.driver.ability.refused:
        return None
    link = Link(seen.device, backend, lambda: 0)
    try:
        async with asyncio.timeout(PATIENCE_S):
            driver = seen.driver
            await link.open(dict.fromkeys(driver.notifies, _ignored), driver.needs, driver.ability.name)
            return await driver.battery_pct(link)
    except (SensorError, PacketError, TimeoutError):
        return None
    finally:
        await link.close()
