"""Where in its stride each instant lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gait.arrays import FloatArray, IntArray
from gait.virtual.runner.stride_plan import StridePlan

__all__ = ["Phase", "outward", "phase_at"]


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
    """Phases of given times, s of the runner's clock; the last stride of the plan only begins."""
    stride = np.clip(np.searchsorted(plan.ic_s, time_s, side="right") - 1, 0, len(plan) - 2)
    since = np.maximum(time_s - plan.ic_s[stride], 0.0)
    contact = (plan.tc_s - plan.ic_s)[stride]
    swing = plan.ic_s[stride + 1] - plan.tc_s[stride]
    return Phase(stride, stride + 1, since, contact, swing, since < contact)


def outward(plan: StridePlan) -> float:
    """Sign that makes a leg's outward direction the world's left."""
    return 1.0 if plan.side == "left" else -1.0
