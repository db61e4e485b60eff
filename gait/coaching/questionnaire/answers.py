"""Hold what only the runner can say: pain, form, experience, equipment, days.

Everything may be left out. None means *not asked*; an empty list means *asked, and nothing applies*: the
two lead to different outcomes (not assessed, absent).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, ValidationError, model_validator

from gait.coaching.rules.conditions import Id, Strict
from gait.coaching.rules.marked_yaml import read_marked, read_text
from gait.errors import KnowledgeError

__all__ = ["Answers", "Weekday", "answers_from", "choices_of", "load_answers", "parse_answers", "problem_of"]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Place = Literal[
    "knee_front",
    "knee_below_cap",
    "knee_inside",
    "knee_outside",
    "knee_deep",
    "hip",
    "groin",
    "thigh_back",
    "shin",
    "calf",
    "achilles",
    "foot",
    "back",
    "hip_outside",
    "ankle",
    "thigh_front",
    "buttock",
]
PainSign = Literal[
    "dull",
    "sharp",
    "lasting",
    "hills_worse",
    "grinding",
    "swelling",
    "when_squatting",
    "when_jumping",
    "tender_after",
]
FormSign = Literal[
    "knees_in",
    "arches_in",
    "leg_swings_out",
    "hip_drop",
    "thigh_in",
    "quads_only",
    "one_side_weaker",
    "feet_ahead",
    "leaning",
    "slouching",
    "forcing_strike",
    "heel_first",
    "ankles_wobble",
]
RedFlag = Literal[
    "cannot_bear_weight",
    "badly_swollen",
    "changed_shape",
    "locks_or_gives_way",
    "hot_with_fever",
    "night_pain",
    "deformity_worse",
    "numb_or_cold",
    "suspected_tear_or_break",
    "recent_ligament",
    "bone_tender",
    "hop_pain",
    "not_warming_up",
    "deep_groin_pain",
    "hot_calf",
    "chest_pain",
    "fainting",
    "saddle_numb",
    "recent_fall",
]
RiskSign = Literal[
    "load_jump", "earlier_bone_stress", "under_fuelling", "floxacin_or_steroids", "heart_condition"
]
ClearedFor = Literal[
    "age", "pregnant", "recent_surgery", "serious_injury", "bone", "heart", "tendon_medicine"
]
Equipment = Literal[
    "barbell", "dumbbells", "kettlebell", "band", "bench", "chair", "step", "box", "cable", "wall"
]
Experience = Literal["new", "some", "regular"]
Side = Literal["left", "right", "both"]
Settles = Literal["within_hour", "within_day", "longer", "worse_next_day"]


DIARY = "check_in"
"""Table of an answers file that holds the diary."""
BESIDE_ANSWERS = ("answers", DIARY)
"""Tables of an answers file: the answers, and the diary."""


class Answers(Strict):
    """All answers; see `gait.coaching.questionnaire.questions.QUESTIONS` for what each one asks.

    Examples
    --------
    >>> parse_answers({"pain": ["knee_front"], "pain_strength": 2}).pain
    ('knee_front',)
    """

    age: int | None = Field(default=None, ge=5, le=110)
    pregnant: bool | None = None
    recent_surgery: bool | None = None
    serious_injury: bool | None = None
    cleared: bool | None = None
    cleared_for: tuple[ClearedFor, ...] | None = None
    red_flags: tuple[RedFlag, ...] | None = None
    risk_signs: tuple[RiskSign, ...] | None = None
    pain: tuple[Place, ...] | None = None
    pain_strength: int | None = Field(default=None, ge=0, le=10)
    pain_settles: Settles | None = None
    pain_signs: tuple[PainSign, ...] | None = None
    limping: bool | None = None
    pain_side: Side | None = None
    saw_therapist: bool | None = None
    therapist_says_train: bool | None = None
    in_treatment: bool | None = None
    wears_brace: bool | None = None
    form: tuple[FormSign, ...] | None = None
    experience: Experience | None = None
    equipment: tuple[Equipment, ...] | None = None
    run_days: tuple[Weekday, ...] | None = None
    hard_run_days: tuple[Weekday, ...] | None = None
    sessions_per_week: int | None = Field(default=None, ge=1, le=3)
    cadence_spm: float | None = Field(default=None, ge=120, le=240)
    longest_run_min: float | None = Field(default=None, ge=0, le=2000)
    own: tuple[Id, ...] | None = None
    """Ids of further statements that apply, for a rule pack of one's own."""

    @model_validator(mode="after")
    def _hard_days_are_run_days(self) -> Answers:
        if self.hard_run_days and self.run_days is not None:
            stray = [day for day in self.hard_run_days if day not in self.run_days]
            if stray:
                raise ValueError(f"hard_run_days holds {', '.join(stray)}, which run_days does not")
        return self


