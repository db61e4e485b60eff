"""A session as a subject of a BIDS data set with motion data (Motion-BIDS).

Jeung S, Cockx H, Appelhoff S, et al. (2024) Motion-BIDS: an extension to the brain imaging data structure
to organize motion data for reproducible research. Scientific Data 11:716. The files follow BIDS 1.10.

Every sensor is a tracking system of its own, since its samples have their own times. Its ``LATENCY`` channel
holds session time, so the recording onset of all systems is time zero of the session.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gait import __version__
from gait.arrays import FloatArray
from gait.errors import GaitError, UsageError
from gait.files import write_bytes, write_text
from gait.frames import Side
from gait.recording.model import Recording, RunnerInfo, Session

__all__ = ["BIDS_VERSION", "Event", "Markers", "next_subject", "write_bids"]

BIDS_VERSION = "1.10.0"
TASK = "running"
TASK_DESCRIPTION = "Overground or treadmill running with sensors on the legs."
OPTICAL = "optical"
"""Label of the tracking system that the markers are of."""
LATENCY = ("latency", "n/a", "LATENCY", "n/a", "s", "n/a")
DIGITS = "%.6f"
"""Decimals of the samples: microseconds, and far below a sensor's step in m/s2 and rad/s."""
LABEL = re.compile(r"[A-Za-z0-9]+")
AXES = ("x", "y", "z")
CHANNEL_COLUMNS = ("name", "component", "type", "tracked_point", "units", "reference_frame")

README_TEXT = """# Running gait

Wearable sensors on shoes or shanks, one tracking system a sensor. Written by running-gait {version}.

- `*_motion.tsv`: the LATENCY channel is seconds from the start of the session, common to all systems.
  A gap in the recording is a jump of it. Accelerometers measure specific force, gravity included.
- `*_events.tsv`: initial (ic) and terminal (tc) contacts of each foot, found by the program.
"""


@dataclass(frozen=True)
class Event:
    """A contact event: ``ic`` initial or ``tc`` terminal, in session time."""

    onset_s: float
    kind: Literal["ic", "tc"]
    side: Side


@dataclass(frozen=True, eq=False)
class Markers:
    """Places of markers: (n,) s of session time, and name -> (n, 3) m, NaN where one was not seen."""

    time_s: FloatArray
    places: Mapping[str, FloatArray]


def next_subject(folder: Path) -> str:
    """Return the first number that no subject of a data set has, such as ``"01"``."""
    taken = {path.name for path in folder.glob("sub-*")}
    return next(label for number in range(1, 100_000) if f"sub-{(label := f'{number:02d}')}" not in taken)


def write_bids(
    session: Session,
    folder: Path,
    subject: str,
    events: Iterable[Event] = (),
    version: str = __version__,
    markers: Markers | None = None,
) -> Path:
    """Write a session as a subject, into a new data set or one that is there.

    Parameters
    ----------
    session
        Its name, notes and answers are not written: a data set is shared.
    folder
        Of the data set; made where it is not there.
    subject
        Label of letters and digits, such as ``"01"``.
    events
        Contacts found in the session.
    version
        Of the program that wrote it.
    markers
        Of motion capture beside the sensors: a tracking system of its own, with positions.

    Returns
    -------
    Folder of the subject.

    Raises
    ------
    UsageError
        The label is not one, the subject is there already, or the folder holds something else.
    GaitError
        A file cannot be written.
    """
    if LABEL.fullmatch(subject) is None:
        raise UsageError(f"--subject {subject!r}", todo="letters and digits alone, such as 01")
    place = folder / f"sub-{subject}"
    _check_folder(folder, place)
    motion = place / "motion"
    try:
        motion.mkdir(parents=True)
    except OSError as error:
        raise GaitError(
            f"cannot be made ({error.strerror})", where=motion, todo="check the folder"
        ) from error
    started = {_label(recording): recording.started for recording in session.recordings}
    for recording in session.recordings:
        _write_sensor(recording, motion, f"sub-{subject}_task-{TASK}_tracksys-{_label(recording)}")
    if markers is not None and markers.places:
        _write_markers(markers, motion, f"sub-{subject}_task-{TASK}_tracksys-{OPTICAL}")
        started[OPTICAL] = next(iter(started.values()), "")
    _write_events(events, motion / f"sub-{subject}_task-{TASK}_events")
    _write_scans(started, place / f"sub-{subject}_scans.tsv", subject)
    # The data set's own files come last, so that an interrupted export leaves no valid subject.
    _write_participant(folder, subject, session.runner)
    _write_description(folder, version)
    return place


