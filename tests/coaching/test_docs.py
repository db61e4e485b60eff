"""docs/coaching.md and docs/own-rules.md say what is so: every command and every example is run."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import pytest

from gait.cli.main import main
from gait.coaching.rules.load import Knowledge, load_knowledge
from gait.errors import KnowledgeError

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(
    r"^\| (?P<article>[a-z, ]+) \| (?P<said>[^|]+) \| (?P<rule>[^|]+) \| "
    r"`(?P<command>[^`]+)` \| (?P<shows>[^|]+) \|$"
)
NO_RULE = {"hurts", "progression"}
"""Keys of a rule that the table names beside rules."""
EXAMPLE = re.compile(r"```yaml\n# (?P<name>[a-z-]+\.yaml)\n(?P<text>.*?)```", re.DOTALL)


@lru_cache
def rows() -> tuple[dict[str, str], ...]:
    """Rows of the table of statements."""
    lines = (ROOT / "docs" / "coaching.md").read_text(encoding="utf-8").splitlines()
    return tuple(found.groupdict() for line in lines if (found := ROW.match(line)))


@lru_cache
def examples() -> dict[str, str]:
    """Examples of the guide by file name."""
    text = (ROOT / "docs" / "own-rules.md").read_text(encoding="utf-8")
    return {found["name"]: found["text"] for found in EXAMPLE.finditer(text)}


@pytest.mark.parametrize("command", sorted({row["command"] for row in rows()}))
def test_the_command_shows_the_statement(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row's words are in the output of its command."""
    monkeypatch.chdir(ROOT)
    assert main(command.split()) == 0
    said = " ".join(capsys.readouterr().out.split())
    for row in rows():
        if row["command"] == command:
            assert row["shows"].strip() in said, row["said"]


def test_rules_of_the_table_exist_and_cite_the_article(pack: Knowledge) -> None:
    """Each rule named is in the pack; the first of them with the article as a source."""
    parts = (pack.findings, pack.exercises, pack.safety, pack.advice, pack.programme)
    for row in rows():
        names = [name for name in re.findall(r"`([a-z_]+)`", row["rule"]) if name not in NO_RULE]
        entries = [part[name] for name in names for part in parts if name in part]
        assert len(entries) >= len(names), row["rule"]
        for article in row["article"].split(", "):
            cited = {key for entry in entries for key in entry.sources}
            assert not entries or article in cited, row["said"]


def test_all_four_articles_are_there() -> None:
    """At least ten statements of each."""
    for article in ("sst", "pfr", "skr", "rk"):
        assert sum(article in row["article"].split(", ") for row in rows()) >= 9


def test_every_example_of_the_guide_works(tmp_path: Path) -> None:
    """All but the one that is refused are sound together, change what they say, and mark the pack."""
    for name, text in examples().items():
        if name != "refused.yaml":
            (tmp_path / name).write_text(text, encoding="utf-8")
    pack = load_knowledge(tmp_path)
    assert pack.mark
    assert pack.exercises["hip_thrust"].reps == (8, 15)
    assert pack.exercises["hip_thrust"].name == "Hip thrust"
    assert "hip_airplane" in pack.findings["low_hip_stability"].exercises
    assert "new_shoes" in pack.advice
    assert pack.numbers.green_up_to == 1
    assert pack.safety["sore_heel_tendon_first_seen"].stops_exercise


def test_what_weakens_safety_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The guide's last example: refused with file and line; with --unsafe it passes, marked."""
    (tmp_path / "refused.yaml").write_text(examples()["refused.yaml"], encoding="utf-8")
    with pytest.raises(KnowledgeError, match="stops"):
        load_knowledge(tmp_path)
    assert main(["rules", "check", str(tmp_path)]) == 2
    assert "refused.yaml:" in capsys.readouterr().out
    assert main(["rules", "check", str(tmp_path), "--unsafe"]) == 0
    assert load_knowledge(tmp_path, unsafe=True).mark.startswith("UNSAFE")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("exercises:\n  - {id: box_jump, plyometric: false}\n", "no longer called a jump"),
        ("exercises:\n  - {id: low_bar_squat, strains: [hip]}\n", "strains fewer places"),
        ("exercises:\n  - {id: forward_lunge, gentle_on: [knee_front]}\n", "gentle on more places"),
        ("findings:\n  - {id: pain_shin, loads: true}\n", "loads the sore place"),
        ("numbers:\n  loadable: [knee_front, achilles]\n", "more places may be loaded"),
        ("numbers:\n  amber_up_to: 7\n", "amber_up_to is raised"),
        ("warm_up:\n  - {id: high_knees, strains: [hip]}\n", "'high_knees' strains fewer places"),
        ("remove: [calf_clot]\n", "is removed"),
        ("safety:\n  - {id: heart, urgency: soon}\n", "less urgent"),
    ],
)
def test_safety_only_gets_stricter(
    text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each way of loading a sore place or missing a sign is refused; forced, the plan says so at its top."""
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    assert main(["rules", "check", str(tmp_path)]) == 2
    assert words in capsys.readouterr().out
    assert main(["plan", "--rules", str(tmp_path)]) == 2
    capsys.readouterr()
    assert main(["plan", "--rules", str(tmp_path), "--unsafe"]) == 0
    assert capsys.readouterr().out.startswith("UNSAFE")


def test_answers_of_the_table_are_used() -> None:
    """No file of answers lies about that no row shows."""
    named = {word for row in rows() for word in row["command"].split() if word.endswith(".toml")}
    assert {f"docs/answers/{path.name}" for path in (ROOT / "docs" / "answers").glob("*.toml")} == named
