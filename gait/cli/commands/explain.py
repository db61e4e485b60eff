"""``gait explain``: every rule that was looked at, what came of it, and what follows from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gait.cli.option_groups import AnswerOptions, RuleOptions, SensorOptions, grouped
from gait.cli.options import LangOption, load_session

if TYPE_CHECKING:
    from gait.analysis.results import Analysis
    from gait.coaching.language import Language
    from gait.coaching.model import Finding, Outcome
    from gait.coaching.safety import SafetyCheck
    from gait.report.terminal.lines import Line, Style

__all__ = ["command"]


@grouped
def command(
    *,
    path: Annotated[
        Path | None, typer.Argument(help="A session's folder or one CSV; leave out for answers alone.")
    ] = None,
    source: AnswerOptions,
    own: RuleOptions,
    sensor: SensorOptions,
    lang: LangOption = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print it all as JSON.")] = False,
) -> None:
    """Why each recommendation was made, and others not.

    Shows for every rule the numbers it looked at, what came of it, its sources and the grade of evidence; for
    those that did not fire, why not or what was missing; then the plan with the reason of every part.
    """
    from gait.cli.ask import gather_answers
    from gait.cli.text_page import show
    from gait.coaching.assess import facts_of
    from gait.coaching.diary.diary import load_diary
    from gait.coaching.follow import follow
    from gait.coaching.rules.load import load_knowledge
    from gait.coaching.rules.translate import in_language
    from gait.coaching.safety import check_safety
    from gait.report.words import load_words

    words = load_words(lang)
    pack = in_language(load_knowledge(own.rules, unsafe=own.unsafe), lang)
    analysis, written = _analysed(path, sensor)
    parsed = gather_answers(written, source.answers, ask=source.ask, analysis=analysis, pack=pack)
    diary = load_diary(source.answers) if source.answers is not None else ()
    made = follow(analysis, parsed, diary, pack=pack, today=datetime.now().astimezone().date())
    findings, plan = made.findings, made.plan
    checks = check_safety(made.answers, pack=pack, facts=facts_of(analysis, made.answers))
    if as_json:
        from gait.report.exports.strides_and_json import plain

        safety = [
            {"id": c.rule.id, "outcome": c.outcome, "lifted": c.lifted, "missing": list(c.missing)}
            for c in checks
        ]
        body = {"findings": plain(findings), "safety": safety, "plan": plain(plan)}
        print(json.dumps(body, indent=2, ensure_ascii=False))
        return
    from gait.report.terminal.lines import blank, heading
    from gait.report.terminal.plan import plan_lines

    not_measured = dict(analysis.not_measured) if analysis is not None else {}
    why_not = {name: words.translated(why) for name, why in not_measured.items()}
    lines, care = _findings(findings, why_not, pack.say), _safety(checks, pack.say)
    # Notices that stop exercise come before all findings.
    first = [*care, blank(), *lines] if plan.action.kind == "stop" else [*lines, *care, blank()]
    show(
        [
            *first,
            heading(pack.say("The plan, with its reasons")),
            *plan_lines(plan, why=True, say=pack.say),
        ]
    )


def _analysed(path: Path | None, sensor: SensorOptions) -> tuple[Analysis | None, dict[str, object]]:
    if path is None:
        return None, {}
    from gait.analysis.analyze import analyze

    session = load_session(path, placement=sensor.placement, side=sensor.side)
    return analyze(session), dict(session.answers)


def _findings(findings: Sequence[Finding], not_measured: dict[str, str], say: Language) -> list[Line]:
    from gait.report.terminal.lines import blank, heading

    titles: tuple[tuple[Outcome, str], ...] = (
        ("present", say("Found")),
        ("cannot_tell", say("Cannot tell")),
        ("absent", say("Looked for, not found")),
        ("not_assessed", say("Not assessed, and what was missing")),
    )
    lines: list[Line] = []
    for outcome, title in titles:
        group = [finding for finding in findings if finding.outcome == outcome]
        if group:
            lines += [
                heading(title),
                *(line for finding in group for line in _finding(finding, not_measured, say)),
                blank(),
            ]
    return lines


def _finding(finding: Finding, not_measured: dict[str, str], say: Language) -> list[Line]:
    from gait.report.terminal.lines import Line, bullet, indented
    from gait.report.terminal.plan import finding_title

    word = finding.certainty_word
    sure = f", {say(word)}" if finding.outcome == "present" else ""
    style: Style = "strong" if finding.outcome == "present" else "plain"
    lines = [
        Line(f"{finding_title(finding, say=say)} [{finding.id}{sure}]", 2, style=style),
        indented(finding.summary, 4),
    ]
    lines += [bullet(item.text, 4) for item in finding.evidence]
    if finding.not_looked_at:
        why = "; ".join(dict.fromkeys(_reasons(finding, not_measured, say)))
        tail = f" ({why})" if why else ""
        lacking = say("not there: {what}", what=", ".join(finding.not_looked_at))
        lines.append(bullet(f"{lacking}{tail}", 4, "dim"))
    if finding.outcome in {"present", "cannot_tell"}:
        cited = "; ".join(f"{source.key}: {source.citation}" for source in finding.sources)
        effect = f" {finding.effect}." if finding.effect else ""
        graded = say("Evidence: {grade}.", grade=say(finding.grade))
        lines.append(indented(f"{graded}{effect} {cited}", 4, "dim"))
    return lines


def _reasons(finding: Finding, not_measured: dict[str, str], say: Language) -> list[str]:
    """Return why the metrics that a finding lacked were not measured."""
    from gait.analysis.metrics import METRICS
    from gait.coaching.evaluate import metric_name

    names = [name for name, info in METRICS.items() if metric_name(info, say) in finding.not_looked_at]
    return [not_measured[name] for name in names if name in not_measured]


def _safety(checks: Sequence[SafetyCheck], say: Language) -> list[Line]:
    from gait.report.terminal.lines import bullet, heading

    lines = [heading(say("Safety rules"))]
    for check in checks:
        rule = check.rule
        style: Style = "dim"
        if check.outcome == "present":
            text = say("fires: {rule} {care}", rule=rule.text, care=rule.care)
            style = "stop" if rule.stops_exercise else "care"
        elif check.lifted:
            text, style = say("lifted, as you said: {rule}", rule=rule.text), "plain"
        elif check.outcome == "absent":
            text = say("does not apply: {rule}", rule=rule.text)
        else:
            text = say("not asked ({what}): {rule}", what=", ".join(check.missing), rule=rule.text)
        lines.append(bullet(text, 2, style))
    return lines
