"""The virtual runner's signals have the shape of real ones, phase by phase.

Real: ``treadmill_fast`` (one runner, 180 spm, fore- to midfoot, no impact left after motion capture's
smoothing) and ``mean_stride`` (another runner's mean stride at 164 spm, rearfoot, in which the impact is
averaged away too). Virtual: a runner of the same cadence, contact time and strike, of several styles. The
signals compared need no alignment: the rate about the main axis of turning, and the size of acceleration.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter1d

from gait.frames import Placement
from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.simulate import simulate
from gait.virtual.runner.stride_plan import RunnerSettings

FloatArray = npt.NDArray[np.float64]

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
PHASE = np.linspace(0.0, 1.0, 101)
STYLES = range(1, 7)
SMOOTH = 2.0
"""Samples of phase: what motion capture's smoothing, or the mean over strides, does to the real signals."""

LIKE_TREADMILL = {
    "cadence_spm": 179.6,
    "speed_m_s": 4.65,
    "contact_ms": 177.0,
    "strike_angle_deg": -5.0,
    "shank_angle_deg": 14.0,
}
LIKE_MEAN = {"cadence_spm": 163.6, "speed_m_s": 3.0, "contact_ms": 235.0, "strike_angle_deg": 15.0}

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(
        not DATA.is_dir(), reason="no ../shared/data: real recordings are not part of the repo"
    ),
]


def mean_cycle(time: FloatArray, acc: FloatArray, gyr: FloatArray, ic: FloatArray) -> FloatArray:
    """(2, 101) main-axis rate, deg/s (of either sign), and size of acceleration, m/s2, median of strides."""
    inside = gyr[(time > ic[1]) & (time < ic[-2])]
    main = np.linalg.eigh(inside.T @ inside)[1][:, 2]
    channels = (gyr @ main, np.linalg.norm(acc, axis=1))
    cycles = [
        [np.interp(start + PHASE * (stop - start), time, one) for one in channels]
        for start, stop in pairwise(ic[1:-1])
    ]
    return np.asarray(np.median(cycles, axis=0))


def virtual_cycles(placement: Placement, like: dict[str, float], real: FloatArray) -> list[FloatArray]:
    """The same of virtual runners of several styles, smoothed, with the real one's sign."""
    out = []
    for style in STYLES:
        runner = RunnerSettings(style_seed=style, parts=(("run", 12.0),), **like)
        made = simulate(
            runner, SensorSettings(rate_hz=200.0, perfect=True), sides=("left",), placements=(placement,)
        )
        recording = made.session.recordings[0]
        assert recording.gyr is not None
        cycle = mean_cycle(
            recording.time_s, recording.acc, np.degrees(recording.gyr), made.truth["ic_s"].to_numpy()
        )
        cycle = gaussian_filter1d(cycle, SMOOTH, axis=1, mode="wrap")
        cycle[0] *= np.sign(np.corrcoef(cycle[0], real[0])[0, 1])
        out.append(cycle)
    return out


def likeness(one: FloatArray, other: FloatArray) -> tuple[float, float]:
    """Correlation, and the ratio of the largest values."""
    return float(np.corrcoef(one, other)[0, 1]), float(np.abs(other).max() / np.abs(one).max())


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(("segment", "placement"), [("foot", "shoe"), ("shank", "shank")])
def test_like_a_treadmill_runner(side: str, segment: Literal["foot", "shank"], placement: Placement) -> None:
    """Rate: r >= 0.92, peaks within 20 %; acceleration: r >= 0.8 shoe, 0.6 shank, within 35 %."""
    table = pd.read_csv(DATA / "treadmill_fast" / f"{side}_{segment}.csv")
    truth = pd.read_csv(DATA / "treadmill_fast" / "truth.csv")
    real = mean_cycle(
        table["time_s"].to_numpy(),
        table.filter(like="acc").to_numpy(),
        table.filter(like="gyr").to_numpy(),
        truth.loc[truth["side"] == side, "ic_s"].to_numpy(),
    )
    for virtual in virtual_cycles(placement, LIKE_TREADMILL, real):
        r, peak = likeness(real[0], virtual[0])
        assert r >= 0.92
        assert peak == pytest.approx(1.0, abs=0.20)
        r, peak = likeness(real[1], virtual[1])
        assert r >= (0.8 if placement == "shoe" else 0.6)
        assert peak == pytest.approx(1.0, abs=0.35)


@pytest.mark.parametrize(
    ("segment", "placement", "least"), [("foot", "shoe", 0.84), ("tibia", "shank", 0.92)]
)
def test_like_a_mean_stride(segment: Literal["foot", "tibia"], placement: Placement, least: float) -> None:
    """At another speed and strike the rate correlates with a real mean stride, 0.84 foot and 0.92 shank."""
    table = pd.read_csv(DATA / "mean_stride" / "P01_normrunning.csv")
    start = int(np.argmax(table["vgrf_r_bw"].to_numpy() > 0.05))
    table = pd.concat([table.iloc[start:], table.iloc[: start + 1]])
    gyr = table[[f"{segment}_r_gyr_{axis}_dps" for axis in "xyz"]].to_numpy()
    main = np.linalg.eigh(gyr.T @ gyr)[1][:, 2]
    real = np.interp(PHASE, np.linspace(0.0, 1.0, len(gyr)), gyr @ main)[None, :]
    for virtual in virtual_cycles(placement, LIKE_MEAN, real):
        assert likeness(real[0], virtual[0])[0] >= least
