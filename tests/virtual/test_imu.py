"""A virtual sensor errs exactly as its settings say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from gait.errors import UsageError
from gait.units import DEG, STANDARD_GRAVITY
from gait.virtual.runner.imu import SensorSettings, measure, sample_times
from gait.virtual.runner.presets import PRESETS
from gait.virtual.runner.simulate import RunnerSettings, simulate
from tests.properties import cases

QUIET = {"acc_bias": 0.0, "gyr_bias": 0.0, "bias_walk": 0.0, "scale_error": 0.0, "cross_axis": 0.0}
STILL = np.zeros((60_000, 3))


@pytest.mark.parametrize("acc_range_g", [8.0, 16.0, 32.0])
@pytest.mark.parametrize("gyr_range_dps", [1000.0, 2000.0, 4000.0])
def test_it_clips_and_quantises(acc_range_g: float, gyr_range_dps: float) -> None:
    """Beyond its range it reads the end of it; between, steps of a 16-bit converter."""
    sensor = SensorSettings(acc_range_g=acc_range_g, gyr_range_dps=gyr_range_dps)
    rng = np.random.default_rng(1)
    acc, gyr = measure(rng.normal(0, 300.0, (4000, 3)), rng.normal(0, 60.0, (4000, 3)), sensor, rng)
    for values, limit in ((acc, acc_range_g * STANDARD_GRAVITY), (gyr, gyr_range_dps * DEG)):
        step = limit / 32768.0
        assert values.min() == pytest.approx(-limit)
        assert values.max() == pytest.approx(limit - step)
        assert np.abs(values / step - np.rint(values / step)).max() < 1e-6
        assert len(np.unique(values)) > 1000


@pytest.mark.parametrize("rate_hz", [50.0, 208.0, 833.0])
def test_noise_has_its_density(rate_hz: float) -> None:
    """At rest the spread is the density times the root of half the rate, whatever the rate."""
    sensor = SensorSettings(rate_hz=rate_hz, acc_noise=4e-3, gyr_noise=9e-4, **QUIET)
    acc, gyr = measure(STILL, STILL, sensor, np.random.default_rng(3))
    assert acc.std() / np.sqrt(rate_hz / 2.0) == pytest.approx(4e-3, rel=0.02)
    assert gyr.std() / np.sqrt(rate_hz / 2.0) == pytest.approx(9e-4, rel=0.02)


def test_offsets_scale_cross_axis_and_walk() -> None:
    """Their spread over many sensors is what was asked for."""
    quiet = SensorSettings(acc_noise=0.0, gyr_noise=0.0, bias_walk=0.0, mounting=Rotation.identity())
    ones = np.tile([10.0, 0.0, 0.0], (4, 1))
    seen = np.array(
        [
            [measure(force, ones, quiet, np.random.default_rng(seed))[0][0] for force in (ones, 0.0 * ones)]
            for seed in range(1500)
        ]
    )
    zero, gain = seen[:, 1], (seen[:, 0] - seen[:, 1]) / 10.0
    assert zero.std() == pytest.approx(quiet.acc_bias, rel=0.06)
    assert gain[:, 0].std() == pytest.approx(quiet.scale_error, rel=0.08)
    assert gain[:, 1].std() == pytest.approx(quiet.cross_axis, rel=0.08)
    walking = SensorSettings(gyr_noise=0.0, bias_walk=1e-3, **{k: 0.0 for k in QUIET if k != "bias_walk"})
    ends = np.concatenate(
        [measure(STILL[:2080], STILL[:2080], walking, np.random.default_rng(s))[1][-1] for s in range(400)]
    )
    assert ends.std() == pytest.approx(1e-3 * np.sqrt(10.0), rel=0.08)


@cases(30)
@given(st.floats(50, 833), st.floats(-0.01, 0.01), st.floats(0, 2e-3), st.floats(0, 0.2), st.integers(0, 99))
def test_its_clock(rate_hz: float, clock_error: float, jitter_s: float, dropped: float, seed: int) -> None:
    """Stamps run fast by the clock's error, rise strictly, and lack the share that was dropped."""
    sensor = SensorSettings(rate_hz=rate_hz, clock_error=clock_error, jitter_s=jitter_s, dropped=dropped)
    true, stamps = sample_times(sensor, 40.0, np.random.default_rng(seed))
    assert np.allclose(stamps, true * (1.0 + clock_error), atol=1e-9)
    assert (np.diff(stamps) > 0).all()
    assert len(stamps) == pytest.approx(40.0 * rate_hz * (1.0 - dropped), rel=0.05)


def test_a_whole_run_through_a_poor_sensor() -> None:
    """Range, lost samples, gap and clock are those asked for, and the truth is in that clock."""
    sensor = SensorSettings(acc_range_g=8.0, dropped=0.02, gaps=((4.0, 5.0),), clock_error=0.005)
    made = simulate(PRESETS["clipped-8g"].runner, sensor, sides=("left",), seed=1)
    plain = simulate(PRESETS["clipped-8g"].runner, SensorSettings(), sides=("left",), seed=1)
    recording = made.session.recordings[0]
    assert np.abs(recording.acc).max() <= 8.0 * STANDARD_GRAVITY
    assert not ((recording.time_s >= 4.0) & (recording.time_s < 5.0)).any()
    expected = recording.time_s[-1] * 208.0 - 208.0
    assert len(recording.time_s) == pytest.approx(0.98 * expected, rel=0.01)
    assert made.truth["ic_s"].to_numpy() == pytest.approx(1.005 * plain.truth["ic_s"].to_numpy())


def test_skin_rings_and_bone_does_not() -> None:
    """A shank's sensor on skin swings for some tens of milliseconds after contact, and is the bone's else."""
    runner = RunnerSettings(parts=(("stand", 1.5), ("run", 10.0)), style_seed=4)
    skin, bone = (
        simulate(
            runner,
            SensorSettings(perfect=True, mounting=Rotation.identity(), on_skin=on_skin),
            sides=("left",),
            placements=("shank",),
        )
        for on_skin in (True, False)
    )
    time = skin.session.recordings[0].time_s
    ringing = np.abs(skin.session.recordings[0].acc - bone.session.recordings[0].acc).max(axis=1)
    ic = skin.truth["ic_s"].to_numpy()[2:-1]
    since = time[:, None] - ic[None, :]
    struck = ((since > 0.005) & (since < 0.08)).any(axis=1)
    late = ((since > 0.30) & (since < 0.5)).any(axis=1)
    assert ringing[struck].max() > 5.0
    assert ringing[late].max() < 0.02


@pytest.mark.parametrize(
    "wrong", [{"rate_hz": 20.0}, {"acc_range_g": 0.0}, {"clock_error": 0.2}, {"dropped": 0.7}]
)
def test_impossible_sensors_are_refused(wrong: dict[str, float]) -> None:
    """What no sensor is, in one line."""
    with pytest.raises(UsageError):
        SensorSettings(**wrong)
