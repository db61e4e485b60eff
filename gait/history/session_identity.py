"""Identify a session, tell which pod sat where in it, and when and how far it was run."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gait.analysis.results import Analysis
    from gait.recording.model import Session

__all__ = ["distance_of", "in_utc", "pods_of", "samples_hash"]

POD_KEYS = ("serial", "id", "address", "name")
"""Keys of a recording's ``[device]`` that tell one pod from another, the best first."""

POD_LIMIT = 200
"""Characters of a pod's name (chosen: several times a usual name)."""


def samples_hash(session: Session) -> str:
    """Return the SHA-256 of all samples with their placement: the same run twice has the same."""
    # Here, not above: looking at what is kept needs none of the analysis, whose imports take longer.
    import numpy as np

    from gait.analysis.signal.pieces import pieces_of

    digest = hashlib.sha256()
    for source in session.recordings:
        digest.update(f"{source.placement} {source.side} {source.gyr is not None}".encode())
        for piece in pieces_of(source):
            for column in (piece.time_s, piece.acc, piece.gyr):
                if column is not None:
                    digest.update(np.ascontiguousarray(column, dtype="<f8").tobytes())
    return digest.hexdigest()


def pods_of(session: Session) -> dict[str, str]:
    """Return sensor -> the pod that sat there, by serial number, address or name; absent if unknown."""
    out = {}
    for source in session.recordings:
        values = (source.device.get(key) for key in POD_KEYS)
        pod = next(
            (str(value) for value in values if isinstance(value, str | int) and str(value).strip()), ""
        )
        if pod:
            out[source.name] = pod[:POD_LIMIT]
    return out


def in_utc(started: str) -> str:
    """Return an ISO 8601 time in UTC, for ordering; a time without zone is taken as local. Empty if none."""
    try:
        return datetime.fromisoformat(started).astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return ""


def distance_of(analysis: Analysis) -> float | None:
    """Return the metres run, from the measured speed, else from the speed entered; None without either."""
    metric = analysis.metrics.get("speed_m_s")
    speed = analysis.run.speed_m_s if metric is None else metric.value
    return speed * analysis.time_in("running") if speed else None
