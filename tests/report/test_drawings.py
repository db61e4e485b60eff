"""Drawings of exercises: of those there are, in two poses, above the floor; nothing for the others."""

from __future__ import annotations

import re

import pytest

from gait.coaching.rules.load import load_knowledge
from gait.report.page.drawings import DRAWINGS, FLOOR, HEIGHT, WIDTH, draw_exercise


def test_each_drawing_is_of_an_exercise():
    """No drawing has the name of an exercise that there is not."""
    assert set(DRAWINGS) <= set(load_knowledge().exercises)


@pytest.mark.parametrize("name", DRAWINGS.keys())
def test_a_body_stays_in_its_picture(name):
    """Both poses lie between the floor and the picture's edges, and the words reach a screen reader."""
    svg = draw_exercise(name, 'how "it" goes')
    assert "how &#34;it&#34; goes" in svg
    assert svg.count("<circle") >= 2
    for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", svg):
        assert 0.0 <= float(x) <= WIDTH
        assert HEIGHT - float(y) >= 0.0
        assert HEIGHT - float(y) <= HEIGHT
    for pose in re.findall(r'<path class="(?:begin|end)" d="M[^"]*"', svg):
        assert all(HEIGHT - float(y) >= FLOOR - 1.0 for y in re.findall(r" (-?[\d.]+)", pose.split("d=")[1]))


def test_an_exercise_without_a_drawing_has_none():
    """Empty, not a placeholder."""
    assert draw_exercise("crab_walk", "x") == ""
