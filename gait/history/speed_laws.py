"""Published relation of each metric with speed, spread between sessions, and least change that counts.

Without these a faster run looks like a changed runner. The exponents of the timing metrics were read off the
treadmill contacts (force, 50 N) of 13 runners at 2.5, 3.5 and 4.5 m/s: Fukuchi, Fukuchi & Duarte 2017,
10.7717/peerj.3298. Their spread is the one between runners over one metre a second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

__all__ = ["CADENCE_AT_SPEED", "SPEED_LAWS", "SpeedLaw"]

RBDS = "Fukuchi et al. 2017, 10.7717/peerj.3298: contacts of 13 runners, 2.5 to 4.5 m/s"
RBDS_SENSOR = "Fukuchi et al. 2017: the same 13 runners, a virtual sensor on the instep of their real motion"
PACE = "0.24 in Fukuchi et al. 2017; 0.11 across 256 runners, 10.1080/02640414.2019.1614137: both within"
CHOSEN = "chosen: wide, as nothing better was found"

FIFTH = "a fifth of the standard deviation between runners, the usual rule where nobody measured what matters"
TIMES = f"{FIFTH}: 18 to 23 ms, 10.20944/preprints202601.2214.v1 and 10.1242/jeb.01830, rounded up"
STRIDE = f"{FIFTH}: 45 ms, 10.20944/preprints202601.2214.v1, rounded"
DUTY = f"{FIFTH}: 2.3 %, 10.1242/jeb.01830, rounded up"
VIDEO = "smaller ones call for caution: typical error of two readings, n 155, 10.3390/sports7010008"
SPEED = "typical error of two readings of a video, n 155, 10.3390/sports7010008"
AXIAL = (
    "smallest difference that exceeds the error of measurement, axial, n 19 at 3 m/s: abstract on tibial "
    "acceleration, Med Sci Sports Exerc (supplement)"
)
RESULTANT = f"as at the shank, where it is of the resultant: {AXIAL.replace('axial, ', '')}"
STIFF = "two ways of working it out differ by so much, 95 %, n 23, 10.20944/preprints202604.2074.v1"
CADENCE = "chosen: a fifth of the 10 steps a minute or so between runners"
SAGITTAL = (
    "within the 1.6 to 2.7 deg by which a sensor's angles differ between days, 10.3389/fbioe.2022.1005496"
)
IMU = "within the 0.7 to 5.0 deg by which a sensor's angles differ between days, 10.3389/fbioe.2022.1005496"
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
    by_cadence
        Exponent of cadence beyond what speed and slope explain, and its standard deviation between runners;
        None where cadence is not taken out.
    uphill
        Change for each per cent of slope at one speed, and its standard deviation between runners: a share of
        the number where it follows a power of speed, else in its own unit.
    """

    kind: Literal["power", "linear", "covariate", "none"]
    slope: float
    slope_sd: float
    between_sessions: float
    between_sensors: float
    matters: float
    source: str
    matters_source: str
    by_cadence: tuple[float, float] | None = None
    uphill: tuple[float, float] = (0.0, 0.0)


_AT_SPEED: dict[str, SpeedLaw] = {
    "cadence_spm": SpeedLaw("power", 0.18, 0.10, 2.0, 2.0, 2.0, PACE, CADENCE),
    "stride_ms": SpeedLaw("power", -0.18, 0.10, 8.0, 8.0, 8.0, PACE, STRIDE),
    "step_ms": SpeedLaw("power", -0.18, 0.10, 6.0, 8.0, 4.0, PACE, FROM_CADENCE),
    "contact_ms": SpeedLaw("power", -0.51, 0.10, 8.0, 14.0, 5.0, RBDS, TIMES),
    "flight_ms": SpeedLaw("linear", 12.0, 9.0, 8.0, 14.0, 5.0, RBDS, TIMES),
    "duty_factor": SpeedLaw("power", -0.30, 0.10, 0.012, 0.02, 0.006, RBDS, DUTY),
    "strike_angle_deg": SpeedLaw("linear", 3.4, 5.0, 3.0, 5.0, 2.5, RBDS, VIDEO),
    "stride_length_m": SpeedLaw("power", 0.82, 0.10, 0.05, 0.1, 0.04, PACE, FROM_CADENCE),
    "speed_m_s": SpeedLaw("covariate", 1.0, 0.0, 0.05, 0.1, 0.09, "is the speed", SPEED),
    "pronation_excursion_deg": SpeedLaw("linear", 2.4, 1.8, 3.0, 5.0, 2.0, RBDS_SENSOR, IMU),
    "pronation_rate_dps": SpeedLaw("power", 0.8, 0.4, 60.0, 90.0, 40.0, CHOSEN, NO_FIGURE),
    "circumduction_cm": SpeedLaw("linear", 0.0, 1.2, 1.5, 2.5, 1.0, RBDS_SENSOR, NO_FIGURE),
    "vertical_oscillation_cm": SpeedLaw("power", -0.1, 0.4, 0.6, 1.0, 0.3, CHOSEN, NO_FIGURE),
    "peak_acc_g": SpeedLaw(
        "power", 1.0, 0.5, 1.5, 3.0, 1.5, "10.1080/14763141.2018.1546890: shank, n 85", RESULTANT
    ),
    "tibial_peak_g": SpeedLaw("power", 1.0, 0.5, 1.5, 3.0, 2.0, "10.1080/14763141.2018.1546890, n 85", AXIAL),
    "shank_angle_deg": SpeedLaw("linear", 0.0, 2.0, 3.0, 5.0, 2.0, CHOSEN, SAGITTAL),
    "frontal_excursion_deg": SpeedLaw("linear", 0.0, 1.0, 3.0, 5.0, 2.0, CHOSEN, IMU),
    "leg_stiffness_kn_m": SpeedLaw("power", 0.1, 0.3, 1.0, 1.5, 0.6, CHOSEN, STIFF),
    "vertical_stiffness_kn_m": SpeedLaw("power", 0.8, 0.3, 2.0, 3.0, 1.0, CHOSEN, NO_FIGURE),
}

