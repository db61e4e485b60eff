"""How many cases a property draws: some in the suite, ten thousand with ``tests/run.py --long``."""

from __future__ import annotations

import os

from hypothesis import settings

__all__ = ["cases", "is_long", "seeds"]

LONG = "GAIT_LONG"
"""Environment variable that asks for the long form."""

LONG_CASES = 10_000


def is_long() -> bool:
    """Return whether the long form of every test is asked for."""
    return bool(os.environ.get(LONG))


def cases(count: int, long: int = LONG_CASES) -> settings:
    """Return the settings of a property that draws `count` cases, or `long` where that is asked for."""
    return settings(max_examples=long if is_long() else count)


def seeds(count: int, *, long: int) -> range:
    """Return the seeds that a test goes through: `count`, or `long` where that is asked for."""
    return range(long if is_long() else count)
