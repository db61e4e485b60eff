"""Hold the settings of an analysis, and describe them in its result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gait import __version__
from gait.analysis.strides.detector import Detector
from gait.errors import UsageError
from gait.frames import Side
from gait.plugins import taken
from gait.recording.model import Session

__all__ = ["AnalysisSettings", "described", "own_detector"]

DETECTOR_NEEDS = ("feed", "end_segment", "alignment", "knows_doubt")
"""Attributes that the engine uses of a detector."""


@dataclass(frozen=True)
class AnalysisSettings:
    """Settings of an analysis; by default nothing is set.

    Attributes
    ----------
    waveforms
        True to compute the mean strides for the report.
    detector
        Makes a detector of strides from a sensor's side; None for those of `DETECTORS`.
    """

    waveforms: bool = True
    detector: Callable[[Side], Detector] | None = None


def described(session: Session, scale: float, settings: AnalysisSettings) -> dict[str, str]:
    """Return version, options and calibration of an analysis, in words, so that it can be repeated.

    Parameters
    ----------
    scale
        Factor on stride lengths from a given distance or speed; 1 without one.
    """
    out = {"version": __version__}
    if settings.detector is not None:
        out["detector"] = getattr(settings.detector, "__qualname__", type(settings.detector).__qualname__)
    out |= {f"plugin, {plugin.name}": f"{plugin.package} {plugin.version}" for plugin, _ in taken("detector")}
    if scale != 1.0:
        out["distance calibration"] = f"x {scale:.4f}"
    if session.run.distance_m:
        out["distance given"] = f"{session.run.distance_m:g} m"
    if session.run.speed_m_s:
        out["speed given"] = f"{session.run.speed_m_s:g} m/s"
    return out


def own_detector(settings: AnalysisSettings, side: Side) -> Detector | None:
    """Return the caller's detector for a side; None where the one of `DETECTORS` is to be used.

    Raises
    ------
    UsageError
        ``settings.detector`` cannot be called, or what it makes is not a detector.
    """
    if settings.detector is None:
        return None
    where, todo = "gait.analyze, detector", "give a Detector class, or a function that makes one from a side"
    if not callable(settings.detector):
        raise UsageError(f"got {type(settings.detector).__name__}", where=where, todo=todo)
    detector = settings.detector(side)
    lacking = [name for name in DETECTOR_NEEDS if not hasattr(detector, name)]
    if lacking:
        raise UsageError(f"{type(detector).__name__} has no {', '.join(lacking)}", where=where, todo=todo)
    return detector
