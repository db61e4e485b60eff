"""Any program's table, read by the names and units of its columns.

What the names do not say is assumed from what the first rows hold (gravity reads 9.8 m/s2, a leg sensor
samples 20 to 2000 times a second) and said in a note; files beyond these assumptions are refused with the
line that converts them.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

import numpy as np

from gait.arrays import FloatArray
from gait.errors import RecordingError
from gait.recording.choice import Choice
from gait.recording.importers.choose import Picked, pick
from gait.recording.importers.column_names import Column, parse_columns
from gait.recording.importers.guesses import acc_guess, gyr_guess, reads_gravity
from gait.recording.importers.gyroscope_file import COUNTS_ABOVE
from gait.recording.importers.sample import Sample, rate_of
from gait.recording.importers.suggest import suggestion
from gait.recording.importers.time_column import TimeColumn, time_column
from gait.recording.importers.units import Quantity, Unit
from gait.recording.table.numbers import DeviceColumn, Layout
from gait.sentences import sentence

__all__ = ["MOST_WORDS", "generic_layout"]

MOST_WORDS, ALTERNATING, APART = 8, 0.1, 1.3
"""Words of a column, share of the rows at which it changes, and how much further apart rows of two words are
than those of one, from which it names the row's sensor (chosen: a run has few sensors, whose rows come in
blocks or in turns)."""
NO_UNITS = frozenset(("", "cal", "im", "imu", "sensor", "-", "n/a", "none", "float", "double"))
"""What stands in brackets or below names without being a unit."""
WITHOUT_GRAVITY = re.compile(r"linear|user[ _]?acc|free[ _]?acc", re.IGNORECASE)
"""Names of files whose acceleration lacks gravity."""
MAGNETOMETER = re.compile(r"(?<![a-z])mag(n|neto|netometer|netic)?(?![a-z])", re.IGNORECASE)
"""Names of files of a magnetometer."""
OTHER_SENSORS = re.compile(r"gyr|magn|gravity|orient|rotation|angular|linear|user", re.IGNORECASE)
"""Names of files whose x, y and z are no acceleration with gravity."""


def generic_layout(
    names: Sequence[str],
    separator: str,
    lines: Sequence[str],
    top: Sequence[str],
    choice: Choice,
    where: str,
    *,
    units: Sequence[str] = (),
    side: str | None = None,
) -> Layout | None:
    """Return how to read a table by the names of its columns.

    Parameters
    ----------
    names, separator
        Of the line of column names.
    lines
        First rows below it.
    top
        Lines above it.
    choice
        Columns and units that the caller states, which take precedence.
    where
        File, for messages.
    units
        Cells of the line of units below the names, where there is one.
    side
        Side that the caller says, by which one of two sensors in a file may be told.

    Returns
    -------
    Layout; None where no columns are an acceleration.

    Raises
    ------
    RecordingError
        Several sensors, no time, acceleration without gravity, or units that cannot be told.
    """
    columns = parse_columns(names, units)
    sample = Sample.of(lines, separator, len(names))
    suggested = suggestion(columns, where, sample) if not choice.acc else suggestion([], where)
    picked = pick(columns, choice, where, suggested, side)
    if picked is None and any(column.kind == "linear" and column.axis is not None for column in columns):
        raise _without_gravity(where)
    file_name = re.split(r"[\\/]", where)[-1]
    picked = picked or _bare_axes(columns, sample, file_name)
    if picked is None or (not choice.acc and _of_a_magnetometer(picked, file_name)):
        return None
    told_apart = any(column.kind == "linear" for column in columns)
    if not choice.acc and not told_apart and WITHOUT_GRAVITY.search(file_name):
        raise _without_gravity(where)
    return _layout(names, separator, columns, picked, sample, choice, rate_of(top), where, suggested, side)


def _layout(
    names: Sequence[str],
    separator: str,
    columns: Sequence[Column],
    picked: Picked,
    sample: Sample,
    choice: Choice,
    stated_hz: float | None,
    where: str,
    suggested: str,
    side: str | None,
) -> Layout:
    """Return how the picked columns are read: time, units, device, and notes on them."""
    if sample.rows and not len(sample.table([column.index for column in picked.acc])) and picked.times:
        # Without a number in the sample the choice goes on; reading reports the fault.
        time = TimeColumn("number", picked.times[0].index)
    else:
        time = time_column(picked, sample, choice, stated_hz, where, suggested)
    device, device_note = _device_column(columns, picked, sample, choice, where, side)
    acc, acc_note = _acc_unit(picked, sample, choice, where, suggested)
    gyr, gyr_note = _gyr_unit(picked, sample, choice, acc, where, suggested)
    use = (
        *(() if time.index is None else (time.index,)),
        *(column.index for column in (*picked.acc, *picked.gyr)),
    )
    return Layout(
        where=where,
        columns=tuple(names),
        use=use,
        separator=separator,
        decimal=sample.decimal,
        scale=(time.factor, *[acc] * 3, *[gyr] * len(picked.gyr)),
        plus=_plus(picked, time, acc),
        time_form=time.form,
        wrap_s=time.wrap_s,
        device=device,
        zone=time.zone,
        rate_hz=time.rate_hz or choice.rate_hz,
        notes=(_read_from(picked, time.note, acc_note, gyr_note), *picked.notes, *device_note),
        counts=time.counts,
        foreign=True,
    )


def _of_a_magnetometer(picked: Picked, file_name: str) -> bool:
    """Return whether axes that only their unit, "G", makes an acceleration are in gauss instead of g."""
    bare = all(re.sub(r"[^a-z]", "", column.name.lower()) in ("xg", "yg", "zg") for column in picked.acc)
    return bare and MAGNETOMETER.search(file_name) is not None


def _bare_axes(columns: Sequence[Column], sample: Sample, file_name: str) -> Picked | None:
    """Return columns called x, y, z alone, if the sensor rests somewhere and reads gravity; else None."""
    if OTHER_SENSORS.search(file_name):
        return None
    bare = [
        column
        for column in columns
        if column.kind == "other" and column.axis is not None and not column.device
    ]
    axes = {column.axis: column for column in bare if column.unit is None and not column.strange}
    if len(bare) != len(axes) or len(axes) < 3:
        return None
    acc = (axes[0], axes[1], axes[2])
    if not reads_gravity(sample.table([column.index for column in acc])):
        return None
    note = sentence("{columns} taken for acceleration, as they read gravity at rest", columns=_names(acc))
    times = tuple(column for column in columns if column.kind == "time")
    return Picked(
        times, acc, counters=tuple(column for column in columns if column.kind == "counter"), notes=(note,)
    )


def _read_from(picked: Picked, time: str, acc_unit: str, gyr_unit: str) -> str:
    """Return in a sentence what each channel was read from."""
    acc = sentence("acceleration from {columns} in {unit}", columns=_names(picked.acc), unit=acc_unit)
    if picked.gravity:
        acc = sentence(
            "acceleration from {columns} in {unit} with {gravity} added",
            columns=_names(picked.acc),
            unit=acc_unit,
            gravity=_names(picked.gravity),
        )
    if not picked.gyr:
        return sentence("read by its column names: {time}; {acc}", time=time, acc=acc)
    gyr = sentence("angular rate from {columns} in {unit}", columns=_names(picked.gyr), unit=gyr_unit)
    return sentence("read by its column names: {time}; {acc}; {gyr}", time=time, acc=acc, gyr=gyr)


def _names(axes: Sequence[Column]) -> str:
    return ", ".join(axis.name for axis in axes)


def _plus(picked: Picked, time: TimeColumn, acc: float) -> tuple[tuple[int, int, float], ...]:
    fraction = () if time.fraction is None else ((0, *time.fraction),)
    return (*fraction, *((place, column.index, acc) for place, column in enumerate(picked.gravity, start=1)))


def _without_gravity(where: str) -> RecordingError:
    return RecordingError(
        "acceleration without gravity",
        where=where,
        todo="export the raw accelerometer (with g), not free, linear or user acceleration",
    )


def _stated(
    axes: Sequence[Column], quantity: Quantity, choice: Choice, where: str, suggested: str
) -> Unit | None:
    """Return the unit that the caller or the header states; None where neither does."""
    unit = choice.units.get(quantity)
    if unit is not None:
        return unit
    units = {axis.unit.name: axis.unit for axis in axes if axis.unit is not None}
    if len(units) > 1:
        raise RecordingError(
            f"{_names(axes)} are in different units ({', '.join(units)})",
            where=where,
            todo=f"try: {suggested}",
        )
    strange = next((axis.strange for axis in axes if axis.strange.lower() not in NO_UNITS), "") or next(
        ("raw" for axis in axes if "raw" in axis.variant.split() and axis.unit is None), ""
    )
    if not units and strange:
        unit_name = "m/s2" if quantity == "acc" else "deg/s"
        raise RecordingError(
            f"{axes[0].name} is in {strange!r}, which is no unit known here",
            where=where,
            todo=f"say how many {unit_name} one of them is, as a number: {suggested}",
        )
    return next(iter(units.values()), None)


def _acc_unit(
    picked: Picked, sample: Sample, choice: Choice, where: str, suggested: str
) -> tuple[float, str]:
    """Return m/s2 in one unit of the file, and a note on how that is known."""
    unit = _stated(picked.acc, "acc", choice, where, suggested)
    if unit is not None:
        return unit.factor, unit.name
    acc = sample.table([column.index for column in picked.acc])
    if picked.gravity and len(acc):
        gravity = sample.table([column.index for column in picked.gravity])
        acc = acc + gravity if len(gravity) == len(acc) else acc
    if not len(acc):
        return 1.0, sentence("{unit} (assumed)", unit="m/s2")
    guess = acc_guess(acc)
    if guess is not None:
        name, factor, level = guess
        return factor, sentence(
            "{unit} (assumed; gravity and running read {level:.3g})", unit=name, level=level
        )
    level = float(np.median(np.linalg.norm(acc, axis=1)))
    if level < 0.25:
        raise RecordingError(
            f"acc has no gravity in it: its median is {level:.2g}, and no unit is stated",
            where=where,
            todo="export the raw accelerometer, not 'linear' or 'user' acceleration",
        )
    raise RecordingError(
        f"the unit of {_names(picked.acc)} cannot be told: their median is {level:.4g}, where gravity is "
        "9.81 m/s2 or 1 g",
        where=where,
        todo=f"say how many m/s2 one of them is, as a number or by name: {suggested}",
    )


def _gyr_unit(
    picked: Picked, sample: Sample, choice: Choice, acc_factor: float, where: str, suggested: str
) -> tuple[float, str]:
    """Return deg/s in one unit of the file, and a note on how that is known."""
    if not picked.gyr:
        return 1.0, ""
    unit = _stated(picked.gyr, "gyr", choice, where, suggested)
    if unit is not None:
        return unit.factor, unit.name
    rows = sample.table([column.index for column in (*picked.acc, *picked.gyr)])
    if not len(rows):
        return 1.0, sentence("{unit} (assumed)", unit="deg/s")
    name, factor, turned = gyr_guess(rows[:, :3] * abs(acc_factor), rows[:, 3:])
    if turned > COUNTS_ABOVE:
        raise RecordingError(
            f"the unit of {_names(picked.gyr)} cannot be told: they reach {turned:.0f}, and no leg turns at "
            "so many deg/s",
            where=where,
            todo=f"say how many deg/s one of them is, as a number: {suggested}",
        )
    return factor, sentence("{unit} (assumed; fastest turns {most:.3g})", unit=name, most=turned)


def _device_column(
    columns: Sequence[Column], picked: Picked, sample: Sample, choice: Choice, where: str, side: str | None
) -> tuple[DeviceColumn | None, tuple[str, ...]]:
    """Return the column that names the device of each row, and the device that is meant."""
    named = (column for column in columns if column.kind == "device")
    acc = sample.numbers(picked.acc[0].index)
    column = next(named, None) or next(
        (column for column in columns if _alternates(column, sample, acc)), None
    )
    if column is None:
        return None, ()
    values = list(dict.fromkeys(cell for cell in sample.cells(column.index) if cell not in ("", column.name)))
    mine = [value for value in values if side is not None and side in re.split(r"[\W_]+", value.lower())]
    if not choice.device and len(values) > 1 and len(mine) == 1:
        note = sentence("rows of {name} only", name=mine[0])
        return DeviceColumn(column.index, mine[0], others=True), (note,)
    if choice.device:
        plain = choice.device.strip()
        if plain in values or not values:
            return DeviceColumn(column.index, plain, others=True), (
                sentence("rows of {name} only", name=plain),
            )
        raise RecordingError(f"no device {plain!r}", where=where, todo=f"there are: {', '.join(values[:8])}")
    if len(values) > 1:
        raise RecordingError(
            f"rows of {len(values)} sensors in one file ({', '.join(values[:8])})",
            where=where,
            todo=f"say which: gait convert {_quoted(where)} -o left_shoe.csv --device {_quoted(values[0])}",
        )
    return (DeviceColumn(column.index, values[0], others=False), ()) if values else (None, ())


def _alternates(column: Column, sample: Sample, acc: FloatArray) -> bool:
    """Return whether a column of few words tells apart the rows of several sensors.

    Samples of one sensor follow on one another whatever a flag beside them says; of several they do for each.
    """
    if column.kind != "other" or column.axis is not None:
        return False
    cells = np.array(sample.cells(column.index), dtype=str)
    words = np.unique(cells[cells != ""])
    if not 1 < len(words) <= MOST_WORDS or any(re.search(r"[^\W\d_]", word) is None for word in words):
        return False
    change = cells[1:] != cells[:-1]
    if change.mean() <= ALTERNATING:
        return False
    across = float(np.nanmean(np.abs(np.diff(acc))[change]))
    within = max(float(np.nanmean(np.abs(np.diff(acc[cells == word])))) for word in words)
    return across > APART * within


def _quoted(text: str) -> str:
    return shlex.quote(text)
