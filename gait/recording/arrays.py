"""A session from arrays in memory, checked as a file's samples are."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from gait.arrays import FloatArray
from gait.errors import RecordingError, check_kind
from gait.frames import Placement, Side
from gait.recording.model import Recording, RunInfo, RunnerInfo, Session
from gait.recording.table.checks import (
    ACC_LIMIT_M_S2,
    GYR_LIMIT_DPS,
    LONGEST_GAP_S,
    check_acc_unit,
    check_gyr_unit,
    check_step,
)
from gait.sentences import sentence
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["from_arrays"]

AccUnit = Literal["m/s2", "g"]
GyrUnit = Literal["rad/s", "deg/s"]

ACC_UNITS: dict[AccUnit, float] = {"m/s2": 1.0, "g": STANDARD_GRAVITY}
GYR_UNITS: dict[GyrUnit, float] = {"rad/s": 1.0, "deg/s": DEG}
"""Unit -> factor to m/s2 or rad/s."""
COARSE = 0.2
"""Share of a step by which the times may be rounded (chosen: as much as a radio's stamps jitter)."""


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
    acc_unit, gyr_unit
        Units of ``acc`` and ``gyr``: ``m/s2`` or ``g``, ``rad/s`` or ``deg/s``.
    acc_range_g, gyr_range_dps
        Full scale, by which clipping is found.
    runner, run, name
        Facts from elsewhere (distance or speed calibrate stride lengths), and the session's name.

    Raises
    ------
    RecordingError
        No numbers, shapes that do not fit, times that do not increase, or a unit that cannot be.

    Notes
    -----
    Rows with a value that is not finite become gaps. `gait.Session` makes a session of several recordings.
    """
    _check_words(placement, side, acc_unit, gyr_unit)
    _check_facts(acc_range_g, gyr_range_dps, runner, run)
    times, force, rates, left_out = _whole_rows(time_s, acc, gyr, name)
    recording = Recording(
        placement=placement,
        side=side,
        time_s=times,
        acc=force * ACC_UNITS[acc_unit],
        gyr=None if rates is None else rates * GYR_UNITS[gyr_unit],
        acc_range_g=acc_range_g,
        gyr_range_dps=gyr_range_dps,
        notes=(sentence("{n} rows without numbers left out", n=left_out),) if left_out else (),
    )
    _check_samples(recording)
    return Session(name, (recording,), runner=runner or RunnerInfo(), run=run or RunInfo())


def _check_words(placement: str, side: str, acc_unit: str, gyr_unit: str) -> None:
    """Refuse a word that is none of those there are.

    Raises
    ------
    RecordingError
        Which it is, and which there are.
    """
    _check_word("placement", placement, get_args(Placement))
    _check_word("side", side, get_args(Side))
    _check_word("acc_unit", acc_unit, tuple(ACC_UNITS))
    _check_word("gyr_unit", gyr_unit, tuple(GYR_UNITS))


def _check_facts(
    acc_range_g: float | None, gyr_range_dps: float | None, runner: RunnerInfo | None, run: RunInfo | None
) -> None:
    """Refuse full scales that no sensor has, and objects that are not a runner or a run.

    Raises
    ------
    RecordingError
        A full scale is not a positive number; the message names it.
    UsageError
        An object of another kind was given.
    """
    _check_range("acc_range_g", acc_range_g)
    _check_range("gyr_range_dps", gyr_range_dps)
    check_kind(runner, (RunnerInfo, type(None)), "runner", "give a RunnerInfo(mass_kg=, height_m=)")
    check_kind(run, (RunInfo, type(None)), "run", "give a RunInfo(distance_m=, speed_m_s=)")


def _whole_rows(
    time_s: npt.ArrayLike, acc: npt.ArrayLike, gyr: npt.ArrayLike | None, name: str
) -> tuple[FloatArray, FloatArray, FloatArray | None, int]:
    """Return times, acceleration and angular rate of the rows with numbers everywhere, and how many have not.

    Raises
    ------
    RecordingError
        No such row, or shapes that do not fit.
    """
    times = _seconds(time_s)
    force = _triples(acc, "acc", len(times))
    rates = None if gyr is None else _triples(gyr, "gyr", len(times))
    columns = [times[:, None], force] if rates is None else [times[:, None], force, rates]
    complete = np.logical_and.reduce(np.isfinite(np.hstack(columns)), axis=1)
    if not complete.any():
        raise RecordingError("no row with a number everywhere", where=name, todo="leave out what is empty")
    return (
        times[complete],
        force[complete],
        None if rates is None else rates[complete],
        int((~complete).sum()),
    )


def _check_word(argument: str, word: str, words: tuple[str, ...]) -> None:
    if word not in words:
        raise RecordingError(f"{word!r}", where=argument, todo=f"known are {', '.join(words)}")


def _check_range(argument: str, value: object) -> None:
    """Refuse a full scale that is not a positive number."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value < np.inf:
        raise RecordingError(f"{value!r}", where=argument, todo="give a positive number, or None")


def _numbers(values: object, argument: str) -> FloatArray:
    """Return an array of numbers, as float64.

    Raises
    ------
    RecordingError
        It holds dates, text, complex numbers or flags, or rows of different lengths.
    """
    try:
        array = np.asarray(values)
        if array.dtype.kind in "mM":
            raise RecordingError(
                "dates, not seconds", where=argument, todo="give (t - t[0]) / np.timedelta64(1, 's')"
            )
        if array.dtype.kind in "cb":
            raise RecordingError(f"{array.dtype} values", where=argument, todo="give real numbers")
        return np.asarray(array, dtype=float)
    except (ValueError, TypeError) as error:
        raise RecordingError(
            "not an array of numbers", where=argument, todo="give numbers, row by row"
        ) from error


def _seconds(time_s: npt.ArrayLike) -> FloatArray:
    """Return (n,) times as float64."""
    times = _numbers(time_s, "time_s")
    if times.ndim != 1 or len(times) < 2:
        raise RecordingError(f"shape {times.shape}", where="time_s", todo="give (n,) seconds, n at least 2")
    # Single precision tells late times apart by milliseconds only: the samples would seem to jump about.
    dtype = np.asarray(time_s).dtype
    if dtype.kind == "f" and dtype.itemsize < times.itemsize:
        grain = float(np.spacing(dtype.type(np.nanmax(np.abs(times)))))
        if grain > COARSE * float(np.nanmedian(np.abs(np.diff(times)))):
            raise RecordingError(
                f"{dtype} tells these times apart by {grain:.2g} s only", where="time_s", todo="give float64"
            )
    return times


def _triples(values: npt.ArrayLike, argument: str, rows: int) -> FloatArray:
    array = _numbers(values, argument)
    names = [str(name) for name in getattr(values, "columns", ())]
    order = "".join(name[-1:] for name in names).lower()
    if sorted(order) == list("xyz") and order != "xyz":
        # Another order would be a mirror image, in which left is right.
        raise RecordingError(
            f"columns {', '.join(names)}", where=argument, todo="give them in the order x, y, z"
        )
    if array.shape != (rows, 3):
        raise RecordingError(
            f"shape {array.shape}", where=argument, todo=f"give ({rows}, 3), a row for each time"
        )
    return array


def _check_samples(recording: Recording) -> None:
    times = recording.time_s
    step_s = np.diff(times)
    if len(times) < 2:
        raise RecordingError("one row of numbers", where="time_s", todo="give two at least")
    if not (step_s > 0).all():
        row = int(np.argmin(step_s > 0)) + 1
        raise RecordingError(
            f"times that do not increase: {times[row - 1]:.10g} s, then {times[row]:.10g} s",
            where="time_s",
            todo="sort the rows by time, and keep one of each time",
        )
    check_step(times, "time_s")
    if step_s.max() > LONGEST_GAP_S:
        raise RecordingError(
            f"time jumps ahead by {step_s.max():g} s", where="time_s", todo="split it where the clock was set"
        )
    with np.errstate(over="ignore"):
        check_acc_unit(recording.acc, "acc")
    _check_size(recording.acc, ACC_LIMIT_M_S2, "acc", "m/s2")
    if recording.gyr is not None:
        _check_size(recording.gyr / DEG, GYR_LIMIT_DPS, "gyr", "deg/s")
        check_gyr_unit(recording.acc, recording.gyr / DEG, "gyr")


def _check_size(values: FloatArray, limit: float, argument: str, unit: str) -> None:
    """Refuse a number in (n, 3) values that no sensor measures; `check_acc_unit` judges the unit first."""
    top = float(np.abs(values).max())
    if top > limit:
        raise RecordingError(
            f"{top:.3g} {unit} is more than any sensor measures", where=argument, todo="mend it"
        )
