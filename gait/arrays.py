"""Shapes of arrays: the aliases that signatures use; the shape itself stands in each docstring."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["BoolArray", "ComplexArray", "CountArray", "FloatArray", "IntArray"]

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]
CountArray = npt.NDArray[np.int16]
"""Raw counts of a sensor."""
