"""A file of answers to fill in: every question as a comment, every answer commented out."""

from __future__ import annotations

import textwrap

from gait.coaching.language import ENGLISH, Language
from gait.coaching.questionnaire.questions import QUESTIONS, Question

__all__ = ["answers_template"]

WIDTH = 100
"""Columns that comments are wrapped at (chosen: a usual window of an editor)."""


HEAD = (
    "Answers for gait plan, gait report and gait explain (--answers FILE).",
    "Take the # away from what you answer; what stays behind a # counts as not asked.",
)


def answers_template(say: Language = ENGLISH) -> str:
    """Return TOML with all questions; as it stands it holds no answer.

    Examples
    --------
    >>> import tomllib
    >>> tomllib.loads(answers_template())
    {}
    """
    head = "".join(f"# {say(line)}\n" for line in HEAD)
    return head + "".join(f"\n{_block(question, say)}" for question in QUESTIONS)


def _block(question: Question, say: Language) -> str:
    lines = textwrap.wrap(say(question.text), WIDTH, initial_indent="# ", subsequent_indent="# ")
    lines += [f"#   {choice.value}: {say(choice.text)}" for choice in question.choices]
    return "\n".join([*lines, f"# {question.field} = {_example(question)}", ""])


def _example(question: Question) -> str:
    if question.kind == "many":
        return "[]"
    if question.kind == "one":
        return f'"{question.choices[0].value}"'
    return {"yes_no": "false", "number": "0"}[question.kind]
