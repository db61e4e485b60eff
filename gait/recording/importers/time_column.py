"""Times of a table: their column, how they are written, and their unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

import numpy as np
import pandas as pd

from gait.arrays import FloatArray
from gait.errors import RecordingError
from gait.recording.choice import Choice
from gait.recording.importers.choose import Picked
from gait.recording.importers.column_names import Column
from gait.recording.importers.dates import (
    clock_seconds,
    clock_wraps_s,
    date_seconds,
    is_clock,
    is_date,
    zone_of,
)
from gait.recording.importers.sample import Sample
from gait.recording.table.numbers import TimeForm
from gait.sentences import sentence

__all__ = ["TimeColumn", "time_column", "time_unit"]

RATES_HZ = (20.0, 2000.0)
"""Rates of a leg sensor (chosen: they lie less than a factor of 1000 apart, so that one unit of time fits at
most)."""
NAMED_HZ = (2.0, 10_000.0)
"""Rates that a stated unit of time may lead to (chosen: with room, for a stated unit is not guessed)."""
FACTORS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
VALID = 0.9
"""Share of a column's cells that have to be times (chosen: single cells may be damaged, a column of times is
not)."""
EPOCH_S = 1e8
"""Times from here on, s, are counted from 1970 (chosen: 1973; no counter of a sensor runs for three
years)."""
TICK_S, TICK_NAME, TICKS_SINCE = 1e-7, "100 ns", (1.2e17, 1e18)
"""Step, s, of the clocks of Windows and .NET, its name, and counts that they show in our time: of 1601 and of
the year 1. Nanoseconds since 1970 are more, microseconds less."""
COARSE = 0.34
"""Share of fresh stamps below which a column may be whole seconds with their fraction in another (chosen:
three rows a stamp; sensors have twenty and more a second)."""


@dataclass(frozen=True)
class TimeColumn:
    """Times of a table.

    Attributes
    ----------
    form
        How they are written; ``row`` where rows are counted.
    index
        Place of the column, from 0; None for ``row``.
    factor
        Seconds in one of the unit.
    fraction
        Column and factor of the part of a second, where it stands apart.
    zone
        Of the wall clock; None where the file does not say.
    counts
        True for whole numbers, which may begin again.
    rate_hz
        Rate that the times were made with, where they were.
    wrap_s
        s after which a time of day begins again; None for other times.
    note
        For people: which column, in what, why.
    """

    form: TimeForm
    index: int | None
    factor: float = 1.0
    fraction: tuple[int, float] | None = None
    zone: tzinfo | None = UTC
    counts: bool = False
    rate_hz: float | None = None
    wrap_s: float | None = None
    note: str = ""


@dataclass(frozen=True)
class _Candidate:
    column: Column
    form: TimeForm
    cells: FloatArray
    zone: tzinfo | None = UTC
    wrap_s: float | None = None

    @property
    def fresh(self) -> float:
        """Share of rows with another stamp than the row before."""
        steps = np.diff(self.cells)
        return float((steps != 0.0).mean()) if len(steps) else 1.0

    @property
    def step(self) -> float:
        """Mean time a row, in the file's unit; packets and gaps do not matter."""
        steps = np.diff(self.cells)
        forward = steps[steps > 0.0]
        if not len(forward):
            return 0.0
        usual = float(np.median(forward))
        if self.fresh > 0.9:
            return usual
        near = forward[forward < 20.0 * usual]
        return float(near.sum() / max(len(steps) - (len(forward) - len(near)), 1))


def time_column(
    picked: Picked, sample: Sample, choice: Choice, rate_hz: float | None, where: str, suggested: str
) -> TimeColumn:
    """Return the times of a table by its names and its first rows.

    Parameters
    ----------
    rate_hz
        As the lines above the table state; None where they do not.
    suggested
        Convert line, for messages.

    Raises
    ------
    RecordingError
        No column holds times and nothing states the rate, or the unit cannot be told.
    """
    rate_hz = choice.rate_hz or rate_hz
    candidates = [
        candidate for column in picked.times if (candidate := _candidate(column, sample)) is not None
    ]
    counted = choice.units.get("time")
    if counted is not None and counted.factor == 0.0:
        return _counted(candidates[0].column if candidates else None, rate_hz, where, suggested)
    pair = _whole_and_fraction(candidates)
    if pair is not None:
        return pair
    if candidates:
        best = max(
            candidates,
            key=lambda candidate: (
                round(min(candidate.fresh, 0.9), 1),
                _epoch(candidate),
                candidate.column.unit is not None,
            ),
        )
        return _with_unit(best, choice, rate_hz, where, suggested)
    if choice.time:
        cells = next((cell for cell in sample.cells(picked.times[0].index) if cell), "")
        text = f"no time in column {choice.time!r}" + (f": {cells[:40]!r}" if cells else "")
        raise RecordingError(text, where=where, todo=f"name another, or count samples: {suggested}")
    counter = picked.counters[0] if picked.counters else None
    if picked.times and rate_hz is None:
        raise _no_times(picked.times[0], sample, where, suggested)
    return _counted(counter, rate_hz, where, suggested)


