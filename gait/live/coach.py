"""Follows a runner through a session: what is said, when there is feedback, and what the run was worth."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from gait.analysis.engine import Stride
from gait.live.alerts import Alerts
from gait.live.retraining import RUNS, CourseStep

__all__ = ["Coach", "Worth"]


@dataclass(frozen=True)
class Worth:
    """Running of a session: minutes, and mean cadence of all of it and of what had no feedback, or None."""

    minutes: float
    cadence_spm: float | None
    free_spm: float | None


@dataclass
class _Mean:
    """A mean that grows. State: count and sum."""

    n: int = 0
    total: float = 0.0

    def add(self, value: float) -> None:
        """Take one more value."""
        self.n, self.total = self.n + 1, self.total + value

    @property
    def value(self) -> float | None:
        """Mean so far; None without any value."""
        return round(self.total / self.n, 1) if self.n else None


@dataclass
class Coach:
    """Takes decided strides and returns what is to be said.

    Parameters
    ----------
    alerts
        Decides which sentence is spoken, and when.
    step
        Today's step of the course; None without a course.

    State: seconds of running, up to when they are counted, and the cadences.
    """

    alerts: Alerts
    step: CourseStep | None = None
    running_s: float = field(default=0.0, init=False)
    _counted_s: float = field(default=-math.inf, init=False)
    _all: _Mean = field(default_factory=_Mean, init=False)
    _free: _Mean = field(default_factory=_Mean, init=False)

    @property
    def on_course(self) -> bool:
        """Return whether a run or a test of the course is on."""
        return self.step is not None and self.step.kind in {"run", "test"}

    @property
    def feedback(self) -> bool:
        """Return whether beep and alerts are on now; always, where no course is on."""
        return not self.on_course or (self.step is not None and self.step.feedback(self.running_s))

    def stride(self, stride: Stride) -> str:
        """Take a decided stride and return what is to be said now; empty for nothing."""
        free = not self.feedback
        if stride.activity == "running" and math.isfinite(stride.cadence_spm):
            self.running_s += max(0.0, stride.next_ic_s - max(stride.ic_s, self._counted_s))
            self._counted_s = max(self._counted_s, stride.next_ic_s)
            self._all.add(stride.cadence_spm)
            if free:
                self._free.add(stride.cadence_spm)
        return self.alerts.stride(stride, silent=free)

    @property
    def worth(self) -> Worth:
        """Return what was run so far."""
        free = self._free.value if self.on_course else None
        return Worth(self.running_s / 60.0, self._all.value, free)

    def state(self) -> dict[str, Any] | None:
        """Return the course for a page; None without one."""
        step = self.step
        if step is None:
            return None
        return {
            "kind": step.kind,
            "number": step.number,
            "of": RUNS,
            "minutes": step.minutes,
            "share_pct": round(100 * step.share),
            "done_min": round(self.running_s / 60.0, 1),
            "finished": self.on_course and self.running_s >= 60.0 * step.minutes,
            "feedback": self.feedback,
            "text": step.text,
        }
