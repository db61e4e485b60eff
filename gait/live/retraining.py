"""The course of eight runs in which a quicker cadence is learnt: feedback that fades, then tests without it.

Doses of gait retraining in trials: 8 to 18 sessions in 2 to 6 weeks with fading feedback, 177 to 196 minutes
in all; 5 % above the runner's own cadence, 10 % at most; looked at again after 4 weeks and 3 months (Bramah
et al. 2019; de Souza et al. 2024, 10.1371/journal.pone.0295645). How the feedback fades from run to run, and
what counts as held, are this project's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal

from gait.coaching.diary.cadence_weeks import RUN_METRONOME as SHARES
from gait.coaching.diary.cadence_weeks import RUN_MINUTES as MINUTES
from gait.sentences import sentence

__all__ = ["RUNS", "CourseRun", "CourseStep", "course_run", "next_step", "run_from"]

RUNS = len(SHARES)
CYCLE_S = 120.0
"""s of running in which the share of feedback comes first and the rest is run without (chosen: two minutes,
in which a share is heard and its absence too)."""
DONE_SHARE = 0.8
"""Of a run's minutes, from which it counts as done (chosen: a run may end a little early)."""
TEST_DAYS = (28, 84)
"""Days behind the last run at which it is tested without feedback (chosen: 4 and 12 weeks, about as in Bramah
et al. 2019)."""
TEST_MINUTES = 5  # min of a test without the beat (chosen: long enough for a mean, short enough to be done)
HELD_SHARE = 0.03
"""Of the target, by which cadence without feedback may be lower and still counts as held (chosen: as far as
a ten-second mean of somebody on the beat scatters)."""
GAP_DAYS = 28
"""Days without a run of the course after which it begins anew (chosen: as long as the whole course takes)."""


@dataclass(frozen=True)
class CourseRun:
    """A run of the course as kept.

    Attributes
    ----------
    kind
        ``"run"`` of the eight, or ``"test"``.
    number
        1 to 8; of a test 1 and 2.
    ran_on
        ISO 8601 date.
    target_spm, limit_spm
        Cadence aimed for, and the plan's limit, steps a minute.
    minutes
        Of running.
    cadence_spm, free_spm
        Mean over all of it, and over what was run without feedback; None without any.
    """

    kind: Literal["run", "test"]
    number: int
    ran_on: str
    target_spm: float
    limit_spm: float
    minutes: float
    cadence_spm: float | None
    free_spm: float | None

    @property
    def body(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)

    @property
    def held(self) -> bool | None:
        """Return whether cadence without feedback was the target's; None where all of it had feedback."""
        return None if self.free_spm is None else self.free_spm >= (1.0 - HELD_SHARE) * self.target_spm

    @property
    def text(self) -> str:
        """In a sentence."""
        if self.kind == "run":
            course_part = sentence("run {number} of {runs}", number=self.number, runs=RUNS)
        else:
            course_part = sentence("test {number}", number=self.number)
        line = sentence("{what} is kept, {minutes:.0f} min", what=course_part, minutes=self.minutes)
        if self.cadence_spm is not None:
            line = sentence("{kept} at {cadence:.0f} steps a minute", kept=line, cadence=self.cadence_spm)
        if self.free_spm is None:
            return line
        return sentence(
            "{kept}, without beep {free:.0f} (target {target:.0f}): {verdict}",
            kept=line,
            free=self.free_spm,
            target=self.target_spm,
            verdict=sentence("held") if self.held else sentence("not held yet"),
        )


@dataclass(frozen=True)
class CourseStep:
    """Today's step of the course.

    Attributes
    ----------
    kind
        A run of the eight, a test, nothing today, or nothing any more.
    number
        Of the run or test.
    minutes
        Of running.
    share
        Share of the minutes with feedback.
    due_on
        For ``"wait"``: the day from which the next one may be run.
    """

    kind: Literal["run", "test", "wait", "done"]
    number: int = 0
    minutes: int = 0
    share: float = 0.0
    due_on: date | None = None

    def feedback(self, running_s: float) -> bool:
        """Return whether there is feedback after so many seconds of running."""
        if self.kind != "run" or running_s >= 60.0 * self.minutes:
            return False
        return running_s % CYCLE_S < self.share * CYCLE_S

    def counts(self, minutes: float) -> bool:
        """Return whether a run of so many minutes is one of the course."""
        return self.kind in {"run", "test"} and minutes >= DONE_SHARE * self.minutes

    @property
    def text(self) -> str:
        """In a sentence."""
        if self.kind == "run":
            share = 100 * self.share
            beep = sentence("beep {share:.0f} % of the time", share=share) if share else sentence("no beep")
            return sentence(
                "Run {number} of {runs}: {minutes} min, {beep}.",
                number=self.number,
                runs=RUNS,
                minutes=self.minutes,
                beep=beep,
            )
        if self.kind == "test":
            return sentence(
                "Test {number} of {tests}: {minutes} min as you like, no beep.",
                number=self.number,
                tests=len(TEST_DAYS),
                minutes=self.minutes,
            )
        if self.due_on is not None:
            day = self.due_on.isoformat()
            return sentence("Nothing of the course today; go on from {day}.", day=day)
        return sentence("The course is done.")


def run_from(body: Mapping[str, Any]) -> CourseRun:
    """Return a run from its JSON object; keys that a newer version may have added are left out."""
    return CourseRun(**{key: body[key] for key in CourseRun.__dataclass_fields__})


def course_run(
    step: CourseStep,
    ran_on: date,
    target_spm: float,
    limit_spm: float,
    minutes: float,
    cadence_spm: float | None,
    free_spm: float | None,
) -> CourseRun:
    """Return a run of the course as it is kept; arguments as the attributes of `CourseRun`."""
    kind: Literal["run", "test"] = "test" if step.kind == "test" else "run"
    return CourseRun(
        kind, step.number, ran_on.isoformat(), target_spm, limit_spm, round(minutes, 1), cadence_spm, free_spm
    )


def next_step(runs: Sequence[CourseRun], today: date) -> CourseStep:
    """Return what is on today after the runs that are kept, oldest first.

    Examples
    --------
    >>> next_step((), date(2026, 5, 1)).text
    'Run 1 of 8: 15 min, beep 100 % of the time.'
    """
    runs = _of_this_course(runs, today)
    done = [date.fromisoformat(run.ran_on) for run in runs if run.kind == "run"]
    if not done:
        return _run(1)
    if len(done) < RUNS:
        tomorrow = done[-1] + timedelta(days=1)
        return CourseStep("wait", due_on=tomorrow) if today < tomorrow else _run(len(done) + 1)
    tested = sum(run.kind == "test" for run in runs)
    if tested == len(TEST_DAYS):
        return CourseStep("done")
    due = done[-1] + timedelta(days=TEST_DAYS[tested])
    if today < due:
        return CourseStep("wait", due_on=due)
    return CourseStep("test", tested + 1, TEST_MINUTES)


def _run(number: int) -> CourseStep:
    return CourseStep("run", number, MINUTES[number - 1], SHARES[number - 1])


def _of_this_course(runs: Sequence[CourseRun], today: date) -> list[CourseRun]:
    """Return the runs since the last run number 1; none where a long gap broke the course off."""
    starts = [at for at, run in enumerate(runs) if run.kind == "run" and run.number == 1]
    current = list(runs[starts[-1] :]) if starts else []
    days = [date.fromisoformat(run.ran_on) for run in current if run.kind == "run"]
    if len(days) < RUNS and days:
        gaps = [(after - before).days for before, after in pairwise([*days, today])]
        if max(gaps) > GAP_DAYS:
            return []
    return current
