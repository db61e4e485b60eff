"""Two clocks, one time: where on the host's clock a moment of a sensor's clock lies.

Delays over the air are never negative, and that is all that is assumed about them. A packet of samples
cannot arrive before its last sample was taken: arrivals bound the sensor's time from one side, thousands
of times. A question cannot be received before it was asked: SYNC exchanges bound it from the other. The
shortest delays of each kind are the same few milliseconds of stack and air, so the truth lies in the
middle of the two envelopes; half their distance is the uncertainty.

The envelope follows the crystal as it warms or cools (a watch crystal slows by 0.035 ppm/K2, 20 ppm from
25 to 1 degrees Celsius, or 6 ms in five minutes of a winter run): it is a line in each stretch of
`WINDOW_US`, and the lines are joined at their middles.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from gait.arrays import FloatArray

__all__ = ["ClockMap", "ClockTracker", "Exchange", "fit_clock"]

WINDOW_US = 120e6
"""us of a stretch in which a clock is a straight line (chosen: a thousand packets, and under 1 ms of drift of
the drift)."""
STEP_US = 60e6  # us between the middles of two windows (chosen: half a window)
FEWEST_POINTS = 8
"""Packets of a window below which no line is laid under them (chosen: two of them decide the line)."""
LARGEST_SKEW = 1e-3
"""Share of skew above which a line is noise (chosen: no sensor's oscillator is further off, RC oscillators
reach 500 ppm)."""
CRYSTAL_SKEW = 1e-4
"""Share that a crystal is off in the cold (chosen: beyond the 50 ppm or so of data sheets): the bound where a
stretch is shorter than `STEP_US`."""
JUMP_US = 200e3
"""us; an exchange further on the wrong side of the packets was made with another clock (chosen: delays that
add to the shortest of a stretch are far below this)."""
FEW_JUMP_US = 5e6
"""us; as `JUMP_US`, where there are few packets (chosen: all of them may have been held back)."""
BUCKET_US = 1_000_000
"""us of which the live tracker keeps the packet with the least delay (chosen: some twenty packets)."""
THINNED_FROM, THINNED_BY = 512, 64
"""Points of a window from which the high ones are put aside first, and in what portions (chosen: a hull of
fewer costs less than sorting out)."""
FORWARD_KEPT_US = 1_200_000_000
"""us for which the tracker keeps exchanges for the forward side (chosen: 20 minutes, for exchanges are
rare)."""


@dataclass(frozen=True)
class Exchange:
    """One SYNC: host asks (t1), sensor receives (t2) and answers (t3), host receives (t4).

    Attributes
    ----------
    asked_us, answered_us
        Host clock, microseconds.
    received_us, sent_us
        Sensor clock, microseconds, unwrapped.
    """

    asked_us: int
    received_us: int
    sent_us: int
    answered_us: int


@dataclass(frozen=True)
class ClockMap:
    """Sensor clock -> host clock, piecewise linear.

    Attributes
    ----------
    device_us, offset_us
        (k,) knots: host minus sensor clock there.
    first_skew, last_skew
        Change of the offset per microsecond before the first and behind the last knot.
    uncertainty_us
        Half the distance of the two envelopes; the largest error that the data allow.
    """

    device_us: FloatArray
    offset_us: FloatArray
    first_skew: float
    last_skew: float
    uncertainty_us: float

    def host_us(self, device_us: FloatArray) -> FloatArray:
        """Return the host time, microseconds, of sensor times (any shape, increasing or not)."""
        offset = np.interp(device_us, self.device_us, self.offset_us)
        before = np.minimum(device_us - self.device_us[0], 0.0) * self.first_skew
        behind = np.maximum(device_us - self.device_us[-1], 0.0) * self.last_skew
        mapped: FloatArray = device_us + offset + before + behind
        return mapped

    @property
    def skew_ppm(self) -> float:
        """How much faster than the sensor's the host's clock runs on the whole, parts per million."""
        if len(self.device_us) == 1:
            return self.first_skew * 1e6
        rise = self.offset_us[-1] - self.offset_us[0]
        return float(rise / (self.device_us[-1] - self.device_us[0]) * 1e6)


def fit_clock(
    exchanges: Sequence[Exchange], arrivals: npt.ArrayLike = (), largest_skew: float | None = None
) -> ClockMap | None:
    """Fit a sensor's clock to the host's by the two envelopes of delay.

    Parameters
    ----------
    exchanges
        SYNC exchanges of one epoch, in any order.
    arrivals
        (n, 2) sensor time of a packet's last sample, and host time of the packet's arrival, microseconds;
        live packets of the same epoch only.
    largest_skew
        Steepest line that is believed, for a sensor whose sample counter has to do as its clock; None for a
        crystal.

    Returns
    -------
    The map; None where there is neither an exchange nor an arrival. Exchanges that contradict the packets are
    left out.

    Notes
    -----
    With exchanges alone both sides come from them, as in NTP; with arrivals alone the map is late by the
    shortest delay of a packet, and the uncertainty is infinite.
    Each bound is held as host minus sensor time, so that the fit works on small numbers.
    """
    rows = np.asarray(arrivals, dtype=np.float64).reshape(-1, 2)
    exchanges = _plausible(exchanges, rows, largest_skew)
    answers = [(exchange.sent_us, exchange.answered_us) for exchange in exchanges]
    late = np.concatenate([rows, np.array(answers, dtype=np.float64).reshape(-1, 2)])
    if not len(late):
        return None
    late[:, 1] -= late[:, 0]
    late = late[np.argsort(late[:, 0], kind="stable")]
    upper = _envelope(late, largest_skew)
    if not exchanges:
        return ClockMap(*upper, uncertainty_us=np.inf)
    times_us = np.array(
        [(exchange.received_us, exchange.asked_us) for exchange in exchanges], dtype=np.float64
    )
    bound = ClockMap(*upper, uncertainty_us=0.0)
    distance = float(np.min(bound.host_us(times_us[:, 0]) - times_us[:, 1]))
    knots, offsets, first, last = upper
    return ClockMap(knots, offsets - distance / 2.0, first, last, abs(distance) / 2.0)


def _plausible(
    exchanges: Sequence[Exchange], arrivals: FloatArray, largest_skew: float | None
) -> Sequence[Exchange]:
    """Return the exchanges that fit the packets: none on a clock that has jumped since the last packet.

    `arrivals`: (n, 2) sensor's and host's time of each packet, us.
    """
    if not len(arrivals) or not len(exchanges):
        return exchanges
    jump_us = JUMP_US if len(arrivals) >= FEWEST_POINTS else FEW_JUMP_US
    late = arrivals[np.argsort(arrivals[:, 0], kind="stable")]
    late = np.column_stack([late[:, 0], late[:, 1] - late[:, 0]])
    bound = ClockMap(*_envelope(late, largest_skew), uncertainty_us=0.0)
    return [exchange for exchange in exchanges if _fits(exchange, bound, jump_us)]


def _fits(exchange: Exchange, bound: ClockMap, jump_us: float) -> bool:
    received_us, sent_us = bound.host_us(np.array([exchange.received_us, exchange.sent_us], dtype=np.float64))
    return bool(exchange.asked_us < received_us + jump_us and exchange.answered_us > sent_us - jump_us)


def _envelope(points: FloatArray, largest_skew: float | None) -> tuple[FloatArray, FloatArray, float, float]:
    """Return knots, offsets there, and both ends' slopes of the highest curve below (n, 2) points, us."""
    times = np.ascontiguousarray(points[:, 0])
    first, last = times[0], times[-1]
    count = max(1, round((last - first - WINDOW_US) / STEP_US) + 1)
    lines = []
    if count > 1:
        half = WINDOW_US / 2.0
        centres = np.linspace(first + half, last - half, count)
        lines = [
            line
            for centre in centres
            if (line := _tangent(points, times, float(centre), largest_skew)) is not None
        ]
    if not lines:
        lines = [_tangent_of(points, float(first + last) / 2.0, largest_skew)]
    knots, offsets, slopes = (np.array(column, dtype=np.float64) for column in zip(*lines, strict=True))
    return knots, offsets, float(slopes[0]), float(slopes[-1])


