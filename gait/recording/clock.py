"""Stamps as devices write them, made into times of samples: packets, restarts, counters that begin again.

How a file stamps its rows is decided from its first `LOOK_ROWS` rows; rows then go through in order, whatever
the size of the blocks they come in. What was changed is said in `Clock.notes`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from gait.arrays import BoolArray, FloatArray, IntArray
from gait.sentences import sentence

__all__ = ["Clock", "Rows", "Stamping", "interleaved", "stamping_of"]

Stamping = Literal["each", "packets", "sawtooth", "doubled"]
"""A stamp a row; rows of a packet share one; stamps of a packet overlap the next one's; rows stand twice."""

LOOK_ROWS = 2000
"""Rows by which the way of stamping is decided (chosen: ten seconds at 208 Hz, some dozens of packets)."""
REPEATS_FREE, REPEATS_SHARE = 20, 0.02
"""Most repeated stamps, or share of the rows, that are no packets (chosen: packets repeat most of them)."""
PLAUSIBLE_HZ = (15.0, 5000.0)
"""Rates that packets may lead to (chosen: with room beyond those of leg sensors, 20 to 2000 Hz)."""
SPREAD = 3.0
"""Largest ratio of the 90th to the 10th percentile of time a sample in packets (chosen: more is not even)."""
OVERLAP_S = 0.5
"""A larger step back is no overlap of packets (chosen: packets hold less than that)."""
STUCK, STUCK_SHARE = 10, 0.1
"""Packets that a stamp lasts for at most, and share of rows beyond (chosen: packets are alike)."""
LOST = 2.5
"""A packet followed by so many times its own length is followed by a gap (chosen: late ones wait less)."""
FOLLOWERS = 3
"""Rows that go on behind a step back that is a restart (chosen: single rows in a wrong place do not)."""
RESTART_GAP_S = 3.0
"""s of gap where a clock began again, as its length is not known (chosen: longer than any stride)."""
MOST_RESTARTS = 50
"""Restarts of a file's clock that are followed (chosen: more are no clock)."""
FOLLOW_S = 2.0
"""s; longest step of the rows behind a restart (chosen: a sensor's, with a lost packet at most)."""
APART = 1.3
"""How much further apart rows of one stamp are than those of the same place of two, of several sensors
(chosen: between one sensor, where they are nearer, and two)."""
MARK = np.uint64(0x9E3779B97F4A7C15)
"""An odd number by which the bits of columns are mixed (2^64 over the golden ratio)."""
MOST_MARKS = 2**20
"""Last rows against which later ones are held that may repeat them (chosen: 84 minutes at 208 Hz, 8 MB)."""
COUNTER_BITS = (8, 12, 15, 16, 24, 31, 32)
"""Widths of counters, bits (chosen: those of usual microcontrollers and packet formats)."""
COUNTER_EDGE = 40.0
"""Usual steps about a counter's end in which it begins again (chosen: a lost packet hides no end)."""


@dataclass(frozen=True)
class Rows:
    """Rows on their way: columns (time first), and a number for each by which its line is found."""

    columns: tuple[FloatArray, ...]
    line: IntArray

    def __len__(self) -> int:
        return len(self.line)

    def part(self, rows: slice | BoolArray) -> Rows:
        """Give some of the rows."""
        return Rows(tuple(column[rows] for column in self.columns), self.line[rows])

    def timed(self, time_s: FloatArray) -> Rows:
        """Give the same rows at other times."""
        return Rows((time_s, *self.columns[1:]), self.line)

    @staticmethod
    def joined(parts: Iterable[Rows]) -> Rows:
        """Put rows one behind the other."""
        some = list(parts)
        if len(some) == 1:
            return some[0]
        columns = tuple(np.concatenate(cells) for cells in zip(*(rows.columns for rows in some), strict=True))
        return Rows(columns, np.concatenate([rows.line for rows in some]))


