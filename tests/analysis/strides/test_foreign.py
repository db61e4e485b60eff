"""A plugin's detector: what it finds is handed on, and its faults bear its name."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import numpy as np
import pytest

from gait.analysis.signal.resample import GridBlock
from gait.analysis.strides.detector import Alignment
from gait.analysis.strides.foreign import ForeignDetector
from gait.analysis.strides.stride_batch import StrideBatch, empty_batch
from gait.errors import PluginError, SignalError
from gait.plugins import Plugin

PLUGIN = Plugin(
    "detector", "ours", "their-package", "1.0", EntryPoint("ours", "their.module:Part", "gait.detectors")
)
FLAGS = np.zeros(20, dtype=bool)
BLOCK = GridBlock(60, np.zeros((20, 3)), None, FLAGS, np.zeros(20), FLAGS)


class Theirs:
    """Two strides a block, one at the end; made for left feet alone."""

    knows_doubt = True
    alignment = Alignment(score=0.5)
    samples_held = 7

    def __init__(self, side: str, error: Exception | None = None) -> None:
        if side == "right":
            raise RuntimeError("only left feet")
        self.error = error

    def feed(self, block: GridBlock) -> list[StrideBatch]:
        """Raise the error, or return two strides."""
        if self.error is not None:
            raise self.error
        return [empty_batch(2)] if len(block) else []

    def end_segment(self) -> list[StrideBatch]:
        """Return one stride."""
        return [empty_batch(1)]


def test_what_it_finds_is_handed_on() -> None:
    """Strides, alignment, what it holds and whether it states its errors are the plugin's own."""
    mine = ForeignDetector(PLUGIN, Theirs, "left")
    assert [len(batch) for batch in (*mine.feed(BLOCK), *mine.end_segment())] == [2, 1]
    assert (mine.alignment, mine.samples_held, mine.knows_doubt) == (Theirs.alignment, 7, True)


def test_its_faults_bear_its_name() -> None:
    """Whatever it raises, as it is made or later, is a `PluginError`; an error of ours passes."""
    with pytest.raises(PluginError, match="ours"):
        ForeignDetector(PLUGIN, Theirs, "right")
    with pytest.raises(PluginError, match="ours"):
        ForeignDetector(PLUGIN, lambda side: Theirs(side, ValueError("theirs")), "left").feed(BLOCK)
    with pytest.raises(SignalError, match="no samples"):
        ForeignDetector(PLUGIN, lambda side: Theirs(side, SignalError("no samples")), "left").feed(BLOCK)