def _no_times(column: Column, sample: Sample, where: str, suggested: str) -> RecordingError:
    """Return the refusal of a column that is called a time and holds none."""
    cells = [cell for cell in sample.cells(column.index) if cell]
    odd = (cell for cell in cells if not np.isfinite(sample.number(cell)))
    cell = next(odd, cells[0] if cells else "")
    text = (
        f"{column.name} holds {cell[:40]!r}, which is no time known here"
        if cell
        else f"{column.name} is empty"
    )
    return RecordingError(
        text,
        where=where,
        todo=f"write it as seconds or YYYY-MM-DD hh:mm:ss.sss, or say the rate: {suggested}",
    )


def time_unit(column: Column, sample: Sample) -> str | None:
    """Return the unit of a column of times by name or steps; empty for dates, None where it holds none."""
    candidate = _candidate(column, sample)
    if candidate is None or not len(candidate.cells):
        return None
    if candidate.form != "number":
        return ""
    if column.unit is not None and column.unit.quantity == "time":
        return column.unit.name
    factor = None if candidate.step == 1.0 else _plausible(candidate.step)
    return next((name for name, value in FACTORS.items() if value == factor), None)


def _counted(counter: Column | None, rate_hz: float | None, where: str, suggested: str) -> TimeColumn:
    """Return the times from a count of samples, or of rows, at a stated rate."""
    if rate_hz is None:
        raise RecordingError(
            "no column time_s or other time, and no sample rate stated",
            where=where,
            todo=f"add time_s, the row's number divided by the sample rate, or say the rate: {suggested}",
        )
    if counter is None:
        return TimeColumn(
            "row",
            None,
            1.0 / rate_hz,
            rate_hz=rate_hz,
            note=sentence("time from {hz:g} Hz a row", hz=rate_hz),
        )
    return TimeColumn(
        "number",
        counter.index,
        1.0 / rate_hz,
        counts=True,
        rate_hz=rate_hz,
        note=sentence("time from {column} at {hz:g} Hz", column=counter.name, hz=rate_hz),
    )


def _candidate(column: Column, sample: Sample) -> _Candidate | None:
    """Return what a column holds, if it holds times."""
    cells = sample.cells(column.index)
    if not cells:
        return _Candidate(column, "number", np.zeros(0))
    # A column of a slower sensor ends before those of a faster one, or stands in some rows only.
    cells = [cell for cell in cells if cell]
    if not cells:
        return None
    numbers = sample.numbers(column.index)
    numbers = numbers[np.isfinite(numbers)]
    if len(numbers) >= VALID * len(cells):
        return _Candidate(column, "number", numbers)
    first = cells[0]
    if is_date(first):
        seconds = date_seconds(pd.Series(cells, dtype="str"))
        form: TimeForm = "date"
    elif is_clock(first):
        seconds = clock_seconds(pd.Series(cells, dtype="str"))
        form = "clock"
    else:
        return None
    finite = np.isfinite(seconds)
    wrap_s = clock_wraps_s(first) if form == "clock" else None
    return (
        _Candidate(column, form, seconds[finite], zone_of(first), wrap_s) if finite.mean() >= VALID else None
    )


def _epoch(candidate: _Candidate) -> bool:
    if candidate.form == "date":
        return True
    factor = candidate.column.unit.factor if candidate.column.unit is not None else _plausible(candidate.step)
    return bool(factor is not None and len(candidate.cells) and candidate.cells[0] * factor > EPOCH_S)


def _plausible(step: float) -> float | None:
    """Return the seconds in that unit of time that makes a step a leg sensor's; None where none does."""
    if step <= 0.0:
        return None
    return next((factor for factor in FACTORS.values() if _is_rate(step * factor)), None)


def _is_rate(step_s: float) -> bool:
    """Return whether a leg sensor may take a sample every so many seconds."""
    return step_s > 0.0 and RATES_HZ[0] <= 1.0 / step_s <= RATES_HZ[1]


