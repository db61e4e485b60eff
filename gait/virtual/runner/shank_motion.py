"""How a virtual shank moves: carried by the ankle, turning forward over the foot, swinging through.

Its pitch follows published and measured curves of running: leaning back at contact by the angle asked for,
turning forward at 200 to 570 deg/s in the first half of stance, nearly pausing about toe-off, lifted behind
by 50 to 80 deg more, then swung forward at 600 to 700 deg/s. The frontal plane leans in and back during
stance, and the shank turns inward about its own axis with the pronating foot. Everything is continuous to
the second derivative.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gait.arrays import FloatArray
from gait.virtual.runner.curves import Curve, add, either, quintic, ringing, standing, still, through
from gait.virtual.runner.foot_motion import ankle_m
from gait.virtual.runner.path import heading
from gait.virtual.runner.phase import Phase, outward, phase_at
from gait.virtual.runner.segment import SegmentState, at_point, attitude
from gait.virtual.runner.stride_plan import StridePlan
from gait.virtual.runner.style import Style

__all__ = ["ankle", "shank_state", "tissue"]


ANKLE_HEIGHT_M = 0.08
"""m of the ankle joint above the sole (chosen: a middle-sized foot in a shoe)."""

RING_RISE_S = 0.016
"""s of rise and decay of the sensor's ringing on skin and muscle (chosen: as long as an impact)."""

FRONTAL_REST_DEG = -1.0
"""Frontal lean in swing and at contact, degrees (chosen: outward a little)."""


def shank_state(plan: StridePlan, style: Style, time_s: FloatArray, foot: SegmentState) -> SegmentState:
    """Return the state of the shank at given times; its reference point is the ankle.

    Parameters
    ----------
    foot
        The same leg's foot at the same times.
    """
    phase = phase_at(plan, time_s)
    pitch, roll = _pitch(plan, style, phase), _frontal(plan, phase)
    yaw = add(heading(plan, phase), _axial(plan, style, phase))
    rotation, rate, slope = attitude(yaw, pitch, roll)
    return SegmentState(
        rotation,
        rate,
        slope,
        *at_point(foot, ankle(style)),
        np.degrees(pitch[0]),
        np.degrees(roll[0]) * outward(plan),
    )


def ankle(style: Style) -> FloatArray:
    """Return (3,) m of the joint from the point of the sole below the shoe's sensor, foot frame."""
    return np.array([ankle_m(style), 0.0, ANKLE_HEIGHT_M])


def tissue(plan: StridePlan, style: Style, time_s: FloatArray) -> tuple[Curve, Curve, Curve]:
    """Return the displacement of a strapped sensor on the skin after each blow, m, segment frame."""
    phase = phase_at(plan, time_s)
    size = style.ring_m * plan.effort[phase.stride] * (plan.kind[phase.stride] != 2)
    along = ringing(phase.since_s, -size, RING_RISE_S, style.ring_hz)
    forward = ringing(phase.since_s, 0.6 * size, RING_RISE_S, 0.8 * style.ring_hz)
    return forward, still(np.zeros(len(time_s))), along


def _landing(plan: StridePlan, style: Style, index: npt.NDArray[np.intp]) -> Curve:
    """Return pitch, rad, with its derivatives at contact of (n,) strides `index`."""
    effort = plan.effort[index] * (plan.kind[index] != 2)
    return (
        np.radians(plan.shank_deg[index]),
        np.radians(style.shank_landing_dps) * effort,
        np.radians(style.shank_landing_dps2) * effort,
    )


def _leaving(plan: StridePlan, style: Style, index: npt.NDArray[np.intp]) -> Curve:
    """Return pitch, rad, with its derivatives at toe-off of (n,) strides `index`."""
    effort = plan.effort[index]
    sweep = style.shank_sweep_deg * (0.85 + 0.15 * effort)
    reach = np.where(plan.kind[index] == 2, 30.0, sweep - plan.shank_deg[index])
    return (
        -np.radians(reach),
        np.radians(style.shank_leaving_dps) * np.ones(len(index)),
        np.radians(style.shank_leaving_dps2) * effort,
    )


def _pitch(plan: StridePlan, style: Style, phase: Phase) -> Curve:
    here, there = _landing(plan, style, phase.stride), _landing(plan, style, phase.after)
    leave = _leaving(plan, style, phase.stride)
    swept = leave[0] - here[0]
    points = (
        (0.25, here[0] + style.shank_early * swept),
        (0.50, here[0] + (0.39 + style.shank_early) * swept),
        (0.75, here[0] + style.shank_most * swept),
    )
    stepping = through(phase.since_s, phase.contact_s, here, points, leave)
    ground = either(
        plan.kind[phase.stride] == 2, standing(phase.since_s, phase.contact_s, here, leave), stepping
    )
    effort = plan.effort[phase.stride]
    lift = np.radians(style.shank_lift_deg) * (0.2 + 0.8 * effort)
    back = leave[0] - lift
    late = there[0] + np.radians(style.shank_late_deg) * effort
    air_points = (
        (0.22, leave[0] - 0.57 * lift),
        (0.42, back),
        (0.60, back + 0.27 * (late - back)),
        (0.80, back + 0.80 * (late - back)),
        (0.93, late),
    )
    air = through(phase.swinging_s, phase.swing_s, leave, air_points, there)
    return either(phase.grounded, ground, air)


def _in_stance(phase: Phase, rest: FloatArray, top: FloatArray, peak: float) -> Curve:
    """Return a curve from `rest` to `top` at a share of stance and back at toe-off; `rest` in swing."""
    at = peak * phase.contact_s
    rise = quintic(phase.since_s, at, still(rest), still(top))
    fall = quintic(phase.since_s - at, phase.contact_s - at, still(top), still(rest))
    return either(phase.since_s < at, rise, fall)


def _frontal(plan: StridePlan, phase: Phase) -> Curve:
    """Return the inward tilt of the shank about x, rad, with the sign of the leg."""
    moving = (plan.kind[phase.stride] != 2) * outward(plan)
    rest = np.radians(FRONTAL_REST_DEG) * outward(plan) * np.ones(len(phase.since_s))
    return _in_stance(phase, rest, rest + np.radians(plan.knee_in_deg) * moving, 0.45)


def _axial(plan: StridePlan, style: Style, phase: Phase) -> Curve:
    """Return inward turn about the long axis, rad to the left."""
    moving = (plan.kind[phase.stride] != 2) * -outward(plan)
    rest = np.zeros(len(phase.since_s))
    return _in_stance(phase, rest, np.radians(style.shank_axial_deg) * moving, 0.40)
