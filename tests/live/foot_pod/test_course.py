"""What the foot pod says over a run: pace, stops, distance, and silence where no speed is known."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.analysis.engine import Stride
from gait.live.foot_pod.course import MEAN_S, STOPS_S, Course, PodSettings


def stride(ic_s: float, time_s: float = 0.7, length_m: float = 2.1, side: Any = "left") -> Stride:
    """A running stride."""
    return Stride(
        side, "shoe", ic_s, ic_s + 0.23, ic_s + time_s, "running", 12.0, 9.0, stride_length_m=length_m
    )


def both_feet(count: int, length_m: float = 2.1) -> list[Stride]:
    """Strides of 0.7 s of both feet, half a stride apart."""
    return [stride(0.35 * n, length_m=length_m, side="left" if n % 2 == 0 else "right") for n in range(count)]


def test_two_feet_are_one_runner() -> None:
    """Strides of 2.1 m in 0.7 s are 3 m/s at 171.4 steps a minute, and both feet go the way once."""
    course = Course()
    for one in both_feet(40):
        course.stride(one)
    got = course.value(14.4)
    assert got is not None
    assert (got.speed_m_s, got.stride_m, got.running) == (pytest.approx(3.0), pytest.approx(2.1), True)
    assert got.cadence_spm == pytest.approx(120 / 0.7)
    assert got.distance_m == pytest.approx(3.0 * (39 * 0.35 + 0.7))


def test_one_foot_away_costs_no_distance() -> None:
    """While one foot's sensor is away the other one's strides go on covering the ground."""
    course = Course()
    for n, one in enumerate(both_feet(60)):
        if one.side == "left" or not 20 <= n < 40:
            course.stride(one)
    assert course.distance_m == pytest.approx(3.0 * (59 * 0.35 + 0.7))


def test_who_stops_has_no_pace() -> None:
    """Two seconds and a half after a runner's last stride speed and cadence are 0 and the distance stands."""
    course = Course()
    for one in both_feet(20):
        course.stride(one)
    end_s = 19 * 0.35 + 0.7
    moving, stands, away = (course.value(at) for at in (end_s + 2.3, end_s + 2.5, math.inf))
    assert moving is not None
    assert stands is not None
    assert moving.speed_m_s == pytest.approx(3.0)
    assert (stands.speed_m_s, stands.cadence_spm, stands.running) == (0.0, 0.0, False)
    assert stands.distance_m == moving.distance_m
    assert away == stands


@pytest.mark.parametrize(("first", "then"), [((1.1, 1.5), (0.7, 2.1)), ((0.7, 2.4), (1.2, 1.6))])
def test_another_pace_counts_from_its_second_stride(
    first: tuple[float, float], then: tuple[float, float]
) -> None:
    """From walking to running and back: two strides on, the speed has nothing of the strides before."""
    course = Course()
    for n in range(10):
        course.stride(stride(n * first[0], *first))
    begun_s = 10 * first[0]
    for n in range(2):
        course.stride(stride(begun_s + n * then[0], *then))
    got = course.value(begun_s + 2 * then[0])
    assert got is not None
    assert got.speed_m_s == pytest.approx(then[1] / then[0])
    assert got.cadence_spm == pytest.approx(120.0 / then[0])


def test_one_odd_stride_is_no_other_pace() -> None:
    """A kerb or a stride told wrong moves the mean by its share of three seconds alone."""
    course = Course()
    for n in range(20):
        course.stride(stride(0.7 * n, length_m=3.0 if n == 18 else 2.1))
    got = course.value(14.0)
    assert got is not None
    assert got.speed_m_s == pytest.approx((3.0 + 4 * 2.1) / 3.5, rel=0.03)
    assert MEAN_S == 3.0


def test_a_slow_walker_still_moves_between_strides() -> None:
    """At a stride in two seconds the wait for the next one is not taken for a stop."""
    course = Course()
    for n in range(5):
        course.stride(stride(2.0 * n, 2.0, 1.2))
    moving, stands = (course.value(10.0 + at) for at in (0.95 * STOPS_S, 1.05 * STOPS_S))
    assert moving is not None
    assert stands is not None
    assert (moving.speed_m_s, stands.speed_m_s) == (pytest.approx(0.6), 0.0)


def test_no_length_is_no_speed() -> None:
    """An accelerometer alone gives nothing to say, not a speed of 0; with a stated length it does."""
    silent, stated = Course(), Course(PodSettings(stride_m=2.0))
    for one in both_feet(20, math.nan):
        silent.stride(one)
        stated.stride(one)
    assert silent.value(7.0) is None
    got = stated.value(7.0)
    assert got is not None
    assert got.speed_m_s == pytest.approx(2.0 / 0.7)


def test_the_runners_calibration_counts() -> None:
    """Measured lengths are multiplied by the runner's factor: speed, stride length and distance alike."""
    plain, calibrated = Course(), Course(PodSettings(factor=1.04))
    for one in both_feet(20):
        plain.stride(one)
        calibrated.stride(one)
    first, second = plain.value(7.0), calibrated.value(7.0)
    assert first is not None
    assert second is not None
    assert second.speed_m_s == pytest.approx(1.04 * first.speed_m_s)
    assert second.distance_m == pytest.approx(1.04 * (first.distance_m or 0.0))
    assert second.cadence_spm == first.cadence_spm


@given(
    st.lists(
        st.tuples(
            st.floats(0.0, 50.0),
            st.floats(0.3, 2.0) | st.just(math.nan),
            st.floats(0.0, 5.0) | st.just(math.nan),
        ),
        max_size=40,
    )
)
def test_distance_never_falls(strides: list[tuple[float, float, float]]) -> None:
    """In whatever order strides come, of whatever length, distance stays or grows."""
    course, last = Course(), 0.0
    for at, time_s, length_m in strides:
        course.stride(stride(at, time_s, length_m))
        got = course.value(at)
        assert course.distance_m >= last
        last = course.distance_m
        assert got is None or got.distance_m == last
