"""Samples without stamps: their order is their clock only as long as none is lost and none comes twice."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

__all__ = ["OrderWatch"]

WINDOW_US = 1_000_000
"""us of arrivals of which the quickest counts (chosen: a second holds an undelayed packet; what the air and
the computer hold up comes later, never earlier)."""
WINDOWS = 20  # windows that are kept (chosen: 20 s, in which 1 % of a rate shows)
SLACK_US = 80_000
"""us by which order and arrival may part (chosen: above what a link's interval and a busy computer do)."""
LARGEST_RATE_ERROR = 0.02
"""An IMU's rate is up to 1 % off (data sheets); more is no rate but loss, or repeats."""


@dataclass
class OrderWatch:
    """Compares the clock that the order of samples makes with their arrivals.

    State: the quickest arrival of the window under way and of those before: (clock, how late), microseconds.
    """

    _windows: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=WINDOWS))
    _begun_us: int | None = None
    _quickest: tuple[int, int] | None = None

    def is_off(self, clock_us: int, arrival_us: int) -> bool:
        """Take the clock and the arrival of a piece; return whether the two have parted."""
        late = (clock_us, arrival_us - clock_us)
        self._begun_us = arrival_us if self._begun_us is None else self._begun_us
        if self._quickest is None or late[1] < self._quickest[1]:
            self._quickest = late
        if arrival_us - self._begun_us < WINDOW_US:
            return False
        quickest, self._begun_us, self._quickest = self._quickest, arrival_us, None
        off = bool(self._windows) and abs(quickest[1] - self._expected_us(quickest[0])) > SLACK_US
        self._windows.append(quickest)
        return off

    def _expected_us(self, clock_us: int) -> float:
        """Return how late the quickest should be now, by the windows so far and a rate that sensors have."""
        (first_us, first_late), (last_us, last_late) = self._windows[0], self._windows[-1]
        rate = (last_late - first_late) / (last_us - first_us) if last_us > first_us else 0.0
        rate = min(max(rate, -LARGEST_RATE_ERROR), LARGEST_RATE_ERROR)
        return first_late + rate * (clock_us - first_us)
