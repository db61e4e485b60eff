"""Reasons why a metric was not measured, in words for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from gait.analysis.results import Fault, Metric, SensorQuality
from gait.analysis.strides.detector import ALIGNED_SCORE, Alignment
from gait.recording.model import Recording, RunnerInfo
from gait.sentences import sentence

__all__ = [
    "LENGTH_TRUST",
    "NO_SPRING",
    "SHANK_ONLY",
    "SHOE_GYR",
    "reasons_of_sensor",
    "reasons_of_session",
    "reasons_of_stiffness",
]

LENGTH_TRUST = 0.12
"""Relative error of the closure's gravity above which distances are not given (chosen: twice the error from
which `gait.analysis.strides.shoe.mounting` no longer trusts a single stride)."""

SHOE_GYR = (
    "strike_angle_deg",
    "pronation_excursion_deg",
    "pronation_rate_dps",
    "circumduction_cm",
    "stride_length_m",
    "speed_m_s",
)
SHANK_ONLY = ("shank_angle_deg", "frontal_excursion_deg", "tibial_peak_g")

CUT_OFF = "acc_cut_off"
"""Fault by which a run shows no stride."""

NO_GYROSCOPE = sentence("not measurable without a gyroscope")
NO_RUNNING = sentence("no running in the recording")
NO_AXES = sentence("the sensor's mounting could not be worked out from the movement")
CLIPPED = sentence("the impacts exceeded what the accelerometer records, so distance is lost")
NOT_CLOSED = sentence("the path from stride to stride does not close, so distance is lost")
NO_END = sentence("the end of contact does not show in this sensor's signal at this speed")
NO_STAND = sentence("needs a second of standing still before the run, to know the upright shank")
NO_SPRING = sentence("the spring-mass model does not fit these contact and flight times")
NO_SHOE = sentence("needs a sensor with gyroscope on the shoe")
NO_SHANK = sentence("needs a sensor on the shank")
NEEDS = {
    "mass": sentence("the runner's mass"),
    "height": sentence("the runner's height"),
    "contact": sentence("contact time"),
    "flight": sentence("flight time"),
    "speed": sentence("the speed"),
}
"""What a reason can name as lacking, by kind."""
STIFFNESS: Mapping[str, tuple[str, ...]] = {
    "vertical_stiffness_kn_m": ("mass", "contact", "flight"),
    "leg_stiffness_kn_m": ("mass", "height", "contact", "flight", "speed"),
}
"""What the spring-mass model needs for each stiffness."""


def reasons_of_sensor(
    recording: Recording, alignment: Alignment, faults: Iterable[Fault], *, clipped: bool
) -> dict[str, str]:
    """Return metric -> why this sensor could not give it; a fault's own words go before its consequences.

    A fault is no reason for what a sensor at this place never gives.
    """
    shoe = recording.placement == "shoe"
    own = _shoe(recording, alignment, clipped=clipped) if shoe else _shank(recording, alignment)
    elsewhere = SHANK_ONLY if shoe else SHOE_GYR
    for fault in faults:
        if fault.sensor == recording.name and fault.certainty != "cannot tell":
            own |= {name: fault.what for name in fault.spoils if name not in elsewhere}
    return own


def _shank(recording: Recording, alignment: Alignment) -> dict[str, str]:
    out = dict.fromkeys(SHOE_GYR, NO_SHOE)
    if recording.gyr is None:
        out |= dict.fromkeys(SHANK_ONLY, NO_GYROSCOPE)
    elif not alignment.stood:
        out["shank_angle_deg"] = NO_STAND
    return out


def _shoe(recording: Recording, alignment: Alignment, *, clipped: bool) -> dict[str, str]:
    out = dict.fromkeys(SHANK_ONLY, NO_SHANK)
    if recording.gyr is None:
        return out | dict.fromkeys(SHOE_GYR, NO_GYROSCOPE)
    if alignment.score is None or alignment.score < ALIGNED_SCORE:
        out |= dict.fromkeys(SHOE_GYR[:4], NO_AXES)
    if alignment.closure_error > LENGTH_TRUST:
        out |= dict.fromkeys(("stride_length_m", "speed_m_s"), CLIPPED if clipped else NOT_CLOSED)
    return out


def reasons_of_session(
    metrics: Mapping[str, Metric],
    sensors: tuple[SensorQuality, ...],
    faults: tuple[Fault, ...],
    *,
    runner: RunnerInfo,
    ran: bool,
) -> dict[str, str]:
    """Return metric -> why no sensor of the session could give it.

    Parameters
    ----------
    runner
        What was given of the runner; only what was not is asked for.
    ran
        Whether there is a running stride.
    """
    if not ran:
        looks = next((sensor.looks_like for sensor in sensors if sensor.looks_like), "")
        why = sentence("no running in the recording: this looks like {what}", what=looks)
        if not looks:
            why = next((fault.what for fault in faults if fault.kind == CUT_OFF), NO_RUNNING)
        return dict.fromkeys(("cadence_spm", "contact_ms"), why)
    out: dict[str, str] = {}
    for quality in sensors:
        for name, why in quality.not_measured.items():
            # A reason in this sensor's own data takes precedence over the lack of another sensor.
            if name not in metrics and out.get(name, "needs").startswith("needs"):
                out[name] = why
    for fault in faults:
        if not fault.sensor:
            out |= {name: fault.what for name in fault.spoils if name not in metrics}
    if "contact_ms" not in metrics:
        out.setdefault("contact_ms", NO_END)
    return out | reasons_of_stiffness(metrics, runner)


def reasons_of_stiffness(metrics: Mapping[str, Metric], runner: RunnerInfo) -> dict[str, str]:
    """Return stiffness that is not among the metrics -> what it lacks; what the session has is not named."""
    there = {
        "mass": runner.mass_kg is not None,
        "height": runner.height_m is not None,
        "contact": "contact_ms" in metrics,
        "flight": "flight_ms" in metrics,
        "speed": "speed_m_s" in metrics,
    }
    out = {}
    for name, needs in STIFFNESS.items():
        lacking = [NEEDS[need] for need in needs if not there[need]]
        if name not in metrics:
            out[name] = sentence("needs {what}", what=_listed(lacking)) if lacking else NO_SPRING
    return out


def _listed(names: list[str]) -> str:
    """Return a list of one or more as a sentence."""
    return reduce(lambda first, other: sentence("{one}, {other}", one=first, other=other), names)
