"""A plan and its reasons as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gait.cli.text_page import Line, Style, blank, bullet, heading, indented
from gait.coaching.model import Finding, LightColour, Plan, PlannedExercise, Reason, SafetyNotice, Source

__all__ = ["dose", "finding_title", "plan_lines", "reason_text"]

_LIGHT: dict[LightColour, tuple[str, Style]] = {
    "green": ("green: all of it", "good"),
    "amber": ("amber: fewer sets, no jumps, flat and easy runs", "care"),
    "red": ("red: nothing that loads the sore place, no running", "stop"),
}


def plan_lines(plan: Plan, *, why: bool = False) -> list[Line]:
    """A plan from top to bottom, the most important first.

    Parameters
    ----------
    plan
        From `gait.coaching.prescribe.prescribe`.
    why
        Give each recommendation its reasons.
    """
    lines = [*_notices(plan.notices), Line(f"Next: {plan.next_step}", style="strong")]
    if plan.exercises or plan.week:
        text, style = _LIGHT[plan.light]
        lines.append(Line(f"Pain light {text}.", style=style))
    lines += [bullet(note, style="dim") for note in plan.notes]
    if plan.week:
        lines += [blank(), heading("The week"), *_week(plan)]
    if plan.exercises:
        lines += [blank(), heading("Exercises")]
        for exercise in plan.exercises:
            lines += _exercise(exercise, why=why)
    lines += _cadence(plan, why=why)
    lines += _routine("Before a run", plan.warm_up) + _routine("After a run", plan.cool_down)
    if plan.advice:
        lines += [blank(), heading("Mind")]
        for advice in plan.advice:
            lines.append(bullet(advice.text))
            lines += [indented(reason_text(reason), 4, "dim") for reason in advice.reasons if why]
    if plan.expect:
        lines += [blank(), heading("What to expect"), *(bullet(text) for text in plan.expect)]
    lines += [bullet(text) for text in (plan.ease_off, plan.retest) if text]
    return [*lines, blank(), Line(plan.disclaimer, style="dim")]


def _notices(notices: Sequence[SafetyNotice]) -> list[Line]:
    lines: list[Line] = []
    for notice in notices:
        style: Style = "stop" if notice.stops_exercise else "care"
        lines += [
            Line(f"{notice.urgency.capitalize()}: {notice.text}", style=style),
            indented(notice.care),
            blank(),
        ]
    return lines


def _week(plan: Plan) -> list[Line]:
    names = {exercise.id: exercise.name for exercise in plan.exercises}
    lines: list[Line] = []
    for day in plan.week:
        sets = day.sets or (0,) * len(day.exercises)
        done = ", ".join(
            f"{names.get(key, key)} {number}×" if number else names.get(key, key)
            for key, number in zip(day.exercises, sets, strict=True)
        )
        note = f" ({day.note})" if day.note else ""
        lines.append(Line(f"{day.name}: {day.kind}{note}{': ' + done if done else ''}", 2))
    return lines


def dose(exercise: PlannedExercise) -> str:
    """Sets, repetitions, hold and load in a line.

    Examples
    --------
    >>> from gait.coaching.prescribe import prescribe
    >>> dose(prescribe(()).exercises[1])
    '3 × 8-12 reps, light'
    """
    low, high = exercise.reps
    count = str(low) if low == high else f"{low}-{high}"
    hold = f", hold {exercise.hold_s} s" if exercise.hold_s else ""
    load = f", {exercise.load}" if exercise.load else ""
    return f"{exercise.sets} × {count} {exercise.unit}{hold}{load}"


def _exercise(exercise: PlannedExercise, *, why: bool) -> list[Line]:
    extra = f"; {exercise.extra_sets} further sets in the week" if exercise.extra_sets else ""
    also = f" (also {', '.join(exercise.aliases)})" if exercise.aliases else ""
    lines = [
        Line(f"{exercise.name}{also}", 2, style="strong"),
        indented(f"{dose(exercise)}{extra}", 4),
        indented(f"Do: {' '.join(exercise.cues)}", 4),
        indented(f"Stop if: {' '.join(exercise.faults)}", 4),
        indented(f"Easier: {exercise.regression} Harder: {exercise.progression}", 4, "dim"),
    ]
    return lines + [indented(f"Why: {reason_text(reason)}", 4, "dim") for reason in exercise.reasons if why]


def _cadence(plan: Plan, *, why: bool) -> list[Line]:
    target = plan.cadence
    if target is None:
        return []
    now, aim, most = target.baseline_spm, target.target_spm, target.limit_spm
    head = f"Now {now:.0f} steps a minute; aim for {aim:.0f}, at most {most:.0f}."
    lines = [blank(), heading("Cadence"), indented(head), indented(target.how)]
    return lines + [indented(f"Why: {reason_text(reason)}", 4, "dim") for reason in target.reasons if why]


def _routine(title: str, items: Sequence[PlannedExercise]) -> list[Line]:
    if not items:
        return []
    lines = [blank(), heading(title), indented(items[0].reasons[0].text, 2)]
    for item in items:
        low, high = item.reps
        count = str(low) if low == high else f"{low}-{high}"
        lines.append(bullet(f"{item.name}: {count} {item.unit}. {' '.join(item.cues)}"))
    return lines


def _cited(sources: Iterable[Source]) -> str:
    return ", ".join(source.key for source in sources)


def reason_text(reason: Reason) -> str:
    """A reason in a line: words, finding or rule, grade of evidence, sources."""
    which = f"finding {reason.finding}" if reason.finding else f"rule {reason.rule}"
    return f"{reason.text} [{which}; evidence: {reason.grade}; {_cited(reason.sources)}]"


def finding_title(finding: Finding) -> str:
    """Title with its side."""
    side = {"": "", "both": " (both sides)"}.get(finding.side, f" ({finding.side})")
    return f"{finding.title}{side}"
