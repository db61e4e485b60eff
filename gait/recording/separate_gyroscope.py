"""A gyroscope that an app wrote into a file of its own, brought to the accelerometer's samples.

MetaMotion, phyphox and Sensor Logger write one file a sensor. The gyroscope's file lies beside the
accelerometer's and is called the same but for the sensor's name.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from gait.arrays import FloatArray
from gait.errors import RecordingError
from gait.recording.checks import RowFilter, check_gyr_unit
from gait.recording.header import gyroscope_of
from gait.recording.lines import Source
from gait.recording.model import Recording
from gait.recording.numbers import map_ahead, parse_block
from gait.units import DEG

__all__ = ["find_gyroscope", "join_gyroscope"]


SENSOR_WORDS = re.compile(r"total|uncalibrated|accelerometer|acceleration|gyroscope|gyro|acc|gyr")
GAP_STEPS = 4.0
"""A hole of more than this many usual steps in the gyroscope's samples is a gap, not bridged."""


def find_gyroscope(file: Path) -> Path | None:
    """Return the file beside an accelerometer's that holds its gyroscope, or None."""
    stem = SENSOR_WORDS.sub("", file.name.lower())
    for other in sorted(file.parent.iterdir()):
        if other != file and other.is_file() and SENSOR_WORDS.sub("", other.name.lower()) == stem:
            with contextlib.suppress(RecordingError), Source(other) as source:
                if gyroscope_of(source, other) is not None:
                    return other
    return None


def join_gyroscope(recording: Recording, file: Path) -> Recording:
    """Give a recording the gyroscope of another file.

    Parameters
    ----------
    recording
        Without a gyroscope.
    file
        As `find_gyroscope` found it; its clock is the recording's.

    Returns
    -------
    The samples between the gyroscope's first and last and outside its gaps, angular rate interpolated
    linearly to their times; a note says so.

    Raises
    ------
    RecordingError
        The file cannot be read, or the two have no time in common.
    """
    time_s, gyr_dps = _read(file)
    step_s = float(np.median(np.diff(time_s)))
    after = np.clip(np.searchsorted(time_s, recording.time_s), 1, len(time_s) - 1)
    known = (recording.time_s >= time_s[0]) & (recording.time_s <= time_s[-1])
    known &= time_s[after] - time_s[after - 1] <= GAP_STEPS * step_s
    if known.sum() < 2:
        raise RecordingError(
            f"no time in common with {recording.source}",
            where=file,
            todo="move the file away to go without it",
        )
    times, acc = recording.time_s[known], recording.acc[known]
    rates = np.column_stack([np.interp(times, time_s, gyr_dps[:, axis]) for axis in range(3)])
    check_gyr_unit(acc, rates, str(file))
    note = f"angular rate from {file.name}, interpolated to the accelerometer's samples"
    return replace(recording, time_s=times, acc=acc, gyr=rates * DEG, notes=(*recording.notes, note))


def _read(file: Path) -> tuple[FloatArray, FloatArray]:
    with Source(file) as source:
        layout = gyroscope_of(source, file)
        if layout is None:
            raise RecordingError("no gyroscope in it", where=file)
        kept = RowFilter(layout, gyroscope_only=True)
        pieces = [
            kept(table) for table in map_ahead(lambda block: parse_block(block, layout), source.blocks())
        ]
    kept.finish()
    columns = [np.concatenate(parts) for parts in zip(*pieces, strict=True)]
    return columns[0], np.column_stack(columns[1:])
