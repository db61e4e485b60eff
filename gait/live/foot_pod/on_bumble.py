"""The foot pod on Bumble: any HCI controller of its own, such as a USB dongle, or one on the virtual air."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from bumble import data_types, hci
from bumble.att import Attribute
from bumble.core import UUID, AdvertisingData, BaseBumbleError
from bumble.device import Device, DeviceConfiguration
from bumble.gatt import Characteristic, Service
from bumble.transport import open_transport
from bumble.transport.common import Transport

from gait.errors import SensorError
from gait.frames import Placement
from gait.live.foot_pod.carrier import NAME
from gait.live.foot_pod.rsc import (
    APPEARANCE,
    FEATURE,
    FEATURES,
    LOCATION,
    MEASUREMENT,
    SERVICE,
    encode_location,
)

__all__ = ["BumbleCarrier"]

ADDRESS = "C6:A1:7E:00:0F:01"
"""Random static address (the two highest bits are set), the same each time: a watch knows its pod again."""
ADVERTISING_MS = 100.0  # ms between advertisements (chosen: a watch finds the pod within seconds)
POWER_ON_S = 10.0  # s (chosen: a controller answers a reset within milliseconds, a mute transport never)
CLOSE_S = 2.0
"""s of patience with a link or a controller that is to be closed (chosen: it answers at once or never)."""
ADVERTISING_TRIES, ADVERTISING_AGAIN_S = 50, 0.2
"""Tries, and s between two (chosen: ten seconds; just after a disconnect some controllers refuse to advertise
for a moment)."""

Properties, Permissions = Characteristic.Properties, Attribute.Permissions


class BumbleCarrier:
    """A peripheral on an HCI controller.

    State: Bumble's device and transport, and whether it is still wanted.

    Parameters
    ----------
    transport
        Bumble's name of a controller, or a controller in this process.
    placement
        Where the sensors sit.
    """

    def __init__(self, transport: Any, placement: Placement) -> None:  # noqa: ANN401 - a name or Bumble's controller
        self._transport, self._placement = transport, placement
        self._device: Any = None
        self._opened: Any = None
        self._measurement = Characteristic(UUID.from_16_bits(MEASUREMENT), Properties.NOTIFY, Permissions(0))
        self._again: asyncio.Task[None] | None = None
        self._fault: Exception | None = None

    async def open(self) -> None:
        """Switch the controller on and advertise.

        Raises
        ------
        SensorError
            No controller answers.
        """
        try:
            async with asyncio.timeout(POWER_ON_S):
                self._opened = await self._open_transport()
                self._device = self._made_device()
                await self._device.power_on()
                await self._device.start_advertising()
        except Exception as error:  # every transport raises its own library's errors, such as libusb's
            await self.close()
            raise self._as_sensor_error(error) from error

    async def _open_transport(self) -> Any:  # noqa: ANN401 - Bumble's transport
        if isinstance(self._transport, str):
            return await open_transport(self._transport)
        return Transport(self._transport, self._transport)

    def _made_device(self) -> Any:  # noqa: ANN401 - Bumble's device
        config = DeviceConfiguration(
            name=NAME,
            address=hci.Address(ADDRESS),
            advertising_interval_min=ADVERTISING_MS,
            advertising_interval_max=ADVERTISING_MS,
        )
        device = Device.from_config_with_hci(config, self._opened.source, self._opened.sink)
        fixed = ((FEATURE, FEATURES), (LOCATION, encode_location(self._placement)))
        readable = [
            Characteristic(UUID.from_16_bits(uuid), Properties.READ, Permissions.READABLE, value)
            for uuid, value in fixed
        ]
        device.add_service(Service(UUID.from_16_bits(SERVICE), [self._measurement, *readable]))
        device.advertising_data = advertisement()
        device.on("connection", self._connected)
        return device

    def _connected(self, link: Any) -> None:  # noqa: ANN401 - Bumble's types
        link.on("disconnection", self._gone)

    def _gone(self, _reason: int) -> None:
        """Advertise again for the next collector, or the same one when it is back in reach."""
        if self._device is not None:
            self._again = asyncio.get_running_loop().create_task(self._advertise_again())

    async def _advertise_again(self) -> None:
        for left in reversed(range(ADVERTISING_TRIES)):
            try:
                await self._device.start_advertising()
            except (BaseBumbleError, AssertionError) as error:
                # Bumble keeps an advertiser that failed to start.
                self._device.legacy_advertiser = self._device.legacy_advertising_set = None
                self._fault = None if left else error
                await asyncio.sleep(ADVERTISING_AGAIN_S)
            else:
                return

    async def notify(self, value: bytes) -> None:
        """Send a value to whoever has subscribed.

        Raises
        ------
        SensorError
            The controller has gone away.
        """
        try:
            if self._fault is not None:
                raise self._fault
            await self._device.notify_subscribers(self._measurement, value)
        except (OSError, BaseBumbleError, AssertionError) as error:
            raise self._as_sensor_error(error) from error

    async def close(self) -> None:
        """Switch off; links end."""
        device, self._device = self._device, None
        opened, self._opened = self._opened, None
        if self._again is not None:
            self._again.cancel()
            await asyncio.gather(self._again, return_exceptions=True)
        gone = (TimeoutError, OSError, BaseBumbleError, AssertionError)
        for link in list(device.connections.values()) if device is not None else ():
            with contextlib.suppress(*gone):
                await asyncio.wait_for(link.disconnect(), CLOSE_S)
        if device is not None:
            with contextlib.suppress(*gone):
                await asyncio.wait_for(device.power_off(), CLOSE_S)
        if opened is not None:
            with contextlib.suppress(*gone):
                await asyncio.wait_for(opened.close(), CLOSE_S)

    def _as_sensor_error(self, error: Exception) -> SensorError:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        where = self._transport if isinstance(self._transport, str) else "the virtual controller"
        return SensorError(
            f"the foot pod has no Bluetooth controller ({reason})",
            where=where,
            todo="name a dongle that nothing else uses, such as usb:0",
        )


def advertisement() -> bytes:
    """Return what is advertised: flags, the service, what kind of thing it is, and its name."""
    flags = AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
    parts = [
        data_types.Flags(flags),
        data_types.CompleteListOf16BitServiceUUIDs([UUID.from_16_bits(SERVICE)]),
        data_types.CompleteLocalName(NAME),
    ]
    appearance = AdvertisingData([(AdvertisingData.APPEARANCE, APPEARANCE.to_bytes(2, "little"))])
    return bytes(AdvertisingData(parts)) + bytes(appearance)
