"""Drawings of exercises: one of each, in two positions of one body, above the floor and inside the frame."""

from __future__ import annotations

import math
import re

import pytest

from gait.coaching.rules.load import load_knowledge
from gait.report.page.drawings import DRAWINGS, draw_exercise
from gait.report.page.figures import (
    ARM,
    FLOOR,
    HEIGHT,
    HIPS,
    NECK,
    SHANK,
    THIGH,
    TRUNK,
    WIDTH,
    Front,
    Pose,
    bent,
)

MOST_BYTES = 2000
"""Largest drawing: a page of an hour with 15 exercises stays far below its 400 kB."""
SOLE = 4.0
"""Height of an ankle above what it stands on."""

LIMBS = {
    "ankle knee": SHANK, "knee hip": THIGH, "hip shoulder": TRUNK, "shoulder head": NECK,
    "shoulder elbow": ARM / 2, "elbow hand": ARM / 2, "hip,far knee": THIGH, "far knee,far ankle": SHANK,
    "shoulder,far hand": ARM, "left hip,right hip": HIPS, "left hip,left knee": THIGH,
    "left knee,left ankle": SHANK, "right hip,right knee": THIGH, "right knee,right ankle": SHANK,
    "left shoulder,left hand": ARM, "right shoulder,right hand": ARM, "middle neck": TRUNK, "neck head": NECK,
}  # fmt: skip

BOTH_FEET = ("crab_walk", "side_step", "side_step_up", "single_leg_balance")
"""Drawn from the front, and begun with both feet down: on the floor or on the step."""


def _positions() -> list[tuple[str, Pose | Front]]:
    return [(name, pose) for name, one in DRAWINGS.items() for pose in (one.begin, one.end)]


def test_every_exercise_has_a_drawing_and_every_drawing_its_exercise():
    """The names are the same."""
    assert set(DRAWINGS) == set(load_knowledge().exercises)


@pytest.mark.parametrize("name", DRAWINGS.keys())
def test_a_body_stays_in_its_picture(name):
    """Both poses lie between the floor and the picture's edges, and the words reach a screen reader."""
    svg = draw_exercise(name, 'how "it" goes')
    assert "how &#34;it&#34; goes" in svg
    assert svg.count("<circle") >= 2
    assert len(svg) <= MOST_BYTES
    for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", svg):
        assert 0.0 <= float(x) <= WIDTH
        assert 0.0 <= float(y) <= HEIGHT
    for x, y, r in re.findall(r'<circle class="[a-z]+" cx="(-?[\d.]+)" cy="(-?[\d.]+)" r="([\d.]+)"', svg):
        assert float(r) <= float(x) <= WIDTH - float(r)
        assert float(r) <= float(y)
    for pose in re.findall(r'<path class="(?:begin|end)[ a-z]*" d="M[^"]*"', svg):
        assert all(HEIGHT - float(y) >= FLOOR - 1.0 for y in re.findall(r" (-?[\d.]+)", pose.split("d=")[1]))


def test_a_body_keeps_its_limbs():
    """In both positions of every drawing each limb is as long as in all others, from side and front."""
    seen = set()
    for name, pose in _positions():
        at = pose.joints()
        for limb, length in LIMBS.items():
            a, b = limb.split(",") if "," in limb else limb.split(" ")
            if a in at and b in at:
                seen.add(limb)
                assert math.dist(at[a], at[b]) == pytest.approx(length), (name, limb)
    assert seen == set(LIMBS)


@pytest.mark.parametrize("name", [name for name, one in DRAWINGS.items() if isinstance(one.begin, Front)])
def test_feet_stand_on_the_floor_or_the_step(name):
    """Seen from the front one foot stands in each position, none is below, and both where both are down."""
    one = DRAWINGS[name]
    tops = {FLOOR + SOLE, *(y + high + SOLE for _, y, _, high in one.boxes)}
    for at, pose in enumerate((one.begin, one.end)):
        joints = pose.joints()
        heights = [joints[f"{side} ankle"][1] for side in ("left", "right")]
        down = [any(height == pytest.approx(top) for top in tops) for height in heights]
        assert any(down)
        assert all(down) or not (name in BOTH_FEET and at == 0)
        assert min(heights) >= FLOOR + SOLE - 1e-9


def test_the_standing_foot_stays_where_it_was():
    """From the side the foot that stands moves only where the exercise moves it."""
    moved = {
        name
        for name, one in DRAWINGS.items()
        if isinstance(one.begin, Pose) and isinstance(one.end, Pose) and one.begin.ankle != one.end.ankle
    }
    raised = {"calf_raise", "bent_knee_calf_raise", "towel_heel_raise", "front_plank"}
    assert moved == raised | {"forward_lunge", "box_jump", "single_leg_deadlift", "cushion_squeeze"}
    for name in raised:
        one = DRAWINGS[name]
        # The toes stay: the heel, not the body, is what is lifted.
        assert one.end.joints()["toes"][1] == pytest.approx(one.begin.joints()["toes"][1], abs=1.5) or (
            name == "front_plank"
        )


def test_a_leg_bends_to_where_its_foot_stands():
    """The ankle is reached, with the knee on the side asked for."""
    for left in (True, False):
        thigh, shank = bent((50.0, 40.0), (44.0, 8.0), left=left)
        body = Front((55.0, 40.0), (thigh, shank), (-90.0, -90.0)).joints()
        assert body["left ankle"] == pytest.approx((44.0, 8.0))
        assert (body["left knee"][0] < 44.0) is left


def test_an_exercise_of_own_rules_has_none():
    """Empty, not a placeholder."""
    assert draw_exercise("my_own_exercise", "x") == ""
