"""Blocks of one run: effects within their intervals, no recommendation where nothing helps, refusals."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from gait.cli.main import main
from gait.errors import RecordingError, UsageError
from gait.history.run_parts import HELPS, compare_parts, what_helped
from gait.recording.run_parts import Part, parts_of_text
from gait.recording.session_folder import read_notes
from tests.benchmarks.stride_runs import Runner, strides_of

PLAN = tuple(Part(name, 180.0 * at, 180.0 * (at + 1)) for at, name in enumerate(["base", "+5"] * 2))
COLUMNS = ["side", "ic_s", "contact_ms", "cadence_spm", "speed_m_s", "activity", "marks", "shank_angle_deg"]


def _run(seed, effect):
    def more(time):
        under = sum((time >= one.start_s) & (time < one.end_s) for one in PLAN if one.name == "+5")
        return {"shank_angle_deg": effect * under}

    rng = np.random.default_rng(seed)
    return strides_of(Runner.draw(rng), rng, 12.0, slowing=0.05, more=more)[COLUMNS]


def test_what_helped_is_named() -> None:
    """A shank 3 deg steeper under the metronome: its interval holds that, and it is what is recommended."""
    effects = compare_parts(_run(1, -3.0), PLAN)
    shank = next(one for one in effects if one.metric == "shank_angle_deg")
    assert shank.verdict == "changed"
    assert shank.effect == pytest.approx(-3.0, abs=shank.uncertainty)
    assert shank.parts == 2
    assert shank.family >= shank.uncertainty
    helped = what_helped(effects)
    assert (helped.condition, helped.metric) == ("+5", "shank_angle_deg")


@pytest.mark.parametrize("effect", [0.0, 3.0])
def test_nothing_is_recommended_without_a_gain(effect: float) -> None:
    """No effect, or one the wrong way round, recommends nothing."""
    assert what_helped(compare_parts(_run(2, effect), PLAN)) is None


def test_contact_and_strike_are_never_a_reason() -> None:
    """Nobody is told to land otherwise, and shorter contact is not shown to be better."""
    assert not {"contact_ms", "strike_angle_deg", "duty_factor"} & HELPS.keys()


def test_without_speed_an_effect_is_told_as_that() -> None:
    """With speed unknown nothing is called changed and nothing recommended."""
    strides = _run(1, -3.0).assign(speed_m_s=np.nan)
    effects = compare_parts(strides, PLAN)
    assert {one.verdict for one in effects} <= {"speed unknown", "no change shown"}
    assert what_helped(effects) is None


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([Part("a", 0.0, 100.0), Part("b", 90.0, 200.0)], "overlap"),
        ([Part("a", 0.0, 100.0)], "1 blocks under 1 names"),
        ([Part("a", 0.0, 10.0), Part("b", 10.0, 20.0)], "hold enough running"),
    ],
)
def test_parts_that_cannot_be_compared_are_refused(parts, said: str) -> None:
    """Each refusal says what was found."""
    with pytest.raises(UsageError, match=said):
        compare_parts(_run(3, 0.0), parts)


def test_blocks_stand_in_the_session_file(tmp_path) -> None:
    """``[[block]]`` gives them in order of time; a key that is not one is refused with the file's name."""
    file = tmp_path / "session.toml"
    file.write_text(
        '[[block]]\nname = "B"\nstart_s = 60\nend_s = 120\n[[block]]\nname = "A"\nstart_s = 0\nend_s = 60\n',
        encoding="utf-8",
    )
    assert read_notes(tmp_path).blocks == (Part("A", 0.0, 60.0), Part("B", 60.0, 120.0))
    file.write_text('[[block]]\nname = "B"\nfrom = 60\n', encoding="utf-8")
    with pytest.raises(RecordingError, match="name, start_s and end_s"):
        read_notes(tmp_path)


@pytest.mark.parametrize("text", ["", "base", "base=1", "base=2:1", "=0:5", "base=nan:5", "a=0:inf"])
def test_text_that_is_no_block_is_refused(text: str) -> None:
    """Whatever is not NAME=START:END gets a line that shows the form."""
    with pytest.raises(RecordingError):
        parts_of_text(text, "--blocks")


def test_the_command_compares_blocks(tmp_path, monkeypatch, capsys) -> None:
    """``gait compare RUN --blocks ...`` prints each effect and writes all of it as JSON."""
    rng = np.random.default_rng(1)
    analysis = SimpleNamespace(strides=strides_of(Runner.draw(rng), rng, 12.0)[COLUMNS])
    monkeypatch.setattr("gait.analysis.analyze.analyze", lambda *_: analysis)
    monkeypatch.setattr("gait.cli.commands.compare.load_session", lambda *_, **__: None)
    target = tmp_path / "out.json"
    text = ",".join(f"{one.name}={one.start_s}:{one.end_s}" for one in PLAN)
    assert main(["compare", str(tmp_path / "left_shoe.csv"), "--blocks", text, "--json", str(target)]) == 0
    assert "+5 against base" in capsys.readouterr().out
    body = json.loads(target.read_text(encoding="utf-8"))
    assert {row["metric"] for row in body["effects"]} >= {"contact_ms", "shank_angle_deg"}
    assert body["helped"] is None
