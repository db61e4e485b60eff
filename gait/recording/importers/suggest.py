"""The ``gait convert`` line that a refusal shows, filled in from names and samples as far as possible."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gait.recording.choice import convert_line
from gait.recording.importers.choose import axes_by_device
from gait.recording.importers.column_names import Column
from gait.recording.importers.guesses import acc_guess, counts_guess, gyr_guess
from gait.recording.importers.sample import Sample
from gait.recording.importers.time_column import time_unit

__all__ = ["suggestion"]

NUMBERS_SHARE = 0.9
"""Share of a column's cells that are numbers, from which it may hold samples (chosen: a column of samples may
have empty cells, a column of words no numbers)."""

MOST_DPS = 6000.0
"""Turns above this, deg/s, are counts (chosen: as `gait.recording.importers.gyroscope_file.COUNTS_ABOVE`)."""

AXES = "xyz"
NO_SAMPLE = Sample((), ".")


def suggestion(columns: Sequence[Column], where: str, sample: Sample = NO_SAMPLE) -> str:
    """Return the convert line for a table, filled with what its names and samples say."""
    acc, gyr = _first(axes_by_device(columns, "acc")), _first(axes_by_device(columns, "gyr"))
    time = _time(columns, sample)
    if not acc:
        acc = _bare(columns, sample, {column.index for column in (*gyr, *([time] if time else []))})
    units: dict[str, str] = {}
    counted = time is not None and time.kind == "counter"
    if time is not None:
        unit = "samples" if counted else time_unit(time, sample)
        units |= {"time": unit} if unit else {}
    units["acc"] = _acc_unit(acc, sample)
    if gyr:
        units["gyr"] = _gyr_unit(acc, gyr, sample)
    names = _writer(columns)
    return convert_line(
        where,
        time=names(time) if time else "",
        acc=[names(column) for column in acc] or ["X", "Y", "Z"],
        gyr=[names(column) for column in gyr],
        units=units,
        more="" if time is not None and not counted else "--rate HZ",
    )


def _first(devices: dict[str, tuple[Column, ...]]) -> tuple[Column, ...]:
    return next(iter(devices.values()), ())


def _writer(columns: Sequence[Column]) -> Callable[[Column], str]:
    """Return how a command names a column: by its name, or by its number where the name is not unique."""
    names = [column.name for column in columns]
    return lambda column: (
        column.name if column.name and names.count(column.name) == 1 else str(column.index + 1)
    )


def _time(columns: Sequence[Column], sample: Sample) -> Column | None:
    """Return the column that holds times or, where there is none, counts samples."""
    times = [column for column in columns if column.kind == "time"]
    with_unit = [time for time in times if time_unit(time, sample) is not None] if sample.rows else times
    others = [column for column in columns if column.kind == "counter"]
    others += [column for column in columns if column.kind == "other" and _runs_on(column, sample)]
    return next(iter(with_unit or others), None)


def _runs_on(column: Column, sample: Sample) -> bool:
    """Return whether a column that no name says a time of only grows, at the rate of a leg sensor."""
    numbers = sample.numbers(column.index) if sample.rows and column.axis is None else np.empty(0)
    steps = np.diff(numbers[np.isfinite(numbers)])
    grows = len(steps) >= NUMBERS_SHARE * max(len(numbers), 2) and bool((steps > 0.0).all())
    return grows and time_unit(column, sample) is not None


def _bare(columns: Sequence[Column], sample: Sample, taken: set[int]) -> tuple[Column, ...]:
    """Return three columns that may be an acceleration: those with axes first, then any that hold numbers."""
    left = [
        column
        for column in columns
        if column.index not in taken and column.name and column.kind in ("other", "linear")
    ]
    left = [column for column in left if not column.strange]  # angles, temperatures
    if sample.rows:
        numbers = {column.index: sample.numbers(column.index) for column in left}
        left = [column for column in left if np.isfinite(numbers[column.index]).mean() >= NUMBERS_SHARE]
        moving = [
            column
            for column in left
            if np.ptp(numbers[column.index][np.isfinite(numbers[column.index])]) > 0.0
        ]
        left = moving if len(moving) >= len(AXES) else left
    with_axis = [column for column in left if column.axis is not None]
    some = with_axis if len(with_axis) >= len(AXES) else left
    return tuple(some[: len(AXES)]) if len(some) >= len(AXES) else ()


def _acc_unit(acc: Sequence[Column], sample: Sample) -> str:
    """Return the unit to write: as stated, as the samples read, or the size of a count."""
    if acc and acc[0].unit is not None:
        return acc[0].unit.name
    values = sample.table([column.index for column in acc]) if acc else np.empty((0, 3))
    if not len(values):
        return "m/s2"
    guess = acc_guess(values)
    return guess[0] if guess is not None else f"{counts_guess(values, gyroscope=False):.4g}"


def _gyr_unit(acc: Sequence[Column], gyr: Sequence[Column], sample: Sample) -> str:
    if gyr[0].unit is not None:
        return gyr[0].unit.name
    rows = sample.table([column.index for column in (*acc, *gyr)]) if acc else np.empty((0, 6))
    if not len(rows):
        return "deg/s"
    guess = acc_guess(rows[:, :3])
    factor = guess[1] if guess is not None else counts_guess(rows[:, :3], gyroscope=False)
    name, _, turned = gyr_guess(rows[:, :3] * factor, rows[:, 3:])
    return name if turned <= MOST_DPS else f"{counts_guess(rows[:, 3:], gyroscope=True):.4g}"
