"""Strides as columns: what every kind of sensor hands on."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from gait.arrays import BoolArray, FloatArray

__all__ = ["StrideBatch", "concatenate", "empty_batch", "is_walking"]


@dataclass(frozen=True)
class StrideBatch:
    """n strides of one sensor, in time order; every column (n,), NaN where not measurable.

    Times are seconds of session time. Standard uncertainties (one sigma) end in ``_sd``.
    """

    ic_s: FloatArray
    tc_s: FloatArray
    next_ic_s: FloatArray
    ic_sd_s: FloatArray
    tc_sd_s: FloatArray
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

    def take(self, index: npt.NDArray[np.intp] | npt.NDArray[np.bool_] | slice) -> StrideBatch:
        """The strides at `index`."""
        return StrideBatch(*(getattr(self, field.name)[index] for field in fields(self)))


_FLAGS = ("clipped", "gap", "slipped")


def empty_batch(n: int = 0) -> StrideBatch:
    """`n` strides of which nothing is known."""
    columns = {
        field.name: np.zeros(n, dtype=bool) if field.name in _FLAGS else np.full(n, np.nan)
        for field in fields(StrideBatch)
    }
    return StrideBatch(**columns)


def concatenate(batches: list[StrideBatch]) -> StrideBatch:
    """One after the other."""
    if not batches:
        return empty_batch()
    return StrideBatch(
        *(np.concatenate([getattr(batch, field.name) for batch in batches]) for field in fields(StrideBatch))
    )


def is_walking(duty: FloatArray, stride_s: FloatArray) -> FloatArray:
    """(n,) 1 where a stride is walking, 0 where it is running.

    Walking has double support: contact longer than half the stride. Near one half, where slow running without
    flight lies, the longer stride is the walking one (running stays above 130 spm).
    """
    with np.errstate(invalid="ignore"):
        return ((duty >= 0.55) | ((duty >= 0.48) & (stride_s >= 0.92))).astype(float)
