"""Reads GPX by gpxpy and TCX by defusedxml: no file may name entities or a document type."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np

from gait.errors import MissingExtraError, RecordingError
from gait.exchange.activity_files.model import Activity, Lap, Rows, activity_of, epoch_s

__all__ = ["read_gpx", "read_tcx"]

ONE_LEG_SPM = 125.0
"""Median cadence below which a file counts one leg (chosen: nobody runs at fewer steps than that)."""

PREFIX = re.compile(rb"<([A-Za-z][\w.-]*):|\s([A-Za-z][\w.-]*):[\w.-]+\s*=")
"""Prefixes of elements and attributes."""
DECLARED = re.compile(rb"xmlns:([\w.-]+)\s*=")
ROOT = re.compile(rb"<(?:gpx|TrainingCenterDatabase)(?=[\s>])")

EXTENSIONS = {"hr": "heart_rate_bpm", "cad": "cadence_spm", "speed": "speed_m_s"}
"""Garmin's track point extension (version 2): local name -> name here."""


def read_gpx(path: Path) -> Activity:
    """Return the activity of a GPX file; its distance follows from the positions.

    Raises
    ------
    MissingExtraError
        gpxpy is not installed.
    RecordingError
        The file is no GPX.
    """
    data = _repaired(path.read_bytes())
    _tree(path, data, "GPX", "gpx")
    try:
        import gpxpy
        from gpxpy.gpx import GPXException
    except ImportError as error:
        raise MissingExtraError("--activity with a GPX file", "fit") from error
    try:
        track = gpxpy.parse(data)
    except (GPXException, ValueError, RecursionError, UnicodeError, AttributeError, TypeError) as error:
        raise _broken(path, "GPX") from error
    points = [point for track in track.tracks for segment in track.segments for point in segment.points]
    rows = [_point(point) for point in points]
    for row, distance_m in zip(rows, _distances_m(points), strict=True):
        row["distance_m"] = distance_m
    _both_legs(rows)
    return activity_of(path.name, rows, ())


def _point(point: Any) -> dict[str, float]:  # noqa: ANN401 - gpxpy has no types
    row = {"time_s": epoch_s(point.time)}
    if point.elevation is not None:
        row["altitude_m"] = float(point.elevation)
    for extension in point.extensions:
        for element in extension.iter():
            name = EXTENSIONS.get(_local(element.tag))
            if name is not None:
                row[name] = _float(element.text)
    return row


def _distances_m(points: list[Any]) -> list[float]:
    """Return the distance in metres along the positions, on a sphere (haversine)."""
    if not points:
        return []
    at = np.radians([[point.latitude, point.longitude] for point in points])
    step = np.diff(at, axis=0)
    chord = (
        np.sin(step[:, 0] / 2.0) ** 2 + np.cos(at[:-1, 0]) * np.cos(at[1:, 0]) * np.sin(step[:, 1] / 2.0) ** 2
    )
    metres = 2.0 * 6_371_000.0 * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))
    return [0.0, *(float(value) for value in np.cumsum(metres))]


def read_tcx(path: Path) -> Activity:
    """Return the activity of a TCX file.

    Raises
    ------
    MissingExtraError
        defusedxml is not installed.
    RecordingError
        The file is no TCX.
    """
    root = _tree(path, _repaired(path.read_bytes()), "TCX", "trainingcenterdatabase")
    rows: Rows = []
    laps: list[Lap] = []
    for element in root.iter():
        if _local(element.tag) == "trackpoint":
            rows.append(_trackpoint(element))
        elif _local(element.tag) == "lap":
            start = epoch_s(element.get("StartTime", ""))
            total = next(
                (_float(child.text) for child in element if _local(child.tag) == "totaltimeseconds"), 0.0
            )
            laps.append(Lap(start, start + total))
    _both_legs(rows)
    return activity_of(path.name, rows, laps)


TCX = {
    "distancemeters": "distance_m",
    "altitudemeters": "altitude_m",
    "cadence": "cadence_spm",
    "runcadence": "cadence_spm",
    "speed": "speed_m_s",
    "value": "heart_rate_bpm",
}
"""Local name in a track point -> name here; ``Value`` stands in ``HeartRateBpm`` alone."""


def _trackpoint(point: Any) -> dict[str, float]:  # noqa: ANN401 - elements come untyped
    row: dict[str, float] = {}
    for element in point.iter():
        name = _local(element.tag)
        if name == "time":
            row["time_s"] = epoch_s(element.text)
        elif name in TCX:
            row[TCX[name]] = _float(element.text)
    return row


def _both_legs(rows: Rows) -> None:
    """Double the cadence where the file counts one leg."""
    cadence = [row["cadence_spm"] for row in rows if row.get("cadence_spm", 0.0) > 30.0]
    if cadence and float(np.median(cadence)) < ONE_LEG_SPM:
        for row in rows:
            if "cadence_spm" in row:
                row["cadence_spm"] *= 2.0


def _repaired(data: bytes) -> bytes:
    """Return a file without two faults that Strava's exports have.

    Those are spaces in front of the XML declaration, and extensions' prefixes that are declared nowhere.
    """
    data = data.lstrip(b" \t\r\n")
    used = {match[1] or match[2] for match in PREFIX.finditer(data)}
    missing = sorted(used - set(DECLARED.findall(data)) - {b"xml", b"xmlns"})
    names = b"".join(b' xmlns:%s="urn:undeclared:%s"' % (prefix, prefix) for prefix in missing)
    return ROOT.sub(lambda match: match[0] + names, data, count=1) if names else data


def _tree(path: Path, data: bytes, kind: str, root_name: str) -> Any:  # noqa: ANN401 - elements come untyped
    """Return the root of a file without entities and document type."""
    try:
        from defusedxml.common import DefusedXmlException
        from defusedxml.ElementTree import ParseError, fromstring
    except ImportError as error:
        raise MissingExtraError(f"--activity with a {kind} file", "fit") from error
    try:
        root = fromstring(data, forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError, LookupError, RecursionError) as error:
        raise _broken(path, kind) from error
    if _local(root.tag) != root_name:
        raise _broken(path, kind)
    return root


def _broken(path: Path, kind: str) -> RecordingError:
    return RecordingError(f"not a whole {kind} file", where=path, todo="export it from the watch again")


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2].lower()


def _float(text: str | None) -> float:
    try:
        value = float(text or "nan")
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
