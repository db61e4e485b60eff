"""News of a session: against the last one, against the runner's own normal, and the distance run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gait.history.change import Change, compare
from gait.history.own_normal import TrendRow, own_laws, own_normal
from gait.history.speed_laws import SPEED_LAWS
from gait.history.store import KeptSession

__all__ = ["Load", "SinceLast", "compare_kept", "load_until", "since_last"]

LONGEST_WITHIN = timedelta(days=30)
"""Runs that count for the longest one (Frandsen et al. 2025: single runs against the longest of 30 days)."""

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Load:
    """How much was run up to a session, that one included.

    Attributes
    ----------
    week_s, week_m
        Running of the last seven days, s and metres (metres None where no session knows its distance).
    longest_s, longest_m
        Longest run of the 30 days before this one; None where there was none.
    """

    week_s: float
    week_m: float | None
    longest_s: float | None
    longest_m: float | None


@dataclass(frozen=True)
class SinceLast:
    """A session against those before it.

    Attributes
    ----------
    last
        The session before; None for the first.
    changes
        Every metric that both have, against `last`.
    normal
        Every metric with a normal of the runner's own, against that.
    load
        How much was run.
    shoes
        Of this session; empty where nobody wrote them down.
    """

    last: KeptSession | None
    changes: tuple[Change, ...]
    normal: tuple[tuple[str, TrendRow], ...]
    load: Load
    shoes: str = ""

    @property
    def other_shoes(self) -> bool:
        """Return whether both sessions name their shoes, and name different ones."""
        if self.last is None or not self.last.shoes or not self.shoes:
            return False
        return self.last.shoes != self.shoes


def since_last(sessions: Sequence[KeptSession], number: int) -> SinceLast:
    """Return what is new in one of a runner's sessions.

    Parameters
    ----------
    sessions
        All kept sessions of the runner, in the order they were run.
    number
        The session to look at.
    """
    at = next(index for index, session in enumerate(sessions) if session.id == number)
    upto, this = sessions[: at + 1], sessions[at]
    last = sessions[at - 1] if at else None
    changes: list[Change] = []
    if last is not None:
        changes = compare_kept(last, this, sessions[:at])
    normal = []
    for name in this.metrics:
        if name in SPEED_LAWS:
            row = own_normal([session for session in upto if name in session.metrics], name)[-1]
            if row.normal is not None:
                normal.append((name, row))
    return SinceLast(last, tuple(changes), tuple(normal), load_until(upto), this.shoes)


def compare_kept(before: KeptSession, after: KeptSession, earlier: Sequence[KeptSession]) -> list[Change]:
    """Return the change from one kept session to another, by the runner's own relations.

    Parameters
    ----------
    earlier
        Sessions before `after`, which those relations are read off.
    """
    return compare(
        before.metrics,
        after.metrics,
        same_sensors=before.sensors == after.sensors,
        speeds=(before.speed_m_s, after.speed_m_s),
        slopes=(before.slope_pct, after.slope_pct),
        laws=own_laws(earlier),
    )


def load_until(sessions: Sequence[KeptSession]) -> Load:
    """Return how much was run up to the last of the sessions; they are in order and at least one."""
    now = datetime.fromisoformat(sessions[-1].ran_at)
    week = [session for session in sessions if now - datetime.fromisoformat(session.ran_at) < WEEK]
    before = [
        session for session in sessions[:-1] if now - datetime.fromisoformat(session.ran_at) <= LONGEST_WITHIN
    ]
    metres = [session.distance_m for session in week if session.distance_m is not None]
    longest = [session.distance_m for session in before if session.distance_m is not None]
    return Load(
        sum(session.running_s for session in week),
        sum(metres) if metres else None,
        max((session.running_s for session in before), default=None),
        max(longest, default=None),
    )
