"""A plan and its reasons as lines of text: for every command that prints one, and the report's text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gait.coaching.diary.progress import Progress
from gait.coaching.language import ENGLISH, Language
from gait.coaching.model import Finding, LightColour, Plan, PlannedExercise, Reason, SafetyNotice, Source
from gait.coaching.plan.facts import action_lines, dose, how_lines, light_text, sets_text
from gait.report.terminal.lines import Line, Style, blank, bullet, heading, indented

__all__ = ["finding_title", "followed_lines", "plan_body", "plan_lines", "progress_lines", "reason_text"]

BOX = "[ ] "
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
        The runner's state, shown after the notices on safety.
    """
    lines = [Line(plan.rules_mark, style="stop"), blank()] if plan.rules_mark else []
    lines += [*_notices(plan.notices, say), *since]
    lines += [
        Line(f"{label}: {text}", style="plain" if at else "strong")
        for at, (label, text) in enumerate(action_lines(plan, say=say))
    ]
    return lines + plan_body(plan, why=why, say=say)


def plan_body(
    plan: Plan, *, why: bool = False, say: Language = ENGLISH, brief: bool = False, boxes: bool = False
) -> list[Line]:
    """Return a plan behind its notices and its next step: pain light, week, exercises and what to mind.

    Parameters
    ----------
    plan
        From `gait.coaching.prescribe.prescribe`.
    why
        Give each recommendation its reasons.
    say
        Language of what is not in the plan: titles and labels.
    brief
        Only what is looked at while training: the days without their exercises, of each exercise the dose,
        the first cue and the signs to stop; no advice, no later weeks.
    boxes
        Draw a box to tick before each day that is no day of rest.
    """
    lines: list[Line] = []
    if plan.exercises or plan.week:
        lines.append(Line(light_text(plan.light, say=say), style=_STYLE[plan.light]))
    lines += [bullet(note, style="dim") for note in plan.notes if not brief]
    if plan.week:
        lines += [blank(), heading(say("The week")), *_week(plan, say, brief=brief, boxes=boxes)]
    if plan.exercises:
        lines += [blank(), heading(say("Exercises"))]
        for exercise in plan.exercises:
            lines += _exercise(exercise, say, why=why, brief=brief)
        lines += [indented(text) for text in (plan.how_hard, plan.pain_rule) if text]
    if not brief:
        lines += _later(plan, say)
    lines += _cadence(plan, say, why=why, brief=brief)
    lines += _routine(say("Before a run"), plan.warm_up, brief=brief)
    lines += _routine(say("After a run"), plan.cool_down, brief=brief)
    if not brief:
        lines += _to_mind(plan, say, why=why)
    return [*lines, blank(), Line(plan.disclaimer, style="dim")]


def _later(plan: Plan, say: Language) -> list[Line]:
    """Return the exercises of other weeks, the nearest first; empty where none take turns."""
    if not plan.later:
        return []
    lines = [blank(), heading(say("In other weeks"))]
    for exercise in sorted(plan.later, key=lambda exercise: exercise.weeks or (1, 1)):
        first, last = exercise.weeks or (1, 1)
        weeks = say("weeks {first}-{last}", first=first, last=last)
        lines.append(bullet(f"{weeks}: {exercise.name}, {dose(exercise, say=say)}"))
    return lines


def _to_mind(plan: Plan, say: Language, *, why: bool) -> list[Line]:
    """Return advice, expectations, when to ease off and when to record again."""
    lines: list[Line] = []
    if plan.advice:
        lines += [blank(), heading(say("Mind"))]
        for advice in plan.advice:
            lines.append(bullet(advice.text))
            lines += [indented(reason_text(reason, say=say), 4, "dim") for reason in advice.reasons if why]
    if plan.expect:
        lines += [blank(), heading(say("What to expect")), *(bullet(text) for text in plan.expect)]
    return lines + [bullet(text) for text in (plan.ease_off, plan.retest) if text]


def progress_lines(state: Progress, *, say: Language = ENGLISH) -> list[Line]:
    """Return the state after the newest check-in, the check-in's effect on the plan first."""
    first, *rest = state.text
    lines = [heading(say("Since you began")), Line(first, 2, style=_STYLE[state.light])]
    return [*lines, *(indented(text) for text in rest), blank()]


def followed_lines(plan: Plan, state: Progress | None, *, say: Language = ENGLISH) -> list[Line]:
    """Return the runner's state, and the plan without the note that repeats it."""
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


def _week(plan: Plan, say: Language, *, brief: bool, boxes: bool) -> list[Line]:
    names = {exercise.id: exercise.name for exercise in plan.exercises}
    lines: list[Line] = []
    for day in plan.week:
        sets = day.sets or (0,) * len(day.exercises)
        done = ", ".join(
            f"{names.get(key, key)} {number}×" if number else names.get(key, key)
            for key, number in zip(day.exercises, sets, strict=True)
            if not brief
        )
        about = [day.note] if day.note else []
        if day.minutes:
            about.append(say("about {minutes} min", minutes=day.minutes))
        note = f" ({'; '.join(about)})" if about else ""
        text = f"{say(day.name)}: {say(day.kind)}{note}{': ' + done if done else ''}"
        lines.append(_day(text, box=boxes and day.kind != "rest", aside=boxes))
    return lines


def _day(text: str, *, box: bool, aside: bool) -> Line:
    """Return the line of a day: with a box, as far in as those with a box, or plain."""
    return Line(text, 2, BOX) if box else Line(text, 2 + (len(BOX) if aside else 0))


def _exercise(exercise: PlannedExercise, say: Language, *, why: bool, brief: bool) -> list[Line]:
    more = sets_text(exercise, say=say)
    also = say(" (also {names})", names=", ".join(exercise.aliases)) if exercise.aliases and not brief else ""
    lines = [
        Line(f"{exercise.name}{also}", 2, style="strong"),
        indented(f"{dose(exercise, say=say)}{'; ' + more if more else ''}", 4),
        *(indented(f"{label}: {text}", 4) for label, text in how_lines(exercise, say=say, brief=brief)),
    ]
    return lines + _why(exercise.reasons if why else (), say)


def _why(reasons: Iterable[Reason], say: Language) -> list[Line]:
    return [
        indented(say("Why: {reason}", reason=reason_text(reason, say=say)), 4, "dim") for reason in reasons
    ]


def _cadence(plan: Plan, say: Language, *, why: bool, brief: bool) -> list[Line]:
    target = plan.cadence
    if target is None:
        return []
    head = say(
        "Now {now:.0f} steps a minute; aim for {aim:.0f}, at most {most:.0f}.",
        now=target.baseline_spm,
        aim=target.target_spm,
        most=target.limit_spm,
    )
    lines = [blank(), heading(say("Cadence")), indented(head)]
    lines += [] if brief else [indented(target.how)]
    return lines + _why(target.reasons if why else (), say)


def _routine(title: str, items: Sequence[PlannedExercise], *, brief: bool) -> list[Line]:
    """Return warm-up or cool-down, in brief without how each item is done; empty without items."""
    if not items:
        return []
    lines = [blank(), heading(title), indented(items[0].reasons[0].text, 2)]
    for item in items:
        low, high = item.reps
        count = str(low) if low == high else f"{low}-{high}"
        how = "" if brief else f". {' '.join(item.cues)}"
        lines.append(bullet(f"{item.name}: {count} {item.unit}{how}"))
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
    """Return the title with its side."""
    if not finding.side:
        return finding.title
    side = "both sides" if finding.side == "both" else finding.side
    return f"{finding.title} ({say(side)})"
