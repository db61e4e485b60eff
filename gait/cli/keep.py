"""Keeping a reported session under a runner's name, and the lines that say what is new in it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gait.cli.main import one_line

if TYPE_CHECKING:
    from gait.analysis.results import Analysis
    from gait.cli.measured import Measured
    from gait.coaching.diary.progress import CheckIn
    from gait.coaching.language import Language
    from gait.coaching.questionnaire.answers import Answers
    from gait.history.since_last import Load, SinceLast
    from gait.report.words import Words

__all__ = [
    "KeptAnswers",
    "keep_session",
    "kept_answers",
    "kept_check_ins",
    "lines_since_last",
    "runner_of",
    "session_lies_ahead",
]

FRESH = timedelta(days=14)
"""A check-in older than that no longer says how somebody is today (chosen, as the coach's line has it)."""


NEWEST_SESSIONS = 10
"""Sessions that are looked through for answers, the newest first (chosen: older answers are out of date
anyway)."""


@dataclass(frozen=True)
class KeptAnswers:
    """A runner's newest answers, the day they were given, and whether they are too old for safety."""

    answers: Answers
    answered_on: date
    old: bool

    def line(self, say: Language) -> str:
        """Return the sentence that tells where answers came from."""
        from gait.coaching.questionnaire.aging import ANSWERS_WEEKS

        day = say.day(self.answered_on.isoformat())
        text = say("Answers kept from {day}.", day=day)
        if not self.old:
            return text
        old = (
            "They are over {weeks} weeks old: answer again what keeps you safe, with --answers FILE or --ask."
        )
        return f"{text} {say(old, weeks=ANSWERS_WEEKS)}"


def kept_answers(runner: str | None, history: Path | None, today: date) -> KeptAnswers | None:
    """Return a runner's newest kept answers, from check-ins and reports, as they count today.

    Returns
    -------
    None without a runner, a history or answers in it.

    Raises
    ------
    GaitError
        The history cannot be opened, or holds answers that break their schema.
    """
    from gait.coaching.questionnaire.aging import aged, is_aged
    from gait.coaching.questionnaire.answers import parse_answers
    from gait.history.database import database_path
    from gait.history.store import History

    where = database_path(history)
    if runner is None or not where.is_file():
        return None
    with History(where, create=False) as kept:
        rows = kept.checkins(runner)
        answered = [(day, body["answers"]) for day, body in rows if body.get("answers")]
        for session in kept.sessions(runner, newest=0)[-NEWEST_SESSIONS:]:
            _, results = kept.details(session.id)
            if results.get("answers"):
                answered.append((results["answered_on"], results["answers"]))
    dated = [(date.fromisoformat(day), body) for day, body in answered if date.fromisoformat(day) <= today]
    if not dated:
        return None
    answered_on, body = max(dated, key=lambda row: row[0])
    answers = aged(parse_answers(body, source="the answers kept"), answered_on, today)
    sore = (*(answers.pain or ()), *_named_since(rows, answered_on, today))
    answers = answers.model_copy(update={"pain": tuple(dict.fromkeys(sore)) or answers.pain})
    return KeptAnswers(answers, answered_on, is_aged(answered_on, today))


def _named_since(
    rows: Sequence[tuple[str, dict[str, Any]]], answered_on: date, today: date
) -> tuple[str, ...]:
    """Return the sore places of the newest check-in that names some, unless the answers are newer."""
    named = [(date.fromisoformat(day), tuple(body["places"])) for day, body in rows if body.get("places")]
    return next((places for day, places in reversed(named) if answered_on <= day <= today), ())


def runner_of(named: str, runner: str | None, *, no_history: bool) -> str | None:
    """Return under whose name a session is kept, or None; the one in ``session.toml`` is said on stderr."""
    if no_history:
        return None
    if runner is None and named:
        print(
            f"gait: this session is kept under the name in session.toml, {one_line(named)}; "
            "--no-history leaves it",
            file=sys.stderr,
        )
    return runner or named or None


def kept_check_ins(runner: str | None, history: Path | None, today: date) -> tuple[CheckIn, ...]:
    """Return a runner's kept check-ins, oldest first; none where the newest is older than `FRESH`.

    Raises
    ------
    GaitError
        The history cannot be opened.
    """
    from gait.coaching.diary.progress import CheckIn, parse_check_in
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


def session_lies_ahead(started: str, now: datetime | None = None) -> bool:
    """Return whether a session's start lies more than a day ahead: a clock or a date is wrong."""
    from gait.history.session_identity import in_utc

    ran_at = in_utc(started)
    return bool(ran_at) and datetime.fromisoformat(ran_at) > (now or datetime.now(UTC)) + timedelta(days=1)


def keep_session(
    measured: Measured,
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
    from gait.history.since_last import since_last
    from gait.history.store import History

    if session_lies_ahead(analysis.started):
        print(
            f"gait: the recording says that it was started on {analysis.started[:10]}, which is yet to come; "
            "mend 'started' in session.toml, as sessions are compared in the order of their dates",
            file=sys.stderr,
        )
    with History(database_path(history)) as kept:
        number = kept.keep(runner, analysis, measured.digest, results, measured.pods)
        return since_last(kept.sessions(runner), number)


def lines_since_last(new: SinceLast, words: Words | None = None) -> list[str]:
    """Return lines for the terminal: what changed since the last session, what is outside the normal."""
    from gait.analysis.metrics import METRICS, decimals_for
    from gait.report.words import load_words

    words = words or load_words()
    if new.last is None:
        return ["  " + words("summary.first")]
    day = date.fromisoformat(new.last.ran_at[:10])
    when = words("summary.date", year=day.year, month=day.month, day=day.day)
    other = {"date": when, "shoes": one_line(new.shoes)}
    key = "summary.since_in_others" if new.other_shoes else "summary.since"
    lines = ["  " + words(key, **other)]
    for row in new.changes:
        if row.changed:
            spec = METRICS[row.metric]
            digits = f".{decimals_for(row.uncertainty, spec.decimals, row.change)}f"
            first, second = (words.digits(value, digits) for value in (row.first, row.second))
            name = words.label(row.metric)
            second = f"{second} {spec.unit}".rstrip()
            lines.append("    " + words("summary.changed", name=name, first=first, second=second))
    others = sum(not row.changed for row in new.changes)
    key = "summary.none_changed" if others == len(new.changes) else "summary.others"
    lines.append("    " + words(key, n=others))
    for name, trend in new.normal:
        if trend.verdict != "within your normal":
            key = "above" if trend.value > (trend.normal or 0.0) else "below"
            lines.append("    " + words(f"changed.{key}", name=words.label(name)))
    return [*lines, "    " + _load_line(new.load, words)]


def _load_line(load: Load, words: Words) -> str:
    """Return how much was run in seven days, and the longest run of the 30 days before."""
    week = _amount(load.week_s, load.week_m, words)
    if load.longest_s is None:
        return words("summary.week", week=week)
    longest = _amount(load.longest_s, load.longest_m, words)
    return words("summary.week_and_longest", week=week, longest=longest)


def _amount(time_s: float, distance_m: float | None, words: Words) -> str:
    """Return minutes, and kilometres where they are known."""
    minutes = words("summary.whole_minutes", n=f"{time_s / 60.0:.0f}")
    return minutes if distance_m is None else f"{minutes}, {words.digits(distance_m / 1e3, '.1f')} km"
