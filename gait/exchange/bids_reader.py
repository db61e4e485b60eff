"""Read motion data of a BIDS data set as a session: accelerometers and gyroscopes on feet and shanks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gait.arrays import FloatArray
from gait.errors import RecordingError
from gait.frames import Placement, Side
from gait.recording.model import Recording, Session
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["read_bids"]

SUFFIX = "_motion.tsv"
AXES = ("x", "y", "z")
ACC_UNITS = {"m/s^2": 1.0, "m/s2": 1.0, "m/s²": 1.0, "g": STANDARD_GRAVITY, "mg": 1e-3 * STANDARD_GRAVITY}
GYR_UNITS = {"rad/s": 1.0, "deg/s": DEG, "°/s": DEG, "dps": DEG}
"""Unit as written -> factor to m/s2 or rad/s."""
PLACES: tuple[tuple[tuple[Placement, int], re.Pattern[str]], ...] = (
    (("shoe", 0), re.compile(r"foot|shoe|instep")),
    (("shoe", 1), re.compile(r"toe|heel")),
    (("shank", 0), re.compile(r"shank|tibia|shin|lower_?leg")),
    (("shank", 1), re.compile(r"ankle")),
)
"""Placement and rank of a tracked point: where a leg has sensors of two ranks, the lower one is taken."""
SIDES: tuple[tuple[Side, re.Pattern[str]], ...] = (
    ("left", re.compile(r"left|(^|[^a-z])l([^a-z]|$)|^l_")),
    ("right", re.compile(r"right|(^|[^a-z])r([^a-z]|$)|^r_")),
)


@dataclass(frozen=True)
class _System:
    """One tracking system: its channels, its samples (n, channels) and what its sidecar says."""

    file: Path
    channels: pd.DataFrame
    samples: FloatArray
    sidecar: dict[str, Any]


def read_bids(path: str | Path) -> Session:
    """Read one run of one subject.

    Parameters
    ----------
    path
        A ``*_motion.tsv``, or a folder with those of one run: a subject's, its ``motion``, or a data set of
        one subject.

    Returns
    -------
    Session with one recording for each foot and shank that has an accelerometer.

    Raises
    ------
    RecordingError
        No such file, several runs, a table that breaks the standard, a unit that is not known, or no sensor
        on a foot or a shank.

    Notes
    -----
    Which leg a sensor sat on is read from ``tracked_point``: words such as ``LeftFoot`` or ``shank_r``. Times
    come from a ``LATENCY`` channel, else from the sampling frequency. Samples with ``n/a`` become gaps.
    """
    files = _motion_files(Path(path))
    recordings: dict[tuple[Placement, Side], tuple[int, Recording]] = {}
    points: list[str] = []
    for system in map(_system, files):
        for point, group in system.channels.groupby("tracked_point", sort=False):
            points.append(str(point))
            found = _recording(system, str(point), group)
            if found is None:
                continue
            rank, recording = found
            key = (recording.placement, recording.side)
            other_rank = recordings[key][0] if key in recordings else rank + 1
            if other_rank < rank:
                continue
            if other_rank == rank:
                raise RecordingError(
                    f"two sensors are the {recording.name}", where=system.file, todo="keep one of them"
                )
            recordings[key] = found
    if not recordings:
        seen = ", ".join(dict.fromkeys(points)) or "none"
        raise RecordingError(
            "no accelerometer on a foot or a shank", where=path, todo=f"tracked points are: {seen}"
        )
    ordered = sorted(
        (one for _, one in recordings.values()), key=lambda one: (one.placement != "shoe", one.side)
    )
    return Session(files[0].name.split("_tracksys-")[0], tuple(ordered), path=Path(path))


def _motion_files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    files = sorted(path.rglob(f"*{SUFFIX}"))
    runs = {re.sub(r"_tracksys-[A-Za-z0-9]+", "", file.name) for file in files}
    if len(runs) > 1:
        raise RecordingError(f"{len(runs)} runs", where=path, todo=f"give one file, such as {files[0]}")
    if not files:
        raise RecordingError(f"no file called *{SUFFIX}", where=path, todo="give a BIDS data set with motion")
    return files


def _system(file: Path) -> _System:
    stem = file.name.removesuffix(SUFFIX)
    channels = _table(file.with_name(f"{stem}_channels.tsv"))
    lacking = {"name", "component", "type", "tracked_point", "units"} - set(channels.columns)
    if lacking:
        raise RecordingError(
            f"no column {', '.join(sorted(lacking))}", where=file.with_name(f"{stem}_channels.tsv")
        )
    channels["column"] = range(len(channels))
    samples = _samples(file)
    if samples.shape[1] != len(channels):
        raise RecordingError(
            f"{samples.shape[1]} columns for {len(channels)} channels", where=file, todo="mend the data set"
        )
    return _System(file, channels, samples, _sidecar(file.with_name(f"{stem}_motion.json")))


def _table(file: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(file, sep="\t", dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise RecordingError("cannot be read as a table", where=file, todo="mend the data set") from error


def _samples(file: Path) -> FloatArray:
    """Read (n, channels) numbers; ``n/a`` is NaN."""
    if file.is_file() and file.stat().st_size == 0:
        # Example sets keep the names of their large files and leave out what was in them.
        raise RecordingError("holds no samples", where=file, todo="download the data themselves")
    try:
        table = pd.read_csv(file, sep="\t", header=None, na_values=["n/a"], dtype=float)
    except (OSError, ValueError) as error:
        raise RecordingError("holds no table of numbers", where=file, todo="mend the data set") from error
    return table.to_numpy(dtype=float)


def _sidecar(file: Path) -> dict[str, Any]:
    try:
        body = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise RecordingError("cannot be read as JSON", where=file, todo="mend the data set") from error
    return body if isinstance(body, dict) else {}


def _recording(system: _System, point: str, group: pd.DataFrame) -> tuple[int, Recording] | None:
    """Return rank and samples of the sensor at a tracked point; None without an accelerometer on a leg."""
    place, side = _word(point, PLACES), _word(point, SIDES)
    acc = _axes(system, group, "ACCEL", ACC_UNITS) if place and side else None
    if place is None or side is None or acc is None:
        return None
    placement, rank = place
    gyr = _axes(system, group, "GYRO", GYR_UNITS)
    time_s = _times(system)
    whole = np.isfinite(np.column_stack([time_s, acc, *([] if gyr is None else [gyr])])).all(axis=1)
    if not whole.any() or (np.diff(time_s[whole]) <= 0).any():
        raise RecordingError("no samples with increasing times", where=system.file, todo="check LATENCY")
    return rank, Recording(
        placement=placement,
        side=side,
        time_s=time_s[whole],
        acc=acc[whole],
        gyr=None if gyr is None else gyr[whole],
        rate_hz=_number(system.sidecar.get("SamplingFrequency")),
        acc_range_g=_number(system.sidecar.get("AccelerometerRange_g")),
        gyr_range_dps=_number(system.sidecar.get("GyroscopeRange_dps")),
        source=system.file.name,
    )


def _word(point: str, table: Iterable[tuple[Any, re.Pattern[str]]]) -> Any:  # noqa: ANN401 - side or placement
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", point).lower()
    return next((name for name, pattern in table if pattern.search(spaced)), None)


def _axes(system: _System, group: pd.DataFrame, kind: str, units: dict[str, float]) -> FloatArray | None:
    """Return (n, 3) samples of a kind of channel in m/s2 or rad/s; None unless all three axes are there."""
    rows = [row for row in group.to_dict("records") if row["type"] == kind]
    at = {str(row["component"]).lower(): row for row in rows}
    if not set(AXES) <= set(at):
        return None
    columns = []
    for axis in AXES:
        unit = str(at[axis]["units"]).strip()
        if unit not in units:
            raise RecordingError(
                f"{kind} in {unit!r}", where=system.file, todo=f"known units are {', '.join(units)}"
            )
        columns.append(system.samples[:, int(at[axis]["column"])] * units[unit])
    return np.column_stack(columns)


def _times(system: _System) -> FloatArray:
    """Return session times, s: of the LATENCY channel, else evenly spaced."""
    latency = system.channels.index[system.channels["type"] == "LATENCY"]
    if len(latency):
        times: FloatArray = system.samples[:, int(latency[0])]
        return times
    rate_hz = _number(system.sidecar.get("SamplingFrequencyEffective")) or _number(
        system.sidecar.get("SamplingFrequency")
    )
    if rate_hz is None:
        raise RecordingError("no SamplingFrequency", where=system.file, todo="add it to the _motion.json")
    return np.arange(len(system.samples)) / rate_hz


def _number(value: object) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value) and value > 0
    return float(value) if good and isinstance(value, int | float) else None