def _with_unit(
    candidate: _Candidate, choice: Choice, rate_hz: float | None, where: str, suggested: str
) -> TimeColumn:
    """Return the times of one column, their unit said, stated or assumed from the rate."""
    column = candidate.column
    if candidate.form != "number":
        return TimeColumn(
            candidate.form,
            column.index,
            zone=candidate.zone,
            wrap_s=candidate.wrap_s,
            note=sentence("time from {column}, as written", column=column.name),
        )
    counts = bool((candidate.cells == np.round(candidate.cells)).all())
    unit = choice.units.get("time") or column.unit
    if unit is not None:
        _check_rate(candidate, unit.factor, where, suggested, by_user="time" in choice.units)
        note = sentence("time from {column} in {unit}", column=column.name, unit=unit.name)
        return TimeColumn("number", column.index, unit.factor, counts=counts, note=note)
    since = float(candidate.cells[0]) if len(candidate.cells) else 0.0
    if TICKS_SINCE[0] < since < TICKS_SINCE[1] and _is_rate(candidate.step * TICK_S):
        note = sentence("time from {column} in {unit}", column=column.name, unit=TICK_NAME)
        return TimeColumn("number", column.index, TICK_S, note=note)
    # A column that counts by one may be milliseconds or samples.
    factor = None if candidate.step == 1.0 else _plausible(candidate.step)
    if factor is None and len(candidate.cells) < 3:
        factor = 1.0
    if factor is None and rate_hz is not None and counts:
        return _counted(column, rate_hz, where, suggested)
    if factor is None:
        text = f"the unit of {column.name} cannot be told: it steps by {candidate.step:g}"
        raise RecordingError(
            text if candidate.step > 0.0 else f"{column.name} holds the same time in every row",
            where=where,
            todo=f"say the unit, or --units time=samples --rate HZ where it counts samples: {suggested}",
        )
    name = next(name for name, value in FACTORS.items() if value == factor)
    note = sentence("time from {column} in {unit} (assumed)", column=column.name, unit=name)
    if candidate.step > 0:
        note = sentence(
            "time from {column} in {unit} (assumed; {hz:.0f} Hz)",
            column=column.name,
            unit=name,
            hz=1.0 / (candidate.step * factor),
        )
    return TimeColumn("number", column.index, factor, counts=counts, note=note)


def _check_rate(candidate: _Candidate, factor: float, where: str, suggested: str, *, by_user: bool) -> None:
    """Refuse a stated unit of time at which no leg sensor samples, if another unit would do."""
    if candidate.step <= 0.0:
        return
    rate = 1.0 / (candidate.step * factor)
    other = _plausible(candidate.step)
    if not NAMED_HZ[0] <= rate <= NAMED_HZ[1] and other is not None and not by_user:
        name = next(name for name, value in FACTORS.items() if value == other)
        stated = candidate.column.unit.name if candidate.column.unit is not None else "s"
        raise RecordingError(
            f"{candidate.column.name} steps by {candidate.step:g}, which is {rate:.3g} Hz in its unit but "
            f"{1 / (candidate.step * other):.0f} Hz in {name}",
            where=where,
            todo=f"say the unit: {suggested.replace(f'--units time={stated},', f'--units time={name},')}",
        )


def _whole_and_fraction(candidates: Sequence[_Candidate]) -> TimeColumn | None:
    """Return whole seconds in one column and their fraction in another; None where there are no such two."""
    for seconds_column in candidates:
        factor = seconds_column.column.unit.factor if seconds_column.column.unit is not None else 1.0
        if seconds_column.fresh > COARSE or (seconds_column.form == "number" and factor != 1.0):
            continue
        for part in candidates:
            unit = part.column.unit
            if part is seconds_column or unit is None or unit.factor >= 1.0 or part.form != "number":
                continue
            if len(part.cells) != len(seconds_column.cells) or not len(part.cells):
                continue
            seconds = part.cells * unit.factor
            if seconds.min() < 0.0 or seconds.max() >= 1.0:
                continue
            steps = np.diff(seconds_column.cells + seconds)
            if (steps >= 0.0).mean() > 0.98 and (steps > 0.0).mean() > 0.5:
                note = sentence(
                    "time from {column} and {part} in {unit}",
                    column=seconds_column.column.name,
                    part=part.column.name,
                    unit=unit.name,
                )
                return TimeColumn(
                    seconds_column.form,
                    seconds_column.column.index,
                    fraction=(part.column.index, unit.factor),
                    zone=seconds_column.zone,
                    wrap_s=seconds_column.wrap_s,
                    note=note,
                )
    return None
