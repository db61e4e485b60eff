"""Pages of runs that are seldom: sensors that do not match, too few strides, pictures without a page."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gait.analysis.analyze import analyze
from gait.analysis.results import Analysis
from gait.report import series
from gait.report.sections import sections_of
from gait.report.story import Story
from gait.report.terminal.charts import _ends
from gait.report.terminal.show import show_story
from gait.report.words import load_words
from gait.virtual.runner.stride_plan import LegOffset
from tests.report.gallery import _coached, _run

SHORT = (("stand", 3.0), ("run", 20.0), ("stand", 2.0))


def _story(analysis: Analysis, lang: str = "en") -> Story:
    coached = _coached(analysis, None, lang)
    return Story(analysis, coached.findings, coached.plan, load_words(lang))


def _text(story: Story) -> str:
    out = io.StringIO()
    show_story(story, out, width=80)
    return out.getvalue()


@pytest.fixture(scope="module")
def mixed() -> Analysis:
    """A run with a sensor on the left shoe and one on the right shank."""
    made = _run("easy-rearfoot", "both", parts=SHORT).session
    kept = [
        one for one in made.recordings if (one.side, one.placement) in {("left", "shoe"), ("right", "shank")}
    ]
    return analyze(replace(made, recordings=tuple(kept)))


@pytest.fixture(scope="module")
def shoes() -> Analysis:
    """A run with a sensor on either shoe."""
    return analyze(_run("easy-rearfoot", "shoes", parts=SHORT).session)


def test_a_shoe_and_a_shank_are_not_compared(mixed: Analysis) -> None:
    """Two places have two methods: no difference of the sides, no finding of it, and the page says why."""
    assert {one.name for one in mixed.sensors} == {"left shoe", "right shank"}
    told = {name for name, one in mixed.metrics.items() if one.difference is not None}
    assert told == set()
    assert mixed.metrics["peak_acc_g"].right is None
    story = _story(mixed)
    (finding,) = (one for one in story.findings if one.id == "left_right_difference")
    assert finding.outcome == "not_assessed"
    said = " ".join(_text(story).split())
    assert "One leg was measured on the shoe and the other on the shank" in said
    assert "Left : right" not in said


def test_too_few_strides_are_no_running_time() -> None:
    """Two seconds of running: the head does not give them where no running number is given."""
    made = _run("easy-rearfoot", "shoes", parts=(("stand", 3.0), ("run", 2.6), ("stand", 3.0))).session
    story = _story(analyze(made))
    assert not story.has_running
    (head,) = (one for section in sections_of(story) for one in section.blocks if one.kind == "head")
    labels = [label for label, _ in head.facts]
    assert story.words("head.running") not in labels
    assert story.words("head.recorded") in labels


def test_the_terminal_names_pictures_and_draws_none_of_them(mixed: Analysis) -> None:
    """Charts that letters cannot draw are named in a line; no caption stands without its picture."""
    said = _text(_story(mixed))
    assert "From the side, From above, From behind" in said
    assert "Height against distance" not in said


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [(2.6, 3.2, ("2.6", "3.2")), (162.0, 176.0, ("162", "176")), (0.31, 0.33, ("0.31", "0.33"))],
)
def test_the_ends_of_a_scale_differ(low: float, high: float, ends: tuple[str, str]) -> None:
    """A scale never begins and ends with one number."""
    assert _ends(low, high) == ends


@pytest.mark.parametrize(("more", "shown"), [(2.0, False), (8.0, True)])
def test_what_no_runner_would_care_about_is_no_tiring(more: float, shown: bool) -> None:
    """2 ms of contact from the first to the last third are no change, however sure; 8 ms are one."""
    n = 600
    rng = np.random.default_rng(1)
    contact = 240.0 + rng.normal(0.0, 2.0, n) + np.where(np.arange(n) > 400, more, 0.0)
    third = series.thirds(pd.DataFrame({"ic_s": np.arange(n) * 0.7, "contact_ms": contact}), "contact_ms")
    assert third is not None
    assert abs(third.change) > third.uncertainty
    assert third.shown is shown


def test_what_is_not_there_is_shown_by_what_speaks_against_it(shoes: Analysis) -> None:
    """A high heel at a quick cadence is no landing far ahead: the cadence is why and comes first."""
    story = _story(shoes)
    (finding,) = (one for one in story.findings if one.id == "overstriding")
    assert finding.outcome == "absent"
    assert finding.evidence[0].metric == "cadence_spm"


def test_the_method_speaks_of_what_was_measured(shoes: Analysis) -> None:
    """Classes of foot strike, and their paper, stand only where a foot strike was measured."""
    shank = analyze(_run("easy-rearfoot", "shank", parts=SHORT).session)
    of_shoes, of_shank = (_text(_story(one)) for one in (shoes, shank))
    for words in ("Classes of foot strike", "Altman AR"):
        assert words in of_shoes
        assert words not in of_shank


def test_one_side_s_finding_has_its_side() -> None:
    """Heel first on the right foot alone: verdict, list and tile say which foot."""
    left = LegOffset(strike_deg=-9.0)
    story = _story(analyze(_run("easy-rearfoot", "shoes", parts=SHORT, left=left).session))
    said = " ".join(_text(story).split())
    assert "heel first (right)" in said.lower()
    assert "Heel first (left): Foot strike angle, left" in said
    assert re.search(r"Left \d°, right 1\d°\. A trait", said)


def test_a_walk_misses_the_running_and_not_the_sensor() -> None:
    """Two shoes that walked: what needs a shoe sensor was not looked for as nobody ran."""
    made = _run("easy-rearfoot", "shoes", parts=(("stand", 3.0), ("walk", 40.0), ("stand", 2.0))).session
    story = _story(analyze(made))
    said = " ".join(_text(story).split())
    assert "There was no running in the recording" in said
    assert "Needs a shoe" not in said
    assert "Needs sensors" not in said


def test_the_line_in_a_tile_does_not_jump_between_the_feet() -> None:
    """Feet that differ by 9 degrees: from point to point the line moves by a stride's scatter alone."""
    left = LegOffset(strike_deg=-9.0)
    parts = (("stand", 3.0), ("run", 45.0), ("stand", 2.0))
    story = _story(analyze(_run("easy-rearfoot", "shoes", parts=parts, left=left).session))
    tiles = next(one for section in sections_of(story) for one in section.blocks if one.kind == "tiles")
    line = next(one.spark for one in tiles.tiles if one.name == "strike")
    assert len(line) > 10
    assert np.median(np.abs(np.diff(line))) < 2.0
