"""Validation counts what was planted, and the fused estimate beats every published single rule."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gait.cli.main import main
from gait.recording.read import read
from gait.recording.write import write_recording
from gait.validation.compare import validate, validate_rules
from gait.validation.published_rules import RULES
from gait.virtual.runner.imu import SensorSettings
from tests.properties import seeds

RECORDINGS = Path(__file__).parents[2] / "recordings"


def test_planted_errors_are_found(virtual) -> None:
    """A shifted truth shows as bias; a contact taken out of it as invented; one put into it as missed."""
    made = virtual(seconds=30.0)
    truth = made.truth.copy()
    plain = validate(made.session, truth)[0]
    shifted = truth.assign(ic_s=truth["ic_s"] - 0.010)
    moved = validate(made.session, shifted)[0]
    assert moved.errors["ic_ms"].bias - plain.errors["ic_ms"].bias == pytest.approx(10.0, abs=0.1)
    assert moved.errors["ic_ms"].sd == pytest.approx(plain.errors["ic_ms"].sd, abs=0.1)
    assert (plain.missed, plain.invented) == (0, 0)
    assert validate(made.session, truth.drop(index=truth.index[20]))[0].invented == 1
    extra = truth.iloc[[20]].assign(ic_s=truth.iloc[20]["ic_s"] + 0.36, tc_s=truth.iloc[20]["tc_s"] + 0.36)
    assert validate(made.session, pd.concat([truth, extra]).sort_values("ic_s"))[0].missed == 1


def test_intervals_hold_the_truth(virtual) -> None:
    """Over 16 virtual runners, none of the fit, 95 % intervals hold at least 92 % of contact times.

    ``--long`` takes forty.
    """
    rng = np.random.default_rng(3)
    held, strides, found, true = 0.0, 0, 0, 0
    for style in seeds(16, long=40):
        speed = rng.uniform(2.5, 5.2)
        made = virtual(
            speed_m_s=speed,
            strike_angle_deg=rng.uniform(-15, 28),
            cadence_spm=160 + 8 * (speed - 2.5) + rng.uniform(-6, 10),
            pronation_deg=rng.uniform(3, 18),
            style_seed=1000 + style,
            seconds=18.0,
            sensor=SensorSettings(rate_hz=float(rng.choice([104, 208, 416]))),
            seed=style,
        )
        one = validate(made.session, made.truth)[0]
        held += one.coverage * one.errors["ic_ms"].n
        strides += one.errors["ic_ms"].n
        found += one.contacts - one.missed
        true += one.contacts
    assert held / strides >= 0.92
    assert found / true > 0.995


@pytest.mark.parametrize("name", ["easy-rearfoot", "overstriding"])
def test_fused_beats_each_rule(name: str) -> None:
    """Mean absolute error of contact time and of initial contact below those of seven published rules."""
    truth = pd.read_csv(RECORDINGS / name / "truth.csv")
    table = validate_rules(read(RECORDINGS / name).recordings[0], truth)
    assert len(table) == len(RULES) + 1 >= 7
    fused = table.pop("fused")
    for rule, errors in table.items():
        assert fused["contact_ms"].mae < errors["contact_ms"].mae, rule
        assert fused["ic_ms"].mae < errors["ic_ms"].mae, rule


def test_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table on stdout, the same numbers in JSON; no truth is one line and exit code 2."""
    target = tmp_path / "v.json"
    assert main(["validate", str(RECORDINGS / "easy-rearfoot"), "--rules", "--json", str(target)]) == 0
    text = capsys.readouterr().out
    assert "missed 0" in text
    assert "pitch-rate minima" in text
    body = json.loads(target.read_text(encoding="utf-8"))
    assert body["easy-rearfoot"][0]["errors"]["ic_ms"]["n"] > 100
    assert main(["validate", str(RECORDINGS / "easy-rearfoot"), "--truth", str(tmp_path / "none.csv")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_replay_gives_the_strides_of_analyze(
    virtual, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``gait replay --jsonl`` and ``gait analyze --strides`` hold the same contacts, in order and soon."""
    parts = (("stand", 2.0), ("run", 24.0), ("walk", 8.0), ("run", 16.0), ("stand", 2.0))
    source = str(write_recording(virtual(parts=parts).session.recordings[0], tmp_path / "left_shoe.csv"))
    assert main(["replay", source, "--speed", "max", "--jsonl"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert main(["analyze", source, "--strides", str(tmp_path / "s.csv")]) == 0
    table = pd.read_csv(tmp_path / "s.csv")
    assert sorted(row["ic_s"] for row in rows) == pytest.approx(sorted(table["ic_s"]), abs=2e-5)
    assert [row["decided_s"] for row in rows] == sorted(row["decided_s"] for row in rows)
    late = [row["decided_s"] - row["next_ic_s"] for row in rows[40:] if row["activity"] == "running"]
    assert np.median(late) < 0.9


def test_running_and_walking_recording_is_whole() -> None:
    """In the demo with walking breaks no contact is missed and none invented, on either side."""
    folder = RECORDINGS / "run-walk"
    for one in validate(read(folder), pd.read_csv(folder / "truth.csv")):
        assert (one.missed, one.invented) == (0, 0), one.name


def test_wrong_speed(capsys: pytest.CaptureFixture[str]) -> None:
    """A speed that is none is refused in one line."""
    assert main(["replay", str(RECORDINGS / "run-walk"), "--speed", "fast"]) == 2
    assert "--speed" in capsys.readouterr().err
