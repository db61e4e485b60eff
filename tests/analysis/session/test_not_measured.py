"""Why a metric is not there: no running, another placement, own data, a fault, the runner's mass."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.results import Fault, Metric, SensorQuality
from gait.analysis.session.not_measured import (
    NO_SHANK,
    NO_SHOE,
    NO_SPRING,
    reasons_of_sensor,
    reasons_of_session,
    reasons_of_stiffness,
)
from gait.analysis.strides.detector import Alignment
from gait.recording.model import Recording, RunnerInfo
from gait.report.words import load_words
from gait.sentences import sentence


def _sensor(looks_like: str = "", **reasons: str) -> SensorQuality:
    """Return the quality of a shoe sensor of which only the reasons matter."""
    numbers = dict.fromkeys(("rate_hz", "missing_s", "clipped_share", "running_s", "walking_s"), 0.0)
    return SensorQuality(
        placement="shoe",
        side="left",
        source="left_shoe.csv",
        samples=0,
        duration_s=60.0,
        nominal_rate_hz=None,
        has_gyr=True,
        gaps=(),
        acc_range_g=None,
        alignment_score=None,
        aligned=True,
        still_s=0.0,
        other_s=0.0,
        strides=0,
        not_measured=reasons,
        looks_like=looks_like,
        **numbers,
    )


def _metric(name: str) -> Metric:
    return Metric(name, 1.0, 0.1, 0.1, 10)


def test_without_running_it_says_what_it_looks_like() -> None:
    """In English as it is, in German by its wording, the movement too."""
    found = reasons_of_session(
        {}, (_sensor(looks_like=sentence("pedalling")),), (), runner=RunnerInfo(), ran=False
    )
    assert found["cadence_spm"] == "no running in the recording: this looks like pedalling"
    assert load_words("de").translated(found["contact_ms"]).endswith("Radfahren")
    assert (
        reasons_of_session({}, (_sensor(),), (), runner=RunnerInfo(), ran=False)["cadence_spm"]
        == "no running in the recording"
    )


def test_a_reason_of_the_sensor_goes_before_another_sensors_place() -> None:
    """A sensor that was there and could not says more than that another one is needed; a fault says most."""
    other = _sensor(speed_m_s=sentence("needs a sensor with gyroscope on the shoe"))
    own = _sensor(speed_m_s=sentence("not measurable without a gyroscope"))
    for sensors in ((other, own), (own, other)):
        found = reasons_of_session({}, sensors, (), runner=RunnerInfo(), ran=True)
        assert found["speed_m_s"] == "not measurable without a gyroscope"
    fault = Fault("two_clocks", "", "likely", "the clocks differ", ("speed_m_s",), "start both on one clock")
    assert (
        reasons_of_session({}, (own,), (fault,), runner=RunnerInfo(), ran=True)["speed_m_s"]
        == "the clocks differ"
    )


def test_what_was_measured_needs_no_reason() -> None:
    """Contact without an end is said, stiffness asks for the mass, and a metric that is there is left out."""
    sensor = _sensor(speed_m_s=sentence("not measurable without a gyroscope"))
    found = reasons_of_session(
        {"speed_m_s": _metric("speed_m_s")}, (sensor,), (), runner=RunnerInfo(), ran=True
    )
    assert "speed_m_s" not in found
    assert found["contact_ms"].startswith("the end of contact does not show")
    assert found["leg_stiffness_kn_m"].startswith("needs the runner's mass")


VERTICAL, LEG = "vertical_stiffness_kn_m", "leg_stiffness_kn_m"


def _metrics(*names: str) -> dict[str, Metric]:
    return {name: Metric(name, 1.0, 0.1, 0.1, 50) for name in names}


@pytest.mark.parametrize(
    ("measured", "given", "vertical", "leg"),
    [
        (
            ("contact_ms", "flight_ms", "speed_m_s"), (None, None),
            "needs the runner's mass", "needs the runner's mass, the runner's height",
        ),
        (("contact_ms", "flight_ms", VERTICAL), (68.0, 1.74), None, "needs the speed"),
        (("contact_ms", "flight_ms", VERTICAL, "speed_m_s"), (68.0, None), None, "needs the runner's height"),
        (
            ("cadence_spm",), (68.0, 1.74),
            "needs contact time, flight time", "needs contact time, flight time, the speed",
        ),
        (("contact_ms", "flight_ms", "speed_m_s"), (68.0, 1.74), NO_SPRING, NO_SPRING),
        (("contact_ms", "flight_ms", "speed_m_s", VERTICAL, LEG), (68.0, 1.74), None, None),
    ],
)  # fmt: skip
def test_stiffness_asks_for_what_is_lacking_alone(
    measured: tuple[str, ...], given: tuple[float | None, float | None], vertical: str | None, leg: str | None
) -> None:
    """What was measured or given is never named; where nothing lacks, the model did not fit."""
    found = reasons_of_stiffness(_metrics(*measured), RunnerInfo(mass_kg=given[0], height_m=given[1]))
    assert (found.get(VERTICAL), found.get(LEG)) == (vertical, leg)


@pytest.mark.parametrize(
    ("placement", "elsewhere", "why"),
    [("shoe", "shank_angle_deg", NO_SHANK), ("shank", "strike_angle_deg", NO_SHOE)],
)
def test_a_fault_is_no_reason_for_what_sits_elsewhere(placement, elsewhere, why) -> None:
    """A shoe whose gyroscope ends too early would give no shank angle with a better one either."""
    rest = np.zeros((10, 3))
    recording = Recording(placement, "left", np.arange(10) / 100.0, rest, rest)
    spoils = ("strike_angle_deg", "shank_angle_deg", "contact_ms")
    fault = Fault("gyr_range", recording.name, "clear", "it ends at 500 deg/s", spoils, "choose a larger one")
    found = reasons_of_sensor(recording, Alignment(), (fault,), clipped=False)
    assert found[elsewhere] == why
    assert found["contact_ms"] == "it ends at 500 deg/s"
