"""Writing the journal: every record goes to the operating system whole, and to the disk once a second."""

from __future__ import annotations

import errno
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gait.errors import RecordingError
from gait.journal.format import (
    BLOCK_HEAD,
    HEAD,
    KIND_BLOCK,
    KIND_NOTE,
    MAGIC,
    MARKER,
    PAYLOAD_LIMIT,
    TAIL,
    Block,
)

__all__ = ["JournalWriter"]

OWNER_ONLY = 0o600  # permissions of POSIX: for the owner alone (chosen: a run is health data)
NO_SYNC = (errno.EINVAL, errno.ENOTSUP)
"""What a file system without fsync says."""


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
            if error.errno not in NO_SYNC:
                raise self._failure(error) from None

    def check_place(self) -> None:
        """See that the file is still where it was made.

        Raises
        ------
        RecordingError
            The folder was deleted, renamed or taken away.
        """
        try:
            here = os.path.samestat(os.fstat(self._file), self.path.stat())
        except OSError:
            here = False
        if not here:
            raise RecordingError(
                "the folder was deleted or renamed while recording",
                where=self.path.parent,
                todo="find it and run gait recover on it; what came up to now is in it if it was renamed",
            )

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
        """Write one record, complete or not at all as far as the disk lets us."""
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
