"""Answers from files and mappings: strict, with file and line where something is wrong."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from gait.coaching.questionnaire.answers import Answers, choices_of, load_answers, parse_answers
from gait.coaching.questionnaire.questions import QUESTIONS
from gait.coaching.questionnaire.template import answers_template
from gait.errors import KnowledgeError


@pytest.mark.parametrize("under", ["", "[answers]\n"])
def test_a_toml_file_is_read(tmp_path: Path, under: str) -> None:
    """Answers stand at the top of a file or under [answers], as in session.toml."""
    path = tmp_path / "a.toml"
    path.write_text(under + 'pain = ["shin"]\npain_strength = 3\nlimping = false\n', encoding="utf-8")
    assert load_answers(path) == Answers(pain=("shin",), pain_strength=3, limping=False)


def test_json_reads_as_toml_does(tmp_path: Path) -> None:
    """The same answers in JSON give the same values, a BOM or not."""
    path = tmp_path / "a.json"
    path.write_text("\ufeff" + json.dumps({"answers": {"run_days": ["mon"], "age": 40}}), encoding="utf-8")
    assert load_answers(path) == Answers(run_days=("mon",), age=40)


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        ("a.toml", 'age = 30\npian = ["shin"]\n', 2, ["'pian'", "known answers", "pain"]),
        ("a.toml", '\n\npain = ["elbow"]\n', 3, ["pain", "shin"]),
        ("a.toml", "pain_strength = 11\n", 1, ["pain_strength", "10"]),
        ("a.toml", 'age = "40"\n', 1, ["age"]),
        ("a.toml", 'age = 30\nlimping = "no"\n', 2, ["limping"]),
        ("a.toml", "age = \n", 1, ["TOML"]),
        ("a.json", '{\n"age": 30,\n"experience": "expert"\n}', 3, ["experience", "new, some, regular"]),
        ("a.json", '{"age": 30,,}', 1, ["JSON"]),
        ("a.json", "[1]", None, ["no answers"]),
        ("a.toml", 'run_days = ["mon"]\nhard_run_days = ["tue"]\n', None, ["tue"]),
        ("a.toml", "pain = 2020-01-01\n", 1, ["pain"]),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, name: str, text: str, line: int | None, words: list[str]
) -> None:
    """The message holds file, line, the field and what is allowed."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_answers(path)
    assert caught.value.where == (f"{path}:{line}" if line else str(path))
    for word in words:
        assert word in str(caught.value)


def test_a_mapping_is_checked_too() -> None:
    """``Session.answers`` goes through the same door."""
    with pytest.raises(KnowledgeError, match=r"session\.toml.*colour"):
        parse_answers({"colour": "red"}, source="session.toml")


def test_every_answer_is_asked_but_the_packs_own() -> None:
    """Each field of the answers has one question, with exactly the values it may take."""
    assert [q.field for q in QUESTIONS].count("pain") == 1
    assert {q.field for q in QUESTIONS} == set(Answers.model_fields) - {"own"}
    for question in QUESTIONS:
        assert {choice.value for choice in question.choices} == set(choices_of(question.field)), (
            question.field
        )
        annotation = Answers.model_fields[question.field].annotation
        if question.kind == "yes_no":
            assert bool in get_args(annotation)
    assert QUESTIONS[0].field == "red_flags"


def test_a_question_that_depends_comes_after_what_it_depends_on() -> None:
    """No question waits for one that is asked later."""
    seen: set[str] = set()
    for question in QUESTIONS:
        assert not question.after or question.after in seen
        seen.add(question.field)


def test_the_template_filled_in_is_valid() -> None:
    """With every comment sign before an answer taken away the template still parses as answers' fields."""
    lines = [
        line.removeprefix("# ")
        for line in answers_template().splitlines()
        if " = " in line and line.startswith("# ")
    ]
    filled = tomllib.loads("\n".join(lines))
    assert set(filled) == set(Answers.model_fields) - {"own"}
