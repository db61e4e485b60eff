"""The questionnaire on a terminal: where it is, going back, keeping what was said, nothing in vain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from gait.analysis.results import Analysis, Metric
from gait.cli.ask import ask_answers, gather_answers, save_answers
from gait.coaching.diary.diary import load_diary
from gait.coaching.diary.progress import CheckIn
from gait.coaching.questionnaire.answers import Answers, load_answers, parse_answers
from gait.coaching.questionnaire.questions import QUESTIONS
from gait.coaching.questionnaire.relevance import matters
from gait.errors import UsageError

CALM = {
    "red_flags": [],
    "age": 34,
    "pregnant": False,
    "recent_surgery": False,
    "serious_injury": False,
    "risk_signs": [],
    "pain": [],
}
BY_FIELD = {question.field: question for question in QUESTIONS}


class Desk:
    """Answers prompts from a list; then there is no more input."""

    def __init__(self, *replies: str) -> None:
        self.replies = list(replies)
        self.said: list[str] = []

    def read(self, prompt: str) -> str:
        """The next reply."""
        self.said.append(prompt)
        if not self.replies:
            raise EOFError
        return self.replies.pop(0)

    def say(self, text: str) -> None:
        """Keep a line that was shown."""
        self.said.append(text)

    def asked(self) -> list[str]:
        """Questions in the order asked, without where they stand."""
        return [text.split(") ", 1)[1] for text in self.said if " of at most " in text]


def ask(desk: Desk, known: Answers | None = None, **more: object) -> Answers:
    """Ask what is open."""
    return ask_answers(known or Answers(), desk.read, desk.say, **more)  # type: ignore[arg-type] # passed on


def test_a_warning_sign_ends_the_questions() -> None:
    """The first question is on warning signs; one named is enough."""
    desk = Desk("16")
    assert ask(desk).red_flags == ("chest_pain",)
    assert len(desk.asked()) == 1
    assert desk.said[-1].startswith("That comes first")


def test_it_says_how_far_it_is() -> None:
    """Each question has its number, and the most there can be never grows."""
    desk = Desk("", "34", "n")
    ask(desk)
    places = [
        text.split(")")[0].strip("(").split(" of at most ") for text in desk.said if " of at most " in text
    ]
    assert [int(number) for number, _ in places] == [1, 2, 3, 4]
    most = [int(total) for _, total in places]
    assert most == sorted(most, reverse=True)


def test_going_back_asks_again() -> None:
    """``<`` takes the last answer back; at the first question it says so."""
    desk = Desk("<", "", "43", "<", "34")
    found = ask(desk)
    assert found.age == 34
    assert "  This is the first question." in desk.said
    assert desk.asked().count("How old are you?") == 2


def test_a_wrong_reply_is_asked_again() -> None:
    """What is not understood is said, and nothing is kept of it."""
    desk = Desk("99", "")
    assert ask(desk).red_flags == ()
    assert any("Not understood" in text for text in desk.said)


def test_every_answer_is_kept_at_once() -> None:
    """Broken off after three answers, three are kept; what was left out is not."""
    kept: list[Answers] = []
    ask(Desk("", "34", "?"), keep=kept.append)
    assert [sum(value is not None for value in one.model_dump().values()) for one in kept] == [1, 2, 2]


def test_nothing_is_asked_in_vain() -> None:
    """No clearance without a reason for one, nothing on a pain that there is none of."""
    calm = parse_answers(CALM).model_dump(exclude_none=True)
    for field in ("cleared_for", "cleared", "saw_therapist", "pain_side"):
        assert not matters(BY_FIELD[field], calm), field
    operated = calm | {"recent_surgery": True}
    assert matters(BY_FIELD["cleared_for"], operated)
    for field in ("experience", "equipment", "form", "run_days", "sessions_per_week"):
        assert matters(BY_FIELD[field], calm), field
        assert not matters(BY_FIELD[field], operated), field


def test_what_is_measured_is_not_asked(
    metric: Callable[..., Metric], analysis: Callable[..., Analysis]
) -> None:
    """A count of steps changes nothing where the cadence was measured."""
    sore = CALM | {"pain": ["knee_front"], "pain_strength": 2}
    run = analysis(metric("cadence_spm", 150.0, 1.0))
    assert matters(BY_FIELD["cadence_spm"], sore)
    assert not matters(BY_FIELD["cadence_spm"], sore, analysis=run)


def test_safety_is_always_asked() -> None:
    """Whatever else is known."""
    for field in CALM:
        assert matters(BY_FIELD[field], CALM)


def test_answers_and_diary_are_saved_and_read_back(tmp_path: Path) -> None:
    """Saved over the file that they came from, neither is lost."""
    path = tmp_path / "a.toml"
    diary = (CheckIn(date=date(2026, 5, 4), pain=2, settled=True, longest_run_min=42.5),)
    given = parse_answers(CALM | {"form": ["knees_in"]})
    save_answers(given, path, diary)
    assert load_answers(path) == given
    assert load_diary(path) == diary


def test_asking_needs_a_terminal() -> None:
    """In a pipe it is one line, not a hang."""
    with pytest.raises(UsageError, match="terminal"):
        gather_answers(None, None, ask=True)
