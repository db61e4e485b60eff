"""Scan for sensors near by, and choice of those that the user means."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

from gait.errors import SensorError, SensorNotFoundError
from gait.frames import Side
from gait.sensors.driver import Advertisement, Driver
from gait.sensors.drivers import DRIVERS, driver_of, drivers
from gait.sensors.link.backend import Backend
from gait.sensors.link.bluetooth_errors import advice, explain

__all__ = ["Backend", "Seen", "choose", "refuse_unfit", "scan", "still_linked"]

SILENT = 1000
"""Sorts sensors without a signal behind those with one (chosen: beyond any strength in dBm)."""

NAME_LIMIT = 64
"""Letters of a name that are kept (chosen: an advertisement has room for 29, a stranger's name may be
longer)."""


@dataclass(frozen=True)
class Seen:
    """A sensor of a family that can be recorded, or is known and cannot.

    Attributes
    ----------
    name, address
        As advertised (untrusted text); the address is a UUID on macOS.
    rssi_dbm
        Signal strength; None for a sensor that the system held a link to and that was not heard.
    driver
        Its family.
    """

    device: BLEDevice
    name: str
    address: str
    rssi_dbm: int | None
    driver: Driver = DRIVERS[0]

    def matches(self, wanted: str) -> bool:
        """Return whether a user means this one: its address, its name, or the beginning of either."""
        text = wanted.casefold()
        return self.address.casefold() == text or self.name.casefold().startswith(text)

    def side(self) -> Side | None:
        """Return the side that the advertised name ends in, L or R; STATUS has the last word on it."""
        return {"l": "left", "r": "right"}.get(self.name[-1:].casefold())  # type: ignore[return-value]  # a letter that is neither gives None


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
    seen: dict[str, Seen] = {}
    full = asyncio.Event()

    def heard(device: BLEDevice, data: Any) -> None:  # noqa: ANN401 - bleak's type
        name = (data.local_name or device.name or "")[:NAME_LIMIT]
        driver = driver_of(Advertisement(name, tuple(data.service_uuids)))
        if driver is None:
            return
        seen[device.address] = Seen(device, name, device.address, data.rssi, driver)
        if 0 < enough <= len(seen):
            full.set()

    try:
        async with backend.make_scanner(heard):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(full.wait(), seconds)
    except (BleakError, OSError, EOFError) as error:
        raise explain(error) from error
    return sorted(seen.values(), key=_strongest_first)


def _strongest_first(sensor: Seen) -> tuple[int, str]:
    return (-sensor.rssi_dbm if sensor.rssi_dbm is not None else SILENT, sensor.address)


async def still_linked(backend: Backend) -> list[Seen]:
    """Return the sensors that the system holds a link to: left over from a recorder that was killed.

    Returns
    -------
    Empty where there is none, or the system does not tell.
    """
    linked = []
    for driver in drivers():
        try:
            devices = await backend.connected(driver.service_uuids)
        except (BleakError, OSError, EOFError, NotImplementedError):
            continue
        for device in devices:
            heard = Advertisement((device.name or "")[:NAME_LIMIT], tuple(driver.service_uuids))
            if driver.matches(heard):
                linked.append(Seen(device, heard.name, device.address, None, driver))
    return list({sensor.address: sensor for sensor in linked}.values())


def choose(seen: Sequence[Seen], wanted: Sequence[str]) -> list[Seen]:
    """Pick the sensors a user asked for, or all where nothing was asked for and there is no doubt.

    Parameters
    ----------
    wanted
        Addresses or beginnings of names, each of which must fit exactly one sensor.

    Raises
    ------
    SensorNotFoundError
        No sensor is near by, or none fits; the message lists those seen.
    SensorError
        A name fits two; or more than two sensors are near and none was asked for.
    """
    near = ", ".join(f"{sensor.name or 'no name'} [{sensor.address}]" for sensor in seen)
    if not seen:
        raise SensorNotFoundError("no sensor found", todo=advice("none"))
    chosen: list[Seen] = []
    for text in wanted:
        fits = [sensor for sensor in seen if sensor.matches(text)]
        exact = [fit for fit in fits if text.casefold() in (fit.address.casefold(), fit.name.casefold())]
        fits = exact or fits
        if not fits:
            raise SensorNotFoundError(f"no sensor {text}", todo=f"seen: {near}")
        if len(fits) > 1:
            raise SensorError(f"{text} fits {len(fits)} sensors", todo=f"give an address: {near}")
        chosen.append(fits[0])
    if wanted:
        return chosen
    fit = [sensor for sensor in seen if not sensor.driver.ability.refused]
    if len(fit) > 2:
        raise SensorError(
            f"{len(fit)} sensors are near", todo=f"say which with --left and --right; seen: {near}"
        )
    return fit or list(seen)


def refuse_unfit(chosen: Sequence[Seen]) -> None:
    """Raise for a sensor whose family cannot be recorded on a shoe or a shank.

    Raises
    ------
    SensorError
        A sensor cannot be taken; the message names it with the reason.
    """
    for sensor in chosen:
        ability = sensor.driver.ability
        if ability.refused:
            raise SensorError(
                f"is a {ability.name}: {ability.refused}",
                where=sensor.name or sensor.address,
                todo="name the sensors of the shoes or shanks with --left and --right",
            )
