"""The diary of an answers file: its ``[[check_in]]`` entries, and the answers with the newest over them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from gait.coaching.diary.check_in import CheckIn, parse_check_in
from gait.coaching.questionnaire.answers import DIARY, Answers
from gait.coaching.rules.marked_yaml import read_text
from gait.errors import KnowledgeError

__all__ = ["answers_after", "load_diary"]

MOST_ENTRIES = 5000
"""Most check-ins of one file (chosen: more than 13 years of them, a day each)."""


def load_diary(path: str | Path) -> tuple[CheckIn, ...]:
    """Return the ``[[check_in]]`` entries of an answers file, by day; empty where it holds none.

    Pain that nobody said had settled counts as not settled, as with ``gait checkin``: unasked is not safe.

    Raises
    ------
    KnowledgeError
        A file that cannot be read, an entry that breaks its schema, or two entries of one day.
    """
    file = Path(path)
    text = read_text(file)
    try:
        data = json.loads(text) if file.suffix.lower() == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise KnowledgeError("not valid TOML or JSON", where=file, todo="check the syntax") from error
    rows = data.get(DIARY, []) if isinstance(data, dict) else []
    if not isinstance(rows, list) or len(rows) > MOST_ENTRIES:
        raise KnowledgeError(
            f"{DIARY} is no list of at most {MOST_ENTRIES} entries", where=file, todo=f"write [[{DIARY}]]"
        )
    entries = sorted((_entry(row, index, file) for index, row in enumerate(rows, 1)), key=_day)
    for before, after in pairwise(entries):
        if before.date == after.date:
            raise KnowledgeError(f"two check-ins on {after.date}", where=file, todo="join them into one")
    return tuple(entries)


def _day(entry: CheckIn) -> Any:  # noqa: ANN401 - the field's name hides the type date
    return entry.date


def _entry(row: Any, index: int, file: Path) -> CheckIn:  # noqa: ANN401 - whatever the file holds
    where = f"{file}: {DIARY} {index}"
    if not isinstance(row, Mapping):
        raise KnowledgeError("is no table", where=where, todo=f"write [[{DIARY}]] with date = 2026-05-01")
    return parse_check_in({"settled": row.get("pain") == 0, **row}, source=where)


def answers_after(answers: Answers, diary: Sequence[CheckIn]) -> Answers:
    """Return the answers with the newest entry's pain, morning and limp in their place.

    A pain that nobody gave a place stays without one: the light then spares every place that exercises load.
    """
    if not diary:
        return answers
    newest = diary[-1]
    over: dict[str, Any] = {"pain_strength": newest.pain, "limping": newest.limping}
    if not newest.settled:
        over["pain_settles"] = "worse_next_day"
    elif answers.pain_settles != "within_hour":
        over["pain_settles"] = "within_day" if newest.pain else "within_hour"
    return answers.model_copy(update=over)
