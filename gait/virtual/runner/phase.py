"""Give each instant its place in the stride."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gait.arrays import FloatArray, IntArray
from gait.virtual.runner.stride_plan import StridePlan

__all__ = ["Phase", "outward", "phase_at"]


FOR_EVER_S = 1e5
"""s that the last stand lasts (chosen: longer than any recording)."""


@dataclass(frozen=True)
class Phase:
    """(n,) each: index of the stride and of the next, s since contact, its contact and swing time, s."""

    stride: IntArray
    after: IntArray
    since_s: FloatArray
    contact_s: FloatArray
    swing_s: FloatArray
    grounded: npt.NDArray[np.bool_]

    @property
    def swinging_s(self) -> FloatArray:
        """Seconds since toe-off; negative on the ground."""
        return self.since_s - self.contact_s


def phase_at(plan: StridePlan, time_s: FloatArray) -> Phase:
    """Return the phases of (n,) times, s of the runner's clock; behind the last contact the foot stands."""
    last = len(plan) - 1
    stride = np.clip(np.searchsorted(plan.ic_s, time_s, side="right") - 1, 0, last)
    after = np.minimum(stride + 1, last)
    since = np.maximum(time_s - plan.ic_s[stride], 0.0)
    contact = np.where(stride == last, FOR_EVER_S, (plan.tc_s - plan.ic_s)[stride])
    swing = np.where(stride == last, 1.0, plan.ic_s[after] - plan.tc_s[stride])
    return Phase(stride, after, since, contact, swing, since < contact)


def outward(plan: StridePlan) -> float:
    """Return the sign that makes a leg's outward direction the world's left."""
    return 1.0 if plan.side == "left" else -1.0
