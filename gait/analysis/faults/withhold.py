"""Take what a fault spoils out of the table of strides, or widen it in the metrics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from gait.analysis.faults.units_and_axes import ANGLES
from gait.analysis.metrics import METRICS
from gait.analysis.results import Fault, Metric
from gait.analysis.session.not_measured import SHANK_ONLY

__all__ = ["spoilt_attitude", "widened", "without_spoilt"]

WIDER = 2.0
"""Factor on an interval that a fault of unknown cause touches (chosen: the number is kept, and shown to be in
doubt)."""

_BESIDE = {
    "strike_angle_deg": ("strike", "p_rearfoot", "p_midfoot", "p_forefoot", "strike_angle_u_deg"),
    "contact_ms": ("contact_u_ms",),
}
"""Metric -> columns that go with it."""


def spoilt_attitude(faults: Iterable[Fault]) -> set[str]:
    """Return the names of the sensors with a fault that spoils what needs their attitude."""
    return {fault.sensor for fault in faults if set(fault.spoils) & set(ANGLES)}


def without_spoilt(table: pd.DataFrame, faults: Iterable[Fault]) -> pd.DataFrame:
    """Return the strides with what likely and clear faults spoil left empty, leg by leg."""
    certain = [fault for fault in faults if fault.certainty != "cannot tell"]
    if not certain or len(table) == 0:
        return table
    # The columns that stay are shared with the table given, whose own nothing is written to.
    table = table.copy(deep=False)
    for fault in certain:
        for name in fault.spoils:
            rows = _rows(table, fault.sensor, name)
            for column in (name, *_BESIDE.get(name, ())):
                if column in table:
                    table[column] = table[column].mask(rows, "" if column == "strike" else np.nan)
    return table


def _rows(table: pd.DataFrame, sensor: str, name: str) -> pd.Series:
    """Return True for the strides whose value of a metric comes from a sensor; all for none in particular."""
    if not sensor:
        return pd.Series(data=True, index=table.index)
    side, placement = sensor.split(" ")
    own = table["side"] == side
    if name in SHANK_ONLY:
        return own & (placement == "shank")
    return own & (table["placement"] == placement)


def widened(metrics: dict[str, Metric], faults: Iterable[Fault]) -> dict[str, Metric]:
    """Return the metrics with wider intervals where a fault's cause cannot be told."""
    doubtful = {name for fault in faults if fault.certainty == "cannot tell" for name in fault.spoils}
    return {
        name: _wider(metric) if name in doubtful and name in METRICS else metric
        for name, metric in metrics.items()
    }


def _wider(metric: Metric) -> Metric:
    def twice(value: float | None) -> float | None:
        return None if value is None else WIDER * value

    return replace(
        metric,
        uncertainty=WIDER * metric.uncertainty,
        left_uncertainty=twice(metric.left_uncertainty),
        right_uncertainty=twice(metric.right_uncertainty),
        difference_uncertainty=twice(metric.difference_uncertainty),
    )
