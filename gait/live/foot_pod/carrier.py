"""Bring a foot pod's values on the air."""

from __future__ import annotations

import importlib.util
import sys
from typing import Protocol

from gait.errors import MissingExtraError, UsageError
from gait.frames import Placement

__all__ = ["NAME", "Carrier", "carrier_for"]

NAME = "Gait pod"
"""Name under which collectors find it: with flags, service and appearance within 31 bytes."""


class Carrier(Protocol):
    """A Bluetooth peripheral that offers the service."""

    async def open(self) -> None:
        """Offer the service and advertise it.

        Raises
        ------
        SensorError
            There is no Bluetooth that does so.
        """

    async def notify(self, value: bytes) -> None:
        """Send RSC Measurement to whoever has subscribed; nobody is no error.

        Raises
        ------
        SensorError
            The Bluetooth has gone away.
        """

    async def close(self) -> None:
        """Take the service back; also where it has gone already."""


def carrier_for(transport: str | None, placement: Placement, adapter: str = "") -> Carrier:
    """Return the carrier that is asked for; it is not open yet.

    Parameters
    ----------
    transport
        Bumble's name of a Bluetooth controller, such as ``usb:0``; None for the computer's own Bluetooth.
    placement
        Where the sensors sit, for Sensor Location.
    adapter
        Which of the computer's own adapters (Linux), such as ``hci1``; empty for any.

    Raises
    ------
    UsageError
        The computer's own Bluetooth cannot be a peripheral here.
    MissingExtraError
        A transport, and no Bumble.
    """
    if transport is not None:
        if importlib.util.find_spec("bumble") is None:
            raise MissingExtraError("--foot-pod with a transport", "virtual")
        from gait.live.foot_pod.on_bumble import BumbleCarrier

        return BumbleCarrier(transport, placement)
    if not sys.platform.startswith("linux"):
        raise UsageError(
            "this computer's own Bluetooth cannot play a foot pod (Linux only)",
            where="--foot-pod",
            todo="name a Bluetooth dongle of its own: --foot-pod usb:0",
        )
    from gait.live.foot_pod.on_bluez import BluezCarrier

    return BluezCarrier(placement, adapter)
