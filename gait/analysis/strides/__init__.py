"""Strides out of signals: a detector for each placement, with and without gyroscope.

A new one is a file with a `Detector` and a line in `DETECTORS`; one of another package is a plugin.
"""

from __future__ import annotations

from collections.abc import Callable

from gait.analysis.strides.contact_model import Shares, load
from gait.analysis.strides.detector import Detector
from gait.analysis.strides.foreign import ForeignDetector
from gait.analysis.strides.guard import AT_LIMIT_SHARE, GyroscopeGuard
from gait.analysis.strides.shank.accelerometer import ShankAccDetector
from gait.analysis.strides.shank.detector import ShankDetector
from gait.analysis.strides.shoe.accelerometer import ShoeAccDetector
from gait.analysis.strides.shoe.detector import ShoeDetector
from gait.frames import Placement, Side
from gait.plugins import taken

__all__ = ["CONTACT_MODELS", "DETECTORS", "contact_shares", "detector_for"]

DETECTORS: dict[tuple[Placement, bool], Callable[[Side], Detector]] = {
    ("shoe", True): ShoeDetector,
    ("shoe", False): ShoeAccDetector,
    ("shank", True): ShankDetector,
    ("shank", False): ShankAccDetector,
}
"""(placement, whether there is a gyroscope) -> what finds its strides."""

CONTACT_MODELS: dict[tuple[str, bool], str] = {
    ("shoe", True): "shoe_gyroscope",
    ("shank", True): "shank_gyroscope",
    ("shoe", False): "shoe_accelerometer",
    ("shank", False): "shank_accelerometer",
}
"""(placement, whether there is a gyroscope) -> file of the model that states its contact times' errors."""


FOREIGN_SHARES = Shares(runner=0.5, foot=0.5, session=0.0, stride=0.0)
"""Of the error that a plugin's detector states: strides take nothing of it away (chosen, cautious)."""


def detector_for(placement: Placement, has_gyr: bool, side: Side) -> Detector:
    """Return a new detector for a sensor: that of a plugin in use for it, else that of `DETECTORS`.

    A detector with gyroscope gives way to that without where the gyroscope stands at its limit.

    Raises
    ------
    PluginError
        The plugin's detector cannot be made.
    """
    for plugin, part in taken("detector"):
        if (placement, has_gyr) in part.suits:
            return ForeignDetector(plugin, part, side)
    detector = DETECTORS[placement, has_gyr](side)
    if not has_gyr:
        return detector
    return GyroscopeGuard(detector, lambda: DETECTORS[placement, False](side), AT_LIMIT_SHARE[placement])


def contact_shares(placement: str, has_gyr: bool) -> Shares | None:
    """Return how the error of a sensor's contact times splits; None where no model states it."""
    if any((placement, has_gyr) in part.suits for _, part in taken("detector")):
        return FOREIGN_SHARES
    name = CONTACT_MODELS.get((placement, has_gyr))
    return None if name is None else load(name).shares
