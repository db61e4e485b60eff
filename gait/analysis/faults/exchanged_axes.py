"""Axes of one sensor in another order than the other's: which order makes the strides close.

Each order of the gyroscope's axes, with either sign, is tried on the strides (`closure`). The right one
closes gravity and explains the stance better than any scale or lag. Where a scale or a lag is the cause, no
order explains it better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from gait.analysis.faults.closure import Cause, Closed, explained

__all__ = ["Order", "order_of", "order_of_value"]

CLOSES_WITHIN, MAY_CLOSE = 0.03, 0.05
"""Misclosure of gravity, relative, within which an order closes the strides; within which it may (chosen:
sound runs close within the first, noisy or coarse ones within the second)."""

BETTER, NOT_MUCH_WORSE = 2.0, 5.0
"""Difference of misfits by which an order explains the strides better than all else; by which it may be worse
and still be thought of (chosen on 8 recordings of Fukuchi 2017, 10.7717/peerj.3298, with 13 faults each: true
orders are better by 2.4 to 16 but for four, and no scale or lag is beaten by an order)."""


@dataclass(frozen=True)
class Order:
    """An order of one sensor's axes that makes strides close.

    Attributes
    ----------
    columns
        For x, y and z in turn the axis, 0 to 2, whose values they hold.
    sign
        1, or -1 where the gyroscope's sign is turned as well.
    sure
        Whether the strides close with it, and nothing else explains them as well.
    """

    columns: tuple[int, int, int]
    sign: int
    sure: bool

    @property
    def of_acc(self) -> bool:
        """Return whether it is the accelerometer's: two of its axes exchanged mirror what it sees."""
        return self.sign < 0 and sum(at == axis for at, axis in enumerate(self.columns)) == 1

    @property
    def value(self) -> float:
        """Return the order as a number: 213 for y, x, z; below 0 for the accelerometer's or a turned sign."""
        first, second, third = (axis + 1 for axis in self.columns)
        return float(self.sign * (100 * first + 10 * second + third))

    @property
    def words(self) -> str:
        """Return the order as axes' names."""
        return ", ".join("xyz"[axis] for axis in self.columns)


def order_of(strides: Closed, others: Sequence[Cause], aim: float = 0.0) -> Order | None:
    """Return the order of axes that explains the strides, or that may; None where none does.

    Parameters
    ----------
    others
        Explanations by scales and lags, and that of no fault.
    aim
        What gravity reads at rest over one g, less one.
    """
    orders: list[tuple[float, float, Order]] = []
    for columns in permutations(range(3)):
        for sign in (1, -1):
            if columns == (0, 1, 2):
                continue
            cause = explained(replace(strides, gyr=sign * strides.gyr[:, columns]), "none", 1.0)
            off = abs(cause.gravity - aim)
            if off < MAY_CLOSE:
                order = Order((columns[0], columns[1], columns[2]), sign, sure=False)
                orders.append((cause.misfit, off, order))
    if not orders:
        return None
    misfit, off, order = min(orders, key=lambda order: order[0])
    best = min(cause.misfit for cause in others)
    if misfit > best + NOT_MUCH_WORSE:
        return None
    return replace(order, sure=off < CLOSES_WITHIN and misfit < best - BETTER)


def order_of_value(value: float) -> Order:
    """Return the order that a fault's value stands for."""
    digits = str(abs(round(value)))
    first, second, third = (int(digit) - 1 for digit in digits)
    return Order((first, second, third), 1 if value > 0.0 else -1, sure=True)
