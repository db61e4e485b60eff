"""Line drawings of exercises: the first position, in grey, and the last one beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from markupsafe import Markup, escape

from gait.report.page.drawings_lying import LYING
from gait.report.page.drawings_standing import STANDING
from gait.report.page.figures import FLOOR, HEAD, HEIGHT, WIDTH, Drawing, Extras, Front, Joints, Point, Pose

__all__ = ["DRAWINGS", "draw_exercise"]

DRAWINGS: dict[str, Drawing] = {**STANDING, **LYING}
"""Exercise's id -> drawing, for every exercise of the built-in rules."""

INK = {"begin": "#8d98a3", "end": "#30475e", "floor": "#dfe3e8", "prop": "#59656f"}
THIN = ("floor", "prop")
BARB = 4.0
"""Length of an arrow's head, units of the drawing (chosen: by its look in the printed drawing)."""
BARB_RAD = 0.6
"""Angle between an arrow and each side of its head, rad (chosen: by its look in the printed drawing)."""
THIN_LINE, LINE = 1.5, 3.2
"""Widths of lines of floor and props, and of the body, units of the drawing (chosen: by their look in the
printed drawing: the body stands out)."""


def draw_exercise(name: str, alt: str) -> Markup:
    """Return the drawing of an exercise as inline SVG; empty for an exercise without a drawing."""
    drawing = DRAWINGS.get(name)
    if drawing is None:
        return Markup()
    corners = [
        ((x, y), (x, y + high), (x + wide, y + high), (x + wide, y), (x, y))
        for x, y, wide, high in drawing.boxes
    ]
    props = _path([*corners, *drawing.lines], "prop")
    props += "".join(
        f'<circle class="prop" cx="{x}" cy="{HEIGHT - y:.1f}" r="{r}" {_ink("prop")}/>'
        for x, y, r in drawing.rolls
    )
    floor = _path([[(2.0, FLOOR), (WIDTH - 2.0, FLOOR)]], "floor") if drawing.floor else ""
    parts = "".join(
        f'<svg x="{at * WIDTH}" width="{WIDTH}" height="{HEIGHT}">{floor}{props}{_figure(pose, look)}</svg>'
        for at, (pose, look) in enumerate(((drawing.begin, "begin"), (drawing.end, "end")))
    )
    # Numbers of this module and its own words; the name goes through escape().
    return Markup(  # noqa: S704 - made of our own numbers alone
        f'<svg class="drawing" viewBox="0 0 {2 * WIDTH} {HEIGHT}" role="img" aria-label="{escape(alt)}">'
        f"{parts}</svg>"
    )


def _figure(pose: Pose | Front, look: str) -> str:
    """Return the legs, trunk, arms and head of one pose, with its weight and bands."""
    at = pose.joints()
    far = pose.far()
    out = _path([[at[key] for key in far]] if far else [], f"{look} far")
    out += _path([[at[key] for key in line] for line in pose.lines()], look)
    x, y = at["head"]
    out += f'<circle class="{look}" cx="{x:.1f}" cy="{HEIGHT - y:.1f}" r="{HEAD}" {_ink(look)}/>'
    if pose.weight:
        x, y = at[pose.weight]
        out += f'<circle class="weight" cx="{x:.1f}" cy="{HEIGHT - y:.1f}" r="6.5" fill="#59656f"/>'
    return out + _extras(pose.extras, at)


def _extras(extras: Extras, at: Joints) -> str:
    """Return the bands, cables, cushions and arrows of one pose."""
    balls = "".join(
        f'<ellipse class="prop" cx="{x:.1f}" cy="{HEIGHT - y:.1f}" rx="{w}" ry="{h}" {_ink("prop")}/>'
        for x, y, w, h in extras.balls
    )
    drawn = [[at[a], at[b]] for a, b in extras.bands]
    drawn += [[at[joint], to] for joint, to in extras.ties]
    return balls + _path([*drawn, *(_arrow(a, b) for a, b in extras.arrows)], "prop")


def _arrow(start: Point, end: Point) -> Iterable[Point]:
    """Return the corners of an arrow in one stroke."""
    back = math.atan2(start[1] - end[1], start[0] - end[0])
    barbs = [
        (end[0] + BARB * math.cos(back + turn), end[1] + BARB * math.sin(back + turn))
        for turn in (BARB_RAD, -BARB_RAD)
    ]
    return start, end, barbs[0], end, barbs[1]


def _path(lines: Iterable[Iterable[Point]], look: str) -> str:
    """Return lines of one style as one path; empty without lines."""
    joined = "".join("M" + "L".join(f"{x:.1f} {HEIGHT - y:.1f}" for x, y in line) for line in lines)
    return f'<path class="{look}" d="{joined}" {_ink(look)}/>' if joined else ""


def _ink(look: str) -> str:
    """Return the attributes for printers that do not know the page's style sheet."""
    wide = THIN_LINE if look in THIN else LINE
    return f'fill="none" stroke="{INK[look.split(maxsplit=1)[0]]}" stroke-width="{wide}"'
