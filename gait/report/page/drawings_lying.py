"""Line drawings of exercises done lying, on forearms or seated."""

from __future__ import annotations

from gait.report.page.figures import FLOOR, Drawing, Extras, Pose

__all__ = ["LYING"]

# x, y, width and height of boxes, and ends of a line, units of the drawing (chosen: to fit a body)
BENCH = (68.0, FLOOR, 26.0, 17.0)
CHAIR = (16.0, FLOOR, 24.0, 22.0)
CHAIR_BACK = ((16.0, FLOOR), (16.0, 60.0))

_BRIDGE = Pose((70.0, 8.0), 97.0, 202.0, 202.0, -12.0)
_LYING = Pose((70.0, 8.0), 118.0, 238.0, 183.0, -3.0)
_SEATED = Pose((48.0, 8.0), 90.0, 180.0, 90.0, -60.0)

LYING: dict[str, Drawing] = {
    "glute_bridge": Drawing(_LYING, _BRIDGE),
    "single_leg_bridge": Drawing(
        Pose((70.0, 8.0), 118.0, 238.0, 183.0, -3.0, other=(25.0, 25.0)),
        Pose((70.0, 8.0), 97.0, 202.0, 202.0, -12.0, other=(25.0, 25.0)),
    ),
    "hip_thrust": Drawing(
        Pose((30.0, 8.0), 80.0, -28.0, 38.0, 200.0, weight="hip"),
        Pose((30.0, 8.0), 90.0, 2.0, -4.0, 190.0, weight="hip"),
        boxes=(BENCH,),
    ),
    "straight_leg_raise": Drawing(
        Pose((72.0, 8.0), 118.0, 238.0, 183.0, -3.0, other=(0.0, 0.0)),
        Pose((72.0, 8.0), 118.0, 238.0, 183.0, -3.0, other=(38.0, 38.0)),
    ),
    "side_clam": Drawing(
        Pose((90.0, 17.0), 213.0, 147.0, 185.0, -50.0, other=(-33.0, 33.0), foot=-10.0, fore=180.0),
        Pose((90.0, 17.0), 147.0, 213.0, 185.0, -50.0, other=(-33.0, 33.0), foot=-10.0, fore=180.0,
             extras=Extras(bands=(("knee", "far knee"),))),
    ),
    "cushion_squeeze": Drawing(
        Pose((82.0, 45.0), 213.0, 147.0, 180.0, -20.0, other=(33.0, -33.0), raised=20.0,
             extras=Extras(balls=((63.5, 45.0, 7.0, 10.0),))),
        Pose((86.4, 45.0), 199.0, 161.0, 180.0, -20.0, other=(19.0, -19.0), raised=20.0,
             extras=Extras(balls=((65.6, 45.0, 9.0, 5.5),),
                           arrows=(((65.6, 70.0), (65.6, 56.0)), ((65.6, 20.0), (65.6, 34.0))))),
        floor=False,
    ),
    "knee_extension": Drawing(_SEATED, Pose((48.0, 8.0), 90.0, 180.0, 90.0, -60.0, other=(0.0, 3.0)),
        boxes=(CHAIR,), lines=(CHAIR_BACK,),
    ),
    "knee_extension_hold": Drawing(
        Pose((48.0, 8.0), 90.0, 180.0, 90.0, -60.0, other=(0.0, -72.0)),
        Pose((48.0, 8.0), 90.0, 180.0, 90.0, -60.0, other=(0.0, -60.0),
             extras=Extras(arrows=(((60.0, 26.0), (80.0, 26.0)),))),
        boxes=(CHAIR, (62.0, FLOOR, 10.0, 15.0)), lines=(CHAIR_BACK,),
    ),
    "front_plank": Drawing(
        Pose((88.0, 7.0), 180.0, 150.0, 178.0, -90.0, fore=180.0, foot=-20.0),
        Pose((88.0, 10.5), 172.5, 172.5, 172.5, -90.0, fore=180.0, foot=-50.0),
    ),
    "side_plank": Drawing(
        Pose((92.0, 8.0), 180.0, 180.0, 152.0, -90.0, fore=180.0, foot=60.0, raised=-30.0),
        Pose((92.0, 8.0), 170.0, 170.0, 170.0, -90.0, fore=180.0, foot=60.0, raised=90.0),
    ),
}  # fmt: skip
"""Drawings by the exercise's id."""
