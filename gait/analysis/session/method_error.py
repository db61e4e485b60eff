"""State what the method itself may be off by on one runner, which no number of strides takes away.

Contact times of a sensor whose model states its errors stride by stride carry their own: the file of the
model says what both feet of a runner share, what is one foot's own, and what comes anew with each session. A
mean of both feet keeps the first part and half of the others; a difference of the feet loses the first.
Every other metric has one figure a method, from the table of metrics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from gait.analysis.metrics import METRICS, MetricSpec
from gait.analysis.strides import contact_shares
from gait.analysis.strides.contact_model import Shares
from gait.arrays import BoolArray

__all__ = ["Columns", "MethodError", "feet_of", "method_error"]

Z95 = 1.96
"""Half-width of a 95 % interval over the standard deviation (normal distribution)."""

Columns: TypeAlias = Mapping[str, npt.NDArray[Any]]
"""Column of `stride_table` -> (n,) values over the strides of one foot."""


@dataclass(frozen=True)
class MethodError:
    """95 % half-widths in the metric's unit: of each side, of the mean of the sides, of their difference."""

    side: Mapping[str, float]
    mean: float
    difference: float


def feet_of(table: pd.DataFrame, wanted: BoolArray | None = None) -> dict[str, Columns]:
    """Split the strides by foot: side -> the columns that metrics are made of, sides in order.

    Parameters
    ----------
    wanted
        (n,) strides that count; None for all.

    Notes
    -----
    Arrays, as taking a column out of a table costs pandas a hundred times what its median does.
    """
    numbers = {name for name, spec in METRICS.items() if spec.systematic is not None}
    side = table["side"].to_numpy(dtype=object)
    columns: dict[str, npt.NDArray[Any]] = {
        "placement": table["placement"].to_numpy(dtype=object),
        "clipped": table["clipped"].to_numpy(dtype=bool),
    }
    for name in sorted(numbers | {"contact_u_ms", "stride_ms"}):
        columns[name] = table[name].to_numpy(dtype=float)
    there = np.ones(len(table), dtype=bool) if wanted is None else wanted
    return {
        foot: {name: values[there & (side == foot)] for name, values in columns.items()}
        for foot in sorted(set(side[there]))
    }


def method_error(
    spec: MetricSpec, feet: Mapping[str, Columns], with_gyr: Mapping[str, bool], relative: float
) -> MethodError:
    """Return a metric's error of the method.

    Parameters
    ----------
    spec
        The metric; its row states a systematic uncertainty.
    feet
        Strides by side, as of `feet_of`: the sides that the metric is given for.
    with_gyr
        Side -> whether its contacts come from a sensor with gyroscope.
    relative
        Further 95 % half-width, in the metric's unit, that all sides share.
    """
    assert spec.systematic is not None
    own = _stride_by_stride(spec, feet, with_gyr)
    if own is not None:
        return own
    common, apart = spec.systematic, spec.systematic_apart
    common = float(np.hypot(common, relative))
    apart = float(np.hypot(apart, 0.3 * relative))
    return MethodError(dict.fromkeys(feet, common), common, apart)


def _stride_by_stride(
    spec: MetricSpec, feet: Mapping[str, Columns], with_gyr: Mapping[str, bool]
) -> MethodError | None:
    """Return the error of a metric that depends on contact time; None where no model states it."""
    if spec.per_contact is None:
        return None
    by_side: dict[str, tuple[float, Shares]] = {}
    for side, columns in feet.items():
        there = ~np.isnan(columns[spec.name])
        kinds = {
            contact_shares(place, with_gyr.get(side, True)) for place in set(columns["placement"][there])
        }
        shares = kinds.pop()
        if kinds or shares is None:
            return None
        u_ms = columns["contact_u_ms"][there]
        scale = 1.0 if spec.per_contact == "ms" else 1.0 / columns["stride_ms"][there]
        by_side[side] = float(np.nanmean((u_ms / Z95 * scale) ** 2)), shares
    foot = {side: v * (s.runner + s.foot + s.session) for side, (v, s) in by_side.items()}
    alone = {side: v * (s.foot + s.session) for side, (v, s) in by_side.items()}
    # The errors of two models on a runner are independent, so a difference keeps both in full.
    apart = alone if len({shares for _, shares in by_side.values()}) == 1 else foot
    shared = float(np.mean([v * s.runner for v, s in by_side.values()]))
    count = len(feet)
    return MethodError(
        {side: Z95 * variance**0.5 for side, variance in foot.items()},
        Z95 * float(shared + sum(alone.values()) / count**2) ** 0.5,
        Z95 * float(sum(apart.values())) ** 0.5,
    )
