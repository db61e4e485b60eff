"""Writer of files that are complete or not there: a file gets its name once all of it is written."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from gait.errors import GaitError

__all__ = ["replacing", "write_bytes", "write_text"]


def write_text(path: str | Path, text: str) -> Path:
    """Write text as UTF-8 with LF line ends, all or nothing.

    Parameters
    ----------
    path
        File to make or replace; its folder has to exist.
    text
        Everything that will be in it.

    Returns
    -------
    The path written.

    Raises
    ------
    GaitError
        The folder is missing, or the file cannot be written there.
    """
    return write_bytes(path, text.encode("utf-8", errors="replace"))


def write_bytes(path: str | Path, data: bytes) -> Path:
    """Write bytes, all or nothing: first to a file beside the target, which then gets the target's name.

    Parameters
    ----------
    path
        File to make or replace; its folder has to exist.
    data
        Everything that will be in it.

    Returns
    -------
    The path written.

    Raises
    ------
    GaitError
        The folder is missing, or the file cannot be written there.
    """
    target = Path(path)
    if target.is_dir():
        raise GaitError("is a folder, not a file", where=target, todo="name a file in it")
    if not target.parent.is_dir():
        raise GaitError("its folder does not exist", where=target, todo="make the folder first")
    try:
        with replacing(target) as file:
            file.write(data)
    except OSError as error:
        reason = error.strerror or "input/output error"
        raise GaitError(
            f"cannot be written ({reason})", where=target, todo="name another file or make room"
        ) from error
    return target


@contextlib.contextmanager
def replacing(target: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """Yield a binary file to write to, which gets the target's name after the block.

    An error in the block removes the new file and leaves the target unchanged.

    Parameters
    ----------
    target
        File to make or replace.
    mode
        Permissions of the new file, less the user's mask.
    """
    part = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(part, flags, mode), "wb") as file:
            yield file
        part.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
