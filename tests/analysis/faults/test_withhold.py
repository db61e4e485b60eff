"""What a fault takes out of the table of strides, and what it only widens."""

from __future__ import annotations

import pandas as pd
import pytest

from gait.analysis.faults.withhold import WIDER, widened, without_spoilt
from gait.analysis.results import Fault, Metric

STRIDES = pd.DataFrame(
    {
        "side": ["left", "left", "right"],
        "placement": ["shoe", "shoe", "shoe"],
        "contact_ms": [230.0, 232.0, 228.0],
        "contact_u_ms": [12.0, 12.0, 12.0],
        "strike_angle_deg": [12.0, 13.0, 11.0],
        "strike": ["rearfoot"] * 3,
        "cadence_spm": [170.0] * 3,
        "shank_angle_deg": [8.0, 9.0, 7.0],
    }
)


def _fault(*spoils: str, sensor: str = "left shoe", certainty: str = "clear") -> Fault:
    return Fault("gyr_lag", sensor, certainty, "what", spoils, "todo")  # type: ignore[arg-type]  # plain texts for literals


def test_one_sensors_fault_empties_its_own_strides() -> None:
    """The metric and what goes with it, of that leg alone; everything else stays."""
    left = without_spoilt(STRIDES, [_fault("contact_ms", "strike_angle_deg")])
    assert left["contact_ms"].isna().tolist() == [True, True, False]
    assert left["contact_u_ms"].isna().tolist() == [True, True, False]
    assert left["strike"].tolist() == ["", "", "rearfoot"]
    assert left["cadence_spm"].tolist() == [170.0] * 3
    assert STRIDES["contact_ms"].notna().all()


def test_a_shanks_metric_comes_from_the_shank_alone() -> None:
    """A fault of the shoe leaves the angle that the shank measured, and the other way round."""
    assert without_spoilt(STRIDES, [_fault("shank_angle_deg")])["shank_angle_deg"].notna().all()
    spoilt = without_spoilt(STRIDES, [_fault("shank_angle_deg", sensor="left shank")])
    assert spoilt["shank_angle_deg"].isna().tolist() == [True, True, False]


def test_a_fault_of_the_session_empties_all() -> None:
    """No sensor in particular: both legs."""
    assert without_spoilt(STRIDES, [_fault("contact_ms", sensor="")])["contact_ms"].isna().all()


def test_an_unknown_cause_widens_and_withholds_nothing() -> None:
    """Every half-width of the metric doubles; a metric that the fault does not touch keeps its own."""
    doubtful = _fault("contact_ms", certainty="cannot tell")
    pd.testing.assert_frame_equal(without_spoilt(STRIDES, [doubtful]), STRIDES)
    metric = Metric(
        "contact_ms", 230.0, 8.0, 6.0, 100, 231.0, 229.0, left_uncertainty=9.0, difference_uncertainty=3.0
    )
    other = Metric("cadence_spm", 170.0, 0.1, 2.0, 100)
    wider = widened({"contact_ms": metric, "cadence_spm": other}, [doubtful])
    assert wider["contact_ms"].uncertainty == pytest.approx(WIDER * 8.0)
    assert wider["contact_ms"].left_uncertainty == pytest.approx(WIDER * 9.0)
    assert wider["contact_ms"].right_uncertainty is None
    assert wider["contact_ms"].difference_uncertainty == pytest.approx(WIDER * 3.0)
    assert wider["contact_ms"].value == 230.0
    assert wider["cadence_spm"] is other
