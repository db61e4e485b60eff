"""How a plan moves on: a diary of pain and sessions gives this week's step, dose, light and running.

Pure: everything follows from the entries and the day. Limits of pain, steps and gates are this project's own,
set below published ones: pain while loading at most 2 of 10 (5 for the heel tendon: Silbernagel et al. 2007,
3 below the kneecap: Breda et al. 2021), settled by the next morning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from gait.coaching.diary.check_in import (
    BONE_LIMIT,
    STOP_PAIN,
    CheckIn,
    Verdict,
    pain_limit,
    parse_check_in,
    verdict_of,
)
from gait.coaching.diary.coming_back import (
    ENTRY_TEST,
    GAP_DAYS,
    WALK_RUN,
    Running,
    running_now,
    turns_text,
)
from gait.coaching.language import ENGLISH, Language
from gait.coaching.model import LightColour

__all__ = [
    "LONGEST_SHARE",
    "MOST_STEPS",
    "STOP_PAIN",
    "WALK_RUN",
    "CheckIn",
    "Phase",
    "Progress",
    "longest_allowed_min",
    "parse_check_in",
    "progress",
]

LONGEST_SHARE = 1.10
"""Of the longest run of the last 30 days: no run longer (Frandsen 2025, 10.1136/bjsports-2024-109380)."""

CHANGE_WEEK, BUILD_WEEK = 4, 8
"""Weeks of training from which a first change can show, and from which the joint has got used to more
(chosen: the first of the articles' 4 to 6 and 8 to 12 weeks)."""
RETEST_WEEKS = (6, 12, 24, 36, 52)
"""Weeks of training after which to record again; then every `AGAIN_WEEKS` (chosen: the end of the articles' 4
to 6 weeks and of 8 to 12, then ever more seldom)."""
AGAIN_WEEKS = 12  # weeks between two recordings once `RETEST_WEEKS` are over (chosen: four a year)
FULL_WEEKS = 12
"""Weeks after which strength work becomes prevention, once it is quiet (chosen: the end of the articles' 8 to
12 weeks)."""
QUIET_ENTRIES = 4
"""Entries in a row without pain that count as quiet (chosen: some two weeks of check-ins)."""
MOST_STEPS = 6  # highest step of the dose (chosen: twice `gait.coaching.plan.dose.RANGE_STEPS`)
STALE_DAYS = 14
"""Days after which an entry no longer says how somebody is today; without any for so long, a step back
(chosen: two weeks of the plan)."""
STUCK_DAYS = 28
"""Days after which pain that is no less is for a clinician to look at (chosen: four weeks, in which a first
change can show)."""

Phase = Literal["begin", "change", "build", "prevention"]


@dataclass(frozen=True)
class Progress:
    """State of a runner's plan today.

    Attributes
    ----------
    week
        Of training, 1 first: weeks with a red entry or without any do not count.
    step
        Of the dose: 0 the plan's own, up to `MOST_STEPS`; see `gait.coaching.plan.dose`.
    verdict
        What the last entry does: ``on``, ``hold``, ``back``, ``stop``; ``begin`` without entries.
    light
        Today's; grey without an entry of the last 14 days, unless that was red.
    running
        ``as usual``, ``stages`` (walk and run in turns) or ``none``.
    stage
        Of `WALK_RUN` to do next, from 0; None unless ``running`` is ``stages``.
    longest_run_min
        Longest run allowed today, minutes; None where the stages decide or nothing is known.
    sessions_per_week
        2, or 1 once the plan has become prevention.
    retest_on
        Day to record again.
    text
        All that in sentences.
    phase
        ``begin`` to week 3, ``change`` from week 4, ``build`` from week 8, ``prevention`` once it is quiet
        behind week 12.
    no_better
        Whether pain is no less than four weeks ago.
    began
        Day the plan began.
    """

    week: int
    step: int
    verdict: Verdict
    light: LightColour
    running: Running
    stage: int | None
    longest_run_min: float | None
    sessions_per_week: int
    retest_on: date
    text: tuple[str, ...]
    phase: Phase = "begin"
    no_better: bool = False
    began: date | None = None


def longest_allowed_min(entries: Sequence[CheckIn], today: date) -> float | None:
    """Return the longest run allowed today, minutes: a tenth beyond the longest of the last 30 days.

    Returns
    -------
    None where no run is known in that time.
    """
    recent = [
        entry.longest_run_min
        for entry in entries
        if timedelta(0) <= today - entry.date <= timedelta(days=GAP_DAYS)
    ]
    longest = max(recent, default=0.0)
    return LONGEST_SHARE * longest if longest > 0.0 else None


def progress(
    entries: Sequence[CheckIn],
    today: date,
    *,
    places: Sequence[str] = (),
    began: date | None = None,
    say: Language = ENGLISH,
    bone: bool = False,
    after_break: bool = False,
) -> Progress:
    """Return where a runner stands.

    Parameters
    ----------
    entries
        The diary, in any order.
    today
        Day that is asked about; later entries are not looked at.
    places
        Where it hurts, or hurt, as in the answers.
    began
        Day the plan began; the first entry's where None.
    say
        Language of the sentences.
    bone
        The pain can come from the bone: any is above the limit.
    after_break
        The runner had not run for 30 days before the diary began.
    """
    seen = sorted((entry for entry in entries if entry.date <= today), key=lambda entry: entry.date)
    start = began or (seen[0].date if seen else today)
    week = _week(seen, start, today, limit := BONE_LIMIT if bone else pain_limit(places))
    step, verdict = _steps(seen, limit, today)
    light = _light(seen[-1] if seen else None, limit, today)
    running, stage = running_now(seen, light, today, limit, after_break=after_break)
    longest = longest_allowed_min(seen, today) if running == "as usual" else None
    phase = _phase(seen, week)
    state = Progress(
        week, step, verdict, light, running, stage, longest, 1 if phase == "prevention" else 2,
        _retest_on(week, start, today), (), phase, _no_better(seen, today), start,
    )  # fmt: skip
    return replace(
        state, text=tuple(_sentences(state, say, seen[-1].date if seen else None, today, bone=bone))
    )


def _blocks(start: date, day: date) -> int:
    """Return how many whole weeks lie between two days."""
    return max((day - start).days, 0) // 7


def _week(seen: Sequence[CheckIn], start: date, today: date, limit: int) -> int:
    """Return the week of training: a week counts once it is over, had an entry, and none that was red."""
    now = _blocks(start, today)
    had: dict[int, bool] = {}
    for entry in seen:
        at = _blocks(start, entry.date)
        had[at] = had.get(at, True) and verdict_of(entry, limit) in {"on", "hold"}
    return 1 + sum(good for at, good in had.items() if at < now)


def _retest_on(week: int, start: date, today: date) -> date:
    """Return the day on which the next week of `RETEST_WEEKS` is over, if all goes on as it does."""
    goal = next((retest_week for retest_week in RETEST_WEEKS if retest_week >= week), None)
    if goal is None:
        goal = -(-week // AGAIN_WEEKS) * AGAIN_WEEKS
    begun = start + timedelta(weeks=_blocks(start, today))
    return begun + timedelta(weeks=goal - week + 1)


def _steps(seen: Sequence[CheckIn], limit: int, today: date) -> tuple[int, Verdict]:
    """Return the step of the dose, and what the last entry did.

    Two entries within the limit with sessions done, one after the other: a step on. Worse in the morning: one
    back. A stop, or a month without an entry: to the beginning. Two weeks without one: a step back.
    """
    step, good = 0, 0
    verdict: Verdict = "begin"
    days = [*(entry.date for entry in seen), today]
    for entry, (day, following) in zip(seen, pairwise(days), strict=True):
        verdict = verdict_of(entry, limit)
        if verdict == "stop":
            step, good = 0, 0
        elif verdict == "back":
            step, good = max(step - 1, 0), 0
        elif verdict == "hold":
            good = 0
        else:
            good += bool(entry.sessions)
            if good == 2:
                step, good = min(step + 1, MOST_STEPS), 0
        if (following - day).days > STALE_DAYS:
            step, good = (0 if (following - day).days > GAP_DAYS else max(step - 1, 0)), 0
    return step, verdict


def _light(last: CheckIn | None, limit: int, today: date) -> LightColour:
    if last is None:
        return "grey"
    verdict = verdict_of(last, limit)
    if verdict in {"stop", "back"}:
        return "red"
    if (today - last.date).days > STALE_DAYS:
        return "grey"
    return "green" if verdict == "on" else "amber"


def _phase(seen: Sequence[CheckIn], week: int) -> Phase:
    quiet = len(seen) >= QUIET_ENTRIES and all(entry.pain == 0 for entry in seen[-QUIET_ENTRIES:])
    if week > FULL_WEEKS and quiet:
        return "prevention"
    return "build" if week >= BUILD_WEEK else "change" if week >= CHANGE_WEEK else "begin"


def _no_better(seen: Sequence[CheckIn], today: date) -> bool:
    """Return whether the mean pain of the last two weeks is no less than that of four weeks ago."""
    old = [entry.pain for entry in seen if (today - entry.date).days >= STUCK_DAYS]
    new = [entry.pain for entry in seen if (today - entry.date).days <= STALE_DAYS]
    return bool(old and new) and sum(new) > 0 and sum(new) / len(new) >= sum(old[-3:]) / len(old[-3:])


VERDICTS: dict[Verdict, str] = {
    "begin": "No entry yet: begin with the plan as it stands.",
    "on": "Within the limit and settled: go on.",
    "hold": "Above the limit: hold the dose where it is.",
    "back": "Not settled by the morning: one step back, and no running until it has.",
    "stop": "Stop: no running, no load on the sore place until it has settled; have it looked at.",
}
"""What the last entry does, in words."""

PHASES: dict[Phase, str] = {
    "begin": "",
    "change": "Weeks 4 to 6: a first change can show now.",
    "build": "Weeks 8 to 12: the joint gets used to more. Keep going.",
    "prevention": "It has been quiet: once a week is enough now, as prevention.",
}
"""What a phase means, in words."""
PHASE_WEEKS = frozenset((4, 5, 6, 8, 9, 10, 11, 12))
"""Weeks in which that is said; prevention is always said."""


def _sentences(now: Progress, say: Language, last: date | None, today: date, *, bone: bool) -> list[str]:
    out = [say("Week {week}.", week=now.week), say(VERDICTS[now.verdict])]
    red = now.light == "red"
    if last is not None and (today - last).days > STALE_DAYS:
        out.append(say("The last entry is {days} days old: enter how it is now.", days=(today - last).days))
    if now.step and not red:
        out.append(say("The dose is at step {step} of {most}.", step=now.step, most=MOST_STEPS))
    if now.running == "stages" and now.stage is not None:
        test = say("Entry test first: {test}", test=say(ENTRY_TEST))
        out.append(test if now.stage == 0 else say("The entry test is passed."))
        turns = turns_text(now.stage, say, bone=bone)
        out.append(say("Next outing: {turns}; each stage twice, with a day between.", turns=turns))
    if now.longest_run_min is not None:
        out.append(say("No run longer than {longest:.0f} min.", longest=now.longest_run_min))
    if PHASES[now.phase] and not red and (now.phase == "prevention" or now.week in PHASE_WEEKS):
        out.append(say(PHASES[now.phase]))
    if now.no_better:
        out.append(say("No better in four weeks: have it looked at."))
    out.append(say("Record again on {day}.", day=say.day(now.retest_on.isoformat())))
    return out
