"""Numbers over the run, each with how sure it is.

The interval of a value has two parts: the scatter of the median over the strides at hand, with strides that
follow one another counted as less than independent, and what the method itself may be off by on this runner,
which no number of strides takes away. In a difference between the sides only that share of the second part
counts that both sides do not have in common.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from gait.analysis.metrics import METRICS, MetricSpec
from gait.analysis.results import Metric
from gait.analysis.session.method_error import Columns, feet_of, method_error
from gait.analysis.session.strike_class import CLASSES
from gait.arrays import BoolArray, FloatArray

__all__ = ["summarise"]


CORRELATED = 3.0
"""Strides that carry the information of one independent stride (chosen: running strides are correlated over a
few)."""

LEAST_STRIDES = 3
"""Strides of a side below which a metric is not given (chosen: a spread needs three)."""
KNOWN_SHARE = 0.5
"""Share of the strides whose contact must have an end for contact time to be given (chosen: where most have
none, those left are chosen by what the sensor happens to show)."""
OF_THE_PLACE = ("peak_acc_g",)
"""Metrics that are another thing on a shoe and on a shank: of a mixed session the shoe's stands."""


def summarise(
    table: pd.DataFrame, *, with_gyr: Mapping[str, bool], extra: Mapping[str, float]
) -> dict[str, Metric]:
    """Return metrics over the strides of `table`.

    Parameters
    ----------
    table
        Rows of `stride_table`, of one activity.
    with_gyr
        Side -> whether its contacts come from a sensor with gyroscope.
    extra
        Metric -> further 95 % half-width, relative to the value (such as of an uncalibrated stride length).
    """
    metrics: dict[str, Metric] = {}
    if len(table) == 0:
        return metrics
    clean = ~table["marks"].str.contains("gap|slipped|start|stop").to_numpy(dtype=bool)
    if clean.sum() < LEAST_STRIDES:
        clean[:] = True
    feet = feet_of(table, clean)
    for name, spec in METRICS.items():
        metric = _metric(spec, feet, with_gyr, extra.get(name, 0.0))
        if metric is not None:
            metrics[name] = metric
    if "strike_angle_deg" in metrics:
        shares = _shares(table, clean)
        metrics["strike_angle_deg"] = replace(metrics["strike_angle_deg"], shares=shares)
    return metrics


def _metric(
    spec: MetricSpec, feet: Mapping[str, Columns], with_gyr: Mapping[str, bool], relative: float
) -> Metric | None:
    """Return a metric of both feet, `relative` added to its half-width; None where not measured."""
    if spec.systematic is None:
        return None
    name, unlike = spec.name, _unlike(feet)
    if unlike and name in OF_THE_PLACE:
        feet = {side: rows for side, rows in feet.items() if "shoe" in rows["placement"]}
    sides: dict[str, tuple[float, float, float, int]] = {}
    for side, rows in feet.items():
        values = rows[name][np.isfinite(rows[name])]
        enough = len(values) >= KNOWN_SHARE * len(rows[name]) or spec.per_contact is None
        if enough and len(values) >= LEAST_STRIDES:
            sides[side] = _centre(name, values)
    if not sides:
        return None
    value = float(np.mean([centre[0] for centre in sides.values()]))
    scatter = float(np.sqrt(sum(centre[1] ** 2 for centre in sides.values()))) / len(sides)
    method = method_error(spec, {side: feet[side] for side in sides}, with_gyr, relative * value)
    spread = float(np.sqrt(np.mean([centre[2] ** 2 for centre in sides.values()])))
    count = sum(centre[3] for centre in sides.values())
    clipped = any(bool(rows["clipped"].any()) for rows in feet.values())
    lower = name in ("peak_acc_g", "tibial_peak_g") and clipped
    metric = Metric(name, value, float(np.hypot(scatter, method.mean)), spread, count, lower_bound=lower)
    for side in sides:
        half = float(np.hypot(sides[side][1], method.side[side]))
        changes = {side: sides[side][0], f"{side}_uncertainty": half}
        metric = replace(metric, **changes)  # type: ignore[arg-type]  # keywords by name, of mixed types
    return metric if unlike else _with_difference(metric, sides, method.difference)


def _unlike(feet: Mapping[str, Columns]) -> bool:
    """Return whether one leg was measured on the shoe and the other on the shank: these do not compare."""
    places = [set(rows["placement"]) for rows in feet.values()]
    return len(places) == 2 and not places[0] & places[1]


def _with_difference(
    metric: Metric, sides: dict[str, tuple[float, float, float, int]], apart: float
) -> Metric:
    """Return a metric with the difference of the sides.

    `apart`: 95 % half-width of what the method errs on either foot alone, in the metric's unit. `sides`:
    value, half-width, spread and count of each.
    """
    if len(sides) < 2:
        return metric
    left, right = sides["left"], sides["right"]
    difference = left[0] - right[0]
    half = float(np.sqrt(left[1] ** 2 + right[1] ** 2 + apart**2))
    mean = 0.5 * (left[0] + right[0])
    index = 100.0 * difference / mean if METRICS[metric.name].ratio and mean else None
    return replace(metric, difference=difference, difference_uncertainty=half, asymmetry_pct=index)


def _centre(name: str, values: FloatArray) -> tuple[float, float, float, int]:
    """Return value, 95 % half-width of the scatter, spread and count of the (n,) finite values of a side."""
    spread = float(np.std(values, ddof=1))
    independent = max(len(values) / CORRELATED, 1.0)
    if name in ("cadence_spm", "stride_ms"):
        # Mean pace: strides tile the time, so their errors cancel.
        stride = np.sort(120.0 / values if name == "cadence_spm" else values)
        trim = len(stride) // 20
        mean = float(stride[trim : len(stride) - trim].mean())
        value = 120.0 / mean if name == "cadence_spm" else mean
        return value, 1.96 * spread / float(np.sqrt(len(values))), spread, len(values)
    return float(np.median(values)), 1.96 * 1.253 * spread / float(np.sqrt(independent)), spread, len(values)


def _shares(table: pd.DataFrame, wanted: BoolArray) -> dict[str, float]:
    """Return the expected share of the wanted strides, (n,) mask, in each strike class."""
    chances = table[[f"p_{name}" for name in CLASSES]].to_numpy(dtype=float)[wanted]
    chances = chances[np.isfinite(chances[:, 0])]
    return {name: float(share) for name, share in zip(CLASSES, chances.mean(axis=0), strict=True)}
