"""Units of result columns, read from the endings of the columns' names."""

from __future__ import annotations

from gait.analysis.results import STRIDE_COLUMNS

__all__ = ["STRIDE_UNITS", "Units", "unit_of"]

SUFFIXES = (
    ("_kn_m", "kN/m"),
    ("_m_s", "m/s"),
    ("_m_s2", "m/s2"),
    ("_dps", "deg/s"),
    ("_deg", "deg"),
    ("_spm", "1/min"),
    ("_ms", "ms"),
    ("_cm", "cm"),
    ("_pct", "%"),
    ("_g", "g"),
    ("_m", "m"),
    ("_s", "s"),
)
"""Ending of a name -> unit; the first ending that fits counts."""


class Units(dict[str, str]):
    """Map columns to units for a table's `attrs`; the deep copies that pandas makes share one object."""

    def __deepcopy__(self, memo: object) -> Units:
        """Return this object itself: it is never changed, and a table with other units gets a new object."""
        return self


def unit_of(name: str) -> str:
    """Return the unit of a column; empty for text, flags and pure numbers.

    Examples
    --------
    >>> unit_of("speed_m_s"), unit_of("contact_u_ms"), unit_of("cadence_spm_u"), unit_of("duty_factor")
    ('m/s', 'ms', '1/min', '')
    """
    bare = name.removesuffix("_u")
    return next((unit for suffix, unit in SUFFIXES if bare.endswith(suffix)), "")


STRIDE_UNITS: dict[str, str] = {name: unit for name in STRIDE_COLUMNS if (unit := unit_of(name))}
"""Column of `Analysis.strides` -> unit; also ``Analysis.strides.attrs["units"]``."""
