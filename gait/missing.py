"""Numbers that are missing: NaN inside the package, null in JSON and in tables for other programs."""

from __future__ import annotations

import math

__all__ = ["number_or_none"]


def number_or_none(value: float, decimals: int | None = None) -> float | None:
    """Return a finite number, rounded where decimals are given; None for NaN and for infinity.

    Parameters
    ----------
    value
        Number of any unit; NumPy's scalars too.
    decimals
        Places behind the point to round to; None leaves the number as it is.

    Returns
    -------
    A plain float, or None: JSON has neither NaN nor infinity.

    Examples
    --------
    >>> number_or_none(2.347, 1), number_or_none(7.0), number_or_none(float("nan")), number_or_none(math.inf)
    (2.3, 7.0, None, None)
    """
    number = float(value)
    if not math.isfinite(number):
        return None
    return number if decimals is None else round(number, decimals)
