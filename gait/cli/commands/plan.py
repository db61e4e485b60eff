"""``gait plan``: a plan from answers alone."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

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
    as_json: Annotated[bool, typer.Option("--json", help="Print findings and plan as JSON.")] = False,
) -> None:
    """An exercise plan from answers, without a recording.

    Without --answers or --ask it prints the base programme. With a recording: gait report.
    """
    from gait.cli.ask import gather_answers, save_answers
    from gait.cli.plan_text import plan_lines
    from gait.cli.text_page import show
    from gait.coaching.assess import assess
    from gait.coaching.prescribe import prescribe
    from gait.coaching.questionnaire.template import answers_template
    from gait.coaching.rules.load import load_knowledge

    if template:
        print(answers_template(), end="")
        return
    pack = load_knowledge(rules)
    given = gather_answers(None, answers, ask=ask)
    if save is not None:
        save_answers(given, save)
        print(f"answers: {save}", file=sys.stderr)
    findings = assess(None, given, pack=pack)
    plan = prescribe(findings, None, given, pack=pack, today=datetime.now().astimezone().date())
    if as_json:
        from gait.report.exports.strides_and_json import plain

        body = {"findings": plain(findings), "plan": plain(plan), "action": plain(plan.action)}
        print(json.dumps(body, indent=2, ensure_ascii=False))
        return
    show(plan_lines(plan))
