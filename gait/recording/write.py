"""Write a recording as the contract's CSV: whole or not at all, and at about the speed of the disk."""

from __future__ import annotations

import contextlib
import gzip
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt

from gait.arrays import BoolArray, FloatArray
from gait.errors import RecordingError
from gait.files import replacing
from gait.recording.format import ACC_COLUMNS, GYR_COLUMNS, TIME_COLUMN, Preamble, format_preamble
from gait.recording.model import Recording
from gait.units import DEG

__all__ = ["Decimals", "write_pieces", "write_recording"]

Bytes = npt.NDArray[np.uint8]

ROWS_AT_ONCE = 1 << 15
"""Rows that become text at once (chosen: some 2 MB, which stay in the processor's cache)."""
LARGEST = 9.0e17
"""Largest scaled value (chosen: 18 digits and a sign fit into a signed 64-bit number)."""
COMMA, POINT, MINUS, NEWLINE, ZERO, NOTHING = b",.-\n0\0"
"""Signs of the file; ``NOTHING`` marks bytes that are left out of it."""


@dataclass(frozen=True)
class Decimals:
    """Decimals of each kind of column.

    The defaults lie well below a 16-bit sensor's steps: 0.0048 m/s2 at +-16 g, 0.06 deg/s at +-2000 deg/s.
    """

    time: int = 6
    acc: int = 4
    gyr: int = 3


def write_recording(recording: Recording, path: str | Path, decimals: Decimals | None = None) -> Path:
    """Write one recording.

    Parameters
    ----------
    recording
        Finite samples, times increasing.
    path
        ``.csv``, or ``.csv.gz`` for the same compressed. An existing file is replaced.
    decimals
        Of each kind of column.

    Returns
    -------
    The path.

    Raises
    ------
    RecordingError
        The samples cannot be written, or the file cannot.

    Notes
    -----
    The file appears under its name only once it is complete and on the disk; its owner alone may read it.
    The same recording gives the same bytes.
    """
    return write_pieces(recording, [recording], path, decimals)


def write_pieces(
    head: Recording, pieces: Iterable[Recording], path: str | Path, decimals: Decimals | None = None
) -> Path:
    """Write a recording that comes in pieces, such as those of `gait.recording.read.read_chunks`.

    Parameters
    ----------
    head
        What the preamble says; its samples are not looked at.
    pieces
        Samples, in order of time; all with a gyroscope or all without.
    path, decimals
        As for `write_recording`, which says the rest too.

    Raises
    ------
    RecordingError
        Some pieces have a gyroscope and others none, or as `write_recording`.
    """
    target = Path(path)
    places = decimals or Decimals()
    with _replacing(target) as stream:
        last_s = -np.inf
        columns: tuple[str, ...] | None = None
        for piece in pieces:
            names = (TIME_COLUMN, *ACC_COLUMNS, *(GYR_COLUMNS if piece.gyr is not None else ()))
            if columns is None:
                columns = names
                stream.write(_top(head, columns))
            elif names != columns:
                raise RecordingError("pieces with and without a gyroscope", where=target)
            for rows in _rows(piece, places, last_s, target):
                stream.write(rows)
            last_s = float(piece.time_s[-1]) if len(piece.time_s) else last_s
        if columns is None:
            stream.write(_top(head, (TIME_COLUMN, *ACC_COLUMNS)))
    return target


@contextlib.contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    """Give a file to write to, compressed where its name says so; on the disk before it takes its name."""
    try:
        with replacing(target, mode=0o600) as raw:
            with (
                _compressed(raw)
                if target.name.lower().endswith(".gz")
                else contextlib.nullcontext(raw) as stream
            ):
                yield stream
            raw.flush()
            os.fsync(raw.fileno())
    except OSError as error:
        raise _refused(target, error) from None


def _compressed(raw: BinaryIO) -> BinaryIO:
    # Neither a name nor a time goes into the header: the same samples give the same bytes.
    return cast("BinaryIO", gzip.GzipFile(filename="", mode="wb", compresslevel=4, fileobj=raw, mtime=0))


