"""A plan as a calendar: RFC 5545 text (.ics) with strength days, run days, steps of week and the retest.

Days are all-day events, so that no time zone is involved. Identifiers follow from the day and the kind, so
that a plan imported again replaces the earlier one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from gait.coaching.language import ENGLISH, Language
from gait.coaching.model import Day, Plan, PlannedExercise
from gait.coaching.plan.facts import dose
from gait.coaching.plan.turns import in_week
from gait.files import write_text
from gait.text import visible

__all__ = ["calendar_text", "write_calendar"]

WEEKS = 6
"""Weeks that a calendar covers (chosen: a first change takes the articles' 4 to 6)."""
MOST_OCTETS = 75
"""Longest line of an iCalendar file, octets without the line break (RFC 5545, 3.1)."""
PRODUCT = "-//gait//plan//"
"""The program; the language's tag follows."""
HOST = "plan.gait"
"""Right-hand part of the identifiers: a name, not an address."""


@dataclass(frozen=True)
class _Event:
    """One all-day event."""

    kind: str
    on: date
    summary: str
    description: str = ""


def calendar_text(
    plan: Plan, start: date, *, stamp: datetime, weeks: int = WEEKS, week: int = 1, say: Language = ENGLISH
) -> str:
    """Return a plan's coming weeks as iCalendar text with CRLF line ends.

    Parameters
    ----------
    plan
        With its week; one that is stopped gives one event, today, that says what comes first.
    start
        First day; the weeks run from here on, whatever weekday it is.
    stamp
        When the calendar is made, as RFC 5545 wants it of each event.
    weeks
        How many weeks.
    week
        Of training, that the plan is for: exercises that take turns come in the weeks after it.
    say
        Language of what is not in the plan.

    Examples
    --------
    >>> from gait.coaching.prescribe import prescribe
    >>> text = calendar_text(prescribe(()), date(2026, 5, 4), stamp=datetime(2026, 5, 4, tzinfo=UTC))
    >>> text.count("BEGIN:VEVENT") == text.count("END:VEVENT") > 12
    True
    """
    stamped = stamp.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}{say.tag.upper()}", "CALSCALE:GREGORIAN"]
    for event in _events(plan, start, weeks, week, say):
        lines += _written(event, stamped)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def write_calendar(
    path: str | Path,
    plan: Plan,
    start: date,
    *,
    stamp: datetime,
    weeks: int = WEEKS,
    week: int = 1,
    say: Language = ENGLISH,
) -> Path:
    """Write a plan's calendar, all or nothing; return the path.

    Raises
    ------
    GaitError
        The file cannot be written there.
    """
    text = calendar_text(plan, start, stamp=stamp, weeks=weeks, week=week, say=say)
    return write_text(path, text)


def _events(plan: Plan, start: date, weeks: int, week: int, say: Language) -> Iterator[_Event]:
    if plan.action.kind == "stop":
        yield _Event("stop", start, plan.action.text, plan.retest)
        return
    held = plan
    for offset in range(weeks * 7 if plan.week else 0):
        on = start + timedelta(days=offset)
        if offset % 7 == 0:
            held = in_week(plan, week + offset // 7)
        day = held.week[on.weekday()]
        if day.exercises:
            named = {exercise.id: exercise for exercise in held.exercises}
            yield _Event("strength", on, _length(day, say), _session(day, named, plan, say))
        if "run" in day.kind:
            title = say("Hard run" if day.kind == "hard run" else "Run")
            yield _Event("run", on, title, _run_note(day, plan, say))
    if plan.action.retest_on:
        again = date.fromisoformat(plan.action.retest_on)
        yield _Event("retest", again, say("Look again"), plan.action.worked_if or plan.retest)


def _length(day: Day, say: Language) -> str:
    return say("Strength, about {minutes} min", minutes=day.minutes) if day.minutes else say("Strength")


def _session(day: Day, named: dict[str, PlannedExercise], plan: Plan, say: Language) -> str:
    rows = []
    for key, sets in zip(day.exercises, day.sets or (0,) * len(day.exercises), strict=True):
        exercise = named[key]
        # The dose of this day, not that of a usual session: further sets stand on some days only.
        dose_parts = dose(exercise, say=say).split(" × ", 1)
        rows.append(f"{exercise.name}: {sets or exercise.sets} × {dose_parts[-1]}")
    return "\n".join([*rows, *(text for text in (plan.pain_rule,) if text)])


def _run_note(day: Day, plan: Plan, say: Language) -> str:
    target = plan.cadence
    beeps = target is not None and (any(target.metronome_pct) or not target.minutes)
    cadence = say("Metronome {bpm} a minute.", bpm=target.metronome_bpm) if target and beeps else ""
    return "\n".join(text for text in (day.note, cadence) if text)


def _written(event: _Event, stamped: str) -> list[str]:
    rows = [
        "BEGIN:VEVENT",
        f"UID:{event.kind}-{event.on.isoformat()}@{HOST}",
        f"DTSTAMP:{stamped}",
        f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{event.on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(event.summary)}",
    ]
    rows += [f"DESCRIPTION:{_escaped(event.description)}"] if event.description else []
    return [*rows, "TRANSP:TRANSPARENT", "END:VEVENT"]


def _escaped(text: str) -> str:
    r"""Return text as a value of an iCalendar file (RFC 5545, 3.3.11).

    Examples
    --------
    >>> _escaped("3 sets, light; rest\nthen \\ go")
    '3 sets\\, light\\; rest\\nthen \\\\ go'
    """
    lines = (visible(line) for line in text.splitlines())
    escaped = (line.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,") for line in lines)
    return "\\n".join(escaped)


def _folded(line: str) -> Iterator[str]:
    """Yield a line in pieces of at most 75 octets, the later ones led by a space; no character is split."""
    piece = ""
    for sign in line:
        size = len(sign.encode("utf-8"))
        if len(piece.encode("utf-8")) + size > MOST_OCTETS:
            yield piece
            piece = " "
        piece += sign
    yield piece
