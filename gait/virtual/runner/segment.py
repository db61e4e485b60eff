"""A rigid segment in motion, and what a sensor at some place of it feels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from gait.arrays import FloatArray
from gait.units import STANDARD_GRAVITY
from gait.virtual.runner.curves import Curve, still

__all__ = ["SegmentState", "at_point", "attitude", "specific_force"]


@dataclass(frozen=True)
class SegmentState:
    """Foot or shank at n instants; world frame (z up, x the way at the start, y left).

    Attributes
    ----------
    rotation
        Segment to world.
    rate, rate_slope
        (n, 3) angular rate, rad/s, and angular acceleration, rad/s2, segment frame.
    position, velocity, acc
        (n, 3) of the segment's reference point, m, m/s, m/s2: the point of the sole below the shoe's
        sensor, or the ankle.
    pitch_deg, roll_deg
        (n,) by the signs of `gait.frames.MOVEMENTS`; the foot's against the ground, the shank's against the
        vertical.
    """

    rotation: Rotation
    rate: FloatArray
    rate_slope: FloatArray
    position: FloatArray
    velocity: FloatArray
    acc: FloatArray
    pitch_deg: FloatArray
    roll_deg: FloatArray


def attitude(yaw: Curve, pitch: Curve, roll: Curve) -> tuple[Rotation, FloatArray, FloatArray]:
    """Return the rotation with its rates and their slopes (segment frame) of angles with derivatives.

    Parameters
    ----------
    yaw, pitch, roll
        rad: heading to the left, toes up (or knee back), and about x; applied in this order.
    """
    tip = (-pitch[0], -pitch[1], -pitch[2])
    rotation = Rotation.from_euler("ZYX", np.stack([yaw[0], tip[0], roll[0]], axis=1))
    sin_tip, cos_tip = np.sin(tip[0]), np.cos(tip[0])
    sin_roll, cos_roll = np.sin(roll[0]), np.cos(roll[0])
    rate = np.stack(
        [
            roll[1] - yaw[1] * sin_tip,
            tip[1] * cos_roll + yaw[1] * cos_tip * sin_roll,
            -tip[1] * sin_roll + yaw[1] * cos_tip * cos_roll,
        ],
        axis=1,
    )
    bent = yaw[2] * cos_tip - yaw[1] * tip[1] * sin_tip
    slope = np.stack(
        [
            roll[2] - yaw[2] * sin_tip - yaw[1] * tip[1] * cos_tip,
            tip[2] * cos_roll + bent * sin_roll + roll[1] * rate[:, 2],
            -tip[2] * sin_roll + bent * cos_roll - roll[1] * rate[:, 1],
        ],
        axis=1,
    )
    return rotation, rate, slope


def at_point(state: SegmentState, place: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return position, velocity and acceleration, (n, 3) world, of a point fixed to the segment.

    Parameters
    ----------
    place
        (3,) m from the reference point, segment frame.
    """
    spin = np.cross(state.rate, place)
    bend = np.cross(state.rate_slope, place) + np.cross(state.rate, spin)
    return (
        state.position + state.rotation.apply(place),
        state.velocity + state.rotation.apply(spin),
        state.acc + state.rotation.apply(bend),
    )


def specific_force(
    state: SegmentState, place: FloatArray, tissue: tuple[Curve, Curve, Curve] | None = None
) -> FloatArray:
    """Return (n, 3) specific force of an accelerometer at a place of the segment, m/s2, segment frame.

    Parameters
    ----------
    place
        (3,) m from the reference point, segment frame.
    tissue
        Displacement of the sensor along x, y, z on the soft tissue under it, m, with derivatives.
    """
    upward = np.array([0.0, 0.0, STANDARD_GRAVITY])
    nowhere = still(np.zeros(len(state.rate)))
    moved = tissue or (nowhere, nowhere, nowhere)
    arm = place + np.stack([axis[0] for axis in moved], axis=1)
    spin = np.cross(state.rate, arm)
    out: FloatArray = state.rotation.inv().apply(state.acc + upward)
    out += np.cross(state.rate_slope, arm) + np.cross(state.rate, spin)
    if tissue is not None:
        out += 2.0 * np.cross(state.rate, np.stack([axis[1] for axis in tissue], axis=1))
        out += np.stack([axis[2] for axis in tissue], axis=1)
    return out
