"""How a virtual foot moves: rolling on the ground about heel or ball, swinging through the air.

Every curve is continuous to its second derivative. On the ground the foot turns about a point that stays
where it touched (heel for toes up, ball for toes down); the midsole gives way by a few millimetres within
12-24 ms of contact, which is what stops the foot. In mid-stance it is flat and still.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gait.arrays import FloatArray
from gait.virtual.runner.curves import Curve, add, either, quintic, ringing, standing, still, through
from gait.virtual.runner.path import heading, laid_on_path, tilted
from gait.virtual.runner.phase import Phase, outward, phase_at
from gait.virtual.runner.segment import SegmentState, attitude
from gait.virtual.runner.stride_plan import StridePlan
from gait.virtual.runner.style import Style

__all__ = ["ankle_m", "foot_state", "heel_m", "pitch_deg", "roll_deg"]


HEEL_TO_BALL_M, HEEL_TO_ANKLE_M = 0.19, 0.05
"""m along the sole of a foot (chosen: middle-sized); where the sensor sits on it is the style's."""

ARCH_TO_BALL_M = 0.05
"""m that what the foot turns about moves forward until toe-off (chosen: the instep of real runners hardly
rises while the heel comes off, and fastest about toe-off)."""

FLAT_DEG = 4.0
"""Strike angle within which a swing is partly that of a heel and partly that of a forefoot striker (chosen:
between the classes of strike)."""

FULL_TURN_DEG = 6.0
"""Strike angle from which a landing turns the foot as fast as the style says (chosen: below rearfoot, so that
midfoot landings turn less)."""

# The foot turns toes up beyond its pitch at landing, and comes back: until 20 ms before a heel landing and
# 45 ms before a forefoot one, shares of the swing; the latter by so many deg, and it lands turning so fast
# (means over the runners of Fukuchi 2017, 10.7717/peerj.3298, and one forefoot runner).
HEEL_OVER_AT, FOREFOOT_OVER_AT = 0.955, 0.91
FOREFOOT_OVER_DEG = 4.5
FOREFOOT_DPS = -60.0

SHOCK_RISE_S = 0.012
"""s in which a landing's shock rises (chosen: as in published curves of tibial acceleration, some 10 ms)."""

FOREFOOT_GENTLE = 1.4
"""Factor on the time of a forefoot landing's turn (chosen: the calf lowers the heel more slowly than a heel
landing lets the toes fall)."""

FASTEST_OF_QUINTIC = 1.875
"""Fastest rate of a quintic step over its mean rate (exactly 15/8)."""

TOE_ROLL_FROM = 0.78
"""Share of stance from which the ball comes off over the toes (chosen: the last fifth, as the heel rises)."""

# (share of the swing, share of the distance or of the highest lift), chosen: the foot leaves slowly and is
# highest at 40 % of the swing.
SWING_WAY = ((0.33, 0.21), (0.66, 0.63))
SWING_HEIGHT = ((0.14, 0.33), (0.40, 1.0), (0.62, 0.63))


def heel_m(style: Style) -> float:
    """Return where the heel touches, m along the sole from below the sensor."""
    return style.ball_m - HEEL_TO_BALL_M


def ankle_m(style: Style) -> float:
    """Return where the ankle stands above, m along the sole from below the sensor."""
    return heel_m(style) + HEEL_TO_ANKLE_M


def foot_state(plan: StridePlan, style: Style, time_s: FloatArray) -> SegmentState:
    """Return the state of the foot at (n,) times, s of the runner's clock, in any order."""
    phase = phase_at(plan, time_s)
    pitch, roll = _pitch(plan, style, phase), _roll(plan, style, phase)
    rotation, rate, slope = attitude(_yaw(plan, style, phase), pitch, roll)
    curves = (_along(plan, style, phase, pitch), _sideways(plan, phase), _height(plan, style, phase, pitch))
    position, velocity, acc = laid_on_path(plan, phase, curves)
    state = SegmentState(
        rotation,
        rate,
        slope,
        position,
        velocity,
        acc,
        np.degrees(pitch[0]),
        np.degrees(roll[0]) * outward(plan),
    )
    return tilted(state, plan.slope_percent)


