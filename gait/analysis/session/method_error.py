"""What the method itself may be off by on one runner, which no number of strides takes away.

Contact times of a sensor whose model states its errors stride by stride carry their own: the file of the
model says what both feet of a runner share, what is one foot's own, and what comes anew with each session. A
mean of both feet keeps the first part and half of the others; a difference of the feet loses the first.
Every other metric has one figure a method, from the table of metrics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gait.analysis.metrics import MetricSpec
from gait.analysis.strides import contact_shares
from gait.analysis.strides.contact_model import Shares

__all__ = ["MethodError", "method_error"]

Z95 = 1.96


@dataclass(frozen=True)
class MethodError:
    """95 % half-widths in the metric's unit: of each side, of the mean of the sides, of their difference."""

    side: Mapping[str, float]
    mean: float
    difference: float


def method_error(
    spec: MetricSpec, table: pd.DataFrame, sides: list[str], with_gyr: Mapping[str, bool], relative: float
) -> MethodError:
    """Return a metric's error of the method.

    Parameters
    ----------
    table
        Rows of `stride_table`, of one activity.
    sides
        Those that the metric is given for.
    relative
        Further 95 % half-width, in the metric's unit, that all sides share.
    """
    assert spec.systematic is not None
    own = _stride_by_stride(spec, table, sides, with_gyr)
    if own is not None:
        return own
    common, apart = spec.systematic, spec.systematic_apart
    common = float(np.hypot(common, relative))
    apart = float(np.hypot(apart, 0.3 * relative))
    return MethodError(dict.fromkeys(sides, common), common, apart)


def _stride_by_stride(
    spec: MetricSpec, table: pd.DataFrame, sides: list[str], with_gyr: Mapping[str, bool]
) -> MethodError | None:
    """Return the error of a metric that hangs on contact time, None where no model states it."""
    if spec.per_contact is None:
        return None
    found: dict[str, tuple[float, Shares]] = {}
    for side in sides:
        rows = table[(table["side"] == side) & table[spec.name].notna()]
        kinds = {contact_shares(place, with_gyr.get(side, True)) for place in rows["placement"].unique()}
        shares = kinds.pop()
        if kinds or shares is None:
            return None
        u_ms = rows["contact_u_ms"].to_numpy(dtype=float)
        scale = 1.0 if spec.per_contact == "ms" else 1.0 / rows["stride_ms"].to_numpy(dtype=float)
        found[side] = float(np.nanmean((u_ms / Z95 * scale) ** 2)), shares
    one = {side: v * (s.runner + s.foot + s.session) for side, (v, s) in found.items()}
    alone = {side: v * (s.foot + s.session) for side, (v, s) in found.items()}
    shared = float(np.mean([v * s.runner for v, s in found.values()]))
    count = len(sides)
    return MethodError(
        {side: Z95 * variance**0.5 for side, variance in one.items()},
        Z95 * float(shared + sum(alone.values()) / count**2) ** 0.5,
        Z95 * float(sum(alone.values())) ** 0.5,
    )
