"""FIT fields: times, numbers within a field's range, cadence in two fields, and timer events."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

__all__ = ["Span", "filled", "ms", "ratio", "split", "timer"]

LARGEST: dict[str, float] = {
    "cadence": 254.0,
    "stance_time": 6553.4,
    "stance_time_percent": 655.34,
    "stance_time_balance": 655.34,
    "vertical_oscillation": 6553.4,
    "vertical_ratio": 655.34,
    "step_length": 6553.4,
    "enhanced_speed": 4_294_967.0,
    "distance": 42_949_672.0,
    "heart_rate": 254.0,
}
"""Largest number that each field holds, in its unit (FIT profile); the least is zero."""

FRACTION = 128.0
"""Steps of ``fractional_cadence`` in one stride a minute (FIT profile)."""


@dataclass(frozen=True)
class Span:
    """Time of the session: wall-clock start and end in whole seconds, and durations in s."""

    start: datetime
    end: datetime
    elapsed_s: float
    timer_s: float
    offset: timedelta | None


def ms(when: datetime) -> int:
    """Return the time in ms since 1970, as fit-tool expects it."""
    return round(when.timestamp()) * 1000


def filled(message: Any, **values: float | None) -> Any:  # noqa: ANN401 - fit-tool has no types
    """Return the message with each field set whose value is finite and within the field's range."""
    for name, value in values.items():
        if value is None or not math.isfinite(value):
            continue
        limit = LARGEST.get(name.removeprefix("avg_").replace("enhanced_avg_speed", "enhanced_speed"))
        if limit is None or 0.0 <= value <= limit:
            setattr(message, name, value)
    return message


def timer(when: datetime, kind: Any) -> Any:  # noqa: ANN401 - fit-tool has no types
    """Return the event that starts or stops the timer."""
    from fit_tool.profile.messages.event_message import EventMessage
    from fit_tool.profile.profile_type import Event

    event = EventMessage()
    event.timestamp = ms(when)
    event.event = Event.TIMER
    event.event_type = kind
    event.event_group = 0
    return event


def split(cadence: float | None) -> tuple[int | None, float | None]:
    """Return the integer and the fractional part of strides a minute, for FIT's two fields; None if unknown.

    Examples
    --------
    >>> split(84.25), split(83.999), split(float("nan"))
    ((84, 0.25), (84, 0.0), (None, None))
    """
    if cadence is None or not math.isfinite(cadence) or not 0.0 <= cadence < LARGEST["cadence"]:
        return None, None
    steps = round(cadence * FRACTION)
    return int(steps // FRACTION), (steps % FRACTION) / FRACTION


def ratio(oscillation_mm: float | None, step_mm: float | None) -> float | None:
    """Return the vertical oscillation as a share of step length, per cent; None without both."""
    if oscillation_mm is None or step_mm is None or not step_mm > 0.0:
        return None
    return 100.0 * oscillation_mm / step_mm
