"""The course of eight runs: what is on, how the feedback fades, and what is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from gait.history.store import History
from gait.live.alerts import Alerts
from gait.live.coach import Coach
from gait.live.retraining import (
    CYCLE_S,
    MINUTES,
    RUNS,
    SHARES,
    CourseRun,
    course_run,
    next_step,
    run_from,
)
from tests.live.strides import strides_at

FIRST = date(2026, 5, 1)


def runs(count: int, every: int = 3, tests: Sequence[int] = ()) -> list[CourseRun]:
    """Runs 1 to `count`, some days apart, and tests so many days behind the last of them."""
    out = []
    for at in range(count):
        day = FIRST + timedelta(days=every * at)
        out.append(course_run(next_step(out, day), day, 172.0, 180.0, MINUTES[at], 171.0, None))
    for days in tests:
        day = FIRST + timedelta(days=every * (count - 1) + days)
        out.append(course_run(next_step(out, day), day, 172.0, 180.0, 5.0, 171.0, 170.0))
    return out


def test_eight_runs_fade_from_all_to_nothing() -> None:
    """15 to 30 minutes, 180 in all; beep always in four runs, then 75, 50, 25 and 0 %."""
    done = runs(RUNS)
    assert [(one.kind, one.number) for one in done] == [("run", number) for number in range(1, 9)]
    assert MINUTES[0] == 15
    assert MINUTES[-1] == 30
    assert 177 <= sum(MINUTES) <= 196
    assert SHARES == (1.0, 1.0, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0)


@pytest.mark.parametrize("number", range(1, RUNS + 1))
def test_a_run_has_its_share_of_feedback(number: int) -> None:
    """Second by second over its minutes the share is that of the schedule; behind them there is none."""
    done = runs(number - 1)
    step = next_step(done, FIRST + timedelta(days=3 * (number - 1)))
    seconds = 60 * step.minutes
    whole = int(seconds // CYCLE_S * CYCLE_S)
    on = sum(step.feedback(float(at)) for at in range(whole))
    assert on == pytest.approx(SHARES[number - 1] * whole)
    assert not step.feedback(seconds + 1.0)


def test_one_run_a_day_and_tests_weeks_later() -> None:
    """After a run nothing more that day; tests 28 and 84 days behind the eighth; then it is done."""
    assert next_step(runs(3), FIRST + timedelta(days=6)).kind == "wait"
    assert next_step(runs(3), FIRST + timedelta(days=7)).number == 4
    last = FIRST + timedelta(days=21)
    before, due = next_step(runs(8), last + timedelta(days=27)), next_step(runs(8), last + timedelta(days=28))
    assert (before.kind, before.due_on) == ("wait", last + timedelta(days=28))
    assert (due.kind, due.number) == ("test", 1)
    assert not any(due.feedback(float(at)) for at in range(0, 600, 7))
    second = next_step(runs(8, tests=(30,)), last + timedelta(days=84))
    assert (second.kind, second.number) == ("test", 2)
    assert next_step(runs(8, tests=(30, 90)), last + timedelta(days=91)).kind == "done"


def test_a_long_gap_begins_anew() -> None:
    """Five weeks after the third run the course starts with run 1 and full feedback."""
    step = next_step(runs(3), FIRST + timedelta(days=6 + 35))
    assert (step.number, step.share) == (1, 1.0)
    mixed = [*runs(3), course_run(step, FIRST + timedelta(days=41), 172.0, 180.0, 15.0, 170.0, None)]
    assert next_step(mixed, FIRST + timedelta(days=44)).number == 2


def test_a_short_run_does_not_count() -> None:
    """Four fifths of the minutes at least."""
    step = next_step((), FIRST)
    assert step.counts(12.0)
    assert not step.counts(11.9)


def test_the_coach_is_silent_where_the_course_is() -> None:
    """Run 6, half with feedback: alerts in the first minute of two alone, the rest is what counts as free."""
    step = next_step(runs(5), FIRST + timedelta(days=15))
    coach = Coach(Alerts(190.0), step)
    spoken = [one.next_ic_s for one in strides_at(170.0, 480.0) if coach.stride(one)]
    assert spoken
    assert all(at % CYCLE_S <= 0.5 * CYCLE_S + 1.0 for at in spoken)
    worth = coach.worth
    assert worth.minutes == pytest.approx(8.0, abs=0.05)
    assert worth.cadence_spm == pytest.approx(170.0)
    assert worth.free_spm == pytest.approx(170.0)
    state = coach.state()
    assert state is not None
    assert (state["number"], state["share_pct"], state["finished"]) == (6, 50, False)


def test_without_a_course_there_is_always_feedback() -> None:
    """No course, or none today: alerts as ever, and nothing counts as run without."""
    coach = Coach(Alerts(190.0), None)
    assert any(coach.stride(one) for one in strides_at(170.0, 60.0))
    assert coach.worth.free_spm is None
    assert coach.state() is None


def test_what_was_held_is_said() -> None:
    """Within 3 % of the target without beep it is held; a run with beep throughout says nothing of it."""
    step = next_step(runs(7), FIRST + timedelta(days=21))
    held, lost = (course_run(step, FIRST, 172.0, 180.0, 30.0, at, at) for at in (168.0, 165.0))
    assert (held.held, lost.held) == (True, False)
    assert (
        held.text == "run 8 of 8 is kept, 30 min at 168 steps a minute, without beep 168 (target 172): held"
    )
    assert runs(1)[0].held is None


def test_runs_are_kept_and_forgotten_with_the_runner(tmp_path: Path) -> None:
    """The history gives back what was kept, in order, of that runner alone; forgetting takes it along."""
    with History(tmp_path / "history.sqlite") as kept:
        for one in runs(2):
            kept.add_course_run("Ann", one.ran_on, one.body)
        assert [run_from(body) for body in kept.course_runs(" ann")] == runs(2)
        assert kept.course_runs("Bea") == ()
        kept.forget("Ann")
        assert kept.course_runs("Ann") == ()
