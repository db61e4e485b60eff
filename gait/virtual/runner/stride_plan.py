"""Plan a virtual run stride by stride: times, angles and lengths before any motion."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from gait.arrays import FloatArray
from gait.errors import UsageError
from gait.frames import Side

__all__ = ["LegOffset", "RunnerSettings", "StridePlan", "Turn", "contact_at", "plan_strides"]

Kind = Literal["run", "walk", "stand"]

WALK_DUTY = 0.62  # share of a walker's stride in contact (chosen: textbooks have 60 to 62 %)
WALK_STRIKE_DEG = 20.0  # deg; a walker's foot lands with the toes up (chosen: textbooks have 20 to 25)
WALK_SHANK_DEG = 18.0  # deg that a walker's shank leans back at landing (chosen: about a straight leg's)
STAND_STRIDE_S = 0.7
"""s between the two feet coming to a stand, times two (chosen: a usual stride)."""


def contact_at(speed_m_s: float) -> float:
    """Return the usual ground contact time, s: falls from 0.25 at 2.5 m/s to 0.16 at 5.5 m/s.

    A straight line through the range that treadmill studies of recreational runners report.
    """
    return float(np.clip(0.323 - 0.030 * speed_m_s, 0.15, 0.32))


@dataclass(frozen=True)
class LegOffset:
    """How one leg differs from the common settings."""

    contact_ms: float = 0.0
    strike_deg: float = 0.0
    pronation_deg: float = 0.0
    shank_deg: float = 0.0


@dataclass(frozen=True)
class Turn:
    """A change of heading by `degrees` to the left, from `at_s` on, over `over_s`."""

    at_s: float
    degrees: float
    over_s: float = 4.0

    def __post_init__(self) -> None:
        if not (self.at_s >= 0.0 and self.over_s > 0.0 and -720.0 <= self.degrees <= 720.0):
            raise UsageError(
                f"a turn at {self.at_s:g} s by {self.degrees:g} deg over {self.over_s:g} s",
                where="turn",
                todo="give seconds from 0 on, degrees within 720, and a duration above 0",
            )


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
    pronation_deg, pronation_rate_dps
        Excursion from contact to its maximum, and the fastest rate on the way; None: from the style.
    circumduction_cm
        Sideways bow of the swing.
    shank_angle_deg
        Of the shank at contact against the vertical, foot ahead of the knee positive (overstriding).
    knee_in_deg
        Inward lean of the shank from contact to its maximum in stance.
    step_width_cm
        Between the lines of left and right feet.
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
    turns
        Changes of heading.
    slope_percent
        Of the ground along the first heading, uphill positive.
    parts
        (kind, seconds) in order; ``run``, ``walk`` or ``stand``. Where there is no stand at the beginning or
        the end, a short one is added.
    style_seed
        Draws what is this runner's own: landing velocities, roll-over, push-off, swing.
    """

    cadence_spm: float = 168.0
    speed_m_s: float = 3.0
    contact_ms: float | None = None
    strike_angle_deg: float = 15.0
    pronation_deg: float = 9.0
    pronation_rate_dps: float | None = None
    circumduction_cm: float = 2.0
    shank_angle_deg: float = 8.0
    knee_in_deg: float = 4.0
    step_width_cm: float = 6.0
    push_off_deg: float | None = None
    toe_out_deg: float | None = None
    variability: float = 0.015
    fatigue: float = 0.0
    left: LegOffset = field(default_factory=LegOffset)
    right: LegOffset = field(default_factory=LegOffset)
    turns: tuple[Turn, ...] = ()
    slope_percent: float = 0.0
    parts: tuple[tuple[Kind, float], ...] = (("stand", 3.0), ("run", 120.0), ("stand", 2.0))
    style_seed: int = 1

    def __post_init__(self) -> None:
        limits = {
            "cadence_spm": (120.0, 230.0),
            "speed_m_s": (1.5, 7.0),
            "contact_ms": (110.0, 400.0),
            "strike_angle_deg": (-20.0, 35.0),
            "pronation_deg": (0.0, 25.0),
            "pronation_rate_dps": (20.0, 1500.0),
            "circumduction_cm": (0.0, 20.0),
            "shank_angle_deg": (-10.0, 30.0),
            "knee_in_deg": (0.0, 20.0),
            "step_width_cm": (-10.0, 40.0),
            "slope_percent": (-40.0, 40.0),
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
    pronation_rate_dps
        Fastest rate of pronation; None: from the style.
    shank_deg
        Angle of the shank at contact.
    knee_in_deg
        Inward lean of the shank in stance.
    aside_m
        Of the foot's line to the left of the way.
    heading_rad, place_m
        (n,), (n, 2): heading of the way at each footprint, and where the way is there.
    slope_percent
        Of the ground.
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
    pronation_rate_dps: float | None
    shank_deg: FloatArray
    knee_in_deg: float
    aside_m: float
    heading_rad: FloatArray
    place_m: FloatArray
    slope_percent: float

    def __len__(self) -> int:
        return len(self.ic_s)


def plan_strides(settings: RunnerSettings, seed: int) -> tuple[StridePlan, StridePlan]:
    """Return the left and the right leg's strides, correlated one to the next, reproducible from `seed`."""
    rng = np.random.default_rng(seed)
    kind, base = _rhythm(settings)
    n = len(base)
    noise = [_correlated(rng, n) for _ in range(6)]
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
    shank = np.array([settings.shank_angle_deg, WALK_SHANK_DEG, 0.0])[kind] + 50.0 * settings.variability * (
        noise[5] * moving
    )
    ways = _ways(settings.turns, np.stack([start, start + half]), np.stack([pivot, pivot + 0.5 * length]))
    legs = []
    for side, own, shift, (heading, place) in (
        ("left", settings.left, 0.0, ways[0]),
        ("right", settings.right, 1.0, ways[1]),
    ):
        ic = start + shift * half
        ic[0] = 0.0
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
                settings.pronation_rate_dps,
                shank + own.shank_deg * run,
                settings.knee_in_deg,
                0.005 * settings.step_width_cm * (1.0 if side == "left" else -1.0),
                heading,
                place,
                settings.slope_percent,
            )
        )
    return legs[0], legs[1]


