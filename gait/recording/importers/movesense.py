"""Movesense JSON: packets of acceleration and angular rate, as a table that the reader knows.

A packet has one ``Timestamp`` in milliseconds and an array of samples for each sensor; the rows of a packet
share its stamp and are spread over it when the table is read. Acceleration is in m/s2, angular rate in deg/s.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gait.errors import RecordingError

__all__ = ["movesense_csv"]

ACC, GYR = "ArrayAcc", "ArrayGyro"
AXES = ("x", "y", "z")
DEEPEST = 8
"""Levels of lists and tables that packets are looked for in (chosen: logs are nested less deeply)."""


def movesense_csv(data: bytes, path: Path) -> str:
    """Return a CSV of the packets' samples.

    Raises
    ------
    RecordingError
        Not JSON, or no packets of acceleration in it.
    """
    try:
        tree = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        tree = _lines(data)
    if tree is None:
        raise RecordingError("not valid JSON", where=path, todo="copy it again, or export the samples as CSV")
    packets = list(_packets(tree, 0))
    acc = [packet for packet in packets if isinstance(packet.get(ACC), list)]
    if not acc:
        if any(isinstance(packet.get(GYR), list) for packet in packets):
            raise RecordingError(
                "a gyroscope without its accelerometer",
                where=path,
                todo="record IMU6 or IMU9 of the Movesense",
            )
        raise RecordingError(
            "a JSON file without packets of a Movesense", where=path, todo="export the samples as CSV"
        )
    gyr = {
        packet["Timestamp"]: packet[GYR]
        for packet in packets
        if isinstance(packet.get(GYR), list) and "Timestamp" in packet
    }
    try:
        rows = [row for packet in acc for row in _rows(packet, gyr)]
    except (KeyError, TypeError, ValueError):
        raise RecordingError(
            "packets without Timestamp, x, y and z", where=path, todo="export them as CSV"
        ) from None
    head = "timestamp_ms,acc_x_m/s2,acc_y_m/s2,acc_z_m/s2"
    head += ",gyr_x_deg/s,gyr_y_deg/s,gyr_z_deg/s" if gyr else ""
    return "\n".join([head, *rows, ""])


def _lines(data: bytes) -> list[Any] | None:
    """Return one JSON value a line, as loggers write them; None where it is not that."""
    try:
        return [json.loads(line) for line in data.decode("utf-8-sig").splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return None


def _packets(tree: Any, depth: int) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON value
    """Return tables that hold an array of samples, wherever they are."""
    if depth > DEEPEST:
        return
    if isinstance(tree, dict):
        if ACC in tree or GYR in tree:
            yield tree
            return
        tree = list(tree.values())
    if isinstance(tree, list):
        for branch in tree:
            yield from _packets(branch, depth + 1)


def _rows(packet: dict[str, Any], gyr: dict[Any, list[dict[str, float]]]) -> Iterator[str]:
    stamp = packet["Timestamp"]
    rates = gyr.get(stamp, []) if gyr else []
    for place, acc in enumerate(packet[ACC]):
        cells = [f"{float(stamp):.10g}", *(f"{float(acc[axis]):.6g}" for axis in AXES)]
        if gyr:
            rate = rates[place] if place < len(rates) else None
            cells += [f"{float(rate[axis]):.6g}" if rate is not None else "" for axis in AXES]
        yield ",".join(cells)
