"""The questionnaire on a terminal, and the one way in which commands gather answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gait.coaching.questionnaire.answers import Answers, load_answers, parse_answers
from gait.coaching.questionnaire.questions import QUESTIONS, Question
from gait.errors import KnowledgeError, UsageError

__all__ = ["ask_answers", "ask_on_terminal", "gather_answers", "save_answers"]

Read = Callable[[str], str]
Say = Callable[[str], None]

_SKIP = "?"
_YES, _NO = {"y", "yes"}, {"n", "no"}


def gather_answers(session: Mapping[str, Any] | None, file: Path | None, *, ask: bool) -> Answers:
    """Answers from a session's ``[answers]``, a file over them, and questions for what is still open.

    Parameters
    ----------
    session
        ``Session.answers``; None without a session.
    file
        ``--answers``; None where not given.
    ask
        Ask on the terminal for what neither holds.

    Raises
    ------
    KnowledgeError
        Answers that break their schema.
    UsageError
        ``ask`` without a terminal.
    """
    found = parse_answers(dict(session or {}), source="session.toml [answers]") if session else Answers()
    if file is not None:
        over = load_answers(file)
        known = {**found.model_dump(exclude_none=True), **over.model_dump(exclude_none=True)}
        found = parse_answers(known, source=str(file))
    return ask_on_terminal(found) if ask else found


def ask_on_terminal(known: Answers) -> Answers:
    """Ask what is not yet known; questions go to stderr, so that stdout stays data."""
    if not sys.stdin.isatty():
        raise UsageError(
            "--ask needs a terminal to answer on", todo="use --answers FILE (gait plan --template writes one)"
        )
    return ask_answers(known, _read_line, _say)


def _read_line(prompt: str) -> str:
    print(prompt, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def ask_answers(known: Answers, read: Read, say: Say) -> Answers:
    """Ask every question that is open, safety first; stop asking once a warning sign is named.

    Parameters
    ----------
    known
        What is answered already; those questions are not asked.
    read
        Shows a prompt and returns a line; raises `EOFError` when there is no more input.
    say
        Shows a line.
    """
    data: dict[str, Any] = known.model_dump(exclude_none=True)
    say("Press Enter where nothing applies, ? to leave a question out.")
    try:
        for question in QUESTIONS:
            if question.field in data or not _applies(question, data):
                continue
            value = _ask(question, data, read, say)
            if value is not None:
                data[question.field] = value
            if data.get("red_flags"):
                say("That comes first; the rest can wait.")
                break
    except EOFError:
        say("")
    return parse_answers(data)


def _applies(question: Question, data: Mapping[str, Any]) -> bool:
    return not question.after or bool(data.get(question.after))


def _ask(question: Question, data: Mapping[str, Any], read: Read, say: Say) -> Any:  # noqa: ANN401 - the answer's own type
    say("")
    say(question.text)
    for number, choice in enumerate(question.choices, 1):
        say(f"  {number:2d}  {choice.text}")
    hint = {"many": "numbers, such as 1 3", "one": "a number", "yes_no": "y or n", "number": "a number"}[
        question.kind
    ]
    while True:
        reply = read(f"[{hint}] ").strip().lower()
        if reply == _SKIP:
            return None
        try:
            value = _value(question, reply)
            parse_answers({**data, question.field: value} if value is not None else data)
        except (ValueError, KnowledgeError) as error:
            problem = error.what if isinstance(error, KnowledgeError) else str(error)
            say(f"  Not understood: {problem}")
            continue
        return value


def _value(question: Question, reply: str) -> Any:  # noqa: ANN401 - the answer's own type
    """Turn a reply into the answer's value; None for an empty one where that means nothing."""
    if question.kind == "many":
        return [_pick(question, part) for part in reply.replace(",", " ").split()]
    if not reply:
        return None
    if question.kind == "one":
        return _pick(question, reply)
    if question.kind == "number":
        number = float(reply.replace(",", "."))
        return int(number) if number.is_integer() else number
    if reply in _YES | _NO:
        return reply in _YES
    raise ValueError("answer y or n, or press Enter")


def _pick(question: Question, part: str) -> str:
    """One choice by its number or its value."""
    values = [choice.value for choice in question.choices]
    if part in values:
        return part
    if part.isdecimal() and 1 <= int(part) <= len(values):
        return values[int(part) - 1]
    raise ValueError(f"{part!r} is not one of 1 to {len(values)}")


def save_answers(answers: Answers, file: Path) -> None:
    """Write answers as a TOML file that `--answers` reads."""
    from gait.recording.toml import toml_lines

    data = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in answers.model_dump(exclude_none=True).items()
    }
    try:
        file.write_text("\n".join([*toml_lines(data), ""]), encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"cannot write the answers ({error.strerror})", where=file) from error
