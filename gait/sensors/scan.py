"""Which sensors are near by, and which of them the user means."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

from gait.errors import SensorError, SensorNotFoundError
from gait.frames import Side
from gait.protocol.profile import SERVICE
from gait.sensors.bluetooth_errors import advice, explain

__all__ = ["Backend", "Seen", "choose", "scan"]


@dataclass(frozen=True)
class Backend:
    """Which Bluetooth stack bleak is to use: its own choice for the platform, or a pair of its classes."""

    scanner: Any = None
    client: Any = None

    def make_client(self, device: BLEDevice, **options: Any) -> BleakClient:  # noqa: ANN401 - bleak's options
        """Return a client for a device on this stack."""
        return BleakClient(device, backend=self.client, **options)

    def make_scanner(self, found: Any) -> BleakScanner:  # noqa: ANN401 - bleak's callback type is private
        """Return a scanner for sensors of the profile on this stack."""
        more = {} if self.scanner is None else {"backend": self.scanner}
        return BleakScanner(found, service_uuids=[SERVICE], **more)


@dataclass(frozen=True)
class Seen:
    """A sensor that advertises the profile.

    Attributes
    ----------
    name, address
        As advertised (untrusted text); the address is a UUID on macOS.
    rssi_dbm
        Signal strength.
    """

    device: BLEDevice
    name: str
    address: str
    rssi_dbm: int

    def matches(self, wanted: str) -> bool:
        """Whether a user means this one: its address, its name, or the beginning of either."""
        text = wanted.casefold()
        return self.address.casefold() == text or self.name.casefold().startswith(text)

    def side(self) -> Side | None:
        """Return the side that the advertised name ends in, L or R; STATUS has the last word on it."""
        return {"l": "left", "r": "right"}.get(self.name[-1:].casefold())  # type: ignore[return-value]


async def scan(backend: Backend, seconds: float, enough: int = 0) -> list[Seen]:
    """Listen for sensors.

    Parameters
    ----------
    seconds
        How long to listen.
    enough
        Stop early once so many were seen; 0 listens to the end.

    Returns
    -------
    The sensors by signal, strongest first.

    Raises
    ------
    SensorError
        There is no Bluetooth, it is off, or this program may not use it.
    """
    found: dict[str, Seen] = {}
    full = asyncio.Event()

    def heard(device: BLEDevice, data: Any) -> None:  # noqa: ANN401 - bleak's type
        name = data.local_name or device.name or ""
        found[device.address] = Seen(device, name, device.address, data.rssi)
        if 0 < enough <= len(found):
            full.set()

    try:
        async with backend.make_scanner(heard):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(full.wait(), seconds)
    except (BleakError, OSError, EOFError) as error:
        raise explain(error) from error
    return sorted(found.values(), key=lambda one: (-one.rssi_dbm, one.address))


def choose(seen: Sequence[Seen], wanted: Sequence[str]) -> list[Seen]:
    """Pick the sensors a user asked for, or all where nothing was asked for and there is no doubt.

    Parameters
    ----------
    wanted
        Addresses or beginnings of names, each of which must fit exactly one sensor.

    Raises
    ------
    SensorNotFoundError
        None near by, or none that fits; says what was seen.
    SensorError
        A name fits two; or more than two sensors are near and none was asked for.
    """
    near = ", ".join(f"{one.name or 'no name'} [{one.address}]" for one in seen)
    if not seen:
        raise SensorNotFoundError("no sensor found", todo=advice("none"))
    chosen: list[Seen] = []
    for text in wanted:
        fits = [one for one in seen if one.matches(text)]
        exact = [one for one in fits if text.casefold() in (one.address.casefold(), one.name.casefold())]
        fits = exact or fits
        if not fits:
            raise SensorNotFoundError(f"no sensor {text}", todo=f"seen: {near}")
        if len(fits) > 1:
            raise SensorError(f"{text} fits {len(fits)} sensors", todo=f"give an address: {near}")
        chosen.append(fits[0])
    if wanted:
        return chosen
    if len(seen) > 2:
        raise SensorError(
            f"{len(seen)} sensors are near", todo=f"say which with --left and --right; seen: {near}"
        )
    return list(seen)
