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


NAMES = ("shank_gyroscope", "shank_accelerometer", "shoe_gyroscope", "shoe_accelerometer", "placement")


def shipped(name: str) -> dict:
    """The content of a coefficient file."""
    text = (files("gait.analysis.strides") / "models" / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text)


@pytest.fixture
def make_models(monkeypatch):
    """The script that makes all files, imported from its folder."""
    monkeypatch.syspath_prepend(str(FOLDER))
    import make_models as module

    return module


def test_one_script_makes_every_file_that_ships(make_models) -> None:
    """Each file in ``models`` has its maker, and nothing else is made."""
    there = {file.name for file in (files("gait.analysis.strides") / "models").iterdir()}
    assert {f"{name}.json" for name in make_models.MAKERS} == {one for one in there if one.endswith(".json")}
    assert set(make_models.MAKERS) == set(NAMES)


def test_shipped_files_are_of_the_scripts_as_they_stand(make_models) -> None:
    """Channels, windows, limits, seeds and chosen factors in the files are those in the scripts."""
    bare = {
        "shoe_gyroscope": make_models.train.blank(),
        "shank_gyroscope": make_models.shank_train.skeleton(),
        "shoe_accelerometer": make_models.shoe_acc_train.PLAN.skeleton,
        "shank_accelerometer": make_models.shank_acc_train.PLAN.skeleton,
    }
    for name, made in bare.items():
        kept = shipped(name)
        for part in ("placement", "gyroscope", "smooth_s", "step_s", "channels"):
            assert kept[part] == made[part], (name, part)
        for event, one in made["events"].items():
            assert {"window_s": one["window_s"], "most_s": one["most_s"]}.items() <= kept["events"][event].items()
    factors = {name: shipped(name)["uncertainty"]["contact"]["terms"]["beyond"] for name in bare}
    assert factors["shoe_gyroscope"] == make_models.train.uncertainty.BEYOND["contact"]
    assert factors["shank_gyroscope"] == make_models.shank_train.BEYOND
    for name in ("shoe_accelerometer", "shank_accelerometer"):
        assert sys.modules["landing_fit"].LANDING.items() <= shipped(name)["landing"].items()
    ranks = {name: len(shipped(name).get("feature_distance", {}).get("axes", ())) for name in bare}
    assert ranks.pop("shank_accelerometer") == make_models.shank_acc_train.PLAN.distance_rank > 0
    assert ranks.pop("shoe_accelerometer") == make_models.shoe_acc_train.PLAN.distance_rank > 0
    assert set(ranks.values()) == {0}


def test_what_differs_is_told(make_models) -> None:
    """One changed weight, one lost part and one changed word, each with its place; nothing for the same file."""
    one = shipped("placement")
    other = {**one, "weights": [one["weights"][0] + 1e-5, *one["weights"][1:]], "source": {}}
    del other["intercept"]
    assert list(make_models.differences(one, one)) == []
    told = list(make_models.differences(other, one))
    assert "/intercept only in the one shipped" in told
    assert "/weights by 1.0e-05 at most" in told
    assert "/source/seed only in the one shipped" in told


@pytest.mark.shared_data
def test_the_runners_are_those_of_the_data(shared) -> None:
    """The files of contacts name the runners of ../shared/data/rbds, all and no other."""
    runners = sorted({file.name.split("_")[0] for file in (shared / "rbds").glob("R*_*.npz")})
    for name in NAMES[:4]:
        assert shipped(name)["source"]["runners"] == runners


@pytest.mark.shared_data
@pytest.mark.skipif(not os.environ.get("GAIT_LONG"), reason="takes ten minutes: tests/run.py --long")
@pytest.mark.parametrize("name", NAMES)
def test_what_ships_is_what_the_script_makes(shared, tmp_path, name) -> None:
    """From ../shared/data/rbds again: coefficients, uncertainties and figures, to the last decimal."""
    done = train(["--rbds", str(shared / "rbds"), "--only", name, "-o", str(tmp_path)], "make_models.py")
    assert done.stdout.decode().startswith(f"{name}: as shipped")
    assert done.returncode == 0


@pytest.mark.skipif(not os.environ.get("GAIT_LONG"), reason="takes a minute: tests/run.py --long")
def test_the_rule_of_the_place_is_made_without_the_data(tmp_path) -> None:
    """On virtual runners the script ends and its file says that it is not to be shipped."""
    done = train(["-o", str(tmp_path)], "placement_train.py")
    assert done.returncode == 0, done.stderr.decode()
    made = json.loads((tmp_path / "placement.json").read_text(encoding="utf-8"))
    assert "not to be shipped" in made["source"]["data"]
    assert made["validation"]["leave_one_runner_out"]["told_right"] > 0.95
