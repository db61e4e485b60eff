"""Strides as columns: what every kind of sensor hands on."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from gait.arrays import BoolArray, FloatArray

__all__ = ["STRIDE_LEAST_S", "STRIDE_MOST_S", "StrideBatch", "concatenate", "empty_batch", "is_walking"]

STRIDE_LEAST_S = 0.42
"""Shortest stride, s (chosen: 4.75 steps/s is the fastest published cadence)."""

STRIDE_MOST_S = 2.4
"""Longest stride, s (chosen: slow walking stays below 2 s)."""

WALKS_FROM_S = (0.80, 1.00)
"""s a stride (chosen: running of under 120 steps a minute and walking of over 150 are not seen)."""

WALKS_FROM_DUTY = (0.60, 0.45)
"""Contact as a share of the stride, at the ends of `WALKS_FROM_S` (chosen: joggers have up to 0.55 at 0.75 s,
fast walkers 0.55 from 0.9 s on)."""


@dataclass(frozen=True)
class StrideBatch:
    """n strides of one sensor, in time order; every column (n,), NaN where not measurable.

    Times are seconds of session time. Standard uncertainties (one sigma) end in ``_sd``. The errors of a
    stride's contacts are not independent, so contact time has its own, ``contact_sd_s``. A last contact
    behind which the recording ends has no ``next_ic_s``.
    """

    ic_s: FloatArray
    tc_s: FloatArray
    next_ic_s: FloatArray
    ic_sd_s: FloatArray
    tc_sd_s: FloatArray
    contact_sd_s: FloatArray
    walking: FloatArray
    strike_angle_deg: FloatArray
    strike_sd_deg: FloatArray
    pronation_excursion_deg: FloatArray
    pronation_rate_dps: FloatArray
    circumduction_cm: FloatArray
    stride_length_m: FloatArray
    shank_angle_deg: FloatArray
    frontal_excursion_deg: FloatArray
    peak_acc_g: FloatArray
    axial_peak_g: FloatArray
    clipped: BoolArray
    turn_deg: FloatArray
    drift_m_s: FloatArray
    gap: BoolArray
    slipped: BoolArray

    def __len__(self) -> int:
        return len(self.ic_s)

    @property
    def complete(self) -> BoolArray:
        """(n,) whether the next contact is known: it is not for the last one of a run."""
        return np.isfinite(self.next_ic_s)

    @property
    def end_s(self) -> FloatArray:
        """(n,) s: the next contact, or where that is not known the end of this one."""
        return np.where(self.complete, self.next_ic_s, np.where(np.isfinite(self.tc_s), self.tc_s, self.ic_s))

    def take(self, index: npt.NDArray[np.intp] | npt.NDArray[np.bool_] | slice) -> StrideBatch:
        """Return the strides at `index`: (m,) places, a (n,) mask or a slice."""
        return StrideBatch(*(getattr(self, field.name)[index] for field in fields(self)))


_FLAGS = ("clipped", "gap", "slipped")


def empty_batch(n: int = 0) -> StrideBatch:
    """Return `n` strides of which nothing is known."""
    columns = {
        field.name: np.zeros(n, dtype=bool) if field.name in _FLAGS else np.full(n, np.nan)
        for field in fields(StrideBatch)
    }
    return StrideBatch(**columns)


_NOTHING = empty_batch()


def concatenate(batches: list[StrideBatch]) -> StrideBatch:
    """Return batches joined to a single batch, in their order."""
    filled = [batch for batch in batches if len(batch)]
    if len(filled) < 2:
        # Most pieces of a live run complete no stride: this costs as much as all else together.
        return filled[0] if filled else _NOTHING
    batches = filled
    return StrideBatch(
        *(np.concatenate([getattr(batch, field.name) for batch in batches]) for field in fields(StrideBatch))
    )


def is_walking(duty: FloatArray, stride_s: FloatArray) -> FloatArray:
    """Return (n,) 1 where a stride is walking, 0 where it is running.

    Notes
    -----
    Walking has double support, contact longer than half the stride, and long strides; joggers run with hardly
    any flight, but with short ones. The share of contact from which a stride is walking falls from
    `WALKS_FROM_DUTY` at the short end of `WALKS_FROM_S` to the smaller one at its long end.
    """
    short, long = WALKS_FROM_S
    high, low = WALKS_FROM_DUTY
    limit = high + (low - high) * np.clip((stride_s - short) / (long - short), 0.0, 1.0)
    with np.errstate(invalid="ignore"):
        return (duty >= limit).astype(float)