def pitch_deg(plan: StridePlan, style: Style, time_s: FloatArray) -> FloatArray:
    """Return the (n,) pitch of `foot_state` alone, deg: a quarter of the work."""
    angle_deg: FloatArray = np.degrees(_pitch(plan, style, phase_at(plan, time_s))[0])
    return angle_deg


def roll_deg(plan: StridePlan, style: Style, time_s: FloatArray) -> FloatArray:
    """Return the (n,) roll of `foot_state` alone, deg."""
    angle_deg: FloatArray = np.degrees(_roll(plan, style, phase_at(plan, time_s))[0]) * outward(plan)
    return angle_deg


def _landing(plan: StridePlan, style: Style, index: npt.NDArray[np.intp]) -> Curve:
    """Return pitch, rad, with its derivatives at contact of (n,) strides `index`."""
    effort = plan.effort[index]
    strike = np.radians(plan.strike_deg[index])
    # The ground turns the foot the less, the flatter it lands.
    turning = effort * np.minimum(np.abs(plan.strike_deg[index]) / FULL_TURN_DEG, 1.0)
    slap = -np.sign(plan.strike_deg[index]) * np.radians(style.landing_dps2) * turning
    heel = _heel_first(plan, index)
    dps = heel * style.landing_dps + (1.0 - heel) * FOREFOOT_DPS
    return strike, np.radians(dps) * effort * (plan.kind[index] != 2), slap


def _heel_first(plan: StridePlan, index: npt.NDArray[np.intp]) -> FloatArray:
    """Return (n,) how much of a heel striker's a swing is: 0 for a forefoot landing to 1."""
    share: FloatArray = np.clip((plan.strike_deg[index] + FLAT_DEG) / (2.0 * FLAT_DEG), 0.0, 1.0)
    return share


def _first_touch(plan: StridePlan, style: Style, index: npt.NDArray[np.intp]) -> FloatArray:
    """Return metres along the sole to what touches first in (n,) strides `index`."""
    return np.where(plan.strike_deg[index] > 0, heel_m(style), style.ball_m)


def _leaving(plan: StridePlan, style: Style, index: npt.NDArray[np.intp]) -> Curve:
    """Return pitch, rad, with its derivatives at toe-off of (n,) strides `index`."""
    effort = plan.effort[index]
    ones = np.ones(len(index))
    return (
        np.radians(style.push_off_deg) * ones,
        np.radians(style.push_off_dps) * (0.4 + 0.6 * effort),
        np.radians(style.push_off_dps2) * effort,
    )


def _times(plan: StridePlan, style: Style, phase: Phase) -> tuple[FloatArray, FloatArray]:
    """Return seconds from contact to the flat foot, and to heel-off."""
    gently = np.where(plan.strike_deg[phase.stride] < 0, FOREFOOT_GENTLE, 1.0)
    flat = np.minimum(style.flat_s * gently / plan.effort[phase.stride], 0.32 * phase.contact_s)
    # A standing foot lifts the heel when the next step begins.
    early = np.minimum(style.heel_off * phase.contact_s, phase.contact_s - 0.06)
    heel_off = np.where(plan.kind[phase.stride] == 2, phase.contact_s - 0.25, early)
    return flat, heel_off


