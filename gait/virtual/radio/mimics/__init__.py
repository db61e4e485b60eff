"""Sensors of other families, simulated: each plays a motion through its own frames, drops and comes back.

They are written from the same published layouts as the drivers, so that they show a session from end to end;
that a decoder is right is shown by bytes that were not made here (``tests/sensors/drivers``).
"""

from __future__ import annotations

from gait.virtual.radio.mimics.mimic import Mimic
from gait.virtual.radio.mimics.stamped import DotMimic, MovesenseMimic, OrpheMimic, PolarMimic, StrapMimic
from gait.virtual.radio.mimics.unstamped import MetaMotionMimic, ThingyMimic, WitMotionMimic

__all__ = ["MIMICS", "Mimic", "StrapMimic"]

MIMICS: tuple[type[Mimic], ...] = (
    MovesenseMimic,
    PolarMimic,
    OrpheMimic,
    WitMotionMimic,
    DotMimic,
    MetaMotionMimic,
    ThingyMimic,
)
"""One for each family that is recorded and has frames of its own."""
