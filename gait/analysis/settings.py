"""What can be told to the analysis, and what its result says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gait import __version__
from gait.analysis.strides.detector import Detector
from gait.frames import Side
from gait.plugins import taken
from gait.recording.long import LongSession
from gait.recording.model import Session

__all__ = ["AnalysisSettings", "described"]


@dataclass(frozen=True)
class AnalysisSettings:
    """What can be told to the analysis; by default nothing.

    Attributes
    ----------
    waveforms
        Whether to work out mean strides for the report.
    detector
        Makes what finds the strides of every sensor, from its side; None for the table's.
    """

    waveforms: bool = True
    detector: Callable[[Side], Detector] | None = None


def described(session: Session | LongSession, scale: float, settings: AnalysisSettings) -> dict[str, str]:
    """Return what the numbers of an analysis hang on, in words: for making it again.

    Parameters
    ----------
    scale
        Factor that a known distance or speed put on lengths.
    """
    out = {"version": __version__}
    if settings.detector is not None:
        out["detector"] = getattr(settings.detector, "__qualname__", type(settings.detector).__qualname__)
    out |= {f"plugin, {one.name}": f"{one.package} {one.version}" for one, _ in taken("detector")}
    if scale != 1.0:
        out["distance calibration"] = f"x {scale:.4f}"
    if session.run.distance_m:
        out["distance given"] = f"{session.run.distance_m:g} m"
    if session.run.speed_m_s:
        out["speed given"] = f"{session.run.speed_m_s:g} m/s"
    return out