def _pitch(plan: StridePlan, style: Style, phase: Phase) -> Curve:
    flat, heel_off = _times(plan, style, phase)
    zero = still(np.zeros(len(phase.since_s)))
    here, there = _landing(plan, style, phase.stride), _landing(plan, style, phase.after)
    leave = _leaving(plan, style, phase.stride)
    down = _coming_down(plan, style, phase, flat, here)
    lift = quintic(phase.since_s - heel_off, phase.contact_s - heel_off, zero, leave)
    middle = either(phase.since_s < flat, down, zero)
    ground = either(phase.since_s < heel_off, middle, lift)
    effort = plan.effort[phase.stride]
    back = np.radians(style.swing_deg) * (0.55 + 0.45 * effort)
    swung = ((0.38, back), (0.66, 0.5 * back))
    heel_over = there[0] - style.late_s * np.radians(style.landing_dps) * effort
    fore_over = there[0] + np.radians(FOREFOOT_OVER_DEG) * effort
    since = phase.since_s - phase.contact_s
    heel = through(since, phase.swing_s, leave, (*swung, (HEEL_OVER_AT, heel_over)), there)
    fore = through(since, phase.swing_s, leave, (*swung, (FOREFOOT_OVER_AT, fore_over)), there)
    share = _heel_first(plan, phase.after)
    value, rate, bend = (
        share * on_heel + (1.0 - share) * on_fore for on_heel, on_fore in zip(heel, fore, strict=True)
    )
    air = value, rate, bend
    return either(phase.grounded, ground, air)


def _coming_down(plan: StridePlan, style: Style, phase: Phase, flat: FloatArray, here: Curve) -> Curve:
    """Return pitch from contact to the flat foot, rad.

    What touches first is stopped; the other end of the foot keeps falling and is let down more slowly.
    """
    strike = plan.strike_deg[phase.stride]
    turning = np.minimum(np.abs(strike) / FULL_TURN_DEG, 1.0)
    moving = plan.effort[phase.stride] * (plan.kind[phase.stride] != 2)
    per_arm = np.where(strike > 0, 1.0 / HEEL_TO_BALL_M, -1.0 / (HEEL_TO_BALL_M - HEEL_TO_ANKLE_M)) * turning
    sunk = _sink(style, phase, moving)
    deep = _stopping_distance_m(style.landing_v, 0.0, style.stop_s) * moving * per_arm
    falling = here[0], here[1] - style.landing_v * moving * per_arm, here[2]
    let_down = quintic(phase.since_s, flat, falling, still(-deep))
    return add(let_down, (-sunk[0] * per_arm, -sunk[1] * per_arm, -sunk[2] * per_arm))


def _sink(style: Style, phase: Phase, moving: FloatArray) -> Curve:
    """Return how the sole gives way under what touches first, m; `moving`, (n,), scales the landing."""
    zero = np.zeros(len(phase.since_s))
    deep = -_stopping_distance_m(style.landing_v, 0.0, style.stop_s) * moving
    start = zero, -style.landing_v * moving, zero
    return quintic(phase.since_s, np.full_like(zero, style.stop_s), start, still(deep))


def _yaw(plan: StridePlan, style: Style, phase: Phase) -> Curve:
    """Return the foot's heading, rad to the left: turned out, more so behind the runner, less in front."""
    rest = still(np.zeros(len(phase.since_s)))
    swung = np.radians(style.swing_yaw_deg) * outward(plan) * plan.effort[phase.stride]
    points = ((0.33, swung), (0.70, -0.7 * swung))
    air = through(phase.swinging_s, phase.swing_s, rest, points, rest)
    own = either(phase.grounded, rest, air)
    toe_out = still(np.full(len(phase.since_s), np.radians(style.toe_out_deg) * outward(plan)))
    return add(add(heading(plan, phase), toe_out), own)


