"""The folder a session is recorded into: made for its owner alone, and for one recorder at a time."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from gait.errors import RecordingError
from gait.journal.format import JOURNAL_NAME, read_journal

__all__ = [
    "FolderLock",
    "clear_empty_journal",
    "free_bytes",
    "is_empty_journal",
    "made_folder",
    "make_folder",
    "refuse_full_disk",
    "refuse_used",
]

LOCK_NAME = ".recording.lock"
LEAST_FREE = 20e6
"""Bytes with less than which nothing is begun (chosen: a few minutes of two sensors, journal and CSVs)."""
OWNER_FOLDER, OWNER_FILE = 0o700, 0o600
"""Permissions of POSIX: for the owner alone (chosen: a run is health data)."""
BUSY = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)
"""What the systems say of a lock that another process holds; anything else is a file system without locks."""


def refuse_used(folder: Path) -> None:
    """Refuse a folder that holds a session: what was recorded is never touched.

    Raises
    ------
    RecordingError
        It holds recordings or a journal, is a file, or cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise RecordingError("is not a folder", where=folder, todo="choose another name")
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    if not there.is_dir():
        raise RecordingError("is not a folder", where=there, todo="choose another name")
    if not os.access(there, os.W_OK | os.X_OK):
        raise RecordingError(
            "cannot be written",
            where=there,
            todo="choose another folder, or give yourself the right to write",
        )
    if (folder / LOCK_NAME).exists():
        with FolderLock(folder):
            pass  # nobody writes here any more
    journal = folder / JOURNAL_NAME
    if journal.exists() and not is_empty_journal(journal):
        raise RecordingError(
            "a session was recorded here before",
            where=folder,
            todo=f"choose another folder; was it broken off? then: gait recover {folder}",
        )
    recordings = sorted(folder.glob("*.csv")) + sorted(folder.glob("*.csv.gz"))
    if recordings:
        raise RecordingError(
            f"holds {recordings[0].name} already", where=folder, todo="choose another folder"
        )


def is_empty_journal(path: Path) -> bool:
    """Return whether a journal holds neither samples nor anything damaged."""
    try:
        journal = read_journal(path)
    except RecordingError:
        return False
    return not len(journal.blocks) and not journal.lost_bytes


def clear_empty_journal(folder: Path) -> None:
    """Delete a journal that holds nothing, so that the folder can be recorded into."""
    path = folder / JOURNAL_NAME
    if path.exists() and is_empty_journal(path):
        path.unlink(missing_ok=True)


def free_bytes(folder: Path) -> int | None:
    """Return the bytes free where a folder is or will be; None where the system does not tell."""
    there = next((place for place in (folder, *folder.absolute().parents) if place.exists()), folder)
    try:
        return shutil.disk_usage(there).free
    except OSError:
        return None


def refuse_full_disk(folder: Path, needed: float) -> str:
    """Look at the free space before a session.

    Parameters
    ----------
    needed
        Bytes that the session takes, journal and CSVs.

    Returns
    -------
    A warning where the space may not do; else empty.

    Raises
    ------
    RecordingError
        Less than `LEAST_FREE` is free.
    """
    free = free_bytes(folder)
    if free is None or free >= needed:
        return ""
    megabytes = f"{free / 1e6:.0f} MB free, {needed / 1e6:.0f} MB needed"
    if free < LEAST_FREE:
        raise RecordingError(f"the disk is full ({megabytes})", where=folder, todo="make room first")
    return f"the disk may not do: {megabytes}"


def make_folder(folder: Path) -> list[Path]:
    """Make a folder that its owner alone may look into; one that is there is left as it is.

    Returns
    -------
    The folders that were made, the innermost first.

    Raises
    ------
    RecordingError
        The folder cannot be made.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(mode=OWNER_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError(f"cannot be made ({error.strerror})", where=folder) from None
    return missing


@contextlib.contextmanager
def made_folder(folder: Path) -> Iterator[None]:
    """Make a folder for the time being: what was made and is empty in the end is taken away again.

    Raises
    ------
    RecordingError
        The folder cannot be made.
    """
    made = make_folder(folder)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            for place in made:
                place.rmdir()


@dataclass
class FolderLock:
    """Hold a folder against a second recorder; a context manager.

    The lock is the operating system's: it ends with the process, however that ends, and a file left behind
    locks nothing.

    Raises
    ------
    RecordingError
        Another process records into the folder.
    """

    folder: Path
    _file: int = field(default=-1, init=False)

    def __enter__(self) -> Self:
        path = self.folder / LOCK_NAME
        while True:
            try:
                self._file = os.open(path, os.O_RDWR | os.O_CREAT, OWNER_FILE)
            except OSError as error:
                raise RecordingError(f"cannot be written ({error.strerror})", where=self.folder) from None
            try:
                _lock(self._file)
            except OSError as error:
                if error.errno in BUSY:
                    self._close()
                    raise RecordingError(
                        "another gait record is writing here",
                        where=self.folder,
                        todo="choose another folder, or stop that one first",
                    ) from None
            if self._is_named(path):
                return self
            self._close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Windows does not delete an open file; elsewhere it must go before the lock does.
        with contextlib.suppress(OSError):
            (self.folder / LOCK_NAME).unlink(missing_ok=True)
        self._close()
        if sys.platform == "win32":
            with contextlib.suppress(OSError):
                (self.folder / LOCK_NAME).unlink(missing_ok=True)

    def _close(self) -> None:
        os.close(self._file)
        self._file = -1

    def _is_named(self, path: Path) -> bool:
        """Return whether the locked file is still in the folder: the holder before may have deleted it."""
        try:
            return os.path.samestat(os.fstat(self._file), path.stat())
        except OSError:
            return False


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
