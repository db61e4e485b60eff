"""The buffer of grid samples: what it holds, what it forgets, what it says of spans of time."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.signal.buffer import SampleBuffer, sample_rows
from gait.analysis.signal.resample import GRID_HZ, GridBlock


def _block(first: int, n: int, bridged: slice = slice(0, 0)) -> GridBlock:
    """Grid samples whose first component is their own index."""
    index = np.arange(first, first + n, dtype=float)
    acc = np.column_stack([index, np.zeros(n), np.zeros(n)])
    marks = np.zeros(n, dtype=bool)
    marks[bridged] = True
    return GridBlock(first=first, acc=acc, gyr=acc, clipped=index % 100 == 50, peak=index, bridged=marks)


def test_blocks_join_and_the_oldest_are_dropped() -> None:
    """Samples of two blocks stand in order; what is dropped moves the first index, not the last."""
    buffer = SampleBuffer()
    buffer.append(_block(1000, 300))
    buffer.append(_block(1300, 200))
    assert (buffer.first, buffer.end, len(buffer)) == (1000, 1500, 500)
    buffer.drop(120)
    assert (buffer.first, buffer.end) == (1120, 1500)
    np.testing.assert_array_equal(buffer.acc[:, 0], np.arange(1120.0, 1500.0))
    assert len(buffer.gyr) == len(buffer.peak) == len(buffer.clipped) == len(buffer.bridged) == 380


def test_trim_keeps_the_last_seconds() -> None:
    """Eight seconds stay whatever is asked for; less than twenty are not worth dropping."""
    buffer = SampleBuffer()
    buffer.append(_block(0, 6000))
    buffer.trim(3000)
    assert buffer.first == 0
    buffer.trim(5900)
    assert buffer.end - buffer.first == 8 * GRID_HZ


def test_the_shock_of_a_span() -> None:
    """Its largest raw acceleration, and whether any of its samples clipped."""
    buffer = SampleBuffer()
    buffer.append(_block(1000, 400))
    clipped, peak = buffer.shock(np.array([5.0, 5.3]), np.array([5.2, 5.8]))
    assert clipped.tolist() == [False, True]
    assert peak.tolist() == [1039.0, 1159.0]


def test_missing_and_silent_time_about_an_event() -> None:
    """Ten bridged samples about 2.0 s are 50 ms; at the record's end what lies behind it is missing."""
    buffer = SampleBuffer()
    buffer.append(_block(0, 800, slice(395, 405)))
    missing = buffer.missing_s(np.array([2.0, 1.0, 3.99, np.nan]), 0.1)
    assert missing[:2].tolist() == pytest.approx([0.05, 0.0])
    assert missing[2] == pytest.approx(0.1 - 0.005)
    assert np.isnan(missing[3])
    silent = buffer.silent_s(np.array([2.0, 2.06, 1.0]), 0.1)
    assert silent.tolist() == pytest.approx([0.025, 0.085, 0.0])


def test_rows_are_read_between_columns() -> None:
    """Linear between two columns, held at the ends."""
    rows = np.array([[0.0, 1.0, 4.0], [5.0, 5.0, 7.0]])
    read = sample_rows(rows, np.array([[0.5, 1.5, 9.0], [-1.0, 1.25, 1.5]]))
    np.testing.assert_allclose(read, [[0.5, 2.5, 4.0], [5.0, 5.5, 6.0]], atol=0.01)
