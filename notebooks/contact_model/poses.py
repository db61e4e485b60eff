"""Real motion of feet and shanks, and what an inertial sensor anywhere on them would measure.

The motion is that of Fukuchi, Fukuchi & Duarte 2017 (10.7717/peerj.3298; data 10.6084/m9.figshare.4543435):
runners on a treadmill with force plates, reduced to one file a trial, ``RUNNER_SPEED.npz``, with the pose of
each segment (quaternions x, y, z, w and positions, m, world z up), its markers in the segment frame, m, and the
contacts from force. Motion capture is smooth, so a sensor's own faults are added: its place, rate, ranges,
noise, filters, and the ringing of an impact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.signal import butter, sosfiltfilt
from scipy.spatial.transform import Rotation, RotationSpline

GRAVITY = 9.80665
PLACES = {"foot": ("instep", "heel", "lateral"), "shank": ("middle", "distal")}
PACE, SLOW_PACE = (0.88, 1.15), (1.15, 1.5)
"""Factors on the time of the motion: the runners' own paces, and joggers', of whom no real motion is at hand."""
SLOW = 50
"""Number of the first variant at a slow pace."""
FINE_HZ = 600.0
"""Rate at which a sensor's faults are added before it is sampled at its own."""


@dataclass(frozen=True)
class Trial:
    """One leg segment of a runner in one trial.

    Attributes
    ----------
    time_s, rotation, position
        (n,) s, n rotations segment to world, (n, 3) m.
    markers
        (k, 3) m, segment frame.
    ic_s, tc_s, strike_deg
        (m,) contacts by force, foot strike angle.
    """

    runner: str
    name: str
    side: str
    segment: str
    time_s: np.ndarray
    rotation: Rotation
    position: np.ndarray
    markers: np.ndarray
    ic_s: np.ndarray
    tc_s: np.ndarray
    strike_deg: np.ndarray


@dataclass(frozen=True)
class Faults:
    """How a sensor sits and what it does to the signal; what is 0 or None is left out.

    Attributes
    ----------
    stretch
        Factor on the time of the whole motion: another pace.
    ringing
        (acceleration m/s2, its Hz, decay s, delay s, rate rad/s, its Hz, decay s) after each impact.
    low_pass_hz
        Cut-off of acceleration and rate.
    """

    place: str = "instep"
    shift_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rate_hz: float = 200.0
    stretch: float = 1.0
    ringing: tuple[float, ...] | None = None
    low_pass_hz: tuple[float, float] | None = None
    gain: float = 1.0
    acc_noise: float = 0.05
    gyr_noise: float = 0.0035
    acc_range_g: float = 16.0
    gyr_range_dps: float = 2000.0


@dataclass(frozen=True)
class Measured:
    """What a sensor measured, m/s2 and rad/s in its own frame, and the truth in its time."""

    time_s: np.ndarray
    acc: np.ndarray
    gyr: np.ndarray
    ic_s: np.ndarray
    tc_s: np.ndarray
    strike_deg: np.ndarray


def trials(folder: Path, segment: str) -> Iterator[Trial]:
    """Give every leg segment of every trial in a folder, in order of names."""
    for file in sorted(folder.glob("R*.npz")):
        with np.load(file) as data:
            for side in ("left", "right"):
                key = f"{side}_{segment}"
                if f"{key}_quat" not in data:
                    continue
                own = data["side"] == side
                position = data[f"{key}_pos"].astype(float)
                yield Trial(
                    file.stem.split("_")[0],
                    file.stem,
                    side,
                    segment,
                    np.arange(len(position)) / float(data["fs"]),
                    Rotation.from_quat(data[f"{key}_quat"].astype(float)),
                    position,
                    data[f"{key}_mark"].astype(float),
                    data["ic_s"][own],
                    data["tc_s"][own],
                    data["fsa_deg"][own],
                )


def random_faults(rng: np.random.Generator, segment: str, variant: int) -> Faults:
    """Return a sensor: the first variants one a place and faultless, the others drawn at random.

    From variant `SLOW` on the motion is stretched to a jogger's pace; its landings ring all the same.
    """
    places = PLACES[segment]
    if variant < len(places):
        return Faults(place=places[variant])
    slow = variant >= SLOW
    rings = rng.random() < 0.75 or slow
    filtered = rng.random() < 0.6
    return Faults(
        place=places[rng.integers(len(places))],
        shift_m=tuple(rng.normal(0.0, 0.012, 3)),
        rate_hz=float(rng.choice([50.0, 100.0, 143.0, 200.0, 400.0], p=[0.08, 0.23, 0.23, 0.23, 0.23])),
        stretch=rng.uniform(*(SLOW_PACE if slow else PACE)),
        ringing=_random_ringing(rng) if rings else None,
        low_pass_hz=tuple(rng.uniform(20.0, 60.0, 2)) if filtered else None,
        gain=rng.uniform(0.97, 1.03),
        acc_noise=rng.uniform(0.05, 0.6),
        gyr_noise=rng.uniform(0.0035, 0.05),
        acc_range_g=float(rng.choice([8.0, 16.0, 16.0, 32.0])),
        gyr_range_dps=float(rng.choice([1000.0, 2000.0])),
    )


