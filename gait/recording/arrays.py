"""A session from arrays in memory, checked as a file's samples are."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from gait.arrays import FloatArray
from gait.errors import RecordingError
from gait.frames import Placement, Side
from gait.recording.model import Recording, RunInfo, RunnerInfo, Session
from gait.recording.table.checks import check_acc_unit, check_gyr_unit, check_step
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["from_arrays"]

AccUnit = Literal["m/s2", "g"]
GyrUnit = Literal["rad/s", "deg/s"]

ACC_UNITS: dict[AccUnit, float] = {"m/s2": 1.0, "g": STANDARD_GRAVITY}
GYR_UNITS: dict[GyrUnit, float] = {"rad/s": 1.0, "deg/s": DEG}
"""Unit -> factor to m/s2 or rad/s."""


def from_arrays(
    time_s: npt.ArrayLike,
    acc: npt.ArrayLike,
    gyr: npt.ArrayLike | None = None,
    *,
    placement: Placement,
    side: Side,
    acc_unit: AccUnit = "m/s2",
    gyr_unit: GyrUnit = "rad/s",
    acc_range_g: float | None = None,
    gyr_range_dps: float | None = None,
    runner: RunnerInfo | None = None,
    run: RunInfo | None = None,
    name: str = "arrays",
) -> Session:
    """Return a session of one sensor from its samples.

    Parameters
    ----------
    time_s
        (n,) seconds, strictly increasing; a gap is a jump.
    acc
        (n, 3) specific force in ``acc_unit``, gravity in it, the sensor's own axes.
    gyr
        (n, 3) angular rate in ``gyr_unit``; None from an accelerometer alone.
    placement, side
        Where the sensor sat.
    acc_range_g, gyr_range_dps
        Full scale, by which clipping is found.
    runner, run
        What is known from elsewhere; distance or speed calibrate stride lengths.
    name
        What the session is called.

    Raises
    ------
    RecordingError
        Shapes that do not fit, times that do not increase, or a unit that cannot be.

    Notes
    -----
    Rows with a value that is not finite are left out and become gaps, as in a file. Several sensors make one
    session by `gait.Session` of all their recordings.
    """
    _check_word("placement", placement, get_args(Placement))
    _check_word("side", side, get_args(Side))
    _check_word("acc_unit", acc_unit, tuple(ACC_UNITS))
    _check_word("gyr_unit", gyr_unit, tuple(GYR_UNITS))
    times = np.asarray(time_s, dtype=float)
    columns = [times[:, None] if times.ndim == 1 else times, _triples(acc, "acc", len(times))]
    if gyr is not None:
        columns.append(_triples(gyr, "gyr", len(times)))
    if times.ndim != 1 or len(times) < 2:
        raise RecordingError(f"shape {times.shape}", where="time_s", todo="give (n,) seconds, n at least 2")
    whole = np.isfinite(np.hstack(columns)).all(axis=1)
    recording = Recording(
        placement=placement,
        side=side,
        time_s=times[whole],
        acc=columns[1][whole] * ACC_UNITS[acc_unit],
        gyr=None if gyr is None else columns[2][whole] * GYR_UNITS[gyr_unit],
        acc_range_g=acc_range_g,
        gyr_range_dps=gyr_range_dps,
        notes=() if whole.all() else (f"{int((~whole).sum())} rows without numbers left out",),
    )
    _check_samples(recording)
    return Session(name, (recording,), runner=runner or RunnerInfo(), run=run or RunInfo())


def _check_word(what: str, word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        raise RecordingError(f"{word!r}", where=what, todo=f"known are {', '.join(known)}")


def _triples(values: npt.ArrayLike, what: str, rows: int) -> FloatArray:
    array = np.asarray(values, dtype=float)
    if array.shape != (rows, 3):
        raise RecordingError(
            f"shape {array.shape}", where=what, todo=f"give ({rows}, 3), a row for each time"
        )
    return array


def _check_samples(recording: Recording) -> None:
    times = recording.time_s
    if len(times) < 2 or not (np.diff(times) > 0).all():
        raise RecordingError("times that do not increase", where="time_s", todo="sort the rows by time")
    check_step(times, "time_s")
    check_acc_unit(recording.acc, "acc")
    if recording.gyr is not None:
        check_gyr_unit(recording.acc, recording.gyr / DEG, "gyr")
