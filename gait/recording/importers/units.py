"""Units as other programs write them, and the factors to s, m/s2 and deg/s."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["Quantity", "Unit", "known_units", "unit_named", "unit_of"]

Quantity = Literal["time", "acc", "gyr"]

FOOT_M = 0.3048
"""m in one foot (exact by definition)."""


@dataclass(frozen=True)
class Unit:
    """A unit that a header states.

    Attributes
    ----------
    quantity
        Quantity that the unit measures.
    name
        For people and for ``--units``.
    factor
        s, m/s2 or deg/s in one of it.
    """

    quantity: Quantity
    name: str
    factor: float


_TABLE: tuple[tuple[Quantity, str, float, str], ...] = (
    ("time", "s", 1.0, "s sec secs second seconds с"),
    ("time", "ms", 1e-3, "ms msec msecs mseconds millis millisecond milliseconds millisec мс"),
    ("time", "us", 1e-6, "us µs usec usecs micros microsec microsecond microseconds"),
    ("time", "ns", 1e-9, "ns nsec nsecs nanos nanosec nanosecond nanoseconds"),
    ("time", "min", 60.0, "min mins minute minutes"),
    ("acc", "m/s2", 1.0, "m/s2 m/s/s ms2 ms-2 mps2 m.s2 m.s-2 m*s-2 ms^-2 m/sec2 m/s_s m_s2 m_s_s m/ss м/с2"),
    ("acc", "g", STANDARD_GRAVITY, "g gs g0 gravity"),
    ("acc", "mg", 1e-3 * STANDARD_GRAVITY, "mg milli-g millig"),
    ("acc", "cm/s2", 1e-2, "cm/s2 cm/s/s gal"),
    ("acc", "mm/s2", 1e-3, "mm/s2 mm/s/s"),
    ("acc", "ft/s2", FOOT_M, "ft/s2 ft/s/s fps2 feet/s2 ft_s2"),
    (
        "gyr",
        "deg/s",
        1.0,
        "deg/s °/с град/с dps degs degps deg/sec d/s °/s °/sec º/s degree/s degrees/s deg_s deg.s-1 deg/s1",
    ),
    ("gyr", "mdeg/s", 1e-3, "mdps mdeg/s m°/s"),
    (
        "gyr",
        "rad/s",
        1.0 / DEG,
        "rad/s рад/с rads rps rad/sec radps radians/s radian/s rad_s rad.s-1 rad*s-1 rad/s1",
    ),
)
_UNITS: dict[str, Unit] = {
    spelling: Unit(quantity, name, factor)
    for quantity, name, factor, spellings in _TABLE
    for spelling in spellings.split()
}


def unit_of(text: str) -> Unit | None:
    """Return the unit that a piece of a header means, or None.

    Examples
    --------
    >>> unit_of("m/(s^2)").name, unit_of("mG").name, unit_of("°/s").name, unit_of("uT")
    ('m/s2', 'mg', 'deg/s', None)
    """
    plain = text.strip().lower()
    plain = plain.replace("²", "2").replace("μ", "µ").replace("⁻", "-").replace("−", "-").replace("·", ".")
    plain = re.sub(r"[\s^()']|\*\*", "", plain).replace("persec", "/s").replace("ond/", "/")
    plain = re.sub(r"(?<=/s)(ec)?(ond)?s?(?=2?$)", "", plain)
    return _UNITS.get(plain)


def unit_named(quantity: Quantity, text: str) -> Unit | None:
    """Return a unit of one quantity by any of its spellings, or None."""
    unit = unit_of(text)
    return unit if unit is not None and unit.quantity == quantity else None


def known_units(quantity: Quantity) -> tuple[str, ...]:
    """Return names of a quantity's units, for messages."""
    return tuple(name for kind, name, _, _ in _TABLE if kind == quantity)
