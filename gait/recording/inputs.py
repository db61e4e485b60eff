"""The files that a session's results depend on, and their hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from gait.recording.separate_files import find_beside
from gait.recording.session_folder import SESSION_FILE, candidates, is_folder

__all__ = ["digest_of", "inputs_of"]

BLOCK_BYTES = 1 << 20
"""Bytes that are read at a time (chosen: 1 MiB)."""


def inputs_of(path: Path) -> list[Path]:
    """Return the files that a session's result depends on, sorted by name.

    Raises
    ------
    OSError, RecordingError
        The folder cannot be listed, or holds no recording any more.
    """
    if is_folder(path):
        folder, files = path, candidates(path)
    else:
        gyroscope = find_beside(path, "gyroscope")
        folder, files = path.parent, [path, *([gyroscope] if gyroscope else [])]
    notes = folder / SESSION_FILE
    return sorted([*files, *([notes] if notes.is_file() else [])])


def digest_of(files: Iterable[Path]) -> str:
    """Return the SHA-256 over files: for each its name, its length and its bytes.

    Raises
    ------
    OSError
        A file cannot be read.
    """
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{os.fsencode(file.name).hex()} {file.stat().st_size}\n".encode())
        with file.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
    return digest.hexdigest()
