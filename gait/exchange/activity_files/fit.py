"""Reads a FIT activity by fitdecode."""

from __future__ import annotations

import math
import struct
import warnings
from pathlib import Path
from typing import Any

from gait.errors import MissingExtraError, RecordingError
from gait.exchange.activity_files.model import MOST_RECORDS, Activity, Lap, Rows, activity_of, epoch_s

__all__ = ["read_fit"]

FIELDS = {
    "speed_m_s": ("enhanced_speed", "speed"),
    "altitude_m": ("enhanced_altitude", "altitude"),
    "distance_m": ("distance",),
    "heart_rate_bpm": ("heart_rate",),
}
"""Name here -> fields of a record, the first with a number counts."""


def read_fit(path: Path) -> Activity:
    """Return the activity of a FIT file.

    Raises
    ------
    MissingExtraError
        fitdecode is not installed.
    RecordingError
        The file is no whole FIT activity.
    """
    try:
        import fitdecode
    except ImportError as error:
        raise MissingExtraError("--activity with a FIT file", "fit") from error
    rows: Rows = []
    laps: list[Lap] = []
    broken = (fitdecode.FitError, struct.error, ValueError, KeyError, IndexError, TypeError, OverflowError)
    try:
        with warnings.catch_warnings(), fitdecode.FitReader(str(path)) as reader:
            warnings.simplefilter("ignore")
            for frame in reader:
                if frame.frame_type != fitdecode.FIT_FRAME_DATA or len(rows) > MOST_RECORDS:
                    continue
                if frame.name == "record":
                    rows.append(_record(frame))
                elif frame.name == "lap":
                    start = epoch_s(_value(frame, "start_time"))
                    laps.append(Lap(start, start + _number(frame, ("total_elapsed_time",))))
    except broken as error:
        raise RecordingError(
            "not a whole FIT file", where=path, todo="export it from the watch again"
        ) from error
    return activity_of(path.name, rows, laps)


def _record(frame: Any) -> dict[str, float]:  # noqa: ANN401 - fitdecode has no types
    row = {name: _number(frame, fields) for name, fields in FIELDS.items()}
    fraction = _number(frame, ("fractional_cadence",))
    # FIT counts strides of one leg.
    row["cadence_spm"] = 2.0 * (_number(frame, ("cadence",)) + (fraction if math.isfinite(fraction) else 0.0))
    row["time_s"] = epoch_s(_value(frame, "timestamp"))
    return row


def _value(frame: Any, name: str) -> object:  # noqa: ANN401 - fitdecode has no types
    return frame.get_value(name) if frame.has_field(name) else None


def _number(frame: Any, names: tuple[str, ...]) -> float:  # noqa: ANN401 - fitdecode has no types
    for name in names:
        value = _value(frame, name)
        if isinstance(value, int | float):
            return float(value)
    return float("nan")
