"""The table of metrics: one row each, from which labels, units, decimals and uncertainties derive.

A new metric is one `MetricSpec` here and its column in a detector. Words in other languages stand in the
catalogue under ``metric.NAME``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from gait.frames import Placement

__all__ = ["METRICS", "MetricSpec", "decimals_for"]

SHOE: tuple[Placement, ...] = ("shoe",)
SHANK: tuple[Placement, ...] = ("shank",)
EITHER: tuple[Placement, ...] = ("shoe", "shank")

EXTRA_DECIMALS = 1
"""Decimals beyond a metric's own that a number with a very small uncertainty may have (chosen: one more shows
what the metric's own would round away)."""

SHOWN_APART = 4
"""Numbers of decimals tried until a difference reads larger than its interval (chosen: it bounds the search;
four show less than a thousandth of any unit)."""

TWO_DIGITS_BELOW = 1.95
"""First digits of an uncertainty below which two significant digits are kept (chosen: as is usual in
metrology, where rounding 1 to one digit changes it by up to half; 1.9 is the largest after rounding)."""


@dataclass(frozen=True)
class MetricSpec:
    """One metric.

    Attributes
    ----------
    name
        Column of the stride table and key of `Analysis.metrics`.
    label, unit, decimals, what
        Name for people, unit ("" without one), decimals that people see at most, and the definition.
    placements
        Sensors that can give it.
    systematic
        95 % half-width in the metric's unit of the method's own error on one runner; None where it follows
        from other metrics. Fitted on the virtual runner and on published ones between runners.
    systematic_apart
        The part of it that differs between the sides.
    least_range
        Narrowest axis that it is drawn on: about what two runs of one person differ by. None: not drawn.
    ratio
        True where a percentage of it makes sense; False for angles, whose zero is arbitrary.
    file_decimals
        Decimals in exported tables: one or two more than the precision of one stride.
    per_contact
        Effect of an error of contact time on it: ms for ms, or as a share of the stride. Where the sensor's
        model states its errors, these replace `systematic`.
    """

    name: str
    label: str
    unit: str
    decimals: int
    what: str
    placements: tuple[Placement, ...] = EITHER
    systematic: float | None = None
    systematic_apart: float = 0.0
    least_range: float | None = None
    ratio: bool = True
    file_decimals: int = 2
    per_contact: Literal["ms", "share"] | None = None


