"""Push-offs that are sharper than the landings before them: told, and not taken for landings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.engine import engine_for, strides_of
from gait.analysis.strides.landing_model import landing_from_dict, load_landing
from gait.analysis.strides.shank.accelerometer import MODEL
from gait.analysis.strides.shank.push_off import AS_SHARP, landings_of
from gait.analysis.strides.stride_batch import concatenate
from gait.virtual.runner.imu import SensorSettings


def _soft_landing(virtual, seconds: float = 10.0):
    """A virtual runner whose foot leaves the ground more sharply than it lands."""
    parts = (("stand", 1.0), ("run", seconds), ("stand", 1.0))
    made = virtual(
        placement="shank", sensor=SensorSettings(rate_hz=208.0, acc_range_g=32.0), seed=SEED,
        speed_m_s=SPEED, strike_angle_deg=STRIKE, style_seed=STYLE, parts=parts,
    )  # fmt: skip
    return replace(made.session.recordings[0], gyr=None), made.truth


SEED, STYLE, SPEED, STRIKE = 13, 1313, 2.8228, 20.445


def test_no_push_off_is_told_as_a_landing(virtual) -> None:
    """Every contact within 60 ms of the truth; before, each was 0.22 s late."""
    recording, truth = _soft_landing(virtual)
    strides, _ = strides_of(recording)
    true = truth["ic_s"].to_numpy()
    running = strides.ic_s[(strides.ic_s > true[1]) & (strides.ic_s < true[-2])]
    assert len(running) >= len(true) - 4
    assert np.abs(running[:, None] - true[None, :]).min(axis=1).max() < 0.06


def test_live_strides_are_the_same(virtual) -> None:
    """Given 0.05 s at a time, the same landings."""
    recording, _ = _soft_landing(virtual, 6.0)
    whole, _ = strides_of(recording)
    engine = engine_for(recording)
    chunks = np.array_split(np.arange(len(recording.time_s)), len(recording.time_s) // 10)
    parts = [engine.push_batch(recording.time_s[rows], recording.acc[rows], None) for rows in chunks]
    live = concatenate([*parts, engine.finish_batch()])
    assert live.ic_s == pytest.approx(whole.ic_s, abs=1e-9)
    assert live.tc_s == pytest.approx(whole.tc_s, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(("share", "odds", "told"), [(0.9, 5.0, 440), (0.9, 0.5, 500), (0.5, 5.0, 500)])
def test_the_earlier_shock_has_to_be_sharp_and_likelier(share, odds, told) -> None:
    """Of two shocks 0.3 s apart the first is the landing where it is about as sharp, and e times likelier."""
    assert AS_SHARP > 0.5
    jerk = np.full(1000, 1.0)
    jerk[500], jerk[440] = 100.0, 100.0 * share
    acc = np.zeros((1000, 3))
    # Only how far force is from one g at the shock itself counts here.
    channel = {"name": "off_gravity", "scale": 1.0, "compress": 0.0}
    model = landing_from_dict(
        {
            "window_s": [0.0, 0.005], "step_s": 0.005, "smooth_s": 0.001, "channels": [channel, channel],
            "intercept": 0.0, "weights": [[odds / 2, odds / 2], [0.0, 0.0]],
        }
    )  # fmt: skip
    acc[:, 2] = 9.80665
    acc[430:450, 2] = 2.0 * 9.80665
    measured, shock = np.zeros(1000, dtype=bool), np.array([500])
    assert landings_of(acc, jerk, measured, shock, model).tolist() == [told]
    # In a silence no shock is the sharper one.
    assert landings_of(acc, jerk, np.arange(1000) == 470, shock, model).tolist() == [500]


def test_the_shipped_classifier_reads_real_shanks() -> None:
    """It ships in the model's file, with as many weights as offsets on both channels."""
    model = load_landing(MODEL)
    assert model.weights.shape == (2, len(model.offsets))
