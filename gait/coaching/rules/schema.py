"""Define a rule pack as strict models: rules, exercises, safety, programme, sources."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from gait.coaching.model import Grade
from gait.coaching.questionnaire.answers import Equipment, Experience, Place
from gait.coaching.rules.conditions import Condition, Id, Key, Strict, Text

__all__ = [
    "AdviceRule",
    "ExerciseRule",
    "FindingRule",
    "PackModel",
    "ProgrammeNumbers",
    "ProgrammeRule",
    "RoutineItem",
    "SafetyRule",
    "SourceEntry",
    "Stage",
    "Words",
]

Range = tuple[int, int]
MOST_REPS = 60
"""Most repetitions, or seconds, of a set (chosen: a minute; more is endurance and no strength)."""
Muscle = Literal[
    "quadriceps",
    "gluteus maximus",
    "gluteus medius",
    "hamstrings",
    "hip abductors",
    "hip adductors",
    "hip flexors",
    "piriformis",
    "calves",
    "back",
    "trunk",
    "soleus",
    "foot",
]
Movement = Literal[
    "squat",
    "single-leg squat",
    "hinge",
    "split squat",
    "bridge",
    "side step",
    "step",
    "kick-back",
    "adduction",
    "clam",
    "leg raise",
    "knee extension",
    "leg curl",
    "jump",
    "calf raise",
    "bent-knee calf raise",
    "trunk hold",
    "side hold",
    "balance",
]


class SourceEntry(Strict):
    """A source: its key, citation, what kind of thing it is, a link, and the day that was looked up."""

    id: Key
    citation: Text
    kind: Literal["trial", "review", "guideline", "study", "article", "manual", "house"]
    url: str = ""
    checked: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    """Day, as 2026-05-01, on which the link was followed to this title; empty where nobody has."""


class Words(Strict):
    """Sentences that people read for each outcome; ``missing`` says what would be needed to look."""

    present: Text
    absent: Text
    cannot_tell: Text
    missing: Text


class Graded(Strict):
    """Statement with a grade, an effect where a figure is known, in whom, and how its source was read."""

    grade: Grade
    effect: str = ""
    population: str = ""
    read: Literal["", "passage", "abstract", "summary"] = ""
    """How much of the source stands behind the effect; a summary alone gives no more than ``limited``."""

    @model_validator(mode="after")
    def _effect_is_read(self) -> Graded:
        if self.effect and not (self.population and self.read):
            raise ValueError("an effect needs its population and how its source was read")
        if self.read == "summary" and self.grade in {"strong", "moderate"}:
            raise ValueError("a source read as a summary alone gives no grade above limited")
        return self


class Stage(Strict):
    """A stage of a loading programme: sets and repetitions, and the exercise it goes over to."""

    sets: int = Field(ge=1, le=6)
    reps: Range
    exercise: Id | None = None
    """Exercise done from this stage on in place of the first; None where it stays the same."""

    @model_validator(mode="after")
    def _possible(self) -> Stage:
        low, high = self.reps
        if not 1 <= low <= high <= MOST_REPS:
            raise ValueError(f"impossible dose: reps [{low}, {high}] must rise and lie in 1-{MOST_REPS}")
        return self


class FindingRule(Graded):
    """A compensation, a feature or a pain pattern: the condition that shows it, and what follows from it."""

    id: Id
    title: Text
    kind: Literal["compensation", "feature", "pain"]
    words: Words
    when: Condition
    hurts: tuple[Place, ...] = ()
    muscles: tuple[Muscle, ...] = ()
    exercises: tuple[Id, ...] = ()
    """Those that get further sets, most wanted first."""
    exercise_notes: dict[Id, Text] = Field(default_factory=dict)
    """How an exercise is done for this finding, where it differs."""
    advice: tuple[Id, ...] = ()
    cadence: bool = False
    only_with_pain: bool = False
    """A feature: nothing follows from it unless something hurts."""
    loads: bool = False
    """A pain pattern: whether exercises that load the sore place are right while it hurts little."""
    stages: dict[Id, tuple[Stage, ...]] = Field(default_factory=dict)
    """Exercise -> its stages, one a step of the diary; the last one stays. Others go by repetitions."""
    every_session: bool = False
    """A pain pattern: its exercises are done in every session, with all their sets."""
    often: str = ""
    """A pain pattern: how often its exercises are done besides the sessions of the week."""
    sources: tuple[Key, ...] = Field(min_length=1)


class ExerciseRule(Strict):
    """An exercise: dose, who it is for, how it is done well, and what makes it harmful.

    ``needs`` lists alternatives: any one group of equipment will do; empty needs nothing. ``substitutes``
    replace it, the first that fits, where the equipment is missing. ``strains`` are the places that feel its
    load.
    """

    id: Id
    name: Text
    aliases: tuple[Text, ...] = ()
    level: Literal["base", "foundation", "advanced", "support"]
    movement: Movement
    muscles: tuple[Muscle, ...] = Field(min_length=1)
    trains: Text
    sets: Range
    reps: Range
    unit: Literal["reps", "reps a side", "ft a side", "s", "s a side"]
    hold_s: Annotated[int, Field(ge=1, le=60)] | None = None
    load: Text
    start: str = ""
    """Load for someone new to it, where it differs."""
    needs: tuple[tuple[Equipment, ...], ...] = ()
    substitutes: tuple[Id, ...] = ()
    for_experience: tuple[Experience, ...] = ()
    """Left empty where it suits everyone."""
    strains: tuple[Place, ...] = ()
    gentle_on: tuple[Place, ...] = ()
    """Of the places that it strains, those that it strains little: done while they hurt a little."""
    plyometric: bool = False
    set_up: Text
    movement_text: Text
    """How it is done, in a sentence or two."""
    rest_s: Annotated[int, Field(ge=15, le=300)] = 90
    tempo: str = ""
    effort: str = ""
    """Repetitions in reserve, in words; the programme's where empty."""
    cues: tuple[Text, ...] = Field(min_length=1)
    faults: tuple[Text, ...] = Field(min_length=1)
    progression: Text
    regression: Text
    grade: Grade = "expert"
    sources: tuple[Key, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _possible_dose(self) -> ExerciseRule:
        for name, (low, high), most in (("sets", self.sets, 6), ("reps", self.reps, MOST_REPS)):
            if not 1 <= low <= high <= most:
                raise ValueError(f"impossible dose: {name} [{low}, {high}] must rise and lie in 1-{most}")
        return self


class RoutineItem(Strict):
    """One item of the warm-up or the cool-down."""

    id: Id
    name: Text
    reps: Range
    unit: Literal["reps a side", "steps a side", "s", "s a side"]
    muscles: tuple[Muscle, ...] = Field(min_length=1)
    cues: tuple[Text, ...] = Field(min_length=1)
    faults: tuple[Text, ...] = ()
    strains: tuple[Place, ...] = ()
    """Places that feel it: left out while they hurt."""
    sources: tuple[Key, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _possible_dose(self) -> RoutineItem:
        low, high = self.reps
        if not 1 <= low <= high <= 300:
            raise ValueError(f"impossible dose: reps [{low}, {high}] must rise and lie in 1-300")
        return self


class SafetyRule(Strict):
    """A red flag or a rule of care."""

    id: Id
    text: Text
    when: Condition
    care: Text
    urgency: Literal["emergency", "same day", "soon", "before starting", "take care"]
    stops_exercise: bool
    lifted_by: Literal["", "therapist_says_train"] = ""
    """Answer that lifts it; empty where none does."""
    cleared_as: Literal[
        "", "age", "pregnant", "recent_surgery", "serious_injury", "bone", "heart", "tendon_medicine"
    ] = ""
    """Reason that a clearance must name; a clearance without a name lifts it where it is the only reason."""
    cleared_care: str = ""
    """What is to be minded once it is cleared; empty where the programme's own words are enough."""
    sources: tuple[Key, ...] = Field(min_length=1)


class AdviceRule(Graded):
    """Something to do or mind; given ``always``, or by a condition, or named by a finding."""

    id: Id
    text: Text
    why: Text
    always: bool = False
    running: bool = False
    """About how one runs: not said while nobody should run."""
    training: bool = False
    """About how exercises are done: not said where none are planned."""
    while_sore: bool = False
    """Only while it hurts: not said of a place that has become quiet."""
    when: Condition | None = None
    sources: tuple[Key, ...] = Field(min_length=1)


class ProgrammeRule(Graded):
    """A rule of the programme in words; the planner carries it out and cites it."""

    id: Id
    text: Text
    sources: tuple[Key, ...] = Field(min_length=1)


class ProgrammeNumbers(Strict):
    """The figures that the planner's rules use."""

    base: tuple[Id, ...] = Field(min_length=1)
    base_sets: int = Field(ge=1, le=5)
    amber_sets: int = Field(ge=1, le=5)
    further_sets: Range
    most_targets: int = Field(ge=1, le=6)
    most_pain_exercises: int = Field(ge=0, le=6)
    most_sets_a_session: int = Field(ge=10, le=40)
    minutes_a_set: float = Field(ge=0.5, le=5)
    warm_up_minutes: int = Field(ge=0, le=15)
    loadable: tuple[Place, ...]
    """Places that ordinary strength work may load while they hurt little (green light)."""
    sessions: Range
    rest_days_before_hard_run: int = Field(ge=1, le=3)
    cadence_step_pct: float = Field(gt=0, le=10)
    cadence_limit_pct: float = Field(gt=0, le=10)
    cadence_no_raise_from_spm: float = Field(ge=150, le=220)
    green_up_to: int = Field(ge=0, le=10)
    amber_up_to: int = Field(ge=0, le=10)
    usual_run_days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...]


class ActionWords(Strict):
    """Words of a next step; ``{name}`` stands for what the planner puts in."""

    text: Text
    dose: str = ""
    worked_if: str = ""


class Texts(Strict):
    """Sentences of the plan that are no rule."""

    disclaimer: Text
    expect: tuple[Text, ...] = Field(min_length=1)
    retest: Text
    ease_off: Text
    pain_rule: Text
    how_hard: Text
    effort: Text
    same_side: Text
    other_side: Text
    """Said of a finding of one side, where pain of one side is named."""
    new_to_it: Text
    """Added to a step for someone new to strength training."""
    actions: dict[Id, ActionWords]
    red_retest: Text
    """Stands where the retest would, with a red light."""
    cleared: Text
    cleared_care: Text
    after_care: Text
    """Stands where the retest would, when a plan is stopped."""


class PackModel(Strict):
    """Contents of one file of a pack; the files of a folder are joined."""

    sources: tuple[SourceEntry, ...] = ()
    findings: tuple[FindingRule, ...] = ()
    exercises: tuple[ExerciseRule, ...] = ()
    warm_up: tuple[RoutineItem, ...] = ()
    cool_down: tuple[RoutineItem, ...] = ()
    safety: tuple[SafetyRule, ...] = ()
    advice: tuple[AdviceRule, ...] = ()
    programme: tuple[ProgrammeRule, ...] = ()
    numbers: ProgrammeNumbers | None = None
    texts: Texts | None = None
    remove: tuple[Id, ...] = ()
    """Ids of built-in findings, exercises, safety, advice or routine items to leave out (own packs only)."""
