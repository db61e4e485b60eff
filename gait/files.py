"""Whole files or none: what is written appears under its name only once it is complete."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path

from gait.errors import GaitError

__all__ = ["write_bytes", "write_text"]


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
    """Write bytes, all or nothing: into a file beside it first, which then takes its name.

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
        _replace(target, data)
    except OSError as error:
        reason = error.strerror or "input/output error"
        raise GaitError(
            f"cannot be written ({reason})", where=target, todo="name another file or make room"
        ) from error
    return target


def _replace(target: Path, data: bytes) -> None:
    """Write beside the target, then rename; leaves nothing behind when it fails."""
    part = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(data)
        part.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