def _tangent(
    points: FloatArray, times: FloatArray, centre: float, largest_skew: float | None
) -> tuple[float, float, float] | None:
    """Return the line below one window's points; None where the window is nearly empty or one-sided.

    (n, 2) points, time and offset in us, sorted by time; `times` is their first column.
    """
    low, high = np.searchsorted(times, (centre - WINDOW_US / 2.0, centre + WINDOW_US / 2.0))
    window = points[low:high]
    if len(window) < FEWEST_POINTS or not window[0, 0] < centre < window[-1, 0]:
        return None
    return _tangent_of(window, centre, largest_skew)


def _tangent_of(window: FloatArray, centre: float, largest_skew: float | None) -> tuple[float, float, float]:
    """Return centre, offset and slope of the line below all points that is highest at the centre.

    It is the edge of the lower convex hull above which the centre lies.
    """
    hull = _lower_hull(window)
    right = int(np.clip(np.searchsorted(hull[:, 0], centre), 1, max(1, len(hull) - 1)))
    if len(hull) == 1:
        return centre, float(hull[0, 1]), 0.0
    (x0, y0), (x1, y1) = hull[right - 1], hull[right]
    slope = float((y1 - y0) / (x1 - x0))
    crystal = LARGEST_SKEW if window[-1, 0] - window[0, 0] >= STEP_US else CRYSTAL_SKEW
    steepest = largest_skew or crystal
    slope = min(max(slope, -steepest), steepest)
    offset = float(np.min(window[:, 1] - slope * (window[:, 0] - centre)))
    return centre, offset, slope


