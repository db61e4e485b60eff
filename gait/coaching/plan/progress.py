"""How a plan moves on: a diary of pain and sessions gives this week's step, dose, light and running.

Pure: everything follows from the entries and the day. Limits of pain, steps and gates are this project's own
(house), set below published ones: pain while loading at most 2 of 10 (5 for the heel tendon: Silbernagel et
al. 2007, 3 below the kneecap: Breda et al. 2021), settled by the next morning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal

from pydantic import Field, ValidationError

from gait.coaching.language import ENGLISH, Language
from gait.coaching.model import LightColour
from gait.coaching.questionnaire.answers import problem_of
from gait.coaching.rules.conditions import Strict
from gait.errors import KnowledgeError

__all__ = ["WALK_RUN", "CheckIn", "Progress", "longest_allowed_min", "parse_check_in", "progress"]

PAIN_LIMITS = {"knee_below_cap": 3, "achilles": 5}
"""Most pain, of 10, that a place may give while it is loaded; others `USUAL_LIMIT`."""
USUAL_LIMIT = 2
STOP_PAIN = 6
"""Pain of 10 from which nothing goes on."""

WALK_RUN: tuple[tuple[int, float, float], ...] = (
    (5, 1.0, 3.0), (5, 2.0, 2.0), (5, 3.0, 1.0), (4, 4.0, 1.0), (2, 9.0, 1.0), (1, 20.0, 0.0),
)  # fmt: skip
"""Stages of coming back: rounds, minutes running, minutes walking; 20 minutes each (house)."""
ENTRY_TEST = "Walk 30 minutes briskly, then hop ten times on that leg, both without pain."

GAP_DAYS = 30
"""Days without a run after which running begins again with the stages."""
LONGEST_SHARE = 1.10
"""Of the longest run of the last 30 days: no run longer (Frandsen 2025, 10.1136/bjsports-2024-109380)."""

FIRST_WEEKS, FULL_WEEKS = 6, 12
"""Weeks after which a change shows, and after which strength work becomes prevention, once it is quiet."""
QUIET_ENTRIES = 4
"""Entries in a row without pain that count as quiet."""
MOST_STEPS = 6

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


@dataclass(frozen=True)
class Progress:
    """Where a runner stands today.

    Attributes
    ----------
    week
        Of the plan, 1 first.
    step
        Of the dose: 0 the plan's own, each further one 2 to 10 % more or the harder form.
    verdict
        What the last entry does: ``on``, ``hold``, ``back``, ``stop``; ``begin`` without entries.
    light
        Today's.
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
    """

    week: int
    step: int
    verdict: Verdict
    light: LightColour
    running: Literal["as usual", "stages", "none"]
    stage: int | None
    longest_run_min: float | None
    sessions_per_week: int
    retest_on: date
    text: tuple[str, ...]


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


def longest_allowed_min(entries: Sequence[CheckIn], today: date) -> float | None:
    """Return the longest run allowed today, minutes: a tenth beyond the longest of the last 30 days.

    Returns
    -------
    None where no run is known in that time.
    """
    recent = [
        one.longest_run_min for one in entries if timedelta(0) <= today - one.date <= timedelta(days=GAP_DAYS)
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
    """
    seen = sorted((one for one in entries if one.date <= today), key=lambda one: one.date)
    start = began or (seen[0].date if seen else today)
    week = max((today - start).days, 0) // 7 + 1
    limit = pain_limit(places)
    step, verdict = _steps(seen, limit)
    light = _light(seen[-1] if seen else None, limit)
    running, stage = _running(seen, light, today, limit)
    longest = longest_allowed_min(seen, today) if running == "as usual" else None
    quiet = len(seen) >= QUIET_ENTRIES and all(one.pain == 0 for one in seen[-QUIET_ENTRIES:])
    prevention = week > FULL_WEEKS and quiet
    weeks_on = FIRST_WEEKS if week <= FIRST_WEEKS else FULL_WEEKS
    retest = start + timedelta(weeks=max(weeks_on, week))
    found = Progress(week, step, verdict, light, running, stage, longest, 1 if prevention else 2, retest, ())
    return Progress(**{**found.__dict__, "text": tuple(_sentences(found, say, prevention=prevention))})