def _check_folder(folder: Path, place: Path) -> None:
    if place.exists():
        raise UsageError("is there already", where=place, todo="give another --subject, or delete it")
    described = (folder / "dataset_description.json").is_file()
    if folder.is_dir() and not described and any(not path.name.startswith(".") for path in folder.iterdir()):
        raise UsageError("holds other files", where=folder, todo="name a new folder for the data set")


def _label(recording: Recording) -> str:
    return f"{recording.side}{recording.placement}"


def _channels(recording: Recording) -> list[tuple[str, ...]]:
    """Return rows of ``channels.tsv`` in the order of the samples' columns."""
    point = f"{recording.side}_{recording.placement}"
    rows: list[tuple[str, ...]] = [LATENCY]
    rows += [(f"{point}_acc_{axis}", axis, "ACCEL", point, "m/s^2", "sensor") for axis in AXES]
    if recording.gyr is not None:
        rows += [(f"{point}_gyr_{axis}", axis, "GYRO", point, "rad/s", "sensor") for axis in AXES]
    return rows


def _write_sensor(recording: Recording, motion: Path, stem: str) -> None:
    columns = [recording.time_s[:, None], recording.acc]
    if recording.gyr is not None:
        columns.append(recording.gyr)
    _write_samples(np.hstack(columns), motion / f"{stem}_motion.tsv")
    _write_table(motion / f"{stem}_channels.tsv", CHANNEL_COLUMNS, _channels(recording))
    frame = {"Levels": {"sensor": "The sensor's own axes as it was mounted, right-handed."}}
    _write_json(motion / f"{stem}_channels.json", {"reference_frame": frame})
    _write_json(motion / f"{stem}_motion.json", _sidecar(recording))


def _write_samples(samples: FloatArray, path: Path) -> None:
    """Write (n, channels) numbers; what is not known is n/a."""
    line = "\t".join([DIGITS] * samples.shape[1]) + "\n"
    text = "".join(line % tuple(row) for row in samples)
    write_bytes(path, text.replace("nan", "n/a").encode())


def _write_markers(markers: Markers, motion: Path, stem: str) -> None:
    """Write the markers as a tracking system; names keep letters, digits and what joins them."""
    names = {name: re.sub(r"[^A-Za-z0-9_.-]+", "_", name) for name in markers.places}
    places = np.hstack([markers.time_s[:, None], *markers.places.values()])
    _write_samples(places, motion / f"{stem}_motion.tsv")
    rows = [
        (f"{name}_{axis}", axis, "POS", name, "m", "laboratory") for name in names.values() for axis in AXES
    ]
    _write_table(motion / f"{stem}_channels.tsv", CHANNEL_COLUMNS, [LATENCY, *rows])
    frame = {"Levels": {"laboratory": "The axes of the motion capture system, as its file gives them."}}
    _write_json(motion / f"{stem}_channels.json", {"reference_frame": frame})
    body = _rates(markers.time_s, None) | {
        "TrackingSystemName": "optical motion capture",
        "MotionChannelCount": 1 + len(rows),
        "POSChannelCount": len(rows),
        "LATENCYChannelCount": 1,
        "TrackedPointsCount": len(names),
        "MissingValues": "n/a where a marker was not seen.",
    }
    _write_json(motion / f"{stem}_motion.json", body)


def _rates(time_s: FloatArray, nominal_hz: float | None) -> dict[str, Any]:
    """Return what the sidecar of every tracking system says of task and times, (n,) s."""
    steps = np.diff(time_s)
    fitted_hz = float(1.0 / np.median(steps)) if len(steps) else 1.0
    span_s = float(time_s[-1] - time_s[0])
    return {
        "TaskName": TASK,
        "TaskDescription": TASK_DESCRIPTION,
        "SamplingFrequency": nominal_hz or round(fitted_hz, 3),
        "SamplingFrequencyEffective": round(len(steps) / span_s, 4) if span_s > 0 else fitted_hz,
        "RecordingDuration": round(span_s, 6),
        "RecordingType": "continuous",
    }


