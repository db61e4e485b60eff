"""Landings among the shocks of a shoe's accelerometer: on peaks and knocks made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.resample import GridBlock
from gait.analysis.strides.landing_model import load_landing
from gait.analysis.strides.shoe.accelerometer import MODEL
from gait.analysis.strides.shoe.landings import LandingFinder, candidates


def test_a_shock_stands_out() -> None:
    """Of a quiet signal with three peaks the two above 12 g/s are shocks."""
    jerk = np.full(300, 1.0)
    jerk[[50, 150, 250]] = 30.0, 11.0, 13.0
    assert candidates(jerk).tolist() == [50, 250]


@pytest.mark.parametrize(("knock_g", "found"), [(0.5, 0), (4.0, 8)])
def test_a_walking_foot_lands_harder_than_a_pocket(knock_g, found) -> None:
    """Swing, knock, rest, eight times: a foot's knock is a walker's landing, a pocket's is none."""
    size = np.ones(9 * 220)
    for at in range(220, 9 * 220, 220):
        size[at - 80 : at] += 0.8 * np.hanning(80)
        size[at : at + 5] += knock_g * np.hanning(5)
    acc = np.outer(size, [0.0, 0.0, 9.80665])
    block = GridBlock(0, acc, None, *(np.zeros(len(acc), dtype=kind) for kind in (bool, float, bool)))
    buffer = SampleBuffer()
    buffer.append(block)
    landings = LandingFinder(load_landing(MODEL)).find(buffer, final=True)
    assert len(landings) == found
    assert not any(one.running for one in landings)
