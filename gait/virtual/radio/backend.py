"""A bleak backend on Bumble: the recorder's own `BleakScanner` and `BleakClient` on a virtual radio.

`backends` makes a pair of classes bound to one `Adapter`; bleak takes them as its ``backend=`` argument.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError
from bleak.uuids import normalize_uuid_str
from bumble import core
from bumble.att import ATT_Error
from bumble.core import UUID, AdvertisingData
from bumble.device import Peer

from gait.virtual.radio.adapter import Adapter

__all__ = ["BumbleClient", "BumbleScanner", "backends"]

log = logging.getLogger(__name__)

CONNECTION_INTERVAL_MS = 15.0
"""ms between two connection events that are asked for (chosen: what phones give)."""
MTU_ASKED = 517
"""Bytes of the largest ATT payload that is asked for: the Bluetooth Core Specification's most."""
MTU_UNKNOWN = 23
"""Bytes of an ATT payload before any is agreed: the Bluetooth Core Specification's least."""
UUID_BYTES = {
    AdvertisingData.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS: 2,
    AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS: 2,
    AdvertisingData.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS: 16,
    AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS: 16,
}
NAMES = (AdvertisingData.COMPLETE_LOCAL_NAME, AdvertisingData.SHORTENED_LOCAL_NAME)


def backends(adapter: Adapter) -> tuple[type[BaseBleakScanner], type[BaseBleakClient]]:
    """Return the scanner and client class for bleak, bound to one adapter."""
    scanner = type("BoundScanner", (BumbleScanner,), {"adapter": adapter})
    client = type("BoundClient", (BumbleClient,), {"adapter": adapter})
    return scanner, client


def _text(uuid: Any) -> str:  # noqa: ANN401 - Bumble's types
    return normalize_uuid_str(uuid.to_hex_str("-"))


class BumbleScanner(BaseBleakScanner):
    """`BleakScanner` on an `Adapter`."""

    adapter: ClassVar[Adapter]

    def __init__(
        self,
        detection_callback: Any,  # noqa: ANN401 - bleak's own type is private
        service_uuids: list[str] | None,
        scanning_mode: str,
        **_: Any,  # noqa: ANN401 - options of other platforms
    ) -> None:
        wanted = [normalize_uuid_str(uuid) for uuid in service_uuids or ()]
        super().__init__(detection_callback, wanted or None)
        self._active = scanning_mode == "active"

    async def start(self) -> None:
        """Begin to listen."""
        self.seen_devices = {}
        try:
            await self.adapter.listen(self._heard, active=self._active)
        except (core.BaseBumbleError, OSError) as error:
            raise BleakError(f"scan failed: {error or type(error).__name__}") from error

    async def stop(self) -> None:
        """Listen no more."""
        with contextlib.suppress(core.BaseBumbleError, OSError):
            await self.adapter.ignore(self._heard)

    def _heard(self, heard: Any) -> None:  # noqa: ANN401 - Bumble's types
        name, uuids = _advertised(heard.data.ad_structures)
        if not self.is_allowed_uuid(uuids):
            return
        address = heard.address.to_string(with_type_qualifier=False)
        data = AdvertisementData(name, {}, {}, uuids, None, heard.rssi, (heard,))
        seen = self.seen_devices.get(address)
        name = name or (seen[0].name if seen else None)
        device = self.create_or_update_device(address, address, name, {"address": heard.address}, data)
        self.call_detection_callbacks(device, data)


def _advertised(structures: Any) -> tuple[str | None, list[str]]:  # noqa: ANN401 - Bumble's types
    """Return the name and service UUIDs of an advertisement."""
    name: str | None = None
    uuids: list[str] = []
    for kind, content in structures:
        raw = bytes(content)
        if kind in NAMES:
            name = raw.decode("utf-8", "replace")
        size = UUID_BYTES.get(kind, 0)
        if size:
            uuids += [_text(UUID.from_bytes(raw[at : at + size])) for at in range(0, len(raw), size)]
    return name, list(dict.fromkeys(uuids))


