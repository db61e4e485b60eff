"""How each metric moves with speed, what two sessions of one runner differ by anyway, and what counts.

Without these a faster run looks like a changed runner. The exponents of the timing metrics were read off the
treadmill contacts (force, 50 N) of 13 runners at 2.5, 3.5 and 4.5 m/s: Fukuchi, Fukuchi & Duarte 2017,
10.7717/peerj.3298. Their spread is the one between runners over one metre a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CADENCE_AT_SPEED", "SPEED_LAWS", "SpeedLaw", "at_grade"]

RBDS = "Fukuchi et al. 2017, 10.7717/peerj.3298: contacts of 13 runners, 2.5 to 4.5 m/s"
RBDS_SENSOR = "Fukuchi et al. 2017: the same 13 runners, a virtual sensor on the instep of their real motion"
PACE = "0.24 in Fukuchi et al. 2017; 0.11 across 256 runners, 10.1080/02640414.2019.1614137: both within"
CHOSEN = "chosen: wide, as nothing better was found"

FIFTH = "a fifth of the standard deviation between runners, the usual rule where nobody measured what matters"
TIMES = f"{FIFTH}: 18 to 23 ms, 10.20944/preprints202601.2214.v1 and 10.1242/jeb.01830, rounded up"
STRIDE = f"{FIFTH}: 45 ms, 10.20944/preprints202601.2214.v1, rounded"
DUTY = f"{FIFTH}: 2.3 %, 10.1242/jeb.01830, rounded up"
VIDEO = "chosen: below what two videos of one runner differ by (typical error 2.5 deg, 10.3390/sports7010008)"
PEAK = "chosen: below the 1.5 to 2 g that can be detected"
CADENCE = "chosen: a fifth of the 10 steps a minute or so between runners"
IMU = "chosen: about what angles of a sensor differ by between days (10.3389/fbioe.2022.1005496)"
FROM_CADENCE = "chosen: goes with the smallest change of cadence, 2 steps a minute"
NO_FIGURE = "chosen: no published figure was found"


@dataclass(frozen=True)
class SpeedLaw:
    """Expectation of one metric from session to session of one runner.

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
        Smallest change worth telling, in the metric's unit.
    source
        Where slope and spread come from.
    matters_source
        Where `matters` comes from.
    """

    kind: Literal["power", "linear", "covariate", "none"]
    slope: float
    slope_sd: float
    between_sessions: float
    between_sensors: float
    matters: float
    source: str
    matters_source: str


SPEED_LAWS: dict[str, SpeedLaw] = {
    "cadence_spm": SpeedLaw("power", 0.18, 0.10, 2.0, 2.0, 2.0, PACE, CADENCE),
    "stride_ms": SpeedLaw("power", -0.18, 0.10, 8.0, 8.0, 8.0, PACE, STRIDE),
    "step_ms": SpeedLaw("power", -0.18, 0.10, 6.0, 8.0, 4.0, PACE, FROM_CADENCE),
    "contact_ms": SpeedLaw("power", -0.51, 0.10, 8.0, 14.0, 5.0, RBDS, TIMES),
    "flight_ms": SpeedLaw("linear", 12.0, 9.0, 8.0, 14.0, 5.0, RBDS, TIMES),
    "duty_factor": SpeedLaw("power", -0.30, 0.10, 0.012, 0.02, 0.006, RBDS, DUTY),
    "strike_angle_deg": SpeedLaw("linear", 3.4, 5.0, 3.0, 5.0, 2.0, RBDS, VIDEO),
    "stride_length_m": SpeedLaw("power", 0.82, 0.10, 0.05, 0.1, 0.04, PACE, FROM_CADENCE),
    "speed_m_s": SpeedLaw("covariate", 1.0, 0.0, 0.05, 0.1, 0.05, "is the speed", NO_FIGURE),
    "pronation_excursion_deg": SpeedLaw("linear", 2.4, 1.8, 3.0, 5.0, 2.0, RBDS_SENSOR, IMU),
    "pronation_rate_dps": SpeedLaw("power", 0.8, 0.4, 60.0, 90.0, 40.0, CHOSEN, NO_FIGURE),
    "circumduction_cm": SpeedLaw("linear", 0.0, 1.2, 1.5, 2.5, 1.0, RBDS_SENSOR, NO_FIGURE),
    "vertical_oscillation_cm": SpeedLaw("power", -0.1, 0.4, 0.6, 1.0, 0.3, CHOSEN, NO_FIGURE),
    "peak_acc_g": SpeedLaw(
        "power", 1.0, 0.5, 1.5, 3.0, 1.0, "10.1080/14763141.2018.1546890: shank, n 85", PEAK
    ),
    "tibial_peak_g": SpeedLaw("power", 1.0, 0.5, 1.5, 3.0, 1.0, "10.1080/14763141.2018.1546890, n 85", PEAK),
    "shank_angle_deg": SpeedLaw("linear", 0.0, 2.0, 3.0, 5.0, 2.0, CHOSEN, IMU),
    "frontal_excursion_deg": SpeedLaw("linear", 0.0, 1.0, 3.0, 5.0, 2.0, CHOSEN, IMU),
    "leg_stiffness_kn_m": SpeedLaw("power", 0.1, 0.3, 1.0, 1.5, 0.5, CHOSEN, NO_FIGURE),
    "vertical_stiffness_kn_m": SpeedLaw("power", 0.8, 0.3, 2.0, 3.0, 1.0, CHOSEN, NO_FIGURE),
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

UPHILL = 0.04 / 7.0
"""Share of cadence more, and of step length less, for each per cent of slope: 4 % at 7 % (n 18,
10.1371/journal.pone.0069006)."""

UPHILL_SD = 0.004
"""Its standard deviation between runners, on the way up and down (chosen: wide)."""

SHARE_SD, ANGLE_SD = 0.01, 0.5
"""What a per cent of slope may do to any other number either way: share of it, or degrees (chosen: wide)."""


def at_grade(metric: str) -> tuple[float, float]:
    """Return what a per cent of slope does at one speed, and its standard deviation between runners.

    As a share of the number where it follows a power of speed, else in its own unit.
    """
    if metric in {"cadence_spm", "stride_length_m"}:
        return (UPHILL if metric == "cadence_spm" else -UPHILL), UPHILL_SD
    return 0.0, SHARE_SD if SPEED_LAWS[metric].kind == "power" else ANGLE_SD