CADENCE_AT_SPEED: dict[str, tuple[float, float]] = {
    "contact_ms": (-0.7, 0.3),
    "flight_ms": (-1.5, 0.7),
    "duty_factor": (0.3, 0.3),
    "vertical_oscillation_cm": (-2.1, 0.3),
    "leg_stiffness_kn_m": (1.4, 0.7),
    "vertical_stiffness_kn_m": (1.75, 0.4),
}
"""Metric -> exponent of cadence beyond what speed explains, and its standard deviation between runners: read
off stride by stride at constant speed on the 13 runners of Fukuchi et al. 2017; their middle half lies within
-0.9 and -0.4 for contact. The others follow from contact: flight and duty factor as stride = 2 (contact +
flight), oscillation and stiffness by the spring-mass model (`gait.analysis.session.spring_mass`). Stride and
step time and stride length are cadence in other words, and angles and shocks are what a cadence cue is to
change, so cadence is not taken out of them."""

UPHILL = 0.04 / 7.0
"""Share of cadence more, and of step length less, for each per cent of slope: 4 % at 7 % (n 18,
10.1371/journal.pone.0069006)."""

UPHILL_SD = 0.004
"""Its standard deviation between runners, on the way up and down (chosen: wide)."""

SHARE_SD, ANGLE_SD, CM_SD, PEAK_SD = 0.01, 0.5, 0.2, 0.03
"""What a per cent of slope may do to any other number either way: share of it, degrees, cm, and share of a
peak of acceleration (chosen: wide; contact grows uphill in amateurs and shrinks in elite runners, Padulo et
al. 2012, 10.1519/JSC.0b013e318231aafa)."""

OF_SLOPE: dict[str, tuple[float, float]] = {
    "cadence_spm": (UPHILL, UPHILL_SD),
    "stride_ms": (-UPHILL, UPHILL_SD),
    "step_ms": (-UPHILL, UPHILL_SD),
    "stride_length_m": (-UPHILL, UPHILL_SD),
    "flight_ms": (-2.0, 2.5),
    "vertical_oscillation_cm": (-2.0 * UPHILL, 3.0 * UPHILL_SD),
    "circumduction_cm": (0.0, CM_SD),
    "peak_acc_g": (0.0, PEAK_SD),
    "tibial_peak_g": (0.0, PEAK_SD),
    "speed_m_s": (0.0, 0.0),
}
"""Metric -> what a per cent of slope does, where more is known than `SHARE_SD` and `ANGLE_SD`: flight and
oscillation shrink as the step does, with contact as it is (Padulo et al. 2012)."""


def _law(metric: str, law: SpeedLaw) -> SpeedLaw:
    """Return a law with what cadence and slope do."""
    usual = (0.0, SHARE_SD if law.kind == "power" else ANGLE_SD)
    return replace(law, by_cadence=CADENCE_AT_SPEED.get(metric), uphill=OF_SLOPE.get(metric, usual))


SPEED_LAWS: dict[str, SpeedLaw] = {name: _law(name, law) for name, law in _AT_SPEED.items()}
"""Metric -> what is expected of it."""
