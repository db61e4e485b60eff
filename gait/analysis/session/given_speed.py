"""Speed and stride length over the run from what was given, where no sensor measures a length."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from gait.analysis.results import Metric
from gait.recording.model import RunInfo

__all__ = ["RUN_SPEEDS_M_S", "given_speed"]

RUN_SPEEDS_M_S = (0.8, 10.0)
"""Mean speeds that somebody runs at (chosen: a shuffle, and the mean of a 100 m record)."""
GIVEN_SHARE = 0.02
"""95 % half-width, relative, of a distance or speed that was given (chosen, as for calibrated lengths)."""
WALK_M_S, WALK_HALF_M_S = 1.4, 0.4
"""Speed of the walking within a given distance, and its 95 % half-width (chosen: usual walking)."""


def given_speed(run: RunInfo, strides: pd.DataFrame, metrics: Mapping[str, Metric]) -> dict[str, Metric]:
    """Return ``speed_m_s`` and ``stride_length_m`` over the running; empty where lengths were measured.

    Parameters
    ----------
    run
        A mean running speed, or the distance covered while it was recorded.
    strides
        Running and walking strides.
    metrics
        Over the running strides.

    Returns
    -------
    Numbers without sides and with a spread of 0 from stride to stride: a mean says nothing of either. Empty
    too where nothing was given, or where the speed is none of `RUN_SPEEDS_M_S`.
    """
    stride = metrics.get("stride_ms")
    if stride is None or "speed_m_s" in metrics:
        return {}
    speed_and_half = _speed(run, strides)
    if speed_and_half is None or not RUN_SPEEDS_M_S[0] <= speed_and_half[0] <= RUN_SPEEDS_M_S[1]:
        return {}
    speed, half = speed_and_half
    length = speed * stride.value / 1e3
    relative = float(np.hypot(half / speed, stride.uncertainty / stride.value))
    return {
        "stride_length_m": Metric("stride_length_m", length, length * relative, 0.0, stride.n),
        "speed_m_s": Metric("speed_m_s", speed, half, 0.0, stride.n),
    }


def _speed(run: RunInfo, strides: pd.DataFrame) -> tuple[float, float] | None:
    """Return mean running speed and its half-width, m/s; None where nothing was given."""
    if run.speed_m_s:
        return run.speed_m_s, GIVEN_SHARE * run.speed_m_s
    ran, walked = (_seconds(strides, kind) for kind in ("running", "walking"))
    if not run.distance_m or ran <= 0.0:
        return None
    speed = (run.distance_m - WALK_M_S * walked) / ran
    return speed, float(np.hypot(GIVEN_SHARE * run.distance_m / ran, WALK_HALF_M_S * walked / ran))


def _seconds(strides: pd.DataFrame, kind: str) -> float:
    """Return seconds that the strides of a kind last, of the side that has most of them."""
    rows = strides[strides["activity"] == kind]
    lasted = (rows["next_ic_s"] - rows["ic_s"]).groupby(rows["side"]).sum()
    return float(lasted.max()) if len(lasted) else 0.0
