"""Left against right on the page: where the gap moves with a curve, and that it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.results import Analysis, Metric
from gait.report.blocks import Bullets, Paragraph
from gait.report.sections.sides import build
from gait.report.story import Story
from gait.report.words import load_words
from tests.benchmarks.stride_runs import Runner, strides_of


def _story(analysis: Analysis, bend_ms: float, lang: str) -> Story:
    rng = np.random.default_rng(1)
    strides = strides_of(Runner.draw(rng), rng, 10.0)
    bend = (strides["ic_s"] // 30.0).astype(int) % 2 == 1
    strides["turn_deg"] = 4.0 * bend
    strides["contact_ms"] += bend_ms * (bend & (strides["side"] == "left"))
    metric = Metric(
        "contact_ms", 240.0, 5.0, 5.0, len(strides), left=240.0, right=240.0, difference=0.0,
        difference_uncertainty=6.0,
    )  # fmt: skip
    made = replace(analysis, strides=strides, metrics={"contact_ms": metric})
    return Story(made, (), None, load_words(lang))


@pytest.mark.parametrize(("lang", "said"), [("en", "in curves to the left"), ("de", "in Linkskurven")])
def test_a_bend_stands_on_the_page(run_analysis: Analysis, lang: str, said: str) -> None:
    """12 ms more on the left in bends: the sentence has both gaps; without them it says that none moves."""
    section = build(_story(run_analysis, 12.0, lang))
    (bullets,) = (block for block in section.blocks if isinstance(block, Bullets))
    assert said in bullets.items[0]
    assert "+12" in bullets.items[0].replace("\u202f", "").replace("\u00a0", "")
    section = build(_story(run_analysis, 0.0, lang))
    assert not any(isinstance(block, Bullets) for block in section.blocks)
    small = section.blocks[-1]
    assert isinstance(small, Paragraph)
    assert said in small.text