def _roll(plan: StridePlan, style: Style, phase: Phase) -> Curve:
    """Return eversion about x, rad, with the sign of the leg."""
    sign = outward(plan)
    n = len(phase.since_s)
    start = still(np.full(n, np.radians(-style.inversion_deg) * sign))
    top = still(start[0] + np.radians(plan.pronation_deg[phase.stride]) * sign)
    away = still(np.full(n, np.radians(-2.0) * sign))
    peak = np.minimum(style.pronation_at * phase.contact_s, 0.25)
    if plan.pronation_rate_dps is not None:
        # A quintic from rest to rest is fastest in its middle, by this factor over its mean.
        wanted = FASTEST_OF_QUINTIC * plan.pronation_deg[phase.stride] / plan.pronation_rate_dps
        peak = np.clip(wanted, 0.02, 0.65 * phase.contact_s)
    rise = quintic(phase.since_s, peak, start, top)
    fall = quintic(phase.since_s - peak, phase.contact_s - peak, top, away)
    tucked = away[0] - np.radians(style.swing_roll_deg) * sign * plan.effort[phase.stride]
    air = through(phase.swinging_s, phase.swing_s, away, ((0.45, tucked),), start)
    stepping = either(phase.since_s < peak, rise, fall)
    rest = standing(phase.since_s, phase.contact_s, start, away)
    ground = either(plan.kind[phase.stride] == 2, rest, stepping)
    return either(phase.grounded, ground, air)


def _pivot(pitch: Curve, about: FloatArray) -> tuple[Curve, Curve]:
    """Return along and up: where the sole below the sensor is while the foot turns about a point of it.

    `pitch`: rad with its derivatives; `about`: (n,) m along the sole from the sensor to the point.
    """
    angle, rate, acc = pitch
    arm = -about
    cos, sin = np.cos(angle), np.sin(angle)
    along = arm * (cos - 1.0), -arm * sin * rate, -arm * (sin * acc + cos * rate**2)
    up = arm * sin, arm * cos * rate, arm * (cos * acc - sin * rate**2)
    return along, up


def _roll_over(pitch: Curve, style: Style) -> tuple[Curve, Curve]:
    """Return the same while the heel comes off: what the foot turns about moves from the arch to the ball."""
    lean, rate, bend = -pitch[0], -pitch[1], -pitch[2]
    growth = ARCH_TO_BALL_M / np.radians(-style.push_off_deg)
    near = style.ball_m - ARCH_TO_BALL_M
    cos, sin = np.cos(lean), np.sin(lean)
    arm = near + growth * lean
    along = (
        near * (1.0 - cos) + growth * (sin - lean * cos),
        arm * sin * rate,
        arm * sin * bend + (growth * sin + arm * cos) * rate**2,
    )
    up = (
        near * sin + growth * (lean * sin + cos - 1.0),
        arm * cos * rate,
        arm * cos * bend + (growth * cos - arm * sin) * rate**2,
    )
    return along, up


def _turning(plan: StridePlan, style: Style, phase: Phase, pitch: Curve) -> tuple[Curve, Curve]:
    """Return along and up on the ground: about what touched first, then over arch and ball."""
    _, heel_off = _times(plan, style, phase)
    landing = _pivot(pitch, _first_touch(plan, style, phase.stride))
    leaving = _roll_over(pitch, style)
    lands = phase.since_s < heel_off
    return either(lands, landing[0], leaving[0]), either(lands, landing[1], leaving[1])


def _stopping_distance_m(speed: float, braking: float, within_s: float) -> float:
    """Return the distance of a stop from `speed`, m/s, that begins with `braking`, m/s2.

    The stop is the quintic that brakes throughout: its highest term is zero.
    """
    return 0.5 * speed * within_s - braking * within_s**2 / 12.0


def _toe_roll(style: Style, phase: Phase, effort: FloatArray, speed: float) -> Curve:
    """Return how far the ball itself comes off, rolling over the toes in the last part of stance, m."""
    last = (1.0 - TOE_ROLL_FROM) * phase.contact_s
    return quintic(
        phase.since_s - TOE_ROLL_FROM * phase.contact_s,
        last,
        still(np.zeros_like(last)),
        _rolled(style, effort, speed),
    )


def _rolled(style: Style, effort: FloatArray, speed: float) -> Curve:
    """Return how far the ball has come off at toe-off, m, with its derivatives; `effort`, (n,), scales it."""
    return style.toe_roll_m * effort, speed * effort, style.toe_acc * effort


