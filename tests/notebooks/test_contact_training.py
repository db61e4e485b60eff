"""The scripts that make the contact model's coefficients: they run, they repeat, and they made what ships."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks" / "contact_model"


def train(arguments: list[str], script: str = "train.py") -> subprocess.CompletedProcess[bytes]:
    """Run the script as a user does, on this tree's package."""
    return subprocess.run(
        [sys.executable, str(FOLDER / script), *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.fixture
def regression(monkeypatch):
    """The module of that name, imported from its folder."""
    monkeypatch.syspath_prepend(str(FOLDER))
    import regression as module

    return module


def test_the_ridge_solves_its_normal_equations(regression) -> None:
    """Planted weights come back but for what the penalty takes; a tenth of wild targets hardly moves them."""
    rng = np.random.default_rng(4)
    features = rng.normal(2.0, 3.0, (4000, 5))
    weights = np.array([0.004, -0.002, 0.0, 0.001, 0.003])
    target = 0.01 + features @ weights + rng.normal(0.0, 1e-4, 4000)
    wild = target.copy()
    wild[::10] += 0.5
    for values in (target, wild):
        ridge = regression.fit_ridge(features, values)
        assert ridge.weights * (1.0 + regression.PENALTY) == pytest.approx(weights, abs=3e-4)


def test_training_runs_without_the_data_and_repeats(tmp_path) -> None:
    """On two virtual runners, twice: the same file, which says that it is not to be shipped."""
    texts = []
    for name in ("one", "two"):
        arguments = ["--virtual", "--runners", "2", "-o", str(tmp_path / name)]
        done = train(arguments)
        assert done.returncode == 0, done.stderr.decode()
        texts.append((tmp_path / name / "shoe_gyroscope.json").read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert "not to be shipped" in json.loads(texts[0])["source"]["data"]


@pytest.mark.shared_data
@pytest.mark.skipif(not os.environ.get("GAIT_LONG"), reason="takes ten minutes: tests/run.py --long")
def test_what_ships_is_what_the_scripts_make(shared, tmp_path) -> None:
    """Coefficients from ../shared/data/rbds again: each within a microsecond of the shipped one's."""
    arguments = ["--rbds", str(shared / "rbds"), "-o", str(tmp_path)]
    assert train(arguments).returncode == 0
    made = json.loads((tmp_path / "shoe_gyroscope.json").read_text(encoding="utf-8"))
    kept = files("gait.analysis.strides") / "models" / "shoe_gyroscope.json"
    shipped = json.loads(kept.read_text(encoding="utf-8"))
    for event in ("ic", "tc"):
        for new, old in zip(made["events"][event]["regressions"], shipped["events"][event]["regressions"], strict=True):
            assert np.abs(np.array(new["weights_s"]) - np.array(old["weights_s"])).max() < 1e-6
            assert abs(new["intercept_s"] - old["intercept_s"]) < 1e-6


@pytest.mark.shared_data
@pytest.mark.skipif(not os.environ.get("GAIT_LONG"), reason="takes minutes: tests/run.py --long")
@pytest.mark.parametrize("placement", ["shoe", "shank"])
def test_what_ships_for_an_accelerometer_is_what_the_scripts_make(shared, tmp_path, placement) -> None:
    """Coefficients of contacts, and of landings, again: each within a microsecond of the shipped one's."""
    arguments = ["--rbds", str(shared / "rbds"), "-o", str(tmp_path)]
    assert train(arguments, f"{placement}_acc_train.py").returncode == 0
    name = f"{placement}_accelerometer.json"
    made = json.loads((tmp_path / name).read_text(encoding="utf-8"))
    kept = files("gait.analysis.strides") / "models" / name
    shipped = json.loads(kept.read_text(encoding="utf-8"))
    for event, one in shipped["events"].items():
        new, old = made["events"][event]["regressions"][0], one["regressions"][0]
        assert np.abs(np.array(new["weights_s"]) - np.array(old["weights_s"])).max() < 1e-6
    if placement == "shoe":
        assert made["landing"]["weights"] == pytest.approx(np.array(shipped["landing"]["weights"]), abs=1e-5)


@pytest.mark.skipif(not os.environ.get("GAIT_LONG"), reason="takes a minute: tests/run.py --long")
def test_the_rule_of_the_place_is_made_without_the_data(tmp_path) -> None:
    """On virtual runners the script ends and its file says that it is not to be shipped."""
    done = train(["-o", str(tmp_path)], "placement_train.py")
    assert done.returncode == 0, done.stderr.decode()
    made = json.loads((tmp_path / "placement.json").read_text(encoding="utf-8"))
    assert "not to be shipped" in made["source"]["data"]
    assert made["validation"]["leave_one_runner_out"]["told_right"] > 0.95


@pytest.mark.shared_data
@pytest.mark.skipif(not os.environ.get("GAIT_LONG"), reason="takes minutes: tests/run.py --long")
def test_what_tells_the_place_is_what_the_script_makes(shared, tmp_path) -> None:
    """The shipped coefficients again, within their last decimal."""
    assert train(["--rbds", str(shared / "rbds"), "-o", str(tmp_path)], "placement_train.py").returncode == 0
    made = json.loads((tmp_path / "placement.json").read_text(encoding="utf-8"))
    kept = files("gait.analysis.strides") / "models" / "placement.json"
    shipped = json.loads(kept.read_text(encoding="utf-8"))
    assert made["weights"] == pytest.approx(shipped["weights"], abs=2e-6)
