"""Runners and sensors by name."""

from __future__ import annotations

from dataclasses import dataclass

from gait.virtual.runner.imu import SensorSettings
from gait.virtual.runner.stride_plan import LegOffset, RunnerSettings

__all__ = ["PRESETS", "Preset"]


@dataclass(frozen=True)
class Preset:
    """A runner, a sensor and a line on what they show."""

    summary: str
    runner: RunnerSettings
    sensor: SensorSettings


_SENSOR = SensorSettings()

PRESETS: dict[str, Preset] = {
    "easy-rearfoot": Preset(
        "an easy run, heel first, as most runners do",
        RunnerSettings(cadence_spm=168, speed_m_s=2.9, strike_angle_deg=14, pronation_deg=8, style_seed=11),
        _SENSOR,
    ),
    "caving-in": Preset(
        "feet and knees that cave in, legs that swing out",
        RunnerSettings(
            speed_m_s=2.9,
            pronation_deg=19,
            circumduction_cm=9,
            knee_in_deg=11,
            strike_angle_deg=10,
            style_seed=12,
        ),
        _SENSOR,
    ),
    "overstriding": Preset(
        "a slow cadence with the heel far ahead",
        RunnerSettings(
            cadence_spm=148, speed_m_s=2.9, strike_angle_deg=24, shank_angle_deg=16, style_seed=13
        ),
        _SENSOR,
    ),
    "forefoot-fast": Preset(
        "fast, on the forefoot",
        RunnerSettings(
            cadence_spm=184,
            speed_m_s=4.8,
            strike_angle_deg=-8,
            shank_angle_deg=4,
            pronation_deg=10,
            contact_ms=178,
            style_seed=14,
        ),
        _SENSOR,
    ),
    "asymmetric": Preset(
        "the left foot stays 18 ms longer on the ground and lands flatter",
        RunnerSettings(speed_m_s=3.0, left=LegOffset(contact_ms=18, strike_deg=-8), style_seed=15),
        _SENSOR,
    ),
    "run-walk": Preset(
        "running with walking breaks and a stop",
        RunnerSettings(
            speed_m_s=2.7,
            cadence_spm=164,
            style_seed=16,
            parts=(
                ("stand", 4),
                ("run", 55),
                ("walk", 25),
                ("run", 45),
                ("stand", 8),
                ("run", 40),
                ("walk", 15),
                ("stand", 3),
            ),
        ),
        _SENSOR,
    ),
    "clipped-8g": Preset(
        "a hard lander with a sensor that ends at 8 g",
        RunnerSettings(speed_m_s=3.4, cadence_spm=172, strike_angle_deg=18, style_seed=17),
        SensorSettings(acc_range_g=8),
    ),
    "bad-mount": Preset(
        "a poor sensor: coarse clock, noise, lost samples, two gaps",
        RunnerSettings(speed_m_s=3.0, style_seed=18),
        SensorSettings(
            acc_noise=8e-3,
            gyr_noise=6e-4,
            gyr_bias=0.03,
            clock_error=0.008,
            jitter_s=0.0008,
            dropped=0.01,
            gaps=((30.0, 31.5), (70.0, 74.0)),
        ),
    ),
}
"""Name -> preset."""
