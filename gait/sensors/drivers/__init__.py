"""Sensor families: one file each, and the table that a scan goes by.

A new family is a file with a `Driver` and a line in `DRIVERS`; one of another package is a plugin.
"""

from __future__ import annotations

from gait.plugins import Plugin, blamed, taken
from gait.sensors.driver import Advertisement, Driver
from gait.sensors.drivers.gait_profile import GaitProfile
from gait.sensors.drivers.metamotion import MetaMotion
from gait.sensors.drivers.movella_dot import MovellaDot
from gait.sensors.drivers.movesense import Movesense
from gait.sensors.drivers.orphe_core import OrpheCore
from gait.sensors.drivers.polar import PolarChestStrap, PolarVeritySense
from gait.sensors.drivers.thingy52 import Thingy52
from gait.sensors.drivers.witmotion import WitMotion

__all__ = ["DRIVERS", "driver_of", "drivers"]

DRIVERS: tuple[Driver, ...] = (
    GaitProfile(),
    Movesense(),
    PolarVeritySense(),
    OrpheCore(),
    WitMotion(),
    MovellaDot(),
    MetaMotion(),
    Thingy52(),
    PolarChestStrap(),
)
"""Families, in the order in which they are tried and shown."""


def drivers() -> tuple[Driver, ...]:
    """Return the families of plugins taken up, then those of the table.

    Raises
    ------
    PluginError
        A plugin's driver cannot be made.
    """
    return (*(_made(plugin, part) for plugin, part in taken("driver")), *DRIVERS)


def _made(plugin: Plugin, part: Driver | type[Driver]) -> Driver:
    """Return the driver that an entry point names, itself or by its class."""
    with blamed(plugin):
        return part() if isinstance(part, type) else part


def driver_of(heard: Advertisement) -> Driver | None:
    """Return the family of a sensor by what it advertises; None for a stranger."""
    return next((driver for driver in drivers() if driver.matches(heard)), None)
