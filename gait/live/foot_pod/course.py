"""Follow a run as a foot pod does: decided strides in, speed, cadence and distance out."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from gait.analysis.engine import Stride
from gait.live.foot_pod.rsc import Measurement

__all__ = ["Course", "PodSettings"]

MEAN_S = 3.0
"""s of strides that a value is the mean of: four strides of each foot (chosen: a single stride's length
scatters by some per cent, and a watch is to see a change of pace within seconds)."""
STOPS_S = 3.0
"""s without a new stride after which nobody moves, at most (chosen: a walker's slowest stride takes 2 s, and
a stride is decided up to 0.5 s after its end)."""
STOPS_STRIDES, DECIDED_S = 2.5, 0.6
"""The same in strides of the pace until then, and s until one is decided (chosen: one stride may be missed,
and the engine decides by the next toe-off)."""
NEW_PACE = 0.12
"""Share by which two strides in a row are both quicker, or both slower, than those before where the pace has
changed: these no longer count (chosen: three times what a single stride's length scatters)."""
PAIR = 2  # strides in a row that have to agree on a new pace (chosen: a single odd stride changes nothing)
MOST_KEPT = 64
"""Strides that speed and cadence are taken from at most (chosen: more than 10 s of two fast legs)."""


@dataclass(frozen=True)
class PodSettings:
    """Basis of the foot pod's lengths.

    Attributes
    ----------
    factor
        The runner's calibration: true over measured length.
    stride_m
        Length of a stride that has none of its own, m, as the runner states it; None to leave it unknown.
    """

    factor: float = 1.0
    stride_m: float | None = None


@dataclass(frozen=True)
class _Kept:
    """A stride with what a foot pod needs of it."""

    time_s: float
    end_s: float
    length_m: float
    running: bool


class Course:
    """Speed, cadence and distance of a run, from the strides of one foot or of both.

    State: the last seconds' strides, since when it has been one pace, the distance, and up to when it is
    counted.

    Parameters
    ----------
    settings
        Length of a stride and factor on lengths.

    Notes
    -----
    Both feet go the same way, so distance is counted along time: of a stride only what lies behind the
    strides before it adds its share. It can not fall, whichever foot is away. A stride without a length adds
    nothing.
    """

    def __init__(self, settings: PodSettings | None = None) -> None:
        self.settings = settings or PodSettings()
        self.distance_m = 0.0
        self._counted_s = -math.inf
        self._recent: deque[_Kept] = deque(maxlen=MOST_KEPT)
        self._pace_since_s = -math.inf
        self.strides = 0
        self.knows_length = False

    def stride(self, stride: Stride) -> None:
        """Take a decided stride; one whose next contact is not known says nothing of pace."""
        time_s = stride.next_ic_s - stride.ic_s
        if not math.isfinite(time_s) or time_s <= 0.0:
            return
        self.strides += 1
        kept = _Kept(time_s, stride.next_ic_s, self._length_m(stride), stride.activity == "running")
        self._recent.append(kept)
        if math.isfinite(kept.length_m):
            self.knows_length = True
            fresh_s = stride.next_ic_s - max(stride.ic_s, self._counted_s)
            self.distance_m += kept.length_m * max(0.0, fresh_s) / time_s
            self._counted_s = max(self._counted_s, stride.next_ic_s)
        self._note_pace()

    def _of_now(self) -> list[_Kept]:
        """Return the strides of the last seconds and of one pace, by their ends."""
        since_s = max(self._pace_since_s, max(stride.end_s for stride in self._recent) - MEAN_S)
        return sorted(
            (stride for stride in self._recent if stride.end_s > since_s), key=lambda stride: stride.end_s
        )

    def _note_pace(self) -> None:
        """Forget the strides before the last two where those two show another pace."""
        now = [stride for stride in self._of_now() if math.isfinite(stride.length_m)]
        before, pair = now[:-PAIR], now[-PAIR:]
        if not before:
            return
        usual = sum(stride.length_m for stride in before) / sum(stride.time_s for stride in before)
        off = [stride.length_m / stride.time_s - usual for stride in pair]
        if min(off) > NEW_PACE * usual or max(off) < -NEW_PACE * usual:
            self._pace_since_s = before[-1].end_s

    def _length_m(self, stride: Stride) -> float:
        if math.isfinite(stride.stride_length_m):
            return stride.stride_length_m * self.settings.factor
        return math.nan if self.settings.stride_m is None else self.settings.stride_m

    def value(self, now_s: float) -> Measurement | None:
        """Return what is to be said.

        Parameters
        ----------
        now_s
            s of session time; infinite where the sensors have fallen silent.

        Returns
        -------
        None as long as no length is known, or where the strides of now have none: the service has no way to
        say that a speed is not known.
        """
        if not self.knows_length:
            return None
        recent = self._of_now()
        stride_s = sum(stride.time_s for stride in recent) / len(recent)
        if now_s - recent[-1].end_s > min(STOPS_S, STOPS_STRIDES * stride_s + DECIDED_S):
            return Measurement(0.0, 0.0, running=False, distance_m=self.distance_m)
        measured = [stride for stride in recent if math.isfinite(stride.length_m)]
        if not measured:
            return None
        length_m = sum(stride.length_m for stride in measured)
        return Measurement(
            speed_m_s=length_m / sum(stride.time_s for stride in measured),
            cadence_spm=120.0 * len(recent) / sum(stride.time_s for stride in recent),
            running=2 * sum(stride.running for stride in recent) > len(recent),
            stride_m=length_m / len(measured),
            distance_m=self.distance_m,
        )
