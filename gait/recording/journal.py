r"""The journal: an append-only file that a recorder writes while it runs, and what can be read back of it.

A journal survives what a CSV does not: the process killed, the battery empty, the disk full. It is a magic
line, then records framed one by one::

    b"\xa5J" | kind u8 | stream u8 | length u32 LE | payload | CRC-32 u32 LE of kind .. payload

Every record goes to the operating system in one unbuffered write (a killed process loses nothing that was
written) and to the disk by `JournalWriter.sync`, which the recorder calls at least once a second (a cut
power supply loses that second). A reader takes what the CRC vouches for, and looks for the next marker
behind a torn or rotten place.

Payloads are JSON objects (`Note`) but for samples (`Block`), raw counts as the sensor sent them: what they
mean stands in notes of the same stream. A stream is one sensor; an epoch is one run of that sensor's clock
and sample counter, from one power-on to the next.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from gait.errors import RecordingError

__all__ = ["JOURNAL_NAME", "Block", "Journal", "JournalWriter", "Note", "read_journal"]

JOURNAL_NAME = "session.journal"
MAGIC = b"gait-journal 1\n"
MARKER = b"\xa5J"
HEAD = struct.Struct("<2sBBI")
TAIL = struct.Struct("<I")
KIND_NOTE, KIND_BLOCK = 1, 2
PAYLOAD_LIMIT = 1 << 16
"""Bytes: no record is larger, so a rotten length cannot send the reader far."""
BLOCK_HEAD = struct.Struct("<HBBqqqd")
OWNER_ONLY = 0o600

CountArray = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Note:
    """Anything but samples: who the sensor is, its scale, a clock exchange, an event of the link.

    Attributes
    ----------
    stream
        Which sensor, 0 upwards; 255 for the session itself.
    name
        Kind of note, such as ``"sensor"``, ``"sync"`` or ``"event"``.
    facts
        JSON values.
    """

    stream: int
    name: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Block:
    """Consecutive samples of one sensor as they arrived in one packet.

    Attributes
    ----------
    stream, epoch
        Which sensor, and which run of its clock.
    config_id
        Key of the ``config`` note that tells the scale.
    flags
        The packet's flags, as in the sensor's profile.
    index
        Number of the first sample in this epoch, unwrapped.
    device_us
        Device clock of the first sample, microseconds, unwrapped.
    arrival_us
        Host clock at arrival, microseconds; -1 for samples that came later out of the sensor's memory.
    period_us
        Device microseconds from sample to sample.
    counts
        (n, 6) acc xyz, gyr xyz.
    """

    stream: int
    epoch: int
    config_id: int
    flags: int
    index: int
    device_us: int
    arrival_us: int
    period_us: float
    counts: CountArray


@dataclass(frozen=True)
class Journal:
    """What could be read of a journal, in the order of writing.

    Attributes
    ----------
    notes, blocks
        Records whose CRC held.
    lost_bytes
        Bytes in torn or rotten records.
    """

    path: Path
    notes: tuple[Note, ...] = ()
    blocks: tuple[Block, ...] = ()
    lost_bytes: int = 0

    def named(self, name: str, stream: int | None = None) -> list[Mapping[str, Any]]:
        """Facts of all notes of one name, of one stream or of all."""
        return [one.facts for one in self.notes if one.name == name and stream in (None, one.stream)]


@dataclass
class JournalWriter:
    """An open journal; a context manager. Only ever adds to its file, which must not exist yet.

    Parameters
    ----------
    path
        The file, created readable by its owner alone.

    Attributes
    ----------
    size
        Bytes written.
    begun
        Whether it holds samples.

    Raises
    ------
    RecordingError
        The file exists, or the disk does not take it.
    """

    path: Path
    size: int = field(default=0, init=False)
    begun: bool = field(default=False, init=False)
    _file: int = field(default=-1, init=False)
    _dirty: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            self._file = os.open(self.path, flags, OWNER_ONLY)
        except FileExistsError:
            raise RecordingError(
                "a recording was started here before",
                where=self.path,
                todo=f"finish it with: gait recover {self.path.parent}; or record into another folder",
            ) from None
        except OSError as error:
            raise self._failure(error) from None
        self._write(MAGIC)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def note(self, name: str, facts: Mapping[str, Any], stream: int = 255) -> None:
        """Append a note.

        Raises
        ------
        RecordingError
            The disk is full or gone.
        """
        text = json.dumps({"name": name, **facts}, ensure_ascii=True, separators=(",", ":"))
        self._append(KIND_NOTE, stream, text.encode("ascii"))

    def block(self, block: Block) -> None:
        """Append samples; raises as `note`."""
        head = BLOCK_HEAD.pack(
            block.epoch,
            block.config_id,
            block.flags,
            block.index,
            block.device_us,
            block.arrival_us,
            block.period_us,
        )
        self.begun = True
        self._append(KIND_BLOCK, block.stream, head + block.counts.astype("<i2").tobytes())

    def sync(self) -> None:
        """Wait until the disk has everything; cheap when nothing was added."""
        if not self._dirty or self._file < 0:
            return
        self._dirty = False
        try:
            os.fsync(self._file)
        except OSError as error:
            raise self._failure(error) from None

    def close(self) -> None:
        """Sync and close; a second call does nothing."""
        if self._file < 0:
            return
        try:
            self.sync()
        finally:
            file, self._file = self._file, -1
            os.close(file)

    def discard(self) -> None:
        """Close and delete: for a session that never began."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _append(self, kind: int, stream: int, payload: bytes) -> None:
        if len(payload) > PAYLOAD_LIMIT:
            raise RecordingError(f"a record of {len(payload)} bytes is too large", where=self.path)
        head = HEAD.pack(MARKER, kind, stream, len(payload))
        crc = zlib.crc32(payload, zlib.crc32(head[len(MARKER) :]))
        self._write(head + payload + TAIL.pack(crc))

    def _write(self, data: bytes) -> None:
        """One record, whole or not at all as far as the disk lets us."""
        if self._file < 0:
            raise RecordingError("the journal is closed", where=self.path)
        try:
            written = os.write(self._file, data)
            while written < len(data):
                written += os.write(self._file, data[written:])
        except OSError as error:
            self._cut_back()
            raise self._failure(error) from None
        self.size += len(data)
        self._dirty = True

    def _cut_back(self) -> None:
        """Take a half-written record off the end; the reader would pass over it too."""
        try:
            os.ftruncate(self._file, self.size)
            os.lseek(self._file, self.size, os.SEEK_SET)
        except OSError:
            return

    def _failure(self, error: OSError) -> RecordingError:
        return RecordingError(
            f"the journal cannot be written ({error.strerror})",
            where=self.path,
            todo=f"what came before is kept: make room, then run: gait recover {self.path.parent}",
        )


