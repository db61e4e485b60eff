"""Axes: the range that is drawn, round numbers on it, and the time axis in seconds, minutes or hours."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from gait.arrays import FloatArray
from gait.report.numbers import number
from gait.report.words import Words

__all__ = ["Ticks", "labelled", "nice_ticks", "span_of", "time_axis"]

Ticks = tuple[tuple[float, str], ...]
"""(value, label) from low to high."""

SECONDS_UP_TO_S, MINUTES_UP_TO_S = 180.0, 7200.0
"""Lengths of a run, s, up to which its axis counts seconds, and minutes; above, hours (chosen: a reader sees
at most three digits)."""
STEPS_S = (5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0)
"""Distances between two labels of a time axis, s (chosen: round numbers of seconds, minutes and hours)."""
MOST_TICKS = 6
"""Number of labels of a time axis, at most (chosen: more would touch on a phone)."""
MARGIN_SHARE = 0.08
"""Margin at each end of a range, relative to the range (chosen: no line lies on the frame)."""
ROUND = (1.0, 2.0, 5.0, 10.0)
"""Distances of ticks, times a power of ten (chosen: the steps in which people count)."""


def span_of(values: FloatArray, least: float, *, tail: float = 1.0) -> tuple[float, float]:
    """Return the range to draw: most of the values, and wide enough that noise does not look like a change.

    Parameters
    ----------
    values
        Any shape; values that are not finite are ignored.
    least
        Narrowest range, in the values' unit.
    tail
        Per cent left out at each end.

    Returns
    -------
    (low, high); ``(0, least)`` without a finite value.
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, least
    low, high = (float(edge) for edge in np.percentile(finite, [tail, 100.0 - tail]))
    grow = max(MARGIN_SHARE * (high - low), (least - (high - low)) / 2.0, 1e-9)
    return low - grow, high + grow


def nice_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round numbers inside [low, high], at most ``most`` + 1 of them.

    Examples
    --------
    >>> nice_ticks(0.0, 32.0), nice_ticks(161.0, 176.0)
    ([0.0, 10.0, 20.0, 30.0], [165.0, 170.0, 175.0])
    """
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return []
    raw = (high - low) / most
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in ROUND if size * factor >= raw - 1e-12)
    first = math.ceil(low / step - 1e-9)
    return [round(k * step, 10) + 0.0 for k in range(first, math.floor(high / step + 1e-9) + 1)]


def labelled(ticks: Sequence[float]) -> Ticks:
    """Return ticks with their labels, with as many decimals as the distance of the ticks needs.

    Examples
    --------
    >>> labelled([0.0, 0.5])
    ((0.0, '0.0'), (0.5, '0.5'))
    """
    step = min((b - a for a, b in itertools.pairwise(ticks)), default=1.0)
    decimals = 0 if step >= 1.0 - 1e-9 else 1 if step >= 0.1 - 1e-9 else 2
    return tuple((tick, number(tick, decimals)) for tick in ticks)


def time_axis(length_s: float, words: Words) -> tuple[Ticks, str]:
    """Return the ticks of a time axis in s since the start, and the name of the unit that its labels have.

    Parameters
    ----------
    length_s
        Length of the axis, seconds.
    words
        Catalogue for the unit's name.
    """
    step = next((candidate for candidate in STEPS_S if length_s / candidate <= MOST_TICKS), length_s)
    tick_times = [k * step for k in range(math.floor(length_s / step + 1e-9) + 1)] if step > 0.0 else []
    if length_s <= SECONDS_UP_TO_S:
        return tuple((t, number(t, 0)) for t in tick_times), words("axis.seconds")
    if length_s <= MINUTES_UP_TO_S:
        return tuple((t, number(t / 60.0, 0)) for t in tick_times), words("axis.minutes")
    return tuple((t, _hours(t)) for t in tick_times), words("axis.hours")


def _hours(seconds: float) -> str:
    """Return a time as hours and minutes, such as ``1:30`` for 5400 s."""
    hours, minutes = divmod(round(seconds / 60.0), 60)
    return f"{hours}:{minutes:02d}"
