"""Hold the results of coaching: findings with evidence, a plan with reasons. Plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "Action",
    "Advice",
    "CadenceTarget",
    "Day",
    "Evidence",
    "Finding",
    "Outcome",
    "Plan",
    "PlannedExercise",
    "Reason",
    "SafetyNotice",
    "Source",
]

Outcome = Literal["present", "absent", "cannot_tell", "not_assessed"]
Grade = Literal["strong", "moderate", "limited", "expert", "none"]
"""Strength of the evidence behind a rule: trials or meta-analyses; cohort or several small trials; few or
conflicting studies; experience of practitioners; none."""
LightColour = Literal["green", "amber", "red", "grey"]
"""Grey: what keeps a runner safe was not asked, so nothing is known."""
CertaintyWord = Literal["clear", "likely", "cannot tell", ""]
ActionKind = Literal["ask", "stop", "cadence", "strength", "keep_going", "walk_run", "recheck"]


@dataclass(frozen=True)
class Source:
    """Origin of a statement: key, a citation, a link where there is one, and what kind it is."""

    key: str
    citation: str
    kind: str
    url: str = ""


@dataclass(frozen=True)
class Evidence:
    """One number or answer that a rule looked at.

    ``text`` is the sentence people read; ``value``/``uncertainty``/``threshold`` are None for answers.
    """

    text: str
    metric: str = ""
    value: float | None = None
    uncertainty: float | None = None
    threshold: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class Finding:
    """One compensation or feature, looked for.

    Attributes
    ----------
    id
        Key in the knowledge base, such as ``heel_striking``.
    title, summary
        Name of the pattern, and the finding in a sentence or two.
    evidence
        Numbers and answers that speak for it or against it.
    grade, sources
        Strength of the evidence behind the rule, and the papers that it rests on.
    side
        ``left``, ``right``, ``both`` or empty where it has none.
    outcome
        ``cannot_tell``: measured, but too uncertain; ``not_assessed``: what it needs was not there.
    certainty
        Probability 0-1 that it is present; None when not assessed.
    missing
        For ``not_assessed``: what would be needed, in words.
    kind
        ``compensation``, ``feature`` (a trait, neither good nor bad) or ``pain`` (a pattern told by answers).
    not_looked_at
        Parts of the rule that were not there: metrics or answers, in words.
    certainty_word
        ``clear``, ``likely`` or ``cannot tell``; empty where absent or not assessed.
    rank
        0 first: findings that fit a sore place before others, compensations before features.
    effect
        Size of the effect behind the rule, in whom, and how its source was read; empty where none is known.
    contradiction
        For ``cannot_tell``: which signs or words speak against each other; empty where a bound is too close.
    """

    id: str
    title: str
    summary: str
    outcome: Outcome
    certainty: float | None
    side: str = ""
    evidence: tuple[Evidence, ...] = ()
    missing: str = ""
    grade: Grade = "expert"
    sources: tuple[Source, ...] = ()
    kind: Literal["compensation", "feature", "pain"] = "compensation"
    not_looked_at: tuple[str, ...] = ()
    certainty_word: CertaintyWord = ""
    rank: int = 0
    effect: str = ""
    contradiction: str = ""


@dataclass(frozen=True)
class Reason:
    """Why something is in the plan: the rule, in words, and whose rule it is."""

    rule: str
    text: str
    finding: str = ""
    grade: Grade = "expert"
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class PlannedExercise:
    """One exercise with its dose for the week's sessions.

    ``reps`` is a range in ``unit`` (``reps``, ``reps a side``, ``s``, ``ft`` ...); ``sets`` counts one
    session; ``extra_sets`` are the week's further sets for a finding or pain; ``stands_for`` is the id of the
    exercise that it takes the place of; ``aliases`` are other names of the same exercise.

    ``set_up`` and ``movement`` say how it is done, ``cues`` what to think of, ``faults`` what to stop at;
    ``rest_s`` is between sets, ``effort`` the repetitions left in reserve; ``drawing`` the id of its picture;
    ``weeks`` the weeks it is done in, first and last, where exercises take turns.
    """

    id: str
    name: str
    sets: int
    reps: tuple[int, int]
    unit: str
    load: str
    role: Literal["base", "target", "foundation", "advanced", "pain", "warm_up", "cool_down"]
    muscles: tuple[str, ...]
    equipment: tuple[str, ...]
    cues: tuple[str, ...]
    faults: tuple[str, ...]
    progression: str
    regression: str
    reasons: tuple[Reason, ...]
    hold_s: int | None = None
    extra_sets: int = 0
    stands_for: str = ""
    aliases: tuple[str, ...] = ()
    set_up: str = ""
    movement: str = ""
    rest_s: int = 0
    tempo: str = ""
    effort: str = ""
    drawing: str = ""
    weeks: tuple[int, int] | None = None
    every_session: bool = False
    """Done in every session of every week; others for a pain may take turns."""
    same_day: bool = False
    """Its further sets are of the same session: the week has one alone."""
    aim: int | None = None
    """Repetitions, or seconds, to aim for at the step that a diary has earned; None without a diary."""

    @property
    def sets_in_week(self) -> int:
        """All sets of a week: those of one session and the further ones."""
        return self.sets + self.extra_sets


@dataclass(frozen=True)
class CadenceTarget:
    """Cadence work: own baseline, next step and limit, steps a minute; metronome in beats a minute.

    ``metronome_bpm`` beats once a step, ``one_foot_bpm`` once for every landing of one foot; ``steps_spm``
    are the stages from the first target to the limit.

    ``minutes`` of two runs a week are at that cadence, and ``metronome_pct`` is how much of them the
    metronome is on in either; both are of the week that a diary has come to, and empty without one.
    """

    baseline_spm: float
    target_spm: float
    limit_spm: float
    metronome_bpm: int
    how: str
    reasons: tuple[Reason, ...]
    one_foot_bpm: int = 0
    steps_spm: tuple[float, ...] = ()
    minutes: tuple[int, ...] = ()
    metronome_pct: tuple[float, ...] = ()


@dataclass(frozen=True)
class Day:
    """One day of the week: what is on, which exercises (ids) are done, and how many sets of each."""

    name: str
    kind: Literal["run", "hard run", "strength", "rest", "run and strength"]
    exercises: tuple[str, ...] = ()
    note: str = ""
    sets: tuple[int, ...] = ()
    minutes: int = 0


@dataclass(frozen=True)
class Action:
    """The one next step.

    Attributes
    ----------
    kind
        Kind of the step.
    text
        The step in a sentence.
    dose
        How much and how often; empty where that says nothing.
    worked_if
        Sign by which the runner sees that the step worked.
    retest_on
        ISO 8601 date to look again; empty where there is none.
    because
        Ids of the findings or notices behind it.
    """

    kind: ActionKind
    text: str
    dose: str = ""
    worked_if: str = ""
    retest_on: str = ""
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class Advice:
    """Something to do or mind that is not an exercise: run tall, leave the foot strike alone, ease off."""

    id: str
    text: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class SafetyNotice:
    """A red flag or a rule of care that fired.

    ``stops_exercise`` True empties the plan; ``urgency`` says how soon to seek care.
    """

    id: str
    text: str
    care: str
    urgency: Literal["emergency", "same day", "soon", "before starting", "take care"]
    stops_exercise: bool
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Plan of the coming weeks.

    Attributes
    ----------
    notices
        Red flags and rules of care that fired, the most urgent first; one that stops exercise empties the
        plan.
    light
        Pain light; grey where not everything that keeps somebody safe was asked.
    exercises
        This week's exercises with their doses.
    cadence
        Target in steps a minute; None where none is set.
    warm_up, cool_down
        Routines before and after a run.
    week
        Seven days from Monday on; empty without exercises.
    advice
        What to do or mind beside the exercises.
    expect
        Sentences on what changes when.
    retest, disclaimer
        Sentences on when to record again, and that this is no diagnosis.
    next_step, action
        The one thing to do next: as a sentence, and with dose, check and date.
    notes
        What the planner had to leave out or bend, and why; empty when everything fitted.
    ease_off
        When to do less, stop, or move on to prevention.
    later
        Exercises of later weeks, whose ``weeks`` say of which.
    pain_rule, how_hard
        What to do when it hurts in an exercise or the next morning; how hard sets are, how long to rest.
    rules_mark
        What stands on every page where own rules were used; empty for the built-in ones.
    """

    notices: tuple[SafetyNotice, ...]
    light: LightColour
    exercises: tuple[PlannedExercise, ...]
    cadence: CadenceTarget | None
    warm_up: tuple[PlannedExercise, ...]
    cool_down: tuple[PlannedExercise, ...]
    week: tuple[Day, ...]
    advice: tuple[Advice, ...]
    expect: tuple[str, ...]
    retest: str
    disclaimer: str
    next_step: str
    notes: tuple[str, ...] = ()
    ease_off: str = ""
    action: Action = Action("ask", "Answer the questions.")
    later: tuple[PlannedExercise, ...] = ()
    pain_rule: str = ""
    how_hard: str = ""
    rules_mark: str = ""