def _sidecar(recording: Recording) -> dict[str, Any]:
    sensors = 1 if recording.gyr is None else 2
    body = _rates(recording.time_s, recording.rate_hz) | {
        "TrackingSystemName": recording.name,
        "MotionChannelCount": 1 + 3 * sensors,
        "ACCELChannelCount": 3,
        "GYROChannelCount": 3 * (sensors - 1),
        "LATENCYChannelCount": 1,
        "TrackedPointsCount": 1,
        "MissingValues": "Samples that were lost are left out; LATENCY jumps there.",
        # Beyond the standard: full scales, without which clipping cannot be told.
        "AccelerometerRange_g": recording.acc_range_g,
        "GyroscopeRange_dps": recording.gyr_range_dps,
    }
    for key, names in (("Manufacturer", ("manufacturer",)), ("ManufacturersModelName", ("model",))):
        body[key] = next((str(recording.device[name]) for name in names if recording.device.get(name)), None)
    return {key: value for key, value in body.items() if value is not None}


def _write_events(events: Iterable[Event], stem: Path) -> None:
    timed = sorted(
        (event for event in events if math.isfinite(event.onset_s)), key=lambda event: event.onset_s
    )
    rows = [(f"{event.onset_s:.5f}", "0", event.kind, event.side) for event in timed]
    _write_table(stem.with_name(f"{stem.name}.tsv"), ("onset", "duration", "trial_type", "side"), rows)
    levels = {"ic": "initial contact of the foot with the ground", "tc": "terminal contact, toe-off"}
    body = {
        "trial_type": {"Description": "Contact event", "Levels": levels},
        "side": {"Description": "Foot", "Levels": {"left": "left foot", "right": "right foot"}},
    }
    _write_json(stem.with_name(f"{stem.name}.json"), body)


def _write_scans(started: Mapping[str, str], path: Path, subject: str) -> None:
    """Write when each tracking system began, by its label."""
    rows = [
        (f"motion/sub-{subject}_task-{TASK}_tracksys-{label}_motion.tsv", _acquired(when))
        for label, when in started.items()
    ]
    _write_table(path, ("filename", "acq_time"), rows)


def _acquired(started: str) -> str:
    """Return a start as BIDS writes it: local time without zone; n/a where it is not known.

    Examples
    --------
    >>> _acquired("2026-05-01T07:32:10.123+02:00"), _acquired("2026-05-01T07:32:10Z"), _acquired("")
    ('2026-05-01T07:32:10.123', '2026-05-01T07:32:10Z', 'n/a')
    """
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?)(Z?)(?:[+-]\d\d:?\d\d)?", started)
    return f"{match[1]}{match[2]}" if match else "n/a"


def _write_participant(folder: Path, subject: str, runner: RunnerInfo) -> None:
    path = folder / "participants.tsv"
    head = ("participant_id", "mass_kg", "height_m")
    rows: list[tuple[str, ...]] = []
    if path.is_file():
        lines = path.read_text(encoding="utf-8").splitlines()
        if not lines or tuple(lines[0].split("\t")) != head:
            raise UsageError("has other columns", where=path, todo="name a new folder for the data set")
        rows = [tuple(line.split("\t")) for line in lines[1:] if line]
    cells = ("n/a" if value is None else f"{value:g}" for value in (runner.mass_kg, runner.height_m))
    _write_table(path, head, sorted([*rows, (f"sub-{subject}", *cells)]))
    body = {
        "mass_kg": {"Description": "Body mass", "Units": "kg"},
        "height_m": {"Description": "Body height", "Units": "m"},
    }
    _write_json(folder / "participants.json", body)


def _write_description(folder: Path, version: str) -> None:
    if (folder / "dataset_description.json").is_file():
        return
    body = {
        "Name": "Running gait",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "raw",
        "GeneratedBy": [{"Name": "running-gait", "Version": version}],
    }
    write_text(folder / "README.md", README_TEXT.format(version=version))
    _write_json(folder / "dataset_description.json", body)


def _write_table(path: Path, head: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    write_text(path, "".join("\t".join(row) + "\n" for row in (head, *rows)))


def _write_json(path: Path, body: Mapping[str, Any]) -> None:
    write_text(path, json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
