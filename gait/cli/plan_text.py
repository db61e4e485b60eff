"""A plan and its reasons as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gait.cli.text_page import Line, Style, blank, bullet, heading, indented
from gait.coaching.model import Finding, LightColour, Plan, PlannedExercise, Reason, SafetyNotice, Source
from gait.coaching.plan.facts import action_lines, dose, how_lines, light_text, sets_text
from gait.coaching.plan.progress import Progress

__all__ = ["finding_title", "followed_lines", "plan_lines", "progress_lines", "reason_text"]

_STYLE: dict[LightColour, Style] = {"green": "good", "amber": "care", "red": "stop", "grey": "care"}


def plan_lines(plan: Plan, *, why: bool = False) -> list[Line]:
    """Return a plan from top to bottom, the most important first.

    Parameters
    ----------
    plan
        From `gait.coaching.prescribe.prescribe`.
    why
        Give each recommendation its reasons.
    """
    lines = [Line(plan.rules_mark, style="stop"), blank()] if plan.rules_mark else []
    lines += _notices(plan.notices)
    lines += [
        Line(f"{label}: {text}", style="strong" if label == "Next" else "plain")
        for label, text in action_lines(plan)
    ]
    if plan.exercises or plan.week:
        lines.append(Line(f"Pain light {light_text(plan.light)}.", style=_STYLE[plan.light]))
    lines += [bullet(note, style="dim") for note in plan.notes]
    if plan.week:
        lines += [blank(), heading("The week"), *_week(plan)]
    if plan.exercises:
        lines += [blank(), heading("Exercises")]
        for exercise in plan.exercises:
            lines += _exercise(exercise, why=why)
        lines += [indented(text) for text in (plan.how_hard, plan.pain_rule) if text]
    if plan.later:
        lines += [blank(), heading("In other weeks")]
        for exercise in sorted(plan.later, key=lambda one: one.weeks or (1, 1)):
            first, last = exercise.weeks or (1, 1)
            lines.append(bullet(f"weeks {first}-{last}: {exercise.name}, {dose(exercise)}"))
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


def progress_lines(state: Progress) -> list[Line]:
    """Return where a runner stands after the newest check-in: what it does to the plan first."""
    first, *rest = state.text
    lines = [heading("Since you began"), Line(first, 2, style=_STYLE[state.light])]
    return [*lines, *(indented(text) for text in rest), blank()]


def followed_lines(plan: Plan, state: Progress | None) -> list[Line]:
    """Return where a runner stands, and the plan without the note that says the same."""
    if state is None:
        return plan_lines(plan)
    return [*progress_lines(state), *plan_lines(replace(plan, notes=plan.notes[1:]))]


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
        about = [day.note] if day.note else []
        if day.minutes:
            about.append(f"about {day.minutes} min")
        note = f" ({'; '.join(about)})" if about else ""
        lines.append(Line(f"{day.name}: {day.kind}{note}{': ' + done if done else ''}", 2))
    return lines


def _exercise(exercise: PlannedExercise, *, why: bool) -> list[Line]:
    more = sets_text(exercise)
    also = f" (also {', '.join(exercise.aliases)})" if exercise.aliases else ""
    lines = [
        Line(f"{exercise.name}{also}", 2, style="strong"),
        indented(f"{dose(exercise)}{'; ' + more if more else ''}", 4),
        *(indented(f"{label}: {text}", 4) for label, text in how_lines(exercise)),
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
    """Return a reason in a line: words, finding or rule, grade of evidence, sources."""
    which = f"finding {reason.finding}" if reason.finding else f"rule {reason.rule}"
    return f"{reason.text} [{which}; evidence: {reason.grade}; {_cited(reason.sources)}]"


def finding_title(finding: Finding) -> str:
    """Title with its side."""
    side = {"": "", "both": " (both sides)"}.get(finding.side, f" ({finding.side})")
    return f"{finding.title}{side}"
