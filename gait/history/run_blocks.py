"""Strides of a run in blocks of equal time: minutes show, the scatter from stride to stride does not."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gait.analysis.results import Analysis
from gait.arrays import FloatArray, IntArray
from gait.grouped import medians_by

__all__ = ["RunBlocks", "blocks_of", "clean_running", "mean_slope"]

LEAST_BLOCK_S = 15.0  # s; some 20 strides of a foot (chosen: their mean scatters little)
MOST_BLOCKS = 90
"""Blocks of a run; longer runs get longer blocks (chosen: it bounds the work of
`gait.history.step_model`)."""
LEAST_SHARE = 0.4
"""A block with a smaller share of the usual number of strides is left out (chosen: it is mostly a pause, a
gap or a turn)."""
LEAST_KNOWN = 0.9
"""Share of blocks whose slope has to be known (chosen: a few blocks without a height change no slope of a
run)."""
NOT_CLEAN = re.compile("gap|turn|slipped|start|stop")
"""Marks of strides in which more happens than running."""
BESIDE = ("ic_s", "cadence_spm", "speed_m_s", "grade_pct")
"""Columns that a metric's blocks are made of beside its own and the side."""


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
    kinds, texts = pd.factorize(rows["marks"].fillna("").astype(str))
    clean = np.array([NOT_CLEAN.search(text) is None for text in texts], dtype=bool)[kinds]
    sure = clean & np.array(["uncertain" not in text for text in texts], dtype=bool)[kinds]
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
    columns = {name: rows[name].to_numpy(dtype=np.float64) for name in (metric, *BESIDE) if name in rows}
    there = ~(np.isnan(columns[metric]) | np.isnan(columns["cadence_spm"]))
    if not there.any():
        return None
    columns = {name: column[there] for name, column in columns.items()}
    time = columns["ic_s"]
    start, end = float(time.min()), float(time.max())
    width = width_s or max(LEAST_BLOCK_S, math.ceil((end - start) / MOST_BLOCKS))
    _, block, count = np.unique((time - start) // width, return_inverse=True, return_counts=True)
    value = _medians(block, _against_own_level(rows["side"][there], columns[metric], own), len(count))
    measured = np.isfinite(columns["speed_m_s"])
    speed_known = bool((np.bincount(block, measured) > 0.5 * count).mean() > 0.9)
    medians = {name: _medians(block, columns[name], len(count)) for name in BESIDE if name in columns}
    kept = count >= LEAST_SHARE * np.median(count)
    if speed_known:
        kept &= ~np.isnan(medians["speed_m_s"])
    medians = {name: median[kept] for name, median in medians.items()}
    return RunBlocks(
        medians["ic_s"],
        float(width),
        value[kept],
        medians["speed_m_s"] if speed_known else None,
        medians["cadence_spm"],
        _grade(medians["grade_pct"], medians["ic_s"]) if "grade_pct" in medians else None,
    )


def _against_own_level(side: pd.Series[str], value: FloatArray, own: pd.Series[float] | None) -> FloatArray:
    """Return (n,) values less their foot's level, plus the mean of the feet's levels."""
    foot, feet = pd.factorize(side)
    levels = medians_by(foot, value)[1] if own is None else own.reindex(feet).to_numpy(dtype=np.float64)
    level = float(levels.mean() if own is None else own.mean())
    return value - levels[foot] + level


def _medians(block: IntArray, value: FloatArray, blocks: int) -> FloatArray:
    """Return (blocks,) medians of the numbers in each block; NaN where it has none."""
    measured = ~np.isnan(value)
    out = np.full(blocks, np.nan)
    parts, middles = medians_by(block[measured], value[measured])
    out[parts] = middles
    return out


def _grade(grade: FloatArray, time: FloatArray) -> FloatArray | None:
    """Return the slope a block, filled in where the watch began late or ended early; None where unknown."""
    measured = np.isfinite(grade)
    if not len(grade) or measured.mean() < LEAST_KNOWN:
        return None
    filled: FloatArray = np.interp(time, time[measured], grade[measured])
    return filled