@dataclass
class Clock:
    """Turns stamps into times of samples, as rows come.

    State: rows held back until later rows have come, and the faults found.

    Attributes
    ----------
    tick_s
        Seconds in one count of a counter; None where the times are no counts.
    wrap_s
        Span after which the time begins again; None where it does not, or where it is unknown.
    stamping, period_s, size
        How rows are stamped, seconds between samples, samples of a packet; None and 0 until known.
    mixed
        Whether the rows of one stamp are samples of several sensors.
    restarts, doubled, copied
        Times that the clock began again; rows left out because they stand twice, one behind the other or in a
        block that repeats earlier rows.
    """

    tick_s: float | None = None
    wrap_s: float | None = None
    stamping: Stamping | None = None
    restarts: int = 0
    doubled: int = 0
    copied: int = 0
    mixed: bool = False
    period_s: float = 0.0
    size: int = 1
    _held: list[Rows] = field(default_factory=list)
    _count: int = 0
    _offset_s: float = 0.0
    _last_s: float | None = None
    _packet: list[Rows] = field(default_factory=list)
    _seen: list[IntArray] = field(default_factory=list)
    _copying: bool = False

    def push(self, rows: Rows, *, final: bool = False) -> Rows:
        """Give the rows whose times are known by now; with ``final`` all that are left."""
        if len(rows):
            self._held.append(rows)
            self._count += len(rows)
        if not self._held or (self.stamping is None and self._count < LOOK_ROWS and not final):
            return rows.part(slice(0, 0))
        waiting = Rows.joined(self._held)
        if self.stamping is None:
            look = waiting.part(slice(0, LOOK_ROWS))
            self.stamping, self.period_s, self.size = stamping_of(look.columns)
            self.mixed = self.stamping == "packets" and interleaved(look.columns, self.size)
        ready, kept = self._in_order(waiting, final=final)
        self._held = [kept] if len(kept) else []
        if self.stamping in ("packets", "sawtooth"):
            return self._spread(ready, final=final)
        return ready

    def oldest(self) -> int | None:
        """Return the line of the first row that is held back, or None."""
        lines = [int(rows.line[0]) for rows in (*self._packet, *self._held) if len(rows)]
        return min(lines, default=None)

    def notes(self) -> tuple[str, ...]:
        """Return what was changed, in words for people."""
        out: list[str] = []
        if self.stamping == "packets":
            out.append(
                sentence(
                    "time stamps are those of packets: samples spread evenly over them, {hz:.0f} Hz",
                    hz=1.0 / self.period_s,
                )
            )
        if self.stamping == "sawtooth":
            out.append(
                sentence(
                    "time stamps step back at each packet: samples spread evenly from packet to packet, "
                    "{hz:.0f} Hz",
                    hz=1.0 / self.period_s,
                )
            )
        if self.doubled:
            out.append(sentence("{n} rows that stand twice left out", n=self.doubled))
        if self.copied:
            out.append(sentence("{n} rows that repeat earlier ones left out", n=self.copied))
        if self.restarts:
            once = self.restarts == 1
            times = sentence("once") if once else sentence("{n} times", n=self.restarts)
            out.append(
                sentence(
                    "the clock began again {times}: taken as a gap, whose true length the file does not say",
                    times=times,
                )
            )
        return tuple(out)

    def _in_order(self, rows: Rows, *, final: bool) -> tuple[Rows, Rows]:
        """Return rows with restarts of the clock as gaps, and those that have to wait for what follows."""
        raw = rows.columns[0]
        time_s = raw + self._offset_s
        step_s = np.diff(time_s, prepend=time_s[0] if self._last_s is None else self._last_s)
        if self.stamping == "doubled":
            rows, time_s, step_s = self._without_doubles(rows, time_s, step_s)
            raw = rows.columns[0]
        if self.stamping == "each":
            rows, time_s, step_s = self._without_copies(rows, time_s, step_s)
            raw = rows.columns[0]
        stop = len(time_s)
        start = 0
        floor = -OVERLAP_S if self.stamping == "sawtooth" else 0.0
        while True:
            back = np.flatnonzero(step_s[start:] < floor)
            if not len(back):
                break
            place = start + int(back[0])
            behind = raw[place : place + FOLLOWERS * self.size + 1]
            if len(behind) <= FOLLOWERS * self.size and not final:
                stop = place
                break
            before_s = float(time_s[place - 1]) if place else float(self._last_s or 0.0)
            shift_s = self._shift(
                before_s, behind, float(np.median(np.abs(step_s[:place]))) if place > 4 else 0.0
            )
            if shift_s is None:
                # A row in the wrong place, or a clock that jumps about: refused by whoever takes the rows.
                start = place + 1
                continue
            time_s[place:] += shift_s
            self._offset_s += shift_s
            step_s[place] += shift_s
            start = place + 1
        if self.stamping == "each" and stop:
            self._remember(_marks(rows.part(slice(0, stop))))
        ready = rows.part(slice(0, stop)).timed(time_s[:stop])
        if stop:
            self._last_s = float(time_s[stop - 1])
        return ready, rows.part(slice(stop, None))

    def _shift(self, before_s: float, behind: FloatArray, usual_s: float) -> float | None:
        """Return seconds to add to (m,) stamps from a step back on, s; None where it is no restart."""
        new_s = float(behind[0]) + self._offset_s
        if self.wrap_s is not None and new_s - before_s < -0.5 * self.wrap_s:
            return self.wrap_s
        if self.tick_s is not None:
            wrapped = self._wrapped(before_s - self._offset_s, float(behind[0]), usual_s)
            if wrapped is not None:
                return wrapped
        steps = np.diff(behind)
        floor = -OVERLAP_S if self.stamping == "sawtooth" else 0.0
        goes_on = len(behind) > FOLLOWERS * self.size and (steps >= floor).all() and (steps <= FOLLOW_S).all()
        if not goes_on or steps.sum() <= 0.0 or float(behind[-1]) + self._offset_s >= before_s:
            return None
        if self.restarts >= MOST_RESTARTS:
            return None
        self.restarts += 1
        return before_s + RESTART_GAP_S - new_s

    def _wrapped(self, before_s: float, new_s: float, usual_s: float) -> float | None:
        """Return the span of a counter that ended at a power of two and began again; None where none did."""
        assert self.tick_s is not None
        edge = COUNTER_EDGE * max(usual_s / self.tick_s, 1.0)
        before, new = before_s / self.tick_s, new_s / self.tick_s
        for bits in COUNTER_BITS:
            if 0.0 < 2.0**bits - before <= min(edge, 2.0**bits / 4) and 0.0 <= new <= min(
                edge, 2.0**bits / 4
            ):
                return float(2.0**bits * self.tick_s)
        return None

    def _remember(self, marks: IntArray) -> None:
        """Keep the marks of rows, and forget the oldest beyond `MOST_MARKS`."""
        self._seen.append(marks)
        while sum(map(len, self._seen[1:])) >= MOST_MARKS:
            self._seen.pop(0)

    def _without_copies(
        self, rows: Rows, time_s: FloatArray, step_s: FloatArray
    ) -> tuple[Rows, FloatArray, FloatArray]:
        """Return rows without those that lie behind later ones and stand above in the same way."""
        begun, self._copying = self._copying, False
        if len(step_s) == 0 or step_s.min() >= 0.0:
            return rows, time_s, step_s
        latest = np.maximum.accumulate(np.r_[-np.inf if self._last_s is None else self._last_s, time_s])[:-1]
        late = time_s <= latest
        marks = _marks(rows)
        earlier = np.concatenate([*self._seen, marks[~late]])
        copied = late & np.isin(marks, earlier)
        if copied.sum() <= FOLLOWERS and not (begun and copied[0]):
            return rows, time_s, step_s
        self._copying = bool(copied[-1])
        self.copied += int(copied.sum())
        time_s = time_s[~copied]
        first = self._last_s if self._last_s is not None else (time_s[0] if len(time_s) else 0.0)
        return rows.part(~copied), time_s, np.diff(time_s, prepend=first)

    def _without_doubles(
        self, rows: Rows, time_s: FloatArray, step_s: FloatArray
    ) -> tuple[Rows, FloatArray, FloatArray]:
        """Return rows, times and steps, (n,) s, without those that have the time of the row before."""
        fresh = step_s != 0.0
        if self._last_s is None:
            fresh[0] = True
        self.doubled += int(len(fresh) - fresh.sum())
        time_s = time_s[fresh]
        first = self._last_s if self._last_s is not None else (time_s[0] if len(time_s) else 0.0)
        return rows.part(fresh), time_s, np.diff(time_s, prepend=first)

    def _spread(self, rows: Rows, *, final: bool) -> Rows:
        """Return rows with times spread over packets; the last packet waits until the next one begins."""
        if len(rows):
            self._packet.append(rows)
        if not self._packet:
            return rows
        waiting = Rows.joined(self._packet)
        stamps = waiting.columns[0]
        begins = np.concatenate([[0], _starts(stamps, self.stamping)])
        last = int(begins[-1])
        sizes = np.diff(np.append(begins, len(stamps)))
        at = stamps[begins]
        each_s = np.empty(len(begins))
        each_s[:-1] = np.diff(at) / sizes[:-1]
        each_s[-1] = self.period_s
        lost = (each_s > LOST * self.period_s) | (each_s <= 0.0)
        each_s[lost] = self.period_s
        # A stamp that stands far longer than a packet is a clock that stands still: its rows stay repeats.
        stuck = sizes > STUCK * self.size
        each_s[stuck] = 0.0
        within = np.arange(len(stamps)) - np.repeat(begins, sizes)
        time_s = np.repeat(at, sizes) + within * np.repeat(each_s, sizes)
        done = len(stamps) if final or stuck[-1] else last
        self._packet = [waiting.part(slice(done, None))] if done < len(stamps) else []
        return waiting.timed(time_s).part(slice(0, done))


