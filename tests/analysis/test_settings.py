"""What an analysis says of how it was made, and the units of its columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import gait
from gait.analysis.column_units import STRIDE_UNITS, unit_of
from gait.analysis.metrics import METRICS
from gait.analysis.results import STRIDE_COLUMNS
from gait.analysis.settings import AnalysisSettings, described
from gait.analysis.strides.shoe.detector import ShoeDetector
from gait.recording.model import Recording, RunInfo, Session

SESSION = Session("run", (Recording("shoe", "left", np.arange(2.0), np.zeros((2, 3))),))


def test_by_default_there_is_the_version_alone() -> None:
    """Nothing that was not asked for is said."""
    assert described(SESSION, 1.0, AnalysisSettings()) == {"version": gait.__version__}


def test_what_numbers_hang_on_is_said() -> None:
    """A detector of one's own, a known distance and what it did to lengths."""
    session = replace(SESSION, run=RunInfo(distance_m=5000.0, speed_m_s=3.2))
    said = described(session, 1.0123, AnalysisSettings(detector=ShoeDetector))
    assert said["detector"] == "ShoeDetector"
    assert said["distance given"] == "5000 m"
    assert said["speed given"] == "3.2 m/s"
    assert said["distance calibration"] == "x 1.0123"


@pytest.mark.parametrize(
    ("name", "unit"),
    [("speed_m_s", "m/s"), ("peak_m_s2", "m/s2"), ("leg_kn_m", "kN/m"), ("ic_s", "s"), ("side", "")],
)
def test_the_ending_is_the_unit(name: str, unit: str) -> None:
    """Of a metric and of its uncertainty; text has none."""
    assert unit_of(name) == unit
    assert unit_of(f"{name}_u") == unit


def test_a_columns_unit_is_its_metrics() -> None:
    """Where a column is a metric of the table, both say the same unit, but for signs."""
    same = {"°": "deg", "°/s": "deg/s", "spm": "1/min"}
    shared = [name for name in STRIDE_COLUMNS if name in METRICS and name in STRIDE_UNITS]
    assert len(shared) > 10
    for name in shared:
        assert STRIDE_UNITS[name] == same.get(METRICS[name].unit, METRICS[name].unit), name
