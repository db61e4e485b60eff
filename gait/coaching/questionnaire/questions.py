"""The questions that ask for what only the runner can say, and the words for every answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["QUESTIONS", "Choice", "Question", "topic_of", "words_for"]


@dataclass(frozen=True)
class Choice:
    """One possible answer: the value kept and the words shown."""

    value: str
    text: str


@dataclass(frozen=True)
class Question:
    """One question of the questionnaire.

    Attributes
    ----------
    field
        Name in `gait.coaching.questionnaire.answers.Answers`.
    kind
        ``one`` or ``many`` of the choices, ``yes_no``, or ``number``.
    after
        Asked only where this earlier field has any answer but no, none or zero; empty always.
    """

    field: str
    kind: Literal["one", "many", "yes_no", "number"]
    text: str
    choices: tuple[Choice, ...] = ()
    after: str = ""


def _choices(words: Mapping[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, text) for value, text in words.items())


PLACES: dict[str, str] = {
    "knee_front": "front of the knee, under or round the kneecap",
    "knee_below_cap": "just below the kneecap",
    "knee_inside": "inner side of the knee",
    "knee_outside": "outer side of the knee",
    "knee_deep": "deep in the knee joint",
    "hip": "hip",
    "groin": "groin",
    "thigh_back": "back of the thigh",
    "shin": "shin",
    "calf": "calf",
    "achilles": "heel tendon",
    "foot": "foot",
    "back": "low back",
    "hip_outside": "outer side of the hip",
    "ankle": "ankle",
    "thigh_front": "front of the thigh",
    "buttock": "buttock",
}
"""Place -> the words people read."""

RED_FLAGS: dict[str, str] = {
    "cannot_bear_weight": "you cannot put weight on the leg or cannot move the knee",
    "badly_swollen": "the joint is badly swollen",
    "changed_shape": "the joint or leg has changed shape",
    "locks_or_gives_way": "the knee locks, gives way, or clicks with pain",
    "hot_with_fever": "the joint is red and hot, and you have a fever or feel ill",
    "night_pain": "pain goes on at night or with no weight on the leg",
    "deformity_worse": "the leg or joint is getting more crooked quickly",
    "numb_or_cold": "the foot is numb or cold",
    "suspected_tear_or_break": "something may be broken, torn or out of joint",
    "recent_ligament": "you tore a ligament recently",
    "bone_tender": "one spot on a bone hurts when you press it",
    "hop_pain": "hopping on that leg hurts",
    "not_warming_up": "the pain does not ease as you warm up",
    "deep_groin_pain": "pain deep in the groin or hip when you put weight on the leg",
    "hot_calf": "a calf is hot, swollen and sore",
    "chest_pain": "you have had chest pain or unusual breathlessness with effort",
    "fainting": "you have fainted or nearly fainted with effort",
    "saddle_numb": "numbness between the legs, new trouble with bladder or bowel, or weakness in both legs",
    "recent_fall": "after a fall or blow you cannot take four steps, or bend the knee to a right angle",
}

EQUIPMENT: dict[str, str] = {
    "barbell": "barbell and rack",
    "dumbbells": "dumbbells",
    "kettlebell": "kettlebell",
    "band": "resistance band or loop",
    "bench": "bench",
    "chair": "sturdy chair or sofa",
    "step": "step or stair",
    "box": "box to jump on",
    "cable": "cable machine",
    "wall": "a free wall",
}

_DAYS: dict[str, str] = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}

QUESTIONS: tuple[Question, ...] = (
    Question("red_flags", "many", "Does any of these apply to you now?", _choices(RED_FLAGS)),
    Question("age", "number", "How old are you?"),
    Question("pregnant", "yes_no", "Are you pregnant, or was a child born in the last 12 weeks?"),
    Question("recent_surgery", "yes_no", "Surgery on a leg, hip or the back in the last year?"),
    Question("serious_injury", "yes_no", "A serious injury in the last year?"),
    Question("pain", "many", "Where does it hurt when you run, or after?", _choices(PLACES)),
    Question("pain_strength", "number", "How strong is the pain at its worst, 0 to 10?", after="pain"),
    Question(
        "pain_settles",
        "one",
        "After a run, when is it back to what it was before?",
        _choices(
            {
                "within_hour": "within an hour",
                "within_day": "within a day",
                "longer": "it takes longer",
                "worse_next_day": "it is worse the next day",
            }
        ),
        after="pain",
    ),
    Question(
        "pain_signs",
        "many",
        "What is the pain like?",
        _choices(
            {
                "dull": "dull ache",
                "sharp": "sharp",
                "lasting": "it has stayed for weeks without getting better",
                "hills_worse": "worse on hills or stairs",
                "grinding": "grinding or popping",
                "swelling": "some swelling",
                "when_squatting": "when squatting",
                "when_jumping": "when jumping",
                "tender_after": "tender after exercise",
            }
        ),
        after="pain",
    ),
    Question(
        "pain_side",
        "one",
        "Which side hurts?",
        _choices({"left": "left", "right": "right", "both": "both"}),
        after="pain",
    ),
    Question("limping", "yes_no", "Do you limp?", after="pain"),
    Question("saw_therapist", "yes_no", "Has a physical therapist looked at it?", after="pain"),
    Question(
        "therapist_says_train",
        "yes_no",
        "Has a physical therapist looked at it and said that you may train now?",
        after="pain",
    ),
    Question("in_treatment", "yes_no", "Are you being treated for it now?", after="pain"),
    Question("wears_brace", "yes_no", "Do you wear a knee brace?", after="pain"),
    Question(
        "risk_signs",
        "many",
        "Does any of these apply?",
        _choices(
            {
                "load_jump": "you ran clearly more than usual 3 to 8 weeks ago",
                "earlier_bone_stress": "you have had a bone stress injury before",
                "under_fuelling": "periods have stayed away for three months, or you eat less than you burn",
                "floxacin_or_steroids": "an antibiotic ending in -floxacin, or steroids, in the last months",
                "heart_condition": "a known heart condition or a long-term illness",
            }
        ),
    ),
    Question(
        "cleared_for",
        "many",
        "For which of these has a doctor or physiotherapist said that you may train?",
        _choices(
            {
                "age": "being under 18",
                "pregnant": "pregnancy or a birth",
                "recent_surgery": "the surgery",
                "serious_injury": "the injury",
                "bone": "pain that could come from the bone",
                "heart": "a heart condition",
                "tendon_medicine": "medicines that weaken tendons",
            }
        ),
    ),
    Question("cleared", "yes_no", "Has a doctor or physiotherapist cleared you for strength training?"),
    Question(
        "form",
        "many",
        "What have you, a friend or a video noticed?",
        _choices(
            {
                "knees_in": "knees fall in as the foot lands",
                "arches_in": "arches drop in as the foot lands",
                "leg_swings_out": "a leg swings out to the side",
                "hip_drop": "the hip drops on the side of the lifted leg",
                "thigh_in": "a thigh turns in",
                "quads_only": "squats and hills are felt only in the front of the thigh",
                "one_side_weaker": "one leg is clearly weaker or less steady",
                "feet_ahead": "feet land well ahead of the body",
                "leaning": "leaning forward from the waist",
                "slouching": "slouching",
                "forcing_strike": "you are trying to change how your foot lands",
                "heel_first": "the heel lands first, on a nearly straight leg",
                "ankles_wobble": "ankles wobble or give in single-leg standing",
            }
        ),
    ),
    Question(
        "experience",
        "one",
        "How used are you to strength training?",
        _choices(
            {
                "new": "new to it",
                "some": "some, now and then",
                "regular": "regular for half a year or more, with good form",
            }
        ),
    ),
    Question("equipment", "many", "What can you use?", _choices(EQUIPMENT)),
    Question(
        "run_days",
        "many",
        "On which days do you run?",
        _choices(_DAYS),
    ),
    Question(
        "hard_run_days",
        "many",
        "Which of them are hard (fast, hilly or long)?",
        _choices(_DAYS),
        after="run_days",
    ),
    Question("longest_run_min", "number", "Your longest run of the last 30 days, in minutes; 0 for none?"),
    Question("sessions_per_week", "number", "How many strength sessions a week would you do, 1 to 3?"),
    Question("cadence_spm", "number", "Steps a minute on an easy run, if you have counted (both feet)?"),
)
"""The questionnaire, in the order asked: safety first."""

_TOPICS: dict[str, str] = {
    "age": "your age",
    "pregnant": "pregnancy",
    "recent_surgery": "surgery in the last year",
    "serious_injury": "a serious injury in the last year",
    "cleared": "clearance by a professional",
    "cleared_for": "what a professional has cleared you for",
    "pain_side": "which side hurts",
    "therapist_says_train": "whether the therapist lets you train",
    "in_treatment": "being treated now",
    "red_flags": "warning signs",
    "risk_signs": "risks to the bone",
    "pain": "where it hurts",
    "pain_strength": "the strength of the pain",
    "pain_settles": "how fast the pain settles",
    "pain_signs": "what the pain is like",
    "limping": "limping",
    "saw_therapist": "having seen a therapist",
    "wears_brace": "wearing a brace",
    "form": "what was noticed of your form",
    "experience": "experience with strength training",
    "equipment": "equipment",
    "run_days": "running days",
    "hard_run_days": "hard running days",
    "sessions_per_week": "strength sessions a week",
    "cadence_spm": "cadence, counted",
    "longest_run_min": "your longest run of the last 30 days",
    "own": "the pack's own statements",
}


def topic_of(field: str) -> str:
    """Return what an answer's field is about, in words.

    Examples
    --------
    >>> topic_of("pain")
    'where it hurts'
    """
    return _TOPICS.get(field, field)


_WORDS: dict[str, str] = {choice.value: choice.text for q in QUESTIONS for choice in q.choices}


def words_for(value: str) -> str:
    """Return the words people read for an answer's value; the value itself where it has none.

    Examples
    --------
    >>> words_for("shin"), words_for("thing")
    ('shin', 'thing')
    """
    return _WORDS.get(value, value)
