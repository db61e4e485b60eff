"""A simulated sensor of another family on the virtual radio: its GATT table on Bumble."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from typing import Any, cast

from bumble import data_types, hci
from bumble.att import Attribute
from bumble.core import UUID, AdvertisingData, BaseBumbleError
from bumble.device import Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service

from gait.virtual.radio.air import Air, SoundController
from gait.virtual.radio.mimics.mimic import Mimic
from gait.virtual.radio.near import NearClient

__all__ = ["MimicOnAir"]

MTU = 247  # bytes of an ATT payload (chosen: what sensors of today offer)
ADVERTISING_MS = 100.0  # ms between advertisements (chosen: a scan of a second hears ten)
SERVICE = UUID("0b1e0000-6c1d-4b52-9e07-5a6761697431")
"""One service holds all characteristics: a recorder finds them by their own numbers."""
STANDARD = "-0000-1000-8000-00805f9b34fb"
"""Tail of UUIDs of which 16 bits are enough."""
NOTIFY = struct.Struct("<BH")
OP_NOTIFY, OP_INDICATE = 0x1B, 0x1D
"""ATT opcodes of a notification and an indication (Bluetooth Core Specification, Vol 3, Part F, 3.4.7)."""
PROPERTIES = {
    "read": Characteristic.Properties.READ,
    "write": Characteristic.Properties.WRITE,
    "write-without-response": Characteristic.Properties.WRITE_WITHOUT_RESPONSE,
    "notify": Characteristic.Properties.NOTIFY,
    "indicate": Characteristic.Properties.INDICATE,
}


class MimicOnAir:
    """Puts a simulated sensor on the air.

    Parameters
    ----------
    mimic
        The sensor; its faults work as they do without a radio.
    air
        The virtual air it sends over.

    State: Bumble's device, its controller, the link, and the characteristics by number.
    """

    def __init__(self, mimic: Mimic, air: Air) -> None:
        self.mimic, self.air = mimic, air
        self._link: Any = None
        self._table: dict[str, Any] = {}
        self._controller = SoundController(mimic.name, link=air)
        config = DeviceConfiguration(
            name=mimic.name,
            address=hci.Address(mimic.address),
            advertising_interval_min=ADVERTISING_MS,
            advertising_interval_max=ADVERTISING_MS,
        )
        self._device: Any = Device.from_config_with_hci(config, self._controller, self._controller)

    async def start(self) -> None:
        """Switch on: build the GATT server, advertise, sample."""
        device, mimic = self._device, self.mimic
        device.gatt_server.max_mtu = MTU
        self._table = {uuid: self._characteristic(uuid) for uuid in mimic.characteristics}
        device.add_services([Service(SERVICE, list(self._table.values()))])
        device.advertising_data = self._advertisement()
        device.on("connection", self._connected)
        await device.power_on()
        await device.start_advertising()
        mimic.spawn(mimic.sample())
        mimic.spawn(self._keep_range())

    async def stop(self) -> None:
        """Switch off."""
        await self.mimic.stop()
        with contextlib.suppress(TimeoutError, BaseBumbleError):
            await asyncio.wait_for(self._device.power_off(), 1.0)

    def came(self, uuid: str, payload: bytes) -> None:
        """Notify a value; called by the sensor as if this were its client."""
        if self._link is not None:
            op = OP_INDICATE if "indicate" in self.mimic.characteristics[uuid] else OP_NOTIFY
            body = NOTIFY.pack(op, self._table[uuid].handle) + payload[: self._link.att_mtu - 3]
            self._device.gatt_server.send_gatt_pdu(self._link, body)

    def gone(self) -> None:
        """Break the link; called by a fault."""
        self.air.drop(self._controller)

    async def _keep_range(self) -> None:
        """Let the air know whether the sensor is out of range."""
        away = False
        while True:
            if self.mimic.away != away:
                away = self.mimic.away
                self.air.out_of_range(self._controller, on=away)
            await asyncio.sleep(0.05)

    def _characteristic(self, uuid: str) -> Any:  # noqa: ANN401 - Bumble's types
        names = self.mimic.characteristics[uuid]
        properties = Characteristic.Properties(0)
        for name in names:
            properties |= PROPERTIES[name]
        permissions = Attribute.Permissions.READABLE | Attribute.Permissions.WRITEABLE
        value = CharacteristicValue(
            read=lambda _: self.mimic.read(uuid), write=lambda _, raw: self.mimic.wrote(uuid, bytes(raw))
        )
        return Characteristic(uuid, properties, permissions, value)

    def _advertisement(self) -> bytes:
        """Return the flags and services; the name goes into the same packet as far as it fits."""
        flags = (
            AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
        )
        parts: list[Any] = [data_types.Flags(flags)]
        short = [
            UUID.from_16_bits(int(uuid[4:8], 16)) for uuid in self.mimic.advertised if uuid.endswith(STANDARD)
        ]
        if short:
            parts.append(data_types.CompleteListOf16BitServiceUUIDs(short))
        else:
            parts.append(data_types.IncompleteListOf128BitServiceUUIDs([UUID(self.mimic.advertised[0])]))
        space = 31 - len(bytes(AdvertisingData(parts))) - 2
        parts.append(data_types.CompleteLocalName(self.mimic.name[:space]))
        return bytes(AdvertisingData(parts))

    def _connected(self, link: Any) -> None:  # noqa: ANN401 - Bumble's types
        self._link = link
        self.mimic.client = cast("NearClient", self)

        def gone(_: int) -> None:
            self._link = self.mimic.client = None
            self.mimic.left()
            self.mimic.spawn(self._device.start_advertising())

        link.on("disconnection", gone)