def _marks(rows: Rows) -> IntArray:
    """Return (n,) numbers of the rows' times and accelerations: hardly two different rows share one."""
    out = np.zeros(len(rows), dtype=np.uint64)
    for column in rows.columns[:4]:
        out = out * MARK + np.ascontiguousarray(column).view(np.uint64)
        out ^= out >> np.uint64(29)
    marks: IntArray = out.view(np.int64)
    return marks


def _starts(stamps: FloatArray, stamping: Stamping | None) -> IntArray:
    """Return rows, behind the first, at which a new packet begins."""
    steps = np.diff(stamps)
    fresh = steps != 0.0 if stamping == "packets" else steps < 0.0
    return np.flatnonzero(fresh) + 1


def stamping_of(columns: tuple[FloatArray, ...]) -> tuple[Stamping, float, int]:
    """Return how a file's first rows are stamped, seconds between samples of packets, samples of a packet.

    Parameters
    ----------
    columns
        Time and samples, (n,) each.

    Returns
    -------
    ``each`` also where stamps repeat in no way that packets would explain.
    """
    stamps = columns[0]
    if len(stamps) < 4:
        return "each", 0.0, 1
    steps = np.diff(stamps)
    same = steps == 0.0
    repeats = int(same.sum())
    if repeats > REPEATS_SHARE * len(steps) and (repeats > REPEATS_FREE or repeats > 0.5 * len(steps)):
        equal = np.logical_and.reduce([np.diff(column) == 0.0 for column in columns[1:]])
        if (equal & same).sum() > 0.5 * repeats:
            return "doubled", 0.0, 1
        return _packets(stamps, "packets")
    back = steps < 0.0
    if back.sum() >= 3 and back.mean() > 1.0 / 500.0 and steps[back].min() >= -OVERLAP_S:
        return _packets(stamps, "sawtooth")
    return "each", 0.0, 1