_ROWS = (
    MetricSpec(
        "cadence_spm", "Cadence", "spm", 0, "steps of both feet in a minute",
        systematic=0.08, systematic_apart=0.05, least_range=12.0,
    ),
    MetricSpec(
        "contact_ms", "Ground contact time", "ms", 0, "time from initial to terminal contact",
        systematic=12.0, systematic_apart=10.0, least_range=40.0, per_contact="ms",
    ),
    MetricSpec(
        "flight_ms", "Flight time", "ms", 0, "time with both feet in the air, a step",
        systematic=12.0, systematic_apart=10.0, least_range=40.0, per_contact="ms",
    ),
    MetricSpec(
        "stride_ms", "Stride time", "ms", 0, "time between contacts of the same foot",
        systematic=0.3, systematic_apart=0.1,
    ),
    MetricSpec(
        "step_ms", "Step time", "ms", 0, "time from this foot's contact to the other's",
        systematic=4.0, systematic_apart=8.0,
    ),
    MetricSpec(
        "duty_factor", "Duty factor", "", 3, "contact time as a share of stride time",
        systematic=0.018, systematic_apart=0.015, file_decimals=4, per_contact="share",
    ),
    MetricSpec(
        "strike_angle_deg", "Foot strike angle", "°", 1, "shoe pitch at contact, toes up positive", SHOE,
        systematic=3.2, systematic_apart=3.2, least_range=12.0, ratio=False,
    ),
    MetricSpec(
        "pronation_excursion_deg", "Pronation excursion", "°", 1, "inward roll of the shoe in stance", SHOE,
        systematic=4.0, systematic_apart=3.0, least_range=8.0, ratio=False,
    ),
    MetricSpec(
        "pronation_rate_dps", "Peak pronation rate", "°/s", 0, "fastest inward roll of the shoe", SHOE,
        systematic=80.0, systematic_apart=60.0,
    ),
    MetricSpec(
        "circumduction_cm", "Swing circumduction", "cm", 1, "sideways swing of the foot off its path", SHOE,
        systematic=2.0, systematic_apart=1.5,
    ),
    MetricSpec(
        "stride_length_m", "Stride length", "m", 2, "distance between contacts of the same foot", SHOE,
        systematic=0.05, systematic_apart=0.035, file_decimals=3,
    ),
    MetricSpec(
        "speed_m_s", "Speed", "m/s", 2, "stride length over stride time", SHOE,
        systematic=0.08, systematic_apart=0.055, least_range=0.6, file_decimals=3,
    ),
    MetricSpec(
        "vertical_oscillation_cm", "Vertical oscillation", "cm", 1,
        "rise and fall of the body, spring-mass estimate", systematic=1.0, systematic_apart=0.4,
    ),
    MetricSpec(
        "peak_acc_g", "Peak acceleration", "g", 1, "largest acceleration of the sensor in stance",
        systematic=1.0, systematic_apart=1.0,
    ),
    MetricSpec(
        "shank_angle_deg", "Shank angle at contact", "°", 1, "foot ahead of the knee positive", SHANK,
        systematic=4.0, systematic_apart=3.0, least_range=12.0, ratio=False,
    ),
    MetricSpec(
        "frontal_excursion_deg", "Shank frontal excursion", "°", 1, "inward lean of the shank in stance",
        SHANK, systematic=4.0, systematic_apart=3.0, least_range=8.0, ratio=False,
    ),
    MetricSpec(
        "tibial_peak_g", "Tibial peak acceleration", "g", 1, "largest axial acceleration of the shank",
        SHANK, systematic=1.0, systematic_apart=0.7, least_range=4.0,
    ),
    MetricSpec("leg_stiffness_kn_m", "Leg stiffness", "kN/m", 1, "spring-mass model"),
    MetricSpec("vertical_stiffness_kn_m", "Vertical stiffness", "kN/m", 1, "spring-mass model"),
)  # fmt: skip

METRICS: dict[str, MetricSpec] = {row.name: row for row in _ROWS}
"""Name -> row of every metric, in the order in which people see them."""


def decimals_for(uncertainty: float | None, most: int, difference: float | None = None) -> int:
    """Return the number of decimals that a value is shown with, by one rule for all numbers on pages.

    The uncertainty is rounded to one significant digit (two where it begins with 1) but not beyond whole
    units, the value to the same place.

    Parameters
    ----------
    uncertainty
        Half-width of the interval, None or not finite where unknown.
    most
        Decimals of the metric; a number surer than that gets one more.
    difference
        A difference with that uncertainty as its interval. If the interval leaves out zero, decimals are
        added until the rounded difference is larger than the rounded interval.

    Examples
    --------
    >>> decimals_for(8.0, 1), decimals_for(1.0, 1), decimals_for(0.06, 1), decimals_for(None, 1)
    (0, 1, 2, 1)
    >>> decimals_for(0.37, 1, 0.42), decimals_for(0.42, 1, 0.37)
    (2, 1)
    """
    if uncertainty is None or not math.isfinite(uncertainty) or uncertainty <= 0.0:
        return most
    place = math.floor(math.log10(uncertainty))
    digits = 2 if uncertainty / 10.0**place < TWO_DIGITS_BELOW else 1
    places = max(0, min(most + EXTRA_DECIMALS, digits - 1 - place))
    if difference is None or not abs(difference) > uncertainty:
        return places
    candidates = range(places, places + SHOWN_APART)
    return next((n for n in candidates if round(abs(difference), n) > round(uncertainty, n)), places)
