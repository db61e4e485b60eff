"""Two sensors by their strides alone: what is one clock, one leg, one file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.faults.two_sensors import SensorTimes, pair_faults
from gait.analysis.strides.stride_batch import empty_batch

STRIDE_S = 0.7


def _sensor(
    side: str, first_s: float, name: str = "shoe", contact_s: float = 0.25, mark: int = 1
) -> SensorTimes:
    ic = first_s + STRIDE_S * np.arange(40)
    batch = replace(
        empty_batch(40), ic_s=ic, tc_s=ic + contact_s, next_ic_s=ic + STRIDE_S, walking=np.zeros(40)
    )
    return SensorTimes(f"{side} {name}", side, (0.0, 40.0), mark, batch)  # type: ignore[arg-type]  # a plain text for a Side


LEFT = _sensor("left", 5.0)


def _kinds(other: SensorTimes) -> list[str]:
    return [fault.kind for fault in pair_faults([LEFT, other])]


def test_legs_half_a_stride_apart_have_no_fault() -> None:
    """Nor a little off it, as healthy runners are."""
    assert _kinds(_sensor("right", 5.0 + 0.5 * STRIDE_S, mark=2)) == []
    assert _kinds(_sensor("right", 5.0 + 0.52 * STRIDE_S, mark=2)) == []


@pytest.mark.parametrize("late_s", [0.08, -0.1])
def test_a_late_clock_is_measured(late_s: float) -> None:
    """Its lead in ms, where contacts agree; where they differ it may be the legs."""
    right = _sensor("right", 5.0 + 0.5 * STRIDE_S + late_s, mark=2)
    (fault,) = pair_faults([LEFT, right])
    assert fault.kind == "two_clocks"
    assert fault.value == pytest.approx(1e3 * late_s, abs=0.5)
    limping = _sensor("right", 5.0 + 0.5 * STRIDE_S + late_s, contact_s=0.30, mark=2)
    assert _kinds(limping) == []


def test_one_leg_lands_once() -> None:
    """Shoe and shank of a leg agree to 60 ms; beyond that their clocks are not one."""
    assert _kinds(_sensor("left", 5.02, "shank", mark=2)) == []
    (fault,) = pair_faults([LEFT, _sensor("left", 5.1, "shank", mark=2)])
    assert (fault.kind, fault.value) == ("leg_clocks", pytest.approx(100.0, abs=0.5))


def test_a_shank_without_gyroscope_may_show_the_push_off() -> None:
    """Late by the contact time its cause is open, and nothing is to be shifted; by less it is a clock."""
    shank = replace(_sensor("left", 5.24, "shank", mark=2), reads_gyr=False)
    (fault,) = pair_faults([LEFT, shank])
    assert (fault.kind, fault.certainty, fault.value) == ("leg_clocks", "cannot tell", None)
    assert "240 ms behind left shoe" in fault.what
    (sooner,) = pair_faults([LEFT, replace(_sensor("left", 5.12, "shank", mark=2), reads_gyr=False)])
    (other,) = pair_faults([LEFT, _sensor("left", 5.24, "shank", mark=2)])
    for fault in (sooner, other):
        assert (fault.certainty, fault.value is None) == ("likely", False)


def test_one_file_twice_and_two_runs() -> None:
    """The same samples, and spans of time that do not meet, refuse the session; each is told once."""
    assert _kinds(_sensor("right", 5.35)) == ["same_file"]
    other_day = replace(_sensor("right", 5.35, mark=2), span=(86400.0, 86440.0))
    (fault,) = pair_faults([LEFT, other_day])
    assert (fault.kind, fault.refuses) == ("no_overlap", True)
    assert fault.value == pytest.approx(86360.0)


@pytest.mark.parametrize("off_s", [0.0, 0.01, -0.015])
def test_two_feet_that_land_at_once_are_one(off_s: float) -> None:
    """Other samples, one leg: both sensors on it, or one recording given as both feet."""
    (fault,) = pair_faults([LEFT, _sensor("right", 5.0 + off_s, mark=2)])
    assert fault.kind == "same_leg"
    assert "flight_ms" in fault.spoils


@pytest.mark.parametrize(("end_s", "kinds"), [(37.0, []), (20.0, ["cut_short"])])
def test_a_sensor_that_was_there_for_half_of_the_run_is_told(end_s: float, kinds: list[str]) -> None:
    """Seconds of starting by hand are nothing; half a run is, with the seconds that are missing."""
    right = replace(_sensor("right", 5.0 + 0.5 * STRIDE_S, mark=2), span=(0.0, end_s))
    assert _kinds(right) == kinds
    assert [f.value for f in pair_faults([LEFT, right])] == [pytest.approx(40.0 - end_s)] * len(kinds)
