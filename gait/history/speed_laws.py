"""How each metric moves with speed, what two sessions of one runner differ by anyway, and what counts.

Without these a faster run looks like a changed runner. The exponents of the timing metrics were read off the
treadmill contacts (force, 50 N) of 13 runners at 2.5, 3.5 and 4.5 m/s: Fukuchi, Fukuchi & Duarte 2017,
10.7717/peerj.3298. Their spread is the one between runners over one metre a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CADENCE_AT_SPEED", "SPEED_LAWS", "SpeedLaw"]

RBDS = "Fukuchi et al. 2017, 10.7717/peerj.3298: contacts of 13 runners, 2.5 to 4.5 m/s"
RBDS_SENSOR = "Fukuchi et al. 2017: the same 13 runners, a virtual sensor on the instep of their real motion"
PACE = "0.24 in Fukuchi et al. 2017; 0.11 across 256 runners, 10.1080/02640414.2019.1614137: both within"
CHOSEN = "chosen: wide, as nothing better was found"


@dataclass(frozen=True)
class SpeedLaw:
    """What is expected of one metric from session to session of one runner.

    Attributes
    ----------
    kind
        ``power``: value proportional to speed ** slope; ``linear``: changes by `slope` for each m/s;
        ``covariate``: is the speed itself; ``none``: does not follow speed.
    slope, slope_sd
        Exponent, or change for each m/s in the metric's unit; and its standard deviation between runners.
    between_sessions
        95 % half-width, in the metric's unit, of what mounting the sensor anew and the day change.
    between_sensors
        The same when another kind of sensor or place was used.
    matters
        Smallest change worth telling, in the metric's unit: a fifth of the spread between runners.
    source
        Where slope and spread come from.
    """

    kind: Literal["power", "linear", "covariate", "none"]
    slope: float
    slope_sd: float
    between_sessions: float
    between_sensors: float
    matters: float
    source: str


SPEED_LAWS: dict[str, SpeedLaw] = {
    "cadence_spm": SpeedLaw("power", 0.18, 0.10, 2.0, 2.0, 2.0, PACE),
    "stride_ms": SpeedLaw("power", -0.18, 0.10, 8.0, 8.0, 8.0, PACE),
    "step_ms": SpeedLaw("power", -0.18, 0.10, 6.0, 8.0, 4.0, PACE),
    "contact_ms": SpeedLaw("power", -0.51, 0.10, 8.0, 14.0, 5.0, RBDS),
    "flight_ms": SpeedLaw("linear", 12.0, 9.0, 8.0, 14.0, 5.0, RBDS),
    "duty_factor": SpeedLaw("power", -0.30, 0.10, 0.012, 0.02, 0.006, RBDS),
    "strike_angle_deg": SpeedLaw("linear", 3.4, 5.0, 3.0, 5.0, 2.0, RBDS),
    "stride_length_m": SpeedLaw("power", 0.82, 0.10, 0.05, 0.1, 0.04, PACE),
    "speed_m_s": SpeedLaw("covariate", 1.0, 0.0, 0.05, 0.1, 0.05, "is the speed"),
    "pronation_excursion_deg": SpeedLaw("linear", 2.4, 1.8, 3.0, 5.0, 2.0, RBDS_SENSOR),
    "pronation_rate_dps": SpeedLaw("power", 0.8, 0.4, 60.0, 90.0, 40.0, CHOSEN),
    "circumduction_cm": SpeedLaw("linear", 0.0, 1.2, 1.5, 2.5, 1.0, RBDS_SENSOR),
    "vertical_oscillation_cm": SpeedLaw("power", -0.1, 0.4, 0.6, 1.0, 0.3, CHOSEN),
    "peak_acc_g": SpeedLaw("power", 1.0, 0.5, 1.5, 3.0, 1.0, "10.1080/14763141.2018.1546890: shank, n 85"),
    "tibial_peak_g": SpeedLaw("power", 1.0, 0.5, 1.5, 3.0, 1.0, "10.1080/14763141.2018.1546890, n 85"),
    "shank_angle_deg": SpeedLaw("linear", 0.0, 2.0, 3.0, 5.0, 2.0, CHOSEN),
    "frontal_excursion_deg": SpeedLaw("linear", 0.0, 1.0, 3.0, 5.0, 2.0, CHOSEN),
    "leg_stiffness_kn_m": SpeedLaw("power", 0.1, 0.3, 1.0, 1.5, 0.5, CHOSEN),
    "vertical_stiffness_kn_m": SpeedLaw("power", 0.8, 0.3, 2.0, 3.0, 1.0, CHOSEN),
}
"""Metric -> what is expected of it."""

CADENCE_AT_SPEED: dict[str, tuple[float, float]] = {
    "contact_ms": (-0.7, 0.3),
    "flight_ms": (-1.5, 0.7),
    "duty_factor": (0.3, 0.3),
}
"""Metric -> exponent of cadence beyond what speed explains, and its standard deviation between runners: read
off stride by stride at constant speed on the 13 runners of Fukuchi et al. 2017; their middle half lies within
-0.9 and -0.4 for contact. Flight and duty factor follow from contact (stride = 2 (contact + flight))."""
