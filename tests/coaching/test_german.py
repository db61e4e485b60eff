"""German coaching: complete, the same places, the same plan."""

from __future__ import annotations

import random
import re
import string
from typing import Any

import pytest

from gait.coaching.language import load_language
from gait.coaching.prescribe import prescribe
from gait.coaching.questionnaire.answers import Answers, choices_of
from gait.coaching.questionnaire.questions import QUESTIONS
from gait.coaching.rules.load import Knowledge
from gait.coaching.rules.translate import in_language, pack_texts
from gait.errors import GaitError, KnowledgeError

CITED = re.compile(r"\((?:read as|DOI not|walking|people)")
"""Remarks beside a citation, which are no part of it."""


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_has_its_german_and_none_is_left_over(pack: Knowledge) -> None:
    """By id and field, with the same places; an English text that is gone has no German either.

    A citation stays as it is, unless it is a statement of the project's own or carries a remark.
    """
    english, german = pack_texts(pack), load_language("de").texts
    cited = {
        f"sources.{key}.citation"
        for key, one in pack.sources.items()
        if one.kind not in {"house", "manual"} and not CITED.search(one.citation)
    }
    assert german.keys() == english.keys() - cited
    assert all(_places(english[key]) == _places(text) for key, text in german.items())


def test_sentences_keep_their_places_and_the_questions_are_german() -> None:
    """A place that is lost would be a number unsaid."""
    said = load_language("de").sentences
    assert all(_places(one) == _places(text) for one, text in said.items())
    asked = {q.text for q in QUESTIONS} | {c.text for q in QUESTIONS for c in q.choices}
    assert asked - said.keys() == {"dumbbells", "kettlebell", "bench"} - said.keys()


def _random(draw: random.Random) -> Answers | None:
    data: dict[str, Any] = {}
    for q in QUESTIONS:
        if draw.random() < 0.3:
            continue
        values = choices_of(q.field)
        if q.kind == "many":
            data[q.field] = tuple(draw.sample(values, min(len(values), draw.choice((0, 0, 1, 2)))))
        elif q.kind == "yes_no":
            data[q.field] = draw.random() < 0.1
        elif q.kind == "one":
            data[q.field] = draw.choice(values)
    try:
        return Answers(**data)
    except (ValueError, GaitError, KnowledgeError):
        return None


@pytest.mark.parametrize("seed", range(3))
def test_the_german_plan_is_the_english_one(pack: Knowledge, seed: int) -> None:
    """Same lights, stops, exercises and doses for any answers: a language changes words alone."""
    draw, german = random.Random(seed), in_language(pack, "de")
    for _ in range(100):
        given = _random(draw)
        a, b = (prescribe((), None, given, pack=one) for one in (pack, german))
        assert (a.light, a.action.kind, a.action.because) == (b.light, b.action.kind, b.action.because)
        stops = [[(n.id, n.urgency, n.stops_exercise) for n in plan.notices] for plan in (a, b)]
        doses = [
            [(e.id, e.sets, e.extra_sets, e.reps, e.hold_s, e.rest_s) for e in p.exercises] for p in (a, b)
        ]
        weeks = [[(d.kind, d.exercises, d.sets) for d in plan.week] for plan in (a, b)]
        assert stops[0] == stops[1]
        assert doses[0] == doses[1]
        assert weeks[0] == weeks[1]
