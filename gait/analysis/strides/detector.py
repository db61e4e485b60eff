"""Define what a detector of strides is: samples in, strides out, and how the sensor sits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.resample import GridBlock
from gait.analysis.strides.stride_batch import StrideBatch
from gait.arrays import FloatArray
from gait.frames import Placement

__all__ = ["ALIGNED_SCORE", "Alignment", "Axes", "Detector"]

Axes = tuple[tuple[float, FloatArray], ...]
"""(time, s, from which it holds; (3, 3) rows forward, left and up in the sensor frame), in order of time."""

ALIGNED_SCORE = 0.4
"""Score from which metrics that need an aligned sensor are given (chosen: axes scatter by 18 deg)."""


@dataclass(frozen=True)
class Alignment:
    """Mounting of a sensor on its segment, as found from the movement.

    Attributes
    ----------
    score
        0 (failed) to 1: how well the strides agree on the axes; None where nothing can be aligned.
    matrix
        (3, 3) rows: segment axes (forward, left, up) in the sensor frame; None unless aligned.
    closure_error, newest_closure_error
        Relative deviation of the strides' mean specific force from g, over the recording and of late.
    stood
        Whether the sensor was seen at rest before the run, upright.
    slips
        (time, s of session time; change, deg) of each shift of the sensor on the shoe.
    axes
        (time, s of session time from which it holds; (3, 3) matrix as above) in the order of time; empty
        where the segment's axes were not found.
    accelerometer_alone
        Whether the accelerometer alone tells the strides, as the gyroscope stands at its limit too long.
    """

    score: float | None = None
    matrix: FloatArray | None = None
    closure_error: float = 0.0
    newest_closure_error: float = 0.0
    stood: bool = False
    slips: tuple[tuple[float, float], ...] = ()
    axes: Axes = ()
    accelerometer_alone: bool = False


class Detector(ABC):
    """Strides of one sensor out of grid blocks: in order, each once and final.

    Subclasses find strides in the buffer; the same ones whatever the sizes of the blocks.
    """

    suits: ClassVar[tuple[tuple[Placement, bool], ...]] = ()
    """(placement, whether there is a gyroscope) of the sensors that a plugin's detector is for."""

    knows_doubt = False
    """Whether ``contact_sd_s`` tells a clear stride from a doubtful one."""

    can_resume = False
    """Whether a long rest may be left out of the blocks: the next one then says that it ``resumes``."""

    def __init__(self) -> None:
        self._buffer = SampleBuffer()

    @property
    def alignment(self) -> Alignment:
        """Mounting as known so far."""
        return Alignment()

    @property
    def samples_held(self) -> int:
        """Number of samples in the buffer."""
        return len(self._buffer)

    @abstractmethod
    def _find(self, *, final: bool) -> list[StrideBatch]:
        """Return the strides that the buffer completes."""

    @abstractmethod
    def _new_segment(self) -> None:
        """Forget what must not reach across a gap."""

    @abstractmethod
    def _oldest_needed(self) -> int:
        """Return the grid index before which no sample is needed any more."""

    def feed(self, block: GridBlock) -> list[StrideBatch]:
        """Return the strides that `block`, which continues the one before, completes."""
        if block.resumes:
            self._buffer.clear()
        self._buffer.append(block)
        out = self._find(final=False)
        self._buffer.trim(self._oldest_needed())
        return [batch for batch in out if len(batch)]

    def end_segment(self) -> list[StrideBatch]:
        """Return the strides left when the recording ends or a gap begins."""
        out = self._find(final=True) if len(self._buffer) else []
        self._buffer.clear()
        self._new_segment()
        return [batch for batch in out if len(batch)]
