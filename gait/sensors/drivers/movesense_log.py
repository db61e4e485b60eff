"""A log out of Movesense's logbook: SBEM, the maker's own format.

SBEM is eight bytes of head and chunks of number, length and bytes; chunk 0 describes the others. Layout and
bytes: a log recorded by a sensor, and what the maker's ``sbem2json`` reads
in it (sokolmarek/movesense-commander ``src/lib/sbem/__fixtures__/imu9-prefix``).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice, pairwise

import numpy as np

from gait.arrays import FloatArray
from gait.errors import PacketError
from gait.protocol.data import to_counts
from gait.sensors.drivers.paired_samples import PairedSamples
from gait.sensors.samples.full_scale import Scale
from gait.sensors.samples.kept_run import KeptRun, consecutive, nearest
from gait.units import DEG, STANDARD_GRAVITY

__all__ = ["SbemLog", "read_sbem", "run_of"]

HEAD_BYTES, MAGIC = 8, b"SBEM"
DESCRIPTOR = 0  # number of a chunk that describes the others (SBEM)
ESCAPE = 0xFF  # byte in place of a number or size that needs more than one (SBEM)
FORMATS = {
    "int8": "b",
    "uint8": "B",
    "bool": "?",
    "enum": "B",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
    "utc64": "q",
    "local64": "q",
    "float32": "f",
    "float64": "d",
}
FACTOR = re.compile(r"x\*([0-9.eE+-]+)")
BRACKETS = ("[", "]")
"""Paths of descriptors that carry no bytes: they enclose what is repeated."""
AXES = ("x", "y", "z")
DEPTH = 3
"""Groups within groups (chosen: the sensor's own go two deep)."""
MOST_LEAVES = 4096
"""Values of a chunk, above which its description is damage (chosen: more than a notification holds)."""
RATES_HZ = (13.0, 26.0, 52.0, 104.0, 208.0, 416.0, 833.0)  # Hz that its IMU can be set to (Movesense API)
ACC_RANGES_G = (2.0, 4.0, 8.0, 16.0)  # g; full scales of the part (LSM6DS data sheet)
ROUNDING_G = 0.01
"""g (chosen: a sample at full scale may read a little more than the range's name)."""
USUAL_RATE_HZ = 52.0
"""Hz of a log of one chunk, which shows none (chosen: a low rate, so that too coarse a log is not taken for a
fine one)."""


@dataclass(frozen=True)
class _Leaf:
    """A value in a chunk: which stream's, its field and axis, its format, and what it is multiplied by."""

    stream: str
    name: str
    axis: str
    code: str
    factor: float


@dataclass(frozen=True, eq=False)
class _Layout:
    """A chunk's values in their order."""

    leaves: tuple[_Leaf, ...]

    @cached_property
    def packed(self) -> struct.Struct:
        """Their bytes."""
        return struct.Struct("<" + "".join(leaf.code for leaf in self.leaves))

    @cached_property
    def factors(self) -> FloatArray:
        """(n,) what each is multiplied by."""
        return np.array([leaf.factor for leaf in self.leaves])

    @property
    def stream(self) -> str:
        """Stream that they belong to, such as ``MeasIMU6``."""
        return self.leaves[0].stream

    def place_of(self, name: str) -> int | None:
        """Return the place of a field without axes; None where there is none."""
        return next((at for at, leaf in enumerate(self.leaves) if leaf.name == name), None)

    def vectors(self, name: str) -> list[list[int]]:
        """Return places of x, y and z of each sample of a field."""
        columns = [
            [at for at, leaf in enumerate(self.leaves) if (leaf.name, leaf.axis) == (name, axis)]
            for axis in AXES
        ]
        return [list(row) for row in zip(*columns, strict=False)]


@dataclass
class SbemLog:
    """Samples of a log. State: what has been read of it.

    Attributes
    ----------
    acc, gyr
        Stamp in ms and (n, 3) m/s2 or deg/s of each chunk.
    calendar
        Sensor's clock in ms, and UTC in us, of the first entry that has both; None without one.
    skipped
        Chunks of other streams, or of a length that their description does not have.
    """

    acc: list[tuple[float, FloatArray]] = field(default_factory=list)
    gyr: list[tuple[float, FloatArray]] = field(default_factory=list)
    calendar: tuple[float, int] | None = None
    skipped: int = 0


@dataclass
class _Descriptors:
    """Descriptions that a log gives of its own chunks. State: the lines of each."""

    lines: dict[int, dict[str, str]] = field(default_factory=dict)
    _layouts: dict[int, _Layout | None] = field(default_factory=dict)

    def add(self, body: bytes) -> None:
        """Take a descriptor: a number, and lines that each begin with a tag of their kind."""
        number = int.from_bytes(body[:2], "little")
        text = body[2:].decode("utf-8", "replace").strip("\0\n")
        self.lines[number] = {line[:5]: line[5:] for line in text.split("\n")}
        self._layouts.clear()

    def layout(self, number: int) -> _Layout | None:
        """Return the layout of a chunk; None where not described, or without values of a known width."""
        if number not in self._layouts:
            leaves = tuple(islice(self._leaves(number, DEPTH), MOST_LEAVES))
            described = leaves and all(leaf.code for leaf in leaves)
            self._layouts[number] = _Layout(leaves) if described else None
        return self._layouts[number]

    def _leaves(self, number: int, depth: int) -> Iterator[_Leaf]:
        lines = self.lines.get(number, {})
        if "<GRP>" in lines and depth:
            for part in lines["<GRP>"].split(","):
                if part.isascii() and part.isdecimal():
                    yield from self._leaves(int(part), depth - 1)
            return
        path = lines.get("<PTH>", "")
        if path in BRACKETS or path.startswith("+"):
            return
        parts = [part for part in re.split(r"[.+]", path) if part not in ("Samples", "Array", "")]
        parts = parts or [""]
        factor = FACTOR.match(lines.get("<MOD>", ""))
        code = FORMATS.get(lines.get("<FRM>", "").split(",")[0], "")
        name = parts[1] if len(parts) > 1 else ""
        axis = parts[2] if len(parts) > 2 else ""
        yield _Leaf(parts[0], name, axis, code, _number(factor[1]) if factor else 1.0)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0


def _chunks(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Return number and bytes of each chunk; a log that was cut off ends with its last whole chunk."""
    at = HEAD_BYTES
    while at + 2 <= len(raw):
        number, at = (raw[at], at + 1) if raw[at] != ESCAPE else (_little(raw, at + 1, 2), at + 3)
        if at >= len(raw):
            return
        size, at = (raw[at], at + 1) if raw[at] != ESCAPE else (_little(raw, at + 1, 4), at + 5)
        if at + size > len(raw):
            return
        yield number, raw[at : at + size]
        at += size


def _little(raw: bytes, at: int, width: int) -> int:
    return int.from_bytes(raw[at : at + width], "little")


def read_sbem(raw: bytes) -> SbemLog:
    """Return the acceleration and angular rate of a log.

    Raises
    ------
    PacketError
        Not SBEM.
    """
    if raw[: len(MAGIC)] != MAGIC:
        raise PacketError(f"begins with {raw[:8]!r}", where="Movesense log")
    descriptors, log = _Descriptors(), SbemLog()
    for number, body in _chunks(raw):
        if number == DESCRIPTOR:
            descriptors.add(body)
            continue
        layout = descriptors.layout(number)
        if layout is None or layout.packed.size != len(body):
            log.skipped += 1
            continue
        _take(log, layout, body)
    return log


def _take(log: SbemLog, layout: _Layout, body: bytes) -> None:
    values = np.array(layout.packed.unpack(body), dtype=np.float64) * layout.factors
    utc, relative = layout.place_of("utcTime"), layout.place_of("relativeTime")
    if utc is not None and relative is not None and log.calendar is None:
        log.calendar = float(values[relative]), round(values[utc])
    stamp = layout.place_of("Timestamp")
    if stamp is None or not np.isfinite(values).all():
        log.skipped += 1
        return
    for name, rows in (("ArrayAcc", log.acc), ("ArrayGyro", log.gyr)):
        places = layout.vectors(name)
        if places:
            rows.append((float(values[stamp]), values[np.array(places)]))


def run_of(log: SbemLog, acc_range_g: float, gyr_range_dps: float) -> KeptRun:
    """Return a log's samples as a run.

    Parameters
    ----------
    acc_range_g, gyr_range_dps
        As the sensor is set now; a log that goes beyond was recorded with more.

    Raises
    ------
    PacketError
        No acceleration with angular rate in it.
    """
    if not log.acc or not log.gyr:
        streams = "acceleration alone" if log.acc else "no acceleration"
        raise PacketError(f"{streams}; record /Meas/IMU6 with it", where="Movesense log")
    rate_hz = _rate_hz(log.acc)
    acc_us, acc = _stamped(log.acc, rate_hz)
    gyr_us, gyr = _stamped(log.gyr, rate_hz)
    if not np.array_equal(acc_us, gyr_us):
        pairs = PairedSamples(most_waiting=max(len(acc_us), len(gyr_us)))
        pairs.add_acc(acc_us, acc)
        pairs.add_gyr(gyr_us, gyr)
        ready = pairs.ready()
        if ready is None:
            raise PacketError("acceleration and angular rate at different times", where="Movesense log")
        acc_us, acc, gyr = ready.clock_us, ready.acc, ready.gyr
    largest_g = float(np.max(np.abs(acc))) / STANDARD_GRAVITY
    least_g = max(acc_range_g, largest_g - ROUNDING_G)
    acc_range_g = next((range_g for range_g in ACC_RANGES_G if range_g >= least_g), ACC_RANGES_G[-1])
    scale = Scale(rate_hz, acc_range_g, gyr_range_dps)
    counts = to_counts(acc, gyr * DEG, acc_range_g, gyr_range_dps)
    return KeptRun(scale, consecutive(counts, acc_us, rate_hz), _started(log), stamp_us=1000)


def _rate_hz(chunks: list[tuple[float, FloatArray]]) -> float:
    """Return the nominal rate nearest to that of the chunks' stamps, ms; a chunk has (k, c) values."""
    if len(chunks) < 2:
        return USUAL_RATE_HZ
    periods_ms = [(after[0] - before[0]) / len(before[1]) for before, after in pairwise(chunks)]
    return nearest(1e3 / max(1e-3, float(np.median(periods_ms))), RATES_HZ)


def _stamped(chunks: list[tuple[float, FloatArray]], rate_hz: float) -> tuple[FloatArray, FloatArray]:
    """Return (n,) times, us, and (n, c) values; a chunk's stamp, ms, is its first sample's."""
    times = [1e3 * ms + np.arange(len(values)) * 1e6 / rate_hz for ms, values in chunks]
    return np.concatenate(times), np.concatenate([values for _, values in chunks])


def _started(log: SbemLog) -> datetime | None:
    if log.calendar is None:
        return None
    relative_ms, utc_us = log.calendar
    first_us = utc_us + 1e3 * (log.acc[0][0] - relative_ms)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=first_us)
