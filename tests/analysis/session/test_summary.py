"""Numbers over a run from strides made by hand: value, interval, sides, difference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gait.analysis.metrics import METRICS
from gait.analysis.session.stride_table import stride_table
from gait.analysis.session.summary import summarise
from gait.analysis.strides.stride_batch import empty_batch


def _table(contacts_s: dict[str, np.ndarray], stride_s: float = 0.7) -> pd.DataFrame:
    """A run of both feet in turn with these contact times."""
    sensors = []
    for side, contact_s in contacts_s.items():
        n = len(contact_s)
        ic = (0.0 if side == "left" else stride_s / 2.0) + stride_s * np.arange(n)
        zero = np.zeros(n)
        batch = replace(
            empty_batch(n),
            ic_s=ic,
            tc_s=ic + contact_s,
            next_ic_s=ic + stride_s,
            contact_sd_s=zero,
            walking=zero,
        )
        sensors.append(("shoe", side, batch, ()))
    return stride_table(sensors)


def _summary(table: pd.DataFrame, **extra: float) -> dict:
    return summarise(table, with_gyr={"left": True, "right": True}, extra=extra)


def test_even_strides() -> None:
    """Every number is the strides' own; without scatter the interval is the method's, 8 % wider at most."""
    metrics = _summary(_table({"left": np.full(40, 0.24)}))
    assert metrics["contact_ms"].value == pytest.approx(240.0)
    assert metrics["cadence_spm"].value == pytest.approx(120.0 / 0.7)
    assert metrics["stride_ms"].value == pytest.approx(700.0)
    assert metrics["duty_factor"].value == pytest.approx(0.24 / 0.7)
    assert metrics["stride_ms"].uncertainty == pytest.approx(METRICS["stride_ms"].systematic, rel=0.08)
    assert metrics["contact_ms"].n == 38
    assert metrics["contact_ms"].right is None
    assert metrics["contact_ms"].difference is None


def test_sides_and_their_difference() -> None:
    """The mean of both sides, left less right, and the symmetry index; a difference of 30 ms is shown."""
    metric = _summary(_table({"left": np.full(40, 0.255), "right": np.full(40, 0.225)}))["contact_ms"]
    assert (metric.left, metric.right) == (pytest.approx(255.0), pytest.approx(225.0))
    assert metric.value == pytest.approx(240.0)
    assert metric.difference == pytest.approx(30.0)
    assert metric.asymmetry_pct == pytest.approx(100.0 * 30.0 / 240.0)
    assert metric.difference_shown


def test_more_scatter_is_a_wider_interval() -> None:
    """The interval of the median grows with the spread of the strides, and shrinks with their number."""
    rng = np.random.default_rng(1)
    narrow, wide, long = (
        _summary(_table({"left": 0.24 + rng.normal(0.0, sd, n)}))["contact_ms"]
        for sd, n in ((0.002, 60), (0.02, 60), (0.02, 600))
    )
    assert narrow.uncertainty < long.uncertainty < wide.uncertainty
    assert wide.sd == pytest.approx(20.0, rel=0.3)


def test_an_extra_error_is_added() -> None:
    """Ten per cent of doubt of a stride time is in its interval."""
    table = _table({"left": np.full(40, 0.24)})
    assert _summary(table, stride_ms=0.1)["stride_ms"].uncertainty == pytest.approx(70.0, rel=0.01)


def test_too_few_are_no_number() -> None:
    """Two strides give no metric, no rows none at all; half the contacts unknown, no contact time."""
    assert _summary(_table({"left": np.full(2, 0.24)})) == {}
    assert _summary(_table({"left": np.full(3, 0.24)}).iloc[:0]) == {}
    unknown = _table({"left": np.where(np.arange(40) % 3 == 0, 0.24, np.nan)})
    assert "contact_ms" not in _summary(unknown)
    assert "stride_ms" in _summary(unknown)
