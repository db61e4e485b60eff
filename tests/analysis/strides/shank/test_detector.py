"""Strides of a shank with gyroscope against the virtual runner's truth, and properties of the stream."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from gait.analysis.engine import engine_for, strides_of
from gait.analysis.strides.stride_batch import concatenate
from gait.recording.model import Recording
from gait.recording.read import read
from gait.virtual.runner.imu import SensorSettings


def _part(recording: Recording, start_s: float, stop_s: float) -> Recording:
    keep = (recording.time_s >= start_s) & (recording.time_s <= stop_s)
    return Recording(
        recording.placement, recording.side, recording.time_s[keep], recording.acc[keep], recording.gyr[keep],
        rate_hz=recording.rate_hz,
    )  # fmt: skip


@pytest.mark.parametrize(("speed", "style"), [(2.0, 1), (2.5, 2), (3.3, 3), (4.5, 4), (6.5, 9)])
def test_contact_time_and_its_interval(virtual, match, speed, style) -> None:
    """From 7 km/h to a sprint contact time is within 20 ms, and nine of ten intervals hold it."""
    made = virtual(placement="shank", speed_m_s=speed, style_seed=style)
    strides, _ = strides_of(made.session.recordings[0])
    truth = made.truth
    rows, at = match(strides.ic_s, truth["ic_s"].to_numpy())
    assert len(set(at)) >= len(truth) - 2
    assert len(rows) == len(strides)
    error = (strides.tc_s - strides.ic_s)[rows] - (truth["tc_s"] - truth["ic_s"]).to_numpy()[at]
    assert abs(np.median(error)) < 0.020
    assert np.std(error) < 0.006
    assert (np.abs(error) <= 1.96 * strides.contact_sd_s[rows]).mean() >= 0.9
    assert not strides.walking.any()


@pytest.mark.parametrize(("size", "start_s"), [(1, 0.0), (37, 0.0), (37, 8.5), (500, 8.7)])
def test_chunks_make_no_difference(virtual, size, start_s) -> None:
    """Every column of every stride is the same for any size of chunk, begun standing or in mid-cycle."""
    recording = _part(virtual(placement="shank").session.recordings[0], start_s, start_s + 20.0)
    whole, _ = strides_of(recording)
    engine = engine_for(recording)
    parts = [
        engine.push_batch(
            recording.time_s[k : k + size], recording.acc[k : k + size], recording.gyr[k : k + size]
        )
        for k in range(0, len(recording.time_s), size)
    ]
    chunked = concatenate([*parts, engine.finish_batch()])
    assert len(chunked) == len(whole) > 15
    for field in fields(whole):
        np.testing.assert_allclose(
            getattr(chunked, field.name), getattr(whole, field.name), rtol=0, atol=1e-9, err_msg=field.name
        )


def test_a_stride_is_final_about_the_next_toe_off(virtual) -> None:
    """Once the axis is learnt, a stride is given within 0.1 s of its foot leaving the ground again."""
    made = virtual(placement="shank")
    recording, leaves = made.session.recordings[0], made.truth["tc_s"].to_numpy()
    engine = engine_for(recording)
    late = []
    for start in range(0, len(recording.time_s), 4):
        part = slice(start, start + 4)
        batch = engine.push_batch(recording.time_s[part], recording.acc[part], recording.gyr[part])
        # Behind the last stride the runner stands: the foot does not leave again.
        if len(batch) == 1 and (leaves > batch.next_ic_s[0]).any():
            late.append(recording.time_s[part][-1] - leaves[leaves > batch.next_ic_s[0]][0])
    assert len(late) > 15
    assert max(late) < 0.1


@pytest.mark.parametrize("start", [8.03, 8.21, 8.37, 8.52])
def test_a_recording_of_five_contacts_has_strides(virtual, start) -> None:
    """Five contacts, cut anywhere, give three strides or more, though little could be learnt."""
    made = virtual(placement="shank", speed_m_s=3.0)
    truth = made.truth
    inside = truth[(truth["ic_s"] > start) & (truth["ic_s"] < start + 3.6)]
    strides, _ = strides_of(_part(made.session.recordings[0], start, start + 3.6))
    assert len(strides) >= len(inside) - 2 >= 3
    at = np.abs(strides.ic_s[:, None] - truth["ic_s"].to_numpy()).argmin(axis=1)
    error = (strides.tc_s - strides.ic_s) - (truth["tc_s"] - truth["ic_s"]).to_numpy()[at]
    assert np.abs(error).max() < 0.03


def test_the_sign_of_mounting_makes_no_difference(virtual) -> None:
    """A sensor turned by any rotation sees the same strides."""
    recording = virtual(placement="shank").session.recordings[0]
    turn = np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    turned = Recording(
        "shank", recording.side, recording.time_s, recording.acc @ turn, recording.gyr @ turn,
        rate_hz=recording.rate_hz,
    )  # fmt: skip
    straight, _ = strides_of(recording)
    found, _ = strides_of(turned)
    np.testing.assert_allclose(found.tc_s, straight.tc_s, atol=1e-6)
    np.testing.assert_allclose(found.shank_angle_deg, straight.shank_angle_deg, atol=1e-3)


def test_a_lower_rate_widens_the_interval(virtual) -> None:
    """At 60 Hz the interval of contact time is wider than at 200 Hz, and the strides are still there."""
    fine, coarse = (
        strides_of(virtual(placement="shank", sensor=SensorSettings(rate_hz=rate)).session.recordings[0])[0]
        for rate in (200.0, 60.0)
    )
    assert np.median(coarse.contact_sd_s) > np.median(fine.contact_sd_s)
    assert abs(len(coarse) - len(fine)) <= 1


def test_peak_acceleration_lies_in_stance(virtual) -> None:
    """A knock in swing is no peak of the stance."""
    recording = virtual(placement="shank").session.recordings[0]
    before, _ = strides_of(recording)
    acc = recording.acc.copy()
    for time in 0.5 * (before.tc_s + before.next_ic_s):
        near = np.abs(recording.time_s - time) < 0.01
        acc[near] *= 1.0 + 12.0 * 9.81 / np.linalg.norm(acc[near], axis=1)[:, None]
    knocked, _ = strides_of(
        Recording("shank", recording.side, recording.time_s, acc, recording.gyr, rate_hz=recording.rate_hz)
    )
    assert np.median(np.abs(knocked.peak_acc_g - before.peak_acc_g)) < 0.5


@pytest.mark.shared_data
@pytest.mark.parametrize("leg", ["r", "l"])
@pytest.mark.parametrize(("kind", "walks"), [("running", False), ("walking", True)])
def test_a_real_walk_is_no_run(shared, leg, kind, walks) -> None:
    """A real runner's mean stride is running; the same person's mean walking stride is walking."""
    table = pd.read_csv(shared / "mean_stride" / f"P01_norm{kind}.csv")
    step = table["time_s"].to_numpy()[1]
    names = [f"tibia_{leg}_acc_{axis}" for axis in "xyz"] + [f"tibia_{leg}_gyr_{axis}_dps" for axis in "xyz"]
    data = np.tile(table[names].to_numpy(), (12, 1))
    recording = Recording(
        "shank",
        "right",
        step * np.arange(len(data)),
        data[:, :3],
        np.radians(data[:, 3:]),
        rate_hz=1.0 / step,
    )
    strides, _ = strides_of(recording)
    assert len(strides) >= 9
    assert (strides.walking == walks).all()
    duty = (strides.tc_s - strides.ic_s) / (strides.next_ic_s - strides.ic_s)
    assert (duty > 0.55).all() if walks else (duty < 0.4).all()


@pytest.mark.shared_data
@pytest.mark.parametrize("side", ["left", "right"])
def test_treadmill_contact_time(shared, match, side) -> None:
    """A fast forefoot runner, not in the fit: contact time within 8 ms, SD within 4 ms."""
    recording = read(shared / "treadmill_fast" / f"{side}_shank.csv").recordings[0]
    truth = pd.read_csv(shared / "treadmill_fast" / "truth.csv")
    truth = truth[truth["side"] == side]
    strides, _ = strides_of(recording)
    rows, at = match(strides.ic_s, truth["ic_s"].to_numpy())
    assert len(rows) >= len(truth) - 1
    error = 1e3 * ((strides.tc_s - strides.ic_s)[rows] - (truth["tc_s"] - truth["ic_s"]).to_numpy()[at])
    assert abs(np.median(error)) < 8.0
    assert error.std() < 4.0


def test_a_contact_that_the_start_all_but_cuts_is_given(virtual, match) -> None:
    """Begun anywhere in running, the first contact from 40 ms on is there, as right as any, and no other."""
    made = virtual(placement="shank", speed_m_s=3.3)
    recording, truth = made.session.recordings[0], made.truth
    contacts = truth[truth["side"] == recording.side].reset_index(drop=True)
    usual, _ = strides_of(recording)
    rows, at = match(usual.ic_s, contacts["ic_s"].to_numpy())
    bias = np.median(usual.ic_s[rows] - contacts["ic_s"].to_numpy()[at])
    for number, before_s in enumerate(np.linspace(0.04, 0.5, 12), start=6):
        first = float(contacts["ic_s"][number])
        strides, _ = strides_of(_part(recording, first - before_s, first + 12.0))
        assert strides.ic_s[0] == pytest.approx(first + bias, abs=0.025), before_s


def test_a_start_from_standing_makes_no_contact(virtual) -> None:
    """Standing before the first step is no cycle cut short: nothing is found before the first contact."""
    made = virtual(placement="shank")
    first = float(made.truth["ic_s"].min())
    for stood_s in (0.2, 0.4, 0.6, 1.0):
        strides, _ = strides_of(_part(made.session.recordings[0], first - stood_s, first + 15.0))
        assert strides.ic_s[0] > first - 0.05, stood_s


@pytest.mark.parametrize("order", ["rest first", "run first"])
def test_a_long_rest_does_not_fill_the_memory(virtual, order) -> None:
    """Ten minutes of lying about before or behind a run: a minute is held at most, and no stride is lost."""
    run = _part(virtual(placement="shank").session.recordings[0], 3.0, 21.0)
    rng, n = np.random.default_rng(5), 60_000
    acc = np.tile([0.0, 0.0, 9.81], (n, 1)) + rng.normal(0.0, 0.05, (n, 3))
    rest = (np.arange(n) / 100.0, acc, rng.normal(0.0, 0.002, (n, 3)))
    moved = (run.time_s - run.time_s[0], run.acc, run.gyr)
    first, second = (rest, moved) if order == "rest first" else (moved, rest)
    engine, held, strides = engine_for(run), [], 0
    for begin, (time_s, acc, gyr) in ((0.0, first), (first[0][-1] + 0.005, second)):
        for low in range(0, len(time_s), 500):
            part = slice(low, low + 500)
            strides += len(engine.push_batch(begin + time_s[part], acc[part], gyr[part]))
            held.append(engine.detector.samples_held)
    strides += len(engine.finish_batch())
    assert max(held) < 60 * 200
    assert strides >= len(strides_of(run)[0]) - 1
