"""The sensor strapped to the runner: mounting, range, noise, clock; what real chips do to a true motion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from gait.arrays import FloatArray
from gait.errors import UsageError
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["SensorSettings", "measure", "sample_times"]


@dataclass(frozen=True)
class SensorSettings:
    """A sensor.

    Attributes
    ----------
    rate_hz
        50-833.
    acc_range_g, gyr_range_dps
        Full scale; samples are clipped to it and quantised to 16 bit.
    gyroscope
        False for an accelerometer alone.
    mounting
        Segment to sensor; None draws any rotation from the seed.
    height_m
        Of a shoe's sensor above the sole.
    shank_height_m, shank_front_m
        Of a shank's sensor above and in front of the ankle.
    on_skin
        A shank's sensor rings on the soft tissue under it after each blow; False: fixed to the bone.
    acc_noise, gyr_noise
        Densities, m/s2 and rad/s per square root of Hz (defaults of a current consumer chip).
    acc_bias, gyr_bias
        Standard deviations of the constant offsets, m/s2 and rad/s.
    bias_walk
        rad/s gained a square root of a second by the gyroscope's offset.
    scale_error, cross_axis
        Standard deviations, relative.
    clock_error, clock_drift
        Relative error of the sample clock at the start, and what it gains an hour.
    jitter_s
        Standard deviation of the instants of sampling, about an even rate.
    dropped
        Share of samples lost at random.
    gaps
        (start_s, end_s) not recorded.
    perfect
        No noise, bias, clipping or quantisation: what the motion alone gives.
    """

    rate_hz: float = 208.0
    acc_range_g: float = 16.0
    gyr_range_dps: float = 2000.0
    gyroscope: bool = True
    mounting: Rotation | None = None
    height_m: float = 0.07
    shank_height_m: float = 0.15
    shank_front_m: float = 0.03
    on_skin: bool = True
    acc_noise: float = 1.0e-3
    gyr_noise: float = 8.0e-5
    acc_bias: float = 0.05
    gyr_bias: float = 0.005
    bias_walk: float = 1.0e-5
    scale_error: float = 0.003
    cross_axis: float = 0.003
    clock_error: float = 0.0
    clock_drift: float = 0.0
    jitter_s: float = 0.0
    dropped: float = 0.0
    gaps: tuple[tuple[float, float], ...] = ()
    perfect: bool = False

    def __post_init__(self) -> None:
        if not 50.0 <= self.rate_hz <= 833.0:
            raise UsageError(f"{self.rate_hz:g} Hz", where="rate", todo="give 50 to 833")
        if self.acc_range_g <= 0 or self.gyr_range_dps <= 0:
            raise UsageError("a range that is not positive", where="range", todo="such as 16 and 2000")
        if not -0.01 <= self.clock_error <= 0.01:
            raise UsageError(f"{self.clock_error:g}", where="clock error", todo="give -0.01 to 0.01")
        if not -0.01 <= self.clock_drift <= 0.01:
            raise UsageError(f"{self.clock_drift:g}", where="clock drift", todo="give -0.01 to 0.01 an hour")
        if not 0.0 <= self.dropped < 0.5:
            raise UsageError(f"{self.dropped:g}", where="dropped", todo="give 0 to 0.5")

    def stamped(self, true_s: FloatArray) -> FloatArray:
        """Return what the sensor's clock shows at (n,) true times, s."""
        out: FloatArray = true_s * (1.0 + self.clock_error + 0.5 * self.clock_drift / 3600.0 * true_s)
        return out

    def unstamped(self, stamp_s: FloatArray) -> FloatArray:
        """Return the (n,) true times at which the sensor's clock shows these, s."""
        rate, bend = 1.0 + self.clock_error, 0.5 * self.clock_drift / 3600.0
        # The quadratic's root near stamp / rate, in a form that holds without drift too.
        out: FloatArray = 2.0 * stamp_s / (rate + np.sqrt(rate**2 + 4.0 * bend * stamp_s))
        return out


def sample_times(
    settings: SensorSettings, duration_s: float, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Return the true times of the samples, and the stamps the sensor gives them, s."""
    count = int(duration_s * settings.rate_hz)
    stamps = np.arange(count) / settings.rate_hz
    true = settings.unstamped(stamps)
    if settings.jitter_s:
        limit = 0.4 / settings.rate_hz
        late = np.clip(rng.normal(0.0, settings.jitter_s, count), -limit, limit)
        true = true + late - late[0]
        stamps = settings.stamped(true)
    keep = rng.random(count) >= settings.dropped
    for start, stop in settings.gaps:
        keep &= (stamps < start) | (stamps >= stop)
    return true[keep], stamps[keep]


def measure(
    force: FloatArray, rate: FloatArray, settings: SensorSettings, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Return what the sensor reads of a true specific force, m/s2, and rate, rad/s, (n, 3), segment frame."""
    mounting = settings.mounting if settings.mounting is not None else Rotation.random(rng=rng)
    acc, gyr = mounting.apply(force), mounting.apply(rate)
    if settings.perfect:
        return acc, gyr
    acc = _err(acc, settings.acc_noise, settings.acc_bias, settings, rng)
    gyr = _err(gyr, settings.gyr_noise, settings.gyr_bias, settings, rng)
    walk = settings.bias_walk / np.sqrt(settings.rate_hz)
    gyr = gyr + np.cumsum(rng.normal(0.0, walk, gyr.shape), axis=0)
    return _read(acc, settings.acc_range_g * STANDARD_GRAVITY), _read(gyr, settings.gyr_range_dps * DEG)


def _err(
    true: FloatArray, density: float, bias: float, settings: SensorSettings, rng: np.random.Generator
) -> FloatArray:
    """Return (n, 3) true values with scale, cross-axis, bias and noise (a root Hz) errors."""
    mixing = np.eye(3) + rng.normal(0.0, settings.cross_axis, (3, 3))
    mixing[np.diag_indices(3)] = 1.0 + rng.normal(0.0, settings.scale_error, 3)
    noise = rng.normal(0.0, density * np.sqrt(settings.rate_hz / 2.0), true.shape)
    out: FloatArray = true @ mixing.T + rng.normal(0.0, bias, 3) + noise
    return out


def _read(true: FloatArray, limit: float) -> FloatArray:
    """Return (n, 3) values in steps of a 16-bit axis, cut off at its limit."""
    step = limit / 32768.0
    out: FloatArray = np.clip(np.rint(true / step), -32768, 32767) * step
    return out
