"""Why a metric is not there, in words for people: the one place that says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gait.analysis.results import Fault, Metric, SensorQuality
from gait.analysis.strides.detector import ALIGNED_SCORE, Alignment
from gait.recording.model import Recording, RunnerInfo

__all__ = [
    "LENGTH_TRUST",
    "LOOKS_LIKE",
    "NEEDS",
    "NEEDS_FIRST",
    "NEEDS_NEXT",
    "REASONS",
    "SHANK_ONLY",
    "SHOE_GYR",
    "reasons_of_sensor",
    "reasons_of_session",
    "reasons_of_stiffness",
]

LENGTH_TRUST = 0.12
"""Relative error of the closure's gravity above which distances are not given."""

SHOE_GYR = (
    "strike_angle_deg",
    "pronation_excursion_deg",
    "pronation_rate_dps",
    "circumduction_cm",
    "stride_length_m",
    "speed_m_s",
)
SHANK_ONLY = ("shank_angle_deg", "frontal_excursion_deg", "tibial_peak_g")

NO_GYROSCOPE = "not measurable without a gyroscope"
NO_RUNNING = "no running in the recording"
LOOKS_LIKE = f"{NO_RUNNING}: this looks like "
"""Followed by what the movement looks like."""
NO_AXES = "the sensor's mounting could not be worked out from the movement"
CLIPPED = "the impacts exceeded what the accelerometer records, so distance is lost"
NOT_CLOSED = "the path from stride to stride does not close, so distance is lost"
NO_END = "the end of contact does not show in this sensor's signal at this speed"
NO_STAND = "needs a second of standing still before the run, to know the upright shank"
NO_SPRING = "the spring-mass model does not fit these contact and flight times"
NO_SHOE = "needs a sensor with gyroscope on the shoe"
NO_SHANK = "needs a sensor on the shank"
REASONS = {
    "no_gyroscope": NO_GYROSCOPE,
    "no_running": NO_RUNNING,
    "no_axes": NO_AXES,
    "clipped": CLIPPED,
    "not_closed": NOT_CLOSED,
    "no_end": NO_END,
    "no_stand": NO_STAND,
    "no_spring": NO_SPRING,
    "no_shoe": NO_SHOE,
    "no_shank": NO_SHANK,
}
"""Reasons by kind; reports translate them by it. What a fault says comes in its own words."""
NEEDS_FIRST, NEEDS_NEXT = "needs ", ", "
"""In front of, and between, the parts of a reason that names what is lacking."""
NEEDS = {
    "mass": "the runner's mass",
    "height": "the runner's height",
    "contact": "contact time",
    "flight": "flight time",
    "speed": "the speed",
}
"""What a reason can name as lacking, by kind; reports translate each part."""
STIFFNESS: Mapping[str, tuple[str, ...]] = {
    "vertical_stiffness_kn_m": ("mass", "contact", "flight"),
    "leg_stiffness_kn_m": ("mass", "height", "contact", "flight", "speed"),
}
"""What the spring-mass model needs for each stiffness."""


def reasons_of_sensor(
    recording: Recording, alignment: Alignment, faults: Iterable[Fault], *, clipped: bool
) -> dict[str, str]:
    """Return metric -> why this sensor could not give it; a fault's own words go before its consequences."""
    own = (
        _shoe(recording, alignment, clipped=clipped)
        if recording.placement == "shoe"
        else _shank(recording, alignment)
    )
    for fault in faults:
        if fault.sensor == recording.name and fault.certainty != "cannot tell":
            own |= dict.fromkeys(fault.spoils, fault.what)
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
        looks = next((one.looks_like for one in sensors if one.looks_like), "")
        why = f"{LOOKS_LIKE}{looks}" if looks else NO_RUNNING
        return dict.fromkeys(("cadence_spm", "contact_ms"), why)
    out: dict[str, str] = {}
    for quality in sensors:
        for name, why in quality.not_measured.items():
            # A reason about this sensor's own data says more than that another sensor is needed.
            if name not in metrics and out.get(name, "needs").startswith("needs"):
                out[name] = why
    for fault in faults:
        if not fault.sensor:
            out |= {name: fault.what for name in fault.spoils if name not in metrics}
    if "contact_ms" not in metrics:
        out.setdefault("contact_ms", NO_END)
    return out | reasons_of_stiffness(metrics, runner)


def reasons_of_stiffness(metrics: Mapping[str, Metric], runner: RunnerInfo) -> dict[str, str]:
    """Return stiffness that is not among the metrics -> what it lacks; nothing that is there is named."""
    there = {
        "mass": runner.mass_kg is not None,
        "height": runner.height_m is not None,
        "contact": "contact_ms" in metrics,
        "flight": "flight_ms" in metrics,
        "speed": "speed_m_s" in metrics,
    }
    out = {}
    for name, needs in STIFFNESS.items():
        lacking = [NEEDS[one] for one in needs if not there[one]]
        if name not in metrics:
            out[name] = f"{NEEDS_FIRST}{NEEDS_NEXT.join(lacking)}" if lacking else NO_SPRING
    return out
