"""``gait checkin``: pain, sessions done, longest run since the last time; moves the plan on."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as datetime_date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gait.cli.option_groups import grouped
from gait.cli.options import HistoryOption, LangOption, RunnerOption
from gait.errors import UsageError

if TYPE_CHECKING:
    from gait.cli.keep import KeptAnswers
    from gait.coaching.diary.progress import CheckIn, Progress
    from gait.coaching.follow import Coaching
    from gait.coaching.language import Language
    from gait.coaching.questionnaire.answers import Answers

__all__ = ["command"]

NOT_KEPT = "nothing was kept: give --pain to check in"
ANSWER_ONCE = "this week's plan: give your answers once, with --answers FILE"


@dataclass(frozen=True)
class _EntryOptions:
    """Entry of a day, as it is typed."""

    pain: Annotated[
        int | None, typer.Option("--pain", min=0, max=10, help="Most pain of the day, 0 to 10.")
    ] = None
    settled: Annotated[
        bool | None, typer.Option("--settled/--not-settled", help="As before by the next morning?")
    ] = None
    sessions: Annotated[
        int, typer.Option("--sessions", min=0, max=14, help="Strength sessions since the last check-in.")
    ] = 0
    longest: Annotated[
        float,
        typer.Option("--longest", metavar="MIN", min=0.0, max=2000.0, help="Longest run since."),
    ] = 0.0
    limping: Annotated[bool, typer.Option("--limping", help="You limp.")] = False
    stage_done: Annotated[
        bool, typer.Option("--stage-done", help="A walk-run outing was done within the limit.")
    ] = False
    place: Annotated[
        list[str] | None, typer.Option("--place", help="Where it hurts, as in the answers; may be repeated.")
    ] = None

    def entry(self, day: datetime_date) -> dict[str, Any] | None:
        """Return the entry of a day as it is kept; None without a strength of pain."""
        if self.pain is None:
            return None
        return {
            "date": day.isoformat(),
            "pain": self.pain,
            # Pain without an answer counts as not settled, since unasked is not safe.
            "settled": self.pain == 0 if self.settled is None else self.settled,
            "sessions": self.sessions,
            "longest_run_min": self.longest,
            "limping": self.limping,
            "stage_done": self.stage_done,
        }


@grouped
def command(
    *,
    runner: RunnerOption = None,
    entry_options: _EntryOptions,
    answers: Annotated[
        Path | None,
        typer.Option("--answers", metavar="FILE", help="Answers that the plan is for; kept with the entry."),
    ] = None,
    date: Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Day, else today.")] = None,
    history: HistoryOption = None,
    lang: LangOption = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print where you stand as JSON.")] = False,
) -> None:
    """Say how it went, and read where the plan stands: dose, light, running, when to record again.

    Prints the week's plan as it is now, once the answers that it is for have been given (--answers): they are
    kept with the check-in. Without --pain nothing is kept. Entries are kept under the runner's name.
    """
    from gait.cli.days import day_of
    from gait.cli.keep import kept_answers
    from gait.coaching.diary.progress import CheckIn, parse_check_in
    from gait.coaching.language import load_language
    from gait.coaching.questionnaire.answers import load_answers

    if not runner:
        raise UsageError("whose?", where="--runner", todo="name the runner")
    places = _places(entry_options.place)
    today = day_of(date)
    from_file = load_answers(answers) if answers is not None else None
    bodies = _kept(runner, history, today, entry_options.entry(today), _beside(places, from_file))
    entries = [
        parse_check_in({key: value for key, value in body.items() if key in CheckIn.model_fields})
        for body in bodies
    ]
    kept = kept_answers(runner, history, today)
    if kept is not None and kept.old and from_file is None:
        print(f"gait: {kept.line(load_language(lang))}", file=sys.stderr)
    _print(entries, _answers(from_file, kept, places, bodies), today, lang, as_json=as_json)
    if entry_options.pain is None and not as_json:
        print(load_language(lang)(NOT_KEPT), file=sys.stderr)


def _kept(
    runner: str,
    history: Path | None,
    today: datetime_date,
    entry: dict[str, Any] | None,
    beside: dict[str, Any],
) -> list[dict[str, Any]]:
    """Keep an entry with the places and answers beside it; return all kept entries, oldest first."""
    from gait.coaching.diary.progress import parse_check_in
    from gait.history.database import database_path
    from gait.history.store import History

    with History(database_path(history)) as kept:
        if entry is not None:
            parse_check_in(entry)
            kept.add_checkin(runner, today.isoformat(), {**entry, **beside})
        return [body for _, body in kept.checkins(runner)]


def _places(named: Sequence[str] | None) -> tuple[str, ...]:
    """Return the places named.

    Raises
    ------
    UsageError
        One that the answers do not know.
    """
    from gait.coaching.questionnaire.answers import choices_of

    places = tuple(named or ())
    strange = [place for place in places if place not in choices_of("pain")]
    if strange:
        choices = ", ".join(choices_of("pain"))
        raise UsageError(f"{strange[0]!r} is no place", where="--place", todo=f"known are {choices}")
    return places


def _beside(places: tuple[str, ...], from_file: Answers | None) -> dict[str, Any]:
    """Return the places and, where a file was given, the answers that are kept beside an entry."""
    kept: dict[str, Any] = {"places": list(places)}
    return (
        kept
        if from_file is None
        else {**kept, "answers": from_file.model_dump(mode="json", exclude_none=True)}
    )


def _answers(
    from_file: Answers | None,
    kept: KeptAnswers | None,
    places: tuple[str, ...],
    bodies: Sequence[dict[str, Any]],
) -> Answers:
    """Return the answers given now, else the newest kept ones, with the newest places that were named."""
    from gait.coaching.questionnaire.answers import Answers

    answers = from_file if from_file is not None else kept.answers if kept is not None else Answers()
    named = places or next((tuple(body["places"]) for body in reversed(bodies) if body.get("places")), ())
    # Places describe today, so the answers given with them count.
    return answers.model_copy(update={"pain": named}) if places or (named and not answers.pain) else answers


def _print(
    entries: Sequence[CheckIn], answers: Answers, today: datetime_date, lang: str, *, as_json: bool
) -> None:
    """Print where a runner stands, and this week's plan."""
    from gait.coaching.diary.progress import progress
    from gait.coaching.follow import follow
    from gait.coaching.rules.load import load_knowledge
    from gait.coaching.rules.translate import in_language
    from gait.coaching.safety import from_bone

    pack = in_language(load_knowledge(), lang)
    made = follow(None, answers, entries, pack=pack, today=today)
    state = made.progress or progress(
        entries, today, places=answers.pain or (), say=pack.say, bone=from_bone(answers)
    )
    if as_json:
        print(json.dumps(_body(state, made), indent=2, ensure_ascii=False))
    else:
        _show(state, made, pack.say)


def _body(state: Progress, made: Coaching) -> dict[str, Any]:
    from gait.report.exports.strides_and_json import plain

    plan = made.plan
    return {
        **plain(state),
        "findings": plain(made.findings),
        "plan": plain(plan),
        "action": plain(plan.action),
    }


def _show(state: Progress, made: Coaching, say: Language) -> None:
    """Print where a runner stands and the plan; a plan that a notice stopped is printed alone.

    Answers never given make no plan that could fit: what is missing is said in its place.
    """
    from gait.cli.text_page import show
    from gait.report.terminal.plan import followed_lines, plan_lines

    if made.plan.action.kind == "stop":
        show(plan_lines(made.plan, say=say))
    elif made.answers.red_flags is None:
        print("\n".join(state.text))
        print(say(ANSWER_ONCE), file=sys.stderr)
    else:
        show(followed_lines(made.plan, made.progress, say=say))
