"""Read from a runner's kept plan today's cadence work, and whether anything speaks against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from gait.coaching.diary.check_in import CheckIn, pain_limit, parse_check_in
from gait.history.store import History, KeptSession
from gait.live.retraining import CourseRun, CourseStep, next_step, run_from
from gait.sentences import sentence

__all__ = ["PlanStep", "plan_step"]

PLAN_DAYS = 42
"""Days for which a plan, and the answers that it rests on, stand (chosen: the six weeks of a course)."""
CHECK_IN_DAYS = 14
"""Days for which a check-in speaks (chosen: as `gait.coaching.diary.progress.STALE_DAYS`)."""
CALF_PAINS = ("pain_calf", "pain_heel_tendon")
CALF = ("calf", "achilles")
"""Findings and places with which a softer landing is never asked for: it shifts load there (Chan et al. 2018,
10.1177/0363546517736277)."""
ASK = "gait report RUN --runner NAME --ask"


@dataclass(frozen=True)
class PlanStep:
    """Cadence work of one runner on one day.

    Attributes
    ----------
    course
        What is on; None where no course is to be run.
    target_spm, limit_spm
        Cadence to aim for and never to go beyond, steps a minute; None where the plan has none.
    stopped
        Why there is no cadence work at all today, in a sentence; empty where nothing speaks against it.
    why_not_soft
        Why a softer landing is not asked for; empty where the plan allows it.
    text
        All that in sentences, for people.
    """

    course: CourseStep | None
    target_spm: float | None
    limit_spm: float | None
    stopped: str
    why_not_soft: str
    text: tuple[str, ...]


def plan_step(runner: str, path: Path, today: date) -> PlanStep:
    """Return what a runner's kept plan, check-ins and runs of the course say for a day.

    Raises
    ------
    GaitError
        The history cannot be read.
    """
    if not path.is_file():
        return _no_plan(sentence("nothing is kept yet"))
    with History(path, create=False) as kept:
        sessions = kept.sessions(runner, newest=0)
        last_plan = next(
            (
                (session, plan, results)
                for session in reversed(sessions)
                if isinstance(plan := (results := kept.details(session.id)[1]).get("plan"), Mapping)
            ),
            None,
        )
        runs = [run_from(body) for body in kept.course_runs(runner)]
        entries = kept.checkins(runner)
    if last_plan is None:
        return _no_plan(sentence("no kept session has a plan"))
    session, plan, results = last_plan
    check_in = _newest(entries, today)
    stopped = _stopped(results, plan, check_in, (today - _day_of(session)).days)
    return _step(plan, runs, today, stopped, stopped or _why_not_soft(results, check_in))


def _no_plan(reason: str) -> PlanStep:
    why = sentence("{reason}; a plan comes from: {command}", reason=reason, command=ASK)
    return PlanStep(None, None, None, "", why, (sentence("no course: {why}", why=why),))


def _step(
    plan: Mapping[str, Any], runs: Sequence[CourseRun], today: date, stopped: str, why_not_soft: str
) -> PlanStep:
    cadence = plan.get("cadence")
    step = next_step(runs, today)
    begun = runs[-1] if runs and (step.kind != "run" or step.number > 1) else None
    if stopped:
        summary = sentence("no cadence work today: {why}", why=stopped)
        return PlanStep(None, None, None, stopped, why_not_soft, (summary,))
    if begun is None and not isinstance(cadence, Mapping):
        summary = sentence("no course: {why}", why=sentence("the plan has no cadence step"))
        return PlanStep(None, None, None, "", why_not_soft, (summary,))
    # A course keeps the target that it began with, also where a new report has another one.
    target = begun.target_spm if begun is not None else float(cadence["target_spm"])  # type: ignore[index]  # a mapping where no run is kept
    limit = begun.limit_spm if begun is not None else float(cadence["limit_spm"])  # type: ignore[index]  # as above
    summary = sentence(
        "course: {step} Target {target:.0f} steps a minute, never above {limit:.0f}.",
        step=step.text,
        target=target,
        limit=limit,
    )
    return PlanStep(step, target, limit, "", why_not_soft, (summary,))


def _day_of(session: KeptSession) -> date:
    return date.fromisoformat(session.ran_at[:10])


def _newest(
    rows: Sequence[tuple[str, dict[str, Any]]], today: date
) -> tuple[CheckIn, tuple[str, ...]] | None:
    """Return the newest check-in that still speaks, with the places that it names."""
    for day, body in reversed(rows):
        if timedelta(0) <= today - date.fromisoformat(day) <= timedelta(days=CHECK_IN_DAYS):
            places = tuple(str(place) for place in body.get("places", ()))
            return parse_check_in(_entry_of(body)), places
    return None


def _entry_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is an entry of what is kept of a check-in: places and answers stand beside it."""
    return {key: value for key, value in body.items() if key in CheckIn.model_fields}


def _stopped(
    results: Mapping[str, Any],
    plan: Mapping[str, Any],
    check_in: tuple[CheckIn, tuple[str, ...]] | None,
    age_days: int,
) -> str:
    """Return why there is no cadence work; red flags first, then pain, then what was not asked."""
    for notice in plan.get("notices", ()):
        if notice.get("stops_exercise"):
            return str(notice.get("care", "")) or sentence("the plan stops all exercise")
    if check_in is not None:
        entry, places = check_in
        if entry.limping or not entry.settled or entry.pain > pain_limit(places):
            return sentence("the last check-in is above the limit of pain, or has not settled")
    light = plan.get("light")
    if light == "red":
        return sentence("the plan's light is red")
    # An amber light holds without answers on red flags too; the next step then is to ask for them.
    if light == "grey" or (results.get("action") or {}).get("kind") == "ask":
        return sentence("what keeps you safe was not asked: {command}", command=ASK)
    if age_days > PLAN_DAYS:
        return sentence("the plan is {n} days old: {command}", n=age_days, command=ASK)
    return ""


def _why_not_soft(results: Mapping[str, Any], check_in: tuple[CheckIn, tuple[str, ...]] | None) -> str:
    """Return why a softer landing is not asked for: pain of calf or heel tendon.

    That pain was asked about at all is seen to before: else the plan's light is grey.
    """
    for finding in results.get("findings", ()):
        if finding.get("id") in CALF_PAINS and finding.get("outcome") != "absent":
            return sentence("the plan has pain of calf or heel tendon")
    if check_in is not None and check_in[0].pain and set(CALF) & set(check_in[1]):
        return sentence("the last check-in names the calf or the heel tendon")
    return ""
