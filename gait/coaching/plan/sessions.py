"""Shares the week's sets out over its strength sessions, evenly, and says how long each takes."""

from __future__ import annotations

from collections.abc import Sequence

from gait.coaching.model import PlannedExercise
from gait.coaching.rules.schema import ProgrammeNumbers

__all__ = ["minutes_of", "sessions_needed", "share_out"]

LEAST_SETS = 8
"""Sets below which a session is not worth its way (house)."""

Session = list[tuple[str, int]]
"""(exercise id, sets) in the order done."""


def sessions_needed(exercises: Sequence[PlannedExercise], wanted: int) -> int:
    """Return how many sessions the sets fill, at most `wanted` and at least one."""
    total = sum(one.sets_in_week for one in exercises)
    return max(1, min(wanted, total // LEAST_SETS))


def share_out(exercises: Sequence[PlannedExercise], count: int) -> list[Session]:
    """Return the sessions of a week, as even as whole exercises allow.

    Parameters
    ----------
    exercises
        With their sets of one session and their further sets.
    count
        Sessions. With more than one, further sets of an exercise stand on another day than its own.

    Returns
    -------
    One list of (id, sets) a session.
    """
    blocks = [(one.id, one.sets) for one in exercises]
    blocks += [(one.id, one.extra_sets) for one in exercises if one.extra_sets]
    order = {one.id: at for at, one in enumerate(exercises)}
    sessions: list[dict[str, int]] = [{} for _ in range(count)]
    twice = {one.id for one in exercises if one.extra_sets}
    # Those that need two days go first: the others then even the sessions out.
    for key, sets in sorted(blocks, key=lambda block: (block[0] not in twice, -block[1])):
        free = [one for one in sessions if key not in one] or sessions
        target = min(free, key=lambda one: sum(one.values()))
        target[key] = target.get(key, 0) + sets
    return [sorted(one.items(), key=lambda block: order[block[0]]) for one in sessions]


def minutes_of(session: Session, numbers: ProgrammeNumbers) -> int:
    """Return about how long a session takes, warming up included, in steps of five minutes."""
    sets = sum(number for _, number in session)
    return 5 * round((numbers.warm_up_minutes + sets * numbers.minutes_a_set) / 5.0)
