"""What a virtual runner will do, stride by stride: times, angles and lengths before any motion."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from gait.errors import UsageError
from gait.frames import Side

__all__ = ["LegOffset", "RunnerSettings", "StridePlan", "Style", "contact_at", "plan_strides"]

FloatArray = npt.NDArray[np.float64]
Kind = Literal["run", "walk", "stand"]

WALK_DUTY = 0.62
WALK_STRIKE_DEG = 20.0
STAND_STRIDE_S = 0.7
"""s between the two feet coming to a stand, times two."""


def contact_at(speed_m_s: float) -> float:
    """Usual ground contact time, s: falls from 0.25 at 2.5 m/s to 0.16 at 5.5 m/s.

    A straight line through the range that treadmill studies of recreational runners report.
    """
    return float(np.clip(0.323 - 0.030 * speed_m_s, 0.15, 0.32))


@dataclass(frozen=True)
class LegOffset:
    """How one leg differs from the common settings."""

    contact_ms: float = 0.0
    strike_deg: float = 0.0
    pronation_deg: float = 0.0


@dataclass(frozen=True)
class RunnerSettings:
    """A runner.

    Attributes
    ----------
    cadence_spm, speed_m_s
        Of the running parts.
    contact_ms
        None: as usual at that speed.
    strike_angle_deg
        Foot strike angle, toes up positive.
    pronation_deg
        Excursion from contact to its maximum.
    circumduction_cm
        Sideways bow of the swing.
    push_off_deg
        Pitch of the foot at toe-off; None: from the style.
    toe_out_deg
        None: from the style.
    variability
        Relative standard deviation of stride time; others scale with it. Strides are correlated (AR(1), 0.6).
    fatigue
        Relative change of cadence to the end of the run, negative slower; contact grows by twice as much.
    left, right
        Differences of the legs.
    parts
        (kind, seconds) in order; ``run``, ``walk`` or ``stand``.
    style_seed
        Draws what is this runner's own: landing velocities, roll-over, push-off, swing.
    """

    cadence_spm: float = 168.0
    speed_m_s: float = 3.0
    contact_ms: float | None = None
    strike_angle_deg: float = 15.0
    pronation_deg: float = 9.0
    circumduction_cm: float = 2.0
    push_off_deg: float | None = None
    toe_out_deg: float | None = None
    variability: float = 0.015
    fatigue: float = 0.0
    left: LegOffset = field(default_factory=LegOffset)
    right: LegOffset = field(default_factory=LegOffset)
    parts: tuple[tuple[Kind, float], ...] = (("stand", 3.0), ("run", 120.0), ("stand", 2.0))
    style_seed: int = 1

    def __post_init__(self) -> None:
        limits = {
            "cadence_spm": (120.0, 230.0),
            "speed_m_s": (1.5, 7.0),
            "contact_ms": (110.0, 400.0),
            "strike_angle_deg": (-20.0, 35.0),
            "pronation_deg": (0.0, 25.0),
            "circumduction_cm": (0.0, 20.0),
            "variability": (0.0, 0.1),
            "fatigue": (-0.2, 0.2),
        }
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise UsageError(f"{value:g}", where=name, todo=f"give {low:g} to {high:g}")
        contact = (self.contact_ms or 1e3 * contact_at(self.speed_m_s)) / 1e3
        if contact > 0.49 * 120.0 / self.cadence_spm:
            raise UsageError(
                f"contact of {1e3 * contact:.0f} ms at {self.cadence_spm:g} spm leaves no flight",
                where="contact_ms",
                todo="shorten contact or lower the cadence",
            )


@dataclass(frozen=True)
class Style:
    """What is a runner's own; drawn within ranges seen in published curves."""

    landing_v: float
    landing_forward: float
    sole_m: float
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
    late_deg: float
    heel_lift_m: float
    clearance_m: float
    inversion_deg: float
    pronation_at: float
    toe_out_deg: float
    shock_hz: float
    shock_m: float

    @classmethod
    def draw(cls, settings: RunnerSettings) -> Style:
        """The style of ``settings.style_seed``."""
        rng = np.random.default_rng(settings.style_seed)
        fast = settings.speed_m_s - 3.0
        landing = rng.uniform(0.7, 1.3)
        return cls(
            landing_v=landing,
            landing_forward=rng.uniform(0.5, 1.4),
            sole_m=rng.uniform(0.003, 0.007),
            stop_s=rng.uniform(0.012, 0.024),
            shear_s=rng.uniform(0.014, 0.028),
            flat_s=rng.uniform(0.030, 0.045) + abs(settings.strike_angle_deg) * rng.uniform(0.0006, 0.0011),
            heel_off=rng.uniform(0.50, 0.56),
            push_off_deg=settings.push_off_deg or -rng.uniform(42.0, 54.0),
            push_off_dps=-rng.uniform(560.0, 700.0) - 40.0 * fast,
            push_off_dps2=rng.uniform(9000.0, 14000.0),
            landing_dps=-rng.uniform(20.0, 200.0),
            landing_dps2=rng.uniform(2000.0, 9000.0),
            swing_deg=-rng.uniform(80.0, 102.0) - 6.0 * fast,
            late_deg=rng.uniform(4.0, 12.0),
            heel_lift_m=rng.uniform(0.20, 0.30) + 0.05 * fast,
            clearance_m=rng.uniform(0.06, 0.11),
            inversion_deg=rng.uniform(3.0, 8.0),
            pronation_at=rng.uniform(0.32, 0.42),
            toe_out_deg=rng.uniform(3.0, 14.0) if settings.toe_out_deg is None else settings.toe_out_deg,
            shock_hz=rng.uniform(18.0, 32.0),
            shock_m=rng.uniform(0.0004, 0.0012) * landing,
        )


