"""Every row of the knowledge base can come out of some input; a broken pack is refused with file and line."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest

from gait.cli.main import main
from gait.coaching.assess import assess
from gait.coaching.prescribe import prescribe
from gait.coaching.questionnaire.answers import choices_of, parse_answers
from gait.coaching.rules import load as knowledge_base
from gait.coaching.rules.load import Knowledge

NOTHING: dict[str, Any] = {
    "age": 34,
    "pregnant": False,
    "recent_surgery": False,
    "serious_injury": False,
    "risk_signs": [],
    "red_flags": [],
    "pain": [],
}
"""Every safety question asked, and nothing in the way."""


MOST_DRAWS = 5000
"""Answers after which a row that no outcome holds counts as out of reach."""


def draw(rng: random.Random) -> dict[str, Any]:
    """Some answers at random."""
    answers: dict[str, Any] = {}
    for field in ("pain", "pain_signs", "form", "equipment", "run_days", "risk_signs"):
        choices = choices_of(field)
        if rng.random() < 0.7:
            answers[field] = rng.sample(choices, rng.randint(0, min(4, len(choices))))
    for field in ("experience", "pain_settles"):
        if rng.random() < 0.7:
            answers[field] = rng.choice(choices_of(field))
    answers |= rng.choice([{}, {"pain_strength": rng.randint(0, 7)}])
    answers |= rng.choice([{}, {"cadence_spm": rng.uniform(140, 190)}])
    for field in ("pregnant", "recent_surgery", "serious_injury", "limping", "saw_therapist", "wears_brace"):
        if rng.random() < 0.12:
            answers[field] = rng.random() < 0.6
    answers |= {field: True for field in ("therapist_says_train", "in_treatment") if rng.random() < 0.2}
    if rng.random() < 0.1:
        answers["age"] = rng.choice([14, 40])
    if rng.random() < 0.75:
        answers["red_flags"] = rng.sample(choices_of("red_flags"), rng.choice([0, 0, 0, 1]))
    return answers if rng.random() < 0.5 else NOTHING | answers


def names(items: Any) -> set[str]:
    """Ids of a part of the pack."""
    return set(items) if isinstance(items, dict) else {one.id for one in items}


def test_every_row_is_reachable(pack: Knowledge, analysis: Any, metric: Any) -> None:
    """Findings, exercises, advice and safety rules: each is in the outcome of some input."""
    rng = random.Random(1)
    steep = analysis(metric("strike_angle_deg", 20.0, 2.0))
    left = {
        "findings": names(pack.findings),
        "exercises": names(pack.exercises),
        "advice": names(pack.advice),
        "safety": names(pack.safety),
    }
    left["findings"] -= {one.id for one in assess(steep, None, pack=pack) if one.outcome == "present"}
    for _ in range(MOST_DRAWS):
        given = parse_answers(draw(rng))
        findings = assess(None, given, pack=pack)
        plan = prescribe(findings, None, given, pack=pack)
        left["findings"] -= {one.id for one in findings if one.outcome == "present"}
        left["exercises"] -= {one.id for one in (*plan.exercises, *plan.later)}
        left["advice"] -= {one.id for one in plan.advice}
        left["safety"] -= {one.id for one in plan.notices}
        if not any(left.values()):
            break
    assert not any(left.values()), left


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("findings:\n  - id: my_finding\n    colour: red\n", "findings.yaml:3"),
        ("findings: 7\n", "findings.yaml:1"),
        ("findings: [\n", "findings.yaml"),
    ],
)
def test_a_broken_pack_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    """Each fault with file and line; exit code 2."""
    (tmp_path / "findings.yaml").write_text(text, encoding="utf-8")
    assert main(["rules", "check", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert words in said.out + said.err


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("exercises.yaml", "reps: [8, 12]", "reps: [12, 8]"),
        ("exercises.yaml", "sets: [3, 3]", "sets: [300, 300]"),
        ("exercises.yaml", "sources: [rk]", "sources: [nobody]"),
        ("exercises.yaml", "substitutes: [side_clam]", "substitutes: [no_such_exercise]"),
        ("findings.yaml", "sources: [sst", "sources: [nobody"),
        ("safety.yaml", "id: bone_stress\n", "id: bone_stress\n    colour: red\n"),
    ],
)
def test_one_fault_in_the_own_pack_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str
) -> None:
    """An impossible dose, a missing source, a dangling reference, an unknown key: file and line, exit 2."""
    source = Path(knowledge_base.__file__).parent.parent / "knowledge"
    for one in source.glob("*.yaml"):
        text = one.read_text(encoding="utf-8")
        if one.name == file:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / one.name).write_text(text, encoding="utf-8")
    assert main(["rules", "check", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert re.search(rf"{file}:\d+", said.out + said.err)


def test_the_own_pack_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    """``gait rules check`` without a folder checks the package's rules; ``list`` shows them."""
    assert main(["rules", "check"]) == 0
    assert "sound" in capsys.readouterr().out
    assert main(["rules", "list"]) == 0
    assert "heel_striking" in capsys.readouterr().out


def test_explain_shows_rule_number_source_and_grade(capsys: pytest.CaptureFixture[str]) -> None:
    """For what fired the numbers, the article and the grade; for what did not, what was missing."""
    recordings = Path(__file__).parents[2] / "recordings"
    assert main(["explain", str(recordings / "easy-rearfoot")]) == 0
    text = capsys.readouterr().out
    assert "Foot strike angle" in text
    assert "above 8.0°" in text
    assert "expert" in text
    assert "sst" in text
    assert "not there" in text


def test_plan_from_answers_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a recording: a week; a wrong answer is one line and exit code 2."""
    answers = tmp_path / "a.toml"
    answers.write_text(
        'pain = ["knee_outside"]\npain_strength = 2\nrun_days = ["mon", "thu"]\n', encoding="utf-8"
    )
    assert main(["plan", "--answers", str(answers)]) == 0
    text = capsys.readouterr().out
    assert "Monday: run" in text
    assert "Hip thrust" in text
    answers.write_text('pain = ["elbow"]\n', encoding="utf-8")
    assert main(["plan", "--answers", str(answers)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
