"""Units of columns: read off their names, for every column that people meet."""

from __future__ import annotations

import copy

import pytest

from gait.analysis.column_units import STRIDE_UNITS, Units, unit_of
from gait.analysis.metrics import METRICS
from gait.analysis.results import STRIDE_COLUMNS

NO_UNIT = {
    "side", "strike", "activity", "placement", "marks", "clipped", "duty_factor", "p_rearfoot", "p_midfoot",
    "p_forefoot",
}  # fmt: skip
"""Texts, flags, shares and probabilities."""


def test_every_column_has_its_unit() -> None:
    """A column without one is a text, a flag or a pure number."""
    assert set(STRIDE_COLUMNS) - set(STRIDE_UNITS) == NO_UNIT


@pytest.mark.parametrize("name", METRICS)
def test_columns_and_metrics_agree(name: str) -> None:
    """The unit of a metric's column is the one that people see, in other signs."""
    signs = {"°": "deg", "°/s": "deg/s", "spm": "1/min"}
    assert unit_of(name) == signs.get(METRICS[name].unit, METRICS[name].unit)


@pytest.mark.parametrize(
    ("name", "unit"),
    [("contact_u_ms", "ms"), ("speed_m_s_u", "m/s"), ("acc_m_s2", "m/s2"), ("leg_stiffness_kn_m", "kN/m")],
)
def test_the_longest_ending_counts(name: str, unit: str) -> None:
    """Metres a second are no seconds, and an uncertainty has the unit of its value."""
    assert unit_of(name) == unit


def test_copies_share_the_map() -> None:
    """A table's copies point to one object: a million rows are copied without it."""
    units = Units(STRIDE_UNITS)
    assert copy.deepcopy(units) is units
