"""Bytes of a file, plain or gzip, with every line bounded: no file can make the reader use much memory."""

from __future__ import annotations

import bz2
import codecs
import contextlib
import gzip
import io
import lzma
import re
import stat
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self, cast

import numpy as np

from gait.errors import RecordingError
from gait.recording.table.containers import HEAD_BYTES, refuse_container
from gait.sentences import sentence

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["LINE_LIMIT", "Block", "Source"]

LINE_LIMIT = 1 << 16
"""Bytes of the longest line (chosen: a thousand columns; what is longer is no line of a recording)."""
BLOCK_BYTES = 1 << 22
"""Bytes read at once (chosen: large enough for full speed, small beside the arrays)."""
PACKED: dict[bytes, Callable[[BinaryIO, str], object]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
}
"""First bytes of a compressed file -> what reads it."""
ASCII_MOST, FOREIGN_SHARE = 127, 0.1
"""Largest code of ASCII (by definition), and share of signs beyond it up to which a line is read as Windows
writes it, where it is not UTF-8."""
UTF8_BOM = b"\xef\xbb\xbf"
NEWLINE = 10
"""Byte that ends a line (by definition of ASCII)."""
PADDING = (b"\0", b"\x1a")
"""What is never text: zero bytes, and the sign that old programs end a file with."""
PADDED = sentence("the file ends in bytes that were never written: the recorder was not stopped")
WIDE_MARKS = {"utf-32": codecs.BOM_UTF32_LE, "utf-32-be": codecs.BOM_UTF32_BE} | {
    "utf-16": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
"""Coding of several bytes a sign -> the mark that it begins with, the longer marks first."""
WIDE_ZEROS = (("utf-32-le", 4, 0), ("utf-32-be", 4, 3), ("utf-16-le", 2, 0), ("utf-16-be", 2, 1))
"""Coding, bytes a sign, and the byte of each that holds plain text's sign: the others are zero."""
WIDE_SHARE = 0.9
"""Share of signs whose other bytes are zero in plain text (chosen: units such as m/s² are no exception, names
in other scripts are)."""
DAMAGE = (EOFError, zlib.error, lzma.LZMAError, OSError)
"""What reading a damaged or cut-off compressed file raises."""
BLANKS = re.compile(rb"(?<=[^ \t\r\n])[ \t]+(?=[^ \t\r\n])")
QUOTED_COMMA = re.compile(rb'"\s*([+-]?\d+),(\d+(?:[eE][+-]?\d+)?)\s*"')
"""A number with a decimal comma in quotes, as spreadsheets write it between commas."""
EDGES = re.compile(rb"^[ \t]+|[ \t]+(?=\r?$)", re.MULTILINE)
"""Blanks between the cells of a line, and at its ends."""

Block = tuple[int, bytes]
"""Whole lines with the number of the first, counted from 1."""


class Source:
    """A text file read once from start to end: single lines first, then blocks of whole lines.

    Parameters
    ----------
    path
        A regular file; gzip, bzip2, xz, UTF-16 and line ends are told by its first bytes, not by its name.

    Attributes
    ----------
    spaced
        True once the cells are known to be separated by blanks: they are then given with a tab between them.
    quoted_commas
        True once commas are known to separate the cells: a quoted number with a comma in it is then given
        with a point.
    notes
        What was left out behind the text.
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
        unpack = next((reader for mark, reader in PACKED.items() if head.startswith(mark)), None)
        self._raw.seek(0)
        self._stream = self._raw if unpack is None else cast("BinaryIO", unpack(self._raw, "rb"))
        self._packed = unpack is not None
        if self._packed:
            head = self._refuse_packed(path)
        self._stream = _as_utf8(self._stream, head)
        self._pending: list[bytes] = []
        self.spaced = False
        self.quoted_commas = False
        self.notes: tuple[str, ...] = ()

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

    def _refuse_packed(self, path: Path) -> bytes:
        """Return the first bytes of compressed text, and refuse others; damage shows when lines are read."""
        stream = cast("gzip.GzipFile", self._stream)
        with contextlib.suppress(*DAMAGE):
            head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
            try:
                _refuse_packed_twice(head, path)
                refuse_container(head, path)
            except RecordingError:
                self._raw.close()
                raise
            return head
        return b""

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
        raw = self._as_read(raw)
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
            block = self._without_padding(block)
            if block[-1:] != b"\n":
                block += self._readline()
            yield self.next_line, self._as_read(block)
            self.next_line += int(np.count_nonzero(np.frombuffer(block, np.uint8) == NEWLINE))

    def _as_read(self, data: bytes) -> bytes:
        """Return whole lines as they are given: blanks as tabs, quoted decimal commas as points."""
        if self.spaced:
            return _tabbed(data)
        return QUOTED_COMMA.sub(rb"\1.\2", data) if self.quoted_commas and b'"' in data else data

    def error(self, line: int, text: str, todo: str = "") -> RecordingError:
        """Build an error that names a line of this file."""
        return RecordingError(text, where=f"{self.where}, line {line}", todo=todo)

    def _readline(self) -> bytes:
        try:
            raw = self._stream.readline(LINE_LIMIT + 1)
        except DAMAGE as error:
            raise self._broken(error) from None
        raw = self._without_padding(raw)
        self._refuse_long(raw)
        return raw

    def _read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except DAMAGE as error:
            raise self._broken(error) from None

    def _broken(self, error: Exception) -> RecordingError:
        if self._packed:
            return RecordingError(
                "the compressed file is damaged or cut off", where=self.where, todo="copy it again"
            )
        return RecordingError(f"cannot be read ({error})", where=self.where)

    def _refuse_long(self, line: bytes) -> None:
        if len(line) > LINE_LIMIT:
            raise self.error(self.next_line, f"longer than {LINE_LIMIT} bytes", "this is not a CSV recording")

    def _without_padding(self, data: bytes) -> bytes:
        """Return bytes without what was never written behind the last line; refuse such bytes elsewhere."""
        at = min((place for mark in PADDING if (place := data.find(mark)) >= 0), default=-1)
        if at < 0:
            return data
        line = self.next_line + data.count(b"\n", 0, at)
        rest = data[at:]
        while line > 1 and (rest.count(b"\0") == len(rest) or not rest.strip(b"\0\x1a\r\n")):
            rest = self._read(BLOCK_BYTES)
            if not rest:
                self.notes = (PADDED,) if b"\0" in data else ()
                return data[:at]
        if line == 1:
            raise self.error(line, "not text but some program's binary file", "export its samples as CSV")
        raise self.error(line, "holds zero bytes", "the file is damaged; delete what is broken")


def _refuse_packed_twice(head: bytes, path: Path) -> None:
    if head.startswith(tuple(PACKED)):
        todo = "unpack it once and give that"
        raise RecordingError("a file that was packed twice", where=path, todo=todo)


def _tabbed(data: bytes) -> bytes:
    """Return lines with a tab between the cells, where blanks stand between them and at the ends."""
    return BLANKS.sub(b"\t", EDGES.sub(b"", data))


def _as_utf8(stream: BinaryIO, head: bytes) -> BinaryIO:
    """Return a stream of UTF-8 with lines that end in LF, decoded by the mark or zeros in the first bytes."""
    coding = _coding(head)
    text = head.decode(coding or "latin-1", errors="replace")
    only_returns = "\r" in text[:-1] and "\n" not in text
    if not coding and not only_returns:
        return stream
    return cast("BinaryIO", io.BufferedReader(_Recoded(stream, coding, only_returns=only_returns)))


def _coding(head: bytes) -> str:
    """Return the coding of two or four bytes a sign, by its mark or by its zeros; empty for others."""
    for coding, mark in WIDE_MARKS.items():
        if head.startswith(mark):
            return coding
    for coding, step, filled in WIDE_ZEROS:
        signs = head[: len(head) // step * step]
        zeros = [bytes(signs[place::step]).count(0) for place in range(step)]
        least = WIDE_SHARE * len(signs) / step
        if signs and all((count >= least) == (place != filled) for place, count in enumerate(zeros)):
            return coding
    return ""


class _Recoded(io.RawIOBase):
    """Another program's text as UTF-8 with LF at the ends of its lines, as it is read.

    State: the decoder's, and bytes that did not fit into the last buffer.
    """

    def __init__(self, stream: BinaryIO, coding: str, *, only_returns: bool) -> None:
        super().__init__()
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(coding)(errors="replace") if coding else None
        self._only_returns = only_returns
        self._rest = b""

    def readable(self) -> bool:
        """Return True, which a buffered reader needs."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a buffer and return the number of bytes; 0 at the end."""
        view = memoryview(buffer).cast("B")
        while not self._rest:
            raw = self._stream.read(len(view))
            if not raw:
                break
            self._rest = raw if self._decoder is None else self._decoder.decode(raw).encode()
            if self._only_returns:
                self._rest = self._rest.replace(b"\r", b"\n")
        part, self._rest = self._rest[: len(view)], self._rest[len(view) :]
        view[: len(part)] = part
        return len(part)

    def close(self) -> None:
        """Close what is read from, too."""
        self._stream.close()
        super().close()
