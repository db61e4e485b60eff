"""Moves cadence work on with the diary: two runs a week, the metronome faded out, then the next step up.

Eight runs a step, 15 minutes of each rising to 30, the metronome on in the first four and then less and less,
is the course of the trials in which retraining lasted (Davis et al. 2020); the shares of the last four runs,
two runs a week and a step back on amber are this project's own (house).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from gait.coaching.diary.check_in import CheckIn, verdict_of
from gait.coaching.language import ENGLISH, Language
from gait.coaching.model import CadenceTarget

__all__ = [
    "RUN_METRONOME",
    "RUN_MINUTES",
    "STEP_WEEKS",
    "CadenceWeek",
    "at_cadence_week",
    "cadence_week",
    "share_text",
]

RUN_MINUTES = (15, 17, 19, 21, 24, 26, 28, 30)
"""Minutes of each of the eight runs with the new cadence: 180 in all (reviewed programmes: up to 30 to 45
min, 177 to 196 in all, PMC7083994)."""
RUN_METRONOME = (1.0, 1.0, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0)
"""Share of those minutes with the metronome on; fading as in PMC7083994 (the last four chosen: even steps to
none)."""
WEEK_RUNS = 2  # runs a week with the new cadence (reviewed: 8 to 18 sessions in 2 to 6 weeks, PMC7083994)
STEP_WEEKS = len(RUN_MINUTES) // WEEK_RUNS
"""Weeks at one cadence."""
EMPTY_WEEKS, LOST_WEEKS = 2, 5
"""Weeks in a row without an entry after which each takes a week back, and after which it begins again
(chosen: a single week may be forgotten, and the course is four weeks long)."""


@dataclass(frozen=True)
class CadenceWeek:
    """Good weeks of cadence work behind a runner, and whether this week takes one of them back."""

    weeks: int
    back: bool = False
    runs_noted: bool = True
    """Whether the diary holds a run: without any, nothing moves on."""


def cadence_week(entries: Sequence[CheckIn], today: date, limit: int, *, began: date) -> CadenceWeek:
    """Return where cadence work stands.

    A week that is over, in which somebody ran and each entry was within the limit, is a week on; amber or a
    worse morning is a week back at once, and a stop is the beginning. A week without a run changes nothing.

    Parameters
    ----------
    entries
        The diary, in any order; entries after `today` are not looked at.
    today
        Day that is asked about.
    limit
        Most pain of 10 that counts as within the limit.
    began
        Day from which weeks are counted.

    Examples
    --------
    >>> day = date(2026, 5, 4)
    >>> rows = [CheckIn(date=day, pain=1, longest_run_min=30.0)]
    >>> [cadence_week(rows, date(2026, 5, d), 2, began=day).weeks for d in (4, 11, 18)]
    [0, 1, 1]
    """
    seen = [entry for entry in entries if entry.date <= today]
    now = max((today - began).days, 0) // 7
    weeks, empty, back = 0, 0, False
    for at in range(now + 1):
        held = [entry for entry in seen if max((entry.date - began).days, 0) // 7 == at]
        empty = 0 if held else empty + (at < now)
        change = _change(held, limit, empty)
        if at == now and change == 1:
            change = 0  # this week is not over
        before, weeks = weeks, 0 if change is None else max(weeks + change, 0)
        back = at == now and weeks < before
    return CadenceWeek(weeks, back, any(entry.longest_run_min > 0 for entry in seen))


def _change(held: Sequence[CheckIn], limit: int, empty: int) -> int | None:
    """Return by how many weeks a week of check-ins moves the work: 1, 0 or -1; None to begin anew."""
    verdicts = {verdict_of(entry, limit) for entry in held}
    if "stop" in verdicts or empty >= LOST_WEEKS:
        return None
    if verdicts & {"hold", "back"} or empty >= EMPTY_WEEKS:
        return -1
    return int(any(entry.longest_run_min > 0 for entry in held))


THIS_WEEK = (
    "This week, in two easy runs: {minutes} and {more} minutes at {bpm} steps a minute, the metronome "
    "{share}. At {one_foot} beats, every landing of the same foot. Keep the speed, and let the steps get "
    "shorter."
)
SHARES: dict[tuple[float, ...], str] = {
    (100, 100): "on all the time",
    (75, 50): "on for three quarters of it, in the second run for half of it",
    (25, 0): "on for a quarter of it, in the second run off",
    (0, 0): "off",
}
"""How long the metronome is on, in words."""
THEN = "Held without the metronome, and no more ache: then {following:.0f}. Never above {limit:.0f}."
TOP = "More than {limit:.0f} is not part of this plan."
HELD = (
    "Run at {bpm} steps a minute without the metronome; count the steps once a week. Never above {limit:.0f}."
)
BACK = "A step back this week, as it ached more than the limit."
NO_RUNS = "Enter your longest run each time: without it this does not move on."


def at_cadence_week(target: CadenceTarget, reached: CadenceWeek, *, say: Language = ENGLISH) -> CadenceTarget:
    """Return a cadence target as it is in a week of the diary: its step, minutes and metronome.

    Parameters
    ----------
    target
        As made for the first week; its steps, the first at 5 % and the last at the limit, are gone through.
    reached
        From `cadence_week`.
    say
        Language of the sentences.
    """
    step = min(reached.weeks // STEP_WEEKS, len(target.steps_spm) - 1)
    done = reached.weeks >= STEP_WEEKS * len(target.steps_spm)
    first = len(RUN_MINUTES) - WEEK_RUNS if done else WEEK_RUNS * (reached.weeks % STEP_WEEKS)
    shares = (0.0,) * WEEK_RUNS if done else RUN_METRONOME[first : first + WEEK_RUNS]
    spm = target.steps_spm[step]
    moved = replace(
        target,
        target_spm=spm,
        metronome_bpm=round(spm),
        one_foot_bpm=round(spm / 2.0),
        minutes=RUN_MINUTES[first : first + WEEK_RUNS],
        metronome_pct=tuple(100.0 * share for share in shares),
    )
    lines = [say(BACK)] if reached.back else []
    lines += [say(HELD, bpm=moved.metronome_bpm, limit=target.limit_spm)] if done else _week(moved, step, say)
    lines += [] if reached.runs_noted else [say(NO_RUNS)]
    return replace(moved, how=" ".join(lines))


def share_text(target: CadenceTarget, say: Language) -> str:
    """Return how long the metronome is on in a week's two runs, in words."""
    return say(SHARES[target.metronome_pct])


def _week(now: CadenceTarget, step: int, say: Language) -> list[str]:
    """Return sentences on a week's two runs and on the week that follows."""
    share = share_text(now, say)
    this = say(
        THIS_WEEK, minutes=now.minutes[0], more=now.minutes[1], bpm=now.metronome_bpm, share=share,
        one_foot=now.one_foot_bpm,
    )  # fmt: skip
    if step + 1 < len(now.steps_spm):
        return [this, say(THEN, following=now.steps_spm[step + 1], limit=now.limit_spm)]
    return [this, say(TOP, limit=now.limit_spm)]
