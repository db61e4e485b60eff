"""Foot and shank told apart: given rightly nothing is said, given wrongly nothing is told."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from gait.analysis.analyze import analyze
from gait.analysis.engine import strides_of
from gait.analysis.faults.placement import LEAST_STRIDES, foot_odds, landing_profile

OTHER = {"shoe": "shank", "shank": "shoe"}


@pytest.mark.parametrize("placement", ["shoe", "shank"])
@pytest.mark.parametrize(("speed", "strike", "style"), [(2.2, 15.0, 0), (3.0, -5.0, 2), (5.5, 0.0, 5)])
def test_the_wrong_place_is_told(virtual, placement, speed, strike, style) -> None:
    """A foot given as a shank, or the other way round, is said to look like it; no contact is told."""
    made = virtual(
        placement=placement, seconds=15.0, speed_m_s=speed, strike_angle_deg=strike, style_seed=style
    )
    recording = made.session.recordings[0]
    wrong = replace(recording, placement=OTHER[placement])
    told = analyze(replace(made.session, recordings=(wrong,)))
    assert [fault.kind for fault in told.faults] == ["other_placement"]
    assert f"looks like a {placement}'s sensor" in told.faults[0].what
    assert "contact_ms" not in told.metrics
    right = analyze(replace(made.session, recordings=(recording,)))
    assert not right.faults
    assert "contact_ms" in right.metrics


def test_mounting_makes_no_difference(virtual) -> None:
    """The odds are the same in a sensor turned any way."""
    recording = virtual(seconds=15.0).session.recordings[0]
    turn = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    batch, _ = strides_of(recording)
    turned = replace(recording, acc=recording.acc @ turn, gyr=recording.gyr @ turn)
    assert foot_odds(batch, turned) == pytest.approx(foot_odds(batch, recording), abs=1e-9)


def test_sizes_are_those_of_the_samples(virtual) -> None:
    """At rest, whatever the strides say, the force is one g and nothing turns; few strides tell nothing."""
    recording = virtual(seconds=15.0).session.recordings[0]
    batch, _ = strides_of(recording)
    still = replace(
        recording,
        acc=np.tile([0.0, 9.80665, 0.0], (len(recording.time_s), 1)),
        gyr=np.zeros_like(recording.acc),
    )
    half = len(landing_profile(batch, still)) // 2
    assert half == 31
    assert landing_profile(batch, still) == pytest.approx([np.log(2.0)] * half + [0.0] * half)
    assert landing_profile(batch.take(np.arange(len(batch)) < LEAST_STRIDES), recording) is None
    assert foot_odds(batch, replace(recording, gyr=None)) is None


def test_left_out_runners() -> None:
    """As the file states: of runners left out 99 % are told right, none given rightly is called wrong."""
    text = (files("gait.analysis.strides") / "models" / "placement.json").read_text(encoding="utf-8")
    data = json.loads(text)
    assert "10.7717/peerj.3298" in data["source"]["data"]
    stated = data["validation"]["leave_one_runner_out"]
    assert stated["told_right"] > 0.99
    assert stated["least_where_given_right"] > 0.0
    assert stated["given"] > 1000


@pytest.mark.shared_data
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("place", ["foot", "shank"])
def test_a_real_runner_never_in_the_fit(shared, side, place) -> None:
    """Of a forefoot runner on a treadmill both are told, given as either."""
    from gait.recording.read import read

    path = shared / "treadmill_fast" / f"{side}_{place}.csv"
    recording = read(path).recordings[0]
    for given in ("shoe", "shank"):
        one = replace(recording, placement=given)
        odds = foot_odds(strides_of(one)[0], one)
        assert odds is None or (odds > 3.0 if place == "foot" else odds < -3.0)
