"""``gait plan``: a plan from answers alone."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gait.cli.options import HistoryOption, LangOption, RunnerOption

__all__ = ["command"]


def command(
    answers: Annotated[
        Path | None, typer.Option(help="TOML or JSON file of answers.", metavar="FILE")
    ] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask on the terminal what is not known.")] = False,
    save: Annotated[
        Path | None,
        typer.Option("--save-answers", help="Keep the answers in this TOML file.", metavar="FILE"),
    ] = None,
    template: Annotated[bool, typer.Option("--template", help="Print a file of answers to fill in.")] = False,
    rules: Annotated[Path | None, typer.Option(help="Folder of your own rules.", metavar="DIR")] = None,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Use own rules that weaken safety; it is marked at the top.")
    ] = False,
    ics: Annotated[
        Path | None,
        typer.Option("--ics", help="Write the coming weeks as a calendar too.", metavar="FILE"),
    ] = None,
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
    from gait.cli.ask import gather_answers, save_answers
    from gait.cli.days import day_of
    from gait.cli.keep import kept_answers, kept_check_ins
    from gait.cli.plan_text import followed_lines
    from gait.cli.text_page import show
    from gait.coaching.diary.diary import load_diary
    from gait.coaching.follow import follow
    from gait.coaching.language import load_language
    from gait.coaching.plan.calendar import write_calendar
    from gait.coaching.questionnaire.template import answers_template
    from gait.coaching.rules.load import load_knowledge
    from gait.coaching.rules.translate import in_language

    if template:
        print(answers_template(load_language(lang)), end="")
        return
    pack = in_language(load_knowledge(rules, unsafe=unsafe), lang)
    today = day_of(date, coming=True)
    kept = kept_answers(runner, history, today) if answers is None else None
    if kept is not None:
        print(f"gait: {kept.line(pack.say)}", file=sys.stderr)
    known = None if kept is None else kept.answers.model_dump(exclude_none=True)
    given = gather_answers(known, answers, ask=ask, save=save, pack=pack)
    diary = load_diary(answers) if answers is not None else kept_check_ins(runner, history, today)
    if save is not None:
        save_answers(given, save, diary)
        print(f"answers: {save}", file=sys.stderr)
    made = follow(None, given, diary, pack=pack, today=today)
    findings, plan, state = made.findings, made.plan, made.progress
    if ics is not None:
        week = state.week if state is not None else 1
        write_calendar(ics, plan, today, stamp=datetime.now().astimezone(), week=week, say=pack.say)
        print(f"calendar: {ics}", file=sys.stderr)
    if as_json:
        from gait.report.exports.strides_and_json import plain

        body = {"findings": plain(findings), "plan": plain(plan), "action": plain(plan.action)}
        if state is not None:
            body["progress"] = plain(state)
        print(json.dumps(body, indent=2, ensure_ascii=False))
        return
    show(followed_lines(plan, state, say=pack.say))
