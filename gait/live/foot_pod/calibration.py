"""The runner's own calibration: what known distances of kept sessions put on measured lengths."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

from gait.history.store import History

__all__ = ["factor_of_runner"]

SESSIONS = 5
"""Newest calibrated sessions that count (chosen: shoes and mounting change over months)."""
KEYS = ("distance calibration", "watch calibration")
"""Under which an analysis notes the factor: of a stated distance or speed, and of a watch."""
FACTOR = re.compile(r"x (\d+(?:\.\d+)?)")
SOUND = (0.8, 1.25)
"""Factors beyond are not a calibration but a wrong distance (chosen: as `gait report` warns of,
`gait.cli.commands.report.CALIBRATION`)."""


def factor_of_runner(runner: str, path: Path) -> tuple[float, int]:
    """Return the factor on a runner's stride lengths, and of how many sessions it is the median.

    1 of 0 sessions where none of the kept ones had a known distance.

    Raises
    ------
    GaitError
        The history cannot be read.
    """
    factors: list[float] = []
    with History(path, create=False) as kept:
        for session in reversed(kept.sessions(runner)):
            _, results = kept.details(session.id)
            settings = results.get("settings", {})
            matches = [FACTOR.fullmatch(str(settings.get(key, ""))) for key in KEYS]
            factors += [
                float(match[1]) for match in matches if match and SOUND[0] <= float(match[1]) <= SOUND[1]
            ][:1]
            if len(factors) == SESSIONS:
                break
    return (float(median(factors)), len(factors)) if factors else (1.0, 0)