def _verdict(entry: CheckIn, limit: int) -> Verdict:
    """Return what one entry says of the next step."""
    if entry.limping or entry.pain >= STOP_PAIN:
        return "stop"
    if not entry.settled:
        return "back"
    return "on" if entry.pain <= limit else "hold"


def _steps(seen: Sequence[CheckIn], limit: int) -> tuple[int, Verdict]:
    """Return the step of the dose, and what the last entry did.

    Two entries within the limit with sessions done, one after the other: a step on. Worse in the morning: one
    back. A stop: to the beginning.
    """
    step, good = 0, 0
    verdict: Verdict = "begin"
    for entry in seen:
        verdict = _verdict(entry, limit)
        if verdict == "stop":
            step, good = 0, 0
        elif verdict == "back":
            step, good = max(step - 1, 0), 0
        elif verdict == "hold":
            good = 0
        else:
            good += bool(entry.sessions)
            if good >= 2:
                step, good = min(step + 1, MOST_STEPS), 0
    return step, verdict


def _light(last: CheckIn | None, limit: int) -> LightColour:
    if last is None:
        return "grey"
    verdict = _verdict(last, limit)
    if verdict in {"stop", "back"}:
        return "red"
    return "green" if verdict == "on" else "amber"


def _running(
    seen: Sequence[CheckIn], light: LightColour, today: date, limit: int
) -> tuple[Literal["as usual", "stages", "none"], int | None]:
    """Return how to run today, and the stage of coming back where there is one."""
    if not seen:
        return "as usual", None
    if light == "red":
        return "none", None
    back_from = _last_break(seen, today)
    if back_from is None:
        return "as usual", None
    stage, done = 0, 0
    for entry in seen[back_from:]:
        if _verdict(entry, limit) != "on":
            stage, done = max(stage - (not entry.settled), 0), 0
        elif entry.stage_done:
            done += 1
            if done == 2:
                stage, done = stage + 1, 0
    return ("stages", stage) if stage < len(WALK_RUN) else ("as usual", None)


def _last_break(seen: Sequence[CheckIn], today: date) -> int | None:
    """Return the first entry behind the last stop or the last gap without a run; None without either."""
    found = None
    for at, entry in enumerate(seen):
        if entry.limping or entry.pain >= STOP_PAIN:
            found = at + 1
    ran = [one.date for one in seen if one.longest_run_min > 0]
    for before, after in pairwise([*ran, today]):
        if (after - before).days > GAP_DAYS:
            later = next((at for at, one in enumerate(seen) if one.date >= after), len(seen))
            found = later if found is None else max(found, later)
    return found


VERDICTS: dict[Verdict, str] = {
    "begin": "No entry yet: begin with the plan as it stands.",
    "on": "Within the limit and settled: go on.",
    "hold": "Above the limit: hold the dose where it is.",
    "back": "Not settled by the morning: one step back, and no running until it has.",
    "stop": "Stop: no running, no load on the sore place until it has settled; have it looked at.",
}
"""What the last entry does, in words."""


def _sentences(now: Progress, say: Language, *, prevention: bool) -> list[str]:
    out = [say("Week {week}.", week=now.week), say(VERDICTS[now.verdict])]
    if now.running == "stages" and now.stage is not None:
        rounds, run, walk = WALK_RUN[now.stage]
        turns = (
            say("{n} times {run:g} min running, {walk:g} min walking", n=rounds, run=run, walk=walk)
            if walk
            else say("{run:g} min running", run=run)
        )
        test = say("Entry test first: {test}", test=say(ENTRY_TEST))
        out.append(test if now.stage == 0 else say("The entry test is passed."))
        out.append(say("Next outing: {turns}; each stage twice, with a day between.", turns=turns))
    if now.longest_run_min is not None:
        out.append(say("No run longer than {longest:.0f} min.", longest=now.longest_run_min))
    if prevention:
        out.append(say("It has been quiet: once a week is enough now, as prevention."))
    out.append(say("Record again on {day}.", day=now.retest_on.isoformat()))
    return out
