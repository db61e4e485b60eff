"""A diary in an answers file: read strictly, and followed by the whole plan."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.cli.main import main
from gait.coaching.diary.diary import load_diary
from gait.coaching.diary.progress import CheckIn
from gait.coaching.follow import Coaching, follow
from gait.coaching.questionnaire.answers import choices_of
from gait.errors import KnowledgeError
from tests.properties import cases

ASKED: dict[str, Any] = {
    "red_flags": [],
    "age": 34,
    "pregnant": False,
    "recent_surgery": False,
    "serious_injury": False,
    "risk_signs": [],
    "pain": ["knee_front"],
    "pain_strength": 2,
    "pain_settles": "within_hour",
}
START = date(2026, 5, 4)


def diary(*entries: dict[str, Any]) -> tuple[CheckIn, ...]:
    """Entries, a week apart."""
    return tuple(
        CheckIn(date=START + timedelta(weeks=week), **{"pain": 1, "sessions": 2, **entry})
        for week, entry in enumerate(entries)
    )


def after(*entries: dict[str, Any], **more: Any) -> Coaching:
    """The plan on the day of the last entry."""
    written = diary(*entries)
    return follow(None, ASKED | more, written, today=written[-1].date if written else START)


@cases(60)
@given(
    pains=st.lists(st.integers(0, 10), min_size=1, max_size=8),
    settled=st.booleans(),
    limping=st.booleans(),
    place=st.sampled_from(choices_of("pain")),
)
def test_a_red_entry_makes_a_red_plan(pains: list[int], settled: bool, limping: bool, place: str) -> None:
    """Whatever the answers once said: strong pain, a worse morning or a limp leave no run."""
    rows = [{"pain": pain} for pain in pains]
    rows[-1] |= {"settled": settled, "limping": limping}
    made = after(*rows, pain=[place])
    if pains[-1] < 6 and settled and not limping:
        return
    plan = made.plan
    assert plan.light == "red"
    assert plan.cadence is None
    assert not plan.warm_up
    assert not any("run" in day.kind for day in plan.week)
    assert plan.action.kind in {"stop", "walk_run"}


@cases(25)
@given(weeks=st.integers(1, 30), place=st.sampled_from(["knee_front", "knee_outside", "achilles", "shin"]))
def test_exercises_take_turns_and_none_is_lost(weeks: int, place: str) -> None:
    """All exercises stand in a week or in others; it has as many sets, more only where stages say so."""
    first, now = after({}, pain=[place]).plan, after(*[{}] * weeks, pain=[place]).plan
    assert {one.id for one in (*now.exercises, *now.later)} == {
        one.id for one in (*first.exercises, *first.later)
    }
    sets, begun = ([sum(day.sets) for day in plan.week] for plan in (now, first))
    assert sets == begun or (place == "achilles" and begun <= sets and max(sets) <= 18)
    ids = [one.id for one in now.exercises]
    assert len(ids) == len(set(ids))
    assert {key for day in now.week for key in day.exercises} == set(ids)


def test_turns_come_round() -> None:
    """Weeks 1 and 2 hold the first two for the kneecap, weeks 3 and 4 the next, then the first again."""
    held = [{one.id for one in after(*[{}] * week).plan.exercises} for week in (1, 2, 3, 4, 5)]
    assert held[0] == held[1]
    assert held[2] == held[3]
    assert held[1] != held[2]
    assert held[3] != held[4]
    last = max(one.weeks[1] for one in after({}).plan.later if one.weeks)
    assert {one.id for one in after(*[{}] * (last + 1)).plan.exercises} == held[0]


def test_quiet_months_become_prevention() -> None:
    """Once it has been quiet behind week 12, one strength session a week is planned."""
    plan = after(*[{"pain": 0}] * 14).plan
    assert sum(bool(day.exercises) for day in plan.week) == 1


def test_a_red_flag_stands_alone() -> None:
    """With a stop nothing of the diary is said beside it."""
    made = after(*[{"pain": 0}] * 3, red_flags=["chest_pain"])
    assert made.plan.action.kind == "stop"
    assert made.progress is None


def test_entries_stand_in_an_answers_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside [answers] or beside answers at the top; sorted by day; TOML and JSON; shown by the plan."""
    path = tmp_path / "a.toml"
    rows = "[[check_in]]\ndate = 2026-05-11\npain = 1\n[[check_in]]\ndate = 2026-05-04\npain = 0\n"
    for head in ("[answers]\nage = 30\n", "age = 30\n"):
        path.write_text(head + rows, encoding="utf-8")
        assert [(entry.pain, entry.settled) for entry in load_diary(path)] == [(0, True), (1, False)]
    other = tmp_path / "a.json"
    body = {"age": 30, "check_in": [{"date": "2026-05-04", "pain": 2, "settled": True}]}
    other.write_text(json.dumps(body), encoding="utf-8")
    assert load_diary(other) == (CheckIn(date=START, pain=2, settled=True),)
    assert main(["plan", "--answers", str(path)]) == 0
    assert "one step back" in capsys.readouterr().out
    assert main(["plan", "--answers", str(other), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["progress"]["week"] >= 1


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("[[check_in]]\ndate = 2026-05-04\npain = 1\npian = 3\n", "unknown key 'pian'"),
        ("[[check_in]]\ndate = 2026-05-04\n", "'pain' is missing"),
        ("[[check_in]]\ndate = 2026-05-04\npain = 11\n", "10"),
        ("[[check_in]]\ndate = 2026-05-04\npain = 1\n" * 2, "two check-ins"),
        ("check_in = 3\n", "no list"),
        ("check_in = [3]\n", "no table"),
    ],
)
def test_a_wrong_entry_is_refused(
    rows: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line with the file, what is wrong, and exit code 2."""
    path = tmp_path / "a.toml"
    path.write_text(rows, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=words):
        load_diary(path)
    assert main(["plan", "--answers", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "a.toml" in said


ENTRIES = st.lists(
    st.fixed_dictionaries(
        {
            "days": st.sampled_from([1, 2, 3, 7, 7, 20, 40]),
            "pain": st.sampled_from([0, 0, 1, 2, 3, 5, 7]),
            "settled": st.sampled_from([True, True, True, False]),
            "limping": st.sampled_from([False, False, False, False, True]),
            "sessions": st.integers(0, 2),
            "longest_run_min": st.sampled_from([0.0, 15.0, 40.0]),
            "stage_done": st.booleans(),
        }
    ),
    min_size=2,
    max_size=10,
)


def work_of(made: Coaching) -> dict[str, int]:
    """Repetitions of a week by exercise, as this step asks for them."""
    return {one.id: one.sets_in_week * (one.aim or one.reps[0]) for one in made.plan.exercises}


@cases(20, 2000)
@given(rows=ENTRIES, place=st.sampled_from(["knee_front", "achilles", "shin", "knee_below_cap", "back"]))
def test_the_plan_never_moves_on_while_it_is_not_green(rows: list[dict[str, Any]], place: str) -> None:
    """Entry by entry: the step rises on green alone and by one; on red nothing is more than it was before."""
    day, entries = START, []
    answers = ASKED | {"pain": [place], "therapist_says_train": True}
    before: Coaching | None = None
    for row in rows:
        day += timedelta(days=row["days"])
        entries.append(CheckIn(date=day, **{key: value for key, value in row.items() if key != "days"}))
        made = follow(None, answers, entries, today=day)
        if made.progress is None:  # a limp stops the plan: nothing of it is left
            assert not made.plan.exercises
            before = None
            continue
        if before is not None and before.progress is not None:
            assert made.progress.step <= before.progress.step + 1
            if made.progress.light != "green":
                assert made.progress.step <= before.progress.step
        if made.progress.light == "red":
            assert made.plan.light == "red"
            assert made.progress.running == "none"
            assert made.plan.action.kind == "walk_run"
            if before is not None:
                shared = work_of(made).keys() & work_of(before).keys()
                assert all(work_of(made)[key] <= max(work_of(before)[key], 1) for key in shared)
        assert all(sum(one.sets) <= 18 for one in made.plan.week)
        before = made
