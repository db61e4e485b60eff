"""Sensor families: one file each, and the table that a scan goes by.

A new family is a file with a `Driver` and a line in `DRIVERS`.
"""

from __future__ import annotations

from gait.sensors.driver import Advertisement, Driver
from gait.sensors.drivers.gait_profile import GaitProfile
from gait.sensors.drivers.metamotion import MetaMotion
from gait.sensors.drivers.movella_dot import MovellaDot
from gait.sensors.drivers.movesense import Movesense
from gait.sensors.drivers.orphe_core import OrpheCore
from gait.sensors.drivers.polar import PolarChestStrap, PolarVeritySense
from gait.sensors.drivers.thingy52 import Thingy52
from gait.sensors.drivers.witmotion import WitMotion

__all__ = ["DRIVERS", "driver_of"]

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


def driver_of(heard: Advertisement) -> Driver | None:
    """Return the family of a sensor by what it advertises; None for a stranger."""
    return next((one for one in DRIVERS if one.matches(heard)), None)
