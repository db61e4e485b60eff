"""Strides of a shoe without gyroscope: landings, contacts on real sensors, walking, the stream."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from gait.analysis.analyze import analyze
from gait.analysis.engine import engine_for, strides_of
from gait.analysis.strides.stride_batch import concatenate
from gait.recording.model import Recording
from gait.recording.read import read


def _alone(made) -> Recording:
    return replace(made.session.recordings[0], gyr=None)


@pytest.mark.parametrize(("speed", "style"), [(2.0, 1), (3.0, 2), (4.5, 3), (6.0, 4)])
def test_every_landing_is_found(virtual, match, speed, style) -> None:
    """From 7 km/h to a sprint no landing is missed, none invented, and all of it is running."""
    made = virtual(seconds=15.0, speed_m_s=speed, style_seed=style)
    strides, _ = strides_of(_alone(made))
    rows, at = match(strides.ic_s, made.truth["ic_s"].to_numpy())
    assert len(rows) == len(strides)
    assert len(set(at)) >= len(made.truth) - 1
    assert not strides.walking.any()
    # The last step comes to rest: it has a landing and no toe-off.
    assert strides.tc_s[-1] < made.truth["tc_s"].max() + 0.1


def test_mounting_makes_no_difference(virtual) -> None:
    """A sensor turned any way gives the same contacts within a fifth of a millisecond."""
    recording = _alone(virtual(seconds=15.0))
    turn = np.linalg.qr(np.random.default_rng(6).normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    plain, turned = (
        strides_of(replace(recording, acc=acc))[0] for acc in (recording.acc, recording.acc @ turn)
    )
    assert len(plain) == len(turned) > 15
    assert turned.ic_s == pytest.approx(plain.ic_s, abs=2e-4)
    assert turned.tc_s == pytest.approx(plain.tc_s, abs=2e-4)


@pytest.mark.parametrize("size", [7, 41, 600])
def test_chunks_make_no_difference(virtual, size) -> None:
    """Every column of every stride is the same for any size of chunk, through a run, a walk and a run."""
    whole = _alone(
        virtual(parts=(("stand", 2.0), ("run", 12.0), ("walk", 8.0), ("run", 8.0), ("stand", 2.0)))
    )
    strides, _ = strides_of(whole)
    engine = engine_for(whole)
    parts = [
        engine.push_batch(whole.time_s[k : k + size], whole.acc[k : k + size])
        for k in range(0, len(whole.time_s), size)
    ]
    chunked = concatenate([*parts, engine.finish_batch()])
    assert len(chunked) == len(strides) > 20
    assert {0.0, 1.0} == set(strides.walking)
    for field in fields(strides):
        np.testing.assert_allclose(
            getattr(chunked, field.name), getattr(strides, field.name), rtol=0, atol=1e-9, err_msg=field.name
        )


def test_what_is_held_does_not_grow_with_the_recording(virtual) -> None:
    """Through an idle half hour with two false landings, and a walk, less than two minutes are held."""
    run, rng = _alone(virtual(seconds=12.0)), np.random.default_rng(2)
    idle = np.tile([0.0, 0.0, 9.81], (30 * 60 * 50, 1)) + rng.normal(0.0, 0.05, (30 * 60 * 50, 3))
    recording = replace(run, time_s=np.arange(len(idle)) / 50.0, acc=idle, rate_hz=50.0)
    engine = engine_for(recording)
    held = []
    for k in range(0, len(idle), 3000):
        engine.push_batch(recording.time_s[k : k + 3000], idle[k : k + 3000])
        held.append(engine.detector.samples_held)
    assert max(held) < 120 * 200


@pytest.mark.shared_data
@pytest.mark.parametrize(("side", "bias_ms"), [("left", 12.0), ("right", 12.0)])
def test_a_real_forefoot_runner(shared, match, side, bias_ms) -> None:
    """treadmill_fast without its gyroscope, not in the fit: contact time, and no stride lost or invented."""
    import pandas as pd

    table = pd.read_csv(shared / "treadmill_fast" / f"{side}_foot.csv")
    truth = pd.read_csv(shared / "treadmill_fast" / "truth.csv").query("side == @side")
    acc = table[["acc_x", "acc_y", "acc_z"]].to_numpy()
    strides, _ = strides_of(Recording("shoe", side, table["time_s"].to_numpy(), acc, None, rate_hz=200.0))
    rows, at = match(strides.ic_s, truth["ic_s"].to_numpy())
    assert len(rows) == len(strides)
    assert len(set(at)) >= len(truth) - 1
    error = (strides.tc_s - strides.ic_s)[rows] - (truth["tc_s"] - truth["ic_s"]).to_numpy()[at]
    assert abs(1e3 * np.median(error)) < bias_ms
    assert (np.abs(error) < 1.96 * strides.contact_sd_s[rows]).mean() > 0.9


@pytest.mark.shared_data
def test_a_real_sensor_outdoors_agrees_with_its_gyroscope(shared) -> None:
    """The same strides but one, and contact time within 8 ms in the median of what the gyroscope says."""
    recording = read(shared / "outdoor_gyro").recordings[0]
    both, _ = strides_of(recording)
    alone, _ = strides_of(replace(recording, gyr=None))
    nearest = np.abs(both.ic_s[:, None] - alone.ic_s[None, :]).argmin(axis=1)
    near = np.abs(both.ic_s - alone.ic_s[nearest]) < 0.08
    assert near.mean() > 0.98
    off = (alone.tc_s - alone.ic_s)[nearest] - (both.tc_s - both.ic_s)
    assert abs(1e3 * np.median(off[near])) < 8.0


@pytest.mark.shared_data
def test_a_real_walk_is_walking(shared) -> None:
    """Every stride of the walk indoors, as many as the gyroscope finds."""
    session = read(shared / "instep_indoor" / "2017-11-22-11-22-03")
    recording = session.recordings[0]
    both = analyze(session)
    alone = analyze(replace(session, recordings=(replace(recording, gyr=None),)))
    assert set(alone.strides["activity"]) == {"walking"}
    assert abs(len(alone.strides) - len(both.strides)) <= 1


def test_intervals_hold_on_runners_that_no_fit_has_seen(virtual, match) -> None:
    """Of strides of thirty virtual runners, 7 km/h to sprints, nine in ten (without the distance 86 %)."""
    rng = np.random.default_rng(43)
    held = []
    for person in range(30):
        made = virtual(
            seconds=8.0,
            speed_m_s=rng.uniform(1.9, 6.2),
            strike_angle_deg=rng.uniform(-14.0, 26.0),
            style_seed=900 + person,
            seed=person,
        )
        truth = (made.truth["tc_s"] - made.truth["ic_s"]).to_numpy()
        strides, _ = strides_of(_alone(made))
        rows, at = match(strides.ic_s, made.truth["ic_s"].to_numpy())
        error = (strides.tc_s - strides.ic_s)[rows] - truth[at]
        there = np.isfinite(error)
        held.append(np.mean(np.abs(error[there]) <= 1.96 * strides.contact_sd_s[rows][there]))
    assert np.mean(held) >= 0.9
