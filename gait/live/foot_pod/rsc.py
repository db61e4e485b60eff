"""Bytes of the Running Speed and Cadence service, without I/O (Bluetooth SIG, RSCS 1.0)."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from gait.frames import Placement

__all__ = [
    "APPEARANCE",
    "FEATURE",
    "FEATURES",
    "LOCATION",
    "MEASUREMENT",
    "SERVICE",
    "Measurement",
    "encode",
    "encode_location",
]

SERVICE, MEASUREMENT, FEATURE, LOCATION = 0x1814, 0x2A53, 0x2A54, 0x2A5D
"""16-bit numbers of the service and of RSC Measurement, RSC Feature and Sensor Location (Bluetooth SIG
Assigned Numbers; Running Speed and Cadence Service Specification 1.0)."""

APPEARANCE = 0x0440
"""Generic running and walking sensor (Bluetooth SIG Assigned Numbers, in the appearance values of the
specification)."""

HAS_STRIDE, HAS_DISTANCE, IS_RUNNING = 0x01, 0x02, 0x04
"""Bits of an RSC Measurement's flags (specification of the Running Speed and Cadence Service 1.0)."""
FEATURES = struct.pack("<H", HAS_STRIDE | HAS_DISTANCE | IS_RUNNING)
"""RSC Feature: stride length, total distance, walking or running; no calibration by the collector."""

SPEED_PER_M_S = 256.0
"""Units of an RSC Measurement (specification of Running Speed and Cadence Service 1.0): 1/256 m/s."""
STRIDE_PER_M = 100.0  # units of a stride's length a metre, 1 cm (specification as `SPEED_PER_M_S`)
DISTANCE_PER_M = 10.0  # units of distance a metre, 1 dm (specification as `SPEED_PER_M_S`)
LOCATIONS: dict[Placement, int] = {"shoe": 1, "shank": 0}
"""Sensor Location: top of shoe; the list has no shank, so that is "other"."""


@dataclass(frozen=True)
class Measurement:
    """Values of a foot pod at one moment.

    Attributes
    ----------
    speed_m_s
        Speed, m/s.
    cadence_spm
        Steps of both feet a minute. The service gives the unit as 1/min only; collectors take steps, and
        those that meet pods counting one foot double what lies under about 120.
    running
        Running rather than walking or standing.
    stride_m
        From a foot's contact to its next one, m; None where nobody moves.
    distance_m
        Since the start, m; never falls. None where it is not kept.
    """

    speed_m_s: float
    cadence_spm: float
    running: bool
    stride_m: float | None = None
    distance_m: float | None = None


def encode(measurement: Measurement) -> bytes:
    """Return the bytes of RSC Measurement; what is beyond a field's range is told as its end.

    Examples
    --------
    >>> encode(Measurement(3.0, 170.0, running=True, stride_m=2.12, distance_m=1234.5)).hex(" ")
    '07 00 03 aa d4 00 39 30 00 00'
    """
    flags = IS_RUNNING if measurement.running else 0
    tail = b""
    if measurement.stride_m is not None:
        flags |= HAS_STRIDE
        tail += _unsigned(measurement.stride_m * STRIDE_PER_M, 2)
    if measurement.distance_m is not None:
        flags |= HAS_DISTANCE
        tail += _unsigned(measurement.distance_m * DISTANCE_PER_M, 4)
    return (
        bytes([flags])
        + _unsigned(measurement.speed_m_s * SPEED_PER_M_S, 2)
        + _unsigned(measurement.cadence_spm, 1)
        + tail
    )


def encode_location(placement: Placement) -> bytes:
    """Return the byte of Sensor Location."""
    return bytes([LOCATIONS[placement]])


def _unsigned(value: float, size: int) -> bytes:
    """Return the nearest whole number as bytes, least first.

    Raises
    ------
    ValueError
        The value is NaN, which the format cannot hold.
    """
    if math.isnan(value):
        raise ValueError("not a number")
    return int(min(max(value + 0.5, 0.0), 256.0**size - 1)).to_bytes(size, "little")
