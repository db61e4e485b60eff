"""The coach's line: who changed, whom to ask, and how much was run, on sessions made by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from gait.history.athletes import athlete_state
from gait.history.store import KeptMetric, KeptSession

TODAY = date(2026, 5, 30)


def _session(number: int, days_ago: int, minutes: float = 40.0, cadence: float = 170.0) -> KeptSession:
    when = datetime.fromisoformat(f"{TODAY - timedelta(days=days_ago)}T08:00:00+00:00").isoformat()
    metrics = {
        "cadence_spm": KeptMetric("cadence_spm", cadence, 0.3, 2.0, 3000, {}),
        "speed_m_s": KeptMetric("speed_m_s", 3.0, 0.1, 0.1, 3000, {}),
    }
    return KeptSession(
        number, "Ada", "run", when, when, when, 60 * minutes, 60 * minutes, None, "", "", "",
        ("left shoe",), "1", metrics,
    )  # fmt: skip


def test_nothing_to_ask() -> None:
    """Two alike sessions this week: no change, nobody to ask, both in the load."""
    state = athlete_state("Ada", [_session(1, 5), _session(2, 1)], (), TODAY)
    assert (state.changed, state.ask) == ((), ())
    assert state.load.week_s == pytest.approx(4800.0)
    assert state.load.longest_s == pytest.approx(2400.0)


def test_a_change_is_named() -> None:
    """Cadence 12 spm up at one speed."""
    state = athlete_state("Ada", [_session(1, 5), _session(2, 1, cadence=182.0)], (), TODAY)
    assert state.changed == ("cadence_spm",)


@pytest.mark.parametrize(
    ("sessions", "checkins", "says"),
    [
        ([_session(1, 5), _session(2, 1, minutes=60.0)], (), "50 % longer"),
        ([_session(1, 40)], (), "silent for 40 days"),
        ([_session(1, 3)], (("2026-05-28", {"pain": 4}),), "pain 4/10"),
        ([_session(1, 3)], (("2026-05-28", {"pain": 1, "limping": True}),), "limping"),
    ],
)
def test_who_is_asked(sessions: list[KeptSession], checkins: tuple, says: str) -> None:
    """A jump, silence and pain each give one reason, and only that."""
    (reason,) = athlete_state("Ada", sessions, checkins, TODAY).ask
    assert says in reason


def test_old_pain_and_old_load_do_not_count() -> None:
    """Pain of a month ago is no reason; a week without running is an empty week."""
    state = athlete_state("Ada", [_session(1, 15)], (("2026-04-20", {"pain": 8}),), TODAY)
    assert state.ask == ()
    assert state.load.week_s == 0.0


@pytest.mark.parametrize(
    ("checkins", "ask"),
    [
        ((("2026-05-28", {"pain": 6}),), ("pain 6/10 in a check-in",)),
        ((("2026-05-28", {"pain": 0}),), ()),
        ((("2026-05-01", {"pain": 0}),), ("silent for 29 days",)),
        ((), ()),
    ],
)
def test_check_ins_alone_are_heard(checkins: tuple, ask: tuple[str, ...]) -> None:
    """Whoever only checked in, or has nothing left, has a state: asked for pain and silence, no load."""
    state = athlete_state("Bo", (), checkins, TODAY)
    assert (state.name, state.sessions, state.last, state.changed) == ("Bo", 0, "", ())
    assert state.ask == ask
    assert (state.load.week_s, state.load.longest_s) == (0.0, None)
