"""What a sensor anywhere on a moving shank measures, from the pose of the shank and the force's contacts.

The motion is that of Fukuchi, Fukuchi & Duarte 2017 (10.7717/peerj.3298, figshare 4543435), as one ``.npz`` a
trial: ``{side}_shank_quat`` (n, 4) and ``{side}_shank_pos`` (n, 3) in the world, ``{side}_shank_mark`` (4, 3)
markers in the shank's frame (two above two), ``fs``, and the contacts ``side``, ``ic_s``, ``tc_s``. Motion
capture is smooth, so ringing and soft tissue under the sensor, noise and filters are added by chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from poses import PACE, SLOW, SLOW_PACE
from scipy.interpolate import CubicSpline
from scipy.signal import bilinear, butter, lfilter, lfilter_zi, sosfiltfilt
from scipy.spatial.transform import Rotation, RotationSpline

G = 9.80665
FINE_HZ = 600.0
"""Rate at which the motion is evaluated before the sensor samples it."""
RATES_HZ = {50.0: 0.04, 70.0: 0.06, 100.0: 0.20, 143.0: 0.15, 200.0: 0.25, 208.0: 0.15, 400.0: 0.15}
RANGES_G = (8.0, 16.0, 16.0, 32.0)
RANGES_DPS = (1000.0, 2000.0)


@dataclass(frozen=True)
class Sensed:
    """A sensor's samples, m/s2 and rad/s, its data sheet, and the true contacts, s."""

    runner: str
    trial: str
    side: str
    plain: bool
    time_s: np.ndarray
    acc: np.ndarray
    gyr: np.ndarray
    rate_hz: float
    range_g: float
    ic_s: np.ndarray
    tc_s: np.ndarray
    slow: bool = False


def trials(folder: Path) -> list[Path]:
    """Return the trials of a folder in order of name; the runner is what stands before the underscore."""
    return sorted(folder.glob("R*_*.npz"))


def sense(path: Path, side: str, variant: int, seed: int) -> Sensed | None:
    """Return what one sensor measures, or None where the leg was not tracked.

    Parameters
    ----------
    variant
        0 and 1: a clean 200 Hz sensor at mid-shank and above the ankle; others: everything by chance.
    """
    data = np.load(path)
    if f"{side}_shank_quat" not in data:
        return None
    letters = [ord(letter) for letter in path.stem + side]
    rng = np.random.default_rng([seed, variant, *letters])
    plain = variant < 2
    stretch = 1.0 if plain else rng.uniform(*(SLOW_PACE if variant >= SLOW else PACE))
    rate_hz = 200.0 if plain else float(rng.choice(list(RATES_HZ), p=list(RATES_HZ.values())))
    range_g = 16.0 if plain else float(rng.choice(RANGES_G))
    range_dps = 2000.0 if plain else float(rng.choice(RANGES_DPS))
    own = data["side"] == side
    ic, tc = data["ic_s"][own] * stretch, data["tc_s"][own] * stretch
    pose = Rotation.from_quat(data[f"{side}_shank_quat"].astype(float))
    mark = data[f"{side}_shank_mark"].astype(float)
    place = _mid_or_distal(mark, variant) if plain else _place(mark, rng)
    position = data[f"{side}_shank_pos"].astype(float) + pose.apply(place)
    time = np.arange(len(position)) / float(data["fs"]) * stretch
    at = np.arange(0.0, time[-1], 1.0 / (rate_hz if plain else FINE_HZ))
    turning = RotationSpline(time, pose)
    attitude = turning(at)
    acc = attitude.inv().apply(CubicSpline(time, position).derivative(2)(at) + np.array([0.0, 0.0, G]))
    gyr = turning(at, 1)
    if not plain:
        _ring(at, acc, gyr, ic, attitude, rng)
        acc, gyr = _soft(acc, 0.5, rng), _soft(gyr, 0.25, rng)
        acc, gyr = _low_pass(acc, rng), _low_pass(gyr, rng)
        fine, at = at, np.arange(0.0, at[-1], 1.0 / rate_hz)
        acc, gyr = (np.stack([np.interp(at, fine, row) for row in one.T], axis=1) for one in (acc, gyr))
        gyr = gyr * rng.uniform(0.97, 1.03)
    acc_noise, gyr_noise = (0.05, 0.2) if plain else (rng.uniform(0.05, 0.6), rng.uniform(0.2, 3.0))
    mounting = Rotation.random(random_state=int(rng.integers(1 << 31)))
    acc = mounting.inv().apply(acc) + rng.normal(0.0, acc_noise, acc.shape)
    gyr = mounting.inv().apply(gyr) + np.radians(
        rng.normal(0.0, gyr_noise, gyr.shape) + rng.normal(0.0, 0.5, 3)
    )
    top = np.radians(range_dps)
    return Sensed(
        path.stem.split("_")[0], path.stem, side, plain, at,
        np.clip(acc, -range_g * G, range_g * G), np.clip(gyr, -top, top), rate_hz, range_g, ic, tc, variant >= SLOW,
    )  # fmt: skip


