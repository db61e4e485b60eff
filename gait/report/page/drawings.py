"""Line drawings of exercises: how it begins, in grey, and how it ends, from the joints' angles.

Angles are degrees from straight ahead (right), anticlockwise, of each limb in the order in which it hangs on
the one before. An exercise without a drawing here has none on the page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup, escape

__all__ = ["DRAWINGS", "Pose", "draw_exercise"]

SHANK, THIGH, TRUNK, ARM, NECK, FOOT, HEAD = 22.0, 22.0, 27.0, 23.0, 9.0, 8.0, 5.5
"""Lengths of the limbs and radius of the head, in the drawing's own units."""
WIDTH, HEIGHT, FLOOR = 100, 102, 4.0

Point = tuple[float, float]

INK = {"begin": "#8d98a3", "end": "#30475e", "floor": "#dfe3e8", "prop": "#59656f"}
THIN = ("floor", "prop")


@dataclass(frozen=True)
class Pose:
    """A body from the side.

    Attributes
    ----------
    ankle
        Where the standing foot is; lying, where the feet are.
    shank, thigh, trunk, arm
        Ankle to knee, knee to hip, hip to shoulder, shoulder to hand.
    other
        Hip to knee and knee to ankle of the other leg; None where it is beside the first.
    foot
        Ankle to toes.
    weight
        Where a weight is held: ``hand``, ``shoulder``, ``hip`` or empty.
    """

    ankle: Point
    shank: float
    thigh: float
    trunk: float
    arm: float = -90.0
    other: tuple[float, float] | None = None
    foot: float = 0.0
    weight: str = ""


@dataclass(frozen=True)
class _Drawing:
    """Begin and end, with boxes (x, y, width, height) such as a bench, and lines such as a wall."""

    begin: Pose
    end: Pose
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    lines: tuple[tuple[Point, Point], ...] = ()


STAND = (46.0, 8.0)
BENCH = (68.0, FLOOR, 26.0, 17.0)
BACK_SEAT = (8.0, FLOOR, 22.0, 20.0)

_SQUAT = Pose(STAND, 68.0, 172.0, 52.0, 20.0)
_UPRIGHT = Pose(STAND, 90.0, 90.0, 90.0)
_BRIDGE = Pose((70.0, 8.0), 97.0, 202.0, 202.0, -12.0)
_LYING = Pose((70.0, 8.0), 118.0, 238.0, 183.0, -3.0)

DRAWINGS: dict[str, _Drawing] = {
    "low_bar_squat": _Drawing(
        Pose(STAND, 90.0, 90.0, 86.0, 250.0, weight="shoulder"),
        Pose(STAND, 68.0, 172.0, 50.0, 215.0, weight="shoulder"),
    ),
    "bodyweight_squat": _Drawing(Pose(STAND, 90.0, 90.0, 90.0, 0.0), _SQUAT),
    "romanian_deadlift": _Drawing(
        Pose(STAND, 90.0, 90.0, 90.0, -88.0, weight="hand"),
        Pose(STAND, 94.0, 112.0, 12.0, -92.0, weight="hand"),
    ),
    "hip_hinge": _Drawing(Pose(STAND, 90.0, 90.0, 90.0, -88.0), Pose(STAND, 94.0, 112.0, 15.0, -90.0)),
    "wall_squat": _Drawing(
        Pose((56.0, 8.0), 108.0, 135.0, 90.0, -85.0), Pose((56.0, 8.0), 90.0, 165.0, 90.0, -60.0),
        lines=(((30.0, FLOOR), (30.0, 92.0)),),
    ),
    "bulgarian_split_squat": _Drawing(
        Pose((62.0, 8.0), 90.0, 100.0, 86.0, -90.0, other=(238.0, 200.0)),
        Pose((62.0, 8.0), 78.0, 160.0, 78.0, -90.0, other=(262.0, 152.0)),
        boxes=(BACK_SEAT,),
    ),
    "forward_lunge": _Drawing(
        _UPRIGHT, Pose((66.0, 8.0), 88.0, 165.0, 88.0, -90.0, other=(262.0, 190.0)),
    ),
    "glute_bridge": _Drawing(_LYING, _BRIDGE),
    "single_leg_bridge": _Drawing(
        Pose((70.0, 8.0), 118.0, 238.0, 183.0, -3.0, other=(25.0, 25.0)),
        Pose((70.0, 8.0), 97.0, 202.0, 202.0, -12.0, other=(25.0, 25.0)),
    ),
    "hip_thrust": _Drawing(
        Pose((30.0, 8.0), 80.0, -28.0, 38.0, 200.0, weight="hip"),
        Pose((30.0, 8.0), 90.0, 2.0, -4.0, 190.0, weight="hip"),
        boxes=(BENCH,),
    ),
    "calf_raise": _Drawing(
        _UPRIGHT, Pose((46.0, 14.0), 90.0, 90.0, 90.0, foot=-42.0),
    ),
    "single_leg_deadlift": _Drawing(
        _UPRIGHT, Pose((58.0, 8.0), 90.0, 96.0, 8.0, -90.0, other=(180.0, 180.0)),
    ),
    "straight_leg_raise": _Drawing(
        Pose((72.0, 8.0), 118.0, 238.0, 183.0, -3.0, other=(0.0, 0.0)),
        Pose((72.0, 8.0), 118.0, 238.0, 183.0, -3.0, other=(38.0, 38.0)),
    ),
}  # fmt: skip


