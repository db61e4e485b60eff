"""One line an athlete for a coach: what changed at the last session, whom to ask, and how much was run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from gait.history.since_last import WEEK, Load, compare_kept, load_until
from gait.history.store import KeptSession
from gait.sentences import sentence

__all__ = ["AthleteState", "athlete_state"]

SILENT_DAYS = 21
"""Days without a session or check-in after which somebody is asked (chosen: three weeks; a fortnight off is
usual after a race)."""

PAIN_DAYS = 14
"""Days that a check-in with pain counts (chosen: as long as an entry says how somebody is,
`gait.coaching.diary.progress.STALE_DAYS`)."""

LEAST_PAIN = 3
"""Pain out of ten from which somebody is asked (chosen: the amber of the pain light)."""

JUMP = 1.10
"""A run this much longer than the longest of 30 days is a jump (Frandsen et al. 2025, on single runs)."""


@dataclass(frozen=True)
class AthleteState:
    """State of an athlete, in the order that a coach looks at.

    Attributes
    ----------
    last
        When the last session was run; empty where none is kept.
    changed
        Metrics that changed between the last two sessions, beyond noise and speed.
    ask
        Why this athlete should be asked, in words; empty where nothing says so.
    load
        Running up to the last session.
    """

    name: str
    sessions: int
    last: str
    changed: tuple[str, ...]
    ask: tuple[str, ...]
    load: Load

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)


def athlete_state(
    name: str,
    sessions: Sequence[KeptSession],
    checkins: Sequence[tuple[str, Mapping[str, Any]]],
    today: date,
) -> AthleteState:
    """Return the state of one athlete; somebody who only checked in has one too.

    Parameters
    ----------
    sessions
        In the order they were run; the last two need their metrics, and those before as far as the runner's
        own relation with speed is read off them.
    checkins
        (date, entry) as `History.checkins` gives them.
    today
        The day from which pain and silence are counted.
    """
    reasons = (*_pain(checkins, today), *_silence(sessions, checkins, today))
    if not sessions:
        return AthleteState(name, 0, "", (), reasons, Load(0.0, None, None, None))
    last = sessions[-1]
    changed: tuple[str, ...] = ()
    if len(sessions) > 1:
        rows = compare_kept(sessions[-2], last, sessions[:-1])
        changed = tuple(row.metric for row in rows if row.changed)
    load = load_until(sessions)
    reasons = (*reasons, *_jump(last, load))
    return AthleteState(name, len(sessions), last.ran_at, changed, reasons, _recent(load, last, today))


def _recent(load: Load, last: KeptSession, today: date) -> Load:
    """Return the load, whose week is empty where the last session lies further back."""
    if today - datetime.fromisoformat(last.ran_at).date() < WEEK:
        return load
    return Load(0.0, 0.0 if load.week_m is not None else None, load.longest_s, load.longest_m)


def _pain(checkins: Sequence[tuple[str, Mapping[str, Any]]], today: date) -> tuple[str, ...]:
    """Return the worst pain of the last check-ins, where it is amber or more."""
    within = timedelta(days=PAIN_DAYS)
    fresh = [entry for day, entry in checkins if timedelta(0) <= today - date.fromisoformat(day) <= within]
    recent = [float(entry["pain"]) for entry in fresh if isinstance(entry.get("pain"), int | float)]
    worst = max(recent, default=0.0)
    reasons = (sentence("pain {worst:g}/10 in a check-in", worst=worst),) if worst >= LEAST_PAIN else ()
    limped = any(entry.get("limping") for entry in fresh)
    return (*reasons, sentence("limping in a check-in")) if limped else reasons


def _jump(last: KeptSession, load: Load) -> tuple[str, ...]:
    if load.longest_s is None or load.longest_s <= 0.0 or last.running_s <= JUMP * load.longest_s:
        return ()
    more = 100.0 * (last.running_s / load.longest_s - 1.0)
    return (sentence("last run {more:.0f} % longer than the longest of 30 days", more=more),)


def _silence(
    sessions: Sequence[KeptSession], checkins: Sequence[tuple[str, Mapping[str, Any]]], today: date
) -> tuple[str, ...]:
    days = [datetime.fromisoformat(session.ran_at).date() for session in sessions[-1:]]
    days += [date.fromisoformat(day) for day, _ in checkins[-1:]]
    silent = (today - max(days)).days if days else 0
    return (sentence("silent for {n} days", n=silent),) if silent >= SILENT_DAYS else ()
