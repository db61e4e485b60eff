"""A sensor that reads otherwise from some stride on: the strides' gravity then has two levels.

Whatever the run, its strides' mean force is one g (`closure`). Where that holds in one part and not in the
other, a unit, a full scale, a lag or the clock changed between the two.
"""

from __future__ import annotations

import numpy as np

from gait.analysis.faults.closure import closed_strides, gravity_of_strides
from gait.analysis.faults.parts import CUT_THERE, Part
from gait.analysis.results import Fault
from gait.analysis.strides.stride_batch import StrideBatch
from gait.arrays import FloatArray
from gait.recording.model import Recording
from gait.sentences import sentence

__all__ = ["changed_parts"]

LEAST_STRIDES = 5
"""Strides of either part."""

SOUND, OFF = 0.07, 0.15
"""Misclosure of the part that is right, at most, and of the other one, at least, relative (chosen)."""

SCATTER = 0.35
"""Robust scatter within either part as a share of the difference between them, at most (chosen)."""

CLIPPED = 0.2
"""Share of clipped strides from which those explain that force is missing."""


def changed_parts(name: str, batch: StrideBatch, samples: Recording) -> tuple[Part, ...]:
    """Return the part before or behind a change by which a sensor that is right elsewhere is off.

    Parameters
    ----------
    name
        The sensor's, such as ``left shoe``.
    samples
        With the samples within `closure.stride_spans` at least.
    """
    strides = closed_strides(batch, samples)
    if strides is None or len(strides) < 2 * LEAST_STRIDES:
        return ()
    gravity = gravity_of_strides(strides)
    cut = _cut(gravity)
    parts = (gravity[:cut], gravity[cut:])
    levels = [float(np.median(part)) for part in parts]
    off = [abs(level - 1.0) for level in levels]
    wrong = int(off[1] > off[0])
    between = abs(levels[1] - levels[0])
    within = max(1.48 * float(np.median(np.abs(part - np.median(part)))) for part in parts)
    rows = strides.rows[:cut] if wrong == 0 else strides.rows[cut:]
    if off[1 - wrong] > SOUND or off[wrong] < OFF or within > SCATTER * between:
        return ()
    if levels[wrong] < 1.0 and batch.clipped[rows].mean() > CLIPPED:
        return ()
    return (_part(name, batch, strides.rows[cut - 1 : cut + 1].tolist(), levels, wrong),)


def _cut(gravity: FloatArray) -> int:
    """Return the first stride behind the cut that leaves the least absolute scatter about both medians."""
    places = range(LEAST_STRIDES, len(gravity) - LEAST_STRIDES + 1)

    def left(cut: int) -> float:
        return sum(float(np.abs(part - np.median(part)).sum()) for part in (gravity[:cut], gravity[cut:]))

    return min(places, key=left)


def _part(name: str, batch: StrideBatch, beside: list[int], levels: list[float], wrong: int) -> Part:
    """Return the part up to or from the change of level; `beside` are the strides about it."""
    low = float(batch.ic_s[0]) if wrong == 0 else float(batch.end_s[beside[0]])
    high = float(batch.ic_s[beside[1]]) if wrong == 0 else float(batch.end_s[-1])
    text = sentence(
        "from {low:.0f} to {high:.0f} s gravity over whole strides is {read:.2f} g, and {right:.2f} g "
        "elsewhere: a unit, a full scale, a lag or the clock changed",
        low=low,
        high=high,
        read=levels[wrong],
        right=levels[1 - wrong],
    )
    return Part(Fault("changed_part", name, "clear", text, (), CUT_THERE, low), low, high)
