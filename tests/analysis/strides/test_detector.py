"""What every detector does with blocks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gait.analysis.signal.resample import GridBlock
from gait.analysis.strides import DETECTORS, detector_for
from gait.analysis.strides.detector import ALIGNED_SCORE, Alignment, Detector
from gait.analysis.strides.guard import GyroscopeGuard
from gait.analysis.strides.shank.accelerometer import ShankAccDetector
from gait.analysis.strides.shank.detector import ShankDetector
from gait.analysis.strides.shoe.accelerometer import ShoeAccDetector
from gait.analysis.strides.shoe.detector import ShoeDetector
from gait.analysis.strides.stride_batch import StrideBatch, empty_batch


class EveryBlock(Detector):
    """A stride a block, which begins with the block's first sample."""

    def __init__(self, side: str) -> None:
        super().__init__()
        self.side = side
        self.segments = 0

    def _find(self, *, final: bool) -> list[StrideBatch]:
        if final:
            return [empty_batch(0)]
        return [replace(empty_batch(1), ic_s=np.array([float(self._buffer.first)]))]

    def _new_segment(self) -> None:
        self.segments += 1

    def _oldest_needed(self) -> int:
        return self._buffer.end


def _block(first: int) -> GridBlock:
    flags = np.zeros(20, dtype=bool)
    return GridBlock(
        first=first, acc=np.zeros((20, 3)), gyr=None, clipped=flags, peak=np.zeros(20), bridged=flags
    )


def test_strides_come_with_their_block_and_a_gap_forgets() -> None:
    """Batches without a stride are left out; the end of a segment empties the buffer."""
    detector = EveryBlock("left")
    assert [batch.ic_s.tolist() for batch in detector.feed(_block(40))] == [[40.0]]
    assert detector.samples_held == 20
    assert detector.end_segment() == []
    assert (detector.samples_held, detector.segments) == (0, 1)
    assert detector.alignment == Alignment()


@pytest.mark.parametrize(
    ("placement", "gyroscope", "kind"),
    [
        ("shoe", True, ShoeDetector),
        ("shoe", False, ShoeAccDetector),
        ("shank", True, ShankDetector),
        ("shank", False, ShankAccDetector),
    ],
)
def test_the_table_gives_a_new_detector_each_time(placement: str, gyroscope: bool, kind: type) -> None:
    """By placement and gyroscope; none is shared between two sensors."""
    assert DETECTORS[placement, gyroscope] is kind
    one, other = (detector_for(placement, gyroscope, "left") for _ in range(2))
    assert type(one) is (GyroscopeGuard if gyroscope else kind)
    assert one is not other
    assert one.samples_held == 0


def test_a_score_of_alignment_is_a_share() -> None:
    """From where it counts it lies between none and all."""
    assert 0.0 < ALIGNED_SCORE < 1.0
    assert Alignment().matrix is None
