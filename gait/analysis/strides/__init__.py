"""Strides out of signals: a detector for each placement, with and without gyroscope.

A new one is a file with a `Detector` and a line in `DETECTORS`.
"""

from __future__ import annotations

from collections.abc import Callable

from gait.analysis.strides.detector import Detector
from gait.analysis.strides.shank.accelerometer import ShankAccDetector
from gait.analysis.strides.shank.detector import ShankDetector
from gait.analysis.strides.shoe.accelerometer import ShoeAccDetector
from gait.analysis.strides.shoe.detector import ShoeDetector
from gait.frames import Placement, Side

__all__ = ["DETECTORS"]

DETECTORS: dict[tuple[Placement, bool], Callable[[Side], Detector]] = {
    ("shoe", True): ShoeDetector,
    ("shoe", False): ShoeAccDetector,
    ("shank", True): ShankDetector,
    ("shank", False): ShankAccDetector,
}
"""(placement, whether there is a gyroscope) -> what finds its strides."""
