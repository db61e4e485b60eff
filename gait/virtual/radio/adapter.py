"""The computer's Bluetooth adapter, played by a Bumble host on any HCI transport."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from bumble import core, hci
from bumble.device import ConnectionParametersPreferences, Device, DeviceConfiguration
from bumble.transport import open_transport
from bumble.transport.common import Transport

from gait.errors import SensorError

__all__ = ["Adapter", "Heard"]

HOST_ADDRESS = "F0:F1:F2:F3:F4:F5"
POWER_ON_S = 10.0
"""s of patience with a controller (chosen: it answers a reset within milliseconds; a mute transport
never)."""
CLOSE_S = 2.0
"""s of patience with a link that is to be closed, and with a cancelled connect (chosen: it answers at once or
never)."""

Heard = Callable[[Any], None]
"""Takes one Bumble advertisement."""


@dataclass
class Adapter:
    """One Bumble host: scans for many scanners, connects one link at a time (HCI allows no more).

    State: the Bumble device, its transport, and who listens to advertisements.
    """

    device: Any
    transport: Any
    _listeners: set[Heard] = field(default_factory=set, init=False)
    _connecting: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    @classmethod
    async def open(cls, transport: Any) -> Self:  # noqa: ANN401 - a Bumble transport or the text that names one
        """Open an adapter.

        Parameters
        ----------
        transport
            Bumble's name of an HCI transport (``tcp-client:127.0.0.1:9000``, ``usb:0``), or a controller
            in this process.

        Raises
        ------
        SensorError
            There is nothing behind the transport.
        """
        opened = await _opened(transport)
        config = DeviceConfiguration(name="gait", address=hci.Address(HOST_ADDRESS))
        device = Device.from_config_with_hci(config, opened.source, opened.sink)
        try:
            async with asyncio.timeout(POWER_ON_S):
                await device.power_on()
        except (TimeoutError, OSError, core.BaseBumbleError, AssertionError) as error:
            await opened.close()
            raise SensorError(
                f"no Bluetooth controller answers ({str(error) or type(error).__name__})",
                where=transport if isinstance(transport, str) else "the virtual adapter",
                todo="see that the other side is a controller and still runs",
            ) from None
        adapter = cls(device, opened)
        device.on(Device.EVENT_ADVERTISEMENT, adapter._heard)
        return adapter

    async def close(self) -> None:
        """Close links and transport."""
        for connection in list(self.device.connections.values()):
            with contextlib.suppress(core.BaseBumbleError, TimeoutError, OSError):
                await asyncio.wait_for(connection.disconnect(), CLOSE_S)
        # The other side may have gone in the middle of a session: there is nothing left to close then.
        with contextlib.suppress(TimeoutError, OSError, core.BaseBumbleError):
            await asyncio.wait_for(self.device.power_off(), CLOSE_S)
        with contextlib.suppress(TimeoutError, OSError, core.BaseBumbleError):
            await asyncio.wait_for(self.transport.close(), CLOSE_S)

    async def listen(self, heard: Heard, *, active: bool) -> None:
        """Hand every advertisement to `heard` from now on."""
        first = not self._listeners
        self._listeners.add(heard)
        if first:
            await self.device.start_scanning(active=active)

    async def ignore(self, heard: Heard) -> None:
        """Stop what `listen` began; the last one out stops the scan."""
        self._listeners.discard(heard)
        if not self._listeners:
            await self.device.stop_scanning()

    async def connect(self, address: Any, interval_ms: float, timeout_s: float) -> Any:  # noqa: ANN401 - Bumble's types
        """Connect to a peripheral.

        Raises
        ------
        TimeoutError
            It did not answer; nothing is left pending in the controller.
        """
        preferences = ConnectionParametersPreferences()
        preferences.connection_interval_min = preferences.connection_interval_max = interval_ms
        async with asyncio.timeout(timeout_s), self._connecting:
            task = asyncio.ensure_future(
                self.device.connect_le(address, {hci.HCI_LE_1M_PHY: preferences}, timeout=None)
            )
            try:
                return await asyncio.shield(task)
            except asyncio.CancelledError:
                await self._call_off(task)
                raise

    async def _call_off(self, task: asyncio.Future[Any]) -> None:
        """Cancel a pending connect in the controller too, else a link nobody wants comes up later."""
        with contextlib.suppress(core.BaseBumbleError, TimeoutError, OSError, asyncio.CancelledError):
            await asyncio.wait_for(self.device.cancel_connection(), CLOSE_S)
            connection = await asyncio.wait_for(task, CLOSE_S)
            await connection.disconnect()

    def _heard(self, advertisement: Any) -> None:  # noqa: ANN401 - Bumble's types
        for listener in list(self._listeners):
            listener(advertisement)


async def _opened(transport: Any) -> Any:  # noqa: ANN401 - Bumble's types
    if not isinstance(transport, str):
        return Transport(transport, transport)
    try:
        return await open_transport(transport)
    except (OSError, core.BaseBumbleError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise SensorError(
            f"cannot be opened ({reason})",
            where=transport,
            todo="start the other side first, such as: gait virtual-sensor --serve tcp-server:127.0.0.1:9000",
        ) from None