def _random_ringing(rng: np.random.Generator) -> tuple[float, ...]:
    return (
        rng.uniform(0.0, 6.0) * GRAVITY,
        rng.uniform(14.0, 60.0),
        rng.uniform(0.006, 0.030),
        rng.uniform(-0.002, 0.016),
        np.radians(rng.uniform(0.0, 200.0)),
        rng.uniform(10.0, 40.0),
        rng.uniform(0.008, 0.030),
    )


def sensor_position(trial: Trial, place: str) -> np.ndarray:
    """Return (3,) m from the origin of the segment's markers, segment frame.

    Notes
    -----
    Markers of a foot: heel bottom, heel top, heel lateral, first and fifth metatarsal head; of a shank: two at
    the knee, then two above the ankle.
    """
    mark = trial.markers
    if trial.segment == "shank":
        middle = mark.mean(axis=0)
        down = mark[2:].mean(axis=0) - mark[:2].mean(axis=0)
        return middle if place == "middle" else mark[2:].mean(axis=0) + 0.09 * down / np.linalg.norm(down)
    if place == "lateral":
        return 0.5 * (mark[2] + mark[4])
    up = _up_when_flat(trial)
    if place == "heel":
        return mark[1] + 0.01 * up
    heel, ball = 0.5 * (mark[0] + mark[1]), 0.5 * (mark[3] + mark[4])
    return 0.4 * heel + 0.6 * ball + 0.03 * up


def _up_when_flat(trial: Trial) -> np.ndarray:
    """Return (3,) the world's vertical in the segment frame in mid-stance (35 to 50 % of contact)."""
    share = (trial.time_s[:, None] - trial.ic_s) / (trial.tc_s - trial.ic_s)
    flat = ((share > 0.35) & (share < 0.50)).any(axis=1)
    up = trial.rotation[np.flatnonzero(flat)].inv().apply([0.0, 0.0, 1.0]).mean(axis=0)
    return up / np.linalg.norm(up)


def measure(trial: Trial, faults: Faults, rng: np.random.Generator) -> Measured:
    """Return what a sensor with some faults measures, mounted in a random direction."""
    time_s = trial.time_s * faults.stretch
    place = sensor_position(trial, faults.place) + np.array(faults.shift_m)
    path = CubicSpline(time_s, trial.position + trial.rotation.apply(place))
    spin = RotationSpline(time_s, trial.rotation)
    fine = np.arange(0.0, time_s[-1], 1.0 / max(FINE_HZ, faults.rate_hz))
    pose = spin(fine)
    acc = pose.inv().apply(path.derivative(2)(fine) + np.array([0.0, 0.0, GRAVITY]))
    gyr = spin(fine, 1)
    ic_s, tc_s = trial.ic_s * faults.stretch, trial.tc_s * faults.stretch
    if faults.ringing is not None:
        up = pose.inv().apply([0.0, 0.0, 1.0])
        _ring(fine, acc, gyr, up, ic_s, faults.ringing, rng)
    if faults.low_pass_hz is not None:
        rate = 1.0 / (fine[1] - fine[0])
        acc, gyr = (
            sosfiltfilt(butter(2, cut, fs=rate, output="sos"), values, axis=0)
            for values, cut in ((acc, faults.low_pass_hz[0]), (gyr, faults.low_pass_hz[1]))
        )
    own = np.arange(0.0, fine[-1], 1.0 / faults.rate_hz)
    acc, gyr = (np.column_stack([np.interp(own, fine, one) for one in values.T]) for values in (acc, gyr))
    mounted = Rotation.random(random_state=int(rng.integers(1 << 31))).inv()
    offset = rng.normal(0.0, np.radians(0.5), 3)
    acc = mounted.apply(acc) + rng.normal(0.0, faults.acc_noise, acc.shape)
    gyr = mounted.apply(faults.gain * gyr) + rng.normal(0.0, faults.gyr_noise, gyr.shape) + offset
    acc_most, gyr_most = faults.acc_range_g * GRAVITY, np.radians(faults.gyr_range_dps)
    return Measured(
        own,
        acc.clip(-acc_most, acc_most),
        gyr.clip(-gyr_most, gyr_most),
        ic_s,
        tc_s,
        trial.strike_deg,
    )


def _ring(
    time_s: np.ndarray,
    acc: np.ndarray,
    gyr: np.ndarray,
    up: np.ndarray,
    ic_s: np.ndarray,
    ringing: tuple[float, ...],
    rng: np.random.Generator,
) -> None:
    """Add decaying oscillations of acceleration and rate after each contact, in place."""
    acc_size, acc_hz, acc_decay_s, delay_s, gyr_size, gyr_hz, gyr_decay_s = ringing
    push, axis = rng.normal(size=(2, 3)) * np.array([[1.0, 1.0, 2.0], [1.0, 1.0, 1.0]])
    push, axis = push / np.linalg.norm(push), axis / np.linalg.norm(axis)
    for contact in ic_s + delay_s:
        rows = np.flatnonzero((time_s >= contact) & (time_s < contact + 0.15))
        since, size = time_s[rows] - contact, rng.lognormal(0.0, 0.3)
        wave = size * acc_size * np.exp(-since / acc_decay_s) * np.sin(2.0 * np.pi * acc_hz * since)
        acc[rows] += wave[:, None] * (0.7 * up[rows] + 0.5 * push)
        wave = size * gyr_size * np.exp(-since / gyr_decay_s) * np.sin(2.0 * np.pi * gyr_hz * since)
        gyr[rows] += wave[:, None] * axis
