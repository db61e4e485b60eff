"""No grade above what was read: an effect has its population, its source, and how that was read."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from gait.cli.main import main
from gait.coaching.rules.conditions import Differs, Measured, walk
from gait.coaching.rules.load import Knowledge
from gait.coaching.rules.schema import AdviceRule

ANSWERS = Path(__file__).resolve().parents[2] / "docs" / "answers" / "below-the-kneecap-seen.toml"
BASE = {"id": "an_advice", "text": "Text.", "why": "Why.", "sources": ("house",), "grade": "moderate"}


def test_effects_have_a_link_to_their_source(pack: Knowledge) -> None:
    """Every rule with an effect cites a source with a DOI, and is graded no higher than it was read."""
    graded = [*pack.findings.values(), *pack.programme.values(), *pack.advice.values()]
    with_effect = [rule for rule in graded if rule.effect]
    assert len(with_effect) >= 6
    for rule in with_effect:
        assert any("doi.org" in pack.sources[key].url for key in rule.sources), rule.id


def test_what_has_only_our_own_source_has_no_grade(pack: Knowledge) -> None:
    """A finding that cites nothing but this project claims no evidence."""
    for rule in pack.findings.values():
        if all(pack.sources[key].kind == "house" for key in rule.sources):
            assert rule.grade == "none", rule.id


@pytest.mark.parametrize(
    "more",
    [
        {"effect": "Less pain."},
        {"effect": "Less pain.", "population": "runners"},
        {"effect": "Less pain.", "population": "runners", "read": "summary"},
    ],
)
def test_a_grade_beyond_its_reading_is_refused(more: dict[str, str]) -> None:
    """An effect in nobody, unread, or read as a summary under a moderate grade."""
    with pytest.raises(ValidationError):
        AdviceRule.model_validate(BASE | more)


def test_explain_says_the_effect(capsys: pytest.CaptureFixture[str]) -> None:
    """With whom it was seen, and how it was read."""
    assert main(["explain", "--answers", str(ANSWERS)]) == 0
    assert "read as: abstract" in capsys.readouterr().out


def test_a_doi_says_whether_it_was_looked_up(pack: Knowledge, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside each DOI the day it was followed to its title, or that nobody has."""
    cited = {one.key: one.citation for one in pack.cite(pack.sources)}
    assert cited["breda-2021"].endswith("(DOI looked up 2026-11-27)")
    assert cited["altman-2012"].endswith("(DOI not checked)")
    assert "DOI" not in cited["sst"]
    assert main(["rules", "list"]) == 0
    assert "(DOI not checked)" in capsys.readouterr().out


def test_every_bound_of_ours_says_so(pack: Knowledge) -> None:
    """A figure whose source is this project says so wherever it is evidence."""
    parts = [part for rule in pack.findings.values() for part in walk(rule.when)]
    ours = [part for part in parts if isinstance(part, Measured | Differs) and part.source == "house"]
    assert len(ours) >= 5
    assert all("this project" in part.note or "ours" in part.note for part in ours)
