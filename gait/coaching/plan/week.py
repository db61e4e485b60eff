"""Choose the days of the strength sessions: every choice of days is scored, the lowest score wins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from gait.coaching.language import ENGLISH, Language

__all__ = ["DAYS", "DAY_NAMES", "Layout", "lay_out"]

DAYS: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES: tuple[str, ...] = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Layout:
    """Days of the strength sessions.

    Attributes
    ----------
    strength
        Indices of their days, Monday 0, in order.
    problems
        Rules that this week cannot keep, in words; empty when it keeps all.
    """

    strength: tuple[int, ...]
    problems: tuple[str, ...] = ()


def lay_out(
    runs: Iterable[int], hard: Iterable[int], *, sessions: int, rest_days: int, say: Language = ENGLISH
) -> Layout:
    """Choose the days for strength.

    The week is a circle: Sunday's session counts before Monday's run. Rules in order of weight: no lifting on
    a day with a hard run; ``rest_days`` days between lifting and the next hard run; no lifting on a day with
    any run; as many sessions as wanted; not on days in a row; the day between a real rest day; not right
    after a hard run; one day of the week free of everything; sessions far apart.

    Parameters
    ----------
    runs, hard
        Days with a run, and those of them that are hard; Monday 0.
    sessions
        Strength sessions wanted.
    rest_days
        Days wanted between lifting and the next hard run.
    say
        Language of the problems.

    Examples
    --------
    >>> lay_out([1, 3, 5], [3], sessions=2, rest_days=1).strength
    (0, 4)
    """
    hard_days = frozenset(hard)
    run_days = frozenset(runs) | hard_days
    options = [days for n in range(1, sessions + 1) for days in combinations(range(7), n)]
    best = min(options, key=lambda days: (_cost(days, run_days, hard_days, sessions, rest_days), days))
    return Layout(best, _problems(best, run_days, hard_days, sessions, rest_days, say))


def _ahead(day: int, others: Iterable[int]) -> int:
    """Return days from one day to the next of others, 7 where it is the same weekday or there is none."""
    return min(((other - day) % 7 or 7 for other in others), default=7)


def _too_close(day: int, hard: frozenset[int], rest_days: int) -> bool:
    return bool(hard) and _ahead(day, hard) <= rest_days


def _cost(
    days: tuple[int, ...], runs: frozenset[int], hard: frozenset[int], sessions: int, rest_days: int
) -> tuple[float, ...]:
    lifts = frozenset(days)
    busy = runs | lifts
    no_rest_between = sum(
        bool(hard) and all((day + k) % 7 in busy for k in range(1, _ahead(day, hard))) for day in days
    )
    gaps = [_ahead(day, lifts) for day in days]
    return (
        len(lifts & hard),
        sum(_too_close(day, hard, rest_days) for day in days),
        len(lifts & runs),
        sessions - len(days),
        sum(gap == 1 for gap in gaps),
        no_rest_between,
        sum((day - 1) % 7 in hard for day in days),
        float(len(busy) == 7),
        -min(gaps),
    )


def _problems(
    days: tuple[int, ...],
    runs: frozenset[int],
    hard: frozenset[int],
    sessions: int,
    rest_days: int,
    say: Language,
) -> tuple[str, ...]:
    lifts = frozenset(days)
    problems: list[str] = []
    if lifts & hard:
        problems.append(
            say(
                "You lift on {days}, a hard-run day, because no other day is left: run first, lift hours "
                "later, and ease one of the two.",
                days=_names(lifts & hard, say),
            )
        )
    close = {day for day in days if _too_close(day, hard, rest_days) and day not in hard}
    if close:
        problems.append(
            say(
                "The day after lifting on {days} is a hard run, without a day of rest between: make that run "
                "easy whenever the legs feel heavy.",
                days=_names(close, say),
            )
        )
    if (lifts & runs) - hard:
        problems.append(
            say(
                "You lift on {days}, where you also run, because no day without a run fits: lift after the "
                "run, not before.",
                days=_names((lifts & runs) - hard, say),
            )
        )
    if len(days) < sessions:
        problems.append(_fewer(len(days), sessions, say))
    if len(runs | lifts) == 7:
        problems.append(
            say("No day of the week is free of both running and lifting: consider giving up one run.")
        )
    return tuple(problems)


def _fewer(count: int, wanted: int, say: Language) -> str:
    if count > 1:
        return say(
            "{count} strength sessions instead of {wanted}: more would break the rules on rest. A run less "
            "would make room.",
            count=count,
            wanted=wanted,
        )
    return say(
        "1 strength session instead of {wanted}: more would break the rules on rest. A run less would make "
        "room.",
        wanted=wanted,
    )


def _names(days: Iterable[int], say: Language) -> str:
    return say(" and ").join(say(DAY_NAMES[day]) for day in sorted(days))
