"""The foot pod on the computer's own Bluetooth, by BlueZ (Linux)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from dbus_fast import BusType, DBusError, Message, MessageType
from dbus_fast.aio import MessageBus

from gait.errors import SensorError
from gait.frames import Placement
from gait.live.foot_pod.bluez_objects import ADVERTISEMENT_PATH, ROOT, objects_of

__all__ = ["BluezCarrier"]

BLUEZ = "org.bluez"
GATT_MANAGER, ADVERTISING_MANAGER = "org.bluez.GattManager1", "org.bluez.LEAdvertisingManager1"
DBUS = "org.freedesktop.DBus"
OWNER_RULE = f"type='signal',sender='{DBUS}',member='NameOwnerChanged',arg0='{BLUEZ}'"
CALL_S = 10.0
"""Longest that BlueZ may take to answer, s (chosen: it asks back for every object before it does)."""


class BluezCarrier:
    """A peripheral that BlueZ plays.

    State: the connection to the bus, the objects on it, and whether BlueZ has let go of them.

    Parameters
    ----------
    placement
        Where the sensors sit.
    adapter
        Which Bluetooth adapter, such as ``hci1``; empty for the first that can be a peripheral.
    address
        D-Bus address; None for the system's own bus.
    """

    def __init__(self, placement: Placement, adapter: str = "", address: str | None = None) -> None:
        self._adapter, self._address = adapter, address
        self._bus: Any = None
        self._gone = ""
        self._path = ""
        self._measurement, self._objects = objects_of(placement, self._released)

    def _released(self) -> None:
        self._gone = "BlueZ has taken it off the air"

    async def open(self) -> None:
        """Show BlueZ the service and have it advertised.

        Raises
        ------
        SensorError
            No D-Bus, no BlueZ, no adapter that can be a peripheral, or BlueZ refuses.
        """
        try:
            async with asyncio.timeout(CALL_S):
                self._bus = await MessageBus(bus_address=self._address, bus_type=BusType.SYSTEM).connect()
                await self._register()
        except SensorError:
            await self.close()
            raise
        except (OSError, EOFError, TimeoutError, DBusError, ValueError) as error:
            await self.close()
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise _refusal(reason) from error

    async def _register(self) -> None:
        for path, interface in self._objects.items():
            self._bus.export(path, interface)
        self._bus.add_message_handler(self._heard)
        await self._call(DBUS, "/org/freedesktop/DBus", DBUS, "AddMatch", "s", [OWNER_RULE])
        self._path = await self._find_adapter()
        await self._call(BLUEZ, self._path, GATT_MANAGER, "RegisterApplication", "oa{sv}", [ROOT, {}])
        body = [ADVERTISEMENT_PATH, {}]
        await self._call(BLUEZ, self._path, ADVERTISING_MANAGER, "RegisterAdvertisement", "oa{sv}", body)

    async def _find_adapter(self) -> str:
        manager = "org.freedesktop.DBus.ObjectManager"
        objects = (await self._call(BLUEZ, "/", manager, "GetManagedObjects"))[0]
        able = [
            path
            for path, interfaces in sorted(objects.items())
            if GATT_MANAGER in interfaces and ADVERTISING_MANAGER in interfaces
        ]
        wanted = [path for path in able if not self._adapter or path.endswith(f"/{self._adapter}")]
        if not wanted:
            names = ", ".join(path.rpartition("/")[2] for path in able) or "none"
            raise _refusal(f"no adapter {self._adapter} that can be a peripheral; there is: {names}")
        return str(wanted[0])

    async def _call(
        self,
        to: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        body: Sequence[object] = (),
    ) -> list[Any]:
        """Call a method of somebody on the bus and return what it answers.

        Raises
        ------
        SensorError
            The bus answers with an error.
        """
        answer = await self._bus.call(Message(to, path, interface, member, signature=signature, body=[*body]))
        if answer is None or answer.message_type is MessageType.ERROR:
            reply = "" if answer is None else " ".join(map(str, answer.body)) or answer.error_name
            raise _refusal(f"{member}: {reply or 'no answer'}")
        return list(answer.body)

    def _heard(self, message: Message) -> None:
        """Notice that BlueZ has ended or was started anew: either way what was registered is lost."""
        if message.member == "NameOwnerChanged" and message.body[0] == BLUEZ:
            self._gone = "BlueZ has ended"

    async def notify(self, value: bytes) -> None:
        """Hand a value to BlueZ for whoever has subscribed.

        Raises
        ------
        SensorError
            BlueZ or the bus has gone away.
        """
        if self._gone or not self._bus.connected:
            raise _refusal(self._gone or "D-Bus has gone away")
        self._measurement.notify(value)

    async def close(self) -> None:
        """Take service and advertisement back."""
        bus, path = self._bus, self._path
        if bus is None:
            return
        if path and bus.connected and not self._gone:
            with contextlib.suppress(SensorError, OSError, EOFError, TimeoutError, DBusError):
                async with asyncio.timeout(CALL_S):
                    body = [ADVERTISEMENT_PATH]
                    await self._call(BLUEZ, path, ADVERTISING_MANAGER, "UnregisterAdvertisement", "o", body)
                    await self._call(BLUEZ, path, GATT_MANAGER, "UnregisterApplication", "o", [ROOT])
        self._bus, self._path = None, ""
        if bus.connected:
            bus.disconnect()


def _refusal(reason: str) -> SensorError:
    return SensorError(
        f"the computer's Bluetooth does not play a foot pod ({reason})",
        where="BlueZ",
        todo="see that Bluetooth is on, or name a dongle of its own: --foot-pod usb:0",
    )
