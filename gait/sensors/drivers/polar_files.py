"""Files on a Polar sensor: paths asked for and files received over one characteristic (PSFTP).

A message is cut into frames: a head of one byte, then a part of the message. The head says in bit 0 whether
it is not the first, in bits 1 and 2 whether more follow (3), it is the last (1) or an error (0), and in bits
4 to 7 its number. A request begins with its length and is a protocol buffer of command and path; a folder is
one of names and sizes. Layout and frames: polarofficial/polar-ble-sdk ``BlePsFtpUtils.kt``,
``BlePsFtpClientTest.kt``, ``pftp_request.proto`` and ``pftp_response.proto``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from gait.errors import LinkLostError, PacketError, SensorError
from gait.sensors.link.connection import Link
from gait.sensors.samples.kept_run import Progress

__all__ = ["FILES", "Frames", "entries_of", "frames_of", "get_file", "request_for"]

FILES = "fb005c51-02e7-f387-1cad-8acd2d8df0c8"
FRAME_BYTES = 20
"""Bytes of a frame (chosen: what every link carries; a request is a few of these)."""
# File transfer (Polar BLE SDK): bits and numbers of frames, the command, wire types and fields of protobuf.
NEXT, MORE, LAST, ERROR = 1, 3, 1, 0
NUMBERS = 16
COMMAND_GET = bytes([0x08, 0])
PATH_FIELD = 0x12
VARINT, EIGHT_BYTES, BYTES, FOUR_BYTES = 0, 1, 2, 5
VARINT_BITS = 63
ENTRY_FIELD, NAME_FIELD, SIZE_FIELD = 1, 1, 2
LARGEST_FILE_BYTES = 1 << 27  # bytes of the largest file (chosen: it bounds what a broken sensor can fill)
SILENCE_S = 30.0
"""s without a frame after which a fetch is given up (chosen: a folder with many files is put together
slowly)."""
NO_SUCH_FILE = 103
"""Error of the file transfer service for a file that is not there (Polar BLE SDK)."""


def request_for(path: str) -> bytes:
    """Return the message that asks for a file, or for a folder whose path ends in a slash."""
    name = path.encode()
    body = COMMAND_GET + bytes([PATH_FIELD, len(name)]) + name
    return struct.pack("<H", len(body)) + body


def frames_of(message: bytes, size: int = FRAME_BYTES) -> list[bytes]:
    """Return frames that carry a message."""
    parts = [message[at : at + size - 1] for at in range(0, len(message), size - 1)] or [b""]
    status = [MORE] * (len(parts) - 1) + [LAST]
    return [
        bytes([(NEXT if number else 0) | status[number] << 1 | (number % NUMBERS) << 4]) + part
        for number, part in enumerate(parts)
    ]


@dataclass
class Frames:
    """Puts a message together. State: what has come of it."""

    message: bytearray = field(default_factory=bytearray)
    _number: int = 0

    def take(self, frame: bytes) -> bool:
        """Take the next frame; whether it was the last.

        Raises
        ------
        PacketError
            A frame is missing, or the sensor refused with a number.
        """
        if not frame:
            raise PacketError("an empty frame", where="PSFTP")
        status, number = frame[0] >> 1 & 3, frame[0] >> 4
        if number != self._number % NUMBERS or bool(frame[0] & NEXT) != bool(self._number):
            raise PacketError("a frame was lost", where="PSFTP")
        self._number += 1
        if status == ERROR:
            code = int.from_bytes(frame[1:3], "little")
            if code:
                raise RefusedFileError(code)
            return True
        self.message += frame[1:]
        return status == LAST


class RefusedFileError(PacketError):
    """The sensor has no such file, or does not give it.

    Parameters
    ----------
    code
        As the sensor said.
    """

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__("no such file" if code == NO_SUCH_FILE else f"error {code}", where="PSFTP")


def entries_of(folder: bytes) -> list[tuple[str, int]]:
    """Return names and sizes in a folder; the names of folders end in a slash.

    Raises
    ------
    PacketError
        Not a folder.
    """
    entries = []
    for number, entry in _fields(folder):
        if number != ENTRY_FIELD or not isinstance(entry, bytes):
            continue
        facts = dict(_fields(entry))
        name, size = facts.get(NAME_FIELD, b""), facts.get(SIZE_FIELD, 0)
        if isinstance(name, bytes) and isinstance(size, int):
            entries.append((name.decode("utf-8", "replace"), size))
    return entries


def _fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Return numbers and values of a protocol buffer's fields.

    Raises
    ------
    PacketError
        Cut off, or of a kind that there is not.
    """
    at = 0
    while at < len(raw):
        key, at = _varint(raw, at)
        kind = key & 7
        if kind == VARINT:
            value, at = _varint(raw, at)
            yield key >> 3, value
            continue
        if kind == BYTES:
            size, at = _varint(raw, at)
        elif kind in (EIGHT_BYTES, FOUR_BYTES):
            size = 8 if kind == EIGHT_BYTES else 4
        else:
            raise PacketError(f"a field of kind {kind}", where="PSFTP")
        if at + size > len(raw):
            raise PacketError("a folder that is cut off", where="PSFTP")
        yield key >> 3, raw[at : at + size]
        at += size


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, VARINT_BITS, 7):
        if at >= len(raw):
            break
        value |= (raw[at] & 0x7F) << shift
        at += 1
        if raw[at - 1] < 0x80:
            return value, at
    raise PacketError("a number that does not end", where="PSFTP")


async def get_file(link: Link, path: str, progress: Progress | None = None) -> bytes:
    """Return a file of the sensor, or the entries of a folder.

    Raises
    ------
    SensorError
        No such file exists.
    LinkLostError
        The link went, or a frame was lost.
    """
    frames = Frames()
    with link.listening():
        for frame in frames_of(request_for(path)):
            await link.write(FILES, frame, response=False)
        try:
            while not frames.take(await link.hear(SILENCE_S)):
                if len(frames.message) > LARGEST_FILE_BYTES:
                    raise SensorError("sends without end", where=link.name)
                if progress is not None:
                    progress.at(len(frames.message))
        except RefusedFileError as error:
            raise SensorError(f"{path}: {error.what}", where=link.name) from error
        except PacketError as error:
            raise LinkLostError(error.what, where=link.name) from error
    return bytes(frames.message)
