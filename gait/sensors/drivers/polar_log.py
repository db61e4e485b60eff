"""Polar's offline recordings: found among the sensor's files, and decoded.

A recording is a folder of the day and the second, with files of one instrument each, cut at half a megabyte.
Each file has a head (magic number, start, settings) and then frames as they are streamed. Layout and bytes:
polarofficial/polar-ble-sdk ``OfflineRecordingData.kt``, ``OfflineRecordingDataTest.kt`` (files with values),
``PolarOfflineRecordingUtilsTest.kt`` (paths).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from gait.errors import PacketError, SensorError
from gait.sensors.drivers.polar_files import FILES, entries_of, get_file
from gait.sensors.drivers.polar_frames import ACC, GYRO, settings_of
from gait.sensors.link.connection import Link
from gait.sensors.samples.kept_run import KeptRun, Progress

__all__ = ["OfflineFile", "PolarMemory", "newest_pair", "read_offline"]

ROOT = "/U/0/"
FOLDERS = re.compile(r"\d{8}/|R/|\d{6}/")
FILE = re.compile(r"/U/0/(\d{8})/R/(\d{6})/(ACC|GYRO)(\d*)\.REC")
KINDS = {"ACC": ACC, "GYRO": GYRO}
MOST_FOLDERS = 400  # folders that are looked into (chosen: a recording a day for a year)
MAGIC = 0x3D7C4C2B  # second field of a file's head (Polar BLE SDK)
HEAD = struct.Struct("<B4I20s")
"""Encryption, magic number, version, -, firmware, start as text."""
SIZE = struct.Struct("<H")
RATE, RANGE, FACTOR = 0, 2, 5  # kinds of settings, as `gait.sensors.drivers.polar`
APART_S = 600.0
"""s within which both instruments of one run are started (chosen: by hand, one after the other)."""

Start = tuple[str, str]
"""Day and second of a recording, as in its path."""


@dataclass(frozen=True)
class OfflineFile:
    """A file of one instrument.

    Attributes
    ----------
    started
        By the sensor's calendar, which its app has set to UTC.
    settings
        Setting -> values, as `settings_of`.
    frames
        As the sensor would have streamed them.
    """

    started: datetime | None
    settings: dict[int, tuple[int, ...]]
    frames: tuple[bytes, ...]

    @property
    def factor(self) -> float:
        """Unit of one step."""
        bits = self.settings.get(FACTOR, (0,))[0]
        value = float(struct.unpack("<f", bits.to_bytes(4, "little"))[0]) if bits else 1.0
        return value if 0.0 < value < 1.0 else 1.0

    def setting(self, number: int) -> int:
        """Return the value of a setting; 0 where the file does not say."""
        return self.settings.get(number, (0,))[0]


def read_offline(raw: bytes) -> OfflineFile:
    """Return the settings and frames of a file; a file that was cut off ends with its last whole frame.

    Raises
    ------
    PacketError
        Encrypted, or not such a file.
    """
    if len(raw) < HEAD.size + 2:
        raise PacketError(f"{len(raw)} bytes", where="Polar file")
    encrypted, magic, _, _, _, started = HEAD.unpack_from(raw)
    if encrypted:
        raise PacketError("encrypted with a key of the app that recorded it", where="Polar file")
    if magic != MAGIC:
        raise PacketError(f"magic number 0x{magic:08x}", where="Polar file")
    at = HEAD.size
    settings, at = raw[at + 1 : at + 1 + raw[at]], at + 1 + raw[at]
    if at >= len(raw) or raw[at] not in (0, 1) or (raw[at] and raw[at + 1 : at + 2] != b"\0"):
        raise PacketError("encrypted with a key of the app that recorded it", where="Polar file")
    at += 1 + raw[at]
    frames = []
    while at + SIZE.size <= len(raw):
        size = SIZE.unpack_from(raw, at)[0]
        at += SIZE.size
        if not size or at + size > len(raw):
            break
        frames.append(raw[at : at + size])
        at += size
    return OfflineFile(_date_of(started), settings_of(settings), tuple(frames))


def _date_of(text: bytes) -> datetime | None:
    try:
        return datetime.strptime(text.rstrip(b"\0").decode(), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def newest_pair(paths: list[str]) -> tuple[list[str], list[str]]:
    """Return the files of the newest run that has both acceleration and angular rate, each in its order.

    Returns
    -------
    Two empty lists where there is none.
    """
    files: dict[str, dict[Start, list[tuple[int, str]]]] = {"ACC": {}, "GYRO": {}}
    for path in paths:
        match = FILE.fullmatch(path)
        if match:
            day, second, kind, number = match.groups()
            files[kind].setdefault((day, second), []).append((int(number or 0), path))
    for start in sorted(files["ACC"], reverse=True):
        near = [file for file in files["GYRO"] if _apart_s(file, start) < APART_S]
        if near:
            other = min(near, key=lambda file: _apart_s(file, start))
            return _in_order(files["ACC"][start]), _in_order(files["GYRO"][other])
    return [], []


def _apart_s(start: Start, other: Start) -> float:
    try:
        times = [
            datetime.strptime("".join(text), "%Y%m%d%H%M%S").replace(tzinfo=UTC) for text in (start, other)
        ]
    except ValueError:
        return float("inf")
    return abs((times[0] - times[1]).total_seconds())


def _in_order(numbered: list[tuple[int, str]]) -> list[str]:
    return [path for _, path in sorted(numbered)]


@dataclass(frozen=True)
class PolarMemory:
    """The offline recordings of a sensor.

    Parameters
    ----------
    join
        Brings the files of both instruments together.
    """

    join: Callable[[list[OfflineFile], list[OfflineFile]], KeptRun]
    notifies: tuple[str, ...] = (FILES,)

    async def fetch(self, link: Link, say: Callable[[str], None]) -> KeptRun:
        """Fetch the newest run that has both instruments.

        Raises
        ------
        SensorError
            There is no recording, or it is encrypted.
        """
        paths = await _paths(link)
        acc, gyr = newest_pair(paths)
        if not acc:
            held = ", ".join(path.rsplit("/", 1)[1] for path in paths) or "no recording"
            raise SensorError(
                f"holds {held}: no acceleration with angular rate",
                where=link.name,
                todo="make an offline recording of ACC and GYRO with a Polar app, and stop it",
            )
        progress = Progress(say)
        try:
            files = [
                [read_offline(await get_file(link, path, progress)) for path in part] for part in (acc, gyr)
            ]
            return self.join(*files)
        except PacketError as error:
            raise SensorError(
                f"its recording of {acc[0]} cannot be read ({error})", where=link.name
            ) from error


async def _paths(link: Link) -> list[str]:
    """Return paths of all recordings, the newest days first looked at."""
    paths, waiting, seen = [], [ROOT], 0
    while waiting and seen < MOST_FOLDERS:
        folder = waiting.pop()
        seen += 1
        for name, size in sorted(entries_of(await get_file(link, folder))):
            if FOLDERS.fullmatch(name):
                waiting.append(folder + name)
            elif size and name.endswith(".REC"):
                paths.append(folder + name)
    return paths