def draw_exercise(name: str, alt: str) -> Markup:
    """Return the drawing of an exercise as inline SVG; empty where there is none."""
    made = DRAWINGS.get(name)
    if made is None:
        return Markup()
    props = "".join(
        f'<rect class="prop" x="{x}" y="{HEIGHT - y - h:.1f}" width="{w}" height="{h}" {_ink("prop")}/>'
        for x, y, w, h in made.boxes
    ) + "".join(_path([a, b], "prop") for a, b in made.lines)
    floor = _path([(2.0, FLOOR), (WIDTH - 2.0, FLOOR)], "floor")
    parts = "".join(
        f'<svg x="{at * WIDTH}" width="{WIDTH}" height="{HEIGHT}">{floor}{props}{_figure(pose, look)}</svg>'
        for at, (pose, look) in enumerate(((made.begin, "begin"), (made.end, "end")))
    )
    # Numbers of this module and its own words; the name goes through escape().
    return Markup(  # noqa: S704
        f'<svg class="drawing" viewBox="0 0 {2 * WIDTH} {HEIGHT}" role="img" aria-label="{escape(alt)}">'
        f"{parts}</svg>"
    )


def _step(start: Point, length: float, angle: float) -> Point:
    turn = math.radians(angle)
    return start[0] + length * math.cos(turn), start[1] + length * math.sin(turn)


def _figure(pose: Pose, look: str) -> str:
    """Legs, trunk, arm and head of one pose."""
    knee = _step(pose.ankle, SHANK, pose.shank)
    hip = _step(knee, THIGH, pose.thigh)
    shoulder = _step(hip, TRUNK, pose.trunk)
    hand = _step(shoulder, ARM, pose.arm)
    toes = _step(pose.ankle, FOOT, pose.foot)
    head = _step(shoulder, NECK, pose.trunk)
    out = ""
    if pose.other is not None:
        far = _step(hip, THIGH, pose.other[0])
        out += _path([hip, far, _step(far, SHANK, pose.other[1])], f"{look} far")
    out += _path([toes, pose.ankle, knee, hip, shoulder], look) + _path([shoulder, hand], look)
    out += f'<circle class="{look}" cx="{head[0]:.1f}" cy="{HEIGHT - head[1]:.1f}" r="{HEAD}" {_ink(look)}/>'
    places = {"hand": hand, "shoulder": shoulder, "hip": hip}
    if pose.weight:
        x, y = places[pose.weight]
        out += f'<circle class="weight" cx="{x:.1f}" cy="{HEIGHT - y:.1f}" r="6.5" fill="#59656f"/>'
    return out


def _path(points: list[Point], look: str) -> str:
    joined = "L".join(f"{x:.1f} {HEIGHT - y:.1f}" for x, y in points)
    return f'<path class="{look}" d="M{joined}" {_ink(look)}/>'


def _ink(look: str) -> str:
    """Attributes for printers that do not know the page's style sheet."""
    wide = 1.5 if look in THIN else 3.2
    return f'fill="none" stroke="{INK[look.split(maxsplit=1)[0]]}" stroke-width="{wide}"'
