"""A change of form within a run as a sentence, for the page and for the terminal."""

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
        Session time that the run's clock starts from.
    """
    spec = METRICS[row.metric]
    places = decimals_for(row.uncertainty, spec.decimals, row.change)
    size = (
        f"{number(abs(row.change), places)}{FIXED}±{FIXED}{number(row.uncertainty, places)}{units(spec.unit)}"
    )
    said = {
        "name": words(f"metric.{row.metric}"),
        "moved": words("thirds.up" if row.change > 0 else "thirds.down"),
        "size": size,
    }
    if row.at_s is None or row.from_s is None or row.to_s is None:
        return words("within.slowly", **said)
    at, low, high = (_clock(one - start_s) for one in (row.at_s, row.from_s, row.to_s))
    return words("within.at", **said, at=at, low=low, high=high)


def _clock(seconds: float) -> str:
    """Return a time of the run as minutes and seconds, hours in front where there are any."""
    whole = max(round(seconds), 0)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"
