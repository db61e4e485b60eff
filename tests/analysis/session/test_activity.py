"""Bouts of a session, against time lines worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gait.analysis.results import Bout
from gait.analysis.session.activity import bouts_of, merge_bouts, settled
from gait.analysis.signal.movement import Movement
from gait.analysis.strides.stride_batch import StrideBatch, empty_batch


def _strides(starts: np.ndarray, span_s: float, walking: np.ndarray) -> StrideBatch:
    batch = empty_batch(len(starts))
    return replace(
        batch, ic_s=starts, tc_s=starts + 0.3, next_ic_s=starts + span_s, walking=walking.astype(float)
    )


def _as_tuples(bouts: tuple[Bout, ...]) -> list[tuple[float, float, str]]:
    return [(round(one.start_s, 6), round(one.end_s, 6), one.kind) for one in bouts]


def test_rest_run_gap_rest() -> None:
    """Still, running, a gap, and movement that is no gait cover the recording in their order."""
    moving = Movement()
    moving.add_sums(15, np.tile([100.0, 100.0, 101.0], (2, 1)))
    strides = _strides(np.arange(5.0, 10.0, 0.5), 0.5, np.zeros(10))
    bouts = bouts_of(strides, moving, ((12.0, 15.0),), (0.0, 18.0))
    assert _as_tuples(bouts) == [
        (0.0, 5.0, "still"),
        (5.0, 10.0, "running"),
        (10.0, 12.0, "still"),
        (12.0, 15.0, "gap"),
        (15.0, 17.0, "other"),
        (17.0, 18.0, "still"),
    ]


def test_a_pause_of_a_second_does_not_end_a_bout_but_two_do() -> None:
    """A pause shorter than 1.5 s is within the bout; one of 2 s is rest between two."""
    early = np.array([0.0, 0.7, 2.4, 3.1])
    one = bouts_of(_strides(early, 0.7, np.zeros(4)), Movement(), (), (0.0, 3.8))
    assert _as_tuples(one) == [(0.0, 3.8, "running")]
    late = np.array([0.0, 0.7, 3.4, 4.1])
    two = bouts_of(_strides(late, 0.7, np.zeros(4)), Movement(), (), (0.0, 4.8))
    assert [bout.kind for bout in two] == ["running", "still", "running"]


def test_a_single_stride_of_the_other_kind_is_no_bout() -> None:
    """The majority of five decides; three strides in a row of the other kind are a change."""
    walking = np.zeros(11, dtype=bool)
    walking[5] = True
    assert not any(settled(walking))
    walking[5:8] = True
    assert settled(walking) == walking.tolist()


def test_the_most_active_sensor_counts() -> None:
    """Two sensors' time lines give at each instant the more active kind; a gap in one is filled."""
    left = (Bout(0.0, 4.0, "still"), Bout(4.0, 8.0, "running"), Bout(8.0, 10.0, "gap"))
    right = (Bout(0.0, 3.0, "walking"), Bout(3.0, 10.0, "other"))
    assert _as_tuples(merge_bouts([left, right])) == [
        (0.0, 3.0, "walking"),
        (3.0, 4.0, "other"),
        (4.0, 8.0, "running"),
        (8.0, 10.0, "other"),
    ]
