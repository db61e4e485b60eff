"""How many cases a property draws: some in the suite, ten thousand with ``tests/run.py --long``."""

from __future__ import annotations

import os

from hypothesis import settings

__all__ = ["cases", "seeds"]

LONG = "GAIT_LONG"
"""Environment variable that asks for the long form."""

LONG_CASES = 10_000


def cases(count: int, long: int = LONG_CASES) -> settings:
    """Return the settings of a property that draws `count` cases, or `long` where that is asked for."""
    return settings(max_examples=long if os.environ.get(LONG) else count)


def seeds(count: int, *, long: int) -> range:
    """Return the seeds that a test goes through: `count`, or `long` where that is asked for."""
    return range(long if os.environ.get(LONG) else count)
