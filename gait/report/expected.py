"""Ranges that are usual: at a speed where a study gives them, else at any speed; never injury limits.

Figures are those that a study's abstract or table prints; each range is the mean and one standard deviation
to both sides, so about two runners in three are inside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gait.report.population_bands import BANDS

__all__ = ["Expected", "expected_at", "usual_range"]

CADENCE_BASE_SPM, CADENCE_SLOPE_SPM = 150.0, 6.01
"""Cadence = base + slope * speed (m/s): 256 runners at 1.64 to 4.68 m/s."""
CADENCE_SPEEDS_M_S = (1.64, 4.68)
CADENCE_SOURCE = "10.1080/02640414.2019.1614137; 10.20944/preprints202601.2214.v1"
CADENCE_SD = 0.061
"""Relative: stride time 733 +- 45 ms at 13 km/h."""

CONTACT_AT_MS, CONTACT_SPEED_M_S, CONTACT_POWER = 271.0, 2.65, -0.6
"""Contact = 271 (v / 2.65) ** -0.6 ms through the means of three laboratories."""
CONTACT_SPEEDS_M_S = (2.4, 5.6)
CONTACT_SD = 0.08
"""m/s between which that holds, and the spread between runners about it, relative (of the same sources)."""
CONTACT_SOURCE = "10.1242/jeb.01830; 10.20944/preprints202601.2214.v1; J Sports Sci Med 16:328"


@dataclass(frozen=True)
class Expected:
    """A usual range and its source; ``at_speed`` is False where it holds for runners at any speed."""

    low: float
    high: float
    source: str
    at_speed: bool = True


def expected_at(name: str, speed_m_s: float | None) -> Expected | None:
    """Return the range in which two runners in three are at a speed; None where no study covers it.

    Examples
    --------
    >>> found = expected_at("cadence_spm", 3.0)
    >>> round(found.low), round(found.high)
    (158, 178)
    >>> expected_at("cadence_spm", 9.0), expected_at("strike_angle_deg", 3.0)
    (None, None)
    """
    if speed_m_s is None or not math.isfinite(speed_m_s):
        return None
    if name == "cadence_spm" and CADENCE_SPEEDS_M_S[0] <= speed_m_s <= CADENCE_SPEEDS_M_S[1]:
        middle = CADENCE_BASE_SPM + CADENCE_SLOPE_SPM * speed_m_s
        return Expected(middle * (1.0 - CADENCE_SD), middle * (1.0 + CADENCE_SD), CADENCE_SOURCE)
    if name == "contact_ms" and CONTACT_SPEEDS_M_S[0] <= speed_m_s <= CONTACT_SPEEDS_M_S[1]:
        middle = CONTACT_AT_MS * (speed_m_s / CONTACT_SPEED_M_S) ** CONTACT_POWER
        return Expected(middle * (1.0 - CONTACT_SD), middle * (1.0 + CONTACT_SD), CONTACT_SOURCE)
    return None


def usual_range(name: str) -> Expected | None:
    """Return the range of nine runners in ten whatever their speed; None for a metric without bands."""
    band = BANDS.get(name)
    return None if band is None else Expected(band.edges[0], band.edges[3], band.source, at_speed=False)
