"""One entry of the diary, checked strictly, and its verdict on the next step of the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import Field, ValidationError

from gait.coaching.questionnaire.answers import problem_of
from gait.coaching.rules.conditions import Strict
from gait.errors import KnowledgeError

__all__ = [
    "BONE_LIMIT",
    "PAIN_LIMITS",
    "STOP_PAIN",
    "USUAL_LIMIT",
    "CheckIn",
    "Verdict",
    "pain_limit",
    "parse_check_in",
    "verdict_of",
]

PAIN_LIMITS = {"knee_below_cap": 3, "achilles": 5}
"""Most pain, of 10, that a place may give while it is loaded; others `USUAL_LIMIT`."""
USUAL_LIMIT = 2
"""Pain of 10 while loaded that is accepted at any other place (chosen: below every studied limit)."""
BONE_LIMIT = 0
"""Most pain of 10 where it can come from the bone (chosen: any stops, as in returning to running after a bone
stress injury)."""
STOP_PAIN = 6
"""Pain of 10 from which nothing goes on (chosen: above every limit of the studied programmes, the highest of
which is 5)."""

Verdict = Literal["on", "hold", "back", "stop", "begin"]


class CheckIn(Strict):
    """One entry of the diary.

    ``pain`` is the most of the day, 0 to 10; ``settled`` whether it was as before by the next morning;
    ``sessions`` strength sessions since the last entry; ``longest_run_min`` the longest run since then;
    ``limping`` and ``stage_done`` (an outing of the walk-run stages within the limit) where they apply.
    """

    date: date
    pain: int = Field(ge=0, le=10)
    settled: bool = True
    limping: bool = False
    sessions: int = Field(default=0, ge=0, le=14)
    longest_run_min: float = Field(default=0.0, ge=0, le=2000)
    stage_done: bool = False


def parse_check_in(data: Mapping[str, Any], *, source: str = "check-in") -> CheckIn:
    """Check one entry.

    Raises
    ------
    KnowledgeError
        An unknown key, or a value that cannot be.
    """
    try:
        return CheckIn.model_validate(dict(data))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise KnowledgeError(
            problem_of(first, "entry"), where=source, todo="see: gait checkin --help"
        ) from error


def pain_limit(places: Sequence[str]) -> int:
    """Return the most pain that these places may give while they are loaded; the lowest of them."""
    return min((PAIN_LIMITS.get(place, USUAL_LIMIT) for place in places), default=USUAL_LIMIT)


def verdict_of(entry: CheckIn, limit: int) -> Verdict:
    """Return the verdict of one entry on the next step; any pain that can come from the bone stops.

    Examples
    --------
    >>> day = date(2026, 5, 4)
    >>> [verdict_of(CheckIn(date=day, pain=pain), 2) for pain in (2, 3, 6)]
    ['on', 'hold', 'stop']
    >>> verdict_of(CheckIn(date=day, pain=1, settled=False), 2)
    'back'
    >>> verdict_of(CheckIn(date=day, pain=1), BONE_LIMIT)
    'stop'
    """
    from_the_bone = limit == BONE_LIMIT and entry.pain > BONE_LIMIT
    if entry.limping or entry.pain >= STOP_PAIN or from_the_bone:
        return "stop"
    if not entry.settled:
        return "back"
    return "on" if entry.pain <= limit else "hold"
