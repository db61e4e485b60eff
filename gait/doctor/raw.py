"""Reads a recording of the contract's columns without judging it, where the reader refuses it.

The doctor must see the samples that the reader turns away: other units, stamps that repeat or go back.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from gait.analysis.results import Fault
from gait.arrays import FloatArray
from gait.errors import GaitError, RecordingError
from gait.frames import Placement, Side
from gait.recording.format import ACC_COLUMNS, GYR_COLUMNS, TIME_COLUMN, bare_name, place_from_name
from gait.recording.model import Recording
from gait.recording.toml import read_toml
from gait.sentences import sentence
from gait.units import DEG

__all__ = ["read_raw"]

EVERYTHING = (sentence("every number"),)
"""What a wrong time spoils, in words: it stands before any metric."""

SPREAD_TODO = sentence("spread them evenly over the packet (gait doctor does with -o)")

TIME_UNITS = (
    (1e-3, sentence("milliseconds")),
    (1e-6, sentence("microseconds")),
    (1e-9, sentence("nanoseconds")),
)
PLACEMENTS: dict[str, Placement] = {"shoe": "shoe", "shank": "shank"}
SIDES: dict[str, Side] = {"left": "left", "right": "right"}
USUAL_STEP_S = (5e-4, 0.06)
"""Steps of leg sensors, s (chosen: 17 Hz to 2 kHz)."""

LONGEST_STEPS, SHORTEST_STEP, UNEVEN_SHARE = 50.0, 0.3, 0.01
"""Usual steps without a gap, share of a usual step below which two rows are of two clocks, share of such rows
borne (chosen: what sorting leaves beyond is a restart)."""

NUMBERS_SHARE = 0.8
"""Share of the rows that are whole and numbers (chosen: below it columns or signs are other ones than the
names say)."""

MOST_COUNTS, FAR_TIMES, DAY_S = 1e7, 1000.0, 86400.0
"""Size, in any unit, beyond which a number is none of a sensor's; times further from the middle than so many
times the usual, and a day, are no clock's (chosen: beyond 24 bits, and beyond any run)."""

PACKET_SHARE = 0.02
"""Share of repeated stamps from which they are those of packets (chosen: as
`gait.recording.clock.REPEATS_SHARE`; fewer are lost samples)."""


@dataclass(frozen=True)
class RawTimes:
    """Times as they should be, and the faults of those in the file."""

    time_s: FloatArray
    faults: tuple[Fault, ...]


def read_raw(
    path: Path, placement: Placement | None = None, side: Side | None = None
) -> tuple[Recording, tuple[Fault, ...]]:
    """Return the recording with its times mended, and what was wrong with them.

    Raises
    ------
    RecordingError
        The columns are not there, or nobody says where the sensor sat.
    """
    head, table = _table(path)
    named_placement, named_side = place_from_name(bare_name(path))
    placement = placement or PLACEMENTS.get(str(head.get("placement"))) or named_placement
    side = side or SIDES.get(str(head.get("side"))) or named_side
    if placement is None or side is None:
        todo = "say --placement shoe|shank and --side left|right"
        raise RecordingError("placement or side of the sensor unknown", where=path, todo=todo)
    has_gyr = set(GYR_COLUMNS) <= set(table.columns)
    wanted = [TIME_COLUMN, *ACC_COLUMNS, *(GYR_COLUMNS if has_gyr else ())]
    values, of_numbers = _possible(table[wanted], f"{side} {placement}")
    if len(values) < 2 or len(values) < NUMBERS_SHARE * len(table):
        raise RecordingError("no samples below the column names", where=path)
    if values[:, 0].min() == values[:, 0].max():
        raise RecordingError("the same time in every row", where=path)
    values, of_order = _in_order(values, f"{side} {placement}")
    recording = Recording(
        placement,
        side,
        values[:, 0],
        values[:, 1:4],
        values[:, 4:7] * DEG if has_gyr else None,
        rate_hz=_number(head.get("rate_hz")),
        acc_range_g=_number(head.get("acc_range_g")),
        gyr_range_dps=_number(head.get("gyr_range_dps")),
        source=path.name,
    )
    times = mended_times(values[:, 0], f"{side} {placement}")
    return replace(recording, time_s=times.time_s), (*of_numbers, *of_order, *times.faults)


def _possible(cells: pd.DataFrame, name: str) -> tuple[FloatArray, list[Fault]]:
    """Return the rows of numbers without those that no sensor and no clock gives, and these as a fault."""
    values = cells.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    values = values[np.isfinite(values).all(axis=1)]
    middle = float(np.median(values[:, 0])) if len(values) else 0.0
    spread = float(np.median(np.abs(values[:, 0] - middle))) if len(values) else 0.0
    # Half of evenly spaced times lie within `spread` of their middle; restarts and gaps stay far below.
    far = np.abs(values[:, 0] - middle) > max(FAR_TIMES * spread, DAY_S)
    sizes = np.abs(values[:, 1:])
    absurd = far | (sizes > MOST_COUNTS).any(axis=1)
    if not absurd.any():
        return values, []
    text = sentence("{n} rows hold numbers that no sensor measures", n=int(absurd.sum()))
    todo = sentence("leave those rows out (gait doctor does with -o)")
    return values[~absurd], [Fault("absurd_rows", name, "clear", text, (), todo, float(absurd.sum()))]