def _refused(target: Path, error: OSError) -> RecordingError:
    return RecordingError(
        f"cannot be written ({error.strerror})",
        where=target,
        todo="check the folder, its permissions and the space left",
    )


def _top(head: Recording, columns: tuple[str, ...]) -> bytes:
    preamble = Preamble(
        placement=head.placement,
        side=head.side,
        rate_hz=head.rate_hz,
        acc_range_g=head.acc_range_g,
        gyr_range_dps=head.gyr_range_dps,
        started=head.started,
        device=head.device,
        extra=head.extra,
    )
    return "\n".join([*format_preamble(preamble), ",".join(columns), ""]).encode("utf-8")


def _rows(piece: Recording, places: Decimals, last_s: float, target: Path) -> Iterator[bytes]:
    """Return lines of one piece, some ten thousand at a time."""
    for start in range(0, len(piece.time_s), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        time = _scaled(piece.time_s[part], places.time, target)
        before = _scaled(np.array([last_s]), places.time, target)[0] if np.isfinite(last_s) else time[0] - 1
        if np.diff(time, prepend=before).min() <= 0:
            raise RecordingError(f"times do not increase by {10.0**-places.time:g} s or more", where=target)
        last_s = float(piece.time_s[part][-1])
        columns = [(time, places.time)]
        columns += [(_scaled(piece.acc[part, axis], places.acc, target), places.acc) for axis in range(3)]
        paused: BoolArray | None = None
        if piece.gyr is not None:
            rates = piece.gyr[part] / DEG
            paused = np.isnan(rates.sum(axis=1))
            rates = np.where(paused[:, None], 0.0, rates)
            columns += [(_scaled(rates[:, axis], places.gyr, target), places.gyr) for axis in range(3)]
        yield _lines(columns, paused)


def _scaled(values: FloatArray, decimals: int, target: Path) -> npt.NDArray[np.int64]:
    """Return (n,) whole numbers of the last decimal's unit."""
    scaled = np.rint(values * 10.0**decimals)
    if not (np.abs(scaled) < LARGEST).all():
        raise RecordingError("samples that are not finite numbers", where=target, todo="leave those rows out")
    return scaled.astype(np.int64)


def _lines(columns: list[tuple[npt.NDArray[np.int64], int]], paused: BoolArray | None) -> bytes:
    """Return CSV lines of whole numbers with a decimal point put in; cells of a paused gyroscope stay empty.

    Every cell is laid out at full width, its unused places marked, and the marks dropped at the end: a few
    array operations a column instead of one formatting call a cell.
    """
    cells = [_cell(values, decimals, COMMA) for values, decimals in columns[:-1]]
    cells.append(_cell(*columns[-1], NEWLINE))
    if paused is not None and paused.any():
        for cell in cells[-3:]:
            cell[paused, :-1] = NOTHING
    table: Bytes = np.concatenate(cells, axis=1)
    used: Bytes = table[table != NOTHING]
    return used.tobytes()


def _cell(values: npt.NDArray[np.int64], decimals: int, end: int) -> Bytes:
    """Return (n, width) bytes: sign, digits without leading zeros, point, decimals, end."""
    size = np.abs(values)
    integer_digits = _digits(size // 10**decimals)
    cell = np.empty((len(values), integer_digits.shape[1] + decimals + 3), dtype=np.uint8)
    cell[:, 0] = np.where(values < 0, MINUS, NOTHING)
    cell[:, 1 : integer_digits.shape[1] + 1] = integer_digits
    cell[:, integer_digits.shape[1] + 1] = POINT
    fraction = size % 10**decimals
    for place in range(decimals):
        cell[:, -2 - place] = ZERO + fraction // 10**place % 10
    cell[:, -1] = end
    return cell


def _digits(values: npt.NDArray[np.int64]) -> Bytes:
    """Return (n, width) decimal digits of numbers from 0 up: leading zeros as nothing, the last one stays."""
    width = len(str(int(values.max(initial=0))))
    out = np.empty((len(values), width), dtype=np.uint8)
    for place in range(width):
        rest = values // 10**place
        out[:, width - 1 - place] = ZERO + rest % 10
        if place:
            out[rest == 0, width - 1 - place] = NOTHING
    return out
