"""A plan's facts in words: the one renderer that every output takes them from."""

from __future__ import annotations

from gait.coaching.model import LightColour, Plan, PlannedExercise

__all__ = ["action_lines", "dose", "how_lines", "light_text", "sets_text"]

_LIGHT: dict[LightColour, str] = {
    "green": "green: all of it",
    "amber": "amber: fewer sets, no jumps, nothing heavy on the sore place, flat and easy runs",
    "red": "red: nothing that loads the sore place, no running",
    "grey": "not known: not everything that keeps you safe was asked",
}


def light_text(light: LightColour) -> str:
    """Return what a pain light means."""
    return _LIGHT[light]


def dose(exercise: PlannedExercise) -> str:
    """Return sets of one session, repetitions, hold and load in a line.

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


def sets_text(exercise: PlannedExercise) -> str:
    """Return how many sets a week, where they are more than one session's; else nothing.

    Examples
    --------
    >>> from gait.coaching.prescribe import prescribe
    >>> sets_text(prescribe(()).exercises[1])
    ''
    """
    if not exercise.extra_sets:
        return ""
    return f"{exercise.extra_sets} further sets on another day: {exercise.sets_in_week} sets a week"


def how_lines(exercise: PlannedExercise) -> list[tuple[str, str]]:
    """Return (label, text) of how an exercise is done, what to mind, and what is easier and harder."""
    rest = f"Rest {exercise.rest_s} s between sets" if exercise.rest_s else ""
    pace = ", ".join(part for part in (rest, exercise.tempo, exercise.effort) if part)
    rows = [
        ("Set-up", exercise.set_up),
        ("Do", exercise.movement),
        ("Think", " ".join(exercise.cues)),
        ("Stop if", " ".join(exercise.faults)),
        ("How hard", f"{pace}." if pace else ""),
        ("Easier", exercise.regression),
        ("Harder", exercise.progression),
    ]
    return [(label, text) for label, text in rows if text]


def action_lines(plan: Plan) -> list[tuple[str, str]]:
    """Return (label, text) of the one next step: what, how much, how to know, when to look again."""
    step = plan.action
    rows = [
        ("Next", step.text),
        ("How much", step.dose),
        ("It worked if", step.worked_if),
        ("Look again on", step.retest_on),
    ]
    return [(label, text) for label, text in rows if text]
