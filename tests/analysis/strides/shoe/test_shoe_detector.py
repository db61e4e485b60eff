"""The shoe's detector over long rests: what it holds, and the last stance before them."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from gait.analysis.engine import engine_for, strides_of
from gait.analysis.strides.stride_batch import StrideBatch, concatenate
from gait.arrays import FloatArray
from gait.recording.model import Recording
from gait.virtual.runner.imu import SensorSettings

RATE_HZ = 100.0


@pytest.fixture(scope="module")
def run(virtual) -> Recording:
    """Return 30 s of running behind a stand, at 100 Hz."""
    parts = (("stand", 2.0), ("run", 30.0))
    return virtual(sensor=SensorSettings(rate_hz=RATE_HZ), parts=parts).session.recordings[0]


def _followed(run: Recording, acc: FloatArray, gyr: FloatArray) -> Recording:
    """Return the recording with samples behind its last."""
    time_s = run.time_s[-1] + (1 + np.arange(len(acc))) / RATE_HZ
    return replace(
        run,
        time_s=np.concatenate([run.time_s, time_s]),
        acc=np.concatenate([run.acc, acc]),
        gyr=np.concatenate([run.gyr, gyr]),
    )


@pytest.fixture(scope="module")
def run_and_rest(run) -> Recording:
    """Return the run and six minutes of lying about behind it."""
    rng, n = np.random.default_rng(5), round(360 * RATE_HZ)
    still = np.tile([0.0, 0.0, 9.81], (n, 1)) + rng.normal(0.0, 0.05, (n, 3))
    return _followed(run, still, rng.normal(0.0, 0.002, (n, 3)))


def _shaken(run: Recording, seconds: float) -> Recording:
    """Return the run up to a swing, and behind it a sensor that is shaken and never stands still."""
    strides, _ = strides_of(run)
    stop = round((strides.tc_s[-2] + 0.12) * RATE_HZ)
    cut = replace(run, time_s=run.time_s[:stop], acc=run.acc[:stop], gyr=run.gyr[:stop])
    turn = 2.0 * np.pi * 3.0 * np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    acc = 60.0 * np.column_stack([np.cos(turn), np.sin(turn), 0.3 * np.ones_like(turn)])
    return _followed(cut, acc, 20.0 * np.column_stack([np.cos(turn), np.sin(turn), np.sin(1.3 * turn)]))


def _fed(recording: Recording, size: int) -> tuple[StrideBatch, list[int]]:
    """Return the strides of samples in chunks, and the samples held behind each."""
    engine, held, out = engine_for(recording), [], []
    for low in range(0, len(recording.time_s), size):
        part = slice(low, low + size)
        out.append(engine.push_batch(recording.time_s[part], recording.acc[part], recording.gyr[part]))
        held.append(engine.detector.samples_held)
    return concatenate([*out, engine.finish_batch()]), held


def test_a_long_rest_does_not_fill_the_memory(run_and_rest) -> None:
    """Behind the last stride a minute is held at most, in both buffers together."""
    _, held = _fed(run_and_rest, round(RATE_HZ))
    assert max(held) < 60 * 200


def test_strides_before_a_long_rest_are_the_same_whatever_the_chunks(run_and_rest) -> None:
    """Also the last ones, whose samples are long forgotten when the recording ends."""
    whole, _ = _fed(run_and_rest, len(run_and_rest.time_s))
    chunked, _ = _fed(run_and_rest, 170)
    assert len(whole) > 35
    for field in fields(whole):
        np.testing.assert_allclose(
            getattr(chunked, field.name), getattr(whole, field.name), rtol=0, atol=1e-9, err_msg=field.name
        )


def test_what_ends_a_run_is_measured_before_it_is_forgotten(run) -> None:
    """The foot leaves the ground for good: its last stance is the same 3 and 90 s later."""
    soon, late = (_fed(_shaken(run, seconds), 100)[0] for seconds in (3.0, 90.0))
    assert len(soon) > 30
    assert np.isnan(soon.next_ic_s[-1])
    for field in fields(soon):
        np.testing.assert_array_equal(getattr(late, field.name), getattr(soon, field.name), field.name)
