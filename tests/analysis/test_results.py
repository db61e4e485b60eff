"""Numbers that a result derives from its fields, worked by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from gait.analysis.results import STRIDE_COLUMNS, Analysis, Bout, Metric


@pytest.mark.parametrize(
    ("difference", "half", "shown"),
    [(5.0, 4.0, True), (-5.0, 4.0, True), (4.0, 4.0, False), (None, None, False), (5.0, None, False)],
)
def test_a_difference_is_shown_beyond_its_interval(
    difference: float | None, half: float | None, *, shown: bool
) -> None:
    """Either sign; not where the interval touches zero or there is none."""
    metric = Metric("contact_ms", 240.0, 3.0, 5.0, 90, difference=difference, difference_uncertainty=half)
    assert metric.difference_shown == shown


def test_time_in_each_activity() -> None:
    """Bouts of a kind add up; the session lasts from the first to the last; without bouts it is empty."""
    bouts = (Bout(2.0, 10.0, "still"), Bout(10.0, 40.0, "running"), Bout(40.0, 45.0, "running"))
    session = SimpleNamespace(activity=bouts)
    assert Analysis.time_in(session, "running") == 35.0
    assert Analysis.time_in(session, "walking") == 0.0
    assert Analysis.duration_s.fget(session) == 43.0
    assert Analysis.duration_s.fget(SimpleNamespace(activity=())) == 0.0


def test_the_contracts_columns_come_first() -> None:
    """A program that reads columns by their place finds them where they were."""
    assert STRIDE_COLUMNS[:4] == ("side", "ic_s", "tc_s", "next_ic_s")
    assert STRIDE_COLUMNS.index("activity") < STRIDE_COLUMNS.index("placement")
    assert len(set(STRIDE_COLUMNS)) == len(STRIDE_COLUMNS)
