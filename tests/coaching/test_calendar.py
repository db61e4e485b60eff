"""The calendar, as the icalendar package reads it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.cli.main import main
from gait.coaching.assess import assess
from gait.coaching.follow import follow
from gait.coaching.model import Plan
from gait.coaching.plan.calendar import calendar_text, write_calendar
from gait.coaching.prescribe import prescribe
from gait.coaching.questionnaire.answers import choices_of, parse_answers
from tests.properties import cases

ASKED: dict[str, Any] = {
    "red_flags": [],
    "age": 34,
    "pregnant": False,
    "recent_surgery": False,
    "serious_injury": False,
    "risk_signs": [],
    "pain": [],
    "experience": "some",
    "run_days": ["mon", "thu", "sat"],
    "form": ["knees_in"],
}
START = date(2026, 5, 6)  # a Wednesday
STAMP = datetime(2026, 5, 6, 12, 0, tzinfo=UTC)


def plan_for(**more: Any) -> Plan:
    """Plan of a runner who was asked everything, made on the first day."""
    given_ = parse_answers(ASKED | more)
    return prescribe(assess(None, given_), None, given_, today=START)


def calendar_of(text: str | bytes) -> Any:
    """A calendar as another program reads it."""
    import icalendar  # loads slowly

    return icalendar.Calendar.from_ical(text)


def events(plan: Plan, weeks: int = 6) -> list[Any]:
    """Events of a plan's calendar, as another program reads them."""
    text = calendar_text(plan, START, stamp=STAMP, weeks=weeks)
    return list(calendar_of(text).walk("VEVENT"))


def test_days_and_doses_are_those_of_the_week() -> None:
    """Each strength and run day of six weeks, on its weekday, with the sets of that day; one retest."""
    plan = plan_for()
    found = events(plan)
    strength = [one for one in found if "Strength" in one["SUMMARY"]]
    days = [index for index, day in enumerate(plan.week) if day.exercises]
    runs = [index for index, day in enumerate(plan.week) if "run" in day.kind]
    assert len(strength) == 6 * len(days)
    assert {one.decoded("DTSTART").weekday() for one in strength} == set(days)
    assert sum("un" in one["SUMMARY"] for one in found) == 6 * len(runs)
    first = next(one for one in strength if one.decoded("DTSTART").weekday() == days[0])
    names = {one.id: one.name for one in plan.exercises}
    for key, sets in zip(plan.week[days[0]].exercises, plan.week[days[0]].sets, strict=True):
        assert f"{names[key]}: {sets} × " in first["DESCRIPTION"]
    retest = [one for one in found if one["SUMMARY"] == "Look again"]
    assert [one.decoded("DTSTART").isoformat() for one in retest] == [plan.action.retest_on]


def test_every_event_is_one_whole_day_with_its_own_identifier() -> None:
    """All-day, an end a day later, stamped; identifiers do not change from one export to the next."""
    found = events(plan_for())
    identifiers = [str(one["UID"]) for one in found]
    assert len(set(identifiers)) == len(identifiers)
    assert identifiers == [str(one["UID"]) for one in events(plan_for())]
    for one in found:
        assert one.decoded("DTEND") - one.decoded("DTSTART") == timedelta(days=1)
        assert one.decoded("DTSTAMP") == STAMP


@cases(25, long=600)
@given(
    pain=st.lists(st.sampled_from(choices_of("pain")), unique=True, max_size=3),
    strength=st.integers(0, 10),
    weeks=st.integers(1, 12),
)
def test_lines_keep_the_format(pain: list[str], strength: int, weeks: int) -> None:
    """CRLF ends, no line beyond 75 octets, and another program reads it back without an error."""
    text = calendar_text(plan_for(pain=pain, pain_strength=strength), START, stamp=STAMP, weeks=weeks)
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode("utf-8")) <= 75 for line in text.split("\r\n"))
    calendar = calendar_of(text)
    assert calendar.walk("VEVENT")
    assert not calendar.errors


def test_a_stopped_or_red_plan_has_no_run() -> None:
    """A stop gives one event that says what comes first; a red light no run day."""
    (only,) = events(plan_for(red_flags=["chest_pain"]))
    assert only["SUMMARY"] == plan_for(red_flags=["chest_pain"]).action.text
    red = events(plan_for(pain=["knee_front"], pain_strength=7))
    assert red
    assert not any(one["SUMMARY"] in {"Run", "Hard run"} for one in red)


def test_signs_that_mean_something_are_escaped(tmp_path: Path) -> None:
    """What was written with commas, semicolons and line breaks reads back the same; the file is whole."""
    plan = plan_for()
    path = write_calendar(tmp_path / "plan.ics", plan, START, stamp=STAMP)
    read = calendar_of(path.read_bytes())
    texts = [str(one.get("DESCRIPTION", "")) for one in read.walk("VEVENT")]
    assert any(plan.pain_rule in text for text in texts)


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``gait plan --ics FILE`` says where it is on stderr and leaves stdout to the plan."""
    assert main(["plan", "--ics", str(tmp_path / "plan.ics")]) == 0
    said = capsys.readouterr()
    assert "calendar:" in said.err
    assert calendar_of((tmp_path / "plan.ics").read_bytes()).walk("VEVENT")


def test_exercises_that_take_turns_come_in_their_weeks() -> None:
    """The straight-leg raise stands in weeks 1 and 2, the clam in 3 and 4; begun in week 3 likewise."""
    sore = {"pain": ["knee_front"], "pain_strength": 2, "pain_settles": "within_hour"}
    plan = follow(None, sore, today=START).plan
    stamp = datetime(2026, 5, 4, tzinfo=UTC)

    def said(**more: int) -> str:
        return calendar_text(plan, START, stamp=stamp, **more).replace("\r\n ", "")

    assert "Straight-leg raise" in said(weeks=2)
    assert "Side-lying clam" not in said(weeks=2)
    assert "Side-lying clam" in said(weeks=4)
    assert "Side-lying clam" in said(weeks=2, week=3)
    assert "Straight-leg raise" not in said(weeks=2, week=3)
