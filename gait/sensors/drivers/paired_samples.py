"""Two instruments of one sensor that arrive apart: acceleration and angular rate brought to one time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gait.arrays import FloatArray

__all__ = ["Paired", "PairedSamples"]

MOST_WAITING = 2000
"""Samples that may wait for the other instrument (chosen: a quarter of a minute and more at 104 Hz)."""


@dataclass(frozen=True, eq=False)
class Paired:
    """Samples of both instruments: (n,) times in the sensor's clock, us, (n, 3) acc and gyr."""

    clock_us: FloatArray
    acc: FloatArray
    gyr: FloatArray


def _empty() -> tuple[FloatArray, FloatArray]:
    return np.zeros(0), np.zeros((0, 3))


@dataclass
class PairedSamples:
    """Angular rate interpolated to the times of acceleration.

    Parameters
    ----------
    most_waiting
        Samples of one instrument that may wait for the other's; beyond it the oldest are dropped.

    State: samples of each instrument that wait for the other's.
    """

    most_waiting: int = MOST_WAITING
    _acc: tuple[FloatArray, FloatArray] = field(default_factory=_empty)
    _gyr: tuple[FloatArray, FloatArray] = field(default_factory=_empty)

    def add_acc(self, clock_us: FloatArray, values: FloatArray) -> None:
        """Add (n, 3) acceleration with (n,) times, us, which increase from call to call."""
        self._acc = self._joined(self._acc, clock_us, values)

    def add_gyr(self, clock_us: FloatArray, values: FloatArray) -> None:
        """Add (n, 3) angular rate with (n,) times, us, which increase from call to call."""
        self._gyr = self._joined(self._gyr, clock_us, values)

    def ready(self) -> Paired | None:
        """Return the acceleration with angular rate on both sides of it; None for nothing yet."""
        (acc_us, acc), (gyr_us, gyr) = self._acc, self._gyr
        if len(acc_us) == 0 or len(gyr_us) == 0:
            return None
        first = int(np.searchsorted(acc_us, gyr_us[0]))
        end = int(np.searchsorted(acc_us, gyr_us[-1], side="right"))
        self._acc = acc_us[end:], acc[end:]
        if first == end:
            return None
        times = acc_us[first:end]
        at_acc = np.column_stack([np.interp(times, gyr_us, axis) for axis in gyr.T])
        keep = max(0, int(np.searchsorted(gyr_us, times[-1], side="right")) - 1)
        self._gyr = gyr_us[keep:], gyr[keep:]
        return Paired(times, acc[first:end], at_acc)

    def _joined(
        self, before: tuple[FloatArray, FloatArray], clock_us: FloatArray, values: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the waiting times and values with new ones behind; the oldest beyond the limit go."""
        times = np.concatenate([before[0], clock_us])[-self.most_waiting :]
        return times, np.concatenate([before[1], values])[-self.most_waiting :]