def _mid_or_distal(mark: np.ndarray, variant: int) -> np.ndarray:
    return mark.mean(axis=0) if variant == 0 else mark[2:].mean(axis=0) + 0.09 * _down(mark)


def _down(mark: np.ndarray) -> np.ndarray:
    down = mark[2:].mean(axis=0) - mark[:2].mean(axis=0)
    return down / np.linalg.norm(down)


def _place(mark: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a place between knee and ankle, on any side of the shank, m in its frame."""
    down, low = _down(mark), mark[2:].mean(axis=0)
    usual = (mark.mean(axis=0), low + 0.09 * down, low + 0.13 * down, low + rng.uniform(-0.28, 0.10) * down)
    place = usual[rng.choice(4, p=(0.2, 0.2, 0.1, 0.5))]
    if rng.random() < 0.5:
        across = rng.normal(size=3)
        across -= across @ down * down
        place = place + across / np.linalg.norm(across) * rng.uniform(0.02, 0.08)
    return place + rng.normal(0.0, 0.012, 3)


def _ring(
    at: np.ndarray,
    acc: np.ndarray,
    gyr: np.ndarray,
    ic: np.ndarray,
    attitude: Rotation,
    rng: np.random.Generator,
) -> None:
    """Add a damped oscillation behind each contact in three of four recordings, in place."""
    if rng.random() > 0.75:
        return
    top, hertz, decay = rng.uniform(0.0, 6.0) * G, rng.uniform(14.0, 60.0), rng.uniform(0.006, 0.03)
    rate, rate_hertz = np.radians(rng.uniform(0.0, 150.0)), rng.uniform(8.0, 40.0)
    rate_decay, delay = rng.uniform(0.008, 0.05), rng.uniform(-0.002, 0.016)
    across, about = (row / np.linalg.norm(row) for row in rng.normal(size=(2, 3)))
    up = attitude.inv().apply(np.tile([0.0, 0.0, 1.0], (len(at), 1)))
    for contact in ic:
        rows = np.flatnonzero((at >= contact + delay) & (at < contact + delay + 0.2))
        since, hard = (at[rows] - contact - delay)[:, None], rng.lognormal(0.0, 0.3)
        swing = np.exp(-since / decay) * np.sin(2.0 * np.pi * hertz * since)
        acc[rows] += hard * top * swing * (0.7 * up[rows] + 0.5 * across)
        gyr[rows] += (
            hard * rate * np.exp(-since / rate_decay) * np.sin(2 * np.pi * rate_hertz * since) * about
        )


def _soft(values: np.ndarray, chance: float, rng: np.random.Generator) -> np.ndarray:
    """Return the values on soft tissue: a mass on a spring and damper that the bone shakes, 12-45 Hz."""
    omega, damping = 2.0 * np.pi * rng.uniform(12.0, 45.0), rng.uniform(0.15, 0.6)
    if rng.random() > chance:
        return values
    b, a = bilinear([2.0 * damping * omega, omega**2], [1.0, 2.0 * damping * omega, omega**2], fs=FINE_HZ)
    start = lfilter_zi(b, a)[:, None] * values[:1]
    return lfilter(b, a, values, axis=0, zi=start)[0]


def _low_pass(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the values as three of five sensors filter them, at 20-60 Hz."""
    if rng.random() > 0.6:
        return values
    return sosfiltfilt(butter(2, rng.uniform(20.0, 60.0), fs=FINE_HZ, output="sos"), values, axis=0)
