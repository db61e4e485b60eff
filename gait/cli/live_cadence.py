"""The cadence work of ``gait live``: target, course and alerts by the runner's plan, and the run kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gait.cli.live_run import say
from gait.errors import UsageError
from gait.sentences import sentence

if TYPE_CHECKING:
    from gait.live.hub import Hub
    from gait.live.plan_step import PlanStep
    from gait.report.words import Words

__all__ = ["CadenceRequest", "CadenceWork", "cadence_work"]


@dataclass(frozen=True)
class CadenceRequest:
    """Options of the command line for the cadence work.

    Attributes
    ----------
    runner, history
        Runner whose plan counts, and the file of the history; None for no runner and the usual file.
    target_spm
        Cadence to aim for; None to take the plan's.
    softer, calf_fine
        A softer landing is asked for, and neither calf nor heel tendon hurt within a year.
    """

    runner: str | None = None
    history: Path | None = None
    target_spm: float | None = None
    softer: bool = False
    calf_fine: bool = False


@dataclass(frozen=True)
class CadenceWork:
    """Cadence work of a session: its hub, and what is kept of it in the end, told in a language."""

    hub: Hub
    request: CadenceRequest
    plan: PlanStep | None
    today: date
    words: Words

    @property
    def on_course(self) -> bool:
        """Return whether a run or a test of the course is on."""
        return self.hub.coach.on_course

    def keep(self) -> None:
        """Keep a run of the cadence course, and say what it counted for.

        Raises
        ------
        GaitError
            The history cannot be written.
        """
        coach, plan, runner = self.hub.coach, self.plan, self.request.runner
        if plan is None or runner is None or coach.step is None or not coach.on_course:
            return
        worth = coach.worth
        if not coach.step.counts(worth.minutes):
            self.tell(
                sentence(
                    "{minutes:.1f} of {wanted} min run, so it does not count; run it again",
                    minutes=worth.minutes,
                    wanted=coach.step.minutes,
                )
            )
            return
        from gait.history.database import database_path
        from gait.history.store import History
        from gait.live.retraining import course_run

        target = self.hub.target_spm or 0.0
        limit = plan.limit_spm or target
        run = course_run(
            coach.step, self.today, target, limit, worth.minutes, worth.cadence_spm, worth.free_spm
        )
        with History(database_path(self.request.history)) as kept:
            kept.add_course_run(runner, run.ran_on, run.body)
        self.tell(run.text)

    def tell(self, text: str) -> None:
        """Say a sentence on the course."""
        say(self.words.translated(sentence("course: {told}", told=text)))


def cadence_work(request: CadenceRequest, words: Words) -> CadenceWork:
    """Return the session's cadence work, and say what it is.

    Raises
    ------
    UsageError
        The plan, or a red flag, speaks against what was asked for.
    GaitError
        The history cannot be read.
    """
    from gait.live.alerts import Alerts
    from gait.live.coach import Coach
    from gait.live.hub import Hub

    today = datetime.now().astimezone().date()
    plan = _plan(request, today)
    for line in () if plan is None else plan.text:
        say(words.translated(line))
    if request.softer:
        _refuse_soft(request, plan)
    target = _target(request, plan)
    coach = Coach(Alerts(target, soft=request.softer), None if plan is None else plan.course)
    return CadenceWork(Hub(target, coach, words.translated), request, plan, today, words)


def _plan(request: CadenceRequest, today: date) -> PlanStep | None:
    if request.runner is None:
        return None
    from gait.history.database import database_path
    from gait.live.plan_step import plan_step

    return plan_step(request.runner, database_path(request.history), today)


def _target(request: CadenceRequest, plan: PlanStep | None) -> float | None:
    """Return the cadence to aim for.

    Raises
    ------
    UsageError
        The plan allows no cadence work, or no target so high.
    """
    if plan is None or request.target_spm is None:
        return request.target_spm if plan is None else plan.target_spm
    if plan.stopped:
        raise UsageError(plan.stopped, where="--target-cadence")
    if plan.limit_spm is not None and request.target_spm > plan.limit_spm:
        raise UsageError(
            f"{request.target_spm:g} is above the plan's limit of {plan.limit_spm:g} steps a minute",
            where="--target-cadence",
            todo="leave it out: the plan's step is taken",
        )
    return request.target_spm


def _refuse_soft(request: CadenceRequest, plan: PlanStep | None) -> None:
    """Refuse to ask for a softer landing where the plan does not allow it, or nobody asked about the calf.

    Raises
    ------
    UsageError
        Why it is not asked for.
    """
    if plan is None:
        raise UsageError("goes with --runner: the plan says whether it fits", where="--softer-landing")
    if plan.why_not_soft:
        raise UsageError(f"not for now: {plan.why_not_soft}", where="--softer-landing")
    if not request.calf_fine:
        raise UsageError(
            "a softer landing loads calf and heel tendon more",
            where="--softer-landing",
            todo="add --calf-fine if neither hurts now nor did in the last 12 months",
        )
