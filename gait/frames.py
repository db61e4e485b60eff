"""Frames: which axis points where, and which sign a movement has.

Three frames, all right-handed:

``sensor``
    As mounted; unknown to us until aligned.
``segment``
    x forward (towards the toes, or the direction the shank faces), y to the runner's left, z up along the
    standing segment. The same for foot and shank, left and right.
``world``
    z up, x the direction of progression of the stride at hand, y to the left.

Orientations are `scipy.spatial.transform.Rotation` objects that map segment to world (``v_world =
R.apply(v_segment)``), never bare arrays.

A rotation about +y (left) tips the toes *down*; the angles we report follow the field's convention
instead, given by `MOVEMENTS`: reported = sign x rotation about the axis.

=====================  =======  ====  =====================================================
movement               axis     sign  positive when
=====================  =======  ====  =====================================================
foot pitch             y        -1    toes up (dorsiflexed relative to the ground)
shank pitch            y        -1    top of the shank leans back: foot ahead of the knee
pronation, left foot   x        +1    eversion: the medial (right) border goes down
pronation, right foot  x        -1    eversion: the medial (left) border goes down
toe-out, left foot     z        +1    toes turn to the left
toe-out, right foot    z        -1    toes turn to the right
=====================  =======  ====  =====================================================

`MOVEMENTS` is the same table for the code; a test derives each sign by geometry.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["MOVEMENTS", "Movement", "Placement", "Side", "mirror_to_left"]

Side = Literal["left", "right"]
Placement = Literal["shoe", "shank"]
FloatArray = npt.NDArray[np.float64]


class Movement(NamedTuple):
    """One row of the table: axis index (0 x, 1 y, 2 z) of the segment frame and sign."""

    axis: int
    sign: float


MOVEMENTS: dict[tuple[str, Side], Movement] = {
    ("pitch", "left"): Movement(1, -1.0),
    ("pitch", "right"): Movement(1, -1.0),
    ("pronation", "left"): Movement(0, 1.0),
    ("pronation", "right"): Movement(0, -1.0),
    ("toe_out", "left"): Movement(2, 1.0),
    ("toe_out", "right"): Movement(2, -1.0),
}
"""(movement, side) -> axis and sign; see the module's table."""


def mirror_to_left(vectors: FloatArray, side: Side, *, axial: bool) -> FloatArray:
    """Segment-frame vectors of either leg as if they came from the left one.

    Mirrors at the sagittal (x-z) plane for the right side, so that one algorithm serves both.

    Parameters
    ----------
    vectors
        (..., 3), segment frame.
    side
        Leg they were measured on.
    axial
        True for angular rates (pseudovectors: x and z flip), False for accelerations (y flips).

    Returns
    -------
    (..., 3) array; the input itself for the left side.

    Examples
    --------
    >>> import numpy as np
    >>> mirror_to_left(np.array([1.0, 2.0, 3.0]), "right", axial=False).tolist()
    [1.0, -2.0, 3.0]
    """
    if side == "left":
        return vectors
    signs = np.array([-1.0, 1.0, -1.0]) if axial else np.array([1.0, -1.0, 1.0])
    mirrored: FloatArray = vectors * signs
    return mirrored
