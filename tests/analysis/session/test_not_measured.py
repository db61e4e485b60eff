"""Why a number is not there: only what is lacking is asked for, whatever else was given."""

from __future__ import annotations

import pytest

from gait.analysis.results import Metric
from gait.analysis.session.not_measured import NO_SPRING, reasons_of_stiffness
from gait.recording.model import RunnerInfo

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
