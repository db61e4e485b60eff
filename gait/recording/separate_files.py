"""Join what an app wrote into files of their own beside the accelerometer's: the gyroscope, and gravity.

MetaMotion, phyphox and Sensor Logger write one file a sensor. They lie beside each other and are called the
same but for the sensor's name. The clock is one.
"""

from __future__ import annotations

import contextlib
import csv
import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from gait.arrays import BoolArray, FloatArray
from gait.errors import RecordingError
from gait.recording.importers.gyroscope_file import GYROSCOPE
from gait.recording.model import Recording
from gait.recording.table.checks import RowFilter, check_acc_unit, check_gyr_unit
from gait.recording.table.containers import archive_name
from gait.recording.table.header import gravity_of, gyroscope_of
from gait.recording.table.lines import Source
from gait.recording.table.numbers import Layout, map_ahead, parse_block
from gait.sentences import sentence
from gait.units import DEG

__all__ = [
    "add_gravity",
    "find_beside",
    "gyroscope_elsewhere",
    "join_gyroscope",
    "not_joined",
    "turned_sign",
]

SENSOR_WORDS = re.compile(
    r"total|uncalibrated|accelerometer|acceleration|gyroscope|gyro|gravity|accel|acc|gyr|linear|user"
)
READERS = {"gyroscope": gyroscope_of, "gravity": gravity_of}
GAP_STEPS = 4.0
"""A hole of more than this many usual steps in the other file's samples is a gap, not bridged (chosen: three
lost samples are bridged, as between packets)."""
METADATA_BYTES = 1 << 16
"""Bytes that are read of an app's file of metadata at most (chosen: 64 KiB, a hundred times such a file)."""


def find_beside(file: Path, kind: str) -> Path | None:
    """Return the file beside an accelerometer's that holds its ``gyroscope`` or ``gravity``, or None."""
    stem = SENSOR_WORDS.sub("", file.name.lower())
    for other in sorted(file.parent.iterdir()):
        if other != file and other.is_file() and SENSOR_WORDS.sub("", other.name.lower()) == stem:
            with contextlib.suppress(RecordingError), Source(other) as source:
                if READERS[kind](source, other) is not None:
                    return other
    return None


def gyroscope_elsewhere(file: Path) -> Path | None:
    """Return the file of a gyroscope in another folder of the archive that a file came out of, or None."""
    if not archive_name(file):
        return None
    for other in sorted(file.parent.parent.glob("*/*")):
        if other.parent != file.parent and GYROSCOPE.search(other.name) and other.is_file():
            with contextlib.suppress(RecordingError), Source(other) as source:
                if gyroscope_of(source, other) is not None:
                    return other
    return None


def not_joined(gyroscope: Path) -> str:
    """Return the note that a gyroscope of another folder was left out."""
    return sentence(
        "{file} holds a gyroscope, but lies in another folder and can be of another device: it is not used; "
        "put it beside the accelerometer's file if it is of the same",
        file=f"{gyroscope.parent.name}/{gyroscope.name}",
    )


def join_gyroscope(recording: Recording, file: Path) -> Recording:
    """Give a recording the gyroscope of another file.

    Parameters
    ----------
    recording
        Without a gyroscope.
    file
        As `find_beside` found it; its clock is the recording's.

    Returns
    -------
    The samples between the gyroscope's first and last and outside its gaps, angular rate interpolated
    linearly to their times; a note says so.

    Raises
    ------
    RecordingError
        The file cannot be read, or the two have no time in common.
    """
    time_s, gyr_dps = _read(file, "gyroscope")
    covered = _in_common(recording, time_s, file)
    times, acc = recording.time_s[covered], recording.acc[covered]
    rates = _at(times, time_s, gyr_dps)
    check_gyr_unit(acc, rates, str(file))
    note = sentence("angular rate from {file}, interpolated to the accelerometer's samples", file=file.name)
    return replace(recording, time_s=times, acc=acc, gyr=rates * DEG, notes=(*recording.notes, note))


def add_gravity(recording: Recording, file: Path) -> Recording:
    """Add the gravity of another file to the acceleration of movement: what the sensor felt.

    Raises
    ------
    RecordingError
        The file cannot be read, the two have no time in common, or their sum is not m/s2.
    """
    time_s, gravity = _read(file, "gravity")
    covered = _in_common(recording, time_s, file)
    times = recording.time_s[covered]
    acc = recording.acc[covered] + _at(times, time_s, gravity)
    check_acc_unit(acc, str(file))
    gyr = None if recording.gyr is None else recording.gyr[covered]
    note = sentence("gravity from {file} added to the acceleration", file=file.name)
    return replace(recording, time_s=times, acc=acc, gyr=gyr, notes=(*recording.notes, note))


def turned_sign(recording: Recording, file: Path) -> Recording:
    """Turn the sign of an iPhone's acceleration, which has gravity pulling, where Metadata.csv says so.

    Sensor Logger writes CoreMotion's sign unless its units and frames are standardised.
    """
    facts = _metadata(file)
    plain = facts.get("standardisation", "").lower() not in ("true", "1", "yes")
    if facts.get("platform", "").lower() != "ios" or not plain:
        return recording
    note = sentence("sign of the acceleration turned, as an iPhone has gravity pulling (Metadata.csv)")
    return replace(recording, acc=-recording.acc, notes=(*recording.notes, note))


def _metadata(file: Path) -> dict[str, str]:
    """Return facts of a Metadata.csv beside a file; empty where there is none."""
    path = next(
        (path for path in file.parent.iterdir() if path.name.lower() == "metadata.csv" and path.is_file()),
        None,
    )
    if path is None:
        return {}
    with path.open("rb") as stream:
        text = stream.read(METADATA_BYTES).decode("utf-8-sig", errors="replace")
    with contextlib.suppress(csv.Error):
        return {
            key.strip().lower(): (value or "").strip()
            for row in list(csv.DictReader(text.splitlines()))[:1]
            for key, value in row.items()
            if isinstance(key, str) and not isinstance(value, list)
        }
    return {}


def _in_common(recording: Recording, time_s: FloatArray, file: Path) -> BoolArray:
    """Return (n,) True for samples that the other file's samples lie about, without a gap."""
    step_s = float(np.median(np.diff(time_s)))
    after = np.clip(np.searchsorted(time_s, recording.time_s), 1, len(time_s) - 1)
    covered: BoolArray = (recording.time_s >= time_s[0]) & (recording.time_s <= time_s[-1])
    covered &= time_s[after] - time_s[after - 1] <= GAP_STEPS * step_s
    if covered.sum() < 2:
        raise RecordingError(
            f"no time in common with {recording.source}",
            where=file,
            todo="move the file away to go without it",
        )
    return covered


def _at(times: FloatArray, time_s: FloatArray, values: FloatArray) -> FloatArray:
    """Return (m, 3) values at (m,) times, s, interpolated between (n, 3) at (n,) `time_s`."""
    return np.column_stack([np.interp(times, time_s, values[:, axis]) for axis in range(3)])


def _read(file: Path, kind: str) -> tuple[FloatArray, FloatArray]:
    with Source(file) as source:
        layout: Layout | None = READERS[kind](source, file)
        if layout is None:
            raise RecordingError(f"no {kind} in it", where=file)
        kept = RowFilter(layout, gyroscope_only=True)
        pieces = [
            kept(table) for table in map_ahead(lambda block: parse_block(block, layout), source.blocks())
        ]
        pieces.append(kept.end())
    kept.finish()
    columns = [np.concatenate(parts) for parts in zip(*pieces, strict=True)]
    return columns[0], np.column_stack(columns[1:])
