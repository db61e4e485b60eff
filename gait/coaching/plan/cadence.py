"""The cadence target: a little above the runner's own baseline, in steps, with the metronome's figures."""

from __future__ import annotations

import math

from gait.coaching.evaluate import Facts
from gait.coaching.language import ENGLISH, Language
from gait.coaching.model import CadenceTarget, Reason
from gait.coaching.rules.schema import ProgrammeNumbers

__all__ = ["baseline_spm", "cadence_target"]

PLAUSIBLE_SPM = (120.0, 240.0)
"""Range of running cadences that a target is worked out from, steps a minute (chosen: slower is walking,
faster a sprint)."""


HOW = (
    "Set a metronome to {bpm} beats a minute and let every step fall on a beat; at {one_foot} beats, every "
    "landing of the same foot. Keep the speed, and let the steps get shorter. Begin with 6 times 1 minute, "
    "then 15 minutes of an easy run, a little more each time, up to 30. From the fifth run on have it off "
    "more and more, in the eighth all the time. Held after 4 weeks without it, and no more ache: go on to "
    "{following:.0f}. Never above {limit:.0f}."
)


def baseline_spm(facts: Facts) -> float | None:
    """Return the runner's own cadence in steps a minute: measured, else counted, else None."""
    metric = facts.metrics.get("cadence_spm")
    value = metric.value if metric is not None else facts.answers.cadence_spm
    if value is None or not math.isfinite(value) or not PLAUSIBLE_SPM[0] <= value <= PLAUSIBLE_SPM[1]:
        return None
    return float(value)


def cadence_target(
    baseline: float, numbers: ProgrammeNumbers, reasons: tuple[Reason, ...], *, say: Language = ENGLISH
) -> CadenceTarget:
    """Return the target for a baseline in steps a minute; how it is worked on is said in a language.

    Examples
    --------
    >>> from gait.coaching.rules.load import load_knowledge
    >>> target = cadence_target(160.0, load_knowledge().numbers, ())
    >>> target.target_spm, target.limit_spm, target.metronome_bpm, target.one_foot_bpm, target.steps_spm
    (168.0, 176.0, 168, 84, (168.0, 172.0, 176.0))
    """
    limit = float(math.floor(baseline * (1.0 + numbers.cadence_limit_pct / 100.0) + 1e-9))
    target = min(float(round(baseline * (1.0 + numbers.cadence_step_pct / 100.0))), limit)
    middle = float(round((target + limit) / 2.0))
    steps = tuple(sorted({target, middle, limit}))
    bpm = round(target)
    one_foot = round(target / 2.0)
    following = steps[min(1, len(steps) - 1)]
    how = say(HOW, bpm=bpm, one_foot=one_foot, following=following, limit=limit)
    return CadenceTarget(
        baseline_spm=baseline,
        target_spm=target,
        limit_spm=limit,
        metronome_bpm=bpm,
        how=how,
        reasons=reasons,
        one_foot_bpm=one_foot,
        steps_spm=steps,
    )
