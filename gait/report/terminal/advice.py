"""The terminal report's findings with their evidence, the plan, and what to mind."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from gait.coaching.model import Finding, Outcome, Plan, PlannedExercise
from gait.report.numbers import number
from gait.report.terminal.answer import heading, inset, item
from gait.report.terminal.pen import Pen
from gait.report.words import Words

__all__ = ["findings_part", "plan_part", "safety_part"]

LIGHTS = {"green": "green", "amber": "yellow", "red": "bold red", "grey": "yellow"}


def findings_part(findings: Sequence[Finding], words: Words, pen: Pen) -> list[RenderableType]:
    """Return what was found with its evidence, what could not be told, and the rest in a line each."""
    if not findings:
        return []
    out = [heading(words("section.findings"), pen)]
    shown = sorted(_of(findings, "present"), key=lambda one: -(one.certainty or 0.0))
    for one in (*shown, *_of(findings, "cannot_tell")):
        out += _finding(one, words, pen)
    absent = _of(findings, "absent")
    if absent:
        out.append(pen.text(words("finding.absent"), "bold"))
    for one in absent:
        because = f": {one.evidence[0].text}" if one.evidence else ""
        out.append(_bullet(one.title + because, pen))
    missing = [
        one.title + (f" ({one.missing.rstrip('.')})" if one.missing else "")
        for one in _of(findings, "not_assessed")
    ]
    if missing:
        out.append(_labelled(words("finding.not_assessed"), "; ".join(missing) + ".", pen))
    return out


def _bullet(text: str, pen: Pen, style: str = "") -> RenderableType:
    return item(pen.signs.bullet, pen.text(text, style), pen)


def _of(findings: Sequence[Finding], outcome: Outcome) -> list[Finding]:
    return [one for one in findings if one.outcome == outcome]


def _finding(one: Finding, words: Words, pen: Pen) -> list[RenderableType]:
    """Title with certainty, summary, a line for each piece of evidence, how strong the rule's is."""
    present = one.outcome == "present"
    facts = [words(f"finding.{one.outcome}")]
    if one.side:
        facts.append(words.get(f"side.{one.side}", one.side))
    if one.certainty is not None and present:
        facts.append(words("finding.certainty", share=f"{number(100.0 * one.certainty, 0)} %"))
    line = pen.text(one.title, "bold" if present else "bold dim")
    line.append(" " + pen.plain(f"({', '.join(facts)})"), "not bold dim")
    out: list[RenderableType] = [line, inset(pen.text(one.summary))]
    out += [inset(_bullet(piece.text, pen)) for piece in one.evidence]
    grade = words("finding.grade", grade=words(f"grade.{one.grade}"))
    return [*out, inset(pen.text(grade, "dim"))]


def _labelled(label: str, text: str, pen: Pen) -> Text:
    line = Text(overflow="fold")
    line.append(pen.plain(label) + ": ", "bold")
    line.append(pen.plain(text))
    return line


def plan_part(plan: Plan | None, words: Words, pen: Pen) -> list[RenderableType]:
    """Return the plan: week, exercises with their reasons, cadence, routines, advice, what to expect."""
    out = [heading(words("section.plan"), pen)]
    if plan is None:
        return [*out, pen.text(words("plan.none"))]
    if not (plan.exercises or plan.week or plan.cadence):
        return [*out, pen.text(words("plan.stopped"))]
    out += [pen.text(note, "dim") for note in plan.notes]
    names = {one.id: one.name for one in (*plan.exercises, *plan.warm_up, *plan.cool_down)}
    out += [_week(plan, names, words, pen)] if plan.week else []
    if plan.exercises:
        out.append(_sub(words("plan.exercises"), pen))
        said = ""
        for one in plan.exercises:
            out += _exercise(one, words, pen, said)
            said = one.reasons[0].text if one.reasons else ""
    out += _cadence(plan, words, pen)
    for key, routine in (("plan.warm_up", plan.warm_up), ("plan.cool_down", plan.cool_down)):
        if routine:
            out.append(_sub(words(key), pen))
            out += [inset(_labelled(one.name, dose(one, words), pen)) for one in routine]
    if plan.advice:
        out.append(_sub(words("plan.advice"), pen))
        out += [inset(_bullet(one.text, pen)) for one in plan.advice]
    later = [*plan.expect, plan.ease_off]
    if plan.retest:
        later.append(f"{words('plan.retest')}: {plan.retest}")
    if any(later):
        out.append(_sub(words("plan.expect"), pen))
        out += [inset(_bullet(text, pen)) for text in later if text]
    return out


def _sub(text: str, pen: Pen) -> Text:
    return Text("\n") + pen.text(text, "bold")


def _week(plan: Plan, names: dict[str, str], words: Words, pen: Pen) -> RenderableType:
    """A row a day."""
    grid = Table.grid(padding=(0, 2))
    for day in plan.week:
        done = ", ".join(names.get(key, key) for key in day.exercises)
        what = ". ".join(part for part in (done, day.note) if part)
        kind = words(f"day.{day.kind.replace(' ', '_')}")
        grid.add_row(pen.text(day.name, "bold"), pen.text(kind), pen.text(what))
    return grid


def _exercise(one: PlannedExercise, words: Words, pen: Pen, said: str) -> list[RenderableType]:
    """Name and dose; under it why, unless that was just said of the one before."""
    line = _labelled(one.name, dose(one, words), pen)
    line.append(" " + pen.plain(f"({words(f'role.{one.role}')})"), "dim")
    reasons = [reason.text for reason in one.reasons[:1] if reason.text != said]
    why = [pen.text(f"{words('plan.reason')}: {text}", "dim") for text in reasons]
    return [inset(line), *(inset(text, 4) for text in why)]


def dose(one: PlannedExercise, words: Words) -> str:
    """``3 × 8–12 reps, light``."""
    low, high = one.reps
    count = str(low) if low == high else f"{low}–{high}"
    hold = words("plan.hold", s=one.hold_s) if one.hold_s else ""
    load = f", {one.load}" if one.load else ""
    return f"{one.sets} × {count} {one.unit}{hold}{load}"


def _cadence(plan: Plan, words: Words, pen: Pen) -> list[RenderableType]:
    target = plan.cadence
    if target is None:
        return []
    line = words(
        "plan.cadence_line",
        baseline=round(target.baseline_spm),
        target=round(target.target_spm),
        bpm=target.metronome_bpm,
        limit=round(target.limit_spm),
    )
    return [_sub(words("plan.cadence"), pen), inset(pen.text(f"{line} {target.how}"))]


def safety_part(plan: Plan | None, words: Words, pen: Pen, *, bands: bool) -> list[RenderableType]:
    """Return the pain light, rules of care that fired, what the bands are, and the disclaimer."""
    out = [heading(words("section.safety"), pen)]
    if plan is not None:
        light = words("plan.light", colour=words(f"plan.light_{plan.light}"))
        out.append(pen.text(light, LIGHTS[plan.light]))
        for notice in plan.notices:
            if not notice.stops_exercise:
                urgency = words(f"urgency.{notice.urgency.replace(' ', '_')}")
                out.append(pen.text(f"{urgency}: {notice.text} {notice.care}", "yellow"))
    if bands:
        out.append(pen.text(words("safety.percentiles"), "dim"))
    said = plan.disclaimer if plan is not None and plan.disclaimer else words("safety.disclaimer")
    return [*out, pen.text(said)]
