"""A plan's facts in words: the one renderer that every output takes them from."""

from __future__ import annotations

from gait.coaching.language import ENGLISH, Language
from gait.coaching.model import LightColour, Plan, PlannedExercise
from gait.coaching.questionnaire.questions import EQUIPMENT

__all__ = ["action_lines", "dose", "how_lines", "light_text", "sets_text"]

_LIGHT: dict[LightColour, str] = {
    "green": "Pain light green: all of it.",
    "amber": "Pain light amber: fewer sets, no jumps, nothing heavy on the sore place, flat and easy runs.",
    "red": "Pain light red: nothing that loads the sore place, no running.",
    "grey": "Pain light not known: not everything that keeps you safe was asked.",
}


def light_text(light: LightColour, *, say: Language = ENGLISH) -> str:
    """Return a pain light and what it means in a sentence."""
    return say(_LIGHT[light])


def dose(exercise: PlannedExercise, *, say: Language = ENGLISH) -> str:
    """Return sets of one session, repetitions, hold and load in a line.

    Examples
    --------
    >>> from gait.coaching.prescribe import prescribe
    >>> dose(prescribe(()).exercises[1])
    '3 × 8-12 reps, light'
    """
    low, high = exercise.reps
    count = str(low) if low == high else f"{low}-{high}"
    hold = say(", hold {s} s", s=exercise.hold_s) if exercise.hold_s else ""
    load = f", {exercise.load}" if exercise.load else ""
    return f"{exercise.sets} × {count} {exercise.unit}{hold}{load}"


def sets_text(exercise: PlannedExercise, *, say: Language = ENGLISH) -> str:
    """Return how many sets a week, where they are more than one session's; else nothing.

    Examples
    --------
    >>> from gait.coaching.prescribe import prescribe
    >>> sets_text(prescribe(()).exercises[1])
    ''
    """
    if not exercise.extra_sets:
        return ""
    return say(
        "{extra} further sets in the same session: {total} sets a week"
        if exercise.same_day
        else "{extra} further sets on another day: {total} sets a week",
        extra=exercise.extra_sets,
        total=exercise.sets_in_week,
    )


def how_lines(
    exercise: PlannedExercise, *, say: Language = ENGLISH, brief: bool = False
) -> list[tuple[str, str]]:
    """Return (label, text) of how an exercise is done, what to mind, and what is easier and harder.

    In brief only the first thing to think of and the signs to stop.
    """
    rest = say("Rest {s} s between sets", s=exercise.rest_s) if exercise.rest_s else ""
    pace = ", ".join(part for part in (rest, exercise.tempo, exercise.effort) if part)
    think = (say("Think"), " ".join(exercise.cues[:1] if brief else exercise.cues))
    stop = (say("Stop if"), " ".join(exercise.faults))
    rows = [
        (say("Needs"), ", ".join(say(EQUIPMENT[thing]) for thing in exercise.equipment)),
        (say("Set-up"), exercise.set_up),
        (say("Do"), exercise.movement),
        think,
        stop,
        (say("How hard"), f"{pace}." if pace else ""),
        (say("Easier"), exercise.regression),
        (say("Harder"), exercise.progression),
    ]
    return [(label, text) for label, text in ((think, stop) if brief else rows) if text]


def action_lines(plan: Plan, *, say: Language = ENGLISH) -> list[tuple[str, str]]:
    """Return (label, text) of the one next step: what, how much, how to know, when to look again."""
    step = plan.action
    rows = [
        (say("Next"), step.text),
        (say("How much"), step.dose),
        (say("It worked if"), step.worked_if),
        (say("Look again on"), say.day(step.retest_on)),
    ]
    return [(label, text) for label, text in rows if text]