class BumbleClient(BaseBleakClient):
    """`BleakClient` on an `Adapter`."""

    adapter: ClassVar[Adapter]

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        services: Any = None,  # noqa: ANN401 - bleak's set of UUIDs
        **options: Any,  # noqa: ANN401 - bleak hands its own and other platforms' options
    ) -> None:
        super().__init__(
            address_or_ble_device,
            disconnected_callback=options.get("disconnected_callback"),
            timeout=options.get("timeout", 10.0),
        )
        self._device = address_or_ble_device if isinstance(address_or_ble_device, BLEDevice) else None
        self._wanted = services
        self._connection: Any = None
        self._subscribed: dict[int, Any] = {}

    @property
    def name(self) -> str:
        """Advertised name, or the address."""
        return (self._device.name if self._device else None) or self.address

    @property
    def mtu_size(self) -> int:
        """ATT MTU of the link."""
        return int(self._connection.att_mtu) if self._connection else MTU_UNKNOWN

    @property
    def is_connected(self) -> bool:
        """Return whether the link is up."""
        return self._connection is not None

    async def connect(self, pair: bool = False, **_: Any) -> None:  # noqa: ANN401 - options of other platforms
        """Connect, agree on the MTU and discover the services."""
        if self._connection:
            raise BleakError("Client is already connected")
        if self._device is None:
            raise BleakDeviceNotFoundError(self.address, "scan first: this backend connects to devices seen")
        try:
            self._connection = await self.adapter.connect(
                self._device.details["address"], CONNECTION_INTERVAL_MS, self._timeout
            )
        except (core.BaseBumbleError, OSError) as error:
            raise BleakError(f"connect failed: {error or type(error).__name__}") from error
        self._connection.on(self._connection.EVENT_DISCONNECTION, self._gone)
        try:
            peer = Peer(self._connection)
            await self._att(peer.request_mtu(MTU_ASKED))
            await self._discover(peer)
            if pair:
                await self.pair()
        except BaseException:
            await self.disconnect()
            raise

    async def disconnect(self) -> None:
        """Close the link, if it is up."""
        if self._connection:
            try:
                await self._connection.disconnect()
            except (core.BaseBumbleError, OSError):
                log.debug("%s was gone already", self.address)

    async def pair(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - options of other platforms
        """Pair by Just Works."""
        await self._att(self._connection.pair())

    async def unpair(self) -> None:
        """Do nothing: there are no bonds on a virtual radio."""
        raise NotImplementedError

    def _gone(self, reason: int) -> None:
        log.debug("%s disconnected, reason 0x%02x", self.address, reason)
        self._connection = None
        self.services = None
        self._subscribed.clear()
        if self._disconnected_callback:
            self._disconnected_callback()

    async def _discover(self, peer: Any) -> None:  # noqa: ANN401 - Bumble's types
        services = BleakGATTServiceCollection()
        await self._att(peer.discover_services())
        for service in peer.services:
            uuid = _text(service.uuid)
            if self._wanted and uuid not in self._wanted:
                continue
            added = BleakGATTService(service, service.handle, uuid)
            services.add_service(added)
            await self._att(service.discover_characteristics())
            for characteristic in service.characteristics:
                await self._add_characteristic(services, added, characteristic)
        self.services = services

    async def _add_characteristic(
        self,
        services: BleakGATTServiceCollection,
        service: BleakGATTService,
        characteristic: Any,  # noqa: ANN401 - Bumble's types
    ) -> None:
        properties: Any = list(gatt_char_props_to_strs(int(characteristic.properties)))
        added = BleakGATTCharacteristic(
            characteristic,
            characteristic.handle,
            _text(characteristic.uuid),
            properties,
            lambda: self.mtu_size - 3,
            service,
        )
        services.add_characteristic(added)
        for descriptor in await self._att(characteristic.discover_descriptors()):
            services.add_descriptor(
                BleakGATTDescriptor(descriptor, descriptor.handle, _text(descriptor.type), added)
            )

    async def _att(self, request: Awaitable[Any]) -> Any:  # noqa: ANN401 - Bumble's types
        """Carry out an ATT request; what goes wrong comes out as bleak's error."""
        try:
            return await request
        except ATT_Error as error:
            raise BleakError(f"ATT error 0x{error.error_code:02X}") from error
        except core.TimeoutError as error:
            raise BleakError("GATT request timed out") from error
        except (core.BaseBumbleError, OSError) as error:
            raise BleakError("Disconnected during GATT operation") from error
        except asyncio.CancelledError:
            # Bumble cancels a pending request on link loss; that is not a cancelled task.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise BleakError("Disconnected during GATT operation") from None

    def _object(self, characteristic: Any) -> Any:  # noqa: ANN401 - Bumble's types
        if not self._connection:
            raise BleakError("Not connected")
        return characteristic.obj

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_: Any) -> bytearray:  # noqa: ANN401 - as above
        """Read a characteristic."""
        return bytearray(await self._att(self._object(characteristic).read_value()))

    async def read_gatt_descriptor(self, descriptor: BleakGATTDescriptor, **_: Any) -> bytearray:  # noqa: ANN401 - as above
        """Read a descriptor."""
        return bytearray(await self._att(self._object(descriptor).read_value()))

    async def write_gatt_char(
        self,
        characteristic: BleakGATTCharacteristic,
        data: Any,  # noqa: ANN401 - a buffer
        response: bool,
    ) -> None:
        """Write a characteristic."""
        target = self._object(characteristic)
        await self._att(target.write_value(bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: Any) -> None:  # noqa: ANN401 - as above
        """Write a descriptor."""
        await self._att(self._object(descriptor).write_value(bytes(data), with_response=True))

    async def start_notify(
        self,
        characteristic: BleakGATTCharacteristic,
        callback: Callable[[bytearray], None],
        **_: Any,  # noqa: ANN401 - as above
    ) -> None:
        """Subscribe; the callback gets every value as it comes."""
        target = self._object(characteristic)
        if characteristic.handle in self._subscribed:
            raise BleakError("Characteristic notifications already started")

        def came(value: bytes) -> None:
            callback(bytearray(value))

        self._subscribed[characteristic.handle] = came
        try:
            await self._att(target.subscribe(came, prefer_notify="notify" in characteristic.properties))
        except BaseException:
            self._subscribed.pop(characteristic.handle, None)
            raise

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Subscribe no more."""
        came = self._subscribed.pop(characteristic.handle, None)
        if came is not None:
            await self._att(self._object(characteristic).unsubscribe(came))
