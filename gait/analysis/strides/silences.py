"""Landings that no sample shows, because they lie in a short silence of the sensor.

A silence of a few samples is filled so that the filters run on (`gait.analysis.signal.resample`), but a shock
within one is gone. The landing was due one stride after the last.
"""

from __future__ import annotations

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.signal.resample import GRID_HZ

__all__ = ["due_in_silence", "hidden_landing"]

TWICE = (1.75, 2.25)
"""Length between two landings, in strides as the one before, that may hold another which no sample shows
(chosen: two, with the quarter by which strides beside one another differ)."""

HIDDEN_ABOUT_S = 0.06
"""s about its middle in which a silence must lie for that (chosen: the shock and what leads to it)."""

LATE_S = 0.08
"""s behind a landing due in a silence from which a shock is not that landing (chosen: a push-off comes
0.15 s behind it and more)."""

LATE_SHARE = 0.5
"""Share of a stride behind it up to which the shock is looked at (chosen: half-way to the next one)."""


def hidden_landing(buffer: SampleBuffer, last: int, index: int, stride: int) -> int | None:
    """Return the grid index of a landing that lies in a silence between two others, or None.

    Parameters
    ----------
    buffer
        Samples about them, with what was filled in silences.
    last, index
        Grid indices of the two, one behind the other.
    stride
        Grid points of the stride before; 0 where there was none.
    """
    if not TWICE[0] * stride < index - last < TWICE[1] * stride:
        return None
    middle = (last + index) // 2
    return middle if _silent_about(buffer, middle) else None


def due_in_silence(buffer: SampleBuffer, last: int, index: int, stride: int) -> int | None:
    """Return the grid index of the landing that a silence hides where a shock only follows it, or None.

    Parameters
    ----------
    buffer
        Samples about them, with what was filled in silences.
    last, index
        Grid indices of the landing before and of the shock.
    stride
        Grid points of the stride before; 0 where there was none.
    """
    due = last + stride
    late = LATE_S * GRID_HZ < index - due < LATE_SHARE * stride
    return due if late and _silent_about(buffer, due) else None


def _silent_about(buffer: SampleBuffer, index: int) -> bool:
    """Return whether a landing at a grid index may lie in a silence."""
    half = round(HIDDEN_ABOUT_S * GRID_HZ)
    about = slice(max(index - half - buffer.first, 0), max(index + half - buffer.first, 0))
    return bool(buffer.bridged[about].any())
