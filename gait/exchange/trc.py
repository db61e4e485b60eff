"""Marker files of motion capture as text (TRC): tab-separated, three columns a marker."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gait.arrays import FloatArray
from gait.errors import RecordingError

__all__ = ["TRC", "read_trc"]

METRES = {"mm": 1e-3, "cm": 1e-2, "m": 1.0}
MOST_BYTES = 1 << 29
"""Largest file that is read (chosen: an hour of fifty markers at 200 Hz)."""
HEAD_LINES = 5
"""Lines above the first row of a TRC file (specification: OpenSim's description of the format)."""


@dataclass(frozen=True)
class TRC:
    """Contents of a marker file.

    Attributes
    ----------
    time_s
        (n,) s, as the file gives them.
    markers
        Name -> (n, 3) m; NaN where the marker was not seen.
    rate_hz
        As the file states it.
    """

    time_s: FloatArray
    markers: dict[str, FloatArray]
    rate_hz: float


def read_trc(path: Path) -> TRC:
    """Read a marker file.

    Raises
    ------
    RecordingError
        The file cannot be opened, is too large, or is no TRC; the message says what is lacking.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RecordingError(f"a TRC of more than {MOST_BYTES >> 20} MB", where=path, todo="cut it")
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise RecordingError(f"cannot be opened ({error.strerror})", where=path) from None
    lines = text.splitlines()
    if len(lines) <= HEAD_LINES or not lines[0].startswith("PathFileType"):
        raise RecordingError("no marker file (TRC)", where=path, todo="its first line begins: PathFileType")
    facts = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=False))
    unit, rate_hz = facts.get("Units", "").strip().lower(), _number(facts.get("DataRate", ""))
    if unit not in METRES or rate_hz is None:
        raise RecordingError(
            "no DataRate and Units (mm or m) in its header", where=path, todo="export it again"
        )
    names = [cell.strip() for cell in lines[3].rstrip().split("\t")][2:]
    return _filled(path, lines[HEAD_LINES:], [name for name in names if name], unit, rate_hz)


def _filled(path: Path, rows: list[str], names: list[str], unit: str, rate_hz: float) -> TRC:
    width = 2 + 3 * len(names)
    rows = [row for row in rows if row.strip()]
    try:
        table = pd.read_csv(
            io.StringIO("\n".join(rows)), sep="\t", header=None, usecols=range(width), dtype=float
        ).to_numpy()
    except (ValueError, pd.errors.ParserError) as error:
        raise RecordingError(
            f"rows that are not {width} numbers, for {len(names)} markers", where=path, todo="export it again"
        ) from error
    times = table[:, 1]
    if not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise RecordingError("times that do not increase", where=path, todo="export it again")
    places = METRES[unit] * table[:, 2:].reshape(len(table), len(names), 3)
    return TRC(times, {name: places[:, row] for row, name in enumerate(names)}, rate_hz)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0.0 < value < np.inf else None
