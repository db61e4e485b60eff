"""The folder a session is recorded into: made for its owner alone, and for one recorder at a time."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from gait.errors import RecordingError
from gait.recording.journal import JOURNAL_NAME

__all__ = ["FolderLock", "make_folder", "refuse_used"]

LOCK_NAME = ".recording.lock"
OWNER_FOLDER, OWNER_FILE = 0o700, 0o600


def refuse_used(folder: Path) -> None:
    """Refuse a folder that holds a session: what was recorded is never touched.

    Raises
    ------
    RecordingError
        It holds recordings or a journal, or is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise RecordingError("is not a folder", where=folder, todo="choose another name")
    if (folder / JOURNAL_NAME).exists():
        raise RecordingError(
            "a session was recorded here before",
            where=folder,
            todo=f"choose another folder; was it broken off? then: gait recover {folder}",
        )
    found = sorted(folder.glob("*.csv")) + sorted(folder.glob("*.csv.gz"))
    if found:
        raise RecordingError(f"holds {found[0].name} already", where=folder, todo="choose another folder")


def make_folder(folder: Path) -> None:
    """Make a folder that its owner alone may look into; one that is there is left as it is.

    Raises
    ------
    RecordingError
        It cannot be made.
    """
    try:
        folder.mkdir(mode=OWNER_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError(f"cannot be made ({error.strerror})", where=folder) from None


@dataclass
class FolderLock:
    """Hold a folder against a second recorder; a context manager.

    The lock is the operating system's: it ends with the process, however that ends, and a file left behind
    locks nothing.

    Raises
    ------
    RecordingError
        Another process holds it.
    """

    folder: Path
    _file: int = field(default=-1, init=False)

    def __enter__(self) -> Self:
        path = self.folder / LOCK_NAME
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, OWNER_FILE)
            _lock(self._file)
        except OSError as error:
            if self._file < 0:
                raise RecordingError(f"cannot be written ({error.strerror})", where=self.folder) from None
            os.close(self._file)
            self._file = -1
            raise RecordingError(
                "another gait record is writing here", where=self.folder, todo="choose another folder"
            ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)
        self._file = -1
        (self.folder / LOCK_NAME).unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
