"""``gait checkin``: pain, sessions done, longest run since the last time; moves the plan on."""

from __future__ import annotations

import json
import sys
from datetime import date as datetime_date
from datetime import datetime
from typing import Annotated, Any

import typer

from gait.cli.options import HistoryOption, LangOption, RunnerOption
from gait.errors import UsageError

__all__ = ["command"]


def command(
    runner: RunnerOption = None,
    pain: Annotated[
        int | None, typer.Option("--pain", min=0, max=10, help="Most pain of the day, 0 to 10.")
    ] = None,
    settled: Annotated[
        bool | None, typer.Option("--settled/--not-settled", help="As before by the next morning?")
    ] = None,
    sessions: Annotated[
        int, typer.Option("--sessions", min=0, max=14, help="Strength sessions since the last check-in.")
    ] = 0,
    longest: Annotated[
        float,
        typer.Option("--longest", metavar="MIN", min=0.0, max=2000.0, help="Longest run since."),
    ] = 0.0,
    limping: Annotated[bool, typer.Option("--limping", help="You limp.")] = False,
    stage_done: Annotated[
        bool, typer.Option("--stage-done", help="A walk-run outing was done within the limit.")
    ] = False,
    place: Annotated[
        list[str] | None, typer.Option("--place", help="Where it hurts, as in the answers; may be repeated.")
    ] = None,
    date: Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Day, else today.")] = None,
    history: HistoryOption = None,
    lang: LangOption = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print where you stand as JSON.")] = False,
) -> None:
    """Say how it went, and read where the plan stands: dose, light, running, when to record again.

    Without --pain nothing is kept: it shows where you stand. Entries are kept under the runner's name.
    """
    from gait.coaching.language import load_language
    from gait.coaching.plan.progress import parse_check_in, progress
    from gait.coaching.questionnaire.answers import choices_of
    from gait.history.database import database_path
    from gait.history.store import History

    if not runner:
        raise UsageError("whose?", where="--runner", todo="name the runner")
    places = tuple(place or ())
    strange = [one for one in places if one not in choices_of("pain")]
    if strange:
        known = ", ".join(choices_of("pain"))
        raise UsageError(f"{strange[0]!r} is no place", where="--place", todo=f"known are {known}")
    today = _day(date)
    with History(database_path(history)) as kept:
        if pain is not None:
            entry = _entry(today, pain, settled, sessions, longest, limping=limping, stage_done=stage_done)
            parse_check_in(entry)
            kept.add_checkin(runner, today.isoformat(), {**entry, "places": list(places)})
        rows = kept.checkins(runner)
    entries = [
        parse_check_in({key: value for key, value in body.items() if key != "places"}) for _, body in rows
    ]
    told = places or next((tuple(body["places"]) for _, body in reversed(rows) if body.get("places")), ())
    now = progress(entries, today, places=told, say=load_language(lang))
    if as_json:
        body = {**now.__dict__, "retest_on": now.retest_on.isoformat(), "text": list(now.text)}
        print(json.dumps(body, indent=2))
        return
    print("\n".join(now.text))
    if pain is None:
        print("nothing was kept: give --pain to check in", file=sys.stderr)


def _day(text: str | None) -> datetime_date:
    now = datetime.now().astimezone().date()
    if text is None:
        return now
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise UsageError(f"{text!r} is no day", where="--date", todo="write it as 2026-05-01") from error
    if day > now:
        raise UsageError(f"{text} has not come yet", where="--date", todo="give today or a day before")
    return day


def _entry(
    day: datetime_date,
    pain: int,
    settled: bool | None,
    sessions: int,
    longest: float,
    *,
    limping: bool,
    stage_done: bool,
) -> dict[str, Any]:
    return {
        "date": day.isoformat(),
        "pain": pain,
        # Not said is not settled where it hurt: unasked is not safe.
        "settled": pain == 0 if settled is None else settled,
        "sessions": sessions,
        "longest_run_min": longest,
        "limping": limping,
        "stage_done": stage_done,
    }
