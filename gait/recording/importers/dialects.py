"""Other programs' CSV files, told by their column names: which column is what, and in which unit.

A dialect is a row of `DIALECTS`. It maps columns to time, acceleration and angular rate and brings them to
s, m/s2 and deg/s; the rest (blocks, checks, messages) is as for our own files. Acceleration without gravity
is refused: what the sensor felt cannot be had back from it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gait.errors import RecordingError
from gait.recording.importers.column_names import parse_columns
from gait.recording.table.numbers import Layout
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["DIALECTS", "Dialect", "gravity_layout", "gyroscope_layout", "layout_of", "refuse_unusable"]

AXES = "xyz"
RAD = 1.0 / DEG
"""deg/s in one rad/s (by definition)."""
UINT32_US_S = 2.0**32 * 1e-6
"""Seconds after which a 32-bit count of microseconds begins again, 71.6 min (by definition)."""


@dataclass(frozen=True)
class Dialect:
    """Names of the columns in a program's files, with their units.

    Attributes
    ----------
    name
        For messages.
    time
        Patterns of time columns, best first, each with the seconds in one of its unit.
    acc, gyr
        Patterns of the axes' columns, best first, with ``{}`` where x, y or z stands.
    acc_scale
        m/s2 of specific force in one of the file's unit; negative where the file has gravity pulling.
    gyr_scale
        deg/s in one of the file's unit.
    wrap_s
        Span after which the time column begins again; None where it does not.
    only_names
        Pattern that the file's name has to match, where columns alone do not tell; empty for any.
    gravity
        Patterns of columns of gravity that is added to the acceleration.
    needs_gravity
        True where gravity is in a file beside this one.
    comment
        Sign that the first line of the file begins with; empty for any.
    """

    name: str
    time: tuple[tuple[str, float], ...]
    acc: tuple[str, ...]
    gyr: tuple[str, ...] = ()
    acc_scale: float = 1.0
    gyr_scale: float = 1.0
    wrap_s: float | None = None
    only_names: str = ""
    gravity: tuple[str, ...] = ()
    needs_gravity: bool = False
    comment: str = ""


DIALECTS: tuple[Dialect, ...] = (
    Dialect(
        # The same names as the DOT's, but rad/s, and a clock of 10 kHz.
        name="Xsens MT Manager",
        time=((r"SampleTimeFine", 1e-4),),
        acc=(r"Acc_{}",),
        gyr=(r"Gyr_{}",),
        gyr_scale=RAD,
        wrap_s=2.0**32 * 1e-4,
        comment="//",
    ),
    Dialect(
        name="Xsens DOT",
        time=((r"SampleTimeFine", 1e-6),),
        acc=(r"Acc_{}",),
        gyr=(r"Gyr_{}",),
        wrap_s=UINT32_US_S,
    ),
    Dialect(
        name="MetaMotion",
        time=((r"epoc[h]? \(ms\)", 1e-3), (r"elapsed \(s\)", 1.0)),
        acc=(r"{}-axis \(g\)",),
        gyr=(r"{}-axis \(deg/s\)",),
        acc_scale=STANDARD_GRAVITY,
    ),
    Dialect(
        # The wide-range accelerometer comes first: the low-noise one ends at +-2 g, which running exceeds.
        name="Shimmer",
        time=((r".*Timestamp(Sync)?_Unix_CAL", 1e-3), (r".*Timestamp(Sync)?_CAL", 1e-3)),
        acc=(r".*Accel_WR_{}_CAL", r".*Accel_LN_{}_CAL"),
        gyr=(r".*Gyro_{}_CAL",),
    ),
    Dialect(
        name="phyphox",
        time=((r"Time \(s\)", 1.0),),
        acc=(r"Acceleration {} \(m/s\^?2\)", r"{} \(m/s\^?2\)"),
        gyr=(r"Gyroscope {} \(rad/s\)", r"{} \(rad/s\)"),
        gyr_scale=RAD,
        only_names=r"(?!.*linear).*",
    ),
    Dialect(
        # CoreMotion's accelerometer reads -1 g on the axis that points up.
        name="SensorLog",
        time=((r"(accelerometer|motion)Timestamp_sinceReboot\(s\)", 1.0), (r"loggingTime\(s\)", 1.0)),
        acc=(r"accelerometerAcceleration{}\(G\)",),
        gyr=(r"gyroRotation{}\(rad/s\)", r"motionRotationRate{}\(rad/s\)"),
        acc_scale=-STANDARD_GRAVITY,
        gyr_scale=RAD,
    ),
    Dialect(
        # Without the raw accelerometer: what movement adds to gravity, and gravity, with CoreMotion's sign.
        name="SensorLog, device motion",
        time=((r"(motion)Timestamp_sinceReboot\(s\)", 1.0), (r"loggingTime\(s\)", 1.0)),
        acc=(r"motionUserAcceleration{}\(G\)",),
        gravity=(r"motionGravity{}\(G\)",),
        gyr=(r"gyroRotation{}\(rad/s\)", r"motionRotationRate{}\(rad/s\)"),
        acc_scale=-STANDARD_GRAVITY,
        gyr_scale=RAD,
    ),
    Dialect(
        # Its ax, ay, az are without gravity.
        name="Physics Toolbox",
        time=((r"time", 1.0),),
        acc=(r"gF{}",),
        gyr=(r"w{}",),
        acc_scale=STANDARD_GRAVITY,
        gyr_scale=RAD,
    ),
    Dialect(
        name="Sensor Logger, gyroscope",
        time=((r"time", 1e-9),),
        acc=(),
        gyr=(r"{}",),
        gyr_scale=RAD,
        only_names=r".*gyro.*",
    ),
    Dialect(
        # All of its files have the same columns (z stands first), so the name has to rule out the others. The
        # app's standardised units are m/s2, reading +g upwards at rest.
        name="Sensor Logger",
        time=((r"time", 1e-9),),
        acc=(r"{}",),
        only_names=r"(?!.*(gyro|magnet|gravity|orient|accelerometer)).*",
    ),
    Dialect(
        # What the movement adds to gravity; the app writes gravity into a file of its own.
        name="Sensor Logger, without gravity",
        time=((r"time", 1e-9),),
        acc=(r"{}",),
        only_names=r"(?!.*(gyro|uncalibrated)).*accelerometer.*",
        needs_gravity=True,
    ),
)
"""In the order they are tried."""

GRAVITY = Dialect(
    name="Sensor Logger, gravity", time=((r"time", 1e-9),), acc=(r"{}",), only_names=r".*gravity.*"
)
"""Gravity alone, which is no recording."""

WITHOUT_GRAVITY = (
    r"FreeAcc_[xyz]",
    r"Linear Acceleration [xyz] .*",
    r"motionUserAcceleration[xyz]\(G\)",
    r"userAcceleration.*",
)
"""Columns of acceleration that gravity was taken out of."""
UNUSABLE = (
    (r".*Accel_(LN|WR)_[xyz]_RAW", "raw counts only", "export calibrated data"),
    (
        r"[xyz]-axis \(deg/s\)|Gyroscope [xyz] \(rad/s\)",
        "a gyroscope without its accelerometer",
        "put the accelerometer's file beside it and give that one",
    ),
)
"""Column, what the file is then, what to do."""


def layout_of(columns: Sequence[str], separator: str, path: Path, above: Sequence[str] = ()) -> Layout | None:
    """Return how to read a file with these columns, if a dialect has them.

    Parameters
    ----------
    columns
        Names in the file's order.
    separator
        Between the cells.
    path
        File of the columns, for messages.
    above
        Lines above the column names.

    Returns
    -------
    Layout that gives seconds, m/s2 and deg/s; None where no dialect fits, or where it fits two devices.
    """
    first = above[0] if above else ""
    for dialect in DIALECTS:
        if dialect.comment and not first.startswith(dialect.comment):
            continue
        layout = _fit(dialect, columns, separator, path)
        if layout is not None and not _two_devices(layout):
            return layout
    return None


def _two_devices(layout: Layout) -> bool:
    """Return whether the columns of a layout have different prefixes, so that the device is open.

    Columns in words that only the dialect knows have no prefix: their first word is what they measure.
    """
    names = [layout.columns[index] for index in layout.use[1:]]
    return len({column.device for column in parse_columns(names) if column.kind != "other"}) > 1


def gyroscope_layout(columns: Sequence[str], separator: str, path: Path) -> Layout | None:
    """Return how to read a file of a gyroscope alone, seconds and deg/s; None where it is no such file."""
    for dialect in DIALECTS:
        layout = _fit(dialect, columns, separator, path, gyroscope=True)
        if layout is not None:
            return layout
    return None


def gravity_layout(columns: Sequence[str], separator: str, path: Path) -> Layout | None:
    """Return how to read a file of gravity alone, seconds and m/s2; None where it is no such file."""
    return _fit(GRAVITY, columns, separator, path)


def _fit(
    dialect: Dialect, columns: Sequence[str], separator: str, path: Path, *, gyroscope: bool = False
) -> Layout | None:
    if dialect.only_names and re.fullmatch(dialect.only_names, path.name, re.IGNORECASE) is None:
        return None
    times = ((_find(columns, pattern), seconds) for pattern, seconds in dialect.time)
    time = next(((index, seconds) for index, seconds in times if index is not None), None)
    acc, gyr = _axes(columns, dialect.acc), _axes(columns, dialect.gyr)
    if time is None or (acc is None) != gyroscope or (gyroscope and gyr is None):
        return None
    acc, gyr = acc or (), gyr or ()
    gravity = _axes(columns, dialect.gravity)
    if dialect.gravity and gravity is None:
        return None
    scale = (time[1], *[dialect.acc_scale] * len(acc), *[dialect.gyr_scale] * len(gyr))
    return Layout(
        where=str(path),
        columns=tuple(columns),
        use=(time[0], *acc, *gyr),
        separator=separator,
        scale=scale,
        wrap_s=dialect.wrap_s,
        plus=tuple((place, index, dialect.acc_scale) for place, index in enumerate(gravity or (), start=1)),
        needs_gravity=dialect.needs_gravity,
        foreign=True,
        sensor_logger=dialect.name.startswith("Sensor Logger"),
    )


def _axes(columns: Sequence[str], patterns: Sequence[str]) -> tuple[int, ...] | None:
    """Return columns of x, y and z by the first pattern that finds all three."""
    for pattern in patterns:
        places = [_find(columns, pattern.format(axis)) for axis in AXES]
        if None not in places:
            return tuple(index for index in places if index is not None)
    return None


def _find(columns: Sequence[str], pattern: str) -> int | None:
    matches = (index for index, name in enumerate(columns) if re.fullmatch(pattern, name, re.IGNORECASE))
    return next(matches, None)


def refuse_unusable(columns: Sequence[str], path: Path) -> None:
    """Refuse a known program's file that holds no acceleration with gravity in it.

    Raises
    ------
    RecordingError
        The file holds no such acceleration; the message says what to export.
    """
    for pattern in WITHOUT_GRAVITY:
        if _find(columns, pattern) is not None:
            raise RecordingError(
                "acceleration without gravity",
                where=path,
                todo="export the raw accelerometer (with g), not free, linear or user acceleration",
            )
    for pattern, text, todo in UNUSABLE:
        if _find(columns, pattern) is not None:
            raise RecordingError(text, where=path, todo=todo)
