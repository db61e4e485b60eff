"""Line drawings of exercises done standing."""

from __future__ import annotations

from gait.report.page.figures import FLOOR, HIPS, STAND, USUAL_ARMS, Drawing, Extras, Front, Point, Pose, bent

__all__ = ["STANDING"]

# x, y, width and height of boxes, and ends of lines, units of the drawing (chosen: to fit a body)
BACK_SEAT = (8.0, FLOOR, 22.0, 20.0)
STEP = (12.0, FLOOR, 40.0, 8.0)
LOW_BOX = (58.0, FLOOR, 36.0, 16.0)
COUNTER = (61.0, FLOOR, 30.0, 56.0)
WALL = ((27.0, FLOOR), (27.0, 92.0))
POST = ((70.0, FLOOR), (70.0, 84.0))

_SQUAT = Pose(STAND, 68.0, 172.0, 52.0, 20.0)
_UPRIGHT = Pose(STAND, 90.0, 90.0, 90.0)

_NONE = Extras()


def _front(
    hips: Point,
    left: Point,
    right: Point,
    arms: tuple[float, float] = USUAL_ARMS,
    extras: Extras = _NONE,
) -> Front:
    """Return a body from the front with its feet at two places and its knees outward."""
    return Front(
        hips,
        bent((hips[0] - HIPS / 2, hips[1]), left, left=True),
        bent((hips[0] + HIPS / 2, hips[1]), right, left=False),
        arms,
        extras=extras,
    )


_CABLE = Extras(ties=(("right ankle", (88.0, 14.0)),))
_KNEES, _FEET = Extras(bands=(("left knee", "right knee"),)), Extras(bands=(("left ankle", "right ankle"),))

STANDING: dict[str, Drawing] = {
    "low_bar_squat": Drawing(
        Pose(STAND, 90.0, 90.0, 86.0, 250.0, weight="shoulder"),
        Pose(STAND, 68.0, 172.0, 50.0, 215.0, weight="shoulder"),
    ),
    "bodyweight_squat": Drawing(Pose(STAND, 90.0, 90.0, 90.0, 0.0), _SQUAT),
    "romanian_deadlift": Drawing(
        Pose(STAND, 90.0, 90.0, 90.0, -88.0, weight="hand"),
        Pose(STAND, 94.0, 112.0, 12.0, -92.0, weight="hand"),
    ),
    "hip_hinge": Drawing(Pose(STAND, 90.0, 90.0, 90.0, -88.0), Pose(STAND, 94.0, 112.0, 15.0, -90.0)),
    "wall_squat": Drawing(
        Pose((56.0, 8.0), 108.0, 135.0, 90.0, -85.0), Pose((56.0, 8.0), 90.0, 165.0, 90.0, -60.0),
        lines=(WALL,),
    ),
    "bulgarian_split_squat": Drawing(
        Pose((62.0, 8.0), 90.0, 100.0, 86.0, -90.0, other=(238.0, 200.0)),
        Pose((62.0, 8.0), 78.0, 160.0, 78.0, -90.0, other=(262.0, 152.0)),
        boxes=(BACK_SEAT,),
    ),
    "forward_lunge": Drawing(
        _UPRIGHT, Pose((66.0, 8.0), 88.0, 165.0, 88.0, -90.0, other=(262.0, 190.0)),
    ),
    "calf_raise": Drawing(
        _UPRIGHT, Pose((46.0, 14.0), 90.0, 90.0, 90.0, foot=-42.0),
    ),
    "single_leg_deadlift": Drawing(
        _UPRIGHT, Pose((58.0, 8.0), 90.0, 96.0, 8.0, -90.0, other=(180.0, 180.0)),
    ),
    "crab_walk": Drawing(
        _front((40.0, 38.0), (30.0, 8.0), (50.0, 8.0), (-130.0, -50.0), extras=_KNEES),
        _front((52.0, 36.0), (30.0, 8.0), (74.0, 8.0), (-130.0, -50.0), extras=_KNEES),
    ),
    "side_step": Drawing(
        _front((38.0, 51.0), (31.0, 8.0), (45.0, 8.0), extras=_FEET),
        _front((50.0, 47.0), (31.0, 8.0), (69.0, 8.0), extras=_FEET),
    ),
    "box_jump": Drawing(
        Pose((34.0, 8.0), 68.0, 150.0, 48.0, 215.0),
        Pose((70.0, 24.0), 70.0, 146.0, 62.0, -30.0),
        boxes=(LOW_BOX,),
    ),
    "assisted_pistol_squat": Drawing(
        Pose((46.0, 8.0), 90.0, 90.0, 90.0, -20.0, other=(-60.0, -60.0)),
        Pose((46.0, 8.0), 60.0, 190.0, 62.0, 0.0, other=(10.0, 10.0)),
        lines=(POST,),
    ),
    "side_step_up": Drawing(
        _front((51.0, 51.5), (36.0, 16.0), (60.0, 8.0)),
        Front((41.0, 60.0), (-90.0, -90.0), (-70.0, -95.0)),
        boxes=(STEP,),
    ),
    "single_leg_step_down": Drawing(
        Front((41.0, 60.0), (-90.0, -90.0), (-70.0, -90.0), (-145.0, -35.0)),
        _front((48.0, 50.5), (36.0, 16.0), (58.0, 8.0), (-160.0, -20.0)),
        boxes=(STEP,),
    ),
    "band_kick_back": Drawing(
        Pose(STAND, 90.0, 90.0, 86.0, 10.0),
        Pose(STAND, 90.0, 90.0, 84.0, 10.0, other=(-135.0, -140.0),
             extras=Extras(bands=(("knee", "far knee"),))),
        lines=(((72.0, FLOOR), (72.0, 92.0)),),
    ),
    "cable_adductor_pull": Drawing(
        Front((40.0, 52.0), (-90.0, -90.0), (-58.0, -58.0), extras=_CABLE),
        Front((40.0, 52.0), (-90.0, -90.0), (-104.0, -112.0), extras=_CABLE),
        lines=(((88.0, FLOOR), (88.0, 50.0)),),
    ),
    "hamstring_curl": Drawing(
        Pose(STAND, 90.0, 90.0, 86.0, -45.0),
        Pose(STAND, 90.0, 90.0, 86.0, -45.0, other=(-90.0, 165.0)),
        boxes=(COUNTER,),
    ),
    "bent_knee_calf_raise": Drawing(
        Pose((43.0, 8.0), 76.0, 132.0, 90.0, -85.0),
        Pose((43.0, 14.0), 76.0, 132.0, 90.0, -85.0, foot=-42.0),
        lines=(WALL,),
    ),
    "towel_heel_raise": Drawing(
        Pose((44.0, 9.5), 90.0, 90.0, 90.0, -90.0, foot=28.0, other=(-95.0, -160.0)),
        Pose((44.0, 16.0), 90.0, 90.0, 90.0, -90.0, foot=-20.0, other=(-95.0, -160.0)),
        boxes=((46.0, FLOOR, 38.0, 4.0),), rolls=((51.5, 10.0, 2.2),),
    ),
    "single_leg_balance": Drawing(
        Front((50.0, 52.0), (-90.0, -90.0), (-90.0, -90.0)),
        Front((50.0, 52.0), (-90.0, -90.0), (-35.0, 215.0), (172.0, 8.0)),
    ),
}  # fmt: skip
"""Drawings by the exercise's id."""
