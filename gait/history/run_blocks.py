"""Strides of a run in blocks of equal time: minutes show, the scatter from stride to stride does not."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gait.analysis.results import Analysis
from gait.arrays import FloatArray

__all__ = ["RunBlocks", "blocks_of", "clean_running", "mean_slope"]

LEAST_BLOCK_S = 15.0  # s; some 20 strides of a foot, whose mean scatters little (chosen)
MOST_BLOCKS = 90
"""Blocks of a run; longer runs get longer blocks, which bounds the work of `gait.history.step_model`."""
LEAST_SHARE = 0.4
"""A block with a smaller share of the usual number of strides is left out: a pause, a gap, a turn."""
LEAST_KNOWN = 0.9
"""Share of blocks whose slope has to be known."""
NOT_CLEAN = "gap|turn|slipped|start|stop"
BESIDE = ("side", "ic_s", "cadence_spm", "speed_m_s", "grade_pct")
"""Columns that a metric's blocks are made of beside its own."""


@dataclass(frozen=True)
class RunBlocks:
    """One metric along a run, a value a block.

    Attributes
    ----------
    time_s
        (n,) middle of each block, session time.
    width_s
        Length of a block.
    value
        (n,) medians, each foot against its own median over the run.
    speed_m_s
        (n,) or None where no speed was measured.
    cadence_spm
        (n,).
    grade_pct
        (n,) slope of the ground, or None where no watch's heights tell it.
    """

    time_s: FloatArray
    width_s: float
    value: FloatArray
    speed_m_s: FloatArray | None
    cadence_spm: FloatArray
    grade_pct: FloatArray | None = None


def clean_running(strides: pd.DataFrame) -> pd.DataFrame:
    """Return the running strides that touch no gap, turn, start or stop.

    Strides with an uncertain contact are left out too, unless the sensor gives no others.
    """
    rows = strides[strides["activity"] == "running"]
    marks = rows["marks"].fillna("").astype(str)
    clean = ~marks.str.contains(NOT_CLEAN)
    sure = clean & ~marks.str.contains("uncertain")
    return rows[sure if sure.sum() > 0.5 * clean.sum() else clean]


def mean_slope(analysis: Analysis) -> float | None:
    """Return the mean slope of the ground over the running, per cent.

    The watch's heights tell it, else what was written down for a treadmill; None where nothing does.
    """
    if "grade_pct" in analysis.strides:
        grade = clean_running(analysis.strides)["grade_pct"].astype(float)
        if len(grade) and float(grade.notna().mean()) >= LEAST_KNOWN:
            return float(grade.mean())
    return analysis.run.slope_pct


def blocks_of(
    rows: pd.DataFrame, metric: str, width_s: float | None = None, own: pd.Series[float] | None = None
) -> RunBlocks | None:
    """Return one metric in blocks.

    Parameters
    ----------
    rows
        Clean running strides, of both feet or one.
    metric
        Column.
    width_s
        Length of a block; None for `LEAST_BLOCK_S`, or longer where the run has more than `MOST_BLOCKS`.

    own
        Side -> level that a foot is held against; None for its median over these strides.

    Returns
    -------
    None where no stride has the metric.
    """
    rows = rows[[name for name in dict.fromkeys((metric, *BESIDE)) if name in rows]]
    rows = rows[rows[metric].notna() & rows["cadence_spm"].notna()]
    if not len(rows):
        return None
    levels = rows.groupby("side")[metric].median() if own is None else own
    level = float(levels.mean())
    start, end = float(rows["ic_s"].min()), float(rows["ic_s"].max())
    width = width_s or max(LEAST_BLOCK_S, math.ceil((end - start) / MOST_BLOCKS))
    at = ((rows["ic_s"] - start) // width).astype(int)
    speed = rows["speed_m_s"].astype(float)
    table = pd.DataFrame(
        {
            "value": rows[metric].astype(float) - rows["side"].map(levels).astype(float) + level,
            "speed": speed,
            "cadence": rows["cadence_spm"].astype(float),
            "time": rows["ic_s"].astype(float),
            "grade": rows["grade_pct"].astype(float) if "grade_pct" in rows else np.nan,
        }
    ).groupby(at)
    count = table.size()
    middle = table.median()
    speed_known = bool((speed.notna().groupby(at).mean() > 0.5).mean() > 0.9)
    kept = middle[count >= LEAST_SHARE * count.median()]
    if speed_known:
        kept = kept[kept["speed"].notna()]
    return RunBlocks(
        kept["time"].to_numpy(dtype=np.float64),
        float(width),
        kept["value"].to_numpy(dtype=np.float64),
        kept["speed"].to_numpy(dtype=np.float64) if speed_known else None,
        kept["cadence"].to_numpy(dtype=np.float64),
        _grade(kept),
    )


def _grade(kept: pd.DataFrame) -> FloatArray | None:
    """Return the slope a block, filled in where the watch began late or ended early; None where unknown."""
    grade, time = kept["grade"].to_numpy(dtype=np.float64), kept["time"].to_numpy(dtype=np.float64)
    measured = np.isfinite(grade)
    if not len(grade) or measured.mean() < LEAST_KNOWN:
        return None
    filled: FloatArray = np.interp(time, time[measured], grade[measured])
    return filled
