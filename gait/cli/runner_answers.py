"""Answers and diary of a runner for a report: those given now, else those kept under the name."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gait.cli.keep import kept_answers, kept_check_ins

if TYPE_CHECKING:
    from gait.coaching.diary.progress import CheckIn
    from gait.coaching.questionnaire.answers import Answers
    from gait.coaching.rules.load import Knowledge

__all__ = ["RunnerAnswers", "answers_for"]


@dataclass(frozen=True)
class RunnerAnswers:
    """Answers and diary of the runner, and the day that the answers are of (None: there are none)."""

    answers: Answers
    diary: tuple[CheckIn, ...]
    answered_on: date | None

    @property
    def kept_beside(self) -> dict[str, Any]:
        """Return the answers as they are kept beside a session's results; empty without answers."""
        if self.answered_on is None:
            return {}
        answers = self.answers.model_dump(mode="json", exclude_none=True)
        return {"answers": answers, "answered_on": self.answered_on.isoformat()}


def answers_for(
    written: Mapping[str, Any],
    answers: Path | None,
    runner: str | None,
    history: Path | None,
    pack: Knowledge,
    *,
    ask: bool,
) -> RunnerAnswers:
    """Return answers and diary: those given, else the runner's kept ones, which a line on stderr names.

    Pain stated today takes precedence over kept answers.
    """
    from gait.cli.ask import gather_answers
    from gait.coaching.diary.diary import load_diary

    today = datetime.now().astimezone().date()
    anew = bool(written) or answers is not None
    kept = None if anew else kept_answers(runner, history, today)
    if kept is not None:
        print(f"gait: {kept.line(pack.say)}", file=sys.stderr)
    kept_body = kept.answers.model_dump(exclude_none=True) if kept is not None else dict(written)
    gathered = gather_answers(kept_body, answers, ask=ask, pack=pack)
    diary = load_diary(answers) if answers is not None else ()
    if not diary and (kept is not None or gathered.pain_strength is None):
        diary = kept_check_ins(runner, history, today)
    if kept is None:
        return RunnerAnswers(gathered, diary, today if anew or ask else None)
    return RunnerAnswers(gathered, diary, today if ask and kept.old else kept.answered_on)
