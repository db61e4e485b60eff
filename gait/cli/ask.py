"""The questionnaire on a terminal, and `gather_answers`, with which every command gets its answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gait.coaching.diary.diary import load_diary
from gait.coaching.diary.progress import CheckIn
from gait.coaching.language import ENGLISH, Language
from gait.coaching.questionnaire.answers import Answers, load_answers, parse_answers
from gait.coaching.questionnaire.questions import QUESTIONS, Question
from gait.errors import KnowledgeError, UsageError

if TYPE_CHECKING:
    from gait.analysis.results import Analysis
    from gait.coaching.rules.load import Knowledge

__all__ = ["ask_answers", "ask_on_terminal", "gather_answers", "save_answers"]

Read = Callable[[str], str]
Say = Callable[[str], None]

Keep = Callable[[Answers], None]

_SKIP, _GO_BACK = "?", "<"
_BACK = object()
"""Stands for going back, which no answer is."""
INTRODUCTION = "Press Enter where nothing applies, ? to leave a question out, < to go back."
HINTS = {"many": "numbers, such as 1 3", "one": "a number", "yes_no": "y or n", "number": "a number"}
_YES, _NO = ("y", "yes"), ("n", "no")


def gather_answers(
    session: Mapping[str, Any] | None,
    file: Path | None,
    *,
    ask: bool,
    save: Path | None = None,
    analysis: Analysis | None = None,
    pack: Knowledge | None = None,
) -> Answers:
    """Return answers from a session's ``[answers]``, a file over them, and questions for what is still open.

    Parameters
    ----------
    session
        ``Session.answers``; None without a session.
    file
        ``--answers``; None where not given.
    ask
        Ask on the terminal for what neither holds.
    save
        Where each answer is kept as soon as it is given; None to keep none.
    analysis, pack
        The recording and the rules: a question whose answer changes nothing with them is not asked.

    Raises
    ------
    KnowledgeError
        Answers that break their schema.
    UsageError
        ``ask`` without a terminal.
    """
    gathered = parse_answers(dict(session or {}), source="session.toml [answers]") if session else Answers()
    if file is not None:
        over = load_answers(file)
        merged = {**gathered.model_dump(exclude_none=True), **over.model_dump(exclude_none=True)}
        gathered = parse_answers(merged, source=str(file))
    if not ask:
        return gathered
    diary = load_diary(file) if file is not None else ()
    keep = None if save is None else (lambda answers: save_answers(answers, save, diary))
    return ask_on_terminal(gathered, keep=keep, analysis=analysis, pack=pack)


def ask_on_terminal(
    so_far: Answers,
    *,
    keep: Keep | None = None,
    analysis: Analysis | None = None,
    pack: Knowledge | None = None,
) -> Answers:
    """Ask what is not yet known; questions go to stderr, so that stdout stays data.

    Raises
    ------
    UsageError
        The input is no terminal.
    """
    if not sys.stdin.isatty():
        raise UsageError(
            "--ask needs a terminal to answer on", todo="use --answers FILE (gait plan --template writes one)"
        )
    return ask_answers(so_far, _read_line, _say, keep=keep, analysis=analysis, pack=pack)


def _read_line(prompt: str) -> str:
    print(prompt, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def ask_answers(
    so_far: Answers,
    read: Read,
    say: Say,
    *,
    keep: Keep | None = None,
    analysis: Analysis | None = None,
    pack: Knowledge | None = None,
) -> Answers:
    """Ask every question that is open and changes something, safety first.

    A warning sign ends the questions. ``<`` goes back to the question before; ``?`` leaves one out.

    Parameters
    ----------
    so_far
        What is answered already; those questions are not asked.
    read
        Shows a prompt and returns a line; raises `EOFError` when there is no more input.
    say
        Shows a line.
    keep
        Takes the answers after each one, so that none is lost when the questions are broken off.
    analysis, pack
        The recording and the rules that decide whether an answer changes anything.
    """
    speak = ENGLISH if pack is None else pack.say
    data: dict[str, Any] = so_far.model_dump(exclude_none=True)
    fixed = frozenset(data)
    seen: list[Question] = []
    say(speak(INTRODUCTION))
    try:
        while not data.get("red_flags") and (question := _next(data, fixed, seen, analysis, pack)):
            left = _still_open(question)
            where = speak("{n} of at most {most}", n=len(seen) + 1, most=len(seen) + left)
            reply = _ask(question, data, read, say, where, speak)
            if reply is _BACK:
                if not seen:
                    say(speak("  This is the first question."))
                _go_back(data, seen)
                continue
            seen.append(question)
            if reply is not None:
                data[question.field] = reply
            if keep is not None:
                keep(parse_answers(data))
    except EOFError:
        say("")
    if data.get("red_flags"):
        say(speak("That comes first; the rest can wait."))
    return parse_answers(data)


def _next(
    data: Mapping[str, Any],
    fixed: frozenset[str],
    seen: Sequence[Question],
    analysis: Analysis | None,
    pack: Knowledge | None,
) -> Question | None:
    """Return the first question that is open, was not left out, and whose answer changes something."""
    from gait.coaching.questionnaire.relevance import matters

    start = QUESTIONS.index(seen[-1]) + 1 if seen else 0
    for question in QUESTIONS[start:]:
        if question.field in fixed or not _applies(question, data):
            continue
        if matters(question, data, analysis=analysis, pack=pack):
            return question
    return None


def _still_open(question: Question) -> int:
    """Return how many questions there can be from this one on."""
    return len(QUESTIONS) - QUESTIONS.index(question)


def _go_back(data: dict[str, Any], seen: list[Question]) -> None:
    """Take back the last answer, if there is one, so that its question is asked again."""
    if seen:
        data.pop(seen.pop().field, None)


def _applies(question: Question, data: Mapping[str, Any]) -> bool:
    return not question.after or bool(data.get(question.after))


def _ask(
    question: Question, data: Mapping[str, Any], read: Read, say: Say, where: str, speak: Language
) -> Any:  # noqa: ANN401 - the answer's own type
    say("")
    say(f"({where}) {speak(question.text)}")
    for number, choice in enumerate(question.choices, 1):
        say(f"  {number:2d}  {speak(choice.text)}")
    while True:
        reply = read(f"[{speak(HINTS[question.kind])}] ").strip().lower()
        if reply == _SKIP:
            return None
        if reply == _GO_BACK:
            return _BACK
        try:
            value = _value(question, reply, speak)
        except ValueError as error:
            say(speak("  Not understood: {problem}", problem=str(error)))
            continue
        try:
            parse_answers({**data, question.field: value} if value is not None else data)
        except KnowledgeError:
            say(speak("  Not understood: {problem}", problem=_allowed(question, speak)))
            continue
        return value


def _allowed(question: Question, speak: Language) -> str:
    """Return in words what a valid answer is: the range of a number, else a hint on its form."""
    if question.field == "hard_run_days":
        return speak("only days on which you run")
    limits = Answers.model_fields[question.field].metadata
    low = next((limit.ge for limit in limits if hasattr(limit, "ge")), None)
    high = next((limit.le for limit in limits if hasattr(limit, "le")), None)
    if low is None or high is None:
        return speak(HINTS[question.kind])
    return speak("a number from {low} to {high}", low=low, high=high)


def _value(question: Question, reply: str, speak: Language) -> Any:  # noqa: ANN401 - the answer's own type
    """Turn a reply into the answer's value; None for an empty answer where the question may be left out."""
    if question.kind == "many":
        return [_pick(question, part, speak) for part in reply.replace(",", " ").split()]
    if not reply:
        return None
    if question.kind == "one":
        return _pick(question, reply, speak)
    if question.kind == "number":
        return _number(reply, speak)
    if reply in {*_YES, *map(speak, _YES)}:
        return True
    if reply in {*_NO, *map(speak, _NO)}:
        return False
    raise ValueError(speak("answer y or n, or press Enter"))


def _number(reply: str, speak: Language) -> int | float:
    try:
        number = float(reply.replace(",", "."))
    except ValueError:
        raise ValueError(speak(HINTS["number"])) from None
    return int(number) if number.is_integer() else number


def _pick(question: Question, part: str, speak: Language) -> str:
    """Return one choice by its number or its value."""
    values = [choice.value for choice in question.choices]
    if part in values:
        return part
    if part.isdecimal() and 1 <= int(part) <= len(values):
        return values[int(part) - 1]
    raise ValueError(speak("“{part}” is not one of 1 to {last}", part=part, last=len(values)))


def save_answers(answers: Answers, file: Path, diary: Sequence[CheckIn] = ()) -> None:
    """Write answers, and a diary behind them, as a TOML file that `--answers` reads."""
    from gait.files import write_text
    from gait.recording.toml import toml_lines

    data = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in answers.model_dump(exclude_none=True).items()
    }
    lines = toml_lines(data)
    for entry in diary:
        lines += ["", "[[check_in]]", *toml_lines(entry.model_dump())]
    write_text(file, "\n".join([*lines, ""]))
