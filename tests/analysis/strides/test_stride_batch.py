"""Strides as columns: joining, choosing, and what is walking, by hand."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from gait.analysis.strides.stride_batch import StrideBatch, concatenate, empty_batch, is_walking


def _numbered(first: float, n: int) -> StrideBatch:
    return replace(empty_batch(n), ic_s=first + np.arange(n), next_ic_s=first + 1.0 + np.arange(n))


def test_nothing_is_known_of_an_empty_batch() -> None:
    """Every number is NaN, every flag False."""
    batch = empty_batch(3)
    assert len(batch) == 3
    for field in fields(batch):
        values = getattr(batch, field.name)
        assert not values.any() if values.dtype == bool else np.isnan(values).all(), field.name


def test_joining_and_choosing() -> None:
    """In the order given; batches without a stride leave no trace."""
    both = concatenate([empty_batch(), _numbered(0.0, 3), empty_batch(), _numbered(10.0, 2)])
    assert both.ic_s.tolist() == [0.0, 1.0, 2.0, 10.0, 11.0]
    assert both.take(both.ic_s > 1.0).ic_s.tolist() == [2.0, 10.0, 11.0]
    assert both.take(slice(1, 3)).next_ic_s.tolist() == [2.0, 3.0]
    assert len(concatenate([])) == len(concatenate([empty_batch()])) == 0


def test_the_end_of_a_stride() -> None:
    """The next contact; without one the end of this, and without that its beginning."""
    batch = _numbered(0.0, 3)
    batch.tc_s[:] = [0.2, 1.2, np.nan]
    batch.next_ic_s[1:] = np.nan
    assert batch.complete.tolist() == [True, False, False]
    assert batch.end_s.tolist() == [1.0, 1.2, 2.0]


@pytest.mark.parametrize(
    ("duty", "stride_s", "walks"),
    [
        (0.35, 0.70, 0.0),
        (0.59, 0.75, 0.0),
        (0.62, 0.75, 1.0),
        (0.62, 1.10, 1.0),
        (0.44, 1.10, 0.0),
        (0.53, 0.90, 1.0),
        (0.52, 0.90, 0.0),
        (np.nan, 0.90, 0.0),
    ],
)
def test_walking_by_contact_and_length(duty: float, stride_s: float, walks: float) -> None:
    """From 0.60 of a stride of 0.8 s to 0.45 of one of 1 s, in a straight line between."""
    assert is_walking(np.array([duty]), np.array([stride_s])) == walks
