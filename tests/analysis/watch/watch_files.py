"""Writes what a watch would keep of a simulated run, from its truth, with writers that gait does not use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import gpxpy.gpx
import numpy as np
import pandas as pd

START = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)


def kept(truth: pd.DataFrame, speed_m_s: float, ahead_s: int = 30) -> pd.DataFrame:
    """A row a second from ``ahead_s`` before session time zero: cadence, way, heart rate, altitude."""
    leg = truth[(truth["side"] == "left")].sort_values("ic_s")
    ic = leg["ic_s"].to_numpy()
    last = ic[-1]
    time = np.arange(-float(ahead_s), last + 5.0)
    stride = np.diff(ic)
    cadence = np.interp(time, 0.5 * (ic[1:] + ic[:-1]), 120.0 / stride)
    runs = (time > ic[0]) & (time < last)
    cadence = np.where(runs, 2.0 * np.round(cadence / 2.0), 0.0)
    way = speed_m_s * np.clip(time - ic[0], 0.0, last - ic[0])
    heart = 120.0 + 0.2 * np.clip(time, 0.0, None)
    return pd.DataFrame(
        {
            "s": time + ahead_s,
            "cadence": cadence,
            "way": way,
            "heart": np.round(heart),
            "alt": 100.0 + 0.02 * way,
        }
    )


def write_gpx(path: Path, rows: pd.DataFrame) -> Path:
    """GPX by gpxpy, one leg's cadence in Garmin's extension."""
    gpx, segment = gpxpy.gpx.GPX(), gpxpy.gpx.GPXTrackSegment()
    track = gpxpy.gpx.GPXTrack()
    gpx.tracks.append(track)
    track.segments.append(segment)
    gpx.nsmap["gpxtpx"] = "http://www.garmin.com/xmlschemas/TrackPointExtension/v1"
    from xml.etree.ElementTree import Element, SubElement

    space = "{http://www.garmin.com/xmlschemas/TrackPointExtension/v1}"
    for row in rows.itertuples():
        point = gpxpy.gpx.GPXTrackPoint(
            50.0 + np.degrees(row.way / 6_371_000.0),
            8.0,
            elevation=row.alt,
            time=START + timedelta(seconds=row.s),
        )
        more = Element(f"{space}TrackPointExtension")
        SubElement(more, f"{space}hr").text = str(int(row.heart))
        SubElement(more, f"{space}cad").text = str(int(row.cadence / 2.0))
        point.extensions.append(more)
        segment.points.append(point)
    path.write_text(gpx.to_xml())
    return path


def write_tcx(path: Path, rows: pd.DataFrame) -> Path:
    """TCX as text, in two laps."""
    half = len(rows) // 2
    laps = []
    for part in (rows.iloc[:half], rows.iloc[half:]):
        points = "".join(
            f"<Trackpoint><Time>{(START + timedelta(seconds=row.s)).isoformat()}</Time>"
            f"<AltitudeMeters>{row.alt:.2f}</AltitudeMeters><DistanceMeters>{row.way:.3f}</DistanceMeters>"
            f"<HeartRateBpm><Value>{row.heart:.0f}</Value></HeartRateBpm><Extensions>"
            f'<TPX xmlns="x"><RunCadence>{row.cadence / 2.0:.0f}</RunCadence></TPX></Extensions></Trackpoint>'
            for row in part.itertuples()
        )
        begin = (START + timedelta(seconds=float(part["s"].iloc[0]))).isoformat()
        laps.append(
            f'<Lap StartTime="{begin}"><TotalTimeSeconds>{len(part)}</TotalTimeSeconds>'
            f"<Track>{points}</Track></Lap>"
        )
    space = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
    path.write_text(
        f'<TrainingCenterDatabase xmlns="{space}"><Activities><Activity Sport="Running">{"".join(laps)}'
        "</Activity></Activities></TrainingCenterDatabase>"
    )
    return path


def write_fit(path: Path, rows: pd.DataFrame) -> Path:
    """FIT by fit-tool's builder, two laps; the reader under test is fitdecode."""
    from fit_tool.fit_file_builder import FitFileBuilder
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.messages.lap_message import LapMessage
    from fit_tool.profile.messages.record_message import RecordMessage
    from fit_tool.profile.profile_type import FileType

    builder = FitFileBuilder(auto_define=True)
    first = FileIdMessage()
    first.type = FileType.ACTIVITY
    builder.add(first)
    for row in rows.itertuples():
        record = RecordMessage()
        record.timestamp = round((START + timedelta(seconds=row.s)).timestamp() * 1000)
        record.cadence, record.heart_rate = int(row.cadence / 2.0), int(row.heart)
        record.distance, record.enhanced_altitude = float(row.way), float(row.alt)
        builder.add(record)
    half = len(rows) // 2
    for begin, length in ((0, half), (half, len(rows) - half)):
        lap = LapMessage()
        lap.start_time = round((START + timedelta(seconds=begin)).timestamp() * 1000)
        lap.total_elapsed_time = float(length)
        builder.add(lap)
    path.write_bytes(builder.build_bytes())
    return path
