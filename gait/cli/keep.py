"""Keeping a reported session under a runner's name, and the lines that say what is new in it."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gait.cli.main import one_line

if TYPE_CHECKING:
    from gait.analysis.results import Analysis
    from gait.coaching.plan.progress import CheckIn
    from gait.history.since_last import Load, SinceLast
    from gait.recording.long import LongSession
    from gait.recording.model import Session

__all__ = ["keep_session", "kept_check_ins", "lines_since_last", "runner_of"]

FRESH = timedelta(days=14)
"""A check-in older than that no longer says how somebody is today (chosen, as the coach's line has it)."""


def runner_of(session: Session | LongSession, runner: str | None, *, no_history: bool) -> str | None:
    """Return under whose name a session is kept, or None; a name from ``session.toml`` is said on stderr."""
    if no_history:
        return None
    named = getattr(session.runner, "name", "") or ""
    if runner is None and named.strip():
        print(
            f"gait: this session is kept under the name in session.toml, {one_line(named)}; "
            "--no-history leaves it",
            file=sys.stderr,
        )
    return runner or named.strip() or None


def kept_check_ins(runner: str | None, history: Path | None, today: date) -> tuple[CheckIn, ...]:
    """Return a runner's kept check-ins, oldest first; none where the newest is older than `FRESH`.

    Raises
    ------
    GaitError
        The history cannot be opened.
    """
    from gait.coaching.plan.progress import CheckIn, parse_check_in
    from gait.history.database import database_path
    from gait.history.store import History

    where = database_path(history)
    if runner is None or not where.is_file():
        return ()
    with History(where, create=False) as kept:
        rows = kept.checkins(runner)
    entries = tuple(
        parse_check_in({key: value for key, value in body.items() if key in CheckIn.model_fields})
        for day, body in rows
        if date.fromisoformat(day) <= today
    )
    return entries if entries and today - entries[-1].date <= FRESH else ()


def keep_session(
    session: Session | LongSession,
    analysis: Analysis,
    runner: str,
    history: Path | None,
    results: dict[str, Any],
) -> SinceLast:
    """Keep a session of a runner and return what is new in it.

    Raises
    ------
    GaitError
        The history cannot be opened or written.
    """
    from gait.history.database import database_path
    from gait.history.session_identity import pods_of, samples_hash
    from gait.history.since_last import since_last
    from gait.history.store import History

    with History(database_path(history)) as kept:
        number = kept.keep(runner, analysis, samples_hash(session), results, pods_of(session))
        return since_last(kept.sessions(runner), number)


def lines_since_last(new: SinceLast) -> list[str]:
    """Return lines for the terminal: what changed since the last session, what is outside the normal."""
    from gait.analysis.metrics import METRICS, decimals_for

    if new.last is None:
        return ["  kept: the first session of this runner"]
    other = f" (other shoes: {one_line(new.shoes)})" if new.other_shoes else ""
    lines = [f"  since {new.last.ran_at[:10]}{other}:"]
    for row in new.changes:
        if row.changed:
            spec = METRICS[row.metric]
            decimals = decimals_for(row.uncertainty, spec.decimals)
            lines.append(
                f"    {spec.label} {row.first:.{decimals}f} -> {row.second:.{decimals}f} {spec.unit}: changed"
            )
    others = sum(not row.changed for row in new.changes)
    if others == len(new.changes):
        lines.append(f"    no number changed beyond noise and speed ({others} compared)")
    else:
        lines.append(f"    {others} others: no change beyond noise and speed")
    for name, trend in new.normal:
        if trend.verdict != "within your normal":
            lines.append(f"    {METRICS[name].label}: {trend.verdict}")
    return [*lines, _load_line(new.load)]


def _load_line(load: Load) -> str:
    """Return how much was run in seven days, and the longest run of the 30 days before."""
    week = f"{load.week_s / 60.0:.0f} min" + ("" if load.week_m is None else f", {load.week_m / 1e3:.1f} km")
    if load.longest_s is None:
        return f"    last 7 days: {week}"
    longest = f"{load.longest_s / 60.0:.0f} min"
    if load.longest_m is not None:
        longest += f", {load.longest_m / 1e3:.1f} km"
    return f"    last 7 days: {week}; longest run of the 30 days before: {longest}"
