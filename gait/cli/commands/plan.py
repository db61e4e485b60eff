"""``gait plan``: a plan from answers alone."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.option_groups import RuleOptions, grouped
from gait.cli.options import AnswersOption, AskOption, HistoryOption, IcsOption, LangOption, RunnerOption

if TYPE_CHECKING:
    from datetime import date as datetime_date

    from gait.coaching.follow import Coaching
    from gait.coaching.rules.load import Knowledge

__all__ = ["command"]


@dataclass(frozen=True)
class _Answers:
    """Source of the answers, and the file that keeps them."""

    answers: AnswersOption = None
    ask: AskOption = False
    save: Annotated[
        Path | None,
        typer.Option("--save-answers", help="Keep the answers in this TOML file.", metavar="FILE"),
    ] = None
    template: Annotated[bool, typer.Option("--template", help="Print a file of answers to fill in.")] = False


@grouped
def command(
    *,
    source: _Answers,
    own: RuleOptions,
    ics: IcsOption = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Day that the plan is for, else today.")
    ] = None,
    runner: RunnerOption = None,
    history: HistoryOption = None,
    lang: LangOption = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print findings and plan as JSON.")] = False,
) -> None:
    """Make an exercise plan from answers, without a recording.

    Without --answers or --ask it prints the base programme; with --runner it takes the answers and check-ins
    kept of that runner. With a recording: gait report. A file of answers may hold a diary, [[check_in]]
    entries, that moves the plan on from week to week.
    """
    from gait.cli.days import day_of
    from gait.cli.text_page import show
    from gait.coaching.language import load_language
    from gait.coaching.questionnaire.template import answers_template
    from gait.coaching.rules.load import load_knowledge
    from gait.coaching.rules.translate import in_language
    from gait.report.terminal.plan import followed_lines

    if source.template:
        print(answers_template(load_language(lang)), end="")
        return
    pack = in_language(load_knowledge(own.rules, unsafe=own.unsafe), lang)
    today = day_of(date, coming=True)
    made = _planned(source, runner, history, pack, today)
    if ics is not None:
        _write_calendar(made, ics, today, pack)
    if as_json:
        _print_json(made)
    else:
        show(followed_lines(made.plan, made.progress, say=pack.say))


def _planned(
    source: _Answers, runner: str | None, history: Path | None, pack: Knowledge, today: datetime_date
) -> Coaching:
    """Return the plan by the answers given, else by those kept of the runner; keeps them where asked to."""
    from gait.cli.ask import gather_answers, save_answers
    from gait.cli.keep import kept_answers, kept_check_ins
    from gait.coaching.diary.diary import load_diary
    from gait.coaching.follow import follow

    kept = kept_answers(runner, history, today) if source.answers is None else None
    if kept is not None:
        print(f"gait: {kept.line(pack.say)}", file=sys.stderr)
    kept_body = None if kept is None else kept.answers.model_dump(exclude_none=True)
    answers = gather_answers(kept_body, source.answers, ask=source.ask, save=source.save, pack=pack)
    own = source.answers
    diary = kept_check_ins(runner, history, today) if own is None else load_diary(own)
    if source.save is not None:
        save_answers(answers, source.save, diary)
        print(f"answers: {source.save}", file=sys.stderr)
    return follow(None, answers, diary, pack=pack, today=today)


def _write_calendar(made: Coaching, path: Path, today: datetime_date, pack: Knowledge) -> None:
    from gait.coaching.plan.calendar import write_calendar

    week = made.progress.week if made.progress is not None else 1
    write_calendar(path, made.plan, today, stamp=datetime.now().astimezone(), week=week, say=pack.say)
    print(f"calendar: {path}", file=sys.stderr)


def _print_json(made: Coaching) -> None:
    from gait.report.exports.strides_and_json import plain

    plan = made.plan
    body = {"findings": plain(made.findings), "plan": plain(plan), "action": plain(plan.action)}
    if made.progress is not None:
        body["progress"] = plain(made.progress)
    print(json.dumps(body, indent=2, ensure_ascii=False))
