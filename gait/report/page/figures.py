"""Figures of a body in lines, from the joints' angles: from the side, or standing from the front.

Angles are degrees from straight ahead (right), anticlockwise, of each limb in the order in which it hangs on
the one before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = [
    "ARM",
    "FLOOR",
    "FOOT",
    "HEAD",
    "HEIGHT",
    "HIPS",
    "NECK",
    "SHANK",
    "SHOULDERS",
    "STAND",
    "THIGH",
    "TRUNK",
    "USUAL_ARMS",
    "WIDTH",
    "Drawing",
    "Extras",
    "Front",
    "Joints",
    "Point",
    "Pose",
    "bent",
]

SHANK, THIGH, TRUNK, ARM, NECK, FOOT, HEAD = 22.0, 22.0, 27.0, 23.0, 9.0, 8.0, 5.5
"""Lengths of the limbs and radius of the head, units of the drawing (chosen: about a body's proportions)."""
HIPS, SHOULDERS, SHORT_FOOT = 10.0, 14.0, 4.0
"""Widths of hips and shoulders and length of a foot from the front, units of the drawing (chosen: by their
look beside the figure from the side)."""
WIDTH, HEIGHT, FLOOR = 100, 104, 4.0
"""Size of a drawing and height of its floor, units (chosen: whole numbers, to draw by)."""
STAND = (46.0, 8.0)
"""Place of a standing foot's ankle, units of the drawing (chosen: near the middle, on the floor)."""
USUAL_ARMS = (-102.0, -78.0)
"""Degrees of the two arms from the front, down is -90 (chosen: they hang a little apart)."""

Point = tuple[float, float]
Joints = dict[str, Point]


@dataclass(frozen=True)
class Extras:
    """Parts of a drawing that belong to one position alone.

    Attributes
    ----------
    bands
        Pairs of joints with a band between them.
    ties
        A joint, and the fixed point that a cable or a band pulls it to.
    arrows
        Start and end of an arrow that shows a press without movement.
    balls
        x, y, half width and half height of a cushion.
    """

    bands: tuple[tuple[str, str], ...] = ()
    ties: tuple[tuple[str, Point], ...] = ()
    arrows: tuple[tuple[Point, Point], ...] = ()
    balls: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True)
class Pose:
    """A body from the side.

    Attributes
    ----------
    ankle
        Place of the standing foot's ankle; for a lying body, of the feet.
    shank, thigh, trunk, arm
        Ankle to knee, knee to hip, hip to shoulder, shoulder to hand.
    other
        Hip to knee and knee to ankle of the other leg; None where both legs coincide.
    foot
        Ankle to toes.
    weight
        Joint that holds a weight: ``hand``, ``shoulder``, ``hip``, or empty.
    fore
        Elbow to hand of a bent arm, with `arm` from shoulder to elbow; None for a straight arm.
    raised
        Shoulder to hand of the other arm; None where both arms coincide.
    extras
        Bands, cables, arrows, cushions.
    """

    ankle: Point
    shank: float
    thigh: float
    trunk: float
    arm: float = -90.0
    other: tuple[float, float] | None = None
    foot: float = 0.0
    weight: str = ""
    fore: float | None = None
    raised: float | None = None
    extras: Extras = Extras()

    def joints(self) -> Joints:
        """Return where each joint is."""
        knee = step(self.ankle, SHANK, self.shank)
        hip = step(knee, THIGH, self.thigh)
        shoulder = step(hip, TRUNK, self.trunk)
        elbow = step(shoulder, ARM / 2, self.arm)
        out = {
            "toes": step(self.ankle, FOOT, self.foot), "ankle": self.ankle, "knee": knee, "hip": hip,
            "shoulder": shoulder, "elbow": elbow,
            "hand": step(elbow, ARM / 2, self.arm if self.fore is None else self.fore),
            "head": step(shoulder, NECK, self.trunk),
        }  # fmt: skip
        if self.other is not None:
            out["far knee"] = step(hip, THIGH, self.other[0])
            out["far ankle"] = step(out["far knee"], SHANK, self.other[1])
        if self.raised is not None:
            out["far hand"] = step(shoulder, ARM, self.raised)
        return out

    def lines(self) -> tuple[tuple[str, ...], ...]:
        """Return the joints that each line goes through."""
        bend = () if self.fore is None else ("elbow",)
        out = [("toes", "ankle", "knee", "hip", "shoulder"), ("shoulder", *bend, "hand")]
        return (*out, ("shoulder", "far hand")) if self.raised is not None else tuple(out)

    def far(self) -> tuple[str, ...]:
        """Return the joints of the other leg; empty where both legs coincide."""
        return () if self.other is None else ("hip", "far knee", "far ankle")