@dataclass(frozen=True)
class StridePlan:
    """Every stride of one leg; (n,) each, the last one only begins.

    Attributes
    ----------
    ic_s, tc_s
        Contacts, s.
    strike_deg, pronation_deg
        Angles at contact, excursions.
    pivot_m
        Where the flat foot stands along the way, m.
    effort
        1 for running, less for walking: scales swing and landing.
    kind
        0 run, 1 walk, 2 stand.
    bow_cm
        Sideways bow of the swing.
    """

    side: Side
    ic_s: FloatArray
    tc_s: FloatArray
    strike_deg: FloatArray
    pronation_deg: FloatArray
    pivot_m: FloatArray
    effort: FloatArray
    kind: npt.NDArray[np.int64]
    bow_cm: float

    def __len__(self) -> int:
        return len(self.ic_s)


def plan_strides(settings: RunnerSettings, seed: int) -> tuple[StridePlan, StridePlan]:
    """Left and right leg's strides, correlated from stride to stride, reproducible from `seed`."""
    rng = np.random.default_rng(seed)
    kind, base = _rhythm(settings)
    n = len(base)
    noise = [_correlated(rng, n) for _ in range(5)]
    run = kind == 0
    moving = kind != 2
    total = max(int(moving.sum()), 1)
    tired = settings.fatigue * np.cumsum(moving) / total
    stride = base * np.where(moving, (1.0 + settings.variability * noise[0]) / (1.0 + tired), 1.0)
    start = np.r_[0.0, np.cumsum(stride)[:-1]]
    speed = np.where(run, settings.speed_m_s, np.where(kind == 1, 1.4, 0.0))
    length = np.where(moving, speed * stride, 0.45)
    usual = (settings.contact_ms or 1e3 * contact_at(settings.speed_m_s)) / 1e3
    contact = np.where(run, usual * (1.0 + settings.variability * noise[1] - 2.0 * tired), WALK_DUTY * stride)
    strike = (
        np.where(run, settings.strike_angle_deg, WALK_STRIKE_DEG) + 100.0 * settings.variability * noise[2]
    )
    pronation = settings.pronation_deg + 50.0 * settings.variability * noise[3]
    effort = np.where(run, 1.0, 0.45)
    pivot = np.r_[0.0, np.cumsum(length)[:-1]]
    half = np.where(kind == 2, 0.5 * STAND_STRIDE_S, 0.5 * stride)
    legs = []
    for side, own, shift in (("left", settings.left, 0.0), ("right", settings.right, 1.0)):
        ic = start + shift * half
        own_stride = np.diff(ic, append=ic[-1] + stride[-1])
        touch = np.where(kind == 2, own_stride - 0.45, contact + 1e-3 * own.contact_ms * run)
        touch = np.where(kind == 1, WALK_DUTY * own_stride, touch)
        side_noise = 30.0 * settings.variability * noise[4] * (1.0 if side == "left" else -1.0)
        legs.append(
            StridePlan(
                "left" if side == "left" else "right",
                ic,
                ic + np.clip(touch, 0.1, own_stride - 0.12),
                np.where(kind == 2, 5.0, strike + own.strike_deg * run + side_noise),
                np.maximum(pronation + own.pronation_deg, 0.0),
                pivot + shift * 0.5 * length,
                effort,
                kind,
                settings.circumduction_cm,
            )
        )
    return legs[0], legs[1]


def _rhythm(settings: RunnerSettings) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Kind and mean duration of every stride."""
    kinds: list[int] = []
    times: list[float] = []
    for kind, seconds in settings.parts:
        if kind == "stand":
            kinds.append(2)
            times.append(max(seconds, 1.2))
            continue
        one = 120.0 / settings.cadence_spm if kind == "run" else 1.1
        count = max(round(seconds / one), 1)
        kinds += [0 if kind == "run" else 1] * count
        times += [one] * count
    if not kinds:
        raise UsageError("no parts", where="parts", todo="give at least one of run, walk, stand")
    if kinds[-1] != 2:
        kinds.append(2)
        times.append(1.5)
    return np.array(kinds), np.array(times)


def _correlated(rng: np.random.Generator, n: int, memory: float = 0.6) -> FloatArray:
    """(n,) standard normal, each like the one before."""
    fresh = rng.normal(size=n)
    out = np.empty(n)
    last = 0.0
    for index, value in enumerate(fresh):
        last = memory * last + np.sqrt(1.0 - memory**2) * value if index else value
        out[index] = last
    return out
