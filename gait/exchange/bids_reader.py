"""Read motion data of a BIDS data set: sensors on feet and shanks as a session, positions as markers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gait.arrays import FloatArray
from gait.errors import RecordingError
from gait.exchange.bids_sidecar import sidecar
from gait.frames import Placement, Side
from gait.recording.model import Recording, Session
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["MOTION_FILE", "rate_hz_of", "read_bids", "read_bids_markers"]

MOTION_FILE = "_motion.tsv"
"""How the names of the files with samples end."""
AXES = ("x", "y", "z")
ACC_UNITS = {"m/s^2": 1.0, "m/s2": 1.0, "m/s²": 1.0, "g": STANDARD_GRAVITY, "mg": 1e-3 * STANDARD_GRAVITY}
GYR_UNITS = {"rad/s": 1.0, "deg/s": DEG, "°/s": DEG, "dps": DEG}
POS_UNITS = {"m": 1.0, "cm": 1e-2, "mm": 1e-3}
"""Unit as written -> factor to m/s2, rad/s or m."""
POINTER = re.compile(rb"version https://git-lfs|[./]*/?\.?git/annex/objects/|/annex/objects/")
"""How a file begins that stands for its content, which git-annex, DataLad or git LFS keep elsewhere."""
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


@dataclass(frozen=True, eq=False)
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
            placed = _recording(system, str(point), group)
            if placed is None:
                continue
            rank, recording = placed
            key = (recording.placement, recording.side)
            other_rank = recordings[key][0] if key in recordings else rank + 1
            if other_rank < rank:
                continue
            if other_rank == rank:
                raise RecordingError(
                    f"two sensors are the {recording.name}", where=system.file, todo="keep one of them"
                )
            recordings[key] = placed
    if not recordings:
        seen = ", ".join(dict.fromkeys(points)) or "none"
        raise RecordingError(
            "no accelerometer on a foot or a shank", where=path, todo=f"tracked points are: {seen}"
        )
    ordered = sorted(
        (recording for _, recording in recordings.values()),
        key=lambda recording: (recording.placement != "shoe", recording.side),
    )
    return Session(files[0].name.split("_tracksys-")[0], tuple(ordered), path=Path(path))


def read_bids_markers(path: str | Path) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Return the positions of one run of one subject: times, s, and tracked point -> (n, 3) m.

    Parameters
    ----------
    path
        As for `read_bids`.

    Returns
    -------
    Points with a ``POS`` channel for each of x, y and z, NaN where they were not seen; no times and no points
    where the run has none.

    Raises
    ------
    RecordingError
        As `read_bids`; or two tracking systems have positions.
    """
    positions: dict[str, FloatArray] = {}
    source: _System | None = None
    for system in map(_system, _motion_files(Path(path))):
        for point, group in system.channels.groupby("tracked_point", sort=False):
            places = _axes(system, group, "POS", POS_UNITS)
            if places is None:
                continue
            if source not in (None, system):
                raise RecordingError("two systems have positions", where=path, todo=f"give {system.file}")
            source = system
            positions[str(point)] = places
    if source is None:
        return np.empty(0), {}
    times = _times(source)
    if not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise RecordingError("times that do not increase", where=source.file, todo="check LATENCY")
    return times, positions


def _motion_files(path: Path) -> list[Path]:
    if path.is_file() or path.is_symlink():
        return [path]
    files = sorted(path.rglob(f"*{MOTION_FILE}"))
    runs = {re.sub(r"_tracksys-[A-Za-z0-9]+", "", file.name) for file in files}
    if len(runs) > 1:
        raise RecordingError(f"{len(runs)} runs", where=path, todo=f"give one file, such as {files[0]}")
    if not files:
        raise RecordingError(
            f"no file called *{MOTION_FILE}", where=path, todo="give a BIDS data set with motion"
        )
    return files


def _system(file: Path) -> _System:
    _refuse_pointer(file)
    stem = file.name.removesuffix(MOTION_FILE)
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
    return _System(file, channels, samples, sidecar(file))


