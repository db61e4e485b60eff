"""The scatter of each second, against numpy's own over the samples."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.signal.movement import Movement
from gait.analysis.signal.resample import GRID_HZ, GridBlock
from gait.units import STANDARD_GRAVITY

HZ = round(GRID_HZ)


def _block(first: int, acc: np.ndarray) -> GridBlock:
    none = np.zeros(len(acc), dtype=bool)
    return GridBlock(first, acc, None, none, np.zeros(len(acc)), none)


@pytest.mark.parametrize("cuts", [(), (1,), (7, 130, 131, 400), tuple(range(1, 800, 13))])
def test_the_scatter_is_that_of_the_samples_however_they_come(cuts: tuple[int, ...]) -> None:
    """Blocks that end anywhere in a second, and a second that only ten samples reach into."""
    rng = np.random.default_rng(3)
    acc = rng.normal([0.0, 2.0, STANDARD_GRAVITY], 3.0, (4 * HZ + 10, 3))
    movement, start = Movement(), 5 * HZ
    for low, high in zip((0, *cuts), (*cuts, len(acc)), strict=True):
        if high > low:
            movement.add(_block(start + low, acc[low:high]))
    size = np.linalg.norm(acc, axis=1) / STANDARD_GRAVITY
    expected = [size[at : at + HZ].std() for at in range(0, len(acc), HZ)]
    assert movement.spread_g(np.array([5.0, 6.5, 7.2, 8.999, 9.0])) == pytest.approx(expected, abs=1e-9)


def test_seconds_without_samples_say_nothing() -> None:
    """Before, after and within a gap, one sample alone, and no time at all."""
    movement = Movement()
    assert np.isnan(movement.spread_g(np.array([0.0, 3.0]))).all()
    movement.add_sums(2, np.array([[10.0, 10.0, 10.0], [1.0, 1.0, 1.0]]))
    movement.add_sums(200, np.array([[10.0, 10.0, 20.0]]))
    spread = movement.spread_g(np.array([1.9, 2.0, 3.5, 100.0, 200.9, 201.0, np.nan]))
    assert np.isnan(spread).tolist() == [True, False, True, True, False, True, True]
    assert spread[[1, 4]] == pytest.approx([0.0, 1.0])


def test_a_day_takes_its_32_bytes_a_second() -> None:
    """However it comes in, what is kept is no more than twice what a day needs."""
    movement = Movement()
    for second in range(0, 86_400, 7):
        movement.add_sums(second, np.full((8, 3), 10.0))
    kept = sum(part.nbytes for part in vars(movement).values() if isinstance(part, np.ndarray))
    assert kept <= 2 * 32 * 86_400
    assert movement.spread_g(np.array([7.0, 86_000.0])) == pytest.approx([0.0, 0.0])
