r"""The journal: an append-only file that a recorder writes while it runs, and what can be read back of it.

A journal survives what a CSV does not: the process killed, the battery empty, the disk full. It is a magic
line, then records framed one by one::

    b"\xa5J" | kind u8 | stream u8 | length u32 LE | payload | CRC-32 u32 LE of kind .. payload

Every record goes to the operating system in one unbuffered write (a killed process loses nothing that was
written) and to the disk by `gait.journal.writer.JournalWriter.sync`, which the recorder calls at
least once a second (a cut power supply loses that second). A reader takes what the CRC vouches for, and looks
for the next marker behind a torn or rotten place.

Payloads are JSON objects (`Note`) but for samples (`Block`), raw counts as the sensor sent them: what they
mean stands in notes of the same stream. A stream is one sensor; an epoch is one run of that sensor's clock
and sample counter, from one power-on to the next.
"""

from __future__ import annotations

import json
import mmap
import os
import re
import stat
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from gait.arrays import CountArray
from gait.errors import RecordingError

__all__ = ["JOURNAL_NAME", "Block", "Journal", "Note", "read_journal"]

JOURNAL_NAME = "session.journal"
MAGIC = b"gait-journal 1\n"
MARKER = b"\xa5J"
HEAD = struct.Struct("<2sBBI")
TAIL = struct.Struct("<I")
KIND_NOTE, KIND_BLOCK = 1, 2  # third byte of a record's head (this module's format, by definition)
PAYLOAD_LIMIT = (1 << 16) - 1
"""Bytes of the largest record (chosen: a rotten length cannot send the reader far)."""
RECORD_START = re.compile(rb"\xa5J[\x01\x02][\x00-\xff]{3}\x00\x00")
"""Marker, a kind that there is, any stream, and a length below `PAYLOAD_LIMIT`."""
VAIN_LIMIT = 1 << 28
"""Bytes beyond the file's own size whose CRC may be reckoned in vain (chosen: a file of markers is no
journal)."""
SAMPLE_BYTES = 12
"""Bytes of a sample: six int16, the same as `gait.protocol.data.SAMPLE_BYTES`."""
BLOCK_HEAD = struct.Struct("<HBBqqqd")