def _along(plan: StridePlan, style: Style, phase: Phase, pitch: Curve) -> Curve:
    moving, next_moving = (
        plan.effort[index] * (plan.kind[index] != 2) for index in (phase.stride, phase.after)
    )
    zero = np.zeros(len(phase.since_s))
    slide = _stopping_distance_m(style.landing_forward, style.landing_brake, style.shear_s) * moving
    shear = quintic(
        phase.since_s,
        np.full_like(zero, style.shear_s),
        (zero, style.landing_forward * moving, -style.landing_brake * moving),
        still(slide),
    )
    turning = _turning(plan, style, phase, pitch)[0]
    ground = add(add(turning, shear), still(plan.pivot_m[phase.stride]))
    ground = add(ground, _toe_roll(style, phase, plan.effort[phase.stride], style.toe_on))
    leave = _roll_over(_leaving(plan, style, phase.stride), style)[0]
    leave = add(leave, _rolled(style, plan.effort[phase.stride], style.toe_on))
    start = add(leave, still(plan.pivot_m[phase.stride] + slide))
    touch = _pivot(_landing(plan, style, phase.after), _first_touch(plan, style, phase.after))[0]
    sliding = (zero, style.landing_forward * next_moving, -style.landing_brake * next_moving)
    end = add(add(touch, still(plan.pivot_m[phase.after])), sliding)
    length = end[0] - start[0]
    points = tuple((share, start[0] + part * length) for share, part in SWING_WAY)
    air = through(phase.swinging_s, phase.swing_s, start, points, end)
    return either(phase.grounded, ground, air)


def _height(plan: StridePlan, style: Style, phase: Phase, pitch: Curve) -> Curve:
    effort = plan.effort[phase.stride]
    moving, next_moving = (
        plan.effort[index] * (plan.kind[index] != 2) for index in (phase.stride, phase.after)
    )
    zero = np.zeros(len(phase.since_s))
    deep = still(-_stopping_distance_m(style.landing_v, 0.0, style.stop_s) * moving)
    sink = _sink(style, phase, moving)
    late = 0.6 * phase.contact_s
    rise = quintic(phase.since_s - late, 0.4 * phase.contact_s, deep, still(zero))
    turning = _turning(plan, style, phase, pitch)[1]
    ground = add(turning, either(phase.since_s < late, sink, rise))
    ground = add(ground, _toe_roll(style, phase, effort, style.toe_up))
    leave = _roll_over(_leaving(plan, style, phase.stride), style)[1]
    leave = add(leave, _rolled(style, effort, style.toe_up))
    touch = _pivot(_landing(plan, style, phase.after), _first_touch(plan, style, phase.after))[1]
    end = add(touch, (zero, -style.landing_v * next_moving, zero))
    lift = style.heel_lift_m * (0.35 + 0.65 * effort)
    low = np.maximum(style.clearance_m * moving, 0.03)
    rising, *falling = SWING_HEIGHT
    points = (
        (rising[0], leave[0] + rising[1] * (lift - leave[0])),
        *((share, part * lift) for share, part in falling),
        (0.86, low),
    )
    air = through(phase.swinging_s, phase.swing_s, leave, points, end)
    rung = ringing(phase.since_s, style.shock_m * moving, SHOCK_RISE_S, style.shock_hz)
    return add(either(phase.grounded, ground, air), rung)


def _sideways(plan: StridePlan, phase: Phase) -> Curve:
    bow = 0.01 * plan.bow_cm * outward(plan) * plan.effort[phase.stride]
    u = np.clip(phase.swinging_s / phase.swing_s, 0.0, 1.0)
    sin, cos = np.sin(np.pi * u), np.cos(np.pi * u)
    k = np.pi / phase.swing_s
    line = still(np.full_like(u, plan.aside_m))
    air = bow * sin**4, bow * 4.0 * sin**3 * cos * k, bow * k**2 * (12.0 * sin**2 * cos**2 - 4.0 * sin**4)
    return either(phase.grounded, line, add(line, air))
