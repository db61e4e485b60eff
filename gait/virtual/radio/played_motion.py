"""Play a recording back as what a virtual sensor feels, sampled whenever its clock says so."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from gait.arrays import CountArray, FloatArray
from gait.protocol.data import to_counts
from gait.recording.model import Recording, without_pauses

__all__ = ["Motion", "Playback"]


class Motion(Protocol):
    """Motion of one sensor over time."""

    @property
    def duration_s(self) -> float:
        """How long there is any."""

    def counts(self, time_s: FloatArray, acc_range_g: float, gyr_range_dps: float) -> CountArray:
        """Return raw counts at these times, (n, 6)."""


@dataclass(frozen=True)
class Playback:
    """A recording, linearly interpolated; before its first sample it lies still, and behind its last.

    Attributes
    ----------
    recording
        With or without gyroscope (which then reads zero).
    """

    recording: Recording

    @property
    def duration_s(self) -> float:
        """Time of the last sample."""
        return float(self.recording.time_s[-1])

    def counts(self, time_s: FloatArray, acc_range_g: float, gyr_range_dps: float) -> CountArray:
        """Return raw counts at session times.

        Parameters
        ----------
        time_s
            (n,) session time, s.
        acc_range_g, gyr_range_dps
            Full scale; beyond it the counts stand still at the end of the range.
        """
        times_s, axes = self._measured
        # A packet needs only the samples near its time.
        first, last = times_s.searchsorted((time_s.min(), time_s.max())) if len(time_s) else (0, 0)
        about = slice(max(0, first - 1), last + 1)
        values = np.column_stack([np.interp(time_s, times_s[about], axis[about]) for axis in axes])
        acc, gyr = values[:, :3], values[:, 3:]
        if not gyr.shape[1]:
            gyr = np.zeros_like(acc)
        return to_counts(acc, gyr, acc_range_g, gyr_range_dps)

    @cached_property
    def _measured(self) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Times and axes without pauses, each in one piece of memory."""
        recording = without_pauses(self.recording)
        both = [recording.acc] if recording.gyr is None else [recording.acc, recording.gyr]
        return recording.time_s, tuple(np.ascontiguousarray(axis) for values in both for axis in values.T)
