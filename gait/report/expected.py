"""Usual ranges of metrics, at a speed if a study gives them, else at any speed; never injury limits.

The figures are printed in a study's abstract or table. Each range is the mean and one standard deviation to
both sides, so about two runners in three are inside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gait.report.population_bands import BANDS

__all__ = ["Expected", "expected_at", "usual_range"]

CADENCE_BASE_SPM, CADENCE_SLOPE_SPM = 150.0, 6.01
"""Cadence, steps/min = base + slope * speed, m/s: 256 runners at 1.64 to 4.68 m/s
(doi 10.1080/02640414.2019.1614137)."""
CADENCE_SPEEDS_M_S = (1.64, 4.68)
"""Speeds, m/s, between which the line holds (those of the study in `CADENCE_SOURCE`, as measured by it)."""
CADENCE_SOURCE = "10.1080/02640414.2019.1614137; 10.20944/preprints202601.2214.v1"
"""DOIs of the line and of the spread."""
CADENCE_SD = 0.061
"""Standard deviation between runners, relative: stride time 733 +- 45 ms at 13 km/h
(doi 10.20944/preprints202601.2214.v1)."""

CONTACT_AT_MS, CONTACT_SPEED_M_S, CONTACT_POWER = 271.0, 2.65, -0.6
"""Contact time = 271 (v / 2.65) ** -0.6 ms, fitted by us through the means of three laboratories
(`CONTACT_SOURCE`)."""
CONTACT_SPEEDS_M_S = (2.4, 5.6)
"""Speeds, m/s, between which the law is used (chosen: the laboratories' 2.65 to 5.56 and a little beyond)."""
CONTACT_SD = 0.08
"""Standard deviation between runners, relative, as measured by the laboratories of `CONTACT_SOURCE`: 271 +-
23, 224 +- 18, 170-179 +- 11 ms."""
CONTACT_SOURCE = "10.1242/jeb.01830; 10.20944/preprints202601.2214.v1; J Sports Sci Med 16:328"


@dataclass(frozen=True)
class Expected:
    """A usual range and its source; ``at_speed`` is False for a range of runners at any speed."""

    low: float
    high: float
    source: str
    at_speed: bool = True


def expected_at(name: str, speed_m_s: float | None) -> Expected | None:
    """Return the range of two runners in three at a speed; None where no study covers it.

    Examples
    --------
    >>> usual = expected_at("cadence_spm", 3.0)
    >>> round(usual.low), round(usual.high)
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
    """Return the range of nine runners in ten at any speed; None for a metric without bands."""
    band = BANDS.get(name)
    return None if band is None else Expected(band.edges[0], band.edges[3], band.source, at_speed=False)
