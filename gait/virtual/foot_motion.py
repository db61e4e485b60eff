"""How a virtual foot moves: rolling on the ground about heel or ball, swinging through the air.

Every curve is continuous to its second derivative. On the ground the foot turns about a point that stays
where it touched (heel for toes up, ball for toes down); the midsole gives way by a few millimetres within
12-24 ms of contact, which is what stops the foot. In mid-stance it is flat and still.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from gait.virtual.curves import Curve, quintic, through
from gait.virtual.stride_plan import StridePlan, Style

__all__ = ["BALL_M", "HEEL_M", "FootState", "foot_state", "rate_slope"]

FloatArray = npt.NDArray[np.float64]

HEEL_M, BALL_M = -0.11, 0.09
"""m along the sole from below the sensor: where a heel landing touches, where the push-off turns."""

FULL_TURN_DEG = 6.0
"""Strike angle from which a landing turns the foot as fast as the style says."""

SHOCK_RISE_S = 0.012
_STEP_S = 1e-4


@dataclass(frozen=True)
class FootState:
    """The foot at n instants, world frame (x along the way, y left, z up).

    Attributes
    ----------
    rotation
        Segment to world.
    rate
        (n, 3) angular rate, rad/s, segment frame.
    position, velocity, acc
        (n, 3) of the point of the sole below the sensor, m, m/s, m/s2.
    pitch_deg, roll_deg
        (n,) toes up, eversion.
    """

    rotation: Rotation
    rate: FloatArray
    position: FloatArray
    velocity: FloatArray
    acc: FloatArray
    pitch_deg: FloatArray
    roll_deg: FloatArray


@dataclass(frozen=True)
class _Phase:
    """Where each instant lies in its stride; (n,) each."""

    stride: npt.NDArray[np.intp]
    after: npt.NDArray[np.intp]
    since_s: FloatArray
    contact_s: FloatArray
    swing_s: FloatArray
    grounded: npt.NDArray[np.bool_]


def foot_state(plan: StridePlan, style: Style, time_s: FloatArray) -> FootState:
    """State of the foot at given times (s of the runner's clock, any order)."""
    pitch, roll, path = _motion(plan, style, time_s)
    yaw = np.full(len(time_s), np.radians(style.toe_out_deg) * _outward(plan))
    rotation = Rotation.from_euler("ZYX", np.stack([yaw, -pitch[0], roll[0]], axis=1))
    position, velocity, acc = (np.stack([axis[order] for axis in path], axis=1) for order in (0, 1, 2))
    return FootState(
        rotation,
        _rate(pitch, roll),
        position,
        velocity,
        acc,
        np.degrees(pitch[0]),
        np.degrees(roll[0]) * _outward(plan),
    )


def rate_slope(plan: StridePlan, style: Style, time_s: FloatArray) -> FloatArray:
    """(n, 3) angular acceleration, rad/s2, segment frame."""
    ahead = _motion(plan, style, time_s + _STEP_S)
    behind = _motion(plan, style, time_s - _STEP_S)
    out: FloatArray = (_rate(ahead[0], ahead[1]) - _rate(behind[0], behind[1])) / (2.0 * _STEP_S)
    return out


def _outward(plan: StridePlan) -> float:
    return 1.0 if plan.side == "left" else -1.0


def _rate(pitch: Curve, roll: Curve) -> FloatArray:
    """Body rates of a heading that does not change: roll about x, pitch about the rolled y."""
    tip = -pitch[1]
    return np.stack([roll[1], tip * np.cos(roll[0]), -tip * np.sin(roll[0])], axis=1)


def _motion(
    plan: StridePlan, style: Style, time_s: FloatArray
) -> tuple[Curve, Curve, tuple[Curve, Curve, Curve]]:
    phase = _phase(plan, time_s)
    pitch = _pitch(plan, style, phase)
    roll = _roll(plan, style, phase)
    path = (_along(plan, style, phase, pitch), _sideways(plan, phase), _height(plan, style, phase, pitch))
    return pitch, roll, path


def _phase(plan: StridePlan, time_s: FloatArray) -> _Phase:
    stride = np.clip(np.searchsorted(plan.ic_s, time_s, side="right") - 1, 0, len(plan) - 2)
    since = np.maximum(time_s - plan.ic_s[stride], 0.0)
    contact = (plan.tc_s - plan.ic_s)[stride]
    swing = plan.ic_s[stride + 1] - plan.tc_s[stride]
    return _Phase(stride, stride + 1, since, contact, swing, since < contact)


def _either(grounded: npt.NDArray[np.bool_], ground: Curve, air: Curve) -> Curve:
    first, second, third = (np.where(grounded, a, b) for a, b in zip(ground, air, strict=True))
    return first, second, third


def _still(value: FloatArray) -> Curve:
    return value, np.zeros_like(value), np.zeros_like(value)


def _landing(plan: StridePlan, style: Style, index: npt.NDArray[np.intp]) -> Curve:
    """Pitch, rad, with its derivatives at contact of strides `index`."""
    effort = plan.effort[index]
    strike = np.radians(plan.strike_deg[index])
    # A flat landing has nothing to turn: the rates fade with the angle.
    turning = effort * np.minimum(np.abs(plan.strike_deg[index]) / FULL_TURN_DEG, 1.0)
    slap = -np.sign(plan.strike_deg[index]) * np.radians(style.landing_dps2) * turning
    return strike, np.radians(style.landing_dps) * turning * (plan.kind[index] != 2), slap


def _first_touch(plan: StridePlan, index: npt.NDArray[np.intp]) -> FloatArray:
    """Metres along the sole to what touches first."""
    return np.where(plan.strike_deg[index] > 0, HEEL_M, BALL_M)


def _turning_point(plan: StridePlan, style: Style, phase: _Phase) -> FloatArray:
    """Metres along the sole to what the foot turns about: what touched first, then the ball."""
    _, heel_off = _times(plan, style, phase)
    return np.where(phase.since_s < heel_off, _first_touch(plan, phase.stride), BALL_M)


def _leaving(plan: StridePlan, style: Style, index: npt.NDArray[np.intp]) -> Curve:
    """Pitch, rad, with its derivatives at toe-off."""
    effort = plan.effort[index]
    one = np.ones(len(index))
    return (
        np.radians(style.push_off_deg) * one,
        np.radians(style.push_off_dps) * (0.4 + 0.6 * effort),
        np.radians(style.push_off_dps2) * effort,
    )


def _times(plan: StridePlan, style: Style, phase: _Phase) -> tuple[FloatArray, FloatArray]:
    """Seconds from contact to the flat foot, and to heel-off."""
    flat = np.minimum(style.flat_s / plan.effort[phase.stride], 0.30 * phase.contact_s)
    # Who stands lifts the heel when the next step begins.
    early = np.minimum(style.heel_off * phase.contact_s, phase.contact_s - 0.06)
    heel_off = np.where(plan.kind[phase.stride] == 2, phase.contact_s - 0.25, early)
    return flat, heel_off


def _pitch(plan: StridePlan, style: Style, phase: _Phase) -> Curve:
    flat, heel_off = _times(plan, style, phase)
    zero = _still(np.zeros(len(phase.since_s)))
    here, there = _landing(plan, style, phase.stride), _landing(plan, style, phase.after)
    leave = _leaving(plan, style, phase.stride)
    down = quintic(phase.since_s, flat, here, zero)
    lift = quintic(phase.since_s - heel_off, phase.contact_s - heel_off, zero, leave)
    middle = _either(phase.since_s < flat, down, zero)
    ground = _either(phase.since_s < heel_off, middle, lift)
    effort = plan.effort[phase.stride]
    points = (
        (0.36, np.radians(style.swing_deg) * (0.55 + 0.45 * effort)),
        (0.62, np.radians(-35.0) * effort),
        (0.86, there[0] + np.radians(style.late_deg) * effort),
    )
    air = through(phase.since_s - phase.contact_s, phase.swing_s, leave, points, there)
    return _either(phase.grounded, ground, air)


def _roll(plan: StridePlan, style: Style, phase: _Phase) -> Curve:
    """Eversion about x, rad, with the sign of the leg."""
    sign = _outward(plan)
    n = len(phase.since_s)
    start = _still(np.full(n, np.radians(-style.inversion_deg) * sign))
    top = _still(start[0] + np.radians(plan.pronation_deg[phase.stride]) * sign)
    away = _still(np.full(n, np.radians(-2.0) * sign))
    peak = np.minimum(style.pronation_at * phase.contact_s, 0.25)
    rise = quintic(phase.since_s, peak, start, top)
    fall = quintic(phase.since_s - peak, phase.contact_s - peak, top, away)
    air = quintic(phase.since_s - phase.contact_s, phase.swing_s, away, start)
    return _either(phase.grounded, _either(phase.since_s < peak, rise, fall), air)


def _pivot(pitch: Curve, about: FloatArray) -> tuple[Curve, Curve]:
    """Along and up: where the sole below the sensor is for a foot that turns about a point of it."""
    angle, rate, acc = pitch
    arm = -about
    cos, sin = np.cos(angle), np.sin(angle)
    along = arm * (cos - 1.0), -arm * sin * rate, -arm * (sin * acc + cos * rate**2)
    up = arm * sin, arm * cos * rate, arm * (cos * acc - sin * rate**2)
    return along, up


def _add(one: Curve, other: Curve) -> Curve:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _along(plan: StridePlan, style: Style, phase: _Phase, pitch: Curve) -> Curve:
    effort = plan.effort[phase.stride] * (plan.kind[phase.stride] != 2)
    next_effort = plan.effort[phase.after] * (plan.kind[phase.after] != 2)
    zero = np.zeros(len(phase.since_s))
    slide = style.landing_forward * effort * style.shear_s * 0.45
    shear = quintic(
        phase.since_s,
        np.full_like(zero, style.shear_s),
        (zero, style.landing_forward * effort, zero),
        _still(slide),
    )
    about = _turning_point(plan, style, phase)
    ground = _add(_add(_pivot(pitch, about)[0], shear), _still(plan.pivot_m[phase.stride]))
    leave = _pivot(_leaving(plan, style, phase.stride), np.full_like(zero, BALL_M))[0]
    start = leave[0] + plan.pivot_m[phase.stride] + slide, leave[1], leave[2]
    touch = _pivot(_landing(plan, style, phase.after), _first_touch(plan, phase.after))[0]
    end = touch[0] + plan.pivot_m[phase.after], touch[1] + style.landing_forward * next_effort, touch[2]
    way = end[0] - start[0]
    points = ((0.33, start[0] + 0.26 * way), (0.66, start[0] + 0.70 * way))
    air = through(phase.since_s - phase.contact_s, phase.swing_s, start, points, end)
    return _either(phase.grounded, ground, air)


def _height(plan: StridePlan, style: Style, phase: _Phase, pitch: Curve) -> Curve:
    effort = plan.effort[phase.stride] * (plan.kind[phase.stride] != 2)
    next_effort = plan.effort[phase.after] * (plan.kind[phase.after] != 2)
    zero = np.zeros(len(phase.since_s))
    drop = -style.landing_v * effort
    deep = _still(-style.sole_m * effort)
    sink = quintic(phase.since_s, np.full_like(zero, style.stop_s), (zero, drop, zero), deep)
    late = 0.6 * phase.contact_s
    rise = quintic(phase.since_s - late, 0.4 * phase.contact_s, deep, _still(zero))
    about = _turning_point(plan, style, phase)
    ground = _add(_pivot(pitch, about)[1], _either(phase.since_s < late, sink, rise))
    ground = _add(ground, _shock(style, phase.since_s, effort))
    leave = _pivot(_leaving(plan, style, phase.stride), np.full_like(zero, BALL_M))[1]
    touch = _pivot(_landing(plan, style, phase.after), _first_touch(plan, phase.after))[1]
    end = touch[0], touch[1] - style.landing_v * next_effort, touch[2]
    lift = style.heel_lift_m * (0.35 + 0.65 * plan.effort[phase.stride])
    points = ((0.33, lift), (0.62, 0.55 * lift), (0.86, np.maximum(style.clearance_m * effort, 0.03)))
    air = through(phase.since_s - phase.contact_s, phase.swing_s, leave, points, end)
    return _either(phase.grounded, ground, air)


def _shock(style: Style, since: FloatArray, effort: FloatArray) -> Curve:
    """Damped ringing of the sensor on the shoe behind contact, m: rises like the third power of time."""
    size = style.shock_m * effort
    w, d = 2.0 * np.pi * style.shock_hz, 1.0 / SHOCK_RISE_S
    t = np.minimum(since, 0.3)
    fade = size * d**3 * np.exp(-d * t)
    sin, cos = np.sin(w * t), np.cos(w * t)
    value = fade * t**3 * sin
    p1 = 3.0 * t**2 - d * t**3
    slope = fade * (p1 * sin + t**3 * w * cos)
    p2 = 6.0 * t - 3.0 * d * t**2 - d * p1
    bend = fade * (p2 * sin + 2.0 * p1 * w * cos - t**3 * w**2 * sin)
    return value, slope, bend


def _sideways(plan: StridePlan, phase: _Phase) -> Curve:
    bow = 0.01 * plan.bow_cm * _outward(plan) * plan.effort[phase.stride]
    u = np.clip((phase.since_s - phase.contact_s) / phase.swing_s, 0.0, 1.0)
    sin, cos = np.sin(np.pi * u), np.cos(np.pi * u)
    k = np.pi / phase.swing_s
    air = bow * sin**4, bow * 4.0 * sin**3 * cos * k, bow * k**2 * (12.0 * sin**2 * cos**2 - 4.0 * sin**4)
    return _either(phase.grounded, _still(np.zeros_like(u)), air)
