"""The diary moves the plan on, and never on red."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.coaching.diary.progress import (
    LONGEST_SHARE,
    STOP_PAIN,
    WALK_RUN,
    CheckIn,
    longest_allowed_min,
    parse_check_in,
    progress,
)
from gait.errors import KnowledgeError
from tests.properties import cases

START = date(2026, 5, 1)

ENTRIES = st.lists(
    st.builds(
        CheckIn,
        date=st.integers(0, 120).map(lambda days: START + timedelta(days=days)),
        pain=st.integers(0, 10),
        settled=st.booleans(),
        limping=st.booleans(),
        sessions=st.integers(0, 3),
        longest_run_min=st.sampled_from([0.0, 15.0, 40.0, 90.0]),
        stage_done=st.booleans(),
    ),
    max_size=25,
    unique_by=lambda one: one.date,
)


def entry(day: int, pain: int = 0, **more: object) -> CheckIn:
    """An entry so many days after the start."""
    return parse_check_in({"date": START + timedelta(days=day), "pain": pain, **more})


@cases(60)
@given(entries=ENTRIES)
def test_a_diary_never_advances_on_red(entries: list[CheckIn]) -> None:
    """Whatever came before: after an entry that stops or is not settled nothing rises and nobody runs."""
    diary = sorted(entries, key=lambda one: one.date)
    for count in range(1, len(diary) + 1):
        last = diary[count - 1]
        before = progress(diary[: count - 1], last.date)
        after = progress(diary[:count], last.date)
        red = last.limping or last.pain >= STOP_PAIN or not last.settled
        if red:
            assert after.light == "red"
            assert after.step <= before.step
            assert after.running == "none"
            assert after.longest_run_min is None
        assert after.step <= before.step + 1
        if after.longest_run_min is not None:
            recent = [one.longest_run_min for one in diary[:count] if (last.date - one.date).days <= 30]
            assert after.longest_run_min <= LONGEST_SHARE * max(recent) + 1e-9


def test_two_good_sessions_are_a_step() -> None:
    """Within the limit, settled, sessions done, twice: one step on; above the limit it holds; worse, back."""
    good = [entry(day, 2, sessions=1) for day in (0, 3, 6, 9)]
    assert progress(good[:1], good[0].date).step == 0
    assert progress(good[:2], good[1].date).step == 1
    assert progress(good, good[3].date).step == 2
    held = [*good, entry(12, 4, sessions=1)]
    assert (progress(held, held[-1].date).step, progress(held, held[-1].date).verdict) == (2, "hold")
    worse = [*good, entry(12, 2, settled=False)]
    assert (progress(worse, worse[-1].date).step, progress(worse, worse[-1].date).light) == (1, "red")


def test_limits_are_those_of_the_place() -> None:
    """4 of 10 is within the heel tendon's limit and above the kneecap's."""
    four = [entry(0, 4)]
    assert progress(four, START, places=("achilles",)).verdict == "on"
    assert progress(four, START, places=("knee_front",)).verdict == "hold"
    assert progress(four, START, places=("achilles", "knee_front")).verdict == "hold"


def test_coming_back_goes_through_every_stage() -> None:
    """After a stop: entry test, each stage twice, then as usual; the stages are twenty minutes each."""
    assert all(rounds * (run + walk) == pytest.approx(20.0) for rounds, run, walk in WALK_RUN)
    diary = [entry(0, 7)]
    assert progress(diary, START).running == "none"
    stages = []
    for outing in range(2 * len(WALK_RUN) + 1):
        diary.append(entry(2 + 2 * outing, 1, stage_done=outing > 0, longest_run_min=20.0))
        stages.append(progress(diary, diary[-1].date).stage)
    assert stages[0] == 0
    assert stages[:-1] == sorted(stages[:-1])
    assert stages[-1] is None
    assert any("Entry test" in text for text in progress(diary[:2], diary[1].date).text)


def test_no_run_longer_than_a_tenth_beyond_the_longest() -> None:
    """40 minutes within 30 days allow 44; after that nothing is known, and the stages decide."""
    diary = [entry(0, longest_run_min=40.0)]
    assert longest_allowed_min(diary, START + timedelta(days=30)) == pytest.approx(44.0)
    assert longest_allowed_min(diary, START + timedelta(days=31)) is None
    late = progress([*diary, entry(40)], START + timedelta(days=40))
    assert (late.running, late.stage) == ("stages", 0)


def test_weeks_and_prevention() -> None:
    """Week by week; once quiet for four entries behind week 12, once a week is enough; retest at 6 and 12."""
    diary = [entry(7 * week, 0, sessions=2, longest_run_min=30.0) for week in range(14)]
    assert progress(diary[:1], START).week == 1
    assert progress(diary[:1], START).retest_on == START + timedelta(weeks=6)
    late = progress(diary, diary[-1].date)
    assert (late.week, late.sessions_per_week) == (14, 1)
    assert progress(diary[:8], diary[7].date).retest_on == START + timedelta(weeks=12)


@pytest.mark.parametrize(
    "wrong", [{"pain": 11}, {"pain": -1}, {"mood": 3}, {"sessions": 99}, {"date": "soon"}, {"pain": None}]
)
def test_bad_entries_are_refused(wrong: dict[str, object]) -> None:
    """One line with what is wrong."""
    with pytest.raises(KnowledgeError, match="check-in"):
        parse_check_in({"date": "2026-05-01", "pain": 1} | wrong)
