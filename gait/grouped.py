"""Medians and quantiles of the parts of an array, all parts at once."""

from __future__ import annotations

import numpy as np

from gait.arrays import FloatArray, IntArray

__all__ = ["medians_by", "quantiles_by"]


def quantiles_by(part: IntArray, value: FloatArray, shares: tuple[float, ...]) -> tuple[IntArray, FloatArray]:
    """Return the parts there are, ascending, and (parts, shares) quantiles of each part's values.

    Parameters
    ----------
    part, value
        (n,) number of the part that a value belongs to, and finite values.

    Examples
    --------
    >>> import numpy as np
    >>> parts, values = quantiles_by(np.array([3, 1, 3, 3]), np.array([5.0, 1.0, 9.0, 6.0]), (0.5, 0.75))
    >>> parts.tolist(), values.tolist()
    ([1, 3], [[1.0, 1.0], [6.0, 7.5]])
    """
    order = np.argsort(part, kind="stable")
    part, value = part[order], value[order]
    first = np.flatnonzero(np.diff(part, prepend=part[:1] - 1))
    count = np.diff(first, append=len(part))
    for start, length in zip(first.tolist(), count.tolist(), strict=True):
        value[start : start + length].sort()
    at = first[:, None] + (count - 1)[:, None] * np.array(shares)[None, :]
    low = np.floor(at).astype(np.intp)
    high = np.minimum(low + 1, (first + count - 1)[:, None])
    return part[first], value[low] + (value[high] - value[low]) * (at - low)


def medians_by(part: IntArray, value: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the parts there are, ascending, and the median of each part's values, all at once.

    Parameters
    ----------
    part, value
        (n,) number of the part that a value belongs to, and finite values.

    Examples
    --------
    >>> import numpy as np
    >>> medians_by(np.array([3, 1, 3, 3, 1]), np.array([5.0, 1.0, 9.0, 6.0, 2.0]))
    (array([1, 3]), array([1.5, 6. ]))
    """
    parts, middles = quantiles_by(part, value, (0.5,))
    return parts, middles[:, 0]
