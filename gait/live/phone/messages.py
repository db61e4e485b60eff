"""Messages of Sensor Logger's HTTP push, checked: hostile until proven otherwise.

A message is a JSON object with ``deviceId`` and ``payload``, a list of readings with ``name``, ``time`` (ns
since 1970) and ``values``, as documented in the app's public PUSHING page. Only the acceleration with gravity
has the same sign on every phone. So the raw accelerometer is read, and the app's acceleration without gravity
is not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from gait.arrays import FloatArray
from gait.errors import PacketError
from gait.missing import number_or_none
from gait.text import visible

__all__ = ["MOST_BYTES", "Message", "Readings", "read_message"]

MOST_BYTES = 2_000_000
"""Bytes of a message (chosen: five seconds of a phone that samples eight streams at 400 Hz take about 2
MB)."""
MOST_READINGS = 20_000
"""Readings of a message (chosen: five seconds of eight streams at 400 Hz are 16,000)."""
MOST_NAME = 64
"""Characters of a device's id that are kept (chosen: several times a usual name)."""
TIMES_NS = (1_000_000_000_000_000_000, 4_000_000_000_000_000_000)
"""Of a reading, ns since 1970 (chosen: the years 2001 to 2096)."""
MOST_ACC, MOST_GYR = 640.0, 80.0
"""m/s2 and rad/s (chosen: beyond what any phone's sensor reaches, 65 g and 4600 deg/s)."""
ACCELEROMETERS = ("accelerometeruncalibrated", "totalacceleration")
GYROSCOPES = ("gyroscope", "gyroscopeuncalibrated")
"""Names of readings, the better ones first."""
LIMITS = {**dict.fromkeys(ACCELEROMETERS, MOST_ACC), **dict.fromkeys(GYROSCOPES, MOST_GYR)}


@dataclass(frozen=True, eq=False)
class Readings:
    """Readings of one stream, sorted by time: (n,) ns since 1970, and (n, 3) as the phone gives them."""

    time_ns: np.ndarray[tuple[int], np.dtype[np.int64]]
    xyz: FloatArray


@dataclass(frozen=True, eq=False)
class Message:
    """Contents of one message of the phone.

    Attributes
    ----------
    device
        The phone's id, one line of visible text.
    streams
        Name -> readings, of the names that are used here.
    battery_pct
        Battery level, per cent; None where the phone does not report it.
    dropped
        Readings of those names that make no sense.
    """

    device: str
    streams: Mapping[str, Readings] = field(default_factory=dict)
    battery_pct: int | None = None
    dropped: int = 0


def read_message(body: bytes) -> Message:
    """Return what a message brings; single readings that make no sense are dropped and counted.

    Raises
    ------
    PacketError
        The whole of it is no message of the app.
    """
    if len(body) > MOST_BYTES:
        raise PacketError(f"a message of {len(body)} bytes")
    try:
        document = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise PacketError("no JSON") from None
    payload = document.get("payload") if isinstance(document, dict) else None
    device = document.get("deviceId") if isinstance(document, dict) else None
    if not isinstance(payload, list) or not isinstance(device, str) or len(payload) > MOST_READINGS:
        raise PacketError("no message of Sensor Logger")
    rows: dict[str, list[tuple[int, float, float, float]]] = {}
    battery, dropped = None, 0
    for reading in payload:
        name = reading.get("name") if isinstance(reading, dict) else None
        if name == "battery":
            battery = _battery(reading.get("values"))
        elif isinstance(name, str) and name.lower() in LIMITS:
            row = _row(reading, LIMITS[name.lower()])
            if row is None:
                dropped += 1
            else:
                rows.setdefault(name.lower(), []).append(row)
    streams = {name: _sorted(row) for name, row in rows.items()}
    return Message(visible(device)[:MOST_NAME] or "phone", streams, battery, dropped)


def _refuse(constant: str) -> NoReturn:
    """Refuse NaN and Infinity, which are no JSON."""
    raise ValueError(constant)


def _row(reading: Mapping[str, Any], limit: float) -> tuple[int, float, float, float] | None:
    """Return time, ns, and values of a reading; None where one is missing, or larger than `limit`."""
    time_ns, values = _number(reading.get("time")), reading.get("values")
    if time_ns is None or not TIMES_NS[0] <= time_ns <= TIMES_NS[1] or not isinstance(values, dict):
        return None
    numbers = [_number(values.get(axis)) for axis in "xyz"]
    x, y, z = numbers
    if x is None or y is None or z is None or max(abs(x), abs(y), abs(z)) > limit:
        return None
    return int(time_ns), float(x), float(y), float(z)


def _number(value: object) -> int | float | None:
    """Return a finite number, also one in quotes as the app writes in its files; else None."""
    if isinstance(value, str) and len(value) <= 32:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        return value if abs(value) <= TIMES_NS[1] else None
    return number_or_none(value)


def _battery(values: object) -> int | None:
    level = _number(values.get("batteryLevel")) if isinstance(values, dict) else None
    return round(100 * level) if level is not None and 0.0 <= level <= 1.0 else None


def _sorted(rows: list[tuple[int, float, float, float]]) -> Readings:
    rows.sort(key=lambda row: row[0])
    times = np.array([row[0] for row in rows], dtype=np.int64)
    return Readings(times, np.array([row[1:] for row in rows], dtype=np.float64))
