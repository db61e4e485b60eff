"""Compare parts of one run under different conditions (a metronome, another shoe), to see what helps.

Parts of one name are repeats. All parts are cut into short blocks and one model is fitted to them: a level,
what speed and the slope of the ground do, a drift over the run, and an effect of each condition against the
first. Repeats tell the effect from the drift; without them the interval holds both. A condition is
recommended only where a metric with known benefit moved in the right direction. The move must exceed an
interval that is corrected for all conditions and metrics compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from gait.arrays import FloatArray
from gait.errors import UsageError
from gait.history.change import TWO_SIDED_95, Verdict
from gait.history.run_blocks import RunBlocks, blocks_of, clean_running
from gait.history.speed_laws import SPEED_LAWS
from gait.history.step_model import Column, fit
from gait.history.within_run import WATCHED, at_median_grade, at_median_speed, straightened
from gait.recording.run_parts import Part
from gait.sentences import sentence

__all__ = ["HELPS", "Effect", "Helped", "compare_parts", "what_helped"]

HELPS: Mapping[str, tuple[int, str]] = {
    "shank_angle_deg": (-1, sentence("a foot that lands less far ahead: 10.1242/jeb.125500")),
    "tibial_peak_g": (-1, sentence("a cadence cue lowered loading for 30 days: 10.1111/sms.12413")),
    "vertical_oscillation_cm": (-1, sentence("goes with economy, moderately: 10.1007/s40279-024-01997-3")),
}
"""Metric -> direction in which a change is welcome, and why. Contact time and foot strike are not among them:
that shorter is better is not supported, and nobody is told to land otherwise."""

LOOKED_AT = (*WATCHED, "stride_length_m", "peak_acc_g")
SETTLING_S = 15.0
"""Start of a part that is left out (chosen: a runner takes some steps to follow)."""
BLOCK_S = 15.0  # s of a block, as `gait.history.run_blocks.LEAST_BLOCK_S`
LEAST_BLOCKS = 2
"""Blocks below which a part is left out (chosen: a scatter needs two)."""
WIDE = 20.0
"""Standard deviation of effects beforehand, in units of the smallest change that matters (chosen: as good as
none)."""
DRIFT = 2.0
"""Standard deviation beforehand, in the same units, of what drifts over the run (chosen: twice what matters,
so that drift is no effect)."""
SLOW_WANDER = 1.3
"""Factor on every interval: a runner wanders over minutes and scatters from stride to stride, and one memory
of the noise holds only a part of that. Fitted on 200 virtual runs of `tests.benchmarks change` without an
effect, of which 89 % lay within the bare intervals; measured on others."""
MOST_PARTS, MOST_CONDITIONS = 60, 8
"""Blocks of a run, and names that they have, at most (chosen: more have too few strides each)."""


@dataclass(frozen=True)
class Effect:
    """One metric under one condition against the first condition.

    Attributes
    ----------
    parts
        Repeats of the condition that counted.
    effect, uncertainty
        Difference beyond what speed explains, with its 95 % half-width; where speed is not known, as it is.
    family
        Half-width that holds over all conditions and welcome numbers of the run together.
    """

    condition: str
    metric: str
    base: float
    effect: float
    uncertainty: float
    family: float
    matters: float
    parts: int
    verdict: Verdict

    @property
    def words_key(self) -> str:
        """The verdict as words are looked up by."""
        return self.verdict.replace(" ", "_")

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {**asdict(self), "changed": self.verdict == "changed"}


@dataclass(frozen=True)
class Helped:
    """A condition under which a welcome number moved the right way."""

    condition: str
    metric: str
    effect: float
    uncertainty: float
    why: str


def compare_parts(strides: pd.DataFrame, parts: Sequence[Part]) -> list[Effect]:
    """Return the effect of each condition on each metric, against the condition that came first.

    Raises
    ------
    UsageError
        Fewer than two conditions hold enough running.
    """
    _check(parts)
    rows = clean_running(strides)
    names = [name for name in LOOKED_AT if name in rows and rows[name].notna().any()]
    welcome = max(sum(name in HELPS for name in names), 1)
    out: list[Effect] = []
    for name in names:
        blocks, at = _blocks_in_parts(rows, name, parts)
        if blocks is not None:
            out += _effects(name, blocks, [parts[row] for row in at], at, welcome)
    if not out:
        raise UsageError(
            "fewer than two conditions hold enough running",
            where="blocks",
            todo=f"give parts of at least {SETTLING_S + LEAST_BLOCKS * BLOCK_S:.0f} s within the running",
        )
    return out


def what_helped(effects: Sequence[Effect]) -> Helped | None:
    """Return the condition and number that moved the right way most clearly, or None.

    It has to be beyond the interval over everything that was looked at, and by enough to matter.
    """
    helpful = [
        effect
        for effect in effects
        if effect.metric in HELPS
        and effect.verdict == "changed"
        and effect.effect * HELPS[effect.metric][0] > max(effect.family, effect.matters)
    ]
    if not helpful:
        return None
    best = max(helpful, key=lambda effect: abs(effect.effect) / effect.family)
    return Helped(best.condition, best.metric, best.effect, best.uncertainty, HELPS[best.metric][1])


def _check(parts: Sequence[Part]) -> None:
    """Refuse parts that overlap, are empty or too many."""
    ordered = sorted(parts, key=lambda part: part.start_s)
    for before, after in pairwise(ordered):
        if after.start_s < before.end_s:
            raise UsageError(
                f"{before.name} ({before.start_s:g}-{before.end_s:g} s) and {after.name} "
                f"({after.start_s:g}-{after.end_s:g} s) overlap",
                where="blocks",
                todo="give each second to one block",
            )
    conditions = {part.name for part in parts}
    if not 2 <= len(conditions) <= MOST_CONDITIONS or len(parts) > MOST_PARTS:
        raise UsageError(
            f"{len(parts)} blocks under {len(conditions)} names",
            where="blocks",
            todo=f"give 2 to {MOST_CONDITIONS} names, at most {MOST_PARTS} blocks",
        )


def _blocks_in_parts(
    rows: pd.DataFrame, name: str, parts: Sequence[Part]
) -> tuple[RunBlocks | None, list[int]]:
    """Return the blocks of all parts, in order of time, with the part that each belongs to."""
    ordered = sorted(range(len(parts)), key=lambda row: parts[row].start_s)
    blocks_of_parts: list[RunBlocks] = []
    at: list[int] = []
    settled = {
        row: rows[(rows["ic_s"] >= parts[row].start_s + SETTLING_S) & (rows["ic_s"] < parts[row].end_s)]
        for row in ordered
    }
    level = rows.groupby("side")[name].median()
    for row in ordered:
        blocks = blocks_of(settled[row], name, BLOCK_S, level)
        if blocks is not None and len(blocks.value) >= LEAST_BLOCKS:
            blocks_of_parts.append(blocks)
            at += [row] * len(blocks.value)
    if len({parts[row].name for row in at}) < 2:
        return None, at
    speeds = [blocks.speed_m_s for blocks in blocks_of_parts if blocks.speed_m_s is not None]
    grades = [blocks.grade_pct for blocks in blocks_of_parts if blocks.grade_pct is not None]
    return (
        RunBlocks(
            np.concatenate([blocks.time_s for blocks in blocks_of_parts]),
            BLOCK_S,
            np.concatenate([blocks.value for blocks in blocks_of_parts]),
            np.concatenate(speeds) if len(speeds) == len(blocks_of_parts) else None,
            np.concatenate([blocks.cadence_spm for blocks in blocks_of_parts]),
            np.concatenate(grades) if len(grades) == len(blocks_of_parts) else None,
        ),
        at,
    )


def _effects(
    name: str, blocks: RunBlocks, of: Sequence[Part], at: Sequence[int], welcome: int
) -> list[Effect]:
    """Return the effects on one metric."""
    law = SPEED_LAWS[name]
    conditions = list(dict.fromkeys(part.name for part in of))
    values, level = straightened(law, blocks.value)
    under = np.array([conditions.index(part.name) for part in of])
    along = np.linspace(-0.5, 0.5, len(values))
    columns = [Column(np.ones(len(values)), level, 0.5 * abs(level) + 10.0 * law.matters)]
    # A change of cadence is part of a condition's effect, so only the effect of speed is taken out.
    columns += [*at_median_speed(name, blocks)[:1], *at_median_grade(name, blocks)]
    columns.append(Column(along, 0.0, DRIFT * law.matters))
    columns += [
        Column(_is(under, condition), 0.0, WIDE * law.matters) for condition in range(1, len(conditions))
    ]
    fitted = fit(blocks.time_s, values, columns, blocks.width_s)
    base = float(np.median(blocks.value[under == 0]))
    together = NormalDist().inv_cdf(1.0 - 0.025 / (welcome * (len(conditions) - 1)))
    out = []
    for number, condition in enumerate(conditions[1:], start=1):
        place = len(columns) - len(conditions) + number
        effect = float(fitted.mean[0, place])
        sd = SLOW_WANDER * float(np.sqrt(fitted.covariance[0, place, place]))
        repeats = len({part for part in at if of[list(at).index(part)].name == condition})
        half = TWO_SIDED_95 * sd
        verdict = _verdict(effect, half, law.matters, speed_known=blocks.speed_m_s is not None)
        out.append(
            Effect(
                condition, name, base, effect, half, max(half, together * sd), law.matters, repeats, verdict
            )
        )
    return out


def _is(under: np.ndarray[Any, np.dtype[np.intp]], condition: int) -> FloatArray:
    there: FloatArray = (under == condition).astype(np.float64)
    return there


def _verdict(effect: float, half: float, matters: float, *, speed_known: bool) -> Verdict:
    """Return the verdict on an effect by its 95 % half-width and the least that matters, in its unit."""
    if abs(effect) <= half or abs(effect) < matters:
        return "no change shown"
    return "changed" if speed_known else "speed unknown"