def _refuse_pointer(file: Path) -> None:
    """Refuse a file whose content is kept elsewhere.

    Raises
    ------
    RecordingError
        It is a link that leads nowhere, a pointer, or empty.
    """
    try:
        with file.open("rb") as stream:
            head = stream.read(256)
    except FileNotFoundError:
        head = str(file.readlink()).encode() if file.is_symlink() else b"?"
    except OSError as error:
        raise RecordingError(f"cannot be opened ({error.strerror})", where=file) from None
    if POINTER.search(head):
        todo = "get the data themselves: datalad get, git annex get or git lfs pull"
        raise RecordingError("stands for samples that are not here", where=file, todo=todo)
    # Example sets keep the names of their large files and leave out what was in them.
    if not head.strip():
        raise RecordingError("holds no samples", where=file, todo="download the data themselves")


def _table(file: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(file, sep="\t", dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise RecordingError("cannot be read as a table", where=file, todo="mend the data set") from error


def _samples(file: Path) -> FloatArray:
    """Read (n, channels) numbers; ``n/a`` is NaN."""
    try:
        table = pd.read_csv(file, sep="\t", header=None, na_values=["n/a"], dtype=float)
    except (OSError, ValueError) as error:
        raise RecordingError("holds no table of numbers", where=file, todo="mend the data set") from error
    return table.to_numpy(dtype=float)


def _recording(system: _System, point: str, group: pd.DataFrame) -> tuple[int, Recording] | None:
    """Return rank and samples of the sensor at a tracked point; None without an accelerometer on a leg."""
    place, side = _word(point, PLACES), _word(point, SIDES)
    acc = _axes(system, group, "ACCEL", ACC_UNITS) if place and side else None
    if place is None or side is None or acc is None:
        return None
    placement, rank = place
    gyr = _axes(system, group, "GYRO", GYR_UNITS)
    time_s = _times(system)
    complete = np.isfinite(np.column_stack([time_s, acc, *([] if gyr is None else [gyr])])).all(axis=1)
    if not complete.any() or (np.diff(time_s[complete]) <= 0).any():
        raise RecordingError("no samples with increasing times", where=system.file, todo="check LATENCY")
    return rank, Recording(
        placement=placement,
        side=side,
        time_s=time_s[complete],
        acc=acc[complete],
        gyr=None if gyr is None else gyr[complete],
        rate_hz=_nominal_hz(system.sidecar, system.channels),
        acc_range_g=_number(system.sidecar.get("AccelerometerRange_g")),
        gyr_range_dps=_number(system.sidecar.get("GyroscopeRange_dps")),
        source=system.file.name,
    )


def _word(point: str, table: Iterable[tuple[Any, re.Pattern[str]]]) -> Any:  # noqa: ANN401 - side or placement
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", point).lower()
    return next((name for name, pattern in table if pattern.search(spaced)), None)


def _axes(system: _System, group: pd.DataFrame, kind: str, units: dict[str, float]) -> FloatArray | None:
    """Return (n, 3) samples of a kind of channel in SI units; None unless all three axes exist."""
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
    rate_hz = _number(system.sidecar.get("SamplingFrequencyEffective")) or _nominal_hz(
        system.sidecar, system.channels
    )
    if rate_hz is None:
        raise RecordingError("no SamplingFrequency", where=system.file, todo="add it to the _motion.json")
    return np.arange(len(system.samples)) / rate_hz


def rate_hz_of(channels_file: Path) -> float | None:
    """Return the nominal rate of a tracking system by its ``*_channels.tsv``; None where nothing says it.

    Raises
    ------
    RecordingError
        The table or a JSON that applies cannot be read.
    """
    motion = channels_file.with_name(channels_file.name.replace("_channels.tsv", MOTION_FILE))
    return _nominal_hz(sidecar(motion), _table(channels_file))


def _nominal_hz(facts: dict[str, Any], channels: pd.DataFrame) -> float | None:
    """Return the sidecar's rate, else that of the channels if they have one."""
    if "sampling_frequency" not in channels:
        return _number(facts.get("SamplingFrequency"))
    rates = pd.to_numeric(channels["sampling_frequency"], errors="coerce").dropna().unique()
    own = float(rates[0]) if len(rates) == 1 else None
    return _number(facts.get("SamplingFrequency")) or _number(own)


def _number(value: object) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value) and value > 0
    return float(value) if good and isinstance(value, int | float) else None
