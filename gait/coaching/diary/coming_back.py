"""Coming back to running after a stop or a gap: an entry test, then stages of walking and running in turns.

Stages of 20 minutes, each twice with a rest day between, are this project's own (house), after clinical
schedules; the entry test is a brisk walk and ten hops without pain. Where pain could come from the bone the
first stage is half a minute of running in two, begun only once cleared, and any pain stops it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Literal

from gait.coaching.diary.check_in import CheckIn, verdict_of
from gait.coaching.language import Language
from gait.coaching.model import Action, Day, LightColour, Plan
from gait.coaching.questionnaire.answers import Answers
from gait.coaching.rules.load import Knowledge
from gait.coaching.safety import from_bone

__all__ = [
    "BONE_WALK_RUN",
    "ENTRY_TEST",
    "GAP_DAYS",
    "WALK_RUN",
    "Running",
    "comes_back",
    "in_stages",
    "running_now",
    "turns_text",
]

WALK_RUN: tuple[tuple[int, float, float], ...] = (
    (5, 1.0, 3.0), (5, 2.0, 2.0), (5, 3.0, 1.0), (4, 4.0, 1.0), (2, 9.0, 1.0), (1, 20.0, 0.0),
)  # fmt: skip
"""Stages of coming back: rounds, minutes running, minutes walking (chosen: 20 minutes each, from a quarter of
running to all of it)."""
BONE_WALK_RUN: tuple[tuple[int, float, float], ...] = (
    (10, 0.5, 1.5), (10, 1.0, 1.0), (5, 3.0, 1.0), (4, 4.0, 1.0), (2, 9.0, 1.0), (1, 20.0, 0.0),
)  # fmt: skip
"""The same where pain could come from the bone, once cleared (chosen: shorter runs and more rest first)."""
CONTINUOUS_MIN = 20.0
"""Minutes of running in one go below which the stages decide, where pain could come from the bone (chosen:
the last stage of `WALK_RUN`)."""
ENTRY_TEST = "Walk 30 minutes briskly, then hop ten times on each leg, both without pain."

GAP_DAYS = 30
"""Days without a run after which running begins again with the stages (chosen: without a run of the last 30
days `gait.coaching.diary.progress.LONGEST_SHARE` of the longest says nothing)."""

Running = Literal["as usual", "stages", "none"]


def running_now(
    seen: Sequence[CheckIn], light: LightColour, today: date, limit: int, *, after_break: bool = False
) -> tuple[Running, int | None]:
    """Return the advice on running today, and the stage of coming back (None outside the stages).

    Parameters
    ----------
    seen
        The diary up to today, by day.
    light
        Today's; red leaves no run.
    today
        Day that is asked about.
    limit
        Most pain of 10 that counts as within the limit.
    after_break
        The runner had not run for `GAP_DAYS` before the diary began.
    """
    if not seen:
        return ("stages", 0) if after_break else ("as usual", None)
    if light == "red":
        return "none", None
    back_from = _last_break(seen, today, limit)
    if back_from is None and after_break:
        back_from = 0
    if back_from is None:
        return "as usual", None
    stage, done = 0, 0
    for entry in seen[back_from:]:
        if verdict_of(entry, limit) != "on":
            stage, done = max(stage - (not entry.settled), 0), 0
        elif entry.stage_done:
            done += 1
            if done == 2:
                stage, done = stage + 1, 0
    return ("stages", stage) if stage < len(WALK_RUN) else ("as usual", None)


def comes_back(answers: Answers) -> bool:
    """Return whether the answers alone make running begin with the stages of coming back.

    It also does after a break, and where pain could come from the bone, until 20 minutes are run in one go.
    """
    if answers.longest_run_min == 0:
        return True
    return from_bone(answers) and (answers.longest_run_min or 0.0) < CONTINUOUS_MIN


def _last_break(seen: Sequence[CheckIn], today: date, limit: int) -> int | None:
    """Return the first entry behind the last stop or the last gap without a run; None without either."""
    break_at = None
    for at, entry in enumerate(seen):
        if verdict_of(entry, limit) == "stop":
            break_at = at + 1
    ran = [entry.date for entry in seen if entry.longest_run_min > 0]
    for before, after in pairwise([*ran, today]):
        if (after - before).days > GAP_DAYS:
            later = next((at for at, entry in enumerate(seen) if entry.date >= after), len(seen))
            break_at = later if break_at is None else max(break_at, later)
    return break_at


def turns_text(stage: int, say: Language, *, bone: bool = False) -> str:
    """Return a stage in words: how often, how long running, how long walking.

    Examples
    --------
    >>> from gait.coaching.language import ENGLISH
    >>> turns_text(0, ENGLISH), turns_text(0, ENGLISH, bone=True)
    ('5 times 1 min running, 3 min walking', '10 times 30 s running, 90 s walking')
    """
    rounds, run, walk = (BONE_WALK_RUN if bone else WALK_RUN)[stage]
    if not walk:
        return say("{run:g} min running", run=run)
    if run < 1.0:
        return say("{n} times {run:g} s running, {walk:g} s walking", n=rounds, run=60 * run, walk=60 * walk)
    return say("{n} times {run:g} min running, {walk:g} min walking", n=rounds, run=run, walk=walk)


def in_stages(plan: Plan, stage: int, knowledge: Knowledge, *, bone: bool = False) -> Plan:
    """Return a plan whose runs are outings of a stage: never on two days in a row, no cadence work.

    The step becomes the outing, unless the plan is stopped or questions come first.

    Parameters
    ----------
    plan
        Of a runner who may run; one with a red light stays as it is.
    stage
        Of `WALK_RUN`, from 0.
    knowledge
        The rule pack, for the words.
    bone
        The pain could come from the bone: `BONE_WALK_RUN`, in the words for it.
    """
    if plan.light == "red" or plan.action.kind == "stop":
        return plan
    turns = turns_text(stage, knowledge.say, bone=bone)
    outing = _outing_action(stage, turns, knowledge, bone=bone)
    running = {rule.id for rule in knowledge.advice.values() if rule.running}
    return replace(
        plan,
        cadence=None,
        warm_up=(),
        week=_outings(plan.week, turns, knowledge.say),
        advice=tuple(advice for advice in plan.advice if advice.id not in running),
        action=plan.action if plan.action.kind == "ask" else outing,
        next_step=plan.next_step if plan.action.kind == "ask" else outing.text,
    )


def _outing_action(stage: int, turns: str, knowledge: Knowledge, *, bone: bool) -> Action:
    named = ("coming_back" if stage else "coming_back_first") + ("_bone" if bone else "")
    words = knowledge.texts.actions[named]
    test = knowledge.say(ENTRY_TEST)
    text, dose, worked = (
        text.format(turns=turns, test=test) for text in (words.text, words.dose, words.worked_if)
    )
    return Action("walk_run", text, dose, worked)


def _outings(week: Sequence[Day], turns: str, say: Language) -> tuple[Day, ...]:
    """Return the week with each run an outing, and a rest day between any two."""
    out: list[Day] = []
    for at, day in enumerate(week):
        if "run" not in day.kind:
            out.append(day)
            continue
        ran_before = bool(out) and "run" in out[-1].kind
        first_after_sunday = at == len(week) - 1 and "run" in out[0].kind
        out.append(_rested(day, say) if ran_before or first_after_sunday else _outing(day, turns))
    return tuple(out)


def _outing(day: Day, turns: str) -> Day:
    if day.exercises:
        return replace(day, kind="run and strength", note=f"{turns}; {day.note}" if day.note else turns)
    return replace(day, kind="run", note=turns)


def _rested(day: Day, say: Language) -> Day:
    note = say("a day between two outings")
    return replace(day, kind="strength" if day.exercises else "rest", note=note)
