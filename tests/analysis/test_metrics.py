"""The table of metrics, and the one rule for decimals: against rounding by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.analysis.metrics import METRICS, decimals_for
from gait.analysis.results import STRIDE_COLUMNS


@pytest.mark.parametrize("name", METRICS)
def test_each_row_is_whole(name: str) -> None:
    """A column or a number that follows from others; an own error, or none where it follows."""
    spec = METRICS[name]
    assert spec.name == name
    assert (name in STRIDE_COLUMNS) == (spec.systematic is not None)
    assert spec.placements
    assert spec.file_decimals >= spec.decimals
    assert spec.systematic is None or 0.0 <= spec.systematic_apart <= 2.0 * spec.systematic


@pytest.mark.parametrize(
    ("uncertainty", "most", "decimals"),
    [
        (12.0, 1, 0),
        (9.4, 1, 0),
        (1.2, 1, 1),
        (1.96, 1, 0),
        (0.3, 1, 1),
        (0.012, 1, 2),
        (0.0, 2, 2),
        (None, 3, 3),
    ],
)
def test_decimals_by_hand(uncertainty: float | None, most: int, decimals: int) -> None:
    """One digit of the uncertainty, two where it begins with 1; whole units at least."""
    assert decimals_for(uncertainty, most) == decimals


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.integers(0, 3))
def test_a_difference_beyond_its_interval_reads_larger(half: float, difference: float, most: int) -> None:
    """What is shown as a difference is not rounded to its interval, while decimals can tell both apart."""
    places = decimals_for(half, most, difference)
    if difference > 1.01 * half:
        assert round(difference, places) > round(half, places)
