"""Answers kept of a runner: taken where none are given, said with their day, and asked again once old."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.cli.keep import kept_answers
from gait.cli.main import main
from gait.coaching.questionnaire.aging import ANSWERS_WEEKS, aged
from gait.coaching.questionnaire.answers import Answers, choices_of
from gait.coaching.safety import SAFETY_QUESTIONS, unasked
from tests.properties import cases

DAY = date(2026, 5, 4)
ASKED = (
    "age = 40\npregnant = false\nrecent_surgery = false\nserious_injury = false\nlimping = false\n"
    'red_flags = []\nrisk_signs = []\npain = ["achilles"]\npain_strength = 2\npain_settles = "within_hour"\n'
    'equipment = ["band", "step"]\n'
)


@pytest.fixture(autouse=True)
def checked_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ada's answers, kept with a check-in of `DAY`."""
    monkeypatch.setenv("GAIT_HISTORY", str(tmp_path / "history.sqlite"))
    answers = tmp_path / "a.toml"
    answers.write_text(ASKED, encoding="utf-8")
    say = ["checkin", "--runner", "Ada", "--pain", "2", "--settled", "--date", DAY.isoformat()]
    assert main([*say, "--answers", str(answers)]) == 0
    capsys.readouterr()


def test_a_plan_takes_kept_answers_and_says_their_day(capsys: pytest.CaptureFixture[str]) -> None:
    """A week later: the heel tendon's exercises, and where the answers came from; in German too."""
    later = (DAY + timedelta(weeks=1)).isoformat()
    assert main(["plan", "--runner", "Ada", "--date", later, "--json"]) == 0
    out = capsys.readouterr()
    body = json.loads(out.out)
    assert "pain_heel_tendon" in body["action"]["because"]
    assert body["plan"]["light"] == "green"
    assert "2026-05-04" in out.err
    assert main(["plan", "--runner", "Ada", "--date", later, "--lang", "de"]) == 0
    assert "Antworten vom" in capsys.readouterr().err
    assert main(["plan", "--runner", "Bea", "--date", later, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["action"]["kind"] == "ask"


def test_old_answers_are_asked_again(capsys: pytest.CaptureFixture[str]) -> None:
    """Past the weeks that are stated: the sore place is spared still, what kept safe counts as unasked."""
    later = DAY + timedelta(weeks=ANSWERS_WEEKS, days=1)
    assert main(["plan", "--runner", "Ada", "--date", later.isoformat(), "--json"]) == 0
    out = capsys.readouterr()
    body = json.loads(out.out)
    assert body["action"]["kind"] == "ask"
    assert body["plan"]["light"] != "green"
    assert any(one["id"] == "warning_signs_unasked" for one in body["plan"]["notices"])
    assert f"over {ANSWERS_WEEKS} weeks old" in out.err
    assert main(["checkin", "--runner", "Ada", "--date", later.isoformat(), "--lang", "de"]) == 0
    said = capsys.readouterr().err
    assert "Wochen alt" in said
    assert "Es wurde nichts gespeichert" in said


def test_a_report_takes_kept_answers_and_keeps_what_it_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Answers of a check-in serve the next report; those of a report serve the next plan."""
    run, page = str(tmp_path / "run"), str(tmp_path / "p.html")
    assert main(["simulate", "-o", run, "--minutes", "0.4", "--side", "left"]) == 0
    answers = tmp_path / "b.toml"
    answers.write_text(ASKED.replace("achilles", "knee_outside"), encoding="utf-8")
    assert main(["report", str(run), "-o", page, "--runner", "Bea", "--answers", str(answers)]) == 0
    capsys.readouterr()
    assert main(["report", str(run), "-o", page, "--runner", "Bea", "--json", "-"]) == 0
    out = capsys.readouterr()
    assert re.search(r"Answers kept from \d{4}-\d\d-\d\d\.", out.err)
    assert "pain_knee_outside" in json.loads(out.out)["action"]["because"]
    assert main(["plan", "--runner", "Bea", "--json"]) == 0
    assert "pain_knee_outside" in json.loads(capsys.readouterr().out)["action"]["because"]


def test_places_named_since_are_spared_too() -> None:
    """A check-in that names a place adds it to the places of the answers."""
    day = (DAY + timedelta(days=3)).isoformat()
    assert main(["checkin", "--runner", "Ada", "--pain", "1", "--place", "hip_outside", "--date", day]) == 0
    kept = kept_answers("Ada", None, DAY + timedelta(days=4))
    assert kept is not None
    assert kept.answers.pain == ("achilles", "hip_outside")


PLACES = st.lists(st.sampled_from(choices_of("pain")), max_size=2).map(tuple)
SAID = st.builds(
    Answers,
    age=st.just(40),
    pregnant=st.booleans(),
    recent_surgery=st.booleans(),
    serious_injury=st.booleans(),
    red_flags=st.sampled_from([(), ("chest_pain",)]),
    risk_signs=st.sampled_from([(), ("heart_condition",)]),
    pain=PLACES,
    pain_strength=st.integers(0, 10),
    cleared=st.booleans(),
    cleared_for=st.sampled_from([None, ("heart", "pregnant")]),
    therapist_says_train=st.booleans(),
)


@cases(50)
@given(said=SAID, days=st.integers(0, 200))
def test_age_takes_safety_away_and_never_a_warning(said: Answers, days: int) -> None:
    """Old answers clear nobody: each safe one is unasked, each warning stands; fresh ones are as given."""
    now = aged(said, DAY, DAY + timedelta(days=days))
    if days <= 7 * ANSWERS_WEEKS:
        assert now == said
        return
    assert not any((now.cleared, now.cleared_for, now.therapist_says_train))
    for field in SAFETY_QUESTIONS:
        value, before = getattr(now, field), getattr(said, field)
        assert value is None or (value == before and (field == "age" or bool(value)))
    safe = not any((said.pregnant, said.recent_surgery, said.serious_injury, said.red_flags, said.risk_signs))
    assert unasked(now) or not safe
