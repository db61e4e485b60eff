"""Movements that are not a running foot or shank, by simple physics; all in one sensor's recording."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation, RotationSpline

from gait.recording.model import Recording
from tests.properties import is_long

G = 9.80665
FINE_HZ = 400
SECONDS = 40.0 if is_long() else 24.0
"""Length of a movement."""


def sensed(
    time_s: np.ndarray,
    attitude: Rotation,
    place_m: np.ndarray,
    rng: np.random.Generator,
    rate_hz: float,
    *,
    gyroscope: bool,
    placement: str,
    felt: np.ndarray | None = None,
) -> Recording:
    """What a sensor at a moving place reads; `felt` is acceleration beyond that of the place, world frame."""
    at = np.arange(time_s[0] + 0.05, time_s[-1] - 0.05, 1.0 / rate_hz)
    # Every second instant of the motion says all of it: a spline of turns costs most of a test.
    spin = RotationSpline(time_s[::2], attitude[::2])
    force = CubicSpline(time_s[::2], place_m[::2]).derivative(2)(at) + np.array([0.0, 0.0, G])
    if felt is not None:
        force = force + np.column_stack([np.interp(at, time_s, felt[:, axis]) for axis in range(3)])
    mount = Rotation.random(rng=rng)
    acc = mount.apply(spin(at).inv().apply(force)) + rng.normal(0.0, 0.03, (len(at), 3))
    gyr = mount.apply(spin(at, 1)) + rng.normal(0.0, 0.003, (len(at), 3)) + rng.normal(0.0, 0.01, 3)
    return Recording(
        placement, "left", at - at[0], acc, gyr if gyroscope else None, rate_hz=rate_hz, acc_range_g=16.0
    )


def _phase(rng: np.random.Generator, hertz: float, seconds: float, vary: float) -> tuple[np.ndarray, ...]:
    time_s = np.arange(0.0, seconds, 1.0 / FINE_HZ)
    wander = gaussian_filter1d(rng.normal(size=len(time_s)), FINE_HZ) * np.sqrt(3.5 * FINE_HZ)
    phase = np.cumsum(2.0 * np.pi * hertz * (1.0 + vary * wander)) / FINE_HZ
    moving = np.clip(np.minimum(time_s - 2.0, seconds - 2.0 - time_s), 0.0, 1.0)
    return time_s, phase, moving


def _attitude(yaw: np.ndarray, pitch: np.ndarray, roll: np.ndarray) -> Rotation:
    return Rotation.from_euler("ZYX", np.column_stack([yaw, pitch, roll]))


def _shocks(phase: np.ndarray, period: float, size_g: float) -> np.ndarray:
    """Ringing of a heel strike as it reaches the body, m/s2."""
    hits = np.zeros(len(phase))
    hits[np.flatnonzero(np.diff(np.floor(phase / period)) > 0)] = 1.0
    after = np.arange(0.0, 0.25, 1.0 / FINE_HZ)
    ring = np.exp(-after / 0.03) * np.sin(2.0 * np.pi * 12.0 * after)
    return size_g * G * np.convolve(hits, ring / ring.max())[: len(phase)]


def body(
    rng: np.random.Generator,
    where: str,
    *,
    runs: bool,
    rate_hz: float,
    gyroscope: bool,
    placement: str,
    hertz: float | None = None,
) -> Recording:
    """A phone or sensor on somebody who walks or runs: ``pocket``, ``hand``, ``bag``, ``hip``, ``wrist``."""
    hertz = hertz or (rng.uniform(1.3, 1.45) if runs else rng.uniform(0.8, 1.05))
    time_s, phase, moving = _phase(rng, hertz, SECONDS, 0.02)
    felt, place = np.zeros((len(time_s), 3)), np.zeros((len(time_s), 3))
    if runs:
        step = (phase / np.pi) % 1.0
        felt[:, 2] = (
            G * moving * (np.where(step < 0.72, np.pi / 1.44 * np.sin(np.pi * step / 0.72), 0.0) - 1.0)
        )
    else:
        place[:, 2] = rng.uniform(0.015, 0.03) * np.cos(2.0 * phase) * moving
    place[:, 0] = 0.015 * np.sin(2.0 * phase + 0.7) * moving
    place[:, 1] = rng.uniform(0.01, 0.03) * np.sin(phase + 0.3) * moving
    shock = (
        _shocks(phase, np.pi, rng.uniform(0.2, 0.8)) + _shocks(phase, 2 * np.pi, rng.uniform(0.1, 0.5))
    ) * (2.0 if runs else 1.0)
    felt[:, 2] += shock * moving
    felt[:, 0] -= 0.4 * shock * moving
    swing = {"pocket": rng.uniform(25, 36) if runs else rng.uniform(17, 27), "wrist": rng.uniform(20, 40)}
    pitch = np.radians(swing.get(where, 4.0)) * moving * np.sin(phase + rng.uniform(0.0, 6.0))
    attitude = _attitude(0.06 * np.sin(phase) * moving, pitch, 0.06 * np.sin(phase + 1.0) * moving)
    arm = {"pocket": [0.06, 0.0, -rng.uniform(0.1, 0.3)], "wrist": [0.25, 0.0, -0.3]}.get(
        where, [0.1, 0.1, 0.0]
    )
    place += attitude.apply(np.array(arm))
    return sensed(time_s, attitude, place, rng, rate_hz, gyroscope=gyroscope, placement=placement, felt=felt)


def pedalling(
    rng: np.random.Generator, rpm: float, *, rate_hz: float, gyroscope: bool, placement: str
) -> Recording:
    """A foot or shank on a bicycle's pedal, with the road's shaking."""
    time_s, phase, moving = _phase(rng, rpm / 60.0, SECONDS, 0.01)
    crank = 0.17 * moving
    place = np.column_stack([crank * np.sin(phase), 0.003 * np.sin(phase), crank * np.cos(phase)])
    tip = np.radians(rng.uniform(8, 22) if placement == "shoe" else rng.uniform(18, 25))
    attitude = _attitude(
        0.02 * np.sin(phase), tip * np.sin(phase + rng.uniform(0.0, 6.0)) * moving, 0.03 * np.sin(phase + 1.0)
    )
    place = place + attitude.apply(np.array([0.08, 0.0, 0.05 if placement == "shoe" else 0.25]))
    road = gaussian_filter1d(rng.normal(size=(len(time_s), 3)), 0.008 * FINE_HZ, axis=0)
    road *= rng.uniform(0.02, 0.3) * G / road.std()
    return sensed(
        time_s,
        attitude,
        place,
        rng,
        rate_hz,
        gyroscope=gyroscope,
        placement=placement,
        felt=road * moving[:, None],
    )


def turned(rng: np.random.Generator, *, rate_hz: float, gyroscope: bool, placement: str) -> Recording:
    """A phone turned from pose to pose in the hand: the norm stays one g."""
    count = round(SECONDS / 0.8)
    poses = Rotation.random(count, rng=rng)
    time_s = np.arange(0.0, 1.2 * (count - 1), 1.0 / 400.0)
    share = np.clip((time_s / 1.2 % 1.0 - 0.3) / 0.5, 0.0, 1.0)
    share = share**2 * (3.0 - 2.0 * share)
    index = np.minimum((time_s / 1.2).astype(int), count - 2)
    step = (poses[index].inv() * poses[index + 1]).as_rotvec()
    attitude = poses[index] * Rotation.from_rotvec(step * share[:, None])
    place = np.zeros((len(time_s), 3))
    return sensed(time_s, attitude, place, rng, rate_hz, gyroscope=gyroscope, placement=placement)


def car(rng: np.random.Generator, *, rate_hz: float, gyroscope: bool, placement: str) -> Recording:
    """A ride: shaking of several widths."""
    time_s = np.arange(0.0, 1.5 * SECONDS, 1.0 / 400.0)
    felt = sum(
        gaussian_filter1d(rng.normal(size=(len(time_s), 3)), 400.0 * width, axis=0) * np.sqrt(width)
        for width in (0.005, 0.03, 0.2)
    )
    felt *= rng.uniform(0.05, 0.35) * G / felt.std()
    sway = gaussian_filter1d(rng.normal(size=(len(time_s), 3)), 40.0, axis=0)
    attitude = Rotation.from_rotvec(0.05 * sway / sway.std())
    place = np.zeros((len(time_s), 3))
    return sensed(time_s, attitude, place, rng, rate_hz, gyroscope=gyroscope, placement=placement, felt=felt)


def swung(
    rng: np.random.Generator, hertz: float, *, rate_hz: float, gyroscope: bool, placement: str
) -> Recording:
    """A leg swung to and fro while sitting."""
    time_s, phase, moving = _phase(rng, hertz, SECONDS, 0.05)
    attitude = _attitude(
        0.0 * phase, np.radians(35.0) * np.sin(phase) * moving, 0.05 * np.sin(phase) * moving
    )
    place = attitude.apply(np.array([0.1, 0.0, -0.45]))
    return sensed(time_s, attitude, place, rng, rate_hz, gyroscope=gyroscope, placement=placement)


def jumping_jacks(rng: np.random.Generator, *, rate_hz: float, placement: str) -> Recording:
    """A foot that jumps out and in, off the ground for a third of the time; its accelerometer alone."""
    time_s, phase, moving = _phase(rng, 1.1, SECONDS, 0.01)
    share = (phase / (2.0 * np.pi)) % 1.0
    height = np.where(share < 0.35, 0.32 * (share / 0.35) * (1.0 - share / 0.35), 0.0)
    place = np.column_stack(
        [0.0 * phase, 0.25 * np.sin(0.5 * phase), gaussian_filter1d(height, 0.012 * FINE_HZ)]
    )
    felt = np.zeros((len(time_s), 3))
    felt[:, 2] = _shocks(phase - 0.8 * np.pi, 2.0 * np.pi, 4.0) * moving
    attitude = _attitude(0.0 * phase, 0.2 * np.sin(phase) * moving, 0.15 * np.sin(0.5 * phase) * moving)
    place *= moving[:, None]
    return sensed(time_s, attitude, place, rng, rate_hz, gyroscope=False, placement=placement, felt=felt)


MOTIONS: dict[str, Callable[..., Recording]] = {
    **{
        f"walks, {where}": lambda rng, where=where, **how: body(rng, where, runs=False, **how)
        for where in ("pocket", "hand", "bag")
    },
    **{
        f"runs, {where}": lambda rng, where=where, **how: body(rng, where, runs=True, **how)
        for where in ("pocket", "hip", "wrist", "bag")
    },
    "stairs, pocket": lambda rng, **how: body(rng, "pocket", runs=False, hertz=0.72, **how),
    **{
        f"pedals at {rpm}": lambda rng, rpm=rpm, **how: pedalling(rng, rpm, **how)
        for rpm in (60, 75, 90, 100)
    },
    "turned in the hand": turned,
    "in a car": car,
    "swung while sitting": lambda rng, **how: swung(rng, 1.2, **how),
}
"""What it is -> how to make it: ``rng``, ``rate_hz``, ``gyroscope``, ``placement``."""