def _in_order(values: FloatArray, name: str) -> tuple[FloatArray, list[Fault]]:
    """Return rows sorted by their times, where sorting alone makes these even; else the rows as they are."""
    steps = np.diff(values[:, 0])
    back = steps[steps < 0.0]
    if len(back) == 0:
        return values, []
    rows = values[np.argsort(values[:, 0], kind="stable")]
    even = np.diff(rows[:, 0])
    usual = float(np.median(even))
    regular = usual > 0.0 and float(even.max()) < LONGEST_STEPS * usual
    if not regular or float((even < SHORTEST_STEP * usual).mean()) > UNEVEN_SHARE:
        return values, []
    text = sentence(
        "{n} stamps go back by up to {s:g} s: the rows are out of order", n=len(back), s=float(-back.min())
    )
    todo = sentence("sort the rows by time_s (gait doctor does with -o)")
    return rows, [Fault("stamps_order", name, "clear", text, EVERYTHING, todo)]


def _table(path: Path) -> tuple[dict[str, object], pd.DataFrame]:
    """Return the preamble, as far as it can be read, and the table under it."""
    opened = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opened(path, "rt", encoding="utf-8-sig") as stream:
            lines = stream.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"cannot be read ({error})", where=path) from None
    count = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    names = _named(lines[count]) if count < len(lines) else []
    lacking = [name for name in (TIME_COLUMN, *ACC_COLUMNS) if name not in names]
    if lacking:
        raise RecordingError(f"no column {', '.join(lacking)}", where=path)
    below = [line for line in lines[count + 1 :] if line.strip()]
    rows = [line.split(",") for line in below if line.count(",") == len(names) - 1]
    if any(TIME_COLUMN in line and _named(line) != names for line in below):
        raise RecordingError("the columns change their order further down", where=path)
    return _preamble(lines[:count]), pd.DataFrame(rows, columns=names)


def _named(line: str) -> list[str]:
    return [name.strip() for name in line.split(",")]


def _preamble(lines: list[str]) -> dict[str, object]:
    out: dict[str, object] = {}
    for line in lines:
        try:
            out |= read_toml(line.removeprefix("#").strip())
        except (GaitError, ValueError):
            continue
    return out


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def mended_times(time: FloatArray, name: str) -> RawTimes:
    """Return increasing seconds: unit, repeated stamps and restarts undone, each told as a fault.

    `time`: (n,) as it stands in the file, in an unknown unit; `name`: the file's.
    """
    time_s, faults = _in_seconds(time, name)
    time_s, restarts = _without_restarts(time_s, name)
    time_s, packets = _spread(time_s, name)
    return RawTimes(time_s, (*faults, *restarts, *packets))


def _in_seconds(time: FloatArray, name: str) -> tuple[FloatArray, list[Fault]]:
    """Return (n,) times in s, and a fault where their steps show another unit."""
    step = _step(time)
    for factor, unit in TIME_UNITS:
        if step > 0.5 and USUAL_STEP_S[0] < step * factor < USUAL_STEP_S[1]:
            text = sentence("time_s steps by {step:g}: it is in {unit}, not seconds", step=step, unit=unit)
            todo = sentence("multiply time_s by {factor:g} (gait doctor does with -o)", factor=factor)
            return time * factor, [Fault("time_unit", name, "clear", text, EVERYTHING, todo, 1.0 / factor)]
    return time, []


def _step(time: FloatArray) -> float:
    """Return the mean step forward of (n,) times, packets' stamps counted by their samples."""
    steps = np.diff(time)
    ahead = steps[steps > 0.0]
    if len(ahead) == 0:
        return 0.0
    return float(np.median(ahead)) * len(ahead) / max(int((steps >= 0.0).sum()), 1)


def _without_restarts(time_s: FloatArray, name: str) -> tuple[FloatArray, list[Fault]]:
    """Return (n,) times, s, without the clock's restarts, and the faults."""
    steps = np.diff(time_s)
    back = np.flatnonzero(steps < 0.0)
    if len(back) == 0:
        return time_s, []
    usual = max(_step(time_s), 1e-6)
    if len(back) > 0.001 * len(time_s) and float(-steps[back].min()) < 50.0 * usual:
        text = sentence(
            "{n} stamps go back by up to {s:g} s: the stamps of packets overlap",
            n=len(back),
            s=float(-steps[back].min()),
        )
        fault = Fault("packet_stamps", name, "likely", text, EVERYTHING, SPREAD_TODO)
        return np.maximum.accumulate(time_s), [fault]
    shift = np.zeros(len(time_s))
    for at in back:
        shift[at + 1 :] += -steps[at] + 1.0
    text = sentence(
        "time goes back by {s:g} s: the sensor restarted in mid-recording", s=float(-steps[back[0]])
    )
    todo = sentence(
        "split the file there; gait doctor puts a gap of 1 s there with -o (its true length is not known)"
    )
    return time_s + shift, [Fault("clock_restart", name, "clear", text, (), todo, float(len(back)))]


def _spread(time_s: FloatArray, name: str) -> tuple[FloatArray, list[Fault]]:
    """Return stamps of packets spread evenly: the samples of one end at its stamp."""
    first = np.flatnonzero(np.r_[True, np.diff(time_s) > 0.0])
    repeated = len(time_s) - len(first)
    if repeated == 0:
        return time_s, []
    count = np.diff(np.r_[first, len(time_s)])
    if len(first) < 2:
        return time_s, []
    step = float(np.median(np.diff(time_s[first]) / count[1:]))
    behind = np.concatenate([np.arange(n - 1, -1, -1) for n in count])
    even = np.repeat(time_s[first], count) - behind * step
    even = np.maximum.accumulate(even + 1e-9 * np.arange(len(even)))
    size = int(np.median(count))
    text = sentence(
        "{n} rows repeat a stamp, about {size} at a time: the stamps are those of packets",
        n=repeated,
        size=size,
    )
    kind = "packet_stamps" if repeated > PACKET_SHARE * len(time_s) else "repeated_stamps"
    return even, [Fault(kind, name, "clear", text, ("contact_ms",), SPREAD_TODO, float(size))]
