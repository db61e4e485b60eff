"""Axes of one sensor in another order than the other's: which order makes the strides close.

Each order of the gyroscope's axes, with either sign, is tried on the strides (`closure`). The right one
closes gravity and explains the stance better than any scale or lag. Where a scale or a lag is the cause, no
order explains it better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations, product

from gait.analysis.faults.closure import Cause, Closed, explained
from gait.analysis.faults.units_and_axes import ANGLES, TIMES
from gait.analysis.results import Fault
from gait.sentences import sentence

__all__ = [
    "Order",
    "SignedOrder",
    "exchanged",
    "mirrored",
    "order_of",
    "order_of_value",
    "signed_order_of",
    "turned",
]

CLOSES_WITHIN, MAY_CLOSE = 0.03, 0.05
"""Misclosure of gravity, relative, within which an order closes the strides; within which it may (chosen:
sound runs close within the first, noisy or coarse ones within the second)."""

BETTER, NOT_MUCH_WORSE = 2.0, 5.0
"""Difference of misfits by which an order explains the strides better than all else; by which it may be worse
and still be thought of (chosen on 8 recordings of Fukuchi 2017, 10.7717/peerj.3298, with 13 faults each: true
orders are better by 2.4 to 16 but for four, and no scale or lag is beaten by an order)."""


NEXT_BEST = 1.0
"""Difference of misfits from the next order below which either may be right (chosen on 18 feet and 18 shanks,
20 of them of Fukuchi 2017, 10.7717/peerj.3298, with 12 faults each: no order is then wrong, and none is seen
where a scale, a lag or nothing is the cause)."""


@dataclass(frozen=True)
class SignedOrder:
    """An order of the gyroscope's axes, each with a sign, that makes strides close.

    Attributes
    ----------
    columns, signs
        For x, y and z in turn the axis, 0 to 2, whose values they hold, and 1 or -1.
    alone
        Whether no other order fits as well, and the accelerometer's columns do not explain it either.
    misfit
        How much speaks against it, as `Cause.misfit`.
    """

    columns: tuple[int, int, int]
    signs: tuple[int, int, int]
    alone: bool
    misfit: float = 0.0

    @property
    def by_axis(self) -> tuple[float, ...]:
        """Return the order as a number an axis: 1 to 3, below 0 where the sign is turned."""
        return tuple(float(sign * (axis + 1)) for axis, sign in zip(self.columns, self.signs, strict=True))

    @property
    def words(self) -> str:
        """Return the order as axes' names with their signs."""
        return ", ".join(
            f"{'-' if sign < 0 else ''}{'xyz'[axis]}"
            for axis, sign in zip(self.columns, self.signs, strict=True)
        )


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


def signed_order_of(strides: Closed, others: Sequence[Cause], aim: float = 0.0) -> SignedOrder | None:
    """Return the order and signs of the gyroscope's axes that alone explain the strides; None without such.

    Parameters
    ----------
    others, aim
        As in `order_of`.
    """
    fits: list[tuple[float, float, SignedOrder]] = []
    for first, second, third in permutations(range(3)):
        for signs in product((1, -1), repeat=3):
            order = SignedOrder((first, second, third), (signs[0], signs[1], signs[2]), alone=False)
            if order.by_axis == (1.0, 2.0, 3.0):
                continue
            cause = explained(replace(strides, gyr=strides.gyr[:, order.columns] * signs), "none", 1.0)
            off = abs(cause.gravity - aim)
            if off < MAY_CLOSE:
                fits.append((cause.misfit, off, order))
    fits.sort(key=lambda fit: fit[0])
    if not fits or fits[0][1] > CLOSES_WITHIN:
        return None
    misfit, _, order = fits[0]
    if misfit > min(cause.misfit for cause in others) - BETTER:
        return None
    next_best = fits[1][0] if len(fits) > 1 else float("inf")
    # Two turned signs of the gyroscope are one turned sign of the accelerometer, seen in a mirror.
    of_either = order.columns == (0, 1, 2) and sum(sign < 0 for sign in order.signs) == 2
    return replace(order, alone=next_best > misfit + NEXT_BEST and not of_either, misfit=misfit)


def order_of_value(value: float) -> Order:
    """Return the order that a fault's value stands for."""
    digits = str(abs(round(value)))
    first, second, third = (int(digit) - 1 for digit in digits)
    return Order((first, second, third), 1 if value > 0.0 else -1, sure=True)


def exchanged(name: str, order: Order) -> Fault:
    """Return the fault of one sensor's axes in another order."""
    word = sentence("accelerometer") if order.of_acc else sentence("gyroscope")
    text = sentence(
        "the axes of the {sensor} are exchanged: its columns fit the other sensor in the order {order}",
        sensor=word,
        order=order.words,
    )
    todo = sentence("put its columns into that order (gait doctor does with -o)")
    spoils = (*TIMES, *ANGLES)
    return Fault("axes_exchanged", name, "likely", text, spoils, todo, order.value)


def turned(name: str, order: SignedOrder) -> Fault:
    """Return the fault of a gyroscope's axes in another order, or with other signs."""
    if order.signs == (-1, -1, -1) and order.columns == (0, 1, 2):
        return mirrored(name)
    spoils = (*TIMES, *ANGLES)
    if not order.alone:
        text = sentence(
            "axes of one sensor are exchanged or their signs turned: it fits the other one as {order}, or in "
            "another order",
            order=order.words,
        )
        todo = sentence("check the order and signs of the axes of both sensors")
        return Fault("axes_exchanged", name, "likely", text, spoils, todo)
    text = sentence(
        "the axes of the gyroscope are exchanged or their signs turned: its columns fit the accelerometer as "
        "{order}",
        order=order.words,
    )
    todo = sentence("put its columns into that order (gait doctor does with -o)")
    return Fault("axes_exchanged", name, "likely", text, spoils, todo, by_axis=order.by_axis)


def mirrored(name: str) -> Fault:
    """Return the fault of a gyroscope whose axes are of the other hand."""
    text = sentence(
        "the gyroscope turns against the accelerometer: the axes are left-handed or a sign is turned"
    )
    todo = sentence("turn the sign of gyr_x, gyr_y and gyr_z (gait doctor does with -o)")
    return Fault("mirrored", name, "likely", text, (*TIMES, *ANGLES), todo, -1.0)