def _ways(
    turns: tuple[Turn, ...], time_s: FloatArray, along_m: FloatArray
) -> list[tuple[FloatArray, FloatArray]]:
    """Return heading, rad, and place of the path, (n, 2) m, at the footprints of both legs, (2, n) each."""
    order = np.argsort(along_m.ravel(), kind="stable")
    now = time_s.ravel()[order]
    heading = np.zeros(len(now))
    for turn in turns:
        share = np.clip((now - turn.at_s) / turn.over_s, 0.0, 1.0)
        heading += np.radians(turn.degrees) * share**2 * (3.0 - 2.0 * share)
    steps = np.diff(along_m.ravel()[order], prepend=0.0)
    middle = heading - 0.5 * np.diff(heading, prepend=heading[0])
    place = np.cumsum(steps[:, None] * np.column_stack([np.cos(middle), np.sin(middle)]), axis=0)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return [(heading[rows], place[rows]) for rows in back.reshape(along_m.shape)]


def _rhythm(settings: RunnerSettings) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Return the kind and mean duration of every stride."""
    kinds: list[int] = []
    times: list[float] = []
    for kind, seconds in settings.parts:
        if kind == "stand":
            kinds.append(2)
            times.append(max(seconds, 1.2))
            continue
        stride_s = 120.0 / settings.cadence_spm if kind == "run" else 1.1
        count = max(round(seconds / stride_s), 1)
        kinds += [0 if kind == "run" else 1] * count
        times += [stride_s] * count
    if not kinds:
        raise UsageError("no parts", where="parts", todo="give at least one of run, walk, stand")
    if kinds[0] != 2:
        kinds.insert(0, 2)
        times.insert(0, 2.0)
    if kinds[-1] != 2:
        kinds.append(2)
        times.append(1.5)
    return np.array(kinds), np.array(times)


def _correlated(rng: np.random.Generator, n: int, memory: float = 0.6) -> FloatArray:
    """Return (n,) standard normal values whose neighbours correlate by `memory`."""
    fresh = rng.normal(size=n)
    out = np.empty(n)
    last = 0.0
    for index, value in enumerate(fresh):
        last = memory * last + np.sqrt(1.0 - memory**2) * value if index else value
        out[index] = last
    return out
