"""Bytes of a file, plain or gzip, with every line bounded: no file can make the reader use much memory."""

from __future__ import annotations

import contextlib
import gzip
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

import numpy as np

from gait.errors import RecordingError
from gait.recording.table.containers import HEAD_BYTES, refuse_container

__all__ = ["LINE_LIMIT", "Block", "Source"]

LINE_LIMIT = 1 << 16
"""Bytes: a longer line is no line of a recording."""
BLOCK_BYTES = 1 << 22
"""Bytes read at once: large enough for full speed, small beside the arrays."""
GZIP_MAGIC = b"\x1f\x8b"
ASCII_MOST, FOREIGN_SHARE = 127, 0.1
"""A line with few signs beyond ASCII is read as Windows writes it, where it is not UTF-8."""
UTF8_BOM = b"\xef\xbb\xbf"
NEWLINE = 10
"""Byte that ends a line."""
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")

Block = tuple[int, bytes]
"""Whole lines with the number of the first, counted from 1."""


class Source:
    """A text file read once from start to end: single lines first, then blocks of whole lines.

    Parameters
    ----------
    path
        A regular file; gzip is told by its first bytes, not by its name.
    """

    def __init__(self, path: Path) -> None:
        self.where = str(path)
        self.next_line = 1
        self._raw = self._open(path)
        head = self._raw.read(HEAD_BYTES)
        try:
            refuse_container(head, path)
        except RecordingError:
            self._raw.close()
            raise
        zipped = head.startswith(GZIP_MAGIC)
        self._raw.seek(0)
        self._stream = cast("BinaryIO", gzip.GzipFile(fileobj=self._raw, mode="rb")) if zipped else self._raw
        if zipped:
            self._refuse_packed(path)
        self._pending: list[bytes] = []

    def _open(self, path: Path) -> BinaryIO:
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise RecordingError(
                    "not a regular file", where=path, todo="give a CSV file or a session folder"
                )
            return path.open("rb")
        except FileNotFoundError:
            raise RecordingError("no such file or folder", where=path, todo="check the path") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise RecordingError(f"cannot be opened ({reason})", where=path) from None

    def _refuse_packed(self, path: Path) -> None:
        """Refuse what is no text inside gzip; damage shows when the lines are read."""
        stream = cast("gzip.GzipFile", self._stream)
        with contextlib.suppress(EOFError, zlib.error, OSError):
            head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
            try:
                refuse_container(head, path)
            except RecordingError:
                self._raw.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        self._raw.close()

    def line(self) -> str | None:
        """Return the next line without its end, or None behind the last one."""
        raw = self._pending.pop() if self._pending else self._readline()
        if not raw:
            return None
        if self.next_line == 1:
            raw = raw.removeprefix(UTF8_BOM)
        self.next_line += 1
        try:
            return raw.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            foreign = sum(byte > ASCII_MOST for byte in raw)
            if foreign > FOREIGN_SHARE * len(raw):
                raise self.error(self.next_line - 1, "not UTF-8 text", "save the file as UTF-8") from None
            # Units such as m/s² of a program that writes Windows' own signs.
            return raw.decode("cp1252", errors="replace").rstrip("\r\n")

    def push_back(self, line: str) -> None:
        """Take back the line that `line` just gave, so that the blocks begin with it."""
        self._pending.append(f"{line}\n".encode())
        self.next_line -= 1

    def blocks(self, size: int = BLOCK_BYTES) -> Iterator[Block]:
        """Give the rest of the file in blocks of whole lines, about ``size`` bytes each."""
        rest = b"".join(reversed(self._pending))
        self._pending.clear()
        while block := rest + self._read(size):
            rest = b""
            if block[-1:] != b"\n":
                block += self._readline()
            self._refuse_zeros(block)
            yield self.next_line, block
            self.next_line += int(np.count_nonzero(np.frombuffer(block, np.uint8) == NEWLINE))

    def error(self, line: int, what: str, todo: str = "") -> RecordingError:
        """Build an error that names a line of this file."""
        return RecordingError(what, where=f"{self.where}, line {line}", todo=todo)

    def _readline(self) -> bytes:
        try:
            raw = self._stream.readline(LINE_LIMIT + 1)
        except (EOFError, zlib.error, OSError) as error:
            raise self._broken(error) from None
        if self.next_line == 1 and raw.startswith(UTF16_BOMS):
            raise self.error(1, "UTF-16 text", "save the file as UTF-8")
        self._refuse_zeros(raw)
        self._refuse_long(raw)
        return raw

    def _read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except (EOFError, zlib.error, OSError) as error:
            raise self._broken(error) from None

    def _broken(self, error: Exception) -> RecordingError:
        if isinstance(self._stream, gzip.GzipFile):
            return RecordingError(
                "the compressed file is damaged or cut off", where=self.where, todo="copy it again"
            )
        return RecordingError(f"cannot be read ({error})", where=self.where)

    def _refuse_long(self, line: bytes) -> None:
        if len(line) > LINE_LIMIT:
            raise self.error(self.next_line, f"longer than {LINE_LIMIT} bytes", "this is not a CSV recording")

    def _refuse_zeros(self, data: bytes) -> None:
        zero = data.find(b"\0")
        if zero >= 0:
            line = self.next_line + data.count(b"\n", 0, zero)
            raise self.error(
                line, "holds zero bytes", "the file is damaged or not text; delete what is broken"
            )
