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

__all__ = ["MOVEMENTS", "Movement", "Placement", "Side"]

Side = Literal["left", "right"]
Placement = Literal["shoe", "shank"]


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
