"""The way the runner takes: turns in the air, and ground that rises.

On the ground a foot keeps its heading. In swing it goes over from the frame of the footprint it left to
that of the next one; where the way is straight the two are the same.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from gait.arrays import FloatArray
from gait.virtual.runner.curves import Curve, quintic, still
from gait.virtual.runner.phase import Phase
from gait.virtual.runner.segment import SegmentState
from gait.virtual.runner.stride_plan import StridePlan

__all__ = ["heading", "laid_on_path", "tilted"]

Vectors = tuple[FloatArray, FloatArray, FloatArray]


def heading(plan: StridePlan, phase: Phase) -> Curve:
    """Return the heading of the way under the foot, rad to the left of where the run began."""
    here, after = plan.heading_rad[phase.stride], plan.heading_rad[phase.after]
    return quintic(phase.swinging_s, phase.swing_s, still(here), still(after))


def laid_on_path(plan: StridePlan, phase: Phase, curves: tuple[Curve, Curve, Curve]) -> Vectors:
    """Return position, velocity and acceleration, (n, 3), of curves along, across and above a straight way.

    Parameters
    ----------
    curves
        Along the way, m from its start; to the left of it; above the ground.
    """
    along, across, above = curves
    if not plan.heading_rad.any():
        position, velocity, acc = (np.stack([axis[order] for axis in curves], axis=1) for order in (0, 1, 2))
        return position, velocity, acc
    n = len(phase.since_s)
    share = quintic(phase.swinging_s, phase.swing_s, still(np.zeros(n)), still(np.ones(n)))
    old = _from_footprint(plan, phase.stride, along, across)
    new = _from_footprint(plan, phase.after, along, across)
    gap = tuple(after - before for before, after in zip(old, new, strict=True))
    flat = (
        old[0] + share[0][:, None] * gap[0],
        old[1] + share[1][:, None] * gap[0] + share[0][:, None] * gap[1],
        old[2] + share[2][:, None] * gap[0] + 2.0 * share[1][:, None] * gap[1] + share[0][:, None] * gap[2],
    )
    position, velocity, acc = (np.column_stack([flat[order], above[order]]) for order in (0, 1, 2))
    return position, velocity, acc


def _from_footprint(plan: StridePlan, index: npt.NDArray[np.intp], along: Curve, across: Curve) -> Vectors:
    """Return (n, 2) ground position with derivatives, seen from the footprints of strides `index`."""
    cos, sin = np.cos(plan.heading_rad[index]), np.sin(plan.heading_rad[index])
    ahead = along[0] - plan.pivot_m[index]
    start = plan.place_m[index]
    position = start + np.column_stack([ahead * cos - across[0] * sin, ahead * sin + across[0] * cos])
    velocity, acc = (
        np.column_stack([along[order] * cos - across[order] * sin, along[order] * sin + across[order] * cos])
        for order in (1, 2)
    )
    return position, velocity, acc


def tilted(state: SegmentState, slope_percent: float) -> SegmentState:
    """Lay the whole scene on ground that rises along the first heading; angles to the ground stay."""
    if not slope_percent:
        return state
    tilt = Rotation.from_euler("y", -np.arctan(slope_percent / 100.0))
    return replace(
        state,
        rotation=tilt * state.rotation,
        position=tilt.apply(state.position),
        velocity=tilt.apply(state.velocity),
        acc=tilt.apply(state.acc),
    )