def interleaved(columns: tuple[FloatArray, ...], size: int) -> bool:
    """Return whether rows of one stamp come from several sensors, not from one sensor in a row.

    Parameters
    ----------
    columns
        Time and samples, (n,) each.
    size
        Rows of a stamp.
    """
    if size < 2 or len(columns[0]) < 4 * size:
        return False
    within = np.diff(columns[0]) == 0.0
    # A single sensor's next row is nearer in value than the row at the same place of the next packet; of
    # several it is not.
    near = sum(float(np.nanmean(np.abs(np.diff(column))[within])) for column in columns[1:4])
    far = sum(float(np.nanmean(np.abs(column[size:] - column[:-size]))) for column in columns[1:4])
    return near > APART * far


def _packets(stamps: FloatArray, stamping: Stamping) -> tuple[Stamping, float, int]:
    """Return the same as `stamping_of` returns, if packets of (n,) stamps, s, lead to even samples."""
    begins = np.concatenate([[0], _starts(stamps, stamping)])
    if len(begins) < 3:
        return "each", 0.0, 1
    each_s = np.diff(stamps[begins]) / np.diff(begins)
    if (each_s <= 0.0).mean() > 0.02:
        return "each", 0.0, 1
    sizes = np.diff(np.append(begins, len(stamps)))
    if sizes[sizes > STUCK * np.median(sizes)].sum() > STUCK_SHARE * len(stamps):
        return "each", 0.0, 1
    low, usual, high = np.percentile(each_s, [10, 50, 90])
    rate_ok = usual > 0 and PLAUSIBLE_HZ[0] <= 1.0 / usual <= PLAUSIBLE_HZ[1]
    if not rate_ok or high > SPREAD * max(low, 1e-12):
        return "each", 0.0, 1
    return stamping, float(usual), round(float(np.median(sizes)))
