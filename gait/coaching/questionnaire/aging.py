"""Age kept answers: an answer that spoke for safety weeks ago counts as unasked now."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from gait.coaching.questionnaire.answers import Answers

__all__ = ["ANSWERS_WEEKS", "aged", "is_aged"]

ANSWERS_WEEKS = 6
"""Weeks after which answers on safety are asked again (chosen: as often as a run is recorded again)."""
AMBER_UP_TO = 5
"""Pain of 10 up to which an old answer no longer counts (chosen: the highest below
`gait.coaching.diary.check_in.STOP_PAIN`; stronger pain stands until it is asked again)."""

NONE_APPLIED = ("red_flags", "risk_signs", "pain")
"""Lists whose "nothing applies" grows old; what was named in them stays."""
NOES = ("pregnant", "recent_surgery", "serious_injury", "limping")
"""Questions whose "no" grows old; a "yes" stays."""
CLEARANCES = ("cleared", "cleared_for", "therapist_says_train")
"""What lifts a stop, and does so no longer."""
SETTLED = ("within_hour", "within_day")


def is_aged(answered_on: date, today: date) -> bool:
    """Return whether answers of a day are too old to keep anybody safe."""
    return today - answered_on > timedelta(weeks=ANSWERS_WEEKS)


def aged(answers: Answers, answered_on: date, today: date) -> Answers:
    """Return answers as they count today: past `ANSWERS_WEEKS` all that spoke for safety is unasked.

    What spoke against it stays until it is asked again: a warning sign, pregnancy, strong pain. So do age,
    equipment, experience and days.

    Examples
    --------
    >>> said = Answers(red_flags=(), pregnant=True, pain_strength=2, age=40)
    >>> now = aged(said, date(2026, 1, 1), date(2026, 3, 1))
    >>> now.red_flags, now.pregnant, now.pain_strength, now.age
    (None, True, None, 40)
    """
    if not is_aged(answered_on, today):
        return answers
    over: dict[str, Any] = dict.fromkeys(CLEARANCES)
    over |= {key: None for key in NONE_APPLIED if not getattr(answers, key)}
    over |= {key: None for key in NOES if getattr(answers, key) is False}
    if answers.pain_strength is not None and answers.pain_strength <= AMBER_UP_TO:
        over["pain_strength"] = None
    if answers.pain_settles in SETTLED:
        over["pain_settles"] = None
    return answers.model_copy(update=over)