@dataclass(frozen=True)
class Note:
    """Record other than samples: the sensor's identity, its scale, a clock exchange, an event of the link.

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


ROW = np.dtype(
    [
        ("stream", "<u1"),
        ("epoch", "<u2"),
        ("config_id", "<u1"),
        ("flags", "<u1"),
        ("index", "<i8"),
        ("device_us", "<i8"),
        ("arrival_us", "<i8"),
        ("period_us", "<f8"),
        ("n", "<u2"),
        ("at", "<i8"),
    ]
)
"""What a block says beside its counts: fields of `Block`, how many samples, and where its counts begin."""
_ROW = struct.Struct("<BHBBqqqdHq")


@dataclass(frozen=True, eq=False)
class Blocks(Sequence[Block]):
    """The blocks of a journal in the order of writing; counts are read from the file when asked for.

    Attributes
    ----------
    rows
        (n,) of `ROW`.
    data
        The file's bytes.
    """

    rows: npt.NDArray[np.void] = field(default_factory=lambda: np.zeros(0, ROW))
    data: bytes | mmap.mmap = b""

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, number: int) -> Block: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[Block]: ...

    def __getitem__(self, number: int | slice) -> Block | Sequence[Block]:
        if isinstance(number, slice):
            return Blocks(self.rows[number], self.data)
        row = self.rows[number]
        stream, epoch, config_id, flags, index, device_us, arrival_us, period_us, n, at = row.item()
        counts = self.counts(n, at)
        return Block(stream, epoch, config_id, flags, index, device_us, arrival_us, period_us, counts)

    def counts(self, n: int, at: int) -> CountArray:
        """Return the counts of `n` samples that begin at a place of the file, (n, 6)."""
        raw = self.data[at : at + n * SAMPLE_BYTES]
        return np.frombuffer(raw, "<i2").reshape(-1, 6).astype(np.int16)


@dataclass(frozen=True)
class Journal:
    """The readable part of a journal, in the order of writing.

    Attributes
    ----------
    notes, blocks
        Records whose CRC held.
    lost_bytes
        Bytes in torn or rotten records.
    """

    path: Path
    notes: tuple[Note, ...] = ()
    blocks: Blocks = field(default_factory=Blocks)
    lost_bytes: int = 0

    def named(self, name: str, stream: int | None = None) -> list[Mapping[str, Any]]:
        """Return facts of all notes of one name, of one stream or of all."""
        return [note.facts for note in self.notes if note.name == name and stream in (None, note.stream)]


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
        data = _mapped(file)
    except FileNotFoundError:
        raise RecordingError(
            f"no {JOURNAL_NAME} here", where=path, todo="give the folder that 'gait record -o' was given"
        ) from None
    except OSError as error:
        raise RecordingError(f"cannot be read ({error.strerror})", where=file) from None
    head = data[: len(MAGIC)]
    if not MAGIC.startswith(head):
        raise RecordingError("is not a journal of gait record", where=file)
    notes: list[Note] = []
    rows = bytearray()
    used = len(head)
    for kind, stream, start, end in _records(data):
        if kind == KIND_NOTE:
            note = _decode_note(stream, data[start:end])
            if note is None:
                continue
            notes.append(note)
        elif not _add_row(rows, kind, stream, data[start : start + BLOCK_HEAD.size], (start, end)):
            continue
        used += HEAD.size + end - start + TAIL.size
    return Journal(file, tuple(notes), Blocks(np.frombuffer(rows, ROW), data), len(data) - used)


def _mapped(file: Path) -> bytes | mmap.mmap:
    """Return a file's bytes without reading them all into memory.

    Raises
    ------
    RecordingError
        Not a plain file: a pipe would be waited for for ever.
    """
    if not stat.S_ISREG(file.stat().st_mode):
        raise RecordingError("is not a plain file", where=file, todo="give the folder of a recording")
    with file.open("rb") as opened:
        if not os.fstat(opened.fileno()).st_size:
            return b""
        try:
            return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):
            return opened.read()  # a file system that cannot map


def _records(data: bytes | mmap.mmap) -> Iterator[tuple[int, int, int, int]]:
    """Return kind, stream, start and end of the payload of every record whose CRC holds.

    Torn places are passed over.
    """
    at, vain = len(MAGIC), 0
    while 0 <= at <= len(data) - HEAD.size - TAIL.size:
        marker, kind, stream, length = HEAD.unpack_from(data, at)
        end = at + HEAD.size + length
        if marker == MARKER and length <= PAYLOAD_LIMIT and end + TAIL.size <= len(data):
            vouched = data[at + len(MARKER) : end + TAIL.size]
            if TAIL.unpack_from(vouched, len(vouched) - TAIL.size)[0] == zlib.crc32(vouched[: -TAIL.size]):
                yield kind, stream, at + HEAD.size, end
                at = end + TAIL.size
                continue
            vain += length
            if vain > VAIN_LIMIT + len(data):
                return
        match = RECORD_START.search(data, at + 1)
        at = match.start() if match else -1


def _add_row(rows: bytearray, kind: int, stream: int, head: bytes, place: tuple[int, int]) -> bool:
    """Add a block's row; False for a kind that a newer program may have written."""
    start, end = place
    size = end - start - BLOCK_HEAD.size
    if kind != KIND_BLOCK or size < 0 or size % SAMPLE_BYTES:
        return False
    fields = BLOCK_HEAD.unpack(head)
    rows += _ROW.pack(stream, *fields, size // SAMPLE_BYTES, start + BLOCK_HEAD.size)
    return True


def _decode_note(stream: int, payload: bytes) -> Note | None:
    try:
        facts = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(facts, dict) or not isinstance(facts.get("name"), str):
        return None
    return Note(stream, facts.pop("name"), facts)
