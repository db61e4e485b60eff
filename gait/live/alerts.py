"""Decides what is said to a runner, and how often: on cadence, and on a softer landing where it is allowed.

Contact time, foot strike and pronation are never looked at here: nobody is told to change those.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from gait.analysis.engine import Stride
from gait.sentences import sentence

__all__ = ["BAND_SHARE", "Alerts", "Pace"]

MEAN_S = 10.0
"""s of running strides that a decision rests on (chosen: the ten-second value that the page shows)."""
FEWEST = 6
"""Running strides without which nothing is decided (chosen: two feet's strides of some two seconds)."""
BAND_SHARE = 0.03
"""Share of the target on either side within which cadence is as wanted (chosen: a runner's own ten-second
means scatter by 1 to 2 %)."""
OFF_FOR_S = 8.0
"""s for which it must have been off (chosen: a bend or a kerb is over by then)."""
SOFT_USUAL_S = 120.0
"""s of running at the start of a session that make the usual landing (chosen: two minutes, some 170 strides
of a foot)."""
SOFT_SHARE = 1.05
"""Of the usual landing, from which a landing is harder (chosen: peaks of single strides scatter by 10 %)."""


@dataclass
class Pace:
    """How often something may be said: rarer the longer it stays as it is.

    Parameters
    ----------
    first_s, most_s
        Least time to the next time it is said, after the first one, and after many in a row: it doubles from
        one to the next (chosen: once in twenty seconds is borne for a minute, once in two minutes for a run).

    State: when it was said last, and the wait until it may be said again.
    """

    first_s: float = 20.0
    most_s: float = 160.0
    _last_s: float = field(default=-math.inf, init=False)
    _wait_s: float = field(default=0.0, init=False)

    def may(self, now_s: float) -> bool:
        """Return whether it may be said now; if so it counts as said."""
        if now_s - self._last_s < self._wait_s:
            return False
        self._wait_s = min(max(2.0 * self._wait_s, self.first_s), self.most_s)
        self._last_s = now_s
        return True

    def calm(self) -> None:
        """Take note that all is well again: the next wait is a short one."""
        self._wait_s = min(self._wait_s, self.first_s)


@dataclass(frozen=True)
class _Kept:
    """A running stride with what is decided on."""

    end_s: float
    cadence_spm: float
    peak_g: float


@dataclass
class Alerts:
    """Sentences for a runner from decided strides.

    Parameters
    ----------
    target_spm
        Cadence to aim for, steps a minute; None to say nothing on cadence.
    soft
        Whether a softer landing may be asked for: the runner wants it, and the plan allows it.

    State: the strides of the last seconds, since when cadence has been off, and when something was said.
    """

    target_spm: float | None = None
    soft: bool = False
    cadence_pace: Pace = field(default_factory=Pace)
    soft_pace: Pace = field(default_factory=lambda: Pace(60.0, 240.0))
    _recent: deque[_Kept] = field(default_factory=deque, init=False)
    _off_since_s: float | None = field(default=None, init=False)
    _usual: list[float] = field(default_factory=list, init=False)
    _usual_g: float | None = field(default=None, init=False)
    _began_s: float | None = field(default=None, init=False)

    def stride(self, stride: Stride, *, silent: bool = False) -> str:
        """Take a decided stride and return what is to be said now; empty for nothing.

        Parameters
        ----------
        silent
            Nothing may be said now, as in the stretches of a course that are run without feedback.
        """
        if stride.activity != "running" or not math.isfinite(stride.cadence_spm):
            return ""
        now_s = stride.next_ic_s
        self._recent.append(_Kept(now_s, stride.cadence_spm, stride.peak_acc_g))
        while self._recent and now_s - self._recent[0].end_s > MEAN_S:
            self._recent.popleft()
        self._learn_usual(now_s, stride.peak_acc_g)
        if len(self._recent) < FEWEST:
            return ""
        return self._on_cadence(now_s, silent=silent) or self._on_landing(now_s, silent=silent)

    def _on_cadence(self, now_s: float, *, silent: bool) -> str:
        if self.target_spm is None:
            return ""
        cadence = sum(stride.cadence_spm for stride in self._recent) / len(self._recent)
        if abs(cadence / self.target_spm - 1.0) <= BAND_SHARE:
            self._off_since_s = None
            self.cadence_pace.calm()
            return ""
        self._off_since_s = now_s if self._off_since_s is None else self._off_since_s
        if silent or now_s - self._off_since_s < OFF_FOR_S or not self.cadence_pace.may(now_s):
            return ""
        if cadence < self.target_spm:
            return sentence("A little quicker: {target:.0f}", target=self.target_spm)
        return sentence("A little slower: {target:.0f}", target=self.target_spm)

    def _learn_usual(self, now_s: float, peak_g: float) -> None:
        if not self.soft or self._usual_g is not None or not math.isfinite(peak_g):
            return
        self._began_s = now_s if self._began_s is None else self._began_s
        self._usual.append(peak_g)
        if now_s - self._began_s >= SOFT_USUAL_S:
            self._usual_g = sum(self._usual) / len(self._usual)
            self._usual.clear()

    def _on_landing(self, now_s: float, *, silent: bool) -> str:
        if self._usual_g is None or silent:
            return ""
        peaks = [stride.peak_g for stride in self._recent if math.isfinite(stride.peak_g)]
        if len(peaks) < FEWEST or sum(peaks) / len(peaks) <= SOFT_SHARE * self._usual_g:
            return ""
        return sentence("A little softer") if self.soft_pace.may(now_s) else ""
