"""Strides of made-up runs, for tests of what is live."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gait.analysis.engine import Stride


def strides_at(
    cadence_spm: float, seconds: float, from_s: float = 0.0, *, activity: Any = "running", peak_g: float = 8.0
) -> Iterator[Stride]:
    """Strides of both feet at a cadence, one foot's after the other's."""
    step_s = 60.0 / cadence_spm
    for at in range(int(seconds / step_s)):
        ic_s = from_s + at * step_s
        side: Any = "left" if at % 2 == 0 else "right"
        contact_s = 0.240 if side == "left" else 0.230
        yield Stride(
            side, "shoe", ic_s, ic_s + contact_s, ic_s + 2 * step_s, activity, 11.0, 8.0, 6.6,
            stride_length_m=2.1, peak_acc_g=peak_g,
        )  # fmt: skip
