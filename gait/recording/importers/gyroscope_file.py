"""Files that hold a gyroscope alone: phones' apps write one beside the accelerometer's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gait.errors import RecordingError
from gait.recording.choice import Choice
from gait.recording.importers.choose import Picked, axes_by_device, times_of
from gait.recording.importers.column_names import Column, parse_columns
from gait.recording.importers.sample import Sample
from gait.recording.importers.time_column import time_column
from gait.recording.importers.units import Unit
from gait.recording.table.numbers import Layout

__all__ = ["COUNTS_ABOVE", "DAY_S", "GYROSCOPE", "gyroscope_alone"]

COUNTS_ABOVE = 6000.0
"""Turns above this, deg/s, are counts (chosen: the widest gyroscopes end at 4000)."""
SLOW_TURN_DPS = 60.0
"""Turns above this are no leg's in rad/s (chosen: those end at 45)."""
DAY_S = 86400.0
"""Seconds after which a time of day begins again (by definition)."""
GYROSCOPE = re.compile(r"gyr|angular|rotation[ _-]?rate", re.IGNORECASE)
"""Names of files of a gyroscope."""


def gyroscope_alone(
    names: Sequence[str], separator: str, lines: Sequence[str], where: str, *, units: Sequence[str] = ()
) -> Layout | None:
    """Return how to read a file of a gyroscope alone, s and deg/s; None where it is none, or states no unit.

    Parameters
    ----------
    names, separator, lines, where, units
        As in `generic_layout`.
    """
    columns = parse_columns(names, units)
    file_name = re.split(r"[\\/]", where)[-1]
    rates = axes_by_device(columns, "gyr")
    if not rates and GYROSCOPE.search(file_name):
        rates = axes_by_device(
            [replace(column, kind="gyr") for column in columns if column.kind == "other"], "gyr"
        )
    if len(rates) != 1 or any(column.kind == "acc" for column in columns):
        return None
    ((device, gyr),) = rates.items()
    sample = Sample.of(lines, separator, len(names))
    unit = _unit_alone(gyr, sample)
    if unit is None:
        return None
    picked = Picked(times_of(columns, device, gyr[0].index), gyr)
    try:
        time = time_column(picked, sample, Choice(), None, where, "")
    except RecordingError:
        return None
    if time.index is None or time.fraction is not None:
        return None
    return Layout(
        where=where,
        columns=tuple(names),
        use=(time.index, *(column.index for column in gyr)),
        separator=separator,
        decimal=sample.decimal,
        scale=(time.factor, *[unit.factor] * 3),
        time_form=time.form,
        wrap_s=DAY_S if time.form == "clock" else None,
        foreign=True,
    )


def _unit_alone(gyr: Sequence[Column], sample: Sample) -> Unit | None:
    """Return the unit of a gyroscope's columns by name, or by rates that are no leg's in rad/s; else None."""
    units = {column.unit for column in gyr}
    stated = units.pop() if len(units) == 1 else None
    rates = sample.table([column.index for column in gyr])
    if stated is not None or any(column.strange for column in gyr) or not len(rates):
        return stated
    fastest = float(np.percentile(np.linalg.norm(rates, axis=1), 99.5))
    return Unit("gyr", "deg/s", 1.0) if SLOW_TURN_DPS < fastest < COUNTS_ABOVE else None
