"""A file of answers to fill in: every question as a comment, every answer commented out."""

from __future__ import annotations

import textwrap

from gait.coaching.questionnaire.questions import QUESTIONS, Question

__all__ = ["answers_template"]

WIDTH = 100
"""Columns that comments are wrapped at."""


def answers_template() -> str:
    """TOML with all questions; as it stands it holds no answer.

    Examples
    --------
    >>> import tomllib
    >>> tomllib.loads(answers_template())
    {}
    """
    head = "# Answers for gait plan, gait report and gait explain (--answers FILE).\n"
    head += "# Take the # away from what you answer; what stays behind a # counts as not asked.\n"
    return head + "".join(f"\n{_block(question)}" for question in QUESTIONS)


def _block(question: Question) -> str:
    lines = textwrap.wrap(question.text, WIDTH, initial_indent="# ", subsequent_indent="# ")
    lines += [f"#   {choice.value}: {choice.text}" for choice in question.choices]
    return "\n".join([*lines, f"# {question.field} = {_example(question)}", ""])


def _example(question: Question) -> str:
    if question.kind == "many":
        return "[]"
    if question.kind == "one":
        return f'"{question.choices[0].value}"'
    return {"yes_no": "false", "number": "0"}[question.kind]
