"""Sentence on a change of form within a run, for the page and for the terminal."""

from __future__ import annotations

from gait.analysis.metrics import METRICS
from gait.history.within_run import WithinRun
from gait.report.numbers import FIXED, decimals_for, number, units
from gait.report.words import Words

__all__ = ["sentence"]


def sentence(row: WithinRun, start_s: float, words: Words) -> str:
    """Return one change as a sentence.

    Parameters
    ----------
    start_s
        Session time of the run's start, s.
    """
    spec = METRICS[row.metric]
    places = decimals_for(row.uncertainty, spec.decimals, row.change)
    size = (
        f"{number(abs(row.change), places)}{FIXED}±{FIXED}{number(row.uncertainty, places)}{units(spec.unit)}"
    )
    places_of_text = {
        "name": words(f"metric.{row.metric}"),
        "moved": words("thirds.up" if row.change > 0 else "thirds.down"),
        "size": size,
    }
    if row.at_s is None or row.from_s is None or row.to_s is None:
        return words("within.slowly", **places_of_text)
    at, low, high = (_clock(time_s - start_s) for time_s in (row.at_s, row.from_s, row.to_s))
    return words("within.at", **places_of_text, at=at, low=low, high=high)


def _clock(seconds: float) -> str:
    """Return a time of the run as minutes and seconds, hours in front where there are any."""
    total_s = max(round(seconds), 0)
    hours, minutes = divmod(total_s // 60, 60)
    return f"{hours}:{minutes:02d}:{total_s % 60:02d}" if hours else f"{minutes}:{total_s % 60:02d}"
