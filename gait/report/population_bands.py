"""Percentile bands of runners, published by a maker of watches; they are not injury limits."""

from __future__ import annotations

from dataclasses import dataclass

from gait.analysis.session.strike_class import FOREFOOT_BELOW_DEG, REARFOOT_ABOVE_DEG

__all__ = ["BALANCE_EVEN_PCT", "BANDS", "STRIKE_THRESHOLDS_DEG", "Band", "band_of"]


@dataclass(frozen=True)
class Band:
    """Edges between five groups of runners for one metric.

    Attributes
    ----------
    edges
        Four values, rising, in the metric's unit.
    low, high
        Ends of the scale that is drawn.
    percentiles
        Text of each group's percentiles, in the order of the edges.
    source
        Publication of the edges.
    """

    edges: tuple[float, float, float, float]
    low: float
    high: float
    percentiles: tuple[str, str, str, str, str]
    source: str


BANDS: dict[str, Band] = {
    "cadence_spm": Band(
        (152.5, 163.5, 173.5, 183.5),
        142.0,
        194.0,
        ("<5", "5–29", "30–69", "70–95", ">95"),
        "Garmin FR945 manual",
    ),
    "contact_ms": Band(
        (217.5, 248.5, 277.5, 308.5),
        188.0,
        338.0,
        ("<5", "5–29", "30–69", "70–95", ">95"),
        "Garmin FR945 manual",
    ),
}
"""Metric -> bands. The manual prints contact time with short as high; here a percentile counts upwards."""

STRIKE_THRESHOLDS_DEG = (FOREFOOT_BELOW_DEG, REARFOOT_ABOVE_DEG)
"""Forefoot below the first, rearfoot above the second; the analysis owns both numbers."""

BALANCE_EVEN_PCT = 50.7
"""Contact-time balance up to which most runners are even (Garmin Enduro 3 manual)."""


def band_of(name: str, value: float) -> int | None:
    """Return the group, 0 (lowest) to 4, that a value falls into; None for a metric without bands.

    Examples
    --------
    >>> band_of("cadence_spm", 168.0), band_of("cadence_spm", 190.0), band_of("duty_factor", 0.3)
    (2, 4, None)
    """
    band = BANDS.get(name)
    return None if band is None else sum(value > edge for edge in band.edges)
