"""Orders of axes: as numbers, and found on a run whose gyroscope's axes were exchanged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gait.analysis.engine import strides_of
from gait.analysis.faults.closure import Closed, closed_strides, explained
from gait.analysis.faults.exchanged_axes import Order, order_of, order_of_value, signed_order_of
from gait.virtual.runner.simulate import VirtualSession


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_an_order_of_axes_is_a_number(order: tuple[int, int, int]) -> None:
    """It stands in a fault's value and comes back; the sign of two exchanged axes tells whose they are."""
    for sign in (1, -1):
        there = Order(order, sign, sure=True)
        assert order_of_value(there.value) == there
        assert there.of_acc == (sign < 0 and order in {(1, 0, 2), (0, 2, 1), (2, 1, 0)})
    assert Order((1, 0, 2), 1, sure=True).words == "y, x, z"


@pytest.fixture(scope="module")
def strides(virtual: Callable[..., VirtualSession]) -> Closed:
    """Strides of a sound shoe."""
    recording = virtual(seconds=15.0).session.recordings[0]
    closed = closed_strides(strides_of(recording)[0], recording)
    assert closed is not None
    return closed


@pytest.mark.parametrize("order", [(1, 0, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_that_closes_is_found(strides: Closed, order: tuple[int, int, int]) -> None:
    """The gyroscope's columns are put back where the strides close, and it is sure."""
    wrong = replace(strides, gyr=strides.gyr[:, np.argsort(order)])
    found = order_of(wrong, [explained(wrong, "none", 1.0)])
    assert found == Order(order, 1, sure=True)


def test_sound_strides_have_no_order(strides: Closed) -> None:
    """Where the strides close as they are, no order explains them better for sure."""
    found = order_of(strides, [explained(strides, "none", 1.0)])
    assert found is None or not found.sure


@pytest.mark.parametrize(
    ("columns", "signs", "alone"),
    [((1, 0, 2), (1, -1, 1), True), ((0, 1, 2), (1, 1, -1), True), ((0, 1, 2), (-1, -1, 1), False)],
)
def test_the_signs_that_close_are_found(
    strides: Closed, columns: tuple[int, int, int], signs: tuple[int, int, int], alone: bool
) -> None:
    """A gyroscope turned by a quarter, a turned sign, and two: those may be the accelerometer's."""
    turn = Rotation.from_rotvec([0.6, 0.5, -0.7]).as_matrix()  # so that each axis sees much of the turning
    sound = replace(strides, acc=strides.acc @ turn, gyr=strides.gyr @ turn)
    wrong = replace(sound, gyr=sound.gyr[:, columns] * signs)
    found = signed_order_of(wrong, [explained(wrong, "none", 1.0)])
    assert found is not None
    assert found.alone is alone
    back = np.array([abs(place) - 1 for place in found.by_axis], dtype=int)
    np.testing.assert_array_equal(wrong.gyr[:, back] * np.sign(found.by_axis), sound.gyr)


def test_sound_strides_have_no_signs(strides: Closed) -> None:
    """Nothing is turned where the strides close as they are."""
    assert signed_order_of(strides, [explained(strides, "none", 1.0)]) is None
