"""``gait checkin`` and ``gait rules copy`` as people type them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gait.cli.main import main


@pytest.fixture(autouse=True)
def kept_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The history's file, away from the user's own."""
    monkeypatch.setenv("GAIT_HISTORY", str(tmp_path / "history.sqlite"))


def test_a_check_in_moves_the_plan_on(capsys: pytest.CaptureFixture[str]) -> None:
    """Two good entries are a step; a bad morning turns the light red; pain unsaid to have settled has not."""
    say = ["checkin", "--runner", "Ada", "--json"]
    for day in ("2026-05-01", "2026-05-04"):
        assert main([*say, "--pain", "1", "--settled", "--sessions", "1", "--date", day]) == 0
    first = json.loads(capsys.readouterr().out.split("}\n{")[-1].join(["{", ""]))
    assert (first["step"], first["light"]) == (1, "green")
    assert main([*say, "--pain", "3", "--date", "2026-05-06"]) == 0
    worse = json.loads(capsys.readouterr().out)
    assert (worse["step"], worse["light"], worse["running"]) == (0, "red", "none")


def test_a_check_in_prints_the_plan_of_where_one_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The answers are given once and kept; the dose is that of the step; red leaves no run."""
    answers = tmp_path / "a.toml"
    asked = "pregnant = false\nrecent_surgery = false\nserious_injury = false\nlimping = false\n"
    answers.write_text(
        f'{asked}red_flags = []\nrisk_signs = []\nage = 40\npain = ["knee_outside"]\nexperience = "some"\n',
        encoding="utf-8",
    )
    say = ["checkin", "--runner", "Ada", "--settled", "--sessions", "1", "--longest", "40"]
    assert main([*say, "--pain", "1", "--date", "2026-05-01", "--answers", str(answers)]) == 0
    assert "now 8 reps" in capsys.readouterr().out
    assert main([*say, "--pain", "1", "--date", "2026-05-04", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    deadlift = next(one for one in body["plan"]["exercises"] if one["id"] == "romanian_deadlift")
    assert (body["step"], deadlift["aim"]) == (1, 9)
    assert body["action"]["kind"] == "strength"
    assert main(["checkin", "--runner", "Ada", "--pain", "4", "--not-settled", "--date", "2026-05-06"]) == 0
    said = capsys.readouterr().out
    assert "no run until the pain has settled" in said
    assert "Monday: run" not in said
    assert main(["checkin", "--runner", "Ada", "--date", "2026-05-06"]) == 0
    assert "one step back" in capsys.readouterr().out


def test_a_place_once_named_is_remembered(capsys: pytest.CaptureFixture[str]) -> None:
    """Without answers too: pain of 4 is within the limit of a heel tendon that an earlier entry named."""
    say = ["checkin", "--runner", "Ada", "--pain", "4", "--settled", "--json"]
    assert main([*say, "--place", "achilles", "--date", "2026-05-01"]) == 0
    assert main([*say, "--date", "2026-05-04"]) == 0
    assert json.loads(capsys.readouterr().out.split("}\n{")[-1].join(["{", ""]))["verdict"] == "on"


@pytest.mark.parametrize(
    "more",
    [
        [],
        ["--runner", "Ada", "--pain", "2", "--place", "elbow"],
        ["--runner", "Ada", "--pain", "2", "--date", "yesterday"],
        ["--runner", "Ada", "--pain", "2", "--date", "2999-01-01"],
        ["--runner", "Ada", "--pain", "12"],
    ],
)
def test_bad_input_is_one_line(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2."""
    assert main(["checkin", *more]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_own_rules_may_only_be_stricter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Copied they are sound; changed in part they keep the rest; weaker safety needs --unsafe and a mark."""
    own = tmp_path / "own"
    assert main(["rules", "copy", str(own)]) == 0
    assert main(["rules", "check", str(own)]) == 0
    part = tmp_path / "part"
    part.mkdir()
    (part / "mine.yaml").write_text("exercises:\n  - id: hip_thrust\n    reps: [8, 12]\n", encoding="utf-8")
    assert main(["rules", "check", str(part)]) == 0
    capsys.readouterr()
    assert main(["plan", "--rules", str(part), "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)["plan"]
    thrust = next(one for one in plan["exercises"] if one["id"] == "hip_thrust")
    assert (thrust["reps"], thrust["name"]) == ([8, 12], "Hip thrust")
    assert "rules of one's own" in plan["rules_mark"]
    weak = tmp_path / "weak"
    weak.mkdir()
    for text in (
        "remove: [heart]\n",
        "safety:\n  - id: heart\n    stops_exercise: false\n",
        "safety:\n  - id: heart\n    urgency: soon\n",
        "numbers:\n  green_up_to: 5\n",
    ):
        (weak / "mine.yaml").write_text(text, encoding="utf-8")
        assert main(["rules", "check", str(weak)]) == 2, text
        assert "only be made stricter" in capsys.readouterr().out
        assert main(["rules", "check", str(weak), "--unsafe"]) == 0
        assert "UNSAFE" in capsys.readouterr().out
        assert main(["plan", "--rules", str(weak)]) == 2
        capsys.readouterr()
    (weak / "mine.yaml").write_text("numbers:\n  green_up_to: 1\n", encoding="utf-8")
    assert main(["rules", "check", str(weak)]) == 0
