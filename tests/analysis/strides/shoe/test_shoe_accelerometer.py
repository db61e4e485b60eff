"""Strides of a shoe without gyroscope: landings, axes, contacts on real sensors, walking, the stream."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from gait.analysis.analyze import analyze
from gait.analysis.engine import engine_for, strides_of
from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.resample import GridBlock
from gait.analysis.strides.landing_model import load_landing
from gait.analysis.strides.shoe.accelerometer import MODEL
from gait.analysis.strides.shoe.accelerometer_stances import foot_axes, stances_about
from gait.analysis.strides.shoe.landings import LandingFinder, candidates
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


def test_axes_point_up_and_forward() -> None:
    """A foot that is flat behind its landings and swings in one plane: both axes, to a degree."""
    rng = np.random.default_rng(3)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    landings = np.arange(100, 1100, 140)
    forward, up = np.zeros(1200), np.full(1200, 9.81)
    for at in landings:
        forward[at - 40 : at] += 30.0 * np.hanning(40)
        up[at - 40 : at] += 15.0 * np.hanning(40)
    axes = foot_axes(
        np.outer(forward, turn[0]) + np.outer(up, turn[1]) + rng.normal(0, 0.1, (1200, 3)), landings
    )
    assert axes.forward @ turn[0] > np.cos(np.radians(1.0))
    assert axes.up @ turn[1] > np.cos(np.radians(1.0))


def test_windows_hold_the_size_the_axes_and_the_jerk() -> None:
    """Of a ramp of 20 m/s2 a second along one axis: jerk 20 / 9.80665 g/s, all else as it is."""
    acc = np.zeros((400, 3))
    acc[:, 2] = 9.80665 + 20.0 * np.arange(400) / 200.0
    flat = np.tile([0.0, 0.0, 9.80665], (400, 1))
    flat[180:198, 0] = 20.0
    axes = foot_axes(flat, np.array([200]))
    found = stances_about(acc, 1000, np.array([1200]), axes)
    assert found.start_s == pytest.approx([(1200 - 70) / 200.0])
    assert found.signals["jerk"][0, 50:150] == pytest.approx(20.0 / 9.80665, rel=1e-6)
    assert found.signals["size"][0] == pytest.approx(acc[130:330, 2] / 9.80665)
    assert found.signals["up"][0] == pytest.approx(acc[130:330, 2] / 9.80665, abs=1e-6)


def test_the_classifier_does_not_depend_on_mounting(virtual) -> None:
    """Log odds of every shock are the same in a sensor turned any way."""
    acc = _alone(virtual(seconds=15.0)).acc[:2000]
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    model, at = load_landing(MODEL), np.arange(200, 1800, 150)
    assert model.scores(acc @ turn, at) == pytest.approx(model.scores(acc, at), abs=1e-9)


def test_a_shock_stands_out() -> None:
    """Of a quiet signal with three peaks the two above 12 g/s are shocks."""
    jerk = np.full(300, 1.0)
    jerk[[50, 150, 250]] = 30.0, 11.0, 13.0
    assert candidates(jerk).tolist() == [50, 250]


@pytest.mark.parametrize(("knock_g", "found"), [(0.5, 0), (4.0, 8)])
def test_a_walking_foot_lands_harder_than_a_pocket(knock_g, found) -> None:
    """Swing, knock, rest, eight times: a foot's knock is a walker's landing, a pocket's is none."""
    size = np.ones(9 * 220)
    for at in range(220, 9 * 220, 220):
        size[at - 80 : at] += 0.8 * np.hanning(80)
        size[at : at + 5] += knock_g * np.hanning(5)
    acc = np.outer(size, [0.0, 0.0, 9.80665])
    block = GridBlock(0, acc, None, *(np.zeros(len(acc), dtype=kind) for kind in (bool, float, bool)))
    buffer = SampleBuffer()
    buffer.append(block)
    landings = LandingFinder(load_landing(MODEL)).find(buffer, final=True)
    assert len(landings) == found
    assert not any(one.running for one in landings)


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