def read_journal(path: Path) -> Journal:
    """Read a journal, whole or broken off.

    Parameters
    ----------
    path
        A journal file, or the folder that holds one.

    Returns
    -------
    Everything that the records' CRCs vouch for.

    Raises
    ------
    RecordingError
        No such file, or not a journal.
    """
    file = path / JOURNAL_NAME if path.is_dir() else path
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise RecordingError(
            f"no {JOURNAL_NAME} here", where=path, todo="give the folder that 'gait record -o' was given"
        ) from None
    except OSError as error:
        raise RecordingError(f"cannot be read ({error.strerror})", where=file) from None
    if not data.startswith(MAGIC) and not MAGIC.startswith(data):
        raise RecordingError("is not a journal of gait record", where=file)
    notes: list[Note] = []
    blocks: list[Block] = []
    used = min(len(MAGIC), len(data))
    for kind, stream, payload in _records(data):
        record = _decode(kind, stream, payload)
        if isinstance(record, Note):
            notes.append(record)
        elif isinstance(record, Block):
            blocks.append(record)
        else:
            continue
        used += HEAD.size + len(payload) + TAIL.size
    return Journal(file, tuple(notes), tuple(blocks), len(data) - used)


def _records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Kind, stream and payload of every record whose CRC holds; torn places are passed over."""
    at = len(MAGIC)
    while 0 <= at <= len(data) - HEAD.size - TAIL.size:
        marker, kind, stream, length = HEAD.unpack_from(data, at)
        end = at + HEAD.size + length
        if marker == MARKER and length <= PAYLOAD_LIMIT and end + TAIL.size <= len(data):
            payload = data[at + HEAD.size : end]
            if TAIL.unpack_from(data, end)[0] == zlib.crc32(data[at + len(MARKER) : end]):
                yield kind, stream, payload
                at = end + TAIL.size
                continue
        at = data.find(MARKER, at + 1)


def _decode(kind: int, stream: int, payload: bytes) -> Note | Block | None:
    """Return the record's value; None for a kind that a newer program may have written."""
    if kind == KIND_NOTE:
        return _decode_note(stream, payload)
    size = len(payload) - BLOCK_HEAD.size
    if kind != KIND_BLOCK or size < 0 or size % 12:
        return None
    epoch, config_id, flags, index, device_us, arrival_us, period_us = BLOCK_HEAD.unpack_from(payload)
    counts = np.frombuffer(payload, "<i2", offset=BLOCK_HEAD.size).reshape(-1, 6).astype(np.int16)
    return Block(stream, epoch, config_id, flags, index, device_us, arrival_us, period_us, counts)


def _decode_note(stream: int, payload: bytes) -> Note | None:
    try:
        facts = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(facts, dict) or not isinstance(facts.get("name"), str):
        return None
    return Note(stream, facts.pop("name"), facts)
