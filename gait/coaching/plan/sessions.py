"""Shares the week's sets out over its strength sessions, evenly, and says how long each takes."""

from __future__ import annotations

from collections.abc import Sequence

from gait.coaching.model import LightColour, PlannedExercise
from gait.coaching.rules.schema import ProgrammeNumbers

__all__ = ["minutes_of", "most_sets", "sessions_needed", "sets_on", "share_out"]

LEAST_SETS = 6
"""Sets below which a session is not worth its way (chosen: two exercises of three sets)."""

Session = list[tuple[str, int]]
"""(exercise id, sets) in the order done."""
Row = tuple[str, int, int]
"""(exercise id, sets of one session, further sets)."""


def most_sets(light: LightColour, numbers: ProgrammeNumbers) -> int:
    """Return the most sets of a session: fewer where a light makes each exercise shorter.

    The same exercises in fewer sets have room for the same number of them.
    """
    if light in {"amber", "red"}:
        return numbers.most_sets_a_session * numbers.amber_sets // numbers.base_sets
    return numbers.most_sets_a_session


def sessions_needed(
    exercises: Sequence[PlannedExercise], wanted: int, light: LightColour, numbers: ProgrammeNumbers
) -> int:
    """Return how many sessions the sets fill, at most `wanted` and at least one.

    Where a light makes each exercise shorter, fewer sets are worth a session.
    """
    total = sum(exercise.sets_in_week for exercise in exercises)
    least = LEAST_SETS * most_sets(light, numbers) // numbers.most_sets_a_session
    return max(1, min(wanted, total // max(least, 1)))


def share_out(rows: Sequence[Row], count: int) -> list[Session]:
    """Return the sessions of a week, as even as whole exercises allow.

    Parameters
    ----------
    rows
        Exercises with their sets of one session and their further sets.
    count
        Sessions. With more than one, further sets of an exercise stand on another day than its own.

    Returns
    -------
    One list of (id, sets) a session.
    """
    blocks = [(key, sets) for key, sets, _ in rows]
    blocks += [(key, extra) for key, _, extra in rows if extra]
    order = {key: at for at, (key, _, _) in enumerate(rows)}
    sessions: list[dict[str, int]] = [{} for _ in range(count)]
    twice = {key for key, _, extra in rows if extra}
    # Those that need two days go first: the others then even the sessions out.
    for key, sets in sorted(blocks, key=lambda block: (block[0] not in twice, -block[1])):
        free = [session for session in sessions if key not in session] or sessions
        target = min(free, key=lambda session: sum(session.values()))
        target[key] = target.get(key, 0) + sets
    return [sorted(session.items(), key=lambda block: order[block[0]]) for session in sessions]


def minutes_of(session: Session, numbers: ProgrammeNumbers) -> int:
    """Return about how long a session takes, warming up included, in steps of five minutes."""
    sets = sum(number for _, number in session)
    return 5 * round((numbers.warm_up_minutes + sets * numbers.minutes_a_set) / 5.0)


def sets_on(number: int, old: PlannedExercise, new: PlannedExercise) -> int:
    """Return the sets of a day once an exercise has changed.

    Parameters
    ----------
    number
        Sets of the day before.
    old, new
        The exercise before and after.
    """
    if number == old.sets_in_week:
        return new.sets_in_week
    return new.sets if number == old.sets else new.extra_sets
