"""A plan and its reasons as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gait.cli.text_page import Line, Style, blank, bullet, heading, indented
from gait.coaching.diary.progress import Progress
from gait.coaching.language import ENGLISH, Language
from gait.coaching.model import Finding, LightColour, Plan, PlannedExercise, Reason, SafetyNotice, Source
from gait.coaching.plan.facts import action_lines, dose, how_lines, light_text, sets_text

__all__ = ["finding_title", "followed_lines", "plan_lines", "progress_lines", "reason_text"]

_STYLE: dict[LightColour, Style] = {"green": "good", "amber": "care", "red": "stop", "grey": "care"}


def plan_lines(
    plan: Plan, *, why: bool = False, say: Language = ENGLISH, since: Sequence[Line] = ()
) -> list[Line]:
    """Return a plan from top to bottom, the most important first.

    Parameters
    ----------
    plan
        From `gait.coaching.prescribe.prescribe`.
    why
        Give each recommendation its reasons.
    say
        Language of what is not in the plan: titles and labels.
    since
        Where a runner stands; behind what keeps somebody safe.
    """
    lines = [Line(plan.rules_mark, style="stop"), blank()] if plan.rules_mark else []
    lines += [*_notices(plan.notices, say), *since]
    lines += [
        Line(f"{label}: {text}", style="plain" if at else "strong")
        for at, (label, text) in enumerate(action_lines(plan, say=say))
    ]
    if plan.exercises or plan.week:
        lines.append(Line(light_text(plan.light, say=say), style=_STYLE[plan.light]))
    lines += [bullet(note, style="dim") for note in plan.notes]
    if plan.week:
        lines += [blank(), heading(say("The week")), *_week(plan, say)]
    if plan.exercises:
        lines += [blank(), heading(say("Exercises"))]
        for exercise in plan.exercises:
            lines += _exercise(exercise, say, why=why)
        lines += [indented(text) for text in (plan.how_hard, plan.pain_rule) if text]
    if plan.later:
        lines += [blank(), heading(say("In other weeks"))]
        for exercise in sorted(plan.later, key=lambda exercise: exercise.weeks or (1, 1)):
            first, last = exercise.weeks or (1, 1)
            weeks = say("weeks {first}-{last}", first=first, last=last)
            lines.append(bullet(f"{weeks}: {exercise.name}, {dose(exercise, say=say)}"))
    lines += _cadence(plan, say, why=why)
    lines += _routine(say("Before a run"), plan.warm_up) + _routine(say("After a run"), plan.cool_down)
    if plan.advice:
        lines += [blank(), heading(say("Mind"))]
        for advice in plan.advice:
            lines.append(bullet(advice.text))
            lines += [indented(reason_text(reason, say=say), 4, "dim") for reason in advice.reasons if why]
    if plan.expect:
        lines += [blank(), heading(say("What to expect")), *(bullet(text) for text in plan.expect)]
    lines += [bullet(text) for text in (plan.ease_off, plan.retest) if text]
    return [*lines, blank(), Line(plan.disclaimer, style="dim")]


def progress_lines(state: Progress, *, say: Language = ENGLISH) -> list[Line]:
    """Return where a runner stands after the newest check-in: what it does to the plan first."""
    first, *rest = state.text
    lines = [heading(say("Since you began")), Line(first, 2, style=_STYLE[state.light])]
    return [*lines, *(indented(text) for text in rest), blank()]


def followed_lines(plan: Plan, state: Progress | None, *, say: Language = ENGLISH) -> list[Line]:
    """Return where a runner stands, and the plan without the note that says the same."""
    if state is None:
        return plan_lines(plan, say=say)
    return plan_lines(replace(plan, notes=plan.notes[1:]), say=say, since=progress_lines(state, say=say))


def _notices(notices: Sequence[SafetyNotice], say: Language) -> list[Line]:
    lines: list[Line] = []
    for notice in notices:
        style: Style = "stop" if notice.stops_exercise else "care"
        lines += [
            Line(f"{say(notice.urgency.capitalize())}: {notice.text}", style=style),
            indented(notice.care),
            blank(),
        ]
    return lines


def _week(plan: Plan, say: Language) -> list[Line]:
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
            about.append(say("about {minutes} min", minutes=day.minutes))
        note = f" ({'; '.join(about)})" if about else ""
        lines.append(Line(f"{say(day.name)}: {say(day.kind)}{note}{': ' + done if done else ''}", 2))
    return lines


def _exercise(exercise: PlannedExercise, say: Language, *, why: bool) -> list[Line]:
    more = sets_text(exercise, say=say)
    also = say(" (also {names})", names=", ".join(exercise.aliases)) if exercise.aliases else ""
    lines = [
        Line(f"{exercise.name}{also}", 2, style="strong"),
        indented(f"{dose(exercise, say=say)}{'; ' + more if more else ''}", 4),
        *(indented(f"{label}: {text}", 4) for label, text in how_lines(exercise, say=say)),
    ]
    return lines + _why(exercise.reasons if why else (), say)


def _why(reasons: Iterable[Reason], say: Language) -> list[Line]:
    return [
        indented(say("Why: {reason}", reason=reason_text(reason, say=say)), 4, "dim") for reason in reasons
    ]


def _cadence(plan: Plan, say: Language, *, why: bool) -> list[Line]:
    target = plan.cadence
    if target is None:
        return []
    head = say(
        "Now {now:.0f} steps a minute; aim for {aim:.0f}, at most {most:.0f}.",
        now=target.baseline_spm,
        aim=target.target_spm,
        most=target.limit_spm,
    )
    lines = [blank(), heading(say("Cadence")), indented(head), indented(target.how)]
    return lines + _why(target.reasons if why else (), say)


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


def reason_text(reason: Reason, *, say: Language = ENGLISH) -> str:
    """Return a reason in a line: words, finding or rule, grade of evidence, sources."""
    wording = "{text} [finding {id}; evidence: {grade}; {cited}]"
    if not reason.finding:
        wording = "{text} [rule {id}; evidence: {grade}; {cited}]"
    cited = _cited(reason.sources)
    named = reason.finding or reason.rule
    return say(wording, text=reason.text, id=named, grade=say(reason.grade), cited=cited)


def finding_title(finding: Finding, *, say: Language = ENGLISH) -> str:
    """Title with its side."""
    if not finding.side:
        return finding.title
    side = "both sides" if finding.side == "both" else finding.side
    return f"{finding.title} ({say(side)})"