def _lower_hull(points: FloatArray) -> FloatArray:
    """Return the lower convex hull of (n, 2) points sorted by x (Andrew's monotone chain), an x only once."""
    hull: list[tuple[float, float]] = []
    for x, y in _low_ones(points).tolist():
        if hull and x == hull[-1][0]:
            if y >= hull[-1][1]:
                continue
            hull.pop()
        while len(hull) > 1 and _turns_right(hull[-2], hull[-1], x, y):
            hull.pop()
        hull.append((x, y))
    return np.array(hull, dtype=np.float64)


def _low_ones(points: FloatArray) -> FloatArray:
    """Return those of (n, 2) points that can be in the lower hull: none above a line between two others."""
    if len(points) < THINNED_FROM:
        return points
    starts = np.arange(0, len(points), THINNED_BY)
    lowest = np.minimum.reduceat(points[:, 1], starts)
    at = [start + int(np.argmin(points[start : start + THINNED_BY, 1])) for start in starts.tolist()]
    below = points[:, 1] <= np.interp(points[:, 0], points[at, 0], lowest)
    below[: at[0]] = below[at[-1] + 1 :] = True
    return points[below]


def _turns_right(a: tuple[float, float], b: tuple[float, float], x: float, y: float) -> bool:
    return (b[0] - a[0]) * (y - a[1]) <= (x - a[0]) * (b[1] - a[1])


@dataclass
class ClockTracker:
    """Clock map of a running recording, from the last two minutes of packets.

    Parameters
    ----------
    largest_skew
        As for `fit_clock`.

    State: recent arrivals and exchanges of one epoch. The final fit is made from the journal.
    """

    largest_skew: float | None = None
    _arrivals: deque[tuple[int, int]] = field(default_factory=deque)
    _exchanges: deque[Exchange] = field(default_factory=deque)

    def exchange(self, measured: Exchange) -> None:
        """Add a SYNC exchange."""
        self._exchanges.append(measured)
        while self._exchanges[0].sent_us < measured.sent_us - FORWARD_KEPT_US:
            self._exchanges.popleft()

    def arrival(self, device_us: int, arrival_us: int) -> None:
        """Add a live packet: sensor time of its last sample, host time of its arrival.

        Of each second only the packet that came quickest is kept: the others are above the envelope.
        """
        if self._arrivals and device_us // BUCKET_US == self._arrivals[-1][0] // BUCKET_US:
            before = self._arrivals[-1]
            if arrival_us - device_us >= before[1] - before[0]:
                return
            self._arrivals.pop()
        self._arrivals.append((device_us, arrival_us))
        while self._arrivals[0][0] < device_us - WINDOW_US:
            self._arrivals.popleft()

    def fit(self) -> ClockMap | None:
        """Fit what is at hand; None before the first packet and exchange."""
        recent = self._exchanges
        if self._arrivals:
            oldest = self._arrivals[0][0] - WINDOW_US
            recent = deque(exchange for exchange in self._exchanges if exchange.sent_us >= oldest) or recent
        return fit_clock(list(recent), list(self._arrivals), self.largest_skew)
