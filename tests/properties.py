"""How many cases a property draws, in the suite and with ``tests/run.py --long``; and what a module needs."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest
from hypothesis import settings

__all__ = ["cases", "is_long", "need", "only_long", "seeds"]

LONG = "GAIT_LONG"
"""Environment variable that asks for the long form."""

LONG_CASES = 10_000


def is_long() -> bool:
    """Return whether the long form of every test is asked for."""
    return bool(os.environ.get(LONG))


only_long = pytest.mark.skipif(not is_long(), reason="takes long: tests/run.py --long")
"""Marks a test that the suite leaves to the long form."""


def cases(count: int, long: int = LONG_CASES) -> settings:
    """Return the settings of a property that draws `count` cases, or `long` where that is asked for."""
    return settings(max_examples=long if is_long() else count)


def seeds(count: int, *, long: int) -> range:
    """Return the seeds that a test goes through: `count`, or `long` where that is asked for."""
    return range(long if is_long() else count)


def need(*packages: str, reason: str = "") -> None:
    """Skip a module without these packages, fail in CI; load none, as all workers look at all modules."""
    missing = [name for name in packages if find_spec(name) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"tests/run.py must install {' and '.join(missing)}")
    if missing:
        pytest.skip(reason or f"needs {' and '.join(missing)}", allow_module_level=True)
