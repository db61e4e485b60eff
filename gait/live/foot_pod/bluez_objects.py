"""Show BlueZ the foot pod on D-Bus: a GATT service with three characteristics, and an advertisement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from dbus_fast import PropertyAccess, Variant
from dbus_fast.annotations import (
    DBusBool,
    DBusBytes,
    DBusObjectPath,
    DBusSignature,
    DBusStr,
    DBusUInt16,
)
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property

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

__all__ = ["Advertisement", "GattCharacteristic", "GattService", "Objects", "objects_of"]

ROOT = "/org/gait/foot_pod"
SERVICE_PATH = f"{ROOT}/service0"
ADVERTISEMENT_PATH = "/org/gait/foot_pod_advertisement"
"""Beside the application's root: BlueZ walks through all below that."""
EMPTY_VALUE = b""

Objects = dict[str, ServiceInterface]
Strings = Annotated[list[str], DBusSignature("as")]
Nothing = Annotated[None, DBusSignature("")]
Options = Annotated[dict[str, Variant], DBusSignature("a{sv}")]

READ = PropertyAccess.READ


def uuid_text(number: int) -> str:
    """Return a 16-bit number as BlueZ writes UUIDs."""
    return f"{number:08x}-0000-1000-8000-00805f9b34fb"


class GattService(ServiceInterface):
    """``org.bluez.GattService1``: the service."""

    def __init__(self) -> None:
        super().__init__("org.bluez.GattService1")

    @dbus_property(access=READ)
    def UUID(self) -> DBusStr:  # noqa: N802 - BlueZ's name
        """Return the number of the service."""
        return uuid_text(SERVICE)

    @dbus_property(access=READ)
    def Primary(self) -> DBusBool:  # noqa: N802 - BlueZ's name
        """Return whether collectors find it."""
        return True


class GattCharacteristic(ServiceInterface):
    """``org.bluez.GattCharacteristic1``.

    State: its value, and whether anybody has subscribed.

    Parameters
    ----------
    number
        Its 16-bit number.
    flags
        Operations that a client may use, in BlueZ's words.
    value
        Value that a client reads.
    """

    def __init__(self, number: int, flags: list[str], value: bytes = EMPTY_VALUE) -> None:
        super().__init__("org.bluez.GattCharacteristic1")
        self.number, self.flags, self.value = number, flags, value
        self.notifying = False

    @dbus_property(access=READ)
    def UUID(self) -> DBusStr:  # noqa: N802 - BlueZ's name
        """Return its number."""
        return uuid_text(self.number)

    @dbus_property(access=READ)
    def Service(self) -> DBusObjectPath:  # noqa: N802 - BlueZ's name
        """Return the service it belongs to."""
        return SERVICE_PATH

    @dbus_property(access=READ)
    def Flags(self) -> Strings:  # noqa: N802 - BlueZ's name
        """Return what can be done with it."""
        return self.flags

    @dbus_property(access=READ)
    def Value(self) -> DBusBytes:  # noqa: N802 - BlueZ's name
        """Return the last value; its change is what BlueZ notifies."""
        return self.value

    @dbus_property(access=READ)
    def Notifying(self) -> DBusBool:  # noqa: N802 - BlueZ's name
        """Return whether anybody has subscribed."""
        return self.notifying

    @dbus_method()
    def ReadValue(self, options: Options) -> DBusBytes:  # noqa: N802 - BlueZ's name
        """Answer a reader."""
        del options
        return self.value

    @dbus_method()
    def StartNotify(self) -> Nothing:  # noqa: N802 - BlueZ's name
        """Note that somebody has subscribed."""
        self.notifying = True

    @dbus_method()
    def StopNotify(self) -> Nothing:  # noqa: N802 - BlueZ's name
        """Note that nobody is left."""
        self.notifying = False

    def notify(self, value: bytes) -> None:
        """Take a new value and hand it to whoever has subscribed."""
        self.value = value
        if self.notifying:
            self.emit_properties_changed({"Value": value})


class Advertisement(ServiceInterface):
    """``org.bluez.LEAdvertisement1``.

    Parameters
    ----------
    released
        Called when BlueZ has taken it off the air.
    """

    def __init__(self, released: Callable[[], None]) -> None:
        super().__init__("org.bluez.LEAdvertisement1")
        self._released = released

    @dbus_property(access=READ)
    def Type(self) -> DBusStr:  # noqa: N802 - BlueZ's name
        """Return that it can be connected to."""
        return "peripheral"

    @dbus_property(access=READ)
    def ServiceUUIDs(self) -> Strings:  # noqa: N802 - BlueZ's name
        """Return the service by which collectors find it."""
        return [uuid_text(SERVICE)]

    @dbus_property(access=READ)
    def LocalName(self) -> DBusStr:  # noqa: N802 - BlueZ's name
        """Return the name that people see."""
        return NAME

    @dbus_property(access=READ)
    def Appearance(self) -> DBusUInt16:  # noqa: N802 - BlueZ's name
        """Return what kind of thing it is."""
        return APPEARANCE

    @dbus_method()
    def Release(self) -> Nothing:  # noqa: N802 - BlueZ's name
        """Note that BlueZ has taken it off the air."""
        self._released()


def objects_of(placement: Placement, released: Callable[[], None]) -> tuple[GattCharacteristic, Objects]:
    """Return RSC Measurement, and every object by its path."""
    measurement = GattCharacteristic(MEASUREMENT, ["notify"])
    return measurement, {
        SERVICE_PATH: GattService(),
        f"{SERVICE_PATH}/char0": measurement,
        f"{SERVICE_PATH}/char1": GattCharacteristic(FEATURE, ["read"], FEATURES),
        f"{SERVICE_PATH}/char2": GattCharacteristic(LOCATION, ["read"], encode_location(placement)),
        ADVERTISEMENT_PATH: Advertisement(released),
    }
