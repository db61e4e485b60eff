"""Virtual sensors, the air between, and the computer's adapter: all that a session without hardware needs."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bumble.core import BaseBumbleError
from bumble.transport import open_transport

from gait.errors import SensorError
from gait.virtual.radio.adapter import Adapter
from gait.virtual.radio.air import Air, AirSettings, SoundController
from gait.virtual.radio.faults import Fault
from gait.virtual.radio.firmware import VirtualSensor
from gait.virtual.radio.peripheral import Peripheral

__all__ = ["World", "open_world", "play_on_dongle", "serve_world"]

ADDRESS = "C6:A1:7E:00:00:{:02X}"
"""Random static addresses (the two highest bits are set)."""
HOST_ADDRESS = "B8:27:EB:00:00:01"

Plan = Sequence[tuple[VirtualSensor, Sequence[Fault]]]
"""Sensors, and what goes wrong with each."""


@dataclass(frozen=True)
class World:
    """Sensors and listeners on the virtual air.

    Attributes
    ----------
    adapter
        Bluetooth adapter of the computer; None where another process has it.
    """

    air: Air
    peripherals: tuple[Peripheral, ...]
    adapter: Adapter | None = None


@asynccontextmanager
async def open_world(
    plan: Plan, settings: AirSettings, clock_s: Callable[[], float] = time.perf_counter
) -> AsyncIterator[World]:
    """Return sensors and an adapter in this process.

    Parameters
    ----------
    clock_s
        True time, seconds: the host's own clock, from which the sensors' clocks drift away.
    """
    async with AsyncExitStack() as stack:
        air = Air(settings)
        stack.callback(air.close)
        peripherals = [
            await _switch_on(stack, air, item, number, clock_s) for number, item in enumerate(plan)
        ]
        adapter = await Adapter.open(SoundController("host", link=air))
        stack.push_async_callback(adapter.close)
        yield World(air, tuple(peripherals), adapter)


@asynccontextmanager
async def serve_world(plan: Plan, settings: AirSettings, transport: str) -> AsyncIterator[World]:
    """Return sensors on a virtual air whose adapter another process may use through a transport.

    Raises
    ------
    SensorError
        The transport cannot be opened.
    """
    async with AsyncExitStack() as stack:
        air = Air(settings)
        stack.callback(air.close)
        opened = await _open(transport)
        stack.push_async_callback(opened.close)
        SoundController(
            "host", host_source=opened.source, host_sink=opened.sink, link=air, public_address=HOST_ADDRESS
        )
        peripherals = [
            await _switch_on(stack, air, item, number, time.perf_counter) for number, item in enumerate(plan)
        ]
        yield World(air, tuple(peripherals))


@asynccontextmanager
async def play_on_dongle(sensor: VirtualSensor, transport: str) -> AsyncIterator[Peripheral]:
    """Play one sensor on a real HCI controller, such as ``usb:0``.

    Raises
    ------
    SensorError
        The transport cannot be opened.
    """
    opened = await _open(transport)
    peripheral = Peripheral(sensor, ADDRESS.format(1), time.perf_counter)
    try:
        await peripheral.start(opened.source, opened.sink)
        yield peripheral
    finally:
        if peripheral.device is not None:
            await peripheral.stop()
        await opened.close()


async def _switch_on(
    stack: AsyncExitStack,
    air: Air,
    item: tuple[VirtualSensor, Sequence[Fault]],
    number: int,
    clock_s: Callable[[], float],
) -> Peripheral:
    sensor, faults = item
    peripheral = Peripheral(sensor, ADDRESS.format(number + 1), clock_s, air, faults)
    await peripheral.start()
    stack.push_async_callback(peripheral.stop)
    return peripheral


async def _open(transport: str) -> Any:  # noqa: ANN401 - Bumble's transport
    try:
        return await open_transport(transport)
    except (OSError, BaseBumbleError, ValueError, ImportError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise SensorError(
            f"cannot be opened ({reason})", where=transport, todo="such as: tcp-server:127.0.0.1:9000"
        ) from None
