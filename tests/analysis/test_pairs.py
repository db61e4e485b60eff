"""Strides and true contacts are paired as by looking at every distance, without a table of all of them."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gait.analysis.strides.stride_batch import StrideBatch, empty_batch
from gait.validation.compare import NEAR, _pairs

TIMES = st.lists(st.integers(0, 400), min_size=1, max_size=30, unique=True)


def _batch(ic_s: np.ndarray) -> StrideBatch:
    return replace(empty_batch(len(ic_s)), ic_s=ic_s, next_ic_s=ic_s + 0.7)


@given(found=TIMES, true=TIMES)
def test_pairs_are_each_others_nearest(found: list[int], true: list[int]) -> None:
    """The same pairs as the full table of distances gives; times on a grid of unequal offsets, so no ties."""
    ic = np.sort(np.array(found)) * 0.05
    known = np.sort(np.array(true)) * 0.05 + 0.0123
    rows, at = _pairs(_batch(ic), known)
    away = np.abs(ic[:, None] - known[None, :])
    expected = [
        (row, column)
        for row in range(len(ic))
        if away[:, column := int(away[row].argmin())].argmin() == row and away[row, column] < NEAR * 0.7
    ]
    assert list(zip(rows.tolist(), at.tolist(), strict=True)) == expected


def test_a_day_of_strides_needs_little_memory() -> None:
    """A hundred thousand strides against as many contacts: no table of ten thousand million distances."""
    ic = np.arange(100_000) * 0.7
    tracemalloc.start()
    rows, at = _pairs(_batch(ic), ic + 0.01)
    assert tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()
    assert len(rows) == 100_000
    assert (rows == at).all()