@dataclass(frozen=True)
class Front:
    """A standing body from the front; left and right as in the picture.

    Attributes
    ----------
    hips
        Middle of the hips.
    left, right
        Hip to knee and knee to ankle.
    arms
        Shoulder to hand, left and right.
    weight, extras
        As of a `Pose`.
    """

    hips: Point
    left: tuple[float, float]
    right: tuple[float, float]
    arms: tuple[float, float] = USUAL_ARMS
    weight: str = ""
    extras: Extras = Extras()

    def joints(self) -> Joints:
        """Return where each joint is."""
        neck = (self.hips[0], self.hips[1] + TRUNK)
        out = {"middle": self.hips, "neck": neck, "head": (neck[0], neck[1] + NECK)}
        for side, leg, arm, outward in (("left", self.left, 0, -1.0), ("right", self.right, 1, 1.0)):
            hip = (self.hips[0] + outward * HIPS / 2, self.hips[1])
            knee = step(hip, THIGH, leg[0])
            ankle = step(knee, SHANK, leg[1])
            shoulder = (neck[0] + outward * SHOULDERS / 2, neck[1] - 2.0)
            out |= {
                f"{side} hip": hip, f"{side} knee": knee, f"{side} ankle": ankle,
                f"{side} toes": (ankle[0] + outward * SHORT_FOOT, ankle[1]),
                f"{side} shoulder": shoulder, f"{side} hand": step(shoulder, ARM, self.arms[arm]),
            }  # fmt: skip
        return out

    def lines(self) -> tuple[tuple[str, ...], ...]:
        """Return the joints that each line goes through."""
        limbs = ("toes", "ankle", "knee", "hip")
        legs = (*(f"left {joint}" for joint in limbs), *(f"right {joint}" for joint in reversed(limbs)))
        return legs, ("middle", "neck"), ("left hand", "left shoulder", "right shoulder", "right hand")

    def far(self) -> tuple[str, ...]:
        """Return nothing: from the front no leg is behind the other."""
        return ()


@dataclass(frozen=True)
class Drawing:
    """First and last position of an exercise, with its props.

    ``boxes`` are (x, y, width, height), such as a bench; ``lines`` such as a wall; ``rolls`` are circles
    (x, y, radius), such as a rolled towel. Without ``floor`` the body is seen from above.
    """

    begin: Pose | Front
    end: Pose | Front
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    lines: tuple[tuple[Point, Point], ...] = ()
    rolls: tuple[tuple[float, float, float], ...] = ()
    floor: bool = True


def step(start: Point, length: float, angle: float) -> Point:
    """Return the point at a distance from the start, in a direction in degrees."""
    turn = math.radians(angle)
    return start[0] + length * math.cos(turn), start[1] + length * math.sin(turn)


def bent(hip: Point, ankle: Point, *, left: bool) -> tuple[float, float]:
    """Return the angles of thigh and shank of a leg whose foot stands at a given place.

    Parameters
    ----------
    hip, ankle
        Ends of the leg; at most as far apart as the leg is long.
    left
        True where the knee is left of the line from hip to ankle in the picture.

    Examples
    --------
    >>> bent((50.0, 52.0), (50.0, 8.0), left=True)
    (-90.0, -90.0)
    """
    across, up = ankle[0] - hip[0], ankle[1] - hip[1]
    away = math.degrees(math.acos(math.hypot(across, up) / (THIGH + SHANK)))
    line = math.degrees(math.atan2(up, across))
    turn = -away if left else away
    return line + turn, line - turn
