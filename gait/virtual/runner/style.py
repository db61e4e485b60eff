"""Draw a virtual runner's own style: how they land, roll over, push off and swing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gait.virtual.runner.stride_plan import RunnerSettings

__all__ = ["Style"]


@dataclass(frozen=True)
class Style:
    """Style of one runner; drawn within ranges seen in published curves."""

    landing_v: float
    landing_forward: float
    stop_s: float
    shear_s: float
    flat_s: float
    heel_off: float
    push_off_deg: float
    push_off_dps: float
    push_off_dps2: float
    landing_dps: float
    landing_dps2: float
    swing_deg: float
    late_s: float
    heel_lift_m: float
    clearance_m: float
    inversion_deg: float
    pronation_at: float
    toe_out_deg: float
    shock_hz: float
    shock_m: float
    shank_landing_dps: float
    shank_landing_dps2: float
    shank_sweep_deg: float
    shank_early: float
    shank_most: float
    shank_leaving_dps: float
    shank_leaving_dps2: float
    shank_lift_deg: float
    shank_late_deg: float
    shank_axial_deg: float
    ring_hz: float
    ring_m: float
    landing_brake: float
    toe_roll_m: float
    toe_up: float
    toe_on: float
    toe_acc: float
    swing_yaw_deg: float
    ball_m: float
    swing_roll_deg: float

    @classmethod
    def draw(cls, settings: RunnerSettings) -> Style:
        """Return the style of ``settings.style_seed``."""
        rng = np.random.default_rng(settings.style_seed)
        fast = settings.speed_m_s - 3.0
        landing = rng.uniform(0.7, 1.3)
        return cls(
            landing_v=landing,
            landing_forward=rng.uniform(0.5, 1.4) * (1.0 + 0.2 * fast),
            stop_s=rng.uniform(0.012, 0.024),
            shear_s=rng.uniform(0.014, 0.028),
            flat_s=rng.uniform(0.030, 0.045) + abs(settings.strike_angle_deg) * rng.uniform(0.0006, 0.0011),
            heel_off=rng.uniform(0.43, 0.50),
            push_off_deg=settings.push_off_deg or -rng.uniform(42.0, 54.0),
            push_off_dps=-rng.uniform(500.0, 620.0) - 80.0 * fast,
            push_off_dps2=rng.uniform(9000.0, 14000.0),
            landing_dps=-rng.uniform(200.0, 420.0),
            landing_dps2=rng.uniform(2000.0, 9000.0),
            swing_deg=-rng.uniform(84.0, 110.0) - 7.0 * fast,
            late_s=rng.uniform(0.008, 0.012),
            heel_lift_m=rng.uniform(0.24, 0.34) + 0.06 * fast,
            clearance_m=rng.uniform(0.06, 0.11),
            inversion_deg=rng.uniform(3.0, 8.0),
            pronation_at=rng.uniform(0.32, 0.42),
            toe_out_deg=rng.uniform(3.0, 14.0) if settings.toe_out_deg is None else settings.toe_out_deg,
            shock_hz=rng.uniform(18.0, 32.0),
            shock_m=rng.uniform(0.0002, 0.0007) * landing,
            shank_landing_dps=-rng.uniform(180.0, 320.0) - 40.0 * fast,
            shank_landing_dps2=-rng.uniform(3000.0, 9000.0),
            shank_sweep_deg=rng.uniform(41.0, 50.0),
            shank_early=rng.uniform(0.37, 0.45),
            shank_most=rng.uniform(0.90, 0.97),
            shank_leaving_dps=-rng.uniform(20.0, 90.0),
            shank_leaving_dps2=-rng.uniform(1500.0, 8000.0),
            shank_lift_deg=rng.uniform(48.0, 60.0) + 10.0 * fast,
            shank_late_deg=rng.uniform(1.0, 5.0),
            shank_axial_deg=rng.uniform(3.0, 9.0),
            ring_hz=rng.uniform(12.0, 25.0),
            ring_m=rng.uniform(0.0002, 0.0006) * landing,
            landing_brake=rng.uniform(20.0, 60.0) * (1.0 + 0.2 * fast),
            toe_roll_m=rng.uniform(0.008, 0.018),
            toe_up=rng.uniform(0.5, 0.9) + 0.1 * fast,
            toe_on=rng.uniform(0.3, 0.8) + 0.1 * fast,
            toe_acc=rng.uniform(35.0, 65.0),
            swing_yaw_deg=rng.uniform(5.0, 14.0),
            ball_m=rng.uniform(0.06, 0.09),
            swing_roll_deg=rng.uniform(1.0, 8.0),
        )