def choices_of(field: str) -> tuple[str, ...]:
    """Return values that an answer's list or choice may hold; empty for numbers, yes/no and free ids.

    Examples
    --------
    >>> choices_of("experience")
    ('new', 'some', 'regular')
    """
    choices: list[str] = []
    pending: list[Any] = [Answers.model_fields[field].annotation]
    while pending:
        for arg in get_args(pending.pop()):
            if isinstance(arg, str):
                choices.append(arg)
            else:
                pending.append(arg)
    return tuple(choices)


def parse_answers(
    data: Mapping[str, Any], *, source: str = "answers", lines: Mapping[str, int] | None = None
) -> Answers:
    """Check answers that are plain data, such as ``Session.answers``.

    Parameters
    ----------
    data
        Field -> value.
    source
        Where they come from, for errors.
    lines
        Field -> line in the source, where known.

    Raises
    ------
    KnowledgeError
        An unknown field or a value that is not allowed, with what is.
    """
    try:
        text = json.dumps(dict(data), default=str)
    except (ValueError, RecursionError) as error:
        raise KnowledgeError("answers nested too deeply, or a number too long", where=source) from error
    try:
        return Answers.model_validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        line = (lines or {}).get(field)
        where = f"{source}:{line}" if line else source
        raise KnowledgeError(problem_of(first, "answers"), where=where, todo=_hint(field)) from error


def _hint(field: str) -> str:
    if field and field not in Answers.model_fields:
        near = get_close_matches(field.lower(), Answers.model_fields, n=1)
        meant = f"did you mean {near[0]}? " if near else ""
        return f"{meant}known answers: {', '.join(Answers.model_fields)}"
    choices = choices_of(field) if field else ()
    return f"allowed: {', '.join(choices)}" if choices else ""


def problem_of(problem: Mapping[str, Any], root: str) -> str:
    """Return one validation problem in words, from pydantic's record of it."""
    path = ".".join(str(part) for part in problem["loc"]) or root
    if problem["type"] == "extra_forbidden":
        return f"unknown key {path!r}"
    if problem["type"] == "literal_error":
        return f"{path}: {str(problem['input'])[:40]!r} is no answer"
    if problem["type"] == "missing":
        return f"{path!r} is missing"
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{path}: {message[:1].lower()}{message[1:]}"


def load_answers(path: str | Path) -> Answers:
    """Read answers from a TOML or JSON file, at its top level or under ``[answers]``.

    Raises
    ------
    KnowledgeError
        With file and line where possible.
    """
    file = Path(path)
    text = read_text(file)
    data, lines = _json_answers(text, file) if file.suffix.lower() == ".json" else _toml_answers(text, file)
    return parse_answers(data, source=str(file), lines=lines)


def _table(data: Any, file: Path) -> Mapping[str, Any]:  # noqa: ANN401 - whatever the file holds
    if isinstance(data, dict) and isinstance(data.get("answers"), dict):
        stray = [key for key in data if key not in BESIDE_ANSWERS]
        if stray:
            # An answer beside the table would be passed over in silence: a red flag, for one.
            raise KnowledgeError(
                f"{stray[0]!r} stands outside [answers]",
                where=file,
                todo="move it into [answers], or delete it",
            )
        return dict(data["answers"])
    if not isinstance(data, dict):
        raise KnowledgeError("holds no answers", where=file, todo='write keys such as experience = "new"')
    return {key: value for key, value in data.items() if key != DIARY}


def _json_answers(text: str, file: Path) -> tuple[Mapping[str, Any], Mapping[str, int]]:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise KnowledgeError("not valid JSON", where=f"{file}:{line}", todo="check the syntax") from error
    document = read_marked(text, str(file))
    data = _table(document.data, file)
    prefix: tuple[str, ...] = ("answers",) if "answers" in document.data else ()
    return data, {key: document.line_of((*prefix, key)) for key in data}


def _toml_answers(text: str, file: Path) -> tuple[Mapping[str, Any], Mapping[str, int]]:
    try:
        data = _table(tomllib.loads(text), file)
    except (ValueError, RecursionError) as error:
        match = re.search(r"line (\d+)", str(error))
        where = f"{file}:{match[1]}" if match else str(file)
        raise KnowledgeError("not valid TOML", where=where, todo="check the syntax") from error
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        key = line.split("=", 1)[0].strip().strip("\"'")
        if "=" in line and key in data:
            lines.setdefault(key, number)
    return data, lines


def answers_from(answers: Answers | Mapping[str, Any] | None) -> Answers:
    """Return answers from any of the forms the public functions take; None gives an empty set."""
    if answers is None:
        return Answers()
    return answers if isinstance(answers, Answers) else parse_answers(answers)
