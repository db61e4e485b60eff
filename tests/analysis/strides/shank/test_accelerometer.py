"""Strides of a shank without gyroscope: contacts near the knee and elsewhere, walking, the stream."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from gait.analysis.engine import engine_for, strides_of
from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.resample import GridStream
from gait.analysis.strides.accelerometer_contacts import fits_turned
from gait.analysis.strides.contact_model import load
from gait.analysis.strides.shank.accelerometer import MODEL
from gait.analysis.strides.shank.accelerometer_contact import (
    BEFORE_S,
    IC_ANCHOR_S,
    ODD,
    TC_ANCHOR_S,
    stances_about,
)
from gait.analysis.strides.shank.impacts import ImpactFinder
from gait.analysis.strides.stride_batch import concatenate
from gait.recording.model import Recording
from gait.recording.read import read


def _alone(made) -> Recording:
    return replace(made.session.recordings[0], gyr=None)


@pytest.mark.parametrize(("speed", "style"), [(2.0, 1), (3.0, 2), (4.5, 3), (6.0, 4)])
def test_every_landing_is_found(virtual, match, speed, style) -> None:
    """From 7 km/h to a sprint no landing is missed, none invented, and all of it is running."""
    made = virtual(placement="shank", speed_m_s=speed, style_seed=style)
    strides, _ = strides_of(_alone(made))
    rows, at = match(strides.ic_s, made.truth["ic_s"].to_numpy())
    assert len(rows) == len(strides)
    assert len(set(at)) >= len(made.truth) - 2
    assert not strides.walking.any()


def test_the_model_tells_an_axis_that_points_backward(virtual) -> None:
    """Of stances with the forward axis as it is and turned round, the second alone is said to be turned."""
    recording = _alone(virtual(placement="shank", speed_m_s=4.5, style_seed=3))
    stream = GridStream(has_gyr=False, rate_hz=recording.rate_hz, acc_limit=None, gyr_limit=None)
    buffer, finder = SampleBuffer(), ImpactFinder()
    for block in stream.push(recording.time_s, recording.acc, None) + stream.flush():
        buffer.append(block)
    shocks = np.array(finder.find(buffer, final=True))[1:-1]
    for sign in (1.0, -1.0):
        axes = replace(finder.axes, forward=sign * finder.axes.forward)
        stances = stances_about(buffer.acc, buffer.first, shocks, axes)
        told = fits_turned(
            load(MODEL), stances.signals, stances.start_s, BEFORE_S + IC_ANCHOR_S, TC_ANCHOR_S, ODD
        )
        assert told == (sign < 0.0)


@pytest.mark.parametrize(("size", "start_s"), [(1, 0.0), (41, 8.6), (600, 8.9)])
def test_chunks_make_no_difference(virtual, size, start_s) -> None:
    """Every column of every stride is the same for any size of chunk, begun standing or in mid-stride."""
    whole = _alone(virtual(placement="shank"))
    keep = (whole.time_s >= start_s) & (whole.time_s < start_s + 18.0)
    recording = replace(whole, time_s=whole.time_s[keep], acc=whole.acc[keep])
    strides, _ = strides_of(recording)
    engine = engine_for(recording)
    parts = [
        engine.push_batch(recording.time_s[k : k + size], recording.acc[k : k + size])
        for k in range(0, len(recording.time_s), size)
    ]
    chunked = concatenate([*parts, engine.finish_batch()])
    assert len(chunked) == len(strides) > 15
    for field in fields(strides):
        np.testing.assert_allclose(
            getattr(chunked, field.name), getattr(strides, field.name), rtol=0, atol=1e-9, err_msg=field.name
        )


@pytest.mark.shared_data
@pytest.mark.parametrize("leg", ["r", "l"])
@pytest.mark.parametrize(("kind", "walks"), [("running", False), ("walking", True)])
def test_a_real_walk_is_no_run(shared, leg, kind, walks) -> None:
    """A real runner's mean stride is running; the same person's mean walking stride is walking."""
    table = pd.read_csv(shared / "mean_stride" / f"P01_norm{kind}.csv")
    step = table["time_s"].to_numpy()[1]
    acc = np.tile(table[[f"tibia_{leg}_acc_{axis}" for axis in "xyz"]].to_numpy(), (12, 1))
    recording = Recording("shank", "right", step * np.arange(len(acc)), acc, None, rate_hz=1.0 / step)
    strides, _ = strides_of(recording)
    if walks:
        # A gentle walk's landing may be too soft to be seen; what is seen is walking.
        assert (strides.walking == 1.0).all()
    else:
        assert len(strides) >= 9
        assert not strides.walking.any()


@pytest.mark.shared_data
@pytest.mark.parametrize("side", ["left", "right"])
def test_treadmill_contact_time(shared, match, side) -> None:
    """A fast forefoot runner, not in the fit, by acceleration alone: within 8 ms, held by every interval."""
    recording = read(shared / "treadmill_fast" / f"{side}_shank.csv").recordings[0]
    truth = pd.read_csv(shared / "treadmill_fast" / "truth.csv")
    truth = truth[truth["side"] == side]
    strides, _ = strides_of(replace(recording, gyr=None))
    rows, at = match(strides.ic_s, truth["ic_s"].to_numpy())
    assert len(rows) >= len(truth) - 2
    error = (strides.tc_s - strides.ic_s)[rows] - (truth["tc_s"] - truth["ic_s"]).to_numpy()[at]
    found = np.isfinite(error)
    assert found.sum() >= len(truth) - 3
    assert abs(np.median(error[found])) < 0.008
    assert (np.abs(error) <= 1.96 * strides.contact_sd_s[rows])[found].mean() >= 0.9


def test_intervals_hold_on_runners_that_no_fit_has_seen(virtual, match) -> None:
    """Of strides of thirty virtual runners, 7 km/h to sprints, nine in ten (without the distance eight)."""
    rng = np.random.default_rng(41)
    held, widths = [], []
    for person in range(30):
        made = virtual(
            placement="shank",
            seconds=8.0,
            speed_m_s=rng.uniform(1.9, 6.2),
            strike_angle_deg=rng.uniform(-14.0, 26.0),
            style_seed=800 + person,
            seed=person,
        )
        truth = (made.truth["tc_s"] - made.truth["ic_s"]).to_numpy()
        strides, _ = strides_of(_alone(made))
        rows, at = match(strides.ic_s, made.truth["ic_s"].to_numpy())
        error = (strides.tc_s - strides.ic_s)[rows] - truth[at]
        there = np.isfinite(error)
        half = 1.96 * strides.contact_sd_s[rows][there]
        held.append(np.mean(np.abs(error[there]) <= half) if there.any() else np.nan)
        widths.append(np.median(half))
    assert np.isfinite(held).all()
    assert np.mean(held) >= 0.9
    assert np.median(widths) < 0.038


def test_a_step_that_was_stopped_gives_no_end(virtual, monkeypatch) -> None:
    """Where the last step to toe-off went as far as it may, the stride stands without an end of contact."""
    recording = _alone(virtual(placement="shank"))
    usual, _ = strides_of(recording)
    model = load(MODEL)
    event = replace(model.events["tc"], most_s=1e-4)
    short = replace(model, events={**model.events, "tc": event})
    monkeypatch.setattr("gait.analysis.strides.shank.accelerometer.load", lambda _: short)
    stopped, _ = strides_of(recording)
    assert len(stopped) == len(usual) > 15
    assert np.isfinite(usual.tc_s).mean() > 0.9
    assert np.isfinite(stopped.tc_s).mean() < 0.3
    np.testing.assert_allclose(stopped.ic_s, usual.ic_s)


def test_contacts_beside_the_ends_are_given(virtual, match) -> None:
    """Cut out of a run anywhere, the first and the last contact are there, and none before or between."""
    made = virtual(placement="shank", speed_m_s=3.3)
    whole = _alone(made)
    contacts = made.truth[made.truth["side"] == whole.side]["ic_s"].to_numpy()
    usual, _ = strides_of(whole)
    rows, at = match(usual.ic_s, contacts)
    bias = np.median(usual.ic_s[rows] - contacts[at])
    for number, beside_s in enumerate(np.linspace(0.06, 0.4, 9), start=6):
        start_s, stop_s = contacts[number] - beside_s, contacts[number + 18] + beside_s + 0.06
        keep = (whole.time_s >= start_s) & (whole.time_s <= stop_s)
        part = replace(whole, time_s=whole.time_s[keep], acc=whole.acc[keep])
        strides, _ = strides_of(part)
        assert len(strides) == 18, beside_s
        assert strides.ic_s[0] == pytest.approx(contacts[number] + bias, abs=0.030), beside_s
        assert strides.next_ic_s[-1] == pytest.approx(contacts[number + 18] + bias, abs=0.040), beside_s


def test_a_start_from_standing_makes_no_landing(virtual) -> None:
    """Begun a moment before the first step, nothing is found before the first contact."""
    made = virtual(placement="shank")
    whole = _alone(made)
    first = float(made.truth[made.truth["side"] == whole.side]["ic_s"].min())
    for stood_s in (0.1, 0.3, 0.6):
        keep = (whole.time_s >= first - stood_s) & (whole.time_s <= first + 15.0)
        strides, _ = strides_of(replace(whole, time_s=whole.time_s[keep], acc=whole.acc[keep]))
        assert strides.ic_s[0] > first - 0.06, stood_s
