"""The week's layout against a plain oracle, and its rules one by one."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.coaching.plan.week import DAY_NAMES, lay_out

runs_and_hard = st.sets(st.integers(0, 6)).flatmap(
    lambda runs: st.tuples(
        st.just(runs), st.sets(st.sampled_from(sorted(runs))) if runs else st.just(set[int]())
    )
)


def _clean(days: tuple[int, ...], runs: set[int], hard: set[int], rest: int) -> bool:
    """The rules as they are told, day by day: none on a run, none within the rest days before a hard run."""
    if set(days) & runs:
        return False
    return not any((day + k) % 7 in hard for day in days for k in range(1, rest + 1))


@given(runs_and_hard, st.integers(1, 3), st.integers(1, 2))
def test_rules_are_kept_whenever_some_week_keeps_them(
    pair: tuple[set[int], set[int]], sessions: int, rest: int
) -> None:
    """If any placement keeps all rules for as many sessions, the chosen one does; else it says so."""
    runs, hard = pair
    found = lay_out(runs, hard, sessions=sessions, rest_days=rest)
    most = max(
        (
            n
            for n in range(1, sessions + 1)
            for days in combinations(range(7), n)
            if _clean(days, runs, hard, rest)
        ),
        default=0,
    )
    assert 1 <= len(found.strength) <= sessions
    if most:
        assert _clean(found.strength, runs, hard, rest)
        assert len(found.strength) == most
    else:
        assert found.problems
    if most < sessions:
        assert found.problems


@given(runs_and_hard, st.integers(1, 3))
def test_the_names_of_days_do_not_matter(pair: tuple[set[int], set[int]], sessions: int) -> None:
    """Every week turned by a day has a layout as good: the number of sessions is the same."""
    runs, hard = pair
    turned = lay_out({(d + 1) % 7 for d in runs}, {(d + 1) % 7 for d in hard}, sessions=sessions, rest_days=1)
    straight = lay_out(runs, hard, sessions=sessions, rest_days=1)
    assert len(turned.strength) == len(straight.strength)
    assert len(turned.problems) == len(straight.problems)


def test_a_common_week() -> None:
    """Runs on Tuesday, Thursday (hard) and Saturday: Monday and Friday, both clear of Thursday."""
    assert lay_out([1, 3, 5], [3], sessions=2, rest_days=1).strength == (0, 4)


def test_running_every_day_is_said_and_the_hard_day_is_kept_clear() -> None:
    """Nothing fits: one session on an easy day that is not the eve of the hard one, and the reason told."""
    found = lay_out(range(7), [2], sessions=2, rest_days=1)
    assert len(found.strength) == 1
    assert not set(found.strength) & {1, 2}
    words = " ".join(found.problems)
    assert "also run" in words
    assert "1 strength session instead of 2" in words
    assert DAY_NAMES[found.strength[0]] in words


def test_hard_runs_every_day_still_gives_a_week() -> None:
    """Even then there is a session, and it is called what it is."""
    found = lay_out(range(7), range(7), sessions=3, rest_days=1)
    assert len(found.strength) == 1
    assert "hard-run day" in found.problems[0]


@pytest.mark.parametrize("sessions", [1, 2, 3])
def test_without_runs_sessions_are_spread(sessions: int) -> None:
    """With no run in the week no two sessions follow one another."""
    days = lay_out([], [], sessions=sessions, rest_days=1).strength
    assert len(days) == sessions
    assert all((a + 1) % 7 not in days for a in days)
